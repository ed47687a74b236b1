//! What can be bought.

use std::collections::HashMap;
use std::io::Read;

use anyhow::{Result, ensure};

use super::expect_columns;

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
    pub(super) not_goods: bool,
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
        self.at(self.place(sku)?)
    }

    /// The place of the product with this id.
    pub(crate) fn place(&self, sku: &str) -> Option<u32> {
        self.places.get(sku).copied()
    }

    /// The product at a place.
    pub(crate) fn at(&self, place: u32) -> Option<&Product> {
        self.all.get(place as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCTS: &str = "product,department,category,brand\n\
        1,GROCERY,BAKED BREAD/BUNS/ROLLS,Private\n\
        2,FUEL,COUPON/MISC ITEMS,National\n\
        3,,,\n";

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
}
