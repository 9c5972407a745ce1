//! What all formats show, in the order in which they show it, and the words
//! they have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::graph::{Bridging, Comparison, Map, Mark, Selection, StackOwner, Surprise};
use crate::model::{
    Container, Network, NetworkMode, Protocol, PublishedPort, RequestedPort, State, Subnet,
};

/// A selection of a map, in display order.
#[derive(Debug)]
pub struct View<'a> {
    /// The whole map.
    pub map: &'a Map<'a>,
    /// Networks to show, so that those with members in common stand together.
    pub networks: Vec<usize>,
    /// Containers to show, grouped by the networks they are on; each owner of
    /// a shared stack is followed by the containers that ride in it.
    pub containers: Vec<usize>,
    /// Containers left out because they are stopped.
    pub stopped: Vec<usize>,
    /// What the view was narrowed to, such as a project's name.
    pub scope: Option<String>,
    /// What a probe measured, beside what the map predicts, if there was one.
    pub probe: Option<&'a Comparison<'a>>,
    /// What a difference says of the items shown; empty for a plain map.
    pub changes: Changes,
    /// For each container of the snapshot its place among those shown.
    places: Vec<Option<usize>>,
}

impl<'a> View<'a> {
    /// The view of a selection. `scope` is what the selection was made by.
    pub fn new(map: &'a Map<'a>, selection: &Selection, scope: Option<String>) -> Self {
        let networks = order_networks(map, &selection.networks);
        let containers = order_containers(map, selection, &networks);
        let mut places = vec![None; map.snapshot().containers.len()];
        for (place, at) in containers.iter().enumerate() {
            places[*at] = Some(place);
        }
        Self {
            places,
            map,
            networks,
            containers,
            stopped: selection.stopped.iter().copied().collect(),
            scope,
            probe: None,
            changes: Changes::default(),
        }
    }

    /// The same view with what a difference says of its items.
    pub fn with_changes(mut self, changes: Changes) -> Self {
        self.changes = changes;
        self
    }

    /// The same view with what a probe measured on it.
    pub fn with_probe(mut self, probe: Option<&'a Comparison<'a>>) -> Self {
        self.probe = probe;
        self
    }

    /// The container at a position of the snapshot's list.
    pub fn container(&self, at: usize) -> &'a Container {
        self.map.container(at)
    }

    /// The network at a position of the snapshot's list.
    pub fn network(&self, at: usize) -> &'a Network {
        self.map.network(at)
    }

    /// The shown containers on a network, in display order.
    pub fn members(&self, network: usize) -> Vec<usize> {
        self.in_order(self.map.members(network).iter().copied())
    }

    /// Those of `containers` that are shown, in display order.
    pub fn in_order(&self, containers: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut shown: Vec<usize> = containers.filter(|at| self.places[*at].is_some()).collect();
        shown.sort_by_key(|at| self.places[*at]);
        shown.dedup();
        shown
    }

    /// Shown networks that have shown members.
    pub fn used_networks(&self) -> Vec<usize> {
        let used: BTreeSet<usize> = self
            .containers
            .iter()
            .filter(|at| self.map.stack_owner(**at) == StackOwner::Itself)
            .flat_map(|at| self.map.networks_of(*at))
            .collect();
        self.networks
            .iter()
            .copied()
            .filter(|network| used.contains(network) && !self.network(*network).is_none())
            .collect()
    }

    /// Shown networks, made by somebody, on which no container is at all.
    pub fn empty_networks(&self) -> Vec<usize> {
        self.networks
            .iter()
            .copied()
            .filter(|at| self.map.members(*at).is_empty() && !self.network(*at).is_built_in())
            .collect()
    }

    /// `shop · 2 networks · 4 containers, 1 of them stopped`.
    pub fn title(&self) -> String {
        let parts: Vec<String> = self.scope.iter().cloned().chain([self.tally()]).collect();
        parts.join(" · ")
    }

    /// `2 networks · 4 containers, 1 of them stopped`.
    pub fn tally(&self) -> String {
        let mut parts = vec![count(self.used_networks().len(), "network")];
        let stopped =
            self.containers.iter().filter(|at| self.container(**at).state.is_stopped()).count();
        let mut containers = count(self.containers.len(), "container");
        if stopped > 0 {
            containers.push_str(&format!(", {stopped} of them stopped"));
        }
        parts.push(containers);
        parts.join(" · ")
    }

    /// Where the picture comes from: `Docker 26.1`, `planned in compose.yaml`.
    pub fn engine(&self) -> String {
        let snapshot = self.map.snapshot();
        match &snapshot.plan {
            Some(plan) if plan.files.is_empty() => "planned".to_owned(),
            Some(plan) => {
                let files: Vec<&str> = plan.files.iter().map(String::as_str).collect();
                format!("planned in {}", list(&files, 2))
            }
            None => snapshot.engine.short(),
        }
    }

    /// What the picture does not say by itself, one sentence each, most
    /// telling first.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.containers.is_empty() && self.stopped.is_empty() {
            notes.push("There are no containers here.".to_owned());
        }
        notes.extend(self.nameless_note());
        notes.extend(self.bridging_notes());
        if let Some(probe) = self.probe {
            notes.extend(super::probe::surprise_sentences(self.map, probe));
        }
        let on_none: Vec<&str> =
            self.named(|at| self.container(at).network_mode == NetworkMode::None);
        if !on_none.is_empty() {
            notes.push(format!("On no network: {}.", list(&on_none, 12)));
        }
        let orphans = self.named(|at| self.map.stack_owner(at) == StackOwner::Missing);
        if !orphans.is_empty() {
            notes.push(format!(
                "Without a network, because the container they shared one with is gone: {}.",
                list(&orphans, 12)
            ));
        }
        let empty: Vec<&str> =
            self.empty_networks().iter().map(|at| self.network(*at).name.as_str()).collect();
        if !empty.is_empty() {
            let noun = if empty.len() == 1 { "Network" } else { "Networks" };
            notes.push(format!("{noun} without containers: {}.", list(&empty, 12)));
        }
        if !self.stopped.is_empty() {
            let names: Vec<&str> =
                self.stopped.iter().map(|at| self.container(*at).name.as_str()).collect();
            notes.push(format!(
                "{} stopped and not shown: {} (--all shows {}).",
                count(names.len(), "container"),
                list(&names, 8),
                if names.len() == 1 { "it" } else { "them" },
            ));
        }
        notes
    }

    /// What a probe found to contradict the map among what is shown, between
    /// the owners of the network stacks.
    pub fn surprises(&self) -> Vec<Surprise> {
        let mut told = BTreeSet::new();
        let all = self.probe.map(Comparison::surprising_pairs).unwrap_or_default().into_iter();
        all.filter_map(|surprise| {
            let from = self.map.stack(surprise.from)?;
            let to = self.map.stack(surprise.to)?;
            let shown = self.places[from].is_some() && self.places[to].is_some();
            let new = shown && told.insert((from.min(to), from.max(to), surprise.mark));
            new.then_some(Surprise { from, to, ..surprise })
        })
        .collect()
    }

    /// What could not be read, as `what: why`.
    pub fn unread(&self) -> Vec<String> {
        self.map
            .snapshot()
            .unread
            .iter()
            .map(|unread| format!("{}: {}", unread.what, unread.why))
            .collect()
    }

    fn named(&self, test: impl Fn(usize) -> bool) -> Vec<&'a str> {
        self.containers
            .iter()
            .filter(|at| test(**at))
            .map(|at| self.container(*at).name.as_str())
            .collect()
    }

    /// The default bridge looks like a network of one's own and is not.
    fn nameless_note(&self) -> Option<String> {
        let bridge =
            self.used_networks().into_iter().find(|at| self.network(*at).is_default_bridge())?;
        let members = self.map.members(bridge).len();
        (members > 1).then(|| {
            format!(
                "Names do not resolve on {}: its containers reach one another by address only.",
                self.network(bridge).name
            )
        })
    }

    /// `Only api joins front and back.` for each container that does.
    fn bridging_notes(&self) -> Vec<String> {
        const MOST: usize = 6;
        let shown: BTreeSet<usize> = self.containers.iter().copied().collect();
        let of_interest: Vec<Bridging> = self
            .map
            .bridging()
            .into_iter()
            .filter(|bridging| shown.contains(&bridging.container))
            .collect();
        let mut notes: Vec<String> = of_interest
            .iter()
            .take(MOST)
            .map(|bridging| {
                let parts: Vec<String> = bridging
                    .parts
                    .iter()
                    .map(|part| {
                        let names: Vec<&str> = part
                            .iter()
                            .map(|network| self.network(*network).name.as_str())
                            .collect();
                        names.join(" with ")
                    })
                    .collect();
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                format!(
                    "Only {} joins {}; without it they share no container.",
                    self.container(bridging.container).name,
                    list(&parts, 6)
                )
            })
            .collect();
        if of_interest.len() > MOST {
            notes.push(format!(
                "{} more containers join networks that nothing else joins.",
                of_interest.len() - MOST
            ));
        }
        notes
    }
}

/// What a difference says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is there in both, and differs.
    Changed,
}

impl Change {
    /// The word for it, which is that of the JSON contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// The changes of a drawn difference, by position in the snapshot that is
/// shown: one with the items of both sides in it.
#[derive(Debug, Default)]
pub struct Changes {
    /// Containers that changed.
    pub containers: BTreeMap<usize, Change>,
    /// Networks that changed.
    pub networks: BTreeMap<usize, Change>,
    /// Endpoints that changed, by container and network.
    pub endpoints: BTreeMap<(usize, usize), Change>,
}

impl Changes {
    /// What became of a container, if anything did.
    pub fn container(&self, at: usize) -> Option<Change> {
        self.containers.get(&at).copied()
    }

    /// What became of a network, if anything did.
    pub fn network(&self, at: usize) -> Option<Change> {
        self.networks.get(&at).copied()
    }

    /// What became of a container's endpoint on a network, if anything did.
    pub fn endpoint(&self, container: usize, network: usize) -> Option<Change> {
        self.endpoints.get(&(container, network)).copied()
    }
}

/// Orders networks so that those with many members in common are neighbours:
/// from the one with the smallest name on, always the one that shares most
/// with those before it. The host's stack comes last.
fn order_networks(map: &Map, chosen: &BTreeSet<usize>) -> Vec<usize> {
    let mut waiting: BTreeMap<usize, usize> = chosen.iter().map(|network| (*network, 0)).collect();
    let mut ordered = Vec::with_capacity(chosen.len());
    while !waiting.is_empty() {
        let key = |network: usize, shared: usize| {
            let network = map.network(network);
            let last = network.is_host() || network.is_none();
            // Most shared members first, then project and name.
            (
                last,
                std::cmp::Reverse(shared),
                network.project.is_none(),
                &network.project,
                &network.name,
                &network.id,
            )
        };
        let Some(next) = waiting
            .iter()
            .min_by(|a, b| key(*a.0, *a.1).cmp(&key(*b.0, *b.1)))
            .map(|(network, _)| *network)
        else {
            break;
        };
        waiting.remove(&next);
        ordered.push(next);
        for member in map.members(next) {
            for other in map.networks_of(*member) {
                if let Some(shared) = waiting.get_mut(&other) {
                    *shared += 1;
                }
            }
        }
    }
    ordered
}

/// Orders containers by the first and last of their networks, so that the
/// grid reads like a staircase; riders follow the owner of their stack.
fn order_containers(map: &Map, selection: &Selection, networks: &[usize]) -> Vec<usize> {
    let rank: BTreeMap<usize, usize> =
        networks.iter().enumerate().map(|(rank, at)| (*at, rank)).collect();
    let place = |at: usize| {
        let ranks = || map.networks_of(at).filter_map(|network| rank.get(&network).copied());
        let none = networks.len();
        (ranks().min().unwrap_or(none), ranks().max().unwrap_or(none))
    };
    let mut owners: Vec<usize> = selection
        .containers
        .iter()
        .copied()
        .filter(|at| !matches!(map.stack_owner(*at), StackOwner::Other(owner) if selection.containers.contains(&owner)))
        .collect();
    owners.sort_by_cached_key(|at| (place(*at), *at));
    owners
        .into_iter()
        .flat_map(|owner| {
            let riders =
                map.riders(owner).iter().copied().filter(|at| selection.containers.contains(at));
            std::iter::once(owner).chain(riders)
        })
        .collect()
}

/// What a surprise is, in a word or two.
pub fn surprise(mark: Mark) -> &'static str {
    match mark {
        Mark::Leaks => "reachable although apart",
        _ => "no answer",
    }
}

/// `1 container`, `2 containers`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `a, b and c`; past `most` of them `a, b and 7 more`.
pub fn list(items: &[&str], most: usize) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] if items.len() <= most => format!("{} and {last}", head.join(", ")),
        _ => format!("{} and {} more", items[..most].join(", "), items.len() - most),
    }
}

/// State with what qualifies it: `running, healthy`, `exited (137), out of memory`.
pub fn state(container: &Container) -> String {
    let mut text = container.state.to_string();
    if let Some(code) = container.exit_code.filter(|_| container.state == State::Exited) {
        text.push_str(&format!(" ({code})"));
    }
    if let Some(health) = container.health.filter(|_| container.state.has_network()) {
        text.push_str(", ");
        text.push_str(health.as_str());
    }
    if container.oom_killed {
        text.push_str(", out of memory");
    }
    if container.restart_count > 0 {
        text.push_str(&format!(", {}", count_restarts(container.restart_count)));
    }
    text
}

fn count_restarts(restarts: u64) -> String {
    if restarts == 1 { "1 restart".to_owned() } else { format!("{restarts} restarts") }
}

/// A subnet's gateway, or a dash where nobody says which it is.
pub fn gateway(view: &View, network: usize, subnet: &Subnet) -> String {
    view.map.gateway(network, subnet).map_or("–".to_owned(), |gateway| gateway.to_string())
}

/// Driver and flags: `bridge`, `bridge · internal`, `macvlan on eth0`.
pub fn kind(network: &Network) -> String {
    let mut text = network.driver.clone();
    if let Some(parent) = network.options.get("parent") {
        text.push_str(" on ");
        text.push_str(parent);
    }
    for flag in network.flags() {
        text.push_str(" · ");
        text.push_str(flag);
    }
    text
}

/// Published ports, one entry for each way in, runs of ports drawn together:
/// `*:8080 → 80`, `127.0.0.1:53 → 53/udp`, `*:8000-8010 → 8000-8010`.
pub fn published(container: &Container) -> Vec<String> {
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
    let is_published = |port: u16, protocol: Protocol| {
        container.published.iter().any(|p| p.port == port && p.protocol == protocol)
            || container.requested.iter().any(|p| p.port == port && p.protocol == protocol)
    };
    let left: Vec<_> = container
        .exposed
        .iter()
        .copied()
        .filter(|port| !is_published(port.port, port.protocol))
        .collect();
    runs(&left, |a, b| a.protocol == b.protocol && a.port.checked_add(1) == Some(b.port))
        .map(|(first, last)| format!("{}{}", span(first.port, last.port), suffix(first.protocol)))
        .collect()
}

/// Ports that are asked for and not published: because the container is
/// stopped, or because none of its networks lets anything in.
pub fn unpublished(container: &Container) -> Vec<String> {
    let is_published = |port: &RequestedPort| {
        container.published.iter().any(|p| p.port == port.port && p.protocol == port.protocol)
    };
    let missing = container.requested.iter().filter(|port| !is_published(port));
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

/// Published, wanted and exposed ports as display lines.
pub fn ports(container: &Container) -> Vec<String> {
    let mut lines = published(container);
    lines.extend(unpublished(container).iter().map(|port| format!("wants {port}")));
    let exposed = only_exposed(container);
    if !exposed.is_empty() {
        lines.push(format!("exposes {}", exposed.join(", ")));
    }
    lines
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

    #[test]
    fn lists_read_like_speech() {
        assert_eq!(list(&["a"], 3), "a");
        assert_eq!(list(&["a", "b", "c"], 3), "a, b and c");
        assert_eq!(list(&["a", "b", "c", "d"], 2), "a, b and 2 more");
    }
}
