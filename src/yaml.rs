//! YAML written by hand, read into a tree that knows the place of each key
//! and value, so that whoever reads it can point at what is wrong. Pure, and
//! bounded: bombs, circles and doubled keys are errors. Nothing else uses
//! serde-saphyr.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

/// Most scalars, lists and mappings a document may have once its aliases are
/// written out; a compose file of 300 services has some 10,000.
const MOST_NODES: usize = 200_000;

/// A place in a file. Both numbers count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line.
    pub line: u64,
    /// Column.
    pub column: u64,
}

impl Place {
    /// The place `columns` further to the right.
    pub fn right(self, columns: usize) -> Self {
        Self { column: self.column + columns as u64, ..self }
    }
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        Self { line: location.line(), column: location.column() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands; for a value that an alias stands for, the alias's place.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, or `null`.
    Null,
    /// `true` or `false`. Words such as `on` and `no` are text.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping in the order of the file; merge keys are merged.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Where it stands.
    pub place: Place,
    /// The key.
    pub name: String,
}

impl Value {
    /// What it is, for messages: `a list`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Where, if the reader knows.
    pub place: Option<Place>,
    /// What is wrong.
    pub why: String,
}

/// Reads a document. Empty text is [`Value::Null`].
pub fn read(text: &str) -> Result<Node, Malformed> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MOST_NODES,
            max_events: 3 * MOST_NODES,
            max_depth: 40,
            max_documents: 1,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        // Names may look like numbers and must stay as they were written.
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    let read = serde_saphyr::from_str_with_options::<Spanned<Value>>(text, options);
    read.map(node).map_err(|error| {
        let place = error.location().map(Place::from).filter(|place| place.line > 0);
        Malformed { place, why: plainly(&error) }
    })
}

fn node(spanned: Spanned<Value>) -> Node {
    Node { place: spanned.referenced.into(), value: spanned.value }
}

/// What is wrong, in words for the person who wrote the file; the place is
/// told apart from them.
fn plainly(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error;
    let error = error.without_snippet();
    match error {
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("`{key}` stands here twice"),
        Error::DuplicateMappingKey { .. } => "a key stands here twice".to_owned(),
        Error::UnknownAnchor { .. } => {
            "this is an alias (`*name`) of nothing; text that begins with `*` needs quotes"
                .to_owned()
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias stands for itself".to_owned()
        }
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. } => {
            "a second document begins here; one is all that is read".to_owned()
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => {
            "it is nested too deeply".to_owned()
        }
        other => {
            let said = other.to_string();
            let first = said.lines().next().unwrap_or_default();
            let plain = first.split(" at line ").next().unwrap_or(first);
            let plain = plain.trim_end_matches([',', ' ', ':']);
            // What goes wrong within an alias comes as words only.
            if plain.starts_with("budget breached") {
                "it is too large once its aliases are written out".to_owned()
            } else if plain.contains("scanning an anchor or alias") {
                "text that begins with `*` or `&` needs quotes".to_owned()
            } else if plain.starts_with("tabs disallowed") {
                "a tab; YAML is indented with blanks".to_owned()
            } else {
                plain.to_owned()
            }
        }
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Value>>()? {
            list.push(node(item));
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let value = entries.next_value::<Spanned<Value>>()?;
            map.push((Key { place: key.referenced.into(), name: key.value }, node(value)));
        }
        Ok(Value::Map(map))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> (u64, u64, String) {
        let malformed = read(text).unwrap_err();
        let place = malformed.place.expect("a place");
        (place.line, place.column, malformed.why)
    }

    #[test]
    fn values_keep_their_places_and_their_spelling() {
        let read = read("a: 1\nb:\n  - x -> y\n  - 22:22\non: no\n0123: 0123\n").unwrap();
        let Value::Map(entries) = read.value else { panic!("a mapping") };
        let names: Vec<&str> = entries.iter().map(|(key, _)| key.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "on", "0123"]);
        let Value::List(list) = &entries[1].1.value else { panic!("a list") };
        assert_eq!(list[0].place, Place { line: 3, column: 5 });
        assert_eq!(list[0].value, Value::Text("x -> y".to_owned()));
        assert_eq!(list[1].value, Value::Text("22:22".to_owned()), "no number to the base of 60");
        assert_eq!(entries[2].1.value, Value::Text("no".to_owned()));
        assert_eq!(entries[3].1.value, Value::Text("0123".to_owned()));
    }

    #[test]
    fn merge_keys_are_merged_and_nothing_is_nothing() {
        let merged = read("a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n").unwrap();
        let Value::Map(entries) = merged.value else { panic!("a mapping") };
        let Value::Map(b) = &entries[1].1.value else { panic!("a mapping") };
        assert_eq!(b.len(), 2);
        assert_eq!(read("# only a remark\n").unwrap().value, Value::Null);
        assert_eq!(read("").unwrap().value, Value::Null);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(why("a: 1\na: 2\n"), (2, 1, "`a` stands here twice".to_owned()));
        assert_eq!(why("a:\n\tb: 1").2, "a tab; YAML is indented with blanks");
        assert_eq!(why("a: &x [*x]").2, "an alias stands for itself");
        assert!(why("- * resolves db").2.contains("quotes"));
        assert!(why("a: *b").2.contains("quotes"));
        assert!(why("- a\n---\n- b\n").2.contains("second document"));
        assert_eq!(why("a: [1").2, "unclosed bracket '['");
        assert!(read("\0").is_err());
    }

    #[test]
    fn bombs_do_not_go_off() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..20 {
            let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
            bomb.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
        }
        assert!(why(&bomb).2.contains("too large"));
        for nested in ["[", "- ", "{a: ", "? "] {
            assert!(read(&nested.repeat(100_000)).is_err(), "{nested}");
        }
    }
}
