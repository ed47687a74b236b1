//! Selecting lines: texts become small numbers once, then only numbers are compared.

use rustc_hash::FxHashMap;

use super::rules::Selection;

/// A text of a program as a small number; [`Sym::NONE`] for every text that the program never names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sym(u32);

impl Sym {
    pub(crate) const NONE: Self = Self(u32::MAX);
}

/// The texts that a program names, by field.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    sku: Table,
    category: Table,
    brand: Table,
    tag: Table,
}

type Table = FxHashMap<Box<str>, Sym>;

fn intern(table: &mut Table, text: &str) -> Sym {
    let next = Sym(u32::try_from(table.len()).unwrap_or(u32::MAX));
    *table.entry(text.into()).or_insert(next)
}

fn find(table: &Table, text: &str) -> Sym {
    if table.is_empty() {
        Sym::NONE
    } else {
        table.get(text).copied().unwrap_or(Sym::NONE)
    }
}

/// The texts of one line, by which selections choose.
pub(crate) struct RowText<'t> {
    pub(crate) sku: &'t str,
    pub(crate) category: Option<&'t str>,
    pub(crate) brand: Option<&'t str>,
    pub(crate) tags: &'t mut dyn Iterator<Item = &'t str>,
}

/// One row of a basket: lines that are equal in all but id and quantity, together. Amounts are minor units of the whole row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) quantity: i64,
    pub(crate) list: i64,
    pub(crate) discounted: i64,
    sku: Sym,
    brand: Sym,
    /// Where the row's categories and tags stand in [`Basket::syms`]: categories from `first` to `tags`, tags to `end`.
    first: u32,
    tags: u32,
    end: u32,
}

/// The rows of a purchase.
#[derive(Debug, Default)]
pub(crate) struct Basket {
    pub(crate) rows: Vec<Row>,
    syms: Vec<Sym>,
}

impl Basket {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self {
            rows: Vec::with_capacity(rows),
            syms: Vec::with_capacity(rows.saturating_mul(2)),
        }
    }

    /// Adds a row.
    pub(crate) fn push(
        &mut self,
        symbols: &Symbols,
        text: &mut RowText<'_>,
        quantity: i64,
        list: i64,
        discounted: i64,
    ) {
        let here = |syms: &Vec<Sym>| u32::try_from(syms.len()).unwrap_or(u32::MAX);
        let first = here(&self.syms);
        if let Some(category) = text.category
            && !symbols.category.is_empty()
        {
            let ends = category
                .match_indices('/')
                .map(|(at, _)| at)
                .chain([category.len()]);
            for end in ends {
                let sym = category
                    .get(..end)
                    .map_or(Sym::NONE, |path| find(&symbols.category, path));
                if sym != Sym::NONE {
                    self.syms.push(sym);
                }
            }
        }
        let tags = here(&self.syms);
        if !symbols.tag.is_empty() {
            for tag in &mut *text.tags {
                let sym = find(&symbols.tag, tag);
                if sym != Sym::NONE {
                    self.syms.push(sym);
                }
            }
        }
        let end = here(&self.syms);
        let sku = find(&symbols.sku, text.sku);
        let brand = text
            .brand
            .map_or(Sym::NONE, |brand| find(&symbols.brand, brand));
        self.rows.push(Row {
            quantity,
            list,
            discounted,
            sku,
            brand,
            first,
            tags,
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
            .get(row.tags as usize..row.end as usize)
            .unwrap_or_default()
    }

    /// Every key of the row that an index can be asked for.
    pub(crate) fn keys(&self, row: &Row) -> impl Iterator<Item = Key> {
        let categories = self.categories(row).iter().map(|sym| Key::Category(*sym));
        let tags = self.tags(row).iter().map(|sym| Key::Tag(*sym));
        [Key::Sku(row.sku), Key::Brand(row.brand)]
            .into_iter()
            .filter(|key| !key.is_none())
            .chain(categories)
            .chain(tags)
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

impl Key {
    fn is_none(self) -> bool {
        match self {
            Self::Sku(sym) | Self::Brand(sym) | Self::Category(sym) | Self::Tag(sym) => {
                sym == Sym::NONE
            }
        }
    }
}

/// A compiled [`Selection`].
#[derive(Debug, Default)]
pub(crate) struct Select {
    sku: Box<[Sym]>,
    category: Box<[Sym]>,
    brand: Box<[Sym]>,
    tag: Box<[Sym]>,
    any: Box<[Select]>,
    exclude: Option<Box<Select>>,
}

impl Select {
    pub(crate) fn new(rule: &Selection, symbols: &mut Symbols) -> Self {
        fn all(texts: &[String], table: &mut Table) -> Box<[Sym]> {
            let mut syms: Vec<Sym> = texts.iter().map(|text| intern(table, text)).collect();
            syms.sort_unstable();
            syms.dedup();
            syms.into()
        }
        Self {
            sku: all(&rule.sku, &mut symbols.sku),
            category: all(&rule.category, &mut symbols.category),
            brand: all(&rule.brand, &mut symbols.brand),
            tag: all(&rule.tag, &mut symbols.tag),
            any: rule.any.iter().map(|one| Self::new(one, symbols)).collect(),
            exclude: rule
                .exclude
                .as_ref()
                .map(|one| Box::new(Self::new(one, symbols))),
        }
    }

    /// Whether the row is selected.
    pub(crate) fn has(&self, basket: &Basket, row: &Row) -> bool {
        one_of(&self.sku, row.sku)
            && one_of(&self.brand, row.brand)
            && some_of(&self.category, basket.categories(row))
            && some_of(&self.tag, basket.tags(row))
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

fn one_of(wanted: &[Sym], found: Sym) -> bool {
    match wanted {
        [] => true,
        [one] => *one == found,
        many => many.binary_search(&found).is_ok(),
    }
}

fn some_of(wanted: &[Sym], found: &[Sym]) -> bool {
    wanted.is_empty() || found.iter().any(|sym| wanted.binary_search(sym).is_ok())
}
