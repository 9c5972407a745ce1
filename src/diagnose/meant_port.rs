//! The server and the port that are meant where a variable names `localhost` alone.

use super::facts::Listens;
use super::names::{Meaning, Names};
use crate::model::{ContainerAt, Origin, Protocol, Reference, reference};

/// Most that may share a network for what one of them means to be looked for: all that do
/// are asked for each.
const MOST_NEAR: usize = 30;

/// The port that `REDIS_HOST=localhost` means beside a Redis: the usual one of the kind of
/// server that the variable speaks of, where a neighbour has it and the container has not.
/// Where it speaks of none, the only one of the neighbour that is called so.
pub fn meant_port(names: &Names, from: ContainerAt, reference: &Reference) -> Option<u16> {
    if !is_bare(reference) {
        return None;
    }
    match reference::server_ports(reference.variable.as_deref()?) {
        Some(ports) => usual_port(names, from, reference, ports),
        None => only_port(names, named_in(names, from, reference)?),
    }
}

/// Whether a variable holds `localhost`, and nothing beside it.
fn is_bare(reference: &Reference) -> bool {
    let is_variable = reference.scheme.is_none() && reference.origin == Origin::Environment;
    is_variable && reference.is_loopback()
}

/// The neighbour that `GUACD_HOSTNAME=localhost` means beside one that is called guacd.
pub fn named_in(names: &Names, from: ContainerAt, reference: &Reference) -> Option<ContainerAt> {
    let bare = Some(reference).filter(|reference| is_bare(reference));
    let called = reference::whose_host(bare?.variable.as_deref()?)?;
    let as_written = names.resolved(from, &called).or_else(|| names.own(from, &called));
    let dashed = || {
        let called = called.replace('_', "-");
        names.resolved(from, &called).or_else(|| names.own(from, &called))
    };
    let at = as_written.or_else(dashed)?;
    let may_be_unused = || !names.is_planned() && is_told_of(names, from, |to| to == at);
    (names.is_peer(from, at) && !may_be_unused()).then_some(at)
}

/// The only port on which a container is known to take connections, or says that it will.
fn only_port(names: &Names, at: ContainerAt) -> Option<u16> {
    let container = names.container(at);
    let declared = container.exposed.iter().filter(|port| port.protocol == Protocol::Tcp);
    let asked = container.requested.iter().filter(|port| port.protocol == Protocol::Tcp);
    let presumed = names.presumed_ports(at).iter().copied();
    let said = declared.map(|port| port.port).chain(asked.map(|port| port.port)).chain(presumed);
    let mut ports = names.open_ports(at);
    if ports.is_empty() {
        ports = said.collect();
    }
    let first = *ports.first()?;
    ports.iter().all(|port| *port == first).then_some(first)
}

/// Whether a container is told the name of a server that may be meant: what an image sets
/// as well may be used by nobody.
fn is_told_of(names: &Names, from: ContainerAt, may_be: impl Fn(ContainerAt) -> bool) -> bool {
    let mut others = names.container(from).references.iter();
    others.any(|other| match names.meaning(from, &other.host) {
        Meaning::Named(to) => to != from && may_be(to),
        _ => false,
    })
}

fn usual_port(
    names: &Names,
    from: ContainerAt,
    reference: &Reference,
    ports: &[u16],
) -> Option<u16> {
    let offering = |port: u16| {
        let project = names.container(from).project();
        let of_project = project.map_or(&[][..], |name| names.index.offering_in(name, port));
        let on_networks = names.joined(from).map(move |at| names.index.offering_on(at, port));
        on_networks.chain([of_project]).flatten().copied()
    };
    // What shares its network is as near as it is itself.
    let stack = names.map.stack(from).unwrap_or(from);
    if names.map.sidecars(stack).len() > MOST_NEAR {
        return None;
    }
    let near = || [stack].into_iter().chain(names.map.sidecars(stack).iter().copied());
    let is_elsewhere = |port: u16| match names.listens(from, port, None) {
        Some(listens) => listens == Listens::Not,
        None => names.is_planned() && !near().any(|at| names.offers(at, port)),
    };
    let is_offered = |port: &u16| offering(*port).any(|at| names.is_peer(from, at));
    let mut offered = ports.iter().copied().filter(is_offered);
    let port = offered.next()?;
    if offered.next().is_some() || !ports.iter().copied().all(is_elsewhere) {
        return None;
    }
    if names.is_planned() {
        return Some(port);
    }
    // To MySQL's clients `localhost` can be a socket in a volume.
    let is_socket = port == 3306 && reference.address().is_none();
    (!is_socket && !is_told_of(names, from, |to| names.offers(to, port))).then_some(port)
}
