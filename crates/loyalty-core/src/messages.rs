//! What is lacking, in sentences that people read (clause 8.3).

mod catalogue;
mod read;

use std::collections::BTreeMap;

use crate::calendar::{Instant, Zone};
use crate::error::{Code, Error, Result};
use crate::id::Id;
use crate::limits::EVENT_BYTES_MAX;
use crate::outcome::{Figure, Unmet};
use crate::program::Program;
use crate::text::Label;

use catalogue::{PLACEHOLDERS, TEXTS};

/// Sentences for what a condition lacks, in English (`en`), Chinese (`zh`) and every language that a host adds.
///
/// Each kind of leaf has a key, the [`Unmet::leaf`] of it, and the cases that read differently have keys of their own:
///
/// | key | says |
/// |---|---|
/// | `metric`, `score`, `total`, `quantity` … | the leaf is not reached |
/// | `metric.high` … | a number is larger than is allowed |
/// | `metric.none` … | there is nothing to compare |
/// | `metric.not` … | the leaf holds and must not (below a `not`) |
/// | `from` | is put behind where time alone will make the leaf hold |
/// | `since` | is put behind where a metric counts from a later day than its window begins |
///
/// [`Messages::catalogue`] lists them all. Where a language lacks one, the key before the point stands in for it, then the language
/// without its region (`zh` for `zh-TW`), then English. The texts have places for `{of}` (which metric, track, attribute …),
/// `{found}`, `{needed}`, `{missing}` (how far, without a sign), `{from}` and `{since}`. Money is written with its currency.
///
/// # Example
/// ```
/// use loyalty_core::{Messages, Program, Unmet};
/// let program = Program::from_json(r#"{
///     "schema": 1, "id": "shop", "currency": "CNY", "timezone": "Asia/Shanghai", "accounts": [{"id": "points"}],
///     "metrics": [{"id": "spend", "name": {"en": "Spend", "zh": "消费"}, "measure": "spend"}]
/// }"#)?;
/// let unmet = Unmet::from_json(r#"{"leaf": "metric", "of": "spend", "found": "80.00", "needed": "100.00", "missing": "20.00"}"#, &program)?;
/// let messages = Messages::new().named(&program);
/// assert_eq!(messages.sentence(&unmet, "en"), "Spend is 80.00 CNY; 100.00 CNY is needed, 20.00 CNY more.");
/// assert_eq!(messages.sentence(&unmet, "zh"), "消费为 80.00 CNY，需要 100.00 CNY，还差 20.00 CNY。");
/// let own = Messages::from_json(r#"{"en": {"metric": "Only {missing} to go!"}}"#)?;
/// assert_eq!(own.sentence(&unmet, "en"), "Only 20.00 CNY to go!");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    /// By language, then by key.
    texts: BTreeMap<String, BTreeMap<String, String>>,
    /// The names of metrics, tracks, rungs, segments, stages and scores, by the kind of thing.
    names: BTreeMap<(&'static str, Id), Label>,
    /// The zone in which days are told.
    zone: Option<Zone>,
}

impl Default for Messages {
    fn default() -> Self {
        Self::new()
    }
}

impl Messages {
    /// The built-in texts.
    #[must_use]
    pub fn new() -> Self {
        let mut texts: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for (key, english, chinese) in TEXTS {
            for (language, text) in [("en", english), ("zh", chinese)] {
                let of = texts.entry(language.to_owned()).or_default();
                of.insert((*key).to_owned(), (*text).to_owned());
            }
        }
        Self {
            texts,
            names: BTreeMap::new(),
            zone: None,
        }
    }

    /// The built-in texts with others in their place or beside them: for each language its texts by key,
    /// `{"en": {"metric": "Only {missing} to go!"}}`.
    ///
    /// # Errors
    /// A code of kind `fix_input` with the path of the first mistake: a key or a place that does not exist.
    pub fn from_json(json: &(impl AsRef<[u8]> + ?Sized)) -> Result<Self> {
        type Texts = crate::json::UniqueMap<crate::json::UniqueMap<String>>;
        let mut messages = Self::new();
        for (language, texts) in crate::json::from_slice::<Texts>(json.as_ref(), EVENT_BYTES_MAX)?.0
        {
            for (key, text) in texts.0 {
                let path = format!("{language}.{key}");
                if !Self::catalogue().any(|(known, ..)| known == key) {
                    let words = format!("there is no message `{key}`");
                    return Err(Error::at(Code::UnknownField, path, words));
                }
                if let Some(place) = unknown_place(&text) {
                    let words = format!(
                        "there is no place `{{{place}}}`: known are {}",
                        PLACEHOLDERS.join(", ")
                    );
                    return Err(Error::at(Code::InvalidValue, path, words));
                }
                let of = messages.texts.entry(language.clone()).or_default();
                of.insert(key, text);
            }
        }
        Ok(messages)
    }

    /// Takes names from a program, to stand in the place of ids, and its zone, to tell days.
    #[must_use]
    pub fn named(mut self, program: &Program) -> Self {
        let rules = program.rules();
        let mut add = |kind, id: &Id, name: &Label| {
            if !name.is_empty() {
                self.names.insert((kind, id.clone()), name.clone());
            }
        };
        for one in &rules.metrics {
            add("metric", &one.id, &one.name);
            add("rhythm", &one.id, &one.name);
        }
        for one in &rules.segments {
            add("segment", &one.id, &one.name);
        }
        for one in &rules.scores {
            add("score", &one.id, &one.name);
        }
        for one in rules.lifecycle.iter().flat_map(|one| &one.stages) {
            add("stage", &one.id, &one.name);
        }
        // Two tasks may call different steps by one id: that is then all they are called.
        let mut steps: BTreeMap<&Id, Option<&Label>> = BTreeMap::new();
        for step in rules.tasks.iter().flat_map(|task| &task.steps) {
            let name = steps.entry(&step.id).or_insert(Some(&step.name));
            *name = name.filter(|name| **name == step.name);
        }
        for (id, name) in steps {
            name.into_iter().for_each(|name| add("step", id, name));
        }
        for one in &rules.accounts {
            add("points_expiring", &one.id, &one.name);
        }
        for track in &rules.tiers {
            add("tier", &track.id, &track.name);
            for rung in &track.rungs {
                add("rung", &rung.id, &rung.name);
            }
        }
        self.zone = Some(program.timezone());
        self
    }

    /// Every key, with the built-in text of it in English and in Chinese.
    pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        TEXTS.iter().copied()
    }

    /// The places that a text may have.
    pub fn places() -> impl Iterator<Item = &'static str> {
        PLACEHOLDERS.into_iter()
    }

    /// What a leaf lacks, in a language (a BCP 47 tag such as `zh`).
    #[must_use]
    pub fn sentence(&self, unmet: &Unmet, language: &str) -> String {
        let case = if unmet.negated {
            "not"
        } else if unmet.found.is_none() {
            "none"
        } else if unmet.missing.as_ref().is_some_and(is_negative) {
            "high"
        } else {
            ""
        };
        let mut sentence = self.fill(self.text(unmet.leaf, case, language), unmet, language);
        if unmet.from.is_some() {
            sentence.push_str(&self.fill(self.text("from", "", language), unmet, language));
        }
        if unmet.since.is_some() {
            sentence.push_str(&self.fill(self.text("since", "", language), unmet, language));
        }
        sentence
    }

    /// The text for a case of a leaf, the nearest that there is.
    fn text(&self, leaf: &str, case: &str, language: &str) -> &str {
        let short = language.split('-').next().unwrap_or(language);
        let full = format!("{leaf}.{case}");
        let languages = [language, short, "en"];
        let found = languages.iter().find_map(|language| {
            let texts = self.texts.get(*language)?;
            let exact = texts.get(&full).filter(|_| !case.is_empty());
            exact.or_else(|| texts.get(leaf))
        });
        found.map_or("", String::as_str)
    }

    /// Puts figures into the places of a text.
    fn fill(&self, text: &str, unmet: &Unmet, language: &str) -> String {
        let mut filled = String::with_capacity(text.len().saturating_add(32));
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((place, behind)) = after.split_once('}') else {
                filled.push('{');
                rest = after;
                continue;
            };
            filled.push_str(&self.place(place, unmet, language));
            rest = behind;
        }
        filled.push_str(rest);
        filled
    }

    fn place(&self, place: &str, unmet: &Unmet, language: &str) -> String {
        let figure = |figure: &Option<Figure>| {
            figure.as_ref().map_or_else(
                || "–".to_owned(),
                |one| self.figure(one, unmet.leaf, language),
            )
        };
        match place {
            "of" => unmet.of.as_ref().map_or_else(
                || "–".to_owned(),
                |id| self.name(unmet.leaf, id.as_str(), language),
            ),
            "found" => figure(&unmet.found),
            "needed" => {
                let open = open_days(unmet)
                    .map(|(case, day)| self.text("days", case, language).replace("{needed}", day));
                open.unwrap_or_else(|| figure(&unmet.needed))
            }
            "missing" => figure(&unmet.missing).trim_start_matches('-').to_owned(),
            "from" => unmet.from.map_or_else(String::new, |at| self.day(at)),
            "since" => unmet.since.map_or_else(String::new, |day| day.to_string()),
            _ => String::new(),
        }
    }

    /// A day where an instant is the beginning of one, else the instant.
    fn day(&self, at: Instant) -> String {
        let day = self.zone.and_then(|zone| {
            let day = zone.date_at(at);
            (zone.start_of(day).ok()? == at).then_some(day)
        });
        day.map_or_else(|| at.to_string(), |day| day.to_string())
    }

    fn name(&self, kind: &'static str, id: &str, language: &str) -> String {
        let known = Id::new(id).ok().and_then(|id| self.names.get(&(kind, id)));
        let named = known.and_then(|name| name.get(language));
        named.unwrap_or(id).to_owned()
    }

    fn figure(&self, figure: &Figure, leaf: &str, language: &str) -> String {
        let kind = match leaf {
            "tier" => "rung",
            "segment" => "segment",
            "stage" => "stage",
            _ => "",
        };
        match figure {
            Figure::Money(amount) => format!("{amount} {}", amount.currency().code()),
            Figure::Number(number) => number.to_string(),
            Figure::Decimal(number) => number.to_string(),
            Figure::Text(text) => self.name(kind, text, language),
            Figure::OneOf(texts) => {
                let names: Vec<String> = texts
                    .iter()
                    .map(|text| self.name(kind, text, language))
                    .collect();
                let (between, last) = if language.split('-').next() == Some("zh") {
                    ("、", "或")
                } else {
                    (", ", " or ")
                };
                match names.split_last() {
                    Some((end, [])) => end.clone(),
                    Some((end, first)) => format!("{}{last}{end}", first.join(between)),
                    None => "–".to_owned(),
                }
            }
        }
    }
}

/// Days from one on, or up to one: which of them, and that day.
fn open_days(unmet: &Unmet) -> Option<(&'static str, &str)> {
    let Some(Figure::Text(text)) = &unmet.needed else {
        return None;
    };
    if !matches!(unmet.leaf, "enrolled" | "dates") {
        return None;
    }
    let from = text.strip_suffix('–').map(|day| ("from", day));
    from.or_else(|| text.strip_prefix('–').map(|day| ("until", day)))
}

fn is_negative(figure: &Figure) -> bool {
    match figure {
        Figure::Money(amount) => amount.money().minor() < 0,
        Figure::Number(number) => *number < 0,
        Figure::Decimal(number) => number.0.is_sign_negative() && !number.0.is_zero(),
        Figure::Text(_) | Figure::OneOf(_) => false,
    }
}

/// The first place of a text that does not exist.
fn unknown_place(text: &str) -> Option<&str> {
    let places = text
        .split('{')
        .skip(1)
        .filter_map(|after| after.split_once('}'));
    let mut places = places.map(|(place, _)| place);
    places.find(|place| !PLACEHOLDERS.contains(place))
}
