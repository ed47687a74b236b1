//! A first program in ten minutes: a tea house, a member, two purchases, one return.
//!
//! `cargo run -p loyalty-examples --bin first_program`

use loyalty_core::{Engine, Event, Figure, Label, Member, Outcome, Program, Rules};

/// The rules are data: who changes them changes no code.
const TEA_HOUSE: &str = r#"{
    "schema": 1,
    "id": "tea-house",
    "name": {"en": "Tea House", "zh": "茶馆"},
    "currency": "CNY",
    "timezone": "Asia/Shanghai",
    "accounts": [
        {"id": "points", "name": {"en": "Points", "zh": "积分"}, "expiry": {"after": {"months": 12, "align": "month_end"}}}
    ],
    "metrics": [
        {"id": "spend-year", "measure": "spend", "window": {"last": {"days": 365}}}
    ],
    "tiers": [
        {"id": "club", "name": {"en": "Tier", "zh": "等级"}, "hold": {"for": {"months": 12}}, "rungs": [
            {"id": "regular", "name": {"en": "Regular", "zh": "普通会员"}},
            {"id": "silver", "name": {"en": "Silver", "zh": "银卡会员"}, "qualify": {"metric": {"id": "spend-year", "at_least": "500.00"}}},
            {"id": "gold", "name": {"en": "Gold", "zh": "金卡会员"}, "qualify": {"metric": {"id": "spend-year", "at_least": "2000.00"}}}
        ]}
    ],
    "earn": [
        {"id": "base", "name": {"en": "1 point per yuan", "zh": "每元1分"}, "give": {"rate": {"points": 1, "per": "1.00"}}},
        {"id": "puer", "name": {"en": "Double points on Pu'er", "zh": "普洱双倍"}, "lines": {"category": ["tea/puer"]}, "give": {"multiply": 2}},
        {"id": "silver", "name": {"en": "A fifth more for silver", "zh": "银卡加两成"}, "when": {"tier": {"at_least": "silver"}}, "give": {"multiply": "1.2"}}
    ],
    "tender": [{"points": 100, "value": "1.00", "step": 100}]
}"#;

/// What the till reports: one fact each, as JSON. The times have the offset of the clock in the shop.
const EVENTS: [&str; 4] = [
    r#"{"id": "e-1", "at": "2026-03-01T10:00:00+08:00", "enroll": {}}"#,
    r#"{"id": "e-2", "at": "2026-03-01T10:05:00+08:00", "purchase": {"order": "o-1", "lines": [
        {"sku": "龙井", "category": "tea/green", "quantity": 2, "price": "128.00"},
        {"sku": "普洱饼", "category": "tea/puer", "quantity": 1, "price": "360.00", "discount": "60.00"}]}}"#,
    r#"{"id": "e-3", "at": "2026-04-11T15:30:00+08:00", "purchase": {"order": "o-2",
        "lines": [{"sku": "盖碗", "category": "ware", "quantity": 1, "price": "88.00"}], "tender": [{"points": 500}]}}"#,
    r#"{"id": "e-4", "at": "2026-04-12T09:00:00+08:00", "return": {"order": "o-1", "lines": [{"line": "1", "quantity": 1}]}}"#,
];

fn main() -> loyalty_core::Result<()> {
    let engine = Engine::new(Program::from_json(TEA_HOUSE)?);
    let rules = engine.program().rules();
    let mut member = Member::new("会员-1")?;

    for json in EVENTS {
        let event = Event::from_json(json)?;
        let outcome = engine.apply(&mut member, &event)?;
        println!(
            "── {}  {}",
            event.at().offset.local(event.at().instant).date,
            title(event.kind())
        );
        print_receipt(rules, &outcome);
        println!(
            "   积分余额 {}   {}",
            member.balance("points"),
            tier(rules, &member)
        );
    }

    println!("── 离下一级还差多少");
    for track in engine.progress(&member).tracks {
        for next in track.next {
            let missing = next.unmet.iter().find_map(|unmet| match &unmet.missing {
                Some(Figure::Money(amount)) => Some(format!("还差 ¥{amount}")),
                _ => None,
            });
            println!(
                "   {}：{}",
                rung(rules, next.rung.as_str()),
                missing.unwrap_or_else(|| "已达到".to_owned())
            );
        }
    }
    if let Some(due) = engine.next_due(&member) {
        println!("── 下一次到期 {}", engine.program().timezone().date_at(due));
    }

    // A member is a document: this is what a host stores, and all it has to store.
    assert_eq!(Member::from_json(&member.to_json())?, member);
    Ok(())
}

fn title(kind: &str) -> &str {
    match kind {
        "enroll" => "入会",
        "purchase" => "购买",
        "return" => "退货",
        other => other,
    }
}

fn print_receipt(rules: &Rules, outcome: &Outcome) {
    let Some(receipt) = &outcome.receipt else {
        return;
    };
    for line in &receipt.lines {
        let why: Vec<String> = line
            .points
            .iter()
            .filter_map(|given| {
                let rule = rules.earn.iter().find(|rule| rule.id == given.rule)?;
                Some(format!("{} {}", chinese(&rule.name), given.points.get()))
            })
            .collect();
        println!(
            "   {} ×{}  原价 ¥{}  实付 ¥{}  （{}）",
            line.sku,
            line.quantity,
            line.list,
            line.paid,
            why.join("，")
        );
    }
    for tender in &receipt.tender {
        println!("   积分 {} 分，抵 ¥{}", tender.points.get(), tender.value);
    }
    let points: i64 = receipt
        .points
        .iter()
        .map(|account| account.points.get())
        .sum();
    println!("   合计 ¥{}   积分 {points}", receipt.total.paid);
}

fn tier(rules: &Rules, member: &Member) -> String {
    member
        .tier("club")
        .map_or_else(String::new, |held| rung(rules, held.as_str()))
}

fn rung(rules: &Rules, id: &str) -> String {
    let rung = rules
        .tiers
        .iter()
        .flat_map(|track| &track.rungs)
        .find(|rung| rung.id == *id);
    rung.map_or_else(|| id.to_owned(), |rung| chinese(&rung.name).to_owned())
}

fn chinese(name: &Label) -> &str {
    name.get("zh").unwrap_or_default()
}
