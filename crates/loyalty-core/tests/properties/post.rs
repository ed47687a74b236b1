//! Members who tell each other: whatever is told in whatever order, and late, all agree in the end.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cover::check;
use crate::plans::Told;

/// Everybody: a holder of a plan, two pools, and people.
const NAMES: [&str; 6] = ["h", "p-1", "p-2", "m-1", "m-2", "m-3"];

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// Somebody does something about somebody.
    Act(u8, usize, usize),
    /// One of the messages on the way arrives; or a copy of it, so that it arrives again.
    Arrive(u32, bool),
    /// One of the people buys for so much, or sends something back.
    Trade(usize, i64),
    /// Days pass.
    Wait(i64),
}

/// What is on the way, and to whom.
type Post = Vec<(String, Value)>;

/// Everybody, and what is on the way.
struct Town {
    members: Vec<Told>,
    post: Post,
    day: i64,
    /// The orders of each of the people: the price of a unit, and how many of three are still out.
    orders: [Vec<(i64, i64)>; 3],
    /// How many points each of the people has told each pool of.
    away: [[i64; 2]; 3],
}

impl Town {
    fn new() -> Self {
        let program = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
            "accounts": [{"id": "points"}],
            "plans": [{"id": "p", "price": "10.00", "term": {"days": 20}, "seats": 2, "lapse_grace": {"days": 5}, "in_grace": "stays"}],
            "earn": [{"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}}],
            "household": {"members_max": 2, "share": [{"percent": "33"}], "contribute": [{"points_limits": [{"points": 70, "per": "week"}]}]}});
        Self {
            members: NAMES.map(|name| Told::new(&program, name)).into(),
            post: Vec::new(),
            day: 0,
            orders: Default::default(),
            away: Default::default(),
        }
    }

    fn take(&mut self, who: usize, body: Value) -> Result<(), String> {
        let made = self.members[who].take(self.day, body)?;
        for one in made {
            let to = one["member"].as_str().expect("a member").to_owned();
            let told = &one["event"]["contribution"];
            if told.is_object() {
                let lots = told["lots"].as_array().into_iter().flatten();
                let points: i64 = lots.filter_map(|lot| lot["points"].as_i64()).sum();
                let pool = usize::from(to == "p-2");
                self.away[who - 3][pool] += points - told["back"].as_i64().unwrap_or(0);
            }
            self.post.push((to, one["event"].clone()));
        }
        Ok(())
    }

    /// Somebody buys three units, or sends one of some order back.
    fn trade(&mut self, who: usize, what: i64) -> bool {
        let id = NAMES[who + 3];
        let all = &self.orders[who];
        if what > 0 {
            let order = format!("{id}-{}", all.len());
            let line = json!({"sku": "tea", "price": format!("{what}.00"), "quantity": 3});
            let body = json!({"purchase": {"order": order, "lines": [line]}});
            let taken = self.take(who + 3, body).is_ok();
            if taken {
                self.orders[who].push((what, 3));
            }
            return taken;
        }
        let Some(place) = all
            .iter()
            .position(|(price, out)| *out > 0 && (price + what) % 2 == 0)
        else {
            return false;
        };
        let line = json!({"line": "1", "quantity": 1});
        let body = json!({"return": {"order": format!("{id}-{place}"), "lines": [line]}});
        let taken = self.take(who + 3, body).is_ok();
        if taken {
            self.orders[who][place].1 -= 1;
        }
        taken
    }

    /// A message on the way arrives: it is never refused. A copy that stays behind bears the instant of this first delivery.
    fn arrive(&mut self, which: u32, again: bool) {
        if self.post.is_empty() {
            return;
        }
        let place = usize::try_from(which).expect("a number") % self.post.len();
        let (to, event) = if again {
            let (_, event) = &mut self.post[place];
            if event["at"].is_null() {
                event["at"] = json!(crate::plans::noon(self.day));
            }
            self.post[place].clone()
        } else {
            self.post.remove(place)
        };
        let who = NAMES.iter().position(|name| *name == to).expect("a name");
        match self.take(who, event) {
            Ok(()) => {}
            // Its id is forgotten, its instant is not.
            Err(code) => assert_eq!(code, "out_of_order", "of a message to {to}"),
        }
    }

    fn state(&self, who: usize) -> Value {
        let document = self.members[who].member.to_json();
        let document: Value = serde_json::from_str(&document).expect("JSON");
        document["state"]["more"].clone()
    }
}

/// The text at a path of each of some values.
fn each<'v>(list: &'v Value, key: &str) -> BTreeSet<&'v str> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|one| one[key].as_str()).collect()
}

/// Clauses 12.3, 13: however messages are delayed, mixed and doubled, when the last one has arrived the holder of a plan and a pool
/// know of exactly those members who have a seat and belong to the household.
#[test]
fn all_agree_in_the_end() {
    let next = prop_oneof![
        6 => (0_u8..9, 0_usize..2, 0_usize..3).prop_map(|(what, pool, who)| Next::Act(what, pool, who)),
        4 => (any::<u32>(), prop::bool::weighted(0.2)).prop_map(|(which, again)| Next::Arrive(which, again)),
        3 => (0_usize..3, -6_i64..60).prop_map(|(who, what)| Next::Trade(who, what)),
        // Sometimes so long that orders can go back no longer, and what was told of them was forgotten.
        1 => prop_oneof![3 => 1_i64..9, 1 => Just(300)].prop_map(Next::Wait),
    ];
    check(
        400,
        &[
            &["seat", "person", "left a seat", "left a household"],
            &["closed", "two pools"],
            &["sent back", "shared", "late"],
        ],
        (
            proptest::collection::vec(next, 1..90),
            proptest::collection::vec(any::<u32>(), 12),
        ),
        |case| format!("{case:?}"),
        |(steps, order), coverage| {
            let mut town = Town::new();
            for step in steps {
                match *step {
                    Next::Wait(days) => {
                        town.day += days;
                        let points =
                            |(_, event): &(String, Value)| event["contribution"].is_object();
                        if days > 9 && town.post.iter().any(points) {
                            coverage.note("late");
                        }
                    }
                    Next::Arrive(which, again) => town.arrive(which, again),
                    Next::Trade(who, what) => {
                        if town.trade(who, what) && what <= 0 {
                            coverage.note("sent back");
                        }
                    }
                    Next::Act(what, pool, who) => {
                        let id = NAMES[who + 3];
                        let (by, body) = match what {
                            0 => (0, json!({"subscribe": {"plan": "p"}})),
                            1 => (0, json!({"renew": {}})),
                            2 => (0, json!({"share_plan": {"add": [id]}})),
                            3 => (0, json!({"share_plan": {"remove": [id]}})),
                            4 => (who + 3, json!({"leave_seat": {}})),
                            5 => (pool + 1, json!({"household": {"add": [id]}})),
                            6 => (pool + 1, json!({"household": {"remove": [id]}})),
                            7 => (who + 3, json!({"leave_household": {"reason": "so"}})),
                            _ if pool == 0 => (0, json!({"unsubscribe": {"at_once": true}})),
                            _ => (who + 3, json!({"close": {"reason": "so"}})),
                        };
                        // What cannot be done is refused, and changes nothing.
                        if town.take(by, body).is_ok() {
                            match (what, pool) {
                                (4, _) => coverage.note("left a seat"),
                                (7, _) => coverage.note("left a household"),
                                (8, 1) => coverage.note("closed"),
                                _ => {}
                            }
                        }
                    }
                }
            }
            let mut order = order.iter().cycle();
            while !town.post.is_empty() {
                town.arrive(*order.next().expect("a number"), false);
            }
            // All are looked at on the same day.
            for who in 0..NAMES.len() {
                let to = crate::plans::day(town.day).to_string();
                let to = format!("{to}T23:00:00+08:00");
                let (to, _) = loyalty_core::Instant::parse(&to).expect("an instant");
                let Told { engine, member, .. } = &mut town.members[who];
                engine.advance(member, to).expect("time passes");
                let again = loyalty_core::Member::from_json(member.to_json().as_bytes());
                prop_assert_eq!(again.as_ref(), Ok(&*member));
            }
            let holder = town.state(0);
            let mut own = holder["plans"]["own"].as_array().into_iter().flatten();
            let running = own.find(|own| own["lapsed"].is_null());
            let given = running.map_or(&Value::Null, |own| &own["seats"]);
            let given = each(given, "member");
            let mut pools = [BTreeSet::new(), BTreeSet::new()];
            for (place, there) in pools.iter_mut().enumerate() {
                let people = town.state(place + 1);
                for id in each(&people["household"]["people"], "id") {
                    there.insert(id.to_owned());
                }
            }
            for who in 0..3 {
                let away: i64 = town.away[who].iter().sum();
                if away > 0 {
                    coverage.note("shared");
                }
                let kept: i64 = town.orders[who]
                    .iter()
                    .map(|(price, out)| price * out)
                    .sum();
                let document = town.state(who + 3);
                if document["access"].is_null() {
                    let own = town.members[who + 3].member.balance("points");
                    prop_assert_eq!(own + away, kept, "the points of {}", NAMES[who + 3]);
                }
            }
            for place in 0..2 {
                let points: i64 = town.away.iter().map(|away| away[place]).sum();
                let pool = town.members[place + 1].member.balance("points");
                prop_assert_eq!(pool, points, "the points of a pool");
            }
            for (who, id) in NAMES.iter().enumerate().skip(3) {
                let state = town.state(who);
                let seats = state["plans"]["seats"].as_array().into_iter().flatten();
                let holds = seats.clone().any(|seat| seat["until"].is_string());
                prop_assert_eq!(holds, given.contains(id), "the seat of {}", id);
                // What is answered is remembered only as long as something late could give it.
                prop_assert!(seats.clone().all(|seat| seat["left"].is_null()));
                let known = state["household"]["pools"].as_array().into_iter().flatten();
                let joined = known.filter(|one| one["joined"] == true);
                let joined: BTreeSet<&str> =
                    joined.filter_map(|one| one["pool"].as_str()).collect();
                let wanted = pools.iter().zip(["p-1", "p-2"]);
                let wanted = wanted.filter(|(people, _)| people.contains(*id));
                let wanted: BTreeSet<&str> = wanted.map(|(_, pool)| pool).collect();
                prop_assert_eq!(&joined, &wanted, "the households of {}", id);
                coverage.count(if holds { "seat" } else { "no seat" });
                if joined.len() == 2 {
                    coverage.note("two pools");
                } else if joined.len() == 1 {
                    coverage.note("person");
                }
            }
            Ok(())
        },
    );
}

/// Clauses 13.2, 15.4: people come and go, seats are given and taken back: what a member keeps of them does not grow for ever.
#[test]
fn what_is_over_is_forgotten() {
    let program = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
        "accounts": [{"id": "points"}],
        "plans": [{"id": "p", "price": "10.00", "term": {"days": 20}, "seats": 2}],
        "benefits": [{"id": "b", "quota": {"per": "month"}, "grants": [{"when": {"plan": ["p"]}, "units": 2}]}],
        "household": {"withdraw": [{"limits": [{"times": 1, "per": "month"}], "points_limits": [{"points": 5, "per": "week"}]}]}});
    let mut pool = Told::new(&program, "p-1");
    pool.take(0, json!({"adjust": {"credit": 10_000, "reason": "so"}}))
        .expect("points");
    let mut person = Told::new(&program, "m-1");
    for number in 0_i64..600 {
        let on = number / 2;
        let id = format!("m-{number}");
        pool.take(on, json!({"household": {"add": [id]}}))
            .expect("it joins");
        pool.take(on, json!({"transfer": {"to": id, "points": 1}}))
            .expect("it is given");
        pool.take(on, json!({"household": {"remove": [id]}}))
            .expect("it leaves");
        let (joined_at, since) = ("2026-01-31T00:00:00Z", 1);
        let pool = format!("p-{number}");
        let link = |joined: bool, told: u64| json!({"household_link": {"pool": pool, "joined": joined, "joined_at": joined_at, "since": since, "told": told}});
        person.take(on, link(true, 1)).expect("it is told");
        if number != 7 {
            person.take(on, link(false, 2)).expect("it is told");
        }
        let until = format!("{}T00:00:00Z", crate::plans::day(on + 20));
        let seat = json!({"plan_seat": {"holder": pool, "plan": "p", "until": until, "since": 1, "told": 1}});
        person.take(on, seat).expect("it is told");
        if number == 3 {
            let used = json!({"benefit_used": {"benefit": "b"}});
            person.take(on, used).expect("it is used");
        }
        let over = json!({"plan_seat": {"holder": pool, "plan": "p", "latest": until, "since": 1, "told": 2}});
        person.take(on, over).expect("it is told");
    }
    let state = |told: &Told| -> Value {
        let document: Value = serde_json::from_str(&told.member.to_json()).expect("JSON");
        document["state"].clone()
    };
    let count = |list: &Value| list.as_array().map_or(0, Vec::len);
    let (pool, person) = (state(&pool), state(&person));
    // The uses of a month and of a week, by two people a day.
    assert!(count(&pool["caps"]) <= 2 * (31 + 7), "{}", pool["caps"]);
    // Two seats a day, for twenty days each, and the day on which they are forgotten.
    assert!(count(&person["more"]["plans"]["seats"]) <= 2 * 22);
    // What was used of a seat that is taken back is forgotten when its month is over.
    assert_eq!(count(&person["more"]["benefits"]), 0);
    let pools = &person["more"]["household"]["pools"];
    assert_eq!(count(pools), 256);
    let living = pools.as_array().into_iter().flatten();
    let living = living.filter(|one| one["joined"] == true);
    let living: Vec<&Value> = living.map(|one| &one["pool"]).collect();
    assert_eq!(living, ["p-7"]);
}

/// Clause 13.3: what an order of a membership has brought a pool goes back with it, also when the membership has become part of another
/// one by then.
#[test]
fn a_merged_order_goes_back() {
    let mut town = Town::new();
    let (pool, own, other) = (1, 3, 4);
    let all = |town: &mut Town| {
        while !town.post.is_empty() {
            town.arrive(0, false);
        }
    };
    town.take(pool, json!({"household": {"add": ["m-2"]}}))
        .expect("it joins");
    all(&mut town);
    assert!(town.trade(other - 3, 30));
    town.take(other, json!({"leave_household": {"reason": "so"}}))
        .expect("it leaves");
    all(&mut town);
    // A third of 90, rounded down.
    assert_eq!(town.members[pool].member.balance("points"), 29);
    let document: Value =
        serde_json::from_str(&town.members[other].member.to_json()).expect("JSON");
    town.take(own, json!({"merge": {"document": document}}))
        .expect("it becomes part");
    all(&mut town);
    assert_eq!(town.members[own].member.balance("points"), 61);
    town.take(own, json!({"id": "back", "return": {"order": "m-2-0"}}))
        .expect("it goes back");
    all(&mut town);
    assert_eq!(town.members[own].member.balance("points"), 0);
    assert_eq!(town.members[pool].member.balance("points"), 0);
}

/// Clauses 13.2, 15.4: a pool keeps where the points of so many orders went; past that the earliest order is forgotten, and what goes
/// back of it comes from the other points. None is lost and none is there twice.
#[test]
fn a_full_pool_forgets_the_first() {
    let program = json!({"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai", "accounts": [{"id": "points"}],
        "household": {"share": [{"percent": "50"}]}});
    let most = loyalty_core::limits::CONTRIBUTED_MAX;
    let mut pool = Told::new(&program, "p-1");
    let of = |order: &str, on: i64| json!({"member": "m-1", "order": order, "on": crate::plans::day(on).to_string(), "account": "points"});
    let come = |order: &str, on: i64, points: i64| {
        let mut given = of(order, on);
        given["lots"] = json!([{"points": points}]);
        json!({"contribution": given})
    };
    let back = |order: &str, on: i64, points: i64| {
        let mut given = of(order, on);
        given["back"] = json!(points);
        json!({"contribution": given})
    };
    for (body, points) in [
        (come("a-0", 1, 10), 10),
        // It goes back before it comes.
        (back("a-1", 2, 3), 10),
        (come("b-0", 3, 5), 15),
    ] {
        pool.take(5, body).expect("it is taken");
        assert_eq!(pool.member.balance("points"), points);
    }
    let mut document: Value = serde_json::from_str(&pool.member.to_json()).expect("JSON");
    let all = &mut document["state"]["more"]["household"]["contributed"];
    let all = all.as_array_mut().expect("a list");
    let last = all.last().cloned().expect("an order");
    for number in all.len()..most {
        let mut one = last.clone();
        one["order"] = json!(format!("c-{number:05}"));
        all.push(one);
    }
    pool.member = loyalty_core::Member::from_json(document.to_string().as_bytes()).expect("a pool");
    let kept = |pool: &Told| {
        let document: Value = serde_json::from_str(&pool.member.to_json()).expect("JSON");
        let all = &document["state"]["more"]["household"]["contributed"];
        let all = all.as_array().expect("a list");
        let first = all.first().map(|one| one["order"].to_string());
        (all.len(), first.expect("an order"))
    };
    for (body, points, first) in [
        (come("d-0", 4, 8), 23, "a-1"),
        // The first is forgotten: what goes back of it comes from the others.
        (back("a-0", 1, 10), 13, "a-1"),
        // What was to come in less is taken when it is forgotten, and then all of it comes.
        (come("d-1", 4, 1), 11, "b-0"),
        (come("a-1", 2, 4), 15, "b-0"),
        (back("a-1", 2, 1), 14, "b-0"),
        // Of later days all orders are known.
        (back("d-0", 4, 8), 6, "b-0"),
        (back("e-0", 4, 2), 6, "b-0"),
        (come("e-0", 4, 2), 6, "b-0"),
    ] {
        pool.take(6, body.clone()).expect("it is taken");
        assert_eq!(pool.member.balance("points"), points, "after {body}");
        assert_eq!(kept(&pool).1, format!("\"{first}\""), "after {body}");
        assert!(kept(&pool).0 <= most);
    }
}
