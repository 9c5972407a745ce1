//! The other end does not run.

use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight};
use crate::model::words::few;
use crate::model::{ContainerAt, Severity, Step};

/// See `netmap explain target-down`.
pub const RULE: Rule = Rule {
    name: "target-down",
    severity: Severity::Error,
    summary: "a container that others need does not run, or is not healthy",
    meaning: "A container that has ended keeps neither its name nor its address: to the others it \
        is as if it had never been there, and they complain that they do not know the name.",
    seen: "A container names another one, and that one has exited, is restarting, paused or dead, \
        was ended for want of memory, or fails its health check.",
    example: "`bad address 'db'`, `getaddrinfo EAI_AGAIN db` – only since db ended",
    fix: "`docker logs NAME` says why it ended, `docker start NAME` starts it again.",
    mistaken_for: "A wrong name: an ended container and a name that never was look the same from \
        inside.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::Down => edge.container().map(|to| (to, false)),
        Obstacle::Unhealthy => edge.container().map(|to| (to, true)),
        _ => None,
    });
    let is_explained = |to: ContainerAt, unhealthy: bool| match unhealthy {
        true => case.is_unhealthy_for_another(to),
        false => case.is_explained(to),
    };
    let reported = groups.into_iter().filter(|((to, unhealthy), _)| !is_explained(*to, *unhealthy));
    Judgement::of(reported.map(|((to, unhealthy), edges)| {
        let (name, clients) = (case.name(to), case.clients(&edges));
        let verb = if clients.len() == 1 { "needs" } else { "need" };
        let (state, fix) = if unhealthy { unwell(case, to) } else { down(case, to) };
        let mut finding = RULE.finding(
            [name].into_iter().chain(clients.iter().copied()),
            format!("{name} {state}, and {} {verb} it", few(&clients)),
        );
        if unhealthy {
            finding.severity = Severity::Warning;
        }
        finding.evidence = case.signs(&edges);
        if unhealthy {
            finding.evidence.extend(case.failed_check(to));
        } else {
            finding.evidence.extend(case.last_words(to));
            finding.evidence.extend(case.who_has_its_port(to));
        }
        finding.fix = fix;
        finding
    }))
}

fn unwell(case: &Case, at: ContainerAt) -> (String, Vec<Step>) {
    ("fails its health check".to_owned(), case.mend_check(at))
}

fn down(case: &Case, at: ContainerAt) -> (String, Vec<Step>) {
    (case.state_of(at), case.bring_up(at))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::{Action, Snapshot};

    #[test]
    fn what_cannot_have_its_port_is_not_to_be_started() {
        let is_to_be_started = |listening: &Value| {
            let snapshot = json!({"schema": "netmap/1", "host": {"listening": listening},
                "networks": [{"name": "n", "id": "n", "driver": "bridge",
                    "subnets": [{"subnet": "10.0.0.0/24"}]}],
                "containers": [
                    {"name": "db", "id": "db", "state": "created",
                     "requested": [{"port": 5432, "protocol": "tcp", "host_port": "5432"}],
                     "endpoints": [{"network": "n", "network_id": "n", "aliases": ["db"]}]},
                    {"name": "web", "id": "web", "state": "running",
                     "endpoints": [{"network": "n", "network_id": "n", "ipv4": "10.0.0.3"}]}],
                "observations": [{"container": "web", "id": "web", "at": "2026-05-01T10:02:00Z",
                    "log_errors": [{"kind": "name-not-found", "host": "db", "port": 5432,
                        "count": 9, "first": "2026-05-01T10:00:00Z",
                        "last": "2026-05-01T10:01:58Z"}]}]});
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let finding = diagnose(&Map::new(&snapshot), None, only).findings.remove(0);
            finding.fix.iter().any(|step| matches!(step.action, Action::Start { .. }))
        };
        let socket = |port: u16| json!([{"protocol": "tcp", "address": "0.0.0.0", "port": port}]);
        assert!(!is_to_be_started(&socket(5432)));
        assert!(is_to_be_started(&socket(5433)));
    }
}
