//! What orders, redemptions and holds recorded as taken from lots: it goes back with the dates that those lots have by then.

use super::work::Work;
use crate::calendar::Instant;
use crate::id::Id;
use crate::member::TenderPaid;
use crate::points::{DatedBy, HeldPoints, Lot, Redemption};

/// The number of a lot, when it expires from now on, and by what it is dated.
pub(super) type NewDate = (u32, Option<Instant>, Option<DatedBy>);

impl Work<'_> {
    /// The lots of an account from which points were taken that may come back, each once.
    pub(super) fn taken_lots(&self, account: &Id) -> Vec<Lot> {
        let orders = self.member.orders.iter().flat_map(|order| &order.tender);
        let paid = orders
            .filter(|tender| tender.account == *account)
            .flat_map(|tender| tender.lots.iter().map(|took| took.lot));
        let more = &self.state.more;
        let redeemed = more
            .redemptions
            .iter()
            .filter(|one| one.account == *account);
        let redeemed = redeemed.flat_map(|one| one.lots.iter().map(|took| took.lot));
        let held = more.held(account).copied();
        let mut lots: Vec<Lot> = paid.chain(redeemed).chain(held).collect();
        lots.sort_by_key(|lot| lot.n);
        lots.dedup_by_key(|lot| lot.n);
        lots
    }

    /// Points that were taken from lots before these had other dates have those too when they come back.
    pub(super) fn redate_taken(&mut self, account: &Id, dates: &[NewDate]) {
        let of = |lot: &Lot| dates.iter().find(|(n, ..)| *n == lot.n);
        let mine = |lot: &Lot| of(lot).is_some();
        let date = |lot: &mut Lot| {
            if let Some((_, expires_at, dated_by)) = of(lot) {
                lot.expires_at = *expires_at;
                lot.dated_by = *dated_by;
            }
        };
        let paid = |tender: &TenderPaid| {
            tender.account == *account && tender.lots.iter().any(|took| mine(&took.lot))
        };
        for number in 0..self.member.orders.len() {
            let Some(order) = self.order_at(number) else {
                continue;
            };
            if order.tender.iter().any(paid) {
                let mut order = order.clone();
                for tender in order.tender.iter_mut().filter(|tender| paid(tender)) {
                    tender.lots.iter_mut().for_each(|took| date(&mut took.lot));
                }
                self.amend(number, order);
            }
        }
        let more = &self.state.more;
        let redeemed = |one: &Redemption| {
            one.account == *account && one.lots.iter().any(|took| mine(&took.lot))
        };
        let held = |one: &HeldPoints| one.account == *account && one.lots.iter().any(mine);
        let any = more.redemptions.iter().any(redeemed)
            || more.holds.iter().flat_map(|hold| &hold.points).any(held);
        if !any {
            return;
        }
        let more = self.more();
        for one in more.redemptions.iter_mut().filter(|one| redeemed(one)) {
            one.lots.iter_mut().for_each(|took| date(&mut took.lot));
        }
        let holds = more.holds.iter_mut().flat_map(|hold| &mut hold.points);
        for one in holds.filter(|one| held(one)) {
            one.lots.iter_mut().for_each(date);
        }
    }
}
