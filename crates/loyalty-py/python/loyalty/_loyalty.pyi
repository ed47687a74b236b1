from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, final

from loyalty.types import (
    Balance,
    BenefitStanding,
    Converted,
    Counter,
    Day,
    Document,
    Expiring,
    Liability,
    Line,
    Progress,
    Rank,
    Receipt,
    ReturnedLine,
    RuleTrace,
    Scalar,
    Shipping,
    StoredTender,
    Tender,
    TillDiscount,
    Time,
    Unmet,
    WarningLevel,
)

__version__: Final[str]
RULES_VERSION: Final[int]
PROGRAM_SCHEMA: Final[int]
MEMBER_SCHEMA: Final[int]
ZONE_DATA_VERSION: Final[str]
__all__ = [
    "MEMBER_SCHEMA",
    "PROGRAM_SCHEMA",
    "RULES_VERSION",
    "ZONE_DATA_VERSION",
    "CodeKey",
    "CouponCode",
    "Engine",
    "Event",
    "Member",
    "Outcome",
    "Program",
    "__version__",
    "error_codes",
    "verify_code",
]

def error_codes() -> list[tuple[str, str, int, str]]: ...
def verify_code(text: str, keys: list[CodeKey] | tuple[CodeKey, ...]) -> CouponCode: ...
@final
class CodeKey:
    def __new__(cls, number: int, secret: bytes, /) -> CodeKey: ...
    @property
    def number(self) -> int: ...
    def issue(self, template: int, serial: int) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class CouponCode:
    @property
    def template(self) -> int: ...
    @property
    def serial(self) -> int: ...
    @property
    def key(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Program:
    def __new__(cls, document: Program | Document | str | bytes, /) -> Program: ...
    @property
    def id(self) -> str: ...
    @property
    def version(self) -> str | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    def __copy__(self) -> Program: ...
    def __deepcopy__(self, _memo: Any) -> Program: ...

@final
class Engine:
    def __new__(cls, program: Program | Document | str | bytes, /) -> Engine: ...
    @property
    def program(self) -> Program: ...
    def program_of(self, member: Member) -> Program: ...
    def apply(self, member: Member, event: Event | Document, *, trace: bool = False) -> Outcome: ...
    def quote(self, member: Member, event: Event | Document, *, trace: bool = False) -> Outcome: ...
    def advance(self, member: Member, to: Time) -> Outcome: ...
    def next_due(self, member: Member) -> datetime | None: ...
    def progress(self, member: Member) -> Progress: ...
    def ranking(self, member: Member, id: str, at: Time) -> Rank | None: ...
    def sentence(
        self,
        unmet: Unmet | Document,
        lang: str = "en",
        *,
        messages: Mapping[str, Mapping[str, str]] | None = None,
    ) -> str: ...
    def expiring(self, member: Member, *, by: Day) -> list[Expiring]: ...
    def liability(self, member: Member) -> list[Liability]: ...
    def benefits(self, member: Member) -> list[BenefitStanding]: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Member:
    def __new__(cls, id: str, /) -> Member: ...
    @classmethod
    def from_json(cls, document: str | bytes, /) -> Member: ...
    def to_json(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def as_of(self) -> datetime | None: ...
    @property
    def enrolled_at(self) -> datetime | None: ...
    @property
    def primary_tier(self) -> str | None: ...
    @property
    def stage(self) -> str | None: ...
    @property
    def warning(self) -> WarningLevel: ...
    @property
    def is_abandoned(self) -> bool: ...
    def balance(self, account: str, /) -> int: ...
    def balances(self) -> dict[str, Balance]: ...
    def tier(self, track: str, /) -> str | None: ...
    def has_tag(self, tag: str, /) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]
    def __reduce__(self) -> tuple[Any, ...]: ...
    def __copy__(self) -> Member: ...
    def __deepcopy__(self, memo: Any) -> Member: ...

@final
class Outcome:
    @classmethod
    def from_json(cls, document: str, /) -> Outcome: ...
    @property
    def entries(self) -> list[dict[str, Any]]: ...
    @property
    def messages(self) -> list[dict[str, Any]]: ...
    @property
    def receipt(self) -> Receipt | None: ...
    @property
    def returned(self) -> Receipt | None: ...
    @property
    def trace(self) -> list[RuleTrace] | None: ...
    @property
    def duplicate(self) -> bool: ...
    @property
    def version(self) -> int: ...
    @property
    def next_due(self) -> datetime | None: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Event:
    @classmethod
    def from_json(cls, document: str | bytes, /) -> Event: ...
    @classmethod
    def from_dict(cls, document: Document, /) -> Event: ...
    @staticmethod
    def enroll(
        id: str,
        at: Time,
        *,
        birthday: Day | None = None,
        timezone: str | None = None,
        profile: Mapping[str, Scalar | None] | None = None,
        tags: Sequence[str] | None = None,
        referrer: str | None = None,
        seq: int | None = None,
        member: str | None = None,
        channel: str | None = None,
        store: str | None = None,
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Event: ...
    @staticmethod
    def profile(
        id: str,
        at: Time,
        *,
        birthday: Day | None = None,
        timezone: str | None = None,
        profile: Mapping[str, Scalar | None] | None = None,
        tags: Sequence[str] | None = None,
        seq: int | None = None,
        member: str | None = None,
        channel: str | None = None,
        store: str | None = None,
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Event: ...
    @staticmethod
    def tags(
        id: str,
        at: Time,
        *,
        add: Sequence[str] | None = None,
        remove: Sequence[str] | None = None,
        seq: int | None = None,
        member: str | None = None,
        channel: str | None = None,
        store: str | None = None,
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Event: ...
    @staticmethod
    def purchase(
        id: str,
        at: Time,
        *,
        order: str,
        lines: Sequence[Line],
        shipping: Shipping | None = None,
        discounts: Sequence[TillDiscount] | None = None,
        rewards: Sequence[str] | None = None,
        coupons: Sequence[str] | None = None,
        declined: Sequence[str] | None = None,
        counters: Sequence[Counter] | None = None,
        tender: Sequence[Tender] | None = None,
        stored_value: Sequence[StoredTender] | None = None,
        hold: str | None = None,
        currency: str | None = None,
        converted: Converted | None = None,
        seq: int | None = None,
        member: str | None = None,
        channel: str | None = None,
        store: str | None = None,
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Event: ...
    @staticmethod
    def returned(
        id: str,
        at: Time,
        *,
        order: str,
        lines: Sequence[ReturnedLine] | None = None,
        seq: int | None = None,
        member: str | None = None,
        channel: str | None = None,
        store: str | None = None,
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Event: ...
    @staticmethod
    def activity(
        id: str,
        at: Time,
        *,
        kind: str,
        seq: int | None = None,
        member: str | None = None,
        channel: str | None = None,
        store: str | None = None,
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Event: ...
    @staticmethod
    def adjust(
        id: str,
        at: Time,
        *,
        reason: str,
        credit: int | None = None,
        debit: int | None = None,
        reinstate_since: Day | None = None,
        account: str | None = None,
        active_on: Day | None = None,
        expires_on: Day | None = None,
        overdraw: Literal["debt", "forgive", "refuse"] | None = None,
        seq: int | None = None,
        member: str | None = None,
        channel: str | None = None,
        store: str | None = None,
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Event: ...
    @staticmethod
    def of(
        id: str,
        at: Time,
        kind: str,
        /,
        *,
        seq: int | None = None,
        member: str | None = None,
        channel: str | None = None,
        store: str | None = None,
        attributes: Mapping[str, Scalar] | None = None,
        **body: Any,
    ) -> Event: ...
    @property
    def id(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def member(self) -> str | None: ...
    def to_json(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    def __copy__(self) -> Event: ...
    def __deepcopy__(self, _memo: Any) -> Event: ...
