//! Points that returned goods take back by their list price: as many as the list price would have earned, up to what the order
//! earned (clause 6.1).

use super::receipt::money_part;
use crate::amount::{Points, Rounding};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::member::Order;
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
    /// Whether rows count by their list prices, or, where all of them were free, by their units.
    priced: bool,
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
                        priced: true,
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
        for due in &mut rules {
            due.measure(order, backs)?;
        }
        Ok(Self { rules })
    }

    /// What falls due when a row goes from `from` to `until` parts of `whole`.
    pub(super) fn step(
        &mut self,
        order: &Order,
        place: usize,
        (from, until, whole): (i64, i64, i64),
    ) -> Result<Vec<LineRulePoints>> {
        let mut points = Vec::new();
        let Some(row) = order.rows.get(place) else {
            return Ok(points);
        };
        for due in &mut self.rules {
            if !due.counts(place) {
                continue;
            }
            let size = if due.priced { row.list } else { row.quantity() };
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
    /// Measures what is back already.
    fn measure(&mut self, order: &Order, backs: &[(i64, i64)]) -> Result<()> {
        let rows = || {
            let all = order.rows.iter().enumerate();
            all.filter(|(place, _)| self.counts(*place))
                .map(|(_, row)| row)
        };
        let sum = |size: fn(&crate::member::OrderRow) -> i64| {
            rows().fold(0_i64, |sum, row| sum.saturating_add(size(row)))
        };
        let (paid, list) = (sum(|row| row.discounted), sum(|row| row.list));
        let whole = match (paid, list) {
            (0, 0) => sum(|row| row.quantity()),
            (0, list) => list,
            (paid, _) => paid,
        };
        self.priced = list > 0;
        self.whole = whole;
        let mut back = 0_i64;
        let all = order.rows.iter().zip(backs).enumerate();
        for (_, (row, (parts, whole))) in all.filter(|(place, _)| self.counts(*place)) {
            let size = if self.priced {
                row.list
            } else {
                row.quantity()
            };
            back = back.saturating_add(money_part(size, 0, *parts, *whole)?);
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
