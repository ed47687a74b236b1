//! Decimals, currencies, money and points: literals worked out by hand, and hostile input.

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::value::{Error as Plain, F64Deserializer, I64Deserializer, StrDeserializer};

use crate::amount::*;
use crate::error::{Code, Error};
use crate::limits::{MONEY_MAX, POINTS_MAX};

fn canonical(text: &str) -> String {
    let mut out = String::new();
    write_decimal(parse_decimal(text).unwrap(), &mut out);
    out
}

fn currency(code: &str) -> Currency {
    Currency::new(code).unwrap()
}

fn money(text: &str, code: &str) -> Result<i64, Code> {
    let value = parse_decimal(text).unwrap();
    let money = Money::from_decimal(value, currency(code)).map(Money::minor);
    assert_eq!(Money::parse(text, currency(code)).map(Money::minor), money);
    money.map_err(|error| error.code())
}

fn written(minor: i64, code: &str) -> String {
    let mut out = String::new();
    Money::from_minor(minor).write(currency(code), &mut out);
    out
}

#[test]
fn decimals_are_read_and_written_canonically() {
    for (text, expected) in [
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("12.30", "12.3"),
        ("1.5", "1.5"),
        ("-3", "-3"),
        ("0.1", "0.1"),
        ("0.050", "0.05"),
        ("100", "100"),
        ("9007199254740993", "9007199254740993"),
        ("18446744073709551616", "18446744073709551616"),
        ("9999999999999999999", "9999999999999999999"),
        (
            "9999999999999999999999999999",
            "9999999999999999999999999999",
        ),
        (
            "-1234567890.123456789012345678",
            "-1234567890.123456789012345678",
        ),
        ("0.000000000000000001", "0.000000000000000001"),
    ] {
        assert_eq!(canonical(text), expected, "{text}");
    }
    assert_eq!(parse_decimal("-0").unwrap().to_string(), "0");
}

#[test]
fn hostile_decimals_are_refused() {
    for text in [
        "",
        "-",
        "--1",
        "+1",
        " 1",
        "1 ",
        "1.",
        ".5",
        "-.5",
        "1e2",
        "1E2",
        "1_000",
        "1,00",
        "01",
        "00",
        "-01",
        "00.5",
        "1.2.3",
        "٣",
        "１",
        "NaN",
        "inf",
        "0x10",
        "1\0",
        "\u{feff}1",
        "−1",
        "1..2",
        ".",
        "½",
    ] {
        assert_eq!(
            parse_decimal(text).unwrap_err().code(),
            Code::InvalidNumber,
            "{text:?}"
        );
    }
    for text in [
        "0.0000000000000000001",
        "1.0000000000000000000",
        "10000000000000000000000000000",
        "12345678901234567890.123456789",
        "79228162514264337593543950336",
    ] {
        assert_eq!(
            parse_decimal(text).unwrap_err().code(),
            Code::OutOfRange,
            "{text:?}"
        );
    }
    assert!(
        parse_decimal(&"9".repeat(1_000_000))
            .unwrap_err()
            .message()
            .len()
            < 500
    );
    assert_eq!(
        parse_decimal("1\u{1}x")
            .unwrap_err()
            .message()
            .matches('\u{1}')
            .count(),
        0
    );
}

#[test]
fn exact_takes_text_and_integers_but_no_floats() {
    let text = |text| Exact::deserialize(StrDeserializer::<Plain>::new(text));
    assert_eq!(text("1.50").unwrap().to_string(), "1.5");
    assert!(text("1e3").is_err());
    assert_eq!(
        Exact::deserialize(I64Deserializer::<Plain>::new(-7))
            .unwrap()
            .to_string(),
        "-7"
    );
    let refused = Exact::deserialize(F64Deserializer::<Plain>::new(1.5)).unwrap_err();
    assert!(refused.to_string().contains("not exact"), "{refused}");
    assert_eq!(
        serde_json::to_string(&text("2.0").unwrap()).unwrap(),
        "\"2\""
    );
}

#[test]
fn currencies_know_their_digits() {
    for (code, digits) in [
        ("CNY", 2),
        ("USD", 2),
        ("EUR", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("VND", 0),
        ("ISK", 0),
        ("KWD", 3),
        ("BHD", 3),
        ("TND", 3),
        ("CLF", 4),
        ("UYW", 4),
        ("CLP", 0),
        ("AED", 2),
        ("ZWG", 2),
        ("XCG", 2),
        ("ZMW", 2),
        ("XPF", 0),
        ("BIF", 0),
        ("OMR", 3),
    ] {
        assert_eq!(
            (currency(code).digits(), currency(code).code()),
            (digits, code)
        );
    }
    for code in [
        "",
        "XAU",
        "XXX",
        "XTS",
        "XDR",
        "cny",
        "CN",
        "CNYX",
        "C Y",
        "人民币",
        "D A",
        "EUR ",
    ] {
        assert_eq!(
            Currency::new(code).unwrap_err().code(),
            Code::InvalidValue,
            "{code}"
        );
    }
    let yen: Currency = serde_json::from_str("\"JPY\"").unwrap();
    assert_eq!(serde_json::to_string(&yen).unwrap(), "\"JPY\"");
}

#[test]
fn money_is_exact_in_minor_units() {
    assert_eq!(money("12.30", "CNY"), Ok(1230));
    assert_eq!(money("12.3000", "CNY"), Ok(1230));
    assert_eq!(money("12", "CNY"), Ok(1200));
    assert_eq!(money("-0.01", "CNY"), Ok(-1));
    assert_eq!(money("1200", "JPY"), Ok(1200));
    assert_eq!(money("1200.0", "JPY"), Ok(1200));
    assert_eq!(money("0.001", "KWD"), Ok(1));
    assert_eq!(money("12.301", "CNY"), Err(Code::TooManyDigits));
    assert_eq!(money("1.5", "JPY"), Err(Code::TooManyDigits));
    assert_eq!(
        money("0.000000000000000001", "CNY"),
        Err(Code::TooManyDigits)
    );
    assert_eq!(money("100000000000.00", "CNY"), Ok(MONEY_MAX));
    assert_eq!(money("100000000000.01", "CNY"), Err(Code::OutOfRange));
    assert_eq!(money("-100000000000.01", "CNY"), Err(Code::OutOfRange));
    assert_eq!(
        money("9999999999999999999999999999", "CLF"),
        Err(Code::OutOfRange)
    );
    for (minor, code, text) in [
        (1230, "CNY", "12.30"),
        (0, "CNY", "0.00"),
        (-5, "CNY", "-0.05"),
        (1200, "JPY", "1200"),
        (1, "KWD", "0.001"),
        (12_345, "CLF", "1.2345"),
        (i64::MAX, "CNY", "92233720368547758.07"),
        (i64::MIN, "CNY", "-92233720368547758.08"),
        (i64::MIN, "JPY", "-9223372036854775808"),
    ] {
        assert_eq!(written(minor, code), text);
    }
    assert_eq!(
        Money::from_minor(-1230)
            .to_decimal(currency("CNY"))
            .to_string(),
        "-12.30"
    );
}

#[test]
fn sums_are_exact_or_a_named_overflow() {
    let top = Money::from_minor(i64::MAX);
    let one = Money::from_minor(1);
    assert_eq!(top.checked_sub(one).unwrap().checked_add(one).unwrap(), top);
    let bottom = Money::from_minor(i64::MIN);
    let points = |n| Points::new(n);
    for error in [
        top.checked_add(one).unwrap_err(),
        bottom.checked_sub(one).unwrap_err(),
        bottom.checked_neg().unwrap_err(),
        points(i64::MAX).checked_add(points(1)).unwrap_err(),
        points(i64::MIN).checked_sub(points(1)).unwrap_err(),
        points(i64::MIN).checked_neg().unwrap_err(),
    ] {
        assert_eq!(error.code(), Code::Overflow);
    }
    assert_eq!(points(5).checked_neg().unwrap(), points(-5));
    assert!(Points::ZERO.is_zero() && !points(1).is_zero());
}

#[test]
fn points_are_whole_numbers_in_json() {
    let read = |text| {
        serde_json::from_str::<Points>(text)
            .map_err(|error| Error::from_serde("", &error.to_string()).code())
    };
    assert_eq!(read("12").map(Points::get), Ok(12));
    assert_eq!(read("-12").map(Points::get), Ok(-12));
    assert_eq!(read("\"-12\"").map(Points::get), Ok(-12));
    assert_eq!(read("1000000000000000").map(Points::get), Ok(POINTS_MAX));
    assert_eq!(read("1000000000000001"), Err(Code::OutOfRange));
    assert_eq!(read("\"-1000000000000001\""), Err(Code::OutOfRange));
    assert_eq!(read("\"99999999999999999999\""), Err(Code::OutOfRange));
    assert_eq!(read("18446744073709551615"), Err(Code::OutOfRange));
    assert_eq!(read("1.5"), Err(Code::WrongType));
    assert_eq!(read("1.0"), Err(Code::WrongType));
    assert_eq!(read("true"), Err(Code::WrongType));
    for text in [
        "\"\"", "\"-\"", "\"+1\"", "\"01\"", "\"1.0\"", "\" 1\"", "\"1e3\"",
    ] {
        assert_eq!(read(text), Err(Code::InvalidNumber), "{text}");
    }
    assert_eq!(serde_json::to_string(&Points::new(-7)).unwrap(), "-7");
}

proptest! {
    #[test]
    fn decimals_round_trip(value in any::<i64>(), scale in 0_u32..=18) {
        let value = Decimal::from_i128_with_scale(i128::from(value), scale);
        let mut text = String::new();
        write_decimal(value, &mut text);
        prop_assert_eq!(&text, &value.normalize().to_string());
        prop_assert_eq!(parse_decimal(&text).unwrap(), value);
    }

    #[test]
    fn decimals_of_any_size_agree_with_the_oracle(text in "-?(0|[1-9][0-9]{0,26})(\\.[0-9]{1,19})?") {
        let digits = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
        let scale = text.find('.').map_or(0, |at| text.len() - at - 1);
        match parse_decimal(&text) {
            Ok(value) => {
                prop_assert!(digits <= 28 && scale <= 18);
                prop_assert_eq!(value, Decimal::from_str_exact(&text).unwrap());
                let mut out = String::new();
                write_decimal(value, &mut out);
                prop_assert_eq!(out, value.normalize().to_string());
            }
            Err(error) => {
                prop_assert_eq!(error.code(), Code::OutOfRange);
                prop_assert!(digits > 28 || scale > 18);
            }
        }
    }

    #[test]
    fn decimals_agree_with_the_oracle(text in "-?(0|[1-9][0-9]{0,15})(\\.[0-9]{1,12})?") {
        prop_assert_eq!(parse_decimal(&text).unwrap(), Decimal::from_str_exact(&text).unwrap());
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[-+0-9.eE_ ]{0,40}") {
        let value = parse_decimal(&text);
        for code in ["CNY", "JPY", "CLF"] {
            let money = value.clone().and_then(|value| Money::from_decimal(value, currency(code)));
            prop_assert_eq!(Money::parse(&text, currency(code)), money);
        }
        if let Ok(value) = value {
            prop_assert_eq!(value, Decimal::from_str_exact(&text).unwrap());
        }
    }

    #[test]
    fn money_round_trips(minor in -MONEY_MAX..=MONEY_MAX, code in prop::sample::select(vec!["CNY", "JPY", "KWD", "CLF"])) {
        let text = written(minor, code);
        prop_assert_eq!(money(&text, code), Ok(minor));
        prop_assert_eq!(Money::from_minor(minor).to_decimal(currency(code)).to_string(), text);
    }
}
