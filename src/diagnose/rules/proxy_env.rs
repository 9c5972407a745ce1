//! A proxy between neighbours.

use std::collections::BTreeMap;

use crate::diagnose::{Case, Edge, Judgement, Meaning, Rule, advise, owned};
use crate::model::words::few;
use crate::model::{Change, ContainerAt, Evidence, Severity};

/// See `netmap explain proxy-env`.
pub const RULE: Rule = Rule {
    name: "proxy-env",
    severity: Severity::Warning,
    summary: "a container asks its proxy for a neighbour that the proxy does not know",
    meaning: "With HTTP_PROXY set, many programs send every HTTP request to the proxy, also those for \
        a neighbour; the proxy is outside and knows no container names.",
    seen: "HTTP_PROXY or HTTPS_PROXY is set, a peer is dialled over that protocol, and NO_PROXY does \
        not name it.",
    example: "`503 Service Unavailable` or `502` on a name that pings",
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
    Judgement::of(groups.into_iter().map(|(from, edges)| {
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
        let variables = variables(case, from, "NO_PROXY");
        finding.fix = if variables.is_empty() {
            let hosts = hosts.join(",");
            vec![advise(format!("re-create {} with NO_PROXY={hosts}", case.called(from)))]
        } else {
            let values = owned(&hosts);
            let extend = |variable| Change::Extend { variable, values: values.clone() };
            case.recreate(from, variables.into_iter().map(extend).collect())
        };
        finding
    }))
}

/// A container's variables of this name, in whatever case.
fn variables(case: &Case, at: ContainerAt, name: &str) -> Vec<String> {
    let references = case.container(at).references.iter();
    let variables = references.filter_map(|reference| reference.variable.as_deref());
    let mut found: Vec<String> = variables
        .filter(|variable| variable.eq_ignore_ascii_case(name))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Whether the edge's scheme has a proxy that nothing excepts the host from.
fn goes_through(case: &Case, edge: &Edge) -> bool {
    let references = &case.container(edge.from).references;
    let of_variable = |wanted: &'static str| {
        references.iter().filter(move |reference| {
            reference.variable.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        })
    };
    let proxied = edge.configured().any(|reference| match reference.scheme.as_deref() {
        Some("http") => of_variable("HTTP_PROXY").next().is_some(),
        Some("https") => of_variable("HTTPS_PROXY").next().is_some(),
        _ => false,
    });
    let excepted = of_variable("NO_PROXY").any(|exception| {
        let tail = format!(".{}", exception.host);
        exception.host == "*" || edge.host == exception.host || edge.host.ends_with(&tail)
    });
    proxied && !excepted
}
