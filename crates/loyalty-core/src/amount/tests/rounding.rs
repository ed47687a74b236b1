//! Rounding, rationals and cumulative shares, against their definitions.

use proptest::prelude::*;

use crate::amount::{Ratio, Rounding, cumulative, parse_decimal};
use crate::error::Code;

const ALL: [Rounding; 5] = [
    Rounding::Floor,
    Rounding::HalfUp,
    Rounding::HalfDown,
    Rounding::HalfEven,
    Rounding::Ceil,
];

#[test]
fn rounding_of_halves_by_hand() {
    let table = [
        // num/2:      −5  −4  −3  −1   1   3   4   5
        (Rounding::Floor, [-3, -2, -2, -1, 0, 1, 2, 2]),
        (Rounding::HalfUp, [-3, -2, -2, -1, 1, 2, 2, 3]),
        (Rounding::HalfDown, [-2, -2, -1, 0, 0, 1, 2, 2]),
        (Rounding::HalfEven, [-2, -2, -2, 0, 0, 2, 2, 2]),
        (Rounding::Ceil, [-2, -2, -1, 0, 1, 2, 2, 3]),
    ];
    for (mode, row) in table {
        for (num, expected) in [-5, -4, -3, -1, 1, 3, 4, 5].into_iter().zip(row) {
            assert_eq!(mode.divide(num, 2), Some(expected), "{mode:?} {num}/2");
        }
    }
    assert_eq!(
        serde_json::to_string(&ALL).unwrap(),
        r#"["floor","half_up","half_down","half_even","ceil"]"#
    );
    // Published: 19 points × 1.5 (H24), 75.55 and 74.44 to one place (A35, A37).
    assert_eq!(Rounding::Floor.divide(285, 10), Some(28));
    assert_eq!(Rounding::HalfUp.divide(285, 10), Some(29));
    assert_eq!(Rounding::Ceil.divide(285, 10), Some(29));
    assert_eq!(Rounding::HalfUp.to_step(7_555, 10), Some(7_560));
    assert_eq!(Rounding::Ceil.to_step(7_444, 100), Some(7_500));
}

#[test]
fn rounding_at_the_ends_of_its_range() {
    for mode in ALL {
        assert_eq!(mode.divide(1, 0), None);
        assert_eq!(mode.divide(1, -1), None);
        assert_eq!(mode.divide(i128::MAX, 1), Some(i128::MAX));
        assert_eq!(mode.divide(i128::MIN, 1), Some(i128::MIN));
        assert_eq!(
            mode.divide(i128::from(i64::MIN), 1),
            Some(i128::from(i64::MIN))
        );
        assert_eq!(mode.divide(0, i128::MAX), Some(0));
        assert_eq!(mode.to_step(5, 0), None);
        assert_eq!(mode.to_step(5, -5), None);
        assert_eq!(mode.to_step(i64::MIN, 1), Some(i64::MIN));
    }
    assert_eq!(Rounding::Ceil.divide(1, i128::MAX), Some(1));
    assert_eq!(Rounding::Floor.divide(-1, i128::MAX), Some(-1));
    assert_eq!(
        Rounding::HalfUp.divide(i128::MAX, 2),
        Some(i128::MAX / 2 + 1)
    );
    assert_eq!(Rounding::Ceil.to_step(i64::MAX, 10), None);
    assert_eq!(Rounding::Floor.to_step(i64::MAX, 10), Some(i64::MAX - 7));
    assert_eq!(Rounding::Floor.to_step(i64::MIN, 10), None);
}

/// Whether `r` is what the mode says about `num / den`, by the definition and not by a division.
fn is_rounded(mode: Rounding, num: i128, den: i128, r: i128) -> bool {
    let off = num - r * den;
    match mode {
        Rounding::Floor => 0 <= off && off < den,
        Rounding::Ceil => -den < off && off <= 0,
        _ if 2 * off.abs() < den => true,
        _ if 2 * off.abs() > den => false,
        Rounding::HalfUp => r.abs() * den > num.abs(),
        Rounding::HalfDown => r.abs() * den < num.abs(),
        Rounding::HalfEven => r % 2 == 0,
    }
}

#[test]
fn i17_rounding_by_its_definition_exhaustively() {
    const WIDE: i128 = 1 << 70;
    for den in 1..=30 {
        for num in -200..=200 {
            for mode in ALL {
                let r = mode.divide(num, den).unwrap();
                assert!(is_rounded(mode, num, den, r), "{mode:?} {num}/{den} = {r}");
                assert_eq!(
                    mode.divide(num * WIDE, den * WIDE),
                    Some(r),
                    "wide {mode:?} {num}/{den}"
                );
            }
        }
    }
}

#[test]
fn ratios_by_hand() {
    let r = |num, den| Ratio::new(num, den).unwrap();
    assert_eq!(r(2, -4), r(-1, 2));
    assert_eq!((r(0, -9).numerator(), r(0, -9).denominator()), (0, 1));
    assert_eq!(Ratio::new(1, 0), None);
    assert_eq!(Ratio::new(i128::MIN, -1), None);
    assert_eq!(r(i128::MIN, i128::MAX).denominator(), i128::MAX);
    assert_eq!(r(i128::MIN, 2).numerator(), i128::MIN / 2);
    assert_eq!(r(1, 6).checked_add(r(1, 10)), Some(r(4, 15)));
    assert_eq!(r(1, 6).checked_sub(r(1, 10)), Some(r(1, 15)));
    assert_eq!(r(-4, 9).checked_mul(r(3, 8)), Some(r(-1, 6)));
    assert_eq!(r(-4, 9).checked_div(r(-2, 3)), Some(r(2, 3)));
    assert_eq!(r(1, 3).checked_div(Ratio::ZERO), None);
    assert_eq!(r(i128::MAX, 1).checked_add(Ratio::ONE), None);
    assert_eq!(
        Ratio::from_decimal(parse_decimal("-1.250").unwrap()),
        r(-5, 4)
    );
    assert_eq!(r(5, 2).round(Rounding::HalfEven), Some(2));
    assert_eq!(r(i128::from(i64::MAX) + 1, 1).round(Rounding::Floor), None);
    // n/(n−1) falls as n grows; the products do not fit in 128 bits.
    assert!(r(i128::MAX, i128::MAX - 1) < r(i128::MAX - 1, i128::MAX - 2));
    assert!(r(-i128::MAX, i128::MAX - 1) > r(1 - i128::MAX, i128::MAX - 2));
    assert!(r(i128::MIN, i128::MAX) < r(i128::MIN + 1, i128::MAX));
}

#[test]
fn cumulative_by_hand() {
    // 10 points on 3 units, half up: 3, 7, 10. 100 fen on 3 units, floored: 33, 66, 100.
    let points: Vec<i64> = (0..=3)
        .map(|k| cumulative(10, k, 3, Rounding::HalfUp).unwrap())
        .collect();
    assert_eq!(points, [0, 3, 7, 10]);
    let money: Vec<i64> = (0..=3)
        .map(|k| cumulative(100, k, 3, Rounding::Floor).unwrap())
        .collect();
    assert_eq!(money, [0, 33, 66, 100]);
    assert_eq!(
        cumulative(i64::MAX, i64::MAX - 1, i64::MAX, Rounding::Floor).unwrap(),
        i64::MAX - 1
    );
    assert_eq!(
        cumulative(i64::MIN, 1, 1, Rounding::Floor).unwrap(),
        i64::MIN
    );
    for (part, whole) in [(0, 0), (1, 0), (-1, 3), (4, 3), (0, -1)] {
        assert_eq!(
            cumulative(1, part, whole, Rounding::Floor)
                .unwrap_err()
                .code(),
            Code::OutOfRange
        );
    }
}

/// A number of up to 127 bits, all sizes alike.
fn any_size() -> impl Strategy<Value = i128> {
    (any::<i128>(), 1_u32..127).prop_map(|(value, shift)| value >> shift)
}

/// The product of two magnitudes in 256 bits, high half first.
fn wide_product(a: u128, b: u128) -> (u128, u128) {
    let low = u128::from(u64::MAX);
    let (a1, a0, b1, b0) = (a >> 64, a & low, b >> 64, b & low);
    let (middle, first) = (a1 * b0, a0 * b0);
    let carry = (first >> 64) + (middle & low) + ((a0 * b1) & low);
    (
        a1 * b1 + (middle >> 64) + ((a0 * b1) >> 64) + (carry >> 64),
        (carry << 64) | (first & low),
    )
}

proptest! {
    #[test]
    fn i17_rounding_by_its_definition(num in any_size(), den in any_size()) {
        // Kept to 120 bits, so that the definition can be checked in 128.
        let (num, den) = (num >> 6, (den >> 6).abs().max(1));
        for mode in ALL {
            let r = mode.divide(num, den).unwrap();
            prop_assert!(is_rounded(mode, num, den, r), "{mode:?} {num}/{den} = {r}");
        }
    }

    #[test]
    fn i26_points_by_a_rate_are_exact_or_nothing(value in any::<i64>(), step in any::<i64>()) {
        for mode in ALL {
            if let Some(rounded) = mode.to_step(value, step) {
                prop_assert!(is_rounded(mode, i128::from(value), i128::from(step), i128::from(rounded) / i128::from(step)));
                prop_assert_eq!(rounded % step, 0);
            }
        }
    }

    #[test]
    fn ratios_compare_exactly(a in any_size(), b in any_size(), c in any_size(), d in any_size()) {
        prop_assume!(b != 0 && d != 0);
        let (left, right) = (Ratio::new(a, b).unwrap(), Ratio::new(c, d).unwrap());
        let product = |x: Ratio, y: Ratio| wide_product(x.numerator().unsigned_abs(), y.denominator().unsigned_abs());
        let magnitudes = product(left, right).cmp(&product(right, left));
        let expected = match (left.numerator() < 0, right.numerator() < 0) {
            (true, false) => core::cmp::Ordering::Less,
            (false, true) => core::cmp::Ordering::Greater,
            (true, true) => magnitudes.reverse(),
            (false, false) => magnitudes,
        };
        prop_assert_eq!(left.cmp(&right), expected);
        prop_assert_eq!(right.cmp(&left), expected.reverse());
    }

    #[test]
    fn ratios_obey_the_laws_of_fractions(a in -9999_i128..9999, b in 1_i128..9999, c in -9999_i128..9999, d in 1_i128..9999) {
        let (x, y) = (Ratio::new(a, b).unwrap(), Ratio::new(c, d).unwrap());
        prop_assert_eq!(x.checked_add(y), Ratio::new(a * d + c * b, b * d));
        prop_assert_eq!(x.checked_sub(y), Ratio::new(a * d - c * b, b * d));
        prop_assert_eq!(x.checked_mul(y), Ratio::new(a * c, b * d));
        prop_assert_eq!(x.checked_div(y), Ratio::new(a * d, b * c));
    }

    #[test]
    fn cumulative_never_loses_or_gains(total in 0..=i64::MAX, whole in 1_i64..60) {
        for mode in ALL {
            let steps: Vec<i64> = (0..=whole).map(|part| cumulative(total, part, whole, mode).unwrap()).collect();
            prop_assert_eq!(steps[0], 0);
            prop_assert_eq!(*steps.last().unwrap(), total);
            prop_assert!(steps.windows(2).all(|pair| pair[0] <= pair[1]));
        }
    }
}
