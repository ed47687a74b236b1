"""Accounts in words: when points come, when they go, what an overdraft does."""

from typing import Any

from loyalty._explain.tiers import Tiers
from loyalty._explain.words import Json


class Accounts(Tiers):
    """Accounts and returns."""

    def put_accounts(self) -> None:
        if self.doc["accounts"]:
            self.head("Accounts", "积分账户")
        for account in self.doc["accounts"]:
            self.put(1, self.named(account))
            if account.get("display_scale"):
                scale = account["display_scale"]
                self.put(2, self.t(f"It is shown with {self.count(scale, 'decimal')}.", f"显示时保留 {scale} 位小数。"))
            self.put(2, self.activation(account["activation"]))
            self.put(2, self.sentence(self.expiry(account["expiry"])))
            self.put_tier_expiry(account)
            self.put_leaving(account)
            self.put(
                2,
                self.t("The points that expire soonest are used first.", "先到期的积分先用。")
                if account["burn_order"] == "soonest_expiry"
                else self.t("The points that were earned first are used first.", "先获得的积分先用。"),
            )
            self.put(2, self.overdraw(account["overdraw"]))
            self.put(2, self.restore(account["restore"]))
            if account.get("reinstate_days"):
                days = account["reinstate_days"]
                self.put(
                    2,
                    self.t(
                        f"Expired points can be reinstated for {self.count(days, 'day')}.", f"过期积分 {days} 天内可恢复。"
                    ),
                )
            self.put_open_lots(account.get("open_lots", "keep"))
            if "liability" in account:
                cost = self.money(account["liability"]["cost_per_point"])
                percent = account["liability"].get("redemption_percent", 100)
                self.put(
                    2,
                    self.t(
                        f"A point costs {cost}; {percent}% are expected to be used.", f"每分成本 {cost}，预计兑换率 {percent}%。"
                    ),
                )
            for cap in account.get("caps", ()):
                self.put(2, self.cap(cap))

    def cap(self, cap: Json) -> str:
        periods = {
            "event": self.t("for one event", "每次"),
            "day": self.t("a day", "每天"),
            "week": self.t("a week", "每周"),
            "month": self.t("a month", "每月"),
            "year": self.t("a year", "每年"),
            "term": self.t(f"in a term of the rung{self.of_track(cap)}", f"每个{self.of_track(cap)}等级期内"),
            "lifetime": self.t("in all", "终身"),
        }
        period = self.word(periods, cap["per"])
        parts = []
        if "points" in cap:
            parts.append(self.t(self.count(cap["points"], "point"), f"{cap['points']} 分"))
        if "times" in cap:
            parts.append(self.t(self.count(cap["times"], "time"), f"{cap['times']} 次"))
        amount = self.join(parts)
        over = "" if cap.get("over_cap", "partial") == "partial" else self.t(" What does not fit is not given at all.", "放不下的整笔不给。")
        each = {
            "tier": self.t(" for each rung", "每个等级"),
            "stage": self.t(" for each stage", "每个阶段"),
            "task": self.t(" for each task", "每个任务"),
        }
        by = self.word(each, cap["by"]) if "by" in cap else ""
        return self.t(f"At most {amount} {period}{by}.", f"{by}{period}最多 {amount}。") + over

    def put_tier_expiry(self, account: Json) -> None:
        rule = account.get("expiry_by_tier")
        if not rule and "overrides" not in account:
            return
        for name, expiry in self.by_rung(rule) if rule else ():
            self.put(2, self.sentence(self.t(f"on {name}, {self.expiry(expiry)}", f"{name}：{self.expiry(expiry)}")))
        words = {
            "latest": self.t("Where a rule says when its points expire too, the later date counts.", "与规则的有效期并存时，取较晚者。"),
            "earliest": self.t(
                "Where a rule says when its points expire too, the earlier date counts.", "与规则的有效期并存时，取较早者。"
            ),
            "rule": self.t("Where a rule says when its points expire too, the rule counts.", "与规则的有效期并存时，以规则为准。"),
            "tier": self.t("Where a rule says when its points expire too, the rung counts.", "与规则的有效期并存时，以等级为准。"),
        }
        self.put(2, self.word(words, account.get("overrides", "latest")))

    def put_leaving(self, account: Json) -> None:
        if "decay" in account:
            rule = account["decay"]
            least = rule.get("min_points", 0)
            kept = rule.get("until", 0)
            words = self.t(
                f"After {self.span(rule['after_inactive'])} without {self.active(rule['resets_on'])}, {rule['percent']}% of the"
                f" balance leaves every {self.span(rule['every'])}",
                f"连续 {self.span(rule['after_inactive'])}没有{self.active(rule['resets_on'])}，此后每 {self.span(rule['every'])}扣减余额的"
                f" {rule['percent']}%",
            )
            if least:
                words += self.t(f", at least {least} points", f"，至少 {least} 分")
            if kept:
                words += self.t(f", down to {kept} points", f"，扣到 {kept} 分为止")
            self.put(2, words + self.t(".", "。"))
        if "yearly_deduction" in account:
            rule = account["yearly_deduction"]
            day = {
                "enrolment": self.t("on each anniversary of joining", "每个入会周年日"),
                "rung": self.t("on each anniversary of the rung", "每个定级周年日"),
            }.get(rule["on"] if isinstance(rule["on"], str) else "", "")
            if not day:
                day = self.t(f"every year on {rule['on']['yearly']}", f"每年 {rule['on']['yearly']}")
            amounts = self.join(
                [
                    self.t(f"{points} on {name}", f"{name} {points} 分")
                    for name, points in self.by_rung(rule)
                ]
            )
            self.put(
                2,
                self.t(
                    f"At 00:00 {day}, points leave by rung ({amounts}), and the rung is judged again.",
                    f"{day}零点按等级扣减（{amounts}），并重新定级。",
                ),
            )

    def put_open_lots(self, rule: str) -> None:
        if rule == "keep":
            return
        words = {
            "from_start": self.t(
                "A new version of the program gives points that are there its own expiry, counted from then on.",
                "规则改版后，已有积分按新有效期自改版日起算。",
            ),
            "from_earning": self.t(
                "A new version of the program gives points that are there its own expiry, counted from the day of earning.",
                "规则改版后，已有积分按新有效期自获得日起算。",
            ),
        }
        self.put(2, self.word(words, rule))

    def overdraw(self, rule: str) -> str:
        words = {
            "debt": self.t(
                "If a return takes back more points than there are, the rest is owed and repaid by later points.",
                "退货应扣的积分多于现有积分时，差额记为欠分，由以后的积分补足。",
            ),
            "forgive": self.t(
                "If a return takes back more points than there are, the rest is forgiven.",
                "退货应扣的积分多于现有积分时，差额免除。",
            ),
            "withhold": self.t(
                "If a return takes back more points than there are, money is withheld from the refund for the rest.",
                "退货应扣的积分多于现有积分时，差额折算后从退款中扣除。",
            ),
            "refuse": self.t(
                "A return that takes back more points than there are is refused.", "退货应扣的积分多于现有积分时，拒绝退货。"
            ),
        }
        return self.word(words, rule)

    def active(self, words: list[str]) -> str:
        """What counts as being active."""
        names = {
            "earned": self.t("points earned", "获得积分"),
            "spent": self.t("points used", "使用积分"),
            "purchase": self.t("a purchase", "购买"),
            "enroll": self.t("joining", "入会"),
            "activity": self.t("an activity", "任何活动"),
        }
        return self.join([names.get(one, f"`{one.removeprefix('activity:')}`") for one in words], either=True)

    def put_returns(self) -> None:
        returns = self.doc["returns"]
        self.head("Returns", "退货")
        window = self.span(returns["window"])
        self.put(1, self.t(f"Within {window} of the purchase.", f"购买后 {window}内可退。"))
        if returns["partial"] == "refuse":
            self.put(1, self.t("Only whole orders.", "只能整单退。"))
        self.put(
            1,
            self.t("The points that the goods earned are taken back in proportion.", "按比例扣回所退商品获得的积分。")
            if returns["points"] == "proportional"
            else self.t(
                "As many points are taken back as the list price would have earned.", "按所退商品的折前金额扣回积分。"
            )
            if returns["points"] == "list_price"
            else self.t("The points that the goods earned stay.", "所退商品获得的积分保留。"),
        )
        if returns.get("discounts") == "reprice":
            self.put(1, self.t("What is kept is priced anew.", "留下的商品按原规则重新计价，退还差额。"))
        if "point_value" in returns:
            points, value = returns["point_value"]["points"], self.money(returns["point_value"]["value"])
            self.put(1, self.t(f"{points} missing points are worth {value}.", f"不足的积分按 {points} 分折合 {value}。"))

    def activation(self, rule: Any) -> str:
        if rule == "immediate":
            return self.t("Points are available at once.", "积分即时可用。")
        match rule:
            case {"after": {"days": days}}:
                return self.t(f"Points are available {self.count(days, 'day')} after they were earned.", f"积分在获得 {days} 天后可用。")
            case "on_settlement":
                return self.t("Points are available once the order is settled.", "订单结算后积分可用。")
            case {"on": day}:
                return self.t(f"Points are available from {day} on.", f"积分自 {day} 起可用。")
        return self.raw(rule)

    def expiry(self, rule: Any) -> str:
        if rule == "never":
            return self.t("points never expire", "积分永不过期")
        match rule:
            case {"after": after}:
                return self.expiry_after(after)
            case {"annual": {"on": day, **rest}}:
                age: Any = rest.get("min_age")
                which = (
                    self.t("points earned before that day", "此前获得的积分")
                    if age is None
                    else self.t(f"points at least {self.span(age)} old", f"获得已满 {self.span(age)}的积分")
                )
                return self.t(f"every year at 00:00 on {day}, {which} expire", f"每年 {day} 零点，{which}过期")
            case {"inactivity": idle}:
                span, aligned = self.length(idle, "at")
                active = self.active(idle["resets_on"])
                return self.t(
                    f"all points expire {span} after the last activity{aligned} ({active})",
                    f"最近一次活跃（{active}）{span}后{aligned}全部积分过期",
                )
            case {"latest": several}:
                return self.t("points expire at the latest of: ", "积分在以下最晚的时点过期：") + self.join(map(self.expiry, several))
            case {"earliest": several}:
                return self.t("points expire at the earliest of: ", "积分在以下最早的时点过期：") + self.join(map(self.expiry, several))
        return self.raw(rule)

    def expiry_after(self, rule: Json) -> str:
        start = (
            self.t(" after they were earned", "获得后")
            if rule["from"] == "earning"
            else self.t(" after they became available", "生效后")
        )
        if rule.get("days") == 0 and "plus" not in rule and rule.get("align", "day") != "day":
            # No time, and then to the end of a period: the period itself.
            ends = {
                "month_end": self.t("month", "当月"),
                "quarter_end": self.t("quarter", "当季"),
                "half_year_end": self.t("half-year", "当半年"),
                "year_end": self.t("year", "当年"),
            }
            came = self.t("were earned", "获得") if rule["from"] == "earning" else self.t("became available", "生效")
            last = self.t(" (that day no longer counts)", "（当日不计）") if rule.get("last_day") == "excluded" else ""
            end = self.word(ends, rule["align"])
            return self.t(f"points expire at the end of the {end} in which they {came}{last}", f"积分在{came}{end}末{last}过期")
        span, rest = self.length(rule, "at")
        return self.t(f"points expire {span}{start}{rest}", f"积分在{start} {span}{rest}过期")

    def restore(self, rule: Any) -> str:
        if rule == "stay_expired":
            return self.t("Points given back after their expiry stay expired.", "退还的积分若已过期，仍为过期。")
        if rule == "fresh":
            return self.t("Points given back after their expiry begin anew.", "退还的积分若已过期，重新起算有效期。")
        match rule:
            case {"extend": {"days": days}}:
                return self.t(
                    f"Points given back after their expiry are valid for {self.count(days, 'day')} more.",
                    f"退还的积分若已过期，延长 {days} 天有效。",
                )
        return self.raw(rule)
