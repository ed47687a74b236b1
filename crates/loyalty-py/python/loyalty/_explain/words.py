"""Words, and how they are put together."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]

LIST_SHOWN_MAX = 12
"""Values of a list (articles, tags, stores) that are shown; how many more there are is said."""


class Words:
    """The names of a program, and the lines that are said of it."""

    def __init__(self, document: Json, lang: Literal["zh", "en"]) -> None:
        self.doc = document
        self.lang: Literal["zh", "en"] = lang
        self.lines: list[str] = []
        self.unworded: list[Any] = []
        """Settings that there were no words for."""
        self.untold: list[tuple[str, ...]] = []
        """Where settings stand that nothing had been told of before the end."""
        self.metrics: dict[str, Json] = {metric["id"]: metric for metric in document["metrics"]}
        self.segments: dict[str, Json] = {segment["id"]: segment for segment in document["segments"]}
        self.scores: dict[str, Json] = {score["id"]: score for score in document["scores"]}
        self.accounts: dict[str, Json] = {account["id"]: account for account in document["accounts"]}
        self.plans: dict[str, Json] = {plan["id"]: plan for plan in document.get("plans", [])}
        self.topics: dict[str, Json] = {topic["id"]: topic for topic in document.get("topics", [])}
        self.tasks: dict[str, Json] = {task["id"]: task for task in document.get("tasks", [])}
        self.conversions: dict[str, Json] = {rule["id"]: rule for rule in document.get("conversions", [])}
        self.promotions: dict[str, Json] = {
            rule["id"]: rule for key in ("offers", "coupons") for rule in document.get(key, [])
        }
        lifecycle: Json = document.get("lifecycle") or {}
        self.stages: dict[str, Json] = {stage["id"]: stage for stage in lifecycle.get("stages", [])}

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
        # The other languages are told by asking for them.
        texts = dict(label.items())
        return str(texts.get(self.lang) or next(iter(texts.values())))

    def name(self, named: Json) -> str:
        return self.label(named["name"]) if "name" in named else str(named["id"])

    def named(self, named: Json) -> str:
        """The name for people, and the id by which other texts call it."""
        if "name" not in named or self.name(named) == named["id"]:
            return str(named["id"])
        return self.t(f"{self.name(named)} ({named['id']})", f"{self.name(named)}（{named['id']}）")

    def account(self, account: str) -> str:
        return self.name(self.accounts.get(account, {"id": account}))

    def called(self, ids: Iterable[str], among: Mapping[str, Json], either: bool = True) -> str:
        """Names for people of what the program defines; an id that it does not define stands for itself."""
        return self.join([self.name(among[one]) if one in among else f"`{one}`" for one in ids], either)

    def points(self, points: Any, account: "str | None" = None) -> str:
        if account is None or (len(self.accounts) < 2 and account in self.accounts):
            return self.t("1 point" if str(points) == "1" else f"{points} points", f" {points} 分")
        name = self.account(account)
        if self.lang == "en" and str(points) == "1":
            name = re.sub("(point|credit|mile|star|coin|stamp)s$", r"\1", name, flags=re.IGNORECASE)
        return self.t(f"{points} {name}", f" {points} {name}")

    def money(self, amount: Any) -> str:
        return f"{amount} {self.doc['currency']}"

    def span(self, span: Mapping[str, int]) -> str:
        words = {"days": "天", "weeks": "周", "months": "个月", "years": "年"}
        return self.t(
            self.join([self.count(count, unit.removesuffix("s")) for unit, count in span.items()]),
            "".join(f"{count} {words[unit]}" for unit, count in span.items()),
        )

    def count(self, count: Any, unit: str) -> str:
        """English: `1 day`, `2 days`."""
        return f"{count} {unit}" if str(count) == "1" else f"{count} {unit}s"

    def days(self, dates: Json) -> str:
        first, last = dates.get("from"), dates.get("until")
        if first and first == last:
            return self.t(f"on {first}", f"{first} 当天")
        if first and last:
            return self.t(f"from {first} to {last}", f"{first} 至 {last}")
        if first:
            return self.t(f"from {first} on", f"{first} 起")
        return self.t(f"until {last}", f"{last} 止") if last else ""

    def either(self, values: Iterable[Any]) -> str:
        quoted = self.quoted(values)
        if len(quoted) > LIST_SHOWN_MAX:
            rest = len(quoted) - LIST_SHOWN_MAX
            quoted = [*quoted[:LIST_SHOWN_MAX], self.t(f"{rest} more", f"另外 {rest} 项")]
        return self.join(quoted, either=True)

    def quoted(self, values: Iterable[Any]) -> list[str]:
        return [self.t(f"`{value}`", f"「{value}」") for value in values]

    def join(self, parts: "Iterable[str]", either: bool = False) -> str:
        shown: Sequence[str] = list(parts)
        if len(shown) < 2:
            return "".join(shown)
        if self.lang == "zh":
            space = " " if shown[-1][:1].isdigit() else ""
            return "、".join(shown[:-1]) + ("或" if either else "和") + space + shown[-1]
        return ", ".join(shown[:-1]) + (" or " if either else " and ") + shown[-1]

    def sentence(self, words: str) -> str:
        if self.lang == "zh":
            return words + "。"
        return words[:1].upper() + words[1:] + "."

    def sentences(self, depth: int, rule: Mapping[str, Any], words: "Iterable[tuple[str, str, str]]") -> None:
        """A line for each setting that is there: its value takes the place of `{}`."""
        for key, en, zh in words:
            if key in rule:
                self.put(depth, self.t(en, zh).format(rule[key]))

    def put_when(self, depth: int, rule: Json) -> None:
        """The condition of a rule, if it has one."""
        if "when" in rule:
            words = self.condition(rule["when"])
            self.put(depth, self.t(f"If {words}.", f"条件：{words}。"))

    def put_days(self, depth: int, rule: Json) -> None:
        """The days on which a rule is in force, if it names any."""
        days = self.days(rule)
        if days:
            self.put(depth, self.t(f"In force {days}.", f"有效期：{days}。"))

    def condition(self, condition: Any, inside: bool = False) -> str:
        """What must hold; the conditions have the words for it."""
        return self.raw(condition)

    def word(self, words: Mapping[str, str], setting: Any) -> str:
        """The words for one of several settings."""
        return words[setting] if isinstance(setting, str) and setting in words else self.raw(setting)

    def raw(self, setting: Any) -> str:
        """A setting that there are no words for yet: its keys and values, and that it happened."""
        self.unworded.append(setting)
        return self.plain(setting)

    def plain(self, setting: Any) -> str:
        """Keys and values without the marks of JSON."""
        if isinstance(setting, dict):
            if setting and all(re.fullmatch("[a-z]{2}(-[A-Za-z]+)*", key) and isinstance(setting[key], str) for key in setting):
                # A text for people, in one language or several.
                return self.label(setting)
            parts = []
            for key, value in setting.items():
                said = self.plain(value)
                nested = isinstance(value, dict) and len(value) > 1
                said = self.t(f"({said})", f"（{said}）") if nested else said
                parts.append(self.t(f"{key.replace('_', ' ')}: {said}", f"{key.replace('_', ' ')}：{said}"))
            return self.t(", ", "，").join(parts)
        if isinstance(setting, list):
            return self.t("; ", "；").join(map(self.plain, setting))
        if isinstance(setting, bool):
            return self.t("yes", "是") if setting else self.t("no", "否")
        return self.t("none", "无") if setting is None else str(setting)

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
        last = self.t(" (that day no longer counts)", "（当日不计）") if rule.get("last_day") == "excluded" else ""
        return span, f"{align}{plus}{last}"
