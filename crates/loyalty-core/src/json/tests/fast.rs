//! Numbers by their literal text, and the fast door.

use std::borrow::Cow;

use super::*;

#[test]
fn numbers_by_their_text() {
    for (text, expected) in [
        ("0.10", "0.10"),
        ("\"0.10\"", "0.10"),
        ("-0", "-0"),
        ("9007199254740993", "9007199254740993"),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
        ("\" 1\"", " 1"),
        ("1e400", "1e400"),
        ("\"\"", ""),
    ] {
        assert_eq!(
            from_slice::<Number<'_>>(text.as_bytes(), 99).unwrap().0,
            expected
        );
        assert!(matches!(
            from_slice::<Number<'_>>(text.as_bytes(), 99).unwrap().0,
            Cow::Borrowed(_)
        ));
        assert_eq!(
            serde_path_to_error::deserialize::<_, Number<'_>>(
                &mut serde_json::Deserializer::from_str(text)
            )
            .unwrap()
            .0,
            expected
        );
    }
    for (text, code) in [
        ("null", Code::WrongType),
        ("true", Code::WrongType),
        ("[]", Code::WrongType),
        ("{}", Code::WrongType),
        ("\"\\u0031\"", Code::InvalidNumber),
    ] {
        assert_eq!(
            from_slice::<Number<'_>>(text.as_bytes(), 99)
                .unwrap_err()
                .code(),
            code,
            "{text}"
        );
    }
    for text in [
        "1e400",
        "1e2",
        "\"1,00\"",
        "\" 1\"",
        "\"\"",
        "\"NaN\"",
        "\"٣\"",
        &"9".repeat(65),
    ] {
        assert_eq!(
            from_slice::<Money>(text.as_bytes(), 99).unwrap_err().code(),
            Code::InvalidNumber,
            "{text}"
        );
        assert_eq!(
            patient::<Money>(text).1[0].code(),
            Code::InvalidNumber,
            "{text}"
        );
    }
    for (text, code) in [
        ("1e2", Code::InvalidNumber),
        ("1.0", Code::InvalidNumber),
        ("9223372036854775808", Code::OutOfRange),
        ("1e400", Code::InvalidNumber),
        ("-0", Code::InvalidNumber),
        ("\"1\"", Code::WrongType),
    ] {
        assert_eq!(patient::<i64>(text).1[0].code(), code, "{text}");
        let fast = from_slice::<i64>(text.as_bytes(), 99).unwrap_err().code();
        assert!(
            fast == code || text == "1e400" && fast == Code::OutOfRange,
            "{text}: {fast:?}"
        );
    }
    assert_eq!(
        patient::<(i64, u64, i8)>("[-9223372036854775808, 18446744073709551615, -1]").0,
        Some((i64::MIN, u64::MAX, -1))
    );
    assert_eq!(patient::<f64>("1e400").1[0].code(), Code::OutOfRange);
    assert_eq!(
        from_slice::<f64>(b"1e400", 99).unwrap_err().code(),
        Code::OutOfRange
    );
    assert_eq!(
        patient::<serde_json::Value>("[0.1, -5, 1e400]").0,
        Some(serde_json::json!(["0.1", -5, "1e400"]))
    );
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    note: Option<Text<'a>>,
    #[serde(borrow, default)]
    lines: Vec<Line<'a>>,
    #[serde(default)]
    tags: UniqueMap<Money>,
    give: Option<Give>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    price: Number<'a>,
}

#[test]
fn the_fast_door_borrows_and_tells_the_path() {
    let event: Event<'_> = from_slice(
        r#"{"id":"a","note":"b\u0000","tags":{"z":1,"b":"2.5"},"lines":[{"price":1.50}]}"#
            .as_bytes(),
        999,
    )
    .unwrap();
    assert!(event.give.is_none());
    assert!(matches!(
        (&event.id.0, &event.lines[0].price.0),
        (Cow::Borrowed("a"), Cow::Borrowed("1.50"))
    ));
    assert_eq!(event.note.unwrap().0, "b\0");
    assert_eq!(
        event.tags.0,
        [
            ("b".into(), Money("2.5".into())),
            ("z".into(), Money("1".into()))
        ]
    );
    assert!(matches!(
        from_slice::<Event<'_>>(br#"{"id":"a","note":"b"}"#, 99)
            .unwrap()
            .note
            .unwrap()
            .0,
        Cow::Borrowed("b")
    ));
    let long = format!(r#"{{"id":"a","note":"{}"}}"#, "x".repeat(4_097));
    let many: Vec<_> = (0..257).map(|n| format!("\"{n}\":1")).collect();
    let many = format!(r#"{{"id":"a","tags":{{{}}}}}"#, many.join(","));
    for (text, expected) in [
        (
            long.as_str(),
            "limit_exceeded at note: a text of 4097 bytes; at most 4096 are allowed",
        ),
        (
            &many,
            "limit_exceeded at tags: at most 256 keys are allowed",
        ),
        (
            r#"{"id":"a","id":"b"}"#,
            "duplicate_key at id: the key `id` stands twice",
        ),
        (
            r#"{"id":"a","tags":{"k":1,"k":2}}"#,
            "duplicate_key at tags.k: the key `k` stands twice",
        ),
        (
            r#"{"id":"a","tags":{"k":1,"k l":true}}"#,
            "wrong_type at tags[\"k l\"]: expected a number, or a string with one, found true",
        ),
        (
            r#"{"id":"a","lines":[{"price":1},{"prise":1}]}"#,
            "unknown_field at lines[1].prise: unknown field `prise`; did you mean `price`? known here: `price`",
        ),
        (
            r#"{"id":"a","lines":[{"price":1},{}]}"#,
            "missing_field at lines[1]: missing field `price`",
        ),
        (
            r#"{"id":"a","lines":[{"price":"1\n"}]}"#,
            "invalid_number at lines[0].price: a number must not be written with escapes",
        ),
        (
            r#"{"id":"a","give":{"fixed":1.5}}"#,
            "invalid_number at give.fixed: expected a whole number in plain digits, found `1.5`",
        ),
        (
            r#"{"id":"a","give":{"fixed":99999999999999999999}}"#,
            "out_of_range at give.fixed: `99999999999999999999` is not possible: expected a whole number",
        ),
        (
            "{\"id\":\"é\",\n \"give\":{\"fixed\": -0\n}}",
            "invalid_number at give.fixed: expected a whole number, found `-0`; write `0`",
        ),
        (
            r#"{"id":"a","give":{"fixed":1,"rate":2}}"#,
            "invalid_value at give: expected an object with one key only",
        ),
        (
            r#"{"id":"a","give":"gift"}"#,
            "invalid_value at give: there is no choice `gift`; known here: `fixed`, `rate`, `nothing`",
        ),
        (
            r#"{"id":["a"]}"#,
            "wrong_type at id: expected a string, found a list",
        ),
        (
            r#"{"id":"a","a\u0001invalid_id\u0001b\u0001c":1}"#,
            "unknown_field at [\"a\\u0001invalid_id\\u0001b\\u0001c\"]: unknown field `a\\u{1}invalid_id\\u{1}b\\u{1}c`; known here: `id`, `note`, `lines`, `tags`, `give`",
        ),
        (
            r#"{"id":"a"} {"#,
            "invalid_json: there is more after the end of the document (line 1, column 12)",
        ),
    ] {
        assert_eq!(
            from_slice::<Event<'_>>(text.as_bytes(), 1 << 20)
                .unwrap_err()
                .to_string(),
            expected,
            "{text}"
        );
    }
}
