"""Tasks and rankings in words: what is to be done until when, and who comes first."""

from loyalty._explain.triggers import Triggers
from loyalty._explain.words import Json


class Tasks(Triggers):
    """What members can do, and how they are ordered."""

    def put_tasks(self) -> None:
        tasks = self.doc.get("tasks", [])
        if tasks:
            self.head("Tasks", "任务")
        for task in tasks:
            how = self.t("one after the other", "须按顺序完成") if task.get("ordered") else self.t("in any order", "顺序不限")
            parts = [how, self.days(task)] if "from" in task or "until" in task else [how]
            if "within" in task:
                span = self.span(task["within"])
                parts.append(self.t(f"within {span} after the day on which it begins", f"自开始当日起 {span}内"))
            parts.append(self.again(task.get("repeat", "never")))
            if task.get("assigned"):
                parts.append(self.t("missed also by who does not begin it", "未开始也算错过"))
            words = self.t(", ".join(parts), "，".join(parts))
            self.put(1, self.t(f"{self.named(task)}: {words}.", f"{self.named(task)}：{words}。"))
            if "when" in task:
                who = self.condition(task["when"])
                self.put(2, self.t(f"Only if {who}.", f"条件：{who}。"))
            for step in task["steps"]:
                self.put(2, self.step(step))

    def again(self, repeat: "str | Json") -> str:
        if isinstance(repeat, dict):
            period = self.period(repeat["per"])
            return self.t(f"once in each calendar {period}", f"每个自然{period}一次")
        return {
            "never": self.t("once", "仅一次"),
            "after_done": self.t("again after it is done", "完成后可再次进行"),
            "always": self.t("again after it is done or missed", "完成或错过后可再次进行"),
        }[repeat]

    def step(self, step: Json) -> str:
        times = step["times"]
        what = self.t(f"{self.count(times, 'time')} `{step['on']}`", f"`{step['on']}` {times} 次")
        when = ""
        if "when" in step:
            words = self.condition(step["when"])
            when = self.t(f", if {words}", f"，条件：{words}")
        return self.t(f"{self.named(step)}: {what}{when}.", f"{self.named(step)}：{what}{when}。")

    def put_rankings(self) -> None:
        rankings = self.doc.get("rankings", [])
        if rankings:
            self.head("Rankings", "排行")
        for ranking in rankings:
            figures = [self.rank_by(by) for by in ranking["by"]]
            words = self.t("; then ".join(figures), "；再按".join(figures))
            self.put(1, self.t(f"{self.named(ranking)}: {words}.", f"{self.named(ranking)}：按{words}。"))
            if "when" in ranking:
                who = self.condition(ranking["when"])
                self.put(2, self.t(f"Only if {who}.", f"条件：{who}。"))

    def rank_by(self, by: Json) -> str:
        known = self.metrics if "metric" in by else self.scores
        name = self.name(known.get(by.get("metric") or by["score"], {"id": by.get("metric") or by["score"]}))
        if by.get("order", "most") == "most":
            return self.t(f"most {name} first", f"{name}从多到少")
        return self.t(f"least {name} first", f"{name}从少到多")
