//! What stands in the way where a container dials itself, and evidently means a
//! peer or, on the network of the engine's machine, that machine.

use super::facts::Listens;
use super::in_the_way::Obstacle;
use super::meant_port::named_in;
use super::names::Names;
use super::wanted::Edge;
use crate::model::{ContainerAt, Origin, Reference, reference};

/// The first obstacle of an edge to the container itself.
pub fn first(names: &Names, edge: &Edge) -> Option<Obstacle> {
    let Some(port) = edge.port else { return without_port(names, edge) };
    let from = edge.from;
    if names.map.on_host(from) {
        return on_the_machine(names, edge, port);
    }
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
    } else if !fails {
        let is_exposed = container.exposed.iter().any(|exposed| exposed.port == port);
        if is_exposed || names.listens(from, port, edge.protocol).is_some() {
            // It would listen there itself if it ran.
            return None;
        }
    }
    let published_by_itself = names.published_as(from, port, edge.protocol).is_some()
        || container.requested.iter().any(|p| p.host_port.one() == Some(port));
    if published_by_itself && !fails {
        return None;
    }
    let on_web = is_of_web(edge);
    // `WEB_HOST=localhost` may be what a browser is told.
    let may_be_of_web = ANYBODYS.contains(&port)
        && edge.configured().any(|known| named_in(names, from, known).is_some());
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
            return Obstacle::past(edge);
        }
        let on_host = names.published_as(peer, port, edge.protocol).is_some();
        let sure = fails || !(may_be_of_web || (on_web && on_host));
        return Some(Obstacle::Localhost { peer, port: Some(port), sure });
    }
    if let Some((peer, inside)) = published {
        let sure = fails || !(may_be_of_web || on_web);
        return Some(Obstacle::Localhost { peer, port: Some(inside), sure });
    }
    let machine = names.map.snapshot().host.as_ref()?.listening.as_ref()?;
    let protocol = edge.protocol.unwrap_or_default();
    let there = machine.iter().any(|s| s.port == port && s.protocol == protocol);
    (there && fails).then_some(Obstacle::LocalhostMachine)
}

/// `DB_HOST=localhost` and no port: the neighbour that the variable speaks of is meant or,
/// in a container whose log says that something does not connect, the one server of a usual
/// kind on its networks. Of a container that runs its log must say so in any case: what is
/// on which port there is not known.
fn without_port(names: &Names, edge: &Edge) -> Option<Obstacle> {
    let from = edge.from;
    let is_meant = edge.is_configured() && reference::is_loopback(&edge.host);
    let fails = edge.evidently_fails() || names.complains_without_host(from);
    if !is_meant || names.map.on_host(from) || !(fails || names.is_planned()) {
        return None;
    }
    let called = edge.configured().find_map(|known| named_in(names, from, known));
    let usual = if fails { usual_server(names, from) } else { None };
    match (called, usual) {
        (Some(called), usual) => {
            let port = usual.filter(|(peer, _)| *peer == called).map(|(_, port)| port);
            Some(Obstacle::Localhost { peer: called, port, sure: fails })
        }
        (None, Some((peer, port))) => may_mean(names, edge, port).then_some(Obstacle::Localhost {
            peer,
            port: Some(port),
            sure: true,
        }),
        (None, None) => None,
    }
}

/// Whether the log that names no host can be about what an edge stands for: the variable
/// speaks of such servers, or is the only one of which a server may be meant.
fn may_mean(names: &Names, edge: &Edge, port: u16) -> bool {
    let speaks_of = |known: &Reference| reference::server_ports(known.variable.as_deref()?);
    let spoken: Vec<&[u16]> = edge.configured().filter_map(speaks_of).collect();
    if !spoken.is_empty() {
        return spoken.iter().all(|ports| ports.contains(&port));
    }
    let is_own = |known: &Reference| edge.configured().any(|own| own.variable == known.variable);
    let is_elsewhere =
        |port: u16| matches!(names.listens(edge.from, port, None), None | Some(Listens::Not));
    let may_fail = |known: &Reference| {
        known.origin == Origin::Environment
            && known.is_loopback()
            && known.dialled_port().is_none_or(is_elsewhere)
    };
    let mut others = names.container(edge.from).references.iter();
    !others.any(|known| may_fail(known) && !is_own(known))
}

/// The only server of a usual kind on a container's networks, with its port.
pub fn usual_server(names: &Names, from: ContainerAt) -> Option<(ContainerAt, u16)> {
    let is_own = |port| !matches!(names.listens(from, port, None), None | Some(Listens::Not));
    let servers = USUAL.iter().filter(|port| !is_own(**port)).filter_map(|port| {
        let peer = peer_with(names, from, *port)?;
        (!names.shared(from, peer).is_empty()).then_some((peer, *port))
    });
    let mut servers: Vec<(ContainerAt, u16)> = servers.collect();
    servers.dedup_by_key(|(peer, _)| *peer);
    match servers[..] {
        [server] => Some(server),
        _ => None,
    }
}

/// The ports of servers that clients know by heart: databases, brokers, caches.
const USUAL: [u16; 10] = [1433, 1521, 1883, 3306, 5432, 5672, 6379, 9092, 9200, 27017];

/// Whether only addresses of the web name it, which may be for somebody's browser.
fn is_of_web(edge: &Edge) -> bool {
    let is_web = |scheme: Option<&str>| matches!(scheme, Some("http" | "https" | "ws" | "wss"));
    edge.configured().count() == edge.signs.len()
        && edge.configured().all(|reference| is_web(reference.scheme.as_deref()))
}

/// `localhost` to a container on the network of the engine's machine: what
/// containers have published is there, on whichever address.
fn on_the_machine(names: &Names, edge: &Edge, port: u16) -> Option<Obstacle> {
    let from = edge.from;
    let fails = edge.evidently_fails();
    let is_open = names.listens(from, port, edge.protocol);
    if is_open.map_or(!fails, |listens| listens != Listens::Not) || (!fails && is_of_web(edge)) {
        return None;
    }
    let fits = |at: &ContainerAt| is_near(names, from, *at, port) && !names.map.on_host(*at);
    let peer = peer_with(names, from, port).filter(fits)?;
    Some(Obstacle::NotOnHost { peer, port })
}

/// The peer with a port that `localhost` is evidently meant for.
pub fn peer_with(names: &Names, from: ContainerAt, port: u16) -> Option<ContainerAt> {
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
pub fn peer_rank(
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
pub fn first_of(list: &[ContainerAt], fits: impl Fn(ContainerAt) -> bool) -> Option<ContainerAt> {
    list.iter().copied().find(|at| fits(*at))
}

/// Whether only the log speaks of an edge, and last did so before a container
/// was started: whatever sent the client there may have been that one before.
fn is_of_before(names: &Names, edge: &Edge, at: ContainerAt) -> bool {
    let Some(started) = names.container(at).started_at else { return false };
    // A line without the port may be about anything.
    let mut logged = edge.logged().filter(|error| error.port == edge.port).peekable();
    let only_logged = edge.configured().next().is_none() && logged.peek().is_some();
    only_logged && logged.all(|error| error.repeated.last.is_some_and(|last| last < started))
}

/// Ports that half the programs of the world listen on: the number alone tells
/// nothing.
pub const ANYBODYS: [u16; 12] =
    [80, 443, 3000, 4000, 5000, 8000, 8001, 8080, 8081, 8443, 8888, 9000];

/// Whether a peer with a port can be the one that is meant: with such a number
/// only one of the same project or network.
fn is_near(names: &Names, from: ContainerAt, at: ContainerAt, port: u16) -> bool {
    let (project, other) = (names.container(from).project(), names.container(at).project());
    let together = project.is_some() && project == other;
    !ANYBODYS.contains(&port) || together || !names.shared(from, at).is_empty()
}
