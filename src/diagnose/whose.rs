//! Whose name it is, and whose address. What a name or an address leads to is
//! not always what the container that dials it means: another project may
//! answer to the name, another container may have inherited the address, and a
//! server may send its clients elsewhere.

use std::net::IpAddr;

use super::advertised::advertises;
use super::facts::Listens;
use super::names::{Meaning, Names};
use super::wanted::Edge;
use crate::model::{
    Advertised, ContainerAt, LogError, LogErrorKind, NetworkAt, Origin, Progress, Reference, State,
    reference,
};

/// How long after its target was started again a client may still complain of
/// the old address and be cured by itself, in seconds.
const CURED: f64 = 5.0;

/// How old the last complaint about an address may be, in seconds.
const RECENT: u64 = 120;

/// How old where nothing tells whether the client has found the right one.
const JUST_NOW: u64 = 20;

/// The container of a client's own project that a name belongs to, where only
/// another project's, `to`, answers to it.
pub fn namesake(names: &Names, edge: &Edge, to: ContainerAt) -> Option<ContainerAt> {
    let (from, host) = (edge.from, &edge.host);
    let foreign = names.container(to).project() != names.container(from).project();
    let answers = names.container(to).state.has_network()
        && names.resolved(from, host) == Some(to)
        && !names.is_linked_as(from, host);
    if !foreign || !answers {
        return None;
    }
    names.own(from, host).filter(|own| !names.map.share_stack(*own, to))
}

/// What stands beside an edge's host in the settings that name it.
pub fn beside<'a>(names: &Names<'a>, edge: &Edge<'a>) -> impl Iterator<Item = &'a Reference> {
    let place = |reference: &'a Reference| (reference.origin, reference.variable.as_deref());
    let places: Vec<_> = edge.configured().map(place).filter(|(_, name)| name.is_some()).collect();
    let references = names.container(edge.from).references.iter();
    references.filter(move |other| {
        places.contains(&place(other)) && !other.host.eq_ignore_ascii_case(&edge.host)
    })
}

/// The network that a client shares with a service which lacks its service's
/// name there.
pub fn lost_name(
    names: &Names,
    edge: &Edge,
    to: ContainerAt,
    shared: &[NetworkAt],
) -> Option<NetworkAt> {
    let container = names.container(to);
    let service = container.compose.service.as_deref()?;
    let stack = names.map.stack(to)?;
    let same_project = container.project() == names.container(edge.from).project();
    if stack != to || !same_project || !service.eq_ignore_ascii_case(&edge.host) {
        return None;
    }
    shared.iter().copied().find(|network| !names.network(*network).is_built_in())
}

/// What sends a client astray, or did before the client saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Astray<T> {
    /// It still does.
    Still(T),
    /// The client has found its way since.
    Cured,
}

impl<T> Astray<T> {
    fn of(cause: T, cured: bool) -> Self {
        if cured { Self::Cured } else { Self::Still(cause) }
    }
}

/// Whom a client means by an address that is another container's by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meant {
    /// This container, which has another address.
    Container(ContainerAt),
    /// A name of its configuration that nobody has any more.
    Gone,
}

/// What stands in the way of an edge to an address that `to` has inherited since
/// the client looked it up: nothing any more where the client has seen it.
pub fn inherited(names: &Names, edge: &Edge, to: ContainerAt) -> Option<Astray<Meant>> {
    let (from, port) = (edge.from, edge.port?);
    let started = |at: ContainerAt| names.container(at).started_at;
    let younger = |at: ContainerAt| started(at).zip(started(from)).is_some_and(|(a, b)| a > b);
    if edge.is_configured() || edge.is_by_name() || !younger(to) {
        return None;
    }
    let silent = match names.listens(to, port, edge.protocol) {
        Some(listens) => listens == Listens::Not,
        None => edge.fails_as(LogErrorKind::Refused),
    };
    let meant = match named_with_port(names, from, port) {
        Some(Meant::Container(named)) if named == to => None,
        Some(Meant::Gone) => silent.then_some(Meant::Gone),
        Some(named) => Some(named),
        None => only_neighbour(names, edge, to, port)
            .filter(|at| silent && younger(*at))
            .map(Meant::Container),
    }?;
    let Meant::Container(at) = meant else { return Some(Astray::Still(meant)) };
    // A stranger that does take the connection is a wrong app behind the port.
    let stranger = || names.container(to).repository() != names.container(at).repository();
    let astray = silent || (younger(at) && stranger());
    let apart = !names.map.share_stack(at, to);
    (astray && apart).then(|| Astray::of(meant, is_cured(names, edge, at)))
}

/// The container that a client names with a port: in its configuration, or in
/// its log beside an address.
fn named_with_port(names: &Names, from: ContainerAt, port: u16) -> Option<Meant> {
    let references = names.container(from).references.iter();
    let with_port = references.filter(|reference| {
        reference.origin != Origin::HealthCheck && reference.dialled_port() == Some(port)
    });
    let configured = with_port.map(|reference| reference.host.as_str());
    let in_log = names.log_errors(from).filter(|error| error.port == Some(port));
    let hosts = configured.chain(in_log.map(|error| error.host.as_str()));
    let by_name = |host: &&str| !host.is_empty() && host.parse::<IpAddr>().is_err();
    hosts.filter(by_name).find_map(|host| match names.meaning(from, host) {
        Meaning::Named(at) if at != from => Some(Meant::Container(at)),
        Meaning::NobodysName => Some(Meant::Gone),
        _ => None,
    })
}

/// The one neighbour of a client that takes connections on a port.
fn only_neighbour(names: &Names, edge: &Edge, to: ContainerAt, port: u16) -> Option<ContainerAt> {
    let stack = names.map.stack(edge.from)?;
    let networks = names.map.networks_of(stack);
    let mut offering = networks
        .flat_map(|network| names.index.offering_on(network, port))
        .copied()
        .filter(|at| *at != edge.from && *at != to)
        .filter(|at| names.listens(*at, port, None) == Some(Listens::Openly));
    let first = offering.next()?;
    offering.all(|at| at == first).then_some(first)
}

/// Whether a client that once used a stale address has found the right one: it
/// complained when its target had only just come, or a while ago, or some time
/// ago and is connected there now.
fn is_cured(names: &Names, edge: &Edge, meant: ContainerAt) -> bool {
    if edge.is_connecting(Progress::Trying) || edge.is_connecting(Progress::Open) {
        return false;
    }
    let started = names.container(meant).started_at;
    let mut complaints = edge.logged().filter_map(|error| error.repeated.last);
    let late = complaints.any(|last| started.is_none_or(|started| last.since(started) > CURED));
    match age(names, edge) {
        _ if !late => true,
        Some(0..=JUST_NOW) => false,
        Some(0..=RECENT) => is_connected(names, edge, meant),
        _ => true,
    }
}

/// Whether a client is connected to a container on the edge's port.
pub fn is_connected(names: &Names, edge: &Edge, to: ContainerAt) -> bool {
    names.has_open(edge.from, to, edge.port)
}

/// Whether a client still dials an address that nobody has any more.
pub fn keeps_dialling(names: &Names, edge: &Edge) -> bool {
    let meant = edge.port.and_then(|port| named_with_port(names, edge.from, port));
    if let Some(Meant::Container(meant)) = meant {
        return !is_cured(names, edge, meant);
    }
    edge.is_connecting(Progress::Trying)
        || edge.is_connecting(Progress::Open)
        || age(names, edge).is_some_and(|seconds| seconds <= JUST_NOW)
}

/// How long ago a client complained last, in seconds.
fn age(names: &Names, edge: &Edge) -> Option<u64> {
    edge.logged().filter_map(|error| names.seconds_ago(edge.from, error.repeated.last?)).min()
}

/// What stands in the way of an edge to an address that `to` has on a network where
/// the client is not, although the two share another.
pub fn elsewhere(
    names: &Names,
    edge: &Edge,
    to: ContainerAt,
    shared: &[NetworkAt],
) -> Option<Astray<NetworkAt>> {
    let address: IpAddr = edge.host.parse().ok()?;
    let (_, network) = names.map.owner_of(edge.from, address)?;
    let runs = names.container(to).state == State::Running;
    let cured = !edge.is_configured() && is_cured(names, edge, to);
    let astray = runs && !shared.is_empty() && !shared.contains(&network);
    astray.then(|| Astray::of(network, cured))
}

/// An address that a server hands out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HandedOut {
    /// The host.
    pub host: String,
    /// The port.
    pub port: Option<u16>,
    /// Which of the server's settings has it; `None` where it is in the server's
    /// own records, or its default.
    pub setting: Option<usize>,
}

/// What a server hands out to a client and the client cannot use: what its log
/// complains of, or what every client of the server is sent to.
pub fn handed_out(names: &Names, edge: &Edge, to: ContainerAt) -> Option<HandedOut> {
    let foreign = |error: &&LogError| {
        !error.host.eq_ignore_ascii_case(&edge.host)
            && matches!(
                names.meaning(edge.from, &error.host),
                Meaning::Itself | Meaning::NobodysName
            )
    };
    if let Some(error) = edge.logged().find(foreign) {
        let setting = advertises(names, to, &error.host, error.port);
        let host = match reference::is_loopback(&error.host) {
            true => "localhost".to_owned(),
            false => error.host.clone(),
        };
        return Some(HandedOut { host, port: error.port, setting });
    }
    let port = edge.port.filter(|_| edge.is_configured())?;
    let of_port = |advertised: &&Advertised| {
        advertised.for_all && advertised.to_clients_of.is_none_or(|of| of == port)
    };
    let mut advertised = names.container(to).advertised.iter().enumerate();
    let (setting, bad) = advertised.find(|(_, advertised)| {
        of_port(advertised) && is_useless(names, edge.from, to, &advertised.reference)
    })?;
    let bad = &bad.reference;
    Some(HandedOut { host: bad.host.clone(), port: bad.port, setting: Some(setting) })
}

/// The address among those that a server hands out under which all of some
/// clients reach it.
pub fn usable<'a>(
    names: &Names<'a>,
    server: ContainerAt,
    clients: &[ContainerAt],
) -> Option<&'a Advertised> {
    let leads = |from: &ContainerAt, reference: &Reference| {
        let to = names.meaning(*from, &reference.host);
        let there = matches!(to, Meaning::Named(at) | Meaning::Addressed(at) if at == server);
        there && !is_useless(names, *from, server, reference)
    };
    names.container(server).advertised.iter().find(|advertised| {
        advertised.for_all
            && advertised.reference.port.is_some()
            && clients.iter().all(|from| leads(from, &advertised.reference))
    })
}

/// Whether a client that is sent to an address finds nothing there.
fn is_useless(names: &Names, from: ContainerAt, to: ContainerAt, sent: &Reference) -> bool {
    match names.meaning(from, &sent.host) {
        Meaning::Itself | Meaning::NobodysName | Meaning::FreeAddress(_) => true,
        Meaning::Named(at) if names.resolved(from, &sent.host) != Some(at) => true,
        Meaning::Named(at) | Meaning::Addressed(at) if at == to => {
            sent.port.is_some_and(|port| names.listens(to, port, None) == Some(Listens::Not))
        }
        _ => false,
    }
}
