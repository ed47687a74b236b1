"""A document that notes which of its settings have been looked at.

What is said of a program is said by many hands, and each of them knows some settings by name. What none of them has asked for
would be left out in silence; so it is noted, and said in the end as it stands.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_values


class Seen(dict[str, Any]):
    """An object of the document."""

    def __init__(self, entries: dict[str, Any]) -> None:
        super().__init__({key: watched(value) for key, value in entries.items()})
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __iter__(self) -> Iterator[str]:
        self.asked.update(super().keys())
        return super().__iter__()

    def items(self) -> "dict_items[str, Any]":
        self.asked.update(super().keys())
        return super().items()

    def values(self) -> "dict_values[str, Any]":
        self.asked.update(super().keys())
        return super().values()


def watched(value: Any) -> Any:
    """The same value, its objects watched."""
    if isinstance(value, dict):
        return value if isinstance(value, Seen) else Seen(value)
    return [watched(one) for one in value] if isinstance(value, list) else value


def unasked(value: Any, path: "tuple[str, ...]" = ()) -> "Iterator[tuple[tuple[str, ...], Any]]":
    """The settings that nobody has asked for, each with its path; an element of a list is called by its id, if it has one."""
    if isinstance(value, Seen):
        for key, inner in dict.items(value):
            if key in value.asked:
                yield from unasked(inner, (*path, key))
            else:
                yield (*path, key), inner
    elif isinstance(value, list):
        for place, one in enumerate(value):
            name = dict.get(one, "id", str(place + 1)) if isinstance(one, dict) else str(place + 1)
            yield from unasked(one, (*path, name))


def pass_over(value: Any) -> None:
    """Counts a setting as said, with all that is in it."""
    if isinstance(value, Seen):
        for inner in value.values():
            pass_over(inner)
    elif isinstance(value, list):
        for one in value:
            pass_over(one)
