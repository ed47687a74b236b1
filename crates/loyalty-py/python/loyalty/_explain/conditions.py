"""Conditions in words."""

from typing import Any

from loyalty._explain.measures import Measures
from loyalty._explain.words import Json


class Conditions(Measures):
    """What must hold, and of which lines."""

    def condition(self, condition: Any, inside: bool = False) -> str:
        ((leaf, test),) = condition.items()
        match leaf:
            case "all" | "any":
                parts = [self.condition(one, inside=len(test) > 1) for one in test]
                word = self.t(" and ", "且") if leaf == "all" else self.t(" or ", "或")
                words = word.join(parts)
                return self.t(f"({words})", f"（{words}）") if inside and len(parts) > 1 else words
            case "at_least_n":
                parts = [self.condition(one, inside=True) for one in test["of"]]
                listed = self.t("; ", "；").join(parts)
                return self.t(f"at least {test['n']} of these hold: ({listed})", f"以下至少 {test['n']} 项成立：（{listed}）")
            case "not":
                return self.t(f"not ({self.condition(test)})", f"并非（{self.condition(test)}）")
            case "metric":
                name = self.of_metric(test["id"])
                return self.t(f"{name} is ", name) + self.comparison(test, self.is_money(test["id"]))
            case "tier":
                return self.tier(test)
            case "tag":
                return self.t(f"the member has the tag {self.either(test)}", f"会员有标签{self.either(test)}")
            case "birthday":
                return self.birthday(test)
            case "tenure":
                parts = []
                if "at_least" in test:
                    parts.append(self.t(f"at least {self.span(test['at_least'])}", f"满 {self.span(test['at_least'])}"))
                if "less_than" in test:
                    parts.append(self.t(f"less than {self.span(test['less_than'])}", f"不满 {self.span(test['less_than'])}"))
                return self.t(f"the member joined {self.join(parts)} ago", f"入会{self.join(parts)}")
            case "segment":
                names = self.called(test, self.segments)
                return self.t(f"the member belongs to {names}", f"会员属于{names}")
            case "plan":
                names = self.called(test, self.plans)
                return self.t(f"the member has the plan {names}", f"会员持有付费方案{names}")
            case "stage":
                names = self.called(test, self.stages)
                return self.t(f"the member is in the stage {names}", f"会员处于{names}阶段")
            case "warning":
                levels = self.levels(test)
                return self.t(f"the early warning is {levels}", f"流失预警为{levels}")
            case "abandoned":
                return (
                    self.t("attempts to win the member back have been given up", "已放弃召回该会员")
                    if test
                    else self.t("attempts to win the member back have not been given up", "未放弃召回该会员")
                )
            case "rhythm":
                since, gap = self.of_metric(test["since"]), self.of_metric(test["gap"])
                times = "" if str(test.get("times", 1)) == "1" else str(test["times"])
                words = self.t(
                    f"{since} is at least {times + ' times ' if times else ''}{gap}",
                    f"{since}不低于{gap}{f'的 {times} 倍' if times else ''}",
                )
                return words + self.if_none(test)
            case "score":
                name = self.called([test["id"]], self.scores)
                return self.t(f"the score {name} is ", f"评分{name}") + self.comparison(test, False)
            case "anniversary":
                return self.anniversary(test)
            case "enrolled":
                return self.t(f"the member joined {self.days(test)}", f"入会日在{self.days(test)}")
            case "points_expiring":
                of = self.account(test["account"]) if "account" in test else self.t("points", "积分")
                span = self.span(test["within"])
                return self.t(f"{of} that expire within {span} are ", f"{span}内到期的{of}") + self.comparison(test, False)
            case "kind":
                return self.t(f"it is of the kind {self.either(test)}", f"事件类型为{self.either(test)}")
            case "any_quantity":
                if "lines" in test:
                    of = self.selection(test["lines"])
                    what = self.t(f"the number of units of some one of {of} is ", f"{of}中某一项的件数")
                else:
                    what = self.t("the number of units of some one article is ", "某一商品的件数")
                return what + self.comparison(test, False)
            case "attribute" | "event_attribute":
                who = self.t("the member's", "会员的") if leaf == "attribute" else self.t("the event's", "事件的")
                text = self.t(f" is {self.either(test['is'])}", f"是{self.either(test['is'])}") if "is" in test else ""
                number = self.comparison(test, False, if_none=False)
                number = self.t(f" is {number}", number) if number else ""
                return self.t(f"{who} `{test['name']}`{text}{number}", f"{who} `{test['name']}` {text}{number}") + self.if_none(test)
            case "channel":
                return self.t(f"it came through {self.either(test)}", f"渠道为{self.either(test)}")
            case "store":
                return self.t(f"it happened in store {self.either(test)}", f"门店为{self.either(test)}")
            case "weekday":
                weekdays = self.weekdays(test)
                return self.t(f"on {weekdays}", f"在{weekdays}")
            case "hours":
                return self.t(f"between {test['from']} and {test['until']}", f"在 {test['from']} 至 {test['until']} 之间")
            case "dates":
                return self.t(f"{self.days(test)}", f"在{self.days(test)}")
            case "yearly":
                dates = list(test.get("on", ()))
                if "from" in test or "until" in test:
                    first, last = test.get("from", "01-01"), test.get("until", "12-31")
                    dates.append(self.t(f"{first} to {last}", f"{first} 至 {last}"))
                return self.t(f"every year on {self.join(dates, either=True)}", f"每年 {self.join(dates, either=True)}")
            case "total" | "quantity":
                what = (
                    self.t("the total", "金额") if leaf == "total" else self.t("the number of units", "件数")
                )
                of = self.t(f" of {self.selection(test['lines'])}", "") if "lines" in test else ""
                before = self.selection(test["lines"]) + "的" if "lines" in test and self.lang == "zh" else ""
                return self.t(f"{what}{of} is ", f"{before}{what}") + self.comparison(test, leaf == "total")
            case "contains":
                return self.t(f"the basket has {self.selection(test)}", f"订单中有{self.selection(test)}")
        return self.raw(condition)

    def weekdays(self, days: "list[str]") -> str:
        words = {
            day: self.t(en, zh)
            for day, en, zh in [
                ("mon", "Monday", "周一"),
                ("tue", "Tuesday", "周二"),
                ("wed", "Wednesday", "周三"),
                ("thu", "Thursday", "周四"),
                ("fri", "Friday", "周五"),
                ("sat", "Saturday", "周六"),
                ("sun", "Sunday", "周日"),
            ]
        }
        return self.join([self.word(words, day) for day in days], either=True)

    def levels(self, levels: "list[str]") -> str:
        """Levels of early warning."""
        words = {
            "none": self.t("none", "无"),
            "light": self.t("light", "轻度"),
            "moderate": self.t("moderate", "中度"),
            "severe": self.t("severe", "重度"),
        }
        return self.join([self.word(words, level) for level in levels], either=True)

    def if_none(self, test: Json) -> str:
        """What holds where there is nothing to compare, if that is not the usual: no."""
        return self.t(" (or there is no value to compare)", "（没有可比较的值时也算符合）") if test.get("if_none") else ""

    def comparison(self, test: Json, money: bool, if_none: bool = True) -> str:
        def value(number: Any) -> str:
            return self.money(number) if money else str(number)

        parts = []
        for key, en, zh in [
            ("at_least", "at least", "不低于"),
            ("at_most", "at most", "不高于"),
            ("more_than", "more than", "高于"),
            ("less_than", "less than", "低于"),
        ]:
            if key in test:
                parts.append(self.t(f"{en} {value(test[key])}", f"{zh} {value(test[key])}"))
        if "between" in test:
            low, high = map(value, test["between"])
            parts.append(self.t(f"between {low} and {high}", f"在 {low} 与 {high} 之间"))
        if "in" in test:
            parts.append(self.t(f"one of {self.either(map(value, test['in']))}", f"为{self.either(map(value, test['in']))}之一"))
        return self.t(" and ", "且").join(parts) + (self.if_none(test) if if_none else "")

    def tier(self, test: Json) -> str:
        rungs = {
            rung["id"]: self.name(rung)
            for track in self.doc["tiers"]
            if test.get("track", track["id"]) == track["id"]
            for rung in track["rungs"]
        }

        def name(rung: str) -> str:
            return rungs.get(rung, rung)

        parts = []
        if "at_least" in test:
            parts.append(self.t(f"{name(test['at_least'])} or higher", f"{name(test['at_least'])}及以上"))
        if "at_most" in test:
            parts.append(self.t(f"{name(test['at_most'])} or lower", f"{name(test['at_most'])}及以下"))
        if "in" in test:
            parts.append(self.join([name(rung) for rung in test["in"]], either=True))
        track = self.of_track(test)
        return self.t(f"the rung{track} is ", f"{track}等级为") + self.t(" and ", "且").join(parts)

    def birthday(self, test: Any) -> str:
        if test == "day":
            return self.t("it is the birthday", "生日当天")
        if test == "month":
            return self.t("it is the month of the birthday", "生日当月")
        match test:
            case {"within": {"before": before, "after": after}}:
                return self.t(
                    f"from {self.count(before, 'day')} before the birthday to {self.count(after, 'day')} after it",
                    f"生日前 {before} 天至后 {after} 天",
                )
        return self.raw(test)

    def anniversary(self, test: Any) -> str:
        if test == "day":
            return self.t("it is the anniversary of joining", "入会周年日当天")
        if test == "month":
            return self.t("it is the month of the anniversary of joining", "入会周年当月")
        match test:
            case {"within": {"before": before, "after": after}}:
                return self.t(
                    f"from {self.count(before, 'day')} before the anniversary of joining to {self.count(after, 'day')} after it",
                    f"入会周年日前 {before} 天至后 {after} 天",
                )
        return self.raw(test)

    def selection(self, selection: Json) -> str:
        parts = []
        for key, en, zh in [
            ("sku", "articles", "商品"),
            ("category", "the categories", "类目"),
            ("brand", "the brands", "品牌"),
            ("tag", "lines tagged", "带标签"),
        ]:
            if selection.get(key):
                # 「…的商品」 reads naturally after a category, a brand or a tag.
                tail = "" if key == "sku" else "的商品"
                parts.append(self.t(f"{en} {self.either(selection[key])}", f"{zh}{self.either(selection[key])}{tail}"))
        for name, values in selection.get("attribute", {}).items():
            parts.append(self.t(f"lines whose `{name}` is {self.either(values)}", f"`{name}` 为{self.either(values)}的商品"))
        if "price" in selection:
            price = self.comparison(selection["price"], True)
            parts.append(self.t(f"lines whose unit price is {price}", f"单价{price}的商品"))
        if "discounted" in selection:
            parts.append(
                self.t("lines that are discounted", "已打折的商品")
                if selection["discounted"]
                else self.t("lines that are not discounted", "未打折的商品")
            )
        if selection.get("any"):
            parts.append(self.join([self.selection(one) for one in selection["any"]], either=True))
        words = self.t(" that are also ", "且").join(parts) or self.t("all articles", "全部商品")
        if "exclude" in selection:
            words += self.t(f" except {self.selection(selection['exclude'])}", f"（除{self.selection(selection['exclude'])}外）")
        return words
