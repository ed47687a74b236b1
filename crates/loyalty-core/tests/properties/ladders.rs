//! The tiers of the engine beside a slow and plain reading of the rules: it keeps the whole history, adds it up anew for every
//! question, and looks at every midnight whether anything is due.

mod plain;
mod rules;

use std::collections::BTreeMap;

use loyalty_core::{Change, Date, Engine, Entry, Event, Instant, Member, TierWhy};
use serde_json::{Value, json};

use self::plain::{Plain, Stand, line, plus};
use self::rules::{Draw, rules};
use crate::world::engine;

const RUNGS: [&str; 4] = ["base", "silver", "gold", "black"];
const DAY: i64 = 86_400_000_000;

/// What the entries say of tiers.
fn heard(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .filter_map(|entry| match &entry.change {
            Change::Tier {
                from,
                to,
                why,
                until,
                held,
                ..
            } => Some(line(
                entry.at,
                *why,
                from.as_str(),
                to.as_str(),
                *until,
                held.as_ref().map(|held| held.as_str()),
            )),
            Change::TierPending {
                rung, effective, ..
            } => {
                let words = rung
                    .as_ref()
                    .zip(*effective)
                    .map(|(rung, at)| format!("{rung} at {at}"));
                Some(format!("{} pending {words:?}", entry.at))
            }
            Change::CarriedOver { amount, .. } => Some(format!(
                "{} carried {}",
                entry.at,
                serde_json::to_value(amount)
                    .expect("it is written")
                    .as_str()
                    .unwrap_or("?")
            )),
            Change::Warning { count, of, .. } => {
                Some(format!("{} warning {count} of {of}", entry.at))
            }
            _ => None,
        })
        .collect()
}

struct Both {
    engine: Engine,
    member: Member,
    plain: Plain,
    told: Vec<String>,
    /// How often each thing was said.
    met: BTreeMap<&'static str, u64>,
}

/// Everything that can be said of tiers.
const SAID: [&str; 13] = [
    "Qualified",
    "Retained",
    "TermEnded",
    "NotHeld",
    "Returned",
    "Requalified",
    "Grace",
    "Restored",
    "Penalty",
    "Granted ",
    "GrantedEnded",
    " pending ",
    " carried ",
];

impl Both {
    fn report(&mut self, event: &Value) {
        let text = event.to_string();
        self.told.push(text.clone());
        let event = Event::from_json(&text).expect("an event");
        let outcome = self
            .engine
            .apply(&mut self.member, &event)
            .expect("it is taken");
        self.same(&outcome.entries);
    }

    fn same(&mut self, entries: &[Entry]) {
        let said = std::mem::take(&mut self.plain.said);
        assert_eq!(
            heard(entries),
            said,
            "{}\n{}",
            self.plain.rules.program(),
            self.told.join("\n")
        );
        for word in SAID {
            let count = said.iter().filter(|line| line.contains(word)).count();
            *self.met.entry(word).or_default() += count as u64;
        }
        let held = RUNGS[self.plain.held()];
        assert_eq!(self.member.tier("club").expect("a rung").as_str(), held);
    }

    /// What is due is exactly what the reading of every midnight finds first.
    fn due(&self, until: Instant) {
        let due = self.engine.next_due(&self.member);
        let mut plain = self.plain.clone();
        let mut day = plain.today();
        let first = loop {
            day = plus(day, 1);
            let midnight = plain.rules.start(day);
            if midnight > until {
                break None;
            }
            plain.pass(midnight);
            if !plain.said.is_empty() {
                break Some(midnight);
            }
        };
        let context = || format!("{}\n{}", self.plain.rules.program(), self.told.join("\n"));
        assert_eq!(due.filter(|due| *due <= until), first, "{}", context());
        if let Some(first) = first {
            let mut member = self.member.clone();
            let before = self
                .engine
                .advance(&mut member, first.prev())
                .expect("it passes");
            assert!(before.entries.is_empty(), "{}", context());
            let at = self.engine.advance(&mut member, first).expect("it passes");
            assert_eq!(heard(&at.entries), plain.said, "{}", context());
        }
    }
}

/// Three years of a member, day by day.
fn three_years(seed: u64) -> BTreeMap<&'static str, u64> {
    let mut draw = Draw(seed);
    let rules = rules(&mut draw);
    let first = Date::parse(draw.of(&["2024-02-29", "2023-01-31", "2023-06-15", "2011-11-30"]))
        .expect("a date");
    let begin = rules
        .start(first)
        .checked_add_micros(DAY / 3)
        .expect("an instant");
    let mut both = Both {
        engine: engine(&rules.program()),
        member: Member::new("m-1").expect("an id"),
        plain: Plain {
            enrolled: rules.zone.date_at(begin),
            now: begin,
            stand: Stand {
                rung: 0,
                since: begin,
                begun: begin,
                until: None,
                grace: None,
                judged: None,
                chain: None,
            },
            rules,
            orders: Vec::new(),
            earlier: Vec::new(),
            pending: None,
            granted: None,
            carried: Vec::new(),
            barred: false,
            warned: 0,
            ordered: false,
            said: Vec::new(),
        },
        told: Vec::new(),
        met: BTreeMap::new(),
    };
    if both.plain.rules.upgrade == "at_review" {
        let (until, chain) = both.plain.term_of(0, both.plain.today(), None, None);
        both.plain.stand.until = until;
        both.plain.stand.chain = chain;
    }
    both.plain.tick();
    both.report(&json!({"id": "e-0", "at": begin.to_string(), "enroll": {}}));
    let mut count = 0_u32;
    let mut day = both.plain.today();
    let last = plus(day, 1_096);
    while day < last {
        day = plus(day, 1 + i64::try_from(draw.below(45)).expect("small"));
        let midnight = both.plain.rules.start(day);
        // At the very midnight, before it, or in the day.
        let at = match draw.below(4) {
            0 => midnight,
            1 => midnight.prev(),
            _ => midnight
                .checked_add_micros(DAY / 24 * i64::try_from(draw.below(23)).expect("small"))
                .expect("an instant"),
        };
        if at < both.plain.now {
            continue;
        }
        both.plain.pass(at);
        count += 1;
        let id = format!("e-{count}");
        let out: Vec<usize> = (0..both.plain.orders.len())
            .filter(|order| !both.plain.orders[*order].3)
            .collect();
        match draw.below(10) {
            0 | 1 if !out.is_empty() => {
                let order = draw.of(&out);
                both.plain.give_back(order);
                both.plain.tick();
                both.report(&json!({"id": id, "at": at.to_string(), "return": {"order": format!("o-{order}")}}));
            }
            2 => {
                let rungs = both.plain.rules.rungs.len() as u64;
                let rung = usize::try_from(draw.below(rungs)).expect("small");
                let until = plus(
                    both.plain.today(),
                    i64::try_from(draw.below(120)).expect("small"),
                );
                let replace = draw.one_in(3);
                let end = both.plain.rules.start(plus(until, 1));
                let from = both.plain.held();
                both.plain.granted = Some((rung, Some(end), replace));
                both.plain.say(TierWhy::Granted, from, rung, Some(end));
                both.plain.tick();
                both.report(&json!({"id": id, "at": at.to_string(), "grant": {"rung": RUNGS[rung], "until": until.to_string(),
                    "reason": "match", "replace": replace}}));
            }
            3 => {
                both.plain.tick();
                both.told.push(format!("advance {at}"));
                let outcome = both
                    .engine
                    .advance(&mut both.member, at)
                    .expect("it passes");
                both.same(&outcome.entries);
            }
            _ => {
                let amount = 5 + i64::try_from(draw.below(140)).expect("small");
                let today = both.plain.today();
                both.plain.orders.push((today, at, amount, false));
                both.plain.ordered = true;
                both.plain.tick();
                both.plain.ordered = false;
                let order = format!("o-{}", both.plain.orders.len() - 1);
                both.report(
                    &json!({"id": id, "at": at.to_string(), "purchase": {"order": order,
                    "lines": [{"sku": "tea", "price": format!("{amount}.00")}]}}),
                );
            }
        }
        if draw.one_in(2) {
            let horizon = both.plain.rules.start(plus(both.plain.today(), 200));
            both.due(horizon);
        }
    }
    both.met
}

#[test]
fn tiers_are_what_a_plain_reading_says() {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(96_u64);
    let seed = std::env::var("PROPERTY_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(0_u64);
    let mut met: BTreeMap<&str, u64> = BTreeMap::new();
    for case in 0..cases {
        for (word, count) in three_years(seed.wrapping_mul(1_000_003).wrapping_add(case)) {
            *met.entry(word).or_default() += count;
        }
    }
    // A reading that never meets a thing proves nothing of it.
    let missed: Vec<_> = SAID
        .iter()
        .filter(|word| met.get(*word).is_none_or(|count| count * 8 < cases))
        .collect();
    assert!(cases < 64 || missed.is_empty(), "{missed:?} of {met:?}");
}
