//! No bytes make either door panic, hang or overflow the stack.

use super::*;

#[test]
fn hostile_bytes() {
    both("", Code::InvalidJson);
    both(" \n", Code::InvalidJson);
    both(b"\xef\xbb\xbf{}", Code::InvalidJson);
    both(b"\xff\xfe{\0}\0", Code::InvalidUtf8);
    both(b"{\"a\":\"\xc3\x28\"}", Code::InvalidUtf8);
    both(b"\"\xed\xa0\x80\"", Code::InvalidUtf8);
    for text in [
        "{} x",
        "{}{}",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "'a'",
        "NaN",
        "Infinity",
        "-",
        "+1",
        ".5",
        "1.",
        "01",
        "1e",
        "0x1",
        "nul",
        "truex",
        "[1 2]",
        "\"a",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\ud800x\"",
        "\"a\nb\"",
        "\"\0\"",
        "{\"a\"",
        "{\"a\":",
        "{\"a\" 1}",
        "\u{a0}1",
        "//\n1",
        "１",
    ] {
        both(text, Code::InvalidJson);
    }
    assert!(
        refused(b"\xef\xbb\xbf{}")
            .message()
            .contains("byte order mark")
    );
    assert!(
        refused(br#"{"a":["\ud800"]}"#)
            .message()
            .contains("surrogate")
    );
    let error = refused(b"{\"a\":\n [1, x]}");
    assert_eq!(
        (error.path(), error.message()),
        ("a[1]", "expected a value, found `x` (line 2, column 6)")
    );
    assert_eq!(
        parse(b"[1,2,3]", 6).unwrap_err().code(),
        Code::LimitExceeded
    );
    assert_eq!(
        from_slice::<Vec<u8>>(b"[1,2,3]", 6).unwrap_err().code(),
        Code::LimitExceeded
    );
    assert_eq!(from_slice::<Vec<u8>>(b"[1,2,3]", 7).unwrap(), [1, 2, 3]);
}

#[test]
fn a_million_levels() {
    for open in ["[", "{\"a\":"] {
        both(open.repeat(1_000_000), Code::LimitExceeded);
        for levels in [JSON_DEPTH_MAX, JSON_DEPTH_MAX.saturating_add(1)] {
            let close = if open == "[" { "]" } else { "}" };
            let text = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            assert_eq!(
                parse(text.as_bytes(), 1 << 20).is_ok(),
                levels == JSON_DEPTH_MAX
            );
        }
    }
    let deep = format!(
        "{{\"zone\":\"\",\"earn\":{}{}}}",
        "[".repeat(1_000_000),
        "]".repeat(1_000_000)
    );
    assert_eq!(
        from_slice::<Program>(deep.as_bytes(), 1 << 30)
            .unwrap_err()
            .code(),
        Code::LimitExceeded
    );
    assert_eq!(
        from_slice::<Money>("[".repeat(1_000_000).as_bytes(), 1 << 30)
            .unwrap_err()
            .code(),
        Code::LimitExceeded
    );
    let nots = format!("{}\"weekend\"{}", "{\"not\":".repeat(60), "}".repeat(60));
    assert!(patient::<Condition>(&nots).0.is_some());
}

#[test]
fn truncated_at_every_byte() {
    let text = r#" {"zone":"中\u00e9\ud83d\ude00\n","accounts":[{"id":"a","name":null,"scale":0}],"limits":{"min":-10,"max":12},"earn":[{"id":"b","give":{"rate":{"per":1.50,"points":2}},"when":{"not":"weekend"}}]}"#;
    let whole: Program = from_slice(text.as_bytes(), 1 << 20).unwrap();
    assert_eq!(patient::<Program>(text), (Some(whole), vec![]));
    for end in 0..text.len() {
        let cut = &text.as_bytes()[..end];
        let code = if text.is_char_boundary(end) {
            Code::InvalidJson
        } else {
            Code::InvalidUtf8
        };
        both(cut, code);
    }
    for at in 0..text.len() {
        let mut bytes = text.as_bytes().to_vec();
        for byte in [0, b'"', b'{', b'}', b']', b',', b'\\', b'9', 0xff] {
            bytes[at] = byte;
            if let Ok((node, mut mistakes)) = parse(&bytes, 1 << 20) {
                let (value, _) = read::<Program>(&node, &mut mistakes);
                assert_eq!(
                    from_slice::<Program>(&bytes, 1 << 20).ok(),
                    value.filter(|_| mistakes.is_empty())
                );
            } else {
                assert!(from_slice::<Program>(&bytes, 1 << 20).is_err());
            }
        }
    }
}

#[test]
fn huge_strings_and_numbers_are_told_in_few_words() {
    let long = "x".repeat(10_000_000);
    let digits = "9".repeat(10_000_000);
    for value in [
        format!("\"{long}\""),
        format!("\"{}\"", "\\n".repeat(5_000_000)),
        digits.clone(),
        format!("0.{digits}"),
        format!("1e{digits}"),
    ] {
        for text in [
            format!("{{\"zone\":\"\",\"accounts\":[{{\"id\":{value}}}]}}"),
            format!("{{\"zone\":\"\",\"earn\":[{{\"id\":\"\",\"give\":{{\"fixed\":{value}}}}}]}}"),
            format!("{{\"zone\":\"\",\"limits\":{value}}}"),
        ] {
            for error in patient::<Program>(&text)
                .1
                .into_iter()
                .chain(from_slice::<Program>(text.as_bytes(), 1 << 30).err())
            {
                assert!(
                    error.message().len() < 300 && error.path().len() < 100,
                    "{}",
                    error.message().len()
                );
            }
        }
    }
    let (_, mistakes) = patient::<Program>(&format!("{{\"zone\":\"\",\"{long}\":1}}"));
    assert!(mistakes[0].message().len() < 300 && mistakes[0].path().len() < 200);
}

#[test]
fn our_parser_agrees_with_serde_json() {
    use proptest::prelude::*;
    let token = proptest::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "1",
        "-0",
        "0.5",
        "1e3",
        "true",
        "false",
        "null",
        " ",
        "\n",
        "\"",
        "\\",
        "é",
        "-",
        "0",
        "e",
    ]);
    proptest!(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() }, |(tokens in proptest::collection::vec(token, 1..12))| {
        let text = tokens.concat();
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text);
        let ours = parse(text.as_bytes(), 1 << 20);
        prop_assert_eq!(theirs.is_ok(), ours.is_ok(), "{}", text);
    });
}
