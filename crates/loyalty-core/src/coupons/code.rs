//! Codes that carry their own proof (clause 10.10): a till without a line can tell a genuine one from a guess.
//!
//! A code is a row of symbols of an alphabet of 32, Crockford's: ten digits and the letters without I, L, O and U.
//!
//! | symbols | what they say |
//! |---|---|
//! | 1 | the number of the key (three bits), and how many symbols the template has, less one (two bits) |
//! | 1 to 4 | the template, as short as it can be |
//! | 1 to 14 | the serial, with as many zeros before it as make the whole a multiple of four |
//! | 12 | the proof: the first 60 bits of SipHash-2-4 over `loyalty-code-1`, the number of the key (one byte), the template (four bytes) and the serial (eight bytes), little end first |
//! | 1 | the check symbol |
//!
//! SipHash-2-4 is a pseudorandom function of a key of 128 bits (Aumasson and Bernstein, *SipHash: a fast short-input PRF*, 2012):
//! without the key, no way is known to make a proof that is better than trying all 2⁶⁰.
//!
//! The check symbol makes the row, read as a polynomial over GF(32) = GF(2)\[x\]/(x⁵+x²+1), zero at x. The weights of two symbols
//! that are less than 31 apart differ and none is zero, so one wrong symbol is found, and so is every pair that changed places.

use core::fmt;
use core::hash::Hasher;

use siphasher::sip::SipHasher24;

use crate::error::{Code, Error, Result};
use crate::limits::CODE_TEMPLATE_MAX;

/// The symbols in the order of their values.
const SYMBOLS: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J',
    'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];
/// What goes before the numbers that are proved: another layout will say another word.
const DOMAIN: &[u8] = b"loyalty-code-1";
/// The bits that a symbol holds.
const BITS: u32 = 5;
/// The symbols of the proof.
const PROOF: usize = 12;
/// Symbols that are there whatever the numbers are: the first one, the proof, the check symbol.
const FIXED: usize = 14;
/// Symbols between two hyphens; the length of every code is a multiple of it.
const GROUP: usize = 4;
/// The most symbols of a code.
const LONGEST: usize = 32;

/// The secret that codes are issued with and verified against.
///
/// A program has a few of them, each with a number, so that keys can follow each other: issue with the newest, verify against
/// those that still count. Whoever holds a key can make codes: it belongs on tills only as far as these must work without a line,
/// and when a till is lost its key is no longer verified against.
///
/// # Example
/// ```
/// use loyalty_core::CodeKey;
/// // From the random source of the host, once; kept as other secrets are.
/// let key = CodeKey::new(1, &[0x5a; 16])?;
/// assert_eq!(key.number(), 1);
/// assert_eq!(format!("{key:?}"), "CodeKey { number: 1, .. }"); // a log never shows the secret
/// assert!(CodeKey::new(8, &[0x5a; 16]).is_err());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CodeKey {
    number: u8,
    secret: [u8; 16],
}

impl CodeKey {
    /// The bytes of a secret.
    pub const SECRET_BYTES: usize = 16;
    /// The bytes of a key that is written down: its number and its secret.
    pub const BYTES: usize = 17;
    /// The highest number that a key can have.
    pub const NUMBER_MAX: u8 = 7;

    /// A key of a number, 0 to 7, that no other key in use has, with 16 bytes of secret, all of them random.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for another number, another length, or a secret of zeros: memory that nobody has filled.
    pub fn new(number: u8, secret: &[u8]) -> Result<Self> {
        let wrong = |path: &str, words: &str| Error::at(Code::InvalidArgument, path, words);
        if number > Self::NUMBER_MAX {
            return Err(wrong("number", "the number of a key is 0 to 7"));
        }
        let secret: [u8; 16] = secret
            .try_into()
            .map_err(|_| wrong("secret", "the secret of a key has 16 bytes"))?;
        if secret == [0; 16] {
            return Err(wrong("secret", "the secret is all zeros, not random"));
        }
        Ok(Self { number, secret })
    }

    /// Keys that are written one behind the other, each as its number (one byte) and its secret.
    ///
    /// # Errors
    /// As [`CodeKey::new`], and [`Code::InvalidArgument`] where there is no key or a part of one.
    ///
    /// # Example
    /// ```
    /// use loyalty_core::CodeKey;
    /// let mut bytes = vec![1];
    /// bytes.extend([0x5a; 16]);
    /// assert_eq!(CodeKey::all_from_bytes(&bytes)?.len(), 1);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn all_from_bytes(bytes: &[u8]) -> Result<Vec<Self>> {
        let keys = bytes.chunks(Self::BYTES).map(|key| match key {
            [number, secret @ ..] => Self::new(*number, secret),
            [] => Self::new(0, &[]),
        });
        let keys = keys.collect::<Result<Vec<_>>>()?;
        if keys.is_empty() {
            return Err(Error::new(Code::InvalidArgument, "there is no key"));
        }
        Ok(keys)
    }

    /// Its number, which every code that it issues names.
    #[must_use]
    pub const fn number(&self) -> u8 {
        self.number
    }

    /// The proof of two numbers.
    fn proof(&self, template: u32, serial: u64) -> u64 {
        let mut hasher = SipHasher24::new_with_key(&self.secret);
        // Only `write`: what a hasher does with whole numbers depends on the machine.
        hasher.write(DOMAIN);
        hasher.write(&[self.number]);
        hasher.write(&template.to_le_bytes());
        hasher.write(&serial.to_le_bytes());
        hasher.finish().wrapping_shr(4)
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeKey")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// A code that carries its own proof: the number of a template (which coupon it is) and a serial.
///
/// The host keeps which coupon a template is, and which serials it has issued; a serial is given once. Serials may be counted, as the
/// proof is what cannot be guessed: a guess is right once in 2⁶⁰ ≈ 1.15 × 10¹⁸ times, so whoever tries four million codes an hour
/// waits 33 million years for one. Counted serials tell how many codes there are; a host that minds takes random ones.
///
/// A genuine code is one that was issued with the key, no more: whether it has been used, only the host knows. Online, it
/// issues an instance named by the code ([`crate::IssueCoupon::instance`]) to the member who has it, once, and the member presents
/// it by that name ([`crate::Purchase::coupons`]). To strangers it gives one answer for codes that are unknown, expired or used.
///
/// # Example
/// ```
/// use loyalty_core::{Code, CodeKey, CouponCode};
/// let old = CodeKey::new(1, &[0x5a; 16])?;
/// let new = CodeKey::new(2, &[0xc3; 16])?;
/// let text = CouponCode::issue(&new, 7, 1_234)?;
/// assert_eq!(text.len(), 24); // six groups of four, or fewer
///
/// // As people write it: in small letters, with spaces, an `o` for a zero.
/// let typed = text.to_lowercase().replace('-', " ").replace('0', "o");
/// let code = CouponCode::verify(&[old.clone(), new], &typed)?;
/// assert_eq!((code.template(), code.serial(), code.key()), (7, 1_234, 2));
/// assert_eq!(code.to_string(), text); // as it was issued: the name of the instance
///
/// // A till that no longer has the key, and a person who reads one symbol wrong.
/// assert_eq!(CouponCode::verify(&[old.clone()], &text).unwrap_err().code(), Code::CodeNotGenuine);
/// let misread = text.replacen('8', "B", 1);
/// assert_eq!(CouponCode::verify(&[old], &misread).unwrap_err().code(), Code::CodeMisread);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CouponCode {
    key: u8,
    template: u32,
    serial: u64,
    proof: u64,
}

impl CouponCode {
    /// The code of a template and a serial, in groups of four symbols: `XXXX-XXXX-XXXX-XXXX-XXXX`. The same numbers and key give the
    /// same code.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] for a template above 1,048,575.
    pub fn issue(key: &CodeKey, template: u32, serial: u64) -> Result<String> {
        if template > CODE_TEMPLATE_MAX {
            let words = format!("a template is a number up to {CODE_TEMPLATE_MAX}");
            return Err(Error::at(Code::OutOfRange, "template", words));
        }
        let code = Self {
            key: key.number,
            template,
            serial,
            proof: key.proof(template, serial),
        };
        Ok(code.to_string())
    }

    /// Reads a code as people write it (small letters, spaces, O for 0, I or L for 1, U for V, the wide letters of Chinese keyboards)
    /// and verifies it against the keys that count. It needs no line: only the keys.
    ///
    /// # Errors
    /// [`Code::CodeMisread`] for what cannot be a code: something was misread or is missing, ask to look again.
    /// [`Code::CodeNotGenuine`] for what can, but was issued with none of the keys.
    pub fn verify(keys: &[CodeKey], text: &str) -> Result<Self> {
        let code = Self::read(text)?;
        let mut genuine = false;
        for key in keys.iter().filter(|key| key.number == code.key) {
            // All bits at once: the time tells nothing of how many are right.
            genuine |= key.proof(code.template, code.serial) ^ code.proof == 0;
        }
        if genuine {
            Ok(code)
        } else {
            let words = "the code was issued with none of the keys";
            Err(Error::new(Code::CodeNotGenuine, words))
        }
    }

    /// The number of the key that it names.
    #[must_use]
    pub const fn key(&self) -> u8 {
        self.key
    }

    /// Which coupon it is, by a number of the host.
    #[must_use]
    pub const fn template(&self) -> u32 {
        self.template
    }

    /// Its number among the codes of the template.
    #[must_use]
    pub const fn serial(&self) -> u64 {
        self.serial
    }

    /// Reads a code without a look at its proof.
    fn read(text: &str) -> Result<Self> {
        let symbols = symbols(text)?;
        let (first, rest) = match symbols.split_first() {
            Some((first, rest)) if symbols.len() % GROUP == 0 => (u64::from(*first), rest),
            _ => return Err(misread("the code is not as long as one")),
        };
        if symbols.iter().fold(1, |sum, symbol| times_x(sum) ^ symbol) != 0 {
            return Err(misread("the code has a wrong character"));
        }
        let long = (first & 3).saturating_add(1);
        let parts = usize::try_from(long).ok().and_then(|long| {
            let (template, rest) = rest.split_at_checked(long)?;
            let (rest, _) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
            let (serial, proof) = rest.split_at_checked(rest.len().checked_sub(PROOF)?)?;
            let code = Self {
                key: u8::try_from(first >> 2).ok()?,
                template: u32::try_from(value(template)?).ok()?,
                serial: value(serial)?,
                proof: value(proof)?,
            };
            // Each code is written in one way only.
            (code.symbols().as_slice() == symbols.as_slice()).then_some(code)
        });
        // The check symbol is right, so this was made, not misread.
        parts.ok_or_else(|| Error::new(Code::CodeNotGenuine, "no code is written like this"))
    }

    /// The symbols, with the check symbol.
    fn symbols(&self) -> Vec<u8> {
        let long = width(u64::from(self.template));
        let serial = width(self.serial);
        let short = FIXED
            .saturating_add(long)
            .saturating_add(serial)
            .checked_rem(GROUP)
            .unwrap_or(0);
        let zeros = GROUP.saturating_sub(short).checked_rem(GROUP).unwrap_or(0);
        let first = (u64::from(self.key) << 2) | (long.saturating_sub(1) as u64 & 3);
        let mut symbols = Vec::with_capacity(LONGEST);
        write(&mut symbols, first, 1);
        write(&mut symbols, u64::from(self.template), long);
        write(&mut symbols, self.serial, serial.saturating_add(zeros));
        write(&mut symbols, self.proof, PROOF);
        let sum = symbols.iter().fold(1, |sum, symbol| times_x(sum) ^ symbol);
        symbols.push(times_x(sum));
        symbols
    }
}

impl fmt::Display for CouponCode {
    /// As it was issued.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (group, symbols) in self.symbols().chunks(GROUP).enumerate() {
            if group > 0 {
                f.write_str("-")?;
            }
            for symbol in symbols {
                let symbol = SYMBOLS.get(usize::from(*symbol)).unwrap_or(&'?');
                fmt::Write::write_char(f, *symbol)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for CouponCode {
    /// Without the proof: a log must not hold codes that can be used.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CouponCode")
            .field("key", &self.key)
            .field("template", &self.template)
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

/// What a person wrote, as symbols.
fn symbols(text: &str) -> Result<Vec<u8>> {
    let mut symbols = Vec::with_capacity(LONGEST);
    for (place, letter) in text.chars().enumerate() {
        // Twice as many as there may be, for what stands between them.
        if place > LONGEST.saturating_mul(2) || symbols.len() > LONGEST {
            return Err(misread("the code is longer than any"));
        }
        let letter = narrow(letter).to_ascii_uppercase();
        let letter = match letter {
            'O' => '0',
            'I' | 'L' => '1',
            'U' => 'V',
            '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' => continue,
            space if space.is_whitespace() => continue,
            other => other,
        };
        let known = SYMBOLS.iter().position(|one| *one == letter);
        match known.and_then(|place| u8::try_from(place).ok()) {
            Some(symbol) => symbols.push(symbol),
            None => return Err(misread("the code has a character that no code has")),
        }
    }
    Ok(symbols)
}

/// A letter of full width, as Chinese keyboards write it, is the plain one.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => {
            let plain = u32::from(letter).saturating_sub(0xfee0);
            char::from_u32(plain).unwrap_or(letter)
        }
        other => other,
    }
}

#[cold]
fn misread(words: &str) -> Error {
    Error::new(Code::CodeMisread, words)
}

/// How many symbols a number needs.
fn width(number: u64) -> usize {
    let bits = u64::BITS.saturating_sub(number.leading_zeros()).max(1);
    bits.div_ceil(BITS) as usize
}

/// Writes a number in so many symbols.
fn write(symbols: &mut Vec<u8>, number: u64, width: usize) {
    for place in (0..width).rev() {
        let shift = u32::try_from(place).unwrap_or(u32::MAX);
        let part = number.checked_shr(shift.saturating_mul(BITS)).unwrap_or(0) & 31;
        symbols.push(u8::try_from(part).unwrap_or(0));
    }
}

/// The number that some symbols are; none if it is too large.
fn value(symbols: &[u8]) -> Option<u64> {
    symbols.iter().try_fold(0_u64, |sum, symbol| {
        sum.checked_mul(32)?.checked_add(u64::from(*symbol))
    })
}

/// Times x in GF(32) = GF(2)[x]/(x⁵+x²+1).
fn times_x(element: u8) -> u8 {
    let shifted = element << 1;
    if shifted & 32 == 0 {
        shifted
    } else {
        (shifted ^ 0b10_0101) & 31
    }
}

#[cfg(test)]
mod tests;
