"""Figures and conditions in words."""

from typing import Any

from loyalty._explain.words import Json, Words


class Conditions(Words):
    """What is measured, and what must hold."""

    def measure(self, measure: Any) -> str:
        words = {
            "spend": self.t("money spent after discounts", "折后消费金额"),
            "list_spend": self.t("money spent before discounts", "折前消费金额"),
            "orders": self.t("number of orders", "订单数"),
            "quantity": self.t("units bought", "购买件数"),
            "visits": self.t("days with a purchase", "有购买的天数"),
            "returns": self.t("number of returns", "退货次数"),
            "returned": self.t("money that went back", "退款金额"),
            "mean_order": self.t("mean amount of an order", "客单价"),
            "tenure": self.t("days since joining", "入会天数"),
            "age": self.t("age in years", "年龄（周岁）"),
        }
        if isinstance(measure, str):
            return words.get(measure, self.raw(measure))
        match measure:
            case {"balance": {"account": account}}:
                return self.t(f"balance of {self.account(account)}", f"{self.account(account)}余额")
            case {"earned": {"account": account}}:
                return self.t(f"points earned in {self.account(account)}", f"获得的{self.account(account)}")
            case {"burned": {"account": account}}:
                return self.t(f"points used from {self.account(account)}", f"使用的{self.account(account)}")
            case {"activity": activities}:
                return self.t(f"times of {self.either(activities)}", f"{self.either(activities)}的次数")
            case {"distinct": {"of": of}}:
                kinds = {
                    "sku": self.t("articles", "商品"),
                    "category": self.t("categories", "类目"),
                    "brand": self.t("brands", "品牌"),
                    "store": self.t("stores", "门店"),
                    "channel": self.t("channels", "渠道"),
                }
                name = kinds.get(of, self.raw(of)) if isinstance(of, str) else f"`{of['attribute']}`"
                return self.t(f"number of different {name}", f"不同{name}的数量")
            case {"sum": {"attribute": name}}:
                return self.t(f"sum of `{name}`", f"`{name}` 之和")
            case {"mean": {"attribute": name}}:
                return self.t(f"mean of `{name}`", f"`{name}` 的均值")
            case {"streak": {"period": period, "of": of}}:
                what = self.t("a purchase", "购买") if of == "purchase" else self.either(of["activity"])
                return self.t(f"calendar {self.period(period)}s running with {what}", f"连续有{what}的{self.period(period)}数")
            case {"periods": {"period": period, "at_least": least}}:
                return self.t(
                    f"calendar {self.period(period)}s with at least {self.count(least, 'order')}",
                    f"至少有 {least} 单的{self.period(period)}数",
                )
            case {"gap": {"percentile": percent}}:
                return self.t(f"days between purchases, {percent}th percentile", f"购买间隔天数的第 {percent} 百分位")
            case {"gap": {"mean": _}}:
                return self.t("mean days between purchases", "平均购买间隔天数")
            case {"tasks": {"what": what, "of": tasks}}:
                named = self.either(tasks)
                return self.t(f"number of tasks {named} {what}", f"{'完成' if what == 'done' else '错过'}任务{named}的次数")
            case {"tasks": {"what": what}}:
                return self.t(f"number of tasks {what}", f"{'完成' if what == 'done' else '错过'}任务的次数")
            case {"days_since": "purchase"}:
                return self.t("days since the last purchase", "距上次购买的天数")
            case {"days_since": {"activity": kinds}}:
                return self.t(f"days since the last {self.either(kinds)}", f"距上次{self.either(kinds)}的天数")
        return self.raw(measure)

    def is_state(self, measure: Any) -> bool:
        """Whether a measure is how things stand, so that a window would say nothing."""
        return measure in ("tenure", "age") or (isinstance(measure, dict) and bool({"balance", "days_since"} & measure.keys()))

    def period(self, period: str) -> str:
        return {
            "day": self.t("day", "日"),
            "week": self.t("week", "周"),
            "month": self.t("month", "月"),
            "quarter": self.t("quarter", "季度"),
            "half_year": self.t("half-year", "半年"),
            "year": self.t("year", "年"),
        }[period]

    def window(self, window: Any) -> str:
        if window == "lifetime":
            return self.t("over the whole life", "累计")
        if window == "membership_year":
            return self.t("in the membership year", "本会员年内")
        match window:
            case {"last": span}:
                return self.t(f"in the last {self.span(span)}", f"最近 {self.span(span)}内")
            case {"calendar": {"period": period, **rest}}:
                name = self.period(period)
                start = (
                    self.t(f" (years begin on {rest['year_start']})", f"（年度始于 {rest['year_start']}）")
                    if "year_start" in rest
                    else ""
                )
                return self.t(f"in the calendar {name}{start}", f"本{name}内{start}")
            case {"since_tier": _}:
                return self.t("since the present rung was entered", "自进入现等级以来")
            case {"term": _}:
                return self.t("in the present term of the rung", "在现等级的本期内")
            case {"between": {"from": first, "until": last}}:
                return self.t(f"from {first} to {last}", f"{first} 至 {last} 间")
            case {"previous": inner}:
                return self.t(f"in the stretch before ({self.window(inner)})", f"上一期（{self.window(inner)}）")
        return self.raw(window)

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
                metric = self.metrics[test["id"]]
                money = metric["measure"] in ("spend", "list_spend", "returned", "mean_order")
                return self.t(f"{self.name(metric)} is ", self.name(metric)) + self.comparison(test, money)
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
                names = [self.name(self.segments[one]) for one in test]
                return self.t(f"the member belongs to {self.join(names, either=True)}", f"会员属于{self.join(names, either=True)}")
            case "score":
                name = self.name(self.scores[test["id"]])
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
                number = self.comparison(test, False)
                number = self.t(f" is {number}", number) if number else ""
                return self.t(f"{who} `{test['name']}`{text}{number}", f"{who} `{test['name']}` {text}{number}")
            case "channel":
                return self.t(f"it came through {self.either(test)}", f"渠道为{self.either(test)}")
            case "store":
                return self.t(f"it happened in store {self.either(test)}", f"门店为{self.either(test)}")
            case "weekday":
                days = {
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
                weekdays = self.join([days.get(day, day) for day in test], either=True)
                return self.t(f"on {weekdays}", f"在{weekdays}")
            case "hours":
                return self.t(f"between {test['from']} and {test['until']}", f"在 {test['from']} 至 {test['until']} 之间")
            case "dates":
                return self.t(f"{self.days(test)}", f"在{self.days(test)}")
            case "yearly":
                dates = list(test.get("on", ()))
                if "from" in test:
                    dates.append(self.t(f"{test['from']} to {test['until']}", f"{test['from']} 至 {test['until']}"))
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

    def comparison(self, test: Json, money: bool) -> str:
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
        return self.t(" and ", "且").join(parts)

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
        return self.t("the rung is ", "等级为") + self.t(" and ", "且").join(parts)

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
