//! One catalogue of errors: stable codes, what the caller should do, where it was, and plain words (clause 15.1).
//!
//! The Rust enum, the numbers of the C status, the exceptions of Python and the table in `docs/errors.md` all come from the
//! list in this file. A number is never used again for another code.

use core::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::calendar::Instant;

/// What a caller should do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The document is wrong: mend it and send it again.
    FixInput,
    /// The program is wrong: mend it; no event can be judged until then.
    FixProgram,
    /// The rules or the facts say no: tell the person. Sending it again changes nothing.
    Refused,
    /// The event lies before what the member has already seen: fold it in with the history.
    Rebase,
    /// The stored document of the member is damaged: restore it from the journal.
    Restore,
    /// The calling code broke a rule of the interface.
    FixCall,
    /// A defect of the engine: report it.
    Report,
}

impl Kind {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FixInput => "fix_input",
            Self::FixProgram => "fix_program",
            Self::Refused => "refused",
            Self::Rebase => "rebase",
            Self::Restore => "restore",
            Self::FixCall => "fix_call",
            Self::Report => "report",
        }
    }
}

macro_rules! catalogue {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal, $text:literal, $kind:ident;)+) => {
        /// Every error of the engine. The text and the number of a code never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code, in the order of its numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable text, for programs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The stable number: the status that the C library returns. Zero is success.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self { $(Self::$name => $number),+ }
            }

            /// What the caller should do.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind),+ }
            }

            /// What the code means, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+)),+ }
            }

            /// The code with this stable text.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

catalogue! {
    /// The bytes are not JSON.
    InvalidJson = 100, "invalid_json", FixInput;
    /// The bytes are not UTF-8.
    InvalidUtf8 = 101, "invalid_utf8", FixInput;
    /// A field is not known here.
    UnknownField = 102, "unknown_field", FixInput;
    /// A field that is needed is not there.
    MissingField = 103, "missing_field", FixInput;
    /// A key stands twice in one object.
    DuplicateKey = 104, "duplicate_key", FixInput;
    /// A value has another type than is needed.
    WrongType = 105, "wrong_type", FixInput;
    /// A value is of the right type, but not one of those that are possible.
    InvalidValue = 106, "invalid_value", FixInput;
    /// A number, an amount or a quantity is outside of what is possible.
    OutOfRange = 107, "out_of_range", FixInput;
    /// A number is not written as plain digits with at most one decimal point.
    InvalidNumber = 108, "invalid_number", FixInput;
    /// An amount has more decimal places than its currency.
    TooManyDigits = 109, "too_many_digits", FixInput;
    /// An instant, a date or a time of day cannot be read or does not exist.
    InvalidTime = 110, "invalid_time", FixInput;
    /// An id is empty, too long or has characters that are not allowed.
    InvalidId = 111, "invalid_id", FixInput;
    /// A document is larger, deeper or longer than the limit.
    LimitExceeded = 112, "limit_exceeded", FixInput;
    /// An id stands twice where it must be unique.
    DuplicateId = 113, "duplicate_id", FixInput;
    /// Something is named that does not exist.
    UnknownReference = 114, "unknown_reference", FixInput;

    /// A program has mistakes; each is listed in the details.
    ProgramInvalid = 200, "program_invalid", FixProgram;
    /// Two settings contradict each other.
    Contradiction = 201, "contradiction", FixProgram;
    /// A rung or rule can never take effect.
    Unreachable = 202, "unreachable", FixProgram;
    /// Definitions depend on each other in a circle.
    Circular = 203, "circular", FixProgram;
    /// A condition stands where what it reads does not exist.
    WrongPlace = 204, "wrong_place", FixProgram;
    /// The document is of a newer schema than this engine knows.
    UnsupportedSchema = 205, "unsupported_schema", FixProgram;

    /// The event lies before the last instant that the member has been brought to.
    OutOfOrder = 300, "out_of_order", Rebase;
    /// The id of an event was used before with other content.
    IdConflict = 301, "id_conflict", Refused;
    /// The order was recorded before under another event.
    DuplicateOrder = 302, "duplicate_order", Refused;
    /// The order is not known, or can no longer be returned.
    UnknownOrder = 303, "unknown_order", Refused;
    /// The order has no such line.
    UnknownLine = 304, "unknown_line", Refused;
    /// More units are returned than are still out.
    QuantityExceeded = 305, "quantity_exceeded", Refused;
    /// The program takes back whole orders only.
    PartialReturnRefused = 307, "partial_return_refused", Refused;
    /// There are fewer points than are asked for.
    InsufficientPoints = 308, "insufficient_points", Refused;
    /// The amount of points asked for breaks the rules of paying with points.
    TenderRefused = 309, "tender_refused", Refused;
    /// The amount is in another currency than the program's.
    WrongCurrency = 310, "wrong_currency", FixInput;
    /// The member is enrolled already.
    AlreadyEnrolled = 311, "already_enrolled", Refused;
    /// A number would grow past its limit.
    Overflow = 312, "overflow", Refused;
    /// The program does not name such an account, tag or rule.
    UnknownAccount = 313, "unknown_account", Refused;
    /// The member that the event names is another one.
    WrongMember = 314, "wrong_member", Refused;
    /// There is no granted rung that could be taken back.
    NothingGranted = 340, "nothing_granted", Refused;
    /// There is no hold of this name.
    UnknownHold = 315, "unknown_hold", Refused;
    /// No points are pending that could be cancelled.
    NothingPending = 316, "nothing_pending", Refused;
    /// No lots that expired are remembered from then on.
    NothingToReinstate = 317, "nothing_to_reinstate", Refused;
    /// More points are to be taken than there are, and the account does not let that happen.
    OverdrawRefused = 318, "overdraw_refused", Refused;
    /// The program has no such reward.
    UnknownReward = 320, "unknown_reward", Refused;
    /// The reward cannot be had: its time, its condition, its limits or its kind say no.
    RewardRefused = 321, "reward_refused", Refused;
    /// There is no such redemption, or it can no longer be undone.
    UnknownRedemption = 322, "unknown_redemption", Refused;
    /// The redemption has been undone before.
    AlreadyUndone = 323, "already_undone", Refused;
    /// The program does not let these points go to another member.
    TransferRefused = 324, "transfer_refused", Refused;
    /// The rules of the conversion say no.
    ConversionRefused = 325, "conversion_refused", Refused;
    /// The program has no such conversion.
    UnknownConversion = 326, "unknown_conversion", Refused;
    /// There is no such coupon in the program, or no such instance in the wallet of the member.
    UnknownCoupon = 327, "unknown_coupon", Refused;
    /// An instance of this name is in the wallet already.
    DuplicateCoupon = 328, "duplicate_coupon", Refused;
    /// The coupon cannot be issued, given away or held: its time, its rules or a hold say no.
    CouponRefused = 329, "coupon_refused", Refused;
    /// The text is no code: a character is wrong, missing or too many.
    CodeMisread = 335, "code_misread", Refused;
    /// The code was not issued with any of the keys: it is a guess, or its key no longer counts.
    CodeNotGenuine = 336, "code_not_genuine", Refused;

    /// The membership is frozen: the member earns, spends and gives nothing until it is unfrozen.
    MemberFrozen = 350, "member_frozen", Refused;
    /// The membership is not frozen.
    NotFrozen = 351, "not_frozen", Refused;
    /// The membership is over: only returns are taken still.
    MemberClosed = 352, "member_closed", Refused;
    /// The referral cannot be: a member refers another one, and enrolled earlier.
    ReferralRefused = 353, "referral_refused", Refused;
    /// The document cannot become part of this member: it is the same member, of another program, or has something of the same name.
    MergeRefused = 354, "merge_refused", Refused;
    /// The other member has become part of this one before.
    AlreadyMerged = 355, "already_merged", Refused;
    /// The program has no such plan, or the member does not have it.
    UnknownPlan = 356, "unknown_plan", Refused;
    /// The plan cannot be subscribed to, renewed or shared: its rules, its price or its trial say no.
    PlanRefused = 357, "plan_refused", Refused;
    /// The program has no such benefit.
    UnknownBenefit = 358, "unknown_benefit", Refused;
    /// The benefit cannot be used: the member is not entitled to it, or its quota is used up.
    BenefitRefused = 359, "benefit_refused", Refused;
    /// The household cannot be so: it is full, or somebody belongs to another one.
    HouseholdRefused = 360, "household_refused", Refused;

    /// The stored member is damaged: its numbers contradict each other.
    MemberCorrupt = 400, "member_corrupt", Restore;
    /// The stored member does not fit the program, or is of a newer schema.
    MemberMismatch = 401, "member_mismatch", Restore;

    /// A pointer that must not be null is null.
    NullPointer = 500, "null_pointer", FixCall;
    /// A handle, length or number that was passed cannot be right.
    InvalidArgument = 501, "invalid_argument", FixCall;
    /// The engine broke one of its own rules.
    Internal = 900, "internal", Report;
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An error: a stable code, a path to what was wrong, and a message in plain words.
///
/// The path is that of the JSON document (`lines[2].price`), empty where the whole document is meant.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", Shown(self))]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    code: Code,
    path: String,
    message: String,
    as_of: Option<Instant>,
    details: Vec<Error>,
}

impl Error {
    /// Makes an error without a path.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            path: String::new(),
            message: message.into(),
            as_of: None,
            details: Vec::new(),
        }))
    }

    /// Makes an error at a path.
    pub(crate) fn at(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            path: path.into(),
            message: message.into(),
            as_of: None,
            details: Vec::new(),
        }))
    }

    /// Puts a part in front of the path: what was wrong stands under it.
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        self.0.path = join(parent, &self.0.path);
        self
    }

    /// Gives a path to an error that has none.
    #[must_use]
    pub(crate) fn or_at(self, path: &str) -> Self {
        if self.0.path.is_empty() {
            self.under(path)
        } else {
            self
        }
    }

    /// Says first what it is about.
    #[must_use]
    pub(crate) fn about(mut self, what: impl fmt::Display) -> Self {
        self.0.message = format!("{what}: {}", self.0.message);
        self
    }

    /// The same error at another path.
    #[must_use]
    pub(crate) fn moved(mut self, path: String) -> Self {
        self.0.path = path;
        self
    }

    #[must_use]
    pub(crate) fn with_as_of(mut self, as_of: Instant) -> Self {
        self.0.as_of = Some(as_of);
        self
    }

    #[must_use]
    pub(crate) fn with_details(mut self, details: Vec<Self>) -> Self {
        self.0.details = details;
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What the caller should do.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.code.kind()
    }

    /// Where in the document it was (`earn[0].give.rate.per`); empty for the whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What was wrong, in plain words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// For `out_of_order`: the last instant that the member has been brought to.
    #[must_use]
    pub fn as_of(&self) -> Option<Instant> {
        self.0.as_of
    }

    /// For `program_invalid`: every mistake.
    #[must_use]
    pub fn details(&self) -> &[Self] {
        &self.0.details
    }

    /// The error as canonical JSON: `{"code", "kind", "path", "message", "as_of"?, "details"?}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Wraps the error so that it can pass through serde; [`Error::from_serde`] unwraps it.
    pub(crate) fn into_serde<E: serde::de::Error>(self) -> E {
        E::custom(format_args!(
            "\u{1}{}\u{1}{}\u{1}{}\u{1}",
            self.0.code.as_str(),
            self.0.path,
            self.0.message
        ))
    }

    /// Reads an error that has passed through serde. The position that serde_json adds is kept for syntax errors only.
    pub(crate) fn from_serde(path: &str, text: &str) -> Self {
        let mut parts = text.split('\u{1}');
        if let (Some(_), Some(code), Some(inner), Some(message)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
            && let Some(code) = Code::from_text(code)
        {
            return Self::at(code, join(path, inner), message);
        }
        let words = text.split(" at line ").next().unwrap_or(text);
        let code = if words.starts_with("unknown field") {
            Code::UnknownField
        } else if words.starts_with("missing field") {
            Code::MissingField
        } else if words.starts_with("duplicate field") || words.starts_with("duplicate key") {
            Code::DuplicateKey
        } else if words.starts_with("invalid type") {
            Code::WrongType
        } else if words.starts_with("invalid value")
            || words.starts_with("unknown variant")
            || words.starts_with("invalid length")
        {
            Code::InvalidValue
        } else {
            return Self::at(Code::InvalidJson, path, text);
        };
        Self::at(code, path, words)
    }
}

/// Joins two parts of a path: `a` and `b` are `a.b`, `a` and `[0]` are `a[0]`.
pub(crate) fn join(parent: &str, child: &str) -> String {
    if parent.is_empty() {
        child.to_owned()
    } else if child.is_empty() {
        parent.to_owned()
    } else if child.starts_with('[') {
        format!("{parent}{child}")
    } else {
        format!("{parent}.{child}")
    }
}

/// How an error reads in a log: `code at path: message`, then its details, one a line.
struct Shown<'a>(&'a Error);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            code,
            path,
            message,
            details,
            ..
        } = &*self.0.0;
        f.write_str(code.as_str())?;
        if !path.is_empty() {
            write!(f, " at {path}")?;
        }
        write!(f, ": {message}")?;
        for detail in details {
            write!(f, "\n  {}", Shown(detail))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.0.code.as_str())?;
        map.serialize_entry("kind", self.kind().as_str())?;
        map.serialize_entry("path", &self.0.path)?;
        map.serialize_entry("message", &self.0.message)?;
        if let Some(as_of) = &self.0.as_of {
            map.serialize_entry("as_of", as_of)?;
        }
        if !self.0.details.is_empty() {
            map.serialize_entry("details", &self.0.details)?;
        }
        map.end()
    }
}

/// The outcome of anything in this crate that can fail.
pub type Result<T, E = Error> = core::result::Result<T, E>;
