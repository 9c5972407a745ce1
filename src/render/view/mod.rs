//! What all formats show, in the order in which they show it, and the words
//! they have in common.

mod changes;
mod order;
mod ports;
mod surprises;
mod words;

use std::collections::{BTreeSet, HashMap};

pub use changes::{Change, Changes};
pub use ports::only_exposed;
pub use surprises::{sentences, surprise_sentences};
pub use words::{kind, state, surprise};

use crate::graph::{Bridging, Comparison, Map, Selection, StackOwner, Surprise};
use crate::model::words::{count, listed};
use crate::model::{Container, ContainerAt, Network, NetworkAt, NetworkMode, PerContainer, Subnet};

/// A selection of a map, in display order.
#[derive(Debug)]
pub struct View<'a> {
    /// The whole map.
    pub map: &'a Map<'a>,
    /// Networks to show, so that those with members in common stand together.
    pub networks: Vec<NetworkAt>,
    /// Containers to show, grouped by the networks they are on; each owner of
    /// a shared stack is followed by the containers that share it.
    pub containers: Vec<ContainerAt>,
    /// Containers left out because they are stopped.
    pub stopped: Vec<ContainerAt>,
    /// What the view was narrowed to, such as a project's name.
    pub scope: Option<String>,
    /// What a probe measured, beside what the map predicts, if there was one.
    pub probe: Option<&'a Comparison<'a>>,
    /// What a difference says of the items shown; empty for a plain map.
    pub changes: Changes,
    /// For each container of the snapshot its place among those shown.
    places: PerContainer<Option<usize>>,
    /// How many containers have the same name for their task.
    tasks: HashMap<&'a str, usize>,
}

impl<'a> View<'a> {
    /// The view of a selection. `scope` is what the selection was made by.
    pub fn new(map: &'a Map<'a>, selection: &Selection, scope: Option<String>) -> Self {
        let networks = order::networks(map, &selection.networks);
        let containers = order::containers(map, selection, &networks);
        let mut places = PerContainer::filled(&map.snapshot().containers, None);
        for (place, at) in containers.iter().enumerate() {
            places[*at] = Some(place);
        }
        let mut tasks = HashMap::new();
        for name in map.snapshot().containers.iter().filter_map(Container::task_name) {
            *tasks.entry(name).or_default() += 1;
        }
        Self {
            places,
            tasks,
            map,
            networks,
            containers,
            stopped: selection.stopped.iter().copied().collect(),
            scope,
            probe: None,
            changes: Changes::default(),
        }
    }

    /// The same view with what a difference says of its items.
    pub fn with_changes(mut self, changes: Changes) -> Self {
        self.changes = changes;
        self
    }

    /// The same view with what a probe measured on it.
    pub fn with_probe(mut self, probe: Option<&'a Comparison<'a>>) -> Self {
        self.probe = probe;
        self
    }

    /// The container at a position of the snapshot's list.
    pub fn container(&self, at: ContainerAt) -> &'a Container {
        self.map.container(at)
    }

    /// What to call a container where space is short: a task goes without its
    /// id if that is enough to tell it from others.
    pub fn short_name(&self, at: ContainerAt) -> &'a str {
        let container = self.container(at);
        let alone = |name: &&str| self.tasks.get(name) == Some(&1);
        container.task_name().filter(alone).unwrap_or(&container.name)
    }

    /// The network at a position of the snapshot's list.
    pub fn network(&self, at: NetworkAt) -> &'a Network {
        self.map.network(at)
    }

    /// A subnet's gateway, or a dash where nobody says which it is.
    pub fn gateway(&self, network: NetworkAt, subnet: &Subnet) -> String {
        self.map.gateway(network, subnet).map_or("–".to_owned(), |gateway| gateway.to_string())
    }

    /// The shown containers on a network, in display order.
    pub fn members(&self, network: NetworkAt) -> Vec<ContainerAt> {
        self.in_order(self.map.members(network).iter().copied())
    }

    /// Those of `containers` that are shown, in display order.
    pub fn in_order(&self, containers: impl Iterator<Item = ContainerAt>) -> Vec<ContainerAt> {
        let mut shown: Vec<ContainerAt> =
            containers.filter(|at| self.places[*at].is_some()).collect();
        shown.sort_by_key(|at| self.places[*at]);
        shown.dedup();
        shown
    }

    /// Shown networks that have shown members.
    pub fn used_networks(&self) -> Vec<NetworkAt> {
        let used: BTreeSet<NetworkAt> = self
            .containers
            .iter()
            .filter(|at| self.map.stack_owner(**at) == StackOwner::Itself)
            .flat_map(|at| self.map.networks_of(*at))
            .collect();
        self.networks
            .iter()
            .copied()
            .filter(|network| used.contains(network) && !self.network(*network).is_none())
            .collect()
    }

    /// Shown networks, made by somebody, on which no container is at all.
    pub fn empty_networks(&self) -> Vec<NetworkAt> {
        self.networks
            .iter()
            .copied()
            .filter(|at| {
                let network = self.network(*at);
                let made = !network.is_built_in() && !network.is_the_swarms();
                made && self.map.members(*at).is_empty()
            })
            .collect()
    }

    /// `shop · 2 networks · 4 containers, 1 of them stopped`.
    pub fn title(&self) -> String {
        let parts: Vec<String> = self.scope.iter().cloned().chain([self.tally()]).collect();
        parts.join(" · ")
    }

    /// `2 networks · 4 containers, 1 of them stopped`.
    pub fn tally(&self) -> String {
        format!("{} · {}", count(self.used_networks().len(), "network"), self.crew())
    }

    /// `2 networks, 1 of them unused · 4 containers`: all that a picture shows.
    pub fn inventory(&self) -> String {
        let empty = self.empty_networks().len();
        let all = self.used_networks().len() + empty;
        let unused = match (empty, all) {
            (0, _) => String::new(),
            (empty, all) if empty == all => ", unused".to_owned(),
            _ => format!(", {empty} of them unused"),
        };
        format!("{}{unused} · {}", count(all, "network"), self.crew())
    }

    /// `4 containers, 1 of them stopped`.
    fn crew(&self) -> String {
        let stopped =
            self.containers.iter().filter(|at| self.container(**at).state.is_stopped()).count();
        let mut containers = count(self.containers.len(), "container");
        if stopped > 0 {
            containers.push_str(&format!(", {stopped} of them stopped"));
        }
        containers
    }

    /// Where the picture comes from: `Docker 26.1`, `planned in compose.yaml`.
    pub fn engine(&self) -> String {
        let snapshot = self.map.snapshot();
        match &snapshot.plan {
            Some(plan) if plan.files.is_empty() => "planned".to_owned(),
            Some(plan) => {
                let files: Vec<&str> = plan.files.iter().map(String::as_str).collect();
                format!("planned in {}", listed(&files, 2))
            }
            None if self.has_engines() => {
                let names: Vec<&str> = snapshot.engines.iter().map(|of| of.node.as_str()).collect();
                format!("{} on {}", snapshot.engine.short(), listed(&names, 3))
            }
            None => snapshot.engine.short(),
        }
    }

    /// Whether the map is of several engines, which it then knows by name.
    pub fn has_engines(&self) -> bool {
        !self.map.snapshot().engines.is_empty()
    }

    /// What the picture does not say by itself, one sentence each, most
    /// telling first.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.containers.is_empty() && self.stopped.is_empty() {
            notes.push("There are no containers here.".to_owned());
        }
        notes.extend(self.nameless_note());
        notes.extend(self.bridging_notes());
        if let Some(probe) = self.probe {
            notes.extend(surprise_sentences(self.map, probe));
        }
        let on_none: Vec<&str> =
            self.named(|at| self.container(at).network_mode == NetworkMode::None);
        if !on_none.is_empty() {
            notes.push(format!("On no network: {}.", listed(&on_none, 12)));
        }
        let orphans = self.named(|at| self.map.stack_owner(at) == StackOwner::Missing);
        if !orphans.is_empty() {
            notes.push(format!(
                "Without a network, because the container they shared one with is gone: {}.",
                listed(&orphans, 12)
            ));
        }
        let empty: Vec<&str> =
            self.empty_networks().iter().map(|at| self.network(*at).name.as_str()).collect();
        if !empty.is_empty() {
            let noun = if empty.len() == 1 { "Network" } else { "Networks" };
            notes.push(format!("{noun} without containers: {}.", listed(&empty, 12)));
        }
        if !self.stopped.is_empty() {
            let names: Vec<&str> =
                self.stopped.iter().map(|at| self.container(*at).name.as_str()).collect();
            notes.push(format!(
                "{} stopped and not shown: {} (--all shows {}).",
                count(names.len(), "container"),
                listed(&names, 8),
                if names.len() == 1 { "it" } else { "them" },
            ));
        }
        notes
    }

    /// What a probe found to contradict the map among what is shown, between
    /// the owners of the network stacks.
    pub fn surprises(&self) -> Vec<Surprise> {
        let mut told = BTreeSet::new();
        let all = self.probe.map(Comparison::surprising_pairs).unwrap_or_default().into_iter();
        all.filter_map(|surprise| {
            let from = self.map.stack(surprise.from)?;
            let to = self.map.stack(surprise.to)?;
            let shown = self.places[from].is_some() && self.places[to].is_some();
            let new = shown && told.insert((from.min(to), from.max(to), surprise.mark));
            new.then_some(Surprise { from, to, ..surprise })
        })
        .collect()
    }

    /// What could not be read, as `what: why`.
    pub fn unread(&self) -> Vec<String> {
        self.map
            .snapshot()
            .unread
            .iter()
            .map(|unread| format!("{}: {}", unread.what, unread.why))
            .collect()
    }

    fn named(&self, test: impl Fn(ContainerAt) -> bool) -> Vec<&'a str> {
        self.containers
            .iter()
            .filter(|at| test(**at))
            .map(|at| self.container(*at).name.as_str())
            .collect()
    }

    /// The default bridge looks like a network of one's own and is not.
    fn nameless_note(&self) -> Option<String> {
        let bridge =
            self.used_networks().into_iter().find(|at| self.network(*at).is_default_bridge())?;
        let members = self.map.members(bridge).len();
        (members > 1).then(|| {
            format!(
                "Names do not resolve on {}: its containers reach one another by address only.",
                self.network(bridge).name
            )
        })
    }

    /// `Only api joins front and back.` for each container that does.
    fn bridging_notes(&self) -> Vec<String> {
        const MOST: usize = 6;
        let shown: BTreeSet<ContainerAt> = self.containers.iter().copied().collect();
        let of_interest: Vec<Bridging> = self
            .map
            .bridging()
            .into_iter()
            .filter(|bridging| shown.contains(&bridging.container))
            // What is published is on the ingress network as well, by design.
            .filter(|bridging| {
                let ingress =
                    |part: &&Vec<NetworkAt>| part.iter().all(|at| self.network(*at).ingress);
                bridging.parts.len() - bridging.parts.iter().filter(ingress).count() > 1
            })
            .collect();
        let mut notes: Vec<String> = of_interest
            .iter()
            .take(MOST)
            .map(|bridging| {
                let parts: Vec<String> = bridging
                    .parts
                    .iter()
                    .map(|part| {
                        let names: Vec<&str> = part
                            .iter()
                            .map(|network| self.network(*network).name.as_str())
                            .collect();
                        names.join(" with ")
                    })
                    .collect();
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                format!(
                    "Only {} joins {}; without it they share no container.",
                    self.container(bridging.container).name,
                    listed(&parts, 6)
                )
            })
            .collect();
        if of_interest.len() > MOST {
            notes.push(format!(
                "{} more containers join networks that nothing else joins.",
                of_interest.len() - MOST
            ));
        }
        notes
    }
}
