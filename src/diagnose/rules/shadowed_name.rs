//! A name that the hosts file answers otherwise.

use std::net::IpAddr;

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::{HostAddress, Severity};

/// See `netmap explain shadowed-name`.
pub const RULE: Rule = Rule {
    name: "shadowed-name",
    severity: Severity::Error,
    summary: "a container's hosts file answers a peer's name with an address that is not the peer's",
    meaning: "The hosts file is asked before the engine's resolver. An entry that was right once, from \
        `--add-host` or written by a script, hides the peer's true address for good.",
    seen: "An entry of the container's `/etc/hosts`, or of `--add-host`, names a container of one of its \
        networks with another address than that container has.",
    example: "`db` pings at an old address in one container, and at the right one everywhere else",
    mend: "Make the container anew without the entry.",
    mistaken_for: "A stale cache in the program (stale-resolved-address).",
    needs: &[Sight::Hosts],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for at in case.containers().filter(|at| case.map.stack(*at) == Some(*at)) {
        let container = case.container(at);
        if !container.state.has_network() || case.map.on_host(at) {
            continue;
        }
        let mut entries: Vec<(String, IpAddr)> = container
            .extra_hosts
            .iter()
            .filter_map(|entry| match entry.address {
                HostAddress::Ip(ip) => Some((entry.name.clone(), ip)),
                HostAddress::Gateway | HostAddress::Other(_) => None,
            })
            .collect();
        let seen = case.seen(at).and_then(|seen| seen.hosts.as_deref()).unwrap_or_default();
        for entry in seen {
            entries.extend(entry.names.iter().map(|name| (name.clone(), entry.address)));
        }
        entries.sort();
        entries.dedup();
        for (name, address) in entries {
            let linked = container
                .links
                .iter()
                .flat_map(|link| [&link.target, &link.alias])
                .any(|part| part.eq_ignore_ascii_case(&name));
            let Some(peer) = case.resolved(at, &name).filter(|peer| *peer != at && !linked) else {
                continue;
            };
            let addresses: Vec<IpAddr> =
                case.container(peer).endpoints.iter().flat_map(|e| e.addresses()).collect();
            let same_family = addresses.iter().any(|a| a.is_ipv4() == address.is_ipv4());
            if addresses.contains(&address)
                || !same_family
                || !case.container(peer).state.has_network()
            {
                continue;
            }
            let mut finding = RULE.finding(
                [container.name.as_str(), case.name(peer)],
                format!(
                    "{} takes `{name}` for {address}, which is not {}'s",
                    container.name,
                    case.name(peer)
                ),
            );
            let shared = case.shared(at, peer);
            let true_address = shared
                .iter()
                .find_map(|network| case.map.endpoint_on(peer, *network)?.addresses().next());
            finding.evidence.push(format!("Its hosts file has {address} for `{name}`"));
            finding
                .evidence
                .extend(true_address.map(|address| format!("{} has {address}", case.name(peer))));
            let owner = match case.map.owner_of(at, address) {
                Some((owner, _)) => format!("{address} belongs to {}", case.name(owner)),
                None => format!("Nobody here has {address}"),
            };
            finding.evidence.push(owner);
            finding.fix = vec![prose(format!(
                "make {} anew without --add-host {name}:{address}, or take the line out of its hosts file",
                container.name
            ))];
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}
