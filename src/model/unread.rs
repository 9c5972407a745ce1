//! What could not be read.

use serde::{Deserialize, Serialize};

use super::names::natural_order;
use super::part::Part;

/// Something that could not be read, and why. It is shown wherever the rest
/// is: a map with holes must not look whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(from = "InSnapshot")]
pub struct Unread {
    /// What: ``container `web` ``.
    pub what: String,
    /// Why: `gone before it could be inspected`.
    pub why: String,
    /// What it is a part of.
    #[serde(skip_serializing_if = "Part::is_other")]
    pub part: Part,
}

/// A note as a snapshot has it. Those of earlier versions have no part.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct InSnapshot {
    what: String,
    why: String,
    part: Option<Part>,
}

impl From<InSnapshot> for Unread {
    fn from(InSnapshot { what, why, part }: InSnapshot) -> Self {
        let part = part.unwrap_or_else(|| Part::of_words(&what, &why));
        Self { what, why, part }
    }
}

impl Unread {
    /// Notes that `what` could not be read because of `why`.
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), part: Part::Other }
    }

    /// Notes that something of a container could not be read.
    pub fn container(name: &str, why: impl Into<String>) -> Self {
        let part = Part::Container { name: name.to_owned(), vanished: false };
        Self { part, ..Self::new(format!("container `{name}`"), why) }
    }

    /// Notes that a container was gone before anybody could look at it.
    pub fn vanished_container(name: &str) -> Self {
        let part = Part::Container { name: name.to_owned(), vanished: true };
        Self { part, ..Self::container(name, "gone before it could be looked at") }
    }

    /// Notes that something of a network could not be read.
    pub fn network(name: &str, why: impl Into<String>) -> Self {
        let part = Part::Network { name: name.to_owned() };
        Self { part, ..Self::new(format!("network `{name}`"), why) }
    }

    /// Notes that nobody could look at the engine's machine.
    pub fn machine(why: impl Into<String>) -> Self {
        Self { part: Part::Machine, ..Self::new("the engine's machine", why) }
    }

    /// Notes that `what` of the machine's firewall could not be read.
    pub fn firewall(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { part: Part::Firewall, ..Self::new(what, why) }
    }

    /// Notes that a container's log could not be read.
    pub fn log(why: impl Into<String>) -> Self {
        Self { part: Part::Log, ..Self::new("its log", why) }
    }

    /// Notes that nobody could look inside a container.
    pub fn inside(why: impl Into<String>) -> Self {
        Self { part: Part::Inside, ..Self::new("its sockets, routes and files", why) }
    }

    /// Notes that `what`, a part of the swarm, could not be read.
    pub fn swarm(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { part: Part::Swarm, ..Self::new(what, why) }
    }

    /// The same note in a map of several engines, of which this one is called
    /// `node`.
    pub fn on_engine(self, node: &str) -> Self {
        Self { what: format!("{node}: {}", self.what), ..self }
    }
}

/// By what, numbers in it by their size: line 9 of a file before line 10.
impl Ord for Unread {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        natural_order(&self.what, &other.what).then_with(|| {
            let rest = (&other.what, &other.why, &other.part);
            (&self.what, &self.why, &self.part).cmp(&rest)
        })
    }
}

impl PartialOrd for Unread {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_as_they_were_written() {
        for note in [
            Unread::new("facts about the engine", "it is away"),
            Unread::container("web", "its port `x` makes no sense"),
            Unread::vanished_container("web").on_engine("worker"),
            Unread::network("net", "it is away"),
            Unread::machine("this is another machine").on_engine("worker"),
            Unread::log("the container is gone"),
            Unread::inside("nothing was to be run in it (--no-exec)"),
            Unread::swarm("service `web`", "its virtual address `x` makes no sense"),
        ] {
            let text = serde_json::to_string(&note).unwrap();
            assert_eq!(serde_json::from_str::<Unread>(&text).unwrap(), note, "{text}");
        }
    }

    #[test]
    fn earlier_versions_told_the_part_in_words() {
        let old = r#"{"what":"container `web`","why":"gone before it could be looked at"}"#;
        let note: Unread = serde_json::from_str(old).unwrap();
        assert_eq!(note, Unread::vanished_container("web"));
        let other = r#"{"what":"the engine's version","why":"it is away"}"#;
        let note: Unread = serde_json::from_str(other).unwrap();
        assert!(note.part.is_other());
        assert_eq!(serde_json::to_string(&note).unwrap(), other);
    }
}
