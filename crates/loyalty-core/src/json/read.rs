//! The patient door: reads a type from a tree, records every mistake, and goes on with what is right.

use serde::de::{DeserializeOwned, Deserializer, Expected, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{Choice, Elements, Entries};
use super::context::{Context, Fault};
use super::fast::NUMBER;
use super::gaps::Gaps;
use super::node::{Node, Value, in_order};
use super::path::Path;
use super::words::{expectation, list, not_whole, quoted};
use crate::error::{Code, Error};

/// Reads a value of the type from a tree, as far as it goes, and adds every mistake to the list, which is then in the order of the
/// document. There is no value if something that everything needs is wrong, or if the mistakes are too many. Says also what was left
/// out of it.
pub(crate) fn read<T: DeserializeOwned>(
    node: &Node,
    mistakes: &mut Vec<Error>,
) -> (Option<T>, Gaps) {
    let context = Context::new(node, mistakes.len());
    let value = context
        .attempt::<T>(node, &Path::ROOT)
        .ok()
        .filter(|_| !context.stopped());
    mistakes.append(&mut context.found());
    if context.exhausted() {
        let words = "the document takes too much work to read; there may be more mistakes in it";
        mistakes.push(Error::new(Code::LimitExceeded, words));
    }
    in_order(node, mistakes);
    (value, context.gaps())
}

/// The deserializer: one value, and where it is.
#[derive(Clone, Copy)]
pub(super) struct Reader<'de, 'p> {
    pub(super) context: &'p Context,
    pub(super) node: &'de Node,
    pub(super) path: &'p Path<'p>,
}

impl<'de> Reader<'de, '_> {
    /// What every reading begins with: nothing is read once the bounds are reached, and nothing that was marked.
    fn enter(&self) -> Result<&'de Value, Fault> {
        let context = self.context;
        context.count();
        if context.stopped() || context.is_bad(self.node) {
            Err(Fault::Dead)
        } else {
            Ok(&self.node.value)
        }
    }

    fn wrong<'v, V: Visitor<'v>>(&self, visitor: &V) -> Fault {
        Fault::wrong_type(
            self.node,
            expectation(&(visitor as &dyn Expected).to_string()),
        )
    }

    fn items<V: Visitor<'de>>(self, visitor: V, fixed: bool) -> Result<V::Value, Fault> {
        let Value::List(items) = self.enter()? else {
            return Err(self.wrong(&visitor));
        };
        let mut elements = Elements {
            reader: self,
            items: items.iter().enumerate(),
            fixed,
        };
        let value = visitor.visit_seq(&mut elements)?;
        match elements.items.len() {
            0 => Ok(value),
            more => Err(Fault::new(
                Code::InvalidValue,
                format!("the list has {more} more than are possible here"),
            )),
        }
    }

    fn entries<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Value::Map(entries) = self.enter()? else {
            return Err(self.wrong(&visitor));
        };
        visitor.visit_map(Entries::new(self, entries))
    }

    /// A whole number, which must be written as one.
    fn whole<V: Visitor<'de>>(self, visitor: V, min: i128, max: i128) -> Result<V::Value, Fault> {
        let Value::Number(text) = self.enter()? else {
            return Err(Fault::wrong_type(self.node, "a whole number"));
        };
        if let Some(error) = not_whole(text) {
            return Err(error.into());
        }
        match text.parse::<i128>() {
            Ok(number) if (min..=max).contains(&number) => {
                match (u64::try_from(number), i64::try_from(number)) {
                    (Ok(number), _) => visitor.visit_u64(number),
                    (_, Ok(number)) => visitor.visit_i64(number),
                    _ => visitor.visit_i128(number),
                }
            }
            _ => {
                let words = format!(
                    "{} is not possible: expected a whole number from {min} to {max}",
                    quoted(text)
                );
                Err(Fault::new(Code::OutOfRange, words))
            }
        }
    }

    /// A string; or the literal text of a number, for a visitor whose own words say that it expects a number.
    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.enter()? {
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Number(text) if (&visitor as &dyn Expected).to_string().contains("number") => {
                visitor.visit_borrowed_str(text)
            }
            _ => Err(self.wrong(&visitor)),
        }
    }
}

macro_rules! whole {
    ($($method:ident $kind:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.whole(visitor, i128::from($kind::MIN), i128::from($kind::MAX))
        })*
    };
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.enter()? {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(_) => self.items(visitor, false),
            Value::Map(_) => self.entries(visitor),
            Value::Number(text) => match (text.parse::<u64>(), text.parse::<i64>()) {
                (Ok(number), _) => visitor.visit_u64(number),
                (_, Ok(number)) if text != "-0" => visitor.visit_i64(number),
                _ => visitor.visit_borrowed_str(text),
            },
        }
    }

    whole! {
        deserialize_i8 i8 deserialize_i16 i16 deserialize_i32 i32 deserialize_i64 i64 deserialize_i128 i128
        deserialize_u8 u8 deserialize_u16 u16 deserialize_u32 u32 deserialize_u64 u64
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.whole(visitor, 0, i128::MAX)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Value::Number(text) = self.enter()? else {
            return Err(self.wrong(&visitor));
        };
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => visitor.visit_f64(number),
            _ => Err(Fault::new(
                Code::OutOfRange,
                format!("{} is outside of what is possible", quoted(text)),
            )),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Value::Bool(value) = self.enter()? else {
            return Err(self.wrong(&visitor));
        };
        visitor.visit_bool(*value)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.text(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.enter()? {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Value::Null = self.enter()? else {
            return Err(self.wrong(&visitor));
        };
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.enter()? {
            Value::Text(text) | Value::Number(text) if name == NUMBER => {
                visitor.visit_borrowed_str(text)
            }
            _ if name == NUMBER => Err(self.wrong(&visitor)),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.items(visitor, false)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.items(visitor, true)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.items(visitor, true)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.entries(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.entries(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        choices: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let expected = match choices {
            [one] => format!("`{one}`"),
            _ => format!("one of {}", list(choices.iter().copied())),
        };
        match self.enter()? {
            Value::Text(name) => visitor.visit_enum(Choice {
                reader: self,
                name,
                content: None,
            }),
            Value::Map(entries) => match entries.as_slice() {
                [(name, content)] => visitor.visit_enum(Choice {
                    reader: self,
                    name,
                    content: Some(content),
                }),
                [] => Err(Fault::new(
                    Code::InvalidValue,
                    format!("expected {expected}, found an object without a key"),
                )),
                [(a, _), (b, _)] => {
                    let words = format!(
                        "expected {expected}, found two keys {} and {}",
                        quoted(a),
                        quoted(b)
                    );
                    Err(Fault::new(Code::InvalidValue, words))
                }
                many => {
                    let found = list(many.iter().map(|(key, _)| key.as_str()));
                    let words = format!("expected {expected}, found {} keys: {found}", many.len());
                    Err(Fault::new(Code::InvalidValue, words))
                }
            },
            _ => Err(Fault::wrong_type(self.node, &expected)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { bytes byte_buf }
}
