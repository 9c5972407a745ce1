//! What could not be read.

use serde::{Deserialize, Serialize};

use super::names::natural_order;

/// Something that could not be read, and why. It is shown wherever the rest
/// is: a map with holes must not look whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// What: ``container `web` ``.
    pub what: String,
    /// Why: `gone before it could be inspected`.
    pub why: String,
    /// Which part of a setup it is.
    #[serde(default, skip_serializing_if = "Part::is_other")]
    pub part: Part,
}

/// A part of a setup that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A container.
    Container {
        /// Its name.
        name: String,
        /// Whether it was gone before it could be looked at.
        vanished: bool,
    },
    /// A network.
    Network {
        /// Its name.
        name: String,
    },
    /// The engine's machine.
    Machine,
    /// A container's log.
    Log,
    /// A container's sockets, routes and files.
    Inside,
    /// Services and nodes of a swarm.
    Swarm,
    /// Anything else.
    #[default]
    Other,
}

impl Part {
    fn is_other(&self) -> bool {
        *self == Self::Other
    }
}

impl Unread {
    /// Notes that `what` could not be read because of `why`.
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), part: Part::Other }
    }

    /// The same, of a part.
    #[must_use]
    pub fn of(self, part: Part) -> Self {
        Self { part, ..self }
    }
}

/// By what, numbers in it by their size: line 9 of a file before line 10.
impl Ord for Unread {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        natural_order(&self.what, &other.what)
            .then_with(|| (&self.what, &self.why).cmp(&(&other.what, &other.why)))
    }
}

impl PartialOrd for Unread {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
