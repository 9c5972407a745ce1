//! What the page's script knows: everything of the containers and networks
//! shown that the picture itself has no room for. It is the page's own, and no
//! contract.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::findings::{Finding, Findings};
use crate::graph::StackOwner;
use crate::model::{ContainerAt, NetworkAt, TalkBasis, TalkVerdict};
use crate::render::escape;
use crate::render::svg::{Parts, Stands};
use crate::render::view::{self, Kind, View, surprise};

/// All of it. Numbers are places in the lists beside them.
#[derive(Debug, Default, Serialize)]
pub struct Data {
    pub containers: Vec<Container>,
    pub networks: Vec<Network>,
    /// For each card of the picture its containers.
    pub cards: Vec<Vec<usize>>,
    /// For each bar of the picture its network.
    pub bars: Vec<Option<usize>>,
    /// For each line between them its card, and its bar if it has one.
    pub taps: Vec<(usize, Option<usize>)>,
    /// For each arrow the cards at its ends.
    pub arrows: Vec<(usize, usize)>,
    /// What the findings are, as a heading says it.
    pub heading: &'static str,
    /// What the doctor found, if it looked, or what differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// A container. Every text is harmless to read; none is markup.
#[derive(Debug, Serialize)]
pub struct Container {
    pub name: String,
    /// What it is called where its project is known.
    pub called: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    pub image: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub kind: &'static str,
    /// Its state in words.
    pub state: String,
    /// The words by which states are filtered.
    pub states: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares: Option<Owner>,
    pub on: Vec<On>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listens: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub talk: Vec<Talk>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measured: Vec<Measured>,
    /// What the doctor found about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<usize>,
}

/// Whose network namespace a container shares.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Owner {
    Shown(usize),
    Told(String),
}

/// A container on a network.
#[derive(Debug, Serialize)]
pub struct On {
    pub network: usize,
    pub addresses: Vec<String>,
    pub names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
}

/// A container talks to another, or is talked to.
#[derive(Debug, Serialize)]
pub struct Talk {
    pub with: usize,
    /// Whether it is the one that answers.
    pub answers: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    pub basis: TalkBasis,
    pub verdict: TalkVerdict,
}

/// What contradicts the map.
#[derive(Debug, Serialize)]
pub struct Measured {
    pub with: usize,
    pub what: &'static str,
}

/// A network.
#[derive(Debug, Serialize)]
pub struct Network {
    pub name: String,
    /// What it is called where its project is known.
    pub called: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    pub kind: String,
    pub subnets: Vec<String>,
    pub members: Vec<usize>,
    /// What the doctor found about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<usize>,
}

impl Data {
    /// What is known of a view that was drawn in these parts.
    pub fn of(view: &View, parts: &Parts) -> Self {
        let places: HashMap<ContainerAt, usize> =
            view.containers.iter().enumerate().map(|(place, at)| (*at, place)).collect();
        let shown = view.used_networks().into_iter().chain(view.empty_networks());
        let networks: Vec<NetworkAt> = shown.collect();
        let numbers: HashMap<NetworkAt, usize> =
            networks.iter().enumerate().map(|(place, at)| (*at, place)).collect();
        let known = Known { view, places, numbers, findings: Findings::of(view) };
        let mut containers: Vec<Container> = known.containers();
        known.add_talk(&mut containers);
        known.add_surprises(&mut containers);
        let place = |at: &ContainerAt| known.places.get(at).copied();
        let bar = |stands: &Stands| match stands {
            Stands::Network(at) => known.numbers.get(at).copied(),
            Stands::World => None,
        };
        let networks = networks.iter().map(|at| known.network(*at)).collect();
        Self {
            containers,
            networks,
            cards: parts.cards.iter().map(|card| card.iter().filter_map(place).collect()).collect(),
            bars: parts.bars.iter().map(bar).collect(),
            taps: parts.taps.clone(),
            arrows: parts.arrows.clone(),
            heading: if view.changes.is_compared { "Differences" } else { "Findings" },
            findings: known.findings.all,
        }
    }

    /// As JSON that can stand in a script element: nothing in it ends one, or
    /// begins a comment.
    pub fn to_script(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned());
        escape::json_in_html(&json)
    }
}

struct Known<'a> {
    view: &'a View<'a>,
    places: HashMap<ContainerAt, usize>,
    numbers: HashMap<NetworkAt, usize>,
    findings: Findings,
}

impl Known<'_> {
    fn containers(&self) -> Vec<Container> {
        let called = self.view.service_names();
        let call = |at: &ContainerAt| called.get(at).map_or("", String::as_str);
        self.view.containers.iter().map(|at| self.container(*at, call(at))).collect()
    }

    fn container(&self, at: ContainerAt, called: &str) -> Container {
        let view = self.view;
        let of = view.container(at);
        let kind = Kind::of(of);
        let health = of.health.filter(|_| of.state.has_network()).map(|health| health.as_str());
        let owner = match view.map.stack_owner(at) {
            StackOwner::Other(owner) => Some(match self.places.get(&owner) {
                Some(place) => Owner::Shown(*place),
                None => Owner::Told(harmless(&view.container(owner).name)),
            }),
            StackOwner::Missing => Some(Owner::Told("a container that is gone".to_owned())),
            StackOwner::Itself => None,
        };
        let is_owner = owner.is_none();
        Container {
            name: harmless(&of.name),
            called: harmless(called),
            project: of.project().map(harmless),
            image: harmless(&of.image),
            kind: if kind == Kind::Unknown { "" } else { kind.word() },
            state: harmless(&view::state(of)),
            states: std::iter::once(of.state.as_str()).chain(health).collect(),
            shares: owner,
            on: if is_owner { self.endpoints(at) } else { Vec::new() },
            ports: view.ports(at).iter().map(|port| harmless(port)).collect(),
            listens: if is_owner { view.listening(at) } else { Vec::new() },
            talk: Vec::new(),
            measured: Vec::new(),
            findings: self.findings.container(at),
        }
    }

    fn endpoints(&self, at: ContainerAt) -> Vec<On> {
        let container = self.view.container(at);
        let shown = self.view.endpoints(at).into_iter().filter_map(|(network, endpoint)| {
            let network = network?;
            let names = match self.view.network(network).is_default_bridge() {
                true => Vec::new(),
                false => container.names_on(endpoint),
            };
            Some(On {
                network: *self.numbers.get(&network)?,
                addresses: endpoint.addresses().map(|address| address.to_string()).collect(),
                names: names.into_iter().map(harmless).collect(),
                mac: endpoint.mac.as_deref().map(harmless),
            })
        });
        shown.collect()
    }

    fn add_talk(&self, containers: &mut [Container]) {
        for talk in &self.view.talk {
            let ends = self.places.get(&talk.from).zip(self.places.get(&talk.to));
            let Some((from, to)) = ends else { continue };
            for (one, with, answers) in [(*from, *to, false), (*to, *from, true)] {
                let (port, basis, verdict) = (talk.port, talk.basis, talk.verdict);
                containers[one].talk.push(Talk { with, answers, port, basis, verdict });
            }
        }
    }

    fn add_surprises(&self, containers: &mut [Container]) {
        let mut told = BTreeMap::new();
        for of in self.view.surprises() {
            let ends = self.places.get(&of.from).zip(self.places.get(&of.to));
            let Some((from, to)) = ends else { continue };
            told.insert((*from, *to), surprise(of.mark));
            told.insert((*to, *from), surprise(of.mark));
        }
        for ((one, with), what) in told {
            containers[one].measured.push(Measured { with, what });
        }
    }

    fn network(&self, at: NetworkAt) -> Network {
        let of = self.view.network(at);
        let subnets = of.subnets.iter().map(|subnet| match self.view.map.gateway(at, subnet) {
            Some(gateway) => format!("{} by {gateway}", subnet.subnet),
            None => subnet.subnet.to_string(),
        });
        let members = self.view.members(at);
        Network {
            name: harmless(&of.name),
            called: harmless(self.view.short_network_name(at)),
            project: of.project.as_deref().map(harmless),
            kind: harmless(&self.view.kind(at)),
            subnets: subnets.collect(),
            members: members.iter().filter_map(|at| self.places.get(at).copied()).collect(),
            findings: self.findings.network(at),
        }
    }
}

fn harmless(text: &str) -> String {
    escape::terminal(text).into_owned()
}
