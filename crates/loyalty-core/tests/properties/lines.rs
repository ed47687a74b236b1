//! Lines: splitting them never matters, and their order decides left-over units only.

use loyalty_core::{Amount, Event, Member, Outcome, Receipt, ReceiptLine};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::histories::{Basket, Step, basket, histories};
use crate::programs::{Shape, programs};
use crate::run::{check, transcript};
use crate::world::World;

type Case = ((Value, Vec<Step>, Basket), Vec<i64>);

fn cases(shape: Shape) -> impl Strategy<Value = Case> {
    let first = (programs(shape), histories(shape, 10), basket(shape));
    (first, vec(0_i64..1_000, 8))
}

fn show(((program, history, basket), numbers): &Case) -> String {
    let mut all = history.clone();
    all.push(Step {
        after: 0,
        wish: crate::histories::Wish::Purchase(basket.clone()),
    });
    format!("{numbers:?}\n{}", transcript(&(program.clone(), all)))
}

/// Takes a purchase on a copy of the member.
fn buy(world: &World, basket: &Basket) -> loyalty_core::Result<(Outcome, Member)> {
    let event = world.purchase("e-last", basket).to_string();
    let mut member = world.member.clone();
    let outcome = world
        .engine
        .apply(&mut member, &Event::from_json(&event)?)?;
    Ok((outcome, member))
}

fn give_back(
    world: &World,
    member: &mut Member,
    receipt: &Receipt,
) -> loyalty_core::Result<Outcome> {
    let event =
        serde_json::json!({"id": "e-back", "at": crate::world::written(world.now().micros(), 8),
        "return": {"order": receipt.order}})
        .to_string();
    world.engine.apply(member, &Event::from_json(&event)?)
}

/// Everything of a line but its id, added up: quantity, list, discounted, paid, points by rule.
fn merged(lines: &[&ReceiptLine]) -> (i64, [i64; 3], Vec<(String, i64)>) {
    let (mut quantity, mut money) = (0, [0; 3]);
    let mut points: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
    for line in lines {
        quantity += line.quantity;
        for (sum, amount) in money
            .iter_mut()
            .zip([line.list, line.discounted, line.paid])
        {
            *sum += Amount::money(amount).minor();
        }
        for one in &line.points {
            *points.entry(one.rule.to_string()).or_default() += one.points.get();
        }
    }
    points.retain(|_, n| *n != 0);
    (quantity, money, points.into_iter().collect())
}

/// Clause 2.5: lines split into equal ones of smaller quantity change nothing but the ids of lines.
#[test]
fn line_split() {
    let wanted: &[&str] = &["split", "taken"];
    check(
        250,
        &[wanted],
        cases(Shape::ANY),
        show,
        |((program, history, basket), parts), coverage| {
            let mut world = World::new(program);
            for step in history {
                coverage.step(&world.play(step));
            }
            // What is off the line as a whole could not be split evenly.
            let mut basket = basket.clone();
            basket.lines.iter_mut().for_each(|line| line.odd = 0);
            let basket = &basket;
            let mut split = basket.clone();
            split.lines.clear();
            let mut origin: Vec<usize> = Vec::new();
            for (place, (line, part)) in basket.lines.iter().zip(parts.iter().cycle()).enumerate() {
                let first = part % line.quantity;
                for quantity in [first, line.quantity - first] {
                    if quantity > 0 {
                        split.lines.push(crate::histories::Line {
                            quantity,
                            ..line.clone()
                        });
                        origin.push(place);
                    }
                }
            }
            coverage.count(if origin.len() > basket.lines.len() {
                "split"
            } else {
                "whole"
            });
            let (one, many) = (buy(&world, basket), buy(&world, &split));
            let ((one, mut one_member), (many, mut many_member)) = match (one, many) {
                (Ok(one), Ok(many)) => (one, many),
                (Err(one), Err(many)) => {
                    prop_assert_eq!(one.code(), many.code());
                    return Ok(());
                }
                (one, many) => {
                    return Err(TestCaseError::fail(format!("{one:?} is not {many:?}")));
                }
            };
            coverage.note("taken");
            prop_assert_eq!(&one.entries, &many.entries);
            prop_assert_eq!((one.version, one.next_due), (many.version, many.next_due));
            let receipts = one.receipt.zip(many.receipt);
            let (one, many) = receipts.expect("a purchase has a receipt");
            prop_assert_eq!(&one.total, &many.total);
            prop_assert_eq!(&one.tender, &many.tender);
            prop_assert_eq!(&one.points, &many.points);
            for (place, line) in one.lines.iter().enumerate() {
                let parts = many.lines.iter().zip(&origin);
                let parts: Vec<&ReceiptLine> = parts
                    .filter(|(_, from)| **from == place)
                    .map(|(line, _)| line)
                    .collect();
                prop_assert_eq!(merged(&[line]), merged(&parts), "line {}", place);
            }
            let one_back = give_back(&world, &mut one_member, &one)?;
            let many_back = give_back(&world, &mut many_member, &many)?;
            prop_assert_eq!(one_back.entries, many_back.entries);
            prop_assert_eq!(one_member.balances(), many_member.balances());
            Ok(())
        },
    );
}

fn permuted(basket: &Basket, keys: &[i64]) -> (Basket, Vec<usize>) {
    let mut order: Vec<usize> = (0..basket.lines.len()).collect();
    order.sort_by_key(|place| keys[*place % keys.len()]);
    let mut other = basket.clone();
    other.lines = order
        .iter()
        .map(|place| basket.lines[*place].clone())
        .collect();
    (other, order)
}

/// I16: the order of the lines decides left-over units only: no sum of money, and no line by more than these.
#[test]
fn line_order() {
    let wanted: &[&str] = &["permuted", "taken"];
    check(
        250,
        &[wanted],
        cases(Shape::ANY),
        show,
        |((program, history, basket), keys), coverage| {
            let mut world = World::new(program);
            for step in history {
                coverage.step(&world.play(step));
            }
            let (other, order) = permuted(basket, keys);
            coverage.count(if order.is_sorted() {
                "as it was"
            } else {
                "permuted"
            });
            let (one, two) = (buy(&world, basket), buy(&world, &other));
            let (one, two) = match (one, two) {
                (Ok((one, _)), Ok((two, _))) => (one, two),
                (Err(one), Err(two)) => {
                    prop_assert_eq!(one.code(), two.code());
                    return Ok(());
                }
                (one, two) => return Err(TestCaseError::fail(format!("{one:?} is not {two:?}"))),
            };
            coverage.note("taken");
            let receipts = one.receipt.zip(two.receipt);
            let (one, two) = receipts.expect("a purchase has a receipt");
            prop_assert_eq!(&one.total, &two.total);
            prop_assert_eq!(&one.tender, &two.tender);
            for (line, place) in two.lines.iter().zip(order) {
                let was = merged(&[&one.lines[place]]);
                let is = merged(&[line]);
                prop_assert_eq!(was.0, is.0);
                // One unit where a row got a left-over unit, one more where equal lines share a row.
                let off = was.1.iter().zip(is.1).any(|(was, is)| (was - is).abs() > 2);
                prop_assert!(!off, "{was:?} became {is:?}");
            }
            Ok(())
        },
    );
}

/// The same for points, where left-over units cannot come into the sums: every rule is for all lines.
#[test]
fn line_order_of_points() {
    let shape = Shape {
        selections: false,
        multiplied_lines: false,
        ..Shape::ANY
    };
    let wanted: &[&str] = &["permuted", "points"];
    check(
        200,
        &[wanted],
        cases(shape),
        show,
        |((program, history, basket), keys), coverage| {
            let mut world = World::new(program);
            for step in history {
                coverage.step(&world.play(step));
            }
            let (other, order) = permuted(basket, keys);
            coverage.count(if order.is_sorted() {
                "as it was"
            } else {
                "permuted"
            });
            let (Ok((one, one_member)), Ok((two, two_member))) =
                (buy(&world, basket), buy(&world, &other))
            else {
                return Ok(());
            };
            prop_assert_eq!(&one.entries, &two.entries);
            prop_assert_eq!(one_member.balances(), two_member.balances());
            let receipts = one.receipt.zip(two.receipt);
            let (one, two) = receipts.expect("a purchase has a receipt");
            prop_assert_eq!(&one.points, &two.points);
            coverage.note(if one.points.is_empty() {
                "no points"
            } else {
                "points"
            });
            Ok(())
        },
    );
}
