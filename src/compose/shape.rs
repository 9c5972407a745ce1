//! The shapes that values in a compose file may have.

use super::scalar::{self, Scalar};
use crate::yaml::{Node, Value};

/// What a value may be.
#[derive(Debug)]
pub enum Shape {
    /// Anything at all.
    Any,
    /// Nothing.
    Null,
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Text that this takes; the words say what is wanted.
    Like(fn(&str) -> bool, &'static str),
    /// A whole number from the first to the last.
    Whole(i64, i64),
    /// A number of any kind.
    Number,
    /// True or false.
    Flag,
    /// A whole number, or text that is one.
    AsWhole,
    /// A number, or text that is one.
    AsNumber,
    /// True or false, or one of the words that Compose takes for them.
    AsFlag,
    List(&'static Shape),
    /// A list in which nothing is there twice.
    Set(&'static Shape),
    /// A mapping with any keys.
    Map(&'static Shape),
    /// A mapping whose keys are names of the file's own.
    Named(&'static Shape),
    /// A mapping with certain keys.
    Keys(&'static Keys),
    /// Any of these.
    Either(&'static [Shape]),
}

/// The keys of a mapping.
#[derive(Debug)]
pub struct Keys {
    /// By name, sorted.
    pub known: &'static [(&'static str, Shape)],
    /// Those that must be there.
    pub required: &'static [&'static str],
    /// Whether keys that begin with `x-` are free.
    pub extensible: bool,
    /// Why a mapping of this name is none of these after all.
    pub no_such: Option<fn(&str, &Node) -> Option<String>>,
}

impl Keys {
    pub fn shape(&self, key: &str) -> Option<&'static Shape> {
        let at = self.known.binary_search_by(|(known, _)| (*known).cmp(key)).ok()?;
        Some(&self.known[at].1)
    }
}

impl Shape {
    /// Whether a value is of the right kind, whatever is inside.
    pub fn takes(&self, node: &Node) -> bool {
        let scalar = scalar::of(node);
        match self {
            Self::Any => true,
            Self::Null => node.value == Value::Null,
            Self::Text | Self::OneOf(_) | Self::Like(..) => scalar == Some(Scalar::Text),
            Self::Whole(..) => matches!(scalar, Some(Scalar::Whole(_))),
            Self::Number => matches!(scalar, Some(Scalar::Whole(_) | Scalar::Number)),
            Self::Flag => matches!(scalar, Some(Scalar::Flag(_))),
            Self::AsWhole => matches!(scalar, Some(Scalar::Whole(_) | Scalar::Text)),
            Self::AsNumber => {
                matches!(scalar, Some(Scalar::Whole(_) | Scalar::Number | Scalar::Text))
            }
            Self::AsFlag => matches!(scalar, Some(Scalar::Flag(_) | Scalar::Text)),
            Self::List(_) | Self::Set(_) => matches!(node.value, Value::List(_)),
            Self::Map(_) | Self::Named(_) | Self::Keys(_) => node.map().is_some(),
            Self::Either(shapes) => shapes.iter().any(|shape| shape.takes(node)),
        }
    }

    /// What is wrong with a scalar of the right kind.
    pub fn complaint(&self, node: &Node) -> Option<String> {
        let scalar = scalar::of(node)?;
        let text = node.text()?;
        let is_text = scalar == Scalar::Text;
        let wrong = match self {
            Self::OneOf(words) => !words.contains(&text),
            Self::Like(takes, _) => !takes(text),
            Self::Whole(from, to) => match scalar {
                Scalar::Whole(number) => !(*from..=*to).contains(&number),
                _ => false,
            },
            Self::AsWhole => is_text && text.parse::<i64>().is_err(),
            Self::AsNumber => is_text && text.parse::<f64>().is_err(),
            Self::AsFlag => is_text && flag(text).is_none(),
            _ => false,
        };
        let what = if text.is_empty() { "empty".to_owned() } else { "something else".to_owned() };
        wrong.then(|| format!("{} was expected, and this is {what}", self.words()))
    }

    /// What is wanted, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Any => "anything".to_owned(),
            Self::Null => "nothing".to_owned(),
            Self::Text => "text".to_owned(),
            Self::OneOf(words) => words.join(" or "),
            Self::Like(_, words) => (*words).to_owned(),
            Self::Whole(i64::MIN, i64::MAX) | Self::AsWhole => "a whole number".to_owned(),
            Self::Whole(from, i64::MAX) => format!("a whole number from {from}"),
            Self::Whole(from, to) => format!("a whole number from {from} to {to}"),
            Self::Number | Self::AsNumber => "a number".to_owned(),
            Self::Flag | Self::AsFlag => "true or false".to_owned(),
            Self::List(_) | Self::Set(_) => "a list".to_owned(),
            Self::Map(_) | Self::Named(_) | Self::Keys(_) => "a mapping".to_owned(),
            Self::Either(shapes) => {
                let mut words: Vec<String> = shapes
                    .iter()
                    .filter(|shape| !matches!(shape, Self::Null))
                    .map(Self::words)
                    .collect();
                words.dedup();
                words.join(" or ")
            }
        }
    }
}

/// What Compose takes for true or false where it expects either.
pub fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "y" | "yes" | "on" => Some(true),
        "false" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}
