//! Rewards for points, and undoing them (clauses 5.2, 5.3).

use super::work::Work;
use crate::condition::EventFacts;
use crate::error::{Code, Error, Result};
use crate::event::{Event, Redeem, Undo};

impl Work<'_> {
    pub(super) fn redeem(&mut self, _event: &Event<'_>, _redeem: &Redeem<'_>) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }

    pub(super) fn undo_redemption(&mut self, _undo: &Undo<'_>) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }

    /// Books a discount for a purchase; the account that pays, and how many points.
    pub(super) fn reward_for_purchase(
        &mut self,
        reward: &str,
        _event: EventFacts<'_>,
    ) -> Result<(usize, i64)> {
        let words = format!("there is no reward `{reward}` in this program");
        Err(Error::new(Code::Internal, words))
    }
}
