//! Values that stand in for fields that are missing.
//!
//! A derived visitor tells of the first missing field only. With a phantom in its place it tells of the next one. What was read with
//! a phantom in it is thrown away.

use serde::Deserialize;
use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::context::Fault;
use super::fast::NUMBER;

/// Texts that some type or other takes.
const TEXTS: [&str; 8] = [
    "1",
    "x",
    "2000-01-01",
    "2000-01-01T00:00:00Z",
    "00:00",
    "CNY",
    "UTC",
    "0.5",
];
/// How deep a phantom goes.
const DEPTH_MAX: u8 = 6;

/// Makes some value of a type, if it is easily had.
pub(super) fn phantom<'de, T: Deserialize<'de>>() -> Result<T, Fault> {
    let made = (0..TEXTS.len()).find_map(|round| T::deserialize(Phantom { round, depth: 0 }).ok());
    made.ok_or(Fault::Dead)
}

/// A deserializer that makes something up; in another round, something else.
#[derive(Clone, Copy)]
struct Phantom {
    round: usize,
    depth: u8,
}

impl Phantom {
    fn deeper(self) -> Result<Self, Fault> {
        let depth = self.depth.saturating_add(1);
        if depth > DEPTH_MAX {
            Err(Fault::Dead)
        } else {
            Ok(Self { depth, ..self })
        }
    }

    fn text(self) -> &'static str {
        TEXTS.get(self.round).copied().unwrap_or_default()
    }
}

impl IntoDeserializer<'_, Fault> for Phantom {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! whole {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.visit_u64(1)
        })*
    };
}

impl<'de> Deserializer<'de> for Phantom {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.text())
    }

    whole! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(true)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == NUMBER {
            visitor.visit_borrowed_str(self.text())
        } else {
            visitor.visit_newtype_struct(self.deeper()?)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let length = self.round.min(1);
        visitor.visit_seq(SeqDeserializer::new(core::iter::repeat_n(
            self.deeper()?,
            length,
        )))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_seq(SeqDeserializer::new(core::iter::repeat_n(
            self.deeper()?,
            length,
        )))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_struct("", &[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let inner = self.deeper()?;
        visitor.visit_map(MapDeserializer::new(
            fields.iter().map(|field| (*field, inner)),
        ))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        choices: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let name = choices
            .iter()
            .cycle()
            .nth(self.round)
            .copied()
            .ok_or(Fault::Dead)?;
        visitor.visit_enum(PhantomChoice {
            name,
            inner: self.deeper()?,
        })
    }

    forward_to_deserialize_any! { char str string bytes byte_buf identifier ignored_any }
}

struct PhantomChoice {
    name: &'static str,
    inner: Phantom,
}

impl<'de> EnumAccess<'de> for PhantomChoice {
    type Error = Fault;
    type Variant = Phantom;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Phantom), Fault> {
        Ok((
            seed.deserialize(StrDeserializer::<Fault>::new(self.name))?,
            self.inner,
        ))
    }
}

impl<'de> VariantAccess<'de> for Phantom {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}
