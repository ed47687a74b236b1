//! How the patient door goes through lists, objects and choices.

use core::iter::Enumerate;
use core::slice;
use std::vec;

use serde::Deserialize;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use smol_str::SmolStr;

use super::context::Fault;
use super::node::{Node, Value};
use super::path::Path;
use super::phantom::phantom;
use super::read::Reader;
use super::words::quoted;
use crate::error::Code;

/// The elements of a list. Bad ones are left out; of a list of fixed length none can be.
pub(super) struct Elements<'de, 'p> {
    pub(super) reader: Reader<'de, 'p>,
    pub(super) items: Enumerate<slice::Iter<'de, Node>>,
    pub(super) fixed: bool,
}

impl<'de> SeqAccess<'de> for Elements<'de, '_> {
    type Error = Fault;

    fn next_element<T: Deserialize<'de>>(&mut self) -> Result<Option<T>, Fault> {
        let Reader { context, path, .. } = self.reader;
        for (index, node) in self.items.by_ref() {
            let value = if context.is_bad(node) {
                None
            } else {
                context.attempt(node, &path.index(index)).ok()
            };
            match value {
                None if self.fixed || context.stopped() => return Err(Fault::Dead),
                None => {}
                value => return Ok(value),
            }
        }
        Ok(None)
    }

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Reader { context, path, .. } = self.reader;
        for (index, node) in self.items.by_ref() {
            if !context.is_bad(node) {
                return within(self.reader, node, &path.index(index), |reader| {
                    seed.deserialize(reader)
                })
                .map(Some);
            }
            if self.fixed {
                return Err(Fault::Dead);
            }
        }
        Ok(None)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of an object, without those that are bad.
pub(super) struct Entries<'de, 'p> {
    pub(super) reader: Reader<'de, 'p>,
    entries: slice::Iter<'de, (SmolStr, Node)>,
    value: Option<&'de (SmolStr, Node)>,
    /// The fields that are made up; each one comes after all others.
    phantoms: vec::IntoIter<&'static str>,
    made_up: bool,
}

impl<'de, 'p> Entries<'de, 'p> {
    /// Goes through entries from the first one on.
    pub(super) fn new(reader: Reader<'de, 'p>, entries: &'de [(SmolStr, Node)]) -> Self {
        let phantoms = reader.context.phantoms(reader.node).into_iter();
        Self {
            reader,
            entries: entries.iter(),
            value: None,
            phantoms,
            made_up: false,
        }
    }

    fn advance(&mut self) -> Option<&'de (SmolStr, Node)> {
        let context = self.reader.context;
        self.value = self
            .entries
            .by_ref()
            .find(|(_, node)| !context.is_bad(node));
        self.value
    }

    fn bad_key(&self, (key, node): &(SmolStr, Node), fault: Fault) {
        let Reader {
            context,
            path,
            node: map,
        } = self.reader;
        context.settle_key(map, node, &path.key(key), fault);
    }

    fn taken(&mut self) -> Result<&'de (SmolStr, Node), Fault> {
        self.value
            .take()
            .ok_or_else(|| Fault::new(Code::Internal, "a value was asked for before its key"))
    }
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Fault;

    fn next_key<K: Deserialize<'de>>(&mut self) -> Result<Option<K>, Fault> {
        while let Some(entry) = self.advance() {
            match K::deserialize(Key(&entry.0)) {
                Ok(key) => return Ok(Some(key)),
                Err(fault) => self.bad_key(entry, fault),
            }
        }
        let made_up = self.phantoms.next();
        self.made_up = made_up.is_some();
        made_up.map(|name| K::deserialize(Key(name))).transpose()
    }

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some(entry) = self.advance() else {
            return Ok(None);
        };
        seed.deserialize(Key(&entry.0)).map(Some).map_err(|fault| {
            self.bad_key(entry, fault);
            Fault::Again
        })
    }

    fn next_value<V: Deserialize<'de>>(&mut self) -> Result<V, Fault> {
        if core::mem::take(&mut self.made_up) {
            return phantom();
        }
        let (key, node) = self.taken()?;
        let Reader { context, path, .. } = self.reader;
        context
            .attempt(node, &path.key(key))
            .map_err(|_| Fault::Again)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (key, node) = self.taken()?;
        let path = self.reader.path.key(key);
        within(self.reader, node, &path, |reader| seed.deserialize(reader))
            .map_err(|_| Fault::Again)
    }

    fn next_entry<K: Deserialize<'de>, V: Deserialize<'de>>(
        &mut self,
    ) -> Result<Option<(K, V)>, Fault> {
        while let Some(key) = self.next_key()? {
            if let Ok(value) = self.next_value() {
                return Ok(Some((key, value)));
            }
        }
        Ok(None)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// Reads something once at a value within; what is wrong there is recorded there.
fn within<'de, T>(
    reader: Reader<'de, '_>,
    node: &'de Node,
    path: &Path<'_>,
    read: impl FnOnce(Reader<'de, '_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let context = reader.context;
    match read(Reader {
        context,
        node,
        path,
    }) {
        Ok(_) if context.has_phantoms(node) => Err(context.mark(node).into()),
        Ok(value) => Ok(value),
        Err(Fault::Again) => Err(Fault::Again),
        Err(fault) => Err(context.settle(node, path, fault)),
    }
}

/// A choice: its name alone, or an object with its name as the one key.
pub(super) struct Choice<'de, 'p> {
    pub(super) reader: Reader<'de, 'p>,
    pub(super) name: &'de SmolStr,
    pub(super) content: Option<&'de Node>,
}

impl<'de> Choice<'de, '_> {
    fn content(&self) -> Result<&'de Node, Fault> {
        self.content.ok_or_else(|| {
            let words = format!(
                "{} needs settings: write an object with it as the one key",
                quoted(self.name)
            );
            Fault::new(Code::WrongType, words)
        })
    }

    fn read<T>(&self, read: impl FnOnce(Reader<'de, '_>) -> Result<T, Fault>) -> Result<T, Fault> {
        within(
            self.reader,
            self.content()?,
            &self.reader.path.key(self.name),
            read,
        )
    }
}

impl<'de> EnumAccess<'de> for Choice<'de, '_> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        Ok((seed.deserialize(Key(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'de, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.content {
            None
            | Some(Node {
                value: Value::Null, ..
            }) => Ok(()),
            Some(node) => self.read(|_| Err(Fault::wrong_type(node, "no settings"))),
        }
    }

    fn newtype_variant<T: Deserialize<'de>>(self) -> Result<T, Fault> {
        let Reader { context, path, .. } = self.reader;
        Ok(context.attempt(self.content()?, &path.key(self.name))?)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        self.read(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.read(|reader| reader.deserialize_tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.read(|reader| reader.deserialize_struct("", fields, visitor))
    }
}

/// The key of an object, or the name of a choice.
struct Key<'de>(&'de str);

macro_rules! numeric {
    ($($method:ident $visit:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.0.parse() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(Fault::new(Code::InvalidNumber, format!("the key {} is not a whole number", quoted(self.0)))),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.0)
    }

    numeric! {
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32 deserialize_i64 visit_i64
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        choices: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        BorrowedStrDeserializer::new(self.0).deserialize_enum(name, choices, visitor)
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}
