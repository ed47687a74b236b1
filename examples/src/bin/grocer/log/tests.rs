//! What rows of the log become.

use loyalty_core::Date;

use super::*;

const PRODUCTS: &str = "product,department,category,brand\n\
    1,GROCERY,BAKED BREAD/BUNS/ROLLS,Private\n\
    2,FUEL,COUPON/MISC ITEMS,National\n\
    3,,,\n";
const HEADER: &str = "household,store,basket,at,product,quantity,sales_value,retail_disc,coupon_disc,coupon_match_disc\n";

fn households(rows: &str) -> Result<(Vec<Household>, Counts)> {
    redeeming(rows, &Campaigns::redeemed(&[]))
}

fn redeeming(rows: &str, campaigns: &Campaigns) -> Result<(Vec<Household>, Counts)> {
    let products = Products::read(PRODUCTS.as_bytes())?;
    let csv = format!("{HEADER}{rows}");
    let mut log = Log::read(
        csv.as_bytes(),
        &products,
        campaigns,
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
        .map(|line| (line.product, line.quantity, line.list, line.reported()))
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
    assert_eq!(lines(second), [(2, 1, 100, 150)]);
    assert!(first.first_of_month && second.first_of_month);
    let expected = Counts {
        households: 2,
        baskets: 3,
        lines: 4,
        lines_dropped: 2,
        baskets_skipped: 1,
        discounts_clamped: 1,
        coupons: (2, 190),
        ..Counts::default()
    };
    assert_eq!(counts, expected);
}

#[test]
fn redeemed_coupons_are_presented_and_not_reported() {
    let rows = "7,1,10,2017-01-31T09:00:00,1,1,3.00,0.00,0.00,0.00\n\
         7,1,11,2017-01-31T10:00:00,1,1,3.00,0.50,0.40,0.00\n\
         7,1,11,2017-01-31T10:00:00,2,1,3.00,0.00,0.20,0.00\n\
         7,1,12,2017-02-01T10:00:00,1,1,3.00,0.00,0.40,0.00\n";
    let day = Date::parse("2017-01-31").unwrap();
    // The first one is for article 1; nothing of the list of the second one is bought.
    let campaigns = Campaigns::redeemed(&[("7", day, 40, &[0]), ("7", day, 40, &[2])]);
    let (all, counts) = redeeming(rows, &campaigns).unwrap();
    let [before, with, after] = all[0].baskets.as_slice() else {
        panic!("three baskets")
    };
    // The basket in which the log has a coupon comes before an earlier one without.
    assert_eq!(lines(before), [(0, 1, 300, 0)]);
    assert_eq!(lines(with), [(0, 1, 350, 50), (1, 1, 300, 20)]);
    assert_eq!(lines(after), [(0, 1, 300, 40)]);
    let presented: Vec<usize> = all[0]
        .baskets
        .iter()
        .map(|one| one.presented.len())
        .collect();
    assert_eq!(presented, [0, 1, 0]);
    let expected = Redemptions {
        presented: 1,
        goodless: 1,
        ..Redemptions::default()
    };
    assert_eq!(counts.redemptions, expected);
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
    assert!(refused("7,1,10,2017-01-31T10:00:00,1,-1,1.00,0.00,0.00,0.00\n").contains("quantity"));
}
