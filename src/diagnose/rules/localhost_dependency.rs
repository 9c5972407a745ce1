//! A container looks for a peer in itself.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::diagnose::{
    Case, Edge, Judgement, Listens, Meaning, Obstacle, Rule, Sight, advise, owned,
};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, ListensFrom, Severity, Step};
use crate::order::{OrderBy, Ordered};

/// See `netmap explain localhost-dependency`.
pub const RULE: Rule = Rule {
    name: "localhost-dependency",
    severity: Severity::Error,
    summary: "a container dials localhost for something that is in another container",
    meaning: "Each container has a network of its own, and `localhost` is the container itself. \
        A program that worked on your machine, where everything was one `localhost`, finds nothing \
        there once its database has moved into a container next door.",
    seen: "The environment, the command or the log names localhost (or 127.0.0.1, ::1, 0.0.0.0) with a \
        port on which nothing listens in that container, and another container listens on it or \
        exposes it. A variable such as REDIS_HOST without a port means Redis's usual one, and GUACD_HOSTNAME \
        the container that is called guacd.",
    example: "`connect ECONNREFUSED 127.0.0.1:5432`, \
        `failed to connect to server [localhost:27017] on first connect`",
    fix: "Put both on one network that you made yourself, and use the other container's name: \
        `mongodb://mongo:27017` instead of `mongodb://localhost:27017`.",
    mistaken_for: "An address that is handed on to a browser: that one runs on your machine, where \
        localhost with a published port is right. Where only the configuration names such an \
        address and nothing failed yet, netmap says so at severity info.",
    needs: &[Sight::Sockets, Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|_, obstacle| match obstacle {
        Obstacle::Localhost { peer, port, sure } => Some((!*sure, *peer, *port)),
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((unsure, peer, port), edges)| {
        let clients = case.clients(&edges);
        let name = case.name(peer);
        let summary = match (unsure, clients.len()) {
            (true, _) => format!(
                "{} names localhost for {name}: right for a browser, wrong for the container",
                few(&clients)
            ),
            (false, 1) => format!("{} looks for {name} in itself", clients[0]),
            (false, _) => format!("{} look for {name} in themselves", few(&clients)),
        };
        let mut finding = RULE.finding(clients.iter().copied().chain([name]), summary);
        if unsure {
            finding.severity = Severity::Info;
        }
        finding.evidence = case.signs(&edges);
        if edges.iter().any(|edge| is_any_address(&edge.host)) {
            let text = "An address to listen on is dialled: it leads to the container itself, as localhost does";
            finding.evidence.push(Evidence::Remark { text });
        }
        match port {
            Some(port) => finding.evidence.extend(on_port(case, peer, port, &edges)),
            None => finding.evidence.extend(spoken_of(case, peer, &edges)),
        }
        finding.fix = match set_already(case, peer, &edges) {
            Some(advice) => vec![advise(advice)],
            None => case.fix_names(peer),
        };
        finding.fix.extend(sent_by(case, peer, &edges));
        finding.fix.extend(issuer(case, peer, &edges));
        finding
    }))
}

/// That nothing has the port in the clients, and that the peer has.
fn on_port(case: &Case, peer: ContainerAt, port: u16, edges: &[&Edge]) -> [Evidence; 2] {
    let dialled = edges.iter().find_map(|edge| edge.port).unwrap_or(port);
    let (containers, container) = (owned(&case.clients(edges)), case.name(peer).to_owned());
    let has = match case.listens(peer, port, edges[0].protocol) {
        _ if dialled != port => Evidence::LeadsTo { host_port: dialled, container, port },
        listens => {
            let from = match listens {
                Some(Listens::Openly) => ListensFrom::Everybody,
                Some(_) => ListensFrom::Itself,
                None => ListensFrom::Declared,
            };
            Evidence::Listens { container, port, from }
        }
    };
    [Evidence::IsItself { containers, port: dialled }, has]
}

/// That the variables of the clients speak of the peer, each once.
fn spoken_of(case: &Case, peer: ContainerAt, edges: &[&Edge]) -> Vec<Evidence> {
    let variables = edges.iter().flat_map(|edge| {
        let variables = edge.configured().filter_map(|known| known.variable.clone());
        variables.map(|variable| (case.name(edge.from).to_owned(), variable))
    });
    let variables: BTreeSet<(String, String)> = variables.into_set();
    let of_peer = |(container, variable)| {
        let peer = case.name(peer).to_owned();
        Evidence::SpeaksOf { container, variable, peer }
    };
    variables.into_iter().map(of_peer).collect()
}

/// Where only the log names localhost: another server, which the client is told to ask,
/// may have sent it there, as a Sentinel and a registry of services do.
fn sent_by(case: &Case, peer: ContainerAt, edges: &[&Edge]) -> Option<Step> {
    if edges.iter().any(|edge| edge.configured().next().is_some()) {
        return None;
    }
    let client = edges.first()?.from;
    let is_other = |edge: &&Edge| {
        edge.is_configured() && edge.container().is_some_and(|to| to != peer && to != client)
    };
    let mut asked: Vec<&str> = case
        .edges_from(client)
        .map(|(edge, _)| edge)
        .filter(is_other)
        .filter_map(|edge| Some(case.called(edge.container()?)))
        .collect();
    asked.order();
    asked.dedup();
    let [asked] = asked.as_slice() else { return None };
    Some(advise(format!(
        "or see whether {asked}, which it is told to ask, has sent it to localhost: then let {} be known \
         there by its name",
        case.called(peer)
    )))
}

/// What to see to where the address stands in tokens as well, which browsers fetch by
/// localhost: it must be one and the same to all.
fn issuer(case: &Case, peer: ContainerAt, edges: &[&Edge]) -> Option<Step> {
    let mut variables = edges.iter().flat_map(|edge| edge.configured());
    let variable = variables.find_map(|reference| {
        let variable = reference.variable.as_deref()?;
        variable.to_ascii_uppercase().contains("ISSUER").then_some(variable)
    })?;
    Some(advise(format!(
        "tokens name their issuer: unless {} issues them under the new address as well, leave {variable} \
         as it is, and tell the client where the keys are by a setting of its own (jwk-set-uri, jwksUri)",
        case.called(peer)
    )))
}

fn is_any_address(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok_and(|address| address.is_unspecified())
}

/// What to look for where the clients are set to use the peer's name already.
fn set_already(case: &Case, peer: ContainerAt, edges: &[&Edge]) -> Option<String> {
    let named = |from: ContainerAt| {
        let named = case.edges_from(from).map(|(edge, _)| edge);
        let mut named = named.filter(|edge| edge.target == Meaning::Named(peer));
        named.find_map(|edge| Some((edge, edge.configured().next()?)))
    };
    let unset = |edge: &&&Edge| edge.configured().next().is_none();
    if !edges.iter().all(|edge| unset(&edge) && named(edge.from).is_some()) {
        return None;
    }
    let client = edges.first()?.from;
    let (edge, reference) = named(client)?;
    Some(format!(
        "{} has {} in {} already: let its program use that, or see whether {} itself sends its \
         clients to localhost, as members of a replica set can",
        case.called(client),
        edge.dialled(),
        reference.place(),
        case.called(peer)
    ))
}
