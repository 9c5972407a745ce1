//! Who has an address: a table that outlives the map it was made of, so that
//! what is seen now is told by who has the address now.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};
use ipnet::IpNet;

use crate::graph::Map;
use crate::model::{
    ContainerAt, Driver, Family, FlowProtocol, LookoutAt, Lookouts, Moment, Network, Party,
    Protocol,
};
use crate::order::{OrderBy, Ordered};

/// Docker's own resolver inside each container.
pub const RESOLVER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));

/// How much earlier something must have been to be before something else, in seconds: the
/// kernel tells by whole ones when it saw a connection last.
const SURE: f64 = 2.0;

/// A container's endpoint.
#[derive(Debug, Clone)]
struct Endpoint {
    container: String,
    network: Arc<str>,
    lookout: Option<LookoutAt>,
    /// When it was started.
    since: Option<Moment>,
    /// When it was made.
    made: Option<Moment>,
}

/// Where a port of the machine leads to.
#[derive(Debug, Clone)]
pub struct Published {
    /// The address of the machine that it is published on; none for all of them.
    on: Option<IpAddr>,
    /// The container.
    pub container: String,
    /// Its port.
    pub port: u16,
    /// The network of its that the port most likely leads over.
    pub network: Option<Arc<str>>,
}

/// An end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct End {
    /// Its address and port.
    pub address: SocketAddr,
    /// The network namespace that the connection never left, if it is known
    /// not to have.
    pub within: Option<LookoutAt>,
    /// The place of its socket's owner, by the lookout where that was seen.
    pub owner: Option<(LookoutAt, usize)>,
    /// Who waits on its port there, where somebody was seen to.
    pub waits: Option<usize>,
}

/// Who has which address.
#[derive(Debug, Default)]
pub struct Who {
    /// By engine and address; networks that engines share are those of none.
    endpoints: HashMap<(String, IpAddr), Endpoint>,
    /// The machine's own addresses, by engine.
    machines: HashMap<(String, IpAddr), ()>,
    services: HashMap<IpAddr, String>,
    /// By engine, protocol and port of the machine: there may be one for each of its
    /// addresses.
    published: HashMap<(String, FlowProtocol, u16), Vec<Published>>,
    /// The engines' own networks, and how long their prefixes are.
    subnets: HashSet<(String, IpNet)>,
    lengths: BTreeSet<(bool, u8)>,
    /// For each lookout the names of the containers in it, its engine, and
    /// whether the machine itself is in it.
    lookouts: Vec<(Vec<String>, String, bool)>,
    /// By engine, the first lookout that the machine itself is in.
    posts: HashMap<String, LookoutAt>,
    /// Which lookouts have a container with an address of a family.
    families: HashSet<(LookoutAt, Family)>,
    /// The names of all containers.
    known: HashSet<String>,
    /// Gateways at which an engine's resolver answers.
    resolvers: HashMap<(String, IpAddr), ()>,
}

impl Who {
    /// Who has which address on this map, seen from these lookouts.
    pub fn new(map: &Map<'_>, lookouts: &Lookouts) -> Self {
        let mut who = Self::default();
        let by_id: HashMap<&str, ContainerAt> =
            map.containers().map(|at| (&*map.container(at).id, at)).collect();
        let mut posted: HashMap<ContainerAt, LookoutAt> = HashMap::new();
        for (at, lookout) in lookouts.all.iter().enumerate() {
            let known = |id: &String| by_id.get(&**id).copied();
            let here = lookout.containers.iter().filter_map(known);
            posted.extend(here.map(|container| (container, at)));
            // Places in this list are those in the lookout's.
            let name = |id: &String| known(id).map_or(id, |at| &map.container(at).name).clone();
            let names = lookout.containers.iter().map(name).collect();
            who.lookouts.push((names, lookout.node.clone(), lookout.is_engine));
            if lookout.is_engine {
                who.posts.entry(lookout.node.clone()).or_insert(at);
                let own = lookout.addresses.iter().map(|own| ((lookout.node.clone(), *own), ()));
                who.machines.extend(own);
            }
        }
        who.known = map.containers().map(|at| map.container(at).name.clone()).collect();
        who.add_networks(map);
        for at in map.containers().filter(|at| map.container(*at).state.has_network()) {
            who.add_container(map, at, posted.get(&at).copied());
        }
        for (at, lookout) in lookouts.all.iter().enumerate().filter(|(_, of)| !of.is_engine) {
            let known = |id: &String| by_id.get(&**id).copied();
            if let Some(container) = lookout.containers.iter().find_map(known) {
                who.add_own_given(map, container, at, &lookout.addresses);
            }
        }
        let swarm = map.snapshot().engine.swarm.as_ref();
        for service in swarm.iter().flat_map(|swarm| &swarm.services) {
            let addresses = service.virtual_addresses.iter().map(|virtual_ip| virtual_ip.address);
            who.services.extend(addresses.map(|address| (address, service.name.clone())));
        }
        who
    }

    fn add_networks(&mut self, map: &Map<'_>) {
        for at in map.networks() {
            let network = map.network(at);
            let has_resolver = map.snapshot().engine_of(&network.node).is_podman();
            for subnet in &network.subnets {
                let net = subnet.subnet.trunc();
                self.lengths.insert((net.addr().is_ipv4(), net.prefix_len()));
                self.subnets.insert((network.node.clone(), net));
                let Some(gateway) = map.gateway(at, subnet) else { continue };
                if network.driver != Driver::Bridge {
                    continue;
                }
                self.machines.insert((network.node.clone(), gateway), ());
                if has_resolver {
                    self.resolvers.insert((network.node.clone(), gateway), ());
                }
            }
        }
    }

    fn add_container(&mut self, map: &Map<'_>, at: ContainerAt, lookout: Option<LookoutAt>) {
        let container = map.container(at);
        let mut first: Option<Arc<str>> = None;
        for (network, endpoint) in map.endpoints(at) {
            let Some(network) = network.map(|network| map.network(network)) else { continue };
            let name: Arc<str> = network.name.as_str().into();
            first.get_or_insert_with(|| Arc::clone(&name));
            for address in endpoint.addresses() {
                self.families.extend(lookout.map(|at| (at, Family::of(address))));
                let endpoint = Endpoint {
                    container: container.name.clone(),
                    network: Arc::clone(&name),
                    lookout,
                    since: container.started_at,
                    made: container.created_at,
                };
                self.endpoints.insert((network.node.clone(), address), endpoint);
            }
        }
        for (network, address) in map.own_given(at) {
            let network = map.network(network);
            let endpoint = Endpoint {
                container: container.name.clone(),
                network: network.name.as_str().into(),
                lookout,
                since: None,
                made: None,
            };
            self.endpoints.entry((network.node.clone(), address)).or_insert(endpoint);
        }
        for published in &container.published {
            let Some(host_port) = published.host_port else { continue };
            let protocol = match published.protocol {
                Protocol::Tcp => FlowProtocol::Tcp,
                Protocol::Udp => FlowProtocol::Udp,
                Protocol::Sctp => FlowProtocol::Sctp,
            };
            let leads_to = Published {
                on: Some(published.host_ip).filter(|address| !address.is_unspecified()),
                container: container.name.clone(),
                port: published.port,
                network: first.clone(),
            };
            let port = (container.node.clone(), protocol, host_port);
            self.published.entry(port).or_default().push(leads_to);
        }
    }

    /// Adds those addresses in a container's namespace that are of its networks and that
    /// the engine gave to nobody: virtual ones, which a program gave to its interfaces.
    fn add_own_given(
        &mut self,
        map: &Map<'_>,
        at: ContainerAt,
        lookout: LookoutAt,
        addresses: &[IpAddr],
    ) {
        let stack = map.stack(at).unwrap_or(at);
        for address in addresses {
            let mut networks = map.networks_of(stack).map(|network| map.network(network));
            let of = |network: &&Network| {
                network.driver != Driver::Overlay && network.contains(*address)
            };
            let Some(network) = networks.find(of) else { continue };
            if self.machines.contains_key(&(network.node.clone(), *address)) {
                continue;
            }
            let endpoint = Endpoint {
                container: map.container(stack).name.clone(),
                network: network.name.as_str().into(),
                lookout: Some(lookout),
                since: None,
                made: None,
            };
            self.endpoints.entry((network.node.clone(), *address)).or_insert(endpoint);
        }
    }

    /// The addresses that are a container's by this table and another's, or nobody's,
    /// by a later one on any engine; since when, as far as is known.
    pub fn moved(&self, later: &Self) -> HashMap<IpAddr, Option<Moment>> {
        let nodes: BTreeSet<&str> = self.nodes().chain(later.nodes()).into_set();
        let mut moved = HashMap::new();
        // What was nobody's before is as it was.
        for address in self.endpoints.keys().map(|(_, address)| *address) {
            let is_same = |node: &&str| {
                let before = self.owner(node, address);
                before.is_none() || before == later.owner(node, address)
            };
            if !nodes.iter().all(is_same) {
                let since = |node: &&str| later.of(&later.endpoints, node, address)?.since;
                moved.insert(address, nodes.iter().find_map(since));
            }
        }
        moved
    }

    /// Whether an address was another's at this moment, which may be gone: the container
    /// that has it was not made yet.
    pub fn was_anothers(&self, node: &str, address: IpAddr, then: Moment) -> bool {
        let made = self.of(&self.endpoints, node, address).and_then(|endpoint| endpoint.made);
        made.is_some_and(|made| made.since(then) > SURE)
    }

    /// The container that has an address.
    fn owner(&self, node: &str, address: IpAddr) -> Option<&str> {
        self.of(&self.endpoints, node, address).map(|endpoint| &*endpoint.container)
    }

    /// The engines of the lookouts, each as often as it has some.
    fn nodes(&self) -> impl Iterator<Item = &str> {
        self.lookouts.iter().map(|(_, node, _)| &**node)
    }

    /// Keeps the names of containers that are gone.
    pub fn keep_names_of(&mut self, before: &Self) {
        for ((names, ..), (old, ..)) in self.lookouts.iter_mut().zip(&before.lookouts) {
            for (name, old) in names.iter_mut().zip(old) {
                if !self.known.contains(name) {
                    name.clone_from(old);
                }
            }
        }
    }

    /// The engine of a lookout.
    pub fn node(&self, lookout: LookoutAt) -> &str {
        self.lookouts.get(lookout).map_or("", |(_, node, _)| node)
    }

    /// The names of the containers in a lookout.
    pub fn names(&self, lookout: LookoutAt) -> &[String] {
        self.lookouts.get(lookout).map_or(&[], |(names, ..)| names)
    }

    /// Whether a container in a lookout has an address of this family.
    pub fn has(&self, lookout: LookoutAt, family: Family) -> bool {
        self.families.contains(&(lookout, family))
    }

    /// Whether the engine's machine is in it.
    pub fn is_machine(&self, lookout: LookoutAt) -> bool {
        self.lookouts.get(lookout).is_some_and(|(.., is_machine)| *is_machine)
    }

    fn of<'t, T>(
        &self,
        table: &'t HashMap<(String, IpAddr), T>,
        node: &str,
        address: IpAddr,
    ) -> Option<&'t T> {
        let on = |node: &str| table.get(&(node.to_owned(), address));
        on(node).or_else(|| on("").filter(|_| !node.is_empty()))
    }

    /// The lookout of whoever has an address.
    pub fn lookout_of(&self, node: &str, address: IpAddr) -> Option<LookoutAt> {
        if let Some(endpoint) = self.of(&self.endpoints, node, address) {
            return endpoint.lookout;
        }
        self.of(&self.machines, node, address)?;
        self.posts.get(node).copied()
    }

    /// The network on which a container has an address.
    pub fn network(&self, node: &str, address: IpAddr) -> Option<Arc<str>> {
        self.of(&self.endpoints, node, address).map(|endpoint| Arc::clone(&endpoint.network))
    }

    /// Where a port of the machine leads to, if this is an address of it.
    pub fn published(
        &self,
        node: &str,
        protocol: FlowProtocol,
        to: SocketAddr,
    ) -> Option<&Published> {
        let is_machine = to.ip().is_loopback() || self.of(&self.machines, node, to.ip()).is_some();
        let found = self.published.get(&(node.to_owned(), protocol, to.port()));
        let mut found = found.into_iter().flatten().filter(|_| is_machine);
        found.find(|published| published.on.is_none_or(|on| on == to.ip()))
    }

    /// Who is at an end of a connection.
    pub fn party(&self, node: &str, end: End) -> Party {
        let address = end.address.ip();
        let is_dns = end.address.port() == 53;
        if address == RESOLVER || is_dns && self.of(&self.resolvers, node, address).is_some() {
            return Party::Resolver;
        }
        if let Some(lookout) = end.within {
            return self.among(lookout, end);
        }
        if let Some(endpoint) = self.of(&self.endpoints, node, address) {
            let alone = || Party::Container { name: endpoint.container.clone() };
            return endpoint.lookout.map_or_else(alone, |lookout| self.among(lookout, end));
        }
        if self.of(&self.machines, node, address).is_some() || address.is_loopback() {
            let machine = self.lookout_of(node, address);
            return machine.map_or(Party::Host, |lookout| self.among(lookout, end));
        }
        if let Some(name) = self.services.get(&address) {
            return Party::Service { name: name.clone() };
        }
        match self.is_own(node, address) {
            true => Party::Unknown { address },
            false => Party::Outside { address: Some(address) },
        }
    }

    /// Whether an address is of one of an engine's networks.
    fn is_own(&self, node: &str, address: IpAddr) -> bool {
        let lengths = self.lengths.iter().filter(|(is_v4, _)| *is_v4 == address.is_ipv4());
        let mut around = lengths.filter_map(|(_, length)| IpNet::new(address, *length).ok());
        around.any(|net| {
            let is_of = |node: &str| self.subnets.contains(&(node.to_owned(), net.trunc()));
            is_of(node) || is_of("")
        })
    }

    /// Which of those in a lookout it is.
    fn among(&self, lookout: LookoutAt, end: End) -> Party {
        let Some((names, _, is_machine)) = self.lookouts.get(lookout) else { return Party::Host };
        let seen = end.owner.filter(|(at, _)| *at == lookout).map(|(_, place)| place);
        match seen.or(end.waits) {
            Some(place) if place < names.len() => {
                return Party::Container { name: names[place].clone() };
            }
            Some(_) => return Party::Host,
            None => {}
        }
        match &names[..] {
            // The machine has the most to say of its own.
            _ if *is_machine => Party::Host,
            [] => Party::Host,
            [only] => Party::Container { name: only.clone() },
            several => {
                let mut names = several.to_vec();
                names.order();
                Party::OneOf { names }
            }
        }
    }
}
