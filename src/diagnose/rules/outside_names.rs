//! Names outside that do not resolve.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnose::{Case, Edge, Judgement, Meaning, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, LogErrorKind, Severity};

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
    fix: "Give it name servers that it can reach: `--dns 9.9.9.9`, or `\"dns\"` in the engine's \
        daemon.json.",
    mistaken_for: "A name that does not exist; a container without a way out (internal-only).",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut groups: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
    let mut peers_fail = BTreeSet::new();
    for (edge, obstacle) in case.edges() {
        if !edge.fails_as(LogErrorKind::NameNotFound) {
            continue;
        }
        match edge.target {
            Meaning::Outside if obstacle != Some(&Obstacle::NoWayOut) => {
                groups.entry(edge.from).or_default().push(edge);
            }
            Meaning::Named(_) => {
                peers_fail.insert(edge.from);
            }
            _ => {}
        }
    }
    groups.retain(|from, _| !peers_fail.contains(from));
    Judgement::of(groups.into_iter().map(|(from, edges)| {
        let name = case.name(from);
        let hosts: Vec<&str> = edges.iter().map(|edge| &*edge.host).collect();
        let mut finding = RULE.finding([name], format!("{name} cannot resolve {}", few(&hosts)));
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
        finding.fix = vec![advise(format!(
            "re-create {} with --dns and the address of a name server that it can reach, \
             or set \"dns\" in the engine's daemon.json",
            case.called(from)
        ))];
        finding
    }))
}
