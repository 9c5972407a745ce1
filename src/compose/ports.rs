//! The ports of a service, in the short and the long way of writing them.

use std::net::IpAddr;

use super::notes::Notes;
use crate::model::{ExposedPort, HostPorts, Protocol, RequestedPort};
use crate::yaml::{Node, Value};

/// Most ports that all services together may have; a file that publishes
/// `1-65535` on every service is no setup anybody runs.
const MOST: usize = 300_000;

/// Reads ports, and counts them.
#[derive(Debug)]
pub struct Ports {
    left: usize,
}

impl Default for Ports {
    fn default() -> Self {
        Self { left: MOST }
    }
}

/// What is wrong with a port, and who says so.
#[derive(Debug)]
struct Wrong {
    by: Says,
    why: String,
}

#[derive(Debug, Clone, Copy)]
enum Says {
    Compose,
    Engine,
    /// netmap alone.
    Netmap,
}

impl Wrong {
    fn new(by: Says, why: impl Into<String>) -> Self {
        Self { by, why: why.into() }
    }

    fn note(self, node: &Node, path: &[&str], notes: &mut Notes) {
        match self.by {
            Says::Compose => notes.refused(node.spot, path, self.why),
            Says::Engine => notes.refused_by_engine(node.spot, path, self.why),
            Says::Netmap => notes.add(node.spot, path, self.why),
        }
    }
}

impl Ports {
    /// One entry of `ports`.
    pub fn published(
        &mut self,
        node: &Node,
        path: &[&str],
        notes: &mut Notes,
    ) -> Vec<RequestedPort> {
        let read = match &node.value {
            Value::Text(text) => self.short(text),
            Value::Map(_) => self.long(node),
            _ => return Vec::new(),
        };
        read.unwrap_or_else(|wrong| {
            wrong.note(node, path, notes);
            Vec::new()
        })
    }

    /// One entry of `expose`: `3000`, `8000-8010`, `53/udp`. What is none does no
    /// harm.
    pub fn exposed(&mut self, node: &Node, path: &[&str], notes: &mut Notes) -> Vec<ExposedPort> {
        let Some(text) = node.text() else { return Vec::new() };
        let (ports, protocol) = split_protocol(text);
        let read = protocol_of(protocol, Says::Netmap).and_then(|protocol| {
            let (first, last) = container_range(ports, Says::Netmap)?;
            self.spend(first, last)?;
            Ok((first..=last).map(|port| ExposedPort { port, protocol }).collect())
        });
        read.unwrap_or_else(|wrong| {
            wrong.note(node, path, notes);
            Vec::new()
        })
    }

    /// `[[IP:][HOST]:]CONTAINER[/PROTOCOL]`, where ports may be ranges.
    fn short(&mut self, text: &str) -> Result<Vec<RequestedPort>, Wrong> {
        let (ports, protocol) = split_protocol(text);
        let (host, container) = ports.rsplit_once(':').unwrap_or(("", ports));
        let (ip, host) = host.rsplit_once(':').unwrap_or(("", host));
        let ip = ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')).unwrap_or(ip);
        let ip = if ip.is_empty() { None } else { Some(host_ip(ip)?) };
        let protocol = protocol_of(protocol, Says::Compose)?;
        self.pairs(ip, host, container, protocol, Says::Compose)
    }

    /// The engine gets the parts of the long form as they are.
    fn long(&mut self, node: &Node) -> Result<Vec<RequestedPort>, Wrong> {
        let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
        let ip = node.get("host_ip").and_then(Node::text).map(host_ip).transpose()?;
        // Without one it has been noted already.
        let target = text("target");
        if target.is_empty() {
            return Ok(Vec::new());
        }
        let protocol = text("protocol");
        let protocol = if protocol.is_empty() { "tcp" } else { protocol };
        let protocol = protocol_of(protocol, Says::Engine)?;
        self.pairs(ip, text("published"), target, protocol, Says::Engine)
    }

    /// The pairs of host and container ports that two ranges stand for.
    fn pairs(
        &mut self,
        host_ip: Option<IpAddr>,
        host: &str,
        container: &str,
        protocol: Protocol,
        by: Says,
    ) -> Result<Vec<RequestedPort>, Wrong> {
        let (first, last) = container_range(container, by)?;
        let host = if host.is_empty() { None } else { Some(range(host, by)?) };
        self.spend(first, last)?;
        let host_port = |port: u16| match host {
            // Port 0 of the host is any that is free.
            None | Some((0, _)) => Ok(HostPorts::Any),
            Some((low, high)) if first == last && low < high => Ok(HostPorts::Range(low, high)),
            Some((low, high)) if high - low == last - first => {
                Ok(HostPorts::One(low + (port - first)))
            }
            Some(_) => Err(Wrong::new(by, "the two ranges of ports have different lengths")),
        };
        (first..=last)
            .map(|port| Ok(RequestedPort { port, protocol, host_ip, host_port: host_port(port)? }))
            .collect()
    }

    fn spend(&mut self, first: u16, last: u16) -> Result<(), Wrong> {
        let ports = usize::from(last - first) + 1;
        let left = self.left.checked_sub(ports);
        let too_many = || Wrong::new(Says::Netmap, "the services have too many ports together");
        self.left = left.ok_or_else(too_many)?;
        Ok(())
    }
}

/// Reads all ports of a project for what is wrong with them.
pub fn check(tree: &Node, notes: &mut Notes) {
    let mut ports = Ports::default();
    for (name, entry) in tree.get("services").and_then(Node::map).into_iter().flatten() {
        let listed = entry.value.get("ports").map(|ports| &ports.value);
        let Some(Value::List(items)) = listed else { continue };
        for (at, item) in items.iter().enumerate() {
            ports.published(item, &["services", name, "ports", &at.to_string()], notes);
        }
    }
}

fn split_protocol(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some((ports, "")) => (ports, "tcp"),
        Some(split) => split,
        None => (text, "tcp"),
    }
}

fn host_ip(text: &str) -> Result<IpAddr, Wrong> {
    let wrong = |_| Wrong::new(Says::Compose, format!("`{text}` is no address of the host"));
    text.parse().map_err(wrong)
}

fn protocol_of(text: &str, by: Says) -> Result<Protocol, Wrong> {
    Protocol::parse(&text.to_lowercase())
        .ok_or_else(|| Wrong::new(by, format!("`{text}` is no protocol; use tcp, udp or sctp")))
}

/// The ports of a container, of which none is 0.
fn container_range(text: &str, by: Says) -> Result<(u16, u16), Wrong> {
    match range(text, by)? {
        (0, _) => Err(Wrong::new(by, format!("`{text}` is no port"))),
        range => Ok(range),
    }
}

/// `80` or `8000-8010`.
fn range(text: &str, by: Says) -> Result<(u16, u16), Wrong> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => Ok((first, last)),
        _ => Err(Wrong::new(by, format!("`{text}` is no port"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Budget, read};

    /// The ports of one entry, as `ip|host|container/protocol`, or the note.
    fn ports(entry: &str) -> String {
        let node = read(entry, 0, &mut Budget::default()).expect(entry).remove(0);
        let mut notes = Notes::default();
        let ports = Ports::default().published(&node, &["ports"], &mut notes);
        let shown: Vec<String> = ports
            .iter()
            .map(|p| {
                let ip = p.host_ip.map(|ip| ip.to_string()).unwrap_or_default();
                format!("{ip}|{}|{}/{}", p.host_port, p.port, p.protocol)
            })
            .collect();
        let notes = notes.finish().0.into_iter().map(|unread| unread.why);
        shown.into_iter().chain(notes).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_way_of_writing_a_port() {
        for (entry, expected) in [
            ("80", "||80/tcp"),
            ("'80'", "||80/tcp"),
            ("8080:80", "|8080|80/tcp"),
            ("22:22", "|22|22/tcp"),
            ("127.0.0.1:8080:80", "127.0.0.1|8080|80/tcp"),
            ("127.0.0.1::80", "127.0.0.1||80/tcp"),
            ("0:80", "||80/tcp"),
            ("127.0.0.1:0:80", "127.0.0.1||80/tcp"),
            ("80/", "||80/tcp"),
            ("{target: 80, published: 0}", "||80/tcp"),
            ("'[::1]:8080:80'", "::1|8080|80/tcp"),
            ("6060:6060/udp", "|6060|6060/udp"),
            ("53:53/UDP", "|53|53/udp"),
            ("3000-3001", "||3000/tcp ||3001/tcp"),
            ("9090-9091:8080-8081", "|9090|8080/tcp |9091|8081/tcp"),
            ("8000-9000:80", "|8000-9000|80/tcp"),
            ("{target: 80}", "||80/tcp"),
            ("{target: 80, published: 8080}", "|8080|80/tcp"),
            (
                "{target: 80, published: '8080-8090', protocol: udp, host_ip: 127.0.0.1, mode: host}",
                "127.0.0.1|8080-8090|80/udp",
            ),
        ] {
            assert_eq!(ports(entry), expected, "{entry}");
        }
    }

    #[test]
    fn what_is_no_port_is_said() {
        for (entry, expected) in [
            ("banana", "`banana` is no port"),
            ("80:0", "`0` is no port"),
            ("' 80'", "` 80` is no port"),
            ("80:99999", "`99999` is no port"),
            ("80/carrier-pigeon", "`carrier-pigeon` is no protocol; use tcp, udp or sctp"),
            ("1-2:1-3", "the two ranges of ports have different lengths"),
            ("elsewhere:80:80", "`elsewhere` is no address of the host"),
            ("{target: 80, host_ip: here}", "`here` is no address of the host"),
        ] {
            assert_eq!(ports(entry), expected, "{entry}");
        }
    }

    #[test]
    fn ports_are_counted() {
        let node = read("1-65535", 0, &mut Budget::default()).expect("text").remove(0);
        let (mut notes, mut all) = (Notes::default(), Ports::default());
        let read: usize = (0..10).map(|_| all.published(&node, &["ports"], &mut notes).len()).sum();
        assert!(read <= MOST);
        assert!(notes.finish().0[0].why.contains("too many ports"));
    }
}
