"""Triggers and topics in words: what they answer, what they do, and how often."""

from loyalty._explain.promotions import Promotions
from loyalty._explain.words import Json


class Triggers(Promotions):
    """What happens by itself."""

    def put_triggers(self) -> None:
        triggers, topics = self.doc.get("triggers", []), self.doc.get("topics", [])
        if triggers:
            self.head("What happens by itself", "自动触发")
        for rule in triggers:
            on = self.answers(rule["on"])
            self.put(1, self.t(f"{self.named(rule)}: {on}.", f"{self.named(rule)}：{on}。"))
            if "when" in rule:
                self.put(2, self.t(f"If {self.condition(rule['when'])}.", f"条件：{self.condition(rule['when'])}。"))
            for award in rule["do"]:
                self.put(2, self.award(award))
            for key in ("limits", "returns"):
                if key in rule:
                    self.put(2, f"{key}: {self.raw(rule[key])}")
        if topics:
            self.head("Topics of messages", "消息主题")
        for topic in topics:
            rest = {key: value for key, value in topic.items() if key not in ("id", "name")}
            self.put(1, f"{self.named(topic)}: {self.raw(rest)}" if rest else self.named(topic))

    def answers(self, on: Json) -> str:
        ((kind, rule),) = on.items()
        if kind == "enrolled":
            return self.t("when the member joins", "入会时")
        if kind == "birthday":
            days = rule.get("before", 0)
            return self.t(f"{days} days before the birthday", f"生日前 {days} 天") if days else self.t("on the birthday", "生日当天")
        if kind == "points_expiring":
            return self.t(f"{rule['days']} days before points expire", f"积分到期前 {rule['days']} 天")
        if kind == "coupon_expiring":
            return self.t(f"{rule['days']} days before a coupon expires", f"优惠券到期前 {rule['days']} 天")
        if kind == "after":
            return self.t(f"{rule['days']} days after `{rule['event']}`", f"`{rule['event']}` 之后 {rule['days']} 天")
        if kind == "task":
            return self.on_task(rule)
        if kind == "event":
            return self.t(f"on `{rule['kind']}`", f"发生 `{rule['kind']}` 时")
        return self.raw(on)

    def on_task(self, rule: Json) -> str:
        task = self.t(f"the task `{rule['id']}`", f"任务 `{rule['id']}` ") if "id" in rule else self.t("a task", "任一任务")
        what = rule.get("what", "done")
        if what == "step":
            step = self.t(f"`{rule['step']}`", f" `{rule['step']}` ") if "step" in rule else self.t("a step", "某一步")
            return self.t(f"when {step} of {task} is done", f"完成{task}的{step}时")
        if what == "missed":
            return self.t(f"when {task} is missed", f"错过{task}时")
        return self.t(f"when {task} is done", f"完成{task}时")

    def award(self, award: Json) -> str:
        ((kind, rule),) = award.items()
        if kind == "points":
            said = self.t(f"{rule['points']} points of `{rule['account']}`", f"`{rule['account']}` {rule['points']} 分")
            return self.t(f"Gives {said}.", f"赠送{said}。")
        if kind == "coupon" and set(rule) == {"coupon"}:
            return self.t(f"Issues the coupon `{rule['coupon']}`.", f"发放优惠券 `{rule['coupon']}`。")
        if kind == "convert":
            most = self.t(f", at most {rule['points']}", f"，至多 {rule['points']} 分") if "points" in rule else ""
            return self.t(f"Converts points by `{rule['conversion']}`{most}.", f"按 `{rule['conversion']}` 兑换积分{most}。")
        return self.raw(award)
