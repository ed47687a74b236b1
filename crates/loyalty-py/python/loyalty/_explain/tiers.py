"""Tiers in words."""

from typing import Any

from loyalty._explain.conditions import Conditions
from loyalty._explain.words import Json


class Tiers(Conditions):
    """Tracks, rungs, terms and reviews."""

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
                else:
                    self.put(2, self.t(f"{name}.", f"{name}。"))
                if "retain" in rung:
                    keeps = self.condition(rung["retain"])
                    self.put(3, self.t(f"It is kept if {keeps}.", f"保级条件：{keeps}。"))
                if "hold" in rung:
                    self.put(3, self.hold(rung["hold"]))
                self.put_kept(3, rung)
                if "at_review" in rung:
                    self.put(3, self.at_review(rung["at_review"]))
            if track.get("primary"):
                self.put(2, self.t("A member is called by the rung of this track.", "会员以此等级体系的等级相称。"))
            self.put(2, self.upgrade(track))
            if "review" in track:
                self.put(2, self.review(track["review"]))
            if "review" not in track or track["hold"] != "lifetime":
                self.put(2, self.hold(track["hold"]))
            self.put_kept(2, track)
            falls = track["at_review"]
            if track["hold"] not in ("lifetime", "none") or "review" in track or falls != "requalify":
                self.put(2, self.at_review(falls))
            if track.get("review_reads") == "before_expiry":
                self.put(
                    2, self.t("A review reads balances before what expires at its instant.", "复核按当时到期积分失效之前的余额计算。")
                )
            if track["extend_on_requalify"]:
                self.put(2, self.t("Qualifying again begins a new term.", "再次达到条件，期限重新起算。"))
            if "returns" in track:
                self.put(2, self.returned(track["returns"]))
            for carry in track.get("carry", []):
                self.put(2, self.carry(carry, track))
            for penalty in track.get("penalties", []):
                when, count = self.condition(penalty["when"]), penalty["warnings"]
                self.put(
                    2,
                    self.t(
                        f"A review warns if {when}; at {self.count(count, 'review')} running it costs a rung.",
                        f"复核时如{when}，予以警告；连续 {count} 次警告降一级。",
                    ),
                )

    def upgrade(self, track: Any) -> str:
        if track["upgrade"] == "immediate":
            return self.t("Members move up at once.", "达到条件即时升级。")
        if track["upgrade"] == "at_review":
            return self.t("Members move up at reviews only.", "只在复核时升级。")
        period = self.period(track.get("period", "month"))
        start = (
            self.t(f" (years begin on {track['year_start']})", f"（年度始于 {track['year_start']}）") if "year_start" in track else ""
        )
        return self.t(
            f"Members who qualify move up when the next {period} begins{start}.", f"达到条件后，自下一{period}首日起升级{start}。"
        )

    def review(self, review: Any) -> str:
        match review:
            case "term_end":
                return self.t("A rung is reviewed when its term ends.", "等级期满时复核。")
            case {"every": {"months": months, "on_day": day}}:
                return self.t(
                    f"A rung is reviewed every {self.count(months, 'month')} (counted from January) on day {day} of the month.",
                    f"每 {months} 个月（自一月起计）于当月 {day} 日复核等级。",
                )
            case {"anniversary": "enrolment"}:
                return self.t("A rung is reviewed on each anniversary of joining.", "每逢入会周年日复核等级。")
            case {"anniversary": "rung"}:
                return self.t("A rung is reviewed on each anniversary of its entry.", "每逢进入该等级的周年日复核等级。")
        return self.raw(review)

    def put_kept(self, depth: int, rule: Any) -> None:
        """What a track or a rung says of terms that follow, of the least time, and of grace."""
        if "renew" in rule:
            then = self.hold(rule["renew"])
            self.put(depth, self.t(f"After a review: {then[0].lower()}{then[1:]}", f"复核后：{then}"))
        if "at_least" in rule:
            least = self.span(rule["at_least"])
            self.put(
                depth,
                self.t(f"No review takes a rung in the first {least} after its entry.", f"进入等级后 {least}内，复核不降级。"),
            )
        if "grace" in rule:
            self.put(depth, self.grace(rule["grace"]))

    def grace(self, grace: Any) -> str:
        days = {
            "term_end": self.t("the last day of the term", "期限末日"),
            "entry": self.t("the day of entry", "进入等级之日"),
            "loss": self.t("the day of the loss", "失去等级之日"),
        }
        day = self.word(days, grace["from"])
        more = {key: grace[key] for key in ("align", "last_day") if key in grace}
        length, rest = self.length({"last_day": "included", **grace["for"], **more}, "to")
        return self.t(
            f"A rung that is lost is kept for {length}{rest}, counted from {day}; qualifying in that time restores it.",
            f"失去的等级保留 {length}{rest}，自{day}起计；其间达到条件即恢复。",
        )

    def returned(self, rule: str) -> str:
        words = {
            "immediate": self.t("A return takes a rung that its goods gave at once.", "退货即时取消由其所得的等级。"),
            "at_term_end": self.t("A return counts for the rung at the next review only.", "退货只在下次复核时影响等级。"),
            "protect_current_term": self.t(
                "A return of an order of the present term counts at the next review only; of an earlier one, at once.",
                "本期订单的退货只在下次复核时影响等级，前期订单的退货即时影响。",
            ),
        }
        return self.word(words, rule)

    def carry(self, carry: Any, track: Any) -> str:
        name = self.of_metric(carry["metric"])
        amount = self.money if self.is_money(carry["metric"]) else str
        if carry["how"] == "head_start":
            starts = [
                self.t(
                    f"{amount(one['amount'])} for {self.rung(one['rung'], track['id'])}",
                    f"{self.rung(one['rung'], track['id'])} {amount(one['amount'])}",
                )
                for one in carry["rungs"]
            ]
            return self.t(f"{name} begins its next period with {self.join(starts)}.", f"{name}下一期起始值：{self.join(starts)}。")
        text = (
            self.t(f"What {name} exceeds the threshold by flows into its next period", f"{name}超出门槛的部分转入下一期")
            if carry["how"] == "excess"
            else self.t(f"All of {name} flows into its next period", f"{name}全部转入下一期")
        )
        if "max" in carry:
            text += self.t(f", at most {amount(carry['max'])}", f"，最多 {amount(carry['max'])}")
        text += (
            self.t(", what was carried in as well", "，含上期转入的部分")
            if carry.get("repeat")
            else self.t(", once only", "，只转一次")
        )
        return self.t(f"{text}.", f"{text}。")

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
                period = self.period(until["end_of"])
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
        return self.word(words, rule)

    def rung(self, rung: str, track: "str | None") -> str:
        """The name of a rung for people."""
        for one in self.doc["tiers"]:
            if track is None or one["id"] == track:
                for held in one["rungs"]:
                    if held["id"] == rung:
                        return self.name(held)
        return rung

    def by_rung(self, rule: Json) -> "list[tuple[str, Any]]":
        """What a rule says rung by rung, in the order of the ladder, each with the name of the rung."""
        track, said = rule.get("track"), rule["rungs"]
        order = [
            rung["id"] for one in self.doc["tiers"] if track is None or one["id"] == track for rung in one["rungs"]
        ]
        known = [rung for rung in order if rung in said]
        return [(self.rung(rung, track), said[rung]) for rung in [*known, *(rung for rung in said if rung not in known)]]
