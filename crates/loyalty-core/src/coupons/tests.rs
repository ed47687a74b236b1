//! What promotions do, worked out by hand or published.

mod brute;
mod deals;
mod published;
mod rows;
mod sets;
mod units;

use super::combine::Choice;
use super::effect::Tried;
use super::*;
use crate::amount::Currency;
use crate::condition::{Basket, Catalogue, NewRow, RowText, Symbols};
use crate::error::Error;
use crate::id::Id;
use crate::pricing::{MoneyRounding, Part, Pricing, PricingPlan, RowTax, TaxKind};
use serde::Deserialize;

/// A line of a test: `"shirt"`, 2 units at 50.00 each.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) sku: &'static str,
    pub(super) quantity: i64,
    /// Of one unit, in minor units.
    pub(super) price: i64,
    pub(super) floor: i64,
    pub(super) discountable: bool,
    /// In percent, and whether the price includes it.
    pub(super) tax: Option<(i128, bool)>,
}

pub(super) fn line(sku: &'static str, quantity: i64, price: i64) -> Line {
    Line {
        sku,
        quantity,
        price,
        floor: 0,
        discountable: true,
        tax: None,
    }
}

impl Line {
    pub(super) fn floor(self, floor: i64) -> Self {
        Self { floor, ..self }
    }

    pub(super) fn excluded(self) -> Self {
        Self {
            discountable: false,
            ..self
        }
    }

    pub(super) fn tax(self, percent: i128, included: bool) -> Self {
        Self {
            tax: Some((percent, included)),
            ..self
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rules {
    offers: Vec<Promotion>,
    coupons: Vec<Promotion>,
    combining: Combining,
    pricing: Pricing,
}

fn read(json: &str) -> Rules {
    let (node, mut mistakes) = crate::json::parse(json.as_bytes(), 1 << 20).unwrap();
    let (rules, _) = crate::json::read::<Rules>(&node, &mut mistakes);
    assert!(mistakes.is_empty(), "{mistakes:?} in {json}");
    rules.unwrap()
}

/// Promotions and a basket.
pub(super) struct Shop {
    pub(super) promotions: Promotions,
    pub(super) basket: Basket,
    pub(super) till: Till,
}

pub(super) fn names() -> Catalogue {
    Catalogue {
        plans: Vec::new(),
        currency: Currency::new("CNY").unwrap(),
        accounts: [(Id::new("points").unwrap(), 0)].into_iter().collect(),
        metrics: Default::default(),
        tracks: Vec::new(),
        segments: Default::default(),
        scores: Default::default(),
        stages: Vec::new(),
        warns: false,
        wins_back: false,
        unread: Default::default(),
    }
}

/// The mistakes of some rules.
pub(super) fn mistakes(json: &str) -> Vec<String> {
    let rules = read(json);
    let mut mistakes: Vec<Error> = Vec::new();
    let rounding = MoneyRounding::default();
    let all = (&*rules.offers, &*rules.coupons, &rules.combining);
    let _ = Promotions::new(
        all,
        &rounding,
        &names(),
        &mut Symbols::default(),
        &mut mistakes,
    );
    let said = mistakes.iter().map(|error| error.path().to_owned());
    said.collect()
}

impl Shop {
    pub(super) fn new(json: &str, lines: &[Line]) -> Self {
        Self::shipping(json, lines, None)
    }

    pub(super) fn shipping(json: &str, lines: &[Line], shipping: Option<i64>) -> Self {
        let rules = read(json);
        let mut mistakes = Vec::new();
        let mut symbols = Symbols::default();
        let names = names();
        let all = (&*rules.offers, &*rules.coupons, &rules.combining);
        let rounding = &rules.pricing.rounding;
        let promotions = Promotions::new(all, rounding, &names, &mut symbols, &mut mistakes);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let mut basket = Basket::with_capacity(lines.len());
        let mut rows = Vec::new();
        for (place, line) in (0_u32..).zip(lines) {
            let list = line.price * line.quantity;
            let mut text = RowText {
                sku: line.sku,
                category: None,
                brand: None,
                tags: &mut core::iter::empty(),
                attributes: &[],
                line: place,
            };
            let new = NewRow {
                quantity: line.quantity,
                list,
                discounted: list,
                earns: true,
            };
            basket.push(&symbols, &mut text, new);
            rows.push(TillRow {
                quantity: line.quantity,
                stated: list,
                initial: list,
                now: list,
                least: line.floor * line.quantity,
                discountable: line.discountable,
                tax: line.tax.map(|(percent, included)| RowTax {
                    kind: TaxKind::Rate(Part {
                        part: percent,
                        whole: 100,
                    }),
                    included,
                }),
                tax_group: 0,
                product: 0,
            });
        }
        let plan = PricingPlan::new(&rules.pricing, names.currency).unwrap();
        let shipping = shipping.map(|price| TillRow {
            quantity: 1,
            stated: price,
            initial: price,
            now: price,
            least: 0,
            discountable: false,
            tax: None,
            tax_group: 0,
            product: 0,
        });
        Self {
            promotions,
            basket,
            till: Till {
                rows,
                shipping,
                sharing: plan.sharing,
                tax: plan.tax,
            },
        }
    }

    /// Every offer, and one instance of every coupon, presented as they stand.
    pub(super) fn candidates(&self) -> Vec<Candidate<'_>> {
        let offers = self.promotions.offers.iter();
        let mut all: Vec<Candidate<'_>> = offers
            .map(|plan| Candidate::new(plan, &self.basket))
            .collect();
        for (place, plan) in (0_u32..).zip(&self.promotions.coupons) {
            let mut one = Candidate::new(plan, &self.basket);
            one.instance = Some(Id::new(&format!("i-{}", plan.id)).unwrap());
            one.presented = Some(place);
            one.left = left(plan);
            all.push(one);
        }
        for one in &mut all {
            one.left = left(one.plan);
        }
        all
    }

    pub(super) fn choose(&self) -> Choice {
        choose(&self.candidates(), &self.till, &self.promotions.combining).unwrap()
    }

    /// What is to be paid.
    pub(super) fn pays(&self) -> i64 {
        self.choose().after
    }

    /// What each row costs.
    pub(super) fn rows(&self) -> Vec<i64> {
        self.choose().state.now
    }

    /// The ids of what is used, in the order of application.
    pub(super) fn used(&self) -> Vec<String> {
        let candidates = self.candidates();
        let choice = self.choose();
        let ids = choice.chosen.iter();
        ids.map(|one| candidates[one.candidate].plan.id.to_string())
            .collect()
    }
}

/// What the limits leave of which nothing has been used.
fn left(plan: &PromotionPlan) -> Left {
    let mut left = Left::default();
    for limit in &plan.limits {
        left.limit(limit, limit.most);
    }
    left
}

/// One offer with this discount and these further fields.
pub(super) fn offer(discount: &str, more: &str) -> String {
    format!(r#"{{"offers": [{{"id": "a", "discount": {discount}{more}}}]}}"#)
}
