//! Holds: points that are set aside for a while (clause 3.10).

use super::work::Work;
use crate::error::{Code, Error, Result};
use crate::event::{HoldRequest, Release};

impl Work<'_> {
    pub(super) fn hold(&mut self, _hold: &HoldRequest<'_>) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }

    pub(super) fn release(&mut self, _release: &Release<'_>) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }

    pub(super) fn capture(&mut self, _key: &str) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }
}
