//! A short unified diff: enough to see what differs, never a wall of text.

/// Lines shown around a difference.
const CONTEXT: usize = 2;
/// Differing lines that are compared one with another; beyond them the diff shows all old ones, then all new ones.
const COMPARED_LINES_MAX: usize = 400;

/// The first differing stretch of two texts as at most `lines_max` lines of a unified diff; `None` if they are equal.
pub(crate) fn unified(
    old_name: &str,
    old: &str,
    new_name: &str,
    new: &str,
    lines_max: usize,
) -> Option<String> {
    if old == new {
        return None;
    }
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let shorter = old.len().min(new.len()).saturating_sub(head);
    let tail = (old.iter().rev().zip(new.iter().rev()))
        .take(shorter)
        .take_while(|(a, b)| a == b)
        .count();
    let old_middle = middle(&old, head, tail);
    let new_middle = middle(&new, head, tail);

    let start = head.saturating_sub(CONTEXT);
    let mut body: Vec<(char, &str)> = (old.iter().take(head).skip(start))
        .map(|line| (' ', *line))
        .collect();
    body.extend(steps(old_middle, new_middle));
    body.extend(
        (old.iter()
            .skip(old.len().saturating_sub(tail))
            .take(CONTEXT))
        .map(|line| (' ', *line)),
    );

    let mut text = format!("--- {old_name}\n+++ {new_name}\n");
    let first = start.saturating_add(1);
    text.push_str(&format!("@@ -{first} +{first} @@\n"));
    for (mark, line) in body.iter().take(lines_max) {
        text.push(*mark);
        match line.strip_suffix('\n') {
            Some(line) => text.push_str(line),
            None => {
                text.push_str(line);
                text.push_str("\n\\ no line break at the end");
            }
        }
        text.push('\n');
    }
    if let Some(more) = body.len().checked_sub(lines_max).filter(|more| *more > 0) {
        text.push_str(&format!("... and {more} more lines\n"));
    }
    Some(text)
}

/// What lies between the equal head and the equal tail.
fn middle<'a, 'b>(lines: &'a [&'b str], head: usize, tail: usize) -> &'a [&'b str] {
    lines
        .get(head..lines.len().saturating_sub(tail))
        .unwrap_or_default()
}

/// The lines to take away, to add and to keep, by the longest common subsequence.
fn steps<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    if old.len() > COMPARED_LINES_MAX || new.len() > COMPARED_LINES_MAX {
        let gone = old.iter().map(|line| ('-', *line));
        return gone.chain(new.iter().map(|line| ('+', *line))).collect();
    }
    // table[i][j]: the length of the longest common subsequence of old[i..] and new[j..].
    let width = new.len().saturating_add(1);
    let mut table = vec![vec![0_usize; width]; old.len().saturating_add(1)];
    let at = |table: &[Vec<usize>], i: usize, j: usize| {
        (table.get(i).and_then(|row| row.get(j))).map_or(0, |length| *length)
    };
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let length = if a == b {
                at(&table, i.saturating_add(1), j.saturating_add(1)).saturating_add(1)
            } else {
                at(&table, i.saturating_add(1), j).max(at(&table, i, j.saturating_add(1)))
            };
            if let Some(cell) = table.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j) = (0_usize, 0_usize);
    let mut result = Vec::new();
    loop {
        match (old.get(i), new.get(j)) {
            (None, None) => return result,
            (Some(a), Some(b)) if a == b => {
                result.push((' ', *a));
                i = i.saturating_add(1);
                j = j.saturating_add(1);
            }
            (Some(a), b)
                if b.is_none()
                    || at(&table, i.saturating_add(1), j) >= at(&table, i, j.saturating_add(1)) =>
            {
                result.push(('-', *a));
                i = i.saturating_add(1);
            }
            (_, Some(b)) => {
                result.push(('+', *b));
                j = j.saturating_add(1);
            }
            // Not reached: the arm above takes an old line when no new line is left.
            (Some(_), None) => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unified;

    fn check(old: &str, new: &str, body: &str) {
        let diff = unified("old", old, "new", new, 20).unwrap();
        assert_eq!(diff, format!("--- old\n+++ new\n{body}"));
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(unified("old", "a\nb\n", "new", "a\nb\n", 20), None);
    }

    #[test]
    fn a_changed_line_is_shown_between_its_neighbours() {
        check(
            "1\n2\n3\n4\n5\n6\n7\n",
            "1\n2\n3\nfour\n5\n6\n7\n",
            "@@ -2 +2 @@\n 2\n 3\n-4\n+four\n 5\n 6\n",
        );
    }

    #[test]
    fn lines_that_stay_are_kept_between_two_changes() {
        check(
            "a\nb\nc\n",
            "x\nb\ny\n",
            "@@ -1 +1 @@\n-a\n+x\n b\n-c\n+y\n",
        );
    }

    #[test]
    fn added_and_removed_lines() {
        check("a\nb\n", "a\nnew\nb\n", "@@ -1 +1 @@\n a\n+new\n b\n");
        check("a\nold\nb\n", "a\nb\n", "@@ -1 +1 @@\n a\n-old\n b\n");
        check("", "a\n", "@@ -1 +1 @@\n+a\n");
        check("a\na\n", "a\n", "@@ -1 +1 @@\n a\n-a\n");
    }

    #[test]
    fn a_missing_last_line_break_is_said() {
        check(
            "a",
            "a\n",
            "@@ -1 +1 @@\n-a\n\\ no line break at the end\n+a\n",
        );
    }

    #[test]
    fn a_long_diff_is_cut() {
        let new: String = (0..1000).map(|n| format!("{n}\n")).collect();
        let diff = unified("old", "", "new", &new, 3).unwrap();
        assert_eq!(
            diff,
            "--- old\n+++ new\n@@ -1 +1 @@\n+0\n+1\n+2\n... and 997 more lines\n"
        );
    }
}
