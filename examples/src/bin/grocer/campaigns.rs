//! The campaigns of the data: their coupons as coupons of the program, and which of them a household presents with a basket.
//!
//! - A coupon of a campaign becomes a coupon of the program with the products of its list and the days of its campaign: its
//!   value off one unit, the dearest one, and no other coupon for the same unit. Values are those of `coupon_values.csv.gz`:
//!   inferred, by the last two digits of the number of a manufacturer's coupon. What has no value is left out.
//! - A coupon is claimed at the till, just before the basket that it is presented with. Which 16 coupons a household of a
//!   campaign of type A received, nobody knows; of the others hardly any comes back; and some are redeemed twice.
//! - It is presented on the day that the redemptions tell, with the first basket in which the log has a coupon discount on an
//!   article of its list, else with the first one that has such an article; without one it is left out.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use loyalty_core::{Currency, Date, Money};
use serde_json::{Value, json};

use crate::log::{Basket, BasketLine, Household, Products, expect_columns};
use crate::replay::Files;

/// What a redemption names: a campaign and a coupon.
type Key = (u32, String);

/// The campaigns, their coupons, and who redeemed which.
pub(crate) struct Campaigns {
    /// By number.
    pub(crate) all: BTreeMap<u32, Campaign>,
    /// Those that have a value.
    coupons: Vec<Coupon>,
    redemptions: HashMap<String, Vec<(Date, Redeemed)>>,
}

/// A campaign.
pub(crate) struct Campaign {
    pub(crate) kind: String,
    pub(crate) start: Date,
    pub(crate) end: Date,
    /// How many households received it.
    pub(crate) households: u64,
}

/// A coupon of a campaign, with a value.
pub(crate) struct Coupon {
    /// As the program calls it: the campaign and the number of the coupon.
    pub(crate) id: String,
    pub(crate) campaign: u32,
    /// In cents.
    pub(crate) value: i64,
    /// The places of its products, sorted.
    products: Vec<u32>,
}

/// A coupon that was redeemed: one of the program, or why it is none.
#[derive(Clone, Copy)]
enum Redeemed {
    Coupon(u32),
    Retailers,
    Valueless,
    Goodless,
}

/// What became of redemptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Redemptions {
    /// Presented with a basket.
    pub(crate) presented: u64,
    /// Left out: a coupon of the retailer's own, which `coupon_disc` does not hold.
    pub(crate) retailers: u64,
    /// Left out: a manufacturer's coupon whose value cannot be inferred.
    pub(crate) valueless: u64,
    /// Left out: no basket of the day has an article of its list.
    pub(crate) goodless: u64,
}

impl Coupon {
    /// Whether it is for a product.
    pub(crate) fn is_for(&self, line: &BasketLine) -> bool {
        self.products.binary_search(&line.product).is_ok()
    }
}

impl Campaigns {
    /// Reads the five tables beside a log.
    pub(crate) fn read(folder: &Path, products: &Products, currency: Currency) -> Result<Self> {
        let mut all = BTreeMap::new();
        let columns = ["campaign", "type", "start", "end"];
        each_row(folder, "campaign_descriptions", &columns, |row| {
            let campaign = Campaign {
                kind: row[1].to_owned(),
                start: Date::parse(&row[2])?,
                end: Date::parse(&row[3])?,
                households: 0,
            };
            all.insert(row[0].parse()?, campaign);
            Ok(())
        })?;
        each_row(folder, "campaigns", &["campaign", "household"], |row| {
            let campaign: Option<&mut Campaign> = all.get_mut(&row[0].parse::<u32>()?);
            campaign.context("no such campaign")?.households += 1;
            Ok(())
        })?;

        let mut values = HashMap::new();
        let columns = ["code", "amount", "agreeing", "lines"];
        each_row(folder, "coupon_values", &columns, |row| {
            if !row[1].is_empty() {
                values.insert(row[0].to_owned(), Money::parse(&row[1], currency)?.minor());
            }
            Ok(())
        })?;
        let mut coupons: Vec<Coupon> = Vec::new();
        let mut places: HashMap<Key, u32> = HashMap::new();
        let columns = ["campaign", "coupon", "product"];
        each_row(folder, "coupons", &columns, |row| {
            let campaign: u32 = row[0].parse()?;
            ensure!(all.contains_key(&campaign), "no such campaign");
            let Some(value) = value_code(&row[1]).and_then(|code| values.get(code)) else {
                return Ok(());
            };
            let next = u32::try_from(coupons.len())?;
            let place = *places
                .entry((campaign, row[1].to_owned()))
                .or_insert_with(|| {
                    coupons.push(Coupon {
                        id: format!("{campaign}-{}", &row[1]),
                        campaign,
                        value: *value,
                        products: Vec::new(),
                    });
                    next
                });
            let product = products.place(&row[2]).context("no such product")?;
            coupons[place as usize].products.push(product);
            Ok(())
        })?;
        for coupon in &mut coupons {
            coupon.products.sort_unstable();
        }

        let mut redemptions: HashMap<String, Vec<(Date, Redeemed)>> = HashMap::new();
        let columns = ["household", "campaign", "coupon", "date"];
        each_row(folder, "coupon_redemptions", &columns, |row| {
            let redeemed = match value_code(&row[2]) {
                None => Redeemed::Retailers,
                Some(code) if !values.contains_key(code) => Redeemed::Valueless,
                Some(_) => places
                    .get(&(row[1].parse()?, row[2].to_owned()))
                    .map_or(Redeemed::Goodless, |place| Redeemed::Coupon(*place)),
            };
            let of = redemptions.entry(row[0].to_owned()).or_default();
            of.push((Date::parse(&row[3])?, redeemed));
            Ok(())
        })?;
        Ok(Self {
            all,
            coupons,
            redemptions,
        })
    }

    /// The coupons of a basket, in the order in which they are presented.
    pub(crate) fn presented<'c>(&'c self, basket: &'c Basket) -> impl Iterator<Item = &'c Coupon> {
        let places = basket.presented.iter();
        places.filter_map(|place| self.coupons.get(*place as usize))
    }

    /// How many coupons of a campaign the program has.
    pub(crate) fn coupons_of(&self, campaign: u32) -> usize {
        let coupons = self.coupons.iter();
        coupons.filter(|one| one.campaign == campaign).count()
    }

    /// Adds the coupons to the rules of a program.
    pub(crate) fn add_to(&self, program: &[u8], products: &Products) -> Result<Vec<u8>> {
        let mut rules: Value = serde_json::from_slice(program)?;
        let coupons = rules
            .as_object_mut()
            .context("it is no object")?
            .entry("coupons")
            .or_insert_with(|| json!([]))
            .as_array_mut()
            .context("its `coupons` are no list")?;
        for coupon in &self.coupons {
            let campaign = &self.all[&coupon.campaign];
            let amount = format!("{}.{:02}", coupon.value / 100, coupon.value % 100);
            let skus: Vec<&str> = coupon
                .products
                .iter()
                .filter_map(|place| Some(products.at(*place)?.sku.as_str()))
                .collect();
            coupons.push(json!({
                "id": coupon.id,
                "name": {
                    "en": format!("{amount} off, campaign {}", coupon.campaign),
                    "zh": format!("第{}期活动券，减{amount}美元", coupon.campaign),
                },
                "from": campaign.start.to_string(),
                "until": campaign.end.to_string(),
                "lines": {"sku": skus},
                "targets": {"by": "dearest", "n": 1},
                "units": "consume",
                "discount": {"amount_off": {"amount": amount}},
            }));
        }
        Ok(serde_json::to_vec(&rules)?)
    }

    /// Puts the coupons that a household redeemed to its baskets. The coupon discounts that the log has on articles of their lists
    /// are then the engine's to find, and not reported by the host.
    pub(crate) fn present(&self, household: &mut Household, counts: &mut Redemptions) {
        for (date, redeemed) in self.redemptions.get(&household.id).into_iter().flatten() {
            let place = match redeemed {
                Redeemed::Coupon(place) => *place,
                Redeemed::Retailers => {
                    counts.retailers += 1;
                    continue;
                }
                Redeemed::Valueless => {
                    counts.valueless += 1;
                    continue;
                }
                Redeemed::Goodless => {
                    counts.goodless += 1;
                    continue;
                }
            };
            let coupon = &self.coupons[place as usize];
            let found = household
                .baskets
                .iter_mut()
                .filter(|basket| basket.at.offset.local(basket.at.instant).date == *date)
                .filter_map(|basket| {
                    let mut lines = basket.lines.iter().filter(|line| coupon.is_for(line));
                    let first = lines.next()?;
                    let booked = first.coupon > 0 || lines.any(|line| line.coupon > 0);
                    Some((!booked, basket))
                })
                // Of equal ones the first is the least.
                .min_by_key(|(unbooked, _)| *unbooked);
            let Some((_, basket)) = found else {
                counts.goodless += 1;
                continue;
            };
            counts.presented += 1;
            basket.presented.push(place);
            for line in &mut basket.lines {
                line.engines |= coupon.is_for(line);
            }
        }
    }
}

/// The value code of a manufacturer's coupon; none for one of the retailer's own.
fn value_code(coupon: &str) -> Option<&str> {
    (coupon.len() == 11 && coupon.starts_with('5')).then(|| coupon.get(9..))?
}

/// Reads a table of a folder.
fn each_row(
    folder: &Path,
    name: &str,
    columns: &[&str],
    mut take: impl FnMut(&csv::StringRecord) -> Result<()>,
) -> Result<()> {
    let path = folder.join(format!("{name}.csv.gz"));
    let mut read = || -> Result<()> {
        let mut rows = csv::Reader::from_reader(Files::open(&path)?);
        expect_columns(rows.headers()?, columns)?;
        for (place, row) in rows.records().enumerate() {
            take(&row?).with_context(|| format!("row {}", place + 1))?;
        }
        Ok(())
    };
    read().with_context(|| format!("`{}`", path.display()))
}

#[cfg(test)]
impl Campaigns {
    /// Redemptions of one coupon each: the household, the day, the value in cents, the places of the products.
    pub(crate) fn redeemed(all: &[(&str, Date, i64, &[u32])]) -> Self {
        let mut campaigns = Self {
            all: BTreeMap::new(),
            coupons: Vec::new(),
            redemptions: HashMap::new(),
        };
        for (place, (household, day, value, products)) in (0..).zip(all) {
            campaigns.coupons.push(Coupon {
                id: format!("1-{place}"),
                campaign: 1,
                value: *value,
                products: products.to_vec(),
            });
            let of = campaigns.redemptions.entry((*household).to_owned());
            of.or_default().push((*day, Redeemed::Coupon(place)));
        }
        campaigns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manufacturers_coupons_have_a_value_code() {
        assert_eq!(value_code("51380041013"), Some("13"));
        assert_eq!(value_code("10000085363"), None);
        assert_eq!(value_code("5138004101"), None);
    }
}
