//! The content of an event as one number: tells a repeated event from another one with the same id (clause 1.9).

use super::{
    Adjustment, Attributes, Body, CounterPer, Event, Line, Off, Part, Price, Profile, Purchase,
    Return, Said, Scalar, StoredTender, Tax, TaxOf, Tender, Until,
};
use crate::amount::{Decimal, Exact};

impl Event<'_> {
    /// A digest of everything in the event but its id. The same on every platform; how numbers are written makes no difference.
    pub(crate) fn digest(&self) -> u64 {
        let mut out = Bytes::new();
        out.number(self.at.instant.micros());
        out.number(i64::from(self.at.offset.seconds()));
        let texts = [&self.member, &self.channel, &self.store];
        let [member, channel, store] = texts.map(Option::is_some);
        out.flags([
            self.seq.is_some(),
            member,
            channel,
            store,
            !self.attributes.is_empty(),
        ]);
        if let Some(seq) = self.seq {
            out.version(seq);
        }
        for text in texts.into_iter().flatten() {
            out.text(text);
        }
        if !self.attributes.is_empty() {
            out.attributes(&self.attributes);
        }
        out.text(self.kind());
        match &self.body {
            Body::Enroll(enroll) => {
                out.profile(&enroll.profile);
                if let Some(referrer) = &enroll.referrer {
                    out.text(referrer);
                }
            }
            Body::Profile(profile) => out.profile(profile),
            Body::Tags(tags) => {
                out.texts(&tags.add);
                out.texts(&tags.remove);
            }
            Body::Purchase(purchase) => out.purchase(purchase),
            Body::Return(returned) => out.returned(returned),
            Body::Exchange(returned, purchase) => {
                out.returned(returned);
                out.purchase(purchase);
            }
            Body::Activity(activity) => out.text(&activity.kind),
            Body::Adjust(adjust) => {
                out.maybe(adjust.account.as_deref());
                match adjust.change {
                    Adjustment::Credit {
                        points,
                        active_on,
                        expires_on,
                    } => {
                        out.number(points.get());
                        out.date(expires_on);
                        if active_on.is_some() {
                            out.date(active_on);
                        }
                    }
                    Adjustment::Debit { points, overdraw } => {
                        out.number(points.get().saturating_neg());
                        out.number(overdraw.map_or(-1, |overdraw| overdraw as i64));
                    }
                    Adjustment::Reinstate { since, expires_on } => {
                        out.number(0);
                        out.date(Some(since));
                        out.date(expires_on);
                    }
                }
                out.text(&adjust.reason);
            }
            Body::OrderSettled(settled) => out.text(&settled.order),
            Body::Cancel(cancel) => {
                out.maybe(cancel.order.as_deref());
                out.maybe(cancel.account.as_deref());
                out.date(cancel.earned_on);
                out.maybe(cancel.reason.as_deref());
            }
            Body::Hold(hold) => {
                out.text(&hold.key);
                out.number(hold.minutes.map_or(-1, i64::from));
                out.number(hold.until.map_or(i64::MIN, |until| until.micros()));
                out.tenders(&hold.points);
                if !hold.coupons.is_empty() {
                    out.texts(&hold.coupons);
                }
                out.cards(&hold.stored_value);
            }
            Body::Release(release) => out.text(&release.key),
            Body::Redeem(redeem) => {
                out.text(&redeem.reward);
                out.number(i64::from(redeem.quantity));
            }
            Body::Undo(undo) => out.text(&undo.event),
            Body::Transfer(transfer) => {
                out.text(&transfer.to);
                out.maybe(transfer.account.as_deref());
                out.number(transfer.points.get());
            }
            Body::Convert(convert) => {
                out.text(&convert.conversion);
                out.number(convert.points.get());
                out.maybe(convert.to.as_deref());
            }
            Body::Grant(grant) => {
                out.maybe(grant.track.as_deref());
                out.text(&grant.rung);
                match grant.until {
                    None => out.number(0),
                    Some(Until::Date(date)) => {
                        out.number(1);
                        out.date(Some(date));
                    }
                    Some(Until::Instant(at)) => {
                        out.number(2);
                        out.number(at.micros());
                    }
                }
                out.text(&grant.reason);
                out.number(i64::from(grant.replace));
            }
            Body::Revoke(revoke) => {
                out.maybe(revoke.track.as_deref());
                out.text(&revoke.reason);
                if let Some(coupon) = &revoke.coupon {
                    out.text(coupon);
                }
            }
            Body::Issue(issue) => {
                out.text(&issue.coupon);
                out.maybe(issue.instance.as_deref());
                out.date(issue.from);
                out.date(issue.until);
                out.maybe(issue.giver.as_deref());
                if let Some(value) = issue.value {
                    out.decimal(1, value.0);
                }
            }
            Body::Outreach(outreach) => {
                out.maybe(outreach.ladder.as_deref());
                out.text(&outreach.step);
            }
            Body::TopUp(top_up) => {
                out.text(&top_up.coupon);
                out.decimal(1, top_up.value.0);
            }
            Body::Give(give) => {
                out.text(&give.coupon);
                out.text(&give.to);
            }
            Body::Freeze(freeze) => out.text(&freeze.reason),
            Body::Unfreeze(unfreeze) => out.text(&unfreeze.reason),
            Body::Close(close) => {
                out.text(&close.reason);
                if let Some(into) = &close.into {
                    out.text(into);
                }
            }
            Body::Erase(erase) => out.text(&erase.reason),
            Body::Merge(merge) => out.add(&merge.bare()),
            Body::Subscribe(subscribe) => {
                out.text(&subscribe.plan);
                out.number(i64::from(subscribe.trial));
                out.maybe(subscribe.instead_of.as_deref());
                out.price(subscribe.price);
            }
            Body::Renew(renew) => {
                out.maybe(renew.plan.as_deref());
                out.price(renew.price);
            }
            Body::Unsubscribe(unsubscribe) => {
                out.maybe(unsubscribe.plan.as_deref());
                out.number(i64::from(unsubscribe.at_once));
            }
            Body::SharePlan(share) => {
                out.maybe(share.plan.as_deref());
                out.texts(&share.add);
                out.texts(&share.remove);
            }
            Body::PlanSeat(seat) => {
                out.text(&seat.holder);
                out.text(&seat.plan);
                out.number(seat.until.map_or(i64::MIN, |at| at.micros()));
                out.number(seat.latest.map_or(i64::MIN, |at| at.micros()));
                out.version(seat.since);
                out.version(seat.told);
            }
            Body::LeaveSeat(leave) => {
                out.maybe(leave.plan.as_deref());
                out.maybe(leave.holder.as_deref());
            }
            Body::SeatLeft(left) => {
                out.text(&left.member);
                out.text(&left.plan);
                out.version(left.since);
            }
            Body::BenefitUsed(used) => {
                out.text(&used.benefit);
                out.number(used.units);
            }
            Body::Household(household) => {
                out.texts(&household.add);
                out.texts(&household.remove);
            }
            Body::LeaveHousehold(leave) => {
                out.maybe(leave.pool.as_deref());
                out.text(&leave.reason);
            }
            Body::HouseholdLink(link) => {
                out.text(&link.pool);
                out.number(i64::from(link.joined));
                out.count(link.rungs.len());
                for one in &link.rungs {
                    out.text(&one.track);
                    out.text(&one.rung);
                }
                out.number(link.joined_at.micros());
                out.version(link.since);
                out.version(link.told);
            }
            Body::HouseholdLeft(left) => {
                out.text(&left.member);
                out.version(left.since);
            }
            Body::Contribution(given) => {
                out.text(&given.member);
                out.text(&given.order);
                out.date(Some(given.on));
                out.text(&given.account);
                out.lots(&given.lots);
                out.number(given.back.get());
            }
            Body::Referral(referral) => {
                out.text(&referral.friend);
                out.number(referral.enrolled_at.micros());
                for (tag, order) in [(1, &referral.ordered), (2, &referral.undone)] {
                    let Some(order) = order else { continue };
                    out.number(tag);
                    out.text(&order.order);
                    out.number(order.at.micros());
                    out.number(i64::from(order.first));
                    out.count(order.points.len());
                    for one in &order.points {
                        out.text(&one.account);
                        out.number(one.points.get());
                    }
                    if let Some(spend) = order.spend {
                        out.decimal(4, spend.0);
                    }
                }
                if let Some(back) = &referral.returned {
                    out.number(3);
                    out.text(&back.order);
                    out.number(back.at.micros());
                    out.number(i64::from(back.all));
                    out.number(i64::from(back.first));
                    out.count(back.points.len());
                    for one in &back.points {
                        out.text(&one.account);
                        out.number(one.before.get());
                        out.number(one.after.get());
                    }
                    if let Some(spend) = back.spend {
                        out.decimal(4, spend.0);
                    }
                }
            }
            Body::Receive(receive) => {
                out.text(&receive.from);
                out.maybe(receive.program.as_deref());
                out.text(&receive.account);
                out.lots(&receive.lots);
            }
        }
        out.hash()
    }
}

/// Values one after the other, each with its length or at a fixed width, so that no two contents read alike. What may be left out
/// and nearly always is costs one bit ([`Bytes::flags`]). Full blocks are hashed one after the other.
struct Bytes {
    block: [u8; BLOCK_BYTES],
    used: usize,
    hash: u64,
}

/// Most purchases of one line fill one block.
const BLOCK_BYTES: usize = 256;

impl Bytes {
    fn new() -> Self {
        Self {
            block: [0; BLOCK_BYTES],
            used: 0,
            hash: 0,
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        let end = self.used.saturating_add(bytes.len());
        if let Some(place) = self.block.get_mut(self.used..end) {
            place.copy_from_slice(bytes);
            self.used = end;
        } else {
            self.add_over(bytes);
        }
    }

    /// Adds what is more than the rest of a block.
    #[cold]
    fn add_over(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let free = BLOCK_BYTES.saturating_sub(self.used).min(bytes.len());
            let (now, later) = bytes.split_at(free);
            let end = self.used.saturating_add(free);
            if let Some(place) = self.block.get_mut(self.used..end) {
                place.copy_from_slice(now);
            }
            self.used = end;
            bytes = later;
            if end == BLOCK_BYTES {
                self.hash = self.hash();
                self.used = 0;
            }
        }
    }

    fn hash(&self) -> u64 {
        let bytes = self.block.get(..self.used).unwrap_or_default();
        xxhash_rust::xxh3::xxh3_64_with_seed(bytes, self.hash)
    }

    /// A price that may be left out.
    fn price(&mut self, price: Option<Exact>) {
        match price {
            Some(price) => self.decimal(1, price.0),
            None => self.number(0),
        }
    }

    /// The version of a member.
    fn version(&mut self, version: u64) {
        self.add(&version.to_le_bytes());
    }

    /// What is so and what is not.
    fn flags<const N: usize>(&mut self, flags: [bool; N]) {
        let flags = flags
            .iter()
            .fold(0_u16, |all, flag| (all << 1) | u16::from(*flag));
        self.add(&flags.to_le_bytes());
    }

    fn number(&mut self, number: i64) {
        self.add(&number.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.add(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.add(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.count(usize::MAX),
        }
    }

    fn texts(&mut self, texts: &[std::borrow::Cow<'_, str>]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    fn date(&mut self, date: Option<crate::calendar::Date>) {
        self.number(date.map_or(i64::MIN, |date| i64::from(date.days())));
    }

    fn lots(&mut self, all: &[crate::event::ReceivedLot]) {
        self.count(all.len());
        for lot in all {
            self.number(lot.points.get());
            self.date(lot.earned_on);
            self.number(lot.expires_at.map_or(i64::MIN, |at| at.micros()));
        }
    }

    fn tenders(&mut self, all: &[Tender<'_>]) {
        self.count(all.len());
        for tender in all {
            self.maybe(tender.account.as_deref());
            self.number(tender.points.get());
        }
    }

    fn maybe_decimal(&mut self, value: Option<Decimal>) {
        match value {
            Some(value) => self.decimal(1, value),
            None => self.add(&[0]),
        }
    }

    fn purchase(&mut self, purchase: &Purchase<'_>) {
        self.text(&purchase.order);
        self.count(purchase.lines.len());
        purchase.lines.iter().for_each(|line| self.line(line));
        let promoted = !(purchase.coupons.is_empty()
            && purchase.declined.is_empty()
            && purchase.counters.is_empty());
        self.flags([
            purchase.currency.is_some(),
            !purchase.tender.is_empty(),
            purchase.converted.is_some(),
            purchase.shipping.is_some(),
            !purchase.discounts.is_empty(),
            !purchase.rewards.is_empty(),
            promoted,
            !purchase.stored_value.is_empty(),
            purchase.hold.is_some(),
        ]);
        if let Some(currency) = &purchase.currency {
            self.text(currency);
        }
        if !purchase.tender.is_empty() {
            self.tenders(&purchase.tender);
        }
        if let Some(converted) = &purchase.converted {
            self.text(&converted.currency);
            self.decimal(1, converted.rate);
        }
        if let Some(shipping) = &purchase.shipping {
            self.decimal(1, shipping.price);
            self.tax(shipping.tax.as_ref());
        }
        if !purchase.discounts.is_empty() {
            self.count(purchase.discounts.len());
        }
        for discount in &purchase.discounts {
            self.maybe(discount.id.as_deref());
            match discount.off {
                Off::Amount(amount) => self.decimal(1, amount),
                Off::Percent { percent, max } => {
                    self.decimal(2, percent);
                    self.maybe_decimal(max);
                }
            }
            self.add(&[discount.per as u8]);
            self.texts(&discount.lines);
        }
        if !purchase.rewards.is_empty() {
            self.texts(&purchase.rewards);
        }
        if promoted {
            self.texts(&purchase.coupons);
            self.texts(&purchase.declined);
            self.count(purchase.counters.len());
            for counter in &purchase.counters {
                self.text(&counter.of);
                self.maybe(counter.by.as_deref());
                self.maybe(counter.per.map(CounterPer::word));
                self.number(i64::try_from(counter.uses).unwrap_or(i64::MAX));
                self.number(i64::try_from(counter.units).unwrap_or(i64::MAX));
                self.decimal(1, counter.money.0);
            }
        }
        self.cards(&purchase.stored_value);
        if let Some(hold) = &purchase.hold {
            self.text(hold);
        }
    }

    fn line(&mut self, line: &Line<'_>) {
        self.flags([
            line.id.is_some(),
            matches!(line.price, Price::Unit(_)),
            line.discount.is_some(),
            line.category.is_some(),
            line.brand.is_some(),
            !line.tags.is_empty(),
            line.tax.is_some(),
            line.floor.is_some(),
            line.earns,
            line.discountable,
            line.gift_card,
            !line.attributes.is_empty(),
        ]);
        self.text(&line.sku);
        self.number(line.quantity);
        let (Price::Unit(price) | Price::Line(price)) = line.price;
        self.decimal(1, price);
        for text in [&line.id, &line.category, &line.brand]
            .into_iter()
            .flatten()
        {
            self.text(text);
        }
        for amount in [line.discount, line.floor].into_iter().flatten() {
            self.decimal(1, amount);
        }
        if !line.tags.is_empty() {
            self.texts(&line.tags);
        }
        if line.tax.is_some() {
            self.tax(line.tax.as_ref());
        }
        if !line.attributes.is_empty() {
            self.attributes(&line.attributes);
        }
    }

    /// Nothing where there are none.
    fn cards(&mut self, cards: &[StoredTender<'_>]) {
        for card in cards {
            self.add(&[9]);
            self.text(&card.coupon);
            self.maybe_decimal(card.amount.map(|amount| amount.0));
        }
    }

    fn tax(&mut self, tax: Option<&Tax>) {
        let Some(tax) = tax else {
            self.add(&[0]);
            return;
        };
        match tax.of {
            TaxOf::Rate(rate) => self.decimal(1, rate),
            TaxOf::Amount(amount) => self.decimal(2, amount),
            TaxOf::Fixed(amount) => self.decimal(3, amount),
        }
        self.add(&[u8::from(tax.included)]);
    }

    fn returned(&mut self, returned: &Return<'_>) {
        self.text(&returned.order);
        self.count(returned.lines.len());
        for line in &returned.lines {
            self.text(&line.line);
            match line.part {
                Part::Rest => self.number(0),
                Part::Units(units) => self.number(units),
                Part::Amount(amount) => self.decimal(1, amount),
            }
        }
    }

    /// The value, however it was written: `1.50` and `1.5` are one.
    fn decimal(&mut self, tag: u8, value: Decimal) {
        if let Ok(number) = i64::try_from(value.mantissa()) {
            return self.small_decimal(tag, number, value.scale());
        }
        let value = value.normalize();
        match i64::try_from(value.mantissa()) {
            Ok(number) => self.small_decimal(tag, number, value.scale()),
            Err(_) => {
                self.tag_of(tag | WIDE, value.scale());
                self.add(&value.mantissa().to_le_bytes());
            }
        }
    }

    fn small_decimal(&mut self, tag: u8, number: i64, scale: u32) {
        let (number, scale) = strip(number, scale);
        self.tag_of(tag, scale);
        self.number(number);
    }

    /// A decimal has no more than 28 places.
    fn tag_of(&mut self, tag: u8, scale: u32) {
        self.add(&[tag, u8::try_from(scale).unwrap_or(u8::MAX)]);
    }

    fn attributes(&mut self, attributes: &Attributes<'_>) {
        self.count(attributes.len());
        for (name, value) in attributes {
            self.text(name);
            match value {
                Scalar::Text(text) => {
                    self.add(&[1]);
                    self.text(text);
                }
                Scalar::Number(number) => self.decimal(2, *number),
                Scalar::Flag(flag) => self.add(&[3, u8::from(*flag)]),
                Scalar::Nothing => self.add(&[4]),
            }
        }
    }

    fn profile(&mut self, profile: &Profile<'_>) {
        self.number(match profile.birthday {
            Said::Nothing => i64::MIN,
            Said::Unknown => i64::MAX,
            Said::Is(date) => i64::from(date.days()),
        });
        self.maybe(match profile.timezone {
            Said::Nothing => None,
            Said::Unknown => Some(""),
            Said::Is(zone) => Some(zone.name()),
        });
        self.attributes(&profile.attributes);
        self.texts(&profile.tags);
    }
}

/// Marks a decimal whose digits need more than 64 bits.
const WIDE: u8 = 0x80;

/// Drops zeros at the end of the decimal places.
fn strip(mut number: i64, mut scale: u32) -> (i64, u32) {
    while scale > 0 && number % 10 == 0 {
        number /= 10;
        scale = scale.saturating_sub(1);
    }
    (number, scale)
}
