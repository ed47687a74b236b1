"""Programs to read: all that the repository has, and documents that the schema makes up."""

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from loyalty import LoyaltyError, Program, Timeline
from loyalty._explain.seen import Seen

ROOT = Path(__file__).parents[3]
DEEPEST = 2
"""How often a part of the schema may stand within itself."""


def programs() -> Iterator[tuple[str, Program]]:
    """Every good program of the examples and the scenarios, with its place."""
    for path in sorted((ROOT / "examples" / "programs").glob("*.json")):
        yield path.stem, Program(path.read_bytes())
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.json")):
        scenarios = json.loads(path.read_bytes())
        for scenario in scenarios if isinstance(scenarios, list) else [scenarios]:
            for part in [scenario, *scenario.get("steps", ())]:
                if "program" in part:
                    try:
                        timeline = Timeline(json.dumps(part["program"]))
                    except LoyaltyError:
                        # Some are there to be refused.
                        continue
                    for program in timeline.programs:
                        yield f"{path.stem}: {scenario['id']}", program


@cache
def schema() -> dict[str, Any]:
    """The language of programs."""
    root: dict[str, Any] = json.loads((ROOT / "include" / "program.schema.json").read_bytes())
    return root


def ids(value: Any) -> Iterator[str]:
    """The ids in a document."""
    if isinstance(value, dict):
        for key, inner in dict.items(value):
            if key == "id" and isinstance(inner, str):
                yield inner
            yield from ids(inner)
    elif isinstance(value, list):
        for one in value:
            yield from ids(one)


class Schema:
    """Makes up documents that have the form of a program, though they may make no sense.

    Objects are noted by the name of their definition, so that it can be asked which settings were ever looked at.
    """

    def __init__(self) -> None:
        self.root = schema()
        self.random = random.Random(1)
        self.turns: dict[int, int] = {}
        self.made: list[tuple[str, Seen]] = []
        self.count = 0

    def program(self) -> Seen:
        self.made.clear()
        made = self.make(self.root, "Program", ())
        assert isinstance(made, Seen)
        return made

    def make(self, node: dict[str, Any], name: str, within: "tuple[str, ...]") -> Any:
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[1]
            return self.make(self.root["$defs"][name], name, (*within, name))
        branches = node.get("anyOf") or node.get("oneOf")
        if branches and "properties" not in node:
            open_to = [one for one in branches if one.get("type") != "null" and not self.too_deep(one, within)]
            return self.make(self.rarest(open_to), name, within)
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return self.random.choice(node["enum"])
        kinds = node.get("type", "object")
        kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
        if kind == "object":
            return self.make_object(node, name, within)
        if kind == "array":
            items = node.get("items", {"type": "integer"})
            least = node.get("minItems", 1)
            return [] if self.too_deep(items, within) else [self.make(items, name, within) for _ in range(max(least, 2))]
        return self.make_value(kind, node)

    def rarest(self, branches: list[dict[str, Any]]) -> dict[str, Any]:
        """The branch that has been taken least often, so that each has its turn."""
        least = min(self.turns.get(id(one), 0) for one in branches)
        branch = self.random.choice([one for one in branches if self.turns.get(id(one), 0) == least])
        self.turns[id(branch)] = least + 1
        return branch

    def make_object(self, node: dict[str, Any], name: str, within: "tuple[str, ...]") -> Seen:
        entries: dict[str, Any] = {}
        for key, inner in node.get("properties", {}).items():
            if self.too_deep(inner, within):
                if key in node.get("required", ()):
                    entries[key] = []
                continue
            # What may be null may be left out; of the rest the checked document has the defaults.
            if not self.may_be_null(inner) or self.random.random() < 0.7:
                entries[key] = self.make(inner, name if len(node["properties"]) > 1 else f"{name}.{key}", within)
        if isinstance(node.get("additionalProperties"), dict):
            keys = ["en", "zh"] if name == "Label" else ["a"]
            entries.update({key: self.make(node["additionalProperties"], name, within) for key in keys})
        made = Seen(entries)
        self.made.append((name, made))
        return made

    def may_be_null(self, node: dict[str, Any]) -> bool:
        return "null" in node.get("type", ()) or any(one.get("type") == "null" for one in node.get("anyOf", ()))

    def make_value(self, kind: str, node: dict[str, Any]) -> Any:
        self.count += 1
        if kind == "integer" or kind == "number":
            return self.random.randint(2, 28)
        if kind == "boolean":
            return self.random.random() < 0.5
        form = node.get("pattern", "")
        if "{4}-" in form:
            return "2026-03-01"
        if ":" in form:
            return "09:00"
        return "03-01" if "-" in form else f"word{self.count}"

    def too_deep(self, node: dict[str, Any], within: "tuple[str, ...]") -> bool:
        """Whether a part of the schema would stand in itself once too often."""
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[1]
            return within.count(name) >= DEEPEST
        parts = [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("properties", {}).values()]
        if "items" in node and isinstance(node["items"], dict):
            parts.append(node["items"])
        return any(self.too_deep(part, within) for part in parts if part.get("type") != "null")

    def settings(self, without: "set[str]") -> "set[tuple[str, str]]":
        """Every setting that can be met in a program, by its definition and key, but for some parts of a program."""
        met: set[tuple[str, str]] = set()
        root = {**self.root, "properties": {key: node for key, node in self.root["properties"].items() if key not in without}}
        self.visit(root, "Program", met, set())
        return met

    def visit(self, node: dict[str, Any], name: str, met: "set[tuple[str, str]]", known: "set[str]") -> None:
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[1]
            if name not in known:
                known.add(name)
                self.visit(self.root["$defs"][name], name, met, known)
            return
        properties = node.get("properties", {})
        for key, part in properties.items():
            met.add((name, key))
            # As in `make_object`: what is written out within a variant is called by its key.
            inner = name if len(properties) > 1 else f"{name}.{key}"
            self.visit(part, inner, met, known)
        parts = [*node.get("anyOf", ()), *node.get("oneOf", ()), node.get("items"), node.get("additionalProperties")]
        for one in parts:
            if isinstance(one, dict):
                self.visit(one, name, met, known)
