//! How an entry is written: its number, its instant, and the change under its name, in one object.
//!
//! `#[serde(flatten)]` writes the same, but keeps a copy of every field of the change until all of them are there.

use core::fmt::Display;

use serde::ser::{Impossible, SerializeMap, SerializeStruct, SerializeStructVariant};
use serde::{Serialize, Serializer};

use super::{Change, Entry};

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("n", &self.n)?;
        map.serialize_entry("at", &self.at)?;
        map.serialize_entry(self.change.name(), &Fields(&self.change))?;
        map.end()
    }
}

impl Change {
    /// The name under which it is written.
    const fn name(&self) -> &'static str {
        match self {
            Self::Enrolled { .. } => "enrolled",
            Self::Profile {} => "profile",
            Self::Tags { .. } => "tags",
            Self::Purchase { .. } => "purchase",
            Self::Return { .. } => "return",
            Self::Settled { .. } => "settled",
            Self::Held { .. } => "held",
            Self::Released { .. } => "released",
            Self::Cancelled { .. } => "cancelled",
            Self::Redated { .. } => "redated",
            Self::Redeemed { .. } => "redeemed",
            Self::Activity { .. } => "activity",
            Self::Earned { .. } => "earned",
            Self::Activated { .. } => "activated",
            Self::Repaid { .. } => "repaid",
            Self::Spent { .. } => "spent",
            Self::Restored { .. } => "restored",
            Self::Expired { .. } => "expired",
            Self::Reversed { .. } => "reversed",
            Self::Credited { .. } => "credited",
            Self::Debited { .. } => "debited",
            Self::Adopted { .. } => "adopted",
            Self::Tier { .. } => "tier",
            Self::TierPending { .. } => "tier_pending",
            Self::Warning { .. } => "warning",
            Self::CouponIssued { .. } => "coupon_issued",
            Self::CouponGiven { .. } => "coupon_given",
            Self::CouponHeld { .. } => "coupon_held",
            Self::CouponReleased { .. } => "coupon_released",
            Self::CouponRedeemed { .. } => "coupon_redeemed",
            Self::CouponRestored { .. } => "coupon_restored",
            Self::CouponForfeited { .. } => "coupon_forfeited",
            Self::CouponExpired { .. } => "coupon_expired",
            Self::CouponRevoked { .. } => "coupon_revoked",
            Self::StoredValueSpent { .. } => "stored_value_spent",
            Self::StoredValueRefunded { .. } => "stored_value_refunded",
            Self::StoredValueToppedUp { .. } => "stored_value_topped_up",
            Self::StoredValueHeld { .. } => "stored_value_held",
            Self::StoredValueReleased { .. } => "stored_value_released",
            Self::Triggered { .. } => "triggered",
            Self::Notified { .. } => "notified",
            Self::ItemGiven { .. } => "item_given",
            Self::AwardSkipped { .. } => "award_skipped",
            Self::ChainStopped { .. } => "chain_stopped",
            Self::CarriedOver { .. } => "carried_over",
            Self::Stage { .. } => "stage",
            Self::Segment { .. } => "segment",
            Self::Reactivated { .. } => "reactivated",
            Self::WarningLevel { .. } => "warning_level",
            Self::Outreach { .. } => "outreach",
            Self::OutreachAnswered { .. } => "outreach_answered",
            Self::OutreachFailed { .. } => "outreach_failed",
            Self::Abandoned { .. } => "abandoned",
            Self::TaskStep { .. } => "task_step",
            Self::TaskStepUndone { .. } => "task_step_undone",
            Self::TaskDone { .. } => "task_done",
            Self::TaskMissed { .. } => "task_missed",
            Self::Frozen { .. } => "frozen",
            Self::Unfrozen { .. } => "unfrozen",
            Self::Closed { .. } => "closed",
            Self::Erased {} => "erased",
            Self::Referral { .. } => "referral",
            Self::Merged { .. } => "merged",
            Self::PlanStarted { .. } => "plan_started",
            Self::PlanRenewed { .. } => "plan_renewed",
            Self::PlanCancelled { .. } => "plan_cancelled",
            Self::PlanEnded { .. } => "plan_ended",
            Self::PlanShared { .. } => "plan_shared",
            Self::PlanSeat { .. } => "plan_seat",
            Self::Contribution { .. } => "contribution",
            Self::BenefitUsed { .. } => "benefit_used",
            Self::Household { .. } => "household",
            Self::HouseholdLink { .. } => "household_link",
            Self::HouseholdRungs { .. } => "household_rungs",
        }
    }
}

/// The fields of a change, without its name.
struct Fields<'c>(&'c Change);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Bare(serializer))
    }
}

/// Writes a variant with fields as a struct.
struct Bare<S>(S);

/// Its fields.
struct BareFields<S>(S);

impl<S: SerializeStruct> SerializeStructVariant for BareFields<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        self.0.serialize_field(key, value)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

/// Every change is a variant with fields: nothing else comes here.
macro_rules! not_so {
    ($($method:ident($($kind:ty),*) -> $out:ty;)*) => {
        $(fn $method(self, $(_: $kind),*) -> Result<$out, S::Error> {
            Err(not_a_variant())
        })*
    };
}

#[cold]
fn not_a_variant<E: serde::ser::Error>() -> E {
    E::custom("a change is a variant with fields")
}

impl<S: Serializer> Serializer for Bare<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Impossible<S::Ok, S::Error>;
    type SerializeTuple = Impossible<S::Ok, S::Error>;
    type SerializeTupleStruct = Impossible<S::Ok, S::Error>;
    type SerializeTupleVariant = Impossible<S::Ok, S::Error>;
    type SerializeMap = Impossible<S::Ok, S::Error>;
    type SerializeStruct = Impossible<S::Ok, S::Error>;
    type SerializeStructVariant = BareFields<S::SerializeStruct>;

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.0.serialize_struct(name, len).map(BareFields)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(self.0)
    }

    not_so! {
        serialize_bool(bool) -> S::Ok;
        serialize_i8(i8) -> S::Ok;
        serialize_i16(i16) -> S::Ok;
        serialize_i32(i32) -> S::Ok;
        serialize_i64(i64) -> S::Ok;
        serialize_u8(u8) -> S::Ok;
        serialize_u16(u16) -> S::Ok;
        serialize_u32(u32) -> S::Ok;
        serialize_u64(u64) -> S::Ok;
        serialize_f32(f32) -> S::Ok;
        serialize_f64(f64) -> S::Ok;
        serialize_char(char) -> S::Ok;
        serialize_str(&str) -> S::Ok;
        serialize_bytes(&[u8]) -> S::Ok;
        serialize_none() -> S::Ok;
        serialize_unit() -> S::Ok;
        serialize_unit_struct(&'static str) -> S::Ok;
        serialize_unit_variant(&'static str, u32, &'static str) -> S::Ok;
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<S::Ok, S::Error> {
        Err(not_a_variant())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<S::Ok, S::Error> {
        Err(not_a_variant())
    }

    fn collect_str<T: Display + ?Sized>(self, _: &T) -> Result<S::Ok, S::Error> {
        Err(not_a_variant())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Instant;
    use crate::id::Id;
    use crate::outcome::{LotDates, Source};

    #[derive(Serialize)]
    struct Flat<'e> {
        n: u64,
        at: Instant,
        #[serde(flatten)]
        change: &'e Change,
    }

    /// The bytes that a flattened change would give.
    fn flat(entry: &Entry) -> String {
        let flat = Flat {
            n: entry.n,
            at: entry.at,
            change: &entry.change,
        };
        serde_json::to_string(&flat).unwrap_or_default()
    }

    #[test]
    fn a_change_is_written_under_its_own_name() {
        let id = || Id::checked("x");
        let lot = LotDates {
            earned_on: crate::calendar::Date::from_days(20_000),
            active_from: None,
            on_settlement: true,
            expires_at: Some(Instant::from_micros(0)),
        };
        let changes = [
            Change::Enrolled { referrer: None },
            Change::Tags {
                added: vec![id()],
                removed: Vec::new(),
            },
            Change::Cancelled {
                account: id(),
                points: crate::amount::Points::new(3),
                order: None,
                reason: Some("said \"so\"".to_owned()),
                lots: Vec::new(),
            },
            Change::Credited {
                account: id(),
                points: crate::amount::Points::new(3),
                source: Source::Reason("a gift".to_owned()),
                lot,
            },
            Change::Debited {
                account: id(),
                points: crate::amount::Points::new(3),
                source: Source::To(id()),
                lots: Vec::new(),
                owed: crate::amount::Points::ZERO,
                forgiven: crate::amount::Points::new(1),
            },
        ];
        for change in changes {
            let entry = Entry {
                n: 7,
                at: Instant::from_micros(1_000_000),
                change,
            };
            let text = serde_json::to_string(&entry).unwrap_or_default();
            assert_eq!(text, flat(&entry));
            assert!(text.contains(entry.change.name()));
        }
    }
}
