//! Two who want the same.

use std::path::PathBuf;

use loyalty_core::{Code, Engine, Event, Program};

use super::*;

/// A cup costs all the points that a member is given.
const PROGRAM: &str = r#"{"schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
    "accounts": [{"id": "points"}], "rewards": [{"id": "cup", "points": 100, "give": {"item": {"sku": "cup"}}}]}"#;

/// A folder of its own for a test, which goes with it.
struct Shop(PathBuf);

impl Shop {
    fn new(name: &str) -> Self {
        let name = format!("loyalty-store-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn open(&self) -> Store {
        Store::open(&self.0.join("shop.sqlite"), PROGRAM).unwrap()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What an event makes of a member that was found.
fn take(engine: &Engine, found: Found, event: &str) -> loyalty_core::Result<Changed> {
    let mut member = found.member;
    let outcome = engine.apply(&mut member, &Event::from_json(event)?)?;
    Ok(Changed {
        member,
        read_with: found.version,
        next_due: outcome.next_due,
        entries: outcome.entries,
    })
}

/// How many entries of a kind the journal has.
fn entries(store: &Store, kind: &str) -> i64 {
    let count = "SELECT count(*) FROM journal WHERE kind = ?1";
    store.db.query_row(count, [kind], |row| row.get(0)).unwrap()
}

/// Two sessions read one balance, and both would spend it. The one that writes second has written nothing, reads again, and finds
/// that the points are gone.
#[test]
fn one_balance_is_spent_once() {
    let shop = Shop::new("spent");
    let engine = Engine::new(Program::from_json(PROGRAM).unwrap());
    let (mut one, mut other) = (shop.open(), shop.open());
    let credit = r#"{"id": "e-1", "at": "2026-03-01T10:00:00+08:00", "adjust": {"credit": 100, "reason": "gift"}}"#;
    let given = take(&engine, one.find("m-1").unwrap(), credit).unwrap();
    assert!(one.write(&[given]).unwrap());

    let redeem = |id: &str| {
        format!(
            r#"{{"id": "{id}", "at": "2026-03-02T10:00:00+08:00", "redeem": {{"reward": "cup"}}}}"#
        )
    };
    let (first, second) = (one.find("m-1").unwrap(), other.find("m-1").unwrap());
    let first = take(&engine, first, &redeem("r-1")).unwrap();
    let second = take(&engine, second, &redeem("r-2")).unwrap();
    assert!(one.write(&[first]).unwrap());
    assert!(!other.write(&[second]).unwrap());
    assert_eq!(entries(&other, "redeemed"), 1);

    let again = other.find("m-1").unwrap();
    assert_eq!(again.member.balance("points"), 0);
    let refused = take(&engine, again, &redeem("r-2")).err().unwrap();
    assert_eq!(refused.code(), Code::InsufficientPoints);
}

/// Two sessions find no member and both would make one: the second has made none, and goes on with what the first has written. What
/// stands beside the lost member in its transaction is not written either.
#[test]
fn one_member_is_made_once() {
    let shop = Shop::new("made");
    let engine = Engine::new(Program::from_json(PROGRAM).unwrap());
    let (mut one, mut other) = (shop.open(), shop.open());
    let credit = |id: &str| {
        format!(
            r#"{{"id": "{id}", "at": "2026-03-01T10:00:00+08:00", "adjust": {{"credit": 100, "reason": "gift"}}}}"#
        )
    };
    let first = take(&engine, one.find("m-1").unwrap(), &credit("e-1")).unwrap();
    let beside = take(&engine, other.find("m-0").unwrap(), &credit("e-2")).unwrap();
    let second = take(&engine, other.find("m-1").unwrap(), &credit("e-2")).unwrap();
    assert!(one.write(&[first]).unwrap());
    assert!(!other.write(&[beside, second]).unwrap());
    assert!(other.find("m-0").unwrap().version.is_none());

    let again = take(&engine, other.find("m-1").unwrap(), &credit("e-2")).unwrap();
    assert_eq!(again.member.balance("points"), 200);
    assert!(other.write(&[again]).unwrap());
    assert_eq!(entries(&one, "credited"), 2);
}
