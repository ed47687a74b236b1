"""`python -m loyalty explain` leaves nothing out."""

import json
import re
from typing import Any, Literal

import pytest
from programs import shop
from samples import Schema, ids, programs

from loyalty import Program, Timeline
from loyalty._explain import _Explainer, explain
from loyalty._explain.seen import watched

LANGUAGES: list[Literal["zh", "en"]] = ["en", "zh"]

TOLD_OTHERWISE = {
    ("Lifecycle", "thresholds"): "a checked program has the stages in its place, with these numbers in them",
}
"""Settings that are never asked for, with the reason."""

ONLY_NAMED: set[str] = set()
"""Parts of a program that have no words of their own yet: their keys and ids are said."""


def told(document: Any, lang: Literal["zh", "en"]) -> "tuple[_Explainer, str]":
    explainer = _Explainer(watched(document), lang)
    return explainer, explainer.program()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_program_of_the_repository_is_told_in_full(lang: Literal["zh", "en"]) -> None:
    count = 0
    for place, program in programs():
        document = program.to_dict()
        for part in ONLY_NAMED:
            document.pop(part, None)
        explainer, text = told(document, lang)
        assert not explainer.unworded, place
        assert not explainer.untold, place
        assert not re.search(r'[{}]|\["|\bNone\b|\bTrue\b|\bFalse\b', text), place
        for one in ids(document):
            assert one in text, (place, one)
        count += 1
    assert count > 1000


def test_every_setting_of_the_schema_has_words() -> None:
    schema = Schema()
    left = schema.settings(ONLY_NAMED)
    for turn in range(200):
        document = schema.program()
        for part in ONLY_NAMED:
            document.pop(part, None)
        explainer, text = told(document, LANGUAGES[turn % 2])
        assert not explainer.unworded, turn
        for one in ids(document):
            assert one in text, (turn, one)
        left -= {(name, key) for name, made in schema.made for key in made.asked}
        if turn > 20 and left == set(TOLD_OTHERWISE):
            break
    assert left == set(TOLD_OTHERWISE)


def test_thresholds_of_the_stages_are_told_by_the_stages() -> None:
    program = {**shop(), "lifecycle": {"thresholds": {"dormant_purchase_days": 77}}}
    assert re.search(r"\(dormancy\): if .* is at least 77 or ", explain(Program(json.dumps(program)), "en"))


def test_what_is_new_is_named_by_keys_and_ids() -> None:
    document = Program(json.dumps(shop())).to_dict()
    document["quests"] = [
        {"id": "three-cups", "name": {"en": "Three cups", "zh": "三杯"}, "steps": [{"id": "first", "at_least": 3}], "when": {"tag": ["a"]}},
        {"id": "bare"},
    ]
    document["tender"][0]["moon_phase"] = {"full": True, "days": [1, 2]}
    _, text = told(document, "en")
    for line in [
        "Quests",
        "  Three cups (three-cups)",
        "    - steps: id: first, at least: 3",
        "    - when: the member has the tag `a`",
        "  bare",
        "Also set",
        "  tender, 1, moon phase: full: yes, days: 1; 2",
    ]:
        assert line in text.splitlines(), line
    _, text = told(document, "zh")
    assert "  三杯（three-cups）" in text.splitlines()
    assert "其他设置" in text.splitlines()


def test_a_timeline_is_told_version_by_version() -> None:
    topics = [{"id": "rules", "name": {"en": "House rules", "zh": "规则"}}]
    after = {**shop(), "version": "2027-1", "topics": topics}
    timeline = Timeline(
        {
            "schema": 1,
            "versions": [
                {"program": {**shop(), "topics": topics}},
                {
                    "starts": "2027-01-01",
                    "adopt": "term_end",
                    "announced": {"on": "2026-12-01", "notify": {"topic": "rules", "text": {"en": "New rules", "zh": "新规则"}}},
                    "transition": {
                        "version": "2027-0",
                        "until": "2027-03-31",
                        "keep": [{"part": "earn", "ids": ["base"]}, {"part": "tender"}],
                    },
                    "program": after,
                },
            ],
        }
    )
    document = watched(timeline.to_dict())
    text = explain(timeline, "en").splitlines()
    for line in [
        "Version 2026-1",
        "  The first one.",
        "Version 2027-1",
        "  It starts at 2027-01-01.",
        "  Members come to it when their present term ends, after its review; who has none comes to it then.",
        "  Members are told on 2026-12-01, once (House rules): New rules",
        "  Until 2027-03-31 who is there already keeps of version 2026-1: base (earn rules) and paying with points (version 2027-0).",
    ]:
        assert line in text, line
    assert explain(timeline, "zh").count("版本 ") > 2
    assert "  2026-12-01 通知会员一次（规则）：新规则" in explain(timeline, "zh").splitlines()
    assert document["versions"][1]["adopt"] == "term_end"


LINES: list[tuple[dict[str, Any], str, str]] = [
    (
        {"plans": [{"id": "month", "price": "30", "term": {"months": 1}, "trial": {"for": {"days": 7}, "once": "plan"}, "seats": 1}]},
        "    - A trial of 7 days is free (once for each plan).",
        "    - 可免费试用 7 天（每个方案一次）。",
    ),
    (
        {"plans": [{"id": "month", "price": "30", "term": {"months": 1}, "rungs": [{"rung": "silver"}]}]},
        "    - It brings at least the rung Silver.",
        "    - 持有期间等级不低于银卡。",
    ),
    (
        {"benefits": [{"id": "parking", "quota": {"per": "month", "collect_up_to": 9}, "grants": [{"units": 3}]}]},
        "  parking (counted anew each month; what is not used stays, up to 9 in all):",
        "  parking（每月重新计数；未用完的保留，累计最多 9 份）：",
    ),
    (
        {"household": {"members_max": 4, "contribute": [{"max_points": 500}], "tiers": ["club"]}},
        "  At most 4 people share a household.",
        "  一个家庭最多 4 人。",
    ),
    (
        {"referrals": {"rules": [{"id": "welcome", "to": "friend", "on": "enrolment", "points": 50}]}},
        "  welcome: the friend gets 50 points when the friend joins.",
        "  welcome：好友入会时好友得 50 分。",
    ),
    (
        {"warning": {"levels": {"light": 1, "moderate": 2, "severe": 3}, "signals": [{"id": "angry", "weight": 3, "when": {"tag": ["a"]}}]}},
        "  The sum gives the level: light from 1 on, moderate from 2 on and severe from 3 on.",
        "  合计得出预警级别：满 1 为轻度、满 2 为中度和满 3 为重度。",
    ),
    (
        {"winback": [{"id": "back", "effect_days": 7, "max_attempts": 2, "steps": [{"id": "call"}]}]},
        "    - An attempt fails if no purchase follows within 7 days; after 2 that failed the member is given up.",
        "    - 召回后 7 天内无购买即为失败；失败 2 次后放弃召回。",
    ),
    (
        {"triggers": [{"id": "near", "on": {"near_tier": {"metric": "spend-year", "within": "500"}}, "do": [{"tags": {"add": ["close"]}}]}]},
        "  near: when at most 500 CNY of spend-year is missing for the next rung.",
        "  near：距下一等级的spend-year只差 500 CNY以内时。",
    ),
    (
        {"coupons": [{"id": "half", "discount": {"percent_off": {"percent": 50}}, "targets": {"by": "dearest", "n": 2, "skip": 1}}]},
        "    - For the dearest 2 units, passing over 1 unit first.",
        "    - 适用于其中价格最高的 2 件，先跳过 1 件。",
    ),
    (
        {"coupons": [{"id": "cup", "discount": {"exchange": {"sku": "tea"}}, "issue": {"valid": {"for": {"days": 30}}, "giftable": True}}]},
        "    - It may be given to another member.",
        "    - 可以转赠其他会员。",
    ),
    (
        {"offers": [{"id": "happy", "discount": {"percent_off": {"percent": 10}}, "hours": {"from": "17:00", "until": "19:00"}}]},
        "    - Only between 17:00 and 19:00.",
        "    - 仅限 17:00 至 19:00。",
    ),
    (
        {"conversions": [{"id": "fly", "points": 3, "gives": 1, "to": "miles", "partner": "air"}]},
        "  fly: 3 points make 1 point in the account `miles` of the partner `air`.",
        "  fly：3 分换 1 分（合作方 `air` 的账户 `miles`）。",
    ),
    (
        {"tasks": [{"id": "tour", "repeat": "always", "steps": [{"id": "buy"}, {"id": "come", "on": "activity:check_in", "times": 3}]}]},
        "  tour: again each time that it is done or missed, in any order.",
        "  tour：每次完成或错过后可再次进行，顺序不限。",
    ),
    (
        {"tasks": [{"id": "tour", "repeat": "after_done", "within": {"days": 6}, "steps": [{"id": "buy", "times": 2}]}]},
        "  tour: again each time that it is done (once missed, it is over).",
        "  tour：每次完成后可再次进行（一旦错过即结束）。",
    ),
    (
        {"tasks": [{"id": "tour", "repeat": "after_done", "steps": [{"id": "buy", "times": 2}]}]},
        "  tour: again each time that it is done.",
        "  tour：每次完成后可再次进行。",
    ),
    (
        {"tasks": [{"id": "tour", "repeat": {"per": "week"}, "assigned": True, "steps": [{"id": "buy"}]}]},
        "    - Everybody has it who is a member on the first day of the week: who does not begin it misses it, too.",
        "    - 每个自然周首日已是会员者均有此任务，未开始也算错过。",
    ),
    (
        {"metrics": [*shop()["metrics"], {"id": "kept", "measure": {"tasks": {"what": "done"}}, "window": {"last": {"days": 30}}}]},
        "  kept: number of tasks done, in the last 30 days",
        "  kept：最近 30 天内完成任务的次数",
    ),
    (
        {"triggers": [{"id": "on", "on": {"task": {"what": "step"}}, "do": [{"tags": {"add": ["keen"]}}]}]},
        "  on: when a step of a task is done.",
        "  on：完成任一任务的任一步骤时。",
    ),
    (
        {
            "scores": [{"id": "zeal", "name": {"en": "Zeal", "zh": "热情"}, "weights": [{"points": 1, "when": {"tag": ["a"]}}]}],
            "rankings": [{"id": "best", "by": [{"score": "zeal"}], "when": {"tier": {"at_least": "silver"}}}],
        },
        "  best: by Zeal, most first.",
        "  best：按热情从多到少。",
    ),
    (
        {"rankings": [{"id": "best", "by": [{"metric": "spend-year"}], "when": {"tier": {"at_least": "silver"}}}]},
        "    - Members are ranked only if the rung is Silver or higher.",
        "    - 参与排行的条件：等级为银卡及以上。",
    ),
]


@pytest.mark.parametrize("parts, en, zh", LINES, ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_every_part_has_words(parts: dict[str, Any], en: str, zh: str) -> None:
    program = Program(json.dumps({**shop(), **parts}))
    assert en in explain(program, "en").splitlines()
    assert zh in explain(program, "zh").splitlines()


def test_rungs_come_in_the_order_of_the_ladder() -> None:
    program = shop()
    program["accounts"][0]["yearly_deduction"] = {"on": "rung", "rungs": {"silver": 20, "regular": 10}}
    assert "(10 on Regular and 20 on Silver)" in explain(Program(json.dumps(program)), "en")
