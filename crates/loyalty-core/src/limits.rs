//! Every limit of the engine, in one place (clause 15.3).
//!
//! A document that passes a limit is refused with the code [`limit_exceeded`](crate::Code::LimitExceeded) or
//! [`out_of_range`](crate::Code::OutOfRange); nothing is ever cut short in silence.

/// Longest id, in bytes of UTF-8.
pub const ID_BYTES_MAX: usize = 128;
/// Longest free text (names, reasons, attribute values), in bytes of UTF-8.
pub const TEXT_BYTES_MAX: usize = 4_096;
/// Largest event document, in bytes.
pub const EVENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest document of a program or of a timeline, in bytes.
pub const PROGRAM_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most versions of a program in a timeline.
pub const VERSIONS_MAX: usize = 64;
/// Largest member document, in bytes.
pub const MEMBER_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Deepest nesting of a JSON document.
pub const JSON_DEPTH_MAX: usize = 64;
/// Most mistakes that loading a program reports at once.
pub const MISTAKES_MAX: usize = 200;
/// Most lines of one purchase.
pub const LINES_MAX: usize = 100_000;
/// Largest quantity of one line.
pub const QUANTITY_MAX: i64 = 1_000_000;
/// Largest amount of money on a line or an order, in minor units (10¹³, a hundred billion yuan).
pub const MONEY_MAX: i64 = 10_000_000_000_000;
/// Largest number of points in one posting or setting.
pub const POINTS_MAX: i64 = 1_000_000_000_000_000;
/// Most digits after the decimal point of a rate.
pub const RATE_SCALE_MAX: u32 = 9;
/// Largest rate (points per step, factor, percentage).
pub const RATE_MAX: i64 = 1_000_000_000;
/// Most tags or attributes on one line, event or member.
pub const TAGS_MAX: usize = 256;
/// Most rules, accounts, metrics, rungs or other entries in one list of a program.
pub const LIST_MAX: usize = 100_000;
/// Most accounts, metrics or tracks of a program.
pub const MEMBER_LIST_MAX: usize = 256;
/// Most values in one `in` list.
pub const VALUES_MAX: usize = 100_000;
/// Earliest year of the instants of events and calls.
pub const YEAR_MIN: i32 = 1850;
/// Latest year of the instants of events and calls; arithmetic ends with the day after it.
pub const YEAR_MAX: i32 = 2999;
/// So many years further, on both sides, dates in documents are read: the civil days of the first and the last instants lie there in
/// some zones, and so do the periods that hold those days.
pub const YEARS_AROUND: i32 = 2;
/// Longest period in a program, in days, months or years.
pub const PERIOD_MAX: u32 = 36_500;
/// Longest time in months that a program counts, such as a term of a rung: a hundred years, in years and periods likewise.
pub const MONTHS_MAX: u32 = 1_200;
/// Most rounds of settling at one instant before the engine stops with an error.
pub const ROUNDS_MAX: usize = 64;
/// Most rounds of triggers that follow from one event or instant: then the chain stops.
pub const TRIGGER_ROUNDS_MAX: u32 = 8;
/// Most values of one milestone of a trigger that one event crosses, where each of them fires.
pub const MILESTONES_CROSSED_MAX: usize = 10_000;
/// Most of them that triggers cross in one round of a chain by what they give themselves: the highest ones fire then, and that others
/// are left out is said.
pub const MILESTONES_CHAINED_MAX: usize = 100;
/// An offer that is not live is told where it will be within so many days, and is for such a basket.
pub const OFFERS_AHEAD_DAYS: i64 = 31;
/// Most candidate instants that are looked at for the next change of one condition; past it `next_due` is early, never late.
pub const FLIPS_MAX: usize = 4_096;
/// Most attempts to win a member back that are open at a time, or that a ladder allows.
pub const ATTEMPTS_MAX: u32 = 1_000;
/// Most steps of one task.
pub const TASK_STEPS_MAX: usize = 64;
/// Most events that one step of a task can ask for.
pub const TASK_TIMES_MAX: u32 = 1_000_000;
/// Most figures of one ranking.
pub const RANK_FIGURES_MAX: usize = 16;
/// Most reviews of early warning that are looked at for the next change of level; past it `next_due` is early, never late.
pub const REVIEWS_MAX: usize = 120;
/// Most entries that one call may make by the passing of time; a host advances in shorter steps then.
pub const ENTRIES_MAX: usize = 100_000;
/// Most pairs of a row and a rule that gave points for it, in one purchase.
pub const GIVEN_MAX: usize = 200_000;
/// Longest hold that is stated in minutes: a year.
pub const HOLD_MINUTES_MAX: u32 = 527_040;
/// Most terms of a plan that are paid for at a time.
pub const PLAN_TERMS_MAX: usize = 120;
/// Most holds of one member at a time.
pub const HOLDS_MAX: usize = 1_000;
/// Most coupons that are presented or declined in one purchase.
pub const COUPONS_MAX: usize = 256;
/// Most rows that the search for the best set of promotions looks at, all sets together.
pub const ROWS_SEEN_MAX: usize = 20_000_000;
/// Most coupons in the wallet of one member.
pub const WALLET_MAX: usize = 10_000;
/// Highest number of a template of codes.
pub const CODE_TEMPLATE_MAX: u32 = 1_048_575;
/// Most memberships that become part of one.
pub const MERGED_MAX: usize = 1_000;
/// Most friends whom one member has referred.
pub const FRIENDS_MAX: usize = 10_000;
/// Most orders of its people of which a pool keeps where their points went; past it those of the earliest day are forgotten, and what
/// goes back of them comes from the pool's other points.
pub const CONTRIBUTED_MAX: usize = 10_000;
/// Most of one reward in one redemption.
pub const REWARDS_MAX: u32 = 10_000;
/// Most discounts that a host states for one purchase.
pub const DISCOUNTS_MAX: usize = 1_000;
/// Largest tax rate, in percent.
pub const TAX_PERCENT_MAX: i64 = 10_000;
/// Most pairs of a line and a discount that is not the line's own, in one purchase.
pub const DISCOUNTED_MAX: usize = 2_000_000;
/// Most leaves of one segment or score, with those of the segments and scores that it names.
pub const LEAVES_MAX: usize = 1_000;
/// Longest chain of segments and scores that name each other.
pub const NESTED_MAX: usize = 8;
/// Most different values, with their days, that a member keeps for one metric.
pub const DISTINCT_MAX: usize = 100_000;
