"""`python -m loyalty`: check a program, and say what it says.

Exit codes: 0 all is well, 1 the program has mistakes, 2 the command or the file cannot be used.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from loyalty import LoyaltyError, Timeline, __version__
from loyalty._explain import explain


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Runs one command and returns its exit code."""
    parser = argparse.ArgumentParser(prog="loyalty", description="Check and explain loyalty programs.")
    parser.add_argument("--version", action="version", version=f"loyalty {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="check | explain")
    check = commands.add_parser("check", help="report every mistake of a program, with its place")
    check.add_argument("program", type=Path, help="the JSON file of the program or timeline, or - for standard input")
    words = commands.add_parser("explain", help="print what a program says in plain words")
    words.add_argument("program", type=Path, help="the JSON file of the program, or - for standard input")
    words.add_argument("--lang", choices=["zh", "en"], default="en", help="the language of the words (default: en)")
    given = parser.parse_args(arguments)

    try:
        text = sys.stdin.buffer.read() if str(given.program) == "-" else given.program.read_bytes()
    except OSError as error:
        print(f"{given.program} cannot be read: {error.strerror or error}", file=sys.stderr)
        return 2
    try:
        timeline = Timeline(text)
    except LoyaltyError as error:
        print(f"{given.program}: {error.message}", file=sys.stderr)
        for mistake in error.details:
            place = mistake.path or "the document"
            print(f"  {place}: {mistake.message} [{mistake.code}]", file=sys.stderr)
        return 1
    if given.command == "check":
        program = timeline.programs[-1]
        document = program.to_dict()
        counts = ", ".join(
            f"{len(document[part])} {name if len(document[part]) == 1 else name + 's'}"
            for part, name in [("accounts", "account"), ("metrics", "metric"), ("tiers", "track"), ("earn", "earn rule")]
        )
        versions = len(timeline.programs)
        which = f", the last of {versions} versions" if versions > 1 else ""
        print(f"{given.program}: program {program.id} is good ({counts}{which})")
    else:
        print(explain(timeline, given.lang))
    return 0


def run() -> None:
    """The command, as a program of its own."""
    for stream in (sys.stdout, sys.stderr):
        # Chinese must come out whole, whatever the locale of the terminal is.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`).
        sys.stderr.close()
        code = 0
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    run()
