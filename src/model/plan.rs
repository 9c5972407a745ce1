//! Where a planned setup is written: the lines of the compose files behind
//! each of its parts.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
pub struct Plan {
    /// Compose project.
    pub project: String,
    /// The files, in the order in which they were read.
    pub files: Vec<String>,
    /// Places by path in the compose model: `services.web`,
    /// `services.web.ports.0`, `services.web.environment.DATABASE_URL`,
    /// `services.web.networks.front`, `networks.front`. Services and networks
    /// go by their keys in the file, not by the names the engine gives them.
    pub places: BTreeMap<String, Place>,
}

impl Plan {
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
