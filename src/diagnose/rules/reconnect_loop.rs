//! A client that dials again and again, and gets nothing.

use std::collections::BTreeMap;

use crate::diagnose::cures::cure;
use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{ContainerAt, Finding, FlowOutcome, Severity, State};

/// See `netmap explain reconnect-loop`.
pub const RULE: Rule = Rule {
    name: "reconnect-loop",
    severity: Severity::Warning,
    summary: "a container was seen to dial again and again, and to get nothing",
    meaning: "A server that takes connections and ends them without a word has a reason of its own: it \
        wants TLS and is spoken to without, or the other way round; it lets in nobody from there; it has \
        no room for more; or it hands on to another one that is away. The client sees an empty answer, \
        tries again, and often logs nothing that tells why.",
    seen: "With `--flows`: within the time that netmap listened, a container dialled a port three times \
        or more, and nobody answered, or the other end took most of the connections and ended them \
        before it had sent a single byte; and no other rule explains it.",
    example: "`connection reset by peer`, `unexpected EOF` or `empty reply from server` once a second, and a \
        server that runs, listens and answers pings",
    fix: "Look at the log of the server: it knows why it hangs up.",
    mistaken_for: "Many short connections that carry something, which are requests, and checks that \
        connect and hang up themselves: netmap tells who ended a connection, and who had said something.",
    needs: &[Sight::Wire],
    judge,
};

/// What clients come to at one place: where it is, and whether it was answered.
type Place = (Option<ContainerAt>, String, bool);

fn judge(case: &Case) -> Judgement {
    let mut places: BTreeMap<Place, Vec<&Edge>> = BTreeMap::new();
    for (edge, obstacle) in case.edges() {
        let runs = case.container(edge.from).state == State::Running;
        let unexplained = matches!(obstacle, None | Some(Obstacle::Past));
        if let Some(flow) = edge.tried().next().filter(|_| runs && unexplained) {
            let place = (edge.container(), edge.dialled(), flow.outcome.is_answered());
            places.entry(place).or_default().push(edge);
        }
    }
    let mut judgement = Judgement::of(places.into_iter().map(|((to, dialled, is_cut), edges)| {
        let clients = case.clients(&edges);
        let server = to.map(|to| case.name(to));
        let (who, called) = (few(&clients), server.unwrap_or(&dialled));
        let summary = match (is_cut, edges[0].tried().next().map(|flow| flow.outcome)) {
            (true, _) => {
                format!("{called} takes the connections of {who} and ends them without a word")
            }
            (_, Some(FlowOutcome::Refused)) => {
                format!("{dialled} refuses {who}, again and again")
            }
            _ => format!("{dialled} does not answer {who}, again and again"),
        };
        let mut finding = RULE.finding(clients.iter().copied().chain(server), summary);
        finding.evidence = case.signs(&edges);
        add_fix(case, to, &edges, is_cut, &mut finding);
        finding
    }));
    let notes = case.map.snapshot().flows.iter().flat_map(|flows| &flows.not_looked);
    judgement.not_looked = notes.map(|note| format!("{}: {}", note.what, note.why)).collect();
    judgement
}

fn add_fix(
    case: &Case,
    to: Option<ContainerAt>,
    edges: &[&Edge],
    is_cut: bool,
    finding: &mut Finding,
) {
    // Who hangs up tells why.
    let teller = to.filter(|_| is_cut).unwrap_or(edges[0].from);
    finding.fix.push(case.logs(teller));
    let client = case.called(edges[0].from);
    let reason = to.filter(|_| is_cut).and_then(|to| case.turning_away(to));
    if let Some((kind, evidence)) = reason {
        finding.evidence.push(evidence);
        finding.fix.push(advise(cure(case, edges[0].from, kind, edges)));
        return;
    }
    finding.fix.push(advise(match (is_cut, to) {
        (true, _) => format!(
            "then compare what {client} speaks with what is expected there: TLS or none, the protocol, \
             who may connect, how many may, and whether a server behind it is away"
        ),
        (false, Some(_)) => {
            let dialled = edges[0].dialled();
            format!("then look for what drops its packets: netmap why {client} {dialled}")
        }
        (false, None) => format!(
            "then look at what {client} is told to dial, and whether that is up and lets it in"
        ),
    }));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    /// What is found where web was seen to do this for half a minute, beside db,
    /// which listens.
    fn found(flows: &[Value]) -> Vec<String> {
        let container = |name: &str, address: &str| {
            json!({"name": name, "id": name, "state": "running", "endpoints": [
                {"network": "n", "network_id": "n", "ipv4": address, "aliases": [name]}]})
        };
        let seen = |name: &str, ports: &[u16]| {
            let listening = ports
                .iter()
                .map(|port| json!({"protocol": "tcp", "address": "0.0.0.0", "port": port}));
            json!({"container": name, "id": name, "listening": listening.collect::<Vec<_>>()})
        };
        let snapshot = json!({
            "schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24"}]}],
            "containers": [container("db", "10.0.0.2"), container("web", "10.0.0.3")],
            "observations": [seen("db", &[5432]), seen("web", &[])],
            "flows": {"began": "2026-05-01T10:00:00Z", "window_ms": 30_000, "flows": flows},
        });
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let diagnosis = diagnose(&Map::new(&snapshot), None, |rule| rule.name == super::RULE.name);
        diagnosis.findings.into_iter().map(|finding| finding.summary).collect()
    }

    fn to_db(outcome: &str, connections: u64, more: &Value) -> Value {
        flow(&json!({"kind": "container", "name": "db"}), outcome, connections, more)
    }

    fn to_outside(outcome: &str, connections: u64, more: &Value) -> Value {
        flow(&json!({"kind": "outside", "address": "203.0.113.9"}), outcome, connections, more)
    }

    fn flow(server: &Value, outcome: &str, connections: u64, more: &Value) -> Value {
        let mut flow = json!({
            "client": {"kind": "container", "name": "web"}, "server": server, "network": "n",
            "protocol": "tcp", "port": 5432, "outcome": outcome, "connections": connections,
            "first_seen": "2026-05-01T10:00:01Z", "last_seen": "2026-05-01T10:00:20Z",
            "basis": ["event"],
        });
        flow.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        flow
    }

    #[test]
    fn who_dials_in_vain_is_found_and_who_is_served_is_not() {
        let nothing = json!({});
        let cut = json!({"ended": 12, "cut": 12});
        let hangs_up = "db takes the connections of web and ends them without a word";
        assert_eq!(found(&[to_db("closed", 90, &cut)]), [hangs_up]);
        assert_eq!(
            found(&[to_db("unanswered", 3, &nothing)]),
            ["10.0.0.2:5432 does not answer web, again and again"]
        );
        assert_eq!(
            found(&[to_outside("refused", 3, &nothing)]),
            ["203.0.113.9:5432 refuses web, again and again"]
        );
        let fine = [
            // Requests, twenty a second.
            to_db("closed", 600, &json!({"ended": 600})),
            // A few that were cut as the server was started again.
            to_db("closed", 600, &json!({"ended": 600, "cut": 9})),
            // One that lasts, beside others for which there was no room.
            to_db("established", 9, &json!({"ended": 8, "cut": 8, "open": 1})),
            to_db("closed", 2, &json!({"ended": 2, "cut": 2})),
            to_outside("unanswered", 2, &nothing),
            // Before anybody listened.
            to_outside("refused", 9, &json!({"last_seen": "2026-05-01T09:59:59Z"})),
            to_outside("unanswered", 9, &json!({"protocol": "udp"})),
        ];
        for flow in fine {
            assert_eq!(found(std::slice::from_ref(&flow)), [""; 0], "{flow}");
        }
        // It was refused for a moment, and answered then.
        let (refused, then) = (to_db("refused", 5, &nothing), to_db("closed", 5, &nothing));
        assert_eq!(found(&[refused, then]), [""; 0]);
    }
}
