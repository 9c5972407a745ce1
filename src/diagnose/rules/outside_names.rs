//! Names outside that do not resolve.

use std::collections::{BTreeMap, BTreeSet};

use super::startup_race::SILENT_SINCE;
use crate::diagnose::{Case, Edge, Judgement, Meaning, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, LogError, LogErrorKind, Severity, State};
use crate::order::Ordered;

/// See `netmap explain outside-names`.
pub const RULE: Rule = Rule {
    name: "outside-names",
    severity: Severity::Error,
    summary: "names outside do not resolve in a container, while those of its peers do",
    meaning: "Docker's resolver answers for containers itself and asks the host's name servers for \
        everything else. When those cannot be reached from the container, only peers have names.",
    seen: "The log says that a name with dots was not found, the container has a way out, and no \
        peer's name failed. Where its name server is a container, what is wrong with that is told. \
        Where a name server has answered that there is no such name, and other names outside do not \
        fail, it is the name that is told of. What was said again and again, and is not any more, is \
        good to know.",
    example: "`getaddrinfo EAI_AGAIN api.example.com` while `db` resolves",
    fix: "Give it name servers that it can reach: `--dns 9.9.9.9`, or `\"dns\"` in the engine's \
        daemon.json.",
    mistaken_for: "A container without a way out (internal-only).",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = failing(case);
    Judgement::of(groups.into_iter().map(|(from, edges)| finding(case, from, &edges)))
}

/// The containers that are the name servers of others and are told of as such, each with
/// its port for that.
pub fn blamed(case: &Case) -> Vec<(ContainerAt, u16)> {
    let failing = failing(case).into_iter().filter(|(_, edges)| !is_answered(edges));
    let servers = failing.filter_map(|(from, _)| case.failing_name_server(from));
    servers.map(|server| (server.at, server.port)).collect()
}

/// Who does not get at names outside, with the names.
fn failing<'c, 'a>(case: &'c Case<'a>) -> BTreeMap<ContainerAt, Vec<&'c Edge<'a>>> {
    let mut groups: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
    let mut peers_fail = BTreeSet::new();
    for (edge, obstacle) in case.edges() {
        if !edge.fails_as(LogErrorKind::NameNotFound) {
            continue;
        }
        match edge.target {
            Meaning::Outside
                if !matches!(
                    obstacle,
                    Some(
                        Obstacle::NoWayOut
                            | Obstacle::KeptIn(_)
                            | Obstacle::BelowName(_)
                            | Obstacle::AboveName(_)
                    )
                ) =>
            {
                groups.entry(edge.from).or_default().push(edge);
            }
            Meaning::Named(_) => {
                peers_fail.insert(edge.from);
            }
            _ => {}
        }
    }
    groups.retain(|from, _| !peers_fail.contains(from));
    groups
}

/// Whether name servers have said of the names that there are none, and it is theirs to say.
fn is_answered(edges: &[&Edge]) -> bool {
    let hosts: BTreeSet<&str> = edges.iter().map(|edge| &*edge.host).into_set();
    let is_denied = |edge: &&Edge| edge.logged().any(|error| error.denied);
    edges.iter().all(is_denied) && hosts.len() < TOO_MANY
}

/// So many names of which a name server says that there are none are its own fault.
const TOO_MANY: usize = 3;

fn finding(case: &Case, from: ContainerAt, edges: &[&Edge]) -> Finding {
    let name = case.name(from);
    let hosts: BTreeSet<&str> = edges.iter().map(|edge| &*edge.host).into_set();
    let hosts: Vec<&str> = hosts.into_iter().collect();
    let is_answered = is_answered(edges);
    let summary = match is_answered {
        true => format!("{name} dials {}, and its name server knows no such name", few(&hosts)),
        false => format!("{name} cannot resolve {}", few(&hosts)),
    };
    let server = case.failing_name_server(from).filter(|_| !is_answered);
    let summary = match &server {
        Some(server) => format!("{summary}: its name server is {}", server.is),
        None => summary,
    };
    let server_name = server.as_ref().map(|server| case.name(server.at));
    let mut finding = RULE.finding([name].into_iter().chain(server_name), summary);
    finding.evidence = edges.iter().map(|edge| case.sign(edge)).collect();
    let seen = case.seen(from).and_then(|seen| seen.nameservers.as_deref()).unwrap_or_default();
    let servers: Vec<String> = seen.iter().map(ToString::to_string).collect();
    if !servers.is_empty() {
        finding.evidence.push(Evidence::NameServers { servers, given: false });
    }
    let servers = case.container(from).dns.clone();
    if !servers.is_empty() {
        finding.evidence.push(Evidence::NameServers { servers, given: true });
    }
    let is_seen = server.as_ref().is_some_and(|server| server.is_seen);
    if !is_seen && !is_answered && edges.iter().all(|edge| fell_silent(case, edge)) {
        finding.severity = Severity::Info;
        finding.evidence.push(Evidence::Remark { text: SILENT_SINCE });
    }
    if let Some(server) = server {
        finding.evidence.extend(server.evidence);
        finding.fix = server.fix;
        return finding;
    }
    let called = case.called(from);
    let advice = if is_answered {
        // A program that goes through many names meets dead ones.
        let is_its_own = |edge: &&Edge| {
            edge.is_configured() || edge.logged().any(|error| case.goes_on(from, &error.repeated))
        };
        let is_wanted = edges.iter().any(is_its_own) || case.has_crashed(from);
        finding.severity = if is_wanted { Severity::Warning } else { Severity::Info };
        format!(
            "let {called} dial a name that exists; if it is known to another name server only, re-create \
             {called} with --dns and the address of that"
        )
    } else {
        format!(
            "re-create {called} with --dns and the address of a name server that it can reach, or set \
             \"dns\" in the engine's daemon.json"
        )
    };
    finding.fix = vec![advise(advice)];
    finding
}

/// Whether a container that runs said of a name again and again that it was not found, and
/// says so no more: it got through, or gave up.
fn fell_silent(case: &Case, edge: &Edge) -> bool {
    let is_past =
        |error: &LogError| error.repeated.count > 1 && case.is_overdue(edge.from, &error.repeated);
    let said = edge.logged().filter(|error| error.kind == LogErrorKind::NameNotFound);
    let mut said = said.peekable();
    let runs = case.container(edge.from).state == State::Running;
    runs && said.peek().is_some() && said.all(is_past)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    /// What is found of web, which says so of names outside.
    fn found(names: &[(&str, bool)], more: &Value) -> Vec<String> {
        let error = |(host, denied): &(&str, bool)| {
            let last = if *denied && names.len() == 1 { "10:00:40" } else { "10:01:58" };
            json!({"kind": "name-not-found", "host": host, "denied": denied, "count": 9,
                "first": "2026-05-01T10:00:00Z", "last": format!("2026-05-01T{last}Z")})
        };
        let errors: Vec<Value> = names.iter().map(error).collect();
        let mut web = json!({"name": "web", "id": "web", "state": "running", "endpoints": [
            {"network": "n", "network_id": "n", "ipv4": "10.0.0.3", "aliases": ["web"]}]});
        web.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let snapshot = json!({
            "schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24"}]}],
            "containers": [web],
            "observations": [{"container": "web", "id": "web", "at": "2026-05-01T10:02:00Z",
                "log_errors": errors}],
        });
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let diagnosis = diagnose(&Map::new(&snapshot), None, |rule| rule.name == super::RULE.name);
        let found = diagnosis.findings.iter().map(|f| format!("{:?} {}", f.severity, f.summary));
        found.collect()
    }

    #[test]
    fn a_name_that_does_not_exist_is_told_from_a_server_that_does_not_answer() {
        let none = json!({});
        let (a, b, c) = ("a.example.com", "b.example.com", "c.example.com");
        let unknown = "web dials a.example.com, and its name server knows no such name";
        assert_eq!(found(&[(a, true)], &none), [format!("Info {unknown}")]);
        let url = json!({"references": [
            {"origin": "environment", "variable": "API", "scheme": "https", "host": a}]});
        assert_eq!(found(&[(a, true)], &url), [format!("Warning {unknown}")]);
        assert_eq!(found(&[(a, false)], &none), ["Error web cannot resolve a.example.com"]);
        let mixed = found(&[(a, true), (b, false)], &none);
        assert_eq!(mixed, ["Error web cannot resolve a.example.com and b.example.com"]);
        // One that knows nothing outside says so of every name.
        let all = found(&[(a, true), (b, true), (c, true)], &none);
        assert!(all[0].starts_with("Error web cannot resolve "), "{all:?}");
    }

    #[test]
    fn a_container_that_is_the_name_server_is_told_of() {
        let found_with = |state: &str, port: u16, protocol: &str| {
            let mut setup: Value = serde_json::from_str(
                r#"{"schema": "netmap/1", "networks": [{"name": "n", "id": "n",
                    "driver": "bridge", "subnets": [{"subnet": "10.0.0.0/24"}]}],
                "containers": [
                    {"name": "web", "id": "web", "state": "running", "dns": ["10.0.0.53"],
                     "endpoints": [{"network": "n", "network_id": "n", "ipv4": "10.0.0.3"}]},
                    {"name": "pihole", "id": "pihole", "endpoints": [
                        {"network": "n", "network_id": "n", "fixed_ipv4": "10.0.0.53"}]}],
                "observations": [{"container": "web", "id": "web", "at": "2026-05-01T10:02:00Z",
                    "log_errors": [{"kind": "name-not-found", "host": "a.example.com",
                        "count": 9, "first": "2026-05-01T10:00:00Z",
                        "last": "2026-05-01T10:01:58Z"}]},
                    {"container": "pihole", "id": "pihole", "how": "proc"}]}"#,
            )
            .unwrap();
            let server = &mut setup["containers"][1];
            server["state"] = json!(state);
            if state == "running" {
                server["endpoints"][0]["ipv4"] = json!("10.0.0.53");
            }
            setup["observations"][1]["listening"] =
                json!([{"protocol": protocol, "address": "0.0.0.0", "port": port}]);
            let snapshot = Snapshot::read(setup.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let diagnosis = diagnose(&Map::new(&snapshot), None, only);
            let [finding] = diagnosis.findings.as_slice() else { panic!("{diagnosis:?}") };
            finding.summary.clone()
        };
        let is =
            |what: &str| format!("web cannot resolve a.example.com: its name server is {what}");
        let deaf = is("pihole, where nothing listens on port 53");
        assert_eq!(found_with("running", 80, "tcp"), deaf);
        assert_eq!(found_with("running", 53, "tcp"), deaf, "names are asked for by UDP");
        assert_eq!(found_with("running", 53, "udp"), is("pihole, a container"));
        assert_eq!(found_with("exited", 53, "udp"), is("pihole, which has exited"));
        assert_eq!(found_with("paused", 53, "udp"), is("pihole, which is paused"));
    }

    #[test]
    fn a_name_server_that_is_published_on_the_machine_is_followed() {
        let found_with = |given: &str, asked: &Value, published: &Value, state: &str| {
            let setup = json!({"schema": "netmap/1",
                "networks": [{"name": "n", "id": "n", "driver": "bridge",
                    "subnets": [{"subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}]},
                    {"name": "home", "id": "home", "driver": "bridge",
                    "subnets": [{"subnet": "10.1.0.0/24"}]}],
                "host": {"addresses": ["10.0.0.1", "192.0.2.7"]},
                "containers": [
                    {"name": "web", "id": "web", "state": "running", "dns": [given],
                     "endpoints": [{"network": "n", "network_id": "n", "ipv4": "10.0.0.3"}]},
                    {"name": "pihole", "id": "pihole", "state": state, "exit_code": 1,
                     "requested": asked, "published": published, "endpoints": [
                        {"network": "home", "network_id": "home", "ipv4": "10.1.0.2"}]}],
                "observations": [{"container": "web", "id": "web", "at": "2026-05-01T10:02:00Z",
                    "log_errors": [{"kind": "name-not-found", "host": "a.example.com",
                        "count": 9, "first": "2026-05-01T10:00:00Z",
                        "last": "2026-05-01T10:01:58Z"}]},
                    {"container": "pihole", "id": "pihole", "how": "proc", "listening": []}]});
            let snapshot = Snapshot::read(setup.to_string().as_bytes()).unwrap();
            let diagnosis = diagnose(&Map::new(&snapshot), None, |rule| {
                [super::RULE.name, "crashed"].contains(&rule.name)
            });
            let found = diagnosis.findings.into_iter().map(|finding| finding.summary);
            found.collect::<Vec<_>>()
        };
        let port = |protocol: &str, ip: &str| json!([{"host_ip": ip, "host_port": 53, "port": 5353, "protocol": protocol}]);
        let none = json!([]);
        let is = |what: &str| [format!("web cannot resolve a.example.com{what}")];
        let deaf = is(": its name server is pihole, where nothing listens on port 5353");
        for given in ["10.0.0.1", "192.0.2.7"] {
            let found = found_with(given, &none, &port("udp", "0.0.0.0"), "running");
            assert_eq!(found, deaf, "{given}");
        }
        let elsewhere = found_with("192.0.2.7", &none, &port("udp", "10.0.0.1"), "running");
        assert_eq!(elsewhere, is(""));
        assert_eq!(found_with("192.0.2.7", &none, &port("tcp", "0.0.0.0"), "running"), is(""));
        assert_eq!(found_with("192.0.2.9", &none, &port("udp", "0.0.0.0"), "running"), is(""));
        // Told of once, and not as crashed for itself as well.
        let asked = json!([{"port": 5353, "protocol": "udp", "host_port": "53"}]);
        let down = found_with("10.0.0.1", &asked, &none, "exited");
        assert_eq!(down, is(": its name server is pihole, which has exited with code 1"));
    }

    /// What is found of web, which has a name server on the machine, that of pihole.
    fn published(changes: &Value) -> Vec<String> {
        let mut setup = json!({"schema": "netmap/1", "engine": {"name": "Docker", "version": "27.5.1"},
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}]}],
            "host": {"addresses": ["10.0.0.1", "192.0.2.7"], "listening": [
                {"protocol": "udp", "address": "0.0.0.0", "port": 53}]},
            "containers": [
                {"name": "web", "id": "web", "state": "running", "dns": ["192.0.2.7"],
                 "endpoints": [{"network": "n", "network_id": "n", "ipv4": "10.0.0.3"}]},
                {"name": "pihole", "id": "pihole", "state": "running",
                 "requested": [{"port": 53, "protocol": "udp", "host_port": "53"}],
                 "published": [{"host_ip": "0.0.0.0", "host_port": 53, "port": 53, "protocol": "udp"}],
                 "endpoints": [{"network": "n", "network_id": "n", "ipv4": "10.0.0.2"}]}],
            "observations": [{"container": "web", "id": "web", "at": "2026-05-01T10:02:00Z",
                "log_errors": [{"kind": "name-not-found", "host": "a.example.com",
                    "count": 9, "first": "2026-05-01T10:00:00Z",
                    "last": "2026-05-01T10:01:58Z"}]},
                {"container": "pihole", "id": "pihole", "how": "proc", "listening": [
                    {"protocol": "udp", "address": "0.0.0.0", "port": 53}]}]});
        for (place, value) in changes.as_object().unwrap() {
            *setup.pointer_mut(place).unwrap() = value.clone();
        }
        let snapshot = Snapshot::read(setup.to_string().as_bytes()).unwrap();
        let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
        let found = diagnose(&Map::new(&snapshot), None, only).findings;
        let is = "web cannot resolve a.example.com: its name server is pihole, ";
        let what = |summary: &str| summary.strip_prefix(is).unwrap_or(summary).to_owned();
        let told = found.iter().map(|it| format!("{:?} {}", it.severity, what(&it.summary)));
        told.collect()
    }

    #[test]
    fn a_name_server_may_answer_from_another_address_than_was_asked() {
        let elsewhere = ["Error whose answers come from another address than 192.0.2.7"];
        let container = ["Error a container"];
        assert_eq!(published(&json!({})), elsewhere);
        // Where nobody could see who listens on the machine.
        assert_eq!(published(&json!({"/host/listening": null})), elsewhere);
        // Its own gateway answers under its own address.
        assert_eq!(published(&json!({"/containers/0/dns": ["10.0.0.1"]})), container);
        let at_one = json!({"/containers/1/requested/0":
            {"port": 53, "protocol": "udp", "host_port": "53", "host_ip": "192.0.2.7"}});
        assert_eq!(published(&at_one), container);
        assert_eq!(published(&json!({"/engine/version": "28.0.0"})), container);
        let podman = json!({"/engine": {"name": "Podman", "version": "5.4.2"}});
        assert_eq!(published(&podman), container);
        // The proxy is switched off.
        assert_eq!(published(&json!({"/host/listening": []})), container);
        assert_eq!(
            published(&json!({"/observations/1/listening": []})),
            ["Error where nothing listens on port 53"]
        );
    }

    #[test]
    fn who_complained_again_and_again_and_fell_silent_may_have_got_through() {
        let mut past = json!({"/observations/0/log_errors/0/last": "2026-05-01T10:01:00Z",
            "/containers/0/dns": ["10.0.0.1"]});
        assert_eq!(published(&past), ["Info a container"]);
        let mut once = past.clone();
        once["/observations/0/log_errors/0/count"] = json!(1);
        assert_eq!(published(&once), ["Error a container"], "it may try no more");
        past["/observations/1/listening"] = json!([]);
        assert_eq!(published(&past), ["Error where nothing listens on port 53"]);
    }
}
