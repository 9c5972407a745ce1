//! The ports of a service, in the short and the long way of writing them.

use std::net::IpAddr;

use super::keys;
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
            Value::Map(_) => {
                notes.unknown_keys(node, path, keys::PORT);
                self.long(node)
            }
            _ => {
                notes.wrong_kind(node, path, "a port such as \"8080:80\"");
                return Vec::new();
            }
        };
        read.unwrap_or_else(|why| {
            notes.add(node.spot, path, why);
            Vec::new()
        })
    }

    /// One entry of `expose`: `3000`, `8000-8010`, `53/udp`.
    pub fn exposed(&mut self, node: &Node, path: &[&str], notes: &mut Notes) -> Vec<ExposedPort> {
        let Some(text) = node.text() else {
            notes.wrong_kind(node, path, "a port such as \"3000\"");
            return Vec::new();
        };
        let (ports, protocol) = split_protocol(text);
        let read = range(ports).and_then(|(first, last)| {
            let protocol = protocol_of(protocol)?;
            self.spend(first, last)?;
            Ok((first..=last).map(|port| ExposedPort { port, protocol }).collect())
        });
        read.unwrap_or_else(|why| {
            notes.add(node.spot, path, why);
            Vec::new()
        })
    }

    /// `[[IP:][HOST]:]CONTAINER[/PROTOCOL]`, where ports may be ranges.
    fn short(&mut self, text: &str) -> Result<Vec<RequestedPort>, String> {
        let (ports, protocol) = split_protocol(text);
        let (host, container) = ports.rsplit_once(':').unwrap_or(("", ports));
        let (ip, host) = host.rsplit_once(':').unwrap_or(("", host));
        let ip = ip.trim_start_matches('[').trim_end_matches(']');
        self.pairs(host_ip(ip)?, host, container, protocol)
    }

    fn long(&mut self, node: &Node) -> Result<Vec<RequestedPort>, String> {
        let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
        let target = text("target");
        if target.is_empty() {
            return Err("it has no `target`, the port of the container".to_owned());
        }
        let protocol = text("protocol");
        self.pairs(
            host_ip(text("host_ip"))?,
            text("published"),
            target,
            if protocol.is_empty() { "tcp" } else { protocol },
        )
    }

    /// The pairs of host and container ports that two ranges stand for.
    fn pairs(
        &mut self,
        host_ip: Option<IpAddr>,
        host: &str,
        container: &str,
        protocol: &str,
    ) -> Result<Vec<RequestedPort>, String> {
        let protocol = protocol_of(protocol)?;
        let (first, last) = range(container)?;
        let host = if host.is_empty() { None } else { Some(range(host)?) };
        self.spend(first, last)?;
        let host_port = |port: u16| match host {
            None => Ok(HostPorts::Any),
            Some((low, high)) if first == last && low < high => Ok(HostPorts::Range(low, high)),
            Some((low, high)) if high - low == last - first => {
                Ok(HostPorts::One(low + (port - first)))
            }
            Some(_) => Err("the two ranges of ports have different lengths".to_owned()),
        };
        (first..=last)
            .map(|port| Ok(RequestedPort { port, protocol, host_ip, host_port: host_port(port)? }))
            .collect()
    }

    fn spend(&mut self, first: u16, last: u16) -> Result<(), String> {
        let ports = usize::from(last - first) + 1;
        self.left =
            self.left.checked_sub(ports).ok_or("the services have too many ports together")?;
        Ok(())
    }
}

fn split_protocol(text: &str) -> (&str, &str) {
    text.trim().split_once('/').unwrap_or((text.trim(), "tcp"))
}

/// An address of the host, of which nothing stands for every one.
fn host_ip(text: &str) -> Result<Option<IpAddr>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| format!("`{text}` is no address of the host"))
}

fn protocol_of(text: &str) -> Result<Protocol, String> {
    Protocol::parse(&text.to_lowercase())
        .ok_or_else(|| format!("`{text}` is no protocol; use tcp, udp or sctp"))
}

/// `80` or `8000-8010`.
fn range(text: &str) -> Result<(u16, u16), String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last && first > 0 => Ok((first, last)),
        _ => Err(format!("`{text}` is no port")),
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
        let notes = notes.finish().into_iter().map(|unread| unread.why);
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
            ("0:80", "`0` is no port"),
            ("80:99999", "`99999` is no port"),
            ("80/carrier-pigeon", "`carrier-pigeon` is no protocol; use tcp, udp or sctp"),
            ("1-2:1-3", "the two ranges of ports have different lengths"),
            ("elsewhere:80:80", "`elsewhere` is no address of the host"),
            ("{target: 80, host_ip: here}", "`here` is no address of the host"),
            ("{published: 80}", "it has no `target`, the port of the container"),
            ("[80]", "this is a list, and a port such as \"8080:80\" was expected"),
            (
                "{target: 80, publish: 81}",
                "||80/tcp there is no such key; did you mean `published`?",
            ),
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
        assert!(notes.finish()[0].why.contains("too many ports"));
    }
}
