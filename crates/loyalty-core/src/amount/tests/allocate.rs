//! Sharing amounts over rows: published cases, and I16 against a slow and plain reference.

use proptest::prelude::*;

use crate::amount::{Ratio, Remainder, Rounding, Share, allocate, allocate_in_place};
use crate::error::Code;

fn row(weight: i64, headroom: Option<i64>) -> Share {
    Share {
        weight,
        headroom,
        quantity: 1,
    }
}

fn shared(amount: i64, rows: &[Share], remainder: Remainder) -> (Vec<i64>, i64) {
    let mut out = vec![99];
    let unplaced = allocate(amount, rows, remainder, &mut out).unwrap();
    (out, unplaced)
}

/// By weight alone, by largest remainder.
fn plain(amount: i64, weights: &[i64]) -> Vec<i64> {
    let rows: Vec<Share> = weights.iter().map(|weight| row(*weight, None)).collect();
    let (out, unplaced) = shared(amount, &rows, Remainder::LargestRemainder);
    assert_eq!(unplaced, 0);
    out
}

/// Over (price, floor price).
fn floored(amount: i64, rows: &[(i64, i64)]) -> (Vec<i64>, i64) {
    let rows: Vec<Share> = rows
        .iter()
        .map(|(price, floor)| row(*price, Some(price - floor)))
        .collect();
    shared(amount, &rows, Remainder::LargestRemainder)
}

#[test]
fn published_proportions() {
    assert_eq!(plain(15, &[20, 30, 100]), [2, 3, 10]); // A01
    assert_eq!(plain(15, &[50, 50, 50]), [5, 5, 5]); // A02
    assert_eq!(plain(15, &[100]), [15]); // A06
    assert_eq!(plain(-299, &[4300, 1400, 2300]), [-161, -52, -86]); // A10
    assert_eq!(plain(299, &[1000, 1000, 1000]), [100, 100, 99]); // A11
    assert_eq!(
        plain(93, &[10, 20, 10, 30, 50, 20, 10, 40]),
        [5, 10, 5, 15, 24, 10, 5, 19]
    ); // A12
    assert_eq!(plain(40, &[10, 0]), [40, 0]); // A13
    assert_eq!(plain(10, &[0, 0]), [5, 5]); // A14, quantity 1 each
    assert_eq!(plain(-10, &[7, 7, 7]), [-4, -3, -3]); // A15
    assert_eq!(plain(400, &[200, 600]), [100, 300]); // A35
    assert_eq!(plain(4000, &[3000, 2500]), [2182, 1818]); // A38
    assert_eq!(plain(300, &[4000, 2000, 2000]), [150, 75, 75]); // G19
    assert_eq!(plain(1000, &[10, 22, 30]), [161, 355, 484]);
}

#[test]
fn published_floor_prices() {
    assert_eq!(
        floored(2000, &[(5000, 4500), (2000, 0)]),
        (vec![500, 1500], 0)
    ); // A27, G28
    assert_eq!(
        floored(1400, &[(5000, 4500), (2000, 0)]),
        (vec![500, 900], 0)
    ); // A28
    assert_eq!(
        floored(2500, &[(5000, 4500), (2000, 0), (2000, 0), (2000, 0)]),
        (vec![500, 667, 667, 666], 0)
    ); // A29, G30
    assert_eq!(
        floored(
            2000,
            &[(5000, 4500), (5000, 4500), (2000, 0), (2000, 0), (2000, 0)]
        ),
        (vec![500, 500, 334, 333, 333], 0) // A30, G31
    );
    assert_eq!(
        floored(
            2700,
            &[(5000, 4500), (5000, 4500), (2000, 0), (2000, 0), (4000, 0)]
        ),
        (vec![500, 500, 425, 425, 850], 0) // A31
    );
    assert_eq!(
        floored(
            3600,
            &[
                (5000, 4500),
                (5000, 4500),
                (2000, 1500),
                (2000, 1500),
                (3000, 0),
                (1000, 0)
            ]
        ),
        (vec![500, 500, 500, 500, 1200, 400], 0) // A32
    );
    assert_eq!(
        floored(
            -1200,
            &[(1000, 0), (2000, 1900), (5000, 5000), (3000, 2600)]
        ),
        (vec![-700, -100, 0, -400], 0)
    ); // G23
    assert_eq!(
        floored(1200, &[(1000, 0), (2000, 1900), (5000, 5000), (3000, 2900)]),
        (vec![1000, 100, 0, 100], 0)
    ); // G34
    assert_eq!(
        floored(1300, &[(1000, 0), (2000, 1900), (5000, 5000), (3000, 2900)]),
        (vec![1000, 100, 0, 100], 100)
    );
    assert_eq!(
        floored(10_000, &[(3000, 0), (1000, 0)]),
        (vec![3000, 1000], 6000)
    ); // A24
}

#[test]
fn rows_that_take_nothing() {
    assert_eq!(shared(10, &[], Remainder::LargestRemainder), (vec![], 10));
    assert_eq!(shared(0, &[row(5, None)], Remainder::First), (vec![0], 0));
    // No headroom means nothing, also where the quantity is the weight.
    assert_eq!(
        shared(
            10,
            &[row(0, Some(0)), row(0, None)],
            Remainder::LargestRemainder
        ),
        (vec![0, 10], 0)
    );
    assert_eq!(
        shared(10, &[row(0, Some(0)), row(0, Some(-3))], Remainder::Last),
        (vec![0, 0], 10)
    );
    let nothing = Share {
        weight: 0,
        headroom: None,
        quantity: 0,
    };
    assert_eq!(
        shared(-10, &[nothing], Remainder::LargestRemainder),
        (vec![0], -10)
    );
    let by_quantity = [
        Share {
            weight: 0,
            headroom: None,
            quantity: 3,
        },
        Share {
            weight: 0,
            headroom: None,
            quantity: 1,
        },
    ];
    assert_eq!(
        shared(10, &by_quantity, Remainder::LargestRemainder),
        (vec![8, 2], 0)
    );
    // A price that already lies below its floor has no headroom and takes nothing away.
    assert_eq!(
        shared(
            10,
            &[row(5, Some(-3)), row(5, None)],
            Remainder::LargestRemainder
        ),
        (vec![0, 10], 0)
    );
}

#[test]
fn floored_shares() {
    let rows = [row(12_000, None), row(23_000, None), row(30_000, None)];
    let first = shared(5_000, &rows, Remainder::FlooredFirst);
    assert_eq!(first, (vec![924, 1_769, 2_307], 0)); // B01
    let last = shared(5_000, &rows, Remainder::FlooredLast);
    assert_eq!(last, (vec![923, 1_769, 2_308], 0));
    // A full row and one without weight are passed over.
    let rows = [row(9, Some(0)), row(0, None), row(1, None), row(1, None)];
    assert_eq!(shared(1, &rows, Remainder::FlooredFirst).0, [0, 0, 1, 0]);
}

#[test]
fn left_over_units_by_place() {
    let thirds = [row(1, None), row(1, None), row(1, None)];
    assert_eq!(
        shared(100, &thirds, Remainder::LargestRemainder).0,
        [34, 33, 33]
    );
    assert_eq!(shared(100, &thirds, Remainder::First).0, [34, 33, 33]);
    assert_eq!(shared(100, &thirds, Remainder::Last).0, [33, 33, 34]);
    assert_eq!(
        shared(200, &thirds, Remainder::FlooredFirst).0,
        [67, 67, 66]
    );
    assert_eq!(shared(200, &thirds, Remainder::FlooredLast).0, [66, 67, 67]);
    // Two thirds round up: one unit too many is taken back from that end.
    assert_eq!(shared(200, &thirds, Remainder::First).0, [66, 67, 67]);
    assert_eq!(shared(200, &thirds, Remainder::Last).0, [67, 67, 66]);
    assert_eq!(shared(-200, &thirds, Remainder::Last).0, [-67, -67, -66]);
    // Halves go down, and the first row gets the unit.
    assert_eq!(
        shared(1, &[row(1, None), row(1, None)], Remainder::Last).0,
        [0, 1]
    );
    // A full row is passed over: 0.5 of 1 each, the first has room for none.
    assert_eq!(
        shared(
            1,
            &[row(9, Some(0)), row(1, None), row(1, None)],
            Remainder::First
        )
        .0,
        [0, 1, 0]
    );
    // A share of zero gives nothing back: exact shares are 0.4, 0.8, 0.8.
    assert_eq!(
        shared(
            2,
            &[row(1, None), row(2, None), row(2, None)],
            Remainder::First
        )
        .0,
        [0, 1, 1]
    );
    assert_eq!(
        shared(
            2,
            &[row(1, None), row(3, None), row(3, None), row(3, None)],
            Remainder::First
        )
        .0,
        [0, 0, 1, 1]
    );
    let names = serde_json::to_string(&[
        Remainder::LargestRemainder,
        Remainder::First,
        Remainder::Last,
    ])
    .unwrap();
    assert_eq!(names, r#"["largest_remainder","first","last"]"#);
}

#[test]
fn i26_near_the_ends_exact_or_a_named_overflow() {
    assert_eq!(plain(i64::MAX, &[i64::MAX]), [i64::MAX]);
    assert_eq!(
        plain(i64::MAX, &[i64::MAX / 2, i64::MAX / 2, 1])
            .iter()
            .sum::<i64>(),
        i64::MAX
    );
    let mut out = Vec::new();
    let refused = |amount, rows: &[Share], out: &mut Vec<i64>| {
        allocate(amount, rows, Remainder::LargestRemainder, out)
            .unwrap_err()
            .code()
    };
    assert_eq!(refused(i64::MIN, &[row(1, None)], &mut out), Code::Overflow);
    assert_eq!(
        refused(1, &[row(i64::MAX, None), row(1, None)], &mut out),
        Code::Overflow
    );
    assert_eq!(
        refused(1, &[row(-1, None), row(2, None)], &mut out),
        Code::InvalidValue
    );
    // The headrooms alone may sum past 64 bits.
    let wide = [row(1, Some(i64::MAX)), row(1, Some(i64::MAX))];
    assert_eq!(
        shared(i64::MAX, &wide, Remainder::LargestRemainder).0,
        [i64::MAX / 2 + 1, i64::MAX / 2]
    );
}

#[test]
fn many_rows_take_the_way_around_the_stack() {
    let rows: Vec<Share> = (0..100_000)
        .map(|at| {
            row(
                i64::from(at % 7) + 1,
                (at % 3 == 0).then_some(i64::from(at % 5)),
            )
        })
        .collect();
    for remainder in [
        Remainder::LargestRemainder,
        Remainder::First,
        Remainder::Last,
    ] {
        let (out, unplaced) = shared(1_234_567, &rows, remainder);
        assert_eq!(out.iter().sum::<i64>() + unplaced, 1_234_567);
        assert!(
            out.iter()
                .zip(&rows)
                .all(|(share, row)| *share >= 0 && row.headroom.is_none_or(|room| *share <= room))
        );
    }
}

/// The exact shares by the plainest way: share what is left over the open rows, fix all that would overflow, again.
fn reference(amount: i64, rows: &[Share]) -> Vec<Ratio> {
    let all_zero = rows.iter().all(|row| row.weight == 0);
    let weight = |row: &Share| if all_zero { row.quantity } else { row.weight };
    let mut fixed: Vec<Option<i64>> = rows
        .iter()
        .map(|row| (weight(row) == 0).then_some(0))
        .collect();
    loop {
        let left = amount - fixed.iter().flatten().sum::<i64>();
        let open: i64 = rows
            .iter()
            .zip(&fixed)
            .filter(|(_, fixed)| fixed.is_none())
            .map(|(row, _)| weight(row))
            .sum();
        let share = |row: &Share| {
            Ratio::new(i128::from(left) * i128::from(weight(row)), i128::from(open)).unwrap()
        };
        let over: Vec<usize> = (0..rows.len())
            .filter(|at| {
                fixed[*at].is_none()
                    && rows[*at]
                        .headroom
                        .is_some_and(|room| share(&rows[*at]) > Ratio::from_int(room))
            })
            .collect();
        if over.is_empty() {
            return (0..rows.len())
                .map(|at| fixed[at].map_or_else(|| share(&rows[at]), Ratio::from_int))
                .collect();
        }
        for at in over {
            fixed[at] = rows[at].headroom;
        }
    }
}

fn any_rows() -> impl Strategy<Value = Vec<Share>> {
    let room = prop_oneof![
        Just(None),
        (0_i64..40).prop_map(Some),
        (0_i64..2_000).prop_map(Some)
    ];
    let weight = prop_oneof![Just(0), 1_i64..10, 1_i64..5_000];
    let share = (weight, room, 0_i64..4).prop_map(|(weight, headroom, quantity)| Share {
        weight,
        headroom,
        quantity,
    });
    prop::collection::vec(share, 0..45)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn in_place_is_as_by_largest_remainder(
        amount in prop_oneof![-50_i64..50, -1_000_000_000_i64..1_000_000_000, any::<i64>()],
        weights in prop::collection::vec(prop_oneof![Just(0_i64), 0_i64..20, -5_i64..(1 << 41)], 1..40),
    ) {
        let mut in_place = weights.clone();
        if allocate_in_place(amount, &mut in_place) {
            prop_assert_eq!(in_place, plain(amount, &weights));
        } else {
            prop_assert_eq!(in_place, weights);
        }
    }

    #[test]
    fn i16_shares_sum_and_stay_within_a_unit(amount in 0_i64..5_000, rows in any_rows(), negative in any::<bool>()) {
        let exact = reference(amount, &rows);
        let sign = if negative { -1 } else { 1 };
        for remainder in [Remainder::LargestRemainder, Remainder::First, Remainder::Last, Remainder::FlooredFirst, Remainder::FlooredLast] {
            let (out, unplaced) = shared(sign * amount, &rows, remainder);
            let out: Vec<i64> = out.into_iter().map(|share| sign * share).collect();
            prop_assert_eq!(out.iter().sum::<i64>() + sign * unplaced, amount);
            let all_zero = rows.iter().all(|row| row.weight == 0);
            let takes = |row: &&Share| if all_zero { row.quantity > 0 } else { row.weight > 0 };
            let room: Option<i64> = rows.iter().filter(takes).map(|row| row.headroom).sum();
            prop_assert_eq!(sign * unplaced, room.map_or(if rows.iter().any(|row| takes(&row)) { 0 } else { amount }, |room| (amount - room).max(0)));
            for ((share, exact), row) in out.iter().zip(&exact).zip(&rows) {
                prop_assert!(*share >= 0 && row.headroom.is_none_or(|room| *share <= room));
                let off = Ratio::from_int(*share).checked_sub(*exact).unwrap();
                let off = if off < Ratio::ZERO { Ratio::ZERO.checked_sub(off).unwrap() } else { off };
                let limit = if matches!(remainder, Remainder::First | Remainder::Last) { Ratio::new(3, 2).unwrap() } else { Ratio::ONE };
                prop_assert!(off < limit || off == limit && remainder != Remainder::LargestRemainder, "{share} for {exact:?}");
            }
        }
    }

    #[test]
    fn i16_largest_fractions_take_the_left_over_units(amount in 0_i64..5_000, rows in any_rows()) {
        let exact = reference(amount, &rows);
        let (out, unplaced) = shared(amount, &rows, Remainder::LargestRemainder);
        let floors: Vec<i64> = exact.iter().map(|share| share.round(Rounding::Floor).unwrap()).collect();
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let fraction = |at: &usize| exact[*at].checked_sub(Ratio::from_int(floors[*at])).unwrap();
        order.sort_by(|a, b| fraction(b).cmp(&fraction(a)).then(a.cmp(b)));
        let left = usize::try_from(amount - unplaced - floors.iter().sum::<i64>()).unwrap();
        let mut expected = floors.clone();
        for at in order.into_iter().take(left) {
            expected[at] += 1;
        }
        prop_assert_eq!(out, expected);
    }

    #[test]
    fn i16_the_order_of_rows_decides_only_left_over_units(amount in 0_i64..5_000, rows in any_rows()) {
        let (out, unplaced) = shared(amount, &rows, Remainder::LargestRemainder);
        let turned: Vec<Share> = rows.iter().rev().copied().collect();
        let (mut back, same) = shared(amount, &turned, Remainder::LargestRemainder);
        back.reverse();
        prop_assert_eq!(unplaced, same);
        prop_assert!(out.iter().zip(&back).all(|(a, b)| a.abs_diff(*b) <= 1));
    }
}
