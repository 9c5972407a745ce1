//! No addresses left.

use ipnet::IpNet;

use crate::diagnose::{Case, Judgement, Rule, advise};
use crate::model::{AddressPool, Driver, Evidence, Finding, NetworkAt, Severity};

/// See `netmap explain pool-exhausted`.
pub const RULE: Rule = Rule {
    name: "pool-exhausted",
    severity: Severity::Warning,
    summary: "the engine has hardly any subnets left for new networks, or a network hardly any addresses",
    meaning: "The engine cuts the subnet of each new network from a pool, which by default has room for \
        31 networks. Compose makes one a project, so clutter uses them up. A small subnet can fill up \
        in the same way, and a bridge, whatever its subnet, takes 1,023 containers.",
    seen: "The subnets in use are counted against the pools, the running members of each network against \
        the addresses of its subnet and the places on its bridge; and a start error of the engine may say so.",
    example: "`all predefined address pools have been fully subnetted`, `no available IPv4 addresses on \
        this network's address pools`",
    fix: "`docker network prune`; smaller subnets for more networks with `default-address-pools` in \
        daemon.json; a larger `--subnet` for the network that is full.",
    mistaken_for: "An overlap with your LAN, for which the engine skips a subnet in silence.",
    needs: &[],
    judge,
};

/// Fewer free subnets than this are told of.
const FEW: usize = 4;

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    findings.extend(pools(case));
    findings.extend(case.networks().filter_map(|network| full(case, network)));
    Judgement::of(findings)
}

/// Docker's own pools where none were set: fifteen /16 and sixteen /20.
///
/// Source: moby, `libnetwork/ipamutils`, `localScopeDefaultNetworks`.
fn usual_pools() -> Vec<AddressPool> {
    let pool = |base: &str, size| AddressPool { base: base.parse().expect("a subnet"), size };
    let mut pools: Vec<AddressPool> =
        (17..32).map(|second| pool(&format!("172.{second}.0.0/16"), 16)).collect();
    pools.push(pool("192.168.0.0/16", 20));
    pools
}

fn pools(case: &Case) -> Option<Finding> {
    let engine = &case.map.snapshot().engine;
    // Of several engines nobody asked which pools are whose.
    if engine.name != "Docker" || !case.map.snapshot().engines.is_empty() {
        return None;
    }
    let pools =
        if engine.address_pools.is_empty() { usual_pools() } else { engine.address_pools.clone() };
    let v4 = || pools.iter().filter(|pool| matches!(pool.base, IpNet::V4(_)));
    let total: usize =
        v4().map(|pool| 1_usize << pool.size.saturating_sub(pool.base.prefix_len()).min(20)).sum();
    let used = case
        .networks()
        .flat_map(|network| &case.network(network).subnets)
        .filter(|subnet| v4().any(|pool| pool.base.contains(&subnet.subnet)))
        .count();
    let free = total.saturating_sub(used);
    if free >= FEW || used == 0 || total < 2 * FEW {
        return None;
    }
    let mut finding = RULE.finding(
        [] as [&str; 0],
        match free {
            0 => format!("All {total} subnets for new networks are used up"),
            1 => format!("Only one of {total} subnets is left for new networks"),
            free => format!("Only {free} of {total} subnets are left for new networks"),
        },
    );
    let unused = case.networks().filter(|network| {
        !case.network(*network).is_built_in() && case.map.members(*network).is_empty()
    });
    let networks: Vec<String> = unused.map(|at| case.network(at).name.clone()).collect();
    if !networks.is_empty() {
        finding.evidence.push(Evidence::Unused { networks });
    }
    let text = "The next `docker network create` or `docker compose up` may fail";
    finding.evidence.push(Evidence::Remark { text });
    let prune = format!(
        "{} network prune removes the networks that no container is on",
        case.tool().as_str()
    );
    let larger = "or set default-address-pools in the engine's daemon.json, with a larger size";
    finding.fix = vec![advise(prune), advise(larger)];
    Some(finding)
}

/// Interfaces that a bridge takes.
///
/// Source: Linux, `net/bridge/br_private.h`, `BR_MAX_PORTS`, of which 0 is none.
const MOST_ON_A_BRIDGE: usize = 1023;

/// A network whose running members have nearly used up its IPv4 addresses, or the places on
/// its bridge.
fn full(case: &Case, at: NetworkAt) -> Option<Finding> {
    let network = case.network(at);
    let subnet = network.subnets.iter().find(|subnet| matches!(subnet.subnet, IpNet::V4(_)))?;
    let range = subnet.ip_range.unwrap_or(subnet.subnet);
    let hosts = 1_usize << (32 - range.prefix_len()).min(20);
    // Network address, broadcast address and gateway are nobody's.
    let addresses = if range == subnet.subnet { hosts.saturating_sub(3) } else { hosts };
    let room = addresses.min(MOST_ON_A_BRIDGE);
    let taken = case
        .map
        .members(at)
        .iter()
        .filter(|member| case.map.endpoint_on(**member, at).is_some_and(|e| e.ipv4.is_some()))
        .count();
    let nearly = taken + 1 >= room || taken * 10 >= room * 9;
    if taken < 2 || !nearly || network.driver != Driver::Bridge {
        return None;
    }
    let name = &network.name;
    let summary = match room.saturating_sub(taken) {
        _ if room < addresses => {
            format!("{name} has {taken} members, and a bridge takes {MOST_ON_A_BRIDGE}")
        }
        0 => format!("{name} has no free address: all {room} are in use"),
        _ => format!("{name} has {taken} of its {room} addresses in use"),
    };
    let mut finding = RULE.finding([name.as_str()], summary);
    finding.evidence = vec![Evidence::Subnet { network: name.clone(), subnet: range }];
    finding.fix = vec![advise(match room < addresses {
        true => format!("create another network, and move some of the members of {name} to it"),
        false => {
            format!("create a network with a larger --subnet, and move the members of {name} to it")
        }
    })];
    Some(finding)
}
