//! `--link`.

use crate::diagnose::case::{Case, few};
use crate::diagnose::mend::prose;
use crate::diagnose::{Judgement, Rule};
use crate::model::{Link, Severity};

/// See `netmap explain legacy-link`.
pub const RULE: Rule = Rule {
    name: "legacy-link",
    severity: Severity::Warning,
    summary: "a container is tied to another one with the legacy --link",
    meaning: "`--link` writes the other container's address into the hosts file when the container \
        starts. It is deprecated, works one way and on the default bridge only, and goes stale: a \
        container that is made anew is not linked any more.",
    seen: "The container was made with `--link`.",
    example: "It works until the linked container is made anew; then the name leads nowhere",
    mend: "A network of your own, on which both have their names, replaces links altogether.",
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
        let mut targets: Vec<&str> = Vec::new();
        let mut fix = Vec::new();
        for Link { target, alias } in &container.links {
            targets.push(target);
            let Some(to) = case.map.containers_named(target).first().copied() else { continue };
            let on_own_network = case
                .shared(at, to)
                .iter()
                .any(|network| !case.network(*network).is_default_bridge());
            if !on_own_network {
                let (commands, _) = case.bring_together(to, &[at], &[alias]);
                fix.extend(commands.into_iter().filter(|c| !fix.contains(c)).collect::<Vec<_>>());
            }
        }
        targets.sort_unstable();
        targets.dedup();
        fix.push(prose(format!("then make {} anew without --link", container.name)));
        let mut finding = RULE.finding(
            [container.name.as_str()].into_iter().chain(targets.iter().copied()),
            format!("{} is tied to {} with the legacy --link", container.name, few(&targets)),
        );
        finding.evidence = container
            .links
            .iter()
            .map(|Link { target, alias }| {
                format!("`{alias}` is written into its hosts file with the address {target} had when it started")
            })
            .collect();
        finding.fix = fix;
        findings.push(finding);
    }
    Judgement::of(findings)
}
