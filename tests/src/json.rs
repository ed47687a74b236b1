//! JSON as it was written.

/// JSON without the white space between its tokens, and otherwise as it was written: `0.10` stays `0.10`, and no text is read
/// and written anew. What is passed must be JSON.
#[must_use]
pub fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_text, mut escaped) = (false, false);
    for c in json.chars() {
        if in_text {
            out.push(c);
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if !matches!(c, ' ' | '\n' | '\r' | '\t') {
            out.push(c);
            in_text = c == '"';
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn only_white_space_between_tokens_goes() {
        assert_eq!(
            compact("{\n \"a\" : 0.10,\t\"b c\": \" \\\" \\\\\" , \"d\": [1, 2]}"),
            "{\"a\":0.10,\"b c\":\" \\\" \\\\\",\"d\":[1,2]}"
        );
    }
}
