//! Prints the catalogue of messages as Markdown: `docs/messages.md` is made with it.

use loyalty_core::Messages;

fn main() {
    println!("# Messages\n");
    println!(
        "What a leaf of a condition lacks is told in a sentence, in English or Chinese. A host puts its own texts in the place of"
    );
    println!(
        "these, or adds a language, by their keys: `{{\"en\": {{\"metric\": \"Only {{missing}} to go!\"}}}}`. A key with a dot is for a case"
    );
    println!(
        "of its leaf: `high` where the figure is too high, `none` where there is none, `not` where the leaf must not hold; where a"
    );
    println!(
        "language has no text for a case, the one for the leaf is taken. `from` and `since` stand behind the others.\n"
    );
    println!(
        "Places: {}.\n",
        Messages::places()
            .map(|place| format!("`{{{place}}}`"))
            .collect::<Vec<_>>()
            .join(", ")
    );
    println!("| key | English | 中文 |\n|---|---|---|");
    for (key, english, chinese) in Messages::catalogue() {
        println!("| `{key}` | {} | {} |", english.trim(), chinese.trim());
    }
}
