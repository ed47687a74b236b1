//! Which civil day it is for a member whose clocks may become others: the member moves, or a new version of the program has another
//! zone (clauses 1.1, 14.3).

use crate::calendar::{Date, Instant, Zone};
use crate::tiers::Standing;

/// Which civil day a member has reached, as of an instant.
pub(super) struct Clocks {
    pub(super) today: Date,
    /// Whether the clocks do not show that day yet.
    pub(super) early: bool,
    /// The day before those that begin at this instant.
    pub(super) turned: Option<Date>,
    /// Whether they begin because the clocks are others now.
    pub(super) moved: bool,
}

impl Clocks {
    /// From now on the clocks of another zone count. What lies behind keeps the civil days that it had; a day that has begun does
    /// not begin again, and those that the new clocks are ahead by begin now.
    pub(super) fn change(
        &mut self,
        tiers: &mut [Standing],
        (left, zone): (Zone, Zone),
        at: Instant,
    ) {
        for standing in tiers {
            standing.keep_days(left);
        }
        let today = zone.date_at(at);
        self.moved = today > self.today;
        self.turned = self.moved.then_some(self.today);
        self.today = self.today.max(today);
        self.early = zone.date_at(at.prev()) < self.today && !self.moved;
    }
}
