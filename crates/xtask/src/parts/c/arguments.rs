//! Whether the test of wrong calls gives NULL for every pointer that the header asks for: a new function cannot be forgotten there.

use anyhow::{Result, bail};

use crate::shell::say;
use crate::workspace::{Workspace, read};

/// The test of wrong calls.
const TEST: &str = "tests/c/arguments.c";
const HEADER: &str = "include/loyalty.h";

/// A function as the header declares it.
#[derive(Debug, PartialEq, Eq)]
struct Function<'h> {
    name: &'h str,
    /// The names of the pointers that go in, without the error.
    pointers: Vec<&'h str>,
    /// Whether the function can tell what was wrong.
    has_error: bool,
}

/// Each of the promised functions is called in the test with NULL for each of its pointers. How many there are.
pub(super) fn check(workspace: &Workspace, promised: &[&str]) -> Result<usize> {
    let header = read(&workspace.need(HEADER, "the C header")?)?;
    let test = read(&workspace.need(TEST, "the test of wrong calls")?)?;
    let code = without_comments(&header);
    let declared = functions(&code);
    let mut missing: Vec<String> = (promised.iter())
        .filter(|name| !declared.iter().any(|one| one.name == **name))
        .map(|name| format!("`{name}` is not declared in `{HEADER}`"))
        .collect();
    missing.extend(declared.iter().flat_map(|one| untested(one, &test)));
    if !missing.is_empty() {
        say!("{}", missing.join("\n"));
        bail!("`{TEST}` does not give NULL for each pointer of each function");
    }
    Ok(declared.len())
}

/// What the test does not do with a function. One that has an error to give must refuse NULL and name the parameter; for another
/// one NULL is nothing.
fn untested(function: &Function<'_>, test: &str) -> Vec<String> {
    let Function {
        name,
        pointers,
        has_error,
    } = function;
    let wanted: Vec<String> = if *has_error {
        let refused = |pointer: &&str| format!("NULL_(\"{pointer}\", {name}(");
        pointers.iter().map(refused).collect()
    } else if pointers.is_empty() {
        vec![format!("{name}(")]
    } else {
        vec![format!("{name}(NULL")]
    };
    // `EMPTIES` is told how the call fails, and then the same.
    let test = test.replace("EMPTIES(NULL_, ", "NULL_(");
    wanted
        .into_iter()
        .filter(|call| !test.contains(call))
        .map(|call| format!("there is no `{call}`"))
        .collect()
}

/// The header without what is for people and for the preprocessor.
fn without_comments(header: &str) -> String {
    let mut parts = header.split("/*");
    let mut code = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        code.push_str(part.split_once("*/").map_or("", |(_, rest)| rest));
    }
    code.lines()
        .map(|line| line.split_once("//").map_or(line, |(before, _)| before))
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// The functions that a header declares.
fn functions(header: &str) -> Vec<Function<'_>> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let last_word = |text: &str| {
        text.trim_end()
            .rfind(|c| !word(c))
            .map_or(0, |place| place.saturating_add(1))
    };
    header
        .split(';')
        .filter_map(|declaration| {
            let (before, after) = declaration.split_once('(')?;
            let (inside, _) = after.rsplit_once(')')?;
            let mut pointers = Vec::new();
            let mut has_error = false;
            for parameter in inside.split(',').map(str::trim) {
                if parameter.contains("loyalty_error **") {
                    has_error = true;
                } else if parameter.contains('*') {
                    pointers.extend(parameter.get(last_word(parameter)..));
                }
            }
            Some(Function {
                name: before.get(last_word(before)..)?.trim_end(),
                pointers,
                has_error,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Function, functions, untested, without_comments};

    const HEADER: &str = "/* loyalty_x(a, b); */\n#define A(b) c\ntypedef struct x { const uint8_t *data; } x;\n// Says (it);\n\
        const char *loyalty_version(void);\nloyalty_status loyalty_x_free(x *one);\n\
        loyalty_status loyalty_take(const x *one,\n    size_t length,\n    uint64_t *out,\n    loyalty_error **error);\n";

    #[test]
    fn declarations_are_read() {
        let code = without_comments(HEADER);
        let one = |name, pointers: &[&'static str], has_error| Function {
            name,
            pointers: pointers.to_vec(),
            has_error,
        };
        let wanted = [
            one("loyalty_version", &[], false),
            one("loyalty_x_free", &["one"], false),
            one("loyalty_take", &["one", "out"], true),
        ];
        assert_eq!(functions(&code), wanted);
    }

    #[test]
    fn what_is_not_called_with_null_is_named() {
        let code = without_comments(HEADER);
        let missing = |test: &str| -> Vec<String> {
            (functions(&code).iter())
                .flat_map(|one| untested(one, test))
                .collect()
        };
        let whole = "loyalty_version();\nOK(loyalty_x_free(NULL));\n\
            EMPTIES(NULL_, \"one\", loyalty_take(NULL, 1, &out, &error));\nNULL_(\"out\", loyalty_take(&one, 1, NULL, &error));\n";
        assert_eq!(missing(whole), Vec::<String>::new());
        for line in whole.lines() {
            assert_eq!(missing(&whole.replace(line, "")).len(), 1, "{line}");
        }
    }
}
