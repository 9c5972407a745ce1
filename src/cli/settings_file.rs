//! Reading the configuration file: what it sets, or everything that is wrong
//! with it, each with its place.

use crate::diagnose::rule_named;
use crate::error::Problem;
use crate::graph::{is_pattern, pattern};
use crate::model::{Ignore, IgnoredBy, nearest};
use crate::order::OrderBy;
use crate::yaml::{self, Node, Spot, Value};

/// The key under which ignored findings are listed.
const IGNORE: &str = "ignore";

/// What a file sets, before anybody has looked whether the values make sense.
#[derive(Debug, Default)]
pub struct File {
    /// Single values.
    pub values: Vec<Set>,
    /// Findings that are not to be told.
    pub ignored: Vec<Ignore>,
}

/// A single value.
#[derive(Debug)]
pub struct Set {
    /// Which of the known keys.
    pub key: usize,
    /// Where the value stands.
    pub place: Spot,
    /// The value as written.
    pub value: String,
}

/// Reads the text of a configuration file, which may set these keys, each with
/// a value that it could have.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn read(text: &str, keys: &[(&str, &str)]) -> Result<File, Vec<Problem>> {
    let root = yaml::read_one(text)
        .map_err(|wrong| vec![problem(wrong.spot, wrong.why, Some(wrong.hint.to_owned()))])?;
    let mut reader = Reader { keys, file: File::default(), wrong: Vec::new() };
    reader.file(&root);
    if reader.wrong.is_empty() { Ok(reader.file) } else { Err(reader.wrong) }
}

fn problem(place: Spot, what: impl Into<String>, hint: Option<String>) -> Problem {
    Problem { place: Some(place.to_string()), what: what.into(), hint }
}

struct Reader<'a> {
    keys: &'a [(&'a str, &'a str)],
    file: File,
    wrong: Vec<Problem>,
}

impl Reader<'_> {
    fn complain(&mut self, place: Spot, what: impl Into<String>, hint: impl Into<String>) {
        self.wrong.push(problem(place, what, Some(hint.into())));
    }

    fn file(&mut self, root: &Node) {
        let known: Vec<&str> = self.keys.iter().map(|(name, _)| *name).chain([IGNORE]).collect();
        for (name, key, node) in self.entries(root, &known) {
            match self.keys.iter().position(|(known, _)| *known == name) {
                Some(at) => match node.text() {
                    Some(value) => {
                        let set = Set { key: at, place: node.spot, value: value.to_owned() };
                        self.file.values.push(set);
                    }
                    None => self.complain(
                        key,
                        format!("one value belongs behind `{name}`, not {}", node.kind()),
                        format!("{name}: {}", self.keys[at].1),
                    ),
                },
                None => self.ignored(node),
            }
        }
    }

    fn ignored(&mut self, node: &Node) {
        const HINT: &str =
            "- { rule: unused-network, container: scratch, reason: \"kept for tests\" }";
        let list = match &node.value {
            Value::List(list) => list,
            Value::Null => return,
            _ => return self.complain(node.spot, "a list belongs here", HINT),
        };
        for item in list {
            let (mut rule, mut about, mut reason) = (None, None, None);
            for (name, _, node) in self.entries(item, &["rule", "container", "network", "reason"]) {
                let text = node.text().filter(|text| !text.trim().is_empty()).map(str::to_owned);
                if text.is_none() {
                    self.complain(node.spot, format!("text belongs behind `{name}`"), HINT);
                }
                match name {
                    "rule" => rule = text.map(|text| (text, node.spot)),
                    "reason" => reason = text,
                    _ => {
                        let glob = text.as_deref().filter(|text| is_pattern(text));
                        if let Some(Err(error)) = glob.map(pattern) {
                            self.complain(node.spot, "it is no pattern", error.msg);
                        }
                        about = text;
                    }
                }
            }
            match (rule, reason) {
                (Some((rule, place)), Some(reason)) => {
                    if rule_named(&rule).is_none() {
                        let hint = nearest(&rule, crate::diagnose::RULES.iter().map(|r| r.name));
                        let hint = hint.map(|name| format!("did you mean `{name}`?"));
                        let hint = hint.unwrap_or("netmap explain lists them".to_owned());
                        self.complain(place, format!("there is no rule `{rule}`"), hint);
                    }
                    let (of, reason) = (about, Some(reason));
                    self.file.ignored.push(Ignore { rule, of, reason, by: IgnoredBy::Config });
                }
                (None, _) if item.map().is_some() => {
                    self.complain(item.spot, "`rule` is missing: what is to be ignored", HINT);
                }
                (Some(_), None) => {
                    self.complain(item.spot, "`reason` is missing: why it is no fault", HINT);
                }
                (None, _) => {}
            }
        }
    }

    /// The entries of a mapping whose keys are known, in their order, each with
    /// the place of its key.
    fn entries<'n>(&mut self, node: &'n Node, known: &[&str]) -> Vec<(&'n str, Spot, &'n Node)> {
        let entries = match &node.value {
            Value::Map(entries) => entries,
            Value::Null => return Vec::new(),
            _ => {
                let what = format!("a mapping belongs here, not {}", node.kind());
                self.complain(node.spot, what, format!("its keys are {}", known.join(", ")));
                return Vec::new();
            }
        };
        let mut found: Vec<(&str, Spot, &Node)> =
            entries.iter().map(|(name, entry)| (name.as_str(), entry.key, &entry.value)).collect();
        found.order_by_key(|(_, place, _)| *place);
        found.retain(|(name, place, _)| {
            let is_known = known.contains(name);
            if !is_known {
                let hint = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", known.join(", ")),
                };
                self.complain(*place, format!("`{name}` is no key here"), hint);
            }
            is_known
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [(&str, &str); 2] = [("theme", "auto"), ("all", "false")];

    fn read(text: &str) -> Result<File, Vec<Problem>> {
        super::read(text, &KEYS)
    }

    #[test]
    fn values_and_ignored_findings_are_read() {
        let file = read(
            "theme: dark\nall: true\nignore:\n  - { rule: unused-network, container: scratch, reason: kept }\n  - rule: legacy-link\n    reason: goes in May\n",
        )
        .expect("a good file");
        let values: Vec<(&str, &str)> =
            file.values.iter().map(|set| (KEYS[set.key].0, set.value.as_str())).collect();
        assert_eq!(values, [("theme", "dark"), ("all", "true")]);
        let ignored: Vec<(&str, Option<&str>, Option<&str>)> = file
            .ignored
            .iter()
            .map(|i| (i.rule.as_str(), i.of.as_deref(), i.reason.as_deref()))
            .collect();
        assert_eq!(
            ignored,
            [
                ("unused-network", Some("scratch"), Some("kept")),
                ("legacy-link", None, Some("goes in May"))
            ]
        );
        assert!(read("").expect("an empty file").values.is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, place, what) in [
            ("thema: dark", "1:1", "`thema` is no key here"),
            ("theme: [dark]", "1:1", "one value belongs behind `theme`, not a list"),
            ("- theme", "1:1", "a mapping belongs here, not a list"),
            ("ignore: unused-network", "1:9", "a list belongs here"),
            ("ignore:\n  - rule: unused-network", "2:5", "`reason` is missing: why it is no fault"),
            ("ignore:\n  - reason: so", "2:5", "`rule` is missing: what is to be ignored"),
            (
                "ignore: [{rule: unusd-network, reason: so}]",
                "1:17",
                "there is no rule `unusd-network`",
            ),
            ("theme: \"dark", "1:8", ""),
        ] {
            let problems = read(text).expect_err(text);
            assert_eq!(problems[0].place.as_deref(), Some(place), "{text}: {problems:?}");
            assert!(problems[0].what.contains(what), "{text}: {problems:?}");
        }
    }
}
