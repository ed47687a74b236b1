//! Numbers as text, and text in messages.

/// Longest part of a user's text that a message repeats, in characters.
const SHOWN_CHARS_MAX: usize = 64;

/// A user's text as a message may show it: short, and without control characters.
pub(crate) fn shown(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(SHOWN_CHARS_MAX)
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect();
    if text.chars().nth(SHOWN_CHARS_MAX).is_some() {
        out.push('…');
    }
    out
}

/// Appends a whole number.
#[inline]
pub(crate) fn push_integer(out: &mut String, value: i64) {
    push_fixed(out, value < 0, value.unsigned_abs(), 0);
}

/// Appends `magnitude · 10^-scale` with exactly `scale` digits after the point, after a minus sign if `negative`.
#[inline]
pub(crate) fn push_fixed(out: &mut String, negative: bool, magnitude: u64, scale: u32) {
    fixed(negative, magnitude, scale).push_to(out);
}

/// The same without a text to append it to.
#[inline]
pub(crate) fn fixed(negative: bool, magnitude: u64, scale: u32) -> Digits {
    let mut digits = Digits::new();
    let mut rest = magnitude;
    for _ in 0..scale {
        digits.put(rest % 10);
        rest /= 10;
    }
    digits.put_whole(negative, rest, scale);
    digits
}

/// The same for any decimal.
pub(crate) fn push_wide(out: &mut String, negative: bool, magnitude: u128, scale: u32) {
    let mut digits = Digits::new();
    let mut rest = magnitude;
    let mut places = 0_u32;
    // Past the point and past 64 bits digit by digit; then the common way.
    while places < scale || u64::try_from(rest).is_err() {
        if places == scale && scale > 0 {
            digits.put_byte(b'.');
        }
        digits.put(u64::try_from(rest % 10).unwrap_or(0));
        rest /= 10;
        places = places.saturating_add(1);
    }
    let pointed = places > scale;
    digits.put_whole(
        negative,
        u64::try_from(rest).unwrap_or(0),
        if pointed { 0 } else { scale },
    );
    digits.push_to(out);
}

/// Digits from the last to the first. Forty-eight bytes hold 39 digits, or a point and 28 digits after it.
pub(crate) struct Digits {
    buffer: [u8; 48],
    start: usize,
}

impl Digits {
    #[inline]
    fn new() -> Self {
        Self {
            buffer: [b'0'; 48],
            start: 48,
        }
    }

    #[inline]
    fn put(&mut self, digit: u64) {
        // The four low bits of an ASCII digit are its value.
        self.put_byte(b'0' | u8::try_from(digit).unwrap_or(0));
    }

    #[inline]
    fn put_byte(&mut self, byte: u8) {
        self.start = self.start.wrapping_sub(1);
        if let Some(slot) = self.buffer.get_mut(self.start) {
            *slot = byte;
        }
    }

    /// Puts the point, if there is a fraction, and the whole part before it.
    #[inline]
    fn put_whole(&mut self, negative: bool, whole: u64, scale: u32) {
        if scale > 0 {
            self.put_byte(b'.');
        }
        let mut rest = whole;
        loop {
            self.put(rest % 10);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if negative {
            self.put_byte(b'-');
        }
    }

    /// The text.
    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.buffer.get(self.start..).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Appends the text.
    #[inline]
    fn push_to(&self, out: &mut String) {
        for byte in self.buffer.get(self.start..).unwrap_or_default() {
            // For these few bytes cheaper than to check that they are UTF-8; the mask says that they are ASCII.
            out.push(char::from(*byte & 0x7f));
        }
    }
}
