"""Earning in words."""

from typing import Any

from loyalty._explain.accounts import Accounts
from loyalty._explain.seen import pass_over
from loyalty._explain.words import Json


EARNING: Json = {
    "base": "discounted",
    "basis": "as_priced",
    "paid_in_points": "exclude",
    "free_units": "skip",
    "multipliers": "sum_of_bonuses",
    "round": "each_rule",
    "rounding": "floor",
    "earn_at": "held",
}
"""How a program earns that says nothing of it."""


class Earning(Accounts):
    """Earn rules, and how they combine."""

    def put_earning(self) -> None:
        if not self.doc["earn"] and not self.doc["groups"] and self.doc["earning"] == EARNING:
            pass_over(self.doc["earning"])
            return
        self.head("Earning", "获得积分")
        for rule in self.doc["earn"]:
            self.put_rule(rule)
        earning = self.doc["earning"]
        base = {
            "discounted": self.t("Points are earned on the price after discounts", "积分按折后金额计算"),
            "line_discounted": self.t(
                "Points are earned on the price after the discounts of lines, before those of the basket",
                "积分按单品折后、整单折前的金额计算",
            ),
            "list": self.t("Points are earned on the price before discounts", "积分按折前金额计算"),
        }[earning["base"]]
        basis = {
            "net": self.t(", without tax", "（不含税）"),
            "gross": self.t(", with tax", "（含税）"),
        }.get(earning["basis"], "")
        shipping = self.t(", shipping included", "，运费计入") if earning.get("shipping") else ""
        self.put(1, base + basis + shipping)
        self.lines[-1] += (
            self.t("; what is paid in points earns none.", "；用积分支付的部分不再积分。")
            if earning["paid_in_points"] == "exclude"
            else self.t("; what is paid in points counts too.", "；用积分支付的部分也积分。")
        )
        factors = any("multiply" in rule["give"] for rule in self.doc["earn"])
        if factors or earning["multipliers"] != EARNING["multipliers"] or earning["round"] != EARNING["round"]:
            both = {
                "sum_of_bonuses": self.t(
                    "Several factors add up: ×1.5 and ×2 make ×2.5.", "多个倍数的加成相加：×1.5 与 ×2 合为 ×2.5。"
                ),
                "product": self.t("Several factors multiply: ×1.5 and ×2 make ×3.", "多个倍数相乘：×1.5 与 ×2 合为 ×3。"),
                "highest": self.t("Of several factors the highest counts.", "多个倍数取最高。"),
            }
            self.put(1, self.word(both, earning["multipliers"]))
            self.put(
                1,
                self.t("Points are rounded after multiplying.", "乘倍数之后才取整。")
                if earning["round"] == "after_multiplier"
                else self.t("The points of each rule are rounded before multiplying.", "每条规则先取整，再乘倍数。"),
            )
        self.put(1, self.rounding(earning["rounding"]))
        if earning["free_units"] == "count":
            self.put(1, self.t("Units that cost nothing count too.", "免费的商品也计件。"))
        if "exclude" in earning:
            lines = self.selection(earning["exclude"])
            self.put(1, self.t(f"Nothing is earned on {lines}.", f"{lines}不积分。"))
        if earning["earn_at"] == "new_tier":
            self.put(1, self.t("A purchase earns at the rung that it gives.", "按本单升级后的等级积分。"))
        for group in self.doc["groups"]:
            self.put(1, self.t(f"Group {group['id']}: only one of its rules gives.", f"分组 {group['id']}：其中只有一条规则生效。"))
            for cap in group.get("caps", ()):
                self.put(2, self.cap(cap))

    def put_rule(self, rule: Json) -> None:
        event = rule.get("on", "purchase")
        when = {"purchase": "", "enroll": self.t("on joining, ", "入会时，")}.get(
            event, self.t(f"for each `{event.removeprefix('activity:')}`, ", f"每次 `{event.removeprefix('activity:')}`，")
        )
        words = f"{self.named(rule)}{self.t(': ', '：')}{when}{self.give(rule)}"
        if "lines" in rule:
            words += self.t(f", on {self.selection(rule['lines'])}", f"，限{self.selection(rule['lines'])}")
        if "when" in rule:
            words += self.t(f", if {self.condition(rule['when'])}", f"，条件：{self.condition(rule['when'])}")
        self.put(1, words + self.t(".", "。"))
        days = self.days(rule)
        if days:
            self.put(2, self.t(f"In force {days}.", f"有效期：{days}。"))
        if len(self.accounts) > 1 and "account" in rule and not rule["give"].keys() & {"rate", "fixed", "per_unit", "per_line"}:
            account = self.account(rule["account"])
            self.put(2, self.t(f"The points are {account}.", f"计入{account}。"))
        if rule.get("bonus"):
            self.put(2, self.t("Its points are not multiplied.", "其积分不参与翻倍。"))
        if rule.get("exclusive"):
            self.put(
                2,
                self.t(
                    f"It excludes other rules (priority {rule.get('priority', 0)}).", f"与其他规则互斥（优先级 {rule.get('priority', 0)}）。"
                ),
            )
        if "group" not in rule and not rule.get("exclusive") and rule.get("priority"):
            self.put(
                2,
                self.t(f"Its priority where caps cut: {rule['priority']}.", f"触及上限时的优先级：{rule['priority']}。"),
            )
        if "group" in rule:
            self.put(
                2,
                self.t(
                    f"In group {rule['group']} (priority {rule.get('priority', 0)}).",
                    f"属于分组 {rule['group']}（优先级 {rule.get('priority', 0)}）。",
                ),
            )
        for cap in rule.get("caps", ()):
            self.put(2, self.cap(cap))
        if "activation" in rule:
            self.put(2, self.activation(rule["activation"]))
        if "expiry" in rule:
            self.put(2, self.sentence(self.expiry(rule["expiry"])))
        if rule.get("carry"):
            self.put(2, self.t("What is below one step is kept for the next purchase.", "不足一档的部分留待下次累计。"))
        if "rounding" in rule:
            self.put(2, self.rounding(rule["rounding"]))

    def rounding(self, rule: Any) -> str:
        mode, place, step = (rule, "rule", 1) if isinstance(rule, str) else (rule["mode"], rule.get("place", "rule"), rule["to"])
        modes = {
            "floor": self.t("Fractions of a point are dropped", "不足一分的舍去"),
            "ceil": self.t("Fractions of a point are rounded up", "不足一分的进为一分"),
            "half_up": self.t("Fractions of a point are rounded, a half up", "积分四舍五入"),
            "half_down": self.t("Fractions of a point are rounded, a half down", "积分五舍六入"),
            "half_even": self.t("Fractions of a point are rounded, a half to the even number", "积分四舍六入五成双"),
        }
        words = self.word(modes, mode)
        if str(step) != "1":
            words += self.t(f", to multiples of {step} points", f"，取 {step} 分的整数倍")
        words += {"line": self.t(", line by line", "，逐行取整"), "unit": self.t(", unit by unit", "，逐件取整")}.get(place, "")
        return words + self.t(".", "。")

    def give(self, rule: Json) -> str:
        match rule["give"]:
            case {"rate": rate}:
                points = self.points(rate["points"], rule.get("account"))
                per = f"{rate['per']} `{rate['attribute']}`" if "attribute" in rate else self.money(rate["per"])
                words = (
                    self.t(f"{points} for every full {per}", f"每满 {per} 得{points}")
                    if rate["mode"] == "step"
                    else self.t(f"{points} for every {per}, in proportion", f"每 {per} 得{points}（按比例）")
                )
                base = {
                    "list": self.t(" before discounts", "（按折前金额）"),
                    "line_discounted": self.t(" after the discounts of lines", "（按单品折后金额）"),
                    "discounted": self.t(" after discounts", "（按折后金额）"),
                }
                return words + base.get(rate.get("base", ""), "")
            case {"fixed": points}:
                return self.points(points, rule.get("account"))
            case {"per_unit": points}:
                return self.t(f"{self.points(points, rule.get('account'))} a unit", f"每件 {self.points(points, rule.get('account'))}")
            case {"per_line": points}:
                return self.t(f"{self.points(points, rule.get('account'))} a line", f"每行 {self.points(points, rule.get('account'))}")
            case {"percent_of": {"percent": percent, "attribute": attribute}}:
                return self.t(f"{percent}% of `{attribute}` as points", f"`{attribute}` 的 {percent}% 作为积分")
            case {"streak": streak}:
                return self.streak(streak)
            case {"milestone": milestone}:
                return self.milestone(milestone)
            case {"multiply": factor}:
                return self.t(f"points ×{factor}", f"积分 ×{factor}")
        return self.raw(rule["give"])

    def streak(self, rule: Json) -> str:
        steps = self.t(", ", "、").join(str(step) for step in rule["steps"])
        after = {
            "hold": self.t("then the last of them again and again", "之后保持最后一档"),
            "restart": self.t("then from the beginning", "之后从头开始"),
            "stop": self.t("then none", "之后不再给"),
        }[rule["after_last"]]
        missed = (
            self.t("a missed day begins anew", "中断则重新计算")
            if rule["break"] == "reset"
            else self.t(f"a missed day costs {rule['break']['minus']} steps", f"每断一天退 {rule['break']['minus']} 档")
        )
        words = self.t(f"day after day {steps} points, {after}; {missed}", f"连续第 1、2……天依次得 {steps} 分，{after}；{missed}")
        if rule["max_per_day"] != 1:
            words += self.t(f"; up to {rule['max_per_day']} a day count", f"；每天最多计 {rule['max_per_day']} 次")
        return words

    def milestone(self, rule: Json) -> str:
        def value(number: Any) -> str:
            return self.value(rule["metric"], number)

        parts = [
            self.t(f"{step['points']} points at {value(step['value'])}", f"达 {value(step['value'])} 得 {step['points']} 分")
            for step in rule.get("at", ())
        ]
        if "every" in rule:
            start = self.t(f" from {value(rule['from'])} on", f"（自 {value(rule['from'])} 起）") if "from" in rule else ""
            parts.append(
                self.t(
                    f"{rule.get('points', 0)} points for every {value(rule['every'])}{start}",
                    f"每满 {value(rule['every'])}{start}得 {rule.get('points', 0)} 分",
                )
            )
        words = self.t(f"when {self.of_metric(rule['metric'])} grows: ", f"{self.of_metric(rule['metric'])}：") + self.join(parts)
        if rule["crossing"] == "highest":
            words += self.t(" (only the highest that one event reaches)", "（一次达到多档时只给最高档）")
        return words
