//! A client that remembers an address too long.

use std::net::{IpAddr, SocketAddr};

use crate::diagnose::{
    Case, Edge, Judgement, Listens, Meaning, Meant, Obstacle, Rule, Sight, advise, is_connected,
    keeps_dialling,
};
use crate::model::{
    ContainerAt, Evidence, Finding, LogErrorKind, NetworkAt, Progress, Severity, Step,
};

/// See `netmap explain stale-resolved-address`.
pub const RULE: Rule = Rule {
    name: "stale-resolved-address",
    severity: Severity::Error,
    summary: "a container keeps dialling an address that is not its target's any more",
    meaning: "Many programs look a name up once, when they start. When the container behind the name \
        is re-created it gets another address, and they keep dialling the old one, which is free then, \
        or another container's.",
    seen: "A connection under way, or the log, shows an address in a container network that the \
        configuration does not name. No container has it; or one that is younger than the client, and \
        does not listen there, while the one that the client means does and has another address. Or \
        the log goes on to complain of a name although the container behind it, which is younger than \
        the client, takes connections.",
    example: "`502 Bad Gateway` after a deployment, until the proxy is restarted",
    fix: "Restart the client; better, let it look names up again (nginx: `resolver 127.0.0.11` and a \
        variable in `proxy_pass`; Java: `networkaddress.cache.ttl=10`).",
    mistaken_for: "An address that was written down by hand (hardcoded-ip); a port on which nothing \
        listens (dialled-port-closed).",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let owns_its_stack = |edge: &&Edge| case.map.stack(edge.from).unwrap_or(edge.from) == edge.from;
    let mut findings = Vec::new();
    for (edge, obstacle) in case.edges().filter(|(edge, _)| owns_its_stack(edge)) {
        match (edge.target, obstacle) {
            (Meaning::FreeAddress(network), _) if !edge.is_configured() => {
                findings.extend(free(case, edge, network));
            }
            (Meaning::Addressed(heir), Some(Obstacle::Inherited(Meant::Container(meant)))) => {
                findings.extend(inherited(case, edge, heir, *meant));
            }
            (Meaning::Addressed(heir), Some(Obstacle::Inherited(Meant::Gone))) => {
                findings.extend(of_gone(case, edge, heir));
            }
            (Meaning::Named(meant), Some(Obstacle::Past)) => {
                findings.extend(by_name(case, edge, meant));
            }
            _ => {}
        }
    }
    Judgement::of(findings)
}

/// How long a server may take until it answers, in seconds: complaints from
/// before tell nothing of an address.
const SLOW_START: f64 = 10.0;

/// The log complains of the name alone, as Java's does, and goes on although
/// the one behind it takes connections: it was started after the client.
fn by_name(case: &Case, edge: &Edge, meant: ContainerAt) -> Option<Finding> {
    let started = |at: ContainerAt| case.container(at).started_at;
    let (client, server) = started(edge.from).zip(started(meant))?;
    let (name, meant_name) = (case.name(edge.from), case.name(meant));
    let goes_on = edge.logged().any(|error| {
        let in_vain = matches!(
            error.kind,
            LogErrorKind::Refused
                | LogErrorKind::Timeout
                | LogErrorKind::Unreachable
                | LogErrorKind::Failed
        );
        let late = error.repeated.last.is_some_and(|last| last.since(server) > SLOW_START);
        in_vain && late && case.goes_on(edge.from, &error.repeated)
    });
    if server <= client || !goes_on || is_connected(case, edge, meant) {
        return None;
    }
    let dialled = edge.dialled();
    let mut finding = RULE.finding(
        [name, meant_name],
        format!("{name} still fails to reach {dialled}, which takes connections by now"),
    );
    // By all that is seen the name leads to the right one.
    finding.severity = Severity::Warning;
    finding.evidence.push(case.sign(edge));
    let (container, than) = (meant_name.to_owned(), name.to_owned());
    finding.evidence.push(Evidence::Younger { container, than });
    finding.fix = look_up_again(case, edge);
    Some(finding)
}

/// The address is nobody's any more.
fn free(case: &Case, edge: &Edge, network: NetworkAt) -> Option<Finding> {
    let progress = [Progress::Trying, Progress::Open]
        .into_iter()
        .find(|progress| edge.is_connecting(*progress));
    if !keeps_dialling(case, edge) || is_of_looping(case, edge) {
        return None;
    }
    let name = case.name(edge.from);
    let on = &case.network(network).name;
    let mut finding = RULE.finding(
        [name, on.as_str()],
        format!("{name} keeps dialling {}, which no container has any more", edge.dialled()),
    );
    if progress == Some(Progress::Open) {
        // What was open when its other end went may close by itself.
        finding.severity = Severity::Warning;
    }
    let address: Option<IpAddr> = edge.host.parse().ok();
    finding.evidence.push(match (progress, address) {
        (Some(progress), Some(address)) => {
            let remote = SocketAddr::new(address, edge.port.unwrap_or_default());
            Evidence::ConnectionToNobody { remote, progress, network: on.clone() }
        }
        _ => case.sign(edge),
    });
    let hosts: Vec<String> = case
        .edges_from(edge.from)
        .filter(|(other, _)| other.port == edge.port && other.is_by_name())
        .map(|(other, _)| other.host.to_string())
        .collect();
    if !hosts.is_empty() {
        finding.evidence.push(Evidence::Means { hosts });
    }
    finding.fix = look_up_again(case, edge);
    finding.fix.extend(members(case, edge));
    Some(finding)
}

/// Images of servers of which several tell their clients of one another, by addresses
/// that each has written down.
const CLUSTERS: [&str; 8] =
    ["redis", "valkey", "keydb", "redis-cluster", "mongo", "mongodb", "cassandra", "scylla"];

/// What to do where it is the server that knows a former address: a client that is
/// started again is told of it once more.
fn members(case: &Case, edge: &Edge) -> Option<Step> {
    let asked = case.edges_from(edge.from).find_map(|(other, _)| {
        let to = other.container().filter(|_| other.is_by_name() && other.port == edge.port)?;
        let image = case.container(to).repository().rsplit('/').next().unwrap_or_default();
        CLUSTERS.contains(&image).then_some(to)
    })?;
    Some(advise(format!(
        "if it dials {} once more then, {} has told it of a member by that address: let members of a \
         cluster announce their names (Redis: cluster-announce-hostname, sentinel announce-hostnames)",
        edge.host,
        case.called(asked)
    )))
}

/// Whether it may be the address of a container that is restarted again and
/// again, and has none between two attempts.
fn is_of_looping(case: &Case, edge: &Edge) -> bool {
    case.edges_from(edge.from).any(|(other, _)| {
        let same_port = edge.port.is_none() || other.port.is_none() || other.port == edge.port;
        same_port && other.container().is_some_and(|to| case.is_looping(to))
    })
}

/// The address is another container's now.
fn inherited(case: &Case, edge: &Edge, heir: ContainerAt, meant: ContainerAt) -> Option<Finding> {
    // One that is down is reported as that.
    if !case.container(meant).state.has_network() || case.is_looping(meant) {
        return None;
    }
    let (name, heir_name, meant_name) = (case.name(edge.from), case.name(heir), case.name(meant));
    let mut finding = RULE.finding(
        [name, meant_name, heir_name],
        format!(
            "{name} still dials the address that {meant_name} had before: {} is {heir_name}'s now",
            edge.host
        ),
    );
    finding.evidence.push(case.sign(edge));
    let container = heir_name.to_owned();
    if let Some(port) = edge.port {
        let silent = case.listens(heir, port, None) != Some(Listens::Openly);
        finding.evidence.extend(silent.then_some(Evidence::NothingListens { container, port }));
        if !silent {
            finding.severity = Severity::Warning;
        }
    }
    let addresses: Vec<IpAddr> =
        case.container(meant).endpoints.iter().flat_map(|e| e.addresses()).collect();
    let container = meant_name.to_owned();
    finding.evidence.push(Evidence::HasAddresses { container, addresses });
    let (owner, container) = (heir_name.to_owned(), name.to_owned());
    finding.evidence.push(Evidence::Younger { container: owner, than: container });
    finding.fix = look_up_again(case, edge);
    Some(finding)
}

/// The address is another container's now, and who had it is there no more.
fn of_gone(case: &Case, edge: &Edge, heir: ContainerAt) -> Option<Finding> {
    let (name, heir_name) = (case.name(edge.from), case.name(heir));
    let named = case.edges_from(edge.from).map(|(other, _)| other);
    let mut named = named.filter(|other| other.port == edge.port);
    let named = named.find(|other| other.target == Meaning::NobodysName)?;
    let host = named.host.to_string();
    let mut finding = RULE.finding(
        [name, heir_name],
        format!(
            "{name} still dials the address that `{host}` had before: {} is {heir_name}'s now, and \
             nobody is called {host}",
            edge.host
        ),
    );
    finding.evidence = vec![case.sign(named), case.sign(edge)];
    let (container, than) = (heir_name.to_owned(), name.to_owned());
    finding.evidence.push(Evidence::Younger { container, than });
    let again = advise(format!("bring {host} up again, and then:"));
    finding.fix = vec![again, case.restart(edge.from)];
    Some(finding)
}

fn look_up_again(case: &Case, edge: &Edge) -> Vec<Step> {
    let name = case.name(edge.from);
    let again = format!(
        "and let {name} look names up again, instead of once (nginx: `resolver {} valid=10s` \
         and the name in a variable; Java: networkaddress.cache.ttl)",
        case.server_of_peers(edge.from)
    );
    vec![case.restart(edge.from), advise(again)]
}
