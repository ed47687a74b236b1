"""Offers and coupons in words: on what, when, how often, and beside what."""

from typing import Any

from loyalty._explain.deals import Deals
from loyalty._explain.words import Json


class Promotions(Deals):
    """Promotions and how they combine."""

    def put_promotions(self) -> None:
        for key, en, zh in [("offers", "Offers", "优惠活动"), ("coupons", "Coupons", "优惠券")]:
            if self.doc[key]:
                self.head(en, zh)
            for rule in self.doc[key]:
                self.put_promotion(rule)
        if self.doc["combining"]:
            self.put_combining(self.doc["combining"])

    def put_combining(self, rule: Json) -> None:
        self.head("How promotions combine", "优惠叠加")
        choose = {
            "best": self.t(
                "Of those that may be used together, the ones that save most are taken.", "在可同享的组合中，取优惠最多的一组。"
            ),
            "priority": self.t(
                "They are taken by priority, each if it may stand beside those before it.", "按优先级依次使用，能与前面同享的才用。"
            ),
            "as_presented": self.t(
                "Offers come first, then coupons as they are presented, each if it may stand beside those before it.",
                "先用优惠活动，再按出示顺序用券，能与前面同享的才用。",
            ),
        }
        self.put(1, self.word(choose, rule.get("choose", "best")))
        if rule.get("exclusive_first"):
            self.put(1, self.t("Those that stand alone come before the others.", "不可同享的优惠先于其他优惠。"))
        if "conflict" in rule:
            conflict = {
                "basket": self.t(
                    "Two that exclude each other are not both used in one purchase.", "互斥的两项优惠不在同一单中使用。"
                ),
                "row": self.t(
                    "Two that exclude each other are not both used on one line: the larger saving stays.",
                    "互斥的两项优惠不用于同一行，该行取优惠较多者。",
                ),
            }
            self.put(1, self.word(conflict, rule["conflict"]))
        if "nodes" in rule:
            self.put(
                1,
                self.t(
                    f"The search for the best ones looks into at most {rule['nodes']} sets.",
                    f"寻找最优组合时最多比较 {rule['nodes']} 组。",
                ),
            )
        for group in rule.get("groups", ()):
            if "max" in group:
                en = f"Group {group['id']}: at most {group['max']} in one purchase."
                self.put(1, self.t(en, f"分组 {group['id']}：每单最多 {group['max']} 项。"))
            else:
                self.put(1, self.t(f"Group {group['id']}.", f"分组 {group['id']}。"))

    def put_promotion(self, rule: Json) -> None:
        deal = self.deal(rule["discount"])
        self.put(1, self.t(f"{self.named(rule)}: {deal}.", f"{self.named(rule)}：{deal}。"))
        if "threshold" in rule:
            self.put(2, self.threshold(rule["threshold"]))
        self.put_when(2, rule)
        self.put_reach(rule)
        self.put_time(rule)
        for limit in rule.get("limits", ()):
            self.put(2, self.promotion_limit(limit))
        self.put_beside(rule)
        if "phase" in rule:
            phase = {
                "item": self.t("It is applied with the discounts of units and lines.", "与单品优惠同时计算。"),
                "basket": self.t("It is applied with the discounts of the basket.", "与整单优惠同时计算。"),
                "shipping": self.t("It is applied with the discounts of shipping.", "与运费优惠同时计算。"),
            }
            self.put(2, self.word(phase, rule["phase"]))
        if "rounding" in rule:
            rounding = self.money_rounding(rule["rounding"])
            self.put(2, self.t(f"The discount is rounded {rounding}.", f"优惠金额{rounding}。"))
        if "worth" in rule:
            worth = self.money(rule["worth"])
            self.put(2, self.t(f"What it gives counts as worth {worth} in a comparison.", f"比较优惠时按价值 {worth} 计。"))
        if "issue" in rule:
            self.put_issue(rule["issue"])

    def put_reach(self, rule: Json) -> None:
        """The lines and units that a promotion is for."""
        if "lines" in rule:
            self.put(2, self.t(f"For {self.selection(rule['lines'])}.", f"适用：{self.selection(rule['lines'])}。"))
        if rule.get("skip_discounted"):
            self.put(2, self.t("Not for lines that are discounted already.", "已有优惠的商品除外。"))
        if "targets" in rule:
            self.put(2, self.targets(rule["targets"]))
        if rule.get("units") == "consume":
            self.put(2, self.t("Units that it uses do not count for later discounts.", "其所用的商品不再参与后续优惠。"))
        elif "units" in rule:
            self.put(2, self.t("Units that it uses count for later discounts too.", "其所用的商品仍可参与后续优惠。"))

    def targets(self, rule: Any) -> str:
        if rule == "every":
            return self.t("For every unit of them.", "其中每一件都适用。")
        orders = {
            "cheapest": self.t("the cheapest", "价格最低"),
            "dearest": self.t("the dearest", "价格最高"),
            "rank": self.t("the first", "排在最前"),
        }
        by = self.word(orders, rule["by"])
        words = (
            self.t(f"For {by} unit", f"适用于其中{by}的 1 件")
            if rule.get("n") == 1
            else self.t(f"For {by} {rule['n']} units", f"适用于其中{by}的 {rule['n']} 件")
            if "n" in rule
            else self.t(f"For the units, {by} first", f"适用于其中各件，{by}的优先")
        )
        if rule.get("skip"):
            words += self.t(f", passing over {self.count(rule['skip'], 'unit')} first", f"，先跳过 {rule['skip']} 件")
        if rule.get("step", 1) != 1:
            words += self.t(f", only one of every {rule['step']}", f"，每 {rule['step']} 件取一件")
        return words + self.basis(rule) + self.t(".", "。")

    def put_time(self, rule: Json) -> None:
        """Days, weekdays and hours of a promotion."""
        self.put_days(2, rule)
        if "weekdays" in rule:
            self.put(2, self.t(f"Only on {self.weekdays(rule['weekdays'])}.", f"仅限{self.weekdays(rule['weekdays'])}。"))
        if "hours" in rule:
            first, last = rule["hours"]["from"], rule["hours"]["until"]
            self.put(2, self.t(f"Only between {first} and {last}.", f"仅限 {first} 至 {last}。"))
        if rule.get("blackouts"):
            spans = self.join([self.days(one) for one in rule["blackouts"]], either=True)
            self.put(2, self.t(f"Not {spans}.", f"{spans}不可用。"))

    def put_beside(self, rule: Json) -> None:
        """Rank, group, and what a promotion may stand beside."""
        if "group" in rule:
            self.put(2, self.t(f"In group {rule['group']}.", f"属于分组 {rule['group']}。"))
        if rule.get("priority"):
            self.put(2, self.t(f"Its priority is {rule['priority']}: higher comes first.", f"优先级 {rule['priority']}：数字大的在前。"))
        if rule.get("exclusive"):
            self.put(2, self.t("It stands alone.", "不与其他优惠同享。"))
        match rule.get("beside", "all"):
            case "all":
                pass
            case "none":
                self.put(2, self.t("It is used beside no other promotion.", "不与任何其他优惠同享。"))
            case {"only": only}:
                self.put(2, self.t(f"It may be used beside {self.others(only)} only.", f"只可与{self.others(only)}同享。"))
            case {"not": but}:
                self.put(2, self.t(f"It may be used beside anything but {self.others(but)}.", f"不可与{self.others(but)}同享。"))
            case other:
                self.put(2, self.raw(other))

    def others(self, rule: Json) -> str:
        parts = []
        if rule.get("groups"):
            parts.append(self.t(f"the group {self.either(rule['groups'])}", f"分组{self.either(rule['groups'])}"))
        if rule.get("ids"):
            parts.append(self.called(rule["ids"], self.promotions))
        return self.join(parts, either=True)

    def promotion_limit(self, rule: Json) -> str:
        parts = []
        if "uses" in rule:
            parts.append(self.t(self.count(rule["uses"], "time"), f" {rule['uses']} 次"))
        if "units" in rule:
            parts.append(self.t(self.count(rule["units"], "unit"), f" {rule['units']} 件"))
        if "money" in rule:
            parts.append(self.t(f"{self.money(rule['money'])} off", f"优惠 {self.money(rule['money'])}"))
        periods = {
            "order": self.t("an order", "每单"),
            "day": self.t("a day", "每天"),
            "week": self.t("a week", "每周"),
            "month": self.t("a month", "每月"),
            "year": self.t("a year", "每年"),
            "lifetime": self.t("in all", "累计"),
        }
        period = self.word(periods, rule.get("per", "lifetime"))
        whose = {
            "member": self.t("for a member", "每位会员"),
            "everyone": self.t("for all members together", "全体会员合计"),
        }
        by = ""
        if rule.get("by") == "product":
            by = self.t(", each article by itself", "（按商品分别计）")
        elif "by" in rule:
            name = rule["by"]["attribute"]
            by = self.t(f", each `{name}` by itself", f"（按 `{name}` 分别计）")
        words = self.word(whose, rule.get("whose", "member"))
        text = self.t(f"At most {self.join(parts)} {period} {words}{by}.", f"{words}{period}最多{self.join(parts)}{by}。")
        over = {
            "drop": self.t(" Over that it is not used at all.", "超出则整项不用。"),
            "partial": self.t(" What is left of it is used.", "剩多少用多少。"),
            "overshoot": self.t(" While anything is left, the whole is used.", "只要有剩余即可全额使用。"),
        }
        return text + (self.word(over, rule["over"]) if "over" in rule else "")

    def threshold(self, rule: Json) -> str:
        money = rule.get("measure", "amount") == "amount"
        parts = [
            (rule.get("at_least"), "at least {}", "满 {}"),
            (rule.get("more_than"), "more than {}", "超过 {}"),
            (rule.get("at_most"), "at most {}", "不超过 {}"),
        ]
        said = [
            self.t(en, zh).format(self.money(value) if money else self.t(self.count(value, "unit"), f"{value} 件"))
            for value, en, zh in parts
            if value is not None
        ]
        where = self.t("the basket", "整单") if rule.get("scope", "basket") == "basket" else self.t("its lines", "适用商品")
        of = self.of(rule)
        return self.t(f"If {where} comes to {self.join(said)}{of}.", f"条件：{where}{self.join(said)}{of}。")

    def put_issue(self, rule: Json) -> None:
        """How a coupon comes, how long it lasts, and what becomes of it."""
        if rule.get("auto"):
            self.put(2, self.t("It is used by itself, without being presented.", "无需出示，自动使用。"))
        if "code" in rule:
            self.put(2, self.t(f"Whoever knows the code `{rule['code']}` may use it.", f"知道券码 `{rule['code']}` 者可用。"))
        if rule.get("giftable"):
            self.put(2, self.t("It may be given to another member.", "可以转赠其他会员。"))
        if "valid" in rule:
            self.put_valid(rule["valid"])
        match rule.get("returns"):
            case None:
                pass
            case "restore":
                self.put(2, self.t("It comes back when the whole order goes back.", "整单退货后退还。"))
            case "forfeit":
                self.put(2, self.t("It is gone also when the whole order goes back.", "整单退货后不退还。"))
            case {"extend": {"days": days}}:
                self.put(
                    2,
                    self.t(
                        f"It comes back when the whole order goes back, and lasts at least {self.count(days, 'day')} more.",
                        f"整单退货后退还，并至少再有 {days} 天有效。",
                    ),
                )
            case other:
                self.put(2, self.raw(other))

    def put_valid(self, rule: Json) -> None:
        if "after" in rule:
            after = self.span(rule["after"])
            self.put(2, self.t(f"It can be used from {after} after its issue on.", f"发放 {after}后可用。"))
        if "for" in rule:
            more: Json = {key: rule[key] for key in ("align", "last_day") if key in rule}
            span, rest = self.length({**rule["for"], **more}, "to")
            self.put(2, self.t(f"It lasts for {span}{rest} from its first day.", f"自首日起 {span}{rest}有效。"))
        if "until" in rule:
            self.put(2, self.t(f"It lasts until {rule['until']} at the latest.", f"最迟 {rule['until']} 止。"))
