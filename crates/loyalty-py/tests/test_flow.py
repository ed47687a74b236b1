"""The API as a host uses it, with numbers worked out by hand."""

import copy
import json
import pickle
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from programs import AT, UTC, purchase, shop

import loyalty
from loyalty import Engine, Event, Member, Outcome, Program

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_year_of_a_member(engine: Engine, member: Member) -> None:
    engine.apply(member, Event.enroll("e-0", AT, birthday=date(1990, 5, 4), profile={"city": "上海", "kids": 2}, tags=["vip"]))
    assert member.enrolled_at == AT
    assert member.has_tag("vip") and not member.has_tag("other")

    bought = engine.apply(
        member,
        Event.purchase("e-1", AT, order="o-1", lines=[{"sku": "pu-erh", "quantity": 2, "price": Decimal("2600.00")}]),
    )
    # 5,200.00 at 1 point a yuan; the rung is reached by this order, so the factor does not count for it.
    assert member.balance("points") == 5200
    assert member.balances() == {"points": {"available": 5200, "pending": 0, "held": 0, "debt": 0}}
    assert member.tier("club") == "silver" and member.tier("none") is None
    assert member.primary_tier == "silver"
    assert [next(key for key in entry if key not in ("n", "at")) for entry in bought.entries] == [
        "purchase",
        "earned",
        "tier",
    ]
    assert bought.version == member.version == 4
    assert bought.receipt is not None
    assert bought.receipt["total"] == {
        "list": Decimal("5200.00"),
        "discounted": Decimal("5200.00"),
        "paid": Decimal("5200.00"),
    }
    assert isinstance(bought.receipt["lines"][0]["paid"], Decimal)
    assert bought.entries[0]["purchase"] == {"order": "o-1", "paid": "5200.00"}
    assert bought.messages == [] and bought.trace is None and not bought.duplicate

    # Silver until the end of 1 March 2027 in Shanghai; the points until the end of that month.
    assert engine.next_due(member) == bought.next_due == datetime(2027, 3, 1, 16, tzinfo=UTC)
    engine.apply(member, Event.activity("e-2", AT + timedelta(days=1), kind="check_in"))
    # The factor for silver is a rule on purchases: it leaves a check-in alone.
    assert member.balance("points") == 5205

    paid = engine.apply(
        member,
        Event.purchase(
            "e-3",
            AT + timedelta(days=2),
            order="o-2",
            lines=[{"sku": "cup", "price": "40"}],
            tender=[{"points": 1000}],
        ),
    )
    # 1,000 points pay 10.00; 30 points for the rest, times 1.5.
    assert paid.receipt is not None
    assert paid.receipt["tender"] == [{"account": "points", "asked": 1000, "points": 1000, "value": Decimal("10.00")}]
    assert paid.receipt["total"]["paid"] == Decimal("30.00")
    assert member.balance("points") == 5205 - 1000 + 45

    engine.apply(member, Event.returned("e-4", AT + timedelta(days=3), order="o-2"))
    assert member.balance("points") == 5205
    engine.apply(member, Event.adjust("e-5", AT + timedelta(days=4), credit=3, reason="goodwill"))
    assert member.balance("points") == 5208
    engine.apply(member, Event.tags("e-6", AT + timedelta(days=4), add=["b"], remove=["vip"]))
    engine.apply(member, Event.profile("e-7", AT + timedelta(days=4), profile={"city": None}))
    assert not member.has_tag("vip") and member.has_tag("b")

    later = engine.advance(member, datetime(2027, 4, 1, tzinfo=SHANGHAI))
    assert member.balance("points") == 0
    assert member.tier("club") == "regular"
    assert [entry["at"] for entry in later.entries if "expired" in entry] == ["2027-03-31T16:00:00Z"] * len(
        [entry for entry in later.entries if "expired" in entry]
    )
    assert member.as_of == datetime(2027, 3, 31, 16, tzinfo=UTC)


def test_a_quote_changes_nothing_and_is_what_then_happens(engine: Engine, member: Member) -> None:
    before = member.to_json()
    quote = engine.quote(member, purchase())
    assert member.to_json() == before
    assert engine.apply(member, purchase()).to_json() == quote.to_json()
    assert quote == Outcome.from_json(quote.to_json())


def test_an_event_that_was_taken_is_answered_with_duplicate(engine: Engine, member: Member) -> None:
    engine.apply(member, purchase())
    again = engine.apply(member, purchase())
    assert again.duplicate and member.balance("points") == 100
    assert "duplicate=True" in repr(again)


def test_a_trace_says_why(engine: Engine, member: Member) -> None:
    outcome = engine.apply(member, purchase(), trace=True)
    assert outcome.trace is not None
    by_rule = {rule["rule"]: rule for rule in outcome.trace}
    assert by_rule["base"]["result"] == "gave" and by_rule["base"]["points"] == 100
    assert by_rule["silver-bonus"]["unmet"][0]["leaf"] == "tier"


def test_entries_come_without_a_receipt(engine: Engine, member: Member) -> None:
    plain = engine.quote(member, purchase())
    bare = engine.apply(member, purchase(), receipt=False)
    assert plain.receipt is not None and bare.receipt is None
    assert bare.entries == plain.entries and member.balance("points") == 100
    with pytest.raises(ValueError, match="a trace comes with the receipt"):
        engine.quote(member, purchase(), trace=True, receipt=False)


def test_progress_says_what_is_missing(engine: Engine, member: Member) -> None:
    assert engine.progress(member) == {"tracks": [], "tasks": []}
    engine.apply(member, purchase(price="1200.50"))
    (track,) = engine.progress(member)["tracks"]
    assert (track["track"], track["rung"]) == ("club", "regular")
    unmet = track["next"][0]["unmet"][0]
    assert (unmet["found"], unmet["needed"], unmet["missing"]) == ("1200.50", "5000.00", "3799.50")


def test_progress_in_tasks(member: Member) -> None:
    task = {"id": "week", "within": {"days": 6}, "steps": [{"id": "visit", "on": "activity:check_in", "times": 2}]}
    engine = Engine({**shop(), "tasks": [task]})
    engine.apply(member, Event.activity("e-1", AT, kind="check_in"))
    (progress,) = engine.progress(member)["tasks"]
    assert (progress["task"], progress["state"], progress["done"], progress["needed"]) == ("week", "begun", 0, 1)
    assert progress["steps"] == [{"step": "visit", "times": 1, "needed": 2}]
    # The day itself and the six after it, in Shanghai.
    assert progress["until"] == "2026-03-07T16:00:00Z" and progress["since"] == "2026-03-01T02:00:00Z"
    assert engine.sentence(progress["unmet"][0], "zh") == "visit：已完成 1 次，需要 2 次，还差 1 次。"


def test_a_ranking_is_sorted_by_keys() -> None:
    best = {"id": "best", "when": {"not": {"tag": ["guest"]}}, "by": [{"metric": "spend-year"}]}
    engine = Engine({**shop(), "rankings": [best]})
    names = {"m-1": "8.00", "m-2": "1200.00", "m-3": "0.50"}
    keys = {}
    for name, price in names.items():
        one = Member(name)
        assert engine.ranking(one, "best", AT) is None
        engine.apply(one, purchase(price=price))
        rank = engine.ranking(one, "best", AT + timedelta(days=1))
        assert rank is not None and rank["figures"] == [{"of": "spend-year", "value": price}]
        keys[name] = rank["key"]
    assert sorted(keys, key=lambda name: keys[name]) == ["m-2", "m-1", "m-3"]
    assert engine.ranking(one, "best", "2027-06-01T00:00:00Z") == {
        "figures": [{"of": "spend-year", "value": "0.00"}],
        "key": "07fffffffffffffff",
    }
    engine.apply(one, Event.tags("e-9", AT, add=["guest"]))
    assert engine.ranking(one, "best", AT) is None
    with pytest.raises(loyalty.InputError) as unknown:
        engine.ranking(one, "worst", AT)
    assert unknown.value.path == "id"
    with pytest.raises(loyalty.OutOfOrder):
        engine.ranking(one, "best", AT - timedelta(days=1))
    with pytest.raises(TypeError):
        engine.ranking(one, 7, AT)  # type: ignore[arg-type]


def test_the_life_of_a_member(member: Member) -> None:
    rules = {
        **shop(),
        "lifecycle": {},
        "winback": [{"id": "calls", "steps": [{"id": "call"}], "effect_days": 3, "max_attempts": 1}],
        "warning": {
            "signals": [{"id": "asleep", "weight": 3, "when": {"stage": ["dormancy"]}}],
            "levels": {"light": 1, "moderate": 2, "severe": 3},
        },
    }
    engine = Engine(rules)
    assert (member.stage, member.warning, member.is_abandoned) == (None, "none", False)
    engine.apply(member, Event.enroll("e-1", AT, referrer="m-9"))
    assert (member.stage, member.warning) == ("introduction", "none")
    engine.apply(member, {"id": "e-2", "at": "2026-10-01T10:00:00+08:00", "outreach": {"ladder": "calls", "step": "call"}})
    assert (member.stage, member.warning, member.is_abandoned) == ("dormancy", "severe", False)
    engine.advance(member, "2026-10-05T00:00:00+08:00")
    assert (member.stage, member.warning, member.is_abandoned) == ("dormancy", "severe", True)


def test_who_joins_names_the_referrer(engine: Engine, member: Member) -> None:
    joined = engine.apply(member, Event.enroll("e-1", AT, referrer="m-9"))
    assert joined.entries[0]["enrolled"] == {"referrer": "m-9"}
    with pytest.raises(loyalty.Refused):
        engine.apply(Member("m-9"), Event.enroll("e-1", AT, referrer="m-9"))


def test_a_sentence_says_what_is_missing(engine: Engine, member: Member) -> None:
    engine.apply(member, purchase(price="1200.50"))
    unmet = engine.progress(member)["tracks"][0]["next"][0]["unmet"][0]
    of = unmet["of"]
    own = {"en": {"metric": "Only {missing} to go!"}}
    assert "1200.50 CNY" in engine.sentence(unmet)
    assert "还差 3799.50 CNY" in engine.sentence(unmet, "zh-CN")
    assert engine.sentence(unmet, messages=own) == "Only 3799.50 CNY to go!"
    assert engine.sentence({"leaf": "metric", "of": of}, "en").endswith("is needed.")
    with pytest.raises(ValueError):
        engine.sentence(unmet, messages={"en": {"nothing": ""}})


def test_text_bytes_and_dict_are_the_same_program() -> None:
    text = json.dumps(shop())
    one = Program(text)
    assert one == Program(text.encode()) == Program(shop()) == Program(one)
    assert hash(one) == hash(Program(shop()))
    assert (one.id, one.version, one.currency, one.timezone) == ("tea-house", "2026-1", "CNY", "Asia/Shanghai")
    assert json.loads(one.to_json()) == one.to_dict()
    assert Program(one.to_json()) == one
    assert Engine(one).program == one


def test_text_and_dict_are_the_same_event(engine: Engine) -> None:
    document = {
        "id": "e-1",
        "at": "2026-03-01T10:00:00+08:00",
        "store": "店-1",
        "attributes": {"a": "x", "n": Decimal("1.50"), "yes": True},
        "purchase": {"order": "o-1", "lines": ({"sku": "tea", "price": Decimal("12.5"), "quantity": 3},)},
    }
    text = (
        '{"id":"e-1","at":"2026-03-01T10:00:00+08:00","store":"店-1","attributes":{"a":"x","n":1.50,"yes":true},'
        '"purchase":{"order":"o-1","lines":[{"sku":"tea","price":12.5,"quantity":3}]}}'
    )
    read, made = Event.from_json(text), Event.from_dict(document)
    assert read == made and hash(read) == hash(made)
    assert read.to_json() == text
    assert (read.id, read.kind, read.at, read.member) == ("e-1", "purchase", AT, None)
    one, two = Member("m"), Member("m")
    assert engine.apply(one, document).to_json() == engine.apply(two, read).to_json()
    assert one == two


@pytest.mark.parametrize(
    "number, written",
    [
        (Decimal("12.30"), "12.30"),
        (Decimal("1E+2"), "100"),
        (Decimal("1.5E+1"), "15"),
        (Decimal("1.25E+1"), "12.5"),
        (Decimal("25E-10"), "0.0000000025"),
        (Decimal("0E+3"), "0"),
        (Decimal("0E-9"), "0.000000000"),
        (Decimal("123E-7"), "0.0000123"),
        (7, "7"),
    ],
)
def test_numbers_are_written_in_plain_digits(number: object, written: str) -> None:
    event = Event.from_dict({"id": "e", "at": AT, "attributes": {"n": number}, "activity": {"kind": "x"}})
    assert f'"n":{written}}}' in event.to_json()


@pytest.mark.parametrize(
    "at, written",
    [
        (AT, "2026-03-01T02:00:00+00:00"),
        (datetime(2026, 3, 1, 10, 0, 0, 500, SHANGHAI), "2026-03-01T10:00:00.000500+08:00"),
        # The clock is set back: the same wall time twice.
        (datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=0), "2026-10-25T02:30:00+02:00"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1), "2026-10-25T02:30:00+01:00"),
        # Local mean time of 1900 is +08:05:43: the instant is kept, the offset cut to the minute.
        (datetime(1900, 1, 1, 12, tzinfo=SHANGHAI), "1900-01-01T11:59:17+08:05"),
        (datetime(1900, 1, 1, 12, tzinfo=timezone(-timedelta(hours=1, seconds=30))), "1900-01-01T12:00:30-01:00"),
    ],
)
def test_times_keep_their_instant_and_offset(at: datetime, written: str) -> None:
    event = Event.activity("e", at, kind="x")
    assert f'"at":"{written}"' in event.to_json()
    assert event.at == at.astimezone(UTC)


def test_members_can_be_copied_pickled_and_stored(engine: Engine, member: Member) -> None:
    engine.apply(member, purchase())
    for other in (
        copy.copy(member),
        copy.deepcopy(member),
        pickle.loads(pickle.dumps(member)),
        Member.from_json(member.to_json()),
        Member.from_json(member.to_json().encode()),
    ):
        assert other == member and other is not member
        assert other.to_json() == member.to_json()
        engine.apply(other, purchase("e-2", "o-2"))
        assert other != member
    assert member != "m-1"
    with pytest.raises(TypeError, match="unhashable"):
        hash(member)


def test_everything_else_can_be_pickled(engine: Engine, member: Member) -> None:
    outcome = engine.apply(member, purchase(), trace=True)
    event = Event.from_dict(purchase())
    for thing in (outcome, event, engine.program):
        assert pickle.loads(pickle.dumps(thing)) == thing
    for thing in (event, engine.program):
        assert copy.deepcopy(thing) is thing
    again = pickle.loads(pickle.dumps(engine))
    assert again.program == engine.program
    restored = pickle.loads(pickle.dumps(outcome))
    assert restored.receipt == outcome.receipt and restored.next_due == outcome.next_due
    assert (restored.version, restored.duplicate, restored.trace) == (outcome.version, False, outcome.trace)


def test_repr_is_worth_reading(engine: Engine, member: Member) -> None:
    assert repr(member) == "Member('m-1', version=0)"
    outcome = engine.apply(member, purchase())
    assert repr(member) == "Member('m-1', version=2, as_of=2026-03-01T02:00:00Z, points=100)"
    assert repr(outcome) == "Outcome(version=2, entries=[purchase, earned 100], next_due=2027-03-31T16:00:00Z)"
    assert repr(engine) == "Engine('tea-house')"
    assert repr(engine.program) == "Program('tea-house', currency='CNY', timezone='Asia/Shanghai')"
    assert repr(Event.from_dict(purchase())) == "Event('e-1', purchase, at=2026-03-01T02:00:00Z)"


def test_outcomes_are_plain_data(engine: Engine, member: Member) -> None:
    outcome = engine.apply(member, purchase(), trace=True)
    assert outcome.to_dict() == json.loads(outcome.to_json())
    assert json.dumps(outcome.to_dict(), ensure_ascii=False, separators=(",", ":")) == outcome.to_json()
    outcome.entries.clear()
    assert len(outcome.entries) == 2


def test_advance_takes_text_too(engine: Engine, member: Member) -> None:
    engine.advance(member, "2026-03-01T10:00:00.5+08:00")
    assert member.as_of is None  # without a history there is nothing that time could change
    engine.apply(member, purchase())
    engine.advance(member, "2026-03-01T10:00:00.5+08:00")
    assert member.as_of == datetime(2026, 3, 1, 2, 0, 0, 500000, UTC)
    assert member.as_of.tzinfo is UTC


def test_names_are_those_that_are_promised() -> None:
    for name in loyalty.__all__:
        assert getattr(loyalty, name) is not None
    for cls in (Program, Engine, Member, Event, Outcome):
        assert cls.__module__ == "loyalty" and cls.__doc__


def test_what_expires_and_what_it_costs() -> None:
    program = {
        "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
        "accounts": [{
            "id": "points",
            "expiry": {"after": {"months": 12, "align": "month_end"}},
            "liability": {"cost_per_point": "0.008", "redemption_percent": "75"},
        }],
    }
    engine, member = Engine(program), Member("m-1")
    assert engine.expiring(member, by=date(2027, 12, 31)) == [] and engine.liability(member) == []
    engine.apply(member, {"id": "e-1", "at": AT, "adjust": {"credit": 120, "reason": "gift"}})
    end = AT.astimezone(SHANGHAI)
    month = f"{end.year}-{end.month:02}"
    rows = engine.expiring(member, by=date(end.year + 1, 12, 31))
    assert [row["points"] for row in rows] == [120] and rows[0]["expires_at"] is not None
    assert engine.expiring(member, by=f"{end.year}-12-31") == [{"account": "points", "expires_at": None, "points": 120}]
    # 120 points at 0.008 are 0.96, and three quarters of them are expected to be used.
    assert engine.liability(member) == [{
        "account": "points", "earned": month, "expires": f"{end.year + 1}-{end.month:02}", "points": 120, "cost": "0.96", "expected": "0.72",
    }]
    with pytest.raises(loyalty.InputError):
        engine.expiring(member, by=AT)
    with pytest.raises(loyalty.InputError):
        engine.expiring(member, by="2026-13-01")
