//! Prints the JSON Schema of programs (`program`) or of events (`event`): the committed schemas are made with it.

fn main() {
    let schema = match std::env::args().nth(1).as_deref() {
        Some("program") => loyalty_core::schema::program(),
        Some("event") => loyalty_core::schema::event(),
        _ => {
            eprintln!("say which schema: `program` or `event`");
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
