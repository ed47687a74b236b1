"""A first loyalty program in ten minutes: a tea house, one member, two years.

Run it: `python examples/python/first_program.py`. Change a rule below, run it again, and see what becomes of the points.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from loyalty import Engine, Event, Member, Outcome, OutOfOrder, Program, ProgramError, Refused

SHANGHAI = ZoneInfo("Asia/Shanghai")

# 1. A program is data. Keep it in a JSON file; here it is a dict, so that this example is one file.
RULES: dict[str, Any] = {
    "schema": 1,
    "id": "tea-house",
    "name": {"zh": "一叶茶馆", "en": "One Leaf Tea House"},
    "currency": "CNY",
    "timezone": "Asia/Shanghai",
    # Points live for twelve months, to the end of the month.
    "accounts": [
        {
            "id": "points",
            "name": {"zh": "积分", "en": "Points"},
            "expiry": {"after": {"months": 12, "align": "month_end"}},
        }
    ],
    "metrics": [
        {
            "id": "spend-year",
            "name": {"zh": "近一年消费", "en": "Spend of a year"},
            "measure": "spend",
            "window": {"last": {"days": 365}},
        }
    ],
    # Whoever spends 1,000 within 365 days is silver for a year.
    "tiers": [
        {
            "id": "club",
            "hold": {"for": {"months": 12}},
            "rungs": [
                {"id": "regular", "name": {"zh": "普通", "en": "Regular"}},
                {
                    "id": "silver",
                    "name": {"zh": "银卡", "en": "Silver"},
                    "qualify": {"metric": {"id": "spend-year", "at_least": "1000.00"}},
                },
            ],
        }
    ],
    "earn": [
        {"id": "welcome", "on": "enroll", "give": {"fixed": 50}},
        {"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}},
        {"id": "silver-bonus", "when": {"tier": {"at_least": "silver"}}, "give": {"multiply": "1.5"}},
        {
            "id": "check-in",
            "on": "activity:check_in",
            "give": {"fixed": 5},
            "caps": [{"times": 1, "per": "day"}],
        },
    ],
    # 100 points pay 1.00.
    "tender": [{"points": 100, "value": "1.00", "step": 100}],
}


def day(year: int, month: int, day_of_month: int, hour: int = 10) -> datetime:
    """An hour in Shanghai. The engine refuses times without a zone: it would have to guess."""
    return datetime(year, month, day_of_month, hour, tzinfo=SHANGHAI)


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a table; numbers stand to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[n]) for line in [list(heads), *texts]) for n in range(len(heads))]
    print(f"\n{title}")
    for line, row in [(list(heads), None), *zip(texts, rows)]:
        cells = [
            cell.rjust(width) if row is not None and isinstance(row[n], (int, Decimal)) else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths))
        ]
        print("  " + "  ".join(cells).rstrip())


def journal_rows(outcome: Outcome) -> list[tuple[int, str, str, int | str]]:
    """The entries of an outcome, a row each: what a host writes into its journal."""
    rows: list[tuple[int, str, str, int | str]] = []
    for entry in outcome.entries:
        kind = next(key for key in entry if key not in ("n", "at"))
        change = entry[kind]
        what = change.get("points", change.get("to", change.get("paid", change.get("refund", ""))))
        rows.append((entry["n"], entry["at"], kind, what))
    return rows


def main() -> None:
    # 2. Loading a program checks it, and tells every mistake with its place.
    try:
        Program({**RULES, "curency": "CNY", "dedup_days": -1})
    except ProgramError as error:
        table("A program with two mistakes", ["where", "what"], [(each.path, each.message) for each in error.details])
    engine = Engine(RULES)

    # 3. A member is a value; you report what happens.
    member = Member("m-1")
    journal: list[tuple[int, str, str, int | str]] = []

    def take(event: Event) -> Outcome:
        outcome = engine.apply(member, event)
        journal.extend(journal_rows(outcome))
        return outcome

    take(Event.enroll("e-1", day(2026, 3, 1)))
    take(Event.activity("e-2", day(2026, 3, 2), kind="check_in"))
    first = take(
        Event.purchase(
            "e-3",
            day(2026, 3, 7),
            order="o-1",
            lines=[
                {"id": "tea", "sku": "pu-erh-2016", "quantity": 2, "price": Decimal("480.00")},
                {"id": "cup", "sku": "cup", "price": "68.50", "discount": "8.50"},
            ],
        )
    )
    if first.receipt is not None:
        table(
            "The first receipt",
            ["line", "list", "discounted", "paid", "points"],
            [
                (line["line"], line["list"], line["discounted"], line["paid"], sum(p["points"] for p in line["points"]))
                for line in first.receipt["lines"]
            ],
        )

    # 4. A quote says what would happen, and changes nothing.
    basket = Event.purchase(
        "e-4",
        day(2026, 4, 1),
        order="o-2",
        lines=[{"id": "tea", "sku": "longjing", "quantity": 1, "price": "200.00"}],
        tender=[{"points": 1000}],
    )
    quote = engine.quote(member, basket)
    assert quote.receipt is not None
    print(f"\nTo pay for o-2 with 1000 points: {quote.receipt['total']['paid']} CNY")
    take(basket)

    # 5. What the rules refuse is an exception that says what to do; the member is as it was.
    for event in [
        Event.returned("e-5", day(2026, 4, 2), order="o-9"),
        Event.activity("e-6", day(2026, 3, 1), kind="check_in"),
    ]:
        try:
            take(event)
        except Refused as error:
            print(f"Refused ({error.code}): {error.message}")
        except OutOfOrder as error:
            print(f"Too late ({error.code}): the member is at {error.as_of}")

    # 6. Time passes: ask when something is due, and let it happen.
    take(Event.returned("e-7", day(2026, 4, 3), order="o-1", lines=[{"line": "cup"}]))
    while (due := engine.next_due(member)) is not None and due < day(2028, 1, 1):
        journal.extend(journal_rows(engine.advance(member, due)))

    table("The journal of two years", ["n", "at", "what", "how much"], journal)
    table(
        "The member now",
        ["account", "available", "owed", "rung"],
        [(name, held["available"], held["debt"], member.tier("club")) for name, held in member.balances().items()],
    )
    for track in engine.progress(member)["tracks"]:
        for rung in track["next"]:
            for unmet in rung["unmet"]:
                print(f"For {rung['rung']}: {unmet['missing']} of {unmet['needed']} are missing")

    # 7. Store the member as text, wherever you like; it comes back as it was.
    stored = member.to_json()
    assert Member.from_json(stored) == member
    print(f"\nStored in {len(stored)} bytes at version {member.version}: {member!r}")


if __name__ == "__main__":
    main()
