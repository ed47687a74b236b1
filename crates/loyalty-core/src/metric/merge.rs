//! Metrics of another member that become part of one (clause 13.3).

use super::aside::Aside;
use super::tally::{Reading, Tally};

impl Tally {
    /// Adds what another member has, day by day. What lies before the days that are kept is one number: a run of periods is the
    /// longer one, all else adds up.
    pub(crate) fn join(&mut self, other: Self, reading: Reading) {
        for (day, amount) in other.days {
            self.add(day, amount);
        }
        self.settled = match reading {
            Reading::Streak(_) => self.settled.max(other.settled),
            _ => self.settled.saturating_add(other.settled),
        };
        self.from = self.from.max(other.from);
        for carried in other.carried {
            match self.carried.iter_mut().find(|one| one.into == carried.into) {
                Some(there) => {
                    there.amount = there.amount.saturating_add(carried.amount);
                    there.over = there.over.saturating_add(carried.over);
                }
                None => self.carry(super::Carried {
                    since: self.since,
                    version: self.since,
                    ..carried
                }),
            }
        }
        if let Some(aside) = other.aside {
            let (id, since) = (self.id.clone(), self.since);
            let own = self.aside.get_or_insert_default();
            let Aside {
                count,
                before,
                values,
                gaps,
            } = *aside;
            for (own, other) in [(&mut own.count, count), (&mut own.before, before)] {
                if let Some(other) = other {
                    own.get_or_insert_with(|| Self::new(id.clone(), since))
                        .join(other, reading);
                }
            }
            own.values.join(values);
            own.gaps.join(gaps);
            if **own == Aside::default() {
                self.aside = None;
            }
        }
    }
}
