//! Currencies of ISO 4217.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::shown;
use crate::error::{Code, Error, Result};

/// A currency: its ISO 4217 code and how many digits its minor unit has (CNY 2, JPY 0, KWD 3, CLF 4).
///
/// The list is that of 1 January 2026 without metals, test codes and units that have no minor unit. ANG and BGN, withdrawn
/// in 2025 and 2026, are kept so that older documents can still be read.
///
/// # Example
/// ```
/// # use loyalty_core::Currency;
/// let dinar = Currency::new("KWD")?;
/// assert_eq!((dinar.code(), dinar.digits()), ("KWD", 3));
/// assert!(Currency::new("XAU").is_err());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    digits: u8,
}

/// The codes by the digits of their minor unit.
const BY_DIGITS: [(u8, &str); 4] = [
    (
        0,
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    ),
    (
        2,
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF \
         CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF \
         IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
         MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS \
         SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW \
         ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

impl Currency {
    /// The currency with this code, in capital letters.
    ///
    /// # Errors
    /// [`Code::InvalidValue`] if there is none.
    pub fn new(code: &str) -> Result<Self> {
        let unknown = || {
            Error::new(
                Code::InvalidValue,
                format!("`{}` is not a currency of ISO 4217", shown(code)),
            )
        };
        let letters: [u8; 3] = code.as_bytes().try_into().map_err(|_| unknown())?;
        BY_DIGITS
            .iter()
            .find(|(_, codes)| {
                codes
                    .as_bytes()
                    .chunks(4)
                    .any(|entry| entry.first_chunk::<3>() == Some(&letters))
            })
            .map(|(digits, _)| Self {
                code: letters,
                digits: *digits,
            })
            .ok_or_else(unknown)
    }

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// How many digits after the point an amount has.
    #[must_use]
    #[inline]
    pub fn digits(&self) -> u32 {
        u32::from(self.digits)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Currency;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a currency code")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Currency, E> {
                Currency::new(text).map_err(Error::into_serde)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"description": "A currency code of ISO 4217.", "type": "string", "pattern": "^[A-Z]{3}$"})
    }
}
