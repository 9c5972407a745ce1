//! Silence where the map says that the way is open.

use std::collections::BTreeMap;

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::graph::{Agreement, Compared};
use crate::model::{Outcome, Severity};

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
    let mut silent: BTreeMap<(usize, usize), Vec<&Compared>> = BTreeMap::new();
    for row in &comparison.rows {
        let no_answer = matches!(row.measurement.outcome, Outcome::Timeout | Outcome::Unreachable);
        if row.agreement == Agreement::Fails && no_answer {
            silent.entry((row.from, row.to)).or_default().push(row);
        }
    }
    Judgement::of(silent.iter().filter(|((from, to), _)| {
        // Both ways are one cause and told once.
        from <= to || !silent.contains_key(&(*to, *from))
    }).map(|((from, to), rows)| {
        let (a, b) = (case.name(*from), case.name(*to));
        let both = silent.contains_key(&(*to, *from)) && from != to;
        let mut finding = RULE.finding(
            [a, b],
            if both {
                format!("{a} and {b} cannot reach each other, although the map says they can")
            } else {
                format!("{a} cannot reach {b}, although the map says it can")
            },
        );
        finding.evidence = rows
            .iter()
            .map(|row| {
                let on = row.measurement.network.as_deref().map(|n| format!(" on {n}"));
                format!(
                    "{a} asked {}{}: {}",
                    row.measurement.target,
                    on.unwrap_or_default(),
                    row.measurement.outcome
                )
            })
            .collect();
        finding.evidence.push("Both run, and share a network that carries traffic".to_owned());
        finding.fix = vec![
            prose("look for rules that drop: sudo iptables -L FORWARD -v -n, sudo nft list ruleset"),
            prose("if a firewall was started or reloaded after the engine: sudo systemctl restart docker"),
        ];
        finding
    }))
}
