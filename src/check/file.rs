//! Reading a check file: YAML into assertions, and everything that is wrong
//! with it into complaints that name their place.

use std::net::IpAddr;

use super::keys::{self, Key, ValueKind};
use super::sentence::{self, Slip};
use super::{Assertion, CheckFile, Claim, ContainerClaim, NetworkClaim, PortClaim};
use crate::model::{Driver, Health, Protocol, State, nearest};
use crate::order::OrderBy;
use crate::yaml::{self, Entry, Mapping, Node, Spot, Value};

/// Something wrong with a check file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Where, as far as known.
    pub place: Option<Spot>,
    /// What.
    pub what: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Reads the text of a check file.
///
/// # Errors
///
/// Everything that is wrong with the text, each with its place.
///
/// # Examples
///
/// ```
/// let file = netmap::check::read("reach: web -> db:5432\n").map_err(|all| all.len()).expect("a check file");
/// assert_eq!(file.assertions.len(), 1);
/// assert!(netmap::check::read("reach: web => db\n").is_err());
/// ```
pub fn read(text: &str) -> Result<CheckFile, Vec<Complaint>> {
    let root = yaml::read_one(text).map_err(|malformed| {
        let hint = Some(malformed.hint.to_owned());
        vec![Complaint { place: Some(malformed.spot), what: malformed.why, hint }]
    })?;
    let mut reader = Reader { file: CheckFile::default(), wrong: Vec::new() };
    reader.file(&root);
    // Unknown keys are met first, wherever they stand; a file is put right from its top.
    reader.wrong.order_by_key(|complaint| complaint.place);
    // Whoever reads that nothing failed would take it for a pass.
    if reader.wrong.is_empty() && reader.file.assertions.is_empty() {
        let hint = "`netmap check --init` writes assertions for what runs now".to_owned();
        let what = "it asserts nothing".to_owned();
        reader.wrong.push(Complaint { place: None, what, hint: Some(hint) });
    }
    if reader.wrong.is_empty() { Ok(reader.file) } else { Err(reader.wrong) }
}

struct Reader {
    file: CheckFile,
    wrong: Vec<Complaint>,
}

impl Reader {
    fn file(&mut self, root: &Node) {
        for (key, node) in self.entries(root, keys::TOP) {
            match key.name {
                "networks" => self.named(node, keys::NETWORK, Self::network),
                "containers" => self.named(node, keys::CONTAINER, Self::container),
                "names" => self.sentences(node, "", sentence::names),
                "reach" => self.sentences(node, "", sentence::reach),
                "flows" => self.sentences(node, "flows: ", sentence::flows),
                "findings" => self.sentences(node, "findings: ", sentence::findings),
                "default" => {
                    if self.word(node, key).is_some() {
                        self.claim("default: isolated".to_owned(), node.spot, Claim::Isolated);
                    }
                }
                "among" => self.file.among = self.names(node),
                _ => self.file.projects = self.names(node),
            }
        }
    }

    fn claim(&mut self, text: String, place: Spot, claim: Claim) {
        self.file.assertions.push(Assertion { text, place, claim });
    }

    fn complain(&mut self, place: Spot, what: impl Into<String>, hint: Option<String>) {
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
            Value::Text(_) | Value::List(_) => {
                let names: Vec<&str> = known.iter().map(|key| key.name).collect();
                let hint = format!("its keys are {}", names.join(", "));
                self.complain(
                    node.spot,
                    format!("a mapping belongs here, not {}", node.kind()),
                    Some(hint),
                );
                return Vec::new();
            }
        };
        let mut found = Vec::with_capacity(entries.len());
        for (name, entry) in in_order(entries) {
            match known.iter().find(|known| known.name == name) {
                Some(known) => found.push((known, &entry.value)),
                None => {
                    let names = || known.iter().map(|key| key.name);
                    let hint = match nearest(name, names()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
                    };
                    self.complain(
                        entry.key,
                        format!("`{}` is no key here", shortened(name)),
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
        read: fn(&mut Self, &str, Spot, Vec<(&'static Key, &Node)>),
    ) {
        match &node.value {
            Value::Map(entries) => {
                for (name, entry) in in_order(entries) {
                    let entries = self.entries(&entry.value, known);
                    read(self, name, entry.key, entries);
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

    fn network(&mut self, name: &str, place: Spot, entries: Vec<(&'static Key, &Node)>) {
        let claim = |this: &mut Self, place: Spot, claim: NetworkClaim| {
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
                "driver" => {
                    self.word(node, key).map(|word| NetworkClaim::Driver(Driver::parse(&word)))
                }
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
                claim(self, node.spot, read);
            }
        }
    }

    fn container(&mut self, name: &str, place: Spot, entries: Vec<(&'static Key, &Node)>) {
        let claim = |this: &mut Self, place: Spot, claim: ContainerClaim| {
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
                claim(self, node.spot, read);
            }
        }
    }

    /// The sentences of a section; `of` goes before those that would say something else,
    /// or nothing, where the section does not stand above them.
    fn sentences(&mut self, node: &Node, of: &str, read: fn(&str) -> Result<Vec<Claim>, Slip>) {
        let items = match &node.value {
            Value::Null => return,
            Value::List(items) => items.as_slice(),
            Value::Text(_) => std::slice::from_ref(node),
            Value::Map(_) => {
                self.complain(node.spot, "a list of sentences belongs here, not a mapping", None);
                return;
            }
        };
        for item in items {
            let Some(text) = item.text() else {
                let what = format!("a sentence belongs here, not {}", item.kind());
                let hint = "a port follows its colon without a blank, as in db:5432";
                let hint = item.map().map(|_| hint.to_owned());
                self.complain(item.spot, what, hint);
                continue;
            };
            match read(text) {
                Ok(claims) => {
                    for claim in claims {
                        self.claim(format!("{of}{}", text.trim()), item.spot, claim);
                    }
                }
                Err(slip) => {
                    // What stands in quotes begins one column further on.
                    let quote = usize::from(item.quoted);
                    self.complain(item.spot.right(slip.at + quote), slip.why, slip.hint);
                }
            }
        }
    }

    fn yes_no(&mut self, node: &Node) -> Option<bool> {
        let truth = node.truth();
        if truth.is_none() {
            let what = format!("true or false belongs here, not {}", node.kind());
            self.complain(node.spot, what, None);
        }
        truth
    }

    /// A word, of those that the key allows.
    fn word(&mut self, node: &Node, key: &Key) -> Option<String> {
        let Some(text) = node.text() else {
            self.complain(node.spot, format!("a word belongs here, not {}", node.kind()), None);
            return None;
        };
        if let ValueKind::OneOf(words) = key.kind
            && !words.contains(&text)
        {
            let hint = format!("it is {}", words.join(", "));
            let text = shortened(text);
            self.complain(node.spot, format!("`{text}` is no value of `{}`", key.name), Some(hint));
            return None;
        }
        Some(text.to_owned())
    }

    fn names(&mut self, node: &Node) -> Vec<String> {
        self.placed_names(node).into_iter().map(|(name, _)| name).collect()
    }

    /// A name or a list of names. `a, b` is a list, too.
    fn placed_names(&mut self, node: &Node) -> Vec<(String, Spot)> {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut names = Vec::with_capacity(items.len());
        for item in items {
            match item.text().filter(|text| !text.trim().is_empty()) {
                Some(text) => {
                    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                    names.extend(parts.map(|part| (part.to_owned(), item.spot)));
                }
                None => self.complain(
                    item.spot,
                    format!("a name belongs here, not {}", item.kind()),
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

/// A mapping's entries as they stand in the file.
fn in_order(map: &Mapping) -> Vec<(&str, &Entry)> {
    let mut entries: Vec<(&str, &Entry)> =
        map.iter().map(|(name, entry)| (name.as_str(), entry)).collect();
    entries.order_by_key(|(_, entry)| entry.key);
    entries
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
