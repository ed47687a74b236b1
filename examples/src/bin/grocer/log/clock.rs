//! Times as a clock in the store showed them.

use anyhow::{Context, Result, bail};
use loyalty_core::{Date, Instant, Timestamp, Zone};

/// Reads what a clock on the wall showed, without an offset, as an instant.
pub(super) struct WallClock {
    pub(super) zone: Zone,
    /// The last day that was read: its text, itself, and the possible offsets in it.
    pub(super) day: Option<(String, Date, [i32; 2])>,
}

impl WallClock {
    /// Reads `2017-01-07T13:55:24`. In an hour that occurs twice the earlier one is meant; an hour that was skipped is an error.
    pub(super) fn read(&mut self, text: &str) -> Result<Timestamp> {
        let (day, _) = text
            .split_once('T')
            .with_context(|| format!("`{text}` is not a time like `2017-01-07T13:55:24`"))?;
        if self.day.as_ref().is_none_or(|(known, ..)| known != day) {
            let date = Date::parse(day)?;
            let morning = self.zone.start_of(date)?;
            let night = self.zone.start_of(Date::from_days(date.days() + 1))?.prev();
            let mut offsets = [morning, night].map(|at| self.zone.offset_at(at).seconds());
            // Further east is earlier.
            offsets.sort_unstable_by(|a, b| b.cmp(a));
            self.day = Some((day.to_owned(), date, offsets));
        }
        let offsets = self.day.as_ref().map_or([0, 0], |(.., offsets)| *offsets);
        let (shown, _) = Instant::parse(&format!("{text}Z"))?;
        for seconds in offsets {
            let instant = shown.checked_add_micros(-i64::from(seconds) * 1_000_000)?;
            let offset = self.zone.offset_at(instant);
            if offset.seconds() == seconds {
                return Ok(Timestamp { instant, offset });
            }
        }
        bail!("no clock in {} showed `{text}`", self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String> {
        let mut clock = WallClock {
            zone: Zone::new("America/New_York")?,
            day: None,
        };
        let at = clock.read(text)?;
        Ok(format!("{} {}", at.instant, at.offset))
    }

    #[test]
    fn wall_times_get_the_offset_of_their_day() {
        let cases = [
            ("2017-01-07T13:55:24", "2017-01-07T18:55:24Z -05:00"),
            ("2017-07-07T13:55:24", "2017-07-07T17:55:24Z -04:00"),
            ("2017-03-12T01:59:59", "2017-03-12T06:59:59Z -05:00"),
            ("2017-03-12T03:00:00", "2017-03-12T07:00:00Z -04:00"),
            ("2017-11-05T00:59:59", "2017-11-05T04:59:59Z -04:00"),
            // This one occurred twice; the earlier one is meant.
            ("2017-11-05T01:30:00", "2017-11-05T05:30:00Z -04:00"),
            ("2017-11-05T02:00:00", "2017-11-05T07:00:00Z -05:00"),
        ];
        for (text, wanted) in cases {
            assert_eq!(read(text).unwrap(), wanted, "{text}");
        }
        assert!(
            read("2017-03-12T02:30:00")
                .unwrap_err()
                .to_string()
                .contains("no clock")
        );
        assert!(read("2017-03-12").is_err());
    }
}
