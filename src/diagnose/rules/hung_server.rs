//! A server that listens, and whose program takes no connection.

use std::collections::BTreeMap;

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, advise};
use crate::model::words::either;
use crate::model::{Backlog, ContainerAt, Evidence, Finding, Part, Severity};
use crate::order::OrderBy;

/// See `netmap explain hung-server`.
pub const RULE: Rule = Rule {
    name: "hung-server",
    severity: Severity::Error,
    summary: "a server listens, and its program takes no connection",
    meaning: "The kernel completes connections to a port on which a program listens, and keeps them \
        until the program takes them. A program that hangs takes none: pings are answered, connections \
        open, and then nothing comes.",
    seen: "Connections wait at a port of the container, and for three seconds no program takes one of \
        them. That clients have ended some meanwhile makes it an error; else the server may only be slow.",
    example: "`read timeout`, `504 Gateway Timeout`, `context deadline exceeded`, and `nc -z` says that the port \
        is open",
    fix: "Its log may say what it waits for; `docker top NAME` shows whether it is stopped (T), waits for a \
        disk (D) or keeps a processor busy (R). `docker restart NAME` helps until it hangs again.",
    mistaken_for: "A firewall that drops packets: then connections do not even open. A server that is \
        paused (target-down).",
    needs: &[Sight::Sockets],
    judge,
};

/// Of those that share a network and may be the one, as many are looked at.
const MOST_LISTENERS: usize = 4;

fn judge(case: &Case) -> Judgement {
    let dialled: BTreeMap<(ContainerAt, u16), Vec<&Edge>> =
        case.obstructed(|edge, obstacle| match obstacle {
            Obstacle::Hung { port, .. } => Some((stack(case, edge.container()?), *port)),
            _ => None,
        });
    let stacks = case.containers().filter(|at| stack(case, *at) == *at);
    let mut judgement = Judgement::of(stacks.flat_map(|at| {
        let dialled = &dialled;
        case.backlog(at).iter().map(move |backlog| {
            let edges = dialled.get(&(at, backlog.port)).map_or(&[][..], Vec::as_slice);
            finding(case, at, backlog, edges)
        })
    }));
    // Whose sockets were seen, and then not again.
    let unsure = |at: ContainerAt| {
        let seen = case.seen(at).filter(|seen| seen.listening.is_some())?;
        let note = seen.unseen.iter().find(|note| note.part == Part::Inside)?;
        Some(format!("{}: {}", case.name(at), note.why))
    };
    judgement.not_looked.extend(case.containers().filter_map(unsure));
    judgement
}

fn stack(case: &Case, at: ContainerAt) -> ContainerAt {
    case.map.stack(at).unwrap_or(at)
}

fn finding(case: &Case, at: ContainerAt, backlog: &Backlog, edges: &[&Edge]) -> Finding {
    let port = backlog.port;
    let listeners = case.may_listen(at, Some(port));
    let names = case.names_of(listeners.iter().copied());
    let name = either(&names);
    let is_certain = backlog.given_up > 0;
    let mut clients: Vec<ContainerAt> = clients(case, at, backlog).collect();
    clients.extend(edges.iter().map(|edge| edge.from));
    clients.order();
    clients.dedup();
    let clients = case.names_of(clients.into_iter().filter(|client| !listeners.contains(client)));
    let mut finding = RULE.finding(
        names.iter().chain(&clients).copied(),
        match is_certain {
            true => format!("{name} listens on {port}, and takes no connection there"),
            false => format!("{name} is slow to take connections on {port}, or hangs"),
        },
    );
    if !is_certain {
        finding.severity = Severity::Warning;
    }
    finding.evidence = case.signs(edges);
    finding.evidence.push(Evidence::Waiting {
        container: name,
        backlog: backlog.clone(),
        clients: clients.iter().map(|client| (*client).to_owned()).collect(),
    });
    finding.evidence.extend(case.sharing(&listeners));
    for at in listeners.iter().take(MOST_LISTENERS) {
        finding.evidence.extend(case.last_words(*at));
        finding.fix.extend([case.logs(*at), case.look(&["top"], *at)]);
    }
    finding.fix.push(advise(
        "then see to what keeps it: a lock, a debugger, a disk, too many open files or threads",
    ));
    if let [only] = listeners[..] {
        finding.fix.push(case.restart(only));
    }
    finding
}

/// The containers at the other ends of what waits.
fn clients<'c>(
    case: &'c Case,
    at: ContainerAt,
    backlog: &'c Backlog,
) -> impl Iterator<Item = ContainerAt> + 'c {
    let addresses = backlog.clients.iter();
    addresses.filter_map(move |address| Some(case.map.owner_of(at, *address)?.0))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::{Severity, Snapshot, Unread};

    fn snapshot(state: &str, backlog: &Value, dialled: &str) -> Snapshot {
        let container = |name: &str, address: &str, state: &str, refers: &Value| {
            json!({"name": name, "id": name, "state": state, "references": refers,
                "endpoints": [{"network": "n", "network_id": "n", "ipv4": address}]})
        };
        let dials =
            json!([{"variable": "API", "origin": "environment", "host": dialled, "port": 8080}]);
        let socket = json!([{"protocol": "tcp", "address": "::", "port": 8080}]);
        let snapshot = json!({
            "schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24"}]}],
            "containers": [
                container("api", "10.0.0.2", state, &json!([])),
                container("web", "10.0.0.3", "running", &dials),
            ],
            "observations": [
                {"container": "api", "id": "api", "listening": socket, "backlog": backlog},
                {"container": "web", "id": "web", "at": "2026-05-01T10:02:00Z",
                    "log_errors": [{"kind": "timeout", "host": dialled, "port": 8080, "count": 9,
                        "first": "2026-05-01T10:00:00Z", "last": "2026-05-01T10:01:58Z"}]},
            ],
        });
        Snapshot::read(snapshot.to_string().as_bytes()).expect("a snapshot")
    }

    #[test]
    fn what_was_seen_only_once_is_said_to_be_unknown() {
        let why = "they went away";
        let is_told = |snapshot: &Snapshot| {
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let diagnosis = diagnose(&Map::new(snapshot), None, only);
            assert!(diagnosis.findings.is_empty());
            format!("{:?}", diagnosis.not_looked).contains(why)
        };
        let mut once = snapshot("running", &json!([]), "api");
        assert!(!is_told(&once));
        once.observations[0].unseen.push(Unread::inside(why));
        assert!(is_told(&once));
    }

    fn found(backlog: &Value, dialled: &str) -> Vec<(&'static str, Severity, String)> {
        let snapshot = snapshot("running", backlog, dialled);
        let findings = diagnose(&Map::new(&snapshot), None, |_| true).findings;
        findings.into_iter().map(|f| (f.rule, f.severity, f.subjects.join(" "))).collect()
    }

    #[test]
    fn what_waits_in_vain_explains_what_gets_no_answer() {
        let waits = |given_up: usize| json!([{"port": 8080, "waiting": 2, "given_up": given_up, "clients": ["10.0.0.3"]}]);
        let hung = |severity| vec![("hung-server", severity, "api web".to_owned())];
        assert_eq!(found(&waits(1), "api"), hung(Severity::Error));
        assert_eq!(found(&waits(0), "api"), hung(Severity::Warning));
        // Without it nobody knows why.
        assert_eq!(found(&json!([]), "api")[0].0, "unexplained-failure");
    }

    #[test]
    fn nobody_need_be_known_to_dial_it() {
        let waits = json!([{"port": 8080, "waiting": 1, "given_up": 1, "clients": ["192.0.2.1"]}]);
        let found = found(&waits, "example.com");
        let hung = ("hung-server", Severity::Error, "api".to_owned());
        assert!(found.contains(&hung), "{found:?}");
    }
}
