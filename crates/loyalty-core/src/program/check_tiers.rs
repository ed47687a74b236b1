//! What no type can say about tiers (clause 15.2).

use super::check::Check;
use crate::calendar::{NO_YEAR, Period, Span};
use crate::error::{Code, join};
use crate::limits;
use crate::tiers::{AtReview, Grace, Hold, HoldPeriod, Review, Track, Upgrade};

impl Check<'_> {
    /// One track. `by_points`: points that leave once a year may make it be judged as at a review.
    pub(super) fn track(&mut self, track: &Track, by_points: bool, path: &str) {
        let fields = [(&track.hold, "hold")].into_iter();
        let renew = track.renew.iter().map(|renew| (renew, "renew"));
        for (hold, field) in fields.chain(renew) {
            self.hold(hold, &join(path, field));
        }
        self.kept(track.at_least, track.grace.as_ref(), path);
        self.renewed(track.renew.as_ref(), track, path);
        for (place, rung) in track.rungs.iter().enumerate() {
            let path = format!("{path}.rungs[{place}]");
            let holds = rung.hold.iter().map(|hold| (hold, "hold"));
            for (hold, field) in holds.chain(rung.renew.iter().map(|renew| (renew, "renew"))) {
                self.hold(hold, &join(&path, field));
            }
            self.kept(rung.at_least, rung.grace.as_ref(), &path);
            self.renewed(rung.renew.as_ref(), track, &path);
        }
        self.reviews(track, path);
        if !by_points {
            self.idle_terms(track, path);
        }
        let period = track.period.unwrap_or_default().period();
        let by_year = period.is_some_and(Period::follows_the_year);
        if track.upgrade == Upgrade::NextPeriod && track.year_start.is_some() && !by_year {
            self.no_year(&join(path, "year_start"));
        }
        if track.upgrade != Upgrade::NextPeriod {
            for (given, field) in [
                (track.period.is_some(), "period"),
                (track.year_start.is_some(), "year_start"),
            ] {
                if given {
                    let words = "only `next_period` waits for a period to begin";
                    self.say(Code::Contradiction, &join(path, field), words);
                }
            }
        }
        for (place, carry) in track.carry.iter().enumerate() {
            let mut before = track.carry.iter().take(place);
            if before.any(|other| other.metric == carry.metric) {
                let path = format!("{path}.carry[{place}].metric");
                self.say(Code::DuplicateId, &path, "the metric is carried already");
            }
        }
    }

    /// What several tracks must not say together.
    pub(super) fn whole(&mut self, tracks: &[Track]) {
        let primary = tracks.iter().enumerate().filter(|(_, track)| track.primary);
        for (place, _) in primary.skip(1) {
            let path = format!("tiers[{place}].primary");
            self.say(Code::Contradiction, &path, "only one track can be primary");
        }
        for (place, track) in tracks.iter().enumerate() {
            for (number, carry) in track.carry.iter().enumerate() {
                let mut others = tracks.iter().take(place).flat_map(|other| &other.carry);
                if others.any(|other| other.metric == carry.metric) {
                    let path = format!("tiers[{place}].carry[{number}].metric");
                    let words = "another track carries this metric: it has one value for all";
                    self.say(Code::Contradiction, &path, words);
                }
            }
        }
    }

    fn reviews(&mut self, track: &Track, path: &str) {
        if let Review::Every(every) = track.review {
            let path = join(path, "review.every");
            if !matches!(every.months, 1 | 2 | 3 | 4 | 6 | 12) {
                let words = "a year is divided by 1, 2, 3, 4, 6 or 12 months";
                self.say(Code::OutOfRange, &join(&path, "months"), words);
            }
            if !(1..=31).contains(&every.on_day) {
                let words = "the day of a month is from 1 to 31";
                self.say(Code::OutOfRange, &join(&path, "on_day"), words);
            }
        }
        if track.review != Review::TermEnd {
            let words = "reviews on days of their own need no term: leave it out";
            if track.hold != Hold::Lifetime {
                self.say(Code::Contradiction, &join(path, "hold"), words);
            }
            for (place, rung) in track.rungs.iter().enumerate() {
                if rung
                    .hold
                    .as_ref()
                    .is_some_and(|hold| *hold != Hold::Lifetime)
                {
                    let path = format!("{path}.rungs[{place}].hold");
                    self.say(Code::Contradiction, &path, words);
                }
            }
        }
        let ends = |hold: &Hold| matches!(hold, Hold::For(_) | Hold::Until(_));
        let reviewed = track.review != Review::TermEnd
            || ends(&track.hold)
            || track
                .rungs
                .iter()
                .any(|rung| rung.hold.as_ref().is_some_and(ends));
        for (place, penalty) in track.penalties.iter().enumerate() {
            let path = format!("{path}.penalties[{place}]");
            if penalty.warnings == 0 {
                let words = "a rung is lost at the first warning (1) or a later one";
                self.say(Code::OutOfRange, &join(&path, "warnings"), words);
            }
            if !reviewed {
                let words = "warnings are given at reviews, and this track has none";
                self.say(Code::Contradiction, &path, words);
            }
        }
    }

    /// Settings of terms where every rung is held for good, and nothing is ever reviewed.
    fn idle_terms(&mut self, track: &Track, path: &str) {
        let rungs = track.rungs.iter();
        let mut holds = rungs
            .filter_map(|rung| rung.hold.as_ref())
            .chain([&track.hold]);
        if track.review != Review::TermEnd || holds.any(|hold| *hold != Hold::Lifetime) {
            return;
        }
        if track.upgrade == Upgrade::AtReview && track.rungs.len() > 1 {
            let words = "every rung is held for good and none is reviewed: nobody ever moves up";
            self.say(Code::Unreachable, &join(path, "upgrade"), words);
        }
        let words = "every rung is held for good and none is reviewed: this has no effect";
        let acts = |what: AtReview| what != AtReview::default();
        let mut say = |given: bool, path: &str, field: &str| {
            if given {
                self.say(Code::Contradiction, &join(path, field), words);
            }
        };
        say(track.extend_on_requalify, path, "extend_on_requalify");
        say(track.renew.is_some(), path, "renew");
        say(track.at_least.is_some(), path, "at_least");
        say(track.grace.is_some(), path, "grace");
        say(acts(track.at_review), path, "at_review");
        for (place, rung) in track.rungs.iter().enumerate() {
            let path = format!("{path}.rungs[{place}]");
            say(rung.renew.is_some(), &path, "renew");
            say(rung.at_least.is_some(), &path, "at_least");
            say(rung.grace.is_some(), &path, "grace");
            say(rung.at_review.is_some_and(acts), &path, "at_review");
        }
    }

    /// A beginning of the year, where periods do not go by it.
    fn no_year(&mut self, path: &str) {
        self.say(Code::Contradiction, path, NO_YEAR);
    }

    fn kept(&mut self, at_least: Option<Span>, grace: Option<&Grace>, path: &str) {
        let lengths = [
            (at_least, "at_least"),
            (grace.map(|grace| grace.length), "grace.for"),
        ];
        for (length, field) in lengths {
            let Some(length) = length else { continue };
            if length.is_zero() {
                let words = "a time of no length is none: leave it out";
                self.say(Code::OutOfRange, &join(path, field), words);
            }
            self.span(length, &join(path, field));
        }
    }

    fn renewed(&mut self, renew: Option<&Hold>, track: &Track, path: &str) {
        let words = match renew {
            None => return,
            Some(_) if track.review != Review::TermEnd => {
                "reviews on days of their own need no term: leave it out"
            }
            Some(Hold::None) => "what a review gives is held for a time, or for good",
            Some(_) => return,
        };
        self.say(Code::Contradiction, &join(path, "renew"), words);
    }

    fn hold(&mut self, hold: &Hold, path: &str) {
        match hold {
            Hold::Lifetime | Hold::None => {}
            Hold::For(length) => {
                let path = join(path, "for");
                self.length(
                    length.days,
                    length.weeks,
                    length.months,
                    length.years,
                    &path,
                );
                if length.span().is_some_and(crate::calendar::Span::is_zero) {
                    self.say(
                        Code::OutOfRange,
                        &path,
                        "a term of no length ends at once: use `none`",
                    );
                }
            }
            Hold::Until(until) => {
                let most = match until.end_of {
                    HoldPeriod::Month => limits::MONTHS_MAX,
                    HoldPeriod::Quarter => limits::MONTHS_MAX / 3,
                    HoldPeriod::HalfYear => limits::MONTHS_MAX / 6,
                    HoldPeriod::Year | HoldPeriod::MembershipYear => limits::MONTHS_MAX / 12,
                };
                if until.nth == 0 || until.nth > most {
                    let words = format!("`nth` is from 1 (the present period) to {most}");
                    self.say(Code::OutOfRange, &join(path, "until.nth"), &words);
                }
                let by_year = until.end_of.period();
                if until.year_start.is_some() && !by_year.is_some_and(Period::follows_the_year) {
                    self.no_year(&join(path, "until.year_start"));
                }
                if let Some(plus) = until.plus {
                    self.span(plus, &join(path, "until.plus"));
                }
            }
        }
    }
}
