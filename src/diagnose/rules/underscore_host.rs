//! Underscores in host names.

use std::collections::BTreeMap;

use crate::diagnose::{Case, Edge, Judgement, Meaning, Rule, Sight, settled};
use crate::model::words::few;
use crate::model::{Action, Applicability, ContainerAt, Evidence, LogErrorKind, Severity, Step};
use crate::order::OrderBy;

/// See `netmap explain underscore-host`.
pub const RULE: Rule = Rule {
    name: "underscore-host",
    severity: Severity::Error,
    summary: "a container is called by a name with an underscore, which is no valid host name",
    meaning: "Docker lets names have underscores, the standards for host names do not. Resolving \
        works; but some clients and servers refuse such a name in a URL or a Host header.",
    seen: "A name with `_` is dialled over HTTP or in a URL. It is an error when the log complains of \
        the host name, and good to know otherwise.",
    example: "Django: `Invalid HTTP_HOST header: 'my_app:8000'`; Java: a URI whose host is null; \
        `400 Bad Request`",
    fix: "Give it an alias with a hyphen (`--network-alias my-app`) and use that.",
    mistaken_for: "A server that does not know the host (ALLOWED_HOSTS): the message can be the same.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut groups: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
    for (edge, _) in case.edges() {
        let Meaning::Named(to) = edge.target else { continue };
        if edge.host.contains('_') && (over_http(edge) || complains(edge)) {
            groups.entry(to).or_default().push(edge);
        }
    }
    Judgement::of(groups.into_iter().map(|(to, edges)| {
        let (host, clients) = (&edges[0].host, case.clients(&edges));
        let verb = if clients.len() == 1 { "uses" } else { "use" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([case.name(to)]),
            format!("{} {verb} `{host}`, which is no valid host name", few(&clients)),
        );
        if !edges.iter().any(|edge| complains(edge)) {
            finding.severity = Severity::Info;
        }
        finding.evidence = case.signs(&edges);
        let text = "Host names may have letters, digits and hyphens, and no underscore";
        finding.evidence.push(Evidence::Remark { text });
        let hyphened = host.replace('_', "-");
        let mut steps = alias(case, &edges, to, &hyphened);
        steps.extend(case.redial_each(&edges, |edge| (hyphened.clone(), edge.port)));
        finding.fix = settled(steps);
        finding
    }))
}

/// Gives a container one more name on the networks on which it is dialled: an
/// engine adds none to a connection that is there.
fn alias(case: &Case, edges: &[&Edge], to: ContainerAt, name: &str) -> Vec<Step> {
    let mut networks: Vec<_> = edges.iter().flat_map(|edge| case.shared(edge.from, to)).collect();
    networks.order();
    networks.dedup();
    let mut steps = Vec::new();
    for at in networks {
        let (network, container) = (case.network_handle(at), case.handle(to));
        let mut aliases = case.aliases_on(to, at);
        aliases.push(name.to_owned());
        let leave = Action::Disconnect {
            network: network.clone(),
            container: container.clone(),
            force: false,
        };
        let join = Action::Connect { network, container, aliases, priority: None };
        steps.extend([leave, join].map(|action| case.step(to, action, Applicability::Ask)));
    }
    steps
}

fn complains(edge: &Edge) -> bool {
    edge.fails_as(LogErrorKind::InvalidHost)
}

fn over_http(edge: &Edge) -> bool {
    edge.configured().any(|reference| matches!(reference.scheme.as_deref(), Some("http" | "https")))
}
