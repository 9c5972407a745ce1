//! A proxy between neighbours.

use std::collections::BTreeMap;

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::wanted::{Edge, Sign, Target};
use crate::diagnose::{Judgement, Rule};
use crate::model::words::few;
use crate::model::{ContainerAt, Severity};

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
    mend: "Name the neighbours in NO_PROXY: `NO_PROXY=localhost,127.0.0.1,api,db`.",
    mistaken_for: "A peer that is down: here it is the proxy that answers.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut groups: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
    for (edge, _) in case.edges() {
        if matches!(edge.target, Target::Named(to) if to != edge.from) && goes_through(case, edge) {
            groups.entry(edge.from).or_default().push(edge);
        }
    }
    Judgement::of(groups.into_iter().map(|(from, edges)| {
        let name = case.name(from);
        let mut hosts: Vec<&str> = edges.iter().map(|edge| &*edge.host).collect();
        hosts.dedup();
        let peers: Vec<&str> =
            edges.iter().filter_map(|edge| edge.container()).map(|at| case.name(at)).collect();
        let mut finding = RULE.finding(
            [name].into_iter().chain(peers),
            format!("{name} asks its proxy for {}", few(&hosts)),
        );
        finding.evidence = edges.iter().map(|edge| case.says(edge)).collect();
        finding
            .evidence
            .push(format!("HTTP_PROXY is set, and NO_PROXY does not name {}", few(&hosts)));
        finding.fix =
            vec![prose(format!("make {name} anew with {} added to NO_PROXY", hosts.join(",")))];
        finding
    }))
}

/// Whether the edge's scheme has a proxy that nothing excepts the host from.
fn goes_through(case: &Case, edge: &Edge) -> bool {
    let references = &case.container(edge.from).references;
    let of_variable = |wanted: &'static str| {
        references.iter().filter(move |reference| {
            reference.variable.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        })
    };
    let proxied = edge.signs.iter().any(|sign| match sign {
        Sign::Configured(reference) => match reference.scheme.as_deref() {
            Some("http") => of_variable("HTTP_PROXY").next().is_some(),
            Some("https") => of_variable("HTTPS_PROXY").next().is_some(),
            _ => false,
        },
        _ => false,
    });
    let excepted = of_variable("NO_PROXY").any(|exception| {
        let tail = format!(".{}", exception.host);
        exception.host == "*" || edge.host == exception.host || edge.host.ends_with(&tail)
    });
    proxied && !excepted
}
