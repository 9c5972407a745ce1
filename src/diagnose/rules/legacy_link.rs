//! `--link`.

use crate::diagnose::{Case, Judgement, Rule, settled};
use crate::model::words::few;
use crate::model::{Change, Evidence, Severity};
use crate::order::OrderBy;

/// See `netmap explain legacy-link`.
pub const RULE: Rule = Rule {
    name: "legacy-link",
    severity: Severity::Warning,
    summary: "a container is tied to another one with the legacy --link",
    meaning: "`--link` writes the other container's address into the hosts file when the container \
        starts. It is deprecated, works one way and on the default bridge only, and goes stale: a \
        container that is re-created is not linked any more.",
    seen: "The container was made with `--link`.",
    example: "It works until the linked container is re-created; then the name leads nowhere",
    fix: "A network of your own, on which both have their names, replaces links altogether.",
    mistaken_for: "`links:` in a newer compose file, which is only an alias on the project's network.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for at in case.containers() {
        let container = case.container(at);
        // Compose writes links as aliases on its own network.
        let on_bridge = case.map.networks_of(at).any(|n| case.network(n).is_default_bridge());
        if container.links.is_empty() || !on_bridge {
            continue;
        }
        let mut steps = Vec::new();
        for link in &container.links {
            let Some(to) = case.map.containers_named(&link.target).first().copied() else {
                continue;
            };
            let shared = case.shared(at, to);
            if shared.iter().all(|network| case.network(*network).is_default_bridge()) {
                steps.extend(case.bring_together(to, &[at], &[&link.alias]).steps);
            }
        }
        steps.extend(case.recreate(at, vec![Change::NoLinks]));
        let mut targets: Vec<&str> =
            container.links.iter().map(|link| link.target.as_str()).collect();
        targets.order();
        targets.dedup();
        let mut finding = RULE.finding(
            [container.name.as_str()].into_iter().chain(targets.iter().copied()),
            format!("{} is tied to {} with the legacy --link", container.name, few(&targets)),
        );
        let links = container.links.iter();
        finding.evidence = links
            .map(|link| Evidence::Link {
                alias: link.alias.clone(),
                container: link.target.clone(),
            })
            .collect();
        finding.fix = settled(steps);
        findings.push(finding);
    }
    Judgement::of(findings)
}
