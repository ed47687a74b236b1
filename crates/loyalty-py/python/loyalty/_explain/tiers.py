"""Tiers in words."""

from typing import Any

from loyalty._explain.conditions import Conditions


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

    def rung(self, rung: str, track: "str | None") -> str:
        """The name of a rung for people."""
        for one in self.doc["tiers"]:
            if track is None or one["id"] == track:
                for held in one["rungs"]:
                    if held["id"] == rung:
                        return self.name(held)
        return rung
