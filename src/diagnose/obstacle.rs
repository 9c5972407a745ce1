//! The first thing that stands in the way of a wanted edge. Rungs are tried
//! from the bottom up – does the other end run, is there a shared network,
//! does the name lead there, does anything listen – so that each edge has one
//! cause and one rule reports it.

use std::net::IpAddr;

use super::facts::Listens;
use super::malformed;
use super::names::{Meaning, Names};
use super::wanted::Edge;
use super::whose::{self, HandedOut};
use crate::model::keys::option;
use crate::model::{
    Container, ContainerAt, Driver, Flaw, Health, LogErrorKind, NetworkAt, Protocol, State, nearest,
};

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// What the program takes for a host is none.
    Malformed(Flaw),
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
    /// Only another project answers to the name, which belongs to this container
    /// of the client's own.
    Namesake(ContainerAt),
    /// Several containers that have nothing in common answer to the name on
    /// this network.
    Ambiguous(NetworkAt),
    /// The service lacks its own name on this network, which the two share.
    LostName(NetworkAt),
    /// The address was once that of this container and is another's now.
    Inherited(ContainerAt),
    /// The address is the other end's on this network, where the client is
    /// not, although the two share another.
    OtherNetwork(NetworkAt),
    /// The other end sends its clients to an address that is of no use to this one.
    HandsOut(HandedOut),
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
pub fn first(names: &Names, edge: &Edge) -> Option<Obstacle> {
    if edge.is_health_check() {
        return None;
    }
    if let Some(flaw) = malformed::flaw(names, edge) {
        return Some(Obstacle::Malformed(flaw));
    }
    let from = edge.from;
    if names.is_orphan(from) && edge.target != Meaning::Itself {
        return Some(Obstacle::Orphan(from));
    }
    match edge.target {
        Meaning::Itself => localhost(names, edge),
        Meaning::Named(to) if to == from => None,
        Meaning::Named(to) => named(names, edge, to),
        Meaning::Addressed(to) if to == from => own_address(names, edge),
        Meaning::Addressed(to) => addressed(names, edge, to),
        Meaning::FreeAddress(_) => Some(Obstacle::FreeAddress),
        Meaning::Machine => machine(names, edge),
        Meaning::NobodysName => Some(Obstacle::WrongName(near(names, edge))),
        Meaning::Outside => outside(names, edge),
    }
}

fn localhost(names: &Names, edge: &Edge) -> Option<Obstacle> {
    let (from, port) = (edge.from, edge.port?);
    let container = names.container(from);
    let fails = edge.evidently_fails();
    if container.state.has_network() && !names.is_planned() {
        match names.listens(from, port) {
            Some(Listens::Openly | Listens::OnLoopback) => return None,
            Some(Listens::Not) => {}
            None if fails => {}
            None => return None,
        }
    } else if !fails && container.exposed.iter().any(|exposed| exposed.port == port) {
        // It would listen there itself if it ran.
        return None;
    }
    let published_by_itself = names.published_as(from, port).is_some()
        || container.requested.iter().any(|p| p.host_port.one() == Some(port));
    if published_by_itself && !fails {
        return None;
    }
    let is_web = |scheme: Option<&str>| matches!(scheme, Some("http" | "https" | "ws" | "wss"));
    let on_web = edge.configured().count() == edge.signs.len()
        && edge.configured().all(|reference| is_web(reference.scheme.as_deref()));
    if let Some(peer) = peer_with(names, from, port).filter(|at| is_near(names, from, *at, port)) {
        let on_host = names.published_as(peer, port).is_some();
        return Some(Obstacle::Localhost { peer, port, sure: fails || !(on_web && on_host) });
    }
    let behind = first_of(names.index.published(port), |at| is_peer(names, from, at))
        .and_then(|at| Some((at, names.published_as(at, port)?.port)));
    if let Some((peer, inside)) = behind {
        return Some(Obstacle::Localhost { peer, port: inside, sure: fails || !on_web });
    }
    let machine = names.map.snapshot().host.as_ref()?.listening.as_ref()?;
    let there = machine.iter().any(|s| s.port == port && s.protocol == Protocol::Tcp);
    (there && fails).then_some(Obstacle::LocalhostMachine)
}

/// Whether a container is another one, with a network stack of its own.
fn is_peer(names: &Names, from: ContainerAt, at: ContainerAt) -> bool {
    at != from && !names.map.share_stack(from, at)
}

/// The peer with a port that `localhost` is evidently meant for.
pub(super) fn peer_with(names: &Names, from: ContainerAt, port: u16) -> Option<ContainerAt> {
    // Each of these lists has its best first, but for what depends on who asks.
    let project = names.container(from).project();
    let of_project = project.map_or(&[][..], |name| names.index.offering_in(name, port));
    let stack = names.map.stack(from).into_iter();
    let of_networks = stack
        .flat_map(|stack| names.map.networks_of(stack))
        .map(|network| names.index.offering_on(network, port));
    let first = |list| first_of(list, |at| is_peer(names, from, at));
    let best = of_networks.chain([names.index.offering(port)]).filter_map(first);
    let of_project = of_project.iter().copied().filter(|at| is_peer(names, from, *at));
    of_project.chain(best).min_by_key(|at| peer_rank(names, from, *at, port))
}

/// How evidently a peer is meant; the lower the more so.
pub(super) fn peer_rank(
    names: &Names,
    from: ContainerAt,
    at: ContainerAt,
    port: u16,
) -> (bool, bool, bool, bool, ContainerAt) {
    let open = names.listens(at, port) == Some(Listens::Openly);
    let project = names.container(at).project();
    let same_project = project.is_some() && project == names.container(from).project();
    let shared = !names.shared(from, at).is_empty();
    (!open, !same_project, !shared, !names.container(at).state.has_network(), at)
}

/// The first of a list that fits.
fn first_of(list: &[ContainerAt], fits: impl Fn(ContainerAt) -> bool) -> Option<ContainerAt> {
    list.iter().copied().find(|at| fits(*at))
}

fn named(names: &Names, edge: &Edge, to: ContainerAt) -> Option<Obstacle> {
    let from = edge.from;
    if let Some(own) = whose::namesake(names, edge, to) {
        return Some(Obstacle::Namesake(own));
    }
    if names.is_orphan(to) {
        return Some(Obstacle::Orphan(to));
    }
    if !names.is_planned() && names.container(to).state != State::Running {
        let down = names.container(to).state != State::Unknown;
        return down.then_some(Obstacle::Down);
    }
    // Between two ends it runs for a moment, which is no other verdict.
    let is_open = |port| names.listens(to, port) == Some(Listens::Openly);
    if names.is_looping(to) && !edge.port.is_some_and(is_open) {
        return Some(Obstacle::Down);
    }
    if names.map.share_stack(from, to) {
        let leads = names.resolved(from, &edge.host).is_some();
        return if leads {
            ports(names, edge, to)
        } else {
            Some(Obstacle::WrongName(Some("localhost".to_owned())))
        };
    }
    if names.map.on_host(to) || names.map.on_host(from) {
        let other = if names.map.on_host(to) { from } else { to };
        if names.is_only_beyond(other) {
            return Some(Obstacle::MacvlanHost(other));
        }
        return Some(Obstacle::HostMode);
    }
    let shared = names.shared(from, to);
    if shared.is_empty() {
        return Some(Obstacle::NoSharedNetwork);
    }
    if names.resolved(from, &edge.host) != Some(to) {
        if shared.iter().all(|network| names.network(*network).is_default_bridge()) {
            return Some(Obstacle::DefaultBridge);
        }
        if let Some(network) = whose::lost_name(names, edge, to, &shared) {
            return Some(Obstacle::LostName(network));
        }
        return Some(Obstacle::WrongName(name_that_leads(names, to, &shared)));
    }
    if let Some(network) = all_apart(names, from, to, &shared) {
        return Some(Obstacle::Apart(network));
    }
    if let Some(network) = whose::ambiguous(names, edge) {
        return Some(Obstacle::Ambiguous(network));
    }
    let of_ports = ports(names, edge, to);
    let open = matches!(of_ports, None | Some(Obstacle::Past));
    let sent = open.then(|| whose::handed_out(names, edge, to)).flatten();
    sent.map(Obstacle::HandsOut).or(of_ports)
}

/// A name by which a container is known on one of these networks.
fn name_that_leads(names: &Names, to: ContainerAt, networks: &[NetworkAt]) -> Option<String> {
    let stack = names.map.stack(to)?;
    networks.iter().filter(|network| !names.network(**network).is_default_bridge()).find_map(|n| {
        let endpoint = names.map.endpoint_on(stack, *n)?;
        names.container(stack).names_on(endpoint).first().map(|name| (*name).to_owned())
    })
}

/// The first of the networks, if every one of them keeps its members apart.
fn all_apart(
    names: &Names,
    from: ContainerAt,
    to: ContainerAt,
    networks: &[NetworkAt],
) -> Option<NetworkAt> {
    let apart = |at: &NetworkAt| {
        let network = names.network(*at);
        let private = network.option(option::MACVLAN_MODE) == Some("private");
        match network.driver {
            Driver::Bridge => !network.icc,
            Driver::Macvlan => private,
            _ => false,
        }
    };
    // A link opens the exposed ports between the two.
    let linked = names.is_linked(from, to) || names.is_linked(to, from);
    (!linked && networks.iter().all(apart)).then(|| networks.first().copied()).flatten()
}

fn addressed(names: &Names, edge: &Edge, to: ContainerAt) -> Option<Obstacle> {
    let from = edge.from;
    let address: IpAddr = edge.host.parse().ok()?;
    if names.map.on_host(from) && names.is_only_beyond(to) {
        return Some(Obstacle::MacvlanHost(to));
    }
    if !names.is_planned() && names.container(to).state != State::Running {
        return Some(Obstacle::Down);
    }
    if let Some(meant) = whose::inherited(names, edge, to) {
        return Some(Obstacle::Inherited(meant));
    }
    if let Some(port) = edge.port
        && edge.is_configured()
        && is_silent(names, edge, to, port)
        && names.published_as(to, port).is_none()
    {
        let has_it = first_of(names.index.open(port), |at| at != from && at != to);
        let says_so = names.container(to).exposed.iter().any(|exposed| exposed.port == port);
        if has_it.is_some() || !says_so {
            return Some(Obstacle::OtherOwner(has_it));
        }
    }
    if !names.map.share_stack(from, to) && !names.map.on_host(from) {
        let shared = names.shared(from, to);
        if let Some(network) = whose::elsewhere(names, edge, to, &shared) {
            return Some(Obstacle::OtherNetwork(network));
        }
        let on = names.map.owner_of(from, address).map(|(_, network)| network);
        if on.is_some_and(|network| !shared.contains(&network)) {
            return Some(Obstacle::NoSharedNetwork);
        }
        if let Some(network) = all_apart(names, from, to, &shared) {
            return Some(Obstacle::Apart(network));
        }
    }
    ports(names, edge, to)
}

/// An address that is written down and has become the container's own.
fn own_address(names: &Names, edge: &Edge) -> Option<Obstacle> {
    let port = edge.port.filter(|_| edge.is_configured())?;
    if !is_silent(names, edge, edge.from, port) {
        return None;
    }
    let has_it = first_of(names.index.open(port), |at| at != edge.from)?;
    Some(Obstacle::OtherOwner(Some(has_it)))
}

/// Whether nothing listens on a port: by the socket table, or, where nobody
/// can tell, by what the client was told.
fn is_silent(names: &Names, edge: &Edge, at: ContainerAt, port: u16) -> bool {
    let refused = || edge.is_logged_as(LogErrorKind::Refused);
    match names.listens(at, port) {
        Some(listens) => listens == Listens::Not,
        None => refused(),
    }
}

/// The rungs above the network: is anything listening, is it well.
fn ports(names: &Names, edge: &Edge, to: ContainerAt) -> Option<Obstacle> {
    let Some(port) = edge.port else { return past(edge) };
    // Published under this number, and something else inside.
    let other_inside = names
        .published_as(to, port)
        .map(|published| published.port)
        .filter(|inside| *inside != port);
    match names.listens(to, port) {
        Some(Listens::Openly) => {}
        Some(Listens::OnLoopback) => return Some(Obstacle::OnLoopback),
        Some(Listens::Not) => {
            return Some(match other_inside {
                Some(inside) => Obstacle::HostPort(inside),
                None => Obstacle::NobodyListens(names.open_ports(to)),
            });
        }
        None => {
            let declared = names.container(to).exposed.iter().any(|exposed| exposed.port == port);
            return other_inside.filter(|_| !declared).map(Obstacle::HostPort);
        }
    }
    if names.container(to).health == Some(Health::Unhealthy) {
        return Some(Obstacle::Unhealthy);
    }
    past(edge)
}

fn past(edge: &Edge) -> Option<Obstacle> {
    edge.logged().next().is_some().then_some(Obstacle::Past)
}

fn machine(names: &Names, edge: &Edge) -> Option<Obstacle> {
    let from = edge.from;
    let snapshot = names.map.snapshot();
    let by_name = edge.is_by_name();
    let desktop = snapshot.engine.is_desktop();
    let known_system = snapshot.engine.operating_system.is_some();
    let podman = snapshot.engine.is_podman();
    let on_host = names.map.on_host(from);
    if names.is_only_beyond(from) {
        return Some(Obstacle::MacvlanHost(from));
    }
    let known_there = desktop || podman || on_host;
    if by_name && !known_there && names.added_host(from, &edge.host).is_none() {
        return known_system.then_some(Obstacle::MachineUnknown);
    }
    let port = edge.port?;
    if let Some(peer) = first_of(names.index.published(port), |at| is_peer(names, from, at)) {
        let inside = names.published_as(peer, port)?.port;
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

/// Whether a host is the name that Compose had given to a container which was
/// renamed since.
fn is_compose_name(container: &Container, host: &str) -> bool {
    let compose = &container.compose;
    let (Some(project), Some(service), Some(number)) =
        (&compose.project, &compose.service, compose.replica)
    else {
        return false;
    };
    let is = |dash: &str| *host == format!("{project}{dash}{service}{dash}{number}");
    is("-") || is("_")
}

/// A name or alias here that is close to the one dialled.
fn near(names: &Names, edge: &Edge) -> Option<String> {
    let mut known: Vec<&str> = Vec::new();
    let stack = names.map.stack(edge.from)?;
    for network in names.map.networks_of(stack) {
        if names.network(network).is_built_in() {
            continue;
        }
        for member in names.map.members(network).iter().filter(|member| **member != edge.from) {
            let Some(endpoint) = names.map.endpoint_on(*member, network) else { continue };
            let container = names.container(*member);
            if is_compose_name(container, &edge.host) {
                return Some(container.own_name().to_owned());
            }
            known.push(&container.name);
            known.extend(container.chosen_names_on(endpoint));
            known.extend(container.compose.service.as_deref());
        }
    }
    if let Some(name) = nearest(&edge.host, known.iter().copied()) {
        return Some(name.to_owned());
    }
    // `database` for `db`, told by the port: the only one there that has it.
    let port = edge.port?;
    let networks = names.map.networks_of(stack).filter(|n| !names.network(*n).is_built_in());
    let mut with_port = networks
        .flat_map(|network| names.index.offering_on(network, port))
        .filter(|at| **at != edge.from);
    let only = with_port.next()?;
    let is_only = with_port.all(|at| at == only);
    (is_only && is_telling(names, edge, *only, port)).then(|| names.name(*only).to_owned())
}

/// Ports that half the programs of the world listen on: the number alone tells
/// nothing.
const ANYBODYS: [u16; 12] = [80, 443, 3000, 4000, 5000, 8000, 8001, 8080, 8081, 8443, 8888, 9000];

/// Whether a peer with a port can be the one that is meant: with such a number
/// only one of the same project or network.
fn is_near(names: &Names, from: ContainerAt, at: ContainerAt, port: u16) -> bool {
    let (project, other) = (names.container(from).project(), names.container(at).project());
    let together = project.is_some() && project == other;
    !ANYBODYS.contains(&port) || together || !names.shared(from, at).is_empty()
}

/// Whether a port tells that a container is meant: with such a number only
/// where name or image fit as well.
fn is_telling(names: &Names, edge: &Edge, at: ContainerAt, port: u16) -> bool {
    let host = edge.host.to_ascii_lowercase();
    let image = names.container(at).image.to_ascii_lowercase();
    let base = image.rsplit('/').next().unwrap_or_default();
    let base = base.split([':', '@']).next().unwrap_or_default();
    let fits = |word: &str| word.len() > 2 && (host.contains(word) || word.contains(&*host));
    !ANYBODYS.contains(&port) || fits(base)
}

fn outside(names: &Names, edge: &Edge) -> Option<Obstacle> {
    let stack = names.map.stack(edge.from)?;
    let networks = names.map.networks_of(stack).map(|network| names.network(network));
    let mut networks = networks.filter(|network| !network.is_none()).peekable();
    networks.peek()?;
    networks.all(|network| network.internal).then_some(Obstacle::NoWayOut)
}
