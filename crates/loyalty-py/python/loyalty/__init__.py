"""A loyalty engine: pure, exact, and able to say why.

A `Program` is data. A `Member` is a value that you store. You report an event; the `Engine` answers with an `Outcome`: journal
entries, messages for other members, and a receipt to the minor unit. There is no I/O, no clock and no randomness: the same
program, member and event give the same bytes everywhere.

>>> from datetime import datetime
>>> from decimal import Decimal
>>> from zoneinfo import ZoneInfo
>>> from loyalty import Engine, Event, Member
>>> engine = Engine({
...     "schema": 1, "id": "tea-house", "currency": "CNY", "timezone": "Asia/Shanghai",
...     "accounts": [{"id": "points", "expiry": {"after": {"months": 12, "align": "month_end"}}}],
...     "metrics": [{"id": "spend-year", "measure": "spend", "window": {"last": {"days": 365}}}],
...     "tiers": [{"id": "club", "hold": {"for": {"months": 12}}, "rungs": [
...         {"id": "regular"},
...         {"id": "silver", "qualify": {"metric": {"id": "spend-year", "at_least": 5000}}},
...     ]}],
...     "earn": [
...         {"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}},
...         {"id": "silver-bonus", "when": {"tier": {"at_least": "silver"}}, "give": {"multiply": "1.5"}},
...     ],
... })
>>> member = Member("m-1")
>>> at = datetime(2026, 3, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
>>> outcome = engine.apply(member, Event.purchase(
...     "e-1", at, order="o-1", lines=[{"sku": "pu-erh", "quantity": 2, "price": Decimal("2600.00")}]))
>>> member.balance("points"), member.tier("club")
(5200, 'silver')
>>> outcome.receipt["total"]["paid"]
Decimal('5200.00')
>>> engine.next_due(member)
datetime.datetime(2027, 3, 1, 16, 0, tzinfo=datetime.timezone.utc)

What goes in is read strictly: money is `Decimal`, `int` or text, never `float`; a time is an aware `datetime` or RFC 3339 text.

>>> engine.quote(member, {"id": "e-2", "at": at, "purchase": {"order": "o-2", "lines": [{"sku": "tea", "price": 9.9}]}})
Traceback (most recent call last):
    ...
loyalty.InputError: wrong_type at purchase.lines[0].price: a float is not exact: use Decimal("12.30") or the text "12.30", and an int for whole numbers

What comes out: times are aware `datetime` in UTC; `receipt` has its money as `Decimal`; `entries`, `messages`, `trace` and
`progress` are plain data, with money and times as text, ready for `json.dumps`.
"""

from loyalty._errors import (
    CallError,
    CorruptMember,
    ErrorCode,
    InputError,
    InternalError,
    LoyaltyError,
    OutOfOrder,
    ProgramError,
    Refused,
    error_codes,
)
from loyalty._loyalty import (
    MEMBER_SCHEMA,
    PROGRAM_SCHEMA,
    RULES_VERSION,
    ZONE_DATA_VERSION,
    CodeKey,
    CouponCode,
    Engine,
    Event,
    Member,
    Outcome,
    Program,
    Timeline,
    __version__,
    verify_code,
)

__all__ = [
    "MEMBER_SCHEMA",
    "PROGRAM_SCHEMA",
    "RULES_VERSION",
    "ZONE_DATA_VERSION",
    "CallError",
    "CodeKey",
    "CorruptMember",
    "CouponCode",
    "Engine",
    "ErrorCode",
    "Event",
    "InputError",
    "InternalError",
    "LoyaltyError",
    "Member",
    "OutOfOrder",
    "Outcome",
    "Program",
    "ProgramError",
    "Refused",
    "Timeline",
    "__version__",
    "error_codes",
    "verify_code",
]
