"""Follows a script of scenarios and prints what the engine says, line by line; Rust and C print the same bytes.

    python tests/python/conformance.py script.txt

The lines of a script are separated by tabs, and JSON stands on one line:

    scenario <id>      program <json>     member <id>     apply <event>    trace <event>
    quote <event>      advance <time>     next_due        progress         reload
    expiring <date>    liability          benefits        sentence <language> <json>

Each is answered with one line; what may change the member is followed by the member. Events of even lines go in as JSON text,
those of odd lines as dicts: the answer must not depend on it.
"""

import json
import re
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from loyalty import Engine, Event, LoyaltyError, Member, Outcome


class Doubt(Exception):
    """The JSON text says something that a dict cannot say in the same way."""


def as_dict(text: str) -> dict[str, Any]:
    """The event as a dict that says exactly what the text says, or `Doubt`."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in items}) != len(items):
            raise Doubt("a key stands twice")
        return dict(items)

    def number(literal: str) -> Decimal:
        # An exponent is refused in text; a Decimal with one is taken, as the number that it is.
        if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,28})?", literal):
            raise Doubt("a number that a Decimal would write otherwise")
        return Decimal(literal)

    def integer(literal: str) -> int:
        if literal == "-0" or not -(2**63) <= int(literal) < 2**64:
            raise Doubt("a number that an int would write otherwise")
        return int(literal)

    def constant(literal: str) -> Any:
        raise Doubt(f"{literal} is no JSON")

    try:
        document = json.loads(
            text, object_pairs_hook=pairs, parse_float=number, parse_int=integer, parse_constant=constant
        )
    except (ValueError, RecursionError) as error:
        raise Doubt("not JSON that can be read here") from error
    if not isinstance(document, dict) or "\\ud" in text.lower():
        raise Doubt("not an object, or with surrogates")
    return document


def event(text: str, line: int) -> "Event | dict[str, Any]":
    """The event in one of the two forms in which Python programs give it."""
    if line % 2 == 1:
        try:
            return as_dict(text)
        except Doubt:
            pass
    return Event.from_json(text)


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def rfc3339(time: "datetime | None") -> str:
    """A time as the engine writes it."""
    if time is None:
        return ""
    text = time.replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def answered(call: "Callable[[], Outcome]") -> str:
    """The answer of a call as a line."""
    try:
        return "ok\t" + call().to_json()
    except LoyaltyError as error:
        return "error\t" + error.to_json()


def follow(script: str) -> list[str]:
    """The answers to a script."""
    answers: list[str] = []
    engine: Engine | None = None
    member: Member | None = None
    for number, line in enumerate(script.split("\n"), start=1):
        if not line:
            continue
        word, _, payload = line.partition("\t")
        if word == "scenario":
            engine = member = None
            answers.append(line)
            continue
        if word == "program":
            try:
                engine = Engine(payload)
                answers.append("ok")
            except LoyaltyError as error:
                answers.append("error\t" + error.to_json())
            continue
        if word == "member":
            try:
                member = Member(payload)
                answers.append("ok")
            except LoyaltyError as error:
                answers.append("error\t" + error.to_json())
            continue
        if engine is None or member is None:
            sys.exit(f"line {number}: `{word}` needs a program and a member before it")
        # Fixed for the lambdas below, which are called at once.
        this, one = engine, member
        if word in ("apply", "trace"):
            trace = word == "trace"
            answers.append(answered(lambda: this.apply(one, event(payload, number), trace=trace)))
        elif word == "quote":
            answers.append(answered(lambda: this.quote(one, event(payload, number))))
        elif word == "advance":
            answers.append(answered(lambda: this.advance(one, payload)))
        elif word == "next_due":
            answers.append("ok\t" + rfc3339(this.next_due(one)))
        elif word == "progress":
            answers.append("ok\t" + compact(this.progress(one)))
        elif word == "benefits":
            answers.append("ok\t" + compact(this.benefits(one)))
        elif word == "ranking":
            at, _, ranking = payload.partition(" ")
            try:
                rank = this.ranking(one, ranking, at)
                answers.append("ok\t" + ("" if rank is None else compact(rank)))
            except LoyaltyError as error:
                answers.append("error\t" + error.to_json())
        elif word in ("expiring", "liability"):
            try:
                rows: object = this.expiring(one, by=payload) if word == "expiring" else this.liability(one)
                answers.append("ok\t" + compact(rows))
            except LoyaltyError as error:
                answers.append("error\t" + error.to_json())
        elif word == "sentence":
            lang, _, unmet = payload.partition(" ")
            try:
                answers.append("ok\t" + this.sentence(json.loads(unmet), lang))
            except LoyaltyError as error:
                answers.append("error\t" + error.to_json())
        elif word == "reload":
            try:
                member = Member.from_json(one.to_json())
                answers.append("ok")
            except LoyaltyError as error:
                answers.append("error\t" + error.to_json())
        else:
            sys.exit(f"line {number}: `{word}` is not known")
        if word in ("apply", "trace", "advance", "reload"):
            answers.append("member\t" + member.to_json())
    return answers


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: conformance.py script.txt")
    # Line ends are part of the comparison: nothing translates them on the way in or out.
    script = Path(sys.argv[1]).read_bytes().decode("utf-8")
    answers = follow(script)
    sys.stdout.buffer.write("".join(f"{answer}\n" for answer in answers).encode("utf-8"))


if __name__ == "__main__":
    main()
