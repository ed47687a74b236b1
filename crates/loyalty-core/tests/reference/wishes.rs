//! Random histories, as wishes: the [`World`](crate::world::World) turns a wish into an event that fits the member as it then
//! stands, so that most events are taken, and those that are to be refused are refused for one reason.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use crate::Feature;
use crate::calendar::DAY;
use crate::plan::{Overdraw, SKUS, built};

/// All points that are there.
pub(crate) const ALL: i64 = i64::MAX;
/// Some more than are there.
pub(crate) const MORE: i64 = i64::MAX - 1;

/// What is to happen next.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) pause: Pause,
    pub(crate) wish: Wish,
}

/// How long it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pause {
    Micros(i64),
    /// To the beginning of a day, by the member's clock, so many days later.
    Midnight(i32),
    /// To the very instant at which something is due.
    Due,
    /// To the last instant before that.
    BeforeDue,
}

#[derive(Clone, Debug)]
pub(crate) enum Wish {
    Enroll(Option<usize>),
    Profile(usize),
    CheckIn,
    Purchase(Basket),
    Return(usize, Goods),
    /// Account, points, days until they can be used, days for which they are valid.
    Credit(usize, i64, Option<i32>, Option<i32>),
    Debit(usize, i64, Option<Overdraw>),
    Reinstate(usize, i32, Option<i32>),
    Settle(usize),
    CancelOrder(usize),
    CancelDay(usize, usize),
    /// Which key, for how many minutes, so many percent of what is there.
    Hold(usize, i64, i64),
    Release(usize),
    Redeem(usize, i64),
    Undo(usize),
    Advance,
    /// An event that was taken before comes again.
    Again(usize),
    /// The id of an event that was taken before comes with other content.
    Conflict(usize),
    /// An event so long before the last one.
    Stale(i64),
}

#[derive(Clone, Debug)]
pub(crate) struct Basket {
    pub(crate) lines: Vec<Item>,
    /// Account, and so many percent of what is there.
    pub(crate) tender: Vec<(usize, i64)>,
    /// An order that was recorded before.
    pub(crate) same_order: Option<usize>,
    pub(crate) hold: Option<usize>,
    pub(crate) clock: usize,
}

/// One line: named or not, article, units, price, and what is off it in percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) named: bool,
    pub(crate) sku: usize,
    pub(crate) quantity: i64,
    pub(crate) price: i64,
    pub(crate) off: i64,
}

/// What of an order goes back.
#[derive(Clone, Debug)]
pub(crate) enum Goods {
    All,
    Some(Vec<(usize, i64)>),
    TooMany(usize),
    OtherLine,
    OtherOrder,
}

/// Histories of 30 to 60 steps, over three years or so.
pub(crate) fn histories() -> impl Strategy<Value = Vec<Step>> {
    // Steps that are left out make a history that fails a short one; hardly any is left out to begin with.
    let step = (prop::bool::weighted(0.98), pause(), wish());
    vec(step, 31..=60).prop_map(|steps| {
        let told = steps.into_iter().filter(|step| step.0);
        told.map(|(_, pause, wish)| Step { pause, wish }).collect()
    })
}

fn pause() -> impl Strategy<Value = Pause> {
    prop_oneof![
        4 => Just(Pause::Micros(0)),
        6 => (1..DAY / 2).prop_map(Pause::Micros),
        8 => (DAY / 2..15 * DAY).prop_map(Pause::Micros),
        4 => (15 * DAY..70 * DAY).prop_map(Pause::Micros),
        1 => (70 * DAY..300 * DAY).prop_map(Pause::Micros),
        3 => (1_i32..60).prop_map(Pause::Midnight),
        3 => Just(Pause::Due),
        1 => Just(Pause::BeforeDue),
    ]
}

/// Wishes, as often as their weights say; those for what the engine does not have yet never.
fn wish() -> BoxedStrategy<Wish> {
    let which = || 0_usize..30;
    let account = || 0_usize..2;
    let days = || weighted(0.4, 1_i32..300);
    let mut all: Vec<(u32, BoxedStrategy<Wish>)> = std::vec![
        (44, basket(false).prop_map(Wish::Purchase).boxed()),
        (6, basket(true).prop_map(Wish::Purchase).boxed()),
        (
            62,
            (which(), goods())
                .prop_map(|(order, goods)| Wish::Return(order, goods))
                .boxed()
        ),
        (7, Just(Wish::CheckIn).boxed()),
        (10, weighted(0.3, 0_usize..4).prop_map(Wish::Enroll).boxed()),
        (4, (0_usize..4).prop_map(Wish::Profile).boxed()),
        (
            6,
            (account(), 1_i64..300, active_on(), days())
                .prop_map(|(account, points, active_on, days)| Wish::Credit(
                    account, points, active_on, days
                ))
                .boxed()
        ),
        (
            4,
            (account(), 1_i64..300, -40_i32..0)
                .prop_map(|(account, points, days)| Wish::Credit(account, points, None, Some(days)))
                .boxed()
        ),
        (
            4,
            (1_i64..300)
                .prop_map(|points| Wish::Credit(7, points, None, None))
                .boxed()
        ),
        (
            20,
            (
                account(),
                prop_oneof![2 => 1_i64..300, 3 => Just(ALL), 4 => Just(MORE)],
                overdraw(),
            )
                .prop_map(|(account, points, overdraw)| Wish::Debit(account, points, overdraw))
                .boxed()
        ),
        (
            26,
            (account(), 0_i32..200, days())
                .prop_map(|(account, since, days)| Wish::Reinstate(account, since, days))
                .boxed()
        ),
        (5, Just(Wish::Advance).boxed()),
        (6, which().prop_map(Wish::Again).boxed()),
        (6, which().prop_map(Wish::Conflict).boxed()),
        (3, (1..50 * DAY).prop_map(Wish::Stale).boxed()),
    ];
    if built(Feature::Settlement) {
        all.push((7, which().prop_map(Wish::Settle).boxed()));
    }
    if built(Feature::Cancel) {
        all.push((18, which().prop_map(Wish::CancelOrder).boxed()));
        all.push((
            20,
            (account(), which())
                .prop_map(|(account, day)| Wish::CancelDay(account, day))
                .boxed(),
        ));
    }
    if built(Feature::Holds) {
        let minutes = prop_oneof![1 => 1_i64..600, 2 => 600_i64..300 * 24 * 60];
        all.push((
            12,
            (0_usize..3, minutes, 1_i64..120)
                .prop_map(|(key, minutes, percent)| Wish::Hold(key, minutes, percent))
                .boxed(),
        ));
        all.push((36, (0_usize..4).prop_map(Wish::Release).boxed()));
    }
    if built(Feature::Redeem) {
        all.push((
            14,
            (
                prop_oneof![5 => Just(0_usize), 3 => Just(1), 2 => Just(7)],
                prop_oneof![5 => Just(1_i64), 1 => 2_i64..5],
            )
                .prop_map(|(reward, quantity)| Wish::Redeem(reward, quantity))
                .boxed(),
        ));
        all.push((32, which().prop_map(Wish::Undo).boxed()));
    }
    proptest::strategy::Union::new_weighted(all).boxed()
}

fn active_on() -> BoxedStrategy<Option<i32>> {
    if built(Feature::ActiveOn) {
        weighted(0.3, 0_i32..40).boxed()
    } else {
        Just(None).boxed()
    }
}

fn overdraw() -> BoxedStrategy<Option<Overdraw>> {
    let mut all = std::vec![Overdraw::Debt, Overdraw::Forgive];
    if built(Feature::Refuse) {
        all.extend([Overdraw::Refuse; 3]);
    }
    weighted(0.6, select(all)).boxed()
}

fn basket(same_order: bool) -> BoxedStrategy<Basket> {
    let price = prop_oneof![
        3 => select(std::vec![99_i64, 500, 999, 2_600]),
        3 => 1_i64..30_000,
    ];
    let line = (
        prop::bool::weighted(0.3),
        0..SKUS.len(),
        prop_oneof![4 => 1_i64..4, 1 => 4_i64..12],
        price,
        prop_oneof![3 => Just(0_i64), 1 => 1_i64..60],
    )
        .prop_map(|(named, sku, quantity, price, off)| Item {
            named,
            sku,
            quantity,
            price,
            off,
        });
    let hold = if built(Feature::Holds) {
        weighted(0.06, 0_usize..4).boxed()
    } else {
        Just(None).boxed()
    };
    let percent = prop_oneof![2 => 1_i64..=100, 3 => Just(100_i64), 1 => 101_i64..140];
    let tender = prop_oneof![
        2 => Just(Vec::new()),
        3 => vec((0_usize..2, percent), 1..=2),
    ];
    let same_order = if same_order {
        (0_usize..6).prop_map(Some).boxed()
    } else {
        Just(None).boxed()
    };
    (vec(line, 1..=5), tender, same_order, hold, 0_usize..4)
        .prop_map(|(lines, tender, same_order, hold, clock)| Basket {
            lines,
            tender,
            same_order,
            hold,
            clock,
        })
        .boxed()
}

fn goods() -> BoxedStrategy<Goods> {
    prop_oneof![
        8 => Just(Goods::All),
        16 => vec((0_usize..5, 0_i64..6), 1..=3).prop_map(Goods::Some),
        2 => (0_usize..5).prop_map(Goods::TooMany),
        6 => Just(Goods::OtherLine),
        1 => Just(Goods::OtherOrder),
    ]
    .boxed()
}
