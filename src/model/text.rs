//! Reading what JSON has as a string straight into the type that it stands
//! for, without a copy of the string.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// What `parse` makes of the string that is read.
pub fn parsed<'de, D: Deserializer<'de>, T>(
    from: D,
    parse: impl FnOnce(&str) -> T,
) -> Result<T, D::Error> {
    from.deserialize_str(Text { parse, made: PhantomData })
}

struct Text<F, T> {
    parse: F,
    made: PhantomData<T>,
}

impl<F: FnOnce(&str) -> T, T> Visitor<'_> for Text<F, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok((self.parse)(text))
    }
}
