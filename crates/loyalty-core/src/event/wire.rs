//! How an event is written in JSON.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{
    Activity, Adjust, Adjustment, Attributes, BenefitUsed, Body, Cancel, Close, Contribution,
    Convert, Converted, Counter, Enroll, Erase, Event, Freeze, GiveCoupon, Grant, HoldRequest,
    Household, HouseholdLeft, HouseholdLink, IssueCoupon, LeaveHousehold, LeaveSeat, Line, Merge,
    Off, OrderSettled, Outreach, Overdraw, Part, PlanSeat, Price, Profile, Purchase, Receive,
    Redeem, Referral, Release, Renew, Return, ReturnedLine, Revoke, Said, Scalar, SeatLeft,
    SharePlan, Shipping, StoredTender, Subscribe, Tags, Tax, TaxOf, Tender, TillDiscount,
    Timestamp, TopUp, Transfer, Undo, Unfreeze, Unsubscribe,
};
use crate::amount::{Decimal, Points, parse_decimal};
use crate::calendar::{Date, Zone};
use crate::error::{Code, Error, Result};
use crate::json::{self, Number, Text};
use crate::limits::EVENT_BYTES_MAX;
use crate::pricing::DiscountPer;

pub(super) fn read(bytes: &[u8]) -> Result<Event<'_>> {
    json::from_slice::<EventWire<'_>>(bytes, EVENT_BYTES_MAX)?.into_event()
}

/// An event: an id, an instant, and exactly one of the things that can happen; a `return` and a `purchase` together are an exchange.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(title = "Event")
)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventWire<'a> {
    /// The id of the event; a second event with it is answered, not taken again.
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    id: Text<'a>,
    /// When it happened: RFC 3339 with the offset of the store's clock.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    at: At,
    /// The order among events of one instant that come from several sources.
    #[serde(default)]
    seq: Option<u64>,
    /// The member, if the host wants it checked.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    member: Option<Text<'a>>,
    /// Through which channel it came.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    channel: Option<Text<'a>>,
    /// In which store it happened.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    store: Option<Text<'a>>,
    /// Further facts, for conditions: texts, numbers, true or false.
    #[serde(default)]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, schema::Scalar>")
    )]
    attributes: Values,
    /// The member joins.
    #[serde(borrow, default)]
    enroll: Option<EnrollWire<'a>>,
    /// Something about the member changes.
    #[serde(borrow, default)]
    profile: Option<ProfileWire<'a>>,
    /// Tags are set and cleared.
    #[serde(borrow, default)]
    tags: Option<TagsWire<'a>>,
    /// Something is bought.
    #[serde(borrow, default)]
    purchase: Option<PurchaseWire<'a>>,
    /// Something goes back.
    #[serde(borrow, default, rename = "return")]
    returned: Option<ReturnWire<'a>>,
    /// The member does something that is not a purchase.
    #[serde(borrow, default)]
    activity: Option<ActivityWire<'a>>,
    /// A person credits, debits or reinstates points.
    #[serde(borrow, default)]
    adjust: Option<AdjustWire<'a>>,
    /// An order is settled: points that wait for that become available.
    #[serde(borrow, default)]
    order_settled: Option<OrderSettled<'a>>,
    /// Pending points are cancelled.
    #[serde(borrow, default)]
    cancel: Option<Cancel<'a>>,
    /// Points are set aside for a while.
    #[serde(borrow, default)]
    hold: Option<HoldRequest<'a>>,
    /// What is held is given back.
    #[serde(borrow, default)]
    release: Option<Release<'a>>,
    /// The member takes a reward for points.
    #[serde(borrow, default)]
    redeem: Option<Redeem<'a>>,
    /// A redemption is undone.
    #[serde(borrow, default)]
    undo: Option<Undo<'a>>,
    /// The member gives points to another member.
    #[serde(borrow, default)]
    transfer: Option<Transfer<'a>>,
    /// The member changes points of one account into points of another one.
    #[serde(borrow, default)]
    convert: Option<Convert<'a>>,
    /// Points arrive from another member or program.
    #[serde(borrow, default)]
    receive: Option<Receive<'a>>,
    /// A person gives a rung.
    #[serde(borrow, default)]
    grant: Option<Grant<'a>>,
    /// What was granted is taken back.
    #[serde(borrow, default)]
    revoke: Option<Revoke<'a>>,
    /// The member gets a coupon.
    #[serde(borrow, default)]
    issue: Option<IssueCoupon<'a>>,
    /// The member gives a coupon to another member.
    #[serde(borrow, default)]
    give: Option<GiveCoupon<'a>>,
    /// A card of stored value is topped up.
    #[serde(borrow, default)]
    top_up: Option<TopUp<'a>>,
    /// An attempt to win the member back.
    #[serde(borrow, default)]
    outreach: Option<Outreach<'a>>,
    /// The membership is frozen.
    #[serde(borrow, default)]
    freeze: Option<Freeze<'a>>,
    /// A frozen membership goes on.
    #[serde(borrow, default)]
    unfreeze: Option<Unfreeze<'a>>,
    /// The membership ends.
    #[serde(borrow, default)]
    close: Option<Close<'a>>,
    /// What is known of the person is forgotten.
    #[serde(borrow, default)]
    erase: Option<Erase<'a>>,
    /// A friend whom the member has referred did something: a message.
    #[serde(borrow, default)]
    referral: Option<Referral<'a>>,
    /// Another membership of the same person becomes part of this one.
    #[serde(borrow, default)]
    merge: Option<Merge<'a>>,
    /// The member subscribes to a paid plan.
    #[serde(borrow, default)]
    subscribe: Option<Subscribe<'a>>,
    /// The member pays for another term of a plan.
    #[serde(borrow, default)]
    renew: Option<Renew<'a>>,
    /// The member leaves a plan.
    #[serde(borrow, default)]
    unsubscribe: Option<Unsubscribe<'a>>,
    /// The member shares a plan with others.
    #[serde(borrow, default)]
    share_plan: Option<SharePlan<'a>>,
    /// Another member shares a plan with this one.
    #[serde(borrow, default)]
    plan_seat: Option<PlanSeat<'a>>,
    /// The member gives back a seat of a plan.
    #[serde(borrow, default)]
    leave_seat: Option<LeaveSeat<'a>>,
    /// A member has given back a seat of this holder.
    #[serde(borrow, default)]
    seat_left: Option<SeatLeft<'a>>,
    /// The member uses a benefit that is counted.
    #[serde(borrow, default)]
    benefit_used: Option<BenefitUsed<'a>>,
    /// People join the household of this pool, or leave it.
    #[serde(borrow, default)]
    household: Option<Household<'a>>,
    /// The member leaves a household.
    #[serde(borrow, default)]
    leave_household: Option<LeaveHousehold<'a>>,
    /// What a pool tells a member of its household.
    #[serde(borrow, default)]
    household_link: Option<HouseholdLink<'a>>,
    /// A member has left the household of this pool.
    #[serde(borrow, default)]
    household_left: Option<HouseholdLeft<'a>>,
    /// How many points of an order this pool has.
    #[serde(borrow, default)]
    contribution: Option<Contribution<'a>>,
}

/// A member joins.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Enroll")
)]
#[serde(deny_unknown_fields)]
struct EnrollWire<'a> {
    /// The date of birth.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Date>"))]
    birthday: Said<Date>,
    /// The zone of the member's civil days, if it is not the program's.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Zone>"))]
    timezone: Said<Zone>,
    /// Further facts.
    #[serde(default)]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, Option<schema::Scalar>>")
    )]
    attributes: Values,
    /// Tags to set.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    tags: Vec<Text<'a>>,
    /// The member, enrolled earlier, because of whom the person joins.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    referrer: Option<Text<'a>>,
}

/// What a host knows of a member.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Profile")
)]
#[serde(deny_unknown_fields)]
struct ProfileWire<'a> {
    /// The date of birth; null clears it.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Date>"))]
    birthday: Said<Date>,
    /// The zone of the member's civil days, if it is not the program's; null: it is the program's.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Zone>"))]
    timezone: Said<Zone>,
    /// Further facts; null clears one.
    #[serde(default)]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, Option<schema::Scalar>>")
    )]
    attributes: Values,
    /// Tags to set.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    tags: Vec<Text<'a>>,
}

/// Tags to set and to clear.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Tags")
)]
#[serde(deny_unknown_fields)]
struct TagsWire<'a> {
    /// Set these.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    add: Vec<Text<'a>>,
    /// Clear these.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    remove: Vec<Text<'a>>,
}

/// A purchase.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Purchase")
)]
#[serde(deny_unknown_fields)]
struct PurchaseWire<'a> {
    /// The id of the order; returns name it.
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    order: Text<'a>,
    /// The currency, if the host wants it checked.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    currency: Option<Text<'a>>,
    /// Where the customer paid in another currency: the amounts here are converted already.
    #[serde(borrow, default)]
    converted: Option<ConvertedWire<'a>>,
    /// What is bought.
    #[serde(borrow)]
    lines: Vec<LineWire<'a>>,
    /// Shipping; in receipts and returns it is a line called `shipping`.
    #[serde(borrow, default)]
    shipping: Option<ShippingWire<'a>>,
    /// Discounts that a person gives at the till, in the order in which they are applied.
    #[serde(borrow, default)]
    discounts: Vec<TillDiscountWire<'a>>,
    /// Rewards that the member wants for this purchase: discounts that cost points.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    rewards: Vec<Text<'a>>,
    /// Coupons that are presented, in their order: instances of the member's wallet, codes, or coupons as the program calls them: of
    /// those the instance of the wallet that can be used and expires first.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    coupons: Vec<Text<'a>>,
    /// Offers and coupons that are not to be used.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    declined: Vec<Text<'a>>,
    /// How often promotions have been used by everyone, where limits are for all members together.
    #[serde(borrow, default)]
    counters: Vec<Counter<'a>>,
    /// Points that the member wants to pay with.
    #[serde(borrow, default)]
    tender: Vec<Tender<'a>>,
    /// Stored value that pays for what is left after points, in this order.
    #[serde(borrow, default)]
    stored_value: Vec<StoredTender<'a>>,
    /// A hold whose points are used first; what is left of it is released.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    hold: Option<Text<'a>>,
}

/// The currency in which a customer paid, and the rate at which the host converted the amounts.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Converted")
)]
#[serde(deny_unknown_fields)]
struct ConvertedWire<'a> {
    /// The other currency (ISO 4217).
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    currency: Text<'a>,
    /// How much of the program's currency one unit of it is.
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "crate::amount::Exact"))]
    rate: Number<'a>,
}

/// Shipping.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Shipping")
)]
#[serde(deny_unknown_fields)]
struct ShippingWire<'a> {
    /// What it costs, in major units.
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "crate::amount::Exact"))]
    price: Number<'a>,
    /// Its tax.
    #[serde(borrow, default)]
    tax: Option<TaxWire<'a>>,
}

/// The tax of a line: exactly one of `rate`, `amount` and `fixed`.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Tax")
)]
#[serde(deny_unknown_fields)]
struct TaxWire<'a> {
    /// A rate, in percent of the price without tax.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    rate: Option<Number<'a>>,
    /// An amount for the whole line at its stated price, in major units; it moves with the price.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    amount: Option<Number<'a>>,
    /// An amount for the whole line that discounts do not change (a deposit, a levy by weight).
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    fixed: Option<Number<'a>>,
    /// Whether the stated price includes it (default: it comes on top).
    #[serde(default)]
    included: bool,
}

/// A discount that a person gives at the till: exactly one of `amount_off` and `percent_off`.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "TillDiscount")
)]
#[serde(deny_unknown_fields)]
struct TillDiscountWire<'a> {
    /// What receipts call it (default `discount`).
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    id: Option<Text<'a>>,
    /// An amount, in major units.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    amount_off: Option<Number<'a>>,
    /// A part of the price, in percent.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    percent_off: Option<Number<'a>>,
    /// For a percentage: at most so much in all, in major units.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    max: Option<Number<'a>>,
    /// Off what: all lines together (default), each line, or each unit.
    #[serde(default)]
    per: DiscountPer,
    /// Which lines, by id (default: all that can be discounted).
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    lines: Vec<Text<'a>>,
}

/// One line of a purchase, with a `price` of one unit or an `amount` of the whole line.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Line")
)]
#[serde(deny_unknown_fields)]
struct LineWire<'a> {
    /// The id of the line; where it is left out, its place: `1`, `2` …
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    id: Option<Text<'a>>,
    /// The article.
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    sku: Text<'a>,
    /// How many units (default 1).
    #[serde(default = "one")]
    quantity: i64,
    /// The price of one unit, in major units.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    price: Option<Number<'a>>,
    /// The price of the whole line, in major units.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    amount: Option<Number<'a>>,
    /// What the host has taken off the whole line already, in major units.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    discount: Option<Number<'a>>,
    /// Its tax, if the host states it.
    #[serde(borrow, default)]
    tax: Option<TaxWire<'a>>,
    /// No discount takes the price of a unit below this, in major units.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    floor: Option<Number<'a>>,
    /// Whether it earns points (default: it does).
    #[serde(default = "yes")]
    earns: bool,
    /// Whether discounts take anything off it (default: they do).
    #[serde(default = "yes")]
    discountable: bool,
    /// Whether it is stored value (a gift card): it earns nothing and no discount takes anything off it.
    #[serde(default)]
    gift_card: bool,
    /// The category, from the widest to the narrowest: `food/fruit/apples`.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    category: Option<Text<'a>>,
    /// The brand.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    brand: Option<Text<'a>>,
    /// Tags.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    tags: Vec<Text<'a>>,
    /// Further facts, for selections: texts, numbers, true or false.
    #[serde(default)]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, schema::Scalar>")
    )]
    attributes: Values,
}

fn one() -> i64 {
    1
}

fn yes() -> bool {
    true
}

/// Goods that go back.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Return")
)]
#[serde(deny_unknown_fields)]
struct ReturnWire<'a> {
    /// The order that they were bought in.
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    order: Text<'a>,
    /// Which lines, at least one (default, also for `null`: all that are still out).
    #[serde(borrow, default)]
    lines: Option<Vec<ReturnedLineWire<'a>>>,
}

/// Units of a line that go back, or an amount of it.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "ReturnedLine")
)]
#[serde(deny_unknown_fields)]
struct ReturnedLineWire<'a> {
    /// The id of the line.
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    line: Text<'a>,
    /// How many units (default: all that are still out).
    #[serde(default)]
    quantity: Option<i64>,
    /// A part of what was paid for it, in major units, without goods.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::amount::Exact>"))]
    amount: Option<Number<'a>>,
}

/// Something that a member does.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Activity")
)]
#[serde(deny_unknown_fields)]
struct ActivityWire<'a> {
    /// What it is (`check_in`, `survey`, `share` …).
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    kind: Text<'a>,
}

/// Points that a person changes: exactly one of `credit`, `debit` and `reinstate`.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Adjust")
)]
#[serde(deny_unknown_fields)]
struct AdjustWire<'a> {
    /// The account; may be left out where the program has only one.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    account: Option<Text<'a>>,
    /// Points to give.
    #[serde(default)]
    credit: Option<Points>,
    /// Points to take.
    #[serde(default)]
    debit: Option<Points>,
    /// Lots that have expired to reopen.
    #[serde(default)]
    reinstate: Option<Reinstate>,
    /// Why.
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    reason: Text<'a>,
    /// For a credit: the first day on which the points can be used (default: at once).
    #[serde(default)]
    active_on: Option<Date>,
    /// For a credit or a reinstatement: the last valid day (default: the account's rule).
    #[serde(default)]
    expires_on: Option<Date>,
    /// For a debit of more than there is (default: the account's rule).
    #[serde(default)]
    overdraw: Option<Overdraw>,
}

/// Lots that have expired.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Reinstate {
    /// Those that expired on this day or later.
    since: Date,
}

impl<'a> EventWire<'a> {
    fn into_event(self) -> Result<Event<'a>> {
        // Nearly always one is given: the others cost no more than a look.
        let mut given = Given::default();
        macro_rules! bodies {
            ($($name:literal: $field:expr => $make:expr;)+) => {{
                $(if let Some(one) = $field {
                    given.put($name, $make(one)?);
                })+
                &[$($name),+]
            }};
        }
        type Made<'a> = Result<Body<'a>>;
        let names: &[&str] = bodies! {
            "enroll": self.enroll => |one: EnrollWire<'a>| Made::Ok(Body::Enroll(one.into()));
            "profile": self.profile => |one: ProfileWire<'a>| Made::Ok(Body::Profile(one.into()));
            "tags": self.tags => |one: TagsWire<'a>| Made::Ok(Body::Tags(one.into()));
            "return": self.returned => |one: ReturnWire<'a>| Ok::<_, Error>(Body::Return(one.into_return()?));
            "purchase": self.purchase => |one: PurchaseWire<'a>| Ok::<_, Error>(Body::Purchase(one.into_purchase()?));
            "activity": self.activity => |one: ActivityWire<'a>| Made::Ok(Body::Activity(Activity { kind: one.kind.0 }));
            "adjust": self.adjust => |one: AdjustWire<'a>| Ok::<_, Error>(Body::Adjust(one.into_adjust()?));
            "order_settled": self.order_settled => |one| Made::Ok(Body::OrderSettled(one));
            "cancel": self.cancel => |one| Made::Ok(Body::Cancel(one));
            "hold": self.hold => |one| Made::Ok(Body::Hold(one));
            "release": self.release => |one| Made::Ok(Body::Release(one));
            "redeem": self.redeem => |one| Made::Ok(Body::Redeem(one));
            "undo": self.undo => |one| Made::Ok(Body::Undo(one));
            "transfer": self.transfer => |one| Made::Ok(Body::Transfer(one));
            "convert": self.convert => |one| Made::Ok(Body::Convert(one));
            "receive": self.receive => |one| Made::Ok(Body::Receive(one));
            "grant": self.grant => |one| Made::Ok(Body::Grant(one));
            "revoke": self.revoke => |one| Made::Ok(Body::Revoke(one));
            "issue": self.issue => |one| Made::Ok(Body::Issue(one));
            "give": self.give => |one| Made::Ok(Body::Give(one));
            "top_up": self.top_up => |one| Made::Ok(Body::TopUp(one));
            "outreach": self.outreach => |one| Made::Ok(Body::Outreach(one));
            "freeze": self.freeze => |one| Made::Ok(Body::Freeze(one));
            "unfreeze": self.unfreeze => |one| Made::Ok(Body::Unfreeze(one));
            "close": self.close => |one| Made::Ok(Body::Close(one));
            "erase": self.erase => |one| Made::Ok(Body::Erase(one));
            "referral": self.referral => |one| Made::Ok(Body::Referral(one));
            "merge": self.merge => |one| Made::Ok(Body::Merge(one));
            "subscribe": self.subscribe => |one| Made::Ok(Body::Subscribe(one));
            "renew": self.renew => |one| Made::Ok(Body::Renew(one));
            "unsubscribe": self.unsubscribe => |one| Made::Ok(Body::Unsubscribe(one));
            "share_plan": self.share_plan => |one| Made::Ok(Body::SharePlan(one));
            "plan_seat": self.plan_seat => |one| Made::Ok(Body::PlanSeat(one));
            "leave_seat": self.leave_seat => |one| Made::Ok(Body::LeaveSeat(one));
            "seat_left": self.seat_left => |one| Made::Ok(Body::SeatLeft(one));
            "benefit_used": self.benefit_used => |one| Made::Ok(Body::BenefitUsed(one));
            "household": self.household => |one| Made::Ok(Body::Household(one));
            "leave_household": self.leave_household => |one| Made::Ok(Body::LeaveHousehold(one));
            "household_link": self.household_link => |one| Made::Ok(Body::HouseholdLink(one));
            "household_left": self.household_left => |one| Made::Ok(Body::HouseholdLeft(one));
            "contribution": self.contribution => |one| Made::Ok(Body::Contribution(one));
        };
        Ok(Event {
            id: self.id.0,
            at: self.at.0,
            seq: self.seq,
            member: self.member.map(|text| text.0),
            channel: self.channel.map(|text| text.0),
            store: self.store.map(|text| text.0),
            attributes: self.attributes.0,
            body: given.only(names)?,
        })
    }
}

/// What an event says that happened, in the order of the kinds.
#[derive(Default)]
struct Given<'a> {
    first: Option<(&'static str, Body<'a>)>,
    second: Option<(&'static str, Body<'a>)>,
    more: bool,
}

impl<'a> Given<'a> {
    fn put(&mut self, name: &'static str, body: Body<'a>) {
        match (&self.first, &self.second) {
            (None, _) => self.first = Some((name, body)),
            (Some(_), None) => self.second = Some((name, body)),
            (Some(_), Some(_)) => self.more = true,
        }
    }

    /// The one thing that happened; a return and a purchase together are an exchange.
    fn only(self, names: &[&str]) -> Result<Body<'a>> {
        match (self.first, self.second, self.more) {
            (Some((_, body)), None, _) => Ok(body),
            (Some((_, Body::Return(returned))), Some((_, Body::Purchase(purchase))), false) => {
                Ok(Body::Exchange(returned, purchase))
            }
            (Some((first, _)), Some((second, _)), _) => {
                let words =
                    format!("an event is one thing: send `{first}` and `{second}` as two events");
                Err(Error::new(Code::InvalidValue, words))
            }
            (None, ..) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                let words = format!("an event needs one of {}", names.join(", "));
                Err(Error::new(Code::MissingField, words))
            }
        }
    }
}

impl<'a> From<TagsWire<'a>> for Tags<'a> {
    fn from(wire: TagsWire<'a>) -> Self {
        Self {
            add: texts(wire.add),
            remove: texts(wire.remove),
        }
    }
}

impl<'a> From<ProfileWire<'a>> for Profile<'a> {
    fn from(wire: ProfileWire<'a>) -> Self {
        Self {
            birthday: wire.birthday,
            timezone: wire.timezone,
            attributes: wire.attributes.0,
            tags: texts(wire.tags),
        }
    }
}

impl<'a> From<EnrollWire<'a>> for Enroll<'a> {
    fn from(wire: EnrollWire<'a>) -> Self {
        Self {
            profile: Profile {
                birthday: wire.birthday,
                timezone: wire.timezone,
                attributes: wire.attributes.0,
                tags: texts(wire.tags),
            },
            referrer: wire.referrer.map(|text| text.0),
        }
    }
}

impl<'a> PurchaseWire<'a> {
    fn into_purchase(self) -> Result<Purchase<'a>> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for (place, line) in self.lines.into_iter().enumerate() {
            lines.push(
                line.into_line()
                    .map_err(|error| error.under(&format!("purchase.lines[{place}]")))?,
            );
        }
        let mut discounts = Vec::with_capacity(self.discounts.len());
        for (place, discount) in self.discounts.into_iter().enumerate() {
            let discount = discount.into_discount();
            discounts.push(
                discount.map_err(|error| error.under(&format!("purchase.discounts[{place}]")))?,
            );
        }
        let converted = match self.converted {
            Some(ConvertedWire { currency, rate }) => Some(Converted {
                currency: currency.0,
                rate: decimal("purchase.converted.rate", &rate)?,
            }),
            None => None,
        };
        let shipping = match self.shipping {
            Some(ShippingWire { price, tax }) => Some(Shipping {
                price: decimal("purchase.shipping.price", &price)?,
                tax: tax
                    .map(TaxWire::into_tax)
                    .transpose()
                    .map_err(|error| error.under("purchase.shipping.tax"))?,
            }),
            None => None,
        };
        Ok(Purchase {
            order: self.order.0,
            currency: self.currency.map(|text| text.0),
            converted,
            lines,
            shipping,
            discounts,
            rewards: texts(self.rewards),
            coupons: texts(self.coupons),
            declined: texts(self.declined),
            counters: self.counters,
            tender: self.tender,
            stored_value: self.stored_value,
            hold: self.hold.map(|text| text.0),
        })
    }
}

impl TaxWire<'_> {
    fn into_tax(self) -> Result<Tax> {
        let of = match (self.rate, self.amount, self.fixed) {
            (Some(rate), None, None) => TaxOf::Rate(decimal("rate", &rate)?),
            (None, Some(amount), None) => TaxOf::Amount(decimal("amount", &amount)?),
            (None, None, Some(amount)) => TaxOf::Fixed(decimal("fixed", &amount)?),
            _ => {
                return Err(Error::new(
                    Code::InvalidValue,
                    "a tax is a `rate`, an `amount` or a `fixed` amount: say one of them",
                ));
            }
        };
        Ok(Tax {
            of,
            included: self.included,
        })
    }
}

impl<'a> TillDiscountWire<'a> {
    fn into_discount(self) -> Result<TillDiscount<'a>> {
        let off = match (self.amount_off, self.percent_off) {
            (Some(amount), None) if self.max.is_none() => {
                Off::Amount(decimal("amount_off", &amount)?)
            }
            (None, Some(percent)) => Off::Percent {
                percent: decimal("percent_off", &percent)?,
                max: self.max.map(|max| decimal("max", &max)).transpose()?,
            },
            _ => {
                return Err(Error::new(
                    Code::InvalidValue,
                    "a discount is an `amount_off`, or a `percent_off` with or without a `max`",
                ));
            }
        };
        Ok(TillDiscount {
            id: self.id.map(|text| text.0),
            off,
            per: self.per,
            lines: texts(self.lines),
        })
    }
}

impl<'a> LineWire<'a> {
    fn into_line(self) -> Result<Line<'a>> {
        let price = match (self.price, self.amount) {
            (Some(price), None) => Price::Unit(decimal("price", &price)?),
            (None, Some(amount)) => Price::Line(decimal("amount", &amount)?),
            (None, None) => {
                return Err(Error::new(
                    Code::MissingField,
                    "a line needs a `price` (of one unit) or an `amount` (of the line)",
                ));
            }
            (Some(_), Some(_)) => {
                return Err(Error::new(
                    Code::InvalidValue,
                    "a line has a `price` or an `amount`, not both",
                ));
            }
        };
        Ok(Line {
            id: self.id.map(|text| text.0),
            sku: self.sku.0,
            quantity: self.quantity,
            price,
            discount: self
                .discount
                .as_ref()
                .map(|amount| decimal("discount", amount))
                .transpose()?,
            tax: self
                .tax
                .map(TaxWire::into_tax)
                .transpose()
                .map_err(|error| error.under("tax"))?,
            floor: self
                .floor
                .as_ref()
                .map(|amount| decimal("floor", amount))
                .transpose()?,
            earns: self.earns,
            discountable: self.discountable,
            gift_card: self.gift_card,
            category: self.category.map(|text| text.0),
            brand: self.brand.map(|text| text.0),
            tags: texts(self.tags),
            attributes: self.attributes.0,
        })
    }
}

impl<'a> ReturnWire<'a> {
    fn into_return(self) -> Result<Return<'a>> {
        if self.lines.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::at(
                Code::OutOfRange,
                "return.lines",
                "leave `lines` out to return the whole order",
            ));
        }
        let mut lines = Vec::new();
        for (place, line) in self.lines.unwrap_or_default().into_iter().enumerate() {
            let path = |field: &str| format!("return.lines[{place}].{field}");
            let part = match (line.quantity, line.amount) {
                (None, None) => Part::Rest,
                (Some(units), None) => Part::Units(units),
                (None, Some(amount)) => Part::Amount(decimal(&path("amount"), &amount)?),
                (Some(_), Some(_)) => {
                    return Err(Error::at(
                        Code::InvalidValue,
                        path("amount"),
                        "a `quantity` goes back or an `amount`, not both",
                    ));
                }
            };
            lines.push(ReturnedLine {
                line: line.line.0,
                part,
            });
        }
        Ok(Return {
            order: self.order.0,
            lines,
        })
    }
}

impl<'a> AdjustWire<'a> {
    fn into_adjust(self) -> Result<Adjust<'a>> {
        let change = match (self.credit, self.debit, self.reinstate) {
            (Some(points), None, None) => Adjustment::Credit {
                points,
                active_on: self.active_on,
                expires_on: self.expires_on,
            },
            (None, Some(points), None) => Adjustment::Debit {
                points,
                overdraw: self.overdraw,
            },
            (None, None, Some(lots)) => Adjustment::Reinstate {
                since: lots.since,
                expires_on: self.expires_on,
            },
            (None, None, None) => {
                return Err(Error::at(
                    Code::MissingField,
                    "adjust",
                    "an adjustment needs a `credit`, a `debit` or a `reinstate`",
                ));
            }
            _ => {
                return Err(Error::at(
                    Code::InvalidValue,
                    "adjust",
                    "an adjustment is a `credit`, a `debit` or a `reinstate`, only one of them",
                ));
            }
        };
        let only = |field: &str, words| {
            Err(Error::at(
                Code::InvalidValue,
                format!("adjust.{field}"),
                words,
            ))
        };
        if self.expires_on.is_some() && matches!(change, Adjustment::Debit { .. }) {
            return only("expires_on", "what is taken has no expiry");
        }
        if self.active_on.is_some() && !matches!(change, Adjustment::Credit { .. }) {
            return only("active_on", "only a credit can become available later");
        }
        if self.overdraw.is_some() && !matches!(change, Adjustment::Debit { .. }) {
            return only("overdraw", "only a debit can overdraw");
        }
        Ok(Adjust {
            account: self.account.map(|text| text.0),
            change,
            reason: self.reason.0,
        })
    }
}

/// A text, borrowed where it can be.
pub(super) fn cow<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Cow<'a, str>, D::Error> {
    Text::deserialize(deserializer).map(|text| text.0)
}

/// A text that may be missing.
pub(super) fn maybe_cow<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Cow<'a, str>>, D::Error> {
    Ok(Option::<Text<'_>>::deserialize(deserializer)?.map(|text| text.0))
}

/// Texts.
pub(super) fn cows<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Cow<'a, str>>, D::Error> {
    Vec::<Text<'_>>::deserialize(deserializer).map(texts)
}

fn texts<'a>(texts: Vec<Text<'a>>) -> Vec<Cow<'a, str>> {
    texts.into_iter().map(|text| text.0).collect()
}

fn decimal(field: &str, number: &Number<'_>) -> Result<Decimal> {
    parse_decimal(&number.0).map_err(|error| error.under(field))
}

/// An instant with its offset.
struct At(Timestamp);

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Timestamp::parse(&text.0)
            .map(Self)
            .map_err(Error::into_serde)
    }
}

/// Named values. They are copied: attributes are few, and owning them keeps the member's profile simple.
#[derive(Default)]
struct Values(Attributes<'static>);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = json::UniqueMap::<Value>::deserialize(deserializer)?;
        Ok(Self(
            map.0
                .into_iter()
                .map(|(name, value)| (Cow::Owned(name), value.0))
                .collect(),
        ))
    }
}

/// One value, a number by its literal text.
struct Value(Scalar<'static>);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_scalar(<&RawValue>::deserialize(deserializer)?.get())
            .map(Self)
            .map_err(Error::into_serde)
    }
}

/// Reads a value from its literal text.
pub(crate) fn read_scalar(raw: &str) -> Result<Scalar<'static>> {
    Ok(match raw.as_bytes().first() {
        Some(b'"') => Scalar::Text(Cow::Owned(
            serde_json::from_str(raw)
                .map_err(|error| Error::new(Code::InvalidJson, error.to_string()))?,
        )),
        Some(b't' | b'f') => Scalar::Flag(raw == "true"),
        Some(b'n') => Scalar::Nothing,
        Some(b'-' | b'0'..=b'9') => Scalar::Number(parse_decimal(raw)?),
        _ => {
            return Err(Error::new(
                Code::WrongType,
                "an attribute is a text, a number, true or false",
            ));
        }
    })
}

#[cfg(feature = "schema")]
mod schema {
    //! Shapes that only the schema needs.

    /// A text, a number, true or false.
    #[derive(schemars::JsonSchema)]
    #[schemars(untagged)]
    #[expect(dead_code, reason = "only its schema is used")]
    pub(super) enum Scalar {
        Text(String),
        Number(f64),
        Flag(bool),
    }
}

#[cfg(feature = "schema")]
pub(crate) fn json_schema() -> schemars::Schema {
    schemars::schema_for!(EventWire<'static>)
}
