//! Points that move to other members, accounts and programs (clause 5.4).

use super::work::Work;
use crate::error::{Code, Error, Result};
use crate::event::{Convert, Event, Receive, Transfer};

impl Work<'_> {
    pub(super) fn transfer(&mut self, _event: &Event<'_>, _transfer: &Transfer<'_>) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }

    pub(super) fn convert(&mut self, _event: &Event<'_>, _convert: &Convert<'_>) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }

    pub(super) fn receive(&mut self, _receive: &Receive<'_>) -> Result<()> {
        Err(Error::new(Code::Internal, "not built yet"))
    }
}
