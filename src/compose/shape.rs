//! The shapes that values in a compose file may have.

use super::scalar::{self, Scalar};
use crate::model::Form;
use crate::yaml::{Entry, Node, Value};

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

    /// The form in which a value of the wrong kind would be taken.
    pub fn form(&self, key: &str, node: &Node) -> Option<Form> {
        let shapes = match self {
            Self::Either(shapes) => shapes,
            shape => std::slice::from_ref(shape),
        };
        let any = |fits: fn(&Shape) -> bool| shapes.iter().any(fits);
        if any(|shape| matches!(shape, Self::List(_) | Self::Set(_))) {
            return values(key, node).map(|values| Form::List { values });
        }
        let is_text = any(|shape| matches!(shape, Self::Text | Self::OneOf(_) | Self::Like(..)));
        if is_text && node.text().is_some() {
            return Some(Form::Text);
        }
        let is_list = matches!(&node.value, Value::List(items) if !items.is_empty());
        let is_mapping = any(|shape| matches!(shape, Self::Map(_) | Self::Named(_)));
        (is_mapping && is_list).then_some(Form::Mapping)
    }

    /// The keys of the mapping that it takes, if they are certain ones.
    pub fn keys(&self) -> Option<&'static Keys> {
        match self {
            Self::Keys(keys) => Some(keys),
            Self::Either(shapes) => shapes.iter().find_map(Self::keys),
            _ => None,
        }
    }

    /// What the values of the mapping that it takes are to be, if their keys are names.
    pub fn named(&self) -> Option<&'static Shape> {
        match self {
            Self::Named(value) | Self::Map(value) => Some(value),
            Self::Either(shapes) => shapes.iter().find_map(Self::named),
            _ => None,
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

/// Keys whose values are ports and names, and no secrets.
const OF_NAMES: [&str; 9] = [
    "cap_add",
    "cap_drop",
    "depends_on",
    "dns",
    "expose",
    "networks",
    "ports",
    "profiles",
    "volumes_from",
];

/// What would be in a list in place of a value that is none: its parts, or a port that
/// lacks the `- ` in front of it, which makes a mapping of it. Nothing where that may
/// hold a secret; `None` where it is not clear.
fn values(key: &str, node: &Node) -> Option<Vec<String>> {
    let is_plain = |text: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._:/[]-".contains(c);
        !text.is_empty() && text.len() <= 64 && text.chars().all(fits)
    };
    let values: Vec<String> = match (&node.value, node.text()) {
        (_, Some(text)) => text.split([',', ' ', '\n']).map(str::trim).map(str::to_owned).collect(),
        (Value::Map(map), _) if matches!(key, "ports" | "expose") => {
            let pair =
                |(host, entry): (&String, &Entry)| Some(format!("{host}:{}", entry.value.text()?));
            map.iter().map(pair).collect::<Option<_>>()?
        }
        _ => return None,
    };
    let values: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
    let is_known = OF_NAMES.contains(&key) && values.iter().all(|value| is_plain(value));
    Some(if is_known { values } else { Vec::new() })
}
