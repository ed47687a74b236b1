//! An exchange: a return and a purchase in one event (clause 6.7).

use super::work::Work;
use crate::error::{Code, Error, Result};
use crate::event::{Event, Purchase, Return};

impl Work<'_> {
    pub(super) fn exchange(
        &mut self,
        _event: &Event<'_>,
        _returned: &Return<'_>,
        _purchase: &Purchase<'_>,
    ) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }
}
