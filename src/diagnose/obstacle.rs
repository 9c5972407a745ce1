//! The first thing that stands in the way of a wanted edge. Rungs are tried
//! from the bottom up – does the other end run, is there a shared network,
//! does the name lead there, does anything listen – so that each edge has one
//! cause and one rule reports it.

use std::net::IpAddr;

use super::by_host;
use super::facts::Listens;
use super::in_the_way::Obstacle;
use super::malformed;
use super::names::{Meaning, Names};
use super::wanted::Edge;
use super::whose;
use crate::model::keys::option;
use crate::model::{
    Container, ContainerAt, Driver, Health, LogErrorKind, NetworkAt, State, nearest, reference,
};

/// The first obstacle of an edge, `None` where there is none or nobody can tell.
pub fn first(names: &Names, edge: &Edge) -> Option<Obstacle> {
    if edge.is_health_check() {
        return None;
    }
    if let Some(flaw) = malformed::flaw(names, edge) {
        return Some(Obstacle::Malformed(flaw));
    }
    let from = edge.from;
    // A name that nobody has is wrong on whichever network.
    if names.is_unsettled(from) || edge.container().is_some_and(|to| names.is_unsettled(to)) {
        return None;
    }
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
        Meaning::Machine => by_host::first(names, edge),
        Meaning::NobodysName => {
            Some(Obstacle::WrongName(near(names, edge.from, &edge.host, edge.port)))
        }
        Meaning::Outside => outside(names, edge),
    }
}

fn localhost(names: &Names, edge: &Edge) -> Option<Obstacle> {
    let (from, port) = (edge.from, edge.port?);
    let container = names.container(from);
    let fails = edge.evidently_fails();
    if !fails && !reference::is_loopback(&edge.host) {
        // Its own name is what it tells others.
        return None;
    }
    if container.state.has_network() && !names.is_planned() {
        match names.listens(from, port, edge.protocol) {
            Some(Listens::Openly | Listens::OnLoopback) => return None,
            Some(Listens::Not) => {}
            None if fails => {}
            None => return None,
        }
    } else if !fails && container.exposed.iter().any(|exposed| exposed.port == port) {
        // It would listen there itself if it ran.
        return None;
    }
    let published_by_itself = names.published_as(from, port, edge.protocol).is_some()
        || container.requested.iter().any(|p| p.host_port.one() == Some(port));
    if published_by_itself && !fails {
        return None;
    }
    let is_web = |scheme: Option<&str>| matches!(scheme, Some("http" | "https" | "ws" | "wss"));
    let on_web = edge.configured().count() == edge.signs.len()
        && edge.configured().all(|reference| is_web(reference.scheme.as_deref()));
    let behind = |at: ContainerAt| {
        let published = names.published_as(at, port, edge.protocol)?;
        names.is_peer(from, at).then_some((at, published.port))
    };
    let published = names.index.published(port).iter().find_map(|at| behind(*at));
    // Among the sockets of one on the host's network are those of every
    // published port.
    let is_the_engine_s = |at: ContainerAt| published.is_some() && names.map.on_host(at);
    let peer = peer_with(names, from, port)
        .filter(|at| is_near(names, from, *at, port) && !is_the_engine_s(*at));
    if let Some(peer) = peer {
        if is_of_before(names, edge, peer) {
            return past(edge);
        }
        let on_host = names.published_as(peer, port, edge.protocol).is_some();
        return Some(Obstacle::Localhost { peer, port, sure: fails || !(on_web && on_host) });
    }
    if let Some((peer, inside)) = published {
        return Some(Obstacle::Localhost { peer, port: inside, sure: fails || !on_web });
    }
    let machine = names.map.snapshot().host.as_ref()?.listening.as_ref()?;
    let protocol = edge.protocol.unwrap_or_default();
    let there = machine.iter().any(|s| s.port == port && s.protocol == protocol);
    (there && fails).then_some(Obstacle::LocalhostMachine)
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
    let first = |list| first_of(list, |at| names.is_peer(from, at));
    let best = of_networks.chain([names.index.offering(port)]).filter_map(first);
    let of_project = of_project.iter().copied().filter(|at| names.is_peer(from, *at));
    of_project.chain(best).min_by_key(|at| peer_rank(names, from, *at, port))
}

/// How evidently a peer is meant; the lower the more so.
pub(super) fn peer_rank(
    names: &Names,
    from: ContainerAt,
    at: ContainerAt,
    port: u16,
) -> (bool, bool, bool, bool, ContainerAt) {
    let open = names.listens(at, port, None) == Some(Listens::Openly);
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
    let is_open = |port| names.listens(to, port, edge.protocol) == Some(Listens::Openly);
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
    if let Some(address) = astray(names, edge, to) {
        return Some(Obstacle::ResolvesElsewhere(address));
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

/// Where else a container's name led to, by what was measured just now or
/// else by what was seen before.
fn astray(names: &Names, edge: &Edge, to: ContainerAt) -> Option<Option<IpAddr>> {
    let is_meant = |address| names.is_meant(edge.from, &edge.host, to, address);
    match edge.led_to() {
        Some(address) => (!is_meant(address)).then_some(Some(address)),
        None => names.leads_astray(edge.from, &edge.host, to),
    }
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
    if let Some(astray) = whose::inherited(names, edge, to) {
        return Obstacle::of(astray, Obstacle::Inherited);
    }
    if let Some(port) = edge.port
        && edge.is_configured()
        && is_silent(names, edge, to, port)
        && names.published_as(to, port, edge.protocol).is_none()
    {
        let has_it = first_of(names.index.open(port), |at| at != from && at != to);
        let says_so = names.container(to).exposed.iter().any(|exposed| exposed.port == port);
        if has_it.is_some() || !says_so {
            return Some(Obstacle::OtherOwner(has_it));
        }
    }
    if !names.map.share_stack(from, to) && !names.map.on_host(from) {
        let shared = names.shared(from, to);
        if let Some(astray) = whose::elsewhere(names, edge, to, &shared) {
            return Obstacle::of(astray, Obstacle::OtherNetwork);
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
    let refused = || edge.fails_as(LogErrorKind::Refused);
    match names.listens(at, port, edge.protocol) {
        Some(listens) => listens == Listens::Not,
        None => refused(),
    }
}

/// The rungs above the network: is anything listening, is it well.
fn ports(names: &Names, edge: &Edge, to: ContainerAt) -> Option<Obstacle> {
    let Some(port) = edge.port else { return past(edge) };
    // Published under this number, and something else inside.
    let other_inside = names
        .published_as(to, port, edge.protocol)
        .map(|published| published.port)
        .filter(|inside| *inside != port);
    match names.listens(to, port, edge.protocol) {
        Some(Listens::Openly) => {}
        Some(Listens::OnLoopback) => return Some(Obstacle::OnLoopback),
        Some(Listens::Not) => {
            let otherwise = |meant| names.listens_otherwise(to, port, meant);
            return Some(match (other_inside, edge.protocol.and_then(otherwise)) {
                (_, Some(protocol)) => Obstacle::OtherProtocol(protocol),
                (Some(inside), None) => Obstacle::HostPort(inside),
                (None, None) => Obstacle::NobodyListens(names.open_ports(to)),
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
pub(super) fn near(
    names: &Names,
    from: ContainerAt,
    host: &str,
    port: Option<u16>,
) -> Option<String> {
    let mut known: Vec<&str> = Vec::new();
    let stack = names.map.stack(from)?;
    for network in names.map.networks_of(stack) {
        if names.network(network).is_built_in() {
            continue;
        }
        for member in names.map.members(network).iter().filter(|member| **member != from) {
            let Some(endpoint) = names.map.endpoint_on(*member, network) else { continue };
            let container = names.container(*member);
            if is_compose_name(container, host) {
                return Some(container.own_name().to_owned());
            }
            known.push(&container.name);
            known.extend(container.chosen_names_on(endpoint));
            known.extend(container.compose.service.as_deref());
        }
    }
    if let Some(name) = nearest(host, known.iter().copied()) {
        return Some(name.to_owned());
    }
    // `database` for `db`, told by the port: the only one there that has it.
    let port = port?;
    let networks = names.map.networks_of(stack).filter(|n| !names.network(*n).is_built_in());
    let mut with_port = networks
        .flat_map(|network| names.index.offering_on(network, port))
        .filter(|at| **at != from);
    let only = with_port.next()?;
    let is_only = with_port.all(|at| at == only);
    (is_only && is_telling(names, host, *only, port)).then(|| names.name(*only).to_owned())
}

/// Whether only the log speaks of an edge, and last did so before a container
/// was started: whatever sent the client there may have been that one before.
fn is_of_before(names: &Names, edge: &Edge, at: ContainerAt) -> bool {
    let Some(started) = names.container(at).started_at else { return false };
    // A line without the port may be about anything.
    let mut logged = edge.logged().filter(|error| error.port == edge.port).peekable();
    let only_logged = edge.configured().next().is_none() && logged.peek().is_some();
    only_logged && logged.all(|error| error.last.is_some_and(|last| last < started))
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
fn is_telling(names: &Names, host: &str, at: ContainerAt, port: u16) -> bool {
    let host = host.to_ascii_lowercase();
    let image = names.container(at).image.to_ascii_lowercase();
    let base = image.rsplit('/').next().unwrap_or_default();
    let base = base.split([':', '@']).next().unwrap_or_default();
    let fits = |word: &str| word.len() > 2 && (host.contains(word) || word.contains(&*host));
    !ANYBODYS.contains(&port) || fits(base)
}

fn outside(names: &Names, edge: &Edge) -> Option<Obstacle> {
    names.is_internal_only(edge.from).then_some(Obstacle::NoWayOut)
}
