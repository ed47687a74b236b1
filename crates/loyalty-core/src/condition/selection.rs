//! Selecting lines: texts become small numbers once, then only numbers are compared.

use core::cmp::Ordering;
use std::borrow::Cow;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::rules::{AttributeValue, Grain, PriceRange, Selection};
use crate::amount::{Currency, Exact, write_decimal};
use crate::error::{Code, Error, join};
use crate::event::Scalar;
use crate::pricing::{Basis, Stage, Taxed};

/// A text of a program as a small number; [`Sym::NONE`] for every text that the program never names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sym(u32);

impl Sym {
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// The number: texts of one field are numbered from 0.
    pub(crate) fn place(self) -> usize {
        self.0 as usize
    }
}

/// The texts that a program names, by field.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    sku: Table,
    category: Table,
    brand: Table,
    tag: Table,
    /// Names of attributes with their values: see [`pair`].
    attribute: Table,
}

/// The texts of one field.
#[derive(Debug, Default)]
struct Table {
    syms: FxHashMap<Box<str>, Sym>,
    /// One bit for each length that a text has: most texts of events are known to be no text of the program by this alone.
    lengths: u64,
}

impl Table {
    fn intern(&mut self, text: &str) -> Sym {
        self.lengths |= Self::length(text);
        let next = Sym(u32::try_from(self.syms.len()).unwrap_or(u32::MAX));
        *self.syms.entry(text.into()).or_insert(next)
    }

    fn find(&self, text: &str) -> Sym {
        if self.lengths & Self::length(text) == 0 {
            return Sym::NONE;
        }
        self.syms.get(text).copied().unwrap_or(Sym::NONE)
    }

    fn is_empty(&self) -> bool {
        self.lengths == 0
    }

    /// The bit of a text; the last one is for all that are longer.
    fn length(text: &str) -> u64 {
        1 << text.len().min(63)
    }
}

/// The texts of one line, by which selections choose.
pub(crate) struct RowText<'t> {
    pub(crate) sku: &'t str,
    pub(crate) category: Option<&'t str>,
    pub(crate) brand: Option<&'t str>,
    pub(crate) tags: &'t mut dyn Iterator<Item = &'t str>,
    pub(crate) attributes: &'t [(Cow<'t, str>, Scalar<'t>)],
    /// The place of the line among all.
    pub(crate) line: u32,
}

/// An attribute and its value as one text. No name holds the character between them.
fn pair(name: &str, value: &str) -> String {
    format!("{name}\u{1f}{value}")
}

/// What a value says, as [`AttributeValue`] has it.
pub(crate) fn said(value: &Scalar<'_>) -> Option<String> {
    match value {
        Scalar::Text(text) => Some(AttributeValue::new(text).as_str().to_owned()),
        Scalar::Flag(flag) => Some(flag.to_string()),
        Scalar::Number(number) => {
            let mut text = String::new();
            write_decimal(*number, &mut text);
            Some(text)
        }
        Scalar::Nothing => None,
    }
}

/// One row of a basket: lines that are equal in all but id and quantity, together. Amounts are minor units of the whole row, as
/// the price is stated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) quantity: i64,
    pub(crate) list: i64,
    /// After what the host has taken off its lines, before all other discounts.
    pub(crate) initial: i64,
    /// After the discounts on lines, before those on the basket.
    pub(crate) line_discounted: i64,
    /// After all discounts.
    pub(crate) discounted: i64,
    /// How many of its units promotions have made free, while it costs something.
    pub(crate) free: i64,
    /// Whether it earns points: not where the host says so, and no stored value.
    pub(crate) earns: bool,
    /// The place of its first line.
    pub(crate) line: u32,
    sku: Sym,
    brand: Sym,
    /// Where the row's texts stand in [`Basket::syms`]: categories from `first` to `tags`, tags to `attributes`, attributes to
    /// `end`.
    first: u32,
    tags: u32,
    attributes: u32,
    end: u32,
}

impl Row {
    /// The units that cost something.
    pub(crate) fn paying(&self) -> i64 {
        match self.discounted {
            0 => 0,
            _ => self.quantity.saturating_sub(self.free).max(1),
        }
    }
}

/// The rows of a purchase.
#[derive(Debug, Default)]
pub(crate) struct Basket {
    /// The goods.
    pub(crate) rows: SmallVec<[Row; 1]>,
    /// Shipping: after the goods wherever something stands for each row, unseen by selections and conditions.
    pub(crate) shipping: Option<Row>,
    /// The amounts of each row without and with tax, shipping last; empty where no line states a tax.
    pub(crate) taxed: Vec<Taxed>,
    syms: SmallVec<[Sym; 4]>,
}

/// What a new row is, but for its texts.
#[derive(Clone, Copy)]
pub(crate) struct NewRow {
    pub(crate) quantity: i64,
    pub(crate) list: i64,
    pub(crate) discounted: i64,
    pub(crate) earns: bool,
}

impl Basket {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self {
            rows: SmallVec::with_capacity(rows),
            syms: SmallVec::with_capacity(rows.saturating_mul(2)),
            ..Self::default()
        }
    }

    /// All rows: the goods, then shipping.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().chain(&self.shipping)
    }

    /// What a row (shipping is the one after the goods) costs at a stage.
    pub(crate) fn amount(&self, place: usize, stage: Stage, basis: Basis) -> i64 {
        let row = match self.rows.get(place) {
            Some(row) => row,
            None => match &self.shipping {
                Some(row) if place == self.rows.len() => row,
                _ => return 0,
            },
        };
        self.amount_of(place, row, stage, basis)
    }

    /// The same for the row at a place.
    pub(crate) fn amount_of(&self, place: usize, row: &Row, stage: Stage, basis: Basis) -> i64 {
        if let Some(taxed) = self.taxed.get(place) {
            match basis {
                Basis::AsPriced => {}
                Basis::Net => return taxed.at(stage).net,
                Basis::Gross => return taxed.at(stage).gross,
            }
        }
        match stage {
            Stage::List => row.list,
            Stage::LineDiscounted => row.line_discounted,
            Stage::Discounted => row.discounted,
        }
    }

    /// Adds shipping.
    pub(crate) fn ship(&mut self, price: i64) {
        self.shipping = Some(Row {
            quantity: 1,
            list: price,
            initial: price,
            line_discounted: price,
            discounted: price,
            free: 0,
            earns: true,
            line: u32::MAX,
            sku: Sym::NONE,
            brand: Sym::NONE,
            first: 0,
            tags: 0,
            attributes: 0,
            end: 0,
        });
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, symbols: &Symbols, text: &mut RowText<'_>, new: NewRow) {
        let here = |syms: &[Sym]| u32::try_from(syms.len()).unwrap_or(u32::MAX);
        let first = here(&self.syms);
        if let Some(category) = text.category
            && !symbols.category.is_empty()
        {
            let mut look = |end: usize| {
                let path = category.get(..end);
                let sym = path.map_or(Sym::NONE, |path| symbols.category.find(path));
                if sym != Sym::NONE {
                    self.syms.push(sym);
                }
            };
            for (at, byte) in category.bytes().enumerate() {
                if byte == b'/' {
                    look(at);
                }
            }
            look(category.len());
        }
        let tags = here(&self.syms);
        if !symbols.tag.is_empty() {
            for tag in &mut *text.tags {
                let sym = symbols.tag.find(tag);
                if sym != Sym::NONE {
                    self.syms.push(sym);
                }
            }
        }
        let attributes = here(&self.syms);
        if !symbols.attribute.is_empty() {
            for (name, value) in text.attributes {
                let sym = said(value).map(|value| symbols.attribute.find(&pair(name, &value)));
                self.syms.extend(sym.filter(|sym| *sym != Sym::NONE));
            }
        }
        let end = here(&self.syms);
        let sku = symbols.sku.find(text.sku);
        let brand = text
            .brand
            .map_or(Sym::NONE, |brand| symbols.brand.find(brand));
        self.rows.push(Row {
            quantity: new.quantity,
            list: new.list,
            initial: new.discounted,
            line_discounted: new.discounted,
            discounted: new.discounted,
            free: 0,
            earns: new.earns,
            line: text.line,
            sku,
            brand,
            first,
            tags,
            attributes,
            end,
        });
    }

    fn categories(&self, row: &Row) -> &[Sym] {
        self.syms
            .get(row.first as usize..row.tags as usize)
            .unwrap_or_default()
    }

    fn tags(&self, row: &Row) -> &[Sym] {
        self.syms
            .get(row.tags as usize..row.attributes as usize)
            .unwrap_or_default()
    }

    fn attributes(&self, row: &Row) -> &[Sym] {
        self.syms
            .get(row.attributes as usize..row.end as usize)
            .unwrap_or_default()
    }

    /// Shows every key of the row that an index can be asked for.
    pub(crate) fn each_key(&self, row: &Row, mut show: impl FnMut(Key)) {
        if row.sku != Sym::NONE {
            show(Key::Sku(row.sku));
        }
        if row.brand != Sym::NONE {
            show(Key::Brand(row.brand));
        }
        for sym in self.categories(row) {
            show(Key::Category(*sym));
        }
        for sym in self.tags(row) {
            show(Key::Tag(*sym));
        }
    }
}

/// One thing that a line can be known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Sku(Sym),
    Brand(Sym),
    Category(Sym),
    Tag(Sym),
}

/// A compiled [`Selection`].
#[derive(Debug, Default)]
pub(crate) struct Select {
    sku: Box<[Sym]>,
    category: Box<[Sym]>,
    brand: Box<[Sym]>,
    tag: Box<[Sym]>,
    /// For each attribute that is named, its values.
    attribute: Box<[Box<[Sym]>]>,
    price: Option<Box<Prices>>,
    discounted: Option<bool>,
    any: Box<[Select]>,
    exclude: Option<Box<Select>>,
    asks: AsksFor,
}

/// What a selection asks for: nearly always one thing, which then decides alone.
#[derive(Clone, Copy, Debug, Default)]
enum AsksFor {
    Sku,
    Category,
    Brand,
    Tag,
    /// Several of these, or none.
    #[default]
    Some,
    /// Something else, too.
    More,
}

impl AsksFor {
    fn of([sku, category, brand, tag]: [bool; 4], besides: bool) -> Self {
        match [sku, category, brand, tag] {
            _ if besides => Self::More,
            [true, false, false, false] => Self::Sku,
            [false, true, false, false] => Self::Category,
            [false, false, true, false] => Self::Brand,
            [false, false, false, true] => Self::Tag,
            _ => Self::Some,
        }
    }
}

impl Select {
    /// Compiles a selection. Mistakes are reported with their paths.
    pub(crate) fn new(
        rule: &Selection,
        currency: Currency,
        symbols: &mut Symbols,
        path: &str,
        mistakes: &mut Vec<Error>,
    ) -> Self {
        fn all<'t>(texts: impl Iterator<Item = &'t str>, table: &mut Table) -> Box<[Sym]> {
            let mut syms: Vec<Sym> = texts.map(|text| table.intern(text)).collect();
            syms.sort_unstable();
            syms.dedup();
            syms.into()
        }
        fn texts(texts: &[String]) -> impl Iterator<Item = &str> {
            texts.iter().map(String::as_str)
        }
        for (field, texts) in [
            ("sku", &rule.sku),
            ("category", &rule.category),
            ("brand", &rule.brand),
            ("tag", &rule.tag),
        ] {
            for (place, text) in texts.iter().enumerate() {
                let named = match field {
                    "category" => crate::event::category(text),
                    _ => crate::id::check(text),
                };
                // What no event can say is never met.
                if let Err(error) = named {
                    mistakes.push(error.under(&format!("{}[{place}]", join(path, field))));
                }
            }
        }
        let price = rule.price.as_ref().map(|range| {
            let path = join(path, "price");
            Box::new(Prices::new(range, currency, &path, mistakes))
        });
        let mut attributes = Vec::with_capacity(rule.attribute.len());
        for (name, values) in &rule.attribute {
            if let Err(error) = crate::id::check(name) {
                mistakes.push(error.under(&join(path, "attribute")));
            }
            if values.is_empty() {
                let path = join(&join(path, "attribute"), name);
                let words = "an empty list never holds";
                mistakes.push(Error::at(Code::Unreachable, path, words));
            }
            let pairs: Vec<String> = values
                .iter()
                .map(|value| pair(name, value.as_str()))
                .collect();
            attributes.push(all(
                pairs.iter().map(String::as_str),
                &mut symbols.attribute,
            ));
        }
        let any = rule.any.iter().enumerate().map(|(place, one)| {
            let path = format!("{}[{place}]", join(path, "any"));
            Self::new(one, currency, symbols, &path, mistakes)
        });
        let any: Box<[Self]> = any.collect();
        let exclude = rule.exclude.as_ref().map(|one| {
            let path = join(path, "exclude");
            one.excludes(&path, mistakes);
            Box::new(Self::new(one, currency, symbols, &path, mistakes))
        });
        let besides = !attributes.is_empty()
            || price.is_some()
            || rule.discounted.is_some()
            || !any.is_empty()
            || rule.exclude.is_some();
        let texts_of = [&rule.sku, &rule.category, &rule.brand, &rule.tag];
        Self {
            asks: AsksFor::of(texts_of.map(|texts| !texts.is_empty()), besides),
            sku: all(texts(&rule.sku), &mut symbols.sku),
            category: all(texts(&rule.category), &mut symbols.category),
            brand: all(texts(&rule.brand), &mut symbols.brand),
            tag: all(texts(&rule.tag), &mut symbols.tag),
            attribute: attributes.into(),
            price,
            discounted: rule.discounted,
            any,
            exclude,
        }
    }

    /// Whether the row is selected.
    pub(crate) fn has(&self, basket: &Basket, row: &Row) -> bool {
        match self.asks {
            AsksFor::Sku => one_of(&self.sku, row.sku),
            AsksFor::Category => some_of(&self.category, || basket.categories(row)),
            AsksFor::Brand => one_of(&self.brand, row.brand),
            AsksFor::Tag => some_of(&self.tag, || basket.tags(row)),
            AsksFor::Some => self.has_all(basket, row),
            AsksFor::More => self.has_all(basket, row) && self.has_besides(basket, row),
        }
    }

    /// Whether the row is selected by its texts.
    fn has_all(&self, basket: &Basket, row: &Row) -> bool {
        one_of(&self.sku, row.sku)
            && one_of(&self.brand, row.brand)
            && some_of(&self.category, || basket.categories(row))
            && some_of(&self.tag, || basket.tags(row))
    }

    /// Whether the row is selected by what is rarely said.
    fn has_besides(&self, basket: &Basket, row: &Row) -> bool {
        self.attribute
            .iter()
            .all(|values| some_of(values, || basket.attributes(row)))
            && self.price.as_ref().is_none_or(|prices| prices.hold(row))
            && self
                .discounted
                .is_none_or(|wanted| (row.initial < row.list) == wanted)
            && (self.any.is_empty() || self.any.iter().any(|one| one.has(basket, row)))
            && !self
                .exclude
                .as_ref()
                .is_some_and(|one| one.has(basket, row))
    }

    /// Keys of which a row must have at least one to be selected; none if there is no such set.
    pub(crate) fn keys(&self) -> Option<Vec<Key>> {
        let of = |syms: &[Sym], key: fn(Sym) -> Key| {
            (!syms.is_empty()).then(|| syms.iter().map(|sym| key(*sym)).collect())
        };
        of(&self.sku, Key::Sku)
            .or_else(|| of(&self.brand, Key::Brand))
            .or_else(|| of(&self.category, Key::Category))
            .or_else(|| of(&self.tag, Key::Tag))
            .or_else(|| {
                if self.any.is_empty() {
                    return None;
                }
                let each: Option<Vec<Vec<Key>>> = self.any.iter().map(Self::keys).collect();
                each.map(|keys| keys.concat())
            })
    }
}

/// A range of prices of one unit, in minor units.
#[derive(Debug)]
struct Prices {
    at_least: Option<i64>,
    more_than: Option<i64>,
    at_most: Option<i64>,
    less_than: Option<i64>,
}

impl Prices {
    /// Nothing is rounded: the row is compared with so many units at the price.
    fn hold(&self, row: &Row) -> bool {
        let list = i128::from(row.list);
        let compared =
            |price: &i64| list.cmp(&i128::from(*price).saturating_mul(i128::from(row.quantity)));
        self.at_least
            .as_ref()
            .map(compared)
            .is_none_or(Ordering::is_ge)
            && self
                .more_than
                .as_ref()
                .map(compared)
                .is_none_or(Ordering::is_gt)
            && self
                .at_most
                .as_ref()
                .map(compared)
                .is_none_or(Ordering::is_le)
            && self
                .less_than
                .as_ref()
                .map(compared)
                .is_none_or(Ordering::is_lt)
    }

    fn new(range: &PriceRange, currency: Currency, path: &str, mistakes: &mut Vec<Error>) -> Self {
        let mut read = |value: Option<Exact>, field: &str| {
            let price = Grain::Money.smallest(value?, currency);
            price
                .map_err(|error| mistakes.push(error.under(&join(path, field))))
                .ok()
        };
        let prices = Self {
            at_least: read(range.at_least, "at_least"),
            more_than: read(range.more_than, "more_than"),
            at_most: read(range.at_most, "at_most"),
            less_than: read(range.less_than, "less_than"),
        };
        // The lowest and the highest price, doubled so that what lies between two prices has a place.
        let doubled = |price: Option<i64>, more: i64| {
            price.map(|price| price.saturating_mul(2).saturating_add(more))
        };
        let low = doubled(prices.at_least, 0).max(doubled(prices.more_than, 1));
        let high = [doubled(prices.at_most, 0), doubled(prices.less_than, -1)];
        let high = high.into_iter().flatten().min();
        if *range == PriceRange::default() {
            let words = "say `at_least`, `at_most`, `more_than` or `less_than`";
            mistakes.push(Error::at(Code::MissingField, path, words));
        } else if high.is_some_and(|high| high < low.unwrap_or(0)) {
            let words = "no price lies between these";
            mistakes.push(Error::at(Code::Unreachable, path, words));
        }
        prices
    }
}

fn one_of(wanted: &[Sym], found: Sym) -> bool {
    match wanted {
        [] => true,
        [one] => *one == found,
        many => many.binary_search(&found).is_ok(),
    }
}

fn some_of<'b>(wanted: &[Sym], found: impl FnOnce() -> &'b [Sym]) -> bool {
    match wanted {
        [] => true,
        [one] => found().contains(one),
        many => found().iter().any(|sym| many.binary_search(sym).is_ok()),
    }
}
