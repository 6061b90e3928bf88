//! The ids of groups and users in a body.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// An id: a number in plain digits, or a string. `None` for every other JSON value, which can't be
/// an id.
pub(super) struct Reference(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferenceVisitor)
    }
}

struct ReferenceVisitor;

impl<'de> Visitor<'de> for ReferenceVisitor {
    type Value = Reference;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }

    fn visit_u64<E>(self, id: u64) -> Result<Reference, E> {
        Ok(Reference(Some(id.to_string())))
    }

    fn visit_str<E>(self, id: &str) -> Result<Reference, E> {
        Ok(Reference(Some(id.to_owned())))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Reference, E> {
        Ok(Reference(None))
    }

    /// Reads a fraction, an exponent, or more than 64 bits.
    fn visit_f64<E>(self, _: f64) -> Result<Reference, E> {
        Ok(Reference(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Reference, E> {
        Ok(Reference(None))
    }

    fn visit_unit<E>(self) -> Result<Reference, E> {
        Ok(Reference(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Reference, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Reference(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reference, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Reference(None))
    }
}
