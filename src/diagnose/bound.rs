//! To which of its addresses a server is bound. One that listens on `0.0.0.0`
//! takes nothing that is sent to its IPv6 addresses, and one that is bound to its
//! address on one network takes nothing on another.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::names::Names;
use super::wanted::Edge;
use crate::model::{ContainerAt, Listening, LogError, LogErrorKind, Outcome};
use crate::order::Ordered;

/// How long a server may take to come up, in seconds.
const STARTING: f64 = 10.0;

/// How old a refusal may be that still counts, in seconds.
const JUST_NOW: u64 = 20;

/// Whether a socket takes what is sent to an address. On Linux one that is bound
/// to every IPv6 address takes IPv4 as well, unless its program says otherwise.
pub fn takes(socket: &Listening, address: IpAddr) -> bool {
    match (socket.address, address) {
        (IpAddr::V6(bound), _) if bound.is_unspecified() => true,
        (IpAddr::V4(bound), IpAddr::V4(_)) if bound.is_unspecified() => true,
        (IpAddr::V6(bound), IpAddr::V4(address)) => bound.to_ipv4_mapped() == Some(address),
        (bound, address) => bound == address,
    }
}

/// The addresses that a server is bound to on the port of an edge, where what the
/// client sends goes to another one of its addresses.
pub fn elsewhere(names: &Names, edge: &Edge, to: ContainerAt, port: u16) -> Option<Vec<IpAddr>> {
    if names.map.share_stack(edge.from, to) || names.map.on_host(edge.from) {
        return None;
    }
    let is_asked = |socket: &&Listening| {
        socket.port == port
            && edge.protocol.is_none_or(|protocol| socket.protocol == protocol)
            && !socket.is_loopback_only()
    };
    let sockets: Vec<&Listening> = names.listening(to)?.iter().filter(is_asked).collect();
    let is_taken = |address: &IpAddr| sockets.iter().any(|socket| takes(socket, *address));
    let own: BTreeSet<IpAddr> = addresses(names, edge.from, to);
    let dialled: BTreeSet<IpAddr> = &dialled(names, edge, to) & &own;
    let deaf = match dialled.is_empty() {
        // All that the name leads to.
        true => !own.is_empty() && !own.iter().any(is_taken),
        // It was refused there, or is dialled by that address alone.
        false => !dialled.iter().any(is_taken),
    };
    // A client that tries one of several addresses alone may have got this one.
    let by_chance = || {
        let refused = refusals(names, edge, to).next().is_some();
        dialled.is_empty() && refused && !own.iter().all(is_taken)
    };
    (deaf || by_chance()).then(|| {
        let bound: BTreeSet<IpAddr> = sockets.iter().map(|socket| socket.address).into_set();
        bound.into_iter().collect()
    })
}

/// The addresses by which one container can reach another.
pub fn addresses(names: &Names, from: ContainerAt, to: ContainerAt) -> BTreeSet<IpAddr> {
    let Some(stack) = names.map.stack(to) else { return BTreeSet::new() };
    let shared = names.shared(from, to);
    let endpoints = shared.iter().filter_map(|network| names.map.endpoint_on(stack, *network));
    let given = endpoints.flat_map(|endpoint| endpoint.addresses());
    let own = names.map.own_given(stack).into_iter();
    let own = own.filter(|(network, _)| shared.contains(network)).map(|(_, address)| address);
    given.chain(own).into_set()
}

/// The addresses that were evidently dialled: the one that is written, those that
/// refuse what comes, and the one that was tried just now.
fn dialled<'a>(names: &Names<'a>, edge: &Edge<'a>, to: ContainerAt) -> BTreeSet<IpAddr> {
    let logged = refusals(names, edge, to).filter_map(|error| error.host.parse().ok());
    let measured = edge.measured().filter(|(outcome, _)| *outcome == Outcome::Refused);
    let written = edge.host.parse().ok().into_iter();
    written.chain(logged).chain(measured.filter_map(|(_, led_to)| led_to)).into_set()
}

/// The refusals that are no older than a moment, of a server that must be up by
/// now: while it starts it refuses on all of its addresses.
fn refusals<'a>(
    names: &Names<'a>,
    edge: &Edge<'a>,
    to: ContainerAt,
) -> impl Iterator<Item = &'a LogError> {
    let started = names.container(to).started_at;
    edge.logged().filter(move |error| {
        let Some(last) = error.repeated.last else { return false };
        let is_up = started.is_none_or(|started| last.since(started) > STARTING);
        let is_new = names.seconds_ago(edge.from, last).is_some_and(|ago| ago <= JUST_NOW);
        error.kind == LogErrorKind::Refused && is_up && is_new
    })
}
