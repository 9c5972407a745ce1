//! Judging what is claimed of networks and containers, which is what the
//! engine says of them.

use std::collections::{BTreeSet, HashMap};

use super::evaluate::{Basis, Sight, Status};
use super::who::Who;
use super::{ContainerClaim, NetworkClaim, PortClaim};
use crate::graph::Map;
use crate::model::{Container, Protocol, PublishedPort, RequestedPort, State};

/// Judges a claim about a network.
pub(super) fn network(map: &Map, who: &Who, name: &str, claim: &NetworkClaim) -> Sight {
    let found = who.network(name);
    if let NetworkClaim::Exists(wanted) = claim {
        return match found {
            Ok(at) => Sight::fact(*wanted, format!("{} exists", map.network(at).name)),
            Err(missing) => Sight::fact(!wanted, missing),
        };
    }
    let at = match found {
        Ok(at) => at,
        Err(missing) => return Sight::fact(false, missing),
    };
    let network = map.network(at);
    let flag = |is: bool, wanted: bool, words: [&str; 2]| {
        Sight::fact(is == wanted, words[usize::from(!is)])
    };
    match claim {
        NetworkClaim::Exists(_) => Sight::fact(true, "it exists"),
        NetworkClaim::Driver(driver) => {
            Sight::fact(network.driver == *driver, format!("its driver is {}", network.driver))
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
            Sight::fact(holds, format!("its subnets: {}", listed(&has)))
        }
        NetworkClaim::Members { names, only } => {
            let wanted = match each(names, |name| who.containers(name)) {
                Ok(wanted) => wanted,
                Err(missing) => return Sight::fact(false, missing),
            };
            let members: BTreeSet<usize> = map.members(at).iter().copied().collect();
            let name = |at: &usize| map.container(*at).name.clone();
            compared(&wanted, &members, *only, "members", name)
        }
    }
}

/// Judges a claim about a container. A name that means several containers, as
/// a service's does, means each of them.
pub(super) fn container(map: &Map, who: &Who, name: &str, claim: &ContainerClaim) -> Sight {
    let found = who.containers(name);
    let found = match (claim, found) {
        (ContainerClaim::Exists(wanted), Ok(found)) => {
            let first = found.first().map_or(name, |at| map.container(*at).name.as_str());
            return Sight::fact(*wanted, format!("{first} exists"));
        }
        (ContainerClaim::Exists(wanted), Err(missing)) => return Sight::fact(!wanted, missing),
        (_, Err(missing)) => return Sight::fact(false, missing),
        (_, Ok(found)) => found,
    };
    let several = found.len() > 1;
    let mut last = Sight::fact(true, "");
    for at in found {
        let sight = one_container(map, who, at, claim);
        let observed = if several {
            format!("{}: {}", map.container(at).name, sight.observed)
        } else {
            sight.observed.clone()
        };
        let failed = sight.status != Status::Pass;
        last = Sight { observed, ..sight };
        if failed {
            break;
        }
    }
    last
}

fn one_container(map: &Map, who: &Who, at: usize, claim: &ContainerClaim) -> Sight {
    let container = map.container(at);
    let state = || match container.exit_code.filter(|_| container.state == State::Exited) {
        Some(code) => format!("it is {} ({code})", container.state),
        None => format!("it is {}", container.state),
    };
    match claim {
        ContainerClaim::Exists(_) => Sight::fact(true, "it exists"),
        // A plan is to be brought up.
        ContainerClaim::Running(wanted) if container.state == State::Planned => {
            by_plan(*wanted, state())
        }
        ContainerClaim::State(wanted) if container.state == State::Planned => {
            by_plan(*wanted == State::Running, state())
        }
        ContainerClaim::Health(_) if container.state == State::Planned => {
            Sight::new(Status::Unknown, Basis::Map, "it is planned, and its health is yet to show")
        }
        ContainerClaim::Running(wanted) => {
            Sight::fact((container.state == State::Running) == *wanted, state())
        }
        ContainerClaim::State(wanted) => Sight::fact(container.state == *wanted, state()),
        ContainerClaim::Health(wanted) => {
            let observed = match container.health {
                // What it said before it stopped says nothing of now.
                _ if !container.state.has_network() => return Sight::fact(false, state()),
                Some(health) => format!("its health check says {}", health.as_str()),
                None => "it has no health check".to_owned(),
            };
            Sight::fact(container.health == *wanted, observed)
        }
        ContainerClaim::On { networks, only } => {
            let wanted = match each(networks, |name| who.network(name).map(|at| vec![at])) {
                Ok(wanted) => wanted,
                Err(missing) => return Sight::fact(false, missing),
            };
            let on: BTreeSet<usize> = map
                .stack(at)
                .into_iter()
                .flat_map(|owner| map.networks_of(owner))
                .filter(|network| !map.network(*network).is_none())
                .collect();
            compared(&wanted, &on, *only, "networks", |at| map.network(*at).name.clone())
        }
        ContainerClaim::Published { ports, only } => {
            let owner = map.container(map.stack(at).unwrap_or(at));
            published(&published_ports(owner), ports, *only)
        }
    }
}

fn by_plan(holds: bool, observed: String) -> Sight {
    let status = if holds { Status::Pass } else { Status::Fail };
    Sight::new(status, Basis::Map, observed)
}

/// The ports that a container publishes, or will when it is brought up as
/// planned. Where a plan leaves the host's port to the engine, it is 0.
pub(super) fn published_ports(container: &Container) -> Vec<PublishedPort> {
    if container.state != State::Planned {
        return container.published.clone();
    }
    let port = |port: &RequestedPort| PublishedPort {
        port: port.port,
        protocol: port.protocol,
        host_ip: if port.host_ip.is_empty() { "0.0.0.0" } else { &port.host_ip }.to_owned(),
        host_port: port.host_port.parse().unwrap_or(0),
    };
    container.requested.iter().map(port).collect()
}

/// A published port as an assertion about it would be written.
pub(super) fn claimed(port: &PublishedPort) -> PortClaim {
    PortClaim {
        host_ip: port.host_ip.parse().ok(),
        host_port: Some(port.host_port).filter(|port| *port > 0),
        port: port.port,
        protocol: port.protocol,
    }
}

fn published(has: &[PublishedPort], wanted: &[PortClaim], only: bool) -> Sight {
    let fits = |claim: &PortClaim, port: &PublishedPort| {
        let ip = port.host_ip.parse().ok();
        claim.host_port.is_none_or(|wanted| wanted == port.host_port)
            && claim.host_ip.is_none_or(|wanted| Some(wanted) == ip)
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
    let words: Vec<String> = has.iter().map(|port| claimed(port).words()).collect();
    let observed = if words.is_empty() {
        "it publishes nothing".to_owned()
    } else {
        format!("it publishes {}", listed(&words))
    };
    Sight::fact(all && !(only && more), observed)
}

/// Holds a set against what is wanted of it.
fn compared(
    wanted: &BTreeSet<usize>,
    has: &BTreeSet<usize>,
    only: bool,
    noun: &str,
    name: impl Fn(&usize) -> String,
) -> Sight {
    let names = |of: Vec<&usize>| listed(&of.into_iter().map(&name).collect::<Vec<_>>());
    let missing: Vec<&usize> = wanted.difference(has).collect();
    let surplus: Vec<&usize> = has.difference(wanted).collect();
    let mut observed = format!("its {noun}: {}", names(has.iter().collect()));
    let holds = missing.is_empty() && (!only || surplus.is_empty());
    if !missing.is_empty() {
        observed.push_str(&format!("; missing: {}", names(missing)));
    }
    if only && !surplus.is_empty() {
        observed.push_str(&format!("; beyond what is allowed: {}", names(surplus)));
    }
    Sight::fact(holds, observed)
}

fn each(
    names: &[String],
    find: impl Fn(&str) -> Result<Vec<usize>, String>,
) -> Result<BTreeSet<usize>, String> {
    let mut all = BTreeSet::new();
    for name in names {
        all.extend(find(name)?);
    }
    Ok(all)
}

/// `a, b and 7 more`, or `none`.
pub(super) fn listed(items: &[String]) -> String {
    const MOST: usize = 8;
    if items.is_empty() {
        return "none".to_owned();
    }
    let head = items[..items.len().min(MOST)].join(", ");
    match items.len().saturating_sub(MOST) {
        0 => head,
        more => format!("{head} and {more} more"),
    }
}
