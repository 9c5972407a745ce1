//! How ports are worded: published, asked for, and declared.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use foldhash::HashSet;

use super::{Opening, View};
use crate::model::words::listed;
use crate::model::{Container, ContainerAt, HostPorts, Protocol, State};
use crate::order::{OrderBy, Ordered};

impl View<'_> {
    /// The ports that a container publishes; of one that is only planned,
    /// those that it will publish.
    pub fn openings(&self, at: ContainerAt) -> Vec<Opening> {
        let all = self.openings.get_or_init(|| {
            self.containers.iter().map(|at| (*at, self.found_openings(*at))).collect()
        });
        all.get(&at).cloned().unwrap_or_else(|| self.found_openings(at))
    }

    fn found_openings(&self, at: ContainerAt) -> Vec<Opening> {
        let container = self.container(at);
        let mut openings = published(&[container]);
        if self.lets_in_what_it_wants(at) {
            openings.extend(unpublished(container));
        }
        openings
    }

    /// The same; of one that does not run, what it will publish when it does. What stops
    /// keeps its place on a picture.
    pub fn ways_in(&self, at: ContainerAt) -> Vec<Opening> {
        let mut openings = self.openings(at);
        if !self.container(at).state.has_network() && self.is_let_in(at) {
            openings.extend(unpublished(self.container(at)));
        }
        openings
    }

    /// The same of several that are alike, each port once, however many have it: what
    /// they publish on neighbouring ports of the host is one run.
    pub fn ways_in_of(&self, all: &[ContainerAt]) -> Vec<Opening> {
        if let [only] = all {
            return self.ways_in(*only);
        }
        let containers: Vec<&Container> = all.iter().map(|at| self.container(*at)).collect();
        let mut ways = published(&containers);
        let mut known: HashSet<Opening> = ways.iter().cloned().collect();
        for at in all {
            let more = match self.container(*at).state.has_network() {
                false => self.ways_in(*at),
                true if self.lets_in_what_it_wants(*at) => unpublished(self.container(*at)),
                true => continue,
            };
            ways.extend(more.into_iter().filter(|way| known.insert(way.clone())));
        }
        ways
    }

    /// What lies behind the ports that a container publishes or asks for, and whether on
    /// every address: replicas have that in common, and never the host's port.
    pub fn behind_ways_in(&self, at: ContainerAt) -> BTreeSet<(u16, Protocol, bool)> {
        let container = self.container(at);
        let published =
            container.published.iter().map(|p| (p.port, p.protocol, p.host_ip.is_unspecified()));
        let asked = container.requested.iter().map(|p| (p.port, p.protocol, is_every(p.host_ip)));
        published.chain(asked).into_set()
    }

    /// Whether everybody can come in, or could if it ran.
    pub fn is_for_all(&self, at: ContainerAt) -> bool {
        self.map.on_host(at) || self.ways_in(at).iter().any(|opening| opening.everywhere)
    }

    /// [`Self::openings`] in words.
    pub fn published(&self, at: ContainerAt) -> Vec<String> {
        self.openings(at).into_iter().map(|opening| opening.text).collect()
    }

    /// The ports that a container asks for and that are not published.
    pub fn wanted(&self, at: ContainerAt) -> Vec<String> {
        if self.lets_in_what_it_wants(at) {
            return Vec::new();
        }
        unpublished(self.container(at)).into_iter().map(|opening| opening.text).collect()
    }

    /// Whether a planned container will get every port it asks for: where the
    /// engine is yet to choose the host's port, it is not among the published.
    fn lets_in_what_it_wants(&self, at: ContainerAt) -> bool {
        self.container(at).state == State::Planned && self.is_let_in(at)
    }

    /// Whether one of its networks lets anything in.
    fn is_let_in(&self, at: ContainerAt) -> bool {
        self.map.networks_of(at).any(|network| {
            let network = self.network(network);
            !network.internal && !network.is_none()
        })
    }

    /// Published, wanted and exposed ports as display lines.
    pub fn ports(&self, at: ContainerAt) -> Vec<String> {
        let mut lines = self.published(at);
        lines.extend(self.wanted(at).iter().map(|port| format!("would publish {port}")));
        let exposed = only_exposed(self.container(at));
        if !exposed.is_empty() {
            lines.push(format!("exposes {}", exposed.join(", ")));
        }
        lines
    }

    /// The ports that something was seen to listen on. A network stack has one
    /// set of them, whoever in it opened them.
    pub fn listening(&self, owner: ContainerAt) -> Vec<String> {
        let seen = self.map.observation(owner);
        let Some(listening) = seen.and_then(|seen| seen.listening.as_ref()) else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for (only_itself, words) in [(false, "listens on"), (true, "listens to itself only on")] {
            let ports: BTreeSet<(u16, Protocol)> = listening
                .iter()
                .filter(|socket| socket.is_loopback_only() == only_itself)
                .map(|socket| (socket.port, socket.protocol))
                .into_set();
            let ports: Vec<String> = ports
                .into_iter()
                .map(|(port, protocol)| format!("{port}{}", suffix(protocol)))
                .collect();
            if !ports.is_empty() {
                let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
                lines.push(format!("{words} {}", listed(&ports, 8)));
            }
        }
        lines
    }
}

/// A way in from beyond a container's networks.
struct WayIn {
    /// Address of the host; `None` for every one.
    ip: Option<IpAddr>,
    port: u16,
    protocol: Protocol,
    host_port: Option<u16>,
}

/// How the ports of a run follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Both of them, or only the container's where no port of the host leads there.
    Both,
    /// The host's, all of which lead to the same one.
    Host,
}

impl WayIn {
    /// How the next one follows this one, if it does.
    fn step_to(&self, next: &Self) -> Option<Step> {
        if (self.ip, self.protocol) != (next.ip, next.protocol) {
            return None;
        }
        let host = self.host_port.zip(next.host_port);
        let host_follows = host.map(|(one, other)| one.checked_add(1) == Some(other));
        let port_follows = self.port.checked_add(1) == Some(next.port);
        match (port_follows, host_follows) {
            (true, Some(true)) => Some(Step::Both),
            (true, None) if self.host_port == next.host_port => Some(Step::Both),
            (false, Some(true)) if self.port == next.port => Some(Step::Host),
            _ => None,
        }
    }
}

/// Published ports, one entry for each way in, runs of ports drawn together:
/// `*:8080 → 80`, `127.0.0.1:53 → 53/udp`, `*:8000-8010 → 8000-8010`, `*:8000-8002 → 80`. A
/// port that no port of the host leads to is `routed → 80`.
fn published(containers: &[&Container]) -> Vec<Opening> {
    // The engine reports a port on every address once for IPv4 and once for
    // IPv6; `*` stands for both.
    let mut hosts: BTreeMap<(u16, Protocol, Option<u16>), BTreeSet<IpAddr>> = BTreeMap::new();
    for port in containers.iter().flat_map(|container| &container.published) {
        hosts.entry((port.port, port.protocol, port.host_port)).or_default().insert(port.host_ip);
    }
    let mut ways: Vec<WayIn> = Vec::new();
    for ((port, protocol, host_port), mut ips) in hosts {
        let way = |ip| WayIn { ip, port, protocol, host_port };
        if host_port.is_none() {
            ips.clear();
            ways.push(way(None));
        } else if ips.iter().filter(|ip| ip.is_unspecified()).count() > 1 {
            ips.retain(|ip| !ip.is_unspecified());
            ways.push(way(None));
        }
        ways.extend(ips.into_iter().map(|ip| way(Some(ip))));
    }
    ways.order_by_key(|way| (way.ip, way.protocol, way.port, way.host_port));
    let mut runs: Vec<(&WayIn, &WayIn, Option<Step>)> = Vec::new();
    for way in &ways {
        let step = runs.last().and_then(|(_, last, _)| last.step_to(way));
        match runs.last_mut().filter(|run| step.is_some() && run.2.is_none_or(|s| Some(s) == step))
        {
            Some(run) => (run.1, run.2) = (way, step),
            None => runs.push((way, way, None)),
        }
    }
    let opening = |(first, last, _): (&WayIn, &WayIn, _)| {
        let from = match first.host_port.zip(last.host_port) {
            Some((low, high)) => format!("{}:{}", host_address(first.ip), span(low, high)),
            None => "routed".to_owned(),
        };
        let to = format!("{}{}", span(first.port, last.port), suffix(first.protocol));
        let everywhere = first.host_port.is_some() && is_every(first.ip);
        Opening { text: format!("{from} → {to}"), everywhere }
    };
    runs.into_iter().map(opening).collect()
}

/// Whether an address of the host stands for every one.
fn is_every(ip: Option<IpAddr>) -> bool {
    ip.is_none_or(|ip| ip.is_unspecified())
}

/// An address of the host before a port; `*` is every one.
fn host_address(ip: Option<IpAddr>) -> String {
    match ip {
        None => "*".to_owned(),
        Some(IpAddr::V4(ip)) => ip.to_string(),
        Some(IpAddr::V6(ip)) => format!("[{ip}]"),
    }
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
fn unpublished(container: &Container) -> Vec<Opening> {
    let published: HashSet<(u16, Protocol)> =
        container.published.iter().map(|p| (p.port, p.protocol)).collect();
    let missing = container.requested.iter().filter(|p| !published.contains(&(p.port, p.protocol)));
    missing
        .map(|port| {
            let everywhere = is_every(port.host_ip);
            let ip = host_address(port.host_ip.filter(|_| !everywhere));
            let host = match port.host_port {
                HostPorts::Any => "any".to_owned(),
                ports => ports.to_string(),
            };
            let text = format!("{ip}:{host} → {}{}", port.port, suffix(port.protocol));
            Opening { text, everywhere }
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
    use crate::model::{ExposedPort, PublishedPort, RequestedPort};

    fn texts(openings: Vec<Opening>) -> Vec<String> {
        openings.into_iter().map(|opening| opening.text).collect()
    }

    fn published_port(host_ip: &str, host_port: u16, port: u16) -> PublishedPort {
        let (host_ip, host_port) = (host_ip.parse().unwrap(), Some(host_port));
        PublishedPort { port, protocol: Protocol::Tcp, host_ip, host_port }
    }

    #[test]
    fn a_routed_port_names_no_port_of_the_host() {
        let routed = |ip, port| PublishedPort { host_port: None, ..published_port(ip, 0, port) };
        let container = Container {
            published: vec![
                routed("0.0.0.0", 80),
                routed("::", 80),
                routed("0.0.0.0", 81),
                routed("10.1.1.1", 81),
                published_port("0.0.0.0", 8080, 90),
            ],
            ..Container::default()
        };
        let everywhere = |opening: &Opening| opening.everywhere;
        let openings = published(&[&container]);
        assert_eq!(openings.iter().map(everywhere).collect::<Vec<_>>(), [false, true]);
        assert_eq!(texts(openings), ["routed → 80-81", "0.0.0.0:8080 → 90"]);
    }

    #[test]
    fn what_is_open_on_every_address_is_known_by_the_address() {
        for (ip, everywhere) in [
            ("0.0.0.0", true),
            ("::", true),
            ("127.0.0.1", false),
            ("::1", false),
            ("192.0.2.7", false),
        ] {
            let of = |container: Container| {
                let openings = published(&[&container]).into_iter().chain(unpublished(&container));
                openings.map(|opening| opening.everywhere).collect::<Vec<_>>()
            };
            let asked = RequestedPort {
                host_ip: ip.parse().ok(),
                host_port: HostPorts::One(8080),
                port: 80,
                protocol: Protocol::Tcp,
            };
            let live =
                Container { published: vec![published_port(ip, 8080, 80)], ..Default::default() };
            let planned = Container { requested: vec![asked], ..Default::default() };
            assert_eq!((of(live), of(planned)), (vec![everywhere], vec![everywhere]), "{ip}");
        }
    }

    #[test]
    fn what_replicas_publish_is_one_run() {
        let replica = |host_port| Container {
            published: vec![
                published_port("0.0.0.0", host_port, 80),
                published_port("::", host_port, 80),
            ],
            ..Container::default()
        };
        let all = [replica(8000), replica(8001), replica(8002), replica(9000)];
        let all: Vec<&Container> = all.iter().collect();
        assert_eq!(texts(published(&all)), ["*:8000-8002 → 80", "*:9000 → 80"]);
        // A run goes on as it began.
        let mixed = Container {
            published: vec![
                published_port("127.0.0.1", 8000, 80),
                published_port("127.0.0.1", 8001, 80),
                published_port("127.0.0.1", 8002, 81),
            ],
            ..Container::default()
        };
        let texts = texts(published(&[&mixed]));
        assert_eq!(texts, ["127.0.0.1:8000-8001 → 80", "127.0.0.1:8002 → 81"]);
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
            texts(published(&[&container])),
            ["*:8000-8001 → 80-81", "127.0.0.1:5432 → 5432", "[::1]:5433 → 5432"]
        );
        assert_eq!(only_exposed(&container), ["6379", "53/udp"]);
    }
}
