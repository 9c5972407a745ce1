//! The map as boxes and lines, for languages in which other programs find the
//! places: the same cards, bars and arrows as in the picture, each with an id
//! that is nobody's name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::svg::{self, Arrow, ArrowKind, Group};
use super::view::{self, Kind, Numbers, View, short_image};
use crate::graph::StackOwner;
use crate::model::{ContainerAt, Natural, NetworkAt, State};
use crate::order::OrderBy;

/// What is shown, from the internet inwards.
#[derive(Debug)]
pub struct Chart {
    /// What the picture is called.
    pub title: String,
    /// What it tells, in sentences.
    pub story: String,
    /// Cards.
    pub cards: Vec<Card>,
    /// Networks.
    pub networks: Vec<Bar>,
    /// Projects, where there is something to tell apart.
    pub projects: Vec<String>,
    /// Who comes in from beyond the networks.
    pub ways_in: Vec<WayIn>,
    /// Lines between cards and networks.
    pub taps: Vec<Tap>,
    /// Arrows between cards.
    pub arrows: Vec<Arrow>,
}

/// What belongs to a project, or to none.
#[derive(Debug, Default)]
pub struct Members {
    /// Its number.
    pub project: Option<usize>,
    /// Numbers of cards.
    pub cards: Vec<usize>,
    /// Numbers of networks.
    pub networks: Vec<usize>,
}

/// A container, or several that are alike.
#[derive(Debug)]
pub struct Card {
    /// Its short name.
    pub name: String,
    /// What else there is to say, a line each.
    pub lines: Vec<String>,
    /// What it is for.
    pub kind: Kind,
    /// Number of its project.
    pub project: Option<usize>,
    /// Steps from the internet.
    pub rank: usize,
    /// Whether it runs, or will.
    pub state: State,
}

/// A network.
#[derive(Debug)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// Its subnets.
    pub subnets: Vec<String>,
    /// Its driver and what sets it apart.
    pub kind: String,
    /// Whether it has no way out.
    pub is_internal: bool,
    /// Number of the project that all its members belong to.
    pub project: Option<usize>,
    /// Steps from the internet.
    pub rank: usize,
}

/// A way in from beyond the networks.
#[derive(Debug)]
pub struct WayIn {
    /// Number of the card.
    pub card: usize,
    /// Whether everybody comes in, or this host alone.
    pub everywhere: bool,
    /// Ports, as they are published.
    pub ports: Vec<String>,
}

/// A card on a network.
#[derive(Debug)]
pub struct Tap {
    /// Number of the card.
    pub card: usize,
    /// Number of the network.
    pub network: usize,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Whether the endpoint is live.
    pub is_live: bool,
    /// Whether a probe got an answer there, if there was one.
    pub answers: Option<bool>,
}

/// How many addresses a line has room for.
const ADDRESSES: usize = 4;

impl Chart {
    /// Of a view.
    pub fn of(view: &View) -> Self {
        let groups = svg::reduce(view, false).groups;
        let mut names: Vec<&str> = Vec::new();
        names.extend(groups.iter().filter_map(|group| view.container(group.owners[0]).project()));
        names.order_by_key(|name| Natural(*name));
        names.dedup();
        let loner = |group: &Group| view.container(group.owners[0]).project().is_none();
        if names.len() + usize::from(groups.iter().any(loner)) < 2 {
            names.clear();
        }
        let usual = view.usual_state();
        let maker = Maker { view, ranks: view.ranks(), projects: names, usual };
        let shown = view.used_networks().into_iter().chain(view.empty_networks());
        let shown: Vec<NetworkAt> = shown.filter(|at| !view.network(*at).is_host()).collect();
        let numbers: HashMap<NetworkAt, usize> =
            shown.iter().enumerate().map(|(number, at)| (*at, number)).collect();
        let talk = Some(svg::TalkShown::Configured);
        let options = svg::Options { talk, ..svg::Options::default() };
        let arrows = svg::arrows(view, &groups, &options, &Numbers::default(), &mut Vec::new());
        let called = view.service_names();
        let cards = groups.iter().map(|group| maker.card(group, &called)).collect();
        let taps =
            groups.iter().enumerate().flat_map(|(card, group)| maker.taps(card, group, &numbers));
        Self {
            title: maker.title(),
            story: view.story().join(" "),
            cards,
            networks: shown.iter().map(|at| maker.bar(*at)).collect(),
            ways_in: groups.iter().enumerate().flat_map(|(at, g)| maker.ways_in(at, g)).collect(),
            taps: taps.collect(),
            arrows,
            projects: maker.projects.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    /// The cards and the networks of each project, and at the end those of none.
    pub fn by_project(&self) -> Vec<Members> {
        let number = |project: Option<usize>| project.unwrap_or(self.projects.len());
        let mut all: Vec<Members> = (0..self.projects.len())
            .map(Some)
            .chain([None])
            .map(|project| Members { project, ..Members::default() })
            .collect();
        for (at, card) in self.cards.iter().enumerate() {
            all[number(card.project)].cards.push(at);
        }
        for (at, bar) in self.networks.iter().enumerate() {
            all[number(bar.project)].networks.push(at);
        }
        all
    }

    /// Whether the network lies further in than the card.
    pub fn leads_in(&self, tap: &Tap) -> bool {
        self.networks[tap.network].rank > self.cards[tap.card].rank
    }

    /// The parts of the world outside that come in: everybody, this host.
    pub fn worlds(&self) -> impl Iterator<Item = bool> {
        [true, false]
            .into_iter()
            .filter(|everywhere| self.ways_in.iter().any(|way| way.everywhere == *everywhere))
    }
}

/// What a part of the world outside is called.
pub fn world(everywhere: bool) -> &'static str {
    if everywhere { "Internet" } else { "This host only" }
}

/// What an arrow says beside its port.
pub fn words(arrow: &Arrow) -> &str {
    arrow.tooltip.first().map_or("", String::as_str)
}

/// Whether an arrow stands for what cannot work.
pub fn is_bad(arrow: &Arrow) -> bool {
    use crate::model::TalkVerdict::Blocked;
    matches!(arrow.kind, ArrowKind::Surprise { .. } | ArrowKind::Talk(.., Blocked))
}

struct Maker<'a> {
    view: &'a View<'a>,
    ranks: view::Ranks,
    projects: Vec<&'a str>,
    /// The state that most have, which need not be said.
    usual: Option<String>,
}

impl Maker<'_> {
    fn title(&self) -> String {
        let view = self.view;
        let mut projects: BTreeSet<Option<&str>> = BTreeSet::new();
        projects.extend(view.containers.iter().map(|at| view.container(*at).project()));
        let only = match projects.len() {
            1 => projects.into_iter().next().flatten().map(str::to_owned),
            _ => None,
        };
        let named = view.scope.clone().or(only).filter(|name| !name.trim().is_empty());
        named.unwrap_or_else(|| "Container networks".to_owned())
    }

    fn project(&self, name: Option<&str>) -> Option<usize> {
        self.projects.iter().position(|one| Some(*one) == name)
    }

    fn card(&self, group: &Group, called: &HashMap<ContainerAt, String>) -> Card {
        let view = self.view;
        let owner = group.owners[0];
        let container = view.container(owner);
        let own = || called.get(&owner).map_or(container.name.as_str(), String::as_str);
        let name = match group.owners.len() {
            1 => own().to_owned(),
            several => format!("{} ×{several}", group.title),
        };
        let mut lines = Vec::new();
        lines.extend(Some(short_image(container)).filter(|i| !i.is_empty() && *i != name));
        lines.extend(view.unusual_state(&group.owners, self.usual.as_deref()));
        lines.extend(view.wanted(owner).iter().map(|port| format!("would publish {port}")));
        for sidecar in view.map.sidecars(owner) {
            let sidecar = view.container(*sidecar);
            lines.push(format!("with {} ({})", sidecar.name, view::state(sidecar)));
        }
        if view.map.stack_owner(owner) == StackOwner::Missing {
            lines.push("its network stack is gone".to_owned());
        }
        let rank = self.ranks.container(owner).unwrap_or(1);
        let project = self.project(container.project());
        // One that runs stands for all.
        let mut states = group.owners.iter().map(|at| view.container(*at).state);
        let state = states.find(|state| !state.is_stopped()).unwrap_or(container.state);
        Card { name, lines, kind: Kind::of(container), project, rank, state }
    }

    fn bar(&self, at: NetworkAt) -> Bar {
        let network = self.view.network(at);
        let members = self.view.members(at);
        let own = self.project(network.project.as_deref());
        let is_own = |at: &ContainerAt| self.project(self.view.container(*at).project()) == own;
        let project = own.filter(|_| members.iter().all(is_own));
        let is_told = project.is_some() || self.projects.is_empty();
        Bar {
            name: match is_told {
                true => self.view.short_network_name(at).to_owned(),
                false => network.name.clone(),
            },
            subnets: network.subnets.iter().map(|subnet| subnet.subnet.to_string()).collect(),
            kind: self.view.kind(at),
            is_internal: network.internal,
            project,
            rank: self.ranks.network(at).unwrap_or(2),
        }
    }

    fn ways_in(&self, card: usize, group: &Group) -> Vec<WayIn> {
        let mut ports: BTreeMap<bool, Vec<String>> = BTreeMap::new();
        let live: Vec<ContainerAt> =
            group.owners.iter().copied().filter(|at| !self.view.openings(*at).is_empty()).collect();
        for opening in self.view.ways_in_of(&live) {
            ports.entry(!opening.everywhere).or_default().push(opening.text);
        }
        let from_host = group.owners.iter().any(|at| self.view.map.on_host(*at));
        if from_host && ports.is_empty() {
            ports.insert(false, vec!["on the host's own network".to_owned()]);
        }
        let way = |(nearby, ports): (bool, Vec<String>)| WayIn { card, everywhere: !nearby, ports };
        ports.into_iter().map(way).collect()
    }

    fn taps(&self, card: usize, group: &Group, numbers: &HashMap<NetworkAt, usize>) -> Vec<Tap> {
        let view = self.view;
        let mut taps: BTreeMap<usize, Tap> = BTreeMap::new();
        for at in &group.owners {
            let is_live = view.container(*at).state.has_network();
            for (network, endpoint) in view.map.endpoints(*at) {
                let Some(network) = network.and_then(|at| numbers.get(&at).copied()) else {
                    continue;
                };
                let answers = view
                    .probe
                    .filter(|_| is_live)
                    .and_then(|probe| probe.answers_on(*at, &endpoint.network));
                let tap = taps.entry(network).or_insert(Tap {
                    card,
                    network,
                    addresses: Vec::new(),
                    is_live,
                    answers,
                });
                tap.is_live |= is_live;
                tap.addresses.extend(endpoint.addresses().map(|address| address.to_string()));
            }
        }
        for tap in taps.values_mut().filter(|tap| tap.addresses.len() > ADDRESSES) {
            let more = tap.addresses.len() - ADDRESSES + 1;
            tap.addresses.truncate(ADDRESSES - 1);
            tap.addresses.push(format!("and {more} more"));
        }
        taps.into_values().collect()
    }
}
