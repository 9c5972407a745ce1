//! How ports are worded: published, asked for, and declared.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use foldhash::HashSet;

use super::View;
use crate::model::{Container, Protocol, PublishedPort, State};

impl View<'_> {
    /// The ports that a container publishes; of one that is only planned,
    /// those that it will publish.
    pub fn published(&self, at: usize) -> Vec<String> {
        let container = self.container(at);
        let mut ports = published(container);
        if self.lets_in_what_it_wants(at) {
            ports.extend(unpublished(container));
        }
        ports
    }

    /// The ports that a container asks for and that are not published.
    pub fn wanted(&self, at: usize) -> Vec<String> {
        if self.lets_in_what_it_wants(at) {
            return Vec::new();
        }
        unpublished(self.container(at))
    }

    /// Whether a planned container will get every port it asks for: where the
    /// engine is yet to choose the host's port, it is not among the published.
    fn lets_in_what_it_wants(&self, at: usize) -> bool {
        self.container(at).state == State::Planned
            && self.map.networks_of(at).any(|network| {
                let network = self.network(network);
                !network.internal && !network.is_none()
            })
    }

    /// Published, wanted and exposed ports as display lines.
    pub fn ports(&self, at: usize) -> Vec<String> {
        let mut lines = self.published(at);
        lines.extend(self.wanted(at).iter().map(|port| format!("wants {port}")));
        let exposed = only_exposed(self.container(at));
        if !exposed.is_empty() {
            lines.push(format!("exposes {}", exposed.join(", ")));
        }
        lines
    }
}

/// Published ports, one entry for each way in, runs of ports drawn together:
/// `*:8080 → 80`, `127.0.0.1:53 → 53/udp`, `*:8000-8010 → 8000-8010`.
fn published(container: &Container) -> Vec<String> {
    // The engine reports a port on every address once for IPv4 and once for
    // IPv6; `*` stands for both.
    let mut hosts: BTreeMap<(u16, Protocol, u16), BTreeSet<&str>> = BTreeMap::new();
    for port in &container.published {
        hosts.entry((port.port, port.protocol, port.host_port)).or_default().insert(&port.host_ip);
    }
    let mut ways: Vec<PublishedPort> = Vec::new();
    for ((port, protocol, host_port), mut ips) in hosts {
        if (ips.contains("0.0.0.0") && ips.contains("::")) || ips.contains("") {
            ips.retain(|ip| !matches!(*ip, "0.0.0.0" | "::" | ""));
            ips.insert("*");
        }
        ways.extend(ips.into_iter().map(|ip| PublishedPort {
            port,
            protocol,
            host_ip: ip.to_owned(),
            host_port,
        }));
    }
    ways.sort_by(|a, b| {
        (&a.host_ip, a.protocol, a.port, a.host_port).cmp(&(
            &b.host_ip,
            b.protocol,
            b.port,
            b.host_port,
        ))
    });
    runs(&ways, |a, b| {
        a.host_ip == b.host_ip
            && a.protocol == b.protocol
            && a.port.checked_add(1) == Some(b.port)
            && a.host_port.checked_add(1) == Some(b.host_port)
    })
    .map(|(first, last)| {
        let ip = match first.host_ip.parse::<IpAddr>() {
            Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
            _ => first.host_ip.clone(),
        };
        let host = span(first.host_port, last.host_port);
        format!("{ip}:{host} → {}{}", span(first.port, last.port), suffix(first.protocol))
    })
    .collect()
}

/// Ports that are declared and not published: `6379`, `53/udp`.
pub fn only_exposed(container: &Container) -> Vec<String> {
    let published = container.published.iter().map(|p| (p.port, p.protocol));
    let requested = container.requested.iter().map(|p| (p.port, p.protocol));
    let taken: HashSet<(u16, Protocol)> = published.chain(requested).collect();
    let left: Vec<_> = container
        .exposed
        .iter()
        .copied()
        .filter(|port| !taken.contains(&(port.port, port.protocol)))
        .collect();
    runs(&left, |a, b| a.protocol == b.protocol && a.port.checked_add(1) == Some(b.port))
        .map(|(first, last)| format!("{}{}", span(first.port, last.port), suffix(first.protocol)))
        .collect()
}

/// Ports that are asked for and not published: because the container is
/// stopped, or because none of its networks lets anything in.
fn unpublished(container: &Container) -> Vec<String> {
    let published: HashSet<(u16, Protocol)> =
        container.published.iter().map(|p| (p.port, p.protocol)).collect();
    let missing = container.requested.iter().filter(|p| !published.contains(&(p.port, p.protocol)));
    missing
        .map(|port| {
            let ip = match port.host_ip.as_str() {
                "" | "0.0.0.0" | "::" => "*",
                ip => ip,
            };
            let host = if port.host_port.is_empty() { "any" } else { &port.host_port };
            format!("{ip}:{host} → {}{}", port.port, suffix(port.protocol))
        })
        .collect()
}

/// Splits `items` into runs in which each neighbour pair `follows`, as first and last.
fn runs<T>(items: &[T], follows: impl Fn(&T, &T) -> bool) -> impl Iterator<Item = (&T, &T)> {
    items.chunk_by(move |a, b| follows(a, b)).filter_map(|run| Some((run.first()?, run.last()?)))
}

fn span(first: u16, last: u16) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

fn suffix(protocol: Protocol) -> String {
    match protocol {
        Protocol::Tcp => String::new(),
        other => format!("/{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ExposedPort;

    fn published_port(host_ip: &str, host_port: u16, port: u16) -> PublishedPort {
        PublishedPort { port, protocol: Protocol::Tcp, host_ip: host_ip.to_owned(), host_port }
    }

    #[test]
    fn ports_on_every_address_and_runs_of_ports_are_told_once() {
        let container = Container {
            published: vec![
                published_port("0.0.0.0", 8000, 80),
                published_port("::", 8000, 80),
                published_port("0.0.0.0", 8001, 81),
                published_port("::", 8001, 81),
                published_port("127.0.0.1", 5432, 5432),
                published_port("::1", 5433, 5432),
            ],
            exposed: vec![
                ExposedPort { port: 80, protocol: Protocol::Tcp },
                ExposedPort { port: 6379, protocol: Protocol::Tcp },
                ExposedPort { port: 53, protocol: Protocol::Udp },
            ],
            ..Container::default()
        };
        assert_eq!(
            published(&container),
            ["*:8000-8001 → 80-81", "127.0.0.1:5432 → 5432", "[::1]:5433 → 5432"]
        );
        assert_eq!(only_exposed(&container), ["6379", "53/udp"]);
    }
}
