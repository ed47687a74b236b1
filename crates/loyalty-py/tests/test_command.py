"""`python -m loyalty`."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from programs import shop

from loyalty import Program
from loyalty.__main__ import main
from loyalty._explain import explain


def write(folder: Path, document: Any) -> str:
    path = folder / "program.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_check_says_that_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write(tmp_path, shop())]) == 0
    assert "tea-house is good (1 account, 1 metric, 1 track, 3 earn rules)" in capsys.readouterr().out


def test_check_reports_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = shop()
    program["currency"] = "ABC"
    program["earn"][1]["give"] = {"fixed": "x"}
    assert main(["check", write(tmp_path, program)]) == 1
    error = capsys.readouterr().err
    assert "the program has 2 mistakes" in error
    assert "  currency: " in error and "  earn[1].give.fixed: " in error


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "no-such-file.json"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_it_runs_as_a_module_and_reads_standard_input() -> None:
    command = [sys.executable, "-m", "loyalty", "explain", "-", "--lang", "zh"]
    # A locale without Chinese must not matter.
    done = subprocess.run(
        command,
        input=json.dumps(shop()).encode(),
        capture_output=True,
        env={"LC_ALL": "C", "PYTHONUTF8": "0"},
        check=True,
    )
    assert "银卡（silver）：spend-year不低于 5000 CNY。" in done.stdout.decode("utf-8")


def test_explain_in_english() -> None:
    text = explain(Program(shop()), "en")
    for line in [
        "    - Points expire 12 months after they were earned, at the end of that month.",
        "  spend-year: money spent after discounts, in the last 365 days",
        "    - Silver (silver): if spend-year is at least 5000 CNY.",
        "  base: 1 point for every 1 CNY, in proportion.",
        "  check-in: for each `check_in`, 5 points.",
        "  silver-bonus: points ×1.5, if the rung is Silver or higher.",
        "  100 points pay 1 CNY.",
        "    - If more is asked for, the purchase is refused.",
    ]:
        assert line in text.splitlines(), line


def test_explain_tasks_and_rankings() -> None:
    rules = {
        **shop(),
        "accounts": [*shop()["accounts"], {"id": "miles"}],
        "tender": [],
        "conversions": [{"id": "fly", "account": "points", "points": 100, "gives": 10, "to": "miles"}],
        "metrics": [*shop()["metrics"], {"id": "missed", "measure": {"tasks": {"what": "missed", "of": ["week"]}}}],
        "tasks": [
            {
                "id": "week",
                "name": {"zh": "一周打卡", "en": "A week of tea"},
                "ordered": True,
                "within": {"days": 6},
                "repeat": {"per": "month"},
                "when": {"tag": ["a"]},
                "steps": [{"id": "visit", "on": "activity:check_in", "times": 3}, {"id": "buy", "when": {"channel": ["app"]}}],
            },
            {"id": "spring", "from": "2026-03-01", "until": "2026-03-31", "assigned": True, "steps": [{"id": "buy"}]},
        ],
        "rankings": [{"id": "best", "by": [{"metric": "spend-year"}, {"metric": "missed", "order": "least"}]}],
        "triggers": [
            {"id": "t-1", "on": {"task": {"id": "week"}}, "do": [{"convert": {"conversion": "fly", "points": 500}}]},
            {"id": "t-2", "on": {"task": {"id": "week", "what": "step", "step": "buy"}}, "do": [{"convert": {"conversion": "fly"}}]},
            {"id": "t-3", "on": {"task": {"what": "missed"}}, "do": [{"tags": {"add": ["late"]}}]},
        ],
    }
    rules["earn"] = [{**rule, "account": "points"} for rule in shop()["earn"]]
    english = [
        "  missed: number of tasks missed (A week of tea), over the whole life",
        "  A week of tea (week): once in each calendar month, one step after the other.",
        "    - visit: `check_in`, 3 times.",
        "    - buy: a purchase, if it came through `app`.",
        "    - If the member has the tag `a`.",
        "    - It is to be done within 6 days after the day on which it begins.",
        "  spring: once.",
        "    - In force from 2026-03-01 to 2026-03-31.",
        "    - Everybody has it who is a member on its first day: who does not begin it misses it, too.",
        "  t-1: when the task “A week of tea” is done.",
        "    - Converts as many points as the conversion “fly” takes, at most 500 points.",
        "  t-2: when the step “buy” of the task “A week of tea” is done.",
        "    - Converts as many points as the conversion “fly” takes.",
        "  t-3: when a task is missed.",
        "  best: by spend-year, most first; then by missed, least first.",
    ]
    chinese = [
        "  missed：累计错过任务的次数（一周打卡）",
        "  一周打卡（week）：每个自然月一次，须按顺序完成。",
        "    - visit：`check_in` 3 次。",
        "    - buy：购买 1 次，条件：渠道为「app」。",
        "    - 条件：会员有标签「a」。",
        "    - 须在开始之日后 6 天内完成。",
        "  spring：仅一次。",
        "    - 有效期：2026-03-01 至 2026-03-31。",
        "    - 首日已是会员者均有此任务，未开始也算错过。",
        "  t-1：完成任务「一周打卡」时。",
        "    - 按「fly」兑换尽可能多的积分，最多 500 分。",
        "  t-2：完成任务「一周打卡」的步骤「buy」时。",
        "  t-3：错过任一任务时。",
        "  best：按spend-year从多到少；再按missed从少到多。",
    ]
    for said, lines in ((explain(Program(rules), "en"), english), (explain(Program(rules), "zh"), chinese)):
        for line in lines:
            assert line in said.splitlines(), (line, said)


CONDITIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"all": [{"tag": ["a"]}, {"any": [{"channel": ["app"]}, {"store": ["s"]}]}]}, "the member has the tag `a` and (it came through `app` or it happened in store `s`)", "会员有标签「a」且（渠道为「app」或门店为「s」）"),
    ({"not": {"birthday": "day"}}, "not (it is the birthday)", "并非（生日当天）"),
    ({"birthday": {"within": {"before": 7, "after": 1}}}, "from 7 days before the birthday to 1 day after it", "生日前 7 天至后 1 天"),
    ({"at_least_n": {"n": 1, "of": [{"tag": ["a"]}, {"tag": ["b"]}]}}, "at least 1 of these hold: (the member has the tag `a`; the member has the tag `b`)", "以下至少 1 项成立：（会员有标签「a」；会员有标签「b」）"),
    ({"weekday": ["sat", "sun"]}, "on Saturday or Sunday", "在周六或周日"),
    ({"hours": {"from": "22:00", "until": "02:00"}}, "between 22:00 and 02:00", "在 22:00 至 02:00 之间"),
    ({"dates": {"from": "2026-01-01", "until": "2026-02-01"}}, "from 2026-01-01 to 2026-02-01", "在2026-01-01 至 2026-02-01"),
    ({"yearly": {"on": ["11-11"]}}, "every year on 11-11", "每年 11-11"),
    ({"total": {"more_than": "10.5", "lines": {"sku": ["x"]}}}, "the total of articles `x` is more than 10.5 CNY", "商品「x」的金额高于 10.5 CNY"),
    ({"quantity": {"between": [2, 3]}}, "the number of units is between 2 and 3", "件数在 2 与 3 之间"),
    ({"contains": {"brand": ["b"], "exclude": {"tag": ["t"]}}}, "the basket has the brands `b` except lines tagged `t`", "订单中有品牌「b」的商品（除带标签「t」的商品外）"),
    ({"tenure": {"at_least": {"days": 30}}}, "the member joined at least 30 days ago", "入会满 30 天"),
    ({"attribute": {"name": "city", "is": ["上海"]}}, "the member's `city` is `上海`", "会员的 `city` 是「上海」"),
    ({"event_attribute": {"name": "n", "at_least": 2}}, "the event's `n` is at least 2", "事件的 `n` 不低于 2"),
    ({"metric": {"id": "spend-year", "in": [1, 2]}}, "spend-year is one of `1 CNY` or `2 CNY`", "spend-year为「1 CNY」或「2 CNY」之一"),
]


@pytest.mark.parametrize("condition, en, zh", CONDITIONS, ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_every_leaf_has_words(condition: dict[str, Any], en: str, zh: str) -> None:
    program = shop()
    program["earn"][0]["when"] = condition
    checked = Program(program)
    assert f"1 point for every 1 CNY, in proportion, if {en}." in explain(checked, "en")
    assert f"得 1 分（按比例），条件：{zh}。" in explain(checked, "zh")


def test_every_file_of_the_examples_is_explained_without_rest() -> None:
    folder = Path(__file__).parents[3] / "examples" / "programs"
    for path in sorted(folder.glob("*.json")):
        program = Program(path.read_bytes())
        for lang in ("en", "zh"):
            text = explain(program, lang)
            assert len(text.splitlines()) > 10
            assert not re.search(r'[{\[]"', text), path
