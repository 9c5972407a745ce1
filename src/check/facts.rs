//! Judging what is claimed of networks and containers, which is what the
//! engine says of them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::Ipv4Addr;

use super::verdict::{Assessment, Basis, CheckStatus};
use super::who::Who;
use super::words::some_or_none;
use super::{ContainerClaim, NetworkClaim, PortClaim};
use crate::graph::Map;
use crate::model::{
    Container, ContainerAt, NetworkAt, Position, Protocol, PublishedPort, RequestedPort, State,
};
use crate::order::Ordered;

/// Judges a claim about a network.
pub(super) fn network(map: &Map, who: &Who, name: &str, claim: &NetworkClaim) -> Assessment {
    let found = who.network(name);
    if let NetworkClaim::Exists(wanted) = claim {
        return match found {
            Ok(at) => Assessment::fact(*wanted, format!("{} exists", map.network(at).name)),
            Err(missing) => Assessment::fact(!wanted, missing),
        };
    }
    let at = match found {
        Ok(at) => at,
        Err(missing) => return Assessment::fact(false, missing),
    };
    let network = map.network(at);
    let flag = |is: bool, wanted: bool, words: [&str; 2]| {
        Assessment::fact(is == wanted, words[usize::from(!is)])
    };
    match claim {
        NetworkClaim::Exists(_) => Assessment::fact(true, "it exists"),
        NetworkClaim::Driver(driver) => {
            Assessment::fact(network.driver == *driver, format!("its driver is {}", network.driver))
        }
        NetworkClaim::Internal(wanted) => {
            flag(network.internal, *wanted, ["it is internal", "it is not internal"])
        }
        NetworkClaim::Icc(wanted) => flag(network.icc, *wanted, ["icc is on", "icc is off"]),
        NetworkClaim::Ipv6(wanted) => {
            flag(network.ipv6, *wanted, ["it has IPv6", "it has no IPv6"])
        }
        NetworkClaim::Subnets(subnets) => {
            let has: Vec<String> = network.subnets.iter().map(|s| s.subnet.to_string()).collect();
            let holds = subnets.iter().all(|s| network.subnets.iter().any(|own| own.subnet == *s));
            Assessment::fact(holds, format!("its subnets: {}", some_or_none(&has)))
        }
        NetworkClaim::Members { names, only } => {
            let wanted = match each(names, |name| who.members_called(at, name)) {
                Ok(wanted) => wanted,
                Err(missing) => return Assessment::fact(false, missing),
            };
            let members: BTreeSet<ContainerAt> = map.members(at).iter().copied().into_set();
            let name = |at: &ContainerAt| map.container(*at).name.clone();
            compared(&wanted, &members, *only, "members", name)
        }
    }
}

/// Judges a claim about a container. A name that means several containers, as
/// a service's does, means each of them.
pub(super) fn container(map: &Map, who: &Who, name: &str, claim: &ContainerClaim) -> Assessment {
    let found = who.containers(name);
    let found = match (claim, found) {
        (ContainerClaim::Exists(wanted), Ok(found)) => {
            let first = found.first().map_or(name, |at| map.container(*at).name.as_str());
            return Assessment::fact(*wanted, format!("{first} exists"));
        }
        (ContainerClaim::Exists(wanted), Err(missing)) => {
            return Assessment::fact(!wanted, missing);
        }
        (_, Err(missing)) => return Assessment::fact(false, missing),
        (_, Ok(found)) => found,
    };
    let several = found.len() > 1;
    let mut last = Assessment::fact(true, "");
    for at in found {
        let sight = one_container(map, who, at, claim);
        let observed = if several {
            format!("{}: {}", map.container(at).name, sight.observed)
        } else {
            sight.observed.clone()
        };
        let failed = sight.status != CheckStatus::Pass;
        last = Assessment { observed, ..sight };
        if failed {
            break;
        }
    }
    last
}

fn one_container(map: &Map, who: &Who, at: ContainerAt, claim: &ContainerClaim) -> Assessment {
    let container = map.container(at);
    let state = || match container.exit_code.filter(|_| container.state == State::Exited) {
        Some(code) => format!("it {} ({code})", container.state.predicate()),
        None => format!("it {}", container.state.predicate()),
    };
    match claim {
        ContainerClaim::Exists(_) => Assessment::fact(true, "it exists"),
        // A plan is to be brought up.
        ContainerClaim::Running(wanted) if container.state == State::Planned => {
            by_plan(*wanted, state())
        }
        ContainerClaim::State(wanted) if container.state == State::Planned => {
            by_plan(*wanted == State::Running, state())
        }
        ContainerClaim::Health(_) if container.state == State::Planned => Assessment::new(
            CheckStatus::Unknown,
            Basis::Map,
            "it is planned, and its health is yet to show",
        ),
        ContainerClaim::Running(wanted) => {
            Assessment::fact((container.state == State::Running) == *wanted, state())
        }
        ContainerClaim::State(wanted) => Assessment::fact(container.state == *wanted, state()),
        ContainerClaim::Health(wanted) => {
            let observed = match container.health {
                // What it said before it stopped says nothing of now.
                _ if !container.state.has_network() => return Assessment::fact(false, state()),
                Some(health) => format!("its health check says {}", health.as_str()),
                None => "it has no health check".to_owned(),
            };
            Assessment::fact(container.health == *wanted, observed)
        }
        ContainerClaim::On { networks, only } => {
            let wanted = match each(networks, |name| who.network_of(at, name).map(|at| vec![at])) {
                Ok(wanted) => wanted,
                Err(missing) => return Assessment::fact(false, missing),
            };
            let on: BTreeSet<NetworkAt> = map
                .stack(at)
                .into_iter()
                .flat_map(|owner| map.networks_of(owner))
                .filter(|network| !map.network(*network).is_none())
                .into_set();
            compared(&wanted, &on, *only, "networks", |at| map.network(*at).name.clone())
        }
        ContainerClaim::Published { ports, only } => {
            let owner = map.container(map.stack(at).unwrap_or(at));
            published(&published_ports(owner), ports, *only)
        }
    }
}

fn by_plan(holds: bool, observed: String) -> Assessment {
    let status = if holds { CheckStatus::Pass } else { CheckStatus::Fail };
    Assessment::new(status, Basis::Map, observed)
}

/// The ports that a container publishes, or will when it is brought up as
/// planned. Where a plan leaves the host's port to the engine, there is none yet.
pub(super) fn published_ports(container: &Container) -> Vec<PublishedPort> {
    if container.state != State::Planned {
        return container.published.clone();
    }
    let port = |port: &RequestedPort| PublishedPort {
        port: port.port,
        protocol: port.protocol,
        host_ip: port.host_ip.unwrap_or(Ipv4Addr::UNSPECIFIED.into()),
        host_port: port.host_port.one(),
    };
    container.requested.iter().map(port).collect()
}

/// Published ports as assertions about them would be written, each once: the
/// engine reports a port on every address once for IPv4 and once for IPv6.
pub(super) fn claimed(ports: &[PublishedPort]) -> Vec<String> {
    let words = |port: &PublishedPort| {
        let every = port.host_ip.is_unspecified();
        let host_ip = if every { Ipv4Addr::UNSPECIFIED.into() } else { port.host_ip };
        let PublishedPort { host_port, port, protocol, .. } = *port;
        PortClaim { host_ip: Some(host_ip), host_port, port, protocol }.words()
    };
    let mut claims: Vec<String> = ports.iter().map(words).collect();
    let mut seen = HashSet::new();
    claims.retain(|claim| seen.insert(claim.clone()));
    claims
}

/// What is claimed of a container's ports where there are copies of it, each of which
/// has another port of the host.
pub(super) fn claimed_of_any(container: &Container) -> Vec<String> {
    let any = |port: PublishedPort| PublishedPort { host_port: None, ..port };
    let ports: Vec<PublishedPort> = published_ports(container).into_iter().map(any).collect();
    claimed(&ports)
}

fn published(has: &[PublishedPort], wanted: &[PortClaim], only: bool) -> Assessment {
    let fits = |claim: &PortClaim, port: &PublishedPort| {
        claim.host_port.is_none_or(|wanted| port.host_port == Some(wanted))
            && claim.host_ip.is_none_or(|wanted| {
                let every = wanted.is_unspecified() && port.host_ip.is_unspecified();
                every || wanted == port.host_ip
            })
    };
    let mut by_port: HashMap<(u16, Protocol), Vec<&PublishedPort>> = HashMap::new();
    for port in has {
        by_port.entry((port.port, port.protocol)).or_default().push(port);
    }
    let mut claims: HashMap<(u16, Protocol), Vec<&PortClaim>> = HashMap::new();
    for claim in wanted {
        claims.entry((claim.port, claim.protocol)).or_default().push(claim);
    }
    let claimed_of = |port: &PublishedPort| claims.get(&(port.port, port.protocol));
    let published_of = |claim: &PortClaim| by_port.get(&(claim.port, claim.protocol));
    let all = wanted
        .iter()
        .all(|claim| published_of(claim).into_iter().flatten().any(|port| fits(claim, port)));
    let more = has
        .iter()
        .any(|port| !claimed_of(port).into_iter().flatten().any(|claim| fits(claim, port)));
    let words = claimed(has);
    let observed = if words.is_empty() {
        "it publishes nothing".to_owned()
    } else {
        format!("it publishes {}", some_or_none(&words))
    };
    Assessment::fact(all && !(only && more), observed)
}

/// Holds a set against what is wanted of it.
fn compared<At: Position>(
    wanted: &BTreeSet<At>,
    has: &BTreeSet<At>,
    only: bool,
    noun: &str,
    name: impl Fn(&At) -> String,
) -> Assessment {
    let names = |of: Vec<&At>| some_or_none(&of.into_iter().map(&name).collect::<Vec<_>>());
    let missing: Vec<&At> = wanted.difference(has).collect();
    let surplus: Vec<&At> = has.difference(wanted).collect();
    let mut observed = format!("its {noun}: {}", names(has.iter().collect()));
    let holds = missing.is_empty() && (!only || surplus.is_empty());
    if !missing.is_empty() {
        observed.push_str(&format!("; missing: {}", names(missing)));
    }
    if only && !surplus.is_empty() {
        observed.push_str(&format!("; beyond what is allowed: {}", names(surplus)));
    }
    Assessment::fact(holds, observed)
}

fn each<At: Position>(
    names: &[String],
    find: impl Fn(&str) -> Result<Vec<At>, String>,
) -> Result<BTreeSet<At>, String> {
    let mut all = BTreeSet::new();
    for name in names {
        all.extend(find(name)?);
    }
    Ok(all)
}
