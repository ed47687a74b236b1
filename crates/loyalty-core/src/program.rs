//! A program: all rules of one loyalty program, as data.

mod account;
mod check;
mod check_tiers;
mod compile;
mod index;
mod load;
mod timeline;
mod tracks;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::amount::Currency;
use crate::benefits::Benefit;
use crate::calendar::Zone;
use crate::condition::{ScoreRule, SegmentRule};
use crate::coupons::{Combining, Promotion};
use crate::households::HouseholdRules;
use crate::id::Id;
use crate::lifecycle::{EarlyWarning, Ladder, Lifecycle};
use crate::metric::MetricRule;
use crate::plans::PaidPlan;
use crate::points::{
    AccountRule, ConversionRule, EarnGroup, EarnRule, Earning, Referrals, Returns, Reward,
    TenderRule, TransferRule,
};
use crate::pricing::Pricing;
use crate::rankings::Ranking;
use crate::tasks::TaskRule;
use crate::text::Label;
use crate::tiers::Track;
use crate::triggers::{Topic, Trigger};

pub use timeline::{
    Adopt, Announcement, Kept, ProgramVersion, Timeline, TimelineRules, Transition,
};

pub(crate) use timeline::Version;

pub(crate) use compile::{
    Compiled, EarningPlan, Feed, MetricPlan, On, RulePlan, Watched, metric_moves,
};
pub(crate) use index::Places;

/// The schema of program documents that this engine reads.
pub const PROGRAM_SCHEMA: u32 = 1;

/// All rules of one program. A `Program` that exists has been checked: [`Program::from_json`] is the only way to one.
///
/// # Example
/// ```
/// use loyalty_core::Program;
/// let program = Program::from_json(r#"{
///     "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai",
///     "accounts": [{"id": "points"}],
///     "earn": [{"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}}]
/// }"#)?;
/// assert_eq!(program.id().as_str(), "shop");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Program {
    rules: Rules,
    pub(crate) digest: u64,
    pub(crate) compiled: Arc<Compiled>,
}

impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

impl Eq for Program {}

/// The document of a program, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(title = "Program")
)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The schema of this document: 1.
    pub schema: u32,
    /// The name of the program, for other programs.
    pub id: Id,
    /// Which version of the rules this is, in the words of its authors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Id>,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub name: Label,
    /// What the program is, for people.
    #[serde(default, skip_serializing_if = "Label::is_empty")]
    pub description: Label,
    /// The currency of all money in the program (ISO 4217).
    pub currency: Currency,
    /// The zone of its civil days (IANA). A new version may have another one: no day comes twice by that, and none is left out.
    pub timezone: Zone,
    /// The accounts of points.
    #[serde(default)]
    pub accounts: Vec<AccountRule>,
    /// The named figures about members.
    #[serde(default)]
    pub metrics: Vec<MetricRule>,
    /// Conditions on members with a name.
    #[serde(default)]
    pub segments: Vec<SegmentRule>,
    /// Sums of weights of conditions that hold.
    #[serde(default)]
    pub scores: Vec<ScoreRule>,
    /// The ladders of rungs.
    #[serde(default)]
    pub tiers: Vec<Track>,
    /// The stages of a member's life with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// Early warning of members who are about to be lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<EarlyWarning>,
    /// The ladders of attempts to win members back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub winback: Vec<Ladder>,
    /// How points are earned.
    #[serde(default)]
    pub earning: Earning,
    /// Groups of earn rules.
    #[serde(default)]
    pub groups: Vec<EarnGroup>,
    /// The rules by which points are earned.
    #[serde(default)]
    pub earn: Vec<EarnRule>,
    /// How discounts are rounded and shared over lines, and how tax is computed.
    #[serde(default)]
    pub pricing: Pricing,
    /// How points are used to pay.
    #[serde(default)]
    pub tender: Vec<TenderRule>,
    /// What members can have for points.
    #[serde(default)]
    pub rewards: Vec<Reward>,
    /// Points that members may give to each other.
    #[serde(default)]
    pub transfers: Vec<TransferRule>,
    /// Points of one account for points of another one.
    #[serde(default)]
    pub conversions: Vec<ConversionRule>,
    /// Promotions that apply by themselves.
    #[serde(default)]
    pub offers: Vec<Promotion>,
    /// Promotions of which members have instances, or know a code.
    #[serde(default)]
    pub coupons: Vec<Promotion>,
    /// How promotions combine.
    #[serde(default)]
    pub combining: Combining,
    /// What happens by itself when something changes or a day comes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// The topics of what triggers say to members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// What members can pay for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<PaidPlan>,
    /// What rungs, plans and other things about a member entitle to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benefits: Vec<Benefit>,
    /// Members who share a pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<HouseholdRules>,
    /// Tasks: several steps within a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskRule>,
    /// Orders of members, for the host to sort by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rankings: Vec<Ranking>,
    /// What referrals bring.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub referrals: Referrals,
    /// How returns are taken.
    #[serde(default)]
    pub returns: Returns,
    /// For how many days the ids of events are remembered (default 90).
    #[serde(default = "dedup_days")]
    pub dedup_days: u32,
}

fn dedup_days() -> u32 {
    90
}

impl Program {
    /// The name of the program.
    #[must_use]
    pub fn id(&self) -> &Id {
        &self.rules.id
    }

    /// The currency of its money.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.rules.currency
    }

    /// The zone of its civil days.
    #[must_use]
    pub fn timezone(&self) -> Zone {
        self.rules.timezone
    }

    /// The rules as they were read, with every default filled in.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The program as canonical JSON: defaults filled in, fields in a fixed order.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.rules).unwrap_or_default()
    }
}
