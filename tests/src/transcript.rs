//! What the engine says to every scenario, line by line; the other languages must say the same.

use loyalty_core::{Date, Engine, Error, Member, Timeline, Timestamp};

use crate::run::{call, sentence};
use crate::scenario::{Kind, Scenario, Step};

/// The script that runners follow, and the answers.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// What is done: a line each.
    pub script: String,
    /// What is answered.
    pub answers: String,
}

impl Transcript {
    /// Follows a scenario.
    ///
    /// # Errors
    /// In words, if the id of the member cannot be one, or something would not fit on a line.
    pub fn follow(&mut self, scenario: &Scenario) -> Result<(), String> {
        self.ask("scenario", &scenario.id)?;
        self.answer("scenario", &scenario.id)?;
        self.ask("program", &scenario.program)?;
        let mut engine = match Timeline::from_json(&scenario.program) {
            Ok(program) => Engine::new(program),
            Err(error) => return self.answer("error", &error.to_json()),
        };
        self.answer_word("ok");
        self.ask("member", &scenario.member)?;
        let mut member = Member::new(&scenario.member).map_err(|error| error.to_string())?;
        self.answer_word("ok");
        for step in &scenario.steps {
            match step {
                Step::Call(called, _) => {
                    self.ask(called.kind.word(), &called.payload)?;
                    let outcome = call(&engine, &mut member, called);
                    self.result(outcome.map(|outcome| outcome.to_json()))?;
                    if called.kind != Kind::Quote {
                        self.answer("member", &member.to_json())?;
                    }
                }
                Step::NextDue(_) => {
                    self.ask_word("next_due");
                    let due = engine.next_due(&member).map(|due| due.to_string());
                    self.answer("ok", &due.unwrap_or_default())?;
                }
                Step::Progress(_) => {
                    self.ask_word("progress");
                    let all = serde_json::to_string(&engine.progress(&member));
                    self.answer("ok", &all.map_err(|error| error.to_string())?)?;
                }
                Step::Ranking(id, at, _) => {
                    self.ask("ranking", &format!("{at} {id}"))?;
                    let at = Timestamp::parse(at).map_err(|error| error.to_string())?;
                    match engine.ranking(&member, id, at.instant) {
                        Ok(None) => self.answer("ok", "")?,
                        Ok(Some(rank)) => {
                            let text = serde_json::to_string(&rank);
                            self.answer("ok", &text.map_err(|error| error.to_string())?)?;
                        }
                        Err(error) => self.answer("error", &error.to_json())?,
                    }
                }
                Step::Expiring(by, _) => {
                    self.ask("expiring", by)?;
                    let rows = Date::parse(by).and_then(|by| engine.expiring(&member, by));
                    self.list(rows)?;
                }
                Step::Liability(_) => {
                    self.ask_word("liability");
                    self.list(engine.liability(&member))?;
                }
                Step::Benefits(_) => {
                    self.ask_word("benefits");
                    self.list(Ok(engine.benefits(&member)))?;
                }
                Step::Sentence(unmet, lang, _) => {
                    self.ask("sentence", &format!("{lang} {unmet}"))?;
                    self.result(sentence(&engine, unmet, lang))?;
                }
                Step::Program(text) => {
                    self.ask("program", text)?;
                    engine = Engine::new(Timeline::from_json(text).map_err(|e| e.to_string())?);
                    self.answer_word("ok");
                }
                Step::Reload => {
                    self.ask_word("reload");
                    match Member::from_json(&member.to_json()) {
                        Ok(read) => {
                            member = read;
                            self.answer_word("ok");
                        }
                        Err(error) => self.answer("error", &error.to_json())?,
                    }
                    self.answer("member", &member.to_json())?;
                }
                Step::Member(_) | Step::Balance(_) | Step::Tier(_) => {}
            }
        }
        Ok(())
    }

    fn ask(&mut self, word: &str, payload: &str) -> Result<(), String> {
        line(&mut self.script, word, payload)
    }

    fn ask_word(&mut self, word: &str) {
        self.script.push_str(word);
        self.script.push('\n');
    }

    fn answer(&mut self, word: &str, payload: &str) -> Result<(), String> {
        line(&mut self.answers, word, payload)
    }

    fn answer_word(&mut self, word: &str) {
        self.answers.push_str(word);
        self.answers.push('\n');
    }

    fn list<T: serde::Serialize>(&mut self, list: Result<Vec<T>, Error>) -> Result<(), String> {
        let text = list.map(|list| serde_json::to_string(&list).map_err(|error| error.to_string()));
        match text {
            Ok(json) => self.answer("ok", &json?),
            Err(error) => self.answer("error", &error.to_json()),
        }
    }

    fn result(&mut self, result: Result<String, Error>) -> Result<(), String> {
        match result {
            Ok(json) => self.answer("ok", &json),
            Err(error) => self.answer("error", &error.to_json()),
        }
    }
}

fn line(out: &mut String, word: &str, payload: &str) -> Result<(), String> {
    if payload.contains(['\t', '\n', '\r']) {
        return Err(format!("this does not fit on a line: {payload:?}"));
    }
    out.extend([word, "\t", payload, "\n"]);
    Ok(())
}
