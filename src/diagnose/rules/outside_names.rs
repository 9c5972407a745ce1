//! Names outside that do not resolve.

use std::collections::BTreeMap;

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::wanted::{Edge, Target};
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{ContainerAt, LogErrorKind, Severity};

/// See `netmap explain outside-names`.
pub const RULE: Rule = Rule {
    name: "outside-names",
    severity: Severity::Error,
    summary: "names outside do not resolve in a container, while those of its peers do",
    meaning: "Docker's resolver answers for containers itself and asks the host's name servers for \
        everything else. When those cannot be reached from the container, only peers have names.",
    seen: "The log says that a name with dots was not found, the container has a way out, and no \
        peer's name failed.",
    example: "`getaddrinfo EAI_AGAIN api.example.com` while `db` resolves",
    mend: "Give it name servers that it can reach: `--dns 9.9.9.9`, or `\"dns\"` in the engine's \
        daemon.json.",
    mistaken_for: "A name that does not exist; a container without a way out (internal-only).",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let not_found =
        |edge: &Edge| edge.logged().any(|error| error.kind == LogErrorKind::NameNotFound);
    let mut groups: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
    let mut peers_fail = Vec::new();
    for (edge, obstacle) in case.edges() {
        if !not_found(edge) {
            continue;
        }
        match edge.target {
            Target::Outside if obstacle != Some(&Obstacle::NoWayOut) => {
                groups.entry(edge.from).or_default().push(edge);
            }
            Target::Named(_) => peers_fail.push(edge.from),
            _ => {}
        }
    }
    groups.retain(|from, _| !peers_fail.contains(from));
    Judgement::of(groups.into_iter().map(|(from, edges)| {
        let name = case.name(from);
        let hosts: Vec<&str> = edges.iter().map(|edge| &*edge.host).collect();
        let mut finding = RULE.finding([name], format!("{name} cannot resolve {}", few(&hosts)));
        finding.evidence = edges.iter().map(|edge| case.says(edge)).collect();
        let servers =
            case.seen(from).and_then(|seen| seen.nameservers.as_deref()).unwrap_or_default();
        if !servers.is_empty() {
            let servers: Vec<String> = servers.iter().map(ToString::to_string).collect();
            finding.evidence.push(format!("Its name server is {}", few(&servers)));
        }
        let own: Vec<&str> = case.container(from).dns.iter().map(String::as_str).collect();
        if !own.is_empty() {
            finding.evidence.push(format!("It was given {} with --dns", few(&own)));
        }
        finding.fix = vec![prose(format!(
            "make {name} anew with --dns ADDRESS of a name server that it can reach, \
            or set \"dns\" in the engine's daemon.json"
        ))];
        finding
    }))
}
