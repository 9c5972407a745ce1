//! What all formats show, in the order in which they show it, and the words
//! they have in common.

mod callouts;
mod changes;
mod kinds;
mod names;
mod notes;
mod opening;
mod order;
mod ports;
mod ranks;
mod rows;
mod story;
mod surprises;
mod talk;
mod trouble;
mod words;

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

pub use callouts::{Callout, Number, Numbers, Spot, Tone, Way};
pub use changes::{Change, Changes};
pub use kinds::Kind;
pub use names::short_image;
pub use opening::Opening;
pub use ports::only_exposed;
pub use ranks::Ranks;
pub use rows::complete as complete_rows;
pub use surprises::{sentences, surprise_sentences};
pub use words::{flags, state, surprise};

use crate::graph::{Comparison, Map, Selection, StackOwner, Strangers, Surprise};
use crate::model::words::{count, listed};
use crate::model::{
    Container, ContainerAt, Endpoint, Natural, Network, NetworkAt, PerContainer, Subnet, Talk,
};
use crate::order::{OrderBy, Ordered};

/// How many callouts a picture has at most.
const MOST_CALLOUTS: usize = 24;

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
    /// The command by which the doctor looks at the same setup, if it is to be
    /// named where something is evidently wrong.
    pub doctor: Option<String>,
    /// What a probe measured, beside what the map predicts, if there was one.
    pub probe: Option<&'a Comparison<'a>>,
    /// What a difference says of the items shown; empty for a plain map.
    pub changes: Changes,
    /// Members of the networks shown that are left out.
    pub strangers: Strangers,
    /// Who talks to whom among what is shown.
    pub talk: Vec<Talk>,
    /// Ways that somebody asked about.
    pub ways: Vec<Way>,
    /// What is said of parts of the map, by number.
    pub callouts: Vec<Callout>,
    /// What else there would be to say; the picture has no room for it.
    pub callouts_left_out: Vec<Callout>,
    /// What to say above the map, instead of what it tells at a glance.
    pub caption: Option<String>,
    /// For each container of the snapshot its place among those shown.
    places: PerContainer<Option<usize>>,
    /// How many containers have the same name for their task.
    tasks: HashMap<&'a str, usize>,
    /// How each container lets somebody in; found out when somebody asks, since
    /// there may be thousands of ports.
    openings: OnceCell<HashMap<ContainerAt, Vec<Opening>>>,
    /// Whether all that is shown is of one project; found out when somebody asks.
    is_one_project: OnceCell<bool>,
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
            doctor: None,
            probe: None,
            changes: Changes::default(),
            strangers: map.strangers(selection),
            talk: Vec::new(),
            ways: Vec::new(),
            callouts: Vec::new(),
            callouts_left_out: Vec::new(),
            caption: None,
            openings: OnceCell::new(),
            is_one_project: OnceCell::new(),
        }
    }

    /// The same view, which names this command where something is evidently wrong.
    pub fn with_doctor(mut self, command: String) -> Self {
        self.doctor = Some(command);
        self
    }

    /// The same view with strangers that its map does not have.
    pub fn with_strangers(mut self, strangers: Strangers) -> Self {
        self.strangers = strangers;
        self
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

    /// The same view with who talks to whom, as far as both are shown.
    pub fn with_talk(mut self, talk: Vec<Talk>) -> Self {
        let is_shown = |at: ContainerAt| self.places[at].is_some();
        self.talk = talk.into_iter().filter(|t| is_shown(t.from) && is_shown(t.to)).collect();
        self
    }

    /// The same view with what is said of its parts, and above all of it.
    pub fn with_callouts(mut self, callouts: Vec<Callout>, caption: Option<String>) -> Self {
        self.callouts = callouts;
        self.callouts_left_out = self.callouts.split_off(MOST_CALLOUTS.min(self.callouts.len()));
        self.caption = caption;
        self
    }

    /// The same view with ways that somebody asked about.
    pub fn with_ways(mut self, ways: Vec<Way>) -> Self {
        self.ways = ways;
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

    /// Driver, flags, and how many members are left out:
    /// `bridge · internal · 2 not shown`.
    pub fn kind(&self, at: NetworkAt) -> String {
        self.kinds(at).join(" · ")
    }

    /// The parts of that.
    pub fn kinds(&self, at: NetworkAt) -> Vec<String> {
        let network = self.network(at);
        let left_out = self.strangers.on(&network.name).len();
        let left_out = (left_out > 0).then(|| format!("{left_out} not shown"));
        words::kinds(network).into_iter().chain(left_out).collect()
    }

    /// A subnet's gateway, or a dash where nobody says which it is.
    pub fn gateway(&self, network: NetworkAt, subnet: &Subnet) -> String {
        self.map.gateway(network, subnet).map_or("–".to_owned(), |gateway| gateway.to_string())
    }

    /// Whether a container is shown.
    pub fn shows(&self, at: ContainerAt) -> bool {
        self.places[at].is_some()
    }

    /// The shown containers on a network, in display order.
    pub fn members(&self, network: NetworkAt) -> Vec<ContainerAt> {
        self.in_order(self.map.members(network).iter().copied())
    }

    /// Those of `containers` that are shown, in display order.
    pub fn in_order(&self, containers: impl Iterator<Item = ContainerAt>) -> Vec<ContainerAt> {
        let mut shown: Vec<ContainerAt> = containers.filter(|at| self.shows(*at)).collect();
        shown.order_by_key(|at| self.places[*at]);
        shown.dedup();
        shown
    }

    /// A container's endpoints by the names of their networks.
    pub fn endpoints(&self, at: ContainerAt) -> Vec<(Option<NetworkAt>, &'a Endpoint)> {
        let mut endpoints: Vec<_> = self.map.endpoints(at).collect();
        endpoints.order_by_key(|(_, endpoint)| Natural(&endpoint.network));
        endpoints
    }

    /// Shown networks that have shown members.
    pub fn used_networks(&self) -> Vec<NetworkAt> {
        let used: BTreeSet<NetworkAt> = self
            .containers
            .iter()
            .filter(|at| self.map.stack_owner(**at) == StackOwner::Itself)
            .flat_map(|at| self.map.networks_of(*at))
            .into_set();
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
            .filter(|at| self.map.is_somebodys(*at) && self.map.members(*at).is_empty())
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
}
