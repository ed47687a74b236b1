//! Random histories, as wishes: what is to happen next. The [`World`](crate::world::World) turns a wish into an event that fits
//! the member as it then stands, so that most events are taken, and those that are to be refused are refused for one reason.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use crate::programs::Shape;

/// What is to happen next.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Minutes after the event before.
    pub(crate) after: i64,
    pub(crate) wish: Wish,
}

/// What is to happen.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    Enroll(Person),
    Profile(Person),
    Tags {
        add: bool,
        tag: &'static str,
    },
    Purchase(Basket),
    Return {
        order: usize,
        goods: Goods,
    },
    Activity(&'static str),
    Credit {
        account: usize,
        points: i64,
        days: Option<i32>,
    },
    Debit {
        account: usize,
        points: i64,
        overdraw: Option<&'static str>,
    },
    /// A rung is granted, for so many days.
    Grant {
        track: usize,
        rung: usize,
        days: Option<i32>,
        replace: bool,
    },
    /// What was granted is taken back.
    Revoke(usize),
    /// Time passes, and nothing else.
    Advance,
    /// An event that was taken before comes again.
    Again(usize),
    /// The id of an event that was taken before comes with other content.
    Conflict(usize),
    /// An event so many minutes before the last one.
    Stale(i64),
    /// The member is to be brought to an instant so many minutes before the last one.
    Back(i64),
}

/// What is said of a person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) birthday: Option<i32>,
    pub(crate) zone: Option<&'static str>,
    pub(crate) level: Option<i64>,
    pub(crate) city: Option<&'static str>,
    pub(crate) tags: Vec<&'static str>,
}

/// What is bought.
#[derive(Clone, Debug)]
pub(crate) struct Basket {
    pub(crate) lines: Vec<Line>,
    pub(crate) tender: Vec<(usize, Ask)>,
    pub(crate) channel: Option<&'static str>,
    pub(crate) store: Option<&'static str>,
    pub(crate) stars: Option<i64>,
    pub(crate) offset: i64,
    pub(crate) flaw: Option<Flaw>,
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) named: bool,
    pub(crate) sku: usize,
    pub(crate) quantity: i64,
    /// Minor units of one unit.
    pub(crate) price: i64,
    /// Minor units off one unit; never more than the price.
    pub(crate) off: i64,
    /// Minor units off the line besides, as far as it costs so much.
    pub(crate) odd: i64,
    /// The amount of the line is sent in place of the price of a unit.
    pub(crate) as_amount: bool,
}

/// How many points are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ask {
    Points(i64),
    /// So many percent of what is there.
    Percent(i64),
    /// So many more than there are.
    More(i64),
}

/// Why a purchase is to be refused.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flaw {
    /// The order was recorded before.
    SameOrder(usize),
    Currency,
    Member,
    /// The program has no such means of payment.
    Tender,
    /// More is taken off than the line costs.
    Discount,
    /// An amount below the minor unit.
    Digits,
    /// More points than can be counted.
    Flood,
    /// All points are asked for, to pay for next to nothing.
    Overpaid,
}

/// What of an order goes back.
#[derive(Clone, Debug)]
pub(crate) enum Goods {
    /// All that is still out.
    All,
    /// Of these lines so many units (of those that are still out).
    Some(Vec<(usize, i64)>),
    /// One unit more than is still out.
    TooMany(usize),
    /// A line that the order does not have.
    OtherLine,
    /// An order that there is not.
    OtherOrder,
}

/// Histories of 1 to `longest` steps.
pub(crate) fn histories(shape: Shape, longest: usize) -> impl Strategy<Value = Vec<Step>> {
    vec(step(wish(shape)), 1..=longest)
}

/// A step that brings one of these wishes.
pub(crate) fn step(wish: BoxedStrategy<Wish>) -> BoxedStrategy<Step> {
    (pause(), wish)
        .prop_map(|(after, wish)| Step { after, wish })
        .boxed()
}

/// Minutes: none, some, days, months, years.
pub(crate) fn pause() -> BoxedStrategy<i64> {
    const DAY: i64 = 24 * 60;
    prop_oneof![
        6 => Just(0),
        6 => 1_i64..600,
        6 => DAY / 2..9 * DAY,
        3 => 9 * DAY..70 * DAY,
        1 => 70 * DAY..500 * DAY,
    ]
    .boxed()
}

/// Everything that can happen, and everything that can be refused.
pub(crate) fn wish(shape: Shape) -> BoxedStrategy<Wish> {
    let order = || 0_usize..30;
    let back = || 1_i64..100_000;
    prop_oneof![
        18 => basket(shape).prop_map(Wish::Purchase),
        25 => flawed(shape).prop_map(Wish::Purchase),
        16 => returned(),
        3 => (order(), 0_usize..4).prop_map(|(order, line)| Wish::Return { order, goods: Goods::TooMany(line) }),
        4 => order().prop_map(|order| Wish::Return { order, goods: Goods::OtherLine }),
        2 => Just(Wish::Return { order: 0, goods: Goods::OtherOrder }),
        6 => activity(),
        6 => credit(shape),
        3 => (0_usize..4, 1_i64..50).prop_map(|(account, points)| Wish::Credit { account, points, days: Some(-1) }),
        5 => debit(shape),
        6 => person(shape).prop_map(Wish::Enroll),
        3 => person(shape).prop_map(Wish::Profile),
        3 => (any::<bool>(), tag()).prop_map(|(add, tag)| Wish::Tags { add, tag }),
        2 => (0_usize..2, 0_usize..4, weighted(0.7, 0_i32..200), any::<bool>())
            .prop_map(|(track, rung, days, replace)| Wish::Grant { track, rung, days, replace }),
        1 => (0_usize..2).prop_map(Wish::Revoke),
        8 => Just(Wish::Advance),
        4 => order().prop_map(Wish::Again),
        5 => order().prop_map(Wish::Conflict),
        3 => back().prop_map(Wish::Stale),
        1 => back().prop_map(Wish::Back),
    ]
    .boxed()
}

/// A purchase without a flaw.
pub(crate) fn basket(shape: Shape) -> BoxedStrategy<Basket> {
    let tender = if shape.tender {
        prop_oneof![1 => Just(Vec::new()), 1 => vec((0_usize..3, ask()), 1..=2)].boxed()
    } else {
        Just(Vec::new()).boxed()
    };
    (
        vec(line(), 1..=8),
        tender,
        weighted(0.6, select(std::vec!["app", "shop"])),
        weighted(0.4, select(std::vec!["s1", "s2"])),
        weighted(0.3, 0_i64..10),
        select(std::vec![8_i64, 8, 0, -5, 14]),
    )
        .prop_map(|(lines, tender, channel, store, stars, offset)| Basket {
            lines,
            tender,
            channel,
            store,
            stars,
            offset,
            flaw: None,
        })
        .boxed()
}

fn flawed(shape: Shape) -> BoxedStrategy<Basket> {
    let flaw = prop_oneof![
        4 => (0_usize..30).prop_map(Flaw::SameOrder),
        2 => Just(Flaw::Currency),
        2 => Just(Flaw::Member),
        2 => Just(Flaw::Tender),
        2 => Just(Flaw::Discount),
        2 => Just(Flaw::Digits),
        3 => Just(Flaw::Flood),
        8 => Just(Flaw::Overpaid),
    ];
    (basket(shape), flaw)
        .prop_map(|(mut basket, flaw)| {
            basket.flaw = Some(flaw);
            basket
        })
        .boxed()
}

pub(crate) fn line() -> BoxedStrategy<Line> {
    let price = prop_oneof![
        4 => select(std::vec![0_i64, 1, 99, 500, 999, 2_600]),
        3 => 1_i64..30_000,
        1 => 1_i64..5_000_000,
    ];
    let quantity = prop_oneof![6 => 1_i64..6, 1 => 6_i64..40, 1 => Just(999_999)];
    let off = prop_oneof![3 => Just(0), 1 => Just(1), 1 => 0_i64..500];
    (
        prop::bool::weighted(0.3),
        0_usize..4,
        quantity,
        price,
        off,
        prop_oneof![2 => Just(0_i64), 1 => 1_i64..12],
        prop::bool::weighted(0.2),
    )
        .prop_map(|(named, sku, quantity, price, off, odd, as_amount)| Line {
            named,
            sku,
            quantity,
            price,
            off: off.min(price),
            odd,
            as_amount,
        })
        .boxed()
}

pub(crate) fn ask() -> BoxedStrategy<Ask> {
    prop_oneof![
        3 => (0_i64..300).prop_map(Ask::Points),
        6 => (1_i64..=100).prop_map(Ask::Percent),
        3 => (1_i64..50).prop_map(Ask::More),
    ]
    .boxed()
}

pub(crate) fn returned() -> BoxedStrategy<Wish> {
    let goods = prop_oneof![
        1 => Just(Goods::All),
        3 => vec((0_usize..8, 0_i64..6), 1..=3).prop_map(Goods::Some),
    ];
    (0_usize..30, goods)
        .prop_map(|(order, goods)| Wish::Return { order, goods })
        .boxed()
}

pub(crate) fn activity() -> BoxedStrategy<Wish> {
    select(std::vec!["check_in", "check_in", "survey"])
        .prop_map(Wish::Activity)
        .boxed()
}

pub(crate) fn credit(shape: Shape) -> BoxedStrategy<Wish> {
    let points = prop_oneof![6 => 1_i64..400, 1 => Just(1_000_000_000_000_000)];
    let days = if shape.expiry {
        weighted(0.4, 0_i32..200).boxed()
    } else {
        Just(None).boxed()
    };
    (0_usize..4, points, days)
        .prop_map(|(account, points, days)| Wish::Credit {
            account,
            points,
            days,
        })
        .boxed()
}

pub(crate) fn debit(shape: Shape) -> BoxedStrategy<Wish> {
    let overdraw = if shape.forgive {
        weighted(0.3, select(std::vec!["debt", "forgive"])).boxed()
    } else {
        Just(None).boxed()
    };
    (0_usize..4, 1_i64..400, overdraw)
        .prop_map(|(account, points, overdraw)| Wish::Debit {
            account,
            points,
            overdraw,
        })
        .boxed()
}

fn tag() -> impl Strategy<Value = &'static str> {
    select(std::vec!["vip", "gold", "other"])
}

pub(crate) fn person(shape: Shape) -> BoxedStrategy<Person> {
    let zone = if shape.elsewhere {
        weighted(
            0.3,
            select(std::vec![
                "America/Los_Angeles",
                "Pacific/Apia",
                "Asia/Shanghai"
            ]),
        )
        .boxed()
    } else {
        Just(None).boxed()
    };
    (
        weighted(0.5, 0_i32..12_000),
        zone,
        weighted(0.3, 0_i64..20),
        weighted(0.3, select(std::vec!["杭州", "广州"])),
        vec(tag(), 0..=2),
    )
        .prop_map(|(birthday, zone, level, city, tags)| Person {
            birthday,
            zone,
            level,
            city,
            tags,
        })
        .boxed()
}
