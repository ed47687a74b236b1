"""The shapes of the dicts that go in and come out, for type checkers. At run time they are plain dicts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias, TypedDict, Union

Number: TypeAlias = Union[Decimal, int, str]
"""An exact number; never a float."""
Time: TypeAlias = Union[datetime, str]
"""An aware datetime, or RFC 3339 text with an offset."""
Day: TypeAlias = Union[date, str]
"""A date, or `YYYY-MM-DD`."""
Scalar: TypeAlias = Union[str, Decimal, int, bool]
"""A value of an attribute."""
WarningLevel: TypeAlias = Union[Literal["none"], Literal["light"], Literal["moderate"], Literal["severe"]]
"""A level of early warning."""
Document: TypeAlias = Mapping[str, Any]
"""A JSON document as a dict. (It must be a `dict`; the alias is wider so that a `TypedDict` fits.)"""


class Tax(TypedDict, total=False):
    """The tax of a line: exactly one of a `rate` in percent, an `amount` that moves with the price, and a `fixed` amount."""

    rate: Number
    amount: Number
    fixed: Number
    included: bool


class _LineRequired(TypedDict):
    sku: str


class Line(_LineRequired, total=False):
    """A line of a purchase: a `price` of one unit or an `amount` of the line."""

    id: str
    quantity: int
    price: Number
    amount: Number
    discount: Number
    tax: Tax
    floor: Number
    earns: bool
    discountable: bool
    gift_card: bool
    category: str
    brand: str
    tags: Sequence[str]


class _ShippingRequired(TypedDict):
    price: Number


class Shipping(_ShippingRequired, total=False):
    """Shipping; in receipts and returns it is a line called `shipping`."""

    tax: Tax


class TillDiscount(TypedDict, total=False):
    """A discount that a person gives at the till: an `amount_off`, or a `percent_off` with or without a `max`."""

    id: str
    amount_off: Number
    percent_off: Number
    max: Number
    per: Literal["scope", "line", "unit"]
    lines: Sequence[str]


class Converted(TypedDict):
    """The currency in which a customer paid, and the rate at which the amounts were converted."""

    currency: str
    rate: Number


class _TenderRequired(TypedDict):
    points: int


class Tender(_TenderRequired, total=False):
    """Points to pay with; the account may be left out where the program takes only one."""

    account: str


class _CounterRequired(TypedDict):
    of: str


class Counter(_CounterRequired, total=False):
    """How often an offer or coupon has been used by everyone, as far as the host knows.

    `per` may be left out where its limits for everyone have only one period.
    """

    by: str
    per: Literal["day", "week", "month", "year", "lifetime"]
    uses: int
    units: int
    money: Union[str, int, Decimal]


class _StoredTenderRequired(TypedDict):
    coupon: str


class StoredTender(_StoredTenderRequired, total=False):
    """A card of stored value that pays, and at most how much of it."""

    amount: Union[str, int, Decimal]


class _ReturnedLineRequired(TypedDict):
    line: str


class ReturnedLine(_ReturnedLineRequired, total=False):
    """Units of a line that go back, or an `amount` of it; all that is still out if there is neither."""

    quantity: int
    amount: Number


class LineRulePoints(TypedDict):
    """What a rule gave for a line."""

    rule: str
    account: str
    points: int


class ReceiptTax(TypedDict):
    """An amount without tax, its tax, and both together."""

    net: Decimal
    tax: Decimal
    gross: Decimal


class DiscountAmount(TypedDict):
    """What a discount took off a line."""

    id: str
    amount: Decimal


class _ReceiptLineRequired(TypedDict):
    line: str
    sku: str
    quantity: int
    list: Decimal
    discounted: Decimal
    paid: Decimal
    points: Sequence[LineRulePoints]


class ReceiptLine(_ReceiptLineRequired, total=False):
    """A line of a receipt."""

    tax: ReceiptTax
    discounts: Sequence[DiscountAmount]


class _ReceiptDiscountRequired(TypedDict):
    id: str
    amount: Decimal


class ReceiptDiscount(_ReceiptDiscountRequired, total=False):
    """A discount of a receipt, the coupon if it was one, and what of it no line could take."""

    coupon: str
    unplaced: Decimal


UnusedWhy: TypeAlias = Union[
    Literal["unmet"],
    Literal["no_effect"],
    Literal["limit_reached"],
    Literal["not_live"],
    Literal["held"],
    Literal["declined"],
    Literal["not_combinable"],
    Literal["lower_priority"],
    Literal["not_presented"],
    Literal["beaten"],
    Literal["not_chosen_at_bound"],
    Literal["code_not_usable"],
]
"""Why an offer or coupon was not used."""


class _UnusedRequired(TypedDict):
    reason: UnusedWhy


_UnusedWith = TypedDict("_UnusedWith", {"with": list[str], "from": str}, total=False)


class Unused(_UnusedRequired, _UnusedWith, total=False):
    """An offer or coupon that was not used, and why.

    `with` is what stands against it, `from` when it will be live, `saves` what a coupon that was not presented would save.
    """

    promotion: str
    coupon: str
    unmet: "list[Unmet]"
    saves: Decimal


class LineUnits(TypedDict):
    """Units of a line."""

    line: str
    quantity: int


class _ReceiptAddedRequired(TypedDict):
    by: str
    sku: str
    quantity: int


class ReceiptAdded(_ReceiptAddedRequired, total=False):
    """A thing that a promotion adds; the host hands it out. It has no price where it comes in place of something, which `instead`
    says; else, if it costs anything, it has a `line`."""

    price: Decimal
    line: str
    instead: list[LineUnits]


class _PromotionCountRequired(TypedDict):
    of: str
    on: str
    uses: int
    units: int
    money: Decimal


class PromotionCount(_PromotionCountRequired, total=False):
    """What the host adds to its counters, for the day of the use; less than zero where all of an order goes back."""

    by: str


class _ReceiptPromotionsRequired(TypedDict):
    proven: bool
    unused: list[Unused]


class ReceiptPromotions(_ReceiptPromotionsRequired, total=False):
    """What a receipt says of offers and coupons besides their discounts."""

    bound: Decimal
    added: list[ReceiptAdded]


class _ReceiptTenderRequired(TypedDict):
    account: str
    asked: int
    points: int
    value: Decimal


_ReceiptTenderAs = TypedDict("_ReceiptTenderAs", {"as": Literal["payment", "discount"]}, total=False)


class ReceiptTender(_ReceiptTenderRequired, _ReceiptTenderAs, total=False):
    """Points that were used to pay or for a reward, or given back; `as` is `discount` where they lowered the price."""

    reward: str


class AccountPoints(TypedDict):
    """Points that were earned, or should be taken back."""

    account: str
    points: int


class _ReceiptTotalRequired(TypedDict):
    list: Decimal
    discounted: Decimal
    paid: Decimal


class ReceiptTotal(_ReceiptTotalRequired, total=False):
    """The sums of a receipt; `due` is what is left in money where stored value pays."""

    tax: ReceiptTax
    due: Decimal


class ReceiptStoredValue(TypedDict):
    """Stored value that paid, or came back, and what its instance holds then."""

    coupon: str
    instance: str
    amount: Decimal
    left: Decimal


class ReceiptConverted(TypedDict):
    """The currency in which a customer paid; the amounts of the receipt are in the program's."""

    currency: str
    rate: Decimal


class _ReceiptRequired(TypedDict):
    order: str
    lines: list[ReceiptLine]
    tender: list[ReceiptTender]
    points: list[AccountPoints]
    total: ReceiptTotal


class Receipt(_ReceiptRequired, total=False):
    """A purchase or return, line by line, money as `Decimal`."""

    discounts: list[ReceiptDiscount]
    promotions: ReceiptPromotions
    counted: list[PromotionCount]
    stored_value: list[ReceiptStoredValue]
    repriced: Decimal
    withheld: Decimal
    converted: ReceiptConverted


class Balance(TypedDict):
    """What an account holds."""

    available: int
    pending: int
    held: int
    debt: int


class Expiring(TypedDict):
    """Points that expire at one instant, or the rest of a balance."""

    account: str
    expires_at: Union[str, None]
    points: int


class _BenefitStandingRequired(TypedDict):
    benefit: str
    entitled: bool


class BenefitStanding(_BenefitStandingRequired, total=False):
    """What a member has of a benefit: a value, or units and the day from which there are more; else what is lacking."""

    value: str
    units: int
    used: int
    left: int
    renews_on: str
    unmet: "list[Unmet]"


class _LiabilityRequired(TypedDict):
    account: str
    earned: str
    expires: Union[str, None]
    points: int


class Liability(_LiabilityRequired, total=False):
    """Points that were earned in one month and expire in one month, and what they cost as text."""

    cost: str
    expected: str


class _UnmetRequired(TypedDict):
    leaf: str


_UnmetFrom = TypedDict("_UnmetFrom", {"from": str}, total=False)


class Unmet(_UnmetRequired, _UnmetFrom, total=False):
    """What a leaf of a condition lacks: money as text, counts as int; `from` is when time alone makes it hold."""

    of: str
    negated: bool
    found: Union[str, int, list[str]]
    needed: Union[str, int, list[str]]
    missing: Union[str, int, list[str]]
    since: str


TraceResult: TypeAlias = Union[
    Literal["gave"],
    Literal["no_points"],
    Literal["other_event"],
    Literal["not_live"],
    Literal["unmet"],
    Literal["no_line"],
    Literal["lost_in_group"],
    Literal["excluded"],
    Literal["capped"],
]
"""What came of a rule."""


class _RuleTraceRequired(TypedDict):
    rule: str
    result: TraceResult
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

    earned: str
    granted: "GrantProgress"
    lent: "list[LentProgress]"
    grace_until: str
    pending: "PendingProgress"
    keep: RungProgress


class _GrantProgressRequired(TypedDict):
    rung: str
    since: str
    until: Union[str, None]
    reason: str


class GrantProgress(_GrantProgressRequired, total=False):
    """A rung that was granted."""

    holds: bool


class _LentProgressRequired(TypedDict):
    rung: str
    until: Union[str, None]


class LentProgress(_LentProgressRequired, total=False):
    """A rung that a plan or the pool of the household lends."""

    plan: str
    pool: str
    holds: bool


class PendingProgress(TypedDict):
    """A rung that will be entered."""

    rung: str
    effective: str


class StepProgress(TypedDict):
    """How far a member is in a step of a task."""

    step: str
    times: int
    needed: int


class _TaskProgressRequired(TypedDict):
    task: str
    state: Literal["waiting", "open", "begun", "done", "missed", "over"]
    done: int
    needed: int
    steps: list[StepProgress]
    until: Union[str, None]
    times_done: int
    times_missed: int
    unmet: list[Unmet]


class TaskProgress(_TaskProgressRequired, total=False):
    """How far a member is in a task."""

    since: str


class Progress(TypedDict):
    """How far a member is."""

    tracks: list[TrackProgress]
    tasks: list[TaskProgress]


class RankSum(TypedDict, total=False):
    """What is added to a figure of a ranking."""

    plus: list[str]


class RankFigure(RankSum):
    """A figure of a ranking: money as text, counts as int."""

    of: Union[str, None]
    value: Union[str, int, list[str], None]


class Rank(TypedDict):
    """The figures of a member in a ranking; the key sorts members, the best first."""

    figures: list[RankFigure]
    key: str

