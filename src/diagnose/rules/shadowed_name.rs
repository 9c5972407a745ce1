//! A name that the hosts file answers otherwise.

use std::net::IpAddr;

use crate::diagnose::{Case, Judgement, Rule, Sight, advise};
use crate::model::{Change, ContainerAt, Evidence, HostAddress, Severity};

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
    fix: "Re-create the container without the entry.",
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
        for (name, address) in entries(case, at) {
            let linked = container.links.iter().any(|link| {
                [&link.target, &link.alias].iter().any(|part| part.eq_ignore_ascii_case(&name))
            });
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
            let peer_name = case.name(peer);
            let mut finding = RULE.finding(
                [container.name.as_str(), peer_name],
                format!(
                    "{} takes `{name}` for {address}, which is not {peer_name}'s",
                    container.name
                ),
            );
            finding.evidence.push(Evidence::HostsEntry { name: name.clone(), address });
            let shared = case.shared(at, peer);
            let there = shared
                .iter()
                .find_map(|network| case.map.endpoint_on(peer, *network)?.addresses().next());
            finding.evidence.extend(there.map(|address| Evidence::HasAddresses {
                container: peer_name.to_owned(),
                addresses: vec![address],
            }));
            let owner =
                case.map.owner_of(at, address).map(|(owner, _)| case.name(owner).to_owned());
            finding.evidence.push(Evidence::AddressOf { address, container: owner });
            let given = container.extra_hosts.iter().any(|host| {
                host.name.eq_ignore_ascii_case(&name) && host.address == HostAddress::Ip(address)
            });
            finding.fix = match given {
                true => case.recreate(at, vec![Change::RemoveHost { name }]),
                false => vec![advise(format!(
                    "take the line for {name} out of the hosts file of {}",
                    case.called(at)
                ))],
            };
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}

/// The entries of a container's hosts file, as they were asked for and as they
/// were seen, sorted.
fn entries(case: &Case, at: ContainerAt) -> Vec<(String, IpAddr)> {
    let asked = case.container(at).extra_hosts.iter().filter_map(|host| match host.address {
        HostAddress::Ip(address) => Some((host.name.clone(), address)),
        _ => None,
    });
    let seen = case.seen(at).and_then(|seen| seen.hosts.as_deref()).unwrap_or_default();
    let seen =
        seen.iter().flat_map(|entry| entry.names.iter().map(|name| (name.clone(), entry.address)));
    let mut entries: Vec<(String, IpAddr)> = asked.chain(seen).collect();
    entries.sort();
    entries.dedup();
    entries
}
