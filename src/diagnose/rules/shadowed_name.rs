//! A name that the hosts file answers otherwise.

use std::net::IpAddr;

use crate::diagnose::{Case, Judgement, Rule, Sight};
use crate::model::{Evidence, Severity};

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
        for (name, address) in case.hosts_entries(at) {
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
                    "In {}, `{name}` means {address}, which is not {peer_name}'s address",
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
            finding.fix = case.without_entry(at, &name, address);
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    #[test]
    fn a_name_that_the_hosts_file_hides_is_told_of_once() {
        let found = |dialled: &str| {
            let on = |ip: &str| json!([{"network": "n", "network_id": "n", "ipv4": ip}]);
            let snapshot = json!({
                "schema": "netmap/1",
                "networks": [{"name": "n", "id": "n", "driver": "bridge",
                    "subnets": [{"subnet": "10.0.0.0/24"}]}],
                "containers": [
                    {"name": "db", "id": "db", "state": "running", "network_mode": "n",
                        "endpoints": on("10.0.0.2")},
                    {"name": "web", "id": "web", "state": "running", "network_mode": "n",
                        "endpoints": on("10.0.0.3"), "extra_hosts": ["db:10.0.0.77"],
                        "references": [{"origin": "environment", "variable": "DB_URL",
                            "scheme": "postgres", "host": dialled, "port": 5432}]}],
                "observations": [{"container": "db", "id": "db", "listening": [
                    {"protocol": "tcp", "address": "0.0.0.0", "port": 5432}]}],
            });
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let rules = [super::RULE.name, "hardcoded-ip"];
            let diagnosis = diagnose(&Map::new(&snapshot), None, |rule| rules.contains(&rule.name));
            diagnosis.findings.iter().map(|f| f.rule.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found("db"), ["shadowed-name"]);
        assert_eq!(found("10.0.0.77"), ["shadowed-name", "hardcoded-ip"]);
    }
}
