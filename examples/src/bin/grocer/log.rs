//! The log: receipt lines from two CSV files, household by household, as events of the engine.
//!
//! How a receipt line of the Complete Journey data becomes a line of a purchase:
//!
//! - The price of the line before discounts is `sales_value + retail_disc + coupon_match_disc` (the regular price), as an amount
//!   of the whole line. Its discount is `retail_disc + coupon_match_disc + coupon_disc`, but never more than the price: a
//!   manufacturer's coupon can be worth more than the goods, and then the line costs nothing.
//! - A line of quantity 0 and `sales_value` 0 is dropped (coupons that were booked as lines); one of quantity 0 that cost
//!   something counts as one unit. A basket of which no line is left is skipped.
//! - Department `FUEL` and category `COUPON/MISC ITEMS` (in which fuel is booked too) are tagged `not-goods` and count as one
//!   unit a line: their quantities look like thousandths of a gallon.
//! - The category path is the department and the category; a `/` inside of a name becomes `-`. What is empty is left out.
//! - Times are what the clock in the store showed, in America/New_York. In the hour that occurs twice the earlier one is meant.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use anyhow::{Context, Result, bail, ensure};
use loyalty_core::{
    Body, Currency, Date, Enroll, Event, Instant, Line, Money, Points, Price, Purchase, Tender,
    Timestamp, Zone,
};

/// The tag of what is no goods: fuel, and the category where fuel, gift cards and odd items are booked.
const NOT_GOODS: &str = "not-goods";

/// Quantities beyond it are no units; nothing in the data but fuel comes near it.
const QUANTITY_MAX: i64 = loyalty_core::limits::QUANTITY_MAX;

/// What can be bought.
pub(crate) struct Products {
    all: Vec<Product>,
    places: HashMap<String, u32>,
}

/// One article.
pub(crate) struct Product {
    pub(crate) sku: String,
    pub(crate) category: Option<String>,
    pub(crate) brand: Option<String>,
    not_goods: bool,
}

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
    lines: Vec<BasketLine>,
}

/// One line of a purchase, in cents.
struct BasketLine {
    product: u32,
    quantity: i64,
    list: i64,
    discount: i64,
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
}

impl Products {
    /// Reads `product,department,category,brand`.
    pub(crate) fn read(csv: impl Read) -> Result<Self> {
        let mut rows = csv::Reader::from_reader(csv);
        expect_columns(
            rows.headers()?,
            &["product", "department", "category", "brand"],
        )?;
        let mut products = Self {
            all: Vec::new(),
            places: HashMap::new(),
        };
        for row in rows.records() {
            let row = row?;
            let field = |place: usize| row.get(place).unwrap_or_default().trim();
            let (sku, department, category, brand) = (field(0), field(1), field(2), field(3));
            let path: Vec<String> = [department, category]
                .into_iter()
                .filter(|name| !name.is_empty())
                .map(|name| name.replace('/', "-"))
                .collect();
            let place = u32::try_from(products.all.len())?;
            ensure!(
                products.places.insert(sku.to_owned(), place).is_none(),
                "the product `{sku}` stands twice in the products"
            );
            products.all.push(Product {
                sku: sku.to_owned(),
                category: (!path.is_empty()).then(|| path.join("/")),
                brand: (!brand.is_empty()).then(|| brand.to_owned()),
                not_goods: department == "FUEL" || category == "COUPON/MISC ITEMS",
            });
        }
        Ok(products)
    }

    /// The product with this id.
    pub(crate) fn get(&self, sku: &str) -> Option<&Product> {
        self.all.get(*self.places.get(sku)? as usize)
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
        currency: Currency,
        pay: Option<Tender<'a>>,
    ) -> Result<Event<'a>> {
        let mut purchase = Purchase::new(self.id.as_str());
        purchase.lines.reserve(self.lines.len());
        for line in &self.lines {
            let product = products
                .all
                .get(line.product as usize)
                .context("a line names a product that is not there")?;
            let amount = |cents| Money::from_minor(cents).to_decimal(currency);
            let price = Price::Line(amount(line.list));
            purchase.lines.push(Line {
                discount: (line.discount > 0).then(|| amount(line.discount)),
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
}

/// The transactions, household by household.
pub(crate) struct Log<'p, R> {
    rows: csv::Reader<R>,
    row: csv::StringRecord,
    /// Whether `row` holds a row that is not yet taken.
    pending: bool,
    products: &'p Products,
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
        Ok(Some(Household { id, baskets }))
    }

    fn next_basket(&mut self, household: &str) -> Result<Basket> {
        let id = self.field(2).to_owned();
        let mut basket = Basket {
            store: self.field(1).to_owned(),
            at: self.clock.read(self.row.get(3).unwrap_or_default())?,
            first_of_month: false,
            lines: Vec::new(),
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
        let product = *self
            .products
            .places
            .get(sku)
            .with_context(|| format!("the product `{sku}` is not in the products"))?;
        let not_goods = self
            .products
            .all
            .get(product as usize)
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
        let quantity = match quantity {
            0 if sales == 0 => return Ok(None),
            0 => 1,
            1.. if not_goods => 1,
            1..=QUANTITY_MAX => quantity,
            _ => bail!("the quantity {quantity} is not from 0 to {QUANTITY_MAX}"),
        };
        let list = sales + card + matched;
        let discount = card + matched + coupon;
        if discount > list {
            self.counts.discounts_clamped += 1;
        }
        Ok(Some(BasketLine {
            product,
            quantity,
            list,
            discount: discount.min(list),
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

fn expect_columns(found: &csv::StringRecord, wanted: &[&str]) -> Result<()> {
    ensure!(
        found == wanted,
        "the columns must be `{}`, not `{}`",
        wanted.join(","),
        found.iter().collect::<Vec<_>>().join(",")
    );
    Ok(())
}

/// Reads what a clock on the wall showed, without an offset, as an instant.
struct WallClock {
    zone: Zone,
    /// The last day that was read: its text, itself, and the possible offsets in it.
    day: Option<(String, Date, [i32; 2])>,
}

impl WallClock {
    /// Reads `2017-01-07T13:55:24`. In an hour that occurs twice the earlier one is meant; an hour that was skipped is an error.
    fn read(&mut self, text: &str) -> Result<Timestamp> {
        let (day, _) = text
            .split_once('T')
            .with_context(|| format!("`{text}` is not a time like `2017-01-07T13:55:24`"))?;
        if self.day.as_ref().is_none_or(|(known, ..)| known != day) {
            let date = Date::parse(day)?;
            let morning = self.zone.start_of(date)?;
            let night = self.zone.start_of(Date::from_days(date.days() + 1))?.prev();
            let mut offsets = [morning, night].map(|at| self.zone.offset_at(at).seconds());
            // Further east is earlier.
            offsets.sort_unstable_by(|a, b| b.cmp(a));
            self.day = Some((day.to_owned(), date, offsets));
        }
        let offsets = self.day.as_ref().map_or([0, 0], |(.., offsets)| *offsets);
        let (shown, _) = Instant::parse(&format!("{text}Z"))?;
        for seconds in offsets {
            let instant = shown.checked_add_micros(-i64::from(seconds) * 1_000_000)?;
            let offset = self.zone.offset_at(instant);
            if offset.seconds() == seconds {
                return Ok(Timestamp { instant, offset });
            }
        }
        bail!("no clock in {} showed `{text}`", self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String> {
        let mut clock = WallClock {
            zone: Zone::new("America/New_York")?,
            day: None,
        };
        let at = clock.read(text)?;
        Ok(format!("{} {}", at.instant, at.offset))
    }

    #[test]
    fn wall_times_get_the_offset_of_their_day() {
        let cases = [
            ("2017-01-07T13:55:24", "2017-01-07T18:55:24Z -05:00"),
            ("2017-07-07T13:55:24", "2017-07-07T17:55:24Z -04:00"),
            ("2017-03-12T01:59:59", "2017-03-12T06:59:59Z -05:00"),
            ("2017-03-12T03:00:00", "2017-03-12T07:00:00Z -04:00"),
            ("2017-11-05T00:59:59", "2017-11-05T04:59:59Z -04:00"),
            // This one occurred twice; the earlier one is meant.
            ("2017-11-05T01:30:00", "2017-11-05T05:30:00Z -04:00"),
            ("2017-11-05T02:00:00", "2017-11-05T07:00:00Z -05:00"),
        ];
        for (text, wanted) in cases {
            assert_eq!(read(text).unwrap(), wanted, "{text}");
        }
        assert!(
            read("2017-03-12T02:30:00")
                .unwrap_err()
                .to_string()
                .contains("no clock")
        );
        assert!(read("2017-03-12").is_err());
    }

    const PRODUCTS: &str = "product,department,category,brand\n\
        1,GROCERY,BAKED BREAD/BUNS/ROLLS,Private\n\
        2,FUEL,COUPON/MISC ITEMS,National\n\
        3,,,\n";
    const HEADER: &str = "household,store,basket,at,product,quantity,sales_value,retail_disc,coupon_disc,coupon_match_disc\n";

    fn households(rows: &str) -> Result<(Vec<Household>, Counts)> {
        let products = Products::read(PRODUCTS.as_bytes())?;
        let csv = format!("{HEADER}{rows}");
        let mut log = Log::read(
            csv.as_bytes(),
            &products,
            Currency::new("USD")?,
            Zone::new("America/New_York")?,
        )?;
        let mut all = Vec::new();
        while let Some(household) = log.next_household()? {
            all.push(household);
        }
        Ok((all, log.counts()))
    }

    fn lines(basket: &Basket) -> Vec<(u32, i64, i64, i64)> {
        basket
            .lines
            .iter()
            .map(|line| (line.product, line.quantity, line.list, line.discount))
            .collect()
    }

    #[test]
    fn rows_become_lines() {
        let (all, counts) = households(
            "7,1,10,2017-01-31T10:00:00,1,2,3.00,0.50,0.40,0.10\n\
             7,1,10,2017-01-31T10:00:00,2,13000,31.20,0.00,0.00,0.00\n\
             7,1,10,2017-01-31T10:00:00,3,0,0.00,0.00,0.00,0.00\n\
             7,1,11,2017-01-31T11:00:00,3,0,0.00,0.00,0.00,0.00\n\
             7,2,12,2017-02-01T11:00:00,3,0,1.00,0.00,1.50,0.00\n\
             8,2,13,2017-02-01T11:00:00,1,1,1.00,0.00,0.00,0.00\n",
        )
        .unwrap();
        assert_eq!(
            all.iter()
                .map(|household| household.id.as_str())
                .collect::<Vec<_>>(),
            ["7", "8"]
        );
        let [first, second] = all[0].baskets.as_slice() else {
            panic!("two baskets are left of household 7")
        };
        assert_eq!(lines(first), [(0, 2, 360, 100), (1, 1, 3120, 0)]);
        assert_eq!(lines(second), [(2, 1, 100, 100)]);
        assert!(first.first_of_month && second.first_of_month);
        let expected = Counts {
            households: 2,
            baskets: 3,
            lines: 4,
            lines_dropped: 2,
            baskets_skipped: 1,
            discounts_clamped: 1,
        };
        assert_eq!(counts, expected);
    }

    #[test]
    fn names_become_paths() {
        let products = Products::read(PRODUCTS.as_bytes()).unwrap();
        let of = |sku: &str| {
            products
                .get(sku)
                .map(|one| (one.category.as_deref(), one.brand.as_deref(), one.not_goods))
                .unwrap()
        };
        assert_eq!(
            of("1"),
            (
                Some("GROCERY/BAKED BREAD-BUNS-ROLLS"),
                Some("Private"),
                false
            )
        );
        assert_eq!(
            of("2"),
            (Some("FUEL/COUPON-MISC ITEMS"), Some("National"), true)
        );
        assert_eq!(of("3"), (None, None, false));
    }

    #[test]
    fn rows_that_cannot_be_are_refused() {
        let refused = |rows: &str| match households(rows) {
            Ok(_) => panic!("`{rows}` was taken"),
            Err(error) => format!("{error:#}"),
        };
        let row = |household: u32, at: &str, product: u32| {
            format!("{household},1,{household}{product},{at},{product},1,1.00,0.00,0.00,0.00\n")
        };
        let unsorted = row(8, "2017-01-31T10:00:00", 1) + &row(7, "2017-01-31T10:00:00", 1);
        assert!(
            refused(&unsorted)
                .contains("line 3 of the transactions: the rows are not sorted by household")
        );
        let backwards = row(7, "2017-01-31T10:00:00", 1) + &row(7, "2017-01-30T10:00:00", 2);
        assert!(refused(&backwards).contains("not sorted by time"));
        assert!(
            refused(&row(7, "2017-01-31T10:00:00", 9))
                .contains("the product `9` is not in the products")
        );
        assert!(
            refused("7,1,10,2017-01-31T10:00:00,1,1,1.005,0.00,0.00,0.00\n")
                .contains("too_many_digits")
        );
        assert!(
            refused("7,1,10,2017-01-31T10:00:00,1,-1,1.00,0.00,0.00,0.00\n").contains("quantity")
        );
    }
}
