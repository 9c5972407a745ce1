//! The first thing that stands in the way of a wanted edge. Rungs are tried
//! from the bottom up – does the other end run, is there a shared network,
//! does the name lead there, does anything listen – so that each edge has one
//! cause and one rule reports it.

use std::net::IpAddr;

use super::bound;
use super::by_host;
use super::detours::{self, Detour};
use super::facts::Listens;
use super::families;
use super::in_the_way::Obstacle;
use super::localhost::{self, first_of};
use super::malformed;
use super::names::{Meaning, Names};
use super::near::{lasting_name, near};
use super::wanted::Edge;
use super::whose;
use crate::graph::Reason;
use crate::model::keys::option;
use crate::model::{
    Attempt, Backlog, By, ContainerAt, Driver, Health, LogError, LogErrorKind, NetworkAt, Protocol,
    State,
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
        Meaning::Itself => localhost::first(names, edge),
        Meaning::Named(to) if to == from => None,
        Meaning::Named(to) => named(names, edge, to),
        Meaning::Addressed(to) if to == from => own_address(names, edge),
        Meaning::Addressed(to) => addressed(names, edge, to),
        Meaning::FreeAddress(_) => Some(Obstacle::FreeAddress),
        Meaning::Machine => by_host::first(names, edge),
        Meaning::NobodysName => {
            let beside: Vec<&str> = whose::beside(names, edge).map(|other| &*other.host).collect();
            let is_free = |name: &str| !beside.iter().any(|it| it.eq_ignore_ascii_case(name));
            let near = near(names, edge.from, &edge.host, edge.port, is_free);
            let meant = near.or_else(|| only_server(names, edge).filter(|name| is_free(name)));
            Some(Obstacle::WrongName(meant))
        }
        Meaning::Outside => outside(names, edge),
    }
}

fn named(names: &Names, edge: &Edge, to: ContainerAt) -> Option<Obstacle> {
    let from = edge.from;
    if let Some(own) = whose::namesake(names, edge, to) {
        return Some(Obstacle::Namesake(own));
    }
    if names.is_orphan(to) {
        return Some(Obstacle::Orphan(to));
    }
    if let Some(state) = does_not_run(names, edge, to) {
        return (state != State::Unknown).then_some(Obstacle::Down);
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
    if let Some(detour) = detours::to(names, led_elsewhere(names, from), from, to, &shared) {
        return Some(Obstacle::Detour(detour));
    }
    if let Some((network, _)) = edge.by_turns(names) {
        return Some(Obstacle::Ambiguous(network));
    }
    let of_ports = ports(names, edge, to);
    let open = matches!(of_ports, None | Some(Obstacle::Past));
    let sent = open.then(|| whose::handed_out(names, edge, to)).flatten();
    sent.map(Obstacle::HandsOut).or(of_ports)
}

/// The state of a container that does not run, or not for long: between two ends
/// it runs for a moment, which is no other verdict.
fn does_not_run(names: &Names, edge: &Edge, to: ContainerAt) -> Option<State> {
    let state = names.container(to).state;
    let is_open = |port| names.listens(to, port, edge.protocol) == Some(Listens::Openly);
    let for_a_moment = names.is_looping(to) && !edge.port.is_some_and(is_open);
    (!names.is_planned() && (state != State::Running || for_a_moment)).then_some(state)
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
        names.map.endpoint_on(stack, *n)?;
        Some(lasting_name(names, *n, stack).to_owned())
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
    if does_not_run(names, edge, to).is_some() {
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
    let apart = !names.map.share_stack(from, to) && !names.map.on_host(from);
    if apart && !is_let_in(names, edge, to) {
        let shared = names.shared(from, to);
        if let Some(astray) = whose::elsewhere(names, edge, to, &shared) {
            return Obstacle::of(astray, Obstacle::OtherNetwork);
        }
        let on = names.map.owner_of(from, address).map(|(_, network)| network);
        if on.is_some_and(|network| !shared.contains(&network)) {
            return Some(Obstacle::NoSharedNetwork);
        }
        if let Some(family) = families::lacking(names, edge, to) {
            return Some(Obstacle::NoCommonFamily(family));
        }
        if let Some(network) = all_apart(names, from, to, &shared) {
            return Some(Obstacle::Apart(network));
        }
        if let Some(detour) = detours::of(names, led_elsewhere(names, from), from, address) {
            return Some(Obstacle::Detour(detour));
        }
    }
    ports(names, edge, to)
}

/// The routes of a container's stack that lead what is for its neighbours elsewhere.
fn led_elsewhere<'n>(names: &'n Names, from: ContainerAt) -> &'n [Detour] {
    names.map.stack(from).map_or(&[], |stack| names.index.led_elsewhere(stack))
}

/// Whether what is sent to the address gets into a network on which the client
/// is not.
fn is_let_in(names: &Names, edge: &Edge, to: ContainerAt) -> bool {
    let attempt = match (edge.port, edge.protocol.unwrap_or_default()) {
        (Some(port), Protocol::Tcp) => Attempt::Tcp(port),
        _ => Attempt::Icmp,
    };
    let predicted = names.map.predict(edge.from, to).of(By::Address, &edge.host, attempt);
    predicted.reason == Reason::RoutedNetwork
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
    let Some(port) = edge.port else {
        // Whichever port it was: where nothing listens at all, that one is closed.
        let is_deaf = names.listening(to).is_some_and(<[_]>::is_empty);
        // MariaDB's clients have one error for what is refused and what is lost.
        let is_refused = is_deaf && (names.is_refused(edge) || edge.fails_as(LogErrorKind::Failed));
        return match is_refused {
            true => Some(Obstacle::NobodyListens(Vec::new())),
            false => waiting(names, edge, to).or_else(|| Obstacle::past(edge)),
        };
    };
    let protocol = edge.protocol.or_else(|| asked_with(names, edge, to, port));
    // Published under this number, and something else inside.
    let other_inside = names
        .published_as(to, port, protocol)
        .map(|published| published.port)
        .filter(|inside| *inside != port);
    match names.listens(to, port, protocol) {
        Some(Listens::Openly) => {
            if let Some(family) = families::unheard(names, edge, to, port) {
                return Some(Obstacle::NoCommonFamily(family));
            }
            if let Some(bound) = bound::elsewhere(names, edge, to, port) {
                return Some(Obstacle::OtherAddress(bound));
            }
        }
        Some(Listens::OnLoopback) => return Some(Obstacle::OnLoopback),
        Some(Listens::Not) => {
            let otherwise = |meant| names.listens_otherwise(to, port, meant);
            return Some(match (other_inside, protocol.and_then(otherwise)) {
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
    if protocol != Some(Protocol::Udp)
        && let Some(backlog) = names.backlog(to).iter().find(|backlog| backlog.port == port)
    {
        return Some(hung(backlog));
    }
    if names.container(to).health == Some(Health::Unhealthy) {
        return Some(Obstacle::Unhealthy);
    }
    Obstacle::past(edge)
}

/// A port at which connections of the client wait, where it is not known which one it dials.
fn waiting(names: &Names, edge: &Edge, to: ContainerAt) -> Option<Obstacle> {
    let own = || names.map.endpoints(edge.from).flat_map(|(_, endpoint)| endpoint.addresses());
    let waits = |backlog: &&Backlog| own().any(|address| backlog.clients.contains(&address));
    names.backlog(to).iter().find(waits).map(hung)
}

fn hung(backlog: &Backlog) -> Obstacle {
    Obstacle::Hung { port: backlog.port, given_up: backlog.given_up > 0 }
}

/// How long a server may take until it answers, in seconds.
const SLOW_START: f64 = 10.0;

/// The protocol that is spoken where only a log tells of it: what a server refuses that takes
/// datagrams on the port, and has for a while, is a connection.
fn asked_with(names: &Names, edge: &Edge, to: ContainerAt, port: u16) -> Option<Protocol> {
    names.listens_otherwise(to, port, Protocol::Tcp)?;
    let started = names.container(to).started_at?;
    let is_late = |error: &LogError| {
        let last = error.repeated.last;
        error.kind == LogErrorKind::Refused
            && last.is_some_and(|last| last.since(started) > SLOW_START)
    };
    edge.logged().any(is_late).then_some(Protocol::Tcp)
}

/// The only server that can be meant, where a client with a name and no port says
/// that a connection fails.
fn only_server(names: &Names, edge: &Edge) -> Option<String> {
    let says_so = || names.complains_without_host(edge.from);
    let is_meant = edge.port.is_none() && edge.is_configured() && says_so();
    let (server, _) = localhost::usual_server(names, edge.from).filter(|_| is_meant)?;
    let shared = names.shared(edge.from, server);
    let by_name = shared.iter().any(|network| !names.network(*network).is_default_bridge());
    by_name.then(|| names.name(server).to_owned())
}

/// Domains that nobody has in the internet, where names of machines stand before them.
const LOCAL: [&str; 13] = [
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "lan",
    "home",
    "corp",
    "docker",
    "container",
    "containers",
    "svc",
    "test",
];

/// Whether what stands behind the first dot of a name is no domain of the internet: one
/// that is kept for such names, or the name of a network.
fn is_local(names: &Names, domain: &str) -> bool {
    let last = domain.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    LOCAL.iter().any(|local| local.eq_ignore_ascii_case(last))
        || !names.index.networks_named(domain).is_empty()
}

/// Whether only the name servers of a Kubernetes cluster know such names. Who has no way out waits
/// for an answer, and is not told that there is none.
fn is_of_kubernetes(domain: &str) -> bool {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    domain.ends_with(".svc") || domain.ends_with(".svc.cluster.local")
}

fn outside(names: &Names, edge: &Edge) -> Option<Obstacle> {
    if edge.fails_as(LogErrorKind::NameNotFound)
        && let Some((_, behind)) = edge.host.split_once('.')
        && let Some(peer) = names.resolved(edge.from, behind).filter(|peer| *peer != edge.from)
    {
        return Some(Obstacle::BelowName(peer));
    }
    if let Some((first, domain)) = edge.host.split_once('.')
        && (is_of_kubernetes(domain)
            || edge.fails_as(LogErrorKind::NameNotFound) && is_local(names, domain))
        && let Some(peer) = names.resolved(edge.from, first).filter(|peer| *peer != edge.from)
    {
        return Some(Obstacle::AboveName(peer));
    }
    if names.is_internal_only(edge.from) {
        return Some(Obstacle::NoWayOut);
    }
    let is_lost = [LogErrorKind::NameNotFound, LogErrorKind::Timeout, LogErrorKind::Unreachable];
    let is_v6 = edge.host.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6());
    let is_lost = !is_v6 && is_lost.into_iter().any(|kind| edge.fails_as(kind));
    names.kept_in(edge.from).filter(|_| is_lost).map(Obstacle::KeptIn)
}
