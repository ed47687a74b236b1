#!/usr/bin/env python3
"""Work out figures of the grocer example from its CSV files, without the engine.

  python3 examples/figures.py [FOLDER]     (default: data/ beside this program)

Each line that it prints must be a line of what the example prints, but for the
spaces between columns; `cargo xtask grocer` compares them. It needs nothing but
Python. What it assumes of the engine: a member's stage follows from the number of
orders and the days since the last one; a coupon takes its value off one unit of
its products, the one with the highest regular price that no other coupon of the
basket has taken, and no more than that unit still costs.

For the log of all households two baskets differ. In 32305346655 two coupons are for
one unit: the engine takes the one that saves more, this program the first. In
35727076205 two coupons are for a line of three units: the engine shares what the
first one took over all three, and finds less of a price left for the second.
"""

import csv
import gzip
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "data"


def rows(name):
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def cents(text):
    whole, part = text.split(".")
    return int(whole) * 100 + int(part)


def dollars(amount):
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100:,}.{abs(amount) % 100:02}"


class Line:
    """A receipt line that is goods."""

    def __init__(self, row, odd):
        self.product = row["product"]
        self.units = 1 if self.product in odd else max(int(row["quantity"]), 1)
        self.price = cents(row["sales_value"])
        self.regular = self.price + cents(row["retail_disc"]) + cents(row["coupon_match_disc"])
        self.log = cents(row["coupon_disc"])
        self.free = self.units  # units that no coupon has taken
        self.engine = 0
        self.coupons = []


def stages(orders):
    """Who is in which stage at the first instant after each month; `orders` are days by household."""
    for month in range(2, 14):
        today = date(2017 + month // 13, month % 12 or 12, 1)
        counts = Counter()
        for days in orders.values():
            before = [day for day in days if day < today]
            if not before:
                continue
            silent = (today - before[-1]).days
            year = sum(day > today - timedelta(days=365) for day in before)
            counts["churn" if silent >= 180 else "dormancy" if silent >= 90 else "introduction" if len(before) == 1
                   else "maturity" if year >= 6 else "growth"] += 1
        numbers = [counts[name] for name in ("churn", "dormancy", "introduction", "maturity", "growth")]
        last = today - timedelta(days=1)
        print(f"{last:%Y-%m}", *(f"{number:,}" for number in [*numbers, sum(numbers)]))


def apply_coupons(lines, coupons):
    """Lets the coupons of a basket, by id, take off what they can; gives back how many did."""
    used = 0
    for name, value, products in sorted(coupons, key=lambda coupon: coupon[0]):
        mine = [line for line in lines if line.product in products and line.free > 0]
        if not mine:
            continue
        line = max(mine, key=lambda one: one.regular / one.units)
        off = min(value, (2 * line.price + line.units) // (2 * line.units))  # a unit's price, half a cent up
        if off > 0:
            line.free -= 1
            line.engine += off
            line.coupons.append((value, products))
            used += 1
    return used


def main():
    odd = {row["product"] for row in rows("products")
           if row["department"] == "FUEL" or row["category"] == "COUPON/MISC ITEMS"}
    values = {row["code"]: cents(row["amount"]) for row in rows("coupon_values") if row["amount"]}
    lists = defaultdict(set)
    for row in rows("coupons"):
        lists[row["campaign"], row["coupon"]].add(row["product"])
    redeemed = list(rows("coupon_redemptions"))
    redeeming = {(row["household"], row["date"]) for row in redeemed}

    orders, baskets = defaultdict(list), defaultdict(dict)  # days by household; lines by household and day, then basket
    total, dropped, discounts = Counter(), Counter(), Counter()
    known, last = set(), None
    for row in rows("transactions"):
        known.add(row["basket"])
        disc = cents(row["coupon_disc"])
        gone = row["quantity"] == "0" and row["sales_value"] == "0.00"
        dropped["lines"] += gone
        (discounts if gone else total)["lines"] += disc > 0
        (discounts if gone else total)["cents"] += disc
        if gone:
            continue
        total["goods"] += 1
        day = row["at"][:10]
        if row["basket"] != last:
            last = row["basket"]
            orders[row["household"]].append(date.fromisoformat(day))
        if (row["household"], day) in redeeming:
            baskets[row["household"], day].setdefault(last, []).append(Line(row, odd))
    taken = sum(map(len, orders.values()))
    print(f"Log {taken:,} baskets with {total['goods']:,} lines, {len(orders):,} households; left out: "
          f"{dropped['lines']:,} lines of quantity and amount 0, {len(known) - taken:,} empty baskets")
    stages(orders)

    fate, presented = Counter(), defaultdict(list)
    for row in redeemed:
        if not row["coupon"].startswith("5"):
            fate["retailer"] += 1
        elif row["coupon"][-2:] not in values:
            fate["valueless"] += 1
        else:
            products = lists[row["campaign"], row["coupon"]]
            there = baskets[row["household"], row["date"]]
            found = [name for name, lines in there.items() if any(line.product in products for line in lines)]
            booked = [name for name in found
                      if any(line.product in products and line.log for line in there[name])]
            if not found:
                fate["goodless"] += 1
                continue
            name = (booked or found)[0]
            coupon = (f"{row['campaign']}-{row['coupon']}", values[row["coupon"][-2:]], products)
            presented[row["household"], row["date"], name].append(coupon)
    shown = sum(map(len, presented.values()))
    print(f"Of {len(redeemed):,} redeemed coupons of campaigns {shown:,} are presented, with {len(presented):,} baskets; left out: "
          f"{fate['retailer']:,} of the retailer's own, {fate['valueless']:,} without a value that could be inferred, "
          f"{fate['goodless']:,} of whose articles no basket of the day has one")

    used, every, equal = 0, Counter(), Counter()
    for (household, day, name), coupons in presented.items():
        lines = baskets[household, day][name]
        used += apply_coupons(lines, coupons)
        for line in lines:
            log = line.log if any(line.product in products for _, _, products in coupons) else 0
            if log or line.engine:
                for sums in [every, equal] if log == line.engine else [every]:
                    sums.update(lines=1, booked=log > 0, log=log, engine=line.engine)
    print(f"All {shown:,} {used:,} {dollars(every['engine'])}")
    for words, sums in [("equal", equal), ("all lines that a coupon of a campaign is presented for", every)]:
        print(f"{words} {sums['lines']:,} {dollars(sums['log'])} {dollars(sums['engine'])} "
              f"{dollars(sums['engine'] - sums['log'])}")
    print(f"no coupon of a campaign: reported by the host {total['lines'] - every['booked']:,} "
          f"{dollars(total['cents'] - every['log'])}")
    print(f"on a line of quantity and amount 0: left out {discounts['lines']:,} {dollars(discounts['cents'])}")
    print(f"all coupon discounts of the log {total['lines'] + discounts['lines']:,} "
          f"{dollars(total['cents'] + discounts['cents'])}")


if __name__ == "__main__":
    main()
