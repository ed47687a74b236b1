//! The log: receipt lines from two CSV files, household by household, as events of the engine.
//!
//! How a receipt line of the Complete Journey data becomes a line of a purchase:
//!
//! - The price of the line before discounts is `sales_value + retail_disc + coupon_match_disc` (the regular price), as an amount
//!   of the whole line. Its discount is `retail_disc + coupon_match_disc + coupon_disc`, but never more than the price: a
//!   manufacturer's coupon can be worth more than the goods, and then the line costs nothing. Where a coupon of a campaign is
//!   presented for the line ([`campaigns`](crate::campaigns)), `coupon_disc` is left out: what the coupon takes off, the engine says.
//! - A line of quantity 0 and `sales_value` 0 is dropped (coupons that were booked as lines); one of quantity 0 that cost
//!   something counts as one unit. A basket of which no line is left is skipped.
//! - Department `FUEL` and category `COUPON/MISC ITEMS` (in which fuel is booked too) are tagged `not-goods` and count as one
//!   unit a line: their quantities look like thousandths of a gallon.
//! - The category path is the department and the category; a `/` inside of a name becomes `-`. What is empty is left out.
//! - Times are what the clock in the store showed, in America/New_York. In the hour that occurs twice the earlier one is meant.

mod clock;
mod products;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Read;

use anyhow::{Context, Result, bail, ensure};
use loyalty_core::{
    Body, Currency, Enroll, Event, IssueCoupon, Line, Money, Points, Price, Purchase, Tender,
    Timestamp, Zone,
};

use crate::campaigns::{Campaigns, Coupon, Redemptions};
use clock::WallClock;
pub(crate) use products::Products;

/// The tag of what is no goods: fuel, and the category where fuel, gift cards and odd items are booked.
const NOT_GOODS: &str = "not-goods";

/// Quantities beyond it are no units; nothing in the data but fuel comes near it.
const QUANTITY_MAX: i64 = loyalty_core::limits::QUANTITY_MAX;

/// Everything that one household bought, in the order of time.
pub(crate) struct Household {
    pub(crate) id: String,
    pub(crate) baskets: Vec<Basket>,
}

/// One purchase.
pub(crate) struct Basket {
    pub(crate) id: String,
    store: String,
    pub(crate) at: Timestamp,
    /// Whether it is the household's first one of a calendar month.
    pub(crate) first_of_month: bool,
    pub(crate) lines: Vec<BasketLine>,
    /// The coupons of campaigns that are presented: their places in the campaigns.
    pub(crate) presented: Vec<u32>,
}

/// One line of a purchase, in cents.
pub(crate) struct BasketLine {
    /// Its place in the products.
    pub(crate) product: u32,
    quantity: i64,
    /// The regular price.
    list: i64,
    /// What the card and the match of coupons take off.
    discount: i64,
    /// What coupons take off, as the log says.
    pub(crate) coupon: i64,
    /// Whether a coupon of a campaign is presented for it, so that `coupon` is not the host's to report.
    pub(crate) engines: bool,
}

/// What was read, and what was left out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) households: u64,
    pub(crate) baskets: u64,
    pub(crate) lines: u64,
    pub(crate) lines_dropped: u64,
    pub(crate) baskets_skipped: u64,
    pub(crate) discounts_clamped: u64,
    /// Lines with a coupon discount, and how much, in cents.
    pub(crate) coupons: (u64, i64),
    /// The same of lines that were dropped.
    pub(crate) coupons_dropped: (u64, i64),
    pub(crate) redemptions: Redemptions,
}

impl BasketLine {
    /// What the host reports as taken off; it may be more than the price.
    fn reported(&self) -> i64 {
        self.discount + if self.engines { 0 } else { self.coupon }
    }
}

impl Household {
    /// The household joins with its first basket.
    pub(crate) fn enrolment(&self) -> Result<Option<Event<'_>>> {
        let Some(first) = self.baskets.first() else {
            return Ok(None);
        };
        Ok(Some(Event::new(
            "enrolment",
            first.at,
            Body::Enroll(Enroll::default()),
        )?))
    }
}

impl Basket {
    /// The basket as an event, with so many points asked for to pay with.
    pub(crate) fn event<'a>(
        &'a self,
        products: &'a Products,
        campaigns: &Campaigns,
        currency: Currency,
        pay: Option<Tender<'a>>,
    ) -> Result<Event<'a>> {
        let mut purchase = Purchase::new(self.id.as_str());
        let coupons = campaigns.presented(self);
        purchase.coupons = coupons.map(|coupon| self.instance(coupon).into()).collect();
        purchase.lines.reserve(self.lines.len());
        for line in &self.lines {
            let product = products
                .at(line.product)
                .context("a line names a product that is not there")?;
            let discount = line.reported().min(line.list);
            let amount = |cents| Money::from_minor(cents).to_decimal(currency);
            let price = Price::Line(amount(line.list));
            purchase.lines.push(Line {
                discount: (discount > 0).then(|| amount(discount)),
                category: product.category.as_deref().map(Cow::Borrowed),
                brand: product.brand.as_deref().map(Cow::Borrowed),
                tags: if product.not_goods {
                    vec![Cow::Borrowed(NOT_GOODS)]
                } else {
                    Vec::new()
                },
                ..Line::priced(product.sku.as_str(), line.quantity, price)
            });
        }
        purchase
            .tender
            .extend(pay.filter(|pay| pay.points > Points::ZERO));
        Ok(
            Event::new(self.id.as_str(), self.at, Body::Purchase(purchase))?
                .store(self.store.as_str())?,
        )
    }

    /// The claim of a coupon that is presented with the basket.
    pub(crate) fn claim<'a>(&self, coupon: &'a Coupon) -> Result<Event<'a>> {
        let issue = IssueCoupon::new(coupon.id.as_str());
        Ok(Event::new(
            self.instance(coupon),
            self.at,
            Body::Issue(issue),
        )?)
    }

    /// The name of the instance of a coupon; the event of its claim has the same.
    fn instance(&self, coupon: &Coupon) -> String {
        format!("{}-{}", self.id, coupon.id)
    }
}

/// The transactions, household by household.
pub(crate) struct Log<'p, R> {
    rows: csv::Reader<R>,
    row: csv::StringRecord,
    /// Whether `row` holds a row that is not yet taken.
    pending: bool,
    products: &'p Products,
    campaigns: &'p Campaigns,
    currency: Currency,
    clock: WallClock,
    last: Option<u64>,
    counts: Counts,
}

impl<'p, R: Read> Log<'p, R> {
    /// Begins to read. The rows must be sorted by household, then by time, as `cut_sample.py` writes them.
    pub(crate) fn read(
        csv: R,
        products: &'p Products,
        campaigns: &'p Campaigns,
        currency: Currency,
        zone: Zone,
    ) -> Result<Self> {
        let mut rows = csv::ReaderBuilder::new()
            .buffer_capacity(1 << 16)
            .from_reader(csv);
        expect_columns(
            rows.headers()?,
            &[
                "household",
                "store",
                "basket",
                "at",
                "product",
                "quantity",
                "sales_value",
                "retail_disc",
                "coupon_disc",
                "coupon_match_disc",
            ],
        )?;
        let mut log = Self {
            rows,
            row: csv::StringRecord::new(),
            pending: false,
            products,
            campaigns,
            currency,
            clock: WallClock { zone, day: None },
            last: None,
            counts: Counts::default(),
        };
        log.next_row()?;
        Ok(log)
    }

    /// What has been read so far.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// The next household; none at the end.
    pub(crate) fn next_household(&mut self) -> Result<Option<Household>> {
        if !self.pending {
            return Ok(None);
        }
        let id = self.field(0).to_owned();
        let number: u64 = id
            .parse()
            .with_context(|| self.place(&format!("`{id}` is not the number of a household")))?;
        ensure!(
            self.last.is_none_or(|last| last < number),
            self.place("the rows are not sorted by household")
        );
        self.last = Some(number);
        let mut baskets: Vec<Basket> = Vec::new();
        let mut month = None;
        while self.pending && self.field(0) == id {
            let mut basket = self
                .next_basket(&id)
                .with_context(|| self.place("this row, or one just before it, cannot be used"))?;
            if basket.lines.is_empty() {
                self.counts.baskets_skipped += 1;
                continue;
            }
            if let Some(before) = baskets.last()
                && basket.at.instant < before.at.instant
            {
                bail!(
                    "the baskets of household {id} are not sorted by time: `{}` is later than `{}`",
                    before.id,
                    basket.id
                );
            }
            let date = basket.at.offset.local(basket.at.instant).date;
            let this = Some((date.year(), date.month()));
            basket.first_of_month = this != month;
            month = this;
            self.counts.baskets += 1;
            self.counts.lines += u64::try_from(basket.lines.len())?;
            baskets.push(basket);
        }
        self.counts.households += 1;
        let mut household = Household { id, baskets };
        let redemptions = &mut self.counts.redemptions;
        self.campaigns.present(&mut household, redemptions);
        let lines = household.baskets.iter().flat_map(|basket| &basket.lines);
        let clamped = lines.filter(|line| line.reported() > line.list).count();
        self.counts.discounts_clamped += u64::try_from(clamped)?;
        Ok(Some(household))
    }

    fn next_basket(&mut self, household: &str) -> Result<Basket> {
        let id = self.field(2).to_owned();
        let mut basket = Basket {
            store: self.field(1).to_owned(),
            at: self.clock.read(self.row.get(3).unwrap_or_default())?,
            first_of_month: false,
            lines: Vec::new(),
            presented: Vec::new(),
            id,
        };
        while self.pending && self.field(0) == household && self.field(2) == basket.id {
            match self.line()? {
                Some(line) => basket.lines.push(line),
                None => self.counts.lines_dropped += 1,
            }
            self.next_row()?;
        }
        Ok(basket)
    }

    /// One row as a line of a purchase; none if it is dropped.
    fn line(&mut self) -> Result<Option<BasketLine>> {
        let sku = self.field(4);
        let product = self
            .products
            .place(sku)
            .with_context(|| format!("the product `{sku}` is not in the products"))?;
        let not_goods = self
            .products
            .at(product)
            .is_some_and(|product| product.not_goods);
        let quantity: i64 = self
            .field(5)
            .parse()
            .context("the quantity is not a whole number")?;
        let cents = |place| -> Result<i64> {
            let cents = Money::parse(self.field(place), self.currency)?.minor();
            ensure!(cents >= 0, "an amount is below zero");
            Ok(cents)
        };
        let (sales, card, coupon, matched) = (cents(6)?, cents(7)?, cents(8)?, cents(9)?);
        let dropped = quantity == 0 && sales == 0;
        if coupon > 0 {
            let (lines, cents) = if dropped {
                &mut self.counts.coupons_dropped
            } else {
                &mut self.counts.coupons
            };
            *lines += 1;
            *cents += coupon;
        }
        let quantity = match quantity {
            0 if dropped => return Ok(None),
            0 => 1,
            1.. if not_goods => 1,
            1..=QUANTITY_MAX => quantity,
            _ => bail!("the quantity {quantity} is not from 0 to {QUANTITY_MAX}"),
        };
        Ok(Some(BasketLine {
            product,
            quantity,
            list: sales + card + matched,
            discount: card + matched,
            coupon,
            engines: false,
        }))
    }

    fn next_row(&mut self) -> Result<()> {
        self.pending = self.rows.read_record(&mut self.row)?;
        Ok(())
    }

    fn field(&self, place: usize) -> &str {
        self.row.get(place).unwrap_or_default()
    }

    fn place(&self, words: &str) -> String {
        match self.row.position() {
            Some(position) => format!("line {} of the transactions: {words}", position.line()),
            None => format!("the transactions: {words}"),
        }
    }
}

/// The columns of a table must be these.
pub(crate) fn expect_columns(found: &csv::StringRecord, wanted: &[&str]) -> Result<()> {
    ensure!(
        found == wanted,
        "the columns must be `{}`, not `{}`",
        wanted.join(","),
        found.iter().collect::<Vec<_>>().join(",")
    );
    Ok(())
}
