//! Wanted edges: who evidently wants to talk to whom. A setup shows it by the
//! hosts its configuration names, by the errors in its logs, and by the
//! connections it is trying. What nobody asks for is not wanted, and its being
//! impossible is by design.

use std::borrow::Cow;
use std::net::IpAddr;

use super::case::Case;
use crate::model::{ContainerAt, LogError, NetworkAt, Origin, Progress, Reference, reference};

/// Something a container evidently wants to reach.
#[derive(Debug, Clone)]
pub struct Edge<'a> {
    /// Position of the container that wants it.
    pub from: ContainerAt,
    /// Host as written.
    pub host: Cow<'a, str>,
    /// Port, if anything says one.
    pub port: Option<u16>,
    /// What is meant.
    pub target: Target,
    /// What shows that it is wanted; never empty.
    pub signs: Vec<Sign<'a>>,
}

/// What a host means to the container that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The container itself: `localhost`.
    Itself,
    /// The container at this position, by one of its names or one that is
    /// evidently meant for it.
    Named(ContainerAt),
    /// The container at this position, by its address.
    Addressed(ContainerAt),
    /// An address in a container network (its position) that nobody has.
    FreeAddress(NetworkAt),
    /// The engine's machine: by `host.docker.internal`, a gateway's address or
    /// one of the machine's own.
    Machine,
    /// A plain name that nothing here has.
    NobodysName,
    /// Something outside: a name with dots, a foreign address.
    Outside,
}

/// What shows that an edge is wanted.
#[derive(Debug, Clone, Copy)]
pub enum Sign<'a> {
    /// The configuration names it.
    Configured(&'a Reference),
    /// The log tells of a failure.
    Logged(&'a LogError),
    /// The container is trying to connect right now, or is connected.
    Connecting(Progress),
}

impl Edge<'_> {
    /// The container that is meant, if it is one.
    pub fn container(&self) -> Option<ContainerAt> {
        match self.target {
            Target::Named(at) | Target::Addressed(at) => Some(at),
            _ => None,
        }
    }

    /// Whether a configuration names it, other than a health check.
    pub fn is_configured(&self) -> bool {
        self.signs.iter().any(|sign| {
            matches!(sign, Sign::Configured(reference) if reference.origin != Origin::HealthCheck)
        })
    }

    /// The failures that the log tells of.
    pub fn logged(&self) -> impl Iterator<Item = &LogError> {
        self.signs.iter().filter_map(|sign| match sign {
            Sign::Logged(error) => Some(*error),
            _ => None,
        })
    }

    /// Whether anything but the configuration shows that it fails.
    pub fn evidently_fails(&self) -> bool {
        self.signs
            .iter()
            .any(|sign| matches!(sign, Sign::Logged(_) | Sign::Connecting(Progress::Trying)))
    }

    /// Whether only the health check names it.
    pub fn is_health_check(&self) -> bool {
        self.signs.iter().all(|sign| {
            matches!(sign, Sign::Configured(reference) if reference.origin == Origin::HealthCheck)
        })
    }

    /// `host:port`, as dialled.
    pub fn dialled(&self) -> String {
        match self.port {
            Some(port) if self.host.contains(':') => format!("[{}]:{port}", self.host),
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        }
    }
}

/// The wanted edges of all containers, in the containers' order.
pub fn edges<'a>(case: &Case<'a>) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    for from in case.containers() {
        edges.extend(edges_from(case, from));
    }
    edges
}

/// All spellings of the loopback are one host.
fn normalised<'a>(host: &Cow<'a, str>) -> Cow<'a, str> {
    if reference::is_loopback(host) {
        return Cow::Borrowed("localhost");
    }
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(host.to_ascii_lowercase());
    }
    host.clone()
}

/// A sign and the host that it is about.
struct Seen<'a> {
    host: Cow<'a, str>,
    port: Option<u16>,
    written: Cow<'a, str>,
    sign: Sign<'a>,
}

fn edges_from<'a>(case: &Case<'a>, from: ContainerAt) -> Vec<Edge<'a>> {
    let mut seen: Vec<Seen> = Vec::new();
    let mut add = |written: Cow<'a, str>, port: Option<u16>, sign: Sign<'a>| {
        seen.push(Seen { host: normalised(&written), port, written, sign });
    };
    for reference in &case.map.container(from).references {
        if !is_about_proxies(reference) {
            let host = Cow::Borrowed(reference.host.as_str());
            add(host, reference.dialled_port(), Sign::Configured(reference));
        }
    }
    for error in case.log_errors(from) {
        add(Cow::Borrowed(&error.host), error.port, Sign::Logged(error));
    }
    for connection in case.connections(from).unwrap_or_default() {
        let (host, port) = (connection.remote.ip(), connection.remote.port());
        add(Cow::Owned(host.to_string()), Some(port), Sign::Connecting(connection.progress));
    }
    // Stable: the first to name a host says how it is written.
    seen.sort_by(|a, b| (&a.host, a.port).cmp(&(&b.host, b.port)));
    let mut edges: Vec<Edge> = seen
        .chunk_by(|a, b| (&a.host, a.port) == (&b.host, b.port))
        .map(|alike| {
            let (host, port) = (alike[0].written.clone(), alike[0].port);
            let signs = alike.iter().map(|seen| seen.sign).collect();
            let target = target(case, from, &host);
            Edge { from, host, port, target, signs }
        })
        .collect();
    join_signs_without_port(&mut edges);
    join_resolved_addresses(&mut edges);
    edges
}

/// `HTTP_PROXY` and `NO_PROXY` say how to get somewhere, not where to.
fn is_about_proxies(reference: &Reference) -> bool {
    reference
        .variable
        .as_deref()
        .is_some_and(|variable| variable.to_ascii_uppercase().ends_with("_PROXY"))
}

/// A log that says only `ENOTFOUND db` is about the `db:5432` that the
/// environment names.
fn join_signs_without_port(edges: &mut Vec<Edge>) {
    let (without, mut with): (Vec<Edge>, Vec<Edge>) =
        edges.drain(..).partition(|edge| edge.port.is_none());
    for lone in without {
        let host = normalised(&lone.host);
        let mut joined = false;
        for edge in with.iter_mut().filter(|edge| normalised(&edge.host) == host) {
            edge.signs.extend(lone.signs.iter().copied());
            joined = true;
        }
        if !joined {
            with.push(lone);
        }
    }
    *edges = with;
}

/// A log or a socket shows the address that a name led to: where the same
/// container is meant by name on the same port, it is the same wish.
fn join_resolved_addresses(edges: &mut Vec<Edge>) {
    let mut at = 0;
    while at < edges.len() {
        let edge = &edges[at];
        let by_name = match edge.target {
            Target::Addressed(to) if !edge.is_configured() => edges.iter().position(|other| {
                other.target == Target::Named(to)
                    && (other.port == edge.port || edge.port.is_none())
            }),
            _ => None,
        };
        match by_name {
            Some(named) => {
                let signs = std::mem::take(&mut edges[at].signs);
                edges[named].signs.extend(signs);
                edges.remove(at);
            }
            None => at += 1,
        }
    }
}

/// What a host means to a container.
fn target(case: &Case, from: ContainerAt, host: &str) -> Target {
    if reference::is_loopback(host) {
        return Target::Itself;
    }
    let own = case.container(from);
    if [own.own_name(), &own.hostname].iter().any(|name| name.eq_ignore_ascii_case(host)) {
        return Target::Itself;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return by_address(case, from, address);
    }
    if let Some(address) = case.added_host(from, host) {
        return match address {
            Some(address) => by_address(case, from, address),
            None => Target::Machine,
        };
    }
    if let Some(at) = case.resolved(from, host) {
        return Target::Named(at);
    }
    // A service whose tasks are on nodes that are not on the map.
    if case.map.service_name(from, host).is_some() {
        return Target::Outside;
    }
    if let Some(at) = meant(case, from, host) {
        return Target::Named(at);
    }
    let folded = host.trim_end_matches('.').to_ascii_lowercase();
    let machine = ["host.docker.internal", "gateway.docker.internal", "host.containers.internal"];
    if machine.contains(&folded.as_str()) {
        return Target::Machine;
    }
    if folded.contains('.') { Target::Outside } else { Target::NobodysName }
}

fn by_address(case: &Case, from: ContainerAt, address: IpAddr) -> Target {
    let map = case.map;
    if let Some((at, _)) = map.owner_of(from, address) {
        return Target::Addressed(at);
    }
    let snapshot = map.snapshot();
    let machines = snapshot.host.as_ref().is_some_and(|host| host.addresses.contains(&address));
    for at in case.index().networks_around(address) {
        let network = case.network(at);
        if map.is_beyond(from, at) {
            continue;
        }
        let reaches_beyond = network.driver.reaches_beyond();
        let mut subnets = network.subnets.iter().filter(|s| s.subnet.contains(&address));
        let Some(subnet) = subnets.next() else { continue };
        if map.gateway(at, subnet) == Some(address) {
            // A macvlan's gateway is a router outside.
            return if reaches_beyond { Target::Outside } else { Target::Machine };
        }
        if !machines {
            // Other machines of the LAN have addresses there, too.
            return if reaches_beyond { Target::Outside } else { Target::FreeAddress(at) };
        }
    }
    if machines { Target::Machine } else { Target::Outside }
}

/// The container that a name is evidently meant for although it does not lead
/// there: by a container's name, a service of the same project, an alias
/// anywhere, a service of another project. One that runs is preferred.
pub(super) fn meant(case: &Case, from: ContainerAt, host: &str) -> Option<ContainerAt> {
    let host = host.trim_end_matches('.');
    // `db.backnet` is `db` on the network `backnet`.
    let on_network = host.rsplit_once('.').filter(|(_, tail)| case.index().is_network(tail));
    let host = on_network.map_or(host, |(head, _)| head);
    let fitting = case.index().meant(case.container(from).project(), host);
    fitting.iter().find_map(|list| list.iter().copied().find(|at| *at != from))
}
