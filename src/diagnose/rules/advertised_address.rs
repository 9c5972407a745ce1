//! A server sends its clients where they cannot reach it.

use crate::diagnose::{
    Case, Edge, HandedOut, Judgement, Obstacle, Rule, Sight, advise, dial, usable,
};
use crate::model::words::few;
use crate::model::{
    ContainerAt, Dial, Evidence, Finding, Logged, Origin, Reference, Severity, Step, reference,
};

/// See `netmap explain advertised-address`.
pub const RULE: Rule = Rule {
    name: "advertised-address",
    severity: Severity::Error,
    summary: "a server hands out an address of its own that its clients cannot use",
    meaning: "Some servers answer the first connection with the addresses under which they are to be \
        dialled from then on: Kafka brokers, members of a replica set or a cluster. `localhost`, or an \
        id of an earlier container, means something else or nothing at the client's end.",
    seen: "A container dials the server by a name that is right, and the server's environment has it \
        advertise an address that is no use to that client; or the client's log complains of `localhost` \
        or of an id with the server's port, which its configuration does not name.",
    example: "It connects to `broker:9092`, and then keeps trying `localhost:9092`; \
        `getaddrinfo ENOTFOUND bf3bd8e4860b`",
    fix: "Where the server has a listener for containers beside one for the host, dial the port of \
        that. Else let the server advertise the name by which its clients know it: \
        `KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://broker:9092`. Clients on the host need a listener of \
        their own.",
    mistaken_for: "A client that is set to `localhost` itself (localhost-dependency).",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::HandsOut(handed) => Some((edge.container()?, handed.clone())),
        _ => None,
    });
    let findings =
        groups.into_iter().map(|((server, handed), edges)| finding(case, server, &handed, &edges));
    Judgement::of(findings)
}

fn finding(case: &Case, server: ContainerAt, handed: &HandedOut, edges: &[&Edge]) -> Finding {
    let name = case.name(server);
    let clients = case.clients(edges);
    let setting = setting(case, server, handed);
    let sent = written(handed);
    let asked = edges[0].dialled();
    let one = clients.len() == 1;
    let advertises = if setting.is_some() { "advertises" } else { "seems to advertise" };
    let end = match (reference::is_loopback(&handed.host), one) {
        (true, true) => "is sent to itself",
        (true, false) => "are sent to themselves",
        (false, _) => "cannot get there",
    };
    let mut finding = RULE.finding(
        [name].into_iter().chain(clients.iter().copied()),
        format!("{name} {advertises} {sent}, so {}, which asked {asked}, {end}", few(&clients)),
    );
    let of_configuration: Vec<Edge> = edges.iter().map(|edge| as_configured(edge)).collect();
    finding.evidence = case.signs(&of_configuration.iter().collect::<Vec<_>>());
    finding.evidence.push(Evidence::Advertises {
        container: name.to_owned(),
        host: handed.host.clone(),
        port: handed.port,
        setting: setting.map(|reference| reference.place().to_owned()),
    });
    finding.evidence.extend(edges.iter().find_map(|edge| complaint(case, edge, handed)));
    let from: Vec<ContainerAt> = edges.iter().map(|edge| edge.from).collect();
    // A listener of its own for containers is there, and they ask another one.
    if let Some(right) = usable(case, server, &from) {
        let reference = &right.reference;
        finding.evidence.push(Evidence::Advertises {
            container: name.to_owned(),
            host: reference.host.clone(),
            port: reference.port,
            setting: Some(reference.scheme.as_deref().map_or_else(
                || reference.place().to_owned(),
                |listener| format!("{listener} of {}", reference.place()),
            )),
        });
        finding.fix = case.redial(
            edges,
            known_as(case, server, edges),
            right.to_clients_of.or(reference.port),
        );
        return finding;
    }
    finding.fix = fix(case, server, handed, edges);
    finding
}

/// The name by which the clients of a server know it, if that is one; else its own.
fn known_as<'c>(case: &'c Case, server: ContainerAt, edges: &'c [&Edge]) -> &'c str {
    let known = &edges[0].host;
    let same = edges[0].is_by_name() && edges.iter().all(|edge| edge.host == *known);
    if same { known } else { case.container(server).network_name() }
}

/// The edge without what the log says of the address that was handed out.
fn as_configured<'a>(edge: &Edge<'a>) -> Edge<'a> {
    let mut edge = edge.clone();
    edge.signs.retain(|sign| !matches!(sign, crate::diagnose::Sign::Logged(_)));
    edge
}

/// What a client's log says of the address that was handed out.
fn complaint(case: &Case, edge: &Edge, handed: &HandedOut) -> Option<Evidence> {
    let error = edge.logged().find(|error| !error.host.eq_ignore_ascii_case(&edge.host))?;
    Some(Evidence::Dial(Dial {
        container: case.name(edge.from).to_owned(),
        host: handed.host.clone(),
        port: handed.port,
        written: None,
        log: Some(Logged {
            error: error.kind,
            seconds_ago: error.repeated.last.and_then(|last| case.seconds_ago(edge.from, last)),
        }),
        connection: None,
        wire: None,
    }))
}

fn setting<'a>(case: &Case<'a>, server: ContainerAt, handed: &HandedOut) -> Option<&'a Reference> {
    Some(&case.container(server).advertised.get(handed.setting?)?.reference)
}

fn written(handed: &HandedOut) -> String {
    match handed.port {
        Some(port) => format!("{}:{port}", handed.host),
        None => handed.host.clone(),
    }
}

fn fix(case: &Case, server: ContainerAt, handed: &HandedOut, edges: &[&Edge]) -> Vec<Step> {
    let called = case.called(server);
    let host = known_as(case, server, edges).to_owned();
    let port = handed.port.or(edges[0].port).unwrap_or_default();
    let Some(reference) = setting(case, server, handed) else {
        return by_records(case, server, handed, &format!("{host}:{port}"));
    };
    let closed = reference.host.eq_ignore_ascii_case(&host);
    let changes = dial(reference, &host, edges[0].port.filter(|_| closed));
    let mut steps = match reference.origin {
        Origin::Environment => case.recreate(server, changes),
        _ => vec![advise(format!(
            "let the command of {called} have {host}:{port} in {} instead of {}",
            reference.place(),
            written(handed)
        ))],
    };
    if case.container(server).published.iter().any(|published| published.port == port) {
        steps.push(advise(format!(
            "clients on the host, which come by the published port {port}, need a listener of their \
             own that advertises localhost, beside this one"
        )));
    }
    steps
}

/// Where no setting of the container has the address.
fn by_records(case: &Case, server: ContainerAt, handed: &HandedOut, address: &str) -> Vec<Step> {
    let called = case.called(server);
    if case.container(server).in_replica_set && !case.is_planned() {
        // It goes into a script: a host and a port are no part of one.
        let is_address = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
        if !address.chars().all(is_address) {
            return vec![advise(format!(
                "let the replica set of {called} know its member by a name"
            ))];
        }
        let script = format!(
            "c = rs.conf(); c.members[0].host = \"{address}\"; rs.reconfig(c, {{force: true}})"
        );
        return vec![
            advise(format!("let the replica set of {called} know its member by a name:")),
            case.inside(server, &["mongosh", "--quiet", "--eval", &script]),
        ];
    }
    let advice = match reference::is_container_id(&handed.host) {
        true => format!(
            "let {called} advertise {address} instead of its host name, which is the id of a container; \
             or, if it only tells of others, let the one that it tells of register by a name"
        ),
        false => format!("let {called} advertise {address} (Kafka: KAFKA_ADVERTISED_LISTENERS)"),
    };
    vec![advise(advice)]
}
