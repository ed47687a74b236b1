//! Documents of another member that become part of one: their lots are called by other numbers there (clause 13.3).

use super::{More, Order};
use crate::points::Renumbered;

impl Order {
    /// Calls its lots by their new numbers, and counts as placed at a version of the member whose it is now.
    pub(crate) fn renumber(&mut self, names: &[Renumbered], version: u64) {
        self.version = version;
        for names in names {
            let puts = self.put.iter_mut();
            let puts = puts.filter(|put| put.account == names.account);
            names.took(puts.map(|put| &mut put.lot));
            let paid = self.tender.iter_mut();
            let paid = paid.filter(|paid| paid.account == names.account);
            names.took(paid.flat_map(|paid| &mut paid.lots));
            let gave = self.awards.iter_mut().filter_map(|one| one.gave.as_mut());
            let gave = gave.filter(|gave| gave.account == names.account);
            names.took(gave.map(|gave| &mut gave.lot));
        }
    }
}

impl More {
    /// Calls all lots by their new numbers, and counts what was redeemed as done at a version of the member whose it is now.
    pub(crate) fn renumber(&mut self, names: &[Renumbered], version: u64) {
        for one in &mut self.redemptions {
            one.version = version;
        }
        for names in names {
            let held = self.holds.iter_mut().flat_map(|hold| &mut hold.points);
            let held = held.filter(|one| one.account == names.account);
            held.flat_map(|one| &mut one.lots)
                .for_each(|lot| names.lot(lot));
            let all = self.redemptions.iter_mut();
            let mine = all.filter(|one| one.account == names.account);
            names.took(mine.flat_map(|one| &mut one.lots));
            let gave = self
                .redemptions
                .iter_mut()
                .filter_map(|one| one.gave.as_mut());
            let gave = gave.filter(|gave| gave.account == names.account);
            names.took(gave.map(|gave| &mut gave.lot));
            let referred = &mut self.referred;
            let by = referred.by.iter_mut().flat_map(|by| &mut by.gifts);
            let friends = referred.friends.iter_mut();
            let gifts = by
                .chain(friends.flat_map(|friend| &mut friend.gifts))
                .chain(&mut referred.milestones);
            let gifts = gifts.filter(|gift| gift.account == names.account);
            names.took(gifts.flat_map(|gift| &mut gift.lots));
        }
    }
}
