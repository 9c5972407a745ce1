//! What is wrong with a value that a program takes for a host or a URL: quotes
//! or blanks around it, a port or a scheme in it, a password that cuts it short, or
//! a word that stands for a value which is not set.

use serde::{Deserialize, Serialize};

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// It is in quotes, which are part of the value.
    Quotes,
    /// It ends with a carriage return, as lines of Windows do.
    CarriageReturn,
    /// It begins or ends with a blank.
    Blanks,
    /// A port stands in it, and the program takes the whole for a name.
    Port,
    /// A scheme stands in it, likewise.
    Scheme,
    /// It is what a language writes for a value that is not set, or is empty.
    Unset,
    /// A user or password in it holds a character that ends either, and programs
    /// take another part of it for the host.
    Unescaped,
    /// Something that a newer netmap knows.
    #[serde(other)]
    Other,
}

/// What languages and templates make of a value that is not set: JavaScript,
/// JSON and Java, Python, Ruby and Elixir, Go.
const UNSET: [&str; 6] = ["undefined", "null", "none", "nil", "<no value>", "<nil>"];

/// Those of them that nobody writes in order to say that there is nothing.
const LEFT_OVER: [&str; 3] = ["undefined", "<no value>", "<nil>"];

impl Flaw {
    /// The flaw of a value as a program is given it, and the value without it.
    pub fn of_value(value: &str) -> Option<(Self, &str)> {
        for quote in ['"', '\''] {
            let inner = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
            if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
                return Some((Self::Quotes, inner));
            }
        }
        let trimmed = value.trim();
        let flaw = if value.ends_with('\r') { Self::CarriageReturn } else { Self::Blanks };
        (trimmed.len() < value.len()).then_some((flaw, trimmed))
    }
}

/// Whether a host is what a language writes for a value that is not set, or
/// is empty.
pub fn is_unset(host: &str) -> bool {
    host.is_empty() || UNSET.iter().any(|unset| host.eq_ignore_ascii_case(unset))
}

/// Whether a host stands for a value that is not set, and not because somebody
/// wanted to say that there is none.
pub fn is_left_over(host: &str) -> bool {
    LEFT_OVER.iter().any(|unset| host.eq_ignore_ascii_case(unset))
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
    fn words_for_nothing() {
        for unset in ["", "undefined", "None", "NULL", "nil", "<no value>"] {
            assert!(is_unset(unset), "{unset}");
        }
        assert!(!is_unset("none-such") && !is_unset("db"));
        assert!(is_left_over("undefined") && !is_left_over("none") && !is_left_over(""));
    }
}
