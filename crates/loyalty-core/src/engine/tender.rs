//! Points that are used for a purchase: for rewards, as a discount, to pay (clauses 5.1, 5.2).

use smallvec::SmallVec;

use super::basket::Rows;
use super::receipt::{Amounts, share};
use super::till::{Applied, apply, selected};
use super::work::Work;
use crate::amount::Points;
use crate::condition::{EventFacts, Quiet, evaluate};
use crate::error::{Code, Error, Result};
use crate::event::Purchase;
use crate::id::Id;
use crate::member::{RowDiscount, RowTender};
use crate::outcome::Change;
use crate::points::{Lot, TenderAs, TenderPlan, clamp, value_of};
use crate::pricing::{Basis, Cut, DiscountPer, Reduction, Rounder, Stage};

/// Points that were used for a purchase, row by row.
pub(super) struct Paid {
    pub(super) account: usize,
    pub(super) asked: i64,
    pub(super) points: i64,
    pub(super) value: i64,
    pub(super) lots: Vec<Lot>,
    /// The value and the points of each row.
    pub(super) values: Amounts,
    pub(super) rows: Amounts,
    /// The discount that they bought, by its place among those that were applied; none where they paid.
    pub(super) discount: Option<usize>,
    pub(super) reward: Option<Id>,
}

/// What has become of the price so far.
pub(super) struct Bill {
    pub(super) applied: Vec<Applied>,
    pub(super) paid: SmallVec<[Paid; 1]>,
    /// What points have paid of each row, shipping last; empty as long as they have paid nothing.
    pub(super) in_points: Amounts,
}

impl Paid {
    /// Whether they paid or lowered the price.
    pub(super) fn role(&self) -> TenderAs {
        match self.discount {
            Some(_) => TenderAs::Discount,
            None => TenderAs::Payment,
        }
    }
}

impl Bill {
    /// Nothing has been paid yet; there is room for what the purchase may use.
    pub(super) fn of(purchase: &Purchase<'_>) -> Self {
        let used = purchase.rewards.len().saturating_add(purchase.tender.len());
        Self {
            applied: Vec::new(),
            paid: SmallVec::with_capacity(used),
            in_points: Amounts::new(),
        }
    }

    /// What is left to pay in money.
    pub(super) fn left(&self, rows: &Rows) -> i64 {
        (0..rows.basket.all().count()).fold(0, |sum: i64, place| {
            let gross = rows.basket.amount(place, Stage::Discounted, Basis::Gross);
            sum.saturating_add(self.left_of(place, gross))
        })
    }

    /// What is left to pay of a row that costs so much with its tax.
    pub(super) fn left_of(&self, place: usize, gross: i64) -> i64 {
        gross.saturating_sub(self.in_points.get(place).copied().unwrap_or(0))
    }

    /// What each discount left of a row, where it took something off it.
    pub(super) fn discounts_of(&self, place: usize, initial: i64) -> Vec<RowDiscount> {
        let mut left = initial;
        let mut all = Vec::new();
        for (n, applied) in (0_u32..).zip(&self.applied) {
            let off = applied.off.get(place).copied().unwrap_or(0);
            if off != 0 {
                left = left.saturating_sub(off);
                all.push(RowDiscount { n, left });
            }
        }
        all
    }

    /// What each tender left of a row: of its price, or of what is to be paid.
    pub(super) fn tender_of(
        &self,
        place: usize,
        gross: i64,
        discounts: &[RowDiscount],
    ) -> Vec<RowTender> {
        let mut left = gross;
        let one = |paid: &Paid| {
            let points = paid.rows.get(place).copied().unwrap_or(0);
            let Some(discount) = paid.discount else {
                left = left.saturating_sub(paid.values.get(place).copied().unwrap_or(0));
                return RowTender { points, left };
            };
            let mut all = discounts.iter();
            let found = all.find(|one| usize::try_from(one.n).is_ok_and(|n| n == discount));
            RowTender {
                points,
                left: found.map_or(0, |one| one.left),
            }
        };
        self.paid.iter().map(one).collect()
    }
}

impl<'w> Work<'w> {
    /// Takes off the discounts that the member wants for points.
    pub(super) fn reward_discounts(
        &mut self,
        facts: &EventFacts<'_>,
        purchase: &Purchase<'_>,
        rows: &mut Rows,
        bill: &mut Bill,
    ) -> Result<()> {
        for (place, reward) in purchase.rewards.iter().enumerate() {
            let path = format!("purchase.rewards[{place}]");
            self.reward_discount(facts, purchase, reward, rows, bill)
                .map_err(|error| error.under(&path))?;
        }
        Ok(())
    }

    fn reward_discount(
        &mut self,
        facts: &EventFacts<'_>,
        purchase: &Purchase<'_>,
        reward: &str,
        rows: &mut Rows,
        bill: &mut Bill,
    ) -> Result<()> {
        let facts = facts.with(&rows.basket);
        let same = |one: &&Paid| one.reward.as_ref().is_some_and(|id| *id == *reward);
        let taken = i64::try_from(bill.paid.iter().filter(same).count()).unwrap_or(i64::MAX);
        let (account, points, plan) = self.reward_for_purchase(reward, taken, &facts)?;
        let available = self.account(account)?.available();
        if points > available {
            let words = format!("`{reward}` costs {points} points, {available} are there");
            return Err(Error::new(Code::InsufficientPoints, words));
        }
        let on_lines = plan.reduction.is_on_lines(plan.lines.is_some());
        let chosen = plan.lines.as_ref().map(|lines| selected(rows, lines));
        let chosen = |place: usize| {
            chosen
                .as_ref()
                .is_none_or(|all| all.get(place) == Some(&true))
        };
        let id = Id::checked(reward);
        let applied = apply(
            rows,
            &self.compiled.pricing,
            (&plan.reduction, on_lines),
            id.clone(),
            chosen,
        )?;
        if applied.total == 0 {
            let words = format!("`{reward}` takes nothing off this purchase: its points stay");
            return Err(Error::new(Code::RewardRefused, words));
        }
        let lots = self.use_up(account, points, &Id::checked(&purchase.order))?;
        let values = Amounts::from_slice(&applied.off);
        bill.paid.push(Paid {
            account,
            asked: points,
            points,
            value: applied.total,
            lots,
            rows: share(points, values.clone(), false)?,
            values,
            discount: Some(bill.applied.len()),
            reward: Some(id),
        });
        bill.applied.push(applied);
        Ok(())
    }

    /// The plan by which a purchase uses points of an account.
    pub(super) fn tender_plan(
        &self,
        purchase: &Purchase<'_>,
        place: usize,
    ) -> Result<&'w TenderPlan> {
        let compiled = self.compiled;
        let tender = purchase.tender.get(place);
        let account = tender.and_then(|tender| tender.account.as_deref());
        let plan = match account {
            Some(id) => compiled.tender.iter().find(|plan| {
                compiled
                    .accounts
                    .get(plan.account)
                    .is_some_and(|account| account.id == *id)
            }),
            None if compiled.tender.len() == 1 => compiled.tender.first(),
            None => None,
        };
        plan.ok_or_else(|| {
            let words = match account {
                Some(id) => format!("points of `{id}` are no means of payment in this program"),
                None if compiled.tender.is_empty() => {
                    "points are no means of payment in this program".to_owned()
                }
                None => "say which `account`: the program does not have exactly one means of payment in points".to_owned(),
            };
            Error::at(Code::UnknownAccount, tender_path(place), words)
        })
    }

    /// Uses points, as many as the rules let through.
    pub(super) fn use_points(
        &mut self,
        purchase: &Purchase<'_>,
        place: usize,
        facts: &EventFacts<'_>,
        rows: &mut Rows,
        bill: &mut Bill,
    ) -> Result<()> {
        let path = || tender_path(place);
        let plan = self.tender_plan(purchase, place)?;
        let Some(tender) = purchase.tender.get(place) else {
            return Ok(());
        };
        let mut earlier = bill.paid.iter().filter(|one| one.reward.is_none());
        if earlier.any(|one| one.account == plan.account) {
            let words = "each account can be used once";
            return Err(Error::at(Code::DuplicateId, path() + ".account", words));
        }
        self.may_use(plan, &facts.with(&rows.basket))
            .map_err(|error| error.under(&path()))?;
        let open = open(plan, rows, &bill.in_points);
        let basis = match plan.role {
            TenderAs::Payment => Basis::Gross,
            TenderAs::Discount => Basis::AsPriced,
        };
        let amount = |place| rows.basket.amount(place, Stage::Discounted, basis);
        let basket = (0..rows.basket.rows.len())
            .map(amount)
            .fold(0, i64::saturating_add);
        let payable = open.iter().copied().fold(0, i64::saturating_add);
        let asked = tender.points.get();
        let available = self.account(plan.account)?.available();
        let points =
            clamp(plan, asked, available, basket, payable).map_err(|error| error.under(&path()))?;
        let value = value_of(plan, points)?;
        // So few that they are worth nothing stay where they are.
        let points = if value == 0 { 0 } else { points };
        let id = Id::checked(&purchase.order);
        let lots = self.use_up(plan.account, points, &id)?;
        let (values, discount) = match plan.role {
            TenderAs::Payment => {
                let values = share(value, open, true)?;
                bill.in_points.resize(values.len(), 0);
                for (sum, value) in bill.in_points.iter_mut().zip(&values) {
                    *sum = sum.saturating_add(*value);
                }
                (values, None)
            }
            TenderAs::Discount => {
                let applied = self.discount_by_points(plan, value, rows)?;
                let values = Amounts::from_slice(&applied.off);
                let discount = bill.applied.len();
                bill.applied.push(applied);
                (values, Some(discount))
            }
        };
        let spread = share(points, values.clone(), false)?;
        bill.paid.push(Paid {
            account: plan.account,
            asked,
            points,
            value,
            lots,
            values,
            rows: spread,
            discount,
            reward: None,
        });
        Ok(())
    }

    fn may_use(&self, plan: &TenderPlan, facts: &EventFacts<'_>) -> Result<()> {
        let Some(when) = &plan.when else {
            return Ok(());
        };
        let seeing = super::facts::Seeing {
            event: Some(facts),
            ..self.seeing(self.today)
        };
        if evaluate(when, &seeing, &mut Quiet) {
            return Ok(());
        }
        let account = self.compiled.accounts.get(plan.account);
        let id = account.map_or("", |account| account.id.as_str());
        let words = format!(
            "points of `{id}` cannot be used for this purchase: what the program asks for does not hold"
        );
        Err(Error::new(Code::TenderRefused, words))
    }

    /// Lowers the price by what points are worth.
    fn discount_by_points(
        &self,
        plan: &TenderPlan,
        value: i64,
        rows: &mut Rows,
    ) -> Result<Applied> {
        let account = self.compiled.accounts.get(plan.account);
        let id = account.map_or_else(|| Id::checked("points"), |account| account.id.clone());
        let reduction = Reduction {
            cut: Cut::Amount(value),
            per: DiscountPer::Scope,
            rounder: Rounder::EXACT,
        };
        let excluded = plan.exclude.as_ref().map(|lines| selected(rows, lines));
        let chosen = |place: usize| {
            let excluded = excluded.as_ref();
            excluded.is_none_or(|all| all.get(place) != Some(&true))
        };
        let reduction = (&reduction, false);
        apply(rows, &self.compiled.pricing, reduction, id, chosen)
    }

    /// Takes points out of an account and says so.
    pub(super) fn use_up(&mut self, place: usize, points: i64, order: &Id) -> Result<Vec<Lot>> {
        let Some(plan) = self.compiled.accounts.get(place).filter(|_| points > 0) else {
            return Ok(Vec::new());
        };
        let lots = self.spend(place, points, plan.burn_order)?;
        self.enter(Change::Spent {
            account: plan.id.clone(),
            points: Points::new(points),
            order: order.clone(),
            lots: lots.iter().map(Lot::entry).collect(),
        });
        Ok(lots)
    }
}

/// What points of a plan can still pay, or take off, of each row.
fn open(plan: &TenderPlan, rows: &Rows, in_points: &[i64]) -> Amounts {
    let goods = rows.basket.rows.len();
    let mut open = Amounts::with_capacity(goods.saturating_add(1));
    for (place, row) in rows.basket.all().enumerate() {
        let extra = rows.extra(place);
        let excluded = place < goods
            && plan
                .exclude
                .as_ref()
                .is_some_and(|lines| lines.has(&rows.basket, row));
        open.push(match plan.role {
            _ if excluded || !extra.payable => 0,
            TenderAs::Payment => rows
                .basket
                .amount(place, Stage::Discounted, Basis::Gross)
                .saturating_sub(in_points.get(place).copied().unwrap_or(0)),
            TenderAs::Discount if !extra.discountable => 0,
            TenderAs::Discount => row.discounted.saturating_sub(extra.least).max(0),
        });
    }
    open
}

fn tender_path(place: usize) -> String {
    format!("purchase.tender[{place}]")
}
