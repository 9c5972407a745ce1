//! Steps that give a name one owner again: those who need the name on a network
//! keep it, the others go by their own, and each client ends where it means to.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::case::Case;
use super::facts::{Facts, Listens};
use super::recreate::settled;
use super::steps::advise;
use super::wanted::Edge;
use crate::model::words::few;
use crate::model::{
    Action, Applicability, Change, ContainerAt, Endpoint, NetworkAt, Protocol, Step,
};
use crate::order::{OrderBy, Ordered};

/// A name on a network that several containers have.
pub struct Shared<'s> {
    /// The network.
    pub network: NetworkAt,
    /// The name.
    pub name: &'s str,
    /// Who has it.
    pub owners: &'s [ContainerAt],
    /// Who of each project, or of none, has it, and of these who is called so itself.
    of_project: HashMap<Option<&'s str>, [Vec<ContainerAt>; 2]>,
}

impl<'s> Shared<'s> {
    /// A name that these have on a network.
    pub fn new(
        facts: &Facts<'s>,
        network: NetworkAt,
        name: &'s str,
        owners: &'s [ContainerAt],
    ) -> Self {
        let mut of_project: HashMap<Option<&str>, [Vec<ContainerAt>; 2]> = HashMap::default();
        for at in owners {
            let container = facts.container(*at);
            let [own, by_right] = of_project.entry(container.project()).or_default();
            own.push(*at);
            let service = container.compose.service.as_deref().unwrap_or(container.network_name());
            by_right.extend(service.eq_ignore_ascii_case(name).then_some(*at));
        }
        Self { network, name, owners, of_project }
    }
}

/// Who alone listens on a port, of those that have one name.
type OnlyOpen = HashMap<(u16, Option<Protocol>), Option<ContainerAt>>;

/// The option that fixes a MAC address.
const MAC_ADDRESS: &str = "--mac-address";

impl<'a> Case<'a> {
    /// The owner of a name that a client means: its own project's service of
    /// that name, or one that is called so itself.
    pub fn rightful(&self, client: ContainerAt, shared: &Shared) -> Option<ContainerAt> {
        let project = self.container(client).project();
        let [own, by_right] = shared.of_project.get(&project)?;
        let only = |owners: &[ContainerAt]| {
            let mut others = owners.iter().copied().filter(|at| *at != client);
            others.next().filter(|_| others.next().is_none())
        };
        only(by_right).or_else(|| only(own).filter(|_| project.is_some()))
    }

    /// The owner that an edge can only mean: it listens on the port that is dialled,
    /// and none of the others does.
    fn only_listener(
        &self,
        edge: &Edge,
        owners: &[ContainerAt],
        known: &mut OnlyOpen,
    ) -> Option<ContainerAt> {
        let (port, protocol) = (edge.port?, edge.protocol);
        let only = known.entry((port, protocol));
        let only = *only.or_insert_with(|| self.only_open(port, protocol, owners));
        only.filter(|only| *only != edge.from)
    }

    /// Likewise, of all that the name leads to. Many ask for the same.
    pub fn only_answering(&self, edge: &Edge) -> Option<ContainerAt> {
        let (port, protocol) = (edge.port?, edge.protocol);
        let networks = self.asked_on(edge.from, &edge.host).map(|(network, _)| network).collect();
        let mut known = self.only_answering.borrow_mut();
        let asked = (networks, edge.host.to_string(), port, protocol);
        let only = known.entry(asked).or_insert_with(|| {
            self.only_open(port, protocol, &self.answering(edge.from, &edge.host))
        });
        only.filter(|only| *only != edge.from)
    }

    /// The one that listens on a port, where none of the others does.
    fn only_open(
        &self,
        port: u16,
        protocol: Option<Protocol>,
        owners: &[ContainerAt],
    ) -> Option<ContainerAt> {
        let listens = |at: &ContainerAt| self.listens(*at, port, protocol);
        let only = *owners.iter().find(|at| listens(at) == Some(Listens::Openly))?;
        let mut others = owners.iter().filter(|at| **at != only);
        others.all(|at| listens(at) == Some(Listens::Not)).then_some(only)
    }

    /// Those to which an edge leads by turns that do not listen on its port, with the
    /// network, where all are copies of one thing.
    pub fn silent_copies(&self, edge: &Edge) -> Option<(NetworkAt, Vec<ContainerAt>)> {
        if self.ambiguous(edge.from, &edge.host).is_some() {
            return None;
        }
        let (network, owners) = edge.by_turns(self)?;
        let listens = |at: &ContainerAt| self.listens(*at, edge.port?, edge.protocol);
        let silent = owners.iter().copied().filter(|at| listens(at) == Some(Listens::Not));
        Some((network, silent.collect()))
    }

    /// Takes a name from those that have it and do not serve what is dialled by it;
    /// `None` where they cannot lose it.
    pub fn without_name(&self, shared: &Shared, silent: &[ContainerAt]) -> Option<Vec<Step>> {
        let rejoin = silent.iter().map(|at| self.rejoin(*at, shared));
        Some(rejoin.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// Steps after which every client that dials the name reaches the owner
    /// that it means, and no other.
    pub fn tell_apart(&self, shared: &Shared, edges: &[&Edge]) -> Vec<Step> {
        let mut of_owner: BTreeMap<ContainerAt, Vec<&Edge>> =
            shared.owners.iter().map(|owner| (*owner, Vec::new())).into_map();
        let mut unclear: Vec<&Edge> = Vec::new();
        let mut known = OnlyOpen::default();
        for edge in edges {
            let meant = self.rightful(edge.from, shared);
            let meant = meant.or_else(|| self.only_listener(edge, shared.owners, &mut known));
            match meant.and_then(|at| of_owner.get_mut(&at)) {
                Some(edges) => edges.push(edge),
                None => unclear.push(edge),
            }
        }
        let network = &self.network(shared.network).name;
        let own_names: Vec<&str> =
            shared.owners.iter().map(|at| self.container(*at).network_name()).collect();
        if self.is_planned() {
            return vec![advise(format!(
                "give each a name of its own on {network}, or a network of its own"
            ))];
        }
        if edges.is_empty() {
            let last = shared.owners.last().map_or("one of them", |at| self.called(*at));
            return vec![advise(format!(
                "give {last} another name on {network}: disconnect it, and connect it again with \
                 --alias and a name of its own"
            ))];
        }
        let mut steps = Vec::new();
        let mut keeping = 0;
        for (owner, edges) in &of_owner {
            let needing: Vec<&Edge> = edges
                .iter()
                .copied()
                .filter(|edge| !self.leads_elsewhere(edge, *owner, shared))
                .collect();
            let rejoin = self.rejoin(*owner, shared);
            match rejoin.filter(|_| needing.is_empty() && unclear.is_empty()) {
                Some(rejoin) => steps.extend(rejoin),
                None => keeping += 1,
            }
        }
        if keeping > 1 {
            // Nobody can give up the name before each client uses another one.
            steps = of_owner
                .iter()
                .flat_map(|(owner, edges)| {
                    self.redial(edges, self.container(*owner).network_name(), None)
                })
                .collect();
        }
        if !unclear.is_empty() {
            steps.push(advise(format!(
                "let {} use the name of the one that is meant: {}",
                few(&self.all_called(&unclear)),
                own_names.join(" or ")
            )));
        }
        let of_compose = shared.owners.iter().any(|at| {
            let service = self.container(*at).compose.service.as_deref();
            service.is_some_and(|service| service.eq_ignore_ascii_case(shared.name))
        });
        if of_compose {
            steps.push(advise(format!(
                "for good: in the compose files take `{0}` off {network}, where Compose gives \
                 it the name {0} at each `up`, or give the service another key",
                shared.name
            )));
        }
        settled(steps)
    }

    /// Whether a client reaches the owner by that name on another network, where
    /// nobody else has it.
    fn leads_elsewhere(&self, edge: &Edge, owner: ContainerAt, shared: &Shared) -> bool {
        let mut others =
            self.asked_on(edge.from, &edge.host).filter(|(network, _)| *network != shared.network);
        others.any(|(network, host)| {
            self.index.answering(network, host).contains(&owner)
                && !self.index.is_ambiguous(network, host)
        })
    }

    /// Takes a name from a container by connecting it again without; `None`
    /// where it is its own, or the address there was fixed.
    fn rejoin(&self, at: ContainerAt, shared: &Shared) -> Option<[Step; 2]> {
        let endpoint = self.map.endpoint_on(at, shared.network)?;
        let fixed = endpoint.fixed_addresses().next().is_some();
        if fixed || self.container(at).network_name().eq_ignore_ascii_case(shared.name) {
            return None;
        }
        let mut aliases = self.aliases_on(at, shared.network);
        aliases.retain(|alias| !alias.eq_ignore_ascii_case(shared.name));
        Some(self.connect_again(at, shared.network, aliases))
    }

    /// The other running containers that have a container's MAC address on one
    /// of its networks, after itself.
    pub fn twins(&self, at: ContainerAt) -> &[ContainerAt] {
        let stack = self.map.stack(at).unwrap_or(at);
        let of_endpoint = |(network, endpoint): (Option<NetworkAt>, &'a Endpoint)| {
            let twins = self.index.with_mac(network?, endpoint.mac.as_deref()?);
            (twins.len() > 1).then_some(twins)
        };
        self.map.endpoints(stack).find_map(of_endpoint).unwrap_or_default()
    }

    /// Takes a MAC address from all but one of those that have it; who was given
    /// it by hand loses it first.
    pub fn with_other_mac(&self, twins: &[ContainerAt]) -> Vec<Step> {
        let mut twins = twins.to_vec();
        twins.order_by_key(|at| (self.has_option(*at, MAC_ADDRESS), *at));
        let change = || Change::NoOption { option: MAC_ADDRESS.to_owned() };
        let mut steps = Vec::new();
        for at in twins.iter().skip(1) {
            steps.extend(self.recreate(*at, vec![change()]));
            // A client takes the old address for right as long as it has answers from it.
            let clients = self.edges_about(*at).map(|(edge, _)| edge.from);
            let clients = clients.filter(|client| !twins.contains(client));
            steps.extend(clients.map(|client| self.restart(client)));
        }
        settled(steps)
    }

    /// Connects a container to a network again, with these names beside its own.
    pub fn connect_again(
        &self,
        at: ContainerAt,
        network: NetworkAt,
        aliases: Vec<String>,
    ) -> [Step; 2] {
        let priority = self.map.endpoint_on(at, network).and_then(|e| e.gateway_priority);
        let priority = priority.filter(|priority| *priority != 0);
        let (network, container) = (self.network_handle(network), self.handle(at));
        let (joined, joining) = (network.clone(), container.clone());
        let leave = Action::Disconnect { network, container, force: false };
        let join = Action::Connect { network: joined, container: joining, aliases, priority };
        [leave, join].map(|action| self.step(at, action, Applicability::Ask))
    }
}
