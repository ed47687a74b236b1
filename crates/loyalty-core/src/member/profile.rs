//! What is known of a person.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::calendar::{Date, Zone};
use crate::error::{Code, Error};
use crate::event::{self, Scalar};
use crate::id::Id;
use crate::json::UniqueMap;

/// What is known of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) birthday: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timezone: Option<Zone>,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub(crate) attributes: Attributes,
    /// Sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Id>,
}

pub(super) fn is_empty(profile: &Arc<Profile>) -> bool {
    **profile == Profile::default()
}

impl Profile {
    pub(crate) fn has_tag(&self, tag: &str) -> bool {
        self.tags
            .binary_search_by(|one| one.as_str().cmp(tag))
            .is_ok()
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&Scalar<'static>> {
        self.attributes
            .0
            .iter()
            .find(|(one, _)| *one == *name)
            .map(|(_, value)| value)
    }

    /// Takes over what a host reports; what it does not name stays.
    pub(crate) fn update(&mut self, news: &event::Profile<'_>) -> Result<(), Error> {
        self.birthday = news.birthday.or(self.birthday);
        self.timezone = news.timezone.or(self.timezone);
        for (name, value) in &news.attributes {
            let name = Id::new(name)?;
            self.attributes.0.retain(|(one, _)| *one != name);
            let value = match value {
                Scalar::Nothing => continue,
                Scalar::Text(text) => Scalar::Text(Cow::Owned(text.to_string())),
                Scalar::Number(number) => Scalar::Number(number.normalize()),
                Scalar::Flag(flag) => Scalar::Flag(*flag),
            };
            self.attributes.0.push((name, value));
        }
        self.sort_attributes()?;
        self.tag(&news.tags).map(|_| ())
    }

    fn sort_attributes(&mut self) -> Result<(), Error> {
        self.attributes
            .0
            .sort_by(|(one, _), (other, _)| one.cmp(other));
        if self.attributes.0.len() > crate::limits::TAGS_MAX {
            return Err(Error::at(
                Code::LimitExceeded,
                "attributes",
                "a member has too many attributes",
            ));
        }
        Ok(())
    }

    /// Takes over what is known of another member and not of this one.
    pub(crate) fn join(&mut self, other: &Self) -> Result<(), Error> {
        self.birthday = self.birthday.or(other.birthday);
        for (name, value) in &other.attributes.0 {
            if self.attribute(name.as_str()).is_none() {
                self.attributes.0.push((name.clone(), value.clone()));
            }
        }
        self.sort_attributes()?;
        let tags: Vec<Cow<'_, str>> = other.tags.iter().map(|tag| tag.as_str().into()).collect();
        self.tag(&tags).map(|_| ())
    }

    /// Sets tags; says which of them are new.
    pub(crate) fn tag(&mut self, tags: &[Cow<'_, str>]) -> Result<Vec<Id>, Error> {
        let mut added = Vec::new();
        for tag in tags {
            if let Err(place) = self.tags.binary_search_by(|one| one.as_str().cmp(tag)) {
                let tag = Id::new(tag)?;
                self.tags.insert(place, tag.clone());
                added.push(tag);
            }
        }
        if self.tags.len() > crate::limits::TAGS_MAX {
            return Err(Error::at(
                Code::LimitExceeded,
                "tags",
                "a member has too many tags",
            ));
        }
        Ok(added)
    }

    /// Clears tags; says which of them were set.
    pub(crate) fn untag(&mut self, tags: &[Cow<'_, str>]) -> Vec<Id> {
        let mut removed = Vec::new();
        for tag in tags {
            if let Ok(place) = self.tags.binary_search_by(|one| one.as_str().cmp(tag)) {
                removed.push(self.tags.remove(place));
            }
        }
        removed
    }
}

/// Named values, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attributes(Vec<(Id, Scalar<'static>)>);

impl Attributes {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .iter()
                .map(|(name, value)| (name, Value(value.clone()))),
        )
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = UniqueMap::<Value>::deserialize(deserializer)?.0;
        let all = map
            .into_iter()
            .map(|(name, value)| Ok((Id::new(&name)?, value.0)))
            .collect::<Result<_, Error>>();
        all.map(Self).map_err(Error::into_serde)
    }
}

/// One value; a number is written and read by its literal text.
struct Value(Scalar<'static>);

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Scalar::Text(text) => serializer.serialize_str(text),
            Scalar::Flag(flag) => serializer.serialize_bool(*flag),
            Scalar::Nothing => serializer.serialize_none(),
            Scalar::Number(number) => RawValue::from_string(number.to_string())
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        event::read_scalar(<&RawValue>::deserialize(deserializer)?.get())
            .map(Self)
            .map_err(Error::into_serde)
    }
}
