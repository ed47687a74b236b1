//! A member under a program, twice: as the engine has it, and as the reference does. What the two say is compared after every
//! event.

use std::collections::BTreeMap;
use std::rc::Rc;

use loyalty_core::{Engine, Event, Instant, Member, Outcome, Program};
use serde_json::Value;

use crate::calendar::{DAY, ZONES, day_at, start_of};
use crate::facts::{Fact, Line, Report};
use crate::model::{Answer, Model};
use crate::plan::Plan;
use crate::read;
use crate::wishes::{ALL, Basket, Goods, MORE, Pause, Step, Wish};

/// What a host does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Report(Report),
    Advance(i64),
}

/// An act, and what came of it.
pub(crate) struct Played {
    pub(crate) act: Act,
    /// The name by which coverage counts it: `purchase`, or the code of a refusal.
    pub(crate) name: String,
    /// What else happened.
    pub(crate) notes: Vec<&'static str>,
    pub(crate) said: String,
    /// What the engine and the reference do not agree on.
    pub(crate) fault: Option<String>,
}

pub(crate) struct World {
    engine: Engine,
    pub(crate) member: Member,
    pub(crate) model: Model,
    taken: Vec<Report>,
    /// Orders that were taken, and their lines.
    orders: Vec<String>,
    clock: i64,
    count: usize,
    /// How many figures were compared: points of entries, of lots, of balances, amounts of receipts.
    pub(crate) compared: u64,
}

impl World {
    pub(crate) fn new(plan: &Plan) -> Self {
        let program = plan.document().to_string();
        let program = Program::from_json(program.as_bytes())
            .unwrap_or_else(|error| panic!("a random program is wrong: {error}\n{program}"));
        Self {
            engine: Engine::new(program),
            member: Member::new("m-1").expect("an id"),
            model: Model::new(Rc::new(plan.clone())),
            taken: Vec::new(),
            orders: Vec::new(),
            clock: start_of(ZONES[plan.zone], plan.beginning) + DAY / 3,
            count: 0,
            compared: 0,
        }
    }

    /// Turns a step into an act, has both carry it out, and compares.
    pub(crate) fn play(&mut self, step: &Step) -> Played {
        self.pass(step.pause);
        let act = self.act(&step.wish);
        let today = self.model.today(self.clock);
        let before = self.member.to_json();
        let (result, answer) = match &act {
            Act::Report(report) => {
                let event = report.json();
                let event = Event::from_json(&event).expect("a random event is right");
                (
                    self.engine.apply(&mut self.member, &event),
                    self.model.apply(report),
                )
            }
            Act::Advance(to) => (
                self.engine
                    .advance(&mut self.member, Instant::from_micros(*to)),
                self.model.advance(*to),
            ),
        };
        let said = match &result {
            Ok(outcome) => outcome.to_json(),
            Err(error) => error.to_string(),
        };
        let fault = match (&result, &answer) {
            (Ok(outcome), Ok(answer)) => self.differ(outcome, answer),
            (Err(error), Err(code)) => {
                self.compared += 1;
                if error.code().as_str() != *code {
                    Some(format!(
                        "refused with `{}`, not `{code}`",
                        error.code().as_str()
                    ))
                } else if self.member.to_json() != before {
                    Some("refused, and the member is another one".to_owned())
                } else {
                    None
                }
            }
            (Ok(_), Err(code)) => Some(format!("taken, not refused with `{code}`")),
            (Err(error), Ok(_)) => Some(format!("refused with `{}`", error.code().as_str())),
        };
        let (name, notes) = match (&act, &answer) {
            (_, Err(code)) => ((*code).to_owned(), Vec::new()),
            (Act::Advance(_), Ok(answer)) => ("advance".to_owned(), notes(answer)),
            (_, Ok(answer)) if answer.duplicate => ("duplicate".to_owned(), Vec::new()),
            (Act::Report(report), Ok(answer)) => (
                report.fact.name().to_owned(),
                self.learn(report, answer, today),
            ),
        };
        Played {
            act,
            name,
            notes,
            said,
            fault,
        }
    }

    fn learn(&mut self, report: &Report, answer: &Answer, today: i32) -> Vec<&'static str> {
        self.taken.push(report.clone());
        if let Fact::Purchase { order, .. } = &report.fact {
            self.orders.push(order.clone());
        }
        let mut notes = notes(answer);
        if self.model.midnight(report.at, 0) == report.at {
            notes.push("midnight");
        }
        if self.model.today(report.at) > today {
            notes.push("moved into another day");
        }
        if day_at(self.model.zone, report.at) < today {
            notes.push("moved back over a midnight");
        }
        notes
    }

    /// What the engine and the reference do not agree on after an event that both took.
    fn differ(&mut self, outcome: &Outcome, answer: &Answer) -> Option<String> {
        if outcome.duplicate != answer.duplicate {
            return Some(format!("a duplicate: {}", outcome.duplicate));
        }
        let entries = read::journal(&outcome.entries);
        self.compared += entries.len() as u64;
        if entries != answer.journal {
            return Some(apart("entries", &entries, &answer.journal));
        }
        let receipt = outcome
            .receipt
            .as_ref()
            .map(|receipt| read::receipt(receipt, &self.model, answer));
        if let Some(receipt) = &answer.receipt {
            self.compared += (receipt.lines.len() * 4
                + receipt.points.len()
                + receipt.tender.len() * 3
                + receipt.accounts.len()
                + 4) as u64;
        }
        if receipt != answer.receipt {
            return Some(format!(
                "receipts\n    engine:    {receipt:?}\n    reference: {:?}",
                answer.receipt
            ));
        }
        self.differ_in_state()
    }

    fn differ_in_state(&mut self) -> Option<String> {
        let accounts = self.model.plan.accounts.len();
        if let Some(fault) = self.model.ledger.fault(accounts) {
            return Some(format!("the reference contradicts itself: {fault}"));
        }
        let mut balances = read::balances(&self.member);
        for account in 0..accounts {
            let ledger = &self.model.ledger;
            let reference = [
                ledger.available(account),
                ledger.all_pending(account),
                ledger.all_held(account),
                ledger.debt(account),
            ];
            let engine = balances.remove(&account).unwrap_or_default();
            self.compared += 4;
            if engine != reference {
                return Some(format!(
                    "available, pending, held, debt of a{account}: engine {engine:?}, reference {reference:?}"
                ));
            }
            let balance = self.member.balance(&format!("a{account}"));
            if balance != reference[0] - reference[3] {
                return Some(format!("the balance of a{account} is {balance}"));
            }
        }
        let (engine, reference) = (read::lots(&self.member), read::lots_of(&self.model));
        self.compared += engine.len() as u64;
        if engine != reference {
            return Some(apart("lots", &engine, &reference));
        }
        let (engine, reference) = (
            self.engine.next_due(&self.member).map(Instant::micros),
            self.model.next_due(),
        );
        if engine != reference {
            return Some(format!("due {engine:?}, not {reference:?}"));
        }
        if let (Some(as_of), true) = (
            self.model.as_of,
            crate::plan::built(crate::Feature::Expiring),
        ) {
            let by = self.model.today(as_of) + 40;
            let engine = read::expiring(&self.engine, &self.member, by);
            let reference = self.model.expiring(by);
            self.compared += reference.len() as u64;
            if engine != reference {
                return Some(format!("expiring: {engine:?}, not {reference:?}"));
            }
        }
        None
    }

    fn pass(&mut self, pause: Pause) {
        let due = self.model.next_due();
        // What is due in years would end the history.
        let due = due.filter(|due| *due - self.clock < 400 * DAY);
        let to = match (pause, due) {
            (Pause::Micros(micros), _) => self.clock + micros,
            (Pause::Midnight(days), _) => self.model.midnight(self.clock, days),
            (Pause::Due, Some(due)) => due,
            (Pause::BeforeDue, Some(due)) => due - 1,
            (Pause::Due | Pause::BeforeDue, None) => self.clock + DAY,
        };
        self.clock = self.clock.max(to);
    }

    fn id(&mut self) -> String {
        self.count += 1;
        format!("e-{}", self.count)
    }

    fn act(&mut self, wish: &Wish) -> Act {
        let fact = match wish {
            Wish::Advance => return Act::Advance(self.clock),
            Wish::Again(which) => match self.taken.len() {
                0 => return Act::Advance(self.clock),
                // Recent ones are the likelier ones to come again.
                many => return Act::Report(self.taken[many - 1 - which % many.min(8)].clone()),
            },
            Wish::Conflict(which) => match self.taken.len() {
                0 => return Act::Advance(self.clock),
                many => {
                    let mut report = self.taken[many - 1 - which % many.min(5)].clone();
                    report.fact = Fact::Profile { zone: 0 };
                    report.at = self.clock;
                    report.clock = 0;
                    return Act::Report(report);
                }
            },
            Wish::Stale(micros) => {
                let at = self.model.as_of.unwrap_or(self.clock) - micros;
                let id = self.id();
                let fact = Fact::CheckIn;
                return Act::Report(Report {
                    id,
                    at,
                    clock: 0,
                    fact,
                });
            }
            Wish::Purchase(basket) => self.purchase(basket),
            Wish::Return(order, goods) => match self.goods(*order, goods) {
                Some(fact) => fact,
                None => self.purchase(&Basket::small()),
            },
            wish => match self.instead(wish) {
                Some(fact) => fact,
                None => self.fact(wish),
            },
        };
        let clock = match wish {
            Wish::Purchase(basket) => basket.clock,
            _ => self.model.plan.zone,
        };
        let id = self.id();
        Act::Report(Report {
            id,
            at: self.clock,
            clock,
            fact,
        })
    }

    fn account(&self, which: usize) -> usize {
        match self.model.plan.accounts.len() {
            many if which < 2 => which % many,
            _ => which,
        }
    }

    /// What happens most times in the place of a wish that would be refused, so that it can be fulfilled later.
    fn instead(&self, wish: &Wish) -> Option<Fact> {
        let model = &self.model;
        let there = |account: usize| model.ledger.available(account);
        let credit = |account: usize, points: i64| Fact::Credit {
            account,
            points,
            active_on: None,
            expires_on: None,
        };
        let pending = |lot: &usize| model.ledger.pending(*lot) > 0;
        match wish {
            Wish::Release(which) if self.holds().is_empty() && *which < 3 => self
                .instead(&Wish::Hold(*which, 400_001, 30))
                .or_else(|| Some(self.fact(&Wish::Hold(*which, 400_001, 30)))),
            Wish::Hold(_, minutes, percent) if *percent <= 100 && minutes % 8 != 0 => {
                let accounts = 0..model.plan.accounts.len();
                let empty = accounts.into_iter().find(|account| there(*account) == 0);
                empty.map(|account| credit(account, 200))
            }
            Wish::Undo(which) if model.redemptions.is_empty() && !which.is_multiple_of(4) => {
                let redeem = Wish::Redeem(0, 1);
                self.instead(&redeem).or_else(|| Some(self.fact(&redeem)))
            }
            Wish::Redeem(reward, 1) => {
                let reward = model.plan.rewards.get(*reward)?;
                let short = there(reward.account) < reward.points;
                short.then(|| credit(reward.account, reward.points + 100))
            }
            Wish::CancelOrder(which) if !which.is_multiple_of(5) => {
                let mut orders = (0..model.orders.len()).rev();
                let order = orders.find(|order| model.has_pending(*order));
                Some(match order {
                    Some(order) => Fact::CancelOrder {
                        order: model.orders[order].id.clone(),
                    },
                    None => self.purchase(&Basket::small()),
                })
            }
            Wish::Reinstate(_, since, days) if since % 2 != 0 => {
                let today = model.today(self.clock);
                let account = |dead: &(usize, i64, i32)| model.ledger.lots[dead.0].account;
                let mut dead = model.dead.iter().rev().filter(|dead| {
                    let kept = model.plan.accounts[account(dead)].reinstate_days;
                    kept > 0 && dead.2 + kept >= today
                });
                let dead = dead.nth(*since as usize % 3);
                Some(match dead {
                    Some(dead) => Fact::Reinstate {
                        account: account(dead),
                        since: dead.2,
                        expires_on: days.map(|days| today + days),
                    },
                    None => self.purchase(&Basket::small()),
                })
            }
            Wish::CancelDay(account, which) if !which.is_multiple_of(5) => {
                let account = self.account(*account);
                let mut lots = 0..model.ledger.lots.len();
                let any =
                    lots.any(|lot| model.ledger.lots[lot].account == account && pending(&lot));
                (!any).then(|| self.purchase(&Basket::small()))
            }
            _ => None,
        }
    }

    /// What a wish says that has no goods.
    fn fact(&self, wish: &Wish) -> Fact {
        let today = self.model.today(self.clock);
        match wish {
            Wish::CheckIn => Fact::CheckIn,
            Wish::Enroll(zone) => Fact::Enroll { zone: *zone },
            Wish::Profile(zone) => Fact::Profile { zone: *zone },
            Wish::Credit(account, points, active_on, days) => Fact::Credit {
                account: self.account(*account),
                points: *points,
                active_on: active_on.map(|days| today + days),
                // Later than the day on which they can be used.
                expires_on: days.map(|days| today + days + active_on.unwrap_or(0)),
            },
            Wish::Debit(account, points, overdraw) => {
                let account = self.account(*account);
                let points = match *points {
                    ALL => self.model.ledger.available(account).max(1),
                    MORE => self.model.ledger.available(account) + 50,
                    points => points,
                };
                Fact::Debit {
                    account,
                    points,
                    overdraw: *overdraw,
                }
            }
            Wish::Reinstate(account, since, days) => Fact::Reinstate {
                account: self.account(*account),
                since: today - since,
                expires_on: days.map(|days| today + days),
            },
            Wish::Settle(which) => Fact::Settle {
                order: self.waiting(*which),
            },
            Wish::CancelOrder(which) => Fact::CancelOrder {
                order: self.waiting(*which),
            },
            Wish::CancelDay(account, which) => {
                let account = self.account(*account);
                let ledger = &self.model.ledger;
                let pending: Vec<i32> = (0..ledger.lots.len())
                    .filter(|lot| ledger.lots[*lot].account == account && ledger.pending(*lot) > 0)
                    .map(|lot| ledger.lots[lot].earned_on)
                    .collect();
                let day = pending.get(which % pending.len().max(1));
                Fact::CancelDay {
                    account,
                    earned_on: day.copied().unwrap_or(today),
                }
            }
            Wish::Hold(key, minutes, percent) => {
                let points = |account: usize| {
                    let there = self.model.ledger.available(account);
                    (account, (there * percent / 100).max(1))
                };
                Fact::Hold {
                    key: format!("h{key}"),
                    minutes: *minutes,
                    points: (0..self.model.plan.accounts.len())
                        .skip(key % 2)
                        .map(points)
                        .chain((self.model.plan.accounts.len() <= key % 2).then(|| points(0)))
                        .collect(),
                }
            }
            Wish::Release(which) => Fact::Release {
                key: self.key(*which),
            },
            Wish::Redeem(reward, quantity) => Fact::Redeem {
                reward: *reward,
                quantity: *quantity,
            },
            Wish::Undo(which) => {
                let all = &self.model.redemptions;
                let place = all.len().checked_sub(1 + which % all.len().clamp(1, 4));
                Fact::Undo {
                    event: place.map_or("none".to_owned(), |place| all[place].event.clone()),
                }
            }
            other => unreachable!("{other:?} is made elsewhere"),
        }
    }

    /// A recent order, or one that there is not.
    fn recent(&self, which: usize) -> String {
        let many = self.orders.len();
        if many == 0 || which == 29 {
            return "o-none".to_owned();
        }
        self.orders[many - 1 - which % many.min(5)].clone()
    }

    /// The same; every third time one of the orders whose points are pending, however old it is.
    fn waiting(&self, which: usize) -> String {
        let pending: Vec<&crate::purchase::Order> = (0..self.model.orders.len())
            .filter(|order| self.model.has_pending(*order))
            .map(|order| &self.model.orders[order])
            .collect();
        match pending.get(which % pending.len().max(1)) {
            Some(order) if which.is_multiple_of(3) => order.id.clone(),
            _ => self.recent(which),
        }
    }

    /// The holds that are open now.
    fn holds(&self) -> Vec<&crate::model::Hold> {
        let all = self.model.holds.iter();
        all.filter(|hold| hold.until > self.clock).collect()
    }

    /// An open hold, or one that there is not.
    fn key(&self, which: usize) -> String {
        let all = self.holds();
        match all.get(which % all.len().max(1)) {
            Some(hold) if which < 3 => hold.key.clone(),
            _ => "none".to_owned(),
        }
    }

    fn purchase(&self, basket: &Basket) -> Fact {
        let one = |(place, item): (usize, &crate::wishes::Item)| Line {
            id: item.named.then(|| format!("L{place}")),
            sku: item.sku,
            quantity: item.quantity,
            price: item.price,
            off: item.price * item.quantity * item.off / 100,
        };
        let mut tender: BTreeMap<usize, i64> = BTreeMap::new();
        for (account, percent) in &basket.tender {
            let account = self.account(*account);
            let there = self.model.ledger.available(account);
            tender.insert(account, there * percent / 100);
        }
        let order = match basket.same_order {
            Some(which) if !self.orders.is_empty() => self.recent(which),
            _ => format!("o-{}", self.count + 1),
        };
        Fact::Purchase {
            order,
            lines: basket.lines.iter().enumerate().map(one).collect(),
            tender: tender.into_iter().collect(),
            hold: basket.hold.map(|which| self.key(which)),
        }
    }

    fn goods(&self, which: usize, goods: &Goods) -> Option<Fact> {
        if matches!(goods, Goods::OtherOrder) {
            let order = "o-none".to_owned();
            return Some(Fact::Return { order, lines: None });
        }
        if self.orders.is_empty() {
            return None;
        }
        // Every third time an order whose points are gone, if there is one.
        let gone = |one: &&crate::purchase::Order| {
            let ledger = &self.model.ledger;
            let mut puts = one.puts.iter();
            self.model.order(&one.id, self.clock).is_ok()
                && one.lines.iter().any(|line| line.3 > 0)
                && puts.any(|put| ledger.available(ledger.lots[put.lot].account) < put.points)
        };
        let orders = || self.model.orders.iter().rev();
        let gone = orders().find(gone).filter(|_| which.is_multiple_of(3));
        let order = gone.map_or_else(|| self.recent(which % 6), |one| one.id.clone());
        // Not one that is past the window, most times.
        if !which.is_multiple_of(8) && self.model.order(&order, self.clock).is_err() {
            return None;
        }
        let lines = &orders().find(|one| one.id == order)?.lines;
        let out: Vec<(&String, i64)> = lines
            .iter()
            .filter(|line| line.3 > 0)
            .map(|line| (&line.0, line.3))
            .collect();
        let lines = match goods {
            Goods::OtherLine => Some(std::vec![("no such line".to_owned(), Some(1))]),
            Goods::TooMany(line) => {
                let line = &lines[line % lines.len()];
                Some(std::vec![(line.0.clone(), Some(line.3 + 1))])
            }
            Goods::Some(wanted) if !out.is_empty() => {
                let mut lines: BTreeMap<String, Option<i64>> = BTreeMap::new();
                for (line, units) in wanted {
                    let (line, out) = out[line % out.len()];
                    let units = units % (out + 1);
                    lines.insert(line.clone(), (units > 0).then_some(units));
                }
                Some(lines.into_iter().collect())
            }
            // Where only whole orders go back, a unit of one now and then.
            Goods::All
                if self.model.plan.returns.whole_only
                    && which.is_multiple_of(2)
                    && out.iter().map(|line| line.1).sum::<i64>() > 1 =>
            {
                Some(std::vec![(out[0].0.clone(), Some(1))])
            }
            Goods::All | Goods::Some(_) | Goods::OtherOrder => None,
        };
        Some(Fact::Return { order, lines })
    }
}

impl Basket {
    /// Where nothing was bought yet, something is.
    fn small() -> Self {
        let item = crate::wishes::Item {
            named: false,
            sku: 0,
            quantity: 3,
            price: 999,
            off: 0,
        };
        Self {
            lines: std::vec![item],
            tender: Vec::new(),
            same_order: None,
            hold: None,
            clock: 0,
        }
    }
}

/// What happened besides, by the entries.
fn notes(answer: &Answer) -> Vec<&'static str> {
    let mut notes: Vec<&'static str> = answer.journal.keys().map(|key| key.2).collect();
    notes.sort_unstable();
    notes.dedup();
    notes
}

/// Where two tables differ.
fn apart<K: Ord + std::fmt::Debug>(
    what: &str,
    engine: &BTreeMap<K, i64>,
    reference: &BTreeMap<K, i64>,
) -> String {
    let mut text = format!("{what} differ:");
    for (key, n) in engine {
        if reference.get(key) != Some(n) {
            text.push_str(&format!("\n    engine:    {key:?}: {n}"));
        }
    }
    for (key, n) in reference {
        if engine.get(key) != Some(n) {
            text.push_str(&format!("\n    reference: {key:?}: {n}"));
        }
    }
    text
}

/// The program and the acts of a case, to be read and to be run again.
pub(crate) fn transcript((plan, steps): &(Plan, Vec<Step>)) -> String {
    let program: Value = plan.document();
    let mut text = format!("program: {program}\n");
    let mut world = World::new(plan);
    for step in steps {
        let played = world.play(step);
        let act = match &played.act {
            Act::Report(report) => report.json(),
            Act::Advance(to) => format!("advance to {}", Instant::from_micros(*to)),
        };
        text.push_str(&format!("{act}\n    {}\n", played.said));
        if let Some(fault) = played.fault {
            text.push_str(&format!(
                "{fault}\nmember: {}\nreference: {:?}\n",
                world.member.to_json(),
                world.model.ledger.lots
            ));
            break;
        }
    }
    text
}
