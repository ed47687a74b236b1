//! What lines are called, and the parts of a category path.

use core::hash::Hasher;

use rustc_hash::FxHasher;

use super::Line;
use crate::amount::fixed;
use crate::error::{Code, Error, Result};

/// No two lines have one id. Lines without an id are called by their place.
pub(super) fn check(lines: &[Line<'_>]) -> Result<()> {
    if lines.iter().all(|line| line.id.is_none()) {
        return Ok(());
    }
    // Numbers are sorted faster than texts, and equal texts have equal hashes.
    let mut hashes: Vec<u64> = lines
        .iter()
        .zip(1_u64..)
        .map(|(line, place)| match &line.id {
            Some(id) => hash(id),
            None => hash(fixed(false, place, 0).as_str()),
        })
        .collect();
    hashes.sort_unstable();
    let differ = |pair: &[u64]| matches!(pair, [first, second] if first != second);
    if hashes.windows(2).all(differ) {
        return Ok(());
    }
    compare(lines)
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// The same by the ids themselves.
#[cold]
fn compare(lines: &[Line<'_>]) -> Result<()> {
    let places: Vec<String> = (1..=lines.len()).map(|place| place.to_string()).collect();
    let mut named: Vec<(&str, usize)> = lines
        .iter()
        .zip(&places)
        .enumerate()
        .map(|(n, (line, place))| (line.id.as_deref().unwrap_or(place), n))
        .collect();
    named.sort_unstable();
    for pair in named.windows(2) {
        if let [(first, _), (second, place)] = pair
            && first == second
        {
            let path = format!("purchase.lines[{place}].id");
            return Err(Error::at(
                Code::DuplicateId,
                path,
                format!("two lines are called `{first}`"),
            ));
        }
    }
    Ok(())
}

/// Whether a part of a category path has no name.
pub(super) fn has_empty_part(path: &str) -> bool {
    let mut last = b'/';
    for byte in path.bytes() {
        if byte == b'/' && last == b'/' {
            return true;
        }
        last = byte;
    }
    last == b'/'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_path_has_a_name() {
        for path in ["", "/", "a", "a/", "/a", "a/b", "a//b", "a/b/", "é/ü", "//"] {
            let by_parts = path.split('/').any(str::is_empty);
            assert_eq!(has_empty_part(path), by_parts, "`{path}`");
        }
    }
}
