"""Every example program can be checked and explained."""

from pathlib import Path

import pytest

from loyalty.__main__ import main

PROGRAMS = sorted((Path(__file__).parents[3] / "examples" / "programs").glob("*.json"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_an_example_is_explained_in_both_languages(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(program)]) == 0
    assert f"program {program.stem} is good" in capsys.readouterr().out
    said = []
    for language in ["en", "zh"]:
        assert main(["explain", str(program), "--lang", language]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] != said[1]


def test_there_are_examples() -> None:
    assert len(PROGRAMS) > 1
