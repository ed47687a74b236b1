"""Figures in words: what is measured, and over which time."""

from typing import Any

from loyalty._explain.words import Json, Words


class Measures(Words):
    """What is measured."""

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
            "referrals": self.t("friends who were referred and count", "推荐成功的好友数"),
            "referred_spend": self.t("money that friends spent who were referred", "所推荐好友的消费金额"),
            "referred_orders": self.t("orders of friends who were referred", "所推荐好友的订单数"),
        }
        if isinstance(measure, str):
            return self.word(words, measure)
        match measure:
            case {"balance": {"account": account}}:
                return self.t(f"balance of {self.account(account)}", f"{self.account(account)}余额")
            case {"earned": {"account": account}}:
                return self.t(f"points earned in {self.account(account)}", f"获得的{self.account(account)}")
            case {"burned": {"account": account}}:
                return self.t(f"points used from {self.account(account)}", f"使用的{self.account(account)}")
            case {"received": {"account": account}}:
                return self.t(f"{self.account(account)} received from other members", f"收到其他会员转来的{self.account(account)}")
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
                name = self.word(kinds, of) if isinstance(of, str) else f"`{of['attribute']}`"
                return self.t(f"number of different {name}", f"不同{name}的数量")
            case {"sum": {"attribute": name}}:
                return self.t(f"sum of `{name}`", f"`{name}` 之和")
            case {"mean": {"attribute": name}}:
                return self.t(f"mean of `{name}`", f"`{name}` 的均值")
            case {"streak": {"period": period, "of": of}}:
                what = self.since(of)
                return self.t(f"calendar {self.period(period)}s running with {what}", f"连续有{what}的{self.period(period)}数")
            case {"periods": {"period": period, "at_least": least}}:
                return self.t(
                    f"calendar {self.period(period)}s with at least {self.count(least, 'order')}",
                    f"至少有 {least} 单的{self.period(period)}数",
                )
            case {"gap": {"percentile": percent}}:
                return self.t(f"days between purchases, percentile {percent}", f"购买间隔天数的第 {percent} 百分位")
            case {"gap": {"mean": _}}:
                return self.t("mean days between purchases", "平均购买间隔天数")
            case {"tasks": rule}:
                return self.tasks_ended(rule)
            case {"days_since": "purchase"}:
                return self.t("days since the last purchase", "距上次购买的天数")
            case {"days_since": "interaction"}:
                return self.t(
                    "days since the last interaction (a purchase, an activity or joining)", "距上次互动（购买、活动或入会）的天数"
                )
            case {"days_since": {"activity": kinds}}:
                return self.t(f"days since the last {self.either(kinds)}", f"距上次{self.either(kinds)}的天数")
            case {"silence": {"r": shape, "alpha": scale}}:
                return self.t(
                    "how likely so long a silence since the last purchase is for an active member, in a million cases"
                    f" (model with r = {shape} and alpha = {scale} days)",
                    f"仍活跃的会员沉默至今的可能性，以百万分计（模型参数 r = {shape}，alpha = {scale} 天）",
                )
        return self.raw(measure)

    def tasks_ended(self, rule: Json) -> str:
        ends = {
            "done": self.t("number of tasks done", "完成任务的次数"),
            "missed": self.t("number of tasks missed", "错过任务的次数"),
        }
        words = self.word(ends, rule["what"])
        if rule.get("of"):
            names = self.called(rule["of"], self.tasks)
            words += self.t(f" ({names})", f"（{names}）")
        return words

    def since(self, what: Any) -> str:
        """What was done last, or in each period."""
        if what == "purchase":
            return self.t("a purchase", "购买")
        if what == "interaction":
            return self.t("an interaction", "互动")
        match what:
            case {"activity": kinds}:
                return self.either(kinds)
        return self.raw(what)

    def is_money(self, metric: str) -> bool:
        """Whether a metric counts money."""
        return self.metrics.get(metric, {}).get("measure") in ("spend", "list_spend", "returned", "mean_order")

    def value(self, metric: str, number: Any) -> str:
        """A value of a metric, in its unit."""
        return self.money(number) if self.is_money(metric) else str(number)

    def of_metric(self, metric: str) -> str:
        """The name of a metric for people."""
        return self.name(self.metrics.get(metric, {"id": metric}))

    def of_track(self, rule: Json) -> str:
        """Which track is meant, where there are several."""
        if "track" not in rule:
            return ""
        track = next((one for one in self.doc["tiers"] if one["id"] == rule["track"]), {"id": rule["track"]})
        return self.t(f" of {self.name(track)}", self.name(track)) if len(self.doc["tiers"]) > 1 else ""

    def is_state(self, measure: Any) -> bool:
        """Whether a measure is how things stand, so that a window would say nothing."""
        return measure in ("tenure", "age") or (
            isinstance(measure, dict) and bool({"balance", "days_since", "gap", "silence"} & measure.keys())
        )

    def period(self, period: str) -> str:
        words = {
            "day": self.t("day", "日"),
            "week": self.t("week", "周"),
            "month": self.t("month", "月"),
            "quarter": self.t("quarter", "季度"),
            "half_year": self.t("half-year", "半年"),
            "year": self.t("year", "年"),
            "membership_year": self.t("membership year", "会员年"),
        }
        return self.word(words, period)

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
            case {"since_tier": of}:
                track = self.of_track(of)
                return self.t(f"since the present rung{track} was entered", f"自进入{track}现等级以来")
            case {"term": of}:
                track = self.of_track(of)
                return self.t(f"in the present term of the rung{track}", f"在{track}现等级的本期内")
            case {"between": {"from": first, "until": last}}:
                return self.t(f"from {first} to {last}", f"{first} 至 {last} 间")
            case {"previous": inner}:
                return self.t(f"in the stretch before ({self.window(inner)})", f"上一期（{self.window(inner)}）")
        return self.raw(window)
