//! Variables in the values of a compose file: `$VAR`, `${VAR}`, and what may
//! stand in their place.
//!
//! The forms are those of the Compose Specification: `${VAR:-default}`,
//! `${VAR-default}`, `${VAR:?message}`, `${VAR?message}`, `${VAR:+other}`,
//! `${VAR+other}`, and `$$` for a dollar sign.

use std::collections::BTreeMap;

/// Longest text that one value may become, in bytes.
const LONGEST: usize = 1 << 20;
/// How deep a default may stand in a default.
const DEEPEST: usize = 16;

/// The variables a file is read with.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// Those of the process, which win.
    pub process: BTreeMap<String, String>,
    /// Those of `.env` or `--env-file`.
    pub file: BTreeMap<String, String>,
}

impl Variables {
    /// The value of a variable, if it is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.process.get(name).or_else(|| self.file.get(name)).map(String::as_str)
    }
}

/// What there is to say about a value once it is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// No value and no default: it was taken as empty.
    Unset(String),
    /// It is required and has no value; the file's message.
    Required(String, String),
    /// What begins with `${` is no form of a variable. It is not quoted: it may
    /// be part of a password.
    NoVariable,
    /// It would have become too long, and was left as it is.
    TooLong,
}

/// The text with its variables filled in.
pub fn fill_in(text: &str, variables: &Variables, remarks: &mut Vec<Remark>) -> String {
    if !text.contains('$') {
        return text.to_owned();
    }
    let mut filling = Filling { variables, remarks, length: 0 };
    match filling.fill(text, 0) {
        Some(filled) => filled,
        None => {
            remarks.push(Remark::TooLong);
            text.to_owned()
        }
    }
}

struct Filling<'a> {
    variables: &'a Variables,
    remarks: &'a mut Vec<Remark>,
    length: usize,
}

impl Filling<'_> {
    /// `None` when it grows past all measure.
    fn fill(&mut self, text: &str, depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            self.add(&mut filled, &rest[..at])?;
            let after = &rest[at + 1..];
            rest = if let Some(after) = after.strip_prefix('$') {
                self.add(&mut filled, "$")?;
                after
            } else if let Some((inside, after)) = braced(after) {
                let value = self.expression(inside, depth)?;
                self.add(&mut filled, &value)?;
                after
            } else {
                let (name, after) = name_of(after);
                if name.is_empty() {
                    // Any other dollar sign is one.
                    if after.starts_with('{') {
                        self.remarks.push(Remark::NoVariable);
                    }
                    self.add(&mut filled, "$")?;
                } else {
                    let value = self.plain(name);
                    self.add(&mut filled, &value)?;
                }
                after
            };
        }
        self.add(&mut filled, rest)?;
        Some(filled)
    }

    fn add(&mut self, to: &mut String, text: &str) -> Option<()> {
        self.length += text.len();
        to.push_str(text);
        (self.length <= LONGEST).then_some(())
    }

    fn plain(&mut self, name: &str) -> String {
        match self.variables.get(name) {
            Some(value) => value.to_owned(),
            None => {
                self.remarks.push(Remark::Unset(name.to_owned()));
                String::new()
            }
        }
    }

    /// What stands between the braces.
    fn expression(&mut self, inside: &str, depth: usize) -> Option<String> {
        let (name, rest) = name_of(inside);
        let value = self.variables.get(name);
        let full = value.filter(|value| !value.is_empty());
        let choices =
            [(":-", full), ("-", value), (":?", full), ("?", value), (":+", full), ("+", value)];
        if name.is_empty() {
            self.remarks.push(Remark::NoVariable);
            return Some(String::new());
        }
        if rest.is_empty() {
            return Some(self.plain(name));
        }
        for (operator, value) in choices {
            let Some(other) = rest.strip_prefix(operator) else { continue };
            return match (operator.trim_start_matches(':'), value) {
                ("-" | "?", Some(value)) => Some(value.to_owned()),
                ("-", None) | ("+", Some(_)) => self.fill(other, depth + 1),
                ("?", None) => {
                    let message = self.fill(other, depth + 1)?;
                    self.remarks.push(Remark::Required(name.to_owned(), message));
                    Some(String::new())
                }
                _ => Some(String::new()),
            };
        }
        self.remarks.push(Remark::NoVariable);
        Some(String::new())
    }
}

/// `{…}` at the beginning of the text, as what is inside and what follows;
/// braces of variables inside it count.
fn braced(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('{')?;
    let mut open = 1;
    let mut before = '{';
    for (at, letter) in text.char_indices() {
        match letter {
            '{' if before == '$' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
        before = letter;
    }
    None
}

/// The variable's name at the beginning of the text, and what follows.
fn name_of(text: &str) -> (&str, &str) {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    if !text.starts_with(is_first) {
        return ("", text);
    }
    let end = text.find(|c: char| !is_first(c) && !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        Variables {
            process: pairs(&[("SET", "process"), ("EMPTY", "")]),
            file: pairs(&[("SET", "file"), ("FROM_FILE", "f"), ("BIG", &"x".repeat(100_000))]),
        }
    }

    /// The filled text; without a remark, or with one of the kind named.
    fn filled(text: &str) -> (String, Vec<Remark>) {
        let mut remarks = Vec::new();
        let filled = fill_in(text, &variables(), &mut remarks);
        (filled, remarks)
    }

    #[test]
    fn every_form_of_the_specification() {
        for (text, expected) in [
            ("$SET", "process"),
            ("${SET}", "process"),
            ("a${SET}b", "aprocessb"),
            ("$SET.x", "process.x"),
            ("${FROM_FILE}", "f"),
            ("$$SET", "$SET"),
            ("$${SET}", "${SET}"),
            ("100$$", "100$"),
            ("${NO:-d}", "d"),
            ("${NO-d}", "d"),
            ("${EMPTY:-d}", "d"),
            ("${EMPTY-d}", ""),
            ("${SET:-d}", "process"),
            ("${SET:?e}", "process"),
            ("${SET?e}", "process"),
            ("${EMPTY?e}", ""),
            ("${SET:+r}", "r"),
            ("${EMPTY:+r}", ""),
            ("${EMPTY+r}", "r"),
            ("${NO:+r}", ""),
            ("${NO+r}", ""),
            ("${NO:-${FROM_FILE}}", "f"),
            ("${NO:-${NO2:-deep}}!", "deep!"),
            ("${NO:-$SET}", "process"),
            ("${NO:-}", ""),
            ("${NO:-a:b-c}", "a:b-c"),
            ("mongodb://${NO:-db}:${NO:-27017}/x", "mongodb://db:27017/x"),
            ("no variable", "no variable"),
            ("${NO:-{json}}", "{json}"),
        ] {
            assert_eq!(filled(text), (expected.to_owned(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_remarked_upon() {
        assert_eq!(filled("${NO}"), (String::new(), vec![Remark::Unset("NO".into())]));
        let required = |message: &str| vec![Remark::Required("NO".into(), message.into())];
        assert_eq!(filled("${NO:?say $SET}"), (String::new(), required("say process")));
        assert_eq!(filled("${NO?}").1, required(""));
        let required_empty = vec![Remark::Required("EMPTY".into(), "e".into())];
        assert_eq!(filled("${EMPTY:?e}").1, required_empty);
    }

    #[test]
    fn what_is_no_variable_is_remarked_upon() {
        for text in ["${}", "${SET", "${SET!x}", "${1:-x}"] {
            assert_eq!(filled(text).1, [Remark::NoVariable], "{text}");
        }
        for text in ["$1", "$", "5$ a month", "a$/b"] {
            assert_eq!(filled(text), (text.to_owned(), Vec::new()));
        }
    }

    #[test]
    fn nothing_grows_past_all_measure() {
        let (kept, remarks) = filled(&"$BIG".repeat(1000));
        assert_eq!((kept.len(), remarks), (4000, vec![Remark::TooLong]));
        let deep = format!("{}x{}", "${NO:-".repeat(5000), "}".repeat(5000));
        assert_eq!(filled(&deep).1, vec![Remark::TooLong]);
    }
}
