"""What nothing else has told: settings and whole lists that this version has no words for."""

from typing import Any

from loyalty._explain.seen import unasked
from loyalty._explain.tasks import Tasks


class Rest(Tasks):
    """Everything else, by its keys and ids."""

    def put_rest(self) -> None:
        rest = list(unasked(self.doc))
        self.untold.extend(path for path, _ in rest)
        # Lists of the program have headings of their own; settings within what has been told stand together.
        for path, value in rest:
            if len(path) == 1 and isinstance(value, list) and value:
                self.lines.extend(["", self.heading(path[0])])
                for one in value:
                    self.put_unknown(one)
        others = [(path, value) for path, value in rest if len(path) > 1 or not isinstance(value, list)]
        if others:
            self.head("Also set", "其他设置")
        for path, value in others:
            where, said = self.t(", ", "，").join(path).replace("_", " "), self.plain(value)
            self.put(1, self.t(f"{where}: {said}", f"{where}：{said}"))

    def heading(self, key: str) -> str:
        return key.replace("_", " ").capitalize()

    def put_unknown(self, one: Any) -> None:
        if not isinstance(one, dict) or "id" not in one:
            self.put(1, self.plain(one))
            return
        self.put(1, self.named(one))
        for key, value in one.items():
            if key not in ("id", "name"):
                said = self.condition(value) if self.is_condition(key, value) else self.plain(value)
                self.put(2, self.t(f"{key.replace('_', ' ')}: {said}", f"{key.replace('_', ' ')}：{said}"))

    def is_condition(self, key: str, value: Any) -> bool:
        """Whether a setting is a condition: all rules call it so."""
        return key == "when" and isinstance(value, dict) and len(value) == 1
