//! The first thing that stands in the way of a wanted edge. Rungs are tried
//! from the bottom up – does the other end run, is there a shared network,
//! does the name lead there, does anything listen – so that each edge has one
//! cause and one rule tells of it.

use std::net::IpAddr;

use super::case::{Case, Listens};
use super::wanted::{Edge, Sign, Target};
use crate::model::keys::option;
use crate::model::{
    ContainerAt, Driver, Health, LogErrorKind, NetworkAt, Protocol, PublishedPort, State, nearest,
};

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// `localhost` is the container itself, and a peer has the port.
    Localhost {
        /// The peer that is evidently meant.
        peer: ContainerAt,
        /// The port it has it on.
        port: u16,
        /// Whether it is certain that the container itself dials, and not
        /// somebody's browser.
        sure: bool,
    },
    /// `localhost` is the container itself, and the engine's machine has the port.
    LocalhostMachine,
    /// The container in whose network stack this one runs is gone or stopped.
    Orphan(ContainerAt),
    /// The other end does not run.
    Down,
    /// One of the two uses the host's network stack, where names do not lead.
    HostMode,
    /// They share no network.
    NoSharedNetwork,
    /// They share only the default bridge, where names do not resolve.
    DefaultBridge,
    /// The network they share keeps its members apart.
    Apart(NetworkAt),
    /// The name leads nowhere; with a name that would lead there.
    WrongName(Option<String>),
    /// The port is the one published on the host; inside it is another.
    HostPort(u16),
    /// The server listens on its own loopback address only.
    OnLoopback,
    /// Nothing listens on the port; with the ports on which something does.
    NobodyListens(Vec<u16>),
    /// Nobody has the address.
    FreeAddress,
    /// The address belongs to a container that does not have the port; with
    /// one that has.
    OtherOwner(Option<ContainerAt>),
    /// The engine's machine is not known by that name.
    MachineUnknown,
    /// The machine listens on its own loopback address only.
    MachineOnLoopback,
    /// Nothing on the machine listens on the port.
    MachineSilent,
    /// The machine's address and a published port, for a container that is a
    /// neighbour: position and port inside.
    Hairpin(ContainerAt, u16),
    /// The container at this position is on macvlan or ipvlan networks only,
    /// and the other end is its own host.
    MacvlanHost(ContainerAt),
    /// The container is on internal networks only and wants to go out.
    NoWayOut,
    /// The health check of the other end fails.
    Unhealthy,
    /// It failed before and nothing is in its way now.
    Past,
}

/// The first obstacle of an edge, `None` where there is none or nobody can tell.
pub fn first(case: &Case, edge: &Edge) -> Option<Obstacle> {
    if edge.is_health_check() {
        return None;
    }
    let from = edge.from;
    if case.is_orphan(from) && edge.target != Target::Itself {
        return Some(Obstacle::Orphan(from));
    }
    match edge.target {
        Target::Itself => localhost(case, edge),
        Target::Named(to) if to == from => None,
        Target::Named(to) => named(case, edge, to),
        Target::Addressed(to) if to == from => own_address(case, edge),
        Target::Addressed(to) => addressed(case, edge, to),
        Target::FreeAddress(_) => Some(Obstacle::FreeAddress),
        Target::Machine => machine(case, edge),
        Target::NobodysName => Some(Obstacle::WrongName(near(case, edge))),
        Target::Outside => outside(case, edge),
    }
}

fn localhost(case: &Case, edge: &Edge) -> Option<Obstacle> {
    let (from, port) = (edge.from, edge.port?);
    let container = case.container(from);
    let fails = edge.evidently_fails();
    if container.state.has_network() && !case.is_planned() {
        match case.listens(from, port) {
            Some(Listens::Openly | Listens::OnLoopback) => return None,
            Some(Listens::Not) => {}
            None if fails => {}
            None => return None,
        }
    } else if !fails && container.exposed.iter().any(|exposed| exposed.port == port) {
        // It would listen there itself if it ran.
        return None;
    }
    let published_by_itself = container.published.iter().any(|p| p.host_port == Some(port))
        || container.requested.iter().any(|p| p.host_port.one() == Some(port));
    if published_by_itself && !fails {
        return None;
    }
    let on_web = edge.signs.iter().all(|sign| match sign {
        Sign::Configured(reference) => {
            matches!(reference.scheme.as_deref(), Some("http" | "https" | "ws" | "wss"))
        }
        _ => false,
    });
    if let Some(peer) = peer_with(case, from, port) {
        let on_host = case.container(peer).published.iter().any(|p| p.host_port == Some(port));
        return Some(Obstacle::Localhost { peer, port, sure: fails || !(on_web && on_host) });
    }
    let behind = first_of(case.index().published(port), |at| is_peer(case, from, at))
        .and_then(|at| Some((at, published_as(case, at, port)?.port)));
    if let Some((peer, inside)) = behind {
        return Some(Obstacle::Localhost { peer, port: inside, sure: fails || !on_web });
    }
    let machine = case.map.snapshot().host.as_ref()?.listening.as_ref()?;
    let there = machine.iter().any(|s| s.port == port && s.protocol == Protocol::Tcp);
    (there && fails).then_some(Obstacle::LocalhostMachine)
}

/// Whether a container is another one, with a network stack of its own.
fn is_peer(case: &Case, from: ContainerAt, at: ContainerAt) -> bool {
    at != from && !case.map.share_stack(from, at)
}

/// The peer with a port that `localhost` is evidently meant for.
pub(super) fn peer_with(case: &Case, from: ContainerAt, port: u16) -> Option<ContainerAt> {
    // Each of these lists has its best first, but for what depends on who asks.
    let project = case.container(from).project();
    let of_project = project.map_or(&[][..], |name| case.index().offering_in(name, port));
    let stack = case.map.stack(from).into_iter();
    let of_networks = stack
        .flat_map(|stack| case.map.networks_of(stack))
        .map(|network| case.index().offering_on(network, port));
    let first = |list| first_of(list, |at| is_peer(case, from, at));
    let best = of_networks.chain([case.index().offering(port)]).filter_map(first);
    let of_project = of_project.iter().copied().filter(|at| is_peer(case, from, *at));
    of_project.chain(best).min_by_key(|at| peer_rank(case, from, *at, port))
}

/// How evidently a peer is meant; the lower the more so.
pub(super) fn peer_rank(
    case: &Case,
    from: ContainerAt,
    at: ContainerAt,
    port: u16,
) -> (bool, bool, bool, bool, ContainerAt) {
    let open = case.listens(at, port) == Some(Listens::Openly);
    let project = case.container(at).project();
    let same_project = project.is_some() && project == case.container(from).project();
    let shared = !case.shared(from, at).is_empty();
    (!open, !same_project, !shared, !case.container(at).state.has_network(), at)
}

/// The first of a list that fits.
fn first_of(list: &[ContainerAt], fits: impl Fn(ContainerAt) -> bool) -> Option<ContainerAt> {
    list.iter().copied().find(|at| fits(*at))
}

/// Whether a container listens on a port or says that it will.
pub fn offers(case: &Case, at: ContainerAt, port: u16) -> bool {
    let container = case.container(at);
    match case.listens(at, port) {
        Some(Listens::Openly | Listens::OnLoopback) => true,
        // It runs, was looked at, and does not.
        Some(Listens::Not) => false,
        None => {
            container.exposed.iter().any(|exposed| exposed.port == port)
                || container.requested.iter().any(|requested| requested.port == port)
        }
    }
}

/// The published port of a container that has this number on the host.
pub fn published_as<'a>(
    case: &Case<'a>,
    at: ContainerAt,
    host_port: u16,
) -> Option<&'a PublishedPort> {
    case.container(at).published.iter().find(|published| published.host_port == Some(host_port))
}

fn named(case: &Case, edge: &Edge, to: ContainerAt) -> Option<Obstacle> {
    let from = edge.from;
    if case.is_orphan(to) {
        return Some(Obstacle::Orphan(to));
    }
    if !case.is_planned() && case.container(to).state != State::Running {
        let down = case.container(to).state != State::Unknown;
        return down.then_some(Obstacle::Down);
    }
    if case.map.share_stack(from, to) {
        let leads = case.resolved(from, &edge.host).is_some();
        return if leads {
            ports(case, edge, to)
        } else {
            Some(Obstacle::WrongName(Some("localhost".to_owned())))
        };
    }
    if case.map.on_host(to) || case.map.on_host(from) {
        let other = if case.map.on_host(to) { from } else { to };
        if only_beyond(case, other) {
            return Some(Obstacle::MacvlanHost(other));
        }
        return Some(Obstacle::HostMode);
    }
    let shared = case.shared(from, to);
    if shared.is_empty() {
        return Some(Obstacle::NoSharedNetwork);
    }
    if case.resolved(from, &edge.host) != Some(to) {
        if shared.iter().all(|network| case.network(*network).is_default_bridge()) {
            return Some(Obstacle::DefaultBridge);
        }
        return Some(Obstacle::WrongName(name_that_leads(case, to, &shared)));
    }
    if let Some(network) = all_apart(case, from, to, &shared) {
        return Some(Obstacle::Apart(network));
    }
    ports(case, edge, to)
}

/// Whether all networks of a container are of the kind that reaches the LAN
/// and not the host.
fn only_beyond(case: &Case, at: ContainerAt) -> bool {
    let stack = case.map.stack(at).unwrap_or(at);
    let mut networks = case.map.networks_of(stack).map(|network| case.network(network)).peekable();
    networks.peek().is_some() && networks.all(|network| network.driver.reaches_beyond())
}

/// A name by which a container is known on one of these networks.
fn name_that_leads(case: &Case, to: ContainerAt, networks: &[NetworkAt]) -> Option<String> {
    let stack = case.map.stack(to)?;
    networks.iter().filter(|network| !case.network(**network).is_default_bridge()).find_map(|n| {
        let endpoint = case.map.endpoint_on(stack, *n)?;
        case.container(stack).names_on(endpoint).first().map(|name| (*name).to_owned())
    })
}

/// The first of the networks, if every one of them keeps its members apart.
fn all_apart(
    case: &Case,
    from: ContainerAt,
    to: ContainerAt,
    networks: &[NetworkAt],
) -> Option<NetworkAt> {
    let apart = |at: &NetworkAt| {
        let network = case.network(*at);
        let private = network.option(option::MACVLAN_MODE) == Some("private");
        (network.driver == Driver::Bridge && !network.icc)
            || (network.driver == Driver::Macvlan && private)
    };
    // A link opens the exposed ports between the two.
    let linked = case.is_linked(from, to) || case.is_linked(to, from);
    (!linked && networks.iter().all(apart)).then(|| networks.first().copied()).flatten()
}

fn addressed(case: &Case, edge: &Edge, to: ContainerAt) -> Option<Obstacle> {
    let from = edge.from;
    let address: IpAddr = edge.host.parse().ok()?;
    if case.map.on_host(from) && only_beyond(case, to) {
        return Some(Obstacle::MacvlanHost(to));
    }
    if !case.is_planned() && case.container(to).state != State::Running {
        return Some(Obstacle::Down);
    }
    if let Some(port) = edge.port
        && edge.is_configured()
        && is_silent(case, edge, to, port)
        && published_as(case, to, port).is_none()
    {
        let has_it = first_of(case.index().open(port), |at| at != from && at != to);
        let says_so = case.container(to).exposed.iter().any(|exposed| exposed.port == port);
        if has_it.is_some() || !says_so {
            return Some(Obstacle::OtherOwner(has_it));
        }
    }
    if !case.map.share_stack(from, to) && !case.map.on_host(from) {
        let shared = case.shared(from, to);
        let on = case.map.owner_of(from, address).map(|(_, network)| network);
        if on.is_some_and(|network| !shared.contains(&network)) {
            return Some(Obstacle::NoSharedNetwork);
        }
        if let Some(network) = all_apart(case, from, to, &shared) {
            return Some(Obstacle::Apart(network));
        }
    }
    ports(case, edge, to)
}

/// An address that is written down and has become the container's own.
fn own_address(case: &Case, edge: &Edge) -> Option<Obstacle> {
    let port = edge.port.filter(|_| edge.is_configured())?;
    if !is_silent(case, edge, edge.from, port) {
        return None;
    }
    let has_it = first_of(case.index().open(port), |at| at != edge.from)?;
    Some(Obstacle::OtherOwner(Some(has_it)))
}

/// Whether nothing listens on a port: by the socket table, or, where nobody
/// can tell, by what the client was told.
fn is_silent(case: &Case, edge: &Edge, at: ContainerAt, port: u16) -> bool {
    let refused = || edge.logged().any(|error| error.kind == LogErrorKind::Refused);
    match case.listens(at, port) {
        Some(listens) => listens == Listens::Not,
        None => refused(),
    }
}

/// The rungs above the network: is anything listening, is it well.
fn ports(case: &Case, edge: &Edge, to: ContainerAt) -> Option<Obstacle> {
    let Some(port) = edge.port else { return past(edge) };
    // Published under this number, and something else inside.
    let other_inside = published_as(case, to, port)
        .map(|published| published.port)
        .filter(|inside| *inside != port);
    match case.listens(to, port) {
        Some(Listens::Openly) => {}
        Some(Listens::OnLoopback) => return Some(Obstacle::OnLoopback),
        Some(Listens::Not) => {
            return Some(match other_inside {
                Some(inside) => Obstacle::HostPort(inside),
                None => Obstacle::NobodyListens(case.open_ports(to)),
            });
        }
        None => {
            let declared = case.container(to).exposed.iter().any(|exposed| exposed.port == port);
            return other_inside.filter(|_| !declared).map(Obstacle::HostPort);
        }
    }
    if case.container(to).health == Some(Health::Unhealthy) {
        return Some(Obstacle::Unhealthy);
    }
    past(edge)
}

fn past(edge: &Edge) -> Option<Obstacle> {
    edge.logged().next().is_some().then_some(Obstacle::Past)
}

fn machine(case: &Case, edge: &Edge) -> Option<Obstacle> {
    let from = edge.from;
    let snapshot = case.map.snapshot();
    let by_name = edge.host.parse::<IpAddr>().is_err();
    let desktop = snapshot
        .engine
        .operating_system
        .as_deref()
        .is_some_and(|system| system.contains("Docker Desktop"));
    let known_system = snapshot.engine.operating_system.is_some();
    let podman = snapshot.engine.is_podman();
    let on_host = case.map.on_host(from);
    if only_beyond(case, from) {
        return Some(Obstacle::MacvlanHost(from));
    }
    let known_there = desktop || podman || on_host;
    if by_name && !known_there && case.added_host(from, &edge.host).is_none() {
        return known_system.then_some(Obstacle::MachineUnknown);
    }
    let port = edge.port?;
    if let Some(peer) = first_of(case.index().published(port), |at| is_peer(case, from, at)) {
        let inside = published_as(case, peer, port)?.port;
        return Some(Obstacle::Hairpin(peer, inside));
    }
    // Desktop's machine is another one than the sockets we could see.
    if desktop || on_host {
        return None;
    }
    let mut sockets =
        snapshot.host.as_ref()?.listening.as_ref()?.iter().filter(|s| s.port == port).peekable();
    if sockets.peek().is_none() {
        return Some(Obstacle::MachineSilent);
    }
    sockets.all(|socket| socket.is_loopback_only()).then_some(Obstacle::MachineOnLoopback)
}

/// A name or alias here that is close to the one dialled.
fn near(case: &Case, edge: &Edge) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    let stack = case.map.stack(edge.from)?;
    for network in case.map.networks_of(stack) {
        if case.network(network).is_built_in() {
            continue;
        }
        for member in case.map.members(network).iter().filter(|member| **member != edge.from) {
            let Some(endpoint) = case.map.endpoint_on(*member, network) else { continue };
            let container = case.container(*member);
            names.push(&container.name);
            names.extend(container.chosen_names_on(endpoint));
            names.extend(container.compose.service.as_deref());
        }
    }
    if let Some(name) = nearest(&edge.host, names.iter().copied()) {
        return Some(name.to_owned());
    }
    // `database` for `db`, told by the port: the only one there that has it.
    let port = edge.port?;
    let networks = case.map.networks_of(stack).filter(|n| !case.network(*n).is_built_in());
    let mut with_port = networks
        .flat_map(|network| case.index().offering_on(network, port))
        .filter(|at| **at != edge.from);
    let only = with_port.next()?;
    with_port.all(|at| at == only).then(|| case.name(*only).to_owned())
}

fn outside(case: &Case, edge: &Edge) -> Option<Obstacle> {
    let stack = case.map.stack(edge.from)?;
    let mut networks = case
        .map
        .networks_of(stack)
        .map(|network| case.network(network))
        .filter(|network| !network.is_none())
        .peekable();
    networks.peek()?;
    networks.all(|network| network.internal).then_some(Obstacle::NoWayOut)
}
