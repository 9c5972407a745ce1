//! What is to be measured, worked out before anything is sent: which acts
//! from which network stacks, and what each of them answers.
//!
//! Containers that share a network stack are probed once, and two questions
//! with one answer (the address of a container and of one that rides in its
//! stack) are one act.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use crate::graph::{Map, Verdict};
use crate::model::{Attempt, By, Container, ContainerAt, NetworkAt, Protocol, Why, with_positions};
use crate::order::Ordered;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The containers to measure from.
    pub from: BTreeSet<ContainerAt>,
    /// The containers to reach.
    pub to: BTreeSet<ContainerAt>,
    /// What to send.
    pub attempts: Attempts,
}

impl Request {
    /// Pings from each of `from` to each of `to`.
    pub fn pings(from: BTreeSet<ContainerAt>, to: BTreeSet<ContainerAt>) -> Self {
        Self { from, to, attempts: Attempts::Icmp }
    }
}

/// What to send to each target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempts {
    /// Pings.
    Icmp,
    /// TCP connections to these ports.
    Tcp(Vec<u16>),
    /// TCP connections to the ports each target declares or publishes.
    TcpDeclared,
}

/// One thing to try from one network stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Attempt at an address.
    Address(IpAddr, Attempt),
    /// Resolve a name, and try what it resolves to.
    Name(String, Attempt),
}

impl Act {
    /// What is sent.
    pub fn attempt(&self) -> Attempt {
        match self {
            Self::Address(_, attempt) | Self::Name(_, attempt) => *attempt,
        }
    }

    /// The name or address, as programs take it.
    pub fn host(&self) -> String {
        match self {
            Self::Address(address, _) => address.to_string(),
            Self::Name(name, _) => name.clone(),
        }
    }

    /// Whether there is no name to resolve.
    pub fn is_address(&self) -> bool {
        matches!(self, Self::Address(..))
    }
}

/// A network stack from which to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Containers that use the stack and run, its owner first. Any of them
    /// can be entered for all of them.
    pub members: Vec<ContainerAt>,
    /// What to try.
    pub acts: Vec<Act>,
}

/// A question, and where its answer will be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The source.
    pub from: ContainerAt,
    /// The target; `None` for a host that is no container here.
    pub to: Option<ContainerAt>,
    /// The network on which the target has the address.
    pub network: Option<NetworkAt>,
    /// By name or by address.
    pub by: By,
    /// The name or address.
    pub target: String,
    /// What is sent.
    pub attempt: Attempt,
    /// Where the answer will be found.
    pub answer: Found,
}

/// Where a question's answer is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// In an act of a station.
    Act {
        /// Position of the station.
        station: usize,
        /// Position of the act among the station's.
        act: usize,
    },
    /// Nowhere: it cannot be measured, for this reason.
    Nowhere(Why),
}

/// Everything that is to be measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProbePlan {
    /// The network stacks to measure from.
    pub stations: Vec<Station>,
    /// The questions, in order of source and target.
    pub queries: Vec<Query>,
    /// For each address a TCP port that its owner declares: where a ping
    /// cannot be sent, a connection there can tell whether the way is open.
    pub ports: HashMap<IpAddr, u16>,
    /// Whether any of the names can lead to an IPv6 address.
    pub leads_to_ipv6: bool,
}

impl ProbePlan {
    /// How many ordered pairs of containers are asked about.
    pub fn pairs(&self) -> usize {
        self.queries.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to)).count()
    }
}

/// A name longer than this is none that DNS can carry (RFC 1035, 2.3.4).
const LONGEST_NAME: usize = 253;

/// Works out the plan. Containers that have no network stack just now are
/// left out as sources, and are asked about by name only as targets.
///
/// # Examples
///
/// ```
/// use netmap::graph::Map;
/// use netmap::probe::{Request, plan};
///
/// let snapshot = netmap::sample::read("healthy-proxy")?;
/// let map = Map::new(&snapshot);
/// let all: std::collections::BTreeSet<_> = map.containers().collect();
/// assert_eq!(plan(&map, &Request::pings(all.clone(), all)).pairs(), 20);
/// # Ok::<(), netmap::error::Error>(())
/// ```
pub fn plan(map: &Map, request: &Request) -> ProbePlan {
    let mut placing = Placing::new(map);
    for from in &request.from {
        for to in request.to.iter().filter(|to| *to != from) {
            if map.container(*from).state.has_network() {
                placing.place(queries(map, *from, *to, &request.attempts));
            }
        }
    }
    placing.plan
}

/// Works out the plan for questions that somebody has already made, in order
/// of source and target. Sources without a network stack are left out.
pub fn plan_queries(map: &Map, queries: Vec<Query>) -> ProbePlan {
    let mut placing = Placing::new(map);
    placing.place(queries);
    placing.plan
}

/// Whose network stack a station is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place<'a> {
    /// That of a container's own.
    Stack(ContainerAt),
    /// That of the machine of the engine with this name.
    Machine(&'a str),
}

/// A plan in the making.
struct Placing<'a> {
    map: &'a Map<'a>,
    plan: ProbePlan,
    stations: BTreeMap<Place<'a>, usize>,
    /// For each station its acts, to find what was asked before.
    known: Vec<HashMap<Act, usize>>,
}

impl<'a> Placing<'a> {
    fn new(map: &'a Map<'a>) -> Self {
        let plan = ProbePlan { ports: declared_ports(map), ..ProbePlan::default() };
        Self { map, plan, stations: BTreeMap::new(), known: Vec::new() }
    }

    /// Gives each question a station and an act there.
    fn place(&mut self, queries: Vec<Query>) {
        for mut query in queries {
            if !self.map.container(query.from).state.has_network() {
                continue;
            }
            self.plan.leads_to_ipv6 |= leads_to_ipv6(self.map, &query);
            if query.answer == UNPLACED {
                query.answer = match self.station(query.from) {
                    Some(station) => Found::Act { station, act: self.act(station, act_of(&query)) },
                    None => Found::Nowhere(Why::StackGone),
                };
            }
            self.plan.queries.push(query);
        }
    }

    fn station(&mut self, from: ContainerAt) -> Option<usize> {
        let stack = self.map.stack(from)?;
        // Everybody on the host's stack is in one place.
        let key = if self.map.on_host(from) {
            Place::Machine(&self.map.container(from).node)
        } else {
            Place::Stack(stack)
        };
        Some(*self.stations.entry(key).or_insert_with(|| {
            let members = members(self.map, key, stack);
            self.plan.stations.push(Station { members, acts: Vec::new() });
            self.known.push(HashMap::new());
            self.plan.stations.len() - 1
        }))
    }

    fn act(&mut self, station: usize, act: Act) -> usize {
        let acts = &mut self.plan.stations[station].acts;
        *self.known[station].entry(act.clone()).or_insert_with(|| {
            acts.push(act);
            acts.len() - 1
        })
    }
}

impl Query {
    /// A question that is yet to be given its place in a plan. A name that
    /// could be no host's is never asked for.
    pub fn new(
        from: ContainerAt,
        to: Option<ContainerAt>,
        network: Option<NetworkAt>,
        by: By,
        target: String,
        attempt: Attempt,
    ) -> Self {
        let askable = by == By::Address || is_host_name(&target);
        let answer = if askable { UNPLACED } else { Found::Nowhere(Why::NoHostName) };
        Self { from, to, network, by, target, attempt, answer }
    }
}

/// A query that has not been given a place yet.
const UNPLACED: Found = Found::Act { station: usize::MAX, act: usize::MAX };

fn act_of(query: &Query) -> Act {
    match (query.by, query.target.parse()) {
        (By::Address, Ok(address)) => Act::Address(address, query.attempt),
        _ => Act::Name(query.target.clone(), query.attempt),
    }
}

/// Whether what is asked for by name can have an IPv6 address: a container that has
/// one, and whatever is no container here.
fn leads_to_ipv6(map: &Map, query: &Query) -> bool {
    let has_one = |at: ContainerAt| {
        let mut endpoints = map.stack(at).into_iter().flat_map(|at| map.endpoints(at));
        endpoints.any(|(_, endpoint)| endpoint.ipv6.is_some())
    };
    query.by == By::Name && query.to.is_none_or(has_one)
}

/// Who runs in a stack: the owner and those that ride in it, or everybody on
/// the host's.
fn members(map: &Map, key: Place, stack: ContainerAt) -> Vec<ContainerAt> {
    let all: Vec<ContainerAt> = match key {
        Place::Stack(owner) => {
            std::iter::once(owner).chain(map.sidecars(owner).iter().copied()).collect()
        }
        Place::Machine(_) => {
            let others =
                map.containers().filter(|at| map.on_host(*at) && !map.are_apart(*at, stack));
            std::iter::once(stack).chain(others.filter(|at| *at != stack)).collect()
        }
    };
    all.into_iter().filter(|at| map.container(*at).state.has_network()).collect()
}

fn queries(map: &Map, from: ContainerAt, to: ContainerAt, attempts: &Attempts) -> Vec<Query> {
    let target = map.container(to);
    let attempts: Vec<Attempt> = match attempts {
        Attempts::Icmp => vec![Attempt::Icmp],
        Attempts::Tcp(ports) => ports.iter().copied().map(Attempt::Tcp).collect(),
        Attempts::TcpDeclared => tcp_ports(target).into_iter().map(Attempt::Tcp).collect(),
    };
    if attempts.is_empty() {
        return vec![nowhere(map, from, to, Why::NoDeclaredPort)];
    }
    let prediction = map.predict(from, to);
    let mut queries = Vec::new();
    for attempt in attempts {
        let name = target.network_name().to_owned();
        queries.push(Query::new(from, Some(to), None, By::Name, name, attempt));
        queries.extend(prediction.routes.iter().filter_map(|route| {
            let address = route.address?.to_string();
            Some(Query::new(from, Some(to), route.network, By::Address, address, attempt))
        }));
        // That its name leads nowhere says nothing of an address not known. On
        // another engine it is known, and not to be tried.
        let untold = prediction.routes.iter().all(|route| route.address.is_none());
        let unknown = prediction.by_address.verdict == Verdict::Unknown;
        if untold && unknown && !map.are_apart(from, to) {
            let why = Why::NoKnownAddress;
            queries.push(Query { attempt, by: By::Address, ..nowhere(map, from, to, why) });
        }
    }
    queries
}

fn nowhere(map: &Map, from: ContainerAt, to: ContainerAt, why: Why) -> Query {
    Query {
        from,
        to: Some(to),
        network: None,
        by: By::Name,
        target: map.container(to).network_name().to_owned(),
        attempt: Attempt::Icmp,
        answer: Found::Nowhere(why),
    }
}

/// TCP ports a container declares, publishes or wants published, in order.
fn tcp_ports(container: &Container) -> BTreeSet<u16> {
    let tcp = |protocol: Protocol| protocol == Protocol::Tcp;
    let exposed = container.exposed.iter().filter(|p| tcp(p.protocol)).map(|p| p.port);
    let published = container.published.iter().filter(|p| tcp(p.protocol)).map(|p| p.port);
    let requested = container.requested.iter().filter(|p| tcp(p.protocol)).map(|p| p.port);
    exposed.chain(published).chain(requested).into_set()
}

fn declared_ports(map: &Map) -> HashMap<IpAddr, u16> {
    let mut ports = HashMap::new();
    for (at, container) in with_positions(&map.snapshot().containers) {
        let Some(port) = tcp_ports(container).first().copied() else { continue };
        for (_, endpoint) in map.stack(at).into_iter().flat_map(|owner| map.endpoints(owner)) {
            for address in endpoint.addresses() {
                ports.entry(address).or_insert(port);
            }
        }
    }
    ports
}

/// Whether the text can be asked for as a host's name. What cannot must not
/// come near a command line, either.
pub(super) fn is_host_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.starts_with(['-', '.'])
        && name.chars().all(fits)
        && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
