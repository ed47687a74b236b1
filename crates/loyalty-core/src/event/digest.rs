//! The content of an event as one number: tells a repeated event from another one with the same id (clause 1.9).

use super::{Attributes, Body, Event, Price, Profile, Scalar};
use crate::amount::Decimal;

impl Event<'_> {
    /// A digest of everything in the event but its id. The same on every platform; how numbers are written makes no difference.
    pub(crate) fn digest(&self) -> u64 {
        let size = match &self.body {
            Body::Purchase(purchase) => purchase.lines.len().saturating_mul(128),
            _ => 0,
        };
        let mut out = Bytes(Vec::with_capacity(size.saturating_add(256)));
        out.number(self.at.instant.micros());
        out.number(i64::from(self.at.offset.seconds()));
        out.number(
            self.seq
                .and_then(|seq| i64::try_from(seq).ok())
                .unwrap_or(-1),
        );
        for text in [&self.member, &self.channel, &self.store] {
            out.maybe(text.as_deref());
        }
        out.attributes(&self.attributes);
        out.text(self.kind());
        match &self.body {
            Body::Enroll(profile) | Body::Profile(profile) => out.profile(profile),
            Body::Tags(tags) => {
                out.texts(&tags.add);
                out.texts(&tags.remove);
            }
            Body::Purchase(purchase) => {
                out.text(&purchase.order);
                out.maybe(purchase.currency.as_deref());
                out.count(purchase.lines.len());
                for line in &purchase.lines {
                    out.maybe(line.id.as_deref());
                    out.text(&line.sku);
                    out.number(line.quantity);
                    match line.price {
                        Price::Unit(price) => out.decimal(1, price),
                        Price::Line(amount) => out.decimal(2, amount),
                    }
                    match line.discount {
                        Some(amount) => out.decimal(1, amount),
                        None => out.0.push(0),
                    }
                    out.maybe(line.category.as_deref());
                    out.maybe(line.brand.as_deref());
                    out.texts(&line.tags);
                }
                out.count(purchase.tender.len());
                for tender in &purchase.tender {
                    out.maybe(tender.account.as_deref());
                    out.number(tender.points.get());
                }
            }
            Body::Return(returned) => {
                out.text(&returned.order);
                out.count(returned.lines.len());
                for line in &returned.lines {
                    out.text(&line.line);
                    out.number(line.quantity.unwrap_or(0));
                }
            }
            Body::Activity(activity) => out.text(&activity.kind),
            Body::Adjust(adjust) => {
                out.maybe(adjust.account.as_deref());
                out.number(adjust.points.get());
                out.text(&adjust.reason);
                out.number(
                    adjust
                        .expires_on
                        .map_or(i64::MIN, |date| i64::from(date.days())),
                );
                out.number(adjust.overdraw.map_or(-1, |overdraw| overdraw as i64));
            }
        }
        xxhash_rust::xxh3::xxh3_64(&out.0)
    }
}

/// Values one after the other, each with its length or at a fixed width, so that no two contents read alike.
struct Bytes(Vec<u8>);

impl Bytes {
    fn number(&mut self, number: i64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.0
            .extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.count(usize::MAX),
        }
    }

    fn texts(&mut self, texts: &[std::borrow::Cow<'_, str>]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    /// The value, however it was written: `1.50` and `1.5` are one.
    fn decimal(&mut self, tag: u8, value: Decimal) {
        let scale = value.scale();
        let (number, scale) = match i64::try_from(value.mantissa()) {
            Ok(small) => {
                let (small, scale) = strip(small, scale);
                (i128::from(small), scale)
            }
            Err(_) => {
                let value = value.normalize();
                (value.mantissa(), value.scale())
            }
        };
        self.0.push(tag);
        self.0.extend_from_slice(&number.to_le_bytes());
        self.0.extend_from_slice(&scale.to_le_bytes());
    }

    fn attributes(&mut self, attributes: &Attributes<'_>) {
        self.count(attributes.len());
        for (name, value) in attributes {
            self.text(name);
            match value {
                Scalar::Text(text) => {
                    self.0.push(1);
                    self.text(text);
                }
                Scalar::Number(number) => self.decimal(2, *number),
                Scalar::Flag(flag) => self.0.extend_from_slice(&[3, u8::from(*flag)]),
                Scalar::Nothing => self.0.push(4),
            }
        }
    }

    fn profile(&mut self, profile: &Profile<'_>) {
        self.number(
            profile
                .birthday
                .map_or(i64::MIN, |date| i64::from(date.days())),
        );
        self.maybe(profile.timezone.map(crate::calendar::Zone::name));
        self.attributes(&profile.attributes);
        self.texts(&profile.tags);
    }
}

/// Drops zeros at the end of the decimal places.
fn strip(mut number: i64, mut scale: u32) -> (i64, u32) {
    while scale > 0 && number % 10 == 0 {
        number /= 10;
        scale = scale.saturating_sub(1);
    }
    (number, scale)
}
