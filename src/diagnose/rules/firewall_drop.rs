//! Silence where the map says that the way is open.

use std::collections::{BTreeMap, BTreeSet};

use super::swarm_ports;
use crate::diagnose::{Case, Judgement, Rule, Sight, advise, on_host};
use crate::graph::{Agreement, Compared};
use crate::model::{ContainerAt, Evidence, Outcome, Severity, Step, Why};

/// See `netmap explain firewall-drop`.
pub const RULE: Rule = Rule {
    name: "firewall-drop",
    severity: Severity::Error,
    summary: "the map predicts that two containers reach each other, and the measurement says no",
    meaning: "The engine's own rules let the packets through, and something else does not: a firewall \
        on the host that was started or reloaded after the engine, rules of somebody's own, a VPN.",
    seen: "With `--probe`: both run, they share a network that carries traffic, and an address did \
        not answer, or the host said that it is not reachable.",
    example: "Time-outs, or `No route to host`, between two containers of one network",
    fix: "Restart the engine after the firewall, so that its rules are there again; with firewalld, \
        put the bridge into the zone `docker`.",
    mistaken_for: "A network that keeps its members apart (icc-off), which netmap distinguishes.",
    needs: &[Sight::Probe],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let Some(comparison) = case.comparison else { return Judgement::default() };
    let mut silent: BTreeMap<(ContainerAt, ContainerAt), Vec<&Compared>> = BTreeMap::new();
    for row in &comparison.rows {
        let no_answer = matches!(row.measurement.outcome, Outcome::Timeout | Outcome::Unreachable);
        // What one swarm's nodes fail to carry is reported once, not for each pair.
        let several = !case.map.snapshot().engines.is_empty();
        if several && swarm_ports::is_between_nodes(case, row) {
            continue;
        }
        // Frames go astray where two have one MAC address (duplicate-mac).
        let astray = || [row.from, row.to].iter().any(|at| !case.twins(*at).is_empty());
        if row.agreement == Agreement::Fails && no_answer && !astray() {
            silent.entry((row.from, row.to)).or_default().push(row);
        }
    }
    let is_told_once = |(from, to): &(ContainerAt, ContainerAt)| {
        // Both ways are one cause.
        from <= to || !silent.contains_key(&(*to, *from))
    };
    let pairs = silent.iter().filter(|(pair, _)| is_told_once(pair));
    Judgement::of(pairs.map(|((from, to), rows)| {
        let (a, b) = (case.name(*from), case.name(*to));
        let back = silent.get(&(*to, *from)).filter(|_| from != to);
        let summary = match back {
            Some(_) => {
                format!("{a} and {b} cannot reach each other, although the map says they can")
            }
            None => format!("{a} cannot reach {b}, although the map says it can"),
        };
        let mut finding = RULE.finding([a, b], summary);
        let attempts: Vec<&Compared> =
            rows.iter().chain(back.into_iter().flatten()).copied().collect();
        finding.evidence = attempts.iter().map(|row| measured(case, row)).collect();
        let text = "Both run, and share a network that carries traffic";
        finding.evidence.push(Evidence::Remark { text });
        finding.fix = where_to_look(case, &attempts);
        finding
    }))
}

fn measured(case: &Case, row: &Compared) -> Evidence {
    Evidence::Measured {
        container: case.name(row.from).to_owned(),
        target: row.measurement.target.clone(),
        network: row.measurement.network.clone(),
        outcome: row.measurement.outcome,
        why: row.measurement.reason.clone(),
    }
}

/// Where to look: in the source, if its own kernel refused, else on the host.
fn where_to_look(case: &Case, attempts: &[&Compared]) -> Vec<Step> {
    let refused_by = |reasons: &[Why]| -> BTreeSet<ContainerAt> {
        let refused = attempts.iter().filter(|row| {
            row.measurement.reason.as_ref().is_some_and(|reason| reasons.contains(reason))
        });
        refused.map(|row| row.from).collect()
    };
    let look = |what: &str, at: &ContainerAt, command: &[&str]| {
        let name = case.name(*at);
        [advise(format!("look for the {what} in {name}:")), case.inside(*at, command)]
    };
    let routes = refused_by(&[Why::BlackHole, Why::NoRoute]);
    let rules = refused_by(&[Why::OwnFirewall]);
    let mut fix: Vec<Step> =
        routes.iter().flat_map(|at| look("route", at, &["ip", "route"])).collect();
    let list = ["iptables", "-L", "OUTPUT", "-v", "-n"];
    fix.extend(rules.iter().flat_map(|at| look("rule", at, &list)));
    if fix.is_empty() {
        fix = vec![
            advise("look for rules on the host that drop packets:"),
            on_host(&["iptables", "-L", "FORWARD", "-v", "-n"]),
            advise(
                "if a firewall was started or reloaded after the engine, restart the engine, \
                 so that its rules are there again: sudo systemctl restart docker",
            ),
        ];
    }
    fix
}
