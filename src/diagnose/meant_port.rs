//! The port that is meant where a variable names `localhost` alone.

use super::facts::Listens;
use super::names::{Meaning, Names};
use crate::model::{ContainerAt, Origin, Reference, reference};

/// Most that may share a network for what one of them means to be looked for: all that do
/// are asked for each.
const MOST_NEAR: usize = 30;

/// The port that `REDIS_HOST=localhost` means beside a Redis: the usual one of the kind of
/// server that the variable speaks of, where a neighbour has it and the container has not.
pub fn meant_port(names: &Names, from: ContainerAt, reference: &Reference) -> Option<u16> {
    let is_bare = reference.scheme.is_none() && reference.origin == Origin::Environment;
    let ports = reference::server_ports(reference.variable.as_deref()?)?;
    if !is_bare || !reference.is_loopback() {
        return None;
    }
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
    // To MySQL's clients `localhost` can be a socket in a volume. And what an image sets may
    // be used by nobody, where somebody is told a neighbour's name.
    let is_socket = port == 3306 && reference.address().is_none();
    let mut others = names.container(from).references.iter();
    let is_named = others.any(|other| match names.meaning(from, &other.host) {
        Meaning::Named(to) => to != from && names.offers(to, port),
        _ => false,
    });
    (!is_socket && !is_named).then_some(port)
}
