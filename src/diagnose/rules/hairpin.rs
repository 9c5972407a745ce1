//! Out to the host and back in.

use super::startup_race::says_it_got_through;
use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, owned};
use crate::model::words::few;
use crate::model::{Evidence, LogError, MachineMatter, Progress, Severity};

/// See `netmap explain hairpin`.
pub const RULE: Rule = Rule {
    name: "hairpin",
    severity: Severity::Error,
    summary: "a container dials a neighbour by way of the host and a published port",
    meaning: "A container that dials the host's address and a port published there goes out of its \
        network and back into another. Engines, firewalls and rootless setups differ in whether that \
        works; between neighbours there is no need for it.",
    seen: "The host's address, or host.docker.internal, is dialled with a port that another container \
        has published.",
    example: "`connect ETIMEDOUT 192.168.1.10:8080` from a container, while the browser gets there",
    fix: "Use the neighbour's name and its container port, on a network that both are on.",
    mistaken_for: "A firewall on the host. Where nothing failed yet, netmap says so at severity info.",
    needs: &[Sight::Logs],
    judge,
};

/// Whether all that shows a failure is what the log said before it said that the client
/// is connected: a firewall that was in the way is gone.
fn is_over(case: &Case, edge: &Edge) -> bool {
    let is_past = |error: &LogError| {
        let last = error.repeated.last;
        case.is_overdue(edge.from, &error.repeated)
            && last.is_some_and(|last| says_it_got_through(case, edge, last))
    };
    let fails_now = edge.tried().next().is_some()
        || edge.is_connecting(Progress::Trying)
        || edge.measured().any(|(outcome, _)| outcome.got_through() == Some(false));
    !fails_now && edge.logged().all(is_past)
}

fn judge(case: &Case) -> Judgement {
    // Measured on Docker 20.10 and 28 and on Podman: from an internal network
    // nothing comes back in by a published port.
    let severity = |edge: &Edge, unknown: bool| {
        let fails = edge.evidently_fails() && !is_over(case, edge);
        if fails || case.is_internal_only(edge.from) {
            Severity::Error
        } else if unknown {
            Severity::Warning
        } else {
            Severity::Info
        }
    };
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::Hairpin { peer, port, unknown } => {
            Some((*peer, *port, severity(edge, *unknown), *unknown))
        }
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((peer, inside, severity, unknown), edges)| {
        let (name, clients) = (case.name(peer), case.clients(&edges));
        let verb = if clients.len() == 1 { "dials" } else { "dial" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {verb} {name} by way of the host", few(&clients)),
        );
        finding.severity = severity;
        finding.evidence = case.signs(&edges);
        if unknown {
            let (host, port) = (edges[0].host.to_string(), edges[0].port);
            let matter = MachineMatter::NameUnknown;
            finding.evidence.push(Evidence::OnMachine { host, port, matter });
        }
        finding.evidence.push(Evidence::LeadsTo {
            host_port: edges[0].port.unwrap_or(inside),
            container: name.to_owned(),
            port: inside,
        });
        for edge in edges.iter().filter(|edge| case.is_internal_only(edge.from)) {
            let networks = owned(&case.network_names(edge.from));
            finding.evidence.push(Evidence::NoWayOut { networks });
        }
        finding.evidence.dedup();
        finding.fix = case.go_directly(peer, inside, &edges);
        finding
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::{Severity, Snapshot};

    #[test]
    fn what_a_client_has_got_past_is_no_failure_any_more() {
        let found = |looked: &str, more: Value| {
            let mut seen = json!({"container": "web", "id": "web", "at": looked, "log_errors": [
                {"kind": "unreachable", "host": "192.168.1.10", "port": 8080, "count": 10,
                    "first": "2026-05-01T10:00:00Z", "last": "2026-05-01T10:00:09Z"}]});
            seen.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let on = |network: &str, ip: &str| json!([{"network": network, "network_id": network, "ipv4": ip}]);
            let snapshot = json!({
                "schema": "netmap/1",
                "host": {"addresses": ["192.168.1.10"]},
                "networks": [
                    {"name": "a", "id": "a", "driver": "bridge",
                        "subnets": [{"subnet": "10.0.0.0/24"}]},
                    {"name": "b", "id": "b", "driver": "bridge",
                        "subnets": [{"subnet": "10.1.0.0/24"}]}],
                "containers": [
                    {"name": "web", "id": "web", "state": "running", "endpoints": on("a", "10.0.0.2")},
                    {"name": "api", "id": "api", "state": "running", "endpoints": on("b", "10.1.0.2"),
                        "published": [{"port": 80, "host_ip": "0.0.0.0", "host_port": 8080}]}],
                "observations": [seen, {"container": "api", "id": "api", "listening": [
                    {"protocol": "tcp", "address": "0.0.0.0", "port": 80}]}],
            });
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let diagnosis = diagnose(&Map::new(&snapshot), None, only);
            diagnosis.findings.iter().map(|finding| finding.severity).collect::<Vec<_>>()
        };
        let connected = || json!({"log_connected": "2026-05-01T10:00:11Z"});
        let trying = json!({"log_connected": "2026-05-01T10:00:11Z", "connections": [
            {"remote": "192.168.1.10:8080", "progress": "trying"}]});
        let (soon, later) = ("2026-05-01T10:00:12Z", "2026-05-01T10:00:40Z");
        assert_eq!(found(later, connected()), [Severity::Info]);
        assert_eq!(found(soon, connected()), [Severity::Error], "the next may be due yet");
        assert_eq!(found(later, json!({})), [Severity::Error], "it may have given up");
        assert_eq!(found(later, trying), [Severity::Error]);
    }
}
