//! What a program may say about prices, discounts and tax.

use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::amount::{Exact, Remainder, Rounding};
use crate::condition::Selection;

/// How discounts are rounded and shared over lines, and how tax is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[serde(default)]
#[derive(Default)]
pub struct Pricing {
    /// How a discount is rounded where it says nothing else (default: `half_up`, lines one by one, the basket once).
    pub rounding: MoneyRounding,
    /// Who gets the minor units that whole shares leave over.
    pub remainder: Remainder,
    /// By what an amount is shared over lines.
    pub weights: Weights,
    /// How tax is rounded.
    pub tax: TaxRule,
}

/// By what an amount is shared over lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// What each line costs at that moment.
    #[default]
    Amount,
    /// The stated price, before any discount.
    Stated,
    /// The amount with tax.
    Gross,
    /// The number of units.
    Quantity,
}

/// How tax is rounded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct TaxRule {
    /// The mode (default `half_up`).
    pub mode: Rounding,
    /// What is rounded: each line (default), all lines of one rate, or all lines together.
    pub place: RoundPlace,
}

impl Default for TaxRule {
    fn default() -> Self {
        Self {
            mode: Rounding::HalfUp,
            place: RoundPlace::Line,
        }
    }
}

/// Which amount of a line is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// As the price is stated, with tax where it is included.
    #[default]
    AsPriced,
    /// Without tax.
    Net,
    /// With tax.
    Gross,
}

/// What is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoundPlace {
    /// One unit of each line; the line has so many times that.
    Unit,
    /// Each line.
    Line,
    /// All lines of one tax rate.
    TaxGroup,
    /// All lines together.
    #[default]
    Order,
}

/// Whether the discount is rounded or the price that it leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoundOf {
    /// The discount.
    #[default]
    Discount,
    /// The price that is left.
    Price,
}

/// How an amount of money is rounded: a mode (`"half_up"`), or an object with `mode`, `place`, `of` and `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyRounding {
    /// The mode.
    pub mode: Rounding,
    /// What is rounded; none: each line where a discount is on lines, all lines together where it is on the basket.
    pub place: Option<RoundPlace>,
    /// Whether the discount is rounded or the price.
    pub of: RoundOf,
    /// To multiples of this amount, in major units; none for the currency's minor unit.
    pub to: Option<Exact>,
}

impl Default for MoneyRounding {
    fn default() -> Self {
        Self {
            mode: Rounding::HalfUp,
            place: None,
            of: RoundOf::default(),
            to: None,
        }
    }
}

/// A rounding as it is written out.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct MoneyRoundingWire {
    /// The mode (default `half_up`).
    #[serde(default = "half_up")]
    mode: Rounding,
    /// What is rounded (default: each line where a discount is on lines, all lines together where it is on the basket).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<RoundPlace>,
    /// Whether the discount is rounded (default) or the price that it leaves.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    of: RoundOf,
    /// To multiples of this amount, in major units (default: the minor unit).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Exact>,
}

fn half_up() -> Rounding {
    Rounding::HalfUp
}

impl Serialize for MoneyRounding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            mode,
            place,
            of,
            to,
        } = *self;
        if place.is_none() && of == RoundOf::Discount && to.is_none() {
            return mode.serialize(serializer);
        }
        MoneyRoundingWire {
            mode,
            place,
            of,
            to,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MoneyRounding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = MoneyRounding;
            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a rounding mode, or an object with `mode`, `place`, `of` and `to`")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<MoneyRounding, E> {
                let mode = Rounding::deserialize(serde::de::value::StrDeserializer::new(text))?;
                Ok(MoneyRounding {
                    mode,
                    ..MoneyRounding::default()
                })
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                map: A,
            ) -> Result<MoneyRounding, A::Error> {
                let MoneyRoundingWire {
                    mode,
                    place,
                    of,
                    to,
                } = Deserialize::deserialize(MapAccessDeserializer::new(map))?;
                Ok(MoneyRounding {
                    mode,
                    place,
                    of,
                    to,
                })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for MoneyRounding {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MoneyRounding".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mode = generator.subschema_for::<Rounding>();
        let object = generator.subschema_for::<MoneyRoundingWire>();
        schemars::json_schema!({
            "description": "How an amount of money is rounded: a mode, or an object with `mode`, `place`, `of` and `to`.",
            "anyOf": [mode, object]
        })
    }
}

/// What is taken off a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Discount {
    /// An amount.
    AmountOff(AmountOff),
    /// A part of the price.
    PercentOff(PercentOff),
}

impl Discount {
    /// Which lines it is for, if not for all that can be discounted.
    pub(crate) fn lines(&self) -> Option<&Selection> {
        match self {
            Self::AmountOff(off) => off.lines.as_ref(),
            Self::PercentOff(off) => off.lines.as_ref(),
        }
    }
}

/// An amount that is taken off. It never takes a line below zero or below its floor price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AmountOff {
    /// How much, in major units.
    pub amount: Exact,
    /// Off what.
    #[serde(default)]
    pub per: DiscountPer,
    /// Which lines (default: all that can be discounted).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Selection>,
    /// Overrides the program's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<MoneyRounding>,
}

/// Off what an amount is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DiscountPer {
    /// Off all selected lines together: it is shared over them.
    #[default]
    Scope,
    /// Off each selected line.
    Line,
    /// Off each unit of the selected lines.
    Unit,
}

/// A part of the price that is taken off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PercentOff {
    /// How much, in percent.
    pub percent: Exact,
    /// At most so much in all, in major units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
    /// Off what: `scope` (default) is computed once and shared over the lines; `line` is computed line by line, `unit` unit by unit.
    #[serde(default)]
    pub per: DiscountPer,
    /// Which lines (default: all that can be discounted).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Selection>,
    /// Of the price as it stands after earlier discounts (default), or of the price before all of them.
    #[serde(default)]
    pub of: PercentBase,
    /// Overrides the program's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<MoneyRounding>,
}

/// Of which price a percentage is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PercentBase {
    /// As it stands after earlier discounts.
    #[default]
    Running,
    /// Before all discounts.
    Initial,
}
