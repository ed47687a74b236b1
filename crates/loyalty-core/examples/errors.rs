//! Prints the catalogue of errors as Markdown: `docs/errors.md` is made with it.

use loyalty_core::Code;

fn main() {
    println!("# Errors\n");
    println!(
        "Every error has a stable code, a number (the status that the C library returns), a kind that says what to do, a"
    );
    println!(
        "path to what was wrong, and a message in plain words. This table is made from `crates/loyalty-core/src/error.rs`.\n"
    );
    println!("| kind | what to do |\n|---|---|");
    for (kind, words) in [
        (
            "fix_input",
            "The document is wrong: mend it and send it again.",
        ),
        (
            "fix_program",
            "The program is wrong: mend it; no event can be judged until then.",
        ),
        (
            "refused",
            "The rules or the facts say no: tell the person. Sending it again changes nothing.",
        ),
        (
            "rebase",
            "The event lies before what the member has already seen: fold it in with the history.",
        ),
        (
            "restore",
            "The stored document of the member is damaged: restore it from the journal.",
        ),
        (
            "fix_call",
            "The calling code broke a rule of the interface.",
        ),
        ("report", "A defect of the engine: report it."),
    ] {
        println!("| `{kind}` | {words} |");
    }
    println!("\n| number | code | kind | meaning |\n|---|---|---|---|");
    for code in Code::ALL {
        println!(
            "| {} | `{}` | `{}` | {} |",
            code.number(),
            code.as_str(),
            code.kind().as_str(),
            code.meaning().trim()
        );
    }
}
