"""What is refused, with which code and at which path; and that nothing hangs, whatever is handed over."""

import enum
from collections import OrderedDict, namedtuple
from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from programs import AT, purchase, shop

from loyalty import Engine, Event, InputError, Member, Program, ProgramError


def refused(document: Any, code: str, path: str) -> InputError:
    with pytest.raises(InputError) as caught:
        Event.from_dict(document)
    assert (caught.value.code, caught.value.path) == (code, path), caught.value
    assert caught.value.kind == "fix_input"
    return caught.value


PRICE = "purchase.lines[0].price"


@pytest.mark.parametrize(
    "price, code",
    [
        (9.9, "wrong_type"),
        (float("nan"), "wrong_type"),
        (True, "wrong_type"),
        (None, "missing_field"),
        (2**64, "out_of_range"),
        (-(2**63) - 1, "out_of_range"),
        (1 << 20_000, "out_of_range"),
        (Decimal("NaN"), "invalid_number"),
        (Decimal("sNaN"), "invalid_number"),
        (Decimal("-Infinity"), "invalid_number"),
        (Decimal("1E+999999"), "out_of_range"),
        (Decimal("1E-999999"), "out_of_range"),
        (Decimal("1" * 5000), "out_of_range"),
        (Fraction(1, 3), "wrong_type"),
        (1 + 0j, "wrong_type"),
        (b"9.90", "wrong_type"),
        ({1, 2}, "wrong_type"),
        (object(), "wrong_type"),
        (int, "wrong_type"),
        ("1,00", "invalid_number"),
        (" 1", "invalid_number"),
        ("1e2", "invalid_number"),
        ("", "invalid_number"),
    ],
    # Some have no text that could be shown.
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else type(value).__name__,
)
def test_prices_that_are_refused(price: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        Event.from_dict(purchase(price=price))
    assert caught.value.code == code, caught.value
    assert caught.value.path.startswith("purchase.lines[0]")


def test_a_float_is_refused_with_advice() -> None:
    error = refused(purchase(price=9.9), "wrong_type", PRICE)
    assert "Decimal(" in error.message


def test_a_naive_datetime_is_refused_with_advice() -> None:
    error = refused({"id": "e", "at": datetime(2026, 3, 1), "activity": {"kind": "x"}}, "invalid_time", "at")
    assert "no time zone" in error.message
    with pytest.raises(InputError, match="invalid_time at to: .*no time zone"):
        Engine(shop()).advance(Member("m"), datetime(2026, 3, 1))
    with pytest.raises(InputError, match="wrong_type at to"):
        Engine(shop()).advance(Member("m"), 5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="invalid_time at to: "):
        Engine(shop()).advance(Member("m"), "2026-03-02")
    with pytest.raises(InputError, match="invalid_time at by: "):
        Engine(shop()).expiring(Member("m"), by="2026-13-01")


def test_wrong_keys_are_refused() -> None:
    refused({**purchase(), 5: 1}, "wrong_type", "")
    refused({**purchase(), "colour": 1}, "unknown_field", "colour")
    refused({"id": "e", "purchase": {}}, "missing_field", "purchase")


def test_lone_surrogates_are_refused() -> None:
    refused(purchase(id="\ud800"), "invalid_utf8", "id")
    refused({**purchase(), "\udfff": 1}, "invalid_utf8", "")
    for call in (
        lambda: Member("\ud800"),
        lambda: Member.from_json("\ud800"),
        lambda: Event.from_json("\ud800"),
        lambda: Member("m").balance("\ud800"),
        lambda: Member("m").tier("\ud800"),
        lambda: Member("m").has_tag("\ud800"),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert caught.value.code == "invalid_utf8"
    with pytest.raises(ProgramError) as program:
        Program("\ud800")
    assert [detail.code for detail in program.value.details] == ["invalid_utf8"]


def test_other_types_are_type_errors(engine: Engine, member: Member) -> None:
    for call in (
        lambda: Program(5),  # type: ignore[arg-type]
        lambda: Engine([]),  # type: ignore[arg-type]
        lambda: Engine(MappingProxyType({})),
        lambda: Member(5),  # type: ignore[arg-type]
        lambda: Member.from_json({}),  # type: ignore[arg-type]
        lambda: Event.from_json({}),  # type: ignore[arg-type]
        lambda: engine.apply("m", purchase()),  # type: ignore[arg-type]
        lambda: engine.apply(member, [purchase()]),  # type: ignore[arg-type]
        lambda: engine.apply(member, None),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(TypeError, match=r"Event\.from_json"):
        engine.apply(member, "{}")  # type: ignore[arg-type]


def test_every_mistake_of_a_program_is_told() -> None:
    program = shop()
    program["earn"][0]["give"]["rate"] = {"points": 0.5, "per": float("inf")}
    program["dedup_days"] = 2**70
    with pytest.raises(ProgramError) as caught:
        Program(program)
    assert [(detail.code, detail.path) for detail in caught.value.details] == [
        ("wrong_type", "earn[0].give.rate.points"),
        ("wrong_type", "earn[0].give.rate.per"),
        ("out_of_range", "dedup_days"),
    ]
    assert str(caught.value).count("\n") == 3

    program = shop()
    program["earn"][0]["acount"] = "points"
    program["tiers"][0]["rungs"][1]["qualify"]["metric"]["id"] = "spend"
    with pytest.raises(ProgramError) as caught:
        Program(program)
    assert {detail.path for detail in caught.value.details} == {
        "earn[0].acount",
        "tiers[0].rungs[1].qualify.metric.id",
    }


def test_depth_and_size_are_limited() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = [deep]
    refused({**purchase(), "attributes": {"a": deep}}, "limit_exceeded", "attributes.a" + "[0]" * 62)
    endless: Any = []
    endless.append(endless)
    refused({**purchase(), "attributes": endless}, "limit_exceeded", "attributes" + "[0]" * 63)
    # A list in a list in a list ...: small in memory, endless when written.
    laughs: Any = "ha" * 50
    for _ in range(40):
        laughs = [laughs] * 10
    refused({**purchase(), "attributes": laughs}, "limit_exceeded", "")


class Number(enum.IntEnum):
    THREE = 3


class Hostile(Exception):
    pass


class HostileDict(dict):  # type: ignore[type-arg]
    def __getitem__(self, key: object) -> Any:
        raise Hostile

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield "again"

    def __len__(self) -> int:
        raise Hostile

    def __eq__(self, other: object) -> bool:
        raise Hostile

    __hash__ = None

    def items(self) -> Any:
        raise Hostile

    keys = values = get = items  # type: ignore[assignment]


class HostileList(list):  # type: ignore[type-arg]
    def __getitem__(self, key: object) -> Any:
        raise Hostile

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield "again"

    def __len__(self) -> int:
        raise Hostile


class HostileStr(str):
    def __str__(self) -> str:
        raise Hostile

    def encode(self, *_: object) -> bytes:
        raise Hostile

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return id(self)


class HostileInt(int):
    def __index__(self) -> int:
        raise Hostile

    __int__ = __index__

    def __str__(self) -> str:
        raise Hostile


class HostileDecimal(Decimal):
    def __str__(self) -> str:
        raise Hostile

    __format__ = as_tuple = is_finite = __str__  # type: ignore[assignment]


class HostileTime(datetime):
    def isoformat(self, *_: object) -> str:
        raise Hostile

    @property
    def year(self) -> int:
        raise Hostile


def test_subclasses_are_read_by_their_contents(engine: Engine) -> None:
    line = HostileDict(sku=HostileStr("tea"), price=HostileDecimal("12.50"), quantity=HostileInt(2))
    event = HostileDict(
        id=HostileStr("e-1"),
        at=HostileTime(2026, 3, 1, 2, tzinfo=timezone.utc),
        purchase=HostileDict(order="o-1", lines=HostileList([line])),
    )
    member = Member("m")
    engine.apply(member, event)
    assert member.balance("points") == 25

    Pair = namedtuple("Pair", "a b")
    engine.quote(
        member,
        OrderedDict(
            id="e-2",
            at=AT,
            purchase={"order": "o-2", "lines": Pair({"sku": "a", "price": 1, "quantity": Number.THREE}, {"sku": "b", "price": 1})},
        ),
    )


def test_equal_keys_that_deny_it_are_a_duplicate_key() -> None:
    refused({**purchase(), HostileStr("store"): "a", HostileStr("store"): "b"}, "duplicate_key", "store")


class Mutating(tzinfo):
    """Changes the containers that are being read."""

    def __init__(self, *containers: Any) -> None:
        self.containers = containers

    def utcoffset(self, _: object) -> timedelta:
        for container in self.containers:
            if isinstance(container, dict):
                container[f"new-{len(container)}"] = 1
            else:
                container.clear()
        return timedelta(hours=8)

    def dst(self, _: object) -> timedelta:
        return timedelta(0)

    def tzname(self, _: object) -> str:
        return "mutating"


def test_containers_that_change_while_they_are_read_are_read_as_they_were() -> None:
    lines: list[Any] = [{"sku": "a", "price": 1}, {"sku": "b", "price": 2}]
    event: dict[str, Any] = {"id": "e", "at": None, "purchase": {"order": "o", "lines": lines}}
    event["at"] = datetime(2026, 3, 1, 10, tzinfo=Mutating(event))
    assert Event.from_dict(event).at == AT
    assert "new-3" in event


class Failing(Mutating):
    def utcoffset(self, _: object) -> timedelta:
        raise Hostile


def test_exceptions_of_the_caller_are_not_swallowed() -> None:
    with pytest.raises(Hostile):
        Event.activity("e", datetime(2026, 3, 1, tzinfo=Failing()), kind="x")


def test_times_of_day_are_no_times() -> None:
    refused({"id": "e", "at": time(10, 0), "activity": {"kind": "x"}}, "wrong_type", "at")


def test_times_finer_than_a_microsecond_are_refused() -> None:
    class Stamp(datetime):
        nanosecond = 5

    refused(
        {"id": "e", "at": Stamp(2026, 3, 1, tzinfo=timezone.utc), "activity": {"kind": "x"}}, "invalid_time", "at"
    )


def test_numpy_scalars_are_refused_or_exact(engine: Engine) -> None:
    numpy = pytest.importorskip("numpy")
    for scalar in (numpy.float64(9.9), numpy.float32(9.9), numpy.int64(9), numpy.bool_(True), numpy.array([1])):
        refused(purchase(price=scalar), "wrong_type", PRICE)
    assert Event.from_dict(purchase(price=numpy.str_("9.90"))).kind == "purchase"


def test_refused_events_change_nothing(engine: Engine, member: Member) -> None:
    engine.apply(member, purchase())
    before = member.to_json()
    for bad in (purchase("e-2", price=1.5), purchase("e-2", "o-1"), purchase("e-1", "o-3"), {}):
        with pytest.raises(ValueError if bad in ({}, purchase("e-2", price=1.5)) else Exception):
            engine.apply(member, bad)
        assert member.to_json() == before
