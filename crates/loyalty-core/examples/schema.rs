//! Prints the JSON Schema of programs (`program`), timelines (`timeline`), events (`event`) or answers (`answers`): the committed schemas are
//! made with it.

fn main() {
    let schema = match std::env::args().nth(1).as_deref() {
        Some("program") => loyalty_core::schema::program(),
        Some("timeline") => loyalty_core::schema::timeline(),
        Some("event") => loyalty_core::schema::event(),
        Some("answers") => loyalty_core::schema::answers(),
        _ => {
            eprintln!("say which schema: `program`, `timeline`, `event` or `answers`");
            std::process::exit(2);
        }
    };
    match serde_json::to_string_pretty(&schema) {
        Ok(text) => println!("{text}"),
        Err(error) => {
            eprintln!("the schema cannot be printed: {error}");
            std::process::exit(1);
        }
    }
}
