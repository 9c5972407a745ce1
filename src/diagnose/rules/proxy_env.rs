//! A proxy between neighbours.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnose::{Case, Edge, Judgement, Listens, Meaning, Rule, advise, owned};
use crate::model::words::few;
use crate::model::{
    Change, ContainerAt, Evidence, Finding, Health, ListensFrom, Origin, Severity, Step, reference,
};
use crate::order::{OrderBy, Ordered};

/// See `netmap explain proxy-env`.
pub const RULE: Rule = Rule {
    name: "proxy-env",
    severity: Severity::Warning,
    summary: "a container asks its proxy for a neighbour that the proxy does not know",
    meaning: "With HTTP_PROXY set, many programs send every HTTP request to the proxy, also those for \
        a neighbour; the proxy is outside and knows no container names.",
    seen: "HTTP_PROXY or HTTPS_PROXY is set, a peer is dialled over that protocol, and NO_PROXY does \
        not name it. Or a health check that fails asks the container itself, where the port is open, \
        and NO_PROXY does not name localhost.",
    example: "`503 Service Unavailable` or `502` on a name that pings; a server that works, and is \
        `unhealthy`",
    fix: "Name the neighbours in NO_PROXY: `NO_PROXY=localhost,127.0.0.1,api,db`.",
    mistaken_for: "A peer that is down: here it is the proxy that answers.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut groups: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
    for (edge, _) in case.edges() {
        if matches!(edge.target, Meaning::Named(to) if to != edge.from) && goes_through(case, edge)
        {
            groups.entry(edge.from).or_default().push(edge);
        }
    }
    let checks = case.containers().filter_map(|at| of_check(case, at));
    Judgement::of(checks.chain(groups.into_iter().map(|(from, edges)| {
        let name = case.name(from);
        let mut hosts: Vec<&str> = edges.iter().map(|edge| &*edge.host).collect();
        hosts.dedup();
        let peers = case.names_of(edges.iter().filter_map(|edge| edge.container()));
        let mut finding = RULE.finding(
            [name].into_iter().chain(peers),
            format!("{name} asks its proxy for {}", few(&hosts)),
        );
        finding.evidence = edges.iter().map(|edge| case.sign(edge)).collect();
        finding.evidence.push(Evidence::Proxied { hosts: owned(&hosts) });
        let in_vain: Vec<&Edge> = proxies(case, from)
            .into_iter()
            .flat_map(|proxy| case.edges_from(proxy).map(|(asked, _)| asked))
            .filter(|asked| asked.logged().next().is_some() && hosts.contains(&&*asked.host))
            .collect();
        if !in_vain.is_empty() {
            finding.severity = Severity::Error;
            finding.evidence.extend(case.signs(&in_vain));
        }
        finding.fix = except(case, from, &hosts);
        finding
    })))
}

/// What containers that are the proxies of others are asked for and should not be, or were
/// until those others had been told: that is a matter of who asks.
pub(super) fn asked_in_vain(case: &Case) -> BTreeSet<(ContainerAt, String)> {
    let through = case.edges().filter(|(edge, _)| {
        matches!(edge.target, Meaning::Named(to) if to != edge.from) && has_proxy(case, edge)
    });
    through
        .flat_map(|(edge, _)| {
            proxies(case, edge.from).into_iter().map(|proxy| (proxy, edge.host.to_string()))
        })
        .into_set()
}

/// The containers that are a container's proxies.
fn proxies(case: &Case, from: ContainerAt) -> BTreeSet<ContainerAt> {
    let proxies = case.container(from).references.iter().filter(|reference| {
        let variable = reference.variable.as_deref().unwrap_or_default();
        ["HTTP_PROXY", "HTTPS_PROXY"].iter().any(|name| name.eq_ignore_ascii_case(variable))
    });
    let meant = proxies.filter_map(|reference| match case.meaning(from, &reference.host) {
        Meaning::Named(to) | Meaning::Addressed(to) if to != from => Some(to),
        _ => None,
    });
    meant.into_set()
}

/// What has a container ask these hosts itself.
fn except(case: &Case, from: ContainerAt, hosts: &[&str]) -> Vec<Step> {
    let variables = variables(case, from, "NO_PROXY");
    if variables.is_empty() {
        let hosts = hosts.join(",");
        return vec![advise(format!(
            "re-create {} with NO_PROXY={hosts} and no_proxy={hosts}: programs read the one or the other",
            case.called(from)
        ))];
    }
    let values = owned(hosts);
    let extend = |variable| Change::Extend { variable, values: values.clone() };
    case.recreate(from, variables.into_iter().map(extend).collect())
}

/// A health check that asks the proxy for the container itself.
fn of_check(case: &Case, at: ContainerAt) -> Option<Finding> {
    let container = case.container(at);
    if container.health != Some(Health::Unhealthy) {
        return None;
    }
    // curl and wget, by which such checks are made, know `http_proxy` in small letters only.
    let has_proxy = container.references.iter().any(|reference| {
        reference.variable.as_deref() == Some("http_proxy") && !reference.host.is_empty()
    });
    let answers =
        |port| matches!(case.listens(at, port, None), Some(Listens::Openly | Listens::OnLoopback));
    let asked = container.references.iter().find(|reference| {
        reference.origin == Origin::HealthCheck
            && reference.scheme.as_deref() == Some("http")
            && reference::is_loopback(&reference.host)
            && reference.dialled_port().is_some_and(answers)
    })?;
    let host = asked.host.as_str();
    if !has_proxy || is_excepted(case, at, host) {
        return None;
    }
    let name = case.name(at);
    let mut finding =
        RULE.finding([name], format!("{name}'s health check asks its proxy for {host}"));
    let (container, port) = (name.to_owned(), asked.dialled_port()?);
    let from = match case.listens(at, port, None) {
        Some(Listens::OnLoopback) => ListensFrom::Itself,
        _ => ListensFrom::Everybody,
    };
    finding.evidence = vec![
        Evidence::HealthCheck { fails: true },
        Evidence::Listens { container, port, from },
        Evidence::Proxied { hosts: vec![host.to_owned()] },
    ];
    let called = case.called(at);
    finding.fix = vec![
        advise(format!(
            "let the health check of {called} ask without a proxy: curl --noproxy '*', wget --no-proxy; \
             busybox's wget, which knows no exceptions, with -Y off"
        )),
        advise(format!("or re-create {called} with {host} in no_proxy")),
    ];
    Some(finding)
}

/// A container's variables of this name, in whatever case.
fn variables(case: &Case, at: ContainerAt, name: &str) -> Vec<String> {
    let references = case.container(at).references.iter();
    let variables = references.filter_map(|reference| reference.variable.as_deref());
    let mut found: Vec<String> = variables
        .filter(|variable| variable.eq_ignore_ascii_case(name))
        .map(str::to_owned)
        .collect();
    found.order();
    found.dedup();
    found
}

/// Whether the edge's scheme has a proxy that nothing excepts the host from.
fn goes_through(case: &Case, edge: &Edge) -> bool {
    has_proxy(case, edge) && !is_excepted(case, edge.from, &edge.host)
}

/// Whether the edge's scheme has a proxy.
fn has_proxy(case: &Case, edge: &Edge) -> bool {
    let references = &case.container(edge.from).references;
    let of_variable = |wanted: &'static str| {
        references.iter().filter(move |reference| {
            reference.variable.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        })
    };
    edge.configured().any(|reference| match reference.scheme.as_deref() {
        Some("http") => of_variable("HTTP_PROXY").next().is_some(),
        Some("https") => of_variable("HTTPS_PROXY").next().is_some(),
        _ => false,
    })
}

/// Whether NO_PROXY keeps the proxy out of what is sent to a host.
fn is_excepted(case: &Case, from: ContainerAt, host: &str) -> bool {
    let references = case.container(from).references.iter();
    let mut exceptions = references.filter(|reference| {
        reference.variable.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("NO_PROXY"))
    });
    exceptions.any(|exception| {
        let tail = format!(".{}", exception.host);
        exception.host == "*" || host == exception.host || host.ends_with(&tail)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    /// What is found of web, whose health check asks this of itself.
    fn found(health: &str, check: (&str, &str, u16), proxy: &str, others: &[&str]) -> Vec<String> {
        let (scheme, host, port) = check;
        let variable = |name: &str, host: &str| json!({"origin": "environment", "variable": name, "host": host});
        let mut references: Vec<Value> =
            others.iter().map(|host| variable("no_proxy", host)).collect();
        references.push(variable(proxy, "proxy.example"));
        references
            .push(json!({"origin": "health-check", "scheme": scheme, "host": host, "port": port}));
        let snapshot = json!({"schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24"}]}],
            "containers": [{"name": "web", "id": "web", "state": "running", "health": health,
                "references": references, "endpoints": [
                {"network": "n", "network_id": "n", "ipv4": "10.0.0.2"}]}],
            "observations": [{"container": "web", "id": "web", "at": "2026-05-01T10:00:40Z",
                "listening": [{"address": "0.0.0.0", "port": 80, "protocol": "tcp"}]}]});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
        let findings = diagnose(&Map::new(&snapshot), None, only).findings;
        findings.into_iter().map(|finding| finding.summary).collect()
    }

    #[test]
    fn a_health_check_that_asks_the_proxy() {
        let check = ("http", "localhost", 80);
        let told = ["web's health check asks its proxy for localhost"];
        assert_eq!(found("unhealthy", check, "http_proxy", &[]), told);
        assert_eq!(found("unhealthy", check, "http_proxy", &["172.16.0.0"]), told);
        let none: [&str; 0] = [];
        assert_eq!(found("unhealthy", check, "http_proxy", &["localhost"]), none);
        assert_eq!(found("healthy", check, "http_proxy", &[]), none);
        assert_eq!(found("unhealthy", check, "HTTP_PROXY", &[]), none, "wget does not read it");
        assert_eq!(found("unhealthy", ("http", "localhost", 81), "http_proxy", &[]), none);
        assert_eq!(found("unhealthy", ("https", "localhost", 80), "http_proxy", &[]), none);
        let by_address =
            found("unhealthy", ("http", "127.0.0.1", 80), "http_proxy", &["localhost"]);
        assert_eq!(by_address, ["web's health check asks its proxy for 127.0.0.1"]);
    }
}
