//! How an event is written in JSON.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{
    Activity, Adjust, Attributes, Body, Event, Line, Overdraw, Price, Profile, Purchase, Return,
    ReturnedLine, Scalar, Tags, Tender, Timestamp,
};
use crate::amount::{Decimal, Points, parse_decimal};
use crate::calendar::{Date, Zone};
use crate::error::{Code, Error, Result};
use crate::json::{self, Number, Text};
use crate::limits::EVENT_BYTES_MAX;

pub(super) fn read(bytes: &[u8]) -> Result<Event<'_>> {
    json::from_slice::<EventWire<'_>>(bytes, EVENT_BYTES_MAX)?.into_event()
}

/// An event: an id, an instant, and exactly one of the things that can happen.
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
    enroll: Option<ProfileWire<'a>>,
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
    /// A person credits or debits points.
    #[serde(borrow, default)]
    adjust: Option<AdjustWire<'a>>,
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
    /// The date of birth.
    #[serde(default)]
    birthday: Option<Date>,
    /// The zone of the member's civil days, if it is not the program's.
    #[serde(default)]
    timezone: Option<Zone>,
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
    /// What is bought.
    #[serde(borrow)]
    lines: Vec<LineWire<'a>>,
    /// Points that the member wants to pay with.
    #[serde(borrow, default)]
    tender: Vec<TenderWire<'a>>,
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
}

fn one() -> i64 {
    1
}

/// Points to pay with.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Tender")
)]
#[serde(deny_unknown_fields)]
struct TenderWire<'a> {
    /// The account; may be left out where the program takes only one.
    #[serde(borrow, default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    account: Option<Text<'a>>,
    /// How many points the member wants to use.
    points: Points,
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
    /// Which lines (default: all that are still out).
    #[serde(borrow, default)]
    lines: Option<Vec<ReturnedLineWire<'a>>>,
}

/// Units of a line that go back.
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

/// Points that a person credits or debits: exactly one of `credit` and `debit`.
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
    /// Why.
    #[serde(borrow)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    reason: Text<'a>,
    /// For a credit: the last valid day (default: the account's rule).
    #[serde(default)]
    expires_on: Option<Date>,
    /// For a debit of more than there is (default: the account's rule).
    #[serde(default)]
    overdraw: Option<Overdraw>,
}

impl<'a> EventWire<'a> {
    fn into_event(self) -> Result<Event<'a>> {
        let mut bodies: [(&str, Option<Body<'a>>); 7] = [
            (
                "enroll",
                self.enroll.map(|profile| Body::Enroll(profile.into())),
            ),
            (
                "profile",
                self.profile.map(|profile| Body::Profile(profile.into())),
            ),
            (
                "tags",
                self.tags.map(|tags| {
                    Body::Tags(Tags {
                        add: texts(tags.add),
                        remove: texts(tags.remove),
                    })
                }),
            ),
            (
                "purchase",
                self.purchase
                    .map(PurchaseWire::into_purchase)
                    .transpose()?
                    .map(Body::Purchase),
            ),
            (
                "return",
                self.returned
                    .map(ReturnWire::into_return)
                    .transpose()?
                    .map(Body::Return),
            ),
            (
                "activity",
                self.activity.map(|activity| {
                    Body::Activity(Activity {
                        kind: activity.kind.0,
                    })
                }),
            ),
            (
                "adjust",
                self.adjust
                    .map(AdjustWire::into_adjust)
                    .transpose()?
                    .map(Body::Adjust),
            ),
        ];
        let mut given = bodies.iter_mut().filter(|(_, body)| body.is_some());
        let body = match (given.next(), given.next()) {
            (Some((_, body)), None) => body.take(),
            (Some((first, _)), Some((second, _))) => {
                let words =
                    format!("an event is one thing: send `{first}` and `{second}` as two events");
                return Err(Error::new(Code::InvalidValue, words));
            }
            (None, _) => None,
        };
        let Some(body) = body else {
            let words = "an event needs one of `enroll`, `profile`, `tags`, `purchase`, `return`, `activity`, `adjust`";
            return Err(Error::new(Code::MissingField, words));
        };
        Ok(Event {
            id: self.id.0,
            at: self.at.0,
            seq: self.seq,
            member: self.member.map(|text| text.0),
            channel: self.channel.map(|text| text.0),
            store: self.store.map(|text| text.0),
            attributes: self.attributes.0,
            body,
        })
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

impl<'a> PurchaseWire<'a> {
    fn into_purchase(self) -> Result<Purchase<'a>> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for (place, line) in self.lines.into_iter().enumerate() {
            lines.push(
                line.into_line()
                    .map_err(|error| error.under(&format!("purchase.lines[{place}]")))?,
            );
        }
        let tender = self.tender.into_iter().map(|tender| Tender {
            account: tender.account.map(|text| text.0),
            points: tender.points,
        });
        Ok(Purchase {
            order: self.order.0,
            currency: self.currency.map(|text| text.0),
            lines,
            tender: tender.collect(),
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
            category: self.category.map(|text| text.0),
            brand: self.brand.map(|text| text.0),
            tags: texts(self.tags),
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
        let lines = self
            .lines
            .unwrap_or_default()
            .into_iter()
            .map(|line| ReturnedLine {
                line: line.line.0,
                quantity: line.quantity,
            });
        Ok(Return {
            order: self.order.0,
            lines: lines.collect(),
        })
    }
}

impl<'a> AdjustWire<'a> {
    fn into_adjust(self) -> Result<Adjust<'a>> {
        let points = match (self.credit, self.debit) {
            (Some(points), None) if points.get() > 0 => points,
            (None, Some(points)) if points.get() > 0 => points.checked_neg()?,
            (None, None) => {
                return Err(Error::at(
                    Code::MissingField,
                    "adjust",
                    "an adjustment needs a `credit` or a `debit`",
                ));
            }
            (Some(_), Some(_)) => {
                return Err(Error::at(
                    Code::InvalidValue,
                    "adjust",
                    "an adjustment is a `credit` or a `debit`, not both",
                ));
            }
            _ => {
                return Err(Error::at(
                    Code::OutOfRange,
                    "adjust",
                    "a `credit` or `debit` is more than zero",
                ));
            }
        };
        if points.get() < 0 && self.expires_on.is_some() {
            return Err(Error::at(
                Code::InvalidValue,
                "adjust.expires_on",
                "only a credit can have an expiry",
            ));
        }
        if points.get() > 0 && self.overdraw.is_some() {
            return Err(Error::at(
                Code::InvalidValue,
                "adjust.overdraw",
                "only a debit can overdraw",
            ));
        }
        Ok(Adjust {
            account: self.account.map(|text| text.0),
            points,
            reason: self.reason.0,
            expires_on: self.expires_on,
            overdraw: self.overdraw,
        })
    }
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
