//! What stands in the way of an edge to the engine's machine: its name, its
//! own sockets, the ports that containers have published on it, and whether
//! anything gets there at all.

use std::net::IpAddr;

use super::binding::Binding;
use super::facts::AddedHost;
use super::in_the_way::Obstacle;
use super::names::Names;
use super::wanted::Edge;
use crate::model::{ContainerAt, LogErrorKind, Progress};

/// The first obstacle of an edge to the machine.
pub fn first(names: &Names, edge: &Edge) -> Option<Obstacle> {
    let from = edge.from;
    let snapshot = names.map.snapshot();
    let desktop = snapshot.engine.is_desktop();
    let known_system = snapshot.engine.operating_system.is_some();
    let podman = snapshot.engine.is_podman();
    let on_host = names.map.on_host(from);
    if names.is_only_beyond(from) {
        return Some(Obstacle::MacvlanHost(from));
    }
    let known_there = desktop || podman || on_host;
    // Which engine a plan is for, and so which names it knows, nobody can tell.
    if edge.is_by_name() && names.is_planned() {
        return by_published_port(names, edge, edge.port?, true);
    }
    // Podman writes its names of the machine, and those that were added, into the container's
    // file: 4.3 has no `host.docker.internal`, and no address for `host-gateway`. The name
    // servers of a `podman machine` know both, so the file alone proves nothing.
    let is_missing = podman
        && names.is_in_hosts(from, &edge.host) == Some(false)
        && edge.fails_as(LogErrorKind::NameNotFound);
    let is_unknown = is_missing || !known_there && names.added_host(from, &edge.host).is_none();
    if edge.is_by_name() && is_unknown {
        // With the name it would be a way by the host all the same, where there is
        // one that needs neither.
        let published = edge.port.and_then(|port| by_published_port(names, edge, port, false));
        let first = match published {
            Some(Obstacle::Hairpin { peer, port, .. }) => {
                Obstacle::Hairpin { peer, port, unknown: true }
            }
            published => published.unwrap_or(Obstacle::MachineUnknown),
        };
        return known_system.then_some(first);
    }
    let port = edge.port?;
    if let Some(obstacle) = by_published_port(names, edge, port, desktop) {
        return Some(obstacle);
    }
    if is_out_of_sight(names, edge) {
        return Some(Obstacle::NoWayOut);
    }
    // Desktop's machine is another one than the sockets we could see.
    if desktop || on_host {
        return None;
    }
    let mut sockets = snapshot
        .host
        .as_ref()?
        .listening
        .as_ref()?
        .iter()
        .filter(|socket| socket.port == port)
        .filter(|socket| edge.protocol.is_none_or(|protocol| socket.protocol == protocol))
        .peekable();
    if sockets.peek().is_none() {
        return Some(Obstacle::MachineSilent);
    }
    if sockets.all(|socket| socket.is_loopback_only()) {
        return Some(Obstacle::MachineOnLoopback);
    }
    gets_no_answer(edge).then_some(Obstacle::MachineFirewalled)
}

/// Whether packets that are sent there are lost: a refusal would be an answer.
fn gets_no_answer(edge: &Edge) -> bool {
    let lost = [LogErrorKind::Timeout, LogErrorKind::Unreachable];
    let refused = edge.fails_as(LogErrorKind::Refused);
    !refused
        && (lost.iter().any(|kind| edge.fails_as(*kind)) || edge.is_connecting(Progress::Trying))
}

/// A neighbour that has the port published on the machine.
fn by_published_port(names: &Names, edge: &Edge, port: u16, desktop: bool) -> Option<Obstacle> {
    let (from, address) = (edge.from, address(names, edge));
    let bindings = |at: ContainerAt| names.bindings(at, port, edge.protocol);
    let takes = |binding: &Binding| desktop || is_taken_by(binding, address);
    let peers = names.with_binding(port).iter().copied();
    // Podman lists the ports of what does not run as well.
    let is_there =
        |at: &ContainerAt| names.is_planned() || names.container(*at).state.has_network();
    let is_meant = |at: &ContainerAt| names.is_peer(from, *at) && is_there(at);
    let peers: Vec<ContainerAt> = peers.filter(is_meant).collect();
    let taken = |at: &ContainerAt| bindings(*at).any(|binding| takes(&binding));
    if names.map.on_host(from) && peers.iter().any(taken) {
        return None;
    }
    if let Some(peer) = peers.iter().copied().find(taken) {
        let port = bindings(peer).find(takes)?.port;
        return Some(Obstacle::Hairpin { peer, port, unknown: false });
    }
    let (peer, published) = peers.iter().find_map(|at| Some((*at, bindings(*at).next()?)))?;
    let (port, host_ip) = (published.port, published.host_ip);
    Some(Obstacle::PublishedElsewhere { peer, port, host_ip })
}

/// Whether a published port takes what is sent to an address of the machine;
/// to one that is not known, unless it is published on loopback.
fn is_taken_by(binding: &Binding, address: Option<IpAddr>) -> bool {
    let ip = binding.host_ip;
    ip.is_unspecified() || address.map_or(!ip.is_loopback(), |address| ip == address)
}

/// The address of the machine that is dialled, where it is known: given, or else written
/// into the container's hosts file by the engine.
pub fn address(names: &Names, edge: &Edge) -> Option<IpAddr> {
    let given = || match names.added_host(edge.from, &edge.host)? {
        AddedHost::Address(address) => Some(address),
        AddedHost::Machine => None,
    };
    let written = || names.written_address(edge.from, &edge.host);
    edge.host.parse().ok().or_else(given).or_else(written)
}

/// Whether a container has no way to the address of the machine that it dials:
/// none of its routes leads there or, where they were not seen, it is on
/// internal networks only and the address is another network's.
fn is_out_of_sight(names: &Names, edge: &Edge) -> bool {
    let (from, address) = (edge.from, address(names, edge));
    if names.map.on_host(from) {
        return false;
    }
    // Measured: Docker 20.10 sets a default route in internal networks, and
    // the machine answers on all of its addresses; Docker 28 sets none.
    if let Some(routes) = names.of_stack(from, |seen| seen.routes.as_deref()) {
        return !routes.iter().any(|route| match address {
            Some(address) => route.destination.contains(&address),
            None => route.is_default(),
        });
    }
    let near = |address: IpAddr| names.joined(from).any(|at| names.network(at).contains(address));
    names.is_internal_only(from) && !address.is_some_and(near)
}
