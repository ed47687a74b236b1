//! What triggers do: from the document to what the engine gives.

use super::Compiler;
use crate::amount::Points;
use crate::error::{Code, join};
use crate::triggers::{Award, AwardPlan};

impl Compiler<'_> {
    pub(super) fn awards(&mut self, awards: &[Award], path: &str) -> Vec<AwardPlan> {
        let mut plans = Vec::with_capacity(awards.len());
        for (place, award) in awards.iter().enumerate() {
            plans.extend(self.award(award, &format!("{path}[{place}]")));
        }
        plans
    }

    fn award(&mut self, award: &Award, path: &str) -> Option<AwardPlan> {
        match award {
            Award::Points(of) => {
                let account = self.account(Some(&of.account), &join(path, "points.account"));
                if of.points.get() < 1 {
                    let words = "the number of points must be more than zero";
                    self.tell(Code::OutOfRange, &join(path, "points.points"), words);
                }
                Some(AwardPlan::Points {
                    account,
                    points: of.points.get(),
                })
            }
            Award::Coupon(of) => {
                self.coupon_of(of, &join(path, "coupon"));
                Some(AwardPlan::Coupon(of.coupon.clone(), of.value))
            }
            Award::Item(item) => Some(AwardPlan::Item(item.sku.clone())),
            Award::Tags(tags) => {
                if tags.add.is_empty() && tags.remove.is_empty() {
                    let words = "say which tags to `add` or to `remove`";
                    self.tell(Code::MissingField, &join(path, "tags"), words);
                }
                Some(AwardPlan::Tags {
                    add: tags.add.clone(),
                    remove: tags.remove.clone(),
                })
            }
            Award::Convert(of) => {
                let path = join(path, "convert");
                if of.points.is_some_and(|points| points.get() < 1) {
                    let words = "the number of points must be more than zero";
                    self.tell(Code::OutOfRange, &join(&path, "points"), words);
                }
                let path = join(&path, "conversion");
                let mut conversions = self.rules.conversions.iter();
                let Some(place) = conversions.position(|one| one.id == of.conversion) else {
                    let error = self.names.unknown("conversion", &of.conversion);
                    self.mistakes.extend(error.map(|error| error.under(&path)));
                    return None;
                };
                let partner = self.rules.conversions.get(place);
                if partner.is_some_and(|rule| rule.partner.is_some()) {
                    let words = "who the member is with a partner is not known here: only a conversion within the program can be triggered";
                    self.tell(Code::Contradiction, &path, words);
                }
                Some(AwardPlan::Convert(place, of.points.map(Points::get)))
            }
            Award::Notify(notify) => {
                let mut topics = self.rules.topics.iter();
                let found = topics.position(|topic| topic.id == notify.topic);
                let Some(topic) = found else {
                    let error = self.names.unknown("topic", &notify.topic);
                    let path = join(path, "notify.topic");
                    self.mistakes.extend(error.map(|error| error.under(&path)));
                    return None;
                };
                Some(AwardPlan::Notify {
                    topic,
                    notify: notify.clone(),
                })
            }
        }
    }
}
