"""Offers and coupons in words: what they do, on what, when, and beside what."""

from typing import Any

from loyalty._explain.spending import Spending
from loyalty._explain.words import Json


class Promotions(Spending):
    """Promotions and how they combine."""

    def put_promotions(self) -> None:
        for key, en, zh in [("offers", "Offers", "优惠活动"), ("coupons", "Coupons", "优惠券")]:
            if self.doc[key]:
                self.head(en, zh)
            for rule in self.doc[key]:
                self.put_promotion(rule)
        combining = self.doc["combining"]
        if combining and (self.doc["offers"] or self.doc["coupons"]):
            self.head("How promotions combine", "优惠叠加")
            self.put(1, self.t(f"{self.raw(combining)}.", f"{self.raw(combining)}。"))

    def put_promotion(self, rule: Json) -> None:
        self.put(1, self.t(f"{self.named(rule)}: {self.deal(rule['discount'])}.", f"{self.named(rule)}：{self.deal(rule['discount'])}。"))
        if "threshold" in rule:
            self.put(2, self.threshold(rule["threshold"]))
        if "when" in rule:
            self.put(2, self.t(f"If {self.condition(rule['when'])}.", f"条件：{self.condition(rule['when'])}。"))
        if "lines" in rule:
            self.put(2, self.t(f"For {self.selection(rule['lines'])}.", f"适用：{self.selection(rule['lines'])}。"))
        days = self.days(rule)
        if days:
            self.put(2, self.t(f"In force {days}.", f"有效期：{days}。"))
        if rule.get("exclusive"):
            self.put(2, self.t("It stands alone.", "不与其他优惠同享。"))
        told = {"id", "name", "discount", "threshold", "when", "lines", "from", "until", "exclusive"}
        for key, value in rule.items():
            if key not in told:
                self.put(2, f"{key}: {self.raw(value)}")

    def threshold(self, rule: Json) -> str:
        money = rule.get("measure", "amount") == "amount"
        parts = [
            (rule.get("at_least"), "at least {}", "满 {}"),
            (rule.get("more_than"), "more than {}", "超过 {}"),
            (rule.get("at_most"), "at most {}", "不超过 {}"),
        ]
        said = [
            self.t(en, zh).format(self.money(value) if money else self.t(f"{value} units", f"{value} 件"))
            for value, en, zh in parts
            if value is not None
        ]
        where = self.t("the basket", "整单") if rule.get("scope", "basket") == "basket" else self.t("its lines", "适用商品")
        return self.t(f"If {where} comes to {self.join(said)}.", f"条件：{where}{self.join(said)}。")

    def deal(self, deal: Json) -> str:
        ((kind, rule),) = deal.items()
        plain = set(rule) - {"per", "max"}
        if kind == "amount_off" and plain == {"amount", "every"} and "amount" in rule["every"]:
            amount, every = self.money(rule["amount"]), self.money(rule["every"]["amount"])
            return self.t(f"{amount} off for every {every}", f"每满 {every}减 {amount}") + self.most(rule)
        if kind == "amount_off" and plain == {"amount"}:
            amount = self.money(rule["amount"])
            return self.t(f"{amount} off", f"减 {amount}") + self.per(rule.get("per")) + self.most(rule)
        if kind == "percent_off" and plain == {"percent"}:
            percent = rule["percent"]
            return self.t(f"{percent}% off", f"减免 {percent}%") + self.per(rule.get("per")) + self.most(rule)
        if kind == "fixed_price" and plain == {"price"}:
            return self.t(f"{self.money(rule['price'])} a unit", f"每件 {self.money(rule['price'])}")
        if kind == "shipping_off" and not rule:
            return self.t("free shipping", "免运费")
        if kind == "points" and "bonus" in rule:
            return self.t(f"{rule['bonus']} points besides", f"赠 {rule['bonus']} 积分")
        if kind == "points" and "multiplier" in rule:
            return self.t(f"points times {rule['multiplier']}", f"积分 {rule['multiplier']} 倍")
        if kind == "gift" and set(rule) <= {"sku", "quantity", "price"}:
            count, price = rule.get("quantity", 1), rule.get("price")
            gift = self.t(f"{count} × `{rule['sku']}` besides", f"加赠 {count} 件 `{rule['sku']}`")
            return gift + (self.t(f" for {self.money(price)} each", f"，每件 {self.money(price)}") if price else "")
        if kind == "replace" and set(rule) <= {"sku", "price"}:
            return self.t(f"`{rule['sku']}` in place of one", f"换为 `{rule['sku']}`")
        if kind == "stored_value":
            role = rule.get("as", "payment")
            said = self.t("pays with the money it holds", "储值支付") if role == "payment" else self.t("takes off the money it holds", "储值抵扣")
            return said + self.most(rule)
        return self.raw(deal)

    def most(self, rule: Json) -> str:
        return self.t(f", at most {self.money(rule['max'])}", f"，最多 {self.money(rule['max'])}") if "max" in rule else ""

    def per(self, per: Any) -> str:
        words = {"line": self.t(" a line", "（每行）"), "unit": self.t(" a unit", "（每件）")}
        return words.get(per, "") if isinstance(per, str) else ""
