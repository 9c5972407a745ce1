//! A name that nobody has.

use crate::diagnose::{Case, Edge, Judgement, Meaning, Obstacle, Rule, Sight, advise, owned};
use crate::model::words::few;
use crate::model::{Evidence, LogErrorKind, Severity, reference};

/// See `netmap explain wrong-name`.
pub const RULE: Rule = Rule {
    name: "wrong-name",
    severity: Severity::Error,
    summary: "a container dials a name that nothing on its networks has",
    meaning: "On a network of your own a container answers to its name, its compose service and \
        its aliases, and to nothing else: not to its image, not to the names it has on other \
        networks.",
    seen: "A name without dots is dialled, no container has it on the networks of the one that \
        dials, and the log says that it was not found, or a name there is very close to it.",
    example: "`getaddrinfo ENOTFOUND databse`, `bad address 'postgres'`",
    fix: "Use the name that is there, or give the container this one as an alias: \
        `docker network connect --alias NAME NETWORK CONTAINER`.",
    mistaken_for: "A container that has the name and does not run (target-down), or is on another \
        network (no-shared-network). With a dead name server outside, a wrong name looks like \
        `EAI_AGAIN` or a long wait.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::WrongName(suggestion) if is_sure(edge, suggestion.as_deref()) => {
            Some((edge.host.clone(), suggestion.clone()))
        }
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((host, suggestion), edges)| {
        let clients = case.clients(&edges);
        let verb = if clients.len() == 1 { "dials" } else { "dial" };
        let mut finding = RULE.finding(
            clients.iter().copied(),
            format!("{} {verb} `{host}`, a name that nothing there has", few(&clients)),
        );
        if !edges.iter().any(|edge| edge.fails_as(LogErrorKind::NameNotFound)) {
            finding.severity = Severity::Warning;
        }
        finding.evidence = case.signs(&edges);
        let from = edges[0].from;
        let networks = case.network_names(from);
        if let Some(at) = edges[0].container() {
            finding.subjects.push(case.name(at).to_owned());
            let (container, client) = (case.name(at).to_owned(), case.name(from).to_owned());
            finding.evidence.push(Evidence::CalledElsewhere { container, client });
        } else if !networks.is_empty() {
            let (name, networks) = (host.to_string(), owned(&networks));
            finding.evidence.push(Evidence::NobodyCalled { name, networks });
        }
        if reference::is_container_id(&host) {
            let text = "It looks like the id of a container, and each new container has another";
            finding.evidence.push(Evidence::Remark { text });
        }
        finding.fix = match &suggestion {
            Some(name) => {
                finding.evidence.push(if name == "localhost" {
                    let text = "The two share one network stack, and meet on localhost";
                    Evidence::Remark { text }
                } else {
                    Evidence::NameThere { name: name.clone() }
                });
                case.redial(&edges, name, edges[0].port)
            }
            None => vec![advise(format!(
                "give the container that is meant this name: \
                 {} network connect --alias {host} NETWORK CONTAINER",
                case.tool().as_str()
            ))],
        };
        finding
    }))
}

/// Without a failure or a name close by, a foreign name may be answered for
/// by somebody outside.
fn is_sure(edge: &Edge, suggestion: Option<&str>) -> bool {
    let known = matches!(edge.target, Meaning::Named(_));
    let not_found = edge.fails_as(LogErrorKind::NameNotFound);
    known || not_found || (suggestion.is_some() && edge.is_configured())
}
