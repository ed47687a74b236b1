//! Codes: numbers that another hand worked out, every slip of a person, every other way of writing, guesses.

use proptest::prelude::*;

use super::{CodeKey, CouponCode, SYMBOLS, times_x};
use crate::error::Code;
use crate::limits::CODE_TEMPLATE_MAX;

/// Worked out with the plain SipHash-2-4 of `crates/loyalty-py/tests/test_codes.py`, which is held to the published vectors.
const VECTORS: &[(u8, [u8; 16], u32, u64, &str)] = &[
    (0, COUNTED, 0, 0, "000K-W9Y6-F8A8-J4BQ"),
    (0, COUNTED, 7, 1_234, "0700-16JB-VSXZ-4DP6-T7D2"),
    (1, [0x5a; 16], 7, 1_234, "4700-16JG-9B0V-NXFD-MPDS"),
    (2, [0xc3; 16], 7, 1_234, "8700-16JB-D4E9-KET5-Z4TA"),
    (
        7,
        COUNTED,
        1_048_575,
        u64::MAX,
        "ZZZZ-Z0FZ-ZZZZ-ZZZZ-ZZZC-7FCW-7PAY-HEZ0",
    ),
    (
        3,
        COUNTED,
        1_023,
        1_099_511_627_776,
        "DZZ0-0010-0000-000G-5H0Q-6NGF-8WCC",
    ),
    (5, [0xff; 16], 32, 1_000_000, "N10Y-GJ09-1HE9-D5YW-6RQ5"),
];

const COUNTED: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

fn key(number: u8, secret: [u8; 16]) -> CodeKey {
    CodeKey::new(number, &secret).unwrap()
}

fn fault(keys: &[CodeKey], text: &str) -> Code {
    CouponCode::verify(keys, text).unwrap_err().code()
}

#[test]
fn codes_are_those_that_another_hand_worked_out() {
    for (number, secret, template, serial, text) in VECTORS {
        let key = key(*number, *secret);
        assert_eq!(CouponCode::issue(&key, *template, *serial).unwrap(), *text);
        let read = CouponCode::verify(&[key], text).unwrap();
        assert_eq!(
            (read.key(), read.template(), read.serial()),
            (*number, *template, *serial)
        );
        assert_eq!(read.to_string(), *text);
    }
}

/// Every one of the 31 wrong symbols at each place, every two neighbours that changed places, every two that are written as another
/// two, and every symbol that is left out or written twice.
#[test]
fn every_slip_of_a_person_is_found() {
    let mut slips = 0_u32;
    for (number, secret, _, _, text) in VECTORS {
        let keys = [key(*number, *secret)];
        let right: Vec<char> = text.replace('-', "").chars().collect();
        let mut found = |wrong: &[char]| {
            if *wrong != *right {
                let text: String = wrong.iter().collect();
                assert_eq!(fault(&keys, &text), Code::CodeMisread, "{text}");
                slips += 1;
            }
        };
        for place in 0..right.len() {
            for symbol in SYMBOLS {
                let mut wrong = right.clone();
                wrong[place] = symbol;
                found(&wrong);
            }
            let mut missing = right.clone();
            missing.remove(place);
            found(&missing);
            let mut twice = right.clone();
            twice.insert(place, right[place]);
            found(&twice);
            for far in 1..right.len() - place {
                let mut swapped = right.clone();
                swapped.swap(place, place + far);
                // The first and the last symbol of the longest codes have one weight: of them the proof tells.
                if far < 31 {
                    found(&swapped);
                }
                // Twins: `11` read as `77`, side by side or with one between.
                if far <= 2 && right[place] == right[place + far] {
                    for symbol in SYMBOLS {
                        let mut twins = right.clone();
                        (twins[place], twins[place + far]) = (symbol, symbol);
                        found(&twins);
                    }
                }
            }
        }
    }
    assert!(slips > 7_000, "{slips}");
}

/// The same for all pairs of symbols, not only those of some codes: the weights of two places differ, and none is zero.
#[test]
fn no_two_places_within_reach_weigh_the_same() {
    let mut weights = vec![1_u8];
    for _ in 1..31 {
        weights.push(times_x(*weights.last().unwrap()));
    }
    let mut sorted = weights.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (1..32).collect::<Vec<u8>>());
    assert_eq!(times_x(*weights.last().unwrap()), 1);
}

#[test]
fn what_people_write_is_read() {
    let keys = [key(2, [0xc3; 16])];
    let text = "8700-16JB-D4E9-KET5-Z4TA";
    for written in [
        "8700-16jb-d4e9-ket5-z4ta",
        "870016JBD4E9KET5Z4TA",
        " 8700 16JB D4E9 KET5 Z4TA\r\n",
        "87oO-i6JB-D4E9-KET5-Z4TA",
        "87OO-l6JB-D4E9-KET5-Z4TA",
        "8700\u{2013}16JB\u{2013}D4E9\u{2013}KET5\u{2013}Z4TA",
        "８７００－１６ＪＢ－Ｄ４Ｅ９－ｋｅｔ５－Ｚ４ＴＡ",
        "8700.16JB_D4E9\u{a0}KET5\u{3000}Z4TA",
    ] {
        let read = CouponCode::verify(&keys, written);
        assert_eq!(
            read.map(|read| read.to_string()).as_deref(),
            Ok(text),
            "{written}"
        );
    }
    let with_v = CouponCode::issue(&keys[0], 27, 27).unwrap();
    assert!(with_v.contains('V'), "{with_v}");
    assert!(CouponCode::verify(&keys, &with_v.replace('V', "u")).is_ok());
}

#[test]
fn what_is_no_code_is_misread() {
    let keys = [key(2, [0xc3; 16])];
    let long = "8700".repeat(100_000);
    for text in [
        "",
        "-",
        "8",
        "8700",
        "8700-16JB-D4E9-KET5-Z4T",
        "8700-16JB-D4E9-KET5-Z4TA-",
        "8700-16JB-D4E9-KET5-Z4T!",
        "8700-16JB-D4E9-KET5-Z4T\0",
        "八七〇〇",
        "\u{feff}8700-16JB-D4E9-KET5-Z4TA",
        &long,
        &" ".repeat(1_000),
    ] {
        match CouponCode::verify(&keys, text) {
            // A hyphen more is still the same code.
            Ok(read) => assert_eq!(format!("{read}-"), text),
            Err(error) => assert_eq!(error.code(), Code::CodeMisread, "{text}"),
        }
    }
}

#[test]
fn keys_follow_each_other() {
    let (old, new) = (key(1, [0x5a; 16]), key(2, [0xc3; 16]));
    let of_old = CouponCode::issue(&old, 7, 1).unwrap();
    let of_new = CouponCode::issue(&new, 7, 1).unwrap();
    let both = [old.clone(), new.clone()];
    assert_eq!(CouponCode::verify(&both, &of_old).unwrap().key(), 1);
    assert_eq!(CouponCode::verify(&both, &of_new).unwrap().key(), 2);
    assert_eq!(fault(&[new], &of_old), Code::CodeNotGenuine);
    assert_eq!(fault(&[], &of_old), Code::CodeNotGenuine);
    // The number alone is not the key.
    assert_eq!(fault(&[key(1, [0x5b; 16])], &of_old), Code::CodeNotGenuine);
    // A key whose number was given again: both count.
    assert!(CouponCode::verify(&[key(1, [0x5b; 16]), old], &of_old).is_ok());
}

#[test]
fn keys_that_are_none_are_refused() {
    let path = |made: Result<CodeKey, crate::Error>| made.unwrap_err().path().to_owned();
    assert_eq!(path(CodeKey::new(8, &COUNTED)), "number");
    assert_eq!(path(CodeKey::new(0, &COUNTED[1..])), "secret");
    assert_eq!(path(CodeKey::new(0, &[])), "secret");
    assert_eq!(path(CodeKey::new(0, &[0; 16])), "secret");
    let two = [[1; 17], [2; 17]].concat();
    assert_eq!(CodeKey::all_from_bytes(&two).unwrap().len(), 2);
    for bytes in [&two[..0], &two[..16], &two[..33], &[9; 17]] {
        let error = CodeKey::all_from_bytes(bytes).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
    }
    let key = key(0, COUNTED);
    let over = CouponCode::issue(&key, CODE_TEMPLATE_MAX + 1, 0).unwrap_err();
    assert_eq!((over.code(), over.path()), (Code::OutOfRange, "template"));
    assert_eq!(format!("{key:?}"), "CodeKey { number: 0, .. }");
    let code = CouponCode::verify(std::slice::from_ref(&key), "000K-W9Y6-F8A8-J4BQ").unwrap();
    let shown = "CouponCode { key: 0, template: 0, serial: 0, .. }";
    assert_eq!(format!("{code:?}"), shown);
}

/// Codes whose check symbol is right but whose numbers are written longer than they need to be, or hold no proof.
#[test]
fn a_code_is_written_in_one_way_only() {
    let keys = [key(0, COUNTED)];
    let code = CouponCode::verify(&keys, "000K-W9Y6-F8A8-J4BQ").unwrap();
    let proof = code.symbols()[3..15].to_vec();
    let mut tried = 0;
    for first in 0..4_u8 {
        for zeros in 0..17_usize {
            let mut row = vec![first];
            row.extend(vec![0; zeros]);
            row.extend(&proof);
            let sum = row.iter().fold(1, |sum, symbol| times_x(sum) ^ symbol);
            row.push(times_x(sum));
            let text: String = row.iter().map(|at| SYMBOLS[usize::from(*at)]).collect();
            match CouponCode::verify(&keys, &text) {
                Ok(read) => assert_eq!((first, zeros, read), (0, 2, code)),
                Err(error) if row.len() % 4 == 0 && row.len() >= 16 => {
                    assert_eq!(error.code(), Code::CodeNotGenuine, "{text}");
                    tried += 1;
                }
                Err(error) => assert_eq!(error.code(), Code::CodeMisread, "{text}"),
            }
        }
    }
    assert_eq!(tried, 15);
}

proptest! {
    #[test]
    fn what_is_issued_is_read(number in 0..=7_u8, secret in any::<[u8; 16]>(), template in 0..=CODE_TEMPLATE_MAX, serial in any::<u64>(), short in 0..64_u32) {
        prop_assume!(secret != [0; 16]);
        let key = key(number, secret);
        let serial = serial >> short;
        let text = CouponCode::issue(&key, template, serial).unwrap();
        prop_assert!(text.len() <= 39);
        let read = CouponCode::verify(&[key], &text).unwrap();
        prop_assert_eq!((read.template(), read.serial(), read.key()), (template, serial, number));
    }

    /// A guess whose check symbol is right, with any bit of the proof or of the numbers changed.
    #[test]
    fn one_bit_makes_it_a_guess(secret in any::<[u8; 16]>(), serial in any::<u64>(), bit in 0..60_u32) {
        prop_assume!(secret != [0; 16]);
        let keys = [key(4, secret)];
        let text = CouponCode::issue(&keys[0], 9, serial).unwrap();
        let code = CouponCode::verify(&keys, &text).unwrap();
        let guesses = [
            CouponCode { proof: code.proof ^ (1 << bit), ..code },
            CouponCode { serial: code.serial ^ (1 << bit), ..code },
            CouponCode { template: code.template ^ (1 << (bit % 20)), ..code },
        ];
        for guess in guesses {
            prop_assert_eq!(fault(&keys, &guess.to_string()), Code::CodeNotGenuine);
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,80}", symbols in "[0-9A-HJKMNP-TV-Z]{16,32}") {
        let keys = [key(0, COUNTED)];
        for text in [text, symbols] {
            let read = CouponCode::verify(&keys, &text);
            prop_assert!(matches!(read.map_err(|error| error.code()), Err(Code::CodeMisread | Code::CodeNotGenuine)));
        }
    }
}
