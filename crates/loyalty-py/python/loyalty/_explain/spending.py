"""Spending in words: paying with points, rewards, points for others."""

from typing import Any

from loyalty._explain.earning import Earning
from loyalty._explain.seen import pass_over
from loyalty._explain.words import Json


PRICING: Json = {
    "rounding": "half_up",
    "remainder": "largest_remainder",
    "weights": "amount",
    "tax": {"mode": "half_up", "place": "line"},
}
"""How prices come about in a program that says nothing of it."""


class Spending(Earning):
    """Tenders, rewards, transfers and conversions."""

    def put_tender(self) -> None:
        if self.doc["tender"]:
            self.head("Paying with points", "积分抵现")
        for rule in self.doc["tender"]:
            points, value = self.points(rule["points"], rule.get("account")), self.money(rule["value"])
            if rule.get("as") == "discount":
                self.put(1, self.t(f"{points} take {value} off the price.", f"{points}减 {value}（视为折扣）。"))
            else:
                self.put(1, self.t(f"{points} pay {value}.", f"{points}抵 {value}。"))
            for rate in rule.get("rates", ()):
                more, worth = self.points(rate["points"], rule.get("account")), self.money(rate["value"])
                self.put(
                    2,
                    self.t(f"From {rate['from']} points on, {more} are worth {worth}.", f"满 {rate['from']} 分起，{more}抵 {worth}。"),
                )
            if "when" in rule:
                self.put(2, self.t(f"If {self.condition(rule['when'])}.", f"条件：{self.condition(rule['when'])}。"))
            if rule.get("same_order"):
                self.put(2, self.t("Points that the order itself earns can be used for it.", "本单获得的积分可用于本单。"))
            if "min_points" in rule:
                self.put(2, self.t(f"From {rule['min_points']} points on.", f"满 {rule['min_points']} 分起用。"))
            if "step" in rule:
                self.put(2, self.t(f"In multiples of {rule['step']} points.", f"须为 {rule['step']} 分的整数倍。"))
            if "max_points" in rule:
                self.put(2, self.t(f"At most {rule['max_points']} points an order.", f"每单最多用 {rule['max_points']} 分。"))
            if "max_percent" in rule:
                self.put(2, self.t(f"At most {rule['max_percent']}% of the basket.", f"最多抵订单的 {rule['max_percent']}%。"))
            if "exclude" in rule:
                lines = self.selection(rule["exclude"])
                self.put(2, self.t(f"Not for {lines}.", f"不可用于{lines}。"))
            self.put(
                2,
                self.t("If more is asked for, as much as may be is used.", "超出时，按可用的最多积分抵扣。")
                if rule["over"] == "clamp"
                else self.t("If more is asked for, the purchase is refused.", "超出时，拒绝该笔购买。"),
            )

    def put_rewards(self) -> None:
        if self.doc["rewards"]:
            self.head("Rewards", "积分兑换")
        for reward in self.doc["rewards"]:
            price = self.points(reward["points"], reward.get("account"))
            if "money" in reward:
                price += self.t(f" and {self.money(reward['money'])}", f"加 {self.money(reward['money'])}")
            self.put(1, self.t(f"{self.named(reward)}: {self.reward(reward['give'])} for {price}.",
                               f"{self.named(reward)}：{price}兑换{self.reward(reward['give'])}。"))
            by_tier = reward.get("by_tier")
            if by_tier:
                for name, points in self.by_rung(by_tier):
                    self.put(2, self.t(f"On {name}: {points} points.", f"{name}：{points} 分。"))
            if "when" in reward:
                self.put(2, self.t(f"If {self.condition(reward['when'])}.", f"条件：{self.condition(reward['when'])}。"))
            if "auto" in reward:
                self.put(2, self.auto(reward))
            self.put_limits(reward)
            days = self.days(reward)
            if days:
                self.put(2, self.t(f"In force {days}.", f"有效期：{days}。"))

    def auto(self, reward: Json) -> str:
        rule = reward["auto"]
        threshold = rule.get("threshold", reward["points"])
        words = self.t(f"It is given by itself from {threshold} points on", f"满 {threshold} 分自动兑换")
        words += (
            self.t("; points above the price are dropped", "，多出的积分作废")
            if rule["surplus"] == "drop"
            else self.t("; points above the price stay", "，多出的积分保留")
        )
        if rule["run"] == "before_tiers":
            words += self.t("; before tiers are judged", "；先于等级评定")
        return words + self.t(".", "。")

    def reward(self, give: Json) -> str:
        match give:
            case {"item": {"sku": sku}}:
                return self.t(f"the article `{sku}`", f"商品「{sku}」")
            case {"points": {"account": account, "points": points}}:
                return self.points(points, account)
            case {"discount": discount}:
                return self.discount(discount)
            case {"coupon": coupon}:
                return self.coupon(coupon)
        return self.raw(give)

    def coupon(self, rule: Json) -> str:
        """A coupon that is issued."""
        name = self.called([rule["coupon"]], self.promotions)
        words = self.t(f"the coupon “{name}”", f"优惠券「{name}」")
        if "value" in rule:
            words += self.t(f" with {self.money(rule['value'])} on it", f"（储值 {self.money(rule['value'])}）")
        return words

    def discount(self, discount: Json) -> str:
        ((kind, rule),) = discount.items()
        per = {"line": self.t(" a line", "（每行）"), "unit": self.t(" a unit", "（每件）")}.get(rule.get("per", "scope"), "")
        if rule.get("of") == "initial":
            per += self.t(" (of the price before all discounts)", "（按优惠前价格）")
        if kind == "amount_off":
            words = self.t(f"{self.money(rule['amount'])} off{per}", f"减 {self.money(rule['amount'])}{per}")
        else:
            words = self.t(f"{rule['percent']}% off{per}", f"减免 {rule['percent']}%{per}")
            if "max" in rule:
                words += self.t(f", at most {self.money(rule['max'])}", f"，最多 {self.money(rule['max'])}")
        if "lines" in rule:
            words += self.t(f" on {self.selection(rule['lines'])}", f"，限{self.selection(rule['lines'])}")
        if "rounding" in rule:
            words += self.t(f", rounded {self.money_rounding(rule['rounding'])}", f"，{self.money_rounding(rule['rounding'])}")
        return words

    def put_limits(self, rule: Json) -> None:
        for limit in rule.get("limits", ()):
            self.put(2, self.cap(limit))

    def put_moves(self) -> None:
        if self.doc["transfers"] or self.doc["conversions"]:
            self.head("Points for others", "积分转赠与互换")
        for rule in self.doc["transfers"]:
            account = self.account(rule["account"]) if "account" in rule else self.t("Points", "积分")
            self.put(1, self.t(f"{account} can be given to other members.", f"{account}可以转赠其他会员。"))
            self.put_move(rule)
        for rule in self.doc["conversions"]:
            given = self.points(rule["points"], rule.get("account"))
            if "partner" in rule:
                taken = self.points(rule["gives"]) + self.t(
                    f" in the account `{rule['to']}` of the partner `{rule['partner']}`",
                    f"（合作方 `{rule['partner']}` 的账户 `{rule['to']}`）",
                )
            else:
                taken = self.points(rule["gives"], rule["to"])
            self.put(1, self.t(f"{self.named(rule)}: {given} make {taken}.", f"{self.named(rule)}：{given}换{taken}。"))
            self.put_move(rule)

    def put_move(self, rule: Json) -> None:
        for key, en, zh in [
            ("min_points", "At least {} points each time.", "每次至少 {} 分。"),
            ("max_points", "At most {} points each time.", "每次最多 {} 分。"),
            ("step", "In multiples of {} points.", "须为 {} 分的整数倍。"),
        ]:
            if key in rule:
                self.put(2, self.t(en.format(rule[key]), zh.format(rule[key])))
        if "fee" in rule:
            self.put(2, self.fee(rule["fee"]))
        for limit in rule.get("points_limits", ()):
            self.put(2, self.cap(limit))
        self.put(
            2,
            self.t("They keep their expiry.", "保留原有效期。")
            if rule.get("lots") == "keep"
            else self.t("Their expiry begins anew.", "有效期重新起算。"),
        )
        if "when" in rule:
            self.put(2, self.t(f"If {self.condition(rule['when'])}.", f"条件：{self.condition(rule['when'])}。"))
        self.put_limits(rule)

    def fee(self, fee: Any) -> str:
        match fee:
            case {"points": points}:
                return self.t(f"It costs {points} points each time.", f"每次手续费 {points} 分。")
            case {"percent": percent}:
                return self.t(f"It costs {percent}% of the points besides.", f"另收 {percent}% 手续费。")
        return self.raw(fee)

    def put_pricing(self) -> None:
        pricing = self.doc["pricing"]
        if pricing == PRICING:
            pass_over(pricing)
            return
        self.head("Prices", "价格")
        rounding = self.money_rounding(pricing["rounding"])
        self.put(1, self.t(f"Discounts are rounded {rounding}.", f"优惠金额{rounding}。"))
        remainder = self.word(
            {
                "largest_remainder": self.t("goes to the largest fractions", "归小数部分最大的行"),
                "first": self.t("is corrected from the first line on", "自首行起调整"),
                "last": self.t("is corrected from the last line back", "自末行起调整"),
                "floored_first": self.t("goes to the first lines", "归前面的行"),
                "floored_last": self.t("goes to the last lines", "归后面的行"),
            },
            pricing["remainder"],
        )
        weights = self.word(
            {
                "amount": self.t("what each line costs", "各行金额"),
                "stated": self.t("the stated prices", "标价"),
                "gross": self.t("the prices with tax", "含税金额"),
                "quantity": self.t("the number of units", "件数"),
            },
            pricing["weights"],
        )
        self.put(
            1,
            self.t(
                f"Discounts of a basket are shared by {weights}; what is left over {remainder}.",
                f"整单优惠按{weights}分摊；除不尽的零头{remainder}。",
            ),
        )
        tax = self.money_rounding(pricing["tax"])
        self.put(1, self.t(f"Tax is rounded {tax}.", f"税额{tax}。"))

    def money_rounding(self, rule: Any) -> str:
        """How money is rounded: `half up, line by line`."""
        if isinstance(rule, str):
            rule = {"mode": rule}
        modes = {
            "floor": self.t("down", "向下取整"),
            "ceil": self.t("up", "向上取整"),
            "half_up": self.t("to the nearest, a half up", "四舍五入"),
            "half_down": self.t("to the nearest, a half down", "五舍六入"),
            "half_even": self.t("to the nearest, a half to the even number", "四舍六入五成双"),
        }
        words = self.word(modes, rule.get("mode", "half_up"))
        if "to" in rule:
            words += self.t(f" to multiples of {self.money(rule['to'])}", f"至 {self.money(rule['to'])} 的整数倍")
        places = {
            "unit": self.t(", unit by unit", "，逐件计算"),
            "line": self.t(", line by line", "，逐行计算"),
            "tax_group": self.t(", all lines of one tax rate together", "，同税率合并计算"),
            "order": self.t(", all lines together", "，整单合并计算"),
        }
        if "place" in rule:
            words += self.word(places, rule["place"])
        if rule.get("of") == "price":
            words += self.t("; it is the price left that is rounded", "，对优惠后的价格取整")
        return words
