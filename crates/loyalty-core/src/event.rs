//! What a host can report. An [`Event`] that exists has been checked, as far as that is possible without a program.

mod digest;
mod wire;

#[cfg(feature = "schema")]
pub(crate) use wire::json_schema;
pub(crate) use wire::read_scalar;

use std::borrow::Cow;

use crate::amount::{Decimal, Points};
use crate::calendar::{Date, Instant, Offset, Zone};
use crate::error::{Code, Error, Result, join};
use crate::limits;
use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// An exact number.
    Number(Decimal),
    /// Yes or no.
    Flag(bool),
    /// Nothing: in a profile it clears the attribute.
    Nothing,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body<'a> {
    /// The member joins.
    Enroll(Profile<'a>),
    /// Something about the member changes; what is not named stays.
    Profile(Profile<'a>),
    /// Tags are set and cleared.
    Tags(Tags<'a>),
    /// Something is bought.
    Purchase(Purchase<'a>),
    /// Something goes back.
    Return(Return<'a>),
    /// The member does something that is not a purchase.
    Activity(Activity<'a>),
    /// A person credits or debits points.
    Adjust(Adjust<'a>),
}

/// What a host knows of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile<'a> {
    /// The date of birth.
    pub birthday: Option<Date>,
    /// The zone of the member's civil days, if it is not the program's.
    pub timezone: Option<Zone>,
    /// Further facts, for conditions.
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
    /// What is bought.
    pub lines: Vec<Line<'a>>,
    /// Points that the member wants to pay with.
    pub tender: Vec<Tender<'a>>,
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
    /// The category, from the widest to the narrowest: `food/fruit/apples`.
    pub category: Option<Cow<'a, str>>,
    /// The brand.
    pub brand: Option<Cow<'a, str>>,
    /// Tags.
    pub tags: Vec<Cow<'a, str>>,
}

/// The price of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// Of one unit.
    Unit(Decimal),
    /// Of the whole line.
    Line(Decimal),
}

/// Points to pay with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tender<'a> {
    /// The account; may be left out where the program takes only one.
    pub account: Option<Cow<'a, str>>,
    /// How many points the member wants to use.
    pub points: Points,
}

/// Goods that go back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Return<'a> {
    /// The order that they were bought in.
    pub order: Cow<'a, str>,
    /// Which lines; all that are still out if there are none.
    pub lines: Vec<ReturnedLine<'a>>,
}

/// Units of a line that go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedLine<'a> {
    /// The id of the line.
    pub line: Cow<'a, str>,
    /// How many units; all that are still out if it is not said.
    pub quantity: Option<i64>,
}

/// Something that a member does (`check_in`, `survey`, `share` …).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity<'a> {
    /// What it is.
    pub kind: Cow<'a, str>,
}

/// Points that a person credits or debits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjust<'a> {
    /// The account; may be left out where the program has only one.
    pub account: Option<Cow<'a, str>>,
    /// How many points: more than zero credits, less than zero debits.
    pub points: Points,
    /// Why.
    pub reason: Cow<'a, str>,
    /// For a credit: the last valid day; else the account's rule.
    pub expires_on: Option<Date>,
    /// For a debit of more than there is; else the account's rule.
    pub overdraw: Option<Overdraw>,
}

/// What happens when a return or a debit takes more points than there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Overdraw {
    /// The rest is owed; points that become available later repay it first.
    #[default]
    Debt,
    /// The rest is forgiven.
    Forgive,
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
    /// A line of so many units at a unit price in major units (`"12.50"`).
    ///
    /// # Errors
    /// [`Code::InvalidNumber`] if the price is not written as plain digits with at most one point.
    pub fn new(sku: impl Into<Cow<'a, str>>, quantity: i64, price: &str) -> Result<Self> {
        Ok(Self {
            id: None,
            sku: sku.into(),
            quantity,
            price: Price::Unit(crate::amount::parse_decimal(price)?),
            discount: None,
            category: None,
            brand: None,
            tags: Vec::new(),
        })
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
            Body::Activity(_) => "activity",
            Body::Adjust(_) => "adjust",
        }
    }

    fn check(&self) -> Result<()> {
        id("id", &self.id)?;
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
            Body::Enroll(profile) => profile.check("enroll"),
            Body::Profile(profile) => profile.check("profile"),
            Body::Tags(tags) => {
                ids("tags.add", &tags.add)?;
                ids("tags.remove", &tags.remove)
            }
            Body::Purchase(purchase) => purchase.check(),
            Body::Return(returned) => returned.check(),
            Body::Activity(activity) => id("activity.kind", &activity.kind),
            Body::Adjust(adjust) => {
                if adjust.points.is_zero() {
                    return Err(Error::at(
                        Code::OutOfRange,
                        "adjust",
                        "an adjustment of nothing is none",
                    ));
                }
                if let Some(account) = &adjust.account {
                    id("adjust.account", account)?;
                }
                text("adjust.reason", &adjust.reason)
            }
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
        self.check_line_ids()?;
        if self.tender.len() > limits::MEMBER_LIST_MAX {
            let words = format!("at most {} means of payment", limits::MEMBER_LIST_MAX);
            return Err(Error::at(Code::LimitExceeded, "purchase.tender", words));
        }
        for (place, tender) in self.tender.iter().enumerate() {
            let path = || format!("purchase.tender[{place}]");
            if tender.points.get() < 0 {
                return Err(Error::at(
                    Code::OutOfRange,
                    join(&path(), "points"),
                    "points to pay with must not be negative",
                ));
            }
            if let Some(account) = &tender.account {
                id("account", account).map_err(|error| error.under(&path()))?;
            }
            let same = |other: &&Tender<'_>| other.account == tender.account;
            if self.tender.iter().filter(same).count() > 1 {
                return Err(Error::at(
                    Code::DuplicateId,
                    path(),
                    "each account can be named once",
                ));
            }
        }
        Ok(())
    }

    /// No two lines have one id. Lines without an id are called by their place.
    fn check_line_ids(&self) -> Result<()> {
        if self.lines.iter().all(|line| line.id.is_none()) {
            return Ok(());
        }
        let places: Vec<String> = (1..=self.lines.len())
            .map(|place| place.to_string())
            .collect();
        let mut named: Vec<(&str, usize)> = self
            .lines
            .iter()
            .zip(&places)
            .enumerate()
            .map(|(n, (line, place))| (line.id.as_deref().unwrap_or(place), n))
            .collect();
        named.sort_unstable();
        for pair in named.windows(2) {
            if let [(first, _), (second, place)] = pair
                && first == second
            {
                let path = format!("purchase.lines[{place}].id");
                return Err(Error::at(
                    Code::DuplicateId,
                    path,
                    format!("two lines are called `{first}`"),
                ));
            }
        }
        Ok(())
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
        for (field, amount) in [(field, Some(price)), ("discount", self.discount)] {
            if amount.is_some_and(|amount| amount.is_sign_negative() && !amount.is_zero()) {
                return Err(Error::at(
                    Code::OutOfRange,
                    field,
                    "the amount must not be negative",
                ));
            }
        }
        if let Some(category) = &self.category {
            id("category", category)?;
            if category.split('/').any(str::is_empty) {
                return Err(Error::at(
                    Code::InvalidValue,
                    "category",
                    "each part of a category path needs a name",
                ));
            }
        }
        if let Some(brand) = &self.brand {
            id("brand", brand)?;
        }
        if self.tags.is_empty() {
            Ok(())
        } else {
            ids("tags", &self.tags)
        }
    }
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
            if line
                .quantity
                .is_some_and(|quantity| !(1..=limits::QUANTITY_MAX).contains(&quantity))
            {
                let words = format!("a quantity is from 1 to {}", limits::QUANTITY_MAX);
                return Err(Error::at(Code::OutOfRange, path("quantity"), words));
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
