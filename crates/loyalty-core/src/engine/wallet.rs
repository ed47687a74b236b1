//! The wallet: coupons that come, go and expire (clauses 10.9, 3.10).

use std::borrow::Cow;

use super::work::Work;
use crate::amount::Exact;
use crate::calendar::{Date, Instant};
use crate::coupons::{Instance, PromotionPlan};
use crate::error::{Code, Error, Result};
use crate::event::{Event, GiveCoupon, IssueCoupon, Purchase};
use crate::id::Id;
use crate::limits::WALLET_MAX;
use crate::member::Order;
use crate::outcome::{Change, ForfeitWhy, MessageBody, ReleaseWhy};

/// What an issue may say besides the coupon.
#[derive(Default)]
pub(super) struct IssueMore {
    pub(super) from: Option<Date>,
    pub(super) until: Option<Date>,
    pub(super) value: Option<Exact>,
    pub(super) giver: Option<Id>,
}

impl<'w> Work<'w> {
    pub(super) fn issue(&mut self, event: &Event<'_>, issue: &IssueCoupon<'_>) -> Result<()> {
        let plan = self.coupon_plan(&issue.coupon, "issue.coupon")?;
        let id = Id::checked(issue.instance.as_deref().unwrap_or(event.id()));
        let more = IssueMore {
            from: issue.from,
            until: issue.until,
            value: issue.value,
            giver: issue.giver.as_deref().map(Id::checked),
        };
        self.issue_instance(plan, id, more)
            .map_err(|error| error.under("issue"))
    }

    /// The instances of the wallet that are presented, in that order; none for what is in no wallet.
    pub(super) fn presented(&self, purchase: &Purchase<'_>) -> Vec<Option<&Instance>> {
        let taken = |id: &Id| purchase.coupons.iter().any(|name| **name == *id.as_str());
        let names = purchase.coupons.iter();
        names.map(|name| self.named(name, taken)).collect()
    }

    /// The instance of the wallet that an event means by a name: its own, or that of a coupon. Of that it is the one that can be used
    /// and expires first; never one that is `taken`, because the event names it itself or has used it already.
    fn named(&self, name: &str, taken: impl Fn(&Id) -> bool) -> Option<&Instance> {
        let id = Id::checked(name);
        let own = self.state.more.coupon(&id);
        let promotions = &self.compiled.promotions;
        if own.is_some() || promotions.with_code(&id).is_some() {
            return own;
        }
        promotions.coupon(&id)?;
        let of_it = self.state.more.coupons.iter();
        let of_it = of_it.filter(|one| one.coupon == id && !taken(&one.id));
        of_it.min_by_key(|one| {
            let early = one.from.is_some_and(|from| self.today < from);
            // Money of a card is held in parts, and what its hold had set aside comes first.
            let bound = match one.value {
                Some(_) => self.free_value(one) == 0,
                None => self.state.more.holder(&one.id).is_some(),
            };
            let others = self.captured_of(&one.id) == 0;
            let lasts = one.expires_at.is_none();
            (bound, others, early, lasts, one.expires_at, &one.id)
        })
    }

    /// Puts an instance of a coupon into the wallet. The paths of errors are those of an `issue`.
    pub(super) fn issue_instance(
        &mut self,
        plan: &PromotionPlan,
        id: Id,
        more: IssueMore,
    ) -> Result<()> {
        let lasts = plan.rule.lasts(self.today, (more.from, more.until))?;
        let expires_at = lasts.over.map(|over| self.zone.start_of(over));
        let expires_at = expires_at.transpose()?;
        if expires_at.is_some_and(|at| at <= self.as_of) {
            let words = "the coupon is over already";
            return Err(Error::at(Code::CouponRefused, "until", words));
        }
        let instance = Instance {
            id,
            coupon: plan.id.clone(),
            from: (lasts.from > self.today).then_some(lasts.from),
            expires_at,
            value: self.value_issued(plan, more.value)?,
        };
        if let Some(order) = self.redeemed_by(&instance.id) {
            let words = format!(
                "the order `{}` used `{}`, which comes back if that does",
                order.id, instance.id
            );
            return Err(Error::at(Code::DuplicateCoupon, "instance", words));
        }
        self.put_coupon(instance.clone(), "instance")?;
        self.enter(Change::CouponIssued {
            coupon: instance.coupon,
            instance: instance.id,
            from: instance.from,
            expires_at,
            value: instance.value.map(|value| self.amount(value)),
            giver: more.giver,
        });
        Ok(())
    }

    pub(super) fn give_coupon(&mut self, event: &Event<'_>, give: &GiveCoupon<'_>) -> Result<()> {
        if *give.to == *self.member.id.as_str() {
            let words = "coupons are given to another member, not to oneself";
            return Err(Error::at(Code::CouponRefused, "give.to", words));
        }
        let instance = self.own_coupon(&give.coupon, |_| false, "give.coupon")?;
        self.unheld(&instance, "give.coupon")?;
        let plan = self.coupon_plan(instance.coupon.as_str(), "give.coupon")?;
        if !plan.rule.issue.as_ref().is_some_and(|issue| issue.giftable) {
            let words = format!("the coupon `{}` cannot be given away", plan.id);
            return Err(Error::at(Code::CouponRefused, "give.coupon", words));
        }
        let last = instance.expires_at.map(|at| self.zone.date_at(at.prev()));
        self.drop_coupon(&instance.id);
        let to = Id::checked(&give.to);
        self.enter(Change::CouponGiven {
            coupon: instance.coupon.clone(),
            instance: instance.id.clone(),
            to: to.clone(),
            value: instance.value.map(|value| self.amount(value)),
        });
        let owned = |id: &Id| Cow::Owned(id.as_str().to_owned());
        let body = MessageBody::Issue(IssueCoupon {
            coupon: owned(&instance.coupon),
            instance: Some(owned(&instance.id)),
            from: instance.from,
            until: last,
            value: instance.value.map(|value| {
                Exact(
                    self.amount(value)
                        .money()
                        .to_decimal(self.compiled.currency),
                )
            }),
            giver: Some(owned(&self.member.id)),
        });
        let own = self.member.id.as_str();
        self.send_message(&[own, event.id()], (to, None), body);
        Ok(())
    }

    /// Takes a coupon back: the very instance.
    pub(super) fn revoke_coupon(&mut self, coupon: &str, reason: &str) -> Result<()> {
        let instance = self.instance(&Id::checked(coupon), "revoke.coupon")?;
        if self.state.more.holder(&instance.id).is_some() {
            self.let_go(&instance.id);
        }
        self.drop_coupon(&instance.id);
        self.enter(Change::CouponRevoked {
            coupon: instance.coupon,
            instance: instance.id,
            value: instance.value.map(|value| self.amount(value)),
            reason: reason.to_owned(),
        });
        Ok(())
    }

    /// Takes back a coupon that a redemption gave: it must be there still, with all that it held.
    pub(super) fn take_back_coupon(
        &mut self,
        instance: &Id,
        value: Option<i64>,
        path: &str,
    ) -> Result<()> {
        let own = self.instance(instance, path)?;
        self.unheld(&own, path)?;
        if own.value != value {
            let words = format!("`{instance}` does not hold what it was given with");
            return Err(Error::at(Code::CouponRefused, path, words));
        }
        self.drop_coupon(&own.id);
        self.enter(Change::CouponRevoked {
            coupon: own.coupon,
            instance: own.id,
            value: own.value.map(|value| self.amount(value)),
            reason: "the redemption is undone".to_owned(),
        });
        Ok(())
    }

    /// Takes a coupon out of the hold that holds it; a hold that holds nothing more is over.
    fn let_go(&mut self, id: &Id) {
        let holds = &mut self.more().holds;
        for hold in holds.iter_mut() {
            hold.coupons.retain(|one| one != id);
            hold.stored_value.retain(|one| one.instance != *id);
        }
        holds.retain(|hold| !hold.is_empty());
    }

    /// Sets coupons aside in a hold.
    pub(super) fn hold_coupons(
        &mut self,
        key: &Id,
        coupons: &[Cow<'_, str>],
        until: Instant,
    ) -> Result<Vec<Id>> {
        let mut held: Vec<Id> = Vec::with_capacity(coupons.len());
        for (number, coupon) in coupons.iter().enumerate() {
            let path = format!("hold.coupons[{number}]");
            let taken = |id: &Id| {
                let named = coupons.iter().any(|name| **name == *id.as_str());
                named || held.binary_search(id).is_ok()
            };
            let instance = self.own_coupon(coupon, taken, &path)?;
            self.unheld(&instance, &path)?;
            if instance.value.is_some() {
                let words = format!("`{coupon}` holds money: name it in `stored_value`");
                return Err(Error::at(Code::CouponRefused, path, words));
            }
            match held.binary_search(&instance.id) {
                Ok(_) => {
                    let words = "each coupon can be named once";
                    return Err(Error::at(Code::DuplicateId, path, words));
                }
                Err(place) => held.insert(place, instance.id.clone()),
            }
            self.enter(Change::CouponHeld {
                key: key.clone(),
                coupon: instance.coupon,
                instance: instance.id,
                until,
            });
        }
        Ok(held)
    }

    /// Coupons of a hold are free again; those whose date is past expire now.
    pub(super) fn free_coupons(&mut self, key: &Id, coupons: &[Id], why: ReleaseWhy) {
        for id in coupons {
            if let Some(instance) = self.state.more.coupon(id).cloned() {
                self.enter(Change::CouponReleased {
                    key: key.clone(),
                    coupon: instance.coupon,
                    instance: instance.id,
                    why,
                });
            }
        }
    }

    /// Coupons whose time is over expire; held ones when they are free again.
    pub(super) fn expire_coupons(&mut self) {
        if self.state.more.coupons.is_empty() {
            return;
        }
        let over = self.dated_coupons().filter(|(at, _)| *at <= self.as_of);
        let mut gone: Vec<Instance> = over.map(|(_, one)| one.clone()).collect();
        gone.sort_by(|one, other| (one.expires_at, &one.id).cmp(&(other.expires_at, &other.id)));
        for instance in gone {
            self.drop_coupon(&instance.id);
            self.enter(Change::CouponExpired {
                coupon: instance.coupon,
                instance: instance.id,
                value: instance.value.map(|value| self.amount(value)),
            });
        }
    }

    /// When a coupon expires next.
    pub(super) fn coupon_due(&self) -> Option<Instant> {
        self.dated_coupons().map(|(at, _)| at).min()
    }

    /// The coupons that expire and that nothing holds.
    fn dated_coupons(&self) -> impl Iterator<Item = (Instant, &Instance)> {
        let more = &self.state.more;
        let dated = more
            .coupons
            .iter()
            .filter_map(|one| Some((one.expires_at?, one)));
        dated.filter(|(_, one)| more.holder(&one.id).is_none())
    }

    /// The coupons of an order that is all back come back, as the program says.
    pub(super) fn restore_coupons(&mut self, order: &Order) -> Result<()> {
        if self.state.more.access.is_over() {
            return Ok(());
        }
        for used in &order.coupons {
            let Some(plan) = self.sold_by(order).promotions.coupon(&used.coupon) else {
                continue;
            };
            let restored = plan.rule.restored(self.today, self.zone, used.expires_at)?;
            let Some(expires_at) = restored else {
                continue;
            };
            if let Some(why) = self.no_place_for(&used.id) {
                self.enter(Change::CouponForfeited {
                    coupon: used.coupon.clone(),
                    instance: used.id.clone(),
                    order: order.id.clone(),
                    why,
                });
                continue;
            }
            let instance = Instance {
                expires_at,
                ..used.clone()
            };
            self.put_coupon(instance, "return")?;
            self.enter(Change::CouponRestored {
                coupon: used.coupon.clone(),
                instance: used.id.clone(),
                order: order.id.clone(),
                expires_at,
            });
        }
        Ok(())
    }

    /// The order that used an instance and can still bring it back.
    fn redeemed_by(&self, id: &Id) -> Option<&Order> {
        let comes_back = |order: &Order| {
            let used = order.coupons.iter().find(|used| used.id == *id);
            let plan = used.and_then(|used| self.sold_by(order).promotions.coupon(&used.coupon));
            plan.is_some_and(|plan| plan.rule.comes_back())
        };
        let mut orders = self.member.orders.iter().map(|order| &**order);
        orders.find(|order| comes_back(order) && self.is_recorded(order))
    }

    /// Why a coupon cannot be put into the wallet, if it cannot.
    pub(super) fn no_place_for(&self, id: &Id) -> Option<ForfeitWhy> {
        let more = &self.state.more;
        if more.coupon(id).is_some() {
            return Some(ForfeitWhy::NameTaken);
        }
        (more.coupons.len() >= WALLET_MAX).then_some(ForfeitWhy::WalletFull)
    }

    /// Whether an instance of a coupon could be issued now.
    pub(super) fn issuable(&self, coupon: &Id) -> bool {
        let Some(plan) = self.compiled.promotions.coupon(coupon) else {
            return false;
        };
        let over = plan.rule.lasts(self.today, (None, None));
        let over = over.map(|lasts| lasts.over.map(|over| self.zone.start_of(over)));
        let room = self.state.more.coupons.len() < WALLET_MAX;
        room && match over {
            Ok(Some(Ok(at))) => at > self.as_of,
            Ok(None) => true,
            Ok(Some(Err(_))) | Err(_) => false,
        }
    }

    /// A coupon of the program.
    pub(super) fn coupon_plan(&self, id: &str, path: &str) -> Result<&'w PromotionPlan> {
        self.compiled
            .promotions
            .coupon(&Id::checked(id))
            .ok_or_else(|| {
                let words = format!("there is no coupon `{id}` in this program");
                Error::at(Code::UnknownCoupon, path, words)
            })
    }

    /// A coupon that the member has, by its name or that of its instance; see [`named`](Self::named).
    pub(super) fn own_coupon(
        &self,
        name: &str,
        taken: impl Fn(&Id) -> bool,
        path: &str,
    ) -> Result<Instance> {
        let own = self.named(name, taken);
        own.cloned().ok_or_else(|| missing(name, path))
    }

    /// An instance that the member has.
    fn instance(&self, id: &Id, path: &str) -> Result<Instance> {
        let own = self.state.more.coupon(id);
        own.cloned().ok_or_else(|| missing(id.as_str(), path))
    }

    /// Checks that nothing holds a coupon.
    fn unheld(&self, own: &Instance, path: &str) -> Result<()> {
        match self.state.more.holder(&own.id) {
            None => Ok(()),
            Some(hold) => {
                let words = format!("the coupon `{}` is held by `{}`", own.id, hold.key);
                Err(Error::at(Code::CouponRefused, path, words))
            }
        }
    }

    pub(super) fn put_coupon(&mut self, instance: Instance, path: &str) -> Result<()> {
        let coupons = &self.state.more.coupons;
        let Err(place) = coupons.binary_search_by(|one| one.id.cmp(&instance.id)) else {
            let words = format!("the member has a coupon `{}` already", instance.id);
            return Err(Error::at(Code::DuplicateCoupon, path, words));
        };
        if coupons.len() >= WALLET_MAX {
            let words = format!("a member has at most {WALLET_MAX} coupons at a time");
            return Err(Error::at(Code::LimitExceeded, path, words));
        }
        self.more().coupons.insert(place, instance);
        Ok(())
    }

    /// Takes a coupon out of the wallet.
    pub(super) fn drop_coupon(&mut self, id: &Id) {
        self.more().coupons.retain(|one| one.id != *id);
    }
}

fn missing(name: &str, path: &str) -> Error {
    let words = format!("the member has no coupon `{name}`: it was used, is over, or never was");
    Error::at(Code::UnknownCoupon, path, words)
}
