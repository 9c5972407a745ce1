//! Silence where the map says that the way is open, put together by what
//! explains most of it: networks that carry nothing, containers that are cut
//! off on a network, and what is left, pair by pair.

use std::collections::{BTreeMap, BTreeSet};

use super::{Agreement, Compared, Comparison, Map, Verdict};
use crate::model::{By, ContainerAt, Family, NetworkAt, Outcome, Why};
use crate::order::Ordered;

/// Which ways of a container are silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ways {
    /// Those to it and those from it.
    Both,
    /// Those to it.
    In,
    /// Those from it.
    Out,
}

/// How much of the map is silent for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// No member of any of these networks had an answer from another one.
    Networks {
        /// The networks.
        networks: Vec<NetworkAt>,
        /// The only family that this holds for, where the other one gets through.
        family: Option<Family>,
    },
    /// A container of which this holds on a network on which others answer.
    Container {
        /// The container.
        container: ContainerAt,
        /// The network.
        network: NetworkAt,
        /// Its silent ways.
        ways: Ways,
    },
    /// Two containers. In both directions where the attempts are.
    Pair(ContainerAt, ContainerAt),
}

/// Silence with one explanation.
#[derive(Debug)]
pub struct Silence<'a> {
    /// How far it goes.
    pub extent: Extent,
    /// The attempts that had no answer, in the probe's order.
    pub attempts: Vec<Compared<'a>>,
}

/// An attempt by address that should get through, and came to an outcome.
struct Attempt<'c, 'a> {
    row: &'c Compared<'a>,
    family: Family,
    silent: bool,
}

type ByNetwork<'c, 'a> = BTreeMap<NetworkAt, Vec<Attempt<'c, 'a>>>;

/// The silent attempts that `matters` lets through, each in one of the groups;
/// those that explain most come first.
pub fn silences<'a>(
    map: &Map,
    comparison: &Comparison<'a>,
    matters: impl Fn(&Compared) -> bool,
) -> Vec<Silence<'a>> {
    let rows: Vec<&Compared> = comparison.rows.iter().filter(|row| matters(row)).collect();
    let by_network = by_network(map, &rows);
    let dead = dead_networks(&by_network);
    let cut_off = cut_off(&by_network, &dead);
    // By ordered pair: what explains one address of it explains its name.
    let mut explained: BTreeMap<(ContainerAt, ContainerAt), Extent> = BTreeMap::new();
    for (network, attempts) in &by_network {
        for attempt in attempts.iter().filter(|attempt| attempt.silent) {
            let (from, to) = (attempt.row.from, attempt.row.to);
            let of_network = of_network(&dead, *network, attempt.family).cloned();
            if let Some(extent) = of_network.or_else(|| of_container(&cut_off, *network, from, to))
            {
                explained.entry((from, to)).or_insert(extent);
            }
        }
    }
    let silent: Vec<&Compared> = rows.into_iter().filter(|row| is_silent(row)).collect();
    let pairs: BTreeSet<_> = silent.iter().map(|row| (row.from, row.to)).into_set();
    let is_alone = |pair| pairs.contains(&pair) && !explained.contains_key(&pair);
    let mut groups: BTreeMap<Extent, Vec<Compared<'a>>> = BTreeMap::new();
    for row in silent {
        let (from, to) = (row.from, row.to);
        let extent = explained.get(&(from, to)).cloned().unwrap_or({
            // Both ways are one cause.
            let turned = to < from && is_alone((to, from));
            if turned { Extent::Pair(to, from) } else { Extent::Pair(from, to) }
        });
        groups.entry(extent).or_default().push(*row);
    }
    groups.into_iter().map(|(extent, attempts)| Silence { extent, attempts }).collect()
}

/// Whether nothing came back where something should.
fn is_silent(row: &Compared) -> bool {
    let no_answer = matches!(row.measurement.outcome, Outcome::Timeout | Outcome::Unreachable);
    row.agreement == Agreement::Fails && no_answer
}

/// Whether the source's own kernel would not send it, which says nothing of
/// the network.
fn is_kept_in(row: &Compared) -> bool {
    let reason = row.measurement.reason.as_ref();
    reason.is_some_and(|why| {
        matches!(why, Why::BlackHole | Why::NoRoute | Why::Prohibited | Why::OwnFirewall)
    })
}

/// The attempts by address, by the network on which they were made.
fn by_network<'c, 'a>(map: &Map, rows: &[&'c Compared<'a>]) -> ByNetwork<'c, 'a> {
    let mut by_network = ByNetwork::new();
    for row in rows {
        let measurement = row.measurement;
        let told = row.is_measured() && row.predicted.verdict == Verdict::Reachable;
        let (By::Address, true, Some(name)) = (measurement.by, told, &measurement.network) else {
            continue;
        };
        let Ok(address) = measurement.target.parse() else { continue };
        let mut shared = map.shared_networks(row.from, row.to).into_iter();
        let Some(network) = shared.find(|at| map.network(*at).name == *name) else { continue };
        let (family, silent) = (Family::of(address), is_silent(row));
        by_network.entry(network).or_default().push(Attempt { row, family, silent });
    }
    by_network
}

/// Networks of which nothing came back, at all or by one of two families: all
/// at once, since they have something in common. Where one container is at an
/// end of every attempt, it may as well be the container.
fn dead_networks(by_network: &ByNetwork) -> Vec<Extent> {
    let mut dead: BTreeMap<Option<Family>, Vec<NetworkAt>> = BTreeMap::new();
    for (network, attempts) in by_network {
        let is_dead = |family: Family| {
            let mut of_family = attempts.iter().filter(|at| at.family == family).peekable();
            of_family.peek()?;
            Some(of_family.all(|attempt| attempt.silent && !is_kept_in(attempt.row)))
        };
        let family = match (is_dead(Family::V4), is_dead(Family::V6)) {
            (Some(true), Some(true) | None) | (None, Some(true)) => None,
            (Some(true), Some(false)) => Some(Family::V4),
            (Some(false), Some(true)) => Some(Family::V6),
            _ => continue,
        };
        dead.entry(family).or_default().push(*network);
    }
    dead.retain(|_, networks| {
        let attempts = networks.iter().flat_map(|network| &by_network[network]);
        let ends = attempts.map(|attempt| BTreeSet::from([attempt.row.from, attempt.row.to]));
        ends.reduce(|common, ends| &common & &ends).is_some_and(|common| common.is_empty())
    });
    dead.into_iter().map(|(family, networks)| Extent::Networks { networks, family }).collect()
}

fn of_network(dead: &[Extent], at: NetworkAt, family: Family) -> Option<&Extent> {
    dead.iter().find(|extent| match extent {
        Extent::Networks { networks, family: only } => {
            networks.binary_search(&at).is_ok() && only.is_none_or(|only| only == family)
        }
        _ => false,
    })
}

/// Containers with several peers on a network of which nothing came back to
/// them, or from them, although the network carries something.
fn cut_off(by_network: &ByNetwork, dead: &[Extent]) -> BTreeMap<(NetworkAt, ContainerAt), Ways> {
    let mut cut_off = BTreeMap::new();
    for (network, attempts) in by_network {
        let (mut out, mut into) = (BTreeMap::new(), BTreeMap::new());
        for Attempt { row, family, silent } in attempts {
            if of_network(dead, *network, *family).is_none() {
                out.entry(row.from).or_insert_with(Tries::default).add(row.to, *silent);
                into.entry(row.to).or_insert_with(Tries::default).add(row.from, *silent);
            }
        }
        let all_failed = |tries: &BTreeMap<ContainerAt, Tries>, at: ContainerAt| {
            tries.get(&at).is_some_and(Tries::all_failed)
        };
        let containers: BTreeSet<ContainerAt> = out.keys().chain(into.keys()).copied().into_set();
        for container in containers {
            let ways = match (all_failed(&into, container), all_failed(&out, container)) {
                (true, true) => Ways::Both,
                (true, false) => Ways::In,
                (false, true) => Ways::Out,
                (false, false) => continue,
            };
            cut_off.insert((*network, container), ways);
        }
    }
    cut_off
}

/// What was tried in one direction.
#[derive(Debug, Default)]
struct Tries {
    peers: BTreeSet<ContainerAt>,
    answered: bool,
}

impl Tries {
    fn add(&mut self, peer: ContainerAt, silent: bool) {
        self.peers.insert(peer);
        self.answered |= !silent;
    }

    /// Whether several were tried, and none answered.
    fn all_failed(&self) -> bool {
        !self.answered && self.peers.len() > 1
    }
}

/// Which of its two ends explains an attempt: rather one that is cut off both
/// ways.
fn of_container(
    cut_off: &BTreeMap<(NetworkAt, ContainerAt), Ways>,
    network: NetworkAt,
    from: ContainerAt,
    to: ContainerAt,
) -> Option<Extent> {
    let ways = |container, not| {
        let ways = *cut_off.get(&(network, container))?;
        (ways != not).then_some((ways, container))
    };
    let (ways, container) =
        [ways(from, Ways::In), ways(to, Ways::Out)].into_iter().flatten().min()?;
    Some(Extent::Container { container, network, ways })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Probe, Snapshot};

    /// Containers `a` to `e` on network `n`, the first two on `m` as well, all
    /// with both families, and what each attempt by address came to.
    fn told(outcome: impl Fn(&str, &str, &str, Family) -> &'static str) -> Vec<String> {
        let members = ["a", "b", "c", "d", "e"];
        let at = |network: &str, member: &str| {
            let number = 2 + members.iter().position(|other| *other == member).unwrap();
            let third = if network == "n" { 1 } else { 2 };
            (format!("10.0.{third}.{number}"), format!("fd00:{third}::{number}"))
        };
        let networks_of = |member: &str| match member {
            "a" | "b" => vec!["n", "m"],
            _ => vec!["n"],
        };
        let endpoint = |network: &&str, member: &str| {
            let (v4, v6) = at(network, member);
            serde_json::json!({"network": network, "network_id": network, "ipv4": v4, "ipv6": v6})
        };
        let containers: Vec<_> = members
            .iter()
            .map(|member| {
                let networks = networks_of(member);
                let endpoints: Vec<_> = networks.iter().map(|on| endpoint(on, member)).collect();
                serde_json::json!({"name": member, "id": member, "state": "running",
                    "network_mode": "n", "endpoints": endpoints})
            })
            .collect();
        let network = |name: &str, third: u8| {
            serde_json::json!({"name": name, "id": name, "driver": "bridge", "ipv6": true, "subnets": [
                {"subnet": format!("10.0.{third}.0/24")}, {"subnet": format!("fd00:{third}::/64")}]})
        };
        let snapshot: Snapshot = serde_json::from_value(serde_json::json!({
            "schema": "netmap/1", "engine": {"name": "Docker", "version": "28.5"},
            "networks": [network("n", 1), network("m", 2)], "containers": containers,
        }))
        .unwrap();
        let mut measurements = Vec::new();
        for from in members {
            for to in members.iter().filter(|to| **to != from) {
                let shared =
                    networks_of(from).into_iter().filter(|on| networks_of(to).contains(on));
                for network in shared {
                    let (v4, v6) = at(network, to);
                    for (target, family) in [(v4, Family::V4), (v6, Family::V6)] {
                        let outcome = outcome(from, to, network, family);
                        measurements.push(
                            serde_json::from_value(serde_json::json!({
                                "from": from, "to": to, "network": network, "by": "address",
                                "target": target, "protocol": "icmp", "outcome": outcome,
                            }))
                            .unwrap(),
                        );
                    }
                }
            }
        }
        let map = Map::new(&snapshot);
        let probe = Probe::new(measurements);
        let comparison = Comparison::new(&map, &probe);
        let name = |at: &ContainerAt| map.container(*at).name.as_str();
        let network = |at: &NetworkAt| map.network(*at).name.as_str();
        let words = |silence: &Silence| match &silence.extent {
            Extent::Networks { networks, family } => {
                let names: Vec<&str> = networks.iter().map(network).collect();
                format!("{} {}", names.join("+"), family.map_or("all", Family::as_str))
            }
            Extent::Container { container, network: on, ways } => {
                format!("{} on {} {ways:?}", name(container), network(on))
            }
            Extent::Pair(a, b) => format!("{}-{}", name(a), name(b)),
        };
        silences(&map, &comparison, |_| true).iter().map(words).collect()
    }

    fn silent(is_silent: bool) -> &'static str {
        if is_silent { "timeout" } else { "reachable" }
    }

    #[test]
    fn what_explains_most_is_told_and_nothing_of_it_again() {
        assert_eq!(told(|_, _, _, _| silent(false)), Vec::<String>::new());
        assert_eq!(told(|_, _, on, _| silent(on == "n")), ["n all"]);
        assert_eq!(told(|_, _, _, _| silent(true)), ["n+m all"]);
        assert_eq!(told(|_, _, on, of| silent(on == "n" && of == Family::V6)), ["n IPv6"]);
        assert_eq!(told(|from, to, _, _| silent([from, to].contains(&"d"))), ["d on n Both"]);
        assert_eq!(told(|_, to, _, _| silent(to == "d")), ["d on n In"]);
        assert_eq!(told(|from, _, _, _| silent(from == "d")), ["d on n Out"]);
        let two = |at: &str| ["c", "d"].contains(&at);
        assert_eq!(told(|from, to, _, _| silent(two(from) && two(to))), ["c-d"]);
        assert_eq!(told(|from, to, _, _| silent(from == "c" && to == "d")), ["c-d"]);
    }

    #[test]
    fn a_network_of_two_is_no_more_than_a_pair() {
        assert_eq!(told(|_, _, on, _| silent(on == "m")), ["a-b"]);
    }

    #[test]
    fn a_crowd_in_two_halves_has_no_one_to_blame() {
        let half = |at: &str| ["a", "b"].contains(&at);
        let told = told(|from, to, _, _| silent(half(from) != half(to)));
        assert_eq!(told, ["a-c", "a-d", "a-e", "b-c", "b-d", "b-e"]);
    }
}
