//! Pending points: orders that are settled, points that are cancelled (clause 3.6).

use super::work::Work;
use crate::error::{Code, Error, Result};
use crate::event::{Cancel, OrderSettled};

impl Work<'_> {
    pub(super) fn order_settled(&mut self, _settled: &OrderSettled<'_>) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }

    pub(super) fn cancel(&mut self, _cancel: &Cancel<'_>) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }
}
