//! Points that returned goods take back by their list price: as many as the list price would have earned, up to what the order
//! earned (clause 6.1).

use super::receipt::money_part;
use crate::amount::{Points, Rounding};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::member::{Order, OrderRow};
use crate::outcome::LineRulePoints;

/// What of the points of each rule is due so far.
pub(super) struct ListPrice {
    rules: Vec<Due>,
}

/// The points of one rule, or of an account in which a rule took points away.
struct Due {
    rule: Id,
    account: Id,
    /// The points up to this rule: `from` those before it, `until` with its own.
    from: i64,
    until: i64,
    /// The rows that count: so many from the first on, or these.
    first: usize,
    rows: Vec<usize>,
    /// How much of what is due each row brings: its list price, or, where all of them were free, its units; what it brings to
    /// the rule, where that is recorded.
    sizes: Vec<i64>,
    /// All that is due at …
    whole: i64,
    /// … and how much of that is back.
    back: i64,
    /// What is due so far.
    due: i64,
}

impl ListPrice {
    /// Of an order, before anything more of it goes back; `backs` says of each row how many of how many parts are back.
    /// `everywhere` says of a rule whether it is for all lines.
    pub(super) fn new(
        order: &Order,
        backs: &[(i64, i64)],
        everywhere: impl Fn(&Id) -> bool,
    ) -> Result<Self> {
        let mut rules: Vec<Due> = Vec::new();
        for (place, row) in order.rows.iter().enumerate() {
            for earned in &row.earned {
                let known = rules
                    .iter_mut()
                    .find(|due| due.rule == earned.rule && due.account == earned.account);
                match known {
                    Some(due) => {
                        due.until = due.until.saturating_add(earned.points);
                        due.rows.push(place);
                    }
                    None => rules.push(Due {
                        rule: earned.rule.clone(),
                        account: earned.account.clone(),
                        from: 0,
                        until: earned.points,
                        first: 0,
                        rows: vec![place],
                        sizes: Vec::new(),
                        whole: 0,
                        back: 0,
                        due: 0,
                    }),
                }
            }
        }
        let goods = order.goods().count();
        let takers: Vec<Id> = rules
            .iter()
            .filter(|due| due.until < 0)
            .map(|due| due.account.clone())
            .collect();
        let mut sums: Vec<(Id, i64)> = Vec::new();
        for due in &mut rules {
            if takers.contains(&due.account) {
                // Where a factor below one took points away, the sums over the rules of the account are what falls due.
                due.first = order.rows.len();
                let known = sums.iter_mut().find(|(account, _)| *account == due.account);
                due.from = known.as_ref().map_or(0, |(_, sum)| *sum);
                due.until = due.until.saturating_add(due.from);
                match known {
                    Some((_, sum)) => *sum = due.until,
                    None => sums.push((due.account.clone(), due.until)),
                }
            } else if everywhere(&due.rule) {
                let shipped = due.rows.iter().any(|place| *place >= goods);
                due.first = if shipped { order.rows.len() } else { goods };
            }
        }
        let accounts: Vec<(Id, Id)> = rules
            .iter()
            .map(|due| (due.rule.clone(), due.account.clone()))
            .collect();
        for due in &mut rules {
            let shared = takers.contains(&due.account);
            let account = due.account.clone();
            let own = due.rule.clone();
            let mine = |rule: &Id| {
                let of_account = |(of, account_of): &(Id, Id)| of == rule && *account_of == account;
                if shared {
                    accounts.iter().any(of_account)
                } else {
                    *rule == own
                }
            };
            due.measure(order, backs, mine)?;
        }
        Ok(Self { rules })
    }

    /// What falls due when a row goes from `from` to `until` parts of `whole`.
    pub(super) fn step(
        &mut self,
        place: usize,
        (from, until, whole): (i64, i64, i64),
    ) -> Result<Vec<LineRulePoints>> {
        let mut points = Vec::new();
        for due in &mut self.rules {
            let size = due.sizes.get(place).copied().unwrap_or(0);
            if size == 0 {
                continue;
            }
            due.back = due
                .back
                .saturating_add(money_part(size, from, until, whole)?);
            let now = due.so_far()?;
            let share = now.saturating_sub(due.due);
            due.due = now;
            if share != 0 {
                points.push(LineRulePoints {
                    rule: due.rule.clone(),
                    account: due.account.clone(),
                    points: Points::new(share),
                });
            }
        }
        Ok(points)
    }
}

impl Due {
    /// Measures what is back already; `mine` says of a rule whether what rows brought to it counts.
    fn measure(
        &mut self,
        order: &Order,
        backs: &[(i64, i64)],
        mine: impl Fn(&Id) -> bool,
    ) -> Result<()> {
        // What each row brought, and would have by its list price; none for one that does not count.
        let recorded = order.rows.iter().map(|row| {
            let one = row.measured.iter().find(|one| mine(&one.rule))?;
            Some((one.now, one.list))
        });
        let mut rows: Vec<Option<(i64, i64)>> = recorded.collect();
        if rows.iter().all(Option::is_none) {
            let all = order.rows.iter().enumerate();
            rows = all
                .map(|(place, row)| self.counts(place).then_some((row.discounted, row.list)))
                .collect();
        }
        let sum = |of: fn((i64, i64)) -> i64| {
            let some = rows.iter().flatten();
            some.fold(0_i64, |sum, one| sum.saturating_add(of(*one)))
        };
        let (now, list) = (sum(|one| one.0), sum(|one| one.1));
        let size = |(row, amounts): (&OrderRow, &Option<(i64, i64)>)| match amounts {
            None => 0,
            Some(_) if list == 0 => row.quantity(),
            Some((_, list)) => *list,
        };
        self.sizes = order.rows.iter().zip(&rows).map(size).collect();
        self.whole = if now > 0 {
            now
        } else {
            let all = self.sizes.iter();
            all.fold(0_i64, |sum, size| sum.saturating_add(*size))
        };
        let mut back = 0_i64;
        for (size, (parts, whole)) in self.sizes.iter().zip(backs) {
            back = back.saturating_add(money_part(*size, 0, *parts, *whole)?);
        }
        self.back = back;
        self.due = self.so_far()?;
        Ok(())
    }

    fn counts(&self, place: usize) -> bool {
        place < self.first || self.rows.binary_search(&place).is_ok()
    }

    fn so_far(&self) -> Result<i64> {
        Ok(self.part(self.until)?.saturating_sub(self.part(self.from)?))
    }

    fn part(&self, points: i64) -> Result<i64> {
        if self.back >= self.whole {
            return Ok(points);
        }
        i128::from(points)
            .checked_mul(i128::from(self.back))
            .and_then(|product| Rounding::HalfUp.divide(product, i128::from(self.whole)))
            .and_then(|part| i64::try_from(part).ok())
            .ok_or_else(|| Error::new(Code::Overflow, "points are more than can be counted"))
    }
}
