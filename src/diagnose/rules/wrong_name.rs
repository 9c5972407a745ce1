//! A name that nobody has.

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::wanted::{Edge, Target};
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{LogErrorKind, Severity};

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
    mend: "Use the name that is there, or give the container this one as an alias: \
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
        if !edges.iter().any(|edge| not_found(edge)) {
            finding.severity = Severity::Warning;
        }
        finding.evidence = case.say(&edges);
        let from = edges[0].from;
        let networks = case.network_names(from);
        if let Some(at) = edges[0].container() {
            finding.subjects.push(case.name(at).to_owned());
            let elsewhere = "has that name elsewhere, but not where";
            finding.evidence.push(format!("{} {elsewhere} {} is", case.name(at), case.name(from)));
        } else if !networks.is_empty() {
            finding.evidence.push(format!("Nothing on {} is called `{host}`", few(&networks)));
        }
        finding.fix = vec![match &suggestion {
            Some(name) => {
                finding.evidence.push(if name == "localhost" {
                    "The two share one network stack, and meet on localhost".to_owned()
                } else {
                    format!("`{name}` is there")
                });
                case.say_instead(&edges, name, edges[0].port)
            }
            None => prose(format!(
                "give the container that is meant this name: \
                {} network connect --alias {host} NETWORK CONTAINER",
                case.docker()
            )),
        }];
        finding
    }))
}

/// Without a failure or a name close by, a foreign name may be answered for
/// by somebody outside.
fn is_sure(edge: &Edge, suggestion: Option<&str>) -> bool {
    let known = matches!(edge.target, Target::Named(_));
    known || not_found(edge) || (suggestion.is_some() && edge.is_configured())
}

fn not_found(edge: &Edge) -> bool {
    edge.logged().any(|error| error.kind == LogErrorKind::NameNotFound)
}
