"""The typed shapes of what comes out are those of the engine, field by field."""

import collections.abc
import json
import types
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from samples import ROOT

import loyalty.types
from loyalty import Outcome

UNTYPED = {"Amount", "Date", "Exact", "Figure", "Id", "Instant", "Points", "TaskState", "TenderAs", "TraceResult", "UnusedWhy"}
"""Definitions that are no objects."""

FIGURE = frozenset({"str", "int", ("list", frozenset({"str"}))})
"""A figure is told as text, also in receipts."""

Node = Mapping[str, Any]
Shape = frozenset[Any]


@cache
def schema() -> dict[str, Any]:
    root: dict[str, Any] = json.loads((ROOT / "include" / "answers.schema.json").read_bytes())
    return root


def definition(node: Node) -> "tuple[str, Node]":
    """The definition that a node refers to, with its name; the node itself if it refers to none."""
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        return name, schema()["$defs"][name]
    return "", node


def fields(node: Node) -> "dict[str, tuple[Node, bool]]":
    """Every field of an object, and whether it is always there."""
    always = set(node.get("required", ()))
    found = {name: (inner, name in always) for name, inner in node.get("properties", {}).items()}
    for branch in node.get("oneOf", ()):
        found.update({name: (inner, False) for name, inner in branch.get("properties", {}).items()})
    return found


def within(node: Node) -> Iterator[str]:
    """The names of all definitions that stand in a node."""
    name, inner = definition(node)
    if name:
        yield name
    for one in (*inner.get("anyOf", ()), *([inner["items"]] if "items" in inner else ())):
        yield from within(one)
    for one, _ in fields(inner).values():
        yield from within(one)


def said(node: Node, money: str) -> Shape:
    """What the schema says of a value: the Python types that it may have, where amounts of money are of this one."""
    name, inner = definition(node)
    if name == "Figure":
        return FIGURE
    if name in ("Amount", "Exact"):
        return frozenset({money})
    if name and name not in UNTYPED:
        return frozenset({name})
    words = inner.get("enum") or [one["const"] for one in inner.get("oneOf", ()) if "const" in one]
    if words:
        return frozenset(("word", word) for word in words)
    if "anyOf" in inner:
        return frozenset().union(*(said(one, money) for one in inner["anyOf"]))
    kinds = inner["type"] if isinstance(inner["type"], list) else [inner["type"]]
    plain = {"string": "str", "integer": "int", "boolean": "bool", "null": "None"}
    return frozenset(("list", said(inner["items"], money)) if kind == "array" else plain[kind] for kind in kinds)


def typed(hint: Any) -> Shape:
    """What the package says of a value, in the same form."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return frozenset().union(*map(typed, get_args(hint)))
    if origin is Literal:
        return frozenset(("word", word) for word in get_args(hint))
    if origin in (list, collections.abc.Sequence):
        return frozenset({("list", typed(get_args(hint)[0]))})
    return frozenset({"None" if hint is type(None) else hint.__name__})


def objects() -> list[str]:
    return sorted(set(schema()["$defs"]) - UNTYPED)


@pytest.mark.parametrize("name", objects())
def test_every_field_of_the_schema_is_typed_and_no_other(name: str) -> None:
    of_receipts = set(within(schema()["properties"]["receipt"]))
    kind = getattr(loyalty.types, name)
    assert is_typeddict(kind), name
    hints = get_type_hints(kind)
    told = fields(schema()["$defs"][name])
    assert set(hints) == set(told)
    assert kind.__required_keys__ == {field for field, (_, always) in told.items() if always}
    for field, (node, always) in told.items():
        shape = said(node, "Decimal" if name in of_receipts else "str")
        # What may be left out is left out, and never `None`.
        assert typed(hints[field]) == (shape if always else shape - {"None"}), (name, field)


def full(node: Node) -> Any:
    """A value of this form with every field that it may have."""
    name, inner = definition(node)
    if name in ("Amount", "Exact"):
        return "1.50"
    for branches in (inner.get("anyOf"), inner.get("oneOf")):
        if branches and "properties" not in inner:
            return full(branches[0])
    if "const" in inner:
        return inner["const"]
    if "properties" in inner:
        return {field: full(one) for field, (one, _) in fields(inner).items()}
    if "items" in inner:
        return [full(inner["items"])]
    kind = inner["type"] if isinstance(inner["type"], str) else inner["type"][0]
    return {"string": "x", "integer": 3, "boolean": True}[kind]


def holds(value: Any, shape: Shape) -> bool:
    """Whether a value is of this shape, down to the last field."""
    return any(holds_one(value, one) for one in shape)


def holds_one(value: Any, one: Any) -> bool:
    if isinstance(one, tuple):
        kind, inner = one
        if kind == "word":
            return bool(value == inner)
        return isinstance(value, list) and all(holds(each, inner) for each in value)
    plain = {"str": str, "int": int, "bool": bool, "Decimal": Decimal, "None": type(None)}
    if one in plain:
        return type(value) is plain[one]
    kind = getattr(loyalty.types, one)
    hints = get_type_hints(kind)
    return (
        isinstance(value, dict)
        and kind.__required_keys__ <= set(value) <= set(hints)
        and all(holds(inner, typed(hints[field])) for field, inner in value.items())
    )


def test_receipts_come_as_they_are_typed() -> None:
    node = schema()["properties"]["receipt"]
    document = {"entries": [], "messages": [], "receipt": full(node), "returned": full(node), "version": 1, "next_due": None}
    outcome = Outcome.from_json(json.dumps(document))
    assert outcome.receipt is not None and outcome.receipt["total"]["paid"] == Decimal("1.50")
    assert holds(outcome.receipt, frozenset({"Receipt"}))
    assert holds(outcome.returned, frozenset({"Receipt"}))
    assert not holds(document["receipt"], frozenset({"Receipt"}))
