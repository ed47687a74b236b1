//! A call that is taken back leaves the member as it was, whatever it did before.

use super::{Detail, Engine, Work};
use crate::{Event, Member, Program};

const PROGRAM: &str = r#"{"schema":1,"id":"p","currency":"CNY","timezone":"Asia/Shanghai",
    "accounts":[{"id":"points","activation":{"after":{"days":7}},"expiry":{"after":{"days":60}},"caps":[{"points":900,"per":"day"}]},
                {"id":"coins"}],
    "metrics":[{"id":"term","measure":"spend","window":{"term":{}}},{"id":"recent","measure":"spend","window":{"last":{"days":30}}},
               {"id":"life","measure":"visits"}],
    "tiers":[{"id":"club","hold":{"for":{"days":90}},"rungs":[{"id":"base"},
        {"id":"gold","qualify":{"metric":{"id":"recent","at_least":"150"}}},
        {"id":"black","qualify":{"metric":{"id":"life","at_least":3}}}]}],
    "returns":{"window":{"days":40}},
    "tender":[{"account":"coins","points":10,"value":"1.00"}],
    "earn":[{"id":"base","account":"points","give":{"rate":{"points":1,"per":"1.00"}},"caps":[{"points":400,"per":"month"}]},
            {"id":"coin","account":"coins","give":{"fixed":20},"caps":[{"times":2,"per":"week"}]},
            {"id":"visit","on":"activity:visit","account":"coins","give":{"fixed":3}}]}"#;

const EVENTS: &[&str] = &[
    r#"{"id":"1","at":"2026-01-01T10:00:00+08:00","enroll":{"tags":["a"],"birthday":"1990-01-02"}}"#,
    r#"{"id":"2","at":"2026-01-01T11:00:00+08:00","purchase":{"order":"o1","lines":[{"sku":"a","price":"100.00"},{"sku":"b","price":"60.00","quantity":2}]}}"#,
    r#"{"id":"3","at":"2026-01-03T10:00:00+08:00","purchase":{"order":"o2","lines":[{"sku":"a","price":"70.00"}],"tender":[{"points":15}]}}"#,
    r#"{"id":"4","at":"2026-01-12T10:00:00+08:00","activity":{"kind":"visit"}}"#,
    r#"{"id":"5","at":"2026-01-13T10:00:00+08:00","adjust":{"account":"points","debit":50,"reason":"x"}}"#,
    r#"{"id":"6","at":"2026-01-13T10:00:00+08:00","adjust":{"account":"coins","credit":5,"reason":"x","expires_on":"2026-03-01"}}"#,
    r#"{"id":"7","at":"2026-01-20T10:00:00+08:00","purchase":{"order":"o3","lines":[{"sku":"a","price":"900.00"}],"tender":[{"points":1}]}}"#,
    r#"{"id":"8","at":"2026-01-21T10:00:00+08:00","return":{"order":"o2"}}"#,
    r#"{"id":"9","at":"2026-01-21T10:00:00+08:00","return":{"order":"o3"}}"#,
    r#"{"id":"10","at":"2026-01-22T10:00:00+08:00","profile":{"timezone":"America/New_York"}}"#,
    r#"{"id":"11","at":"2026-02-05T10:00:00+08:00","return":{"order":"o1","lines":[{"line":"2","quantity":1}]}}"#,
    r#"{"id":"12","at":"2026-02-06T10:00:00+08:00","tags":{"add":["b"],"remove":["a"]}}"#,
    r#"{"id":"13","at":"2026-08-01T10:00:00+08:00","purchase":{"order":"o4","lines":[{"sku":"a","price":"10.00"}]}}"#,
];

#[test]
fn a_call_can_be_taken_back() {
    let engine = Engine::new(Program::from_json(PROGRAM).expect("the program is right"));
    let mut member = Member::new("m").expect("the id is right");
    for text in EVENTS {
        let event = Event::from_json(text).expect("the event is right");
        let mut read = Member::from_json(&member.to_json()).expect("the member is right");
        for member in [&mut member, &mut read] {
            let before = member.clone();
            let mut work = Work::on(&engine.timeline, member, event.at.instant);
            work.take(&event, Detail::Trace)
                .expect("the event is taken");
            let state = work.back();
            member.state.take_back(state);
            assert_eq!(before, *member, "{text}");
            assert_eq!(before.to_json(), member.to_json(), "{text}");
        }
        engine
            .apply(&mut member, &event)
            .expect("the event is taken");
    }
}

#[test]
fn a_call_that_a_defect_has_ended_leaves_no_member_that_looks_whole() {
    let engine = Engine::new(Program::from_json(PROGRAM).expect("the program is right"));
    let mut member = Member::new("m").expect("the id is right");
    let event = Event::from_json(EVENTS.first().expect("there are events")).expect("it is right");
    engine
        .apply(&mut member, &event)
        .expect("the event is taken");
    drop(Work::on(&engine.timeline, &mut member, event.at.instant));
    let refused = engine.apply(&mut member, &event);
    assert_eq!(
        refused.expect_err("it is refused").code(),
        crate::Code::MemberCorrupt
    );
    let read = Member::from_json(&member.to_json());
    assert_eq!(
        read.expect_err("it is refused").code(),
        crate::Code::MemberCorrupt
    );
}

#[test]
fn a_return_holds_where_the_wallet_is_full() {
    let program = r#"{"schema":1,"id":"p","currency":"CNY","timezone":"Asia/Shanghai","accounts":[{"id":"points"}],
        "coupons":[{"id":"c","discount":{"amount_off":{"amount":"5.00"}}}]}"#;
    let engine = Engine::new(Program::from_json(program).expect("the program is right"));
    let mut member = Member::new("m").expect("the id is right");
    let take = |member: &mut Member, text: &str| {
        let event = Event::from_json(text).expect("the event is right");
        engine.apply(member, &event).expect("it is taken").to_json()
    };
    for text in [
        r#"{"id":"1","at":"2026-01-01T10:00:00+08:00","issue":{"coupon":"c","instance":"a"}}"#,
        r#"{"id":"2","at":"2026-01-01T10:00:00+08:00","issue":{"coupon":"c","instance":"b"}}"#,
        r#"{"id":"3","at":"2026-01-02T10:00:00+08:00","purchase":{"order":"o","coupons":["a"],"lines":[{"sku":"x","price":"100.00"}]}}"#,
    ] {
        take(&mut member, text);
    }
    let others: String = (1..crate::limits::WALLET_MAX)
        .map(|n| format!(r#",{{"id":"x-{n:05}","coupon":"c"}}"#))
        .collect();
    let last = r#""coupons":[{"id":"b","coupon":"c"}"#;
    let document = member.to_json();
    assert_eq!(document.matches(last).count(), 1, "{document}");
    let full = document.replace(last, &format!("{last}{others}"));
    let mut member = Member::from_json(&full).expect("the member is right");
    let back = r#"{"id":"4","at":"2026-01-03T10:00:00+08:00","return":{"order":"o"}}"#;
    let outcome = take(&mut member, back);
    for said in [
        r#""refund":"95.00""#,
        r#""coupon_forfeited":{"coupon":"c","instance":"a","order":"o","why":"wallet_full"}"#,
    ] {
        assert!(outcome.contains(said), "{outcome}");
    }
}
