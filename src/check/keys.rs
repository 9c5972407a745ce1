//! Every key a check file may have, with what may stand behind it and what
//! it asserts. The reader, the JSON Schema and a test of docs/check.md all
//! follow this list; a new key is a line here and its reading in `file`.

/// What may stand behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// A mapping from names to mappings with these keys.
    Named(&'static [Key]),
    /// A list of sentences.
    Sentences,
    /// `true` or `false`.
    YesNo,
    /// Any word.
    Word,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A name, or a list of names.
    Names,
    /// A port as `docker run -p` writes it, or a list of them.
    Ports,
    /// A subnet, or a list of them.
    Subnets,
}

/// A key of a check file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What may stand behind it.
    pub kind: ValueKind,
    /// What it asserts, for the schema.
    pub about: &'static str,
}

const fn key(name: &'static str, kind: ValueKind, about: &'static str) -> Key {
    Key { name, kind, about }
}

/// The keys at the top of the file.
pub const TOP: &[Key] = &[
    key("networks", ValueKind::Named(NETWORK), "networks, and what they are to be"),
    key("containers", ValueKind::Named(CONTAINER), "containers, and what they are to be"),
    key("names", ValueKind::Sentences, "who resolves which name: `api resolves db`"),
    key("reach", ValueKind::Sentences, "who reaches whom: `web -> api:8080`, `web -/-> db`"),
    key("flows", ValueKind::Sentences, "who was seen to talk to whom: `only api -> db`"),
    key("findings", ValueKind::Sentences, "what the doctor may find: `no errors`"),
    key("default", ValueKind::OneOf(&["isolated"]), "what holds for pairs that no arrow speaks of"),
    key(
        "among",
        ValueKind::Names,
        "whom `*`, `nothing`, `everything`, `default` and `findings` speak of",
    ),
    key("project", ValueKind::Names, "the compose projects that they speak of"),
];

/// The keys of a network.
pub const NETWORK: &[Key] = &[
    key("exists", ValueKind::YesNo, "whether there is such a network"),
    key("driver", ValueKind::Word, "its driver"),
    key("internal", ValueKind::YesNo, "whether it was made with --internal"),
    key("icc", ValueKind::YesNo, "whether its members may talk to one another"),
    key("ipv6", ValueKind::YesNo, "whether IPv6 is on"),
    key("subnet", ValueKind::Subnets, "subnets that it has"),
    key("members", ValueKind::Names, "containers that are on it"),
    key("only-members", ValueKind::Names, "the containers that are on it, and no others"),
];

/// The keys of a container.
pub const CONTAINER: &[Key] = &[
    key("exists", ValueKind::YesNo, "whether there is such a container"),
    key("running", ValueKind::YesNo, "whether it runs; it is to run when nothing is said"),
    key("state", ValueKind::OneOf(STATES), "its state"),
    key("health", ValueKind::OneOf(HEALTH), "what its health check says; none if it has none"),
    key("on", ValueKind::Names, "networks that it is on"),
    key("only-on", ValueKind::Names, "the networks that it is on, and no others"),
    key("published", ValueKind::Ports, "ports that are published"),
    key("only-published", ValueKind::Ports, "the ports that are published, and no others"),
];

/// States that a container can be asserted to be in.
pub const STATES: &[&str] =
    &["created", "running", "paused", "restarting", "removing", "exited", "dead"];

/// What a health check can say.
pub const HEALTH: &[&str] = &["healthy", "unhealthy", "starting", "none"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_of_and_stand_once() {
        for keys in [TOP, NETWORK, CONTAINER] {
            let names: std::collections::BTreeSet<_> = keys.iter().map(|key| key.name).collect();
            assert_eq!(names.len(), keys.len());
            assert!(keys.iter().all(|key| !key.about.is_empty()));
        }
    }

    #[test]
    fn the_documentation_tells_of_every_key() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/check.md");
        let documentation = std::fs::read_to_string(path).expect("docs/check.md");
        for key in [TOP, NETWORK, CONTAINER].concat() {
            let told = [
                format!("| `{}: ", key.name),
                format!("`{}: ", key.name),
                format!("## {}", key.name),
                format!(", {}\n", key.name),
            ];
            assert!(told.iter().any(|told| documentation.contains(told.as_str())), "{}", key.name);
        }
    }
}
