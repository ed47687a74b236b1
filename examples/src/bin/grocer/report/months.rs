//! The year month by month: who was in which stage at the end of each month, and what became of points in it.
//!
//! What happens at the first instant of a month, such as points that expire at midnight, belongs to the end of the month before.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use loyalty_core::{Instant, Rules, Zone};

use super::{add, both, grouped, table, title};
use crate::store::Store;

/// How many months are shown.
const MONTHS: u8 = 12;

/// A month.
struct Month {
    name: String,
    /// The first instant after it, as the journal writes it; such texts sort as the instants do.
    end: String,
}

/// The months until an instant.
struct Months(Vec<Month>);

impl Months {
    fn until(end: Instant, zone: Zone) -> Result<Self> {
        let last = zone.date_at(end.prev()).first_of_month();
        let months = (0..MONTHS).rev().map(|back| {
            let first = last.add_months(-i64::from(back))?;
            Ok(Month {
                name: format!("{}-{:02}", first.year(), first.month()),
                end: zone.start_of(first.add_months(1)?)?.to_string(),
            })
        });
        Ok(Self(months.collect::<Result<_>>()?))
    }

    /// The place of the month in which something happened.
    fn of(&self, at: &str) -> Result<usize> {
        let place = self.0.partition_point(|month| month.end.as_str() < at);
        (place < self.0.len())
            .then_some(place)
            .with_context(|| format!("the journal has an entry of {at}, after the last month"))
    }
}

/// Prints both tables.
pub(super) fn print(rules: &Rules, store: &Store, end: Instant) -> Result<()> {
    let months = Months::until(end, rules.timezone)?;
    print_stages(rules, store, &months)?;
    print_points(rules, store, &months)
}

fn print_stages(rules: &Rules, store: &Store, months: &Months) -> Result<()> {
    let Some(lifecycle) = &rules.lifecycle else {
        return Ok(());
    };
    let mut counts: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut stay = |stage: Option<&String>, from: usize, to: usize| {
        let Some(stage) = stage else { return };
        let months = counts
            .entry(stage.clone())
            .or_insert(vec![0; months.0.len()]);
        months[from..to].iter_mut().for_each(|count| *count += 1);
    };
    let mut entered = store.db.prepare(
        "SELECT member, at, entry ->> '$.stage.to' FROM journal WHERE kind = 'stage' ORDER BY member, n",
    )?;
    let mut rows = entered.query([])?;
    let (mut member, mut stage, mut since) = (String::new(), None::<String>, 0);
    while let Some(row) = rows.next()? {
        let (this, place) = (
            row.get::<_, String>(0)?,
            months.of(row.get_ref(1)?.as_str()?)?,
        );
        let before = if this == member {
            place
        } else {
            months.0.len()
        };
        stay(stage.as_ref(), since, before);
        (member, stage, since) = (this, row.get(2)?, place);
    }
    stay(stage.as_ref(), since, months.0.len());

    let names: Vec<String> = lifecycle
        .stages
        .iter()
        .map(|one| both(&one.name, &one.id))
        .collect();
    let mut heads: Vec<&str> = names.iter().map(String::as_str).collect();
    heads.push("Members");
    let mut table = table(&["End of"], &heads);
    for (place, month) in months.0.iter().enumerate() {
        let of = |stage: &str| counts.get(stage).map_or(0, |months| months[place]);
        let mut row: Vec<i64> = lifecycle
            .stages
            .iter()
            .map(|one| of(one.id.as_str()))
            .collect();
        row.push(row.iter().sum());
        let row: Vec<String> = row.into_iter().map(grouped).collect();
        add(&mut table, &[&month.name], &row);
    }
    title("Members by stage", String::new(), &table);
    Ok(())
}

fn print_points(rules: &Rules, store: &Store, months: &Months) -> Result<()> {
    for account in &rules.accounts {
        // Issued, burned, expired, taken back.
        let mut sums = vec![[0_i64; 4]; months.0.len()];
        let mut moved = store.db.prepare(
            "SELECT at, kind, entry ->> ('$.' || kind || '.points') FROM journal
             WHERE entry ->> ('$.' || kind || '.account') = ?1",
        )?;
        let mut rows = moved.query([account.id.as_str()])?;
        while let Some(row) = rows.next()? {
            let points: i64 = row.get(2)?;
            let (column, points) = match row.get_ref(1)?.as_str()? {
                "earned" | "credited" => (0, points),
                "spent" => (1, points),
                "restored" => (1, -points),
                "expired" => (2, points),
                "reversed" | "debited" => (3, points),
                _ => continue,
            };
            sums[months.of(row.get_ref(0)?.as_str()?)?][column] += points;
        }
        let heads = ["Issued", "Burned", "Expired", "Taken back", "Outstanding"];
        let mut table = table(&["Month"], &heads);
        let mut outstanding = 0;
        for (month, [issued, burned, expired, taken]) in months.0.iter().zip(sums) {
            outstanding += issued - burned - expired - taken;
            let row = [issued, burned, expired, taken, outstanding].map(grouped);
            add(&mut table, &[&month.name], &row);
        }
        let name = both(&account.name, &account.id);
        title("Points month by month", name, &table);
    }
    Ok(())
}
