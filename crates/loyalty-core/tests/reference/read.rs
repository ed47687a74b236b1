//! What the engine says, in the form in which the reference says it.

use std::collections::BTreeMap;

use loyalty_core::{
    Amount, Change, Date, Engine, Entry, Id, Instant, LotDates, LotPoints, Member, Points,
};
use serde::Deserialize;
use serde_json::Value;

use crate::ledger::{Dates, Journal, Wait};
use crate::model::{Answer, Model};
use crate::purchase::Receipt;

fn place(id: &Id) -> usize {
    number(id.as_str())
}

/// `a1` is 1.
fn number(id: &str) -> usize {
    id[1..].parse().expect("a letter and a number")
}

/// Takes points of an account, by kind and lot.
type One<'a> = dyn FnMut(&Id, &'static str, Option<Dates>, Points) + 'a;

fn dates(lot: &LotDates) -> Dates {
    (lot.earned_on.days(), lot.expires_at.map(Instant::micros))
}

/// The entries, folded by instant, account, kind and lot.
pub(crate) fn journal(entries: &[Entry]) -> Journal {
    let mut journal = Journal::new();
    for entry in entries {
        let at = entry.at.micros();
        let mut one = |account: &Id, kind: &'static str, dates: Option<Dates>, points: Points| {
            if points != Points::ZERO {
                *journal
                    .entry((at, place(account), kind, dates))
                    .or_default() += points.get();
            }
        };
        let many = |account: &Id, kind: &'static str, lots: &[LotPoints], one: &mut One<'_>| {
            for lot in lots {
                one(account, kind, Some(dates(&lot.lot)), lot.points);
            }
        };
        match &entry.change {
            Change::Earned {
                account,
                points,
                lot,
                ..
            } => one(account, "earned", Some(dates(lot)), *points),
            Change::Credited {
                account,
                points,
                lot,
                ..
            } => one(account, "credited", Some(dates(lot)), *points),
            Change::Activated {
                account,
                points,
                lot,
            } => one(account, "activated", Some(dates(lot)), *points),
            Change::Repaid {
                account,
                points,
                lot,
            } => one(account, "repaid", Some(dates(lot)), *points),
            Change::Expired {
                account,
                points,
                lot,
                ..
            } => one(account, "expired", Some(dates(lot)), *points),
            Change::Redated { account, lots, .. } => many(account, "redated", lots, &mut one),
            Change::Spent { account, lots, .. } => many(account, "spent", lots, &mut one),
            Change::Redeemed { account, lots, .. } => many(account, "redeemed", lots, &mut one),
            Change::Restored { account, lots, .. } => many(account, "restored", lots, &mut one),
            Change::Held { account, lots, .. } => many(account, "held", lots, &mut one),
            Change::Released { account, lots, .. } => many(account, "released", lots, &mut one),
            Change::Cancelled { account, lots, .. } => many(account, "cancelled", lots, &mut one),
            Change::Reversed {
                account,
                lots,
                owed,
                forgiven,
                expired,
                withheld,
                ..
            } => {
                many(account, "reversed", lots, &mut one);
                one(account, "reversed, owed", None, *owed);
                one(account, "reversed, forgiven", None, *forgiven);
                one(account, "reversed, expired", None, *expired);
                if let Some(withheld) = withheld {
                    one(account, "reversed, withheld", None, withheld.points);
                }
            }
            Change::Debited {
                account,
                lots,
                owed,
                forgiven,
                ..
            } => {
                many(account, "debited", lots, &mut one);
                one(account, "debited, owed", None, *owed);
                one(account, "debited, forgiven", None, *forgiven);
            }
            _ => {}
        }
    }
    journal
}

fn minor(amount: Amount) -> i64 {
    amount.money().minor()
}

/// A receipt. For a return, lines of one row are added up: which of them a unit was on does not matter (clause 2.5).
pub(crate) fn receipt(receipt: &loyalty_core::Receipt, model: &Model, answer: &Answer) -> Receipt {
    let known = model.orders.iter().rev();
    let mut known = known.filter(|order| receipt.order == order.id.as_str());
    let order = known.next().expect("the reference knows the order");
    let is_return = answer.receipt.as_ref().is_some_and(|reference| {
        reference.lines.len() < receipt.lines.len()
            || receipt
                .lines
                .iter()
                .any(|line| !reference.lines.contains_key(line.line.as_str()))
    });
    let name = |line: &Id| -> String {
        if !is_return {
            return line.to_string();
        }
        let own = order.lines.iter().find(|one| line == one.0.as_str());
        let row = own.expect("a line of the order").1;
        let mut lines = order.lines.iter();
        lines.find(|one| one.1 == row).expect("a line").0.clone()
    };
    let mut read = Receipt::default();
    for line in &receipt.lines {
        let sums = read.lines.entry(name(&line.line)).or_default();
        let amounts = [
            line.quantity,
            minor(line.list),
            minor(line.discounted),
            minor(line.paid),
        ];
        for (sum, amount) in sums.iter_mut().zip(amounts) {
            *sum += amount;
        }
        for points in &line.points {
            let key = (name(&line.line), place(&points.rule));
            *read.points.entry(key).or_default() += points.points.get();
        }
    }
    for tender in &receipt.tender {
        let one = read.tender.entry(place(&tender.account)).or_default();
        let amounts = [tender.asked.get(), tender.points.get(), minor(tender.value)];
        for (sum, amount) in one.iter_mut().zip(amounts) {
            *sum += amount;
        }
    }
    for one in &receipt.points {
        *read.accounts.entry(place(&one.account)).or_default() += one.points.get();
    }
    let total = &receipt.total;
    read.total = [
        minor(total.list),
        minor(total.discounted),
        minor(total.paid),
    ];
    read.withheld = receipt.withheld.map_or(0, minor);
    read.tidy();
    read
}

/// Available, pending, held and owed, by account.
pub(crate) fn balances(member: &Member) -> BTreeMap<usize, [i64; 4]> {
    let all = serde_json::to_value(member.balances()).expect("balances are JSON");
    let one = |balance: &Value| {
        let points = |field: &str| balance[field].as_i64().unwrap_or(0);
        (
            number(balance["account"].as_str().expect("an account")),
            [
                points("available"),
                points("pending"),
                points("held"),
                points("debt"),
            ],
        )
    };
    all.as_array().into_iter().flatten().map(one).collect()
}

/// The dates of a lot: account, earned on, what it waits for, expires at.
pub(crate) type LotKey = (usize, i32, Waits, Option<i64>);

/// What a lot waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Waits {
    Nothing,
    Until(i64),
    Settlement,
}

#[derive(Deserialize)]
struct Document {
    state: State,
}

#[derive(Deserialize)]
struct State {
    accounts: Vec<AccountDocument>,
}

#[derive(Deserialize)]
struct AccountDocument {
    id: String,
    #[serde(default)]
    lots: Vec<LotDocument>,
}

#[derive(Deserialize)]
struct LotDocument {
    earned_on: Date,
    #[serde(default)]
    expires_at: Option<String>,
    #[serde(default)]
    active_from: Option<String>,
    #[serde(default)]
    points: i64,
}

fn instant(text: &str) -> i64 {
    let (instant, _) = Instant::parse(text).expect("an instant");
    instant.micros()
}

/// The lots of a member's document with points that are not held, those of the same dates added up.
pub(crate) fn lots(member: &Member) -> BTreeMap<LotKey, i64> {
    let document: Document = serde_json::from_str(&member.to_json()).expect("a member is JSON");
    let mut lots = BTreeMap::new();
    for account in document.state.accounts {
        for lot in account.lots.iter().filter(|lot| lot.points != 0) {
            let waits = match lot.active_from.as_deref() {
                None => Waits::Nothing,
                Some("settlement") => Waits::Settlement,
                Some(from) => Waits::Until(instant(from)),
            };
            let key = (
                number(&account.id),
                lot.earned_on.days(),
                waits,
                lot.expires_at.as_deref().map(instant),
            );
            *lots.entry(key).or_default() += lot.points;
        }
    }
    lots
}

/// The same, as the reference has it.
pub(crate) fn lots_of(model: &Model) -> BTreeMap<LotKey, i64> {
    let mut lots = BTreeMap::new();
    for (place, lot) in model.ledger.lots.iter().enumerate() {
        let (pending, active) = (model.ledger.pending(place), model.ledger.active(place));
        let waits = match (lot.wait, model.ledger.active_from(place)) {
            (Wait::Settlement(_), _) => Waits::Settlement,
            (_, Some(from)) => Waits::Until(from),
            _ => Waits::Nothing,
        };
        for (waits, points) in [(waits, pending), (Waits::Nothing, active)] {
            if points != 0 {
                let key = (lot.account, lot.earned_on, waits, lot.expires_at);
                *lots.entry(key).or_default() += points;
            }
        }
    }
    lots
}

/// What of the available points expires up to a day; then the rest.
pub(crate) fn expiring(
    engine: &Engine,
    member: &Member,
    by: i32,
) -> Vec<(usize, Option<i64>, i64)> {
    let rows = engine.expiring(member, Date::from_days(by));
    let rows = rows.expect("what expires can be said");
    let one = |row: &loyalty_core::Expiring| {
        let expires_at = row.expires_at.map(Instant::micros);
        (place(&row.account), expires_at, row.points.get())
    };
    rows.iter().map(one).collect()
}
