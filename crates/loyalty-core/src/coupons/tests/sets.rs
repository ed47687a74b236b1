//! Which sets are chosen, and why the others are not.

use super::*;

fn reasons_of(shop: &Shop) -> Vec<Option<Reason>> {
    let candidates = shop.candidates();
    let combining = &shop.promotions.combining;
    let (_, whys) = weigh(&candidates, candidates.len(), &shop.till, combining).unwrap();
    whys
}

#[test]
fn a_group_has_a_most() {
    // saas-F05: at most two of the category; the two that save most.
    let rules = r#"{"combining": {"groups": [{"id": "flash", "max": 2}]}, "offers": [
        {"id": "a", "group": "flash", "discount": {"amount_off": {"amount": 1}}},
        {"id": "b", "group": "flash", "discount": {"amount_off": {"amount": 3}}},
        {"id": "c", "group": "flash", "discount": {"amount_off": {"amount": 2}}}]}"#;
    let shop = Shop::new(rules, &[line("a", 1, 1000)]);
    assert_eq!(shop.used(), ["b", "c"]);
    let with = reasons_of(&shop).swap_remove(0);
    assert_eq!(with, Some(Reason::NotCombinable { with: vec![1, 2] }));
}

#[test]
fn each_must_permit_the_other() {
    let used = |beside: &str| {
        let rules = format!(
            r#"{{"combining": {{"groups": [{{"id": "g"}}]}}, "coupons": [
                {{"id": "a", "group": "g", "discount": {{"amount_off": {{"amount": 2}}}}}},
                {{"id": "b", "beside": {beside}, "discount": {{"amount_off": {{"amount": 1}}}}}}]}}"#
        );
        Shop::new(&rules, &[line("a", 1, 1000)]).used()
    };
    assert_eq!(used(r#""all""#), ["a", "b"]);
    assert_eq!(used(r#""none""#), ["a"]);
    assert_eq!(used(r#"{"only": {"groups": ["g"]}}"#), ["a", "b"]);
    assert_eq!(used(r#"{"only": {"ids": ["b"]}}"#), ["a"]);
    assert_eq!(used(r#"{"not": {"ids": ["a"]}}"#), ["a"]);
    assert_eq!(used(r#"{"not": {"groups": ["g"]}}"#), ["a"]);
}

#[test]
fn a_running_threshold_can_make_less_more() {
    // 10 % first leaves 95.40, and 30.00 off from 100.00 on is lost: 76.00 is better than 95.40.
    let rules = r#"{"coupons": [
        {"id": "a", "priority": 1, "discount": {"percent_off": {"percent": 10}}},
        {"id": "b", "discount": {"amount_off": {"amount": 30}}, "threshold": {"at_least": 100, "of": "running"}}]}"#;
    let shop = Shop::new(rules, &[line("a", 1, 10_600)]);
    assert_eq!(shop.used(), ["b"]);
    assert_eq!(shop.pays(), 7600);
    assert_eq!(reasons_of(&shop)[0], Some(Reason::Beaten { by: vec![1] }));
}

#[test]
fn of_equal_sets_the_one_with_more_worth_then_fewer_then_the_sooner_expiring() {
    let rules = r#"{"coupons": [
        {"id": "a", "beside": "none", "discount": {"amount_off": {"amount": 5}}},
        {"id": "b", "beside": "none", "discount": {"amount_off": {"amount": 5}}}]}"#;
    let shop = Shop::new(rules, &[line("a", 1, 1000)]);
    assert_eq!(shop.used(), ["a"]);
    let mut candidates = shop.candidates();
    let (at, _) = crate::calendar::Instant::parse("2026-03-01T00:00:00+08:00").unwrap();
    candidates[1].expires = Some(at);
    let choice = choose(&candidates, &shop.till, &shop.promotions.combining).unwrap();
    assert_eq!(choice.chosen[0].candidate, 1);
    let worth = rules.replace(r#""b", "#, r#""b", "worth": "0.01", "#);
    assert_eq!(Shop::new(&worth, &[line("a", 1, 1000)]).used(), ["b"]);
    // One that takes everything is better than one more that has nothing left to take.
    let all = r#"{"coupons": [
        {"id": "a", "discount": {"amount_off": {"amount": 20}}},
        {"id": "b", "discount": {"amount_off": {"amount": 5}}}]}"#;
    assert_eq!(Shop::new(all, &[line("a", 1, 1000)]).used(), ["a"]);
}

#[test]
fn the_answer_does_not_depend_on_the_order_of_candidates() {
    let rules = r#"{"coupons": [
        {"id": "a", "discount": {"percent_off": {"percent": 30}}, "lines": {"sku": ["a"]}},
        {"id": "b", "beside": "none", "discount": {"amount_off": {"amount": 9}}},
        {"id": "c", "discount": {"buy_x_get_y": {"buy": {"quantity": 1}, "get": {"quantity": 1}}}}]}"#;
    let shop = Shop::new(rules, &[line("a", 2, 1000), line("b", 1, 700)]);
    let mut candidates = shop.candidates();
    let combining = &shop.promotions.combining;
    let ids = |candidates: &[Candidate<'_>]| {
        let choice = choose(candidates, &shop.till, combining).unwrap();
        let chosen = choice.chosen.iter();
        let ids: Vec<String> = chosen
            .map(|one| candidates[one.candidate].plan.id.to_string())
            .collect();
        (ids, choice.after, choice.nodes)
    };
    let first = ids(&candidates);
    candidates.reverse();
    assert_eq!(ids(&candidates), first);
    candidates.swap(0, 1);
    assert_eq!(ids(&candidates), first);
}

#[test]
fn instances_of_one_coupon_share_its_limits() {
    let rules = r#"{"coupons": [
        {"id": "a", "discount": {"amount_off": {"amount": 1}}, "limits": [{"uses": 2, "per": "order"}]}]}"#;
    let shop = Shop::new(rules, &[line("a", 1, 1000)]);
    let plan = &shop.promotions.coupons[0];
    let candidates: Vec<Candidate<'_>> = (1..=4)
        .map(|number| {
            let mut one = Candidate::new(plan, &shop.basket);
            one.instance = Some(Id::new(&format!("i-{number}")).unwrap());
            one.left = left(plan);
            one
        })
        .collect();
    let combining = &shop.promotions.combining;
    let (choice, all) = weigh(&candidates, candidates.len(), &shop.till, combining).unwrap();
    assert_eq!((choice.after, choice.proven), (800, true));
    assert_eq!(
        all,
        [
            None,
            None,
            Some(Reason::LimitReached),
            Some(Reason::LimitReached)
        ]
    );
}

#[test]
fn what_is_not_used_has_a_reason() {
    let rules = r#"{"coupons": [
        {"id": "far", "discount": {"amount_off": {"amount": 1}}, "threshold": {"at_least": 50}},
        {"id": "none", "discount": {"percent_off": {"percent": 10}}, "lines": {"sku": ["z"]}},
        {"id": "over", "discount": {"percent_off": {"percent": 50}}, "limits": [{"money": 1}]},
        {"id": "used", "discount": {"amount_off": {"amount": 3}}},
        {"id": "weak", "beside": "none", "discount": {"amount_off": {"amount": 2}}}]}"#;
    let shop = Shop::new(rules, &[line("a", 1, 1000)]);
    let all = reasons_of(&shop);
    let Some(Reason::Unmet(lacks)) = &all[0] else {
        panic!("{all:?}");
    };
    assert_eq!((lacks.found, lacks.at_least), (1000, Some(5000)));
    assert_eq!(all[1], Some(Reason::NoEffect));
    assert_eq!(all[2], Some(Reason::LimitReached));
    assert_eq!(all[3], None);
    assert_eq!(all[4], Some(Reason::NotCombinable { with: vec![3] }));
    let priority = rules.replace(
        r#"{"coupons""#,
        r#"{"combining": {"choose": "priority"}, "coupons""#,
    );
    let all = reasons_of(&Shop::new(&priority, &[line("a", 1, 1000)]));
    assert_eq!(all[4], Some(Reason::LowerPriority { than: vec![3] }));
}

#[test]
fn at_its_limit_the_search_says_so() {
    let mut coupons = Vec::new();
    for number in 0..12 {
        let amount = 100 + number * 7;
        coupons.push(format!(
            r#"{{"id": "c{number}", "beside": {{"not": {{"ids": ["c{}"]}}}}, "threshold": {{"at_most": "{}", "of": "running"}},
                "discount": {{"amount_off": {{"amount": "{amount}"}}}}}}"#,
            (number + 5) % 12,
            2000 - number * 90,
        ));
    }
    let rules = format!(
        r#"{{"combining": {{"nodes": 3}}, "coupons": [{}]}}"#,
        coupons.join(",")
    );
    let choice = Shop::new(&rules, &[line("a", 1, 300_000)]).choose();
    assert!(!choice.proven || choice.nodes <= 3);
    assert!(choice.bound.is_none_or(|bound| bound <= choice.after));
    let full = rules.replace(r#""nodes": 3"#, r#""nodes": 100000"#);
    let proven = Shop::new(&full, &[line("a", 1, 300_000)]).choose();
    assert!(proven.proven);
    assert!(choice.bound.is_none_or(|bound| bound <= proven.after));
}

/// Twenty coupons of ordinary kinds on thirty lines.
pub(super) fn ordinary(seed: u64) -> (String, Vec<Line>) {
    const SKUS: [&str; 6] = ["s0", "s1", "s2", "s3", "s4", "s5"];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let lines = (0..30)
        .map(|_| {
            let sku = SKUS[usize::try_from(next(6)).unwrap()];
            line(
                sku,
                1 + i64::try_from(next(4)).unwrap(),
                500 + i64::try_from(next(200)).unwrap() * 50,
            )
        })
        .collect();
    let coupons: Vec<String> = (0..20)
        .map(|number| {
            let sku = next(6);
            let discount = match next(5) {
                0 => format!(r#""discount": {{"amount_off": {{"amount": {}}}}}, "threshold": {{"at_least": {}}}"#, 5 + next(60), 100 * next(20)),
                1 => format!(r#""discount": {{"percent_off": {{"percent": {}}}}}"#, 5 + next(25)),
                2 => format!(r#""discount": {{"percent_off": {{"percent": {}}}}}, "lines": {{"sku": ["s{sku}"]}}"#, 5 + next(45)),
                3 => format!(r#""discount": {{"amount_off": {{"amount": {}}}}}, "lines": {{"sku": ["s{sku}"]}}"#, 3 + next(40)),
                _ => format!(r#""discount": {{"buy_x_get_y": {{"buy": {{"quantity": 2}}, "get": {{"quantity": 1}}}}}}, "lines": {{"sku": ["s{sku}"]}}"#),
            };
            let beside = match next(4) {
                0 => r#", "beside": "none""#,
                1 => r#", "beside": {"only": {"groups": ["g1", "g2"]}}"#,
                _ => "",
            };
            format!(r#"{{"id": "c{number}", {discount}{beside}, "group": "g{}"}}"#, next(4))
        })
        .collect();
    let groups =
        r#"[{"id": "g0", "max": 1}, {"id": "g1", "max": 2}, {"id": "g2"}, {"id": "g3", "max": 1}]"#;
    let rules = format!(
        r#"{{"combining": {{"groups": {groups}}}, "coupons": [{}]}}"#,
        coupons.join(",")
    );
    (rules, lines)
}

#[test]
fn twenty_on_thirty_lines_are_proven_soon() {
    let mut nodes: Vec<u32> = (0..60)
        .map(|seed| {
            let (rules, lines) = ordinary(seed);
            let choice = Shop::new(&rules, &lines).choose();
            assert!(choice.proven, "{seed}: {}", choice.nodes);
            choice.nodes
        })
        .collect();
    nodes.sort_unstable();
    assert!(nodes[30] <= 200, "{nodes:?}");
}

#[test]
fn as_many_as_can_be_weighed_at_once_are_no_danger() {
    let coupons: Vec<String> = (0..combine::CANDIDATES_MAX)
        .map(|number| {
            format!(r#"{{"id": "c{number}", "discount": {{"amount_off": {{"amount": "0.01"}}}}}}"#)
        })
        .collect();
    let rules = format!(r#"{{"coupons": [{}]}}"#, coupons.join(","));
    let choice = Shop::new(&rules, &[line("a", 1, 100_000)]).choose();
    assert_eq!((choice.after, choice.proven), (99_000, true));
}

#[test]
fn what_no_set_has_together_is_not_hoped_for() {
    // Two camps of which no coupon stands beside one of the other, and three of which one takes all that shipping costs. No more
    // than each by itself is looked into: those of the camp that saves less, and in turn those of the other and for shipping.
    let camp = |camp: usize, number: usize| {
        let other = 1 - camp;
        format!(
            r#"{{"id": "c{camp}{number}", "group": "g{camp}", "beside": {{"not": {{"groups": ["g{other}"]}}}},
                "discount": {{"amount_off": {{"amount": {}}}}}, "lines": {{"sku": ["{number}"]}}}}"#,
            2 + camp
        )
    };
    let mut coupons: Vec<String> = (0..2)
        .flat_map(|of| (0..5).map(move |one| camp(of, one)))
        .collect();
    coupons.extend(
        (0..3).map(|one| format!(r#"{{"id": "s{one}", "discount": {{"shipping_off": {{}}}}}}"#)),
    );
    let rules = format!(
        r#"{{"combining": {{"nodes": 13, "groups": [{{"id": "g0"}}, {{"id": "g1"}}]}}, "coupons": [{}]}}"#,
        coupons.join(",")
    );
    let lines = ["0", "1", "2", "3", "4"].map(|sku| line(sku, 1, 1000));
    let choice = Shop::shipping(&rules, &lines, Some(800)).choose();
    assert_eq!(
        (choice.before, choice.after, choice.proven),
        (5800, 3500, true)
    );
}

#[test]
fn one_that_is_left_every_unit_is_hoped_to_take_no_more_than_at_first() {
    // Each takes the cheapest of six units, and the dearest costs a hundred times that. They consume, but never together.
    let mut coupons: Vec<String> = (0..6)
        .map(|number| {
            format!(
                r#"{{"id": "c{number}", "group": "one", "units": "consume",
                    "discount": {{"buy_x_get_y": {{"buy": {{"quantity": 5}}, "get": {{"quantity": 1}}}}}}}}"#
            )
        })
        .collect();
    let more = r#"{"id": "x", "group": "one", "phase": "item", "priority": 1, "discount": {"amount_off": {"amount": "1.50"}}}"#;
    coupons.push(more.to_owned());
    let rules = format!(
        r#"{{"combining": {{"nodes": 1, "groups": [{{"id": "one", "max": 1}}]}}, "coupons": [{}]}}"#,
        coupons.join(",")
    );
    let lines = [line("a", 5, 10_000), line("b", 1, 100)];
    let choice = Shop::new(&rules, &lines).choose();
    assert_eq!(
        (choice.before, choice.after, choice.proven),
        (50_100, 49_950, true)
    );
}
