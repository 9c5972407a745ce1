//! Silence where the map says that the way is open.

use std::collections::{BTreeMap, BTreeSet};

use super::swarm_ports;
use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::graph::{Agreement, Compared};
use crate::model::{ContainerAt, Measurement, Outcome, Severity, Why};

/// See `netmap explain firewall-drop`.
pub const RULE: Rule = Rule {
    name: "firewall-drop",
    severity: Severity::Error,
    summary: "two containers should reach each other by the map, and the measurement says no",
    meaning: "The engine's own rules let the packets through, and something else does not: a firewall \
        on the host that was started or reloaded after the engine, rules of somebody's own, a VPN.",
    seen: "With `--probe`: both run, they share a network that carries traffic, and an address did \
        not answer, or the host said that it is not reachable.",
    example: "Time-outs, or `No route to host`, between two containers of one network",
    mend: "Restart the engine after the firewall, so that its rules are there again; with firewalld, \
        put the bridge into the zone `docker`.",
    mistaken_for: "A network that keeps its members apart (icc-off), which netmap tells apart.",
    needs: &[Sight::Probe],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let Some(comparison) = case.comparison else { return Judgement::default() };
    let mut silent: BTreeMap<(ContainerAt, ContainerAt), Vec<&Compared>> = BTreeMap::new();
    for row in &comparison.rows {
        let no_answer = matches!(row.measurement.outcome, Outcome::Timeout | Outcome::Unreachable);
        // What one swarm's nodes fail to carry is told of once, not for each pair.
        let several = !case.map.snapshot().engines.is_empty();
        if several && swarm_ports::is_between_nodes(case, row) {
            continue;
        }
        if row.agreement == Agreement::Fails && no_answer {
            silent.entry((row.from, row.to)).or_default().push(row);
        }
    }
    Judgement::of(
        silent
            .iter()
            .filter(|((from, to), _)| {
                // Both ways are one cause and told once.
                from <= to || !silent.contains_key(&(*to, *from))
            })
            .map(|((from, to), rows)| {
                let (a, b) = (case.name(*from), case.name(*to));
                let both = silent.contains_key(&(*to, *from)) && from != to;
                let mut finding = RULE.finding(
                    [a, b],
                    if both {
                        format!(
                            "{a} and {b} cannot reach each other, although the map says they can"
                        )
                    } else {
                        format!("{a} cannot reach {b}, although the map says it can")
                    },
                );
                let back = silent.get(&(*to, *from)).filter(|_| both);
                let tries: Vec<&Compared> =
                    rows.iter().chain(back.into_iter().flatten()).copied().collect();
                finding.evidence = tries.iter().map(|row| tried(case, row)).collect();
                finding
                    .evidence
                    .push("Both run, and share a network that carries traffic".to_owned());
                finding.fix = mends(case, &tries);
                finding
            }),
    )
}

fn tried(case: &Case, row: &Compared) -> String {
    let Measurement { target, network, outcome, reason, .. } = &row.measurement;
    let on = network.as_deref().map(|n| format!(" on {n}")).unwrap_or_default();
    let why = reason.as_ref().map(|why| format!(", {why}")).unwrap_or_default();
    format!("{} asked {target}{on}: {outcome}{why}", case.name(row.from))
}

/// Where to look: in the source, if its own kernel refused, else on the host.
fn mends(case: &Case, tries: &[&Compared]) -> Vec<String> {
    let refused_by = |reasons: &[Why]| -> BTreeSet<ContainerAt> {
        let refused = tries.iter().filter(|row| {
            row.measurement.reason.as_ref().is_some_and(|reason| reasons.contains(reason))
        });
        refused.map(|row| row.from).collect()
    };
    let (routes, rules) =
        (refused_by(&[Why::BlackHole, Why::NoRoute]), refused_by(&[Why::OwnFirewall]));
    let look = |what: &str, at: &ContainerAt, command: &str| {
        let (docker, word) = (case.docker(), case.container_word(*at));
        prose(format!("look for the {what} in {}: {docker} exec {word} {command}", case.name(*at)))
    };
    let mut fix: Vec<String> = routes.iter().map(|at| look("route", at, "ip route")).collect();
    fix.extend(rules.iter().map(|at| look("rule", at, "iptables -L OUTPUT -v -n")));
    if fix.is_empty() {
        fix = vec![
            prose(
                "look for rules that drop: sudo iptables -L FORWARD -v -n, sudo nft list ruleset",
            ),
            prose(
                "if a firewall was started or reloaded after the engine: sudo systemctl restart docker",
            ),
        ];
    }
    fix
}
