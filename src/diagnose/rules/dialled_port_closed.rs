//! The right container, the wrong port.

use crate::diagnose::{Case, Edge, Judgement, Listens, Obstacle, Rule, Served, Sight, advise};
use crate::model::words::few;
use crate::model::{Change, ContainerAt, Evidence, Finding, Health, Severity};

/// See `netmap explain dialled-port-closed`.
pub const RULE: Rule = Rule {
    name: "dialled-port-closed",
    severity: Severity::Error,
    summary: "a container dials a port of another one on which nothing listens",
    meaning: "Name and network are right, and the other container is there; but it listens on \
        another port, or its server has not come up.",
    seen: "The socket table of the container that is dialled lacks the port. So it does with the port \
        by which a proxy is to serve it, as its labels (Traefik's) say.",
    example: "`connect ECONNREFUSED 172.18.0.3:80`; `Bad Gateway` from a proxy",
    fix: "Dial the port that the server listens on; where it listens on none, its log says why.",
    mistaken_for: "A port as published on the host (host-port-between-containers), or a server that \
        listens on loopback only (loopback-bind).",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| {
        let Obstacle::NobodyListens(open) = obstacle else { return None };
        let (to, port) = (edge.container()?, edge.port);
        // Reported together with the port of the host that leads there.
        let mut published = case.container(to).published.iter();
        let published = published.any(|p| port.is_none_or(|port| p.port == port));
        // Reported with what it waits for, or with the one that would listen.
        let lost = port.and_then(|port| case.lost_listener(to, port));
        let explained = case.is_held_up(to) || lost.is_some();
        (!published && !explained).then(|| (to, port, open.clone()))
    });
    let of_copies = case.obstructed(|edge, obstacle| {
        let Obstacle::Ambiguous(_) = obstacle else { return None };
        let (_, silent) = case.silent_copies(edge)?;
        let of_service = |at: &ContainerAt| case.container(*at).compose.service.is_some();
        silent.iter().all(of_service).then_some((edge.port?, silent))
    });
    let of_copies = of_copies
        .into_iter()
        .map(|((port, silent), edges)| of_replicas(case, port, &silent, &edges));
    Judgement::of(of_labels(case).chain(of_copies).chain(groups.into_iter().map(
        |((to, port, open), edges)| {
            let (name, clients) = (case.name(to), case.clients(&edges));
            let verb = if clients.len() == 1 { "dials" } else { "dial" };
            let what = match port {
                Some(port) => format!("port {port} of {name}"),
                None => name.to_owned(),
            };
            let mut finding = RULE.finding(
                clients.iter().copied().chain([name]),
                format!("{} {verb} {what}, where nothing listens", few(&clients)),
            );
            finding.evidence = case.signs(&edges);
            finding.evidence.extend(case.refusal_by_nobody(&edges));
            let (container, ports) = (name.to_owned(), open.clone());
            finding.evidence.push(Evidence::OpenPorts { container, ports, besides: false });
            let listeners = case.may_listen(to, port);
            finding.fix = match open.as_slice() {
                [only] => case.redial_each(&edges, |edge| (case.name_for(edge, to), Some(*only))),
                [] => {
                    finding.evidence.extend(case.sharing(&listeners));
                    case.why_deaf(&listeners)
                }
                several => {
                    let ports: Vec<String> = several.iter().map(u16::to_string).collect();
                    let clients = few(&case.all_called(&edges));
                    vec![advise(format!("let {clients} use one of the ports {}", few(&ports)))]
                }
            };
            finding
        },
    )))
}

/// What says by labels on which port a proxy is to serve it, and does not listen there.
fn of_labels<'c>(case: &'c Case) -> impl Iterator<Item = Finding> + 'c {
    let silent = case.served_by_labels().into_iter().filter(|served| {
        case.container(served.at).health != Some(Health::Starting)
            && !case.is_held_up(served.at)
            && case.listens(served.at, served.port, None) == Some(Listens::Not)
    });
    silent.map(|served| of_label(case, &served))
}

fn of_label(case: &Case, served: &Served) -> Finding {
    let Served { at, by, label: key, port } = *served;
    let (name, by) = (case.name(at), case.name(by));
    let mut finding = RULE.finding(
        [by, name],
        format!("{by} is to serve {name} by its port {port}, where nothing listens"),
    );
    let (container, label) = (name.to_owned(), key.to_owned());
    finding.evidence.push(Evidence::Labelled { container, label, value: port.to_string() });
    let (container, ports) = (name.to_owned(), case.open_ports(at));
    finding.fix = match ports.as_slice() {
        [only] => {
            let change = Change::Label { key: key.to_owned(), value: only.to_string() };
            case.recreate(at, vec![change])
        }
        [] => case.why_deaf(&case.may_listen(at, Some(port))),
        several => {
            let ports: Vec<String> = several.iter().map(u16::to_string).collect();
            let called = case.called(at);
            vec![advise(format!("let the label {key} of {called} be one of {}", few(&ports)))]
        }
    };
    finding.evidence.push(Evidence::OpenPorts { container, ports, besides: false });
    finding
}

/// Replicas of a service that do not listen where the others do: the name leads to one
/// or the other.
fn of_replicas(case: &Case, port: u16, silent: &[ContainerAt], edges: &[&Edge]) -> Finding {
    let (names, clients) = (case.names_of(silent.iter().copied()), case.clients(edges));
    let (verb, is) = (if clients.len() == 1 { "is" } else { "are" }, few(&names));
    let mut finding = RULE.finding(
        clients.iter().copied().chain(names.iter().copied()),
        format!(
            "Nothing in {is} listens on {port}, and {} {verb} sent there by turns",
            few(&clients)
        ),
    );
    finding.evidence = case.signs(edges);
    for at in silent {
        let (container, ports) = (case.name(*at).to_owned(), case.open_ports(*at));
        finding.evidence.push(Evidence::OpenPorts { container, ports, besides: false });
    }
    let text = "Other replicas of the service answer by the same name";
    finding.evidence.push(Evidence::Remark { text });
    finding.fix = silent.iter().map(|at| case.logs(*at)).collect();
    finding.fix.push(advise("then fix what keeps that replica from listening"));
    finding
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    /// What is found of web, which a proxy is to serve by a port.
    fn found(proxy: &str, on: &str, more: &Value, open: &[u16]) -> Vec<String> {
        let container = |name: &str, image: &str, network: &str, last: u8| {
            json!({"name": name, "id": name, "image": image, "state": "running", "endpoints": [
                {"network": network, "network_id": network, "ipv4": format!("10.0.0.{last}")}]})
        };
        let mut web = container("web", "web:1", "n", 2);
        web["labels"] = json!({"traefik.http.services.w.loadbalancer.server.port": "8080"});
        web["labels"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let sockets: Vec<Value> = open
            .iter()
            .map(|port| json!({"address": "0.0.0.0", "port": port, "protocol": "tcp"}))
            .collect();
        let network = |name: &str, subnet: &str| json!({"name": name, "id": name, "driver": "bridge", "subnets": [{"subnet": subnet}]});
        let snapshot = json!({"schema": "netmap/1",
            "networks": [network("n", "10.0.0.0/24"), network("m", "10.1.0.0/24")],
            "containers": [web, container("proxy", proxy, on, 3)],
            "observations": [{"container": "web", "id": "web", "at": "2026-05-01T10:00:40Z",
                "listening": sockets}]});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
        let findings = diagnose(&Map::new(&snapshot), None, only).findings;
        findings.into_iter().map(|finding| finding.summary).collect()
    }

    #[test]
    fn a_label_with_a_port_on_which_nothing_listens() {
        let ok = json!({});
        let told = ["proxy is to serve web by its port 8080, where nothing listens"];
        assert_eq!(found("traefik:v3", "n", &ok, &[80]), told);
        assert_eq!(found("traefik:v3", "n", &ok, &[]), told);
        let none: [&str; 0] = [];
        assert_eq!(found("traefik:v3", "n", &ok, &[80, 8080]), none);
        assert_eq!(found("nginx:1", "n", &ok, &[80]), none, "it reads no labels");
        assert_eq!(found("traefik:v3", "m", &ok, &[80]), none, "it is elsewhere");
        let off = json!({"traefik.enable": "false"});
        assert_eq!(found("traefik:v3", "n", &off, &[80]), none);
    }

    #[test]
    fn where_nothing_listens_at_all_whichever_port_was_dialled_is_closed() {
        let found = |kind: &str, listening: &Value| {
            let container = |name: &str, last: u8| {
                json!({"name": name, "id": name, "state": "running", "endpoints": [{"network": "n",
                    "network_id": "n", "ipv4": format!("10.0.0.{last}"), "aliases": [name]}]})
            };
            let snapshot = json!({"schema": "netmap/1",
                "networks": [{"name": "n", "id": "n", "driver": "bridge",
                    "subnets": [{"subnet": "10.0.0.0/24"}]}],
                "containers": [container("db", 2), container("web", 3)],
                "observations": [
                    {"container": "web", "id": "web", "at": "2026-05-01T10:00:40Z", "log_errors": [
                        {"kind": kind, "host": "db", "count": 9, "first": "2026-05-01T10:00:00Z",
                         "last": "2026-05-01T10:00:39Z"}]},
                    {"container": "db", "id": "db", "at": "2026-05-01T10:00:40Z",
                     "listening": listening}]});
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let findings = diagnose(&Map::new(&snapshot), None, only).findings;
            findings.into_iter().map(|finding| finding.summary).collect::<Vec<_>>()
        };
        let told = ["web dials db, where nothing listens"];
        assert_eq!(found("refused", &json!([])), told);
        assert_eq!(found("failed", &json!([])), told);
        let none: [&str; 0] = [];
        assert_eq!(found("reset", &json!([])), none, "somebody was there");
        assert_eq!(found("failed", &Value::Null), none, "nobody could look");
        let one = json!([{"address": "0.0.0.0", "port": 33060, "protocol": "tcp"}]);
        assert_eq!(found("failed", &one), none, "it may be that one");
    }
}
