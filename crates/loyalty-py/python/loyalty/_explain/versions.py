"""A timeline in words: when each version starts, how members come to it, and what it says."""

from typing import Any, Literal

from loyalty._explain.rest import Rest


PARTS = {
    "accounts": ("accounts", "积分账户"),
    "metrics": ("figures", "指标"),
    "tiers": ("tiers", "等级"),
    "earn": ("earn rules", "积分规则"),
    "tender": ("paying with points", "积分支付"),
    "rewards": ("rewards", "积分兑换"),
    "offers": ("offers", "优惠"),
    "coupons": ("coupons", "优惠券"),
    "plans": ("paid plans", "付费方案"),
    "benefits": ("benefits", "权益"),
    "triggers": ("triggers", "自动触发"),
    "referrals": ("referrals", "推荐"),
    "returns": ("returns", "退货规则"),
}
"""The parts of a program that a transition is likely to keep; any other is told by its key."""


class Versions(Rest):
    """A version of a program, before its rules."""

    def put_version(self, version: Any, last: "str | None") -> None:
        doc = self.doc
        self.lines.append(self.t(f"Version {doc['version']}", f"版本 {doc['version']}"))
        if last is None:
            self.put(1, self.t("The first one.", "最初的版本。"))
        else:
            starts, how = version["starts"], version.get("adopt", "at_start")
            came = {
                "at_start": self.t("Members come to it then.", "会员届时即适用。"),
                "next_event": self.t("Members come to it before their next event.", "会员自其后的下一次事件起适用。"),
                "term_end": self.t(
                    "Members come to it when their present term ends, after its review; who has none comes to it then.",
                    "会员在当前等级有效期届满并完成考核后适用；没有有效期的届时即适用。",
                ),
            }
            self.put(1, self.t(f"It starts at {starts}.", f"自 {starts} 起生效。"))
            self.put(1, self.word(came, how))
        if "announced" in version:
            self.put_announced(version["announced"])
        if "transition" in version:
            self.put_transition(version["transition"], last)

    def put_announced(self, rule: Any) -> None:
        notify = rule["notify"]
        topic = self.called([notify["topic"]], self.topics)
        said = f": {self.label(notify['text'])}" if "text" in notify else ""
        self.put(
            1,
            self.t(
                f"Members are told on {rule['on']}, once ({topic}){said}",
                f"{rule['on']} 通知会员一次（{topic}）{said.replace(': ', '：')}",
            ),
        )

    def put_transition(self, rule: Any, last: "str | None") -> None:
        kept = []
        for one in rule["keep"]:
            part = self.t(*PARTS.get(one["part"], (one["part"], one["part"])))
            kept.append(self.t(f"{self.join(one['ids'])} ({part})", f"{self.join(one['ids'])}（{part}）") if one.get("ids") else part)
        self.put(
            1,
            self.t(
                f"Until {rule['until']} who is there already keeps of version {last}: {self.join(kept)}"
                f" (version {rule['version']}).",
                f"至 {rule['until']} 老会员保留版本 {last} 的{self.join(kept)}（版本 {rule['version']}）。",
            ),
        )


def put_versions(document: Any, lang: Literal["zh", "en"]) -> "list[tuple[Versions, Any]]":
    """What is said before the rules of each version, with the document of its program."""
    told: list[tuple[Versions, Any]] = []
    last: str | None = None
    for version in document["versions"]:
        words = Versions(version["program"], lang)
        words.put_version(version, last)
        told.append((words, version["program"]))
        last = version["program"]["version"]
    document.get("schema")
    return told
