//! The parts of a setup that may stay unread.

use serde::{Deserialize, Serialize};

/// What something that could not be read is a part of. Containers and networks
/// go by their names on their own engines.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Part {
    /// A container, or something that the engine says of it.
    Container {
        /// Its name.
        name: String,
        /// Whether it was gone before anybody could look at it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        vanished: bool,
    },
    /// A network, or something that the engine says of it.
    Network {
        /// Its name.
        name: String,
    },
    /// The engine's machine.
    Machine,
    /// The firewall of the engine's machine.
    Firewall,
    /// The log of a container.
    Log,
    /// The inside of a container: its sockets, routes and files.
    Inside,
    /// The swarm: its nodes, services and tasks.
    Swarm,
    /// Something else.
    #[default]
    #[serde(other)]
    Other,
}

impl Part {
    /// Whether it is none of those that have a name here.
    pub fn is_other(&self) -> bool {
        *self == Self::Other
    }

    /// The part that a note of an earlier version is about, which said so in
    /// words alone.
    pub(super) fn of_words(what: &str, why: &str) -> Self {
        // In a map of several engines the engine's name stands before.
        let tail = || what.rsplit_once(": ").map(|(_, tail)| tail);
        [Some(what), tail()]
            .into_iter()
            .flatten()
            .map(|what| Self::of_plain_words(what, why))
            .find(|part| !part.is_other())
            .unwrap_or_default()
    }

    fn of_plain_words(what: &str, why: &str) -> Self {
        let quoted = |noun: &str| -> Option<String> {
            let name = what.strip_prefix(noun)?.strip_prefix(" `")?.strip_suffix('`')?;
            Some(name.to_owned())
        };
        if let Some(name) = quoted("container") {
            return Self::Container { name, vanished: why.starts_with("gone before") };
        }
        if let Some(name) = quoted("network") {
            return Self::Network { name };
        }
        match what {
            "the engine's machine" | "the engines' machines" => Self::Machine,
            "its log" => Self::Log,
            "its sockets, routes and files" => Self::Inside,
            "services and nodes of the swarm"
            | "the swarm"
            | "the swarm's nodes"
            | "the swarm's services"
            | "the swarm's tasks" => Self::Swarm,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_earlier_versions_said_in_words() {
        let container = |name: &str, vanished| Part::Container { name: name.to_owned(), vanished };
        for (what, why, part) in [
            ("container `web`", "gone before it could be looked at", container("web", true)),
            ("worker: container `web`", "it broke", container("web", false)),
            ("container `log-machine`", "it broke", container("log-machine", false)),
            ("network `net`", "", Part::Network { name: "net".to_owned() }),
            ("the engine's machine", "", Part::Machine),
            ("worker: the engine's machine", "", Part::Machine),
            ("its log", "", Part::Log),
            ("its sockets, routes and files", "", Part::Inside),
            ("worker: services and nodes of the swarm", "", Part::Swarm),
            ("the engine ssh://machine with all that is on it", "gone before", Part::Other),
            ("compose.yaml:3:5 `services.log`", "", Part::Other),
        ] {
            assert_eq!(Part::of_words(what, why), part, "{what}");
        }
    }

    #[test]
    fn parts_are_read_as_they_were_written_and_those_of_the_future_are_others() {
        let vanished = Part::Container { name: "web".to_owned(), vanished: true };
        let text = r#"{"kind":"container","name":"web","vanished":true}"#;
        assert_eq!(serde_json::to_string(&vanished).unwrap(), text);
        for part in [
            vanished,
            Part::Container { name: String::new(), vanished: false },
            Part::Network { name: "net".to_owned() },
            Part::Machine,
            Part::Firewall,
            Part::Log,
            Part::Inside,
            Part::Swarm,
            Part::Other,
        ] {
            let text = serde_json::to_string(&part).unwrap();
            assert_eq!(serde_json::from_str::<Part>(&text).unwrap(), part, "{text}");
        }
        let future: Part = serde_json::from_str(r#"{"kind":"volume","name":"data"}"#).unwrap();
        assert_eq!(future, Part::Other);
    }
}
