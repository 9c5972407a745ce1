//! Where a planned setup is written: the lines of the compose files behind
//! each of its parts.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    /// The file, as it was named on the command line or in another file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What a snapshot was read from when it was read from compose files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Plan {
    /// Compose project.
    pub project: String,
    /// The files, in the order in which they were read.
    pub files: Vec<String>,
    /// What Compose or the engine will refuse of them, in the order of the files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Places by path in the compose model: `services.web`,
    /// `services.web.ports.0`, `services.web.environment.DATABASE_URL`,
    /// `services.web.networks.front`, `networks.front`. Services and networks
    /// go by their keys in the file, not by the names the engine gives them.
    pub places: BTreeMap<String, Place>,
}

/// Something in compose files that will be refused, so that not all that is
/// planned comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fault {
    /// Who refuses it.
    pub by: Refuser,
    /// Where it is written.
    pub place: Place,
    /// Path in the compose model: `services.web.ports.0`. Empty for what is
    /// wrong with a file as a whole.
    #[serde(default)]
    pub path: String,
    /// The service that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What is wrong, without full stop.
    pub why: String,
    /// The key that was evidently meant in place of the path's last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<String>,
    /// The form in which the value would be taken, where it is right but for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
}

/// A form of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Form {
    /// A list.
    List {
        /// What is to be in it; nothing where that may hold a secret.
        values: Vec<String>,
    },
    /// Text, by quotes around it.
    Text,
    /// Text, without the blank that makes a mapping of it: `- 8080: 80`.
    Together,
    /// A list's item that sets a variable: `- NAME=value` and not `- NAME: value`.
    Pair,
    /// A mapping, without the `- ` that makes items of its keys.
    Mapping,
    /// What stands beside the key, and belongs below it.
    Indented {
        /// The keys that are to stand below it.
        keys: Vec<String>,
    },
    /// What it names is declared at the top of the file.
    Declared {
        /// The section: `networks`.
        section: String,
        /// The name.
        name: String,
    },
    /// Nothing: a container that is given no name gets one that no other has.
    Nameless {
        /// By which name others find it all the same.
        service: String,
        /// Whether another name would do as well.
        or_another: bool,
    },
    /// Below another key: `networks: [back]` in place of `network_mode: back`.
    Listed {
        /// The other key.
        under: String,
        /// The value.
        name: String,
    },
    /// Whatever takes away what a parser trips over.
    Parsed {
        /// How, as advice.
        how: String,
    },
}

/// Who refuses what compose files say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Refuser {
    /// Compose, as it reads the files: nothing of them comes up.
    Compose,
    /// The engine, as it is asked to make or start a part of what is planned.
    Engine,
}

impl Plan {
    /// What `by` refuses.
    pub fn refused_by(&self, by: Refuser) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |fault| fault.by == by)
    }

    /// Where `path` is written, or else the nearest part around it that is
    /// written anywhere: the port's service for a port without a place.
    pub fn place(&self, path: &[&str]) -> Option<&Place> {
        (1..=path.len()).rev().find_map(|length| self.places.get(&path[..length].join(".")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_place_of_its_own_is_where_its_surroundings_are() {
        let place = |line| Place { file: "compose.yaml".to_owned(), line, column: 3 };
        let plan = Plan {
            places: BTreeMap::from([
                ("services.web".to_owned(), place(2)),
                ("services.web.ports.0".to_owned(), place(5)),
            ]),
            ..Plan::default()
        };
        let line = |path: &[&str]| plan.place(path).map(|place| place.line);
        assert_eq!(line(&["services", "web", "ports", "0"]), Some(5));
        assert_eq!(line(&["services", "web", "ports", "7"]), Some(2));
        assert_eq!(line(&["services", "db"]), None);
        assert_eq!(place(2).to_string(), "compose.yaml:2:3");
    }
}
