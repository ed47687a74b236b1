"""Paid plans, benefits and households in words."""

from typing import Any

from loyalty._explain.promotions import Promotions
from loyalty._explain.words import Json


class Plans(Promotions):
    """What members pay for, what they are entitled to, and with whom they share."""

    def put_plans(self) -> None:
        if self.doc.get("plans"):
            self.head("Paid plans", "付费方案")
        for plan in self.doc.get("plans", ()):
            price, term = self.money(plan["price"]), self.span(plan["term"])
            self.put(1, self.t(f"{self.named(plan)}: {price} for {term}.", f"{self.named(plan)}：每 {term} {price}。"))
            for other in plan.get("prices", ()):
                price, words = self.money(other["price"]), self.condition(other["when"])
                self.put(2, self.t(f"{price} if {words}.", f"{words}时 {price}。"))
            if plan.get("last_day", "excluded") == "included":
                self.put(2, self.t("The day that a term reaches is its last one.", "到期当日仍有效。"))
            if "when" in plan:
                words = self.condition(plan["when"])
                self.put(2, self.t(f"It can be had only if {words}.", f"订购条件：{words}。"))
            if "trial" in plan:
                self.put(2, self.trial(plan["trial"]))
            self.put_renewal(plan)
            self.put_leaving_plan(plan)
            if plan.get("seats"):
                seats = plan["seats"]
                self.put(
                    2,
                    self.t(
                        f"It can be shared with {seats} other member{'s' if seats != 1 else ''}.", f"可与另外 {seats} 位会员共享。"
                    ),
                )
            for brought in plan.get("rungs", ()):
                name, track = self.rung(brought["rung"], brought.get("track")), self.of_track(brought)
                self.put(
                    2,
                    self.t(f"It brings at least the rung {name}{track}.", f"持有期间等级不低于{track}{name}。"),
                )

    def trial(self, rule: Json) -> str:
        once = {
            "member": self.t("once in a life, whichever plan it is of", "每人一次，不论哪个方案"),
            "plan": self.t("once for each plan", "每个方案一次"),
        }
        how_often = self.word(once, rule.get("once", "member"))
        return self.t(f"A trial of {self.span(rule['for'])} is free ({how_often}).", f"可免费试用 {self.span(rule['for'])}（{how_often}）。")

    def put_renewal(self, plan: Json) -> None:
        if "lapse_grace" not in plan:
            if plan.get("in_grace") == "stays":
                self.put(2, self.t("The plan goes on while it can be renewed.", "可续费期间仍有效。"))
            return
        grace = self.span(plan["lapse_grace"])
        holds = (
            self.t("the plan goes on in that time", "其间仍有效")
            if plan.get("in_grace", "stops") == "stays"
            else self.t("nothing holds in between", "其间不享权益")
        )
        self.put(
            2,
            self.t(
                f"For {grace} after the last day it can be renewed without a gap; {holds}.", f"到期后 {grace}内续费不断档；{holds}。"
            ),
        )

    def put_leaving_plan(self, plan: Json) -> None:
        refund = {
            "pro_rata": self.t("Who leaves early gets back the price of the days that are left.", "提前退出，按剩余天数退款。"),
            "whole_terms": self.t(
                "Who leaves early gets back the price of terms that have not begun.", "提前退出，退还尚未开始的期数的费用。"
            ),
            "none": self.t("Who leaves early gets nothing back.", "提前退出，不退款。"),
        }
        self.put(2, self.word(refund, plan.get("refund", "pro_rata")))
        if "full_refund_within" in plan:
            span = self.span(plan["full_refund_within"])
            self.put(2, self.t(f"Within {span} of paying, all of it comes back.", f"付款后 {span}内退出，全额退款。"))

    def put_benefits(self) -> None:
        if self.doc.get("benefits"):
            self.head("Benefits", "会员权益")
        for benefit in self.doc.get("benefits", ()):
            quota: Json = benefit.get("quota") or {}
            counted = self.quota(quota) if quota else ""
            self.put(1, self.t(f"{self.named(benefit)}{counted}:", f"{self.named(benefit)}{counted}："))
            for place, grant in enumerate(benefit["grants"]):
                self.put(2, self.grant(grant, quota, place))

    def quota(self, quota: Json) -> str:
        if quota["per"] == "lifetime":
            words = self.t("counted over the whole life", "终身累计")
        else:
            words = self.t(f"counted anew each {self.period(quota['per'])}", f"每{self.period(quota['per'])}重新计数")
        if "collect_up_to" in quota:
            most = quota["collect_up_to"]
            words += self.t(f"; what is not used stays, up to {most} in all", f"；未用完的保留，累计最多 {most} 份")
        return self.t(f" ({words})", f"（{words}）")

    def grant(self, grant: Json, quota: Json, place: int) -> str:
        parts = []
        if "units" in grant:
            units = grant["units"]
            if not units:
                parts.append(self.t("none", "无"))
            elif quota.get("per") == "lifetime":
                parts.append(self.t(f"{units} in all", f"共 {units} 份"))
            else:
                period = self.period(quota["per"]) if "per" in quota else ""
                parts.append(self.t(f"{units} a {period}", f"每{period} {units} 份"))
        if "text" in grant:
            parts.append(self.label(grant["text"]))
        if "value" in grant:
            value = f"`{grant['value']}`"
            parts.append(self.t(f"({value})", f"（{value}）") if "text" in grant else value)
        much = self.t(" ", "").join(parts)
        if "when" in grant:
            words = self.condition(grant["when"])
            return self.t(f"{much}, if {words}.", f"{much}，条件：{words}。")
        who = self.t("for everybody else", "其他会员") if place else self.t("for everybody", "所有会员")
        return self.t(f"{much}, {who}.", f"{who}：{much}。")

    def put_household(self) -> None:
        rule: Any = self.doc.get("household")
        if rule is None:
            return
        self.head("Households", "家庭账户")
        people = rule.get("members_max", 6)
        self.put(1, self.t(f"At most {people} people share a household.", f"一个家庭最多 {people} 人。"))
        for key, en, zh in [
            ("contribute", "People give {} to the household.", "成员可将{}转入家庭账户。"),
            ("withdraw", "People take {} out of the household.", "成员可从家庭账户取用{}。"),
        ]:
            for move in rule.get(key, ()):
                points = self.account(move["account"]) if "account" in move else self.t("points", "积分")
                self.put(1, self.t(en, zh).format(points))
                self.put_move(move)
        for share in rule.get("share", ()):
            points = self.account(share["account"]) if "account" in share else self.t("points", "积分")
            self.put(
                1,
                self.t(
                    f"{share['percent']} % of the {points} that an order earns goes to the household by itself.",
                    f"订单所得{points}的 {share['percent']}% 自动转入家庭账户。",
                ),
            )
        if rule.get("tiers"):
            tracks = self.called(rule["tiers"], {track["id"]: track for track in self.doc["tiers"]}, either=False)
            self.put(
                1,
                self.t(
                    f"In {tracks} the rung of the household holds for all of its people, where it is higher than their own.",
                    f"{tracks}：家庭的等级高于成员自己的等级时，全体成员享有家庭的等级。",
                ),
            )
