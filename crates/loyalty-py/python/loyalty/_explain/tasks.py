"""Tasks and rankings in words: what is to be done until when, and who comes first."""

from loyalty._explain.triggers import Triggers
from loyalty._explain.words import Json


class Tasks(Triggers):
    """What members can do, and how they are ordered."""

    def put_tasks(self) -> None:
        if self.doc.get("tasks"):
            self.head("Tasks", "任务")
        for task in self.doc.get("tasks", ()):
            steps, ordered = task["steps"], task.get("ordered")
            parts = [self.again(task)]
            if len(steps) > 1:
                parts.append(self.t("one step after the other", "须按顺序完成") if ordered else self.t("in any order", "顺序不限"))
            words = self.t(", ", "，").join(parts)
            self.put(1, self.t(f"{self.named(task)}: {words}.", f"{self.named(task)}：{words}。"))
            for step in steps:
                self.put(2, self.task_step(step))
            self.put_when(2, task)
            self.put_days(2, task)
            if "within" in task:
                span = self.span(task["within"])
                self.put(
                    2,
                    self.t(f"It is to be done within {span} after the day on which it begins.", f"须在开始之日后 {span}内完成。"),
                )
            if task.get("assigned"):
                self.put(2, self.assigned(task))

    def again(self, task: Json) -> str:
        """Whether a task comes again."""
        repeat = task.get("repeat", "never")
        # Without a time of its own it is over by its last day anyway, or never.
        over = self.t(" (once missed, it is over)", "（一旦错过即结束）") if "within" in task else ""
        match repeat:
            case {"per": period}:
                return self.t(f"once in each calendar {self.period(period)}", f"每个自然{self.period(period)}一次")
        words = {
            "never": self.t("once", "仅一次"),
            "after_done": self.t(f"again each time that it is done{over}", f"每次完成后可再次进行{over}"),
            "always": self.t("again each time that it is done or missed", "每次完成或错过后可再次进行"),
        }
        return self.word(words, repeat)

    def task_step(self, step: Json) -> str:
        event, times = self.event(step["on"]), step["times"]
        often = "" if times == 1 else f", {self.count(times, 'time')}"
        words = self.t(f"{self.named(step)}: {event}{often}", f"{self.named(step)}：{event} {times} 次")
        if "when" in step:
            needs = self.condition(step["when"])
            words += self.t(f", if {needs}", f"，条件：{needs}")
        return words + self.t(".", "。")

    def assigned(self, task: Json) -> str:
        match task.get("repeat"):
            case {"per": period}:
                day = self.t(f"the first day of the {self.period(period)}", f"每个自然{self.period(period)}首日")
            case _:
                day = self.t("its first day", "首日")
        return self.t(
            f"Everybody has it who is a member on {day}: who does not begin it misses it, too.",
            f"{day}已是会员者均有此任务，未开始也算错过。",
        )

    def put_rankings(self) -> None:
        if self.doc.get("rankings"):
            self.head("Rankings", "排行")
        for ranking in self.doc.get("rankings", ()):
            figures = self.t("; then ", "；再").join([self.rank_by(by) for by in ranking["by"]])
            self.put(1, self.t(f"{self.named(ranking)}: {figures}.", f"{self.named(ranking)}：{figures}。"))
            if "when" in ranking:
                who = self.condition(ranking["when"])
                self.put(2, self.t(f"Members are ranked only if {who}.", f"参与排行的条件：{who}。"))

    def rank_by(self, by: Json) -> str:
        name = self.of_metric(by["metric"]) if "metric" in by else self.called([by.get("score", "")], self.scores)
        for one in by.get("plus", ()):
            name += self.t(" plus ", "加") + self.of_metric(one)
        orders = {
            "most": self.t(f"by {name}, most first", f"按{name}从多到少"),
            "least": self.t(f"by {name}, least first", f"按{name}从少到多"),
        }
        return self.word(orders, by.get("order", "most"))
