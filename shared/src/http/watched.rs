//! A deserializer that reads numbers with a zero fraction as integers, and remembers the structure
//! that it is reading.

use std::cell::RefCell;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

/// The largest integer below which every integer is a `f64` of its own.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The names that the innermost structure allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// The fields of a struct.
    Fields(&'static [&'static str]),
    /// The variants of an enumeration.
    Variants(&'static [&'static str]),
}

/// The structures that are being read, the innermost last. After an error the last one is where it
/// occurred.
pub(super) type Open = RefCell<Vec<Names>>;

/// The names of the innermost structure.
pub(super) fn innermost(open: &Open) -> Option<Names> {
    open.borrow().last().copied()
}

/// A part of the deserializer, with the structures that are being read.
pub(super) struct Watched<'a, T> {
    inner: T,
    open: &'a Open,
}

impl<'a, T> Watched<'a, T> {
    pub(super) fn new(inner: T, open: &'a Open) -> Self {
        Self { inner, open }
    }
}

macro_rules! forward {
    ($($method:ident($($argument:ident: $kind:ty),*);)+) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $kind,)* visitor: V) -> Result<V::Value, Self::Error> {
            self.inner.$method($($argument,)* Watched::new(visitor, self.open))
        })+
    };
}

macro_rules! whole_numbers {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            self.inner.deserialize_any(Whole(visitor))
        })+
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Watched<'_, D> {
    type Error = D::Error;

    whole_numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    forward! {
        deserialize_any();
        deserialize_bool();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let Self { inner, open } = self;
        within(open, Names::Fields(fields), || {
            inner.deserialize_struct(name, fields, Watched::new(visitor, open))
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let Self { inner, open } = self;
        within(open, Names::Variants(variants), || {
            inner.deserialize_enum(name, variants, Watched::new(visitor, open))
        })
    }
}

/// Reads a structure. It stays open after an error.
fn within<T, E>(open: &Open, names: Names, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    open.borrow_mut().push(names);
    let value = read()?;
    open.borrow_mut().pop();
    Ok(value)
}

macro_rules! scalars {
    ($($method:ident: $kind:ty;)+) => {
        $(fn $method<E: serde::de::Error>(self, value: $kind) -> Result<V::Value, E> {
            self.inner.$method(value)
        })+
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Watched<'_, V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(formatter)
    }

    scalars! {
        visit_bool: bool;
        visit_i64: i64;
        visit_i128: i128;
        visit_u64: u64;
        visit_u128: u128;
        visit_f64: f64;
        visit_str: &str;
        visit_borrowed_str: &'de str;
        visit_string: String;
        visit_bytes: &[u8];
        visit_borrowed_bytes: &'de [u8];
        visit_byte_buf: Vec<u8>;
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Watched::new(value, self.open))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Watched::new(value, self.open))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Watched::new(items, self.open))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Watched::new(entries, self.open))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(Watched::new(variant, self.open))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Watched<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Watched::new(value, self.open))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Watched<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(Watched::new(seed, self.open))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Watched<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Watched::new(seed, self.open))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'a, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Watched<'a, A> {
    type Error = A::Error;
    type Variant = Watched<'a, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (value, variant) = self.inner.variant_seed(seed)?;
        Ok((value, Watched::new(variant, self.open)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Watched<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.newtype_variant_seed(Watched::new(seed, self.open))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner.tuple_variant(length, Watched::new(visitor, self.open))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner.struct_variant(fields, Watched::new(visitor, self.open))
    }
}

/// The visitor of an integer. It reads `10.0` and `6.048e5` as the integers that they are.
struct Whole<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Whole<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.0.visit_i64(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.0.visit_u64(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<V::Value, E> {
        if value.fract() != 0.0 || value.abs() > LARGEST_EXACT {
            return self.0.visit_f64(value);
        }
        // Exact, because the fraction is zero and every integer in this range is an `i64`.
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
        let whole = value as i64;
        self.0.visit_i64(whole)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Input {
        number: Option<u32>,
        #[serde(default)]
        list: Vec<Inner>,
        #[serde(default)]
        anything: serde_json::Value,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner(i64);

    fn read(text: &str) -> Result<Input, serde_json::Error> {
        let open = Open::default();
        Input::deserialize(Watched::new(&mut serde_json::Deserializer::from_str(text), &open))
    }

    #[test]
    fn a_zero_fraction_is_an_integer_where_one_is_wanted() {
        let number = |text: &str| read(&format!(r#"{{"number":{text}}}"#)).ok()?.number;
        for (text, value) in [
            ("10.0", Some(10)),
            ("6.048e5", Some(604_800)),
            ("5e0", Some(5)),
            ("0.5e1", Some(5)),
            ("4294967295.0", Some(u32::MAX)),
            ("-0.0", Some(0)),
            ("10.5", None),
            ("4294967296.0", None),
            ("-1.0", None),
            ("1e30", None),
            ("\"10\"", None),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
        let all = read(r#"{"list":[1.0,2],"anything":{"kept":1.0}}"#).unwrap();
        assert_eq!(all.list, [Inner(1), Inner(2)]);
        assert_eq!(all.anything.to_string(), r#"{"kept":1.0}"#);
    }

    proptest! {
        #[test]
        fn everything_else_is_read_as_without_it(text in "[\\[\\]{}\":,a-z0-9. -]{0,40}") {
            let plain: Result<serde_json::Value, _> = serde_json::from_str(&text);
            let open = Open::default();
            let mut json = serde_json::Deserializer::from_str(&text);
            let watched = serde_json::Value::deserialize(Watched::new(&mut json, &open));
            let watched = watched.and_then(|value| json.end().map(|()| value));
            prop_assert_eq!(watched.ok(), plain.ok());
        }

        #[test]
        fn every_integer_is_itself_with_a_fraction(number in any::<u32>()) {
            prop_assert_eq!(read(&format!(r#"{{"number":{number}.000}}"#)).unwrap().number, Some(number));
        }
    }
}
