//! An exchange: a return and a purchase in one event (clause 6.7).

use super::work::Work;
use crate::error::Result;
use crate::event::{Event, Purchase, Return};

impl Work<'_> {
    /// First the return, then the purchase, which can use what the return gave back; if one is refused, both are.
    pub(super) fn exchange(
        &mut self,
        event: &Event<'_>,
        returned: &Return<'_>,
        purchase: &Purchase<'_>,
    ) -> Result<()> {
        self.take_back(returned)?;
        self.taken_back = self.receipt.take();
        // What goes back with all of an order can be reached again by what is bought.
        self.trigger_values = self.values_of_milestones();
        self.purchase(event, purchase)
    }
}
