//! Underscores in host names.

use std::collections::BTreeMap;

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::wanted::{Edge, Sign, Target};
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{ContainerAt, LogErrorKind, Severity};

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
    mend: "Give it an alias with a hyphen (`--network-alias my-app`) and use that.",
    mistaken_for: "A server that does not know the host (ALLOWED_HOSTS): the message can be the same.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut groups: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
    for (edge, _) in case.edges() {
        let Target::Named(to) = edge.target else { continue };
        if edge.host.contains('_') && (over_http(edge) || complains(edge)) {
            groups.entry(to).or_default().push(edge);
        }
    }
    Judgement::of(groups.into_iter().map(|(to, edges)| {
        let (host, clients) = (&edges[0].host, case.clients(&edges));
        let mut finding = RULE.finding(
            clients.iter().copied().chain([case.name(to)]),
            format!("{} use `{host}`, which is no valid host name", few(&clients)),
        );
        if clients.len() == 1 {
            finding.summary = finding.summary.replacen(" use ", " uses ", 1);
        }
        if !edges.iter().any(|edge| complains(edge)) {
            finding.severity = Severity::Info;
        }
        finding.evidence = case.say(&edges);
        finding
            .evidence
            .push("Host names may have letters, digits and hyphens, and no underscore".to_owned());
        let hyphened = host.replace('_', "-");
        finding.fix = vec![
            prose(format!("make {} anew with --network-alias {hyphened}", case.name(to))),
            case.say_instead(&edges, &hyphened, edges[0].port),
        ];
        finding
    }))
}

fn complains(edge: &Edge) -> bool {
    edge.logged().any(|error| error.kind == LogErrorKind::InvalidHost)
}

fn over_http(edge: &Edge) -> bool {
    edge.signs.iter().any(|sign| match sign {
        Sign::Configured(reference) => {
            matches!(reference.scheme.as_deref(), Some("http" | "https"))
        }
        _ => false,
    })
}
