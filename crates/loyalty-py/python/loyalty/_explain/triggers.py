"""Triggers and topics in words: what they answer, what they do, and how often."""

from typing import Any

from loyalty._explain.referrals import Referrals
from loyalty._explain.words import Json


class Triggers(Referrals):
    """What happens by itself."""

    def put_triggers(self) -> None:
        triggers, topics = self.doc.get("triggers", []), self.doc.get("topics", [])
        if triggers:
            self.head("What happens by itself", "自动触发")
        for rule in triggers:
            on = self.answers(rule["on"])
            self.put(1, self.t(f"{self.named(rule)}: {on}.", f"{self.named(rule)}：{on}。"))
            self.put_when(2, rule)
            for award in rule.get("do", ()):
                self.put(2, self.award(award))
            self.put_values(rule["on"])
            self.put_limits(rule)
            if rule.get("returns") == "undone":
                self.put(
                    2,
                    self.t("What it gave for an order is taken back when all of the order goes back.", "订单全部退货后，因该单所给的收回。"),
                )
            elif "returns" in rule:
                self.put(2, self.t("What it gave for an order stays when the order goes back.", "订单退货后，所给的保留。"))
        if topics:
            self.head("Topics of messages", "消息主题")
        for topic in topics:
            self.put(1, self.named(topic))
            if "consent" in topic:
                words = self.condition(topic["consent"])
                self.put(2, self.t(f"It is sent only if {words}.", f"只在{words}时发送。"))
            if "quiet" in topic:
                first, last = topic["quiet"]["from"], topic["quiet"]["until"]
                self.put(2, self.t(f"Nothing is sent between {first} and {last}.", f"{first} 至 {last} 不发送。"))
            self.put_limits(topic)

    def put_values(self, on: Json) -> None:
        """What is done at some values of a milestone alone."""
        rule = on.get("milestone", {})
        for at in rule.get("at", ()):
            if isinstance(at, dict):
                value = self.value(rule["metric"], at["value"])
                self.put(2, self.t(f"At {value}:", f"达到 {value} 时："))
                for award in at["do"]:
                    self.put(3, self.award(award))

    def answers(self, on: Json) -> str:
        ((kind, rule),) = on.items()
        match kind:
            case "enrolled":
                return self.t("when the member joins", "入会时")
            case "tier":
                return self.other_rung(rule)
            case "near_tier":
                return self.near_tier(rule)
            case "points_expiring":
                points = self.account(rule["account"]) if "account" in rule else self.t("points", "积分")
                days = rule["days"]
                return self.t(f"{self.count(days, 'day')} before {points} expire", f"{points}到期前 {days} 天")
            case "coupon_expiring":
                coupon = self.called([rule["coupon"]], self.promotions) if "coupon" in rule else ""
                days = self.count(rule["days"], "day")
                return self.t(
                    f"{days} before {'the coupon ' + coupon if coupon else 'a coupon'} expires",
                    f"优惠券{coupon}到期前 {rule['days']} 天",
                )
            case "birthday":
                return self.before(rule, self.t("the birthday", "生日"))
            case "anniversary":
                return self.before(rule, self.t("the anniversary of joining", "入会周年日"))
            case "milestone":
                return self.reaches(rule)
            case "after":
                days, event = self.count(rule["days"], "day"), self.event(rule["event"])
                return self.t(f"{days} after {event}", f"{event}之后 {rule['days']} 天")
            case "schedule":
                return self.schedule(rule)
            case "event":
                event = self.event(rule["kind"])
                return self.t(f"on {event}", f"发生{event}时")
            case "stage":
                return self.other_stage(rule)
            case "segment":
                ((way, segment),) = rule.items()
                name = self.called([segment], self.segments)
                return (
                    self.t(f"when the member enters the segment {name}", f"进入人群{name}时")
                    if way == "entered"
                    else self.t(f"when the member leaves the segment {name}", f"离开人群{name}时")
                )
            case "warning":
                if rule.get("to"):
                    return self.t(
                        f"when the early warning becomes {self.levels(rule['to'])}", f"流失预警变为{self.levels(rule['to'])}时"
                    )
                return self.t("when the level of early warning changes", "流失预警级别变化时")
            case "task":
                return self.on_task(rule)
        return self.raw(on)

    def event(self, kind: str) -> str:
        """An event by its kind."""
        words = {
            "purchase": self.t("a purchase", "购买"),
            "return": self.t("a return", "退货"),
            "enroll": self.t("joining", "入会"),
        }
        return words.get(kind, f"`{kind.removeprefix('activity:')}`")

    def before(self, rule: Json, day: str) -> str:
        days = rule.get("before", 0)
        return self.t(f"{self.count(days, 'day')} before {day}", f"{day}前 {days} 天") if days else self.t(f"on {day}", f"{day}当天")

    def other_rung(self, rule: Json) -> str:
        ways = {
            "up": self.t("moves up", "升级"),
            "down": self.t("moves down", "降级"),
            "any": self.t("moves up or down", "升级或降级"),
        }
        way, track = self.word(ways, rule.get("direction", "up")), self.of_track(rule)
        rungs = self.join([self.rung(one, rule.get("track")) for one in rule.get("to", ())], either=True)
        on = self.t(f" on the ladder{track}", track) if track else ""
        return self.t(
            f"when the member {way}{on}{' to ' + rungs if rungs else ''}", f"{on}{way}{'至' + rungs if rungs else ''}时"
        )

    def near_tier(self, rule: Json) -> str:
        metric, within = self.of_metric(rule["metric"]), self.value(rule["metric"], rule["within"])
        track = self.of_track(rule)
        words = self.t(
            f"when at most {within} of {metric} is missing for the next rung{track}", f"距{track}下一等级的{metric}只差 {within}以内时"
        )
        if rule.get("others") == "must_hold":
            words += self.t(" and all else that it asks for is met", "，且其他条件均已满足")
        elif "others" in rule:
            words += self.t(", whatever else it asks for", "，不论其他条件")
        return words

    def reaches(self, rule: Json) -> str:
        def value(number: Any) -> str:
            return self.value(rule["metric"], number)

        metric = self.of_metric(rule["metric"])
        parts = []
        if rule.get("at"):
            values = [at["value"] if isinstance(at, dict) else at for at in rule["at"]]
            parts.append(self.join(map(value, values), either=True))
        if "every" in rule:
            every = value(rule["every"])
            parts.append(
                self.t(f"{value(rule['from'])} and every {every} more", f"{value(rule['from'])} 及此后每增加 {every}")
                if "from" in rule
                else self.t(f"a multiple of {every}", f"{every} 的整数倍")
            )
        words = self.t(f"when {metric} reaches {self.join(parts, either=True)}", f"{metric}达到 {self.join(parts, either=True)} 时")
        if rule.get("crossing") == "highest":
            words += self.t(" (of several at once only the highest)", "（一次达到多档时只计最高档）")
        elif "crossing" in rule:
            words += self.t(" (each of several at once)", "（一次达到多档时每档都计）")
        return words

    def schedule(self, rule: Json) -> str:
        match rule:
            case {"weekly": day}:
                return self.t(f"every {self.weekdays([day])}", f"每{self.weekdays([day])}")
            case {"monthly": day}:
                last = self.t(" (or the last one)", "（当月没有则为末日）") if day > 28 else ""
                return self.t(f"every month on day {day}{last}", f"每月 {day} 日{last}")
            case {"yearly": day}:
                return self.t(f"every year on {day}", f"每年 {day}")
        return self.raw(rule)

    def other_stage(self, rule: Json) -> str:
        entered = self.called(rule["entered"], self.stages) if rule.get("entered") else ""
        left = self.called(rule["left"], self.stages) if rule.get("left") else ""
        if entered and left:
            return self.t(f"when the member goes from the stage {left} to {entered}", f"由{left}阶段进入{entered}阶段时")
        if entered:
            return self.t(f"when the member enters the stage {entered}", f"进入{entered}阶段时")
        if left:
            return self.t(f"when the member leaves the stage {left}", f"离开{left}阶段时")
        return self.t("when the member enters another stage", "进入其他阶段时")

    def on_task(self, rule: Json) -> str:
        task: Json = self.tasks.get(rule.get("id", ""), {})
        of = self.t("a task", "任一任务")
        if "id" in rule:
            name = self.called([rule["id"]], self.tasks)
            of = self.t(f"the task “{name}”", f"任务「{name}」")
        step = self.t("a step", "任一步骤")
        if "step" in rule:
            name = self.called([rule["step"]], {one["id"]: one for one in task.get("steps", ())})
            step = self.t(f"the step “{name}”", f"步骤「{name}」")
        words = {
            "done": self.t(f"when {of} is done", f"完成{of}时"),
            "missed": self.t(f"when {of} is missed", f"错过{of}时"),
            "step": self.t(f"when {step} of {of} is done", f"完成{of}的{step}时"),
        }
        return self.word(words, rule.get("what", "done"))

    def award(self, award: Json) -> str:
        ((kind, rule),) = award.items()
        match kind:
            case "points":
                points = self.points(rule["points"], rule["account"])
                return self.t(f"Gives {points}.", f"赠送{points}。")
            case "coupon":
                return self.sentence(self.t(f"issues {self.coupon(rule)}", f"发放{self.coupon(rule)}"))
            case "item":
                return self.t(f"Gives a thing: `{rule['sku']}`.", f"赠送实物「{rule['sku']}」。")
            case "tags":
                parts = []
                if rule.get("add"):
                    tags = self.join(self.quoted(rule["add"]))
                    parts.append(self.t(f"sets the tag{'s' if len(rule['add']) > 1 else ''} {tags}", f"打上标签{tags}"))
                if rule.get("remove"):
                    tags = self.join(self.quoted(rule["remove"]))
                    parts.append(self.t(f"clears the tag{'s' if len(rule['remove']) > 1 else ''} {tags}", f"去除标签{tags}"))
                return self.sentence(self.join(parts))
            case "convert":
                return self.convert(rule)
            case "notify":
                topic = self.called([rule["topic"]], self.topics)
                said = self.t(": ", "：") + f"“{self.label(rule['text'])}”" if "text" in rule else self.t(".", "。")
                return self.t(f"Sends a message ({topic}){said}", f"发送消息（{topic}）{said}")
        return self.raw(award)

    def convert(self, rule: Json) -> str:
        name = self.called([rule["conversion"]], self.conversions)
        most = ""
        if "points" in rule:
            points = self.points(rule["points"])
            most = self.t(f", at most {points}", f"，最多{points}")
        return self.t(
            f"Converts as many points as the conversion “{name}” takes{most}.", f"按「{name}」兑换尽可能多的积分{most}。"
        )
