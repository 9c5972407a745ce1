//! A peer's name that the container's own resolver takes elsewhere.

use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight, doubts};
use crate::model::words::few;
use crate::model::{Evidence, Severity};

/// See `netmap explain resolves-elsewhere`.
pub const RULE: Rule = Rule {
    name: "resolves-elsewhere",
    severity: Severity::Error,
    summary: "a container's resolver takes a peer's name for something else, by a search domain or another name server",
    meaning: "A resolver with a search domain asks for `cache.office.example` before it asks for `cache` where \
        the name has fewer dots than `ndots` says. A name server that answers every name of its domain with one \
        address (a wildcard) then hides the peer. And one that is not the engine's knows no peers at all.",
    seen: "The container's `/etc/resolv.conf` has a search domain that comes first, or another name server than \
        the engine's, and the name, asked for from there, led to an address that is not the peer's.",
    example: "It works at home, and times out in the office, at an address that nobody has seen before",
    fix: "Re-create the container with `--dns-option ndots:0`, so that a name is asked for as it is at first; or \
        dial `cache.` with a dot at its end, which says that the name is whole. Where a file is mounted as \
        `/etc/resolv.conf`, re-create it without.",
    mistaken_for: "A firewall (the address is somebody else's); an entry of the hosts file (shadowed-name).",
    needs: &[Sight::Hosts],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::ResolvesElsewhere(address) => {
            Some((edge.container()?, edge.host.clone(), *address, edge.from))
        }
        _ => None,
    });
    let mut findings = Vec::new();
    for ((to, host, address, from), edges) in groups {
        let (name, peer) = (case.name(from), case.name(to));
        let summary = match address {
            Some(address) => {
                format!("In {name}, {host} resolves to {address}, which is not {peer}")
            }
            None => format!("In {name}, {host} does not resolve, although {peer} has that name"),
        };
        let mut finding = RULE.finding([name, peer], summary);
        finding.evidence = case.signs(&edges);
        finding.evidence.extend(case.why_astray(from, &host));
        if let Some(address) = address {
            let owner =
                case.map.owner_of(from, address).map(|(owner, _)| case.name(owner).to_owned());
            finding.evidence.push(Evidence::AddressOf { address, container: owner });
        }
        let addresses =
            case.container(to).endpoints.iter().flat_map(|endpoint| endpoint.addresses());
        let (container, addresses) = (peer.to_owned(), addresses.collect());
        finding.evidence.push(Evidence::HasAddresses { container, addresses });
        finding.fix = case.resolve_here(from, &host);
        findings.push(finding);
    }
    let unasked = doubts(case).into_iter().filter(|doubt| {
        let resolved = case.seen(doubt.from).map(|seen| &seen.resolved);
        !resolved.is_some_and(|all| all.iter().any(|led| led.name == doubt.name))
    });
    let unasked: Vec<String> =
        unasked.map(|doubt| format!("{} in {}", doubt.name, case.name(doubt.from))).collect();
    let mut judgement = Judgement::of(findings);
    if !unasked.is_empty() {
        judgement.not_looked.push(format!("what these lead to was not asked: {}", few(&unasked)));
    }
    judgement
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    /// What fixes that web does not find db, with what it was made with and what its
    /// resolv.conf says.
    fn fix(made_with: &Value, servers: &[&str], search: &[&str]) -> String {
        let container = |name: &str, last: u8| {
            json!({"name": name, "id": name, "state": "running", "image": "app", "endpoints": [
                {"network": "n", "network_id": "n", "ipv4": format!("10.0.0.{last}")}]})
        };
        let mut web = container("web", 3);
        web["made_with"] = made_with.clone();
        let snapshot = json!({"schema": "netmap/1", "engine": {"name": "Docker"},
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24"}]}],
            "containers": [container("db", 2), web],
            "observations": [{"container": "web", "id": "web", "at": "2026-05-01T10:00:40Z",
                "hosts": [], "nameservers": servers, "search": search,
                "resolved": [{"name": "db", "address": null}],
                "log_errors": [{"kind": "name-not-found", "host": "db", "port": 5432, "count": 9,
                    "first": "2026-05-01T10:00:00Z", "last_but_one": "2026-05-01T10:00:39Z",
                    "last": "2026-05-01T10:00:40Z"}]}]});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
        let findings = diagnose(&Map::new(&snapshot), None, only).findings;
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        format!("{:?}", finding.fix)
    }

    #[test]
    fn what_is_mounted_over_resolv_conf_comes_off() {
        let (own, none) = (json!({"own_resolv_conf": true}), json!({}));
        let mounted = fix(&own, &["127.0.0.53"], &["lan"]);
        assert!(mounted.contains("without what is mounted as /etc/resolv.conf"), "{mounted}");
        assert!(!mounted.contains("ndots"), "{mounted}");
        // No option of the resolver helps where the engine's is not asked.
        assert!(!fix(&none, &["127.0.0.53"], &["lan"]).contains("ndots"));
        assert!(fix(&none, &["127.0.0.11"], &["lan"]).contains("ndots:0"));
    }
}
