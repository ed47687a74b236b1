//! Canonical JSON as Python objects, in the order in which it is written.

use std::fmt;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString, PyType};
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

/// Fields of a receipt that are money.
const MONEY: [&str; 18] = [
    "list",
    "discounted",
    "net",
    "tax",
    "gross",
    "paid",
    "amount",
    "unplaced",
    "value",
    "withheld",
    "rate",
    "bound",
    "price",
    "money",
    "saves",
    "left",
    "repriced",
    "due",
];

/// Reads JSON; numbers are `int`, there are no others in the documents of the engine.
pub(crate) fn object<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    read(py, text, false)
}

/// Reads JSON in which the money fields of a receipt become `Decimal`.
pub(crate) fn receipt<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    read(py, text, true)
}

fn read<'py>(py: Python<'py>, text: &str, money: bool) -> PyResult<Bound<'py, PyAny>> {
    let seed = Seed {
        py,
        money,
        amount: false,
    };
    seed.deserialize(&mut Deserializer::from_str(text))
        .map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))
}

fn decimal<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")?.call1((text,))
}

#[derive(Clone, Copy)]
struct Seed<'py> {
    py: Python<'py>,
    /// Whether money becomes `Decimal`.
    money: bool,
    /// Whether this value is an amount of money.
    amount: bool,
}

impl<'py> Seed<'py> {
    fn made<E: serde::de::Error, T>(result: PyResult<T>) -> Result<T, E> {
        result.map_err(|error| E::custom(error))
    }
}

impl<'de, 'py> DeserializeSeed<'de> for Seed<'py> {
    type Value = Bound<'py, PyAny>;
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, 'py> Visitor<'de> for Seed<'py> {
    type Value = Bound<'py, PyAny>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document of the engine")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<Self::Value, E> {
        Self::made(flag.into_pyobject(self.py).map_err(PyErr::from))
            .map(|flag| flag.to_owned().into_any())
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Self::made(number.into_pyobject(self.py).map_err(PyErr::from)).map(Bound::into_any)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Self::made(number.into_pyobject(self.py).map_err(PyErr::from)).map(Bound::into_any)
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Err(E::custom("a number of the engine is whole"))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        if self.amount {
            Self::made(decimal(self.py, text))
        } else {
            Ok(PyString::new(self.py, text).into_any())
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let list = PyList::empty(self.py);
        while let Some(value) = from.next_element_seed(self)? {
            list.append(value).map_err(A::Error::custom)?;
        }
        Ok(list.into_any())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let dict = PyDict::new(self.py);
        while let Some(key) = from.next_key::<String>()? {
            // `total.list` is money, `lines` and `total` themselves are no texts, so a name is enough.
            let amount = self.money && MONEY.contains(&key.as_str());
            let value = from.next_value_seed(Seed { amount, ..self })?;
            dict.set_item(PyString::intern(self.py, &key), value)
                .map_err(A::Error::custom)?;
        }
        Ok(dict.into_any())
    }
}
