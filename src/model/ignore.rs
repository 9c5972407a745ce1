//! What somebody has decided not to be told of.

use std::fmt;

use super::keys::label;

/// Findings of a rule that somebody does not want to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// Name of the rule.
    pub rule: String,
    /// The containers or networks that it holds for, by name or glob; without
    /// one, all.
    pub of: Option<String>,
    /// Why, in the words of whoever decided it.
    pub reason: Option<String>,
    /// Where it was said.
    pub by: IgnoredBy,
}

/// Where it was said that a finding is to be ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IgnoredBy {
    /// `--ignore`.
    Option,
    /// netmap's configuration file.
    Config,
    /// The label `netmap.ignore` of this container or network.
    Label(String),
}

impl IgnoredBy {
    /// The word used in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Config => "config",
            Self::Label(_) => "label",
        }
    }
}

impl fmt::Display for IgnoredBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option => f.write_str("--ignore"),
            Self::Config => f.write_str("the configuration file"),
            Self::Label(of) => write!(f, "the label {} of {of}", label::IGNORE),
        }
    }
}

impl Ignore {
    /// Reads `RULE[:NAME][,RULE[:NAME]…] [REASON]`: what is ignored is the first
    /// word, and all the rest is why.
    ///
    /// # Examples
    ///
    /// ```
    /// use netmap::model::{Ignore, IgnoredBy};
    ///
    /// let read = Ignore::read("unused-network:old-*,wrong-name until Friday", &IgnoredBy::Option);
    /// assert_eq!(read.len(), 2);
    /// assert_eq!(read[0].of.as_deref(), Some("old-*"));
    /// assert_eq!(read[1].reason.as_deref(), Some("until Friday"));
    /// ```
    pub fn read(text: &str, by: &IgnoredBy) -> Vec<Self> {
        let text = text.trim();
        let (what, reason) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let reason = Some(reason.trim()).filter(|reason| !reason.is_empty()).map(str::to_owned);
        let parts = what.split(',').filter(|part| !part.is_empty());
        let ignored = parts.map(|part| {
            let (rule, of) = match part.split_once(':') {
                Some((rule, of)) => (rule, Some(of.to_owned()).filter(|of| !of.is_empty())),
                None => (part, None),
            };
            Self { rule: rule.to_owned(), of, reason: reason.clone(), by: by.clone() }
        });
        ignored.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_says_what_and_the_rest_why() {
        let read = |text: &str| {
            let read = Ignore::read(text, &IgnoredBy::Option);
            let parts = read.into_iter().map(|one| (one.rule, one.of, one.reason));
            parts.collect::<Vec<_>>()
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(read("a-rule"), [("a-rule".to_owned(), None, None)]);
        assert_eq!(
            read("  a:web  the office: only,  there "),
            [("a".to_owned(), text("web"), text("the office: only,  there"))]
        );
        assert_eq!(
            read("a,b:x*, c"),
            [("a".to_owned(), None, text("c")), ("b".to_owned(), text("x*"), text("c"))]
        );
        assert_eq!(read(""), []);
        assert_eq!(read("a:"), [("a".to_owned(), None, None)]);
    }
}
