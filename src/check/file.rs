//! Reading a check file: YAML into assertions, and everything that is wrong
//! with it into complaints that name their place.

use std::net::IpAddr;

use super::keys::{self, Key, Kind};
use super::sentence::{self, Slip};
use super::{Assertion, CheckFile, Claim, ContainerClaim, NetworkClaim, PortClaim};
use crate::model::{Health, Protocol, State, nearest};
use crate::yaml::{self, Node, Place, Value};

/// Something wrong with a check file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Where, as far as known.
    pub place: Option<Place>,
    /// What.
    pub what: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Reads the text of a check file. All that is wrong is told at once.
pub fn read(text: &str) -> Result<CheckFile, Vec<Complaint>> {
    let root = yaml::read(text).map_err(|malformed| {
        vec![Complaint { place: malformed.place, what: malformed.why, hint: None }]
    })?;
    let mut reader =
        Reader { lines: text.lines().collect(), file: CheckFile::default(), wrong: Vec::new() };
    reader.file(&root);
    if reader.wrong.is_empty() { Ok(reader.file) } else { Err(reader.wrong) }
}

struct Reader<'t> {
    lines: Vec<&'t str>,
    file: CheckFile,
    wrong: Vec<Complaint>,
}

impl Reader<'_> {
    fn file(&mut self, root: &Node) {
        for (key, node) in self.entries(root, keys::TOP) {
            match key.name {
                "networks" => self.named(node, keys::NETWORK, Self::network),
                "containers" => self.named(node, keys::CONTAINER, Self::container),
                "names" => self.sentences(node, sentence::names),
                "reach" => self.sentences(node, sentence::reach),
                "findings" => self.sentences(node, sentence::findings),
                "default" => {
                    if self.word(node, key).is_some() {
                        self.claim("default: isolated".to_owned(), node.place, Claim::Isolated);
                    }
                }
                "among" => self.file.among = self.names(node),
                _ => self.file.projects = self.names(node),
            }
        }
    }

    fn claim(&mut self, text: String, place: Place, claim: Claim) {
        self.file.assertions.push(Assertion { text, place, claim });
    }

    fn complain(&mut self, place: Place, what: impl Into<String>, hint: Option<String>) {
        self.wrong.push(Complaint { place: Some(place), what: what.into(), hint });
    }

    /// The entries of a mapping whose keys are `known`.
    fn entries<'n>(
        &mut self,
        node: &'n Node,
        known: &'static [Key],
    ) -> Vec<(&'static Key, &'n Node)> {
        let entries = match &node.value {
            Value::Null => return Vec::new(),
            Value::Map(entries) => entries,
            other => {
                let names: Vec<&str> = known.iter().map(|key| key.name).collect();
                let hint = format!("its keys are {}", names.join(", "));
                self.complain(
                    node.place,
                    format!("a mapping belongs here, not {}", other.kind()),
                    Some(hint),
                );
                return Vec::new();
            }
        };
        let mut found = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            match known.iter().find(|known| known.name == key.name) {
                Some(known) => found.push((known, value)),
                None => {
                    let names = || known.iter().map(|key| key.name);
                    let hint = match nearest(&key.name, names()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
                    };
                    self.complain(
                        key.place,
                        format!("`{}` is no key here", shortened(&key.name)),
                        Some(hint),
                    );
                }
            }
        }
        found
    }

    /// A section that maps names to what they are to be, or just lists them.
    fn named(
        &mut self,
        node: &Node,
        known: &'static [Key],
        read: fn(&mut Self, &str, Place, Vec<(&'static Key, &Node)>),
    ) {
        match &node.value {
            Value::Map(entries) => {
                for (name, node) in entries {
                    let entries = self.entries(node, known);
                    read(self, &name.name, name.place, entries);
                }
            }
            Value::Null => {}
            _ => {
                for (name, place) in self.placed_names(node) {
                    read(self, &name, place, Vec::new());
                }
            }
        }
    }

    fn network(&mut self, name: &str, place: Place, entries: Vec<(&'static Key, &Node)>) {
        let claim = |this: &mut Self, place: Place, claim: NetworkClaim| {
            this.claim(
                format!("network {name} {}", claim.words()),
                place,
                Claim::Network(name.to_owned(), claim),
            );
        };
        if entries.is_empty() {
            claim(self, place, NetworkClaim::Exists(true));
        }
        for (key, node) in entries {
            let read = match key.name {
                "exists" => self.yes_no(node).map(NetworkClaim::Exists),
                "driver" => self.word(node, key).map(NetworkClaim::Driver),
                "internal" => self.yes_no(node).map(NetworkClaim::Internal),
                "icc" => self.yes_no(node).map(NetworkClaim::Icc),
                "ipv6" => self.yes_no(node).map(NetworkClaim::Ipv6),
                "subnet" => {
                    let subnets = self
                        .parsed(node, "a subnet such as 10.62.0.0/24", |text| text.parse().ok());
                    Some(NetworkClaim::Subnets(subnets))
                }
                only => Some(NetworkClaim::Members {
                    names: self.names(node),
                    only: only == "only-members",
                }),
            };
            if let Some(read) = read {
                claim(self, node.place, read);
            }
        }
    }

    fn container(&mut self, name: &str, place: Place, entries: Vec<(&'static Key, &Node)>) {
        let claim = |this: &mut Self, place: Place, claim: ContainerClaim| {
            this.claim(
                format!("container {name} {}", claim.words()),
                place,
                Claim::Container(name.to_owned(), claim),
            );
        };
        if !entries.iter().any(|(key, _)| matches!(key.name, "exists" | "running" | "state")) {
            claim(self, place, ContainerClaim::Running(true));
        }
        for (key, node) in entries {
            let read = match key.name {
                "exists" => self.yes_no(node).map(ContainerClaim::Exists),
                "running" => self.yes_no(node).map(ContainerClaim::Running),
                "state" => {
                    self.word(node, key).map(|word| ContainerClaim::State(State::parse(&word)))
                }
                "health" => self.word(node, key).map(|word| ContainerClaim::Health(health(&word))),
                "on" | "only-on" => Some(ContainerClaim::On {
                    networks: self.names(node),
                    only: key.name == "only-on",
                }),
                only => {
                    let ports = self.parsed(node, "a port such as 8080:80", port);
                    Some(ContainerClaim::Published { ports, only: only == "only-published" })
                }
            };
            if let Some(read) = read {
                claim(self, node.place, read);
            }
        }
    }

    fn sentences(&mut self, node: &Node, read: fn(&str) -> Result<Vec<Claim>, Slip>) {
        let sentences: Vec<(&str, Place)> = match &node.value {
            Value::Null => Vec::new(),
            Value::Text(text) => vec![(text, node.place)],
            Value::List(items) => {
                let mut sentences = Vec::with_capacity(items.len());
                for item in items {
                    match &item.value {
                        Value::Text(text) => sentences.push((text.as_str(), item.place)),
                        Value::Map(_) => {
                            let hint = "a port follows its colon without a blank, as in db:5432";
                            self.complain(
                                item.place,
                                "a sentence belongs here, not a mapping",
                                Some(hint.to_owned()),
                            );
                        }
                        other => {
                            self.complain(
                                item.place,
                                format!("a sentence belongs here, not {}", other.kind()),
                                None,
                            );
                        }
                    }
                }
                sentences
            }
            other => {
                self.complain(
                    node.place,
                    format!("a list of sentences belongs here, not {}", other.kind()),
                    None,
                );
                Vec::new()
            }
        };
        for (text, place) in sentences {
            match read(text) {
                Ok(claims) => {
                    for claim in claims {
                        self.claim(text.trim().to_owned(), place, claim);
                    }
                }
                Err(slip) => {
                    // What stands in quotes begins one column further on.
                    let quote = usize::from(self.is_quoted(place));
                    self.complain(place.right(slip.at + quote), slip.why, slip.hint);
                }
            }
        }
    }

    fn is_quoted(&self, place: Place) -> bool {
        let line =
            usize::try_from(place.line).ok().and_then(|line| self.lines.get(line.checked_sub(1)?));
        let column = usize::try_from(place.column).unwrap_or(1).saturating_sub(1);
        line.and_then(|line| line.chars().nth(column)).is_some_and(|c| matches!(c, '"' | '\''))
    }

    fn yes_no(&mut self, node: &Node) -> Option<bool> {
        match node.value {
            Value::Bool(value) => Some(value),
            ref other => {
                self.complain(
                    node.place,
                    format!("true or false belongs here, not {}", other.kind()),
                    None,
                );
                None
            }
        }
    }

    /// A word, of those that the key allows.
    fn word(&mut self, node: &Node, key: &Key) -> Option<String> {
        let Some(text) = scalar(&node.value) else {
            self.complain(
                node.place,
                format!("a word belongs here, not {}", node.value.kind()),
                None,
            );
            return None;
        };
        if let Kind::OneOf(words) = key.kind
            && !words.contains(&text.as_str())
        {
            let hint = format!("it is {}", words.join(", "));
            let text = shortened(&text);
            self.complain(
                node.place,
                format!("`{text}` is no value of `{}`", key.name),
                Some(hint),
            );
            return None;
        }
        Some(text)
    }

    fn names(&mut self, node: &Node) -> Vec<String> {
        self.placed_names(node).into_iter().map(|(name, _)| name).collect()
    }

    /// A name or a list of names. `a, b` is a list, too.
    fn placed_names(&mut self, node: &Node) -> Vec<(String, Place)> {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut names = Vec::with_capacity(items.len());
        for item in items {
            match scalar(&item.value).filter(|text| !text.trim().is_empty()) {
                Some(text) => {
                    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                    names.extend(parts.map(|part| (part.to_owned(), item.place)));
                }
                None => self.complain(
                    item.place,
                    format!("a name belongs here, not {}", item.value.kind()),
                    None,
                ),
            }
        }
        names
    }

    /// A name or a list of them, each read by `parse`.
    fn parsed<T>(&mut self, node: &Node, what: &str, parse: fn(&str) -> Option<T>) -> Vec<T> {
        let mut values = Vec::new();
        for (text, place) in self.placed_names(node) {
            match parse(&text) {
                Some(value) => values.push(value),
                None => self.complain(place, format!("`{}` is not {what}", shortened(&text)), None),
            }
        }
        values
    }
}

/// A scalar as it was written.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// Strangers' text in a message is kept short.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let head: String = text.chars().take(MOST).collect();
    format!("{head}…")
}

fn health(word: &str) -> Option<Health> {
    match word {
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        "starting" => Some(Health::Starting),
        _ => None,
    }
}

/// Reads `80`, `8080:80`, `127.0.0.1:8080:80`, `[::1]:8080:80`, each with
/// `/udp` if it is not TCP.
fn port(text: &str) -> Option<PortClaim> {
    let (text, protocol) = match text.split_once('/') {
        Some((text, protocol)) => (text, Protocol::parse(protocol)?),
        None => (text, Protocol::Tcp),
    };
    let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    let Some((host, port)) = text.rsplit_once(':') else {
        return Some(PortClaim { host_ip: None, host_port: None, port: number(text)?, protocol });
    };
    let (host_ip, host_port) = match host.rsplit_once(':') {
        Some((ip, port)) => {
            let ip: IpAddr = ip.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
            (Some(ip), port)
        }
        None => (None, host),
    };
    // `127.0.0.1::80` leaves the host port to the engine.
    let host_port = if host_port.is_empty() { None } else { Some(number(host_port)?) };
    Some(PortClaim { host_ip, host_port, port: number(port)?, protocol })
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
