"""Words, and how they are put together."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]

LIST_SHOWN_MAX = 12
"""Values of a list that are shown; how many more there are is said."""


class Words:
    """The names of a program, and the lines that are said of it."""

    def __init__(self, document: Json, lang: Literal["zh", "en"]) -> None:
        self.doc = document
        self.lang: Literal["zh", "en"] = lang
        self.lines: list[str] = []
        self.metrics: dict[str, Json] = {metric["id"]: metric for metric in document["metrics"]}
        self.segments: dict[str, Json] = {segment["id"]: segment for segment in document["segments"]}
        self.scores: dict[str, Json] = {score["id"]: score for score in document["scores"]}
        self.accounts: dict[str, Json] = {account["id"]: account for account in document["accounts"]}

    def t(self, en: str, zh: str) -> str:
        """The one of two texts that is in the language asked for."""
        return zh if self.lang == "zh" else en

    def put(self, depth: int, text: str) -> None:
        mark = "- " if depth > 1 else ""
        # Between Chinese and digits stands a space, but none at the start or after a mark.
        if self.lang == "zh":
            text = re.sub(r"(^|[，：；。（、]) +", r"\1", text)
        self.lines.append("  " * depth + mark + text)

    def head(self, en: str, zh: str) -> None:
        self.lines.extend(["", self.t(en, zh)])

    def label(self, label: Any) -> str:
        if isinstance(label, str):
            return label
        return str(label.get(self.lang) or next(iter(label.values())))

    def name(self, named: Json) -> str:
        return self.label(named["name"]) if "name" in named else str(named["id"])

    def named(self, named: Json) -> str:
        """The name for people, and the id by which other texts call it."""
        if "name" not in named or self.name(named) == named["id"]:
            return str(named["id"])
        return self.t(f"{self.name(named)} ({named['id']})", f"{self.name(named)}（{named['id']}）")

    def account(self, account: str) -> str:
        return self.name(self.accounts.get(account, {"id": account}))

    def points(self, points: Any, account: "str | None") -> str:
        if account is None or len(self.accounts) < 2:
            return self.t("1 point" if str(points) == "1" else f"{points} points", f" {points} 分")
        return self.t(f"{points} {self.account(account)}", f" {points} {self.account(account)}")

    def money(self, amount: Any) -> str:
        return f"{amount} {self.doc['currency']}"

    def span(self, span: Mapping[str, int]) -> str:
        words = {"days": "天", "weeks": "周", "months": "个月", "years": "年"}
        return self.t(
            self.join([self.count(count, unit.removesuffix("s")) for unit, count in span.items()]),
            "".join(f"{count} {words[unit]}" for unit, count in span.items()),
        )

    def count(self, count: int, unit: str) -> str:
        """English: `1 day`, `2 days`."""
        return f"{count} {unit}" if count == 1 else f"{count} {unit}s"

    def days(self, dates: Json) -> str:
        first, last = dates.get("from"), dates.get("until")
        if first and last:
            return self.t(f"from {first} to {last}", f"{first} 至 {last}")
        if first:
            return self.t(f"from {first} on", f"{first} 起")
        return self.t(f"until {last}", f"{last} 止") if last else ""

    def either(self, values: Iterable[Any]) -> str:
        quoted = [self.t(f"`{value}`", f"「{value}」") for value in values]
        return self.join(quoted, either=True)

    def join(self, parts: "Iterable[str]", either: bool = False) -> str:
        shown: Sequence[str] = list(parts)
        if len(shown) > LIST_SHOWN_MAX:
            rest = len(shown) - LIST_SHOWN_MAX
            shown = [*shown[:LIST_SHOWN_MAX], self.t(f"{rest} more", f"另外 {rest} 项")]
        if len(shown) < 2:
            return "".join(shown)
        if self.lang == "zh":
            return "、".join(shown[:-1]) + ("或" if either else "和") + shown[-1]
        return ", ".join(shown[:-1]) + (" or " if either else " and ") + shown[-1]

    def sentence(self, words: str) -> str:
        if self.lang == "zh":
            return words + "。"
        return words[:1].upper() + words[1:] + "."

    def raw(self, setting: Any) -> str:
        """A setting that there are no words for yet, as it is written."""
        return json.dumps(setting, ensure_ascii=False)

    def length(self, rule: Json, word: str) -> tuple[str, str]:
        """A span, and what may follow it: alignment, more time, whether the day itself counts."""
        span = self.span({unit: rule[unit] for unit in ("days", "weeks", "months", "years") if unit in rule})
        align = {
            "month_end": self.t(f", {word} the end of that month", "（至当月末）"),
            "quarter_end": self.t(f", {word} the end of that quarter", "（至当季末）"),
            "half_year_end": self.t(f", {word} the end of that half-year", "（至当半年末）"),
            "year_end": self.t(f", {word} the end of that year", "（至当年末）"),
        }.get(rule.get("align", "day"), "")
        plus = self.t(f", plus {self.span(rule['plus'])}", f"再加 {self.span(rule['plus'])}") if "plus" in rule else ""
        last = self.t(" (that day no longer counts)", "（当日不计）") if rule["last_day"] == "excluded" else ""
        return span, f"{align}{plus}{last}"
