"""What the documentation shows runs, and gives what it says."""

import doctest
from pathlib import Path
from typing import Any

import loyalty

NAMES: dict[str, Any] = {name: getattr(loyalty, name) for name in loyalty.__all__}


def run(test: doctest.DocTest) -> int:
    result = doctest.DocTestRunner(verbose=False).run(test)
    assert result.failed == 0
    return result.attempted


def test_the_module() -> None:
    result = doctest.testmod(loyalty)
    assert result.failed == 0 and result.attempted > 20


def test_the_classes() -> None:
    parser = doctest.DocTestParser()
    for cls in (loyalty.Program, loyalty.Engine, loyalty.Member, loyalty.Event):
        assert run(parser.get_doctest(cls.__doc__ or "", dict(NAMES), cls.__name__, None, None)) > 0


def test_everything_public_is_documented() -> None:
    for cls in (loyalty.Program, loyalty.Engine, loyalty.Member, loyalty.Event, loyalty.Outcome):
        for name, value in vars(cls).items():
            if not name.startswith("_"):
                assert getattr(value, "__doc__", None), f"{cls.__name__}.{name}"


def test_the_readme() -> None:
    readme = Path(__file__).parent.parent / "README.md"
    text = readme.read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {}, "README.md", str(readme), 0)
    assert run(test) > 5
