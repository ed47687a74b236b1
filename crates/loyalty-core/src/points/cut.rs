//! What caps cut, and what factors below one must not take (clauses 4.4, 4.5).

use super::caps::Uses;
use super::earning::{Bids, Gift, Settings, fires, fires_for, share};
use crate::error::Result;
use crate::outcome::TraceResult;

/// Cuts a gift by the caps of its rule and its group. `shared`: what is left is shared over the rows at once.
pub(super) fn cut_by_own_caps(
    (gift, rows): (&mut Gift<'_>, &mut [i64]),
    settings: &Settings,
    uses: Uses<'_>,
    shared: bool,
) -> Result<()> {
    if !fires(gift) || !gift.plan.has_own_caps {
        return Ok(());
    }
    let mut points = gift.points;
    for cap in &gift.plan.caps {
        points = cap.cut(points, cap.room(uses));
    }
    let group = gift.plan.group;
    for cap in group
        .and_then(|group| settings.group_caps.get(group))
        .into_iter()
        .flatten()
    {
        points = cap.cut(points, cap.room(uses));
    }
    cut(gift, rows, points, shared)
}

/// Cuts by the caps of accounts: the lowest priority first, the later rule first among equals. What a factor below one takes
/// away makes room.
pub(super) fn cut_by_account(
    gifts: &mut Bids<'_, '_>,
    settings: &Settings,
    uses: Uses<'_>,
) -> Result<()> {
    for (account, caps) in settings.account_caps.iter().enumerate() {
        for cap in caps {
            let mine = |gift: &Gift<'_>| fires_for(gift, account);
            let total = gifts
                .all
                .iter()
                .filter(|gift| mine(gift))
                .fold(0_i64, |sum, gift| sum.saturating_add(gift.points));
            let mut excess = total.saturating_sub(cap.room(uses).unwrap_or(0));
            if excess <= 0 {
                continue;
            }
            let mut order: Vec<(&mut Gift<'_>, &mut [i64])> =
                gifts.each().filter(|(gift, _)| mine(gift)).collect();
            order.reverse();
            order.sort_by_key(|(gift, _)| gift.plan.priority);
            for (gift, rows) in order.into_iter().filter(|(gift, _)| gift.points > 0) {
                if excess <= 0 {
                    break;
                }
                let before = gift.points;
                let points = cap.cut(before, Some(before.saturating_sub(excess).max(0)));
                cut(gift, rows, points, true)?;
                excess = excess.saturating_sub(before.saturating_sub(points));
            }
        }
    }
    Ok(())
}

/// What a factor below one takes away is never more than what the others give: neither in all (a cap may have cut them) nor on
/// a row (then it is taken on other rows).
pub(super) fn level(gifts: &mut Bids<'_, '_>, account: usize) {
    let mine = |gift: &Gift<'_>| gift.plan.account == account && gift.points != 0;
    let mut nets: Vec<i64> = vec![0; gifts.width];
    for (_, rows) in gifts.each().filter(|(gift, _)| mine(gift)) {
        for (net, row) in nets.iter_mut().zip(rows) {
            *net = net.saturating_add(*row);
        }
    }
    let less = |gift: &Gift<'_>| mine(gift) && gift.points < 0;
    for (gift, rows) in gifts.each().filter(|(gift, _)| less(gift)) {
        let mut moved = 0_i64;
        for (net, row) in nets.iter_mut().zip(rows.iter_mut()) {
            let back = net.saturating_neg().min(row.saturating_neg()).max(0);
            *row = row.saturating_add(back);
            *net = net.saturating_add(back);
            moved = moved.saturating_add(back);
        }
        for (net, row) in nets.iter_mut().zip(rows.iter_mut()) {
            let part = moved.min(*net).max(0);
            *row = row.saturating_sub(part);
            *net = net.saturating_sub(part);
            moved = moved.saturating_sub(part);
        }
        gift.points = gift.points.saturating_add(moved);
    }
}

/// Lowers the points of a gift.
fn cut(gift: &mut Gift<'_>, rows: &mut [i64], points: i64, shared: bool) -> Result<()> {
    if points == gift.points {
        return Ok(());
    }
    gift.points = points;
    if points == 0 {
        gift.result = TraceResult::Capped;
        rows.fill(0);
    } else if shared {
        share(points, rows)?;
    }
    Ok(())
}
