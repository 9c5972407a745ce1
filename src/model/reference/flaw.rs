//! What is wrong with a text that a program takes for a host: quotes, blanks,
//! a port or a scheme in it, or a word that stands for a value which is not set.

use serde::{Deserialize, Serialize};

use super::url::is_host;

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// It is in quotes, which are part of the value.
    Quotes,
    /// It ends with a carriage return, as lines of Windows do.
    CarriageReturn,
    /// It begins or ends with a blank.
    Blanks,
    /// A port stands in it.
    Port,
    /// A scheme stands in it.
    Scheme,
    /// It is what a language writes for a value that is not set.
    Unset,
    /// It is empty.
    Empty,
    /// Something that a newer netmap knows.
    #[serde(other)]
    Other,
}

/// What languages and templates make of a value that is not set: JavaScript,
/// JSON and Java, Python, Ruby and Elixir, Go.
const UNSET: [&str; 6] = ["undefined", "null", "none", "nil", "<no value>", "<nil>"];

impl Flaw {
    /// The flaw of a value that a program is given, and the value without it.
    pub fn of_value(value: &str) -> Option<(Self, &str)> {
        for quote in ['"', '\''] {
            let inner = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
            if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
                return Some((Self::Quotes, inner));
            }
        }
        if let Some(line) = value.strip_suffix('\r') {
            return Some((Self::CarriageReturn, line.trim()));
        }
        let trimmed = value.trim();
        (trimmed.len() < value.len()).then_some((Self::Blanks, trimmed))
    }

    /// The flaw of a text that a program has looked up as a name, and the host
    /// that is meant by it.
    pub fn of_name(name: &str) -> Option<(Self, &str)> {
        if name.is_empty() {
            return Some((Self::Empty, name));
        }
        if is_unset(name) {
            return Some((Self::Unset, name));
        }
        if let Some((_, rest)) = name.split_once("://") {
            let host = rest.split([':', '/']).next().unwrap_or_default();
            return Some((Self::Scheme, host));
        }
        let (host, port) = name.split_once(':')?;
        (is_host(host) && port.parse::<u16>().is_ok()).then_some((Self::Port, host))
    }

    /// What is the matter, as the end of `the value …`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quotes => "is in quotes, which are part of it",
            Self::CarriageReturn => "ends with a carriage return",
            Self::Blanks => "begins or ends with a blank",
            Self::Port => "holds a port",
            Self::Scheme => "holds a scheme",
            Self::Unset => "is what is written for a value that is not set",
            Self::Empty => "is empty",
            Self::Other => "is no host",
        }
    }
}

/// Whether a text is what a language writes for a value that is not set.
pub fn is_unset(text: &str) -> bool {
    UNSET.iter().any(|unset| text.eq_ignore_ascii_case(unset))
}

/// Whether nobody writes a text of his own accord: other than `none`, which
/// can be meant.
pub fn is_left_over(text: &str) -> bool {
    is_unset(text) && !["none", "null", "nil"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_programs_get_them() {
        let of = Flaw::of_value;
        assert_eq!(of("\"db\""), Some((Flaw::Quotes, "db")));
        assert_eq!(of("'db'"), Some((Flaw::Quotes, "db")));
        assert_eq!(of("db\r"), Some((Flaw::CarriageReturn, "db")));
        assert_eq!(of(" db"), Some((Flaw::Blanks, "db")));
        assert_eq!(of("db\t"), Some((Flaw::Blanks, "db")));
        for fine in ["db", "", "\"", "\"a\", \"b\"", "db:5432", "it's"] {
            assert_eq!(of(fine), None, "{fine}");
        }
    }

    #[test]
    fn names_as_programs_look_them_up() {
        let of = Flaw::of_name;
        assert_eq!(of("db:3306"), Some((Flaw::Port, "db")));
        assert_eq!(of("http://api:80"), Some((Flaw::Scheme, "api")));
        assert_eq!(of("undefined"), Some((Flaw::Unset, "undefined")));
        assert_eq!(of("None"), Some((Flaw::Unset, "None")));
        assert_eq!(of(""), Some((Flaw::Empty, "")));
        for fine in ["db", "::1", "fd00::7", "none-such", "db.example.com"] {
            assert_eq!(of(fine), None, "{fine}");
        }
    }
}
