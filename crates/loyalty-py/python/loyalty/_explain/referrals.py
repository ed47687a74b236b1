"""Referrals in words: what both sides get."""

from typing import Any

from loyalty._explain.lifecycle import Lifecycle
from loyalty._explain.words import Json


class Referrals(Lifecycle):
    """What a friend brings."""

    def put_referrals(self) -> None:
        rule: Any = self.doc.get("referrals")
        if rule is None:
            return
        self.head("Referrals", "推荐好友")
        for one in rule.get("rules", ()):
            self.put(1, self.t(f"{one['id']}: {self.side(one)}.", f"{one['id']}：{self.side(one)}。"))
            for cap in one.get("caps", ()):
                self.put(2, self.cap(cap))
        for one in rule.get("milestones", ()):
            points = self.points(one["points"], one.get("account"))
            friends = one["friends"]
            count = self.t("1 friend who counts" if friends == 1 else f"{friends} friends who count", "")
            self.put(
                1,
                self.t(
                    f"{one['id']}: the referrer gets {points} for {count}.",
                    f"{one['id']}：成功推荐 {friends} 位好友，推荐人得{points}。",
                ),
            )
        if "share" in rule:
            self.put(1, self.share(rule["share"]))
        step = {
            "enrolment": self.t("A friend counts once enrolled.", "好友入会即算推荐成功。"),
            "first_order": self.t("A friend counts from the first order on.", "好友首单后算推荐成功。"),
        }
        self.put(1, self.word(step, rule.get("confirmed", "first_order")))
        self.put(
            1,
            self.t(
                "What was given for an order is taken back, on both sides, when all its goods come back.",
                "订单全部退货后，双方因该单所得均收回。",
            )
            if rule.get("returns", "undone") == "undone"
            else self.t("What was given for an order stays when its goods come back.", "订单退货后，所得保留。"),
        )

    def side(self, rule: Json) -> str:
        who = self.word({"friend": self.t("the friend", "好友"), "referrer": self.t("the referrer", "推荐人")}, rule["to"])
        step = self.word(
            {
                "enrolment": self.t("when the friend joins", "好友入会时"),
                "first_order": self.t("for the friend's first order", "好友首单时"),
            },
            rule["on"],
        )
        if "percent" not in rule:
            points = self.points(rule.get("points", 0), rule.get("account"))
            words = self.t(f"{who} gets {points} {step}", f"{step}{who}得{points}")
        else:
            account = self.account(rule["account"]) if "account" in rule else self.t("points", "积分")
            words = self.t(
                f"{who} gets {rule['percent']}% of the {account} that the friend's first order earns",
                f"{who}得好友首单所获{account}的 {rule['percent']}%",
            )
        if "max_points" in rule:
            most = self.points(rule["max_points"])
            words += self.t(f", at most {most}", f"，最多{most}")
        return words

    def share(self, rule: Json) -> str:
        account = self.account(rule["account"]) if "account" in rule else self.t("points", "积分")
        span = self.span(rule["for"])
        words = self.t(
            f"{rule['id']}: the referrer gets {rule['percent']}% of the {account} of every order of a friend"
            f" for {span} from joining",
            f"{rule['id']}：好友入会后 {span}内的每一单，推荐人得其所获{account}的 {rule['percent']}%",
        )
        if "max_points" in rule:
            most = self.points(rule["max_points"])
            words += self.t(f", at most {most} for one friend", f"，每位好友最多{most}")
        return words + self.t(".", "。")
