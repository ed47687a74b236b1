//! What a host can report. An [`Event`] that exists has been checked, as far as that is possible without a program.

mod coupons;
mod digest;
mod household;
mod members;
mod names;
mod outreach;
mod plans;
mod points;
mod referral;
mod tiers;
mod wire;

#[cfg(feature = "schema")]
pub(crate) use wire::json_schema;
pub(crate) use wire::read_scalar;

pub use points::{
    Adjust, Adjustment, Cancel, Convert, HoldRequest, OrderSettled, Overdraw, Receive, ReceivedLot,
    Redeem, Release, Transfer, Undo,
};

pub use coupons::{Counter, CounterPer, GiveCoupon, IssueCoupon, StoredTender, TopUp};
pub use household::{
    Contribution, Household, HouseholdLeft, HouseholdLink, LeaveHousehold, LentRung,
};
pub use members::{Close, Erase, Freeze, Merge, Said, Unfreeze};
pub use outreach::Outreach;
pub use plans::{
    BenefitUsed, LeaveSeat, PlanSeat, Renew, SeatLeft, SharePlan, Subscribe, Unsubscribe,
};
pub use referral::{
    Enroll, Referral, ReferredOrder, ReferredPoints, ReferredReturn, ReferredStanding,
};
pub use tiers::{Grant, Revoke, Until};

use std::borrow::Cow;

use crate::amount::{Decimal, Points};
use crate::calendar::{Date, Instant, Offset, Zone};
use crate::error::{Code, Error, Result, join};
use crate::id::Id;
use crate::limits;
use crate::pricing::DiscountPer;

/// The kinds of events, by the names that [`Event::kind`] gives them.
pub(crate) const KINDS: [&str; 42] = [
    "enroll",
    "profile",
    "tags",
    "purchase",
    "return",
    "exchange",
    "activity",
    "adjust",
    "order_settled",
    "cancel",
    "hold",
    "release",
    "redeem",
    "undo",
    "transfer",
    "convert",
    "receive",
    "grant",
    "revoke",
    "issue",
    "give",
    "top_up",
    "outreach",
    "freeze",
    "unfreeze",
    "close",
    "erase",
    "referral",
    "merge",
    "subscribe",
    "renew",
    "unsubscribe",
    "share_plan",
    "plan_seat",
    "leave_seat",
    "seat_left",
    "benefit_used",
    "household",
    "leave_household",
    "household_link",
    "household_left",
    "contribution",
];
/// What receipts and returns call the line of shipping.
pub(crate) const SHIPPING: &str = "shipping";

/// An instant with the offset of the clock that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// The instant.
    pub instant: Instant,
    /// The offset of the clock in the store; weekdays and hours are judged by it.
    pub offset: Offset,
}

impl Timestamp {
    /// Reads an RFC 3339 time with an offset, such as `2026-03-01T10:00:00+08:00`.
    ///
    /// # Errors
    /// [`Code::InvalidTime`] with plain words.
    pub fn parse(text: &str) -> Result<Self> {
        let (instant, offset) = Instant::parse(text)?;
        Ok(Self { instant, offset })
    }
}

/// A fact that a host reports about one member.
///
/// Texts are borrowed where they can be: reading an event from JSON does not copy them.
///
/// # Example
/// ```
/// use loyalty_core::{Body, Event, Line, Purchase, Timestamp};
/// let at = Timestamp::parse("2026-03-01T10:00:00+08:00")?;
/// let typed = Event::new("e-1", at, Body::Purchase(Purchase::new("o-1").with(Line::new("tea", 2, "12.50")?)))?;
/// let read = Event::from_json(r#"{"id": "e-1", "at": "2026-03-01T10:00:00+08:00",
///     "purchase": {"order": "o-1", "lines": [{"sku": "tea", "quantity": 2, "price": "12.50"}]}}"#)?;
/// assert_eq!(typed, read);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    pub(crate) id: Cow<'a, str>,
    pub(crate) at: Timestamp,
    pub(crate) seq: Option<u64>,
    pub(crate) member: Option<Cow<'a, str>>,
    pub(crate) channel: Option<Cow<'a, str>>,
    pub(crate) store: Option<Cow<'a, str>>,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) body: Body<'a>,
}

/// Named values, sorted by name; each name stands once.
pub type Attributes<'a> = Vec<(Cow<'a, str>, Scalar<'a>)>;

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar<'a> {
    /// A text; where a number is asked for, one that is written as such counts as the number.
    Text(Cow<'a, str>),
    /// An exact number.
    Number(Decimal),
    /// Yes or no.
    Flag(bool),
    /// Nothing: in a profile it clears the attribute.
    Nothing,
}

impl Scalar<'_> {
    /// The number that it is: money is often written as a text (`"199.90"`), to keep every digit.
    #[must_use]
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => crate::amount::parse_decimal(text).ok(),
            Self::Flag(_) | Self::Nothing => None,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body<'a> {
    /// The member joins.
    Enroll(Enroll<'a>),
    /// Something about the member changes; what is not named stays.
    Profile(Profile<'a>),
    /// Tags are set and cleared.
    Tags(Tags<'a>),
    /// Something is bought.
    Purchase(Purchase<'a>),
    /// Something goes back.
    Return(Return<'a>),
    /// Something goes back and something else is bought, in one event.
    Exchange(Return<'a>, Purchase<'a>),
    /// The member does something that is not a purchase.
    Activity(Activity<'a>),
    /// A person credits, debits or reinstates points.
    Adjust(Adjust<'a>),
    /// An order is settled: points that wait for that become available.
    OrderSettled(OrderSettled<'a>),
    /// Pending points are cancelled.
    Cancel(Cancel<'a>),
    /// Points are set aside for a while.
    Hold(HoldRequest<'a>),
    /// What is held is given back.
    Release(Release<'a>),
    /// The member takes a reward for points.
    Redeem(Redeem<'a>),
    /// A redemption is undone.
    Undo(Undo<'a>),
    /// The member gives points to another member.
    Transfer(Transfer<'a>),
    /// The member changes points of one account into points of another one.
    Convert(Convert<'a>),
    /// Points arrive from another member or program.
    Receive(Receive<'a>),
    /// A person gives a rung.
    Grant(Grant<'a>),
    /// A rung that was granted, or a coupon that was issued, is taken back.
    Revoke(Revoke<'a>),
    /// The member gets a coupon.
    Issue(IssueCoupon<'a>),
    /// The member gives a coupon to another member.
    Give(GiveCoupon<'a>),
    /// A card of stored value is topped up.
    TopUp(TopUp<'a>),
    /// An attempt to win the member back.
    Outreach(Outreach<'a>),
    /// The membership is frozen.
    Freeze(Freeze<'a>),
    /// A frozen membership goes on.
    Unfreeze(Unfreeze<'a>),
    /// The membership ends.
    Close(Close<'a>),
    /// What is known of the person is forgotten.
    Erase(Erase<'a>),
    /// A friend whom the member has referred did something.
    Referral(Referral<'a>),
    /// Another membership of the same person becomes part of this one.
    Merge(Merge<'a>),
    /// The member subscribes to a paid plan.
    Subscribe(Subscribe<'a>),
    /// The member pays for another term of a plan.
    Renew(Renew<'a>),
    /// The member leaves a plan.
    Unsubscribe(Unsubscribe<'a>),
    /// The member shares a plan with others.
    SharePlan(SharePlan<'a>),
    /// Another member shares a plan with this one.
    PlanSeat(PlanSeat<'a>),
    /// The member gives back a seat of a plan.
    LeaveSeat(LeaveSeat<'a>),
    /// A member has given back a seat of this holder.
    SeatLeft(SeatLeft<'a>),
    /// The member uses a benefit that is counted.
    BenefitUsed(BenefitUsed<'a>),
    /// People join the household of this pool, or leave it.
    Household(Household<'a>),
    /// The member leaves a household.
    LeaveHousehold(LeaveHousehold<'a>),
    /// What a pool tells a member of its household.
    HouseholdLink(HouseholdLink<'a>),
    /// A member has left the household of this pool.
    HouseholdLeft(HouseholdLeft<'a>),
    /// How many points of an order this pool has.
    Contribution(Contribution<'a>),
}

/// What a host knows of a member. What was known before can be corrected and cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile<'a> {
    /// The date of birth; not a day to come.
    pub birthday: Said<Date>,
    /// The zone of the member's civil days, if it is not the program's.
    ///
    /// A move changes no day that lies behind, the day of enrolment among them, and no instant that has been laid down. No civil day
    /// comes twice: where the new clocks show an earlier day, the one that has begun lasts until they are past it; what may still
    /// be returned goes by the clocks. Days that the new clocks are ahead by begin with the move, and bring what they bring.
    pub timezone: Said<Zone>,
    /// Further facts, for conditions; [`Scalar::Nothing`] clears one.
    pub attributes: Attributes<'a>,
    /// Tags to set.
    pub tags: Vec<Cow<'a, str>>,
}

/// Tags to set and to clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags<'a> {
    /// Set these.
    pub add: Vec<Cow<'a, str>>,
    /// Clear these.
    pub remove: Vec<Cow<'a, str>>,
}

/// A purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purchase<'a> {
    /// The id of the order; returns name it.
    pub order: Cow<'a, str>,
    /// The currency, if the host wants it checked.
    pub currency: Option<Cow<'a, str>>,
    /// Where the customer paid in another currency: the amounts here are converted already.
    pub converted: Option<Converted<'a>>,
    /// What is bought.
    pub lines: Vec<Line<'a>>,
    /// Shipping; in receipts and returns it is a line called `shipping`.
    pub shipping: Option<Shipping>,
    /// Discounts that a person gives at the till, in the order in which they are applied.
    pub discounts: Vec<TillDiscount<'a>>,
    /// Rewards that the member wants for this purchase: discounts that cost points.
    pub rewards: Vec<Cow<'a, str>>,
    /// Coupons that are presented, in their order: instances of the member's wallet, codes, or coupons as the program calls them:
    /// of those the instance of the wallet that can be used and expires first.
    pub coupons: Vec<Cow<'a, str>>,
    /// Offers and coupons that are not to be used.
    pub declined: Vec<Cow<'a, str>>,
    /// How often promotions have been used by everyone.
    pub counters: Vec<Counter<'a>>,
    /// Points that the member wants to pay with.
    pub tender: Vec<Tender<'a>>,
    /// Stored value that pays for what is left after points, in this order.
    pub stored_value: Vec<StoredTender<'a>>,
    /// A hold whose points are used first; what is left of it is released.
    pub hold: Option<Cow<'a, str>>,
}

/// The currency in which a customer paid, and the rate at which the host converted the amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted<'a> {
    /// The other currency (ISO 4217).
    pub currency: Cow<'a, str>,
    /// How much of the program's currency one unit of it is.
    pub rate: Decimal,
}

/// Shipping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipping {
    /// What it costs, in major units.
    pub price: Decimal,
    /// Its tax.
    pub tax: Option<Tax>,
}

/// The tax of a line, as the host states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tax {
    /// How much.
    pub of: TaxOf,
    /// Whether the stated price includes it.
    pub included: bool,
}

/// How much tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxOf {
    /// A rate, in percent of the price without tax.
    Rate(Decimal),
    /// An amount for the whole line at its stated price, in major units; it moves with the price.
    Amount(Decimal),
    /// An amount for the whole line that discounts do not change (a deposit, a levy by weight).
    Fixed(Decimal),
}

/// A discount that a person gives at the till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillDiscount<'a> {
    /// What receipts call it (default `discount`).
    pub id: Option<Cow<'a, str>>,
    /// How much.
    pub off: Off,
    /// Off what: all lines together, each line, or each unit.
    pub per: DiscountPer,
    /// Which lines, by id; all that can be discounted if there are none.
    pub lines: Vec<Cow<'a, str>>,
}

/// How much a discount takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// An amount, in major units.
    Amount(Decimal),
    /// A part of the price, in percent.
    Percent {
        /// How much.
        percent: Decimal,
        /// At most so much in all, in major units.
        max: Option<Decimal>,
    },
}

/// One line of a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The id of the line; where it is left out, its place: `1`, `2` …
    pub id: Option<Cow<'a, str>>,
    /// The article.
    pub sku: Cow<'a, str>,
    /// How many units, at least 1. What is weighed is one unit with an amount.
    pub quantity: i64,
    /// The price, in major units.
    pub price: Price,
    /// What the host has taken off the whole line already, in major units.
    pub discount: Option<Decimal>,
    /// Its tax, if the host states it.
    pub tax: Option<Tax>,
    /// No discount takes the price of a unit below this, in major units.
    pub floor: Option<Decimal>,
    /// Whether it earns points.
    pub earns: bool,
    /// Whether discounts take anything off it.
    pub discountable: bool,
    /// Whether it is stored value (a gift card): it earns nothing and no discount takes anything off it.
    pub gift_card: bool,
    /// The category, from the widest to the narrowest: `food/fruit/apples`.
    pub category: Option<Cow<'a, str>>,
    /// The brand.
    pub brand: Option<Cow<'a, str>>,
    /// Tags.
    pub tags: Vec<Cow<'a, str>>,
    /// Further facts, for selections.
    pub attributes: Attributes<'a>,
}

/// The price of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// Of one unit.
    Unit(Decimal),
    /// Of the whole line.
    Line(Decimal),
}

/// Points of an account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tender<'a> {
    /// The account; may be left out where the program has only one that is meant.
    #[serde(borrow, default, deserialize_with = "wire::maybe_cow")]
    pub account: Option<Cow<'a, str>>,
    /// How many points the member wants to use.
    pub points: Points,
}

/// Goods that go back.
///
/// Of several equal lines, what goes back first is worth what the first units are: see [`ReceiptLine`](crate::ReceiptLine).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Return<'a> {
    /// The order that they were bought in.
    pub order: Cow<'a, str>,
    /// Which lines; all that are still out if there are none. In JSON a list of lines names at least one: leave it out for all, or
    /// say `null`, which is the same for every field that may be left out.
    pub lines: Vec<ReturnedLine<'a>>,
}

/// Units of a line that go back, or an amount of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedLine<'a> {
    /// The id of the line; `shipping` for shipping.
    pub line: Cow<'a, str>,
    /// How much of it.
    pub part: Part,
}

/// How much of a line goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All that is still out.
    #[default]
    Rest,
    /// So many units.
    Units(i64),
    /// A part of what was paid for it, in major units, without goods.
    Amount(Decimal),
}

/// Something that a member does (`check_in`, `survey`, `share` …).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity<'a> {
    /// What it is.
    pub kind: Cow<'a, str>,
}

impl<'a> Purchase<'a> {
    /// A purchase without lines yet.
    #[must_use]
    pub fn new(order: impl Into<Cow<'a, str>>) -> Self {
        Self {
            order: order.into(),
            ..Self::default()
        }
    }

    /// Adds a line.
    #[must_use]
    pub fn with(mut self, line: Line<'a>) -> Self {
        self.lines.push(line);
        self
    }

    /// Presents a coupon: an instance of the member's wallet, or a code.
    ///
    /// # Example
    /// ```
    /// use loyalty_core::{Counter, Line, Purchase, StoredTender};
    ///
    /// let purchase = Purchase::new("o-1")
    ///     .with(Line::new("tea", 2, "12.50")?)
    ///     .coupon("WELCOME")
    ///     .decline("happy-hour")
    ///     .count(Counter::new("flash-sale", 199))
    ///     .pay_stored(StoredTender::new("card-7"));
    /// assert_eq!(purchase.coupons, ["WELCOME"]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    #[must_use]
    pub fn coupon(mut self, coupon: impl Into<Cow<'a, str>>) -> Self {
        self.coupons.push(coupon.into());
        self
    }

    /// Says that an offer or a coupon is not to be used.
    #[must_use]
    pub fn decline(mut self, promotion: impl Into<Cow<'a, str>>) -> Self {
        self.declined.push(promotion.into());
        self
    }

    /// Says how often a promotion has been used by everyone.
    #[must_use]
    pub fn count(mut self, counter: Counter<'a>) -> Self {
        self.counters.push(counter);
        self
    }

    /// Asks to pay what is left after points with a card of stored value.
    #[must_use]
    pub fn pay_stored(mut self, card: StoredTender<'a>) -> Self {
        self.stored_value.push(card);
        self
    }

    /// Asks to pay with so many points of the program's only tender.
    #[must_use]
    pub fn pay_points(mut self, points: Points) -> Self {
        self.tender.push(Tender {
            account: None,
            points,
        });
        self
    }
}

impl<'a> Line<'a> {
    /// What it is called: by its id, or by its place among the lines.
    pub(crate) fn name(&self, place: u32) -> Id {
        match &self.id {
            Some(id) => Id::checked(id),
            None => Id::number(place.saturating_add(1)),
        }
    }

    /// A line of so many units at a unit price in major units (`"12.50"`).
    ///
    /// # Errors
    /// [`Code::InvalidNumber`] if the price is not written as plain digits with at most one point.
    pub fn new(sku: impl Into<Cow<'a, str>>, quantity: i64, price: &str) -> Result<Self> {
        let price = Price::Unit(crate::amount::parse_decimal(price)?);
        Ok(Self::priced(sku, quantity, price))
    }

    /// A line of so many units at a price.
    #[must_use]
    pub fn priced(sku: impl Into<Cow<'a, str>>, quantity: i64, price: Price) -> Self {
        Self {
            id: None,
            sku: sku.into(),
            quantity,
            price,
            discount: None,
            tax: None,
            floor: None,
            earns: true,
            discountable: true,
            gift_card: false,
            category: None,
            brand: None,
            tags: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Sets the category path (`food/fruit`).
    #[must_use]
    pub fn category(mut self, category: impl Into<Cow<'a, str>>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// Sets the brand.
    #[must_use]
    pub fn brand(mut self, brand: impl Into<Cow<'a, str>>) -> Self {
        self.brand = Some(brand.into());
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<Cow<'a, str>>) -> Self {
        self.tags.push(tag.into());
        self
    }
}

impl<'a> Event<'a> {
    /// Makes an event and checks it.
    ///
    /// # Errors
    /// A code of kind `fix_input`, with the path of what is wrong.
    pub fn new(id: impl Into<Cow<'a, str>>, at: Timestamp, body: Body<'a>) -> Result<Self> {
        let event = Self {
            id: id.into(),
            at,
            seq: None,
            member: None,
            channel: None,
            store: None,
            attributes: Vec::new(),
            body,
        };
        event.check()?;
        Ok(event)
    }

    /// Says through which channel it came.
    ///
    /// # Errors
    /// [`Code::InvalidId`] if the text cannot be an id.
    pub fn channel(mut self, channel: impl Into<Cow<'a, str>>) -> Result<Self> {
        self.channel = Some(channel.into());
        self.check()?;
        Ok(self)
    }

    /// Says in which store it happened.
    ///
    /// # Errors
    /// [`Code::InvalidId`] if the text cannot be an id.
    pub fn store(mut self, store: impl Into<Cow<'a, str>>) -> Result<Self> {
        self.store = Some(store.into());
        self.check()?;
        Ok(self)
    }

    /// Reads an event from JSON and checks it.
    ///
    /// # Errors
    /// A code of kind `fix_input`, with the path of the first thing that is wrong.
    pub fn from_json(json: &'a (impl AsRef<[u8]> + ?Sized)) -> Result<Self> {
        let event = wire::read(json.as_ref())?;
        event.check()?;
        Ok(event)
    }

    /// The id of the event.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it happened.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What happened.
    #[must_use]
    pub fn body(&self) -> &Body<'a> {
        &self.body
    }

    /// The member whom the event names, if it does.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// The name of the kind of event: `purchase`, `return`, `activity` …
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.body {
            Body::Enroll(_) => "enroll",
            Body::Profile(_) => "profile",
            Body::Tags(_) => "tags",
            Body::Purchase(_) => "purchase",
            Body::Return(_) => "return",
            Body::Exchange(..) => "exchange",
            Body::Activity(_) => "activity",
            Body::Adjust(_) => "adjust",
            Body::OrderSettled(_) => "order_settled",
            Body::Cancel(_) => "cancel",
            Body::Hold(_) => "hold",
            Body::Release(_) => "release",
            Body::Redeem(_) => "redeem",
            Body::Undo(_) => "undo",
            Body::Transfer(_) => "transfer",
            Body::Convert(_) => "convert",
            Body::Receive(_) => "receive",
            Body::Grant(_) => "grant",
            Body::Revoke(_) => "revoke",
            Body::Issue(_) => "issue",
            Body::Give(_) => "give",
            Body::TopUp(_) => "top_up",
            Body::Outreach(_) => "outreach",
            Body::Freeze(_) => "freeze",
            Body::Unfreeze(_) => "unfreeze",
            Body::Close(_) => "close",
            Body::Erase(_) => "erase",
            Body::Referral(_) => "referral",
            Body::Merge(_) => "merge",
            Body::Subscribe(_) => "subscribe",
            Body::Renew(_) => "renew",
            Body::Unsubscribe(_) => "unsubscribe",
            Body::SharePlan(_) => "share_plan",
            Body::PlanSeat(_) => "plan_seat",
            Body::LeaveSeat(_) => "leave_seat",
            Body::SeatLeft(_) => "seat_left",
            Body::BenefitUsed(_) => "benefit_used",
            Body::Household(_) => "household",
            Body::LeaveHousehold(_) => "leave_household",
            Body::HouseholdLink(_) => "household_link",
            Body::HouseholdLeft(_) => "household_left",
            Body::Contribution(_) => "contribution",
        }
    }

    fn check(&self) -> Result<()> {
        id("id", &self.id)?;
        self.at.instant.stated("at")?;
        for (path, text) in [
            ("member", &self.member),
            ("channel", &self.channel),
            ("store", &self.store),
        ] {
            if let Some(text) = text {
                id(path, text)?;
            }
        }
        attributes("attributes", &self.attributes)?;
        match &self.body {
            Body::Enroll(enroll) => enroll.check(),
            Body::Profile(profile) => profile.check("profile"),
            Body::Tags(tags) => {
                ids("tags.add", &tags.add)?;
                ids("tags.remove", &tags.remove)
            }
            Body::Purchase(purchase) => purchase.check(),
            Body::Return(returned) => returned.check(),
            Body::Activity(activity) => id("activity.kind", &activity.kind),
            Body::Exchange(returned, purchase) => {
                returned.check()?;
                purchase.check()
            }
            Body::Adjust(adjust) => adjust.check(),
            Body::OrderSettled(settled) => id("order_settled.order", &settled.order),
            Body::Cancel(cancel) => cancel.check(),
            Body::Hold(hold) => hold.check(),
            Body::Release(release) => id("release.key", &release.key),
            Body::Redeem(redeem) => redeem.check(),
            Body::Undo(undo) => id("undo.event", &undo.event),
            Body::Transfer(transfer) => transfer.check(),
            Body::Convert(convert) => convert.check(),
            Body::Receive(receive) => receive.check(self.at.instant),
            Body::Grant(grant) => grant.check(),
            Body::Revoke(revoke) => revoke.check(),
            Body::Issue(issue) => issue.check(),
            Body::Give(give) => give.check(),
            Body::TopUp(top_up) => top_up.check(),
            Body::Outreach(outreach) => outreach.check(),
            Body::Freeze(freeze) => freeze.check(),
            Body::Unfreeze(unfreeze) => unfreeze.check(),
            Body::Close(close) => close.check(),
            Body::Erase(erase) => erase.check(),
            Body::Referral(referral) => referral.check(),
            Body::Merge(_) => Ok(()),
            Body::Subscribe(one) => one.check(),
            Body::Renew(one) => one.check(),
            Body::Unsubscribe(one) => one.check(),
            Body::SharePlan(one) => one.check(),
            Body::PlanSeat(one) => one.check(),
            Body::LeaveSeat(one) => one.check(),
            Body::SeatLeft(one) => one.check(),
            Body::BenefitUsed(one) => one.check(),
            Body::Household(one) => one.check(),
            Body::LeaveHousehold(one) => one.check(),
            Body::HouseholdLink(one) => one.check(),
            Body::HouseholdLeft(one) => one.check(),
            Body::Contribution(one) => one.check(self.at.instant),
        }
    }
}

impl Profile<'_> {
    fn check(&self, path: &str) -> Result<()> {
        attributes(&join(path, "attributes"), &self.attributes)?;
        ids(&join(path, "tags"), &self.tags)
    }
}

impl Purchase<'_> {
    fn check(&self) -> Result<()> {
        id("purchase.order", &self.order)?;
        if self.lines.is_empty() {
            return Err(Error::at(
                Code::OutOfRange,
                "purchase.lines",
                "a purchase needs at least one line",
            ));
        }
        if self.lines.len() > limits::LINES_MAX {
            let words = format!("a purchase has at most {} lines", limits::LINES_MAX);
            return Err(Error::at(Code::LimitExceeded, "purchase.lines", words));
        }
        for (place, line) in self.lines.iter().enumerate() {
            line.check()
                .map_err(|error| error.under(&format!("purchase.lines[{place}]")))?;
        }
        names::check(&self.lines)?;
        points::tenders("purchase.tender", &self.tender)?;
        self.check_prices()
    }

    fn check_prices(&self) -> Result<()> {
        if let Some(converted) = &self.converted {
            if crate::amount::Currency::new(&converted.currency).is_err() {
                let words = format!("`{}` is no ISO 4217 currency", converted.currency);
                return Err(Error::at(
                    Code::InvalidValue,
                    "purchase.converted.currency",
                    words,
                ));
            }
            if converted.rate <= Decimal::ZERO {
                return Err(Error::at(
                    Code::OutOfRange,
                    "purchase.converted.rate",
                    "a rate is more than zero",
                ));
            }
        }
        if let Some(shipping) = &self.shipping {
            not_negative("purchase.shipping.price", Some(shipping.price))?;
            let called = |line: &Line<'_>| line.id.as_deref() == Some(SHIPPING);
            if let Some(place) = self.lines.iter().position(called) {
                let words = "`shipping` is the line of the shipping of this purchase";
                let path = format!("purchase.lines[{place}].id");
                return Err(Error::at(Code::DuplicateId, path, words));
            }
            if let Some(tax) = &shipping.tax {
                tax.check("purchase.shipping.tax")?;
            }
        }
        if self.discounts.len() > limits::DISCOUNTS_MAX {
            let words = format!("at most {} discounts are allowed", limits::DISCOUNTS_MAX);
            return Err(Error::at(Code::LimitExceeded, "purchase.discounts", words));
        }
        for (place, discount) in self.discounts.iter().enumerate() {
            discount
                .check()
                .map_err(|error| error.under(&format!("purchase.discounts[{place}]")))?;
        }
        ids("purchase.rewards", &self.rewards)?;
        coupons::check(&self.coupons, &self.declined, &self.counters)?;
        coupons::cards(&self.stored_value, "purchase.stored_value")?;
        match &self.hold {
            Some(hold) => id("purchase.hold", hold),
            None => Ok(()),
        }
    }
}

impl Line<'_> {
    fn check(&self) -> Result<()> {
        id("sku", &self.sku)?;
        if let Some(own) = &self.id {
            id("id", own)?;
        }
        if self.quantity < 1 || self.quantity > limits::QUANTITY_MAX {
            let words = format!(
                "a quantity is from 1 to {}, not {}",
                limits::QUANTITY_MAX,
                self.quantity
            );
            return Err(Error::at(Code::OutOfRange, "quantity", words));
        }
        let (field, price) = match self.price {
            Price::Unit(price) => ("price", price),
            Price::Line(amount) => ("amount", amount),
        };
        not_negative(field, Some(price))?;
        not_negative("discount", self.discount)?;
        not_negative("floor", self.floor)?;
        if let Some(tax) = &self.tax {
            tax.check("tax")?;
        }
        if let Some(category) = &self.category {
            self::category(category).map_err(|error| error.under("category"))?;
        }
        if let Some(brand) = &self.brand {
            id("brand", brand)?;
        }
        if !self.tags.is_empty() {
            ids("tags", &self.tags)?;
        }
        attributes("attributes", &self.attributes)
    }
}

/// Refuses what is no path of categories.
pub(crate) fn category(text: &str) -> Result<()> {
    crate::id::check(text)?;
    if names::has_empty_part(text) {
        let words = "each part of a category path needs a name";
        return Err(Error::new(Code::InvalidValue, words));
    }
    Ok(())
}

impl Tax {
    fn check(&self, path: &str) -> Result<()> {
        let (field, value) = match self.of {
            TaxOf::Rate(rate) => ("rate", rate),
            TaxOf::Amount(amount) => ("amount", amount),
            TaxOf::Fixed(amount) => ("fixed", amount),
        };
        not_negative(&join(path, field), Some(value))?;
        if field == "rate" && value > Decimal::from(limits::TAX_PERCENT_MAX) {
            let words = format!("a tax is at most {} percent", limits::TAX_PERCENT_MAX);
            return Err(Error::at(Code::OutOfRange, join(path, "rate"), words));
        }
        match self.of {
            TaxOf::Rate(rate) => short(&join(path, "rate"), rate),
            _ => Ok(()),
        }
    }
}

impl TillDiscount<'_> {
    fn check(&self) -> Result<()> {
        if let Some(own) = &self.id {
            id("id", own)?;
        }
        match self.off {
            Off::Amount(amount) => not_negative("amount_off", Some(amount))?,
            Off::Percent { percent, max } => {
                not_negative("percent_off", Some(percent))?;
                not_negative("max", max)?;
                if percent > Decimal::ONE_HUNDRED {
                    return Err(Error::at(
                        Code::OutOfRange,
                        "percent_off",
                        "a discount is at most 100 percent",
                    ));
                }
                short("percent_off", percent)?;
            }
        }
        if self.lines.len() > limits::LINES_MAX {
            let words = format!("at most {} lines are allowed", limits::LINES_MAX);
            return Err(Error::at(Code::LimitExceeded, "lines", words));
        }
        for (place, line) in self.lines.iter().enumerate() {
            id(&format!("lines[{place}]"), line)?;
        }
        Ok(())
    }
}

/// A part has no more digits than can be counted with exactly.
fn short(path: &str, part: Decimal) -> Result<()> {
    if part.normalize().scale() > limits::RATE_SCALE_MAX {
        let words = format!(
            "at most {} decimal places are allowed",
            limits::RATE_SCALE_MAX
        );
        return Err(Error::at(Code::TooManyDigits, path, words));
    }
    Ok(())
}

/// An amount is not below zero.
fn not_negative(path: &str, amount: Option<Decimal>) -> Result<()> {
    if amount.is_some_and(|amount| amount.is_sign_negative() && !amount.is_zero()) {
        return Err(Error::at(
            Code::OutOfRange,
            path,
            "the amount must not be negative",
        ));
    }
    Ok(())
}

impl Return<'_> {
    fn check(&self) -> Result<()> {
        id("return.order", &self.order)?;
        if self.lines.len() > limits::LINES_MAX {
            return Err(Error::at(
                Code::LimitExceeded,
                "return.lines",
                format!("a return has at most {} lines", limits::LINES_MAX),
            ));
        }
        for (place, line) in self.lines.iter().enumerate() {
            let path = |field: &str| format!("return.lines[{place}].{field}");
            id("line", &line.line)
                .map_err(|error| error.under(&format!("return.lines[{place}]")))?;
            match line.part {
                Part::Units(quantity) if !(1..=limits::QUANTITY_MAX).contains(&quantity) => {
                    let words = format!("a quantity is from 1 to {}", limits::QUANTITY_MAX);
                    return Err(Error::at(Code::OutOfRange, path("quantity"), words));
                }
                Part::Amount(amount) if amount <= Decimal::ZERO => {
                    return Err(Error::at(
                        Code::OutOfRange,
                        path("amount"),
                        "an amount that goes back is more than zero",
                    ));
                }
                _ => {}
            }
        }
        let mut named: Vec<(&str, usize)> = self
            .lines
            .iter()
            .enumerate()
            .map(|(n, line)| (&*line.line, n))
            .collect();
        named.sort_unstable();
        for pair in named.windows(2) {
            if let [(first, _), (second, place)] = pair
                && first == second
            {
                let path = format!("return.lines[{place}].line");
                return Err(Error::at(
                    Code::DuplicateId,
                    path,
                    format!("the line `{first}` is named twice"),
                ));
            }
        }
        Ok(())
    }
}

fn id(path: &str, text: &str) -> Result<()> {
    crate::id::check(text).map_err(|error| error.under(path))
}

fn ids(path: &str, texts: &[Cow<'_, str>]) -> Result<()> {
    if texts.len() > limits::TAGS_MAX {
        return Err(Error::at(
            Code::LimitExceeded,
            path,
            format!("at most {} are allowed", limits::TAGS_MAX),
        ));
    }
    for (place, text) in texts.iter().enumerate() {
        crate::id::check(text).map_err(|error| error.under(&format!("{path}[{place}]")))?;
    }
    Ok(())
}

fn text(path: &str, text: &str) -> Result<()> {
    if text.len() > limits::TEXT_BYTES_MAX {
        return Err(Error::at(
            Code::LimitExceeded,
            path,
            format!(
                "a text must not be longer than {} bytes",
                limits::TEXT_BYTES_MAX
            ),
        ));
    }
    Ok(())
}

/// Why something is done: never nothing.
fn reason(path: &str, words: &str) -> Result<()> {
    if words.is_empty() {
        return Err(Error::at(
            Code::InvalidValue,
            path,
            "a reason must not be empty",
        ));
    }
    text(path, words)
}

fn attributes(path: &str, all: &Attributes<'_>) -> Result<()> {
    if all.len() > limits::TAGS_MAX {
        return Err(Error::at(
            Code::LimitExceeded,
            path,
            format!("at most {} attributes are allowed", limits::TAGS_MAX),
        ));
    }
    for (name, value) in all {
        id(path, name)?;
        if let Scalar::Text(value) = value {
            text(&join(path, name), value)?;
        }
    }
    Ok(())
}
