//! Returns undo what their orders did, in whatever parts and order they come.

use std::collections::BTreeMap;

use loyalty_core::{Amount, Detail, Event, Id, Member};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::histories::{
    Basket, Goods, Step, Wish, activity, basket, credit, debit, histories, pause, person, returned,
    step,
};
use crate::programs::{Shape, programs};
use crate::run::{Coverage, Verdict, check, told, transcript};
use crate::world::{Act, World, carry_out, written};

/// What undoing presupposes: points are there at once, what is missing is owed, and parts may go back.
const UNDONE: Shape = Shape {
    pending: false,
    forgive: false,
    strict_returns: false,
    ..Shape::ANY
};

/// A history, a purchase, and the parts in which it goes back.
#[derive(Clone, Debug)]
struct Undoing {
    program: Value,
    history: Vec<Step>,
    basket: Basket,
    parts: Vec<Vec<(usize, i64)>>,
}

fn undoings(shape: Shape) -> impl Strategy<Value = Undoing> {
    let parts = vec(vec((0_usize..8, 0_i64..6), 1..=3), 0..=4);
    (programs(shape), histories(shape, 20), basket(shape), parts).prop_map(
        |(mut program, history, basket, parts)| {
            // Other rules leave the rung where it is until a review, so they take nothing back at once.
            for track in program["tiers"].as_array_mut().into_iter().flatten() {
                track["returns"] = json!("immediate");
            }
            Undoing {
                program,
                history,
                basket,
                parts,
            }
        },
    )
}

impl Undoing {
    /// The purchase, its returns in parts, and the return of all that is left; at one instant.
    fn steps(&self) -> Vec<Step> {
        let mut wishes = std::vec![Wish::Purchase(self.basket.clone())];
        wishes.extend(self.parts.iter().map(|part| Wish::Return {
            order: 0,
            goods: Goods::Some(part.clone()),
        }));
        wishes.push(Wish::Return {
            order: 0,
            goods: Goods::All,
        });
        let step = |wish| Step { after: 0, wish };
        wishes.into_iter().map(step).collect()
    }

    fn show(&self) -> String {
        let mut all = self.history.clone();
        all.extend(self.steps());
        transcript(&(self.program.clone(), all))
    }
}

/// Takes the purchase and its returns; says what the member was before and is after, if all were taken.
fn undo(case: &Undoing, coverage: &Coverage) -> Result<Option<(Member, Member)>, TestCaseError> {
    let mut world = World::new(&case.program);
    for step in &case.history {
        coverage.step(&world.play(step));
    }
    // An event that changes nothing: rungs are judged with it, so that what follows is the doing of the order.
    let tag = Wish::Tags {
        add: true,
        tag: "other",
    };
    coverage.step(&world.play(&Step {
        after: 0,
        wish: tag,
    }));
    let before = world.member.clone();
    for step in case.steps() {
        let played = world.play(&step);
        coverage.step(&played);
        if played.name == "purchase" || played.name == "return" {
            continue;
        }
        // A purchase can be refused; the parts may have been all there was.
        if played.result.is_err() && matches!(step.wish, Wish::Purchase(_)) {
            return Ok(None);
        }
        prop_assert_eq!(&played.name, "quantity_exceeded", "{}", told(&played));
    }
    coverage.note("undone");
    Ok(Some((before, world.member)))
}

fn undone(shape: Shape, test: impl Fn(&Member, &Member, &Undoing) -> Verdict) {
    let wanted: &[&str] = &["purchase", "return", "undone"];
    check(
        200,
        &[wanted],
        undoings(shape),
        Undoing::show,
        |case, coverage| match undo(case, coverage)? {
            Some((before, after)) => test(&before, &after, case),
            None => Ok(()),
        },
    );
}

fn document(member: &Member) -> Value {
    serde_json::from_str(&member.to_json()).expect("a member is JSON")
}

/// Metrics that do not count the returns themselves, without what only tells versions apart.
fn metrics(member: &Member, program: &Value) -> Vec<(Value, Value, Value)> {
    let document = document(member);
    let rules = program["metrics"].as_array().cloned().unwrap_or_default();
    let apart = |id: &Value| {
        rules
            .iter()
            .any(|rule| rule["id"] == *id && rule["measure"].to_string().contains("return"))
    };
    let all = document["state"]["metrics"].as_array().cloned();
    let part = |tally: &Value| {
        (
            tally["id"].clone(),
            tally["settled"].clone(),
            tally["days"].clone(),
        )
    };
    all.unwrap_or_default()
        .iter()
        .filter(|tally| !apart(&tally["id"]))
        .map(part)
        .collect()
}

/// Invariant 5, I7: an order that is back leaves the balances as if it had never been.
#[test]
fn inverse_of_balances() {
    undone(UNDONE, |before, after, _| {
        prop_assert_eq!(before.balances(), after.balances());
        Ok(())
    });
}

/// Invariant 5, clause 6.5: it leaves the rungs as if it had never been, where nothing else came between.
#[test]
fn inverse_of_tiers() {
    undone(UNDONE, |before, after, case| {
        for track in case.program["tiers"].as_array().into_iter().flatten() {
            let id = track["id"].as_str().expect("an id");
            prop_assert_eq!(before.tier(id), after.tier(id), "the rung of `{}`", id);
        }
        Ok(())
    });
}

/// Invariant 5, clause 6.4: it leaves the metrics as if it had never been.
#[test]
fn inverse_of_metrics() {
    undone(UNDONE, |before, after, case| {
        prop_assert_eq!(
            metrics(before, &case.program),
            metrics(after, &case.program)
        );
        Ok(())
    });
}

/// Invariant 5, clauses 4.2, 4.6: it leaves streaks, remainders and milestones as if it had never been.
#[test]
fn inverse_of_what_rules_keep() {
    undone(UNDONE, |before, after, _| {
        let kept = |member: &Member| {
            let mut document = document(member);
            let mut more = document["state"]["more"].take();
            // Until when a milestone is remembered is another matter.
            for reached in more["milestones"].as_array_mut().into_iter().flatten() {
                reached["on"].take();
                reached["version"].take();
            }
            ["streaks", "carried", "milestones"].map(|field| more[field].clone())
        };
        prop_assert_eq!(kept(before), kept(after));
        Ok(())
    });
}

/// Invariant 5: it gives back what it had used of the caps: the same purchase would earn the same again.
#[test]
fn inverse_of_caps() {
    // What the rules see of the member is another matter.
    let shape = Shape {
        memory: false,
        ..UNDONE
    };
    undone(shape, |before, after, case| {
        let world = World::new(&case.program);
        let mut event = world.purchase("e-again", &case.basket);
        let now = before.as_of().expect("an instant").micros();
        event["at"] = Value::from(written(now, case.basket.offset));
        event["purchase"]["order"] = Value::from("o-again");
        event["purchase"]["tender"] = Value::Array(Vec::new());
        let event = event.to_string();
        let event = Event::from_json(&event)?;
        let earns = |member: &Member| {
            let quote = world.engine.quote(member, &event)?;
            Ok::<_, loyalty_core::Error>(quote.receipt.map(|receipt| receipt.lines))
        };
        match (earns(before), earns(after)) {
            (Ok(before), Ok(after)) => prop_assert_eq!(before, after),
            (before, after) => prop_assert_eq!(
                before.map_err(|error| error.code()),
                after.map_err(|error| error.code())
            ),
        }
        Ok(())
    });
}

/// A program and a history around one order that goes back in the end.
#[derive(Clone, Debug)]
struct Around {
    program: Value,
    before: Vec<Step>,
    basket: Basket,
    between: Vec<Step>,
}

fn arounds(shape: Shape, debits: bool) -> impl Strategy<Value = Around> {
    let quiet = Shape {
        tender: false,
        ..shape
    };
    let wishes = prop_oneof![
        4 => basket(quiet).prop_map(Wish::Purchase),
        4 => returned(),
        1 => activity(),
        1 => credit(shape),
        1 => person(shape).prop_map(Wish::Profile),
        1 => person(shape).prop_map(Wish::Enroll),
        1 => Just(Wish::Advance),
    ]
    .boxed();
    let first = if debits {
        prop_oneof![
            4 => wishes.clone(),
            2 => basket(shape).prop_map(Wish::Purchase),
            1 => debit(shape),
        ]
        .boxed()
    } else {
        wishes.clone()
    };
    (
        programs(shape),
        vec(step(first), 0..=10),
        basket(shape),
        vec(step(wishes), 0..=12),
        pause(),
    )
        .prop_map(|(program, before, basket, mut between, after)| {
            let goods = Goods::All;
            between.push(Step {
                after: after.min(60 * 24 * 20),
                wish: Wish::Return { order: 0, goods },
            });
            Around {
                program,
                before,
                basket,
                between,
            }
        })
}

/// Lives with and without the order, and compares.
fn as_if_it_had_never_been(case: &Around, coverage: &Coverage) -> Verdict {
    let mut world = World::new(&case.program);
    let mut without = Member::new("m-1")?;
    for step in &case.before {
        let played = world.play(step);
        coverage.step(&played);
        if played.result.is_ok() {
            carry_out(&world.engine, &mut without, &played.act, Detail::Plain)?;
        }
    }
    let bought = world.play(&Step {
        after: 60,
        wish: Wish::Purchase(case.basket.clone()),
    });
    coverage.step(&bought);
    if bought.result.is_err() {
        return Ok(());
    }
    let order = world.orders[world.orders.len() - 1].id.clone();
    let (last, between) = case.between.split_last().expect("the last return");
    let mut steps: Vec<Step> = between.to_vec();
    steps.push(last.clone());
    for (number, step) in steps.iter().enumerate() {
        let mut step = step.clone();
        if number + 1 == steps.len() {
            // The last one brings back what is still out of the order.
            let place = world.orders.iter().rev().position(|one| one.id == order);
            let open = world
                .orders
                .iter()
                .any(|one| one.id == order && one.lines.iter().any(|(_, open)| *open > 0));
            if !open {
                break;
            }
            if let (Wish::Return { order, .. }, Some(place)) = (&mut step.wish, place) {
                if place >= 5 {
                    // Returns name one of the five latest orders: the case says nothing.
                    return Ok(());
                }
                *order = place;
            }
        }
        let played = world.play(&step);
        coverage.step(&played);
        let Ok(outcome) = &played.result else {
            continue;
        };
        let of_it = outcome
            .receipt
            .as_ref()
            .is_some_and(|receipt| receipt.order == order.as_str());
        if !of_it {
            carry_out(&world.engine, &mut without, &played.act, Detail::Plain)?;
        }
    }
    let open =
        |one: &crate::world::Known| one.id == order && one.lines.iter().any(|(_, open)| *open > 0);
    if world.orders.iter().any(open) {
        // Past the window of returns.
        return Ok(());
    }
    coverage.note("undone");
    let now = world.now();
    world.engine.advance(&mut world.member, now)?;
    world.engine.advance(&mut without, now)?;
    let there = |member: &Member| -> Vec<_> {
        let all = member.balances().into_iter();
        all.filter(|one| one.available != 0 || one.pending != 0 || one.debt != 0)
            .collect()
    };
    prop_assert_eq!(there(&without), there(&world.member));
    let held = |member: &Member| -> Vec<_> {
        let all = metrics(member, &case.program).into_iter();
        all.filter(|(_, settled, days)| !settled.is_null() || !days.is_null())
            .collect()
    };
    prop_assert_eq!(held(&without), held(&world.member));
    Ok(())
}

impl Around {
    fn show(&self) -> String {
        let mut all = self.before.clone();
        all.push(Step {
            after: 60,
            wish: Wish::Purchase(self.basket.clone()),
        });
        all.extend(self.between.clone());
        transcript(&(self.program.clone(), all))
    }
}

/// Rules that give the same whatever was before: what a return leaves to `rebase` (clause 6.4) does not arise.
const FORGETFUL: Shape = Shape {
    caps: false,
    keeps: false,
    memory: false,
    ..UNDONE
};

/// Invariant 5, I7: among other events too, an order that is back leaves balances and metrics as if it had never been. Nothing is
/// spent here, since points that were spent or expired meanwhile stay so; so points may expire.
#[test]
fn inverse_among_other_events() {
    let shape = Shape {
        tender: false,
        ..FORGETFUL
    };
    let wanted: &[&str] = &["purchase", "return", "credit", "undone"];
    check(
        200,
        &[wanted],
        arounds(shape, false),
        Around::show,
        as_if_it_had_never_been,
    );
}

/// The same where points are spent and owed, and never expire.
#[test]
fn inverse_among_debts() {
    let shape = Shape {
        expiry: false,
        ..FORGETFUL
    };
    let wanted: &[&str] = &["purchase", "return", "debit", "undone"];
    check(
        200,
        &[wanted],
        arounds(shape, true),
        Around::show,
        as_if_it_had_never_been,
    );
}

/// The sums of receipts: money, points paid with, points earned.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    list: i64,
    discounted: i64,
    paid: i64,
    worth: BTreeMap<String, i64>,
    tender: BTreeMap<String, i64>,
    points: BTreeMap<String, i64>,
    rules: BTreeMap<String, i64>,
}

impl Sums {
    fn add(&mut self, receipt: &loyalty_core::Receipt) {
        let minor = |amount: Amount| amount.money().minor();
        self.list += minor(receipt.total.list);
        self.discounted += minor(receipt.total.discounted);
        self.paid += minor(receipt.total.paid);
        let mut put = |map: fn(&mut Self) -> &mut BTreeMap<String, i64>, id: &Id, n: i64| {
            *map(self).entry(id.to_string()).or_default() += n;
        };
        for tender in &receipt.tender {
            put(|sums| &mut sums.worth, &tender.account, minor(tender.value));
            put(
                |sums| &mut sums.tender,
                &tender.account,
                tender.points.get(),
            );
        }
        for points in &receipt.points {
            put(
                |sums| &mut sums.points,
                &points.account,
                points.points.get(),
            );
        }
        for line in &receipt.lines {
            for points in &line.points {
                *self.rules.entry(points.rule.to_string()).or_default() += points.points.get();
            }
        }
        for map in [&mut self.worth, &mut self.tender, &mut self.points] {
            map.retain(|_, n| *n != 0);
        }
        self.rules.retain(|_, n| *n != 0);
    }
}

/// Clause 6.2, I6, I7: whatever the parts, all refunds are what was paid, all points taken back are what was earned, all points
/// restored are those that were used; rule by rule too. (Not line by line: units of equal lines are units of one row, clause 2.5.)
#[test]
fn returns_sum_to_the_purchase() {
    let shape = Shape {
        strict_returns: false,
        ..Shape::ANY
    };
    let strategy = (undoings(shape), vec(0_i64..60 * 24 * 3, 6));
    let show = |(case, _): &(Undoing, Vec<i64>)| case.show();
    let wanted: &[&str] = &["purchase", "return", "summed"];
    check(
        200,
        &[wanted],
        strategy,
        show,
        |(case, pauses), coverage| {
            let mut world = World::new(&case.program);
            for step in &case.history {
                coverage.step(&world.play(step));
            }
            let (mut bought, mut back) = (Sums::default(), Sums::default());
            for (step, pause) in case.steps().into_iter().zip(pauses) {
                let played = world.play(&Step {
                    after: *pause,
                    ..step.clone()
                });
                coverage.step(&played);
                match (&played.result, &step.wish) {
                    (Ok(outcome), Wish::Purchase(_)) => {
                        bought.add(outcome.receipt.as_ref().expect("a receipt"));
                    }
                    (Ok(outcome), _) => back.add(outcome.receipt.as_ref().expect("a receipt")),
                    (Err(_), Wish::Purchase(_)) => return Ok(()),
                    (Err(error), _) => {
                        let late = error.code() == loyalty_core::Code::UnknownOrder;
                        if late {
                            return Ok(());
                        }
                        prop_assert_eq!(&played.name, "quantity_exceeded");
                    }
                }
            }
            coverage.note("summed");
            prop_assert_eq!(bought, back);
            Ok(())
        },
    );
}

/// Clause 6.2: no step of a return is negative.
#[test]
fn no_step_of_a_return_is_negative() {
    let shape = Shape {
        strict_returns: false,
        ..Shape::ANY
    };
    check(
        700,
        &[&["purchase", "return"]],
        undoings(shape),
        Undoing::show,
        |case, coverage| {
            let mut world = World::new(&case.program);
            let mut all = case.history.clone();
            all.extend(case.steps());
            for step in &all {
                let played = world.play(step);
                coverage.step(&played);
                let (Ok(outcome), Act::Report(_)) = (&played.result, &played.act) else {
                    continue;
                };
                let Some(receipt) = outcome.receipt.as_ref().filter(|_| played.name == "return")
                else {
                    continue;
                };
                let minor = |amount: Amount| amount.money().minor();
                for line in &receipt.lines {
                    let (list, discounted, paid) =
                        (minor(line.list), minor(line.discounted), minor(line.paid));
                    prop_assert!(paid >= 0 && discounted >= 0 && list >= 0, "{line:?}");
                    prop_assert!(
                        discounted <= list,
                        "a discount of less than nothing: {line:?}"
                    );
                }
                for tender in &receipt.tender {
                    prop_assert!(
                        minor(tender.value) >= 0 && tender.points.get() >= 0,
                        "{tender:?}"
                    );
                }
                for points in &receipt.points {
                    prop_assert!(points.points.get() >= 0, "{points:?}");
                }
            }
            Ok(())
        },
    );
}
