//! Times as text.

/// A short text on the stack.
#[derive(Clone, Copy)]
pub(super) struct Text {
    bytes: [u8; 40],
    used: usize,
}

impl Text {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; 40],
            used: 0,
        }
    }

    /// `2026-03-01`, for a year of four digits.
    #[inline]
    pub(super) fn of_date(year: u32, month: u32, day: u32) -> Self {
        let mut bytes = [0; 40];
        if let Some(head) = bytes.first_chunk_mut::<10>() {
            let ([y0, y1], [y2, y3]) = (pair(year / 100), pair(year % 100));
            let ([m0, m1], [d0, d1]) = (pair(month), pair(day));
            *head = [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1];
        }
        Self { bytes, used: 10 }
    }

    /// Appends `T02:00:00`.
    #[inline]
    pub(super) fn push_clock(&mut self, second_of_day: u32) {
        let end = self.used.wrapping_add(9);
        let tail = self
            .bytes
            .get_mut(self.used..end)
            .and_then(|tail| tail.first_chunk_mut::<9>());
        if let Some(tail) = tail {
            let ([h0, h1], [m0, m1]) = (pair(second_of_day / 3_600), pair(second_of_day / 60 % 60));
            let [s0, s1] = pair(second_of_day % 60);
            *tail = [b'T', h0, h1, b':', m0, m1, b':', s0, s1];
            self.used = end;
        }
    }

    pub(super) fn as_str(&self) -> &str {
        core::str::from_utf8(self.bytes.get(..self.used).unwrap_or_default()).unwrap_or_default()
    }

    /// Appends an ASCII character.
    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.used) {
            *slot = byte;
            self.used = self.used.wrapping_add(1);
        }
    }

    /// Appends two digits of a number below 100.
    #[inline]
    pub(super) fn push_two(&mut self, value: u32) {
        let [tens, ones] = pair(value);
        self.push(tens);
        self.push(ones);
    }

    /// Appends a year: four digits, more with a sign where they are needed.
    pub(super) fn push_year(&mut self, year: i32) {
        let size = year.unsigned_abs();
        if !(0..=9999).contains(&year) {
            self.push(if year < 0 { b'-' } else { b'+' });
            let mut unit = 1_000_000_u32;
            while unit >= 10_000 {
                if size >= unit {
                    self.push_digit(size.checked_div(unit).unwrap_or(0));
                }
                unit /= 10;
            }
        }
        self.push_two(size / 100 % 100);
        self.push_two(size % 100);
    }

    /// Appends the last digit of a number.
    #[inline]
    pub(super) fn push_digit(&mut self, value: u32) {
        self.push(ascii(value % 10));
    }
}

/// The two digits of a number below 100.
#[inline]
fn pair(value: u32) -> [u8; 2] {
    [ascii(value / 10 % 10), ascii(value % 10)]
}

#[inline]
fn ascii(digit: u32) -> u8 {
    // The four low bits of an ASCII digit are its value.
    b'0' | u8::try_from(digit).unwrap_or(0)
}

/// Two ASCII digits as a number.
#[inline]
pub(super) fn two(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| {
        u32::from(tens)
            .wrapping_mul(10)
            .wrapping_add(u32::from(ones))
    })
}

/// Gives a type that has `fn text(self) -> Text` its `Display`, `Debug` and serde as text.
macro_rules! text_value {
    ($name:ident, $what:literal, $pattern:literal, $parse:expr) => {
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.text().as_str())
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.text().as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.text().as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str($what)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        ($parse)(text).map_err(crate::error::Error::into_serde)
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"description": $what, "type": "string", "pattern": $pattern})
            }
        }
    };
}
pub(super) use text_value;
