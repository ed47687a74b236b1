//! A condition that is judged again for another basket, where all else stays as it was: the answers of all leaves but those of the
//! basket are kept (clause 6.7).

use super::Facts;
use super::compile::Cond;
use super::evaluate::{Quiet, evaluate};

impl Cond {
    /// The answers of the leaves that do not look at the basket, in their order.
    pub(crate) fn remember(&self, facts: &impl Facts) -> Vec<bool> {
        let mut answers = Vec::new();
        self.each_leaf(&mut |leaf| {
            if !leaf.reads_basket() {
                answers.push(evaluate(leaf, facts, &mut Quiet));
            }
        });
        answers
    }

    /// Whether it holds with the basket of these facts, and with the answers that were kept for all else.
    pub(crate) fn recall(&self, answers: &[bool], facts: &impl Facts) -> bool {
        recall(self, &mut answers.iter().copied(), facts)
    }

    /// Whether any leaf looks at the basket.
    pub(crate) fn has_basket(&self) -> bool {
        let mut any = false;
        self.each_leaf(&mut |leaf| any |= leaf.reads_basket());
        any
    }

    fn reads_basket(&self) -> bool {
        matches!(
            self,
            Self::Total(..) | Self::Quantity(..) | Self::AnyQuantity(..) | Self::Contains(_)
        )
    }

    fn each_leaf(&self, out: &mut dyn FnMut(&Self)) {
        match self {
            Self::AtLeast(_, of) => of.iter().for_each(|one| one.each_leaf(out)),
            Self::Not(one) => one.each_leaf(out),
            leaf => out(leaf),
        }
    }
}

fn recall(cond: &Cond, answers: &mut dyn Iterator<Item = bool>, facts: &impl Facts) -> bool {
    match cond {
        Cond::AtLeast(n, of) => {
            // Each takes its answers, whether they are needed or not.
            let mut count = 0_usize;
            for one in of {
                count = count.saturating_add(usize::from(recall(one, answers, facts)));
            }
            count >= *n
        }
        Cond::Not(one) => !recall(one, answers, facts),
        leaf if leaf.reads_basket() => evaluate(leaf, facts, &mut Quiet),
        _ => answers.next().unwrap_or(false),
    }
}
