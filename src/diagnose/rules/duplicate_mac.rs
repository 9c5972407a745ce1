//! Two containers with one hardware address on a network.

use crate::diagnose::{Case, Judgement, Rule, owned};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, NetworkAt, Severity};
use crate::order::OrderBy;

/// See `netmap explain duplicate-mac`.
pub const RULE: Rule = Rule {
    name: "duplicate-mac",
    severity: Severity::Error,
    summary: "two containers have the same MAC address on one network",
    meaning: "A bridge sends each frame to the port where it last heard the frame's MAC address. Where \
        two containers have the same one, frames for both go to whichever spoke last.",
    seen: "Two running containers' endpoints on one network have the same MAC address.",
    example: "Connections hang, work, and hang again; `ping` loses most packets",
    fix: "Re-create one of them without `--mac-address` (in a compose file: without `mac_address`).",
    mistaken_for: "A firewall that drops packets. The same MAC address on two networks does no harm.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let duplicates = case.index.duplicate_macs().into_iter();
    Judgement::of(duplicates.map(|(network, mac, twins)| finding(case, network, mac, twins)))
}

fn finding(case: &Case, network: NetworkAt, mac: &str, twins: &[ContainerAt]) -> Finding {
    let names = case.names_of(twins.iter().copied());
    let on = &case.network(network).name;
    let mut finding = RULE.finding(
        names.iter().copied().chain([on.as_str()]),
        format!(
            "{} have the same MAC address {mac} on {on}, so the bridge delivers to one or the other",
            few(&names)
        ),
    );
    let mut clients: Vec<&str> = twins.iter().flat_map(|at| case.wanted_by(*at)).collect();
    clients.order();
    clients.dedup();
    clients.retain(|client| !names.contains(client));
    if !clients.is_empty() {
        let servers = twins.iter().filter(|at| !case.wanted_by(**at).is_empty());
        let servers = owned(&case.names_of(servers.copied()));
        finding.evidence.push(Evidence::CutOff { clients: owned(&clients), servers });
    }
    finding.fix = case.with_other_mac(twins);
    finding
}
