//! The names of counts.
//!
//! What a member has used of a limit or a cap is kept under a name that says what is counted: of which rule, what, in which period,
//! and by what it is counted apart. Where the limit stands in the program is no part of it: another version of the program may have
//! others before it, and the count goes on.

use rustc_hash::FxHashSet;

use crate::error::{Code, Error};

/// The name of a count, from the widest of what distinguishes it to the narrowest: `reward/tea/times/day`. No two lists of parts
/// have one name, whatever ids hold.
pub(crate) fn count_name(parts: &[&str]) -> String {
    let mut name = String::new();
    for part in parts {
        if !name.is_empty() {
            name.push('/');
        }
        for letter in part.chars() {
            match letter {
                '~' => name.push_str("~0"),
                '/' => name.push_str("~1"),
                letter => name.push(letter),
            }
        }
    }
    name
}

/// The name of a count of one of those who are counted apart. It begins as that of all of them, see [`names_apart`].
pub(crate) fn count_name_of(name: &str, who: &str) -> String {
    format!("{}{who}", names_apart(name))
}

/// How the names of all begin who are counted apart.
pub(crate) fn names_apart(name: &str) -> String {
    format!("{name}/")
}

/// Limits of one list that count the same would be one count, of which only the lowest says anything: a mistake.
pub(crate) fn tell_twice<'n>(
    names: impl IntoIterator<Item = (usize, &'n str)>,
    list: &str,
    mistakes: &mut Vec<Error>,
) {
    let mut known = FxHashSet::default();
    for (place, name) in names {
        if !known.insert(name) {
            let words = "one before it counts the same: say only the one that is meant";
            let path = format!("{list}[{place}]");
            mistakes.push(Error::at(Code::Contradiction, path, words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_their_parts_apart() {
        assert_eq!(count_name(&["rule", "tea", "day"]), "rule/tea/day");
        let other = count_name(&["rule", "tea/day"]);
        assert_eq!(other, "rule/tea~1day");
        assert_ne!(other, count_name(&["rule", "tea~1day"]));
        assert_eq!(count_name_of("rule/tea", "ann"), "rule/tea/ann");
    }

    #[test]
    fn what_counts_the_same_is_told() {
        let mut mistakes = Vec::new();
        let names = [(0, "a"), (2, "b"), (3, "a"), (5, "a")];
        tell_twice(names, "rewards[1].limits", &mut mistakes);
        let paths: Vec<_> = mistakes.iter().map(Error::path).collect();
        assert_eq!(paths, ["rewards[1].limits[3]", "rewards[1].limits[5]"]);
    }
}
