"""The tree of exceptions."""

import copy
import json
import pickle
from datetime import datetime, timedelta

import pytest
from programs import AT, UTC, purchase, shop

import loyalty
from loyalty import (
    CallError,
    CorruptMember,
    Engine,
    InputError,
    InternalError,
    LoyaltyError,
    Member,
    OutOfOrder,
    Program,
    ProgramError,
    Refused,
    _errors,
)


def test_every_code_has_a_class_of_its_kind() -> None:
    codes = loyalty.error_codes()
    assert len(codes) >= 40
    assert len({code.code for code in codes}) == len({code.number for code in codes}) == len(codes)
    classes = {
        "fix_input": InputError,
        "fix_program": ProgramError,
        "refused": Refused,
        "rebase": OutOfOrder,
        "restore": CorruptMember,
        "fix_call": CallError,
        "report": InternalError,
    }
    assert {code.kind for code in codes} == set(classes)
    for code in codes:
        assert code.exception is classes[code.kind], code
        assert code.meaning.endswith(".")
        text = json.dumps({"code": code.code, "kind": code.kind, "path": "a", "message": "m"}, separators=(",", ":"))
        made = _errors.from_json(text)
        assert type(made) is code.exception and made.to_json() == text


def test_the_tree() -> None:
    for cls in (InputError, ProgramError, Refused, OutOfOrder, CorruptMember, CallError, InternalError):
        assert issubclass(cls, LoyaltyError) and cls.__module__ == "loyalty"
    for cls in (InputError, ProgramError, CorruptMember):
        assert issubclass(cls, ValueError)
    assert not issubclass(Refused, ValueError)


def test_out_of_order_says_how_far_the_member_is(engine: Engine, member: Member) -> None:
    late = datetime(2026, 3, 1, 2, 0, 0, 120000, UTC)
    engine.advance(member, late)
    engine.apply(member, {**purchase(), "at": late})
    with pytest.raises(OutOfOrder) as caught:
        engine.apply(member, purchase("e-2", "o-2", price=1))
    error = caught.value
    assert (error.code, error.kind, error.path, error.as_of) == ("out_of_order", "rebase", "at", late)
    assert json.loads(error.to_json())["as_of"] == "2026-03-01T02:00:00.12Z"
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is OutOfOrder and again.as_of == late and again.to_json() == error.to_json()


def test_refusals(engine: Engine, member: Member) -> None:
    engine.apply(member, purchase())
    for event, code in [
        (purchase("e-2", "o-1"), "duplicate_order"),
        (purchase("e-1", "o-2"), "id_conflict"),
        ({"id": "e-3", "at": AT, "return": {"order": "o-9"}}, "unknown_order"),
        (purchase("e-4", "o-4", member="m-2"), "wrong_member"),
    ]:
        with pytest.raises(Refused) as caught:
            engine.apply(member, event)
        assert caught.value.code == code
        assert str(caught.value).startswith(code)


def test_a_program_error_lists_its_mistakes() -> None:
    with pytest.raises(ProgramError) as caught:
        Program('{"schema": 1, "id": "x", "currency": "XXX", "timezone": "Mars/Base"}')
    error = caught.value
    assert {detail.path for detail in error.details} == {"currency", "timezone"}
    assert all(line.startswith("  ") for line in str(error).splitlines()[1:])
    again = copy.deepcopy(error)
    assert again.to_json() == error.to_json() and len(again.details) == 2
    assert "program_invalid" in repr(error)


def test_a_damaged_member_is_found(engine: Engine, member: Member) -> None:
    engine.apply(member, purchase())
    text = member.to_json()
    document = json.loads(text)
    document["schema"] = 99
    with pytest.raises(CorruptMember) as caught:
        Member.from_json(json.dumps(document))
    assert caught.value.code == "member_mismatch"
    with pytest.raises(InputError):
        Member.from_json(text[:-1])
    with pytest.raises(InputError):
        Member.from_json(b"\xff")


def test_a_host_can_make_an_error_of_its_own() -> None:
    error = LoyaltyError("the stock is out", code="internal", path="lines[0]", details=[LoyaltyError("more")])
    assert str(error) == "internal at lines[0]: the stock is out\n  internal: more"
    assert error.args == ("the stock is out",)


def test_time_goes_forward_only(engine: Engine, member: Member) -> None:
    engine.apply(member, purchase())
    with pytest.raises(OutOfOrder):
        engine.advance(member, AT - timedelta(microseconds=1))
    assert Engine(shop()).next_due(member) == engine.next_due(member)
