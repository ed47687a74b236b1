"""The life of a member in words: stages, early warning, attempts to win back."""

from typing import Any

from loyalty._explain.plans import Plans
from loyalty._explain.words import Json


class Lifecycle(Plans):
    """Stages, signals and ladders."""

    def put_lifecycle(self) -> None:
        rule: Any = self.doc.get("lifecycle")
        if rule is None:
            return
        self.head("Stages of a member's life", "会员生命周期")
        self.put(
            1,
            self.t("The first stage whose condition holds is the member's.", "自上而下，首个符合条件的阶段即为会员所处阶段。"),
        )
        for stage in rule["stages"]:
            words = self.condition(stage["when"]) if "when" in stage else ""
            self.put(
                1,
                self.t(f"{self.named(stage)}: if {words}.", f"{self.named(stage)}：{words}。")
                if words
                else self.t(f"{self.named(stage)}: everybody else.", f"{self.named(stage)}：其他会员。"),
            )
            if "stay" in stage:
                words = self.condition(stage["stay"])
                self.put(2, self.t(f"Those in it stay if {words}.", f"处于该阶段者，如{words}，则留在该阶段。"))
            if "at_least" in stage:
                span = self.span(stage["at_least"])
                self.put(2, self.t(f"It lasts at least {span}.", f"至少持续 {span}。"))
            if stage.get("asleep"):
                self.put(
                    2,
                    self.t(
                        "Members in it are asleep: a purchase that leads out of it reactivates them.",
                        "属于沉睡会员：购买使其离开该阶段即为唤醒。",
                    ),
                )

    def put_warning(self) -> None:
        rule: Any = self.doc.get("warning")
        if rule is None:
            return
        self.head("Early warning", "流失预警")
        for signal in rule["signals"]:
            weight = signal.get("weight", 1)
            self.put(
                1,
                self.t(
                    f"{self.named(signal)}: counts {weight} if {self.signal(signal)}.",
                    f"{self.named(signal)}：{self.signal(signal)}，计 {weight}。",
                ),
            )
        levels = self.join(
            [
                self.t(f"{self.levels([level])} from {score} on", f"满 {score} 为{self.levels([level])}")
                for level, score in rule["levels"].items()
            ]
        )
        self.put(1, self.t(f"The sum gives the level: {levels}.", f"合计得出预警级别：{levels}。"))
        period = self.period(rule.get("review", "month"))
        self.put(
            1,
            self.t(
                f"It is judged after every event and at the beginning of each {period}.", f"每次事件后评定，并在每{period}开始时复核。"
            ),
        )

    def signal(self, signal: Json) -> str:
        if "when" in signal:
            return self.condition(signal["when"])
        now, before = self.of_metric(signal.get("metric", "")), self.of_metric(signal.get("compared_with", ""))
        parts = []
        if "falls_by" in signal:
            percent = signal["falls_by"]
            parts.append(self.t(f"{now} is at least {percent}% less than {before}", f"{now}比{before}至少低 {percent}%"))
        if "rises_by" in signal:
            percent = signal["rises_by"]
            parts.append(self.t(f"{now} is at least {percent}% more than {before}", f"{now}比{before}至少高 {percent}%"))
        return self.join(parts, either=True)

    def put_winback(self) -> None:
        if self.doc.get("winback"):
            self.head("Winning members back", "会员召回")
        for ladder in self.doc.get("winback", ()):
            self.put(1, self.t(f"{self.named(ladder)}, step by step:", f"{self.named(ladder)}，依次："))
            for step in ladder["steps"]:
                self.put(2, self.named(step))
            days, most = ladder["effect_days"], ladder["max_attempts"]
            self.put(
                2,
                self.t(
                    f"An attempt fails if no purchase follows within {self.count(days, 'day')}; after"
                    f" {most} that failed the member is given up.",
                    f"召回后 {days} 天内无购买即为失败；失败 {most} 次后放弃召回。",
                ),
            )
