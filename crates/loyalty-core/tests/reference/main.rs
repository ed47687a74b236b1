//! The engine's ledger against a second one, which was written from the clauses by another hand: slow, plain, and for tests only.
//!
//! [`plan`] draws programs, [`wishes`] draws histories, [`world`] has the engine and the reference live through them and compares
//! all that they say after every event. The reference is [`model`] and [`purchase`]: its books ([`ledger`]) are a flat list of
//! postings, and every figure is found by adding them up. `PROPTEST_CASES` says how many members live (see `cover`).

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where something is not as it must be"
)]

mod calendar;
#[path = "../properties/cover.rs"]
mod cover;
mod facts;
mod ledger;
mod model;
mod plan;
mod purchase;
mod read;
mod wishes;
mod world;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use proptest::prelude::*;

use cover::check;
use plan::plans;
use wishes::histories;
use world::{World, transcript};

/// What programs and histories can say only if the engine has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Accounts whose points expire some time after they become available, where credits are available at once.
    CreditsFromActivation,
    /// Points that wait for an `order_settled`.
    Settlement,
    /// Money off the refund for points that are missing.
    Withhold,
    /// Returns and debits that are refused because points are missing.
    Refuse,
    /// Credits that become available later.
    ActiveOn,
    /// Pending points that are cancelled.
    Cancel,
    /// Points that are set aside.
    Holds,
    /// Rewards that are things, and their undoing.
    Redeem,
    /// `Engine::expiring`.
    Expiring,
}

/// What the engine has.
const BUILT: &[Feature] = &[
    Feature::CreditsFromActivation,
    Feature::Settlement,
    Feature::Withhold,
    Feature::Refuse,
    Feature::ActiveOn,
    Feature::Cancel,
    Feature::Holds,
    Feature::Redeem,
    Feature::Expiring,
];

/// What must happen in more than one step of a hundred: every kind of event, every kind of refusal, and what else the histories
/// are to reach.
fn wanted() -> Vec<&'static str> {
    let mut wanted = std::vec![
        "enroll",
        "profile",
        "activity",
        "purchase",
        "return",
        "credit",
        "debit",
        "advance",
        "duplicate",
        "out_of_order",
        "id_conflict",
        "duplicate_order",
        "unknown_order",
        "unknown_line",
        "quantity_exceeded",
        "partial_return_refused",
        "insufficient_points",
        "tender_refused",
        "already_enrolled",
        "unknown_account",
        "invalid_time",
        "reinstate",
        "nothing_to_reinstate",
    ];
    for feature in BUILT {
        wanted.extend(match feature {
            Feature::Settlement => &["order_settled"][..],
            Feature::Refuse => &["overdraw_refused"],
            Feature::CreditsFromActivation
            | Feature::Withhold
            | Feature::ActiveOn
            | Feature::Expiring => &[],
            Feature::Cancel => &["cancel", "cancel of a day", "nothing_pending"],
            Feature::Holds => &["hold", "release", "unknown_hold"],
            Feature::Redeem => &[
                "redeem",
                "undo",
                "unknown_reward",
                "unknown_redemption",
                "already_undone",
            ],
        });
    }
    wanted
}

/// What takes several events to come about: it must happen, and need not be frequent.
const RARE: &[&str] = &[
    "activated",
    "repaid",
    "expired",
    "spent",
    "restored",
    "reversed",
    "reversed, owed",
    "reversed, expired",
    "reversed, forgiven",
    "debited, owed",
    "debited, forgiven",
    "midnight",
    "moved into another day",
    "moved back over a midnight",
];

/// Sections 3, 5 and 6: whatever happens, the engine has the balances, lots, entries and receipts that the reference has.
#[test]
fn engine_is_the_reference() {
    let compared = Cell::new(0_u64);
    let lived = Cell::new(0_u64);
    let rare: RefCell<BTreeSet<&str>> = RefCell::default();
    let wanted = wanted();
    check(
        200,
        &[&wanted],
        (plans(), histories()),
        transcript,
        |(plan, steps), coverage| {
            let mut world = World::new(plan);
            for step in steps {
                let played = world.play(step);
                coverage.count(&played.name);
                played.notes.iter().for_each(|note| coverage.note(note));
                rare.borrow_mut().extend(&played.notes);
                lived.set(lived.get() + 1);
                if let Some(fault) = played.fault {
                    prop_assert!(false, "{}", fault);
                }
            }
            compared.set(compared.get() + world.compared);
            Ok(())
        },
    );
    let missed: Vec<&&str> = RARE
        .iter()
        .filter(|name| !rare.borrow().contains(*name))
        .collect();
    assert!(
        missed.is_empty() || lived.get() < 5_000,
        "the cases never reach {missed:?}"
    );
    println!("{} figures were compared", compared.get());
}
