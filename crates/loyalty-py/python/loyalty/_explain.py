"""What a program says, in plain words, in Chinese or English.

It reads the canonical JSON of a checked program, so every default is there and nothing has to be guessed. A setting that this
version has no words for is shown as it is written: nothing is left out in silence.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from loyalty._loyalty import Program

Json: TypeAlias = dict[str, Any]

LIST_SHOWN_MAX = 12
"""Values of a list that are shown; how many more there are is said."""


def explain(program: Program, lang: Literal["zh", "en"]) -> str:
    """The program in plain words: several lines, the last one without a line end."""
    return _Explainer(program.to_dict(), lang).program()


class _Explainer:
    def __init__(self, document: Json, lang: Literal["zh", "en"]) -> None:
        self.doc = document
        self.lang: Literal["zh", "en"] = lang
        self.lines: list[str] = []
        self.metrics: dict[str, Json] = {metric["id"]: metric for metric in document["metrics"]}
        self.accounts: dict[str, Json] = {account["id"]: account for account in document["accounts"]}

    def t(self, en: str, zh: str) -> str:
        """The one of two texts that is in the language asked for."""
        return zh if self.lang == "zh" else en

    def put(self, depth: int, text: str) -> None:
        mark = "- " if depth > 1 else ""
        # Between Chinese and digits stands a space, but none at the start or after a mark.
        if self.lang == "zh":
            text = re.sub(r"(^|[，：；。（、]) +", r"\1", text)
        self.lines.append("  " * depth + mark + text)

    def head(self, en: str, zh: str) -> None:
        self.lines.extend(["", self.t(en, zh)])

    # The parts of a program

    def program(self) -> str:
        doc = self.doc
        version = self.t(f", version {doc['version']}", f"，版本 {doc['version']}") if "version" in doc else ""
        self.lines.append(self.t(f"{self.name(doc)} ({doc['id']}{version})", f"{self.name(doc)}（{doc['id']}{version}）"))
        if "description" in doc:
            self.lines.append(self.label(doc["description"]))
        self.lines.append(
            self.t(
                f"Money is in {doc['currency']}; days are those of {doc['timezone']}.",
                f"金额以 {doc['currency']} 计；日期按 {doc['timezone']} 时区计算。",
            )
        )
        self.put_accounts()
        self.put_metrics()
        self.put_tiers()
        self.put_earning()
        self.put_tender()
        self.put_returns()
        return "\n".join(self.lines)

    def put_accounts(self) -> None:
        if self.doc["accounts"]:
            self.head("Accounts", "积分账户")
        for account in self.doc["accounts"]:
            self.put(1, self.named(account))
            self.put(2, self.activation(account["activation"]))
            self.put(2, self.sentence(self.expiry(account["expiry"])))
            self.put(
                2,
                self.t("The points that expire soonest are used first.", "先到期的积分先用。")
                if account["burn_order"] == "soonest_expiry"
                else self.t("The points that were earned first are used first.", "先获得的积分先用。"),
            )
            self.put(
                2,
                self.t(
                    "If a return takes back more points than there are, the rest is owed and repaid by later points.",
                    "退货应扣的积分多于现有积分时，差额记为欠分，由以后的积分补足。",
                )
                if account["overdraw"] == "debt"
                else self.t(
                    "If a return takes back more points than there are, the rest is forgiven.",
                    "退货应扣的积分多于现有积分时，差额免除。",
                ),
            )
            self.put(2, self.restore(account["restore"]))
            for cap in account.get("caps", ()):
                self.put(2, self.cap(cap))

    def put_metrics(self) -> None:
        if self.doc["metrics"]:
            self.head("Figures", "指标")
        for metric in self.doc["metrics"]:
            measure, window = self.measure(metric["measure"]), self.window(metric["window"])
            if metric["window"] == "lifetime" and self.is_state(metric["measure"]):
                words = self.t(f"{self.named(metric)}: {measure}", f"{self.named(metric)}：{measure}")
            else:
                words = self.t(f"{self.named(metric)}: {measure}, {window}", f"{self.named(metric)}：{window}{measure}")
            rule = metric.get("filter") or {}
            if "lines" in rule:
                words += self.t(f"; counted: {self.selection(rule['lines'])}", f"；计入：{self.selection(rule['lines'])}")
            if "when" in rule:
                words += self.t(f"; only if {self.condition(rule['when'])}", f"；只在{self.condition(rule['when'])}时计")
            self.put(1, words)

    def put_tiers(self) -> None:
        if self.doc["tiers"]:
            self.head("Tiers", "等级")
        for track in self.doc["tiers"]:
            self.put(1, self.named(track))
            for place, rung in enumerate(track["rungs"]):
                name = self.named(rung)
                if "qualify" in rung:
                    needs = self.condition(rung["qualify"])
                    self.put(2, self.t(f"{name}: if {needs}.", f"{name}：{needs}。"))
                elif place == 0:
                    self.put(2, self.t(f"{name}: everybody begins here.", f"{name}：人人由此开始。"))
                if "retain" in rung:
                    keeps = self.condition(rung["retain"])
                    self.put(3, self.t(f"It is kept if {keeps}.", f"保级条件：{keeps}。"))
                if "hold" in rung:
                    self.put(3, self.hold(rung["hold"]))
                if "at_review" in rung:
                    self.put(3, self.at_review(rung["at_review"]))
            self.put(
                2,
                self.t("Members move up at once.", "达到条件即时升级。")
                if track["upgrade"] == "immediate"
                else self.t("Members move up at reviews only.", "只在复核时升级。"),
            )
            self.put(2, self.hold(track["hold"]))
            if track["hold"] not in ("lifetime", "none"):
                self.put(2, self.at_review(track["at_review"]))
            if track["extend_on_requalify"]:
                self.put(2, self.t("Qualifying again begins a new term.", "再次达到条件，期限重新起算。"))

    def put_earning(self) -> None:
        if not self.doc["earn"]:
            return
        self.head("Earning", "获得积分")
        for rule in self.doc["earn"]:
            self.put_rule(rule)
        earning = self.doc["earning"]
        self.put(
            1,
            self.t("Points are earned on the price after discounts", "积分按折后金额计算")
            if earning["base"] == "discounted"
            else self.t("Points are earned on the price before discounts", "积分按折前金额计算"),
        )
        self.lines[-1] += (
            self.t("; what is paid in points earns none.", "；用积分支付的部分不再积分。")
            if earning["paid_in_points"] == "exclude"
            else self.t("; what is paid in points counts too.", "；用积分支付的部分也积分。")
        )
        if any("multiply" in rule["give"] for rule in self.doc["earn"]):
            both = {
                "sum_of_bonuses": self.t(
                    "Several factors add up: ×1.5 and ×2 make ×2.5.", "多个倍数的加成相加：×1.5 与 ×2 合为 ×2.5。"
                ),
                "product": self.t("Several factors multiply: ×1.5 and ×2 make ×3.", "多个倍数相乘：×1.5 与 ×2 合为 ×3。"),
                "highest": self.t("Of several factors the highest counts.", "多个倍数取最高。"),
            }
            self.put(1, both.get(earning["multipliers"], self.raw(earning["multipliers"])))
            self.put(
                1,
                self.t("Points are rounded after multiplying.", "乘倍数之后才取整。")
                if earning["round"] == "after_multiplier"
                else self.t("The points of each rule are rounded before multiplying.", "每条规则先取整，再乘倍数。"),
            )
        self.put(1, self.rounding(earning["rounding"]))
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
        if rule.get("bonus"):
            self.put(2, self.t("Its points are not multiplied.", "其积分不参与翻倍。"))
        if rule.get("exclusive"):
            self.put(
                2,
                self.t(
                    f"It excludes other rules (priority {rule['priority']}).", f"与其他规则互斥（优先级 {rule['priority']}）。"
                ),
            )
        if "group" in rule:
            self.put(
                2,
                self.t(
                    f"In group {rule['group']} (priority {rule['priority']}).",
                    f"属于分组 {rule['group']}（优先级 {rule['priority']}）。",
                ),
            )
        for cap in rule.get("caps", ()):
            self.put(2, self.cap(cap))
        if "activation" in rule:
            self.put(2, self.activation(rule["activation"]))
        if "expiry" in rule:
            self.put(2, self.sentence(self.expiry(rule["expiry"])))
        if "rounding" in rule:
            self.put(2, self.rounding(rule["rounding"]))

    def put_tender(self) -> None:
        if self.doc["tender"]:
            self.head("Paying with points", "积分抵现")
        for rule in self.doc["tender"]:
            points, value = self.points(rule["points"], rule.get("account")), self.money(rule["value"])
            self.put(1, self.t(f"{points} pay {value}.", f"{points}抵 {value}。"))
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
            else self.t("The points that the goods earned stay.", "所退商品获得的积分保留。"),
        )

    # Settings of accounts

    def activation(self, rule: Any) -> str:
        if rule == "immediate":
            return self.t("Points are available at once.", "积分即时可用。")
        match rule:
            case {"after": {"days": days}}:
                return self.t(f"Points are available {self.count(days, 'day')} after they were earned.", f"积分在获得 {days} 天后可用。")
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
        span, rest = self.length(rule, "at")
        return self.t(f"points expire {span}{start}{rest}", f"积分在{start} {span}{rest}过期")

    def length(self, rule: Json, word: str) -> tuple[str, str]:
        """A span, and what may follow it: alignment, more time, whether the day itself counts."""
        span = self.span({unit: rule[unit] for unit in ("days", "weeks", "months", "years") if unit in rule})
        align = {
            "month_end": self.t(f", {word} the end of that month", "（至当月末）"),
            "quarter_end": self.t(f", {word} the end of that quarter", "（至当季末）"),
            "half_year_end": self.t(f", {word} the end of that half-year", "（至当半年末）"),
            "year_end": self.t(f", {word} the end of that year", "（至当年末）"),
        }.get(rule.get("align", "day"), "")
        plus = self.t(f", plus {self.span(rule['plus'])}", f"再加 {self.span(rule['plus'])}") if "plus" in rule else ""
        last = self.t(" (that day no longer counts)", "（当日不计）") if rule["last_day"] == "excluded" else ""
        return span, f"{align}{plus}{last}"

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

    def cap(self, cap: Json) -> str:
        period = {
            "event": self.t("for one event", "每次"),
            "day": self.t("a day", "每天"),
            "week": self.t("a week", "每周"),
            "month": self.t("a month", "每月"),
            "year": self.t("a year", "每年"),
            "lifetime": self.t("in all", "终身"),
        }[cap["per"]]
        parts = []
        if "points" in cap:
            parts.append(self.t(self.count(cap["points"], "point"), f"{cap['points']} 分"))
        if "times" in cap:
            parts.append(self.t(self.count(cap["times"], "time"), f"{cap['times']} 次"))
        amount = self.join(parts)
        over = "" if cap["over_cap"] == "partial" else self.t(" What does not fit is not given at all.", "放不下的整笔不给。")
        return self.t(f"At most {amount} {period}.", f"{period}最多 {amount}。") + over

    def rounding(self, rule: str) -> str:
        words = {
            "floor": self.t("Fractions of a point are dropped.", "不足一分的舍去。"),
            "ceil": self.t("Fractions of a point are rounded up.", "不足一分的进为一分。"),
            "half_up": self.t("Fractions of a point are rounded, a half up.", "积分四舍五入。"),
            "half_down": self.t("Fractions of a point are rounded, a half down.", "积分五舍六入。"),
            "half_even": self.t("Fractions of a point are rounded, a half to the even number.", "积分四舍六入五成双。"),
        }
        return words.get(rule, self.raw(rule))

    def give(self, rule: Json) -> str:
        match rule["give"]:
            case {"rate": rate}:
                points, per = self.points(rate["points"], rule.get("account")), self.money(rate["per"])
                words = (
                    self.t(f"{points} for every full {per}", f"每满 {per} 得{points}")
                    if rate["mode"] == "step"
                    else self.t(f"{points} for every {per}, in proportion", f"每 {per} 得{points}（按比例）")
                )
                base = {
                    "list": self.t(" before discounts", "（按折前金额）"),
                    "discounted": self.t(" after discounts", "（按折后金额）"),
                }
                return words + base.get(rate.get("base", ""), "")
            case {"fixed": points}:
                return self.points(points, rule.get("account"))
            case {"per_unit": points}:
                return self.t(f"{self.points(points, rule.get('account'))} a unit", f"每件 {self.points(points, rule.get('account'))}")
            case {"multiply": factor}:
                return self.t(f"points ×{factor}", f"积分 ×{factor}")
        return self.raw(rule["give"])

    # Tiers

    def hold(self, rule: Any) -> str:
        if rule == "lifetime":
            return self.t("A rung is held for good.", "等级终身有效。")
        if rule == "none":
            return self.t("A rung is judged anew after every event.", "每次事件后重新评定等级。")
        match rule:
            case {"for": length}:
                span, rest = self.length(length, "to")
                return self.t(f"A rung is held for {span}{rest}.", f"等级有效 {span}{rest}。")
            case {"until": until}:
                period = {
                    "month": self.t("month", "月"),
                    "quarter": self.t("quarter", "季度"),
                    "half_year": self.t("half-year", "半年"),
                    "year": self.t("year", "年"),
                    "membership_year": self.t("membership year", "会员年"),
                }[until["end_of"]]
                nth = until.get("nth", 1)
                which = (
                    self.t(f"the present {period}", f"本{period}")
                    if nth == 1
                    else self.t(f"the next {period}", f"下一{period}")
                    if nth == 2
                    else self.t(f"the {period} {nth - 1} after the present one", f"此后第 {nth - 1} 个{period}")
                )
                start = (
                    self.t(f" (years begin on {until['year_start']})", f"（年度始于 {until['year_start']}）")
                    if "year_start" in until
                    else ""
                )
                plus = self.t(f" and {self.span(until['plus'])} more", f"再加 {self.span(until['plus'])}") if "plus" in until else ""
                return self.t(f"A rung is held until the end of {which}{start}{plus}.", f"等级有效至{which}末{start}{plus}。")
        return self.raw(rule)

    def at_review(self, rule: str) -> str:
        words = {
            "requalify": self.t(
                "At the review, a member gets the highest rung whose condition holds.", "到期复核：给予仍符合条件的最高等级。"
            ),
            "one_down": self.t("At the review, a rung that is not kept falls by one.", "到期复核：不符合条件的降一级。"),
            "to_base": self.t("At the review, a rung that is not kept falls to the lowest.", "到期复核：不符合条件的降至最低级。"),
            "never": self.t("The rung is never lost.", "等级不会降低。"),
        }
        return words.get(rule, self.raw(rule))

    # Figures and conditions

    def measure(self, measure: Any) -> str:
        words = {
            "spend": self.t("money spent after discounts", "折后消费金额"),
            "list_spend": self.t("money spent before discounts", "折前消费金额"),
            "orders": self.t("number of orders", "订单数"),
            "quantity": self.t("units bought", "购买件数"),
            "visits": self.t("days with a purchase", "有购买的天数"),
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
            case {"activity": kinds}:
                return self.t(f"times of {self.either(kinds)}", f"{self.either(kinds)}的次数")
            case {"days_since": "purchase"}:
                return self.t("days since the last purchase", "距上次购买的天数")
            case {"days_since": {"activity": kinds}}:
                return self.t(f"days since the last {self.either(kinds)}", f"距上次{self.either(kinds)}的天数")
        return self.raw(measure)

    def is_state(self, measure: Any) -> bool:
        """Whether a measure is how things stand, so that a window would say nothing."""
        return measure in ("tenure", "age") or (isinstance(measure, dict) and bool({"balance", "days_since"} & measure.keys()))

    def window(self, window: Any) -> str:
        if window == "lifetime":
            return self.t("over the whole life", "累计")
        if window == "membership_year":
            return self.t("in the membership year", "本会员年内")
        match window:
            case {"last": span}:
                return self.t(f"in the last {self.span(span)}", f"最近 {self.span(span)}内")
            case {"calendar": {"period": period, **rest}}:
                name = {
                    "day": self.t("day", "日"),
                    "week": self.t("week", "周"),
                    "month": self.t("month", "月"),
                    "quarter": self.t("quarter", "季度"),
                    "half_year": self.t("half-year", "半年"),
                    "year": self.t("year", "年"),
                }[period]
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
                money = metric["measure"] in ("spend", "list_spend")
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
                names = self.join([days.get(day, day) for day in test], either=True)
                return self.t(f"on {names}", f"在{names}")
            case "hours":
                return self.t(f"between {test['from']} and {test['until']}", f"在 {test['from']} 至 {test['until']} 之间")
            case "dates":
                return self.t(f"{self.days(test)}", f"在{self.days(test)}")
            case "yearly":
                parts = list(test.get("on", ()))
                if "from" in test:
                    parts.append(self.t(f"{test['from']} to {test['until']}", f"{test['from']} 至 {test['until']}"))
                return self.t(f"every year on {self.join(parts, either=True)}", f"每年 {self.join(parts, either=True)}")
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
        if selection.get("any"):
            parts.append(self.join([self.selection(one) for one in selection["any"]], either=True))
        words = self.t(" that are also ", "且").join(parts) or self.t("all articles", "全部商品")
        if "exclude" in selection:
            words += self.t(f" except {self.selection(selection['exclude'])}", f"（除{self.selection(selection['exclude'])}外）")
        return words

    # Words

    def label(self, label: Any) -> str:
        if isinstance(label, str):
            return label
        return str(label.get(self.lang) or next(iter(label.values())))

    def name(self, named: Json) -> str:
        return self.label(named["name"]) if "name" in named else str(named["id"])

    def named(self, named: Json) -> str:
        """The name for people, and the id by which other texts call it."""
        if "name" not in named or self.name(named) == named["id"]:
            return str(named["id"])
        return self.t(f"{self.name(named)} ({named['id']})", f"{self.name(named)}（{named['id']}）")

    def account(self, account: str) -> str:
        return self.name(self.accounts.get(account, {"id": account}))

    def points(self, points: Any, account: "str | None") -> str:
        if account is None or len(self.accounts) < 2:
            return self.t("1 point" if str(points) == "1" else f"{points} points", f" {points} 分")
        return self.t(f"{points} {self.account(account)}", f" {points} {self.account(account)}")

    def money(self, amount: Any) -> str:
        return f"{amount} {self.doc['currency']}"

    def span(self, span: Mapping[str, int]) -> str:
        words = {"days": "天", "weeks": "周", "months": "个月", "years": "年"}
        return self.t(
            self.join([self.count(count, unit.removesuffix("s")) for unit, count in span.items()]),
            "".join(f"{count} {words[unit]}" for unit, count in span.items()),
        )

    def count(self, count: int, unit: str) -> str:
        """English: `1 day`, `2 days`."""
        return f"{count} {unit}" if count == 1 else f"{count} {unit}s"

    def days(self, dates: Json) -> str:
        first, last = dates.get("from"), dates.get("until")
        if first and last:
            return self.t(f"from {first} to {last}", f"{first} 至 {last}")
        if first:
            return self.t(f"from {first} on", f"{first} 起")
        return self.t(f"until {last}", f"{last} 止") if last else ""

    def either(self, values: Iterable[Any]) -> str:
        quoted = [self.t(f"`{value}`", f"「{value}」") for value in values]
        return self.join(quoted, either=True)

    def join(self, parts: "Iterable[str]", either: bool = False) -> str:
        shown: Sequence[str] = list(parts)
        if len(shown) > LIST_SHOWN_MAX:
            rest = len(shown) - LIST_SHOWN_MAX
            shown = [*shown[:LIST_SHOWN_MAX], self.t(f"{rest} more", f"另外 {rest} 项")]
        if len(shown) < 2:
            return "".join(shown)
        if self.lang == "zh":
            return "、".join(shown[:-1]) + ("或" if either else "和") + shown[-1]
        return ", ".join(shown[:-1]) + (" or " if either else " and ") + shown[-1]

    def sentence(self, words: str) -> str:
        if self.lang == "zh":
            return words + "。"
        return words[:1].upper() + words[1:] + "."

    def raw(self, setting: Any) -> str:
        """A setting that there are no words for yet, as it is written."""
        return json.dumps(setting, ensure_ascii=False)
