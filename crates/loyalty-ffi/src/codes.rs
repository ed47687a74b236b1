//! One status for each code of the core, with its number and in its words.
//!
//! This file is made from the core's catalogue. A test of this crate compares it, and
//! `LOYALTY_WRITE=1 cargo test -p loyalty-ffi codes` makes it anew.

use core::ffi::CStr;

/// The bytes are not JSON.
pub const LOYALTY_STATUS_INVALID_JSON: u32 = 100;
/// The bytes are not UTF-8.
pub const LOYALTY_STATUS_INVALID_UTF8: u32 = 101;
/// A field is not known here.
pub const LOYALTY_STATUS_UNKNOWN_FIELD: u32 = 102;
/// A field that is needed is not there.
pub const LOYALTY_STATUS_MISSING_FIELD: u32 = 103;
/// A key stands twice in one object.
pub const LOYALTY_STATUS_DUPLICATE_KEY: u32 = 104;
/// A value has another type than is needed.
pub const LOYALTY_STATUS_WRONG_TYPE: u32 = 105;
/// A value is of the right type, but not one of those that are possible.
pub const LOYALTY_STATUS_INVALID_VALUE: u32 = 106;
/// A number, an amount or a quantity is outside of what is possible.
pub const LOYALTY_STATUS_OUT_OF_RANGE: u32 = 107;
/// A number is not written as plain digits with at most one decimal point.
pub const LOYALTY_STATUS_INVALID_NUMBER: u32 = 108;
/// An amount has more decimal places than its currency.
pub const LOYALTY_STATUS_TOO_MANY_DIGITS: u32 = 109;
/// An instant, a date or a time of day cannot be read or does not exist.
pub const LOYALTY_STATUS_INVALID_TIME: u32 = 110;
/// An id is empty, too long or has characters that are not allowed.
pub const LOYALTY_STATUS_INVALID_ID: u32 = 111;
/// A document is larger, deeper or longer than the limit.
pub const LOYALTY_STATUS_LIMIT_EXCEEDED: u32 = 112;
/// An id stands twice where it must be unique.
pub const LOYALTY_STATUS_DUPLICATE_ID: u32 = 113;
/// Something is named that does not exist.
pub const LOYALTY_STATUS_UNKNOWN_REFERENCE: u32 = 114;
/// A program has mistakes; each is listed in the details.
pub const LOYALTY_STATUS_PROGRAM_INVALID: u32 = 200;
/// Two settings contradict each other.
pub const LOYALTY_STATUS_CONTRADICTION: u32 = 201;
/// A rung or rule can never take effect.
pub const LOYALTY_STATUS_UNREACHABLE: u32 = 202;
/// Definitions depend on each other in a circle.
pub const LOYALTY_STATUS_CIRCULAR: u32 = 203;
/// A condition stands where what it reads does not exist.
pub const LOYALTY_STATUS_WRONG_PLACE: u32 = 204;
/// The document is of a newer schema than this engine knows.
pub const LOYALTY_STATUS_UNSUPPORTED_SCHEMA: u32 = 205;
/// The event lies before the last instant that the member has been brought to.
pub const LOYALTY_STATUS_OUT_OF_ORDER: u32 = 300;
/// The id of an event was used before with other content.
pub const LOYALTY_STATUS_ID_CONFLICT: u32 = 301;
/// The order was recorded before under another event.
pub const LOYALTY_STATUS_DUPLICATE_ORDER: u32 = 302;
/// The order is not known, or can no longer be returned.
pub const LOYALTY_STATUS_UNKNOWN_ORDER: u32 = 303;
/// The order has no such line.
pub const LOYALTY_STATUS_UNKNOWN_LINE: u32 = 304;
/// More units are returned than are still out.
pub const LOYALTY_STATUS_QUANTITY_EXCEEDED: u32 = 305;
/// The program takes back whole orders only.
pub const LOYALTY_STATUS_PARTIAL_RETURN_REFUSED: u32 = 307;
/// There are fewer points than are asked for.
pub const LOYALTY_STATUS_INSUFFICIENT_POINTS: u32 = 308;
/// The amount of points asked for breaks the rules of paying with points.
pub const LOYALTY_STATUS_TENDER_REFUSED: u32 = 309;
/// The amount is in another currency than the program's.
pub const LOYALTY_STATUS_WRONG_CURRENCY: u32 = 310;
/// The member is enrolled already.
pub const LOYALTY_STATUS_ALREADY_ENROLLED: u32 = 311;
/// A number would grow past its limit.
pub const LOYALTY_STATUS_OVERFLOW: u32 = 312;
/// The program does not name such an account, tag or rule.
pub const LOYALTY_STATUS_UNKNOWN_ACCOUNT: u32 = 313;
/// The member that the event names is another one.
pub const LOYALTY_STATUS_WRONG_MEMBER: u32 = 314;
/// There is no granted rung that could be taken back.
pub const LOYALTY_STATUS_NOTHING_GRANTED: u32 = 340;
/// There is no hold of this name.
pub const LOYALTY_STATUS_UNKNOWN_HOLD: u32 = 315;
/// No points are pending that could be cancelled.
pub const LOYALTY_STATUS_NOTHING_PENDING: u32 = 316;
/// No lots that expired are remembered from then on.
pub const LOYALTY_STATUS_NOTHING_TO_REINSTATE: u32 = 317;
/// More points are to be taken than there are, and the account does not let that happen.
pub const LOYALTY_STATUS_OVERDRAW_REFUSED: u32 = 318;
/// The program has no such reward.
pub const LOYALTY_STATUS_UNKNOWN_REWARD: u32 = 320;
/// The reward cannot be had: its time, its condition, its limits or its kind say no.
pub const LOYALTY_STATUS_REWARD_REFUSED: u32 = 321;
/// There is no such redemption, or it can no longer be undone.
pub const LOYALTY_STATUS_UNKNOWN_REDEMPTION: u32 = 322;
/// The redemption has been undone before.
pub const LOYALTY_STATUS_ALREADY_UNDONE: u32 = 323;
/// The program does not let these points go to another member.
pub const LOYALTY_STATUS_TRANSFER_REFUSED: u32 = 324;
/// The rules of the conversion say no.
pub const LOYALTY_STATUS_CONVERSION_REFUSED: u32 = 325;
/// The program has no such conversion.
pub const LOYALTY_STATUS_UNKNOWN_CONVERSION: u32 = 326;
/// There is no such coupon in the program, or no such instance in the wallet of the member.
pub const LOYALTY_STATUS_UNKNOWN_COUPON: u32 = 327;
/// An instance of this name is in the wallet already.
pub const LOYALTY_STATUS_DUPLICATE_COUPON: u32 = 328;
/// The coupon cannot be issued, given away or held: its time, its rules or a hold say no.
pub const LOYALTY_STATUS_COUPON_REFUSED: u32 = 329;
/// The text is no code: a character is wrong, missing or too many.
pub const LOYALTY_STATUS_CODE_MISREAD: u32 = 335;
/// The code was not issued with any of the keys: it is a guess, or its key no longer counts.
pub const LOYALTY_STATUS_CODE_NOT_GENUINE: u32 = 336;
/// The membership is frozen: the member earns, spends and gives nothing until it is unfrozen.
pub const LOYALTY_STATUS_MEMBER_FROZEN: u32 = 350;
/// The membership is not frozen.
pub const LOYALTY_STATUS_NOT_FROZEN: u32 = 351;
/// The membership is over: only returns are taken still.
pub const LOYALTY_STATUS_MEMBER_CLOSED: u32 = 352;
/// The referral cannot be: a member refers another one, and enrolled earlier.
pub const LOYALTY_STATUS_REFERRAL_REFUSED: u32 = 353;
/// The document cannot become part of this member: it is the same member, of another program, or has something of the same name.
pub const LOYALTY_STATUS_MERGE_REFUSED: u32 = 354;
/// The other member has become part of this one before.
pub const LOYALTY_STATUS_ALREADY_MERGED: u32 = 355;
/// The program has no such plan, or the member does not have it.
pub const LOYALTY_STATUS_UNKNOWN_PLAN: u32 = 356;
/// The plan cannot be subscribed to, renewed or shared: its rules, its price or its trial say no.
pub const LOYALTY_STATUS_PLAN_REFUSED: u32 = 357;
/// The program has no such benefit.
pub const LOYALTY_STATUS_UNKNOWN_BENEFIT: u32 = 358;
/// The benefit cannot be used: the member is not entitled to it, or its quota is used up.
pub const LOYALTY_STATUS_BENEFIT_REFUSED: u32 = 359;
/// The household cannot be so: it is full, or somebody belongs to another one.
pub const LOYALTY_STATUS_HOUSEHOLD_REFUSED: u32 = 360;
/// The stored member is damaged: its numbers contradict each other.
pub const LOYALTY_STATUS_MEMBER_CORRUPT: u32 = 400;
/// The stored member does not fit the program, or is of a newer schema.
pub const LOYALTY_STATUS_MEMBER_MISMATCH: u32 = 401;
/// A pointer that must not be null is null.
pub const LOYALTY_STATUS_NULL_POINTER: u32 = 500;
/// A handle, length or number that was passed cannot be right.
pub const LOYALTY_STATUS_INVALID_ARGUMENT: u32 = 501;
/// The engine broke one of its own rules.
pub const LOYALTY_STATUS_INTERNAL: u32 = 900;

/// The name of each.
pub(crate) const fn name(status: u32) -> Option<&'static CStr> {
    Some(match status {
        LOYALTY_STATUS_INVALID_JSON => c"invalid_json",
        LOYALTY_STATUS_INVALID_UTF8 => c"invalid_utf8",
        LOYALTY_STATUS_UNKNOWN_FIELD => c"unknown_field",
        LOYALTY_STATUS_MISSING_FIELD => c"missing_field",
        LOYALTY_STATUS_DUPLICATE_KEY => c"duplicate_key",
        LOYALTY_STATUS_WRONG_TYPE => c"wrong_type",
        LOYALTY_STATUS_INVALID_VALUE => c"invalid_value",
        LOYALTY_STATUS_OUT_OF_RANGE => c"out_of_range",
        LOYALTY_STATUS_INVALID_NUMBER => c"invalid_number",
        LOYALTY_STATUS_TOO_MANY_DIGITS => c"too_many_digits",
        LOYALTY_STATUS_INVALID_TIME => c"invalid_time",
        LOYALTY_STATUS_INVALID_ID => c"invalid_id",
        LOYALTY_STATUS_LIMIT_EXCEEDED => c"limit_exceeded",
        LOYALTY_STATUS_DUPLICATE_ID => c"duplicate_id",
        LOYALTY_STATUS_UNKNOWN_REFERENCE => c"unknown_reference",
        LOYALTY_STATUS_PROGRAM_INVALID => c"program_invalid",
        LOYALTY_STATUS_CONTRADICTION => c"contradiction",
        LOYALTY_STATUS_UNREACHABLE => c"unreachable",
        LOYALTY_STATUS_CIRCULAR => c"circular",
        LOYALTY_STATUS_WRONG_PLACE => c"wrong_place",
        LOYALTY_STATUS_UNSUPPORTED_SCHEMA => c"unsupported_schema",
        LOYALTY_STATUS_OUT_OF_ORDER => c"out_of_order",
        LOYALTY_STATUS_ID_CONFLICT => c"id_conflict",
        LOYALTY_STATUS_DUPLICATE_ORDER => c"duplicate_order",
        LOYALTY_STATUS_UNKNOWN_ORDER => c"unknown_order",
        LOYALTY_STATUS_UNKNOWN_LINE => c"unknown_line",
        LOYALTY_STATUS_QUANTITY_EXCEEDED => c"quantity_exceeded",
        LOYALTY_STATUS_PARTIAL_RETURN_REFUSED => c"partial_return_refused",
        LOYALTY_STATUS_INSUFFICIENT_POINTS => c"insufficient_points",
        LOYALTY_STATUS_TENDER_REFUSED => c"tender_refused",
        LOYALTY_STATUS_WRONG_CURRENCY => c"wrong_currency",
        LOYALTY_STATUS_ALREADY_ENROLLED => c"already_enrolled",
        LOYALTY_STATUS_OVERFLOW => c"overflow",
        LOYALTY_STATUS_UNKNOWN_ACCOUNT => c"unknown_account",
        LOYALTY_STATUS_WRONG_MEMBER => c"wrong_member",
        LOYALTY_STATUS_NOTHING_GRANTED => c"nothing_granted",
        LOYALTY_STATUS_UNKNOWN_HOLD => c"unknown_hold",
        LOYALTY_STATUS_NOTHING_PENDING => c"nothing_pending",
        LOYALTY_STATUS_NOTHING_TO_REINSTATE => c"nothing_to_reinstate",
        LOYALTY_STATUS_OVERDRAW_REFUSED => c"overdraw_refused",
        LOYALTY_STATUS_UNKNOWN_REWARD => c"unknown_reward",
        LOYALTY_STATUS_REWARD_REFUSED => c"reward_refused",
        LOYALTY_STATUS_UNKNOWN_REDEMPTION => c"unknown_redemption",
        LOYALTY_STATUS_ALREADY_UNDONE => c"already_undone",
        LOYALTY_STATUS_TRANSFER_REFUSED => c"transfer_refused",
        LOYALTY_STATUS_CONVERSION_REFUSED => c"conversion_refused",
        LOYALTY_STATUS_UNKNOWN_CONVERSION => c"unknown_conversion",
        LOYALTY_STATUS_UNKNOWN_COUPON => c"unknown_coupon",
        LOYALTY_STATUS_DUPLICATE_COUPON => c"duplicate_coupon",
        LOYALTY_STATUS_COUPON_REFUSED => c"coupon_refused",
        LOYALTY_STATUS_CODE_MISREAD => c"code_misread",
        LOYALTY_STATUS_CODE_NOT_GENUINE => c"code_not_genuine",
        LOYALTY_STATUS_MEMBER_FROZEN => c"member_frozen",
        LOYALTY_STATUS_NOT_FROZEN => c"not_frozen",
        LOYALTY_STATUS_MEMBER_CLOSED => c"member_closed",
        LOYALTY_STATUS_REFERRAL_REFUSED => c"referral_refused",
        LOYALTY_STATUS_MERGE_REFUSED => c"merge_refused",
        LOYALTY_STATUS_ALREADY_MERGED => c"already_merged",
        LOYALTY_STATUS_UNKNOWN_PLAN => c"unknown_plan",
        LOYALTY_STATUS_PLAN_REFUSED => c"plan_refused",
        LOYALTY_STATUS_UNKNOWN_BENEFIT => c"unknown_benefit",
        LOYALTY_STATUS_BENEFIT_REFUSED => c"benefit_refused",
        LOYALTY_STATUS_HOUSEHOLD_REFUSED => c"household_refused",
        LOYALTY_STATUS_MEMBER_CORRUPT => c"member_corrupt",
        LOYALTY_STATUS_MEMBER_MISMATCH => c"member_mismatch",
        LOYALTY_STATUS_NULL_POINTER => c"null_pointer",
        LOYALTY_STATUS_INVALID_ARGUMENT => c"invalid_argument",
        LOYALTY_STATUS_INTERNAL => c"internal",
        _ => return None,
    })
}
