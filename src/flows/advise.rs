//! Advice from what was seen: who is on a network and did not use it, and the
//! networks that would carry what was seen and little else. It is advice:
//! what was not seen in that time may be needed all the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::graph::{Map, StackOwner};
use crate::model::{ContainerAt, Flow, Flows, NetworkAt, Party, PerContainer, PerNetwork};
use crate::order::{OrderBy, Ordered};

/// A network that does not carry all that it could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle {
    /// The network.
    pub network: String,
    /// Those of its members that were not seen to use it, by name.
    pub silent: Vec<String>,
    /// How many members that run it has.
    pub members: usize,
}

impl Idle {
    /// Whether nobody was seen to use it for anything.
    pub fn is_unused(&self) -> bool {
        self.silent.len() == self.members
    }
}

/// A container that may reach more than it was seen to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The container.
    pub container: String,
    /// How many others share a network with it.
    pub may: usize,
    /// With how many of these it was seen.
    pub did: usize,
}

/// A network that would carry a part of what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What to call it.
    pub name: String,
    /// Its members, by name.
    pub members: Vec<String>,
    /// Whether no member needs anything outside.
    pub internal: bool,
}

/// What follows from what was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// Networks that somebody on them did not use, by name.
    pub idle: Vec<Idle>,
    /// Who may reach far more than they did, the furthest first.
    pub far: Vec<Reach>,
    /// The networks that would do.
    pub planned: Vec<Planned>,
    /// For each server's port who was seen to dial it, for a check file.
    pub talks: Vec<Talk>,
    /// Whether nobody was seen with anything outside.
    pub nobody_outside: bool,
}

/// Who was seen to dial a port of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    /// The server.
    pub server: String,
    /// Its port and what carries it: `5432/tcp`.
    pub service: String,
    /// The containers that did, by name.
    pub clients: Vec<String>,
    /// Whether nobody else did: neither the host nor anybody outside, nor one
    /// that cannot be told from another.
    pub nobody_else: bool,
}

/// Whoever reaches so many times more than it was seen to is told of.
const FAR: usize = 3;

/// What follows from flows on a map.
pub fn advise(map: &Map<'_>, flows: &Flows) -> Advice {
    let answered: Vec<&Flow> =
        flows.flows.iter().filter(|flow| flow.outcome.is_answered()).collect();
    let mut advice = Advice {
        idle: idle(map, &answered),
        far: far(map, &answered),
        planned: planned(map, &answered),
        talks: talks(&answered),
        nobody_outside: !answered.iter().any(|flow| flow.server.is_outside()),
    };
    advice.far.order_by(|a, b| (b.may - b.did, &a.container).cmp(&(a.may - a.did, &b.container)));
    advice
}

/// Members of a network that run, and those who ride along.
fn running(map: &Map<'_>, members: &[ContainerAt]) -> Vec<ContainerAt> {
    let runs = |at: &ContainerAt| map.container(*at).state.has_network();
    members.iter().copied().filter(runs).collect()
}

fn idle(map: &Map<'_>, flows: &[&Flow]) -> Vec<Idle> {
    let mut used: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for flow in flows {
        let Some(network) = &flow.network else { continue };
        let ends = [&flow.client, &flow.server].into_iter().flat_map(|end| end.containers());
        used.entry(network).or_default().extend(ends.map(String::as_str));
    }
    let mut idle = Vec::new();
    for at in map.networks() {
        let network = map.network(at);
        let members = running(map, map.members(at));
        if network.is_host() || network.is_none() || members.is_empty() {
            continue;
        }
        let used = used.get(&*network.name);
        let uses = |at: &ContainerAt| {
            let stack = std::iter::once(*at).chain(map.sidecars(*at).iter().copied());
            let mut names = stack.map(|at| &*map.container(at).name);
            used.is_some_and(|used| names.any(|name| used.contains(name)))
        };
        let silent = members.iter().filter(|at| !uses(at));
        let silent: Vec<String> = silent.map(|at| map.container(*at).name.clone()).collect();
        if !silent.is_empty() {
            let (network, members) = (network.name.clone(), members.len());
            idle.push(Idle { network, silent, members });
        }
    }
    idle
}

/// Pairs of containers that were seen with one another, both ways.
fn pairs<'f>(flows: &[&'f Flow]) -> BTreeMap<&'f str, BTreeSet<&'f str>> {
    let mut pairs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for flow in flows {
        for client in flow.client.containers() {
            for server in flow.server.containers() {
                pairs.entry(client).or_default().insert(server);
                pairs.entry(server).or_default().insert(client);
            }
        }
    }
    pairs
}

fn far(map: &Map<'_>, flows: &[&Flow]) -> Vec<Reach> {
    let pairs = pairs(flows);
    let mut neighbours = Neighbours::new(map);
    let mut far = Vec::new();
    for at in map.containers().filter(|at| map.container(*at).state.has_network()) {
        let may = neighbours.of(at);
        let container = &map.container(at).name;
        let did = pairs.get(&**container).map_or(0, BTreeSet::len);
        if may >= FAR && may >= FAR * did.max(1) {
            far.push(Reach { container: container.clone(), may, did: did.min(may) });
        }
    }
    far
}

/// More than so many on a network are counted once for all of them.
const FEW: usize = 32;

/// How many others each container shares a network with.
struct Neighbours<'m, 'a> {
    map: &'m Map<'a>,
    /// Of each network those that run.
    running: PerNetwork<Vec<ContainerAt>>,
    /// The networks of many that each container is on.
    crowded: PerContainer<Vec<NetworkAt>>,
    /// How many are on any of these networks.
    counted: HashMap<Vec<NetworkAt>, usize>,
}

impl<'m, 'a> Neighbours<'m, 'a> {
    fn new(map: &'m Map<'a>) -> Self {
        let running: PerNetwork<Vec<ContainerAt>> =
            map.networks().map(|at| running(map, map.members(at))).collect();
        let crowded = map.containers().map(|at| {
            let of_many = map.networks_of(at).filter(|network| running[*network].len() > FEW);
            let crowded: BTreeSet<NetworkAt> = of_many.into_set();
            crowded.into_iter().collect()
        });
        Self { map, crowded: crowded.collect(), counted: HashMap::new(), running }
    }

    /// How many others share a network with one that runs.
    fn of(&mut self, at: ContainerAt) -> usize {
        let (running, crowded) = (&self.running, &self.crowded);
        let crowd = &crowded[at];
        let on = |networks: &mut dyn Iterator<Item = NetworkAt>| -> BTreeSet<ContainerAt> {
            networks.flat_map(|network| &running[network]).copied().collect()
        };
        let counted = self.counted.entry(crowd.clone());
        let in_crowd = *counted.or_insert_with(|| on(&mut crowd.iter().copied()).len());
        let few = self.map.networks_of(at).filter(|network| !crowd.contains(network));
        let is_beside =
            |other: &&ContainerAt| !crowded[**other].iter().any(|network| crowd.contains(network));
        let beside = on(&mut { few }).iter().filter(is_beside).count();
        let is_counted = self.map.stack_owner(at) == StackOwner::Itself
            && self.map.networks_of(at).next().is_some();
        in_crowd + beside - usize::from(is_counted)
    }
}

/// A network for each server, with those that were seen to dial it; what lies
/// within another is left out. Whoever was seen with nothing but the world
/// outside has one alone.
fn planned(map: &Map<'_>, flows: &[&Flow]) -> Vec<Planned> {
    let mut named: HashMap<&str, ContainerAt> = HashMap::new();
    for at in map.containers() {
        named.entry(&map.container(at).name).or_insert(at);
    }
    // Who shares a network namespace is on the networks of its owner.
    let owner = |name: &str| -> Option<String> {
        map.stack(*named.get(name)?).map(|owner| map.container(owner).name.clone())
    };
    let (mut served, mut outside) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeSet::new());
    for flow in flows {
        let all = |party: &Party| -> BTreeSet<String> {
            party.containers().iter().filter_map(|name| owner(name)).collect()
        };
        let (clients, servers) = (all(&flow.client), all(&flow.server));
        if clients.is_empty() || servers.is_empty() {
            // The resolver is there on every network.
            if flow.server != Party::Resolver {
                outside.extend(clients.into_iter().chain(servers));
            }
            continue;
        }
        for server in servers {
            let members = served.entry(server.clone()).or_default();
            members.extend(clients.iter().cloned());
            members.insert(server);
        }
    }
    served.retain(|_, members| members.len() > 1);
    let mut planned: Vec<(String, BTreeSet<String>)> = Vec::new();
    let mut all: Vec<(String, BTreeSet<String>)> = served.into_iter().collect();
    all.order_by_key(|(name, members)| (std::cmp::Reverse(members.len()), name.clone()));
    // By member, which of them it is on.
    let mut on: HashMap<String, Vec<usize>> = HashMap::new();
    for (name, members) in all {
        // What holds all of them holds the one that is on the fewest.
        let of_each = members.iter().map(|member| on.get(member).map_or(&[][..], Vec::as_slice));
        let fewest = of_each.min_by_key(|on| on.len()).unwrap_or_default();
        if !fewest.iter().any(|larger| members.is_subset(&planned[*larger].1)) {
            for member in &members {
                on.entry(member.clone()).or_default().push(planned.len());
            }
            planned.push((name, members));
        }
    }
    let published =
        map.containers().map(|at| map.container(at)).filter(|c| !c.published.is_empty());
    outside.extend(published.map(|container| container.name.clone()));
    for alone in &outside {
        if !on.contains_key(alone) {
            planned.push((alone.clone(), BTreeSet::from([alone.clone()])));
        }
    }
    planned.order();
    planned
        .into_iter()
        .map(|(name, members)| Planned {
            name,
            internal: members.is_disjoint(&outside),
            members: members.into_iter().collect(),
        })
        .collect()
}

fn talks(flows: &[&Flow]) -> Vec<Talk> {
    let mut talks: BTreeMap<(&str, String), (BTreeSet<&str>, bool)> = BTreeMap::new();
    for flow in flows {
        let [server] = flow.server.containers() else { continue };
        if flow.port.is_none() {
            continue;
        }
        let (clients, nobody_else) =
            talks.entry((server, flow.service())).or_insert_with(|| (BTreeSet::new(), true));
        match flow.client.containers() {
            [client] => _ = clients.insert(client),
            _ => *nobody_else = false,
        }
    }
    talks
        .into_iter()
        .map(|((server, service), (clients, nobody_else))| Talk {
            server: server.to_owned(),
            service,
            clients: clients.into_iter().map(str::to_owned).collect(),
            nobody_else,
        })
        .collect()
}
