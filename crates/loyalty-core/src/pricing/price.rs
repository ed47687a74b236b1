//! The stages of a price, and its views without and with tax.

/// How far a price has come: what comes later is never more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// As it is stated.
    List,
    /// After the discounts on lines, before those on the basket.
    LineDiscounted,
    /// After all discounts.
    Discounted,
}

/// What a row costs without and with tax, at each stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taxed {
    pub(crate) list: NetGross,
    pub(crate) line_discounted: NetGross,
    pub(crate) discounted: NetGross,
}

/// An amount without and with tax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NetGross {
    pub(crate) net: i64,
    pub(crate) gross: i64,
}

impl Taxed {
    /// The amounts at a stage.
    pub(crate) fn at(&self, stage: Stage) -> NetGross {
        match stage {
            Stage::List => self.list,
            Stage::LineDiscounted => self.line_discounted,
            Stage::Discounted => self.discounted,
        }
    }
}
