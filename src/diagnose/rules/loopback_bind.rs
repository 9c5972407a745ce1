//! A server that listens to itself only.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnose::{Case, Edge, Judgement, Listens, Obstacle, Rule, Sight};
use crate::model::words::either;
use crate::model::{ContainerAt, Evidence, Finding, ListensFrom, NetworkMode, Protocol, Severity};
use crate::order::{OrderBy, Ordered};

/// See `netmap explain loopback-bind`.
pub const RULE: Rule = Rule {
    name: "loopback-bind",
    severity: Severity::Error,
    summary: "a server listens on its own loopback address, where no other container reaches it",
    meaning: "A server that is bound to 127.0.0.1 accepts connections from its own container only. \
        Development servers do that by default; in a container it makes them unreachable, through \
        a published port as well.",
    seen: "The container's socket table shows the port on 127.0.0.1 or ::1 and nowhere else, and the \
        port is exposed, published or dialled by another container. Of a compose file, its command \
        starts a server that is known to do so, or is told to.",
    example: "Peers get `connection refused`; the browser gets `Empty reply from server` or \
        `connection reset`",
    fix: "Let the server listen on 0.0.0.0: `--host 0.0.0.0`, `--bind 0.0.0.0`, `HOST=0.0.0.0`, or \
        whatever it calls it.",
    mistaken_for: "A server that is not up yet. A sidecar that only its own container uses may \
        listen on loopback with good reason; its port should then not be exposed.",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let dialled: BTreeMap<(ContainerAt, u16), Vec<&Edge>> =
        case.obstructed(|edge, obstacle| match obstacle {
            Obstacle::OnLoopback => Some((edge.container()?, edge.port?)),
            _ => None,
        });
    let served: BTreeSet<(ContainerAt, u16)> =
        case.served_by_labels().iter().map(|served| (served.at, served.port)).into_set();
    let mut findings = Vec::new();
    for at in case.containers() {
        let container = case.container(at);
        let on_host = container.network_mode == NetworkMode::Host;
        if !container.state.has_network() || on_host {
            continue;
        }
        let mut ports: Vec<u16> =
            dialled.range((at, 0)..=(at, u16::MAX)).map(|(key, _)| key.1).collect();
        let tcp = |protocol: Protocol| protocol == Protocol::Tcp;
        let declared = container.exposed.iter().filter(|port| tcp(port.protocol)).map(|p| p.port);
        let published =
            container.published.iter().filter(|port| tcp(port.protocol)).map(|port| port.port);
        let requested = container.requested.iter().filter(|port| tcp(port.protocol));
        let requested = requested.filter(|_| case.is_planned()).map(|port| port.port);
        let served = served.range((at, 0)..=(at, u16::MAX)).map(|(_, port)| *port);
        ports.extend(declared.chain(published).chain(requested).chain(served));
        ports.order();
        ports.dedup();
        for port in ports {
            let edges = dialled.get(&(at, port)).map_or(&[][..], Vec::as_slice);
            let on_loopback =
                || case.listens(at, port, Some(Protocol::Tcp)) == Some(Listens::OnLoopback);
            if !edges.is_empty() || on_loopback() {
                findings.extend(finding(case, at, port, edges));
            }
        }
    }
    Judgement::of(findings)
}

/// The finding about a port on loopback, unless it was made for those that
/// share the container's network.
fn finding(case: &Case, at: ContainerAt, port: u16, edges: &[&Edge]) -> Option<Finding> {
    let published = case.container(at).published.iter().filter(|p| p.port == port);
    let mut host_ports: Vec<u16> = published.filter_map(|p| p.host_port).collect();
    host_ports.order();
    host_ports.dedup();
    let planned = case.to_listen_on_loopback(at, port);
    let is_asked_for = || case.container(at).requested.iter().any(|asked| asked.port == port);
    let is_published = !host_ports.is_empty() || (planned.is_some() && is_asked_for());
    let private = edges.is_empty() && !is_published;
    if private && !case.map.sidecars(at).is_empty() {
        return None;
    }
    let clients = case.clients(edges);
    let listeners = case.may_listen(at, Some(port));
    let names = case.names_of(listeners.iter().copied());
    let name = either(&names);
    let mut finding = RULE.finding(
        names.iter().copied().chain(clients.iter().copied()),
        match planned {
            None => format!("{name} listens on {port} for itself only"),
            Some(_) => format!("{name} would listen on {port} for itself only"),
        },
    );
    if private || planned.is_some_and(|server| !server.told) {
        finding.severity = Severity::Warning;
    }
    finding.evidence = case.signs(edges);
    finding.evidence.extend(case.refusal_by_nobody(edges));
    finding.evidence.push(match (planned, case.sharing(&listeners)) {
        (Some(started), _) => {
            let (server, told) = (started.server.name().to_owned(), started.told);
            Evidence::StartsOnLoopback { container: name, server, port, told }
        }
        (None, Some(nobody_knows_who)) => nobody_knows_who,
        (None, None) => Evidence::Listens { container: name, port, from: ListensFrom::Itself },
    });
    if !host_ports.is_empty() && planned.is_none() {
        finding.evidence.push(Evidence::TakenAndCut { host_ports });
    }
    finding.fix = vec![case.listen_openly(at, port)];
    Some(finding)
}
