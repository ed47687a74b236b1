//! Input that nobody should send: each is refused, fast, with a code and a path, and leaves the member as it was to the last byte.

use std::collections::BTreeSet;

use loyalty_core::{
    Code, CodeKey, CouponCode, Detail, Engine, Error, Event, Member, Program, Timeline, Timestamp,
    limits,
};
use loyalty_tests::{Expected, Scenario, Step, load, scenarios_folder};
use serde_json::json;

const PROGRAM: &str = r#"{"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
    "accounts": [{"id": "points", "expiry": {"after": {"months": 12}}, "activation": {"after": {"days": 1}}}, {"id": "stars"}],
    "metrics": [{"id": "year", "measure": "spend", "window": {"last": {"days": 365}}}, {"id": "visits", "measure": "visits"}],
    "tiers": [{"id": "club", "hold": {"for": {"months": 12}}, "rungs": [{"id": "base"},
        {"id": "silver", "qualify": {"any": [{"metric": {"id": "year", "at_least": 100}}, {"metric": {"id": "visits", "at_least": 9}}]}}]}],
    "earn": [{"id": "base", "account": "points", "give": {"rate": {"points": 1, "per": "1.00"}}, "caps": [{"points": 5000, "per": "day"}]},
        {"id": "star", "account": "stars", "when": {"tier": {"at_least": "silver"}}, "give": {"fixed": 1}}],
    "tender": [{"account": "stars", "points": 1, "value": "1.00", "over": "refuse"}],
    "conversions": [{"id": "swap", "account": "points", "points": 10, "gives": 1, "to": "stars"}],
    "tasks": [{"id": "two", "within": {"days": 30}, "repeat": "always", "steps": [{"id": "buy", "times": 2}, {"id": "visit", "on": "activity:x"}]},
        {"id": "monthly", "assigned": true, "from": "2026-01-01", "repeat": {"per": "month"}, "steps": [{"id": "buy", "when": {"channel": ["app"]}}]}],
    "triggers": [{"id": "late", "on": {"task": {"what": "missed"}}, "do": [{"convert": {"conversion": "swap", "points": 50}}]}],
    "rankings": [{"id": "best", "when": {"metric": {"id": "year", "at_least": 1}}, "by": [{"metric": "year"}, {"metric": "visits", "order": "least"}]}],
    "returns": {"partial": "refuse"}}"#;

const PURCHASE: &str = r#"{"id": "e-1", "at": "2026-03-01T10:00:00+08:00", "member": "m-1", "channel": "app", "attributes": {"a": 1.50, "b": "茶"},
    "purchase": {"order": "o-1", "lines": [{"id": "x", "sku": "tea", "quantity": 2, "price": "60.50", "discount": "1.00",
        "category": "tea/green", "brand": "b", "tags": ["new"]}, {"sku": "jam", "amount": "5.00"}]}}"#;

fn engine() -> Engine {
    Engine::new(Program::from_json(PROGRAM).unwrap())
}

fn purchase(id: &str, order: &str, day: u32, line: &str) -> String {
    format!(
        r#"{{"id": "{id}", "at": "2026-03-{day:02}T10:00:00+08:00", "purchase": {{"order": "{order}", "lines": [{line}]}}}}"#
    )
}

/// A member with orders, pending points, a rung and points in both accounts.
fn member(engine: &Engine) -> Member {
    let mut member = Member::new("m-1").unwrap();
    for text in [
        r#"{"id": "e-0", "at": "2026-02-28T10:00:00+08:00", "enroll": {"birthday": "2000-02-29", "attributes": {"city": "上海"}, "tags": ["vip"]}}"#.to_owned(),
        PURCHASE.to_owned(),
        purchase("e-2", "o-2", 2, r#"{"sku": "tea", "quantity": 3, "price": "7.00"}"#),
        r#"{"id": "e-3", "at": "2026-03-03T10:00:00+08:00", "adjust": {"account": "stars", "credit": 5, "reason": "gift"}}"#.to_owned(),
    ] {
        engine
            .apply(&mut member, &Event::from_json(&text).unwrap())
            .unwrap();
    }
    member
}

/// Takes an event from its bytes; if it is refused, the member is as it was.
fn take(engine: &Engine, member: &mut Member, bytes: &[u8]) -> Result<(), Error> {
    let before = member.to_json();
    let result = Event::from_json(bytes).and_then(|event| {
        engine
            .quote_with(member, &event, Detail::Trace)
            .and_then(|_| engine.apply(member, &event))
    });
    if let Err(error) = &result {
        assert_eq!(before, member.to_json(), "changed by {error}");
        assert!(!error.message().is_empty());
        assert!(serde_json::from_str::<serde_json::Value>(&error.to_json()).is_ok());
    }
    result.map(|_| ())
}

fn refused(text: &str) -> Error {
    refused_bytes(text.as_bytes())
}

fn refused_bytes(bytes: &[u8]) -> Error {
    let engine = engine();
    let mut member = member(&engine);
    let shown = || {
        String::from_utf8_lossy(bytes)
            .chars()
            .take(200)
            .collect::<String>()
    };
    take(&engine, &mut member, bytes).expect_err(&format!("taken: {}", shown()))
}

#[track_caller]
fn expect(code: Code, path: &str, text: &str) {
    let error = refused(text);
    assert_eq!(
        (error.code(), error.path()),
        (code, path),
        "{error}, for {text}"
    );
}

fn with_line(line: &str) -> String {
    purchase("h-1", "h-1", 4, line)
}

fn with_at(at: &str) -> String {
    format!(r#"{{"id": "h-1", "at": {at}, "activity": {{"kind": "check_in"}}}}"#)
}

#[test]
fn events_that_are_not_json() {
    for text in [
        "",
        " ",
        "null",
        "[]",
        "1",
        "\"x\"",
        "{",
        "{}}",
        "{} {}",
        "{'id': 1}",
        "{\"id\": NaN}",
        "{\"id\": +1}",
        "{\"id\": 01}",
        "{\"id\": .5}",
        "{\"id\": 1.}",
        "{\"id\": \"\\ud800\"}",
        "{\"id\": \"\\udc00\\ud800\"}",
        "{\"id\": \"a\nb\"}",
        "\u{feff}{}",
        "{\"id\": \"x\",}",
        "// \n{}",
        "{\"id\": tru}",
    ] {
        refused(text);
    }
    assert_eq!(refused(&format!("{PURCHASE} x")).code(), Code::InvalidJson);
    assert_eq!(
        refused(&format!("\u{feff}{PURCHASE}")).code(),
        Code::InvalidJson
    );
    assert_eq!(
        refused_bytes(b"{\"id\": \"\xc3\x28\"}").code(),
        Code::InvalidUtf8
    );
    assert_eq!(refused_bytes(b"\xff\xfe{\0}\0").code(), Code::InvalidUtf8);
    for deep in [
        "[",
        "{\"id\":",
        "{\"attributes\":[",
        "{\"purchase\":{\"lines\":[",
    ] {
        refused(&deep.repeat(1_000_000 / deep.len()));
    }
    let deep = format!(
        "{{\"attributes\": {{\"a\": {}1{}}}}}",
        "[".repeat(65),
        "]".repeat(65)
    );
    assert_eq!(refused(&deep).code(), Code::LimitExceeded);
    let long = format!(r#"{{"id": "{}"}}"#, "x".repeat(17 * 1024 * 1024));
    assert_eq!(refused(&long).code(), Code::LimitExceeded);
}

#[test]
fn truncated_at_every_byte() {
    for end in 0..PURCHASE.len() {
        refused_bytes_of(&PURCHASE.as_bytes()[..end]);
    }
    for end in 0..PROGRAM.len() {
        assert!(Program::from_json(&PROGRAM.as_bytes()[..end]).is_err());
    }
    let document = member(&engine()).to_json();
    for end in 0..document.len() {
        assert!(Member::from_json(&document.as_bytes()[..end]).is_err());
    }
}

fn refused_bytes_of(bytes: &[u8]) {
    assert!(
        Event::from_json(bytes).is_err(),
        "{}",
        String::from_utf8_lossy(bytes)
    );
}

/// No change of one byte makes anything panic; what is still read goes on as a member, an event or a program must.
#[test]
fn every_byte_changed() {
    const BYTES: &[u8] = b"\"{,-0\xff";
    let engine = engine();
    let good = member(&engine);
    let changed = |text: &str, each: &mut dyn FnMut(&[u8])| {
        let mut bytes = text.as_bytes().to_vec();
        for place in 0..bytes.len() {
            let old = bytes[place];
            for new in BYTES {
                bytes[place] = *new;
                each(&bytes);
            }
            bytes[place] = old;
        }
    };
    let (mut taken, mut refused) = (0_usize, 0_usize);
    changed(PURCHASE, &mut |bytes| {
        let mut fresh = Member::new("m-1").unwrap();
        match take(&engine, &mut fresh, bytes) {
            Ok(()) => taken += 1,
            Err(_) => refused += 1,
        }
    });
    assert!(
        taken > 100 && refused > 1_000,
        "{taken} taken, {refused} refused"
    );
    changed(PROGRAM, &mut |bytes| {
        if let Ok(program) = Program::from_json(bytes) {
            assert_eq!(Program::from_json(&program.to_json()).unwrap(), program);
        }
    });
    let document = good.to_json();
    let later = Timestamp::parse("2028-01-01T00:00:00Z").unwrap().instant;
    changed(&document, &mut |bytes| {
        let Ok(mut member) = Member::from_json(bytes) else {
            return;
        };
        let again = Member::from_json(&member.to_json()).expect("what was written can be read");
        assert_eq!(again, member);
        let line = r#"{"sku": "tea", "price": "1.00"}"#;
        let _ = take(&engine, &mut member, purchase("h", "h", 4, line).as_bytes());
        let _ = engine.progress(&member);
        let _ = engine.ranking(&member, "best", later);
        let _ = engine.advance(&mut member, later);
    });
}

#[test]
fn numbers() {
    use Code::{InvalidJson, InvalidNumber, MissingField, OutOfRange, TooManyDigits, WrongType};
    let price = |text: &str| with_line(&format!(r#"{{"sku": "a", "price": {text}}}"#));
    for (text, code) in [
        (r#""1,00""#, InvalidNumber),
        (r#"" 1""#, InvalidNumber),
        (r#""1 ""#, InvalidNumber),
        (r#""+1""#, InvalidNumber),
        (r#""1.""#, InvalidNumber),
        (r#"".5""#, InvalidNumber),
        (r#""1e2""#, InvalidNumber),
        (r#""""#, InvalidNumber),
        (r#""٣""#, InvalidNumber),
        (r#""１""#, InvalidNumber),
        (r#""1_0""#, InvalidNumber),
        (r#""01""#, InvalidNumber),
        (r#""--1""#, InvalidNumber),
        (r#""-""#, InvalidNumber),
        (r#""Infinity""#, InvalidNumber),
        (r#""0x1""#, InvalidNumber),
        ("1e400", InvalidNumber),
        ("1e2", InvalidNumber),
        ("1E-7", InvalidNumber),
        ("123456789012345678901234567890", OutOfRange),
        ("9007199254740993", OutOfRange),
        ("100000000000.01", OutOfRange),
        ("-0.01", OutOfRange),
        ("0.001", TooManyDigits),
        ("0.1000001", TooManyDigits),
        ("true", WrongType),
        ("[]", WrongType),
        ("[1]", WrongType),
        ("{}", WrongType),
        ("null", MissingField),
        ("NaN", InvalidJson),
        ("1.", InvalidJson),
        (".5", InvalidJson),
        ("+1", InvalidJson),
        ("01", InvalidJson),
        ("0x1", InvalidJson),
    ] {
        let error = refused(&price(text));
        assert_eq!(error.code(), code, "{error}, for {text}");
    }
    for text in [
        "0",
        "-0",
        "0.1",
        "7",
        "0.10",
        r#""-0""#,
        r#""0.00""#,
        "100000000000.00",
    ] {
        let engine = engine();
        take(&engine, &mut member(&engine), price(text).as_bytes()).unwrap();
    }
    let quantity = |text: &str| {
        with_line(&format!(
            r#"{{"sku": "a", "price": "1.00", "quantity": {text}}}"#
        ))
    };
    for text in [
        "0",
        "-1",
        "1000001",
        "2147483648",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "1.0",
        "1e0",
        "true",
        "[1]",
    ] {
        let error = refused(&quantity(text));
        assert!(
            matches!(
                error.code(),
                OutOfRange | WrongType | Code::InvalidValue | InvalidNumber
            ),
            "{error}, for {text}"
        );
        assert_eq!(
            error.path(),
            "purchase.lines[0].quantity",
            "{error}, for {text}"
        );
    }
    let adjust = |text: &str| {
        format!(
            r#"{{"id": "h", "at": "2026-03-04T00:00:00Z", "adjust": {{"account": "stars", "credit": {text}, "reason": "x"}}}}"#
        )
    };
    for text in [
        "0",
        "-1",
        "1.5",
        "1e3",
        "1000000000000001",
        "9223372036854775808",
    ] {
        refused(&adjust(text));
    }
    // A price times a quantity, and lines together, past the largest amount.
    refused(&with_line(
        r#"{"sku": "a", "price": "100000000000.00", "quantity": 1000000}"#,
    ));
    let large = r#"{"sku": "a", "price": "60000000000.00"}"#;
    expect(
        OutOfRange,
        "purchase.lines",
        &with_line(&format!("{large}, {large}")),
    );
    expect(
        OutOfRange,
        "purchase.lines[0].discount",
        &with_line(r#"{"sku": "a", "price": "1.00", "discount": "1.01"}"#),
    );
}

#[test]
fn times() {
    for at in [
        r#""2026-03-01T10:00:00""#,
        r#""2026-03-01""#,
        r#""2026-02-30T10:00:00Z""#,
        r#""2026-03-01T24:00:00Z""#,
        r#""2026-06-30T23:59:60Z""#,
        r#""2026-03-01T10:60:00Z""#,
        r#""2026-03-01T10:00:00+19:00""#,
        r#""0001-01-01T00:00:00Z""#,
        r#""9999-12-31T23:59:59Z""#,
        r#""3000-01-01T00:00:00Z""#,
        r#""26-03-01T10:00:00Z""#,
        r#""2026-03-01T10:00:00.1234567Z""#,
        r#""２０２６-03-01T10:00:00Z""#,
        r#""2026-03-01T10:00:00Z ""#,
        r#""""#,
        r#""now""#,
    ] {
        let error = refused(&with_at(at));
        assert_eq!(
            (error.code(), error.path()),
            (Code::InvalidTime, "at"),
            "{error}, for {at}"
        );
    }
    for at in [
        "0",
        "1772000000",
        "null",
        "true",
        r#"["2026-03-01T10:00:00Z"]"#,
    ] {
        refused(&with_at(at));
    }
    let enroll = |birthday: &str| {
        format!(
            r#"{{"id": "h", "at": "2026-03-04T00:00:00Z", "profile": {{"birthday": "{birthday}"}}}}"#
        )
    };
    for birthday in [
        "2026-02-29",
        "2000-13-01",
        "2000-1-1",
        "1700-01-01",
        "9999-01-01",
        "",
        "01/02/2000",
    ] {
        refused(&enroll(birthday));
    }
    // The largest instants that there are do not make anything overflow.
    let engine = engine();
    let mut late = Member::new("m-1").unwrap();
    let event = PURCHASE.replace("2026-03-01", "2999-12-31");
    let error = take(&engine, &mut late, event.as_bytes())
        .expect_err("a lot would expire after the last year");
    assert_eq!((error.code(), error.path()), (Code::OutOfRange, "purchase"));
    assert_eq!(
        error.message(),
        "the rule `base`: 12 months after 2999-12-31 lie after the year 2999"
    );
    // What expires on no day is taken, and what is stored of it can be read.
    let gift = r#"{"id": "h", "at": "2999-12-31T23:59:59.999999Z", "adjust": {"account": "stars", "credit": 5, "reason": "gift"}}"#;
    take(&engine, &mut late, gift.as_bytes()).unwrap();
    assert_eq!(Member::from_json(&late.to_json()).unwrap(), late);
}

#[test]
fn keys_ids_and_shapes() {
    expect(
        Code::DuplicateKey,
        "id",
        r#"{"id": "a", "id": "b", "at": "2026-03-04T00:00:00Z", "activity": {"kind": "x"}}"#,
    );
    expect(
        Code::UnknownField,
        "activity.kin",
        r#"{"id": "a", "at": "2026-03-04T00:00:00Z", "activity": {"kind": "x", "kin": 1}}"#,
    );
    expect(
        Code::DuplicateKey,
        "attributes.a",
        r#"{"id": "a", "at": "2026-03-04T00:00:00Z", "attributes": {"a": 1, "a": 2}, "activity": {"kind": "x"}}"#,
    );
    expect(
        Code::MissingField,
        "",
        r#"{"id": "a", "activity": {"kind": "x"}}"#,
    );
    expect(
        Code::MissingField,
        "",
        r#"{"id": "a", "at": "2026-03-04T00:00:00Z"}"#,
    );
    expect(
        Code::InvalidValue,
        "",
        r#"{"id": "a", "at": "2026-03-04T00:00:00Z", "enroll": {}, "activity": {"kind": "x"}}"#,
    );
    for id in [
        "",
        " a",
        "a ",
        "a\\u0000b",
        "\\u0000",
        "a\\nb",
        "a\\u007fb",
        "a\\u0085b",
        "\\u3000a",
    ] {
        expect(
            Code::InvalidId,
            "id",
            &with_at(r#""2026-03-04T00:00:00Z""#).replace("h-1", id),
        );
    }
    expect(
        Code::InvalidId,
        "id",
        &with_at(r#""2026-03-04T00:00:00Z""#).replace("h-1", &"x".repeat(129)),
    );
    for (text, path) in [
        (r#"{"sku": ["a"], "price": 1}"#, "purchase.lines[0].sku"),
        (r#"{"sku": {"a": 1}, "price": 1}"#, "purchase.lines[0].sku"),
        (r#"{"sku": 1, "price": 1}"#, "purchase.lines[0].sku"),
        (r#"[]"#, "purchase.lines[0]"),
        (
            r#"{"sku": "a", "price": 1, "tags": "new"}"#,
            "purchase.lines[0].tags",
        ),
    ] {
        expect(Code::WrongType, path, &with_line(text));
    }
    expect(
        Code::InvalidValue,
        "purchase.lines[0].category",
        &with_line(r#"{"sku": "a", "price": 1, "category": "a//b"}"#),
    );
    expect(
        Code::DuplicateId,
        "purchase.lines[1].id",
        &with_line(r#"{"sku": "a", "price": 1, "id": "x"}, {"sku": "b", "price": 1, "id": "x"}"#),
    );
    expect(
        Code::DuplicateId,
        "purchase.lines[1].id",
        &with_line(r#"{"sku": "a", "price": 1, "id": "2"}, {"sku": "b", "price": 1}"#),
    );
    // A list is no object, also where it has as many elements as the object has fields.
    for text in [
        r#"{"id": "h", "at": "2026-03-04T00:00:00Z", "activity": ["check_in"]}"#,
        r#"{"id": "h", "at": "2026-03-04T00:00:00Z", "tags": [["a"], ["b"]]}"#,
        r#"{"id": "h", "at": "2026-03-04T00:00:00Z", "return": ["o-2", null]}"#,
        r#"["h", "2026-03-04T00:00:00Z", null, null, null, null, {}, null, null, null, null, null, {"kind": "x"}, null]"#,
    ] {
        assert_eq!(refused(text).code(), Code::WrongType, "{text}");
    }
    for body in [
        r#""adjust": {"account": "stars", "credit": 1, "reason": ""}"#,
        r#""cancel": {"order": "o-2", "reason": ""}"#,
        r#""freeze": {"reason": ""}"#,
    ] {
        let kind = body.split('"').nth(1).unwrap();
        let text = format!(r#"{{"id": "h", "at": "2026-03-04T00:00:00Z", {body}}}"#);
        expect(Code::InvalidValue, &format!("{kind}.reason"), &text);
    }
    // Two normal forms of one text are two ids.
    let (engine, mut member) = (engine(), Member::new("m-1").unwrap());
    for id in ["caf\u{e9}", "cafe\u{301}"] {
        let text = with_at(r#""2026-03-04T00:00:00Z""#).replace("h-1", id);
        take(&engine, &mut member, text.as_bytes()).unwrap();
    }
    assert_eq!(member.version(), 2);
}

#[test]
fn many_lines() {
    let lines = |count: usize| {
        let lines: Vec<String> = (0..count)
            .map(|n| format!(r#"{{"sku": "s-{n}", "price": "0.01"}}"#))
            .collect();
        with_line(&lines.join(","))
    };
    expect(Code::OutOfRange, "purchase.lines", &lines(0));
    expect(
        Code::LimitExceeded,
        "purchase.lines",
        &lines(limits::LINES_MAX + 1),
    );
    let (engine, mut member) = (engine(), Member::new("m-1").unwrap());
    take(&engine, &mut member, lines(limits::LINES_MAX).as_bytes()).unwrap();
    assert_eq!(Member::from_json(&member.to_json()).unwrap(), member);
    let tags: Vec<String> = (0..=limits::TAGS_MAX)
        .map(|n| format!("\"t-{n}\""))
        .collect();
    refused(&with_line(&format!(
        r#"{{"sku": "a", "price": 1, "tags": [{}]}}"#,
        tags.join(",")
    )));
}

#[test]
fn members() {
    let engine = engine();
    let document = member(&engine).to_json();
    let corrupt = |from: &str, to: &str, code: Code| {
        let text = document.replacen(from, to, 1);
        assert_ne!(text, document, "`{from}` is not in {document}");
        let error = Member::from_json(&text).expect_err(&text);
        assert_eq!(error.code(), code, "{error}, for {to}");
    };
    corrupt("\"schema\":1", "\"schema\":2", Code::MemberMismatch);
    corrupt("\"schema\":1", "\"schema\":0", Code::MemberMismatch);
    corrupt(
        "\"schema\":1",
        "\"schema\":1,\"schema\":1",
        Code::DuplicateKey,
    );
    corrupt(
        "\"schema\":1",
        "\"schema\":1,\"colour\":1",
        Code::UnknownField,
    );
    corrupt("\"credited\":5", "\"credited\":6", Code::MemberCorrupt);
    corrupt("\"credited\":5", "\"credited\":-5", Code::MemberCorrupt);
    corrupt(
        "\"credited\":5",
        "\"credited\":9223372036854775807",
        Code::MemberCorrupt,
    );
    corrupt("\"credited\":5", "\"credited\":5.0", Code::InvalidNumber);
    corrupt("\"credited\":5", "\"credited\":1e400", Code::OutOfRange);
    corrupt(
        "\"as_of\":\"2026-03-03T02:00:00Z\"",
        "\"as_of\":null",
        Code::MemberCorrupt,
    );
    corrupt("\"quantity\":2", "\"quantity\":0", Code::MemberCorrupt);
    corrupt(
        "\"quantity\":2",
        "\"quantity\":2,\"back\":3",
        Code::MemberCorrupt,
    );
    corrupt("\"id\":\"m-1\"", "\"id\":\"\"", Code::InvalidId);
    // Nothing lies after what the member has been brought to; by the clocks of a zone it may be a day later.
    let set = |at: &str, value: serde_json::Value| {
        let mut changed: serde_json::Value = serde_json::from_str(&document).unwrap();
        *changed.pointer_mut(at).unwrap() = value;
        Member::from_json(&changed.to_string())
    };
    for (at, value, path) in [
        ("/version", json!(0), "orders[0].version"),
        ("/as_of", json!("2026-02-28T02:00:00Z"), "orders[0].at"),
        (
            "/state/accounts/1/lots/0/earned_on",
            json!("2026-03-05"),
            "state.accounts[1].lots[0].earned_on",
        ),
        ("/seen/3/2", json!("2026-03-05"), "seen[3][2]"),
    ] {
        let error = set(at, value).expect_err(at);
        assert_eq!((error.code(), error.path()), (Code::MemberCorrupt, path));
    }
    assert!(set("/seen/3/2", json!("2026-03-04")).is_ok());
    corrupt("\"id\":\"m-1\"", "\"id\":\"\\ud800\"", Code::InvalidJson);
    for text in ["", "{}", "[]", "null", "{\"schema\": 1}", "\u{feff}{}"] {
        assert!(Member::from_json(text).is_err());
    }
    assert!(Member::from_json(&"[".repeat(1_000_000)).is_err());
    assert_eq!(
        Member::new("").expect_err("an empty id").code(),
        Code::InvalidId
    );
    // A member of another program is taken up by this one: what it does not know stays, and nothing breaks.
    let other = Engine::new(
        Program::from_json(
            &PROGRAM
                .replace("d\": \"points\"", "d\": \"miles\"")
                .replace("account\": \"points\"", "account\": \"miles\"")
                .replace("club", "guild"),
        )
        .unwrap(),
    );
    let mut moved = Member::from_json(&document).unwrap();
    let line = r#"{"sku": "tea", "price": "200.00"}"#;
    take(&other, &mut moved, purchase("n", "n", 5, line).as_bytes()).unwrap();
    assert_eq!(Member::from_json(&moved.to_json()).unwrap(), moved);
}

#[test]
fn programs() {
    let base = |more: &str| {
        format!(
            r#"{{"schema": 1, "id": "p", "currency": "CNY", "timezone": "UTC", "accounts": [{{"id": "points"}}]{more}}}"#
        )
    };
    let fails = |text: &str| -> Vec<Error> {
        let error =
            Program::from_json(text).expect_err(&text.chars().take(200).collect::<String>());
        assert_eq!(error.code(), Code::ProgramInvalid);
        assert!(!error.details().is_empty() && error.details().len() <= limits::MISTAKES_MAX);
        error.details().to_vec()
    };
    assert!(Program::from_json(&base("")).is_ok());
    for text in [
        "",
        "null",
        "[]",
        "{}",
        "{\"schema\": 1",
        "\u{feff}{}",
        "{} x",
    ] {
        fails(text);
    }
    fails(&base(r#", "currency": "CNY""#));
    for more in [
        r#", "earn": {}"#,
        r#", "earn": [1]"#,
        r#", "earn": [[]]"#,
        r#", "earn": [null]"#,
        r#", "dedup_days": 0"#,
        r#", "dedup_days": -1"#,
        r#", "dedup_days": 1e9"#,
        r#", "dedup_days": 4294967296"#,
        r#", "returns": {"window": {"days": 36501}}"#,
        r#", "returns": {"window": {"days": -1}}"#,
        r#", "returns": {"window": {"days": 1, "months": 1}}"#,
        r#", "tender": [{"points": 0, "value": 1}]"#,
        r#", "tender": [{"points": 1, "value": 0}]"#,
        r#", "tender": [{"points": 1, "value": 1}, {"points": 2, "value": 1}]"#,
        r#", "tiers": [{"id": "a", "rungs": []}]"#,
        r#", "earn": [{"id": "a", "give": {"fixed": 1, "per_unit": 1}}]"#,
        r#", "earn": [{"id": "a", "give": {}}]"#,
        r#", "earn": [{"id": "a", "give": {"fixed": 1}, "when": {"all": [{"not": {}}]}}]"#,
    ] {
        fails(&base(more));
    }
    // Deep conditions, and far too deep ones.
    let nested = |depth: usize| {
        let (open, close) = ("{\"not\":".repeat(depth), "}".repeat(depth));
        base(&format!(
            r#", "earn": [{{"id": "a", "give": {{"fixed": 1}}, "when": {open}{{"tag": ["x"]}}{close}}}]"#
        ))
    };
    assert!(Program::from_json(&nested(50)).is_ok());
    assert_eq!(fails(&nested(70))[0].code(), Code::LimitExceeded);
    fails(&nested(100_000));
    fails(&"{\"earn\":[".repeat(100_000));
    // Very many rules, and very many mistakes.
    let rules = |count: usize, give: &str| {
        let rules: Vec<String> = (0..count)
            .map(|n| format!(r#"{{"id": "r-{n}", "give": {give}}}"#))
            .collect();
        base(&format!(r#", "earn": [{}]"#, rules.join(",")))
    };
    assert_eq!(
        fails(&rules(1_000, r#"{"fixed": 0}"#)).len(),
        limits::MISTAKES_MAX
    );
    assert!(Program::from_json(&rules(20_000, r#"{"fixed": 1}"#)).is_ok());
    let many: Vec<String> = (0..=limits::MEMBER_LIST_MAX)
        .map(|n| format!(r#"{{"id": "m-{n}", "measure": "spend"}}"#))
        .collect();
    assert_eq!(
        fails(&base(&format!(r#", "metrics": [{}]"#, many.join(","))))[0].code(),
        Code::LimitExceeded
    );
}

/// Clause 15.4: a purchase that does all steps of some tasks, each of which all triggers answer, is refused before it has made more
/// entries than there may be.
#[test]
fn one_event_makes_few_entries() {
    let steps: Vec<_> = (0..limits::TASK_STEPS_MAX)
        .map(|step| json!({"id": format!("s{step}")}))
        .collect();
    let tasks: Vec<_> = (0..4)
        .map(|task| json!({"id": format!("a{task}"), "steps": steps}))
        .collect();
    let triggers: Vec<_> = (0..limits::MEMBER_LIST_MAX)
        .map(|number| {
            json!({"id": format!("t{number}"), "on": {"task": {"what": "step"}},
                "do": [{"points": {"account": "points", "points": 1}}]})
        })
        .collect();
    let program = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
        "accounts": [{"id": "points"}], "tasks": tasks, "triggers": triggers});
    let engine = Engine::new(Program::from_json(&program.to_string()).unwrap());
    let mut member = Member::new("m-1").unwrap();
    let text = purchase("e-1", "o-1", 1, r#"{"sku": "tea", "price": "7.00"}"#);
    let before = member.to_json();
    let event = Event::from_json(&text).unwrap();
    let error = engine.apply(&mut member, &event).unwrap_err();
    assert_eq!(error.code(), Code::LimitExceeded, "{error}");
    assert_eq!(member.to_json(), before);
}

/// Points that would grow past what an account can hold are refused, and the member can still be read.
#[test]
fn overflow() {
    let engine = engine_of_one();
    assert_eq!(overflows(&engine, "credit"), Code::Overflow);
    assert_eq!(overflows(&engine, "debit"), Code::Overflow);
}

fn overflows(engine: &Engine, what: &str) -> Code {
    // Almost as many points have gone through this account as can be.
    let (most, sums) = (3_999_999_999_999_999_999_i64, ["credited", "debited"]);
    let sums: Vec<String> = [
        "earned", "restored", "credited", "spent", "expired", "reversed", "debited",
    ]
    .iter()
    .map(|sum| format!("\"{sum}\":{}", if sums.contains(sum) { most } else { 0 }))
    .collect();
    let document = format!(
        r#"{{"schema":1,"id":"m-1","version":2,"as_of":"2026-01-01T00:00:00Z","state":{{"accounts":[{{"id":"points","sums":{{{}}},"next":1}}],"tiers":[],"metrics":[]}},"orders":[],"seen":[]}}"#,
        sums.join(",")
    );
    let mut member = Member::from_json(&document).unwrap();
    let text = |id: u32, points: u32| {
        format!(
            r#"{{"id": "e-{id}", "at": "2026-01-01T00:00:00Z", "adjust": {{"{what}": {points}, "reason": "x"}}}}"#
        )
    };
    take(engine, &mut member, text(1, 1).as_bytes()).unwrap();
    assert_eq!(Member::from_json(&member.to_json()).unwrap(), member);
    take(engine, &mut member, text(2, 1).as_bytes())
        .expect_err("one too many")
        .code()
}

/// Codes that nothing here can reach: one that only the C interface makes, and one for a defect of the engine.
const NOT_HERE: [Code; 2] = [Code::NullPointer, Code::Internal];

#[test]
fn every_code_is_reached() {
    let mut reached = BTreeSet::from([Code::ProgramInvalid]);
    for scenario in load(&scenarios_folder()).unwrap_or_else(|words| panic!("{words}")) {
        reached.extend(found(&scenario));
    }
    let engine = engine();
    for text in [
        "x",
        r#"{"id": "h", "at": "2026-03-04T00:00:00Z", "member": "m-2", "activity": {"kind": "x"}}"#,
        r#"{"id": "h", "at": "2026-03-04T00:00:00Z", "enroll": {}}"#,
        r#"{"id": "h", "at": "2026-03-04T00:00:00Z", "activity": {"kind": "x", "kin": 1}}"#,
        r#"{"id": "", "at": "2026-03-04T00:00:00Z", "activity": {"kind": "x"}}"#,
        r#"{"id": "h", "id": "h", "at": "2026-03-04T00:00:00Z", "activity": {"kind": "x"}}"#,
        r#"{"id": "h", "at": "2026-03-04T00:00:00Z", "return": {"order": "o-1", "lines": [{"line": "x"}]}}"#,
    ] {
        reached.insert(refused(text).code());
    }
    reached.insert(refused_bytes(b"\xff").code());
    reached.insert(
        refused(&with_line(
            &vec![r#"{"sku": "a", "price": 1}"#; limits::LINES_MAX + 1].join(","),
        ))
        .code(),
    );
    let document = member(&engine).to_json();
    for (from, to) in [
        ("\"schema\":1", "\"schema\":9"),
        ("\"credited\":5", "\"credited\":4"),
    ] {
        reached.extend(
            Member::from_json(&document.replacen(from, to, 1))
                .err()
                .map(|error| error.code()),
        );
    }
    reached.insert(overflows(&engine_of_one(), "credit"));
    // What a guess and a slip at a till come to.
    let keys = [CodeKey::new(0, &[7; 16]).unwrap()];
    for text in ["000K-W9Y6-F8A8-J4BQ", "000K-W9Y6-F8A8-J4BR"] {
        reached.extend(
            CouponCode::verify(&keys, text)
                .err()
                .map(|error| error.code()),
        );
    }
    reached.extend(CodeKey::new(0, &[]).err().map(|error| error.code()));
    let missing: Vec<Code> = Code::ALL
        .iter()
        .copied()
        .filter(|code| !reached.contains(code) && !NOT_HERE.contains(code))
        .collect();
    assert!(missing.is_empty(), "no test reaches {missing:?}");
    let surprising: Vec<&Code> = NOT_HERE
        .iter()
        .filter(|code| reached.contains(code))
        .collect();
    assert!(surprising.is_empty(), "{surprising:?} can be reached");
}

fn engine_of_one() -> Engine {
    let program = r#"{"schema": 1, "id": "p", "currency": "CNY", "timezone": "UTC", "accounts": [{"id": "points"}]}"#;
    Engine::new(Program::from_json(program).unwrap())
}

/// The codes that the engine gives in a scenario.
fn found(scenario: &Scenario) -> Vec<Code> {
    let program = match Program::from_json(&scenario.program) {
        Ok(program) => program,
        Err(error) => return error.details().iter().map(Error::code).collect(),
    };
    let (engine, mut member) = (Engine::new(program), Member::new(&scenario.member).unwrap());
    let mut codes = Vec::new();
    for step in &scenario.steps {
        if let Step::Call(call, expected) = step {
            let code = Event::from_json(&call.payload)
                .and_then(|event| engine.apply(&mut member, &event))
                .err()
                .map(|error| error.code());
            if matches!(expected, Expected::Error(_)) {
                codes.extend(code);
            }
        }
    }
    codes
}

/// Documents of timelines that nobody should write: each mistake is told once, where it is.
#[test]
fn timelines_tell_what_is_wrong() {
    let told = |json: &str| -> Vec<(String, &'static str)> {
        let error = Timeline::from_json(json).expect_err(json);
        assert_eq!(error.code(), Code::ProgramInvalid, "{json}");
        let details = error.details().iter();
        details
            .map(|one| (one.path().to_owned(), one.code().as_str()))
            .collect()
    };
    let one = |path: &str, code: &'static str| vec![(path.to_owned(), code)];
    assert_eq!(
        told(r#"{"schema": 1, "versions": []}"#),
        one("versions", "missing_field")
    );
    assert_eq!(
        told(r#"{"schema": 1, "versions": 7}"#),
        one("versions", "wrong_type")
    );
    assert_eq!(
        told(r#"{"schema": 1, "versions": [{"program": 7}]}"#),
        one("versions[0].program", "wrong_type")
    );
    assert_eq!(
        told(r#"{"schema": 1, "versions": [{}]}"#),
        one("versions[0]", "missing_field")
    );
    let program = |version: usize| {
        format!(
            r#"{{"schema": 1, "id": "shop", "version": "{version}", "currency": "CNY", "timezone": "Asia/Shanghai"}}"#
        )
    };
    let version = |place: usize| match place {
        0 => format!(r#"{{"program": {}}}"#, program(0)),
        _ => format!(
            r#"{{"starts": "{}-01-01", "program": {}}}"#,
            2000 + place,
            program(place)
        ),
    };
    let timeline = |count: usize| {
        let versions: Vec<String> = (0..count).map(version).collect();
        format!(r#"{{"schema": 1, "versions": [{}]}}"#, versions.join(", "))
    };
    assert!(Timeline::from_json(&timeline(limits::VERSIONS_MAX)).is_ok());
    assert_eq!(
        told(&timeline(limits::VERSIONS_MAX + 1)),
        one("versions", "limit_exceeded")
    );
    let other = timeline(2).replacen(r#""schema": 1"#, r#""schema": 2"#, 1);
    assert_eq!(told(&other), one("schema", "unsupported_schema"));
    let early = timeline(2).replace("2001-01-01", "1000-01-01");
    assert_eq!(told(&early), one("versions[1].starts", "invalid_time"));
}
