"""Deals in words: what an offer or a coupon does to a price."""

from typing import Any

from loyalty._explain.spending import Spending
from loyalty._explain.words import Json


class Deals(Spending):
    """What promotions do."""

    def deal(self, deal: Json) -> str:
        ((kind, rule),) = deal.items()
        match kind:
            case "amount_off":
                return self.off(self.t(f"{self.money(rule['amount'])} off", f"减 {self.money(rule['amount'])}"), rule)
            case "percent_off":
                return self.off(self.percent(rule["percent"]), rule)
            case "tiered":
                return self.tiered(rule)
            case "fixed_price":
                return self.fixed_price(rule)
            case "buy_x_get_y":
                return self.buy_get(rule)
            case "bundle":
                return self.bundle(rule)
            case "gift":
                return self.gift(rule)
            case "replace":
                return self.replace(rule)
            case "shipping_off":
                if "effect" not in rule:
                    return self.t("free shipping", "免运费") + self.most(rule)
                return self.t(f"shipping {self.effect(rule['effect'])}", f"运费{self.effect(rule['effect'])}") + self.most(rule)
            case "points":
                return self.more_points(rule)
            case "exchange":
                return self.exchange(rule)
            case "stored_value":
                if rule.get("as", "payment") == "payment":
                    return self.t("pays with the money it holds", "储值支付") + self.most(rule)
                return self.t("takes the money it holds off the price", "储值抵扣") + self.most(rule)
        return self.raw(deal)

    def percent(self, percent: Any) -> str:
        return self.t(f"{percent}% off", f"减免 {percent}%")

    def effect(self, effect: Json) -> str:
        match effect:
            case {"percent": percent}:
                return self.t("free", "免费") if str(percent) in ("100", "100.00") else self.percent(percent)
            case {"amount": amount}:
                return self.t(f"{self.money(amount)} off", f"减 {self.money(amount)}")
            case {"price": price}:
                return self.t(f"for {self.money(price)}", f"为 {self.money(price)}")
        return self.raw(effect)

    def off(self, words: str, rule: Json) -> str:
        """An amount or a part that is taken off: off what, how often, and at most how much."""
        if "quantity" in rule:
            # Of one bundle.
            rule.get("per")
            words += self.t(f" every {self.count(rule['quantity'], 'unit')}", f"（每 {rule['quantity']} 件）")
        else:
            words += self.per(rule.get("per"))
        if "every" in rule:
            words = self.t(f"{words} for every {self.step(rule['every'])}", f"每满 {self.step(rule['every'])}{words}")
        return words + self.of(rule) + self.most(rule)

    def step(self, step: Json) -> str:
        match step:
            case {"amount": amount}:
                return self.money(amount)
            case {"quantity": quantity}:
                return self.t("unit" if quantity == 1 else f"{quantity} units", f"{quantity} 件")
        return self.raw(step)

    def of(self, rule: Json) -> str:
        """Of which price: before or after earlier discounts, with or without tax."""
        words = ""
        if "of" in rule:
            prices = {
                "initial": self.t(" (of the price before all discounts)", "（按优惠前价格）"),
                "running": self.t(" (of the price after earlier discounts)", "（按此前优惠后的价格）"),
            }
            words += self.word(prices, rule["of"])
        return words + self.basis(rule)

    def basis(self, rule: Json) -> str:
        if rule.get("basis", "as_priced") == "as_priced":
            return ""
        return self.word({"net": self.t(" (without tax)", "（不含税）"), "gross": self.t(" (with tax)", "（含税）")}, rule["basis"])

    def most(self, rule: Json) -> str:
        words = ""
        for key, en, zh in [
            ("max", ", at most {}", "，最多 {}"),
            ("max_per_line", ", at most {} a line", "，每行最多 {}"),
            ("max_per_unit", ", at most {} a unit", "，每件最多 {}"),
        ]:
            if key in rule:
                words += self.t(en, zh).format(self.money(rule[key]))
        return words

    def per(self, per: Any) -> str:
        words = {
            "scope": self.t(" (of all of it together)", "（合计一次）"),
            "line": self.t(" a line", "（每行）"),
            "unit": self.t(" a unit", "（每件）"),
            "bundle": self.t(" a bundle", "（每组）"),
        }
        return self.word(words, per) if per is not None else ""

    def times(self, rule: Json) -> str:
        """How often a deal repeats."""
        if "repeat" not in rule:
            return ""
        return self.t(f", at most {self.count(rule['repeat'], 'time')}", f"，最多 {rule['repeat']} 次")

    def units_of(self, count: Any, lines: "Json | None") -> str:
        if lines is None:
            return self.t(self.count(count, "unit"), f"{count} 件")
        return self.t(f"{self.count(count, 'unit')} of {self.selection(lines)}", f"{count} 件{self.selection(lines)}")

    def tiered(self, rule: Json) -> str:
        units = rule.get("by", "amount") == "quantity"
        steps = []
        for step in rule["steps"]:
            start = self.t(self.count(step["from"], "unit"), f"{step['from']} 件") if units else self.money(step["from"])
            effect = self.effect(step["effect"])
            steps.append(self.t(f"{effect} from {start} on", f"满 {start}{effect}"))
        return self.join(steps) + self.per(rule.get("per")) + self.of(rule) + self.most(rule)

    def fixed_price(self, rule: Json) -> str:
        price, of = self.money(rule["price"]), rule.get("of", "unit")
        if of == "unit":
            words = self.t(f"{price} a unit", f"每件 {price}")
        elif of == "bundle":
            count = rule.get("quantity", 1)
            words = self.t(f"any {self.count(count, 'unit')} for {price}", f"任选 {count} 件 {price}")
        elif of == "basket":
            words = self.t(f"{price} for all of it together", f"合计 {price}")
        else:
            words = self.raw(rule)
        return words + self.times(rule)

    def buy_get(self, rule: Json) -> str:
        buy, get = rule["buy"], rule["get"]
        parts = []
        if "quantity" in buy:
            parts.append(self.units_of(buy["quantity"], buy.get("lines")))
        if "amount" in buy:
            amount = self.money(buy["amount"])
            lines = buy.get("lines")
            parts.append(
                self.t(f"goods for {amount}", f"{amount} 的商品")
                if lines is None
                else self.t(f"{self.selection(lines)} for {amount}", f"{amount} 的{self.selection(lines)}")
            )
        count = get.get("quantity", 1)
        got = (
            self.t(f"{count} × `{get['sku']}`", f"{count} 件 `{get['sku']}`")
            if "sku" in get
            else self.units_of(count, get.get("lines"))
        )
        effect = self.effect(rule["y"]) if "y" in rule else self.t("free", "免费")
        words = self.t(f"buy {self.join(parts)}, get {got} {effect}", f"买 {self.join(parts)}，得 {got}（{effect}）")
        if rule.get("units", "from_basket") == "added":
            words += self.t(", added to the basket", "，另行加入订单")
        if rule.get("partial"):
            words += self.t(", or as many as are in the basket", "，不足时有多少给多少")
        return words + self.times(rule)

    def bundle(self, rule: Json) -> str:
        items = []
        for item in rule["items"]:
            words = self.units_of(item.get("quantity", 1), item["lines"])
            if "price" in item:
                words += self.t(f" for {self.money(item['price'])} each", f"（每件 {self.money(item['price'])}）")
            items.append(words)
        words = self.t(f"together {self.join(items)}", f"组合 {self.join(items)}")
        effect = self.effect(rule["effect"]) if "effect" in rule else ""
        if "get" in rule:
            got = (
                self.units_of(rule["get_quantity"], rule["get"])
                if "get_quantity" in rule
                else self.selection(rule["get"])
            )
            words += self.t(f": {got} {effect}", f"：{got}{effect}")
        elif effect:
            words += self.t(f": {effect}", f"：{effect}")
        if "multiply" in rule:
            words += (
                self.t(", for each bundle", "，每组一次")
                if rule["multiply"]
                else self.t(", once for all bundles together", "，所有组合计一次")
            )
        return words + self.times(rule)

    def gift(self, rule: Json) -> str:
        count = rule.get("quantity", 1)
        words = self.t(f"{count} × `{rule['sku']}` besides", f"加赠 {count} 件 `{rule['sku']}`")
        if "price" in rule:
            words += self.t(f" for {self.money(rule['price'])} each", f"，每件 {self.money(rule['price'])}")
        if "every" in rule:
            words = self.t(f"{words} for every {self.step(rule['every'])}", f"每满 {self.step(rule['every'])}{words}")
        return words + self.times(rule)

    def replace(self, rule: Json) -> str:
        gone, come = rule.get("quantity", 1), rule.get("by_quantity", 1)
        words = self.t(
            f"{come} × `{rule['sku']}` in place of {self.count(gone, 'unit')}, at the price of what is replaced",
            f"{gone} 件换为 {come} 件 `{rule['sku']}`，按原商品价格支付",
        )
        if "price" in rule:
            price = self.money(rule["price"])
            words += self.t(f", but at most {price} a unit", f"，但每件不超过 {price}")
        return words + self.times(rule)

    def more_points(self, rule: Json) -> str:
        parts = []
        if "bonus" in rule:
            points = self.points(rule["bonus"], rule.get("account"))
            parts.append(self.t(f"{points} besides", f"赠{points}"))
        if "multiplier" in rule:
            of = rule.get("account")
            name = self.account(of) if of is not None and len(self.accounts) > 1 else self.t("points", "积分")
            parts.append(self.t(f"{name} times {rule['multiplier']}", f"{name} {rule['multiplier']} 倍"))
        return self.join(parts)

    def exchange(self, rule: Json) -> str:
        count = rule.get("quantity", 1)
        if "sku" in rule:
            return self.t(f"{count} × `{rule['sku']}` for the coupon", f"凭券兑换 {count} 件 `{rule['sku']}`")
        return self.t(f"{self.count(count, 'unit')} for the coupon", f"凭券兑换 {count} 件")
