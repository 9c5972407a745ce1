//! Macvlan members and their own host.

use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{Evidence, NetworkAt, Severity};

/// See `netmap explain macvlan-host`.
pub const RULE: Rule = Rule {
    name: "macvlan-host",
    severity: Severity::Error,
    summary: "a container on a macvlan or ipvlan network and its own host try to reach each other",
    meaning: "The kernel keeps members of macvlan and ipvlan networks from the interface they stand on: \
        the whole LAN reaches them, only their own host does not.",
    seen: "A wanted connection between a container that is on such networks only and the engine's machine, \
        or a container in host mode.",
    example: "The container answers every machine of the LAN, and the host gets `No route to host`",
    fix: "A bridge network beside it for the way to the host; or a macvlan interface for the host itself \
        (a shim): `ip link add shim link eth0 type macvlan mode bridge`.",
    mistaken_for: "A firewall on the host.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::MacvlanHost(at) => Some((*at, edge.container())),
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((at, to), edges)| {
        let (name, clients) = (case.name(at), case.clients(&edges));
        let other = match to {
            Some(to) if to != at => case.name(to).to_owned(),
            Some(_) => few(&clients),
            None => "its own host".to_owned(),
        };
        let on_host = |at: &NetworkAt| case.network(*at).driver.reaches_beyond();
        let networks: Vec<NetworkAt> = case.map.networks_of(at).filter(on_host).collect();
        let kind = networks.first().map_or("macvlan", |at| case.network(*at).driver.as_str());
        let networks: Vec<&str> =
            networks.iter().map(|at| case.network(*at).name.as_str()).collect();
        let is = if networks.len() == 1 { "is a" } else { "are" };
        let network = if networks.len() == 1 { "network" } else { "networks" };
        let mut finding = RULE.finding(
            [name].into_iter().chain(clients.iter().copied().filter(|client| *client != name)),
            format!(
                "{name} and {other} cannot reach each other: {} {is} {kind} {network}",
                few(&networks)
            ),
        );
        finding.evidence = case.signs(&edges);
        let text = "The kernel keeps members of macvlan and ipvlan networks from their own host";
        finding.evidence.push(Evidence::Remark { text });
        let (create, network) = case.create_network("to-host", at);
        finding.fix = vec![create];
        finding.fix.extend(case.connect(&network, at, &[]));
        let then = "then use the host's address on that network, which is its gateway";
        finding.fix.push(advise(then));
        finding
    }))
}
