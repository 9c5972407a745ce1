//! Everything a rule may look at: the facts with their look-ups, and who wants
//! to reach whom with what stands in the way. Built once for all rules, and
//! whole when anybody first sees it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::Deref;

use foldhash::HashMap;

use super::facts::{Facts, Listens};
use super::in_the_way::Obstacle;
use super::names::Names;
use super::wanted::{self, Edge, Sign};
use super::{by_host, localhost, obstacle};
use crate::graph::{Comparison, Map, StackOwner};
use crate::model::{ContainerAt, Health, NetworkAt, PerContainer, Protocol, State};
use crate::order::{OrderBy, Ordered};

/// Who alone listens on a port, of those to which a name leads that is asked for on some
/// networks.
type OnlyAnswering = HashMap<(Vec<NetworkAt>, String, u16, Option<Protocol>), Option<ContainerAt>>;

/// A setup with everything that is known about it.
pub struct Case<'a> {
    names: Names<'a>,
    /// In the order of the containers that they begin at.
    edges: Vec<(Edge<'a>, Option<Obstacle>)>,
    /// For each container, the edges that are evidently meant for it.
    about: PerContainer<Vec<usize>>,
    /// Containers that lost the network namespace they shared.
    orphans: Vec<ContainerAt>,
    /// The only one of the edges that somebody asks about.
    only: Option<usize>,
    /// Who alone can be meant by a name, of those that were asked for before.
    pub(super) only_answering: RefCell<OnlyAnswering>,
}

impl<'a> Deref for Case<'a> {
    type Target = Names<'a>;

    fn deref(&self) -> &Names<'a> {
        &self.names
    }
}

impl<'a> Case<'a> {
    /// The case of a map, with what a probe measured if there was one.
    pub fn new(map: &'a Map<'a>, comparison: Option<&'a Comparison<'a>>) -> Self {
        let names = Names::new(Facts::new(map, comparison));
        let with_obstacle = |edge: Edge<'a>| {
            let obstacle = obstacle::first(&names, &edge);
            (edge, obstacle)
        };
        let edges: Vec<_> = wanted::edges(&names).into_iter().map(with_obstacle).collect();
        let orphans = names.containers().filter(|at| names.is_orphan(*at)).collect();
        let about = PerContainer::filled(&map.snapshot().containers, Vec::new());
        let (only, only_answering) = (None, RefCell::default());
        let mut case = Self { names, edges, about, orphans, only, only_answering };
        case.find_whom_edges_are_about();
        case
    }

    /// The case of the same map with this edge in it, wanted or not, and no other
    /// one for rules to judge.
    pub fn of_one(
        map: &'a Map<'a>,
        comparison: Option<&'a Comparison<'a>>,
        edge: Edge<'a>,
        obstacle: Option<Obstacle>,
    ) -> Self {
        let mut case = Self::new(map, comparison);
        let begin = case.edges.partition_point(|(other, _)| other.from < edge.from);
        let end = case.edges.partition_point(|(other, _)| other.from <= edge.from);
        let host = wanted::normalised(&edge.host).into_owned();
        let same =
            |other: &Edge| other.port == edge.port && *wanted::normalised(&other.host) == *host;
        let known = case.edges[begin..end].iter().position(|(other, _)| same(other));
        match known {
            Some(known) => case.edges[begin + known] = (edge, obstacle),
            None => case.edges.insert(end, (edge, obstacle)),
        }
        case.only = Some(known.map_or(end, |known| begin + known));
        case.find_whom_edges_are_about();
        case
    }

    fn find_whom_edges_are_about(&mut self) {
        let containers = &self.names.map.snapshot().containers;
        let mut about = PerContainer::filled(containers, Vec::new());
        for (at, (edge, obstacle)) in self.edges.iter().enumerate() {
            let peer = match obstacle {
                Some(Obstacle::Localhost { peer, .. } | Obstacle::NotOnHost { peer, .. }) => {
                    Some(*peer)
                }
                _ => None,
            };
            let meant: BTreeSet<ContainerAt> = edge.container().into_iter().chain(peer).into_set();
            meant.into_iter().for_each(|container| about[container].push(at));
        }
        self.about = about;
    }

    /// Every wanted edge of a container that matters ([`Facts::matters`]),
    /// with the first thing that stands in its way.
    pub fn edges(&self) -> impl Iterator<Item = (&Edge<'a>, Option<&Obstacle>)> {
        let asked = match self.only {
            Some(only) => &self.edges[only..=only],
            None => &self.edges,
        };
        asked
            .iter()
            .filter(|(edge, _)| self.only.is_some() || self.matters(edge.from))
            .map(|(edge, obstacle)| (edge, obstacle.as_ref()))
    }

    /// The peer of a container that is evidently meant by a port alone.
    pub fn peer_with(&self, from: ContainerAt, port: u16) -> Option<ContainerAt> {
        localhost::peer_with(self, from, port)
    }

    /// What stands in the way of an edge of this case.
    pub fn obstacle_of(&self, edge: &Edge) -> Option<&Obstacle> {
        let set_by = |edge: &Edge| edge.configured().next().map(std::ptr::from_ref);
        let same = |other: &Edge| {
            other.host == edge.host && other.port == edge.port && set_by(other) == set_by(edge)
        };
        self.edges_from(edge.from).find(|(other, _)| same(other))?.1
    }

    /// Those of them that begin at a container.
    pub fn edges_from(
        &self,
        at: ContainerAt,
    ) -> impl Iterator<Item = (&Edge<'a>, Option<&Obstacle>)> {
        let begin = self.edges.partition_point(|(edge, _)| edge.from < at);
        let from_here = self.edges[begin..].iter().take_while(move |(edge, _)| edge.from == at);
        let edges = from_here.filter(move |_| self.matters(at));
        edges.map(|(edge, obstacle)| (edge, obstacle.as_ref()))
    }

    /// The edge from a container to a host and port, whether anybody wants it
    /// or not, with how it was measured to end, and the first thing that stands
    /// in its way by all that is known: the same judgement as for edges that
    /// are wanted.
    pub fn judge(
        &self,
        from: ContainerAt,
        host: &str,
        port: Option<u16>,
        measured: impl IntoIterator<Item = Sign<'a>>,
    ) -> (Edge<'a>, Option<Obstacle>) {
        let wanted = Cow::Borrowed(host);
        let wanted = wanted::normalised(&wanted);
        let begin = self.edges.partition_point(|(edge, _)| edge.from < from);
        let from_here = self.edges[begin..].iter().take_while(|(edge, _)| edge.from == from);
        let known = from_here
            .map(|(edge, _)| edge)
            .find(|edge| edge.port == port && wanted::normalised(&edge.host) == wanted);
        let mut edge =
            known.cloned().unwrap_or_else(|| wanted::edge(&self.names, from, host, port));
        edge.signs.extend(measured);
        let obstacle = obstacle::first(&self.names, &edge);
        (edge, obstacle)
    }

    /// Those of them that are evidently meant for a container.
    pub fn edges_about(
        &self,
        at: ContainerAt,
    ) -> impl Iterator<Item = (&Edge<'a>, Option<&Obstacle>)> {
        let edges = self.about[at].iter().map(|edge| &self.edges[*edge]);
        let edges = edges.filter(|(edge, _)| self.matters(edge.from));
        edges.map(|(edge, obstacle)| (edge, obstacle.as_ref()))
    }

    /// The edges with an obstacle that `pick` knows, put together by what it
    /// makes of them.
    pub fn obstructed<K: Ord>(
        &self,
        pick: impl Fn(&Edge<'a>, &Obstacle) -> Option<K>,
    ) -> BTreeMap<K, Vec<&Edge<'a>>> {
        let mut groups: BTreeMap<K, Vec<&Edge<'a>>> = BTreeMap::new();
        for (edge, obstacle) in self.edges() {
            if let Some(key) = obstacle.and_then(|obstacle| pick(edge, obstacle)) {
                groups.entry(key).or_default().push(edge);
            }
        }
        groups
    }

    /// What stands in the way to a target that does not run as soon as it does: its
    /// networks are known, and by them its name will lead there no more than now.
    pub fn once_it_runs(&self, edge: &Edge) -> Option<Obstacle> {
        let (from, to) = (edge.from, edge.container()?);
        let container = self.container(to);
        let service = container.compose.service.as_deref();
        let names = container.endpoints.iter().flat_map(|endpoint| container.names_on(endpoint));
        let mut names = names.chain(service).chain([container.network_name()]);
        let is_called = names.any(|name| name.eq_ignore_ascii_case(&edge.host));
        let joins = |at| !self.map.on_host(at) && self.joined(at).next().is_some();
        if !is_called || !self.is_peer(from, to) || !joins(from) || !joins(to) {
            return None;
        }
        let shared = self.shared(from, to);
        if shared.is_empty() {
            return Some(Obstacle::NoSharedNetwork);
        }
        let without_names = shared.iter().all(|network| self.network(*network).is_default_bridge());
        (without_names && !self.is_linked(from, to)).then_some(Obstacle::DefaultBridge)
    }

    /// The names of the containers that edges begin at, each once.
    pub fn clients(&self, edges: &[&Edge]) -> Vec<&'a str> {
        let mut names = self.names_of(edges.iter().map(|edge| edge.from));
        names.order();
        names.dedup();
        names
    }

    /// Names of the containers that want to reach this one.
    pub fn wanted_by(&self, at: ContainerAt) -> Vec<&'a str> {
        let clients = self.edges_about(at).map(|(edge, _)| edge);
        let clients = clients.filter(|edge| edge.container() == Some(at) && edge.from != at);
        let mut names = self.names_of(clients.map(|edge| edge.from));
        names.dedup();
        names
    }

    /// Whether another rule explains why a container does not run: the engine
    /// cannot start it, its network is gone, or what it wants itself fails.
    pub fn is_explained(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        let ended = !container.state.has_network() || self.is_looping(at);
        let cannot_start = container.start_error.is_some();
        self.is_orphan(at) || (ended && (cannot_start || self.has_cause(at)))
    }

    /// Whether a trouble of its own explains what is wrong with a container,
    /// and is told of elsewhere.
    pub fn has_cause(&self, at: ContainerAt) -> bool {
        self.trouble_of(at).is_some() && !self.heads_a_circle(at)
    }

    /// The first of a container's own wanted edges that evidently fails, and
    /// so keeps it from staying up or from coming up at all. Where its log says
    /// that something failed and not what, it is one that must fail.
    pub fn trouble_of(&self, at: ContainerAt) -> Option<&Obstacle> {
        let complains = self.complains_without_host(at);
        let fails = |edge: &Edge| edge.evidently_fails() || (complains && edge.is_configured());
        let cannot_be_read = self.complains_of_address(at);
        self.edges_from(at)
            .filter(|(edge, obstacle)| {
                let is_malformed = matches!(obstacle, Some(Obstacle::Malformed(_)));
                fails(edge) || (cannot_be_read && is_malformed)
            })
            .find_map(|(_, obstacle)| obstacle.filter(|obstacle| **obstacle != Obstacle::Past))
    }

    /// Whether a container runs and opens no port because of something that
    /// it waits for itself.
    pub fn is_held_up(&self, at: ContainerAt) -> bool {
        let opens_nothing = self.listening(at).is_some_and(<[_]>::is_empty);
        opens_nothing && self.has_cause(at)
    }
}

/// Containers of a chain that are looked at: nobody reads a longer one.
const LONGEST: usize = 16;

/// Causes before consequences: what of a container's silence is another one's
/// fault, and whose.
impl Case<'_> {
    /// A container and those before it: what it evidently waits for, what that
    /// waits for, and so on. Each once, also where they wait in a circle.
    pub fn chain(&self, at: ContainerAt) -> Vec<ContainerAt> {
        let mut chain = vec![at];
        let next = |at: ContainerAt| {
            let troubles = self.edges_from(at).filter(|(edge, obstacle)| {
                edge.evidently_fails() && obstacle.is_some_and(|found| *found != Obstacle::Past)
            });
            troubles.filter_map(|(edge, _)| edge.container()).next()
        };
        while let Some(next) = chain.last().and_then(|last| next(*last)) {
            if chain.contains(&next) || chain.len() == LONGEST {
                break;
            }
            chain.push(next);
        }
        chain
    }

    /// Whether containers wait for one another in a circle, and this is the one
    /// of them to begin with: for each of them another one is the cause.
    pub fn heads_a_circle(&self, at: ContainerAt) -> bool {
        let waits_for_it = |other: &ContainerAt| {
            let chain = self.chain(*other);
            *other != at && chain.len() > 1 && chain.contains(&at)
        };
        let chain = self.chain(at);
        let mut circle = chain.iter().filter(|other| waits_for_it(other)).peekable();
        circle.peek().is_some() && circle.all(|other| at < *other)
    }

    /// Whether the health check of a container fails because of something that
    /// it waits for itself.
    pub fn is_unhealthy_for_another(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        container.state == State::Running
            && container.health == Some(Health::Unhealthy)
            && self.has_cause(at)
    }

    /// The address of the machine that an edge to it dials, where it is known.
    pub fn machine_address(&self, edge: &Edge) -> Option<IpAddr> {
        by_host::address(self, edge)
    }

    /// The container that listens on a port in what is left of this one's former
    /// network namespace, or would if it ran: it was started in it, and has not
    /// been started again since.
    pub fn lost_listener(&self, at: ContainerAt, port: u16) -> Option<ContainerAt> {
        if self.listens(at, port, None) != Some(Listens::Not) {
            return None;
        }
        let project = self.container(at).project();
        let is_of = |orphan: &ContainerAt| match self.map.stack_owner(*orphan) {
            StackOwner::Other(owner) => owner == at,
            // Its owner was re-created, and this may be it.
            StackOwner::Missing => self.container(*orphan).project() == project,
            StackOwner::Itself => false,
        };
        let mut orphans = self.orphans.iter().filter(|orphan| **orphan != at);
        orphans.find(|orphan| is_of(orphan) && self.offers(**orphan, port)).copied()
    }
}
