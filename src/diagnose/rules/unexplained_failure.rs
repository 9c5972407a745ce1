//! A failure that a log repeats, and that nothing explains.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::net::Ipv6Addr;

use crate::diagnose::cures::{
    BY_A_RELAY, Servers, by_default, cure, dropped, is_to_mail_outside, same_protocol,
};
use crate::diagnose::{
    Case, Complaint, Edge, Judgement, Meaning, Obstacle, Rule, Sight, advise, owned,
};
use crate::diagnose::{drops, families};
use crate::model::words::few;
use crate::model::{
    Attempt, ContainerAt, DropSearch, Evidence, Family, Finding, Health, ListensFrom, LogError,
    LogErrorKind, LostWay, MachineMatter, Progress, Severity, State, Step, TroubleKind, reference,
};
use crate::order::Ordered;

/// See `netmap explain unexplained-failure`.
pub const RULE: Rule = Rule {
    name: "unexplained-failure",
    severity: Severity::Warning,
    summary: "a container fails at something again and again, and nothing here explains it",
    meaning: "What a program reports is true whether or not netmap can tell why: the other end may be \
        outside of this engine, or the name may stand in a file that nobody else sees.",
    seen: "The log of a running container repeats that a name was not found, or a connection refused or \
        impossible, up to the moment of looking, or ended by a server whose own log says why, or its \
        health check fails, and no other finding is \
        about that container.",
    example: "`connect ECONNREFUSED 127.0.0.1:5432` once a second, with no database anywhere",
    fix: "Look at what the program is configured to dial: the log names it.",
    mistaken_for: "A server that is still starting: netmap waits until the attempts go on for longer \
        than that.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let running = |at: &ContainerAt| case.container(*at).state == State::Running;
    let servers = LazyCell::new(|| Servers::new(case));
    let finding = |at| finding(case, at, &servers);
    Judgement::of(case.containers().filter(running).filter_map(finding))
}

fn finding(
    case: &Case,
    at: ContainerAt,
    all: &LazyCell<Servers, impl FnOnce() -> Servers>,
) -> Option<Finding> {
    let failing: Vec<(&Edge, &LogError)> = failing(case, at).collect();
    let trouble = case.trouble_that_goes_on(at);
    if !failing.is_empty() {
        return Some(of_hosts(case, at, &failing, trouble.as_ref()));
    }
    let is_unhealthy = case.container(at).health == Some(Health::Unhealthy);
    if let Some(edge) = turned_away(case, at) {
        return Some(of_a_name(case, at, edge));
    }
    match trouble {
        Some(trouble) if trouble.kind == TroubleKind::Protocol && case.suspects(at).is_empty() => {
            Some(misunderstood(case, at, &trouble))
        }
        // That nothing gets out explains it (firewall-drop).
        Some(_) if case.kept_in_vaguely(at).is_some() => None,
        Some(trouble) => Some(of_nobody(case, at, &trouble, all)),
        // It may be so for another's sake, with whom that is told.
        None => (is_unhealthy && !case.is_unhealthy_for_another(at)).then(|| unhealthy(case, at)),
    }
}

/// One whose log names what it fails to reach.
fn of_hosts(
    case: &Case,
    at: ContainerAt,
    failing: &[(&Edge, &LogError)],
    trouble: Option<&Complaint>,
) -> Finding {
    let name = case.name(at);
    // What the server made of it says more than that it failed.
    let of_server = trouble.filter(|trouble| trouble.kind.is_of_server());
    let mut said: Vec<String> = failing
        .iter()
        .map(|(edge, error)| match of_server.filter(|_| error.kind == LogErrorKind::Failed) {
            Some(trouble) => format!("{} ({})", edge.dialled(), trouble.kind.as_str()),
            None => format!("{} ({})", edge.dialled(), error.kind.as_str()),
        })
        .collect();
    said.dedup();
    let mut finding =
        RULE.finding([name], format!("{name} fails again and again to reach {}", few(&said)));
    finding.evidence = failing.iter().map(|(edge, _)| case.sign(edge)).collect();
    for (edge, _) in failing {
        match (edge.target, edge.port) {
            (Meaning::Itself, port) if case.map.on_host(at) => {
                let (host, matter) = (edge.host.to_string(), MachineMatter::NothingListens);
                finding.evidence.push(Evidence::OnMachine { host, port, matter });
            }
            (Meaning::Itself, Some(port)) => {
                let containers = vec![name.to_owned()];
                finding.evidence.push(Evidence::IsItself { containers, port });
            }
            (Meaning::NobodysName, _) => {
                let (name, networks) = (edge.host.to_string(), owned(&case.network_names(at)));
                finding.evidence.push(Evidence::NobodyCalled { name, networks });
            }
            _ => {}
        }
    }
    if let Some(fix) = unnamed(case, at, failing) {
        let servers = case.name_server_on_host(at).iter().map(ToString::to_string).collect();
        finding.evidence.push(Evidence::NameServers { servers, given: false });
        finding.fix = fix;
        return finding;
    }
    if let Some((search, first)) = lost(case, failing).and_then(|of| Some((of, of.found.first()?)))
    {
        let (container, to) = (search.from.clone(), search.to.clone());
        finding.evidence.push(Evidence::DroppedBy { container, to, by: first.clone() });
        finding.fix = drops::steps(case, first, search.address);
        return finding;
    }
    let edges: Vec<&Edge> = failing.iter().map(|(edge, _)| *edge).collect();
    let cut = failing.iter().filter(|(_, error)| error.kind == LogErrorKind::Reset);
    if let Some((server, kind, evidence)) = cut.copied().find_map(|(edge, _)| has_cut(case, edge)) {
        finding.evidence.push(evidence);
        // The server tells more than its client does.
        finding.fix = vec![case.logs(server), advise(cure(case, at, kind, &edges))];
        return finding;
    }
    let of_server = of_server.map(|trouble| cure(case, at, trouble.kind, &edges));
    let dropped = || dropped(case, failing);
    let is_mail = |(edge, _): &(&Edge, &LogError)| is_to_mail_outside(edge);
    let mail = || failing.iter().all(is_mail).then(|| BY_A_RELAY.to_owned());
    let by_default = || by_default(case, at, failing);
    let dialled = || format!("then look at what {} is told to dial", case.called(at));
    let family = || without_family(case, at, failing);
    let advice = of_server.or_else(dropped).or_else(mail).or_else(family).or_else(by_default);
    let advice = advice.or_else(|| in_a_root_of_its_own(case, at, failing));
    let advice = advice.unwrap_or_else(dialled);
    finding.fix = vec![case.logs(at), advise(advice)];
    finding
}

/// Ways between containers on which packets are lost, as a log says, and nothing tells why: it
/// may be a cable.
pub fn lost_ways(case: &Case) -> Vec<LostWay> {
    let running = case.containers().filter(|at| case.container(*at).state == State::Running);
    let silent = running.flat_map(|at| failing(case, at)).filter(|(_, error)| {
        matches!(error.kind, LogErrorKind::Timeout | LogErrorKind::Unreachable)
    });
    let way = |edge: &Edge| {
        let to = edge.container().filter(|to| *to != edge.from)?;
        let network = case.shared(edge.from, to).into_iter().next()?;
        let stack = case.map.stack(to).unwrap_or(to);
        Some(LostWay {
            from: edge.from,
            to: Some(to),
            host: case.name(to).to_owned(),
            address: case.map.endpoint_on(stack, network)?.addresses().next()?,
            attempt: edge.port.map_or(Attempt::Icmp, Attempt::Tcp),
        })
    };
    let mut ways: Vec<LostWay> = silent.filter_map(|(edge, _)| way(edge)).collect();
    ways.dedup();
    ways
}

/// What was found to lose the packets of one of these.
fn lost<'a>(case: &Case<'a>, failing: &[(&Edge, &LogError)]) -> Option<&'a DropSearch> {
    let is_of = |search: &DropSearch, edge: &Edge| {
        let to = edge.container().map(|to| case.name(to));
        search.from == case.name(edge.from) && Some(search.to.as_str()) == to
    };
    let drops = &case.map.snapshot().drops;
    let mut found = drops.iter().filter(|search| !search.found.is_empty());
    found.find(|search| failing.iter().any(|(edge, _)| is_of(search, edge)))
}

/// The server that ends the connections of a client, and what its log says of why.
fn has_cut(case: &Case, edge: &Edge) -> Option<(ContainerAt, TroubleKind, Evidence)> {
    let server = edge.container().filter(|server| *server != edge.from)?;
    let (kind, evidence) = case.turning_away(server)?;
    // Of another protocol the server's own finding tells.
    (kind != TroubleKind::Protocol).then_some((server, kind, evidence))
}

/// What is said of a container that dials IPv6 addresses and has none itself.
fn without_family(case: &Case, at: ContainerAt, failing: &[(&Edge, &LogError)]) -> Option<String> {
    let is_v6 = |(edge, _): &(&Edge, &LogError)| edge.host.parse::<Ipv6Addr>().is_ok();
    let stack = case.map.stack(at).filter(|_| !case.map.on_host(at))?;
    let has_one = case.map.endpoints(stack).any(|(_, endpoint)| endpoint.ipv6.is_some());
    let lacks = !has_one && failing.iter().all(is_v6);
    lacks.then(|| families::give(Family::V6, case.called(at), &case.network_names(at)))
}

/// What is said of names that are right, and lead where they should for all that is seen: to
/// a program that has been given another root they may not.
fn in_a_root_of_its_own(
    case: &Case,
    at: ContainerAt,
    failing: &[(&Edge, &LogError)],
) -> Option<String> {
    let is_right = |(edge, error): &(&Edge, &LogError)| {
        let leads = edge.is_by_name() && edge.container().is_some_and(|to| to != at);
        leads && error.kind == LogErrorKind::NameNotFound
    };
    failing.iter().all(is_right).then(|| {
        format!(
            "the name is right: see whether its program runs in a chroot, as those of Postfix do; if so, copy \
             /etc/resolv.conf and /etc/hosts into the etc of that (/var/spool/postfix/etc) at each start of {}",
            case.called(at)
        )
    })
}

/// What lets a container ask for the names of its peers, which are right, where nobody
/// answers and Podman's name server is one of the host's programs.
fn unnamed(case: &Case, at: ContainerAt, failing: &[(&Edge, &LogError)]) -> Option<Vec<Step>> {
    let is_unanswered = |(edge, error): &(&Edge, &LogError)| {
        let is_peer = edge.is_by_name() && edge.container().is_some();
        is_peer && error.kind == LogErrorKind::NameNotFound
    };
    let denied = failing.iter().any(|(_, error)| error.denied);
    failing.iter().all(is_unanswered).then(|| case.let_ask(at, denied)).flatten()
}

/// One whose log does not say whom it fails to reach: what it is told to dial is
/// under suspicion.
fn of_nobody(
    case: &Case,
    at: ContainerAt,
    trouble: &Complaint,
    all: &LazyCell<Servers, impl FnOnce() -> Servers>,
) -> Finding {
    let (name, kind) = (case.name(at), trouble.kind);
    let suspects = case.suspects(at);
    let of_what = match suspects.is_empty() && !kind.is_telling() {
        true => ", and not of what",
        false => "",
    };
    let says = if trouble.stands { "says" } else { "says again and again" };
    let mut finding = RULE.finding([name], format!("{name} {says}: {}{of_what}", kind.as_str()));
    if trouble.line.is_some() {
        let (container, line) = (name.to_owned(), trouble.line.clone());
        finding.evidence.push(Evidence::LastWords { container, trouble: kind, line });
    }
    for edge in &suspects {
        finding.evidence.push(case.sign(edge));
        finding.evidence.extend((edge.target == Meaning::NobodysName).then(|| {
            let (name, networks) = (edge.host.to_string(), owned(&case.network_names(at)));
            Evidence::NobodyCalled { name, networks }
        }));
    }
    if !kind.is_of_server() {
        finding.evidence.extend(where_they_listen(case, &suspects));
    }
    let asked = suspects.iter().find_map(|edge| edge.container()).filter(|_| kind.is_of_server());
    let reason = asked.and_then(|server| case.turning_away(server));
    let kind = reason.as_ref().map_or(kind, |(kind, _)| *kind);
    finding.evidence.extend(reason.map(|(_, evidence)| evidence));
    let is_lost = matches!(kind, TroubleKind::NoAnswer | TroubleKind::Unreachable);
    let is_mail = is_lost && suspects.iter().any(|edge| is_to_mail_outside(edge));
    let is_by_default = finding
        .evidence
        .iter()
        .any(|evidence| matches!(evidence, Evidence::OpenPorts { ports, .. } if !ports.is_empty()));
    let advice = match is_mail {
        true => BY_A_RELAY.to_owned(),
        false if is_by_default && !kind.is_telling() => format!(
            "then look at which port {} dials: where nothing says one, it is that which its program \
             is made with",
            case.called(at)
        ),
        false if kind == TroubleKind::NameNotFound && case.map.on_host(at) => format!(
            "then see whether {} means a container: on the host's network none has a name, and each \
             is localhost with a port that it has published",
            case.called(at)
        ),
        false => cure(case, at, kind, &suspects),
    };
    let mut fix = vec![case.logs(at), advise(advice)];
    let is_outside = || suspects.iter().any(|edge| edge.target == Meaning::Outside);
    let is_of_name = kind == TroubleKind::NameNotFound && is_outside();
    if let Some(server) = is_of_name.then(|| case.failing_name_server(at)).flatten() {
        finding.subjects.push(case.name(server.at).to_owned());
        finding.evidence.extend(server.evidence);
        fix.truncate(1);
        fix.extend(server.fix);
    }
    let anew = || all.made_anew(case, at, trouble);
    if let Some(anew) = kind.is_of_network().then(anew).flatten() {
        fix.push(advise(format!(
            "or, since {} was made as that began, start {} again: a program that looks a name up \
             once keeps the address that it had",
            case.called(anew),
            case.called(at)
        )));
        fix.push(case.restart(at));
    }
    // The server tells more than its client does.
    fix.extend(asked.map(|server| case.logs(server)));
    finding.fix = fix;
    finding
}

/// Where the servers under suspicion listen: those that do so for nobody else, and those
/// of which no port is known that is dialled, since it may be another one.
fn where_they_listen(case: &Case, suspects: &[&Edge]) -> Vec<Evidence> {
    let mut told = BTreeSet::new();
    let mut evidence = Vec::new();
    for edge in suspects {
        let Some(server) = edge.container().filter(|server| told.insert(*server)) else { continue };
        let Some(sockets) = case.listening(server) else { continue };
        let (container, ports) = (case.name(server).to_owned(), case.open_ports(server));
        if ports.is_empty() && !sockets.is_empty() {
            let own: BTreeSet<u16> = sockets.iter().map(|socket| socket.port).into_set();
            evidence.extend(own.into_iter().map(|port| {
                let (container, from) = (container.clone(), ListensFrom::Itself);
                Evidence::Listens { container, port, from }
            }));
        } else if ports.is_empty() || edge.port.is_none() {
            evidence.push(Evidence::OpenPorts { container, ports, besides: false });
        }
    }
    evidence
}

/// The name of a container's own by which others reach it and under which it wants
/// nothing to be sent to it, as its log says again and again. Names of others are
/// anybody's who comes from outside.
fn turned_away<'c, 'a>(case: &'c Case<'a>, at: ContainerAt) -> Option<&'c Edge<'a>> {
    let is_own = |edge: &Edge| match edge.target {
        Meaning::Itself => !reference::is_loopback(&edge.host),
        target => target == Meaning::Named(at),
    };
    let goes_on = |error: &LogError| {
        error.kind == LogErrorKind::InvalidHost && case.goes_on(at, &error.repeated)
    };
    let own = case.edges_from(at).map(|(edge, _)| edge).filter(|edge| is_own(edge));
    // Another rule knows of underscores.
    let mut own = own.filter(|edge| !edge.host.contains('_'));
    own.find(|edge| edge.logged().any(goes_on))
}

/// A server that turns away what is sent to one of its names.
fn of_a_name(case: &Case, at: ContainerAt, edge: &Edge) -> Finding {
    let (name, host) = (case.name(at), &edge.host);
    let clients: Vec<&Edge> = case.dialled_by(at).filter(|edge| edge.host == *host).collect();
    let subjects = [name].into_iter().chain(case.clients(&clients));
    let summary =
        format!("{name} says again and again that {host} is no name under which it serves anybody");
    let mut finding = RULE.finding(subjects, summary);
    finding.evidence = case.signs(&clients);
    let text = "A server may be told by which names it is called; a request holds the name that \
        was dialled";
    finding.evidence.push(Evidence::Remark { text });
    let advice = format!(
        "then let {} accept the name {host}: ALLOWED_HOSTS in Django, config.hosts in Rails, \
         server.allowedHosts in Vite, trusted_domains in Nextcloud",
        case.called(at)
    );
    finding.fix = vec![case.logs(at), advise(advice)];
    finding
}

/// A server that makes nothing of what others send to it.
fn misunderstood(case: &Case, at: ContainerAt, trouble: &Complaint) -> Finding {
    let name = case.name(at);
    let edges: Vec<&Edge> = case.dialled_by(at).collect();
    let clients = case.clients(&edges);
    let summary =
        format!("{name} does not understand the protocol of who dials it: {}", few(&clients));
    let mut finding = RULE.finding([name].into_iter().chain(clients), summary);
    let (container, line) = (name.to_owned(), trouble.line.clone());
    finding.evidence.push(Evidence::LastWords { container, trouble: trouble.kind, line });
    finding.evidence.extend(case.signs(&edges));
    let client = few(&case.all_called(&edges));
    finding.fix = vec![case.logs(at), advise(same_protocol(&client, case.called(at)))];
    finding
}

/// One whose health check fails, which nobody else is the worse for.
fn unhealthy(case: &Case, at: ContainerAt) -> Finding {
    let name = case.name(at);
    let mut finding = RULE.finding([name], format!("{name} is unhealthy: its health check fails"));
    finding.evidence = case.failed_check(at);
    finding.fix = case.mend_check(at);
    finding
}

/// What a container still fails to reach, and nothing that is known stands in
/// the way.
fn failing<'c, 'a>(
    case: &'c Case<'a>,
    at: ContainerAt,
) -> impl Iterator<Item = (&'c Edge<'a>, &'a LogError)> {
    let unexplained = case.edges_from(at).filter(|(_, obstacle)| {
        matches!(obstacle, None | Some(Obstacle::Past | Obstacle::WrongName(_)))
    });
    unexplained.filter_map(move |(edge, _)| {
        let still = edge.logged().find(|error| {
            let telling = match error.kind {
                LogErrorKind::NameNotFound | LogErrorKind::Refused | LogErrorKind::Unreachable => {
                    true
                }
                // What is outside may be slow, or down, for reasons of its own.
                LogErrorKind::Timeout => edge.container().is_some() || is_to_mail_outside(edge),
                // A word of the sentence may be taken for a name, and has no port.
                LogErrorKind::Failed => {
                    edge.container().is_some()
                        || (edge.target == Meaning::NobodysName && edge.port.is_some())
                }
                LogErrorKind::Reset => has_cut(case, edge).is_some(),
                LogErrorKind::InvalidHost | LogErrorKind::Unescaped => false,
            };
            // Who has a connection there by now found the name, and somebody listens.
            let is_over = matches!(error.kind, LogErrorKind::NameNotFound | LogErrorKind::Refused)
                && edge.is_connecting(Progress::Open);
            let complaint = &error.repeated;
            telling && !is_over && case.goes_on(at, complaint) && !case.is_of_start(edge, complaint)
        });
        still.map(|error| (edge, error))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    fn container(name: &str, last: u8) -> Value {
        json!({"name": name, "id": name, "state": "running", "endpoints": [{"network": "n",
            "network_id": "n", "ipv4": format!("10.0.0.{last}"), "aliases": [name]}]})
    }

    #[test]
    fn what_was_said_while_a_server_came_back_does_not_go_on() {
        let found = |last: &str, before: &str, started: &str| {
            let mut db = container("db", 2);
            db["started_at"] = json!(started);
            let snapshot = json!({"schema": "netmap/1",
                "networks": [{"name": "n", "id": "n", "driver": "bridge",
                    "subnets": [{"subnet": "10.0.0.0/24"}]}],
                "containers": [db, container("web", 3)],
                "observations": [
                    {"container": "web", "id": "web", "at": "2026-05-01T10:00:40Z", "log_errors": [
                        {"kind": "refused", "host": "db", "port": 5432, "count": 6,
                         "first": "2026-05-01T10:00:00Z", "last_but_one": before, "last": last}]},
                    {"container": "db", "id": "db", "at": "2026-05-01T10:00:40Z", "listening": [
                        {"protocol": "tcp", "address": "0.0.0.0", "port": 5432}]}]});
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            diagnose(&Map::new(&snapshot), None, only).findings.len()
        };
        let at = |second: u32| format!("2026-05-01T10:00:{second:02}Z");
        // Started at 30, and complained of until 31.
        assert_eq!(found(&at(31), &at(30), &at(30)), 0);
        assert_eq!(found(&at(31), &at(12), &at(30)), 0, "once, at the start");
        assert_eq!(found(&at(39), &at(38), &at(37)), 0, "it may be about to be ready");
        assert_eq!(found(&at(39), &at(38), &at(30)), 1, "it goes on");
        assert_eq!(found(&at(31), &at(24), &at(10)), 1, "long after it was started");
    }

    #[test]
    fn who_is_connected_by_now_found_the_name() {
        let found = |kind: &str, connections: &Value| {
            let snapshot = json!({"schema": "netmap/1",
                "networks": [{"name": "n", "id": "n", "driver": "bridge",
                    "subnets": [{"subnet": "10.0.0.0/24"}]}],
                "containers": [container("db", 2), container("web", 3)],
                "observations": [
                    {"container": "web", "id": "web", "at": "2026-05-01T10:00:40Z",
                     "connections": connections,
                     "log_errors": [again(&json!({"kind": kind, "host": "db", "port": 5432}))]},
                    {"container": "db", "id": "db", "at": "2026-05-01T10:00:40Z", "listening": [
                        {"protocol": "tcp", "address": "0.0.0.0", "port": 5432}]}]});
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            diagnose(&Map::new(&snapshot), None, only).findings.len()
        };
        let open = json!([{"progress": "open", "remote": "10.0.0.2:5432"}]);
        let elsewhere = json!([{"progress": "open", "remote": "10.0.0.9:5432"}]);
        for kind in ["name-not-found", "refused"] {
            assert_eq!(found(kind, &json!([])), 1, "{kind}");
            assert_eq!(found(kind, &elsewhere), 1, "{kind}");
            assert_eq!(found(kind, &open), 0, "{kind}");
        }
        // What drops new connections may leave old ones alone.
        assert_eq!(found("timeout", &open), 1);
    }

    /// What a log repeats up to the moment of looking.
    fn again(of: &Value) -> Value {
        let mut again = json!({"count": 9, "first": "2026-05-01T10:00:00Z",
            "last_but_one": "2026-05-01T10:00:39Z", "last": "2026-05-01T10:00:40Z"});
        again.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
        again
    }

    /// What is found of web and proxy, of which the first says these troubles and
    /// both these errors.
    fn found(troubles: &[Value], of_web: &[Value], of_proxy: &[Value]) -> Vec<String> {
        let all = |said: &[Value]| said.iter().map(again).collect::<Vec<_>>();
        let seen = |name: &str, errors: &[Value], troubles: &[Value]| {
            json!({"container": name, "id": name, "at": "2026-05-01T10:00:40Z",
                "log_errors": all(errors), "log_troubles": all(troubles),
                "listening": [{"address": "0.0.0.0", "port": 3000, "protocol": "tcp"}]})
        };
        let snapshot = json!({
            "schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24"}]}],
            "containers": [container("web", 2), container("proxy", 3)],
            "observations": [seen("web", of_web, troubles), seen("proxy", of_proxy, &[])],
        });
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let diagnosis = diagnose(&Map::new(&snapshot), None, |rule| rule.name == super::RULE.name);
        diagnosis.findings.into_iter().map(|finding| finding.summary).collect()
    }

    #[test]
    fn a_name_of_nobody_and_a_word_of_the_sentence() {
        let failed = |host: &str, port: Option<u16>| {
            found(&[], &[json!({"kind": "failed", "host": host, "port": port})], &[])
        };
        let told = "web fails again and again to reach ide:9003 (connection failed)";
        assert_eq!(failed("ide", Some(9003)), [told]);
        let none: [&str; 0] = [];
        assert_eq!(failed("bus", None), none);
        assert_eq!(failed("ide.example.com", Some(9003)), none, "it may be slow, or down");
    }

    #[test]
    fn a_server_that_serves_some_names_only() {
        let turned = |host: &str| {
            found(&[], &[json!({"kind": "invalid-host", "host": host, "port": 3000})], &[])
        };
        let told = "web says again and again that web is no name under which it serves anybody";
        assert_eq!(turned("web"), [told]);
        // Anybody outside can send such a name, and localhost is its own check's.
        let none: [&str; 0] = [];
        for host in ["shop.example.com", "10.0.0.2", "localhost", "proxy"] {
            assert_eq!(turned(host), none, "{host}");
        }
    }

    #[test]
    fn a_server_that_ends_connections_and_tells_its_own_log_why() {
        let cut = [json!({"kind": "reset", "host": "web", "port": 3000})];
        let barred = [json!({"kind": "barred"})];
        let told = "proxy fails again and again to reach web:3000 (connection cut)";
        assert_eq!(found(&barred, &[], &cut), [told]);
        let none: [&str; 0] = [];
        assert_eq!(found(&[], &[], &cut), none);
        assert_eq!(found(&[json!({"kind": "other"})], &[], &cut), none);
        assert_eq!(found(&barred, &[], &[]), none, "that may be anybody");
    }

    #[test]
    fn a_server_that_is_spoken_to_in_another_protocol() {
        let trouble = [json!({"kind": "protocol"})];
        let cut = [json!({"kind": "reset", "host": "10.0.0.2", "port": 3000})];
        let told = "web does not understand the protocol of who dials it: proxy";
        assert_eq!(found(&trouble, &[], &cut), [told]);
        let none: [&str; 0] = [];
        // Nobody here is known to dial it: that may be anybody who tries doors.
        assert_eq!(found(&trouble, &[], &[]), none);
        assert_eq!(found(&[], &[], &cut), none);
    }
}
