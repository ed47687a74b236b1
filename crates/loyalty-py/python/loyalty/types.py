"""The shapes of the dicts that go in and come out, for type checkers. At run time they are plain dicts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, TypedDict, Union

Number: TypeAlias = Union[Decimal, int, str]
"""An exact number; never a float."""
Time: TypeAlias = Union[datetime, str]
"""An aware datetime, or RFC 3339 text with an offset."""
Day: TypeAlias = Union[date, str]
"""A date, or `YYYY-MM-DD`."""
Scalar: TypeAlias = Union[str, Decimal, int, bool]
"""A value of an attribute."""
Document: TypeAlias = Mapping[str, Any]
"""A JSON document as a dict. (It must be a `dict`; the alias is wider so that a `TypedDict` fits.)"""


class _LineRequired(TypedDict):
    sku: str


class Line(_LineRequired, total=False):
    """A line of a purchase: a `price` of one unit or an `amount` of the line."""

    id: str
    quantity: int
    price: Number
    amount: Number
    discount: Number
    category: str
    brand: str
    tags: Sequence[str]


class _TenderRequired(TypedDict):
    points: int


class Tender(_TenderRequired, total=False):
    """Points to pay with; the account may be left out where the program takes only one."""

    account: str


class _ReturnedLineRequired(TypedDict):
    line: str


class ReturnedLine(_ReturnedLineRequired, total=False):
    """Units of a line that go back; all that are still out if there is no quantity."""

    quantity: int


class LineRulePoints(TypedDict):
    """What a rule gave for a line."""

    rule: str
    account: str
    points: int


class ReceiptLine(TypedDict):
    """A line of a receipt."""

    line: str
    sku: str
    quantity: int
    list: Decimal
    discounted: Decimal
    paid: Decimal
    points: Sequence[LineRulePoints]


class ReceiptTender(TypedDict):
    """Points that were used to pay, or given back."""

    account: str
    asked: int
    points: int
    value: Decimal


class AccountPoints(TypedDict):
    """Points that were earned, or should be taken back."""

    account: str
    points: int


class ReceiptTotal(TypedDict):
    """The sums of a receipt."""

    list: Decimal
    discounted: Decimal
    paid: Decimal


class Receipt(TypedDict):
    """A purchase or return, line by line, money as `Decimal`."""

    order: str
    lines: list[ReceiptLine]
    tender: list[ReceiptTender]
    points: list[AccountPoints]
    total: ReceiptTotal


class Balance(TypedDict):
    """What an account holds."""

    available: int
    pending: int
    debt: int


class _UnmetRequired(TypedDict):
    leaf: str


class Unmet(_UnmetRequired, total=False):
    """What a leaf of a condition lacks: money as text, counts as int."""

    of: str
    negated: bool
    found: Union[str, int, list[str]]
    needed: Union[str, int, list[str]]
    missing: Union[str, int, list[str]]


class _RuleTraceRequired(TypedDict):
    rule: str
    result: str
    points: int


class RuleTrace(_RuleTraceRequired, total=False):
    """Why a rule gave or did not give."""

    unmet: list[Unmet]


class RungProgress(TypedDict):
    """What a rung still lacks."""

    rung: str
    holds: bool
    unmet: list[Unmet]


class _TrackProgressRequired(TypedDict):
    track: str
    rung: str
    since: Union[str, None]
    until: Union[str, None]
    next: list[RungProgress]


class TrackProgress(_TrackProgressRequired, total=False):
    """Where a member stands in a track."""

    keep: RungProgress
