"""What a program says, in plain words, in Chinese or English.

It reads the canonical JSON of a checked program, which keeps what the program says and the defaults that matter. A setting that
this version has no words for is named by its keys and values in the end: nothing is left out in silence (`seen`, `rest`).
"""

from typing import Literal

from loyalty._explain.rest import Rest
from loyalty._explain.seen import watched
from loyalty._explain.versions import put_versions
from loyalty._loyalty import Program, Timeline


def explain(program: "Program | Timeline", lang: Literal["zh", "en"]) -> str:
    """The program in plain words, or each version of a timeline: several lines, the last one without a line end."""
    document = watched(program.to_dict())
    if "versions" not in document:
        return _Explainer(document, lang).program()
    told = put_versions(document, lang)
    return "\n\n".join("\n".join([*words.lines, "", _Explainer(rules, lang).program()]) for words, rules in told)


class _Explainer(Rest):
    """All of a program, part by part."""

    def program(self) -> str:
        doc = self.doc
        version = self.t(f", version {doc['version']}", f"，版本 {doc['version']}") if "version" in doc else ""
        self.lines.append(self.t(f"{self.name(doc)} ({doc['id']}{version})", f"{self.name(doc)}（{doc['id']}{version}）"))
        if "description" in doc:
            self.lines.append(self.label(doc["description"]))
        self.lines.append(
            self.t(
                f"Money is in {doc['currency']}; days are those of {doc['timezone']}.",
                f"金额以 {doc['currency']} 计；日期按 {doc['timezone']} 时区计算。",
            )
        )
        if doc.get("dedup_days"):
            days = self.count(doc["dedup_days"], "day")
            self.lines.append(
                self.t(
                    f"An event that is sent again within {days} is known, and counts once.",
                    f"{doc['dedup_days']} 天内重复上报的事件只计一次。",
                )
            )
        doc.get("schema")
        self.put_accounts()
        self.put_metrics()
        self.put_segments()
        self.put_lifecycle()
        self.put_warning()
        self.put_tiers()
        self.put_plans()
        self.put_benefits()
        self.put_earning()
        self.put_pricing()
        self.put_tender()
        self.put_rewards()
        self.put_moves()
        self.put_household()
        self.put_referrals()
        self.put_promotions()
        self.put_tasks()
        self.put_triggers()
        self.put_winback()
        self.put_rankings()
        self.put_returns()
        self.put_rest()
        return "\n".join(self.lines)

    def put_metrics(self) -> None:
        if self.doc["metrics"]:
            self.head("Figures", "指标")
        for metric in self.doc["metrics"]:
            measure, window = self.measure(metric["measure"]), self.window(metric["window"])
            if metric["window"] == "lifetime" and self.is_state(metric["measure"]):
                words = self.t(f"{self.named(metric)}: {measure}", f"{self.named(metric)}：{measure}")
            else:
                words = self.t(f"{self.named(metric)}: {measure}, {window}", f"{self.named(metric)}：{window}{measure}")
            rule = metric.get("filter") or {}
            if "lines" in rule:
                words += self.t(f"; counted: {self.selection(rule['lines'])}", f"；计入：{self.selection(rule['lines'])}")
            if "when" in rule:
                words += self.t(f"; only if {self.condition(rule['when'])}", f"；只在{self.condition(rule['when'])}时计")
            self.put(1, words)

    def put_segments(self) -> None:
        if self.doc["segments"]:
            self.head("Segments", "人群")
        for segment in self.doc["segments"]:
            words = self.condition(segment["when"])
            self.put(1, self.t(f"{self.named(segment)}: {words}", f"{self.named(segment)}：{words}"))
            if segment.get("watch"):
                self.put(2, self.t("Entries say when a member enters or leaves it.", "会员进入和离开时均有记录。"))
        if self.doc["scores"]:
            self.head("Scores", "评分")
        for score in self.doc["scores"]:
            self.put(1, self.t(f"{self.named(score)}: the sum of", f"{self.named(score)}：以下各项之和"))
            for weight in score["weights"]:
                words = self.condition(weight["when"])
                self.put(2, self.t(f"{weight['points']} if {words}", f"{words}时计 {weight['points']}"))
