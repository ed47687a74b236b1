//! A member under a program, and what has happened to it: turns wishes into events and carries them out.

use loyalty_core::{Detail, Engine, Error, Event, Instant, Member, Outcome, Program};
use serde_json::{Map, Value, json};

use crate::histories::{Ask, Basket, Flaw, Goods, Line, Person, Step, Wish};
use crate::programs::{digits, money};

/// 2026-01-10T08:00:00Z.
const BEGINNING: i64 = 1_768_032_000_000_000;
const MINUTE: i64 = 60_000_000;

/// What a host does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Reports an event, in JSON.
    Report(String),
    /// Lets time pass.
    Advance(Instant),
}

/// An act, and what came of it.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) act: Act,
    /// The name by which coverage counts it: `purchase`, or the code of a refusal.
    pub(crate) name: String,
    pub(crate) before: Member,
    pub(crate) result: Result<Outcome, Error>,
}

/// An order that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) id: String,
    /// Each line and how many of its units are still out.
    pub(crate) lines: Vec<(String, i64)>,
}

/// A member under a program, and what has happened to it.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) member: Member,
    pub(crate) orders: Vec<Known>,
    /// Events that were taken: id and JSON.
    pub(crate) taken: Vec<(String, String)>,
    digits: u32,
    accounts: usize,
    clock: i64,
    count: usize,
}

/// The engine of a program that is right.
pub(crate) fn engine(program: &Value) -> Engine {
    Engine::new(
        Program::from_json(program.to_string().as_bytes())
            .unwrap_or_else(|error| panic!("a random program is wrong: {error}\n{program}")),
    )
}

/// Carries an act out.
pub(crate) fn carry_out(
    engine: &Engine,
    member: &mut Member,
    act: &Act,
    detail: Detail,
) -> Result<Outcome, Error> {
    match act {
        Act::Report(event) => engine.apply_with(member, &Event::from_json(event)?, detail),
        Act::Advance(to) => engine.advance(member, *to),
    }
}

/// An instant as an event writes it, by a clock so many hours ahead of UTC.
pub(crate) fn written(instant: i64, hours: i64) -> String {
    let local = Instant::from_micros(instant.saturating_add(hours * 60 * MINUTE)).to_string();
    let sign = if hours < 0 { '-' } else { '+' };
    format!(
        "{}{sign}{:02}:00",
        local.trim_end_matches('Z'),
        hours.unsigned_abs()
    )
}

impl World {
    pub(crate) fn new(program: &Value) -> Self {
        Self {
            engine: engine(program),
            member: Member::new("m-1").expect("an id"),
            orders: Vec::new(),
            taken: Vec::new(),
            digits: digits(program["currency"].as_str().expect("a currency")),
            accounts: program["accounts"].as_array().map_or(0, Vec::len),
            clock: BEGINNING,
            count: 0,
        }
    }

    /// Another member under the same program, whose events and orders have ids of their own.
    pub(crate) fn beside(program: &Value, id: &str) -> Self {
        Self {
            member: Member::new(id).expect("an id"),
            count: 100_000,
            ..Self::new(program)
        }
    }

    /// The present instant of the history, in microseconds.
    pub(crate) fn now(&self) -> Instant {
        Instant::from_micros(self.clock)
    }

    /// Turns a step into an act and carries it out.
    pub(crate) fn play(&mut self, step: &Step) -> Played {
        self.play_with(step, Detail::Plain)
    }

    pub(crate) fn play_with(&mut self, step: &Step, detail: Detail) -> Played {
        self.wait(step.after);
        let act = self.act(&step.wish);
        self.take(act, detail)
    }

    /// Lets so many minutes pass.
    pub(crate) fn wait(&mut self, minutes: i64) {
        self.clock = self.clock.saturating_add(minutes.saturating_mul(MINUTE));
    }

    /// An event with an id of its own, now.
    pub(crate) fn event(&mut self, kind: &str, body: &Value) -> Act {
        self.count += 1;
        let id = format!("e-{}", self.count);
        Act::Report(json!({"id": id, "at": written(self.clock, 8), kind: body}).to_string())
    }

    /// Carries an act out.
    pub(crate) fn take(&mut self, act: Act, detail: Detail) -> Played {
        let before = self.member.clone();
        let result = carry_out(&self.engine, &mut self.member, &act, detail);
        let name = name(&act, &result);
        if let (Ok(outcome), Act::Report(event)) = (&result, &act) {
            self.learn(outcome, event);
        }
        Played {
            act,
            name,
            before,
            result,
        }
    }

    /// Reports an event of a test's own, so many minutes after the one before.
    pub(crate) fn report(&mut self, after: i64, kind: &str, body: Value) -> Played {
        self.clock = self.clock.saturating_add(after.saturating_mul(MINUTE));
        self.count += 1;
        let event =
            json!({"id": format!("e-{}", self.count), "at": written(self.clock, 8), kind: body});
        let act = Act::Report(event.to_string());
        let before = self.member.clone();
        let result = carry_out(&self.engine, &mut self.member, &act, Detail::Plain);
        let name = name(&act, &result);
        if let (Ok(outcome), Act::Report(event)) = (&result, &act) {
            self.learn(outcome, event);
        }
        Played {
            act,
            name,
            before,
            result,
        }
    }

    fn learn(&mut self, outcome: &Outcome, event: &str) {
        if outcome.duplicate {
            return;
        }
        let event_value: Value = serde_json::from_str(event).expect("an event is JSON");
        let id = event_value["id"].as_str().expect("an id").to_owned();
        self.taken.push((id, event.to_owned()));
        let Some(receipt) = &outcome.receipt else {
            return;
        };
        let order = receipt.order.as_str();
        if event_value.get("purchase").is_some() {
            let line = |line: &loyalty_core::ReceiptLine| (line.line.to_string(), line.quantity);
            self.orders.push(Known {
                id: order.to_owned(),
                lines: receipt.lines.iter().map(line).collect(),
            });
        } else if let Some(known) = self
            .orders
            .iter_mut()
            .rev()
            .find(|known| known.id == *order)
        {
            for line in &receipt.lines {
                for (id, open) in &mut known.lines {
                    if line.line == id.as_str() {
                        *open -= line.quantity;
                    }
                }
            }
        }
    }

    /// The act that fulfils a wish.
    pub(crate) fn act(&mut self, wish: &Wish) -> Act {
        self.count += 1;
        let id = format!("e-{}", self.count);
        let report = |kind: &str, body: Value| {
            Act::Report(json!({"id": id, "at": written(self.clock, 8), kind: body}).to_string())
        };
        match wish {
            Wish::Advance => Act::Advance(self.now()),
            Wish::Back(minutes) => Act::Advance(Instant::from_micros(self.before(*minutes))),
            Wish::Stale(minutes) => Act::Report(
                json!({"id": id, "at": written(self.before(*minutes), 0), "activity": {"kind": "survey"}}).to_string(),
            ),
            Wish::Enroll(person) => report("enroll", told(person)),
            Wish::Profile(person) => report("profile", told(person)),
            Wish::Tags { add, tag } => report(
                "tags",
                json!({if *add { "add" } else { "remove" }: [tag]}),
            ),
            Wish::Activity(kind) => report("activity", json!({"kind": kind})),
            Wish::Again(which) => match self.taken.get(which % self.taken.len().max(1)) {
                Some((_, event)) => Act::Report(event.clone()),
                None => Act::Advance(self.now()),
            },
            Wish::Conflict(which) => match self.taken.iter().rev().nth(which % self.taken.len().clamp(1, 6)) {
                Some((id, _)) => Act::Report(
                    json!({"id": id, "at": written(self.clock, 8), "activity": {"kind": "other"}}).to_string(),
                ),
                None => Act::Advance(self.now()),
            },
            Wish::Credit { account, points, days } => {
                let mut body = json!({"account": self.account(*account), "credit": points, "reason": "补偿"});
                if let Some(days) = days {
                    // Two days away from today, every zone agrees on what is over.
                    let today = (self.clock / (24 * 60 * MINUTE)) as i32;
                    let day = today + if *days < 0 { days - 2 } else { days + 2 };
                    body["expires_on"] = json!(loyalty_core::Date::from_days(day).to_string());
                }
                report("adjust", body)
            }
            Wish::Grant { track, rung, days, replace } => {
                let mut body = json!({"track": format!("t{track}"), "rung": format!("t{track}r{rung}"), "reason": "match",
                    "replace": replace});
                if let Some(days) = days {
                    let today = (self.clock / (24 * 60 * MINUTE)) as i32;
                    body["until"] = json!(loyalty_core::Date::from_days(today + 2 + days).to_string());
                }
                report("grant", body)
            }
            Wish::Revoke(track) => report("revoke", json!({"track": format!("t{track}"), "reason": "over"})),
            Wish::Debit { account, points, overdraw } => {
                let mut body = json!({"account": self.account(*account), "debit": points, "reason": "更正"});
                if let Some(overdraw) = overdraw {
                    body["overdraw"] = json!(overdraw);
                }
                report("adjust", body)
            }
            // Where nothing was bought yet, something is.
            Wish::Return { goods, .. }
                if self.orders.is_empty() && !matches!(goods, Goods::OtherOrder) =>
            {
                let lines = json!([{"sku": "tea", "quantity": 3, "price": money(900, self.digits)}]);
                report(
                    "purchase",
                    json!({"order": format!("o-{}", self.count), "lines": lines}),
                )
            }
            Wish::Return { order, goods } => report("return", self.goods(*order, goods)),
            Wish::Purchase(basket) => Act::Report(self.purchase(&id, basket).to_string()),
        }
    }

    fn before(&self, minutes: i64) -> i64 {
        let as_of = self.member.as_of().map_or(self.clock, Instant::micros);
        as_of.saturating_sub(minutes.saturating_mul(MINUTE))
    }

    /// One in as many as there are accounts, and one more is not there.
    fn account(&self, which: usize) -> String {
        format!("a{}", which % (self.accounts + 1))
    }

    fn goods(&self, order: usize, goods: &Goods) -> Value {
        // Recent orders are the likelier ones to be returned.
        let found = self
            .orders
            .iter()
            .rev()
            .nth(order % self.orders.len().clamp(1, 5));
        let Some(known) = found.filter(|_| !matches!(goods, Goods::OtherOrder)) else {
            return json!({"order": "o-none"});
        };
        let lines = match goods {
            Goods::All | Goods::OtherOrder => return json!({"order": known.id}),
            Goods::OtherLine => json!([{"line": "no such line"}]),
            Goods::TooMany(line) => {
                let (line, open) = &known.lines[line % known.lines.len()];
                json!([{"line": line, "quantity": open + 1}])
            }
            Goods::Some(wanted) => {
                let open: Vec<&(String, i64)> =
                    known.lines.iter().filter(|(_, open)| *open > 0).collect();
                if open.is_empty() {
                    return json!({"order": known.id});
                }
                let mut lines: Map<String, Value> = Map::new();
                for (which, units) in wanted {
                    let (line, open) = open[which % open.len()];
                    let one = match units % (open + 1) {
                        0 => json!({"line": line}),
                        units => json!({"line": line, "quantity": units}),
                    };
                    lines.insert(line.clone(), one);
                }
                lines.into_iter().map(|(_, one)| one).collect()
            }
        };
        json!({"order": known.id, "lines": lines})
    }

    pub(crate) fn purchase(&self, id: &str, basket: &Basket) -> Value {
        let mut lines: Vec<Value> = basket
            .lines
            .iter()
            .enumerate()
            .map(|(place, line)| self.line(place, line))
            .collect();
        let mut order = format!("o-{}", self.count);
        let mut tender: Vec<Value> = Vec::new();
        for (account, ask) in &basket.tender {
            let account = format!("a{}", account % self.accounts.max(1));
            let known = self.engine.program().rules().tender.iter();
            if known
                .filter_map(|rule| rule.account.as_ref())
                .all(|one| *one != *account)
                || tender.iter().any(|one| one["account"] == account.as_str())
            {
                continue;
            }
            let there = self.member.balance(&account).max(0);
            let points = match ask {
                Ask::Points(points) => *points,
                Ask::Percent(percent) => there.saturating_mul(*percent) / 100,
                Ask::More(more) => there.saturating_add(*more),
            };
            tender.push(json!({"account": account, "points": points.min(1_000_000_000_000_000)}));
        }
        let mut channel = basket.channel;
        let mut currency = None;
        let mut member = None;
        match basket.flaw {
            None => {}
            Some(Flaw::SameOrder(which)) => {
                if let Some(known) = self
                    .orders
                    .iter()
                    .rev()
                    .nth(which % self.orders.len().clamp(1, 5))
                {
                    order.clone_from(&known.id);
                }
            }
            Some(Flaw::Currency) => currency = Some("EUR"),
            Some(Flaw::Member) => member = Some("m-2"),
            Some(Flaw::Tender) => tender = std::vec![json!({"account": "a9", "points": 1})],
            Some(Flaw::Discount) => {
                lines[0]["discount"] = json!(money(1_000_000_000_000, self.digits));
            }
            Some(Flaw::Digits) => lines[0]["discount"] = json!("0.00001"),
            Some(Flaw::Overpaid) => {
                let rules = &self.engine.program().rules().tender;
                let ids = rules.iter().filter_map(|rule| rule.account.as_ref());
                let there = |id: &loyalty_core::Id| self.member.balance(id.as_str());
                if let Some(account) = ids.max_by_key(|id| there(id)) {
                    let points = there(account).clamp(0, 1_000_000_000_000_000);
                    tender = std::vec![json!({"account": account, "points": points})];
                    lines = std::vec![json!({"sku": "card", "price": money(1, self.digits)})];
                }
            }
            Some(Flaw::Flood) => {
                channel = Some("flood");
                lines[0]["price"] = json!("9000000000");
                let line = lines[0].as_object_mut().expect("a line is an object");
                line.remove("amount");
                line.insert("quantity".to_owned(), json!(1));
                line.remove("discount");
            }
        }
        let mut event = json!({"id": id, "at": written(self.clock, basket.offset),
            "purchase": {"order": order, "lines": lines, "tender": tender}});
        for (field, value) in [
            ("channel", channel),
            ("store", basket.store),
            ("member", member),
        ] {
            if let Some(value) = value {
                event[field] = json!(value);
            }
        }
        if let Some(stars) = basket.stars {
            event["attributes"] = json!({"stars": stars});
        }
        if let Some(currency) = currency {
            event["purchase"]["currency"] = json!(currency);
        }
        event
    }

    fn line(&self, place: usize, line: &Line) -> Value {
        let goods = [
            json!({"sku": "tea", "category": "food/tea", "brand": "龙井"}),
            json!({"sku": "cup", "category": "home/cups", "tags": ["sale"]}),
            json!({"sku": "pear", "category": "food/fruit", "tags": ["fresh", "sale"]}),
            json!({"sku": "card", "brand": "acme"}),
        ];
        let mut one = goods[line.sku % goods.len()].clone();
        one["quantity"] = json!(line.quantity);
        let price = |minor: i64| json!(money(minor, self.digits));
        if line.as_amount {
            one["amount"] = price(line.price * line.quantity);
        } else {
            one["price"] = price(line.price);
        }
        let off = line.off * line.quantity + line.odd;
        if off > 0 {
            one["discount"] = price(off.min(line.price * line.quantity));
        }
        if line.named {
            one["id"] = json!(format!("L{place}"));
        }
        one
    }
}

fn told(person: &Person) -> Value {
    let mut body = Map::new();
    if let Some(days) = person.birthday {
        body.insert(
            "birthday".to_owned(),
            json!(loyalty_core::Date::from_days(days).to_string()),
        );
    }
    if let Some(zone) = person.zone {
        body.insert("timezone".to_owned(), json!(zone));
    }
    let mut attributes = Map::new();
    if let Some(level) = person.level {
        attributes.insert("level".to_owned(), json!(level));
    }
    if let Some(city) = person.city {
        attributes.insert("city".to_owned(), json!(city));
    }
    body.insert("attributes".to_owned(), attributes.into());
    body.insert("tags".to_owned(), json!(person.tags));
    body.into()
}

/// The name by which coverage counts an act.
fn name(act: &Act, result: &Result<Outcome, Error>) -> String {
    match (act, result) {
        (_, Err(error)) => error.code().as_str().to_owned(),
        (Act::Advance(_), Ok(_)) => "advance".to_owned(),
        (Act::Report(_), Ok(outcome)) if outcome.duplicate => "duplicate".to_owned(),
        (Act::Report(event), Ok(_)) => {
            let event = Event::from_json(event).expect("it was taken");
            match event.body() {
                loyalty_core::Body::Adjust(adjust)
                    if matches!(adjust.change, loyalty_core::Adjustment::Credit { .. }) =>
                {
                    "credit".to_owned()
                }
                loyalty_core::Body::Adjust(_) => "debit".to_owned(),
                _ => event.kind().to_owned(),
            }
        }
    }
}
