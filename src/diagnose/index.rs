//! Look-ups over the facts: who has a name, an address, a port. Made once for
//! each setup, so that judging takes time in proportion to the setup and not
//! to its square.
//!
//! Lists hold positions. Where a list is asked for its best, it has the best
//! first; the others are in the containers' order.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;

use foldhash::{HashMap, HashMapExt, HashSet};
use ipnet::IpNet;
use smallvec::SmallVec;

use super::detours::{self, Detour};
use super::facts::{Facts, Listens};
use crate::graph::StackOwner;
use crate::model::{ContainerAt, NetworkAt, PerContainer, PerNetwork, Position, reference};
use crate::order::{OrderBy, Ordered};

/// Positions; of most things there is one, which then lies where the list does.
type Few<At = ContainerAt> = SmallVec<[At; 2]>;

/// Containers, or networks, by something of theirs.
type By<K, At = ContainerAt> = HashMap<K, Few<At>>;

/// The look-ups.
#[derive(Debug, Default)]
pub struct Index<'a> {
    /// The number of each name that somebody has, [`folded`]. Whatever else is
    /// found by a name is found by its number.
    words: HashMap<Cow<'a, str>, usize>,
    /// Each of them as it was first seen.
    spellings: Vec<&'a str>,
    projects: HashMap<&'a str, usize>,
    /// By word, who has it as a name; those that run first.
    names: Vec<Few>,
    everywhere: Vec<Spoken>,
    /// For each project, by word.
    in_project: Vec<HashMap<usize, Spoken>>,
    /// For each network, who answers to a word there, stopped ones too.
    on_network: PerNetwork<By<usize>>,
    /// The words to which several containers answer on a network that are no
    /// copies of one another, and the first two of each project, or of none.
    ambiguous: PerNetwork<HashMap<usize, By<Option<usize>>>>,
    /// The running containers with a MAC address on a network.
    with_mac: By<(NetworkAt, Cow<'a, str>)>,
    open: By<u16>,
    /// By port, the best first: open to others, then running.
    offering: By<u16>,
    offering_in: HashMap<&'a str, By<u16>>,
    offering_on: By<(NetworkAt, u16)>,
    published: By<u16>,
    requesting: By<u16>,
    /// The ports of the host that somebody has or asks for, each with the next that nobody
    /// does.
    taken: HashMap<u16, Option<u16>>,
    /// The first container that was given an address by hand.
    fixed: HashMap<IpAddr, ContainerAt>,
    subnets: By<IpNet, NetworkAt>,
    lengths: BTreeSet<(bool, u8)>,
    network_names: By<&'a str, NetworkAt>,
    folded_network_names: HashSet<Cow<'a, str>>,
    /// The routes of containers that lead what is for neighbours elsewhere.
    led_elsewhere: HashMap<ContainerAt, Vec<Detour>>,
}

/// Who may be meant by a word besides those that have it as a name; those that
/// run first.
#[derive(Debug, Default)]
struct Spoken {
    services: Few,
    aliases: Few,
}

/// In lower facts. Nearly all names are already, and need no copy.
fn folded(word: &str) -> Cow<'_, str> {
    if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(word.to_ascii_lowercase())
    } else {
        Cow::Borrowed(word)
    }
}

/// Adds a position that may be the last already.
fn push<At: Position>(list: &mut Few<At>, at: At) {
    if list.last() != Some(&at) {
        list.push(at);
    }
}

impl<'a> Index<'a> {
    /// The look-ups over the facts.
    pub fn new(facts: &Facts<'a>) -> Self {
        let mut index = Self::default();
        index.add_networks(facts);
        for at in facts.containers() {
            index.add_container(facts, at);
        }
        index.put_first_what_runs(facts);
        index.add_ambiguous(facts);
        index.add_ports(facts);
        index.add_taken(facts);
        for at in facts.containers() {
            let detours = detours::all(facts, at, |net| index.subnets.contains_key(&net.trunc()));
            if !detours.is_empty() {
                index.led_elsewhere.insert(at, detours);
            }
        }
        index
    }

    /// The routes of a container that lead what is for its neighbours elsewhere.
    pub fn led_elsewhere(&self, at: ContainerAt) -> &[Detour] {
        self.led_elsewhere.get(&at).map_or(&[], Vec::as_slice)
    }

    fn add_networks(&mut self, facts: &Facts<'a>) {
        for at in facts.networks() {
            let network = facts.network(at);
            self.network_names.entry(&network.name).or_default().push(at);
            self.folded_network_names.insert(folded(&network.name));
            for subnet in &network.subnets {
                let subnet = subnet.subnet.trunc();
                self.lengths.insert((subnet.addr().is_ipv4(), subnet.prefix_len()));
                push(self.subnets.entry(subnet).or_default(), at);
            }
            // A container's own name, its service's, and its id.
            self.on_network.push(By::with_capacity(facts.map.members(at).len() * 3));
        }
    }

    fn add_container(&mut self, facts: &Facts<'a>, at: ContainerAt) {
        let container = facts.container(at);
        for published in &container.published {
            let Some(host_port) = published.host_port else { continue };
            push(self.published.entry(host_port).or_default(), at);
        }
        for port in container.requested.iter().filter_map(|asked| asked.host_port.one()) {
            push(self.requesting.entry(port).or_default(), at);
        }
        let project = container.project().map(|project| {
            let next = self.projects.len();
            let project = *self.projects.entry(project).or_insert(next);
            if project == next {
                self.in_project.push(HashMap::new());
            }
            project
        });
        let own = self.word(container.network_name());
        push(&mut self.names[own], at);
        if let Some(service) = &container.compose.service {
            let word = self.word(service);
            self.speak(project, word, |spoken| push(&mut spoken.services, at));
        }
        // A virtual address is made to be dialled.
        for (_, address) in facts.map.own_given(at) {
            self.fixed.entry(address).or_insert(at);
        }
        let is_member = facts.map.stack_owner(at) == StackOwner::Itself;
        for (network, endpoint) in facts.map.endpoints(at) {
            for address in endpoint.fixed_addresses() {
                self.fixed.entry(address).or_insert(at);
            }
            let network = network.filter(|_| is_member);
            if let Some(network) = network {
                push(self.on_network[network].entry(own).or_default(), at);
                let mac = endpoint.mac.as_deref().filter(|mac| !mac.is_empty());
                if let Some(mac) = mac.filter(|_| container.state.has_network()) {
                    push(self.with_mac.entry((network, folded(mac))).or_default(), at);
                }
            }
            for name in endpoint.aliases.iter().chain(&endpoint.dns_names) {
                let word = self.word(name);
                self.speak(project, word, |spoken| push(&mut spoken.aliases, at));
                if let Some(network) = network {
                    push(self.on_network[network].entry(word).or_default(), at);
                }
            }
        }
    }

    /// The number of a word, a new one if need be.
    fn word(&mut self, spelling: &'a str) -> usize {
        let next = self.spellings.len();
        let word = *self.words.entry(folded(spelling)).or_insert(next);
        if word == next {
            self.spellings.push(spelling);
            self.names.push(Few::new());
            self.everywhere.push(Spoken::default());
        }
        word
    }

    fn speak(&mut self, project: Option<usize>, word: usize, add: impl Fn(&mut Spoken)) {
        add(&mut self.everywhere[word]);
        if let Some(project) = project {
            add(self.in_project[project].entry(word).or_default());
        }
    }

    fn put_first_what_runs(&mut self, facts: &Facts<'a>) {
        let stopped: PerContainer<bool> =
            facts.containers().map(|at| !facts.container(at).state.has_network()).collect();
        let in_project = self.in_project.iter_mut().flat_map(HashMap::values_mut);
        let spoken = self.everywhere.iter_mut().chain(in_project);
        let spoken = spoken.flat_map(|spoken| [&mut spoken.services, &mut spoken.aliases]);
        let on_network = self.on_network.values_mut().flat_map(HashMap::values_mut);
        let lists = self.names.iter_mut().chain(spoken).chain(on_network);
        for list in lists.filter(|list| list.len() > 1) {
            // Stable, and otherwise in the containers' order.
            list.order_by_key(|at| stopped[*at]);
        }
    }

    fn add_ambiguous(&mut self, facts: &Facts<'a>) {
        let is_ambiguous = |(word, members): &(&usize, &Few)| {
            let mut running =
                members.iter().map(|at| facts.container(*at)).filter(|c| c.state.has_network());
            // Engines before 26 put the beginnings of ids among the aliases.
            let first =
                running.next().filter(|_| !reference::is_container_id(self.spellings[**word]));
            first.is_some_and(|first| running.any(|other| !first.is_copy_of(other)))
        };
        let by_project = |members: &Few| {
            let mut by_project: By<Option<usize>> = By::new();
            for at in members {
                let project = facts.container(*at).project();
                let project = project.and_then(|project| self.projects.get(project).copied());
                let known = by_project.entry(project).or_default();
                if known.len() < 2 {
                    known.push(*at);
                }
            }
            by_project
        };
        let on_network = facts.networks().map(|network| {
            let names = self.on_network.get(network).into_iter().flatten();
            let several = names.filter(|(_, members)| members.len() > 1);
            let named = several.filter(|_| !facts.network(network).is_built_in());
            let ambiguous = named.filter(is_ambiguous);
            ambiguous.map(|(word, members)| (*word, by_project(members))).collect()
        });
        self.ambiguous = on_network.collect();
    }

    fn add_ports(&mut self, facts: &Facts<'a>) {
        let mut offers: Vec<(bool, bool, ContainerAt, u16)> = Vec::new();
        for at in facts.containers() {
            let container = facts.container(at);
            let sockets = facts.listening(at).unwrap_or_default().iter().map(|s| s.port);
            let exposed = container.exposed.iter().map(|exposed| exposed.port);
            let requested = container.requested.iter().map(|requested| requested.port);
            // Looked up for each port: there may be as many as there are numbers.
            let presumed = facts.presumed_ports(at).iter().copied();
            let declared: BTreeSet<u16> = exposed.chain(requested).chain(presumed).into_set();
            let ports: BTreeSet<u16> = sockets.chain(declared.iter().copied()).into_set();
            for port in ports {
                let listens = facts.listens(at, port, None);
                let open = listens == Some(Listens::Openly);
                if open {
                    self.open.entry(port).or_default().push(at);
                }
                if listens.map_or_else(|| declared.contains(&port), Listens::is_some_way) {
                    offers.push((!open, !container.state.has_network(), at, port));
                }
            }
        }
        offers.order();
        for (_, _, at, port) in offers {
            self.offering.entry(port).or_default().push(at);
            if let Some(project) = facts.container(at).project() {
                let ports = self.offering_in.entry(project).or_default();
                ports.entry(port).or_default().push(at);
            }
            let stack = facts.map.stack(at).into_iter();
            for network in stack.flat_map(|stack| facts.map.networks_of(stack)) {
                push(self.offering_on.entry((network, port)).or_default(), at);
            }
        }
    }

    fn add_taken(&mut self, facts: &Facts<'a>) {
        let snapshot = facts.map.snapshot();
        let host = snapshot.host.as_ref().and_then(|host| host.listening.as_deref());
        let sockets = host.unwrap_or_default().iter().map(|socket| socket.port);
        let by_port = self.published.keys().chain(self.requesting.keys()).copied();
        let taken: BTreeSet<u16> = by_port.chain(sockets).into_set();
        for port in taken.into_iter().rev() {
            let next = port.checked_add(1).and_then(|next| self.free_host_port(next));
            self.taken.insert(port, next);
        }
    }

    /// The containers that answer to a name on a network; those that run first.
    pub fn answering(&self, network: NetworkAt, name: &str) -> &[ContainerAt] {
        let word = self.words.get(&*folded(name));
        let members = word.and_then(|word| self.on_network.get(network)?.get(word));
        members.map_or(&[], SmallVec::as_slice)
    }

    /// Whether several containers answer to a name on a network that are no
    /// copies of one another, so that who asks for it gets one or the other.
    pub fn is_ambiguous(&self, network: NetworkAt, name: &str) -> bool {
        self.strangers(network, name).is_some()
    }

    /// Of those that answer to an ambiguous name on a network, the first two of a project,
    /// or of none; `None` where the name is not ambiguous.
    pub fn ambiguous_in(
        &self,
        network: NetworkAt,
        name: &str,
        project: Option<&str>,
    ) -> Option<&[ContainerAt]> {
        let strangers = self.strangers(network, name)?;
        let project = project.map(|project| self.projects.get(project).copied());
        let own = strangers.get(&project.flatten());
        Some(own.map_or(&[], SmallVec::as_slice))
    }

    /// By project, those who answer to a name on a network and are no copies of one another.
    fn strangers(&self, network: NetworkAt, name: &str) -> Option<&By<Option<usize>>> {
        let words = self.ambiguous.get(network).filter(|words| !words.is_empty())?;
        words.get(self.words.get(&*folded(name))?)
    }

    /// The names that are ambiguous on a network, in lower case, sorted.
    pub fn ambiguous_names(&self, network: NetworkAt) -> Vec<Cow<'a, str>> {
        let words = self.ambiguous.get(network).into_iter().flat_map(HashMap::keys);
        let mut names: Vec<Cow<str>> = words.map(|word| folded(self.spellings[*word])).collect();
        names.order();
        names
    }

    /// The running containers that have the same MAC address on a network as
    /// the one there, itself among them.
    pub fn with_mac(&self, network: NetworkAt, mac: &'a str) -> &[ContainerAt] {
        self.with_mac.get(&(network, folded(mac))).map_or(&[], SmallVec::as_slice)
    }

    /// The MAC addresses that several running containers have on one network.
    pub fn duplicate_macs(&self) -> Vec<(NetworkAt, &str, &[ContainerAt])> {
        let several = self.with_mac.iter().filter(|(_, twins)| twins.len() > 1);
        let mut several: Vec<_> =
            several.map(|((network, mac), twins)| (*network, &**mac, twins.as_slice())).collect();
        several.order();
        several
    }

    /// The containers that somebody in a project, or in none, can mean by a
    /// host: by name, service of the project, alias, service. Another project's
    /// services and aliases are not what this project means. Each list has
    /// those that run first.
    pub fn meant(&self, project: Option<&str>, host: &str) -> [&[ContainerAt]; 3] {
        let Some(word) = self.words.get(&*folded(host)) else { return [&[]; 3] };
        let spoken = match project {
            Some(project) => {
                self.projects.get(project).and_then(|project| self.in_project[*project].get(word))
            }
            None => Some(&self.everywhere[*word]),
        };
        let named = self.names[*word].as_slice();
        let service = spoken.map_or(&[][..], |spoken| spoken.services.as_slice());
        let alias = spoken.map_or(&[][..], |spoken| spoken.aliases.as_slice());
        // Without a project no service is of the same one, and an alias goes
        // before it.
        if project.is_some() { [named, service, alias] } else { [named, alias, service] }
    }

    /// Whether a network has this name, in whatever facts.
    pub fn is_network(&self, name: &str) -> bool {
        self.folded_network_names.contains(&*folded(name))
    }

    /// The networks of exactly this name.
    pub fn networks_named(&self, name: &str) -> &[NetworkAt] {
        self.network_names.get(name).map_or(&[], SmallVec::as_slice)
    }

    /// The networks in whose subnets an address is, in their order.
    pub fn networks_around(&self, address: IpAddr) -> Vec<NetworkAt> {
        let lengths = self.lengths.iter().filter(|(v4, _)| *v4 == address.is_ipv4());
        let subnets = lengths.filter_map(|(_, length)| IpNet::new(address, *length).ok());
        let mut found: Vec<NetworkAt> = subnets
            .filter_map(|subnet| self.subnets.get(&subnet.trunc()))
            .flatten()
            .copied()
            .collect();
        found.order();
        found.dedup();
        found
    }

    /// The containers that take connections to a port from others.
    pub fn open(&self, port: u16) -> &[ContainerAt] {
        self.open.get(&port).map_or(&[], SmallVec::as_slice)
    }

    /// The containers that listen on a port or say that they will, best first.
    pub fn offering(&self, port: u16) -> &[ContainerAt] {
        self.offering.get(&port).map_or(&[], SmallVec::as_slice)
    }

    /// Those of them in a project.
    pub fn offering_in(&self, project: &str, port: u16) -> &[ContainerAt] {
        let ports = self.offering_in.get(project);
        ports.and_then(|ports| ports.get(&port)).map_or(&[], SmallVec::as_slice)
    }

    /// Those of them on a network.
    pub fn offering_on(&self, network: NetworkAt, port: u16) -> &[ContainerAt] {
        self.offering_on.get(&(network, port)).map_or(&[], SmallVec::as_slice)
    }

    /// The containers that have this port of the host published.
    pub fn published(&self, host_port: u16) -> &[ContainerAt] {
        self.published.get(&host_port).map_or(&[], SmallVec::as_slice)
    }

    /// The containers that ask for just this port of the host.
    pub fn requesting(&self, host_port: u16) -> &[ContainerAt] {
        self.requesting.get(&host_port).map_or(&[], SmallVec::as_slice)
    }

    /// The first port of the host from this one on that nobody has or asks for.
    pub fn free_host_port(&self, from: u16) -> Option<u16> {
        #[cfg(test)]
        crate::graph::looks::note();
        self.taken.get(&from).map_or(Some(from), |next| *next)
    }

    /// The containers with this name of their own, those that run first.
    pub fn containers_named(&self, name: &str) -> &[ContainerAt] {
        let word = self.words.get(&*folded(name));
        word.map_or(&[], |word| self.names[*word].as_slice())
    }

    /// Whether an address was given to a container by hand.
    pub fn is_fixed(&self, address: IpAddr) -> bool {
        self.fixed.contains_key(&address)
    }

    /// The container for which an address is kept: it was given it by hand.
    pub fn fixed_of(&self, address: IpAddr) -> Option<ContainerAt> {
        self.fixed.get(&address).copied()
    }
}
