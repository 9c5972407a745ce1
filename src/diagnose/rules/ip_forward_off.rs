//! A host that passes nothing on.

use crate::diagnose::{Case, Judgement, Rule, Sight, on_host};
use crate::model::{ContainerAt, Driver, Evidence, NetworkAt, Severity};

/// See `netmap explain ip-forward-off`.
pub const RULE: Rule = Rule {
    name: "ip-forward-off",
    severity: Severity::Error,
    summary: "the host does not forward packets, so nothing gets out of any container",
    meaning: "Containers reach the world through the host, which must forward their packets from the \
        bridge to its own network card. The engine switches that on when it starts; something has \
        switched it off since.",
    seen: "The engine itself says so (`IPv4Forwarding` in `docker info`).",
    example: "`WARNING: IPv4 forwarding is disabled`; nothing gets out, nothing published is reached",
    fix: "`sudo sysctl -w net.ipv4.ip_forward=1`, and the same in `/etc/sysctl.d/` to make it last.",
    mistaken_for: "Broken name resolution: names outside fail first, because their servers are outside.",
    needs: &[Sight::Facts],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let engine = &case.map.snapshot().engine;
    match (engine.ipv4_forwarding, engine.rootless) {
        (Some(false), _) => {}
        (None, Some(_)) => {
            let why =
                "whether packets are forwarded where its networks are: the engine does not say";
            return Judgement { not_looked: vec![why.to_owned()], ..Judgement::default() };
        }
        _ => return Judgement::default(),
    }
    // Podman switches it on together with the first bridge that leads out.
    if engine.is_podman() && !is_needed(case) {
        return Judgement::default();
    }
    let mut finding = RULE.finding(
        [] as [&str; 0],
        "The engine's machine does not forward packets (ip_forward is off)",
    );
    finding.evidence =
        vec![Evidence::Remark { text: "The engine says that IPv4 forwarding is disabled" }];
    finding.fix = vec![on_host(&["sysctl", "-w", "net.ipv4.ip_forward=1"])];
    Judgement::of([finding])
}

/// Whether something runs on a bridge that leads out.
fn is_needed(case: &Case) -> bool {
    let leads_out = |at: &NetworkAt| {
        let network = case.network(*at);
        network.driver == Driver::Bridge && !network.internal
    };
    let has_network = |at: &ContainerAt| case.container(*at).state.has_network();
    case.containers().filter(has_network).any(|at| case.joined(at).any(|on| leads_out(&on)))
}
