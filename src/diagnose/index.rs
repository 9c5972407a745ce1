//! Look-ups over a case: who has a name, an address, a port. Made once for
//! each case, so that judging takes time in proportion to the setup and not
//! to its square.
//!
//! Lists hold positions. Where a list is asked for its best, it has the best
//! first; the others are in the containers' order.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;
use smallvec::SmallVec;

use super::case::{Case, Listens};
use super::obstacle;

/// Positions; of most things there is one, which then lies where the list does.
type Few = SmallVec<[usize; 2]>;

/// Containers by something of theirs.
type By<K> = HashMap<K, Few>;

/// Containers by a word, whose case does not matter: see [`folded`].
type ByWord<'a> = By<Cow<'a, str>>;

/// The look-ups.
#[derive(Debug, Default)]
pub struct Index<'a> {
    names: ByWord<'a>,
    services: Spoken<'a>,
    aliases: Spoken<'a>,
    /// For each network, who answers to a name there, stopped ones too.
    on_network: Vec<ByWord<'a>>,
    open: By<u16>,
    /// By port, the best first: open to others, then running.
    offering: By<u16>,
    offering_in: HashMap<&'a str, By<u16>>,
    offering_on: By<(usize, u16)>,
    published: By<u16>,
    fixed: HashSet<IpAddr>,
    subnets: By<IpNet>,
    lengths: BTreeSet<(bool, u8)>,
    network_names: By<&'a str>,
    folded_network_names: HashSet<Cow<'a, str>>,
}

/// Containers by a word, everywhere and in each project; those that run first.
#[derive(Debug, Default)]
struct Spoken<'a> {
    everywhere: ByWord<'a>,
    in_project: HashMap<&'a str, ByWord<'a>>,
}

impl<'a> Spoken<'a> {
    fn add(&mut self, word: &'a str, project: Option<&'a str>, at: usize) {
        let word = folded(word);
        if let Some(project) = project {
            let words = self.in_project.entry(project).or_default();
            push(words.entry(word.clone()).or_default(), at);
        }
        push(self.everywhere.entry(word).or_default(), at);
    }

    /// Those that somebody in this project, or in none, can mean by a word:
    /// another project's are not what this project means.
    fn meant_in(&self, project: Option<&str>, word: &str) -> &[usize] {
        let words = match project {
            Some(project) => self.in_project.get(project),
            None => Some(&self.everywhere),
        };
        words.and_then(|words| words.get(word)).map_or(&[], SmallVec::as_slice)
    }
}

/// In lower case. Nearly all names are already, and need no copy.
fn folded(word: &str) -> Cow<'_, str> {
    if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(word.to_ascii_lowercase())
    } else {
        Cow::Borrowed(word)
    }
}

/// Adds a position that may be the last already.
fn push(list: &mut Few, at: usize) {
    if list.last() != Some(&at) {
        list.push(at);
    }
}

impl<'a> Index<'a> {
    /// The look-ups over a case.
    pub fn new(case: &Case<'a>) -> Self {
        let mut index = Self::default();
        index.add_networks(case);
        let count = case.map.snapshot().containers.len();
        for words in
            [&mut index.names, &mut index.services.everywhere, &mut index.aliases.everywhere]
        {
            words.reserve(count);
        }
        // Those that run come first, in the containers' order.
        let mut running_first: Vec<usize> = case.containers().collect();
        running_first.sort_by_key(|at| !case.container(*at).state.has_network());
        for at in running_first {
            index.add_names(case, at);
        }
        for at in case.containers() {
            let container = case.container(at);
            for published in &container.published {
                push(index.published.entry(published.host_port).or_default(), at);
            }
            for endpoint in &container.endpoints {
                index.fixed.extend(endpoint.fixed_ipv4.map(IpAddr::V4));
                index.fixed.extend(endpoint.fixed_ipv6.map(IpAddr::V6));
            }
        }
        index.add_ports(case);
        index
    }

    fn add_networks(&mut self, case: &Case<'a>) {
        for at in case.networks() {
            let network = case.network(at);
            self.network_names.entry(&network.name).or_default().push(at);
            self.folded_network_names.insert(folded(&network.name));
            for subnet in &network.subnets {
                let subnet = subnet.subnet.trunc();
                self.lengths.insert((subnet.addr().is_ipv4(), subnet.prefix_len()));
                push(self.subnets.entry(subnet).or_default(), at);
            }
            let members = case.map.members(at);
            // A container's own name, its service's, and its id.
            let mut names = ByWord::with_capacity(members.len() * 3);
            for member in members {
                let Some(endpoint) = case.map.endpoint_on(*member, at) else { continue };
                for name in case.container(*member).names_on(endpoint) {
                    push(names.entry(folded(name)).or_default(), *member);
                }
            }
            self.on_network.push(names);
        }
    }

    fn add_names(&mut self, case: &Case<'a>, at: usize) {
        let container = case.container(at);
        let project = container.project();
        push(self.names.entry(folded(container.own_name())).or_default(), at);
        if let Some(service) = &container.compose.service {
            self.services.add(service, project, at);
        }
        for endpoint in &container.endpoints {
            for name in endpoint.aliases.iter().chain(&endpoint.dns_names) {
                self.aliases.add(name, project, at);
            }
        }
    }

    fn add_ports(&mut self, case: &Case<'a>) {
        let mut offers: Vec<(bool, bool, usize, u16)> = Vec::new();
        for at in case.containers() {
            let container = case.container(at);
            let sockets = case.listening(at).unwrap_or_default().iter().map(|s| s.port);
            let exposed = container.exposed.iter().map(|exposed| exposed.port);
            let requested = container.requested.iter().map(|requested| requested.port);
            let ports: BTreeSet<u16> = sockets.chain(exposed).chain(requested).collect();
            for port in ports {
                let open = case.listens(at, port) == Some(Listens::Openly);
                if open {
                    self.open.entry(port).or_default().push(at);
                }
                if obstacle::offers(case, at, port) {
                    offers.push((!open, !container.state.has_network(), at, port));
                }
            }
        }
        offers.sort_unstable();
        for (_, _, at, port) in offers {
            self.offering.entry(port).or_default().push(at);
            if let Some(project) = case.container(at).project() {
                let ports = self.offering_in.entry(project).or_default();
                ports.entry(port).or_default().push(at);
            }
            let stack = case.map.stack(at).into_iter();
            for network in stack.flat_map(|stack| case.map.networks_of(stack)) {
                push(self.offering_on.entry((network, port)).or_default(), at);
            }
        }
    }

    /// The containers that answer to a name on a network.
    pub fn answering(&self, network: usize, name: &str) -> &[usize] {
        let names = self.on_network.get(network);
        names.and_then(|names| names.get(&*folded(name))).map_or(&[], SmallVec::as_slice)
    }

    /// The names on a network to which several containers answer, stopped ones
    /// among them, in no order.
    pub fn shared_names(&self, network: usize) -> impl Iterator<Item = (&str, &[usize])> {
        let names = self.on_network.get(network).into_iter().flatten();
        names.filter(|(_, at)| at.len() > 1).map(|(name, at)| (&**name, at.as_slice()))
    }

    /// The containers that somebody in a project, or in none, can mean by a
    /// host: by name, service of the project, alias, service. Each list has
    /// those that run first.
    pub fn meant(&self, project: Option<&str>, host: &str) -> [&[usize]; 3] {
        let host = folded(host);
        let named = self.names.get(&*host).map_or(&[][..], SmallVec::as_slice);
        let service = self.services.meant_in(project, &host);
        let alias = self.aliases.meant_in(project, &host);
        // Without a project no service is of the same one, and an alias goes
        // before it.
        if project.is_some() { [named, service, alias] } else { [named, alias, service] }
    }

    /// Whether a network has this name, in whatever case.
    pub fn is_network(&self, name: &str) -> bool {
        self.folded_network_names.contains(&*folded(name))
    }

    /// The networks of exactly this name.
    pub fn networks_named(&self, name: &str) -> &[usize] {
        self.network_names.get(name).map_or(&[], SmallVec::as_slice)
    }

    /// The networks in whose subnets an address is, in their order.
    pub fn networks_around(&self, address: IpAddr) -> Vec<usize> {
        let lengths = self.lengths.iter().filter(|(v4, _)| *v4 == address.is_ipv4());
        let subnets = lengths.filter_map(|(_, length)| IpNet::new(address, *length).ok());
        let mut found: Vec<usize> = subnets
            .filter_map(|subnet| self.subnets.get(&subnet.trunc()))
            .flatten()
            .copied()
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The containers that take connections to a port from others.
    pub fn open(&self, port: u16) -> &[usize] {
        self.open.get(&port).map_or(&[], SmallVec::as_slice)
    }

    /// The containers that listen on a port or say that they will, best first.
    pub fn offering(&self, port: u16) -> &[usize] {
        self.offering.get(&port).map_or(&[], SmallVec::as_slice)
    }

    /// Those of them in a project.
    pub fn offering_in(&self, project: &str, port: u16) -> &[usize] {
        let ports = self.offering_in.get(project);
        ports.and_then(|ports| ports.get(&port)).map_or(&[], SmallVec::as_slice)
    }

    /// Those of them on a network.
    pub fn offering_on(&self, network: usize, port: u16) -> &[usize] {
        self.offering_on.get(&(network, port)).map_or(&[], SmallVec::as_slice)
    }

    /// The containers that have this port of the host published.
    pub fn published(&self, host_port: u16) -> &[usize] {
        self.published.get(&host_port).map_or(&[], SmallVec::as_slice)
    }

    /// Whether an address was given to a container by hand.
    pub fn is_fixed(&self, address: IpAddr) -> bool {
        self.fixed.contains(&address)
    }
}
