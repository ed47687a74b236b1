"""The exceptions: one tree, whose classes say what to do, and whose codes say what it was."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar, NamedTuple

from loyalty import _loyalty


class LoyaltyError(Exception):
    """Anything that the engine refuses.

    `code` is stable and for programs, `kind` says what the caller should do, `path` says where in the document it was
    (`purchase.lines[2].price`, empty for the whole), `message` is for people. For a program, `details` has every mistake; for
    `out_of_order`, `as_of` is the last instant that the member has been brought to.
    """

    # As a user imports it, so that a traceback names what an `except` needs.
    __module__ = "loyalty"

    code: str
    kind: str
    path: str
    message: str
    as_of: datetime | None
    details: "tuple[LoyaltyError, ...]"

    def __init__(
        self,
        message: str,
        *,
        code: str = "internal",
        kind: str = "report",
        path: str = "",
        as_of: datetime | None = None,
        details: "Sequence[LoyaltyError]" = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.kind = kind
        self.path = path
        self.as_of = as_of
        self.details = tuple(details)

    def __str__(self) -> str:
        place = f" at {self.path}" if self.path else ""
        lines = [f"{self.code}{place}: {self.message}"]
        for detail in self.details:
            lines.extend(f"  {line}" for line in str(detail).splitlines())
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {self.path!r}, {self.message!r})"

    def to_json(self) -> str:
        """The error as canonical JSON: the same bytes in every language."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    def to_dict(self) -> dict[str, Any]:
        """The error as plain data."""
        document: dict[str, Any] = {
            "code": self.code,
            "kind": self.kind,
            "path": self.path,
            "message": self.message,
        }
        if self.as_of is not None:
            document["as_of"] = _written(self.as_of)
        if self.details:
            document["details"] = [detail.to_dict() for detail in self.details]
        return document

    def __reduce__(self) -> tuple[Any, ...]:
        return from_json, (self.to_json(),)


class InputError(LoyaltyError, ValueError):
    """The document is wrong: mend it and send it again."""

    __module__ = "loyalty"


class ProgramError(LoyaltyError, ValueError):
    """The program is wrong: mend it. Every mistake is in `details`, each with its own code and path."""

    __module__ = "loyalty"


class Refused(LoyaltyError):
    """The rules or the facts say no: tell the person. Sending it again changes nothing."""

    __module__ = "loyalty"


class OutOfOrder(LoyaltyError):
    """The event lies before `as_of`, which the member has been brought to already: fold it in with the history."""

    __module__ = "loyalty"


class CorruptMember(LoyaltyError, ValueError):
    """The stored member is damaged, or does not fit: restore it from the journal."""

    __module__ = "loyalty"


class CallError(LoyaltyError):
    """The calling code broke a rule of the interface, such as using one member in two threads at once."""

    __module__ = "loyalty"


class InternalError(LoyaltyError):
    """A defect of the engine: report it. The member is as it was."""

    __module__ = "loyalty"


_CLASSES: Mapping[str, type[LoyaltyError]] = {
    "fix_input": InputError,
    "fix_program": ProgramError,
    "refused": Refused,
    "rebase": OutOfOrder,
    "restore": CorruptMember,
    "fix_call": CallError,
    "report": InternalError,
}


class ErrorCode(NamedTuple):
    """One code of the catalogue."""

    code: str
    """The stable text."""
    kind: str
    """What the caller should do."""
    number: int
    """The stable number: the status in C."""
    meaning: str
    """What it means, in one sentence."""
    exception: type[LoyaltyError]
    """The class that is raised."""


def error_codes() -> list[ErrorCode]:
    """Every code there is, in the order of the numbers."""
    return [
        ErrorCode(code, kind, number, meaning, _CLASSES.get(kind, LoyaltyError))
        for code, kind, number, meaning in _loyalty.error_codes()
    ]


def from_json(text: str) -> LoyaltyError:
    """The exception of an error in canonical JSON."""
    return _from_dict(json.loads(text))


def _from_dict(document: Mapping[str, Any]) -> LoyaltyError:
    as_of = document.get("as_of")
    return _CLASSES.get(document["kind"], LoyaltyError)(
        document["message"],
        code=document["code"],
        kind=document["kind"],
        path=document["path"],
        as_of=None if as_of is None else _read(as_of),
        details=[_from_dict(detail) for detail in document.get("details", ())],
    )


def _read(text: str) -> datetime:
    """Reads a time of the engine: UTC, with one to six digits of a fraction or none."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    micros = int(fraction.ljust(6, "0")) if fraction else 0
    return datetime.fromisoformat(whole).replace(tzinfo=timezone.utc) + timedelta(microseconds=micros)


def _written(time: datetime) -> str:
    """Writes a time as the engine does."""
    text = time.astimezone(timezone.utc).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"
