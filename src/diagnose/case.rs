//! Everything a rule may look at: the map, what was seen inside the
//! containers, and who wants to reach whom. Built once for all rules.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::index::Index;
use super::obstacle::{self, Obstacle};
use super::rule::Sight;
use super::wanted::{self, Edge};
use crate::graph::{Comparison, Map};
use crate::model::{
    Connection, Container, ContainerAt, HostAddress, Link, Listening, LogError, Moment, Network,
    NetworkAt, NetworkMode, Observation, Part, PerContainer, Protocol, StartErrorKind, State,
};

/// How long before netmap looked an error in the log of a running container
/// still counts, in seconds: what is older may have been mended since.
const FRESH: f64 = 600.0;

/// How long a container without a single listening socket may still be
/// starting, in seconds.
const STARTING: f64 = 4.5;

/// Whether a container accepts connections to a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listens {
    /// From others.
    Openly,
    /// From itself only: the socket is bound to a loopback address.
    OnLoopback,
    /// Not at all.
    Not,
}

/// A setup with everything that is known about it.
pub struct Case<'a> {
    /// The map.
    pub map: &'a Map<'a>,
    /// What a probe measured, held against the map.
    pub comparison: Option<&'a Comparison<'a>>,
    index: Index<'a>,
    /// In the order of the containers that they begin at.
    edges: Vec<(Edge<'a>, Option<Obstacle>)>,
    /// For each container, the edges that are evidently meant for it.
    about: PerContainer<Vec<usize>>,
}

impl<'a> Case<'a> {
    /// The case of a map.
    pub fn new(map: &'a Map<'a>, comparison: Option<&'a Comparison<'a>>) -> Self {
        let snapshot = map.snapshot();
        let about = PerContainer::filled(&snapshot.containers, Vec::new());
        let (index, edges) = (Index::default(), Vec::new());
        let mut case = Self { map, comparison, index, edges, about };
        case.index = Index::new(&case);
        let edges = wanted::edges(&case);
        case.edges = edges
            .into_iter()
            .map(|edge| {
                let obstacle = obstacle::first(&case, &edge);
                (edge, obstacle)
            })
            .collect();
        for (at, (edge, obstacle)) in case.edges.iter().enumerate() {
            let peer = match obstacle {
                Some(Obstacle::Localhost { peer, .. }) => Some(*peer),
                _ => None,
            };
            let meant: BTreeSet<ContainerAt> = edge.container().into_iter().chain(peer).collect();
            meant.into_iter().for_each(|container| case.about[container].push(at));
        }
        case
    }

    /// The look-ups over it.
    pub fn index(&self) -> &Index<'a> {
        &self.index
    }

    /// The containers' positions.
    pub fn containers(&self) -> impl Iterator<Item = ContainerAt> + use<> {
        self.map.containers()
    }

    /// The networks' positions.
    pub fn networks(&self) -> impl DoubleEndedIterator<Item = NetworkAt> + use<> {
        self.map.networks()
    }

    /// The container at a position.
    pub fn container(&self, at: ContainerAt) -> &'a Container {
        self.map.container(at)
    }

    /// The network at a position.
    pub fn network(&self, at: NetworkAt) -> &'a Network {
        self.map.network(at)
    }

    /// A container's name.
    pub fn name(&self, at: ContainerAt) -> &'a str {
        &self.map.container(at).name
    }

    /// Every wanted edge of a container that matters ([`Self::matters`]),
    /// with the first thing that stands in its way.
    pub fn edges(&self) -> impl Iterator<Item = (&Edge<'a>, Option<&Obstacle>)> {
        self.edges
            .iter()
            .filter(|(edge, _)| self.matters(edge.from))
            .map(|(edge, obstacle)| (edge, obstacle.as_ref()))
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

    /// The names of the containers that edges begin at, each once.
    pub fn clients(&self, edges: &[&Edge]) -> Vec<&'a str> {
        let mut names: Vec<&str> = edges.iter().map(|edge| self.name(edge.from)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Names of the containers that want to reach this one.
    pub fn wanted_by(&self, at: ContainerAt) -> Vec<&'a str> {
        let mut names: Vec<&str> = self
            .edges_about(at)
            .filter(|(edge, _)| edge.container() == Some(at) && edge.from != at)
            .map(|(edge, _)| self.name(edge.from))
            .collect();
        names.dedup();
        names
    }

    /// Whether what a container wants is anybody's concern: it runs, or ended
    /// in a way that nobody asked for, or was planned.
    pub fn matters(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        match container.state {
            State::Planned | State::Running | State::Paused | State::Restarting => true,
            State::Exited | State::Dead => {
                // 137 and 143 are what `docker stop` and `docker kill` leave.
                let by_hand = matches!(container.exit_code, None | Some(0 | 137 | 143));
                container.oom_killed || !by_hand
            }
            State::Created => container.start_error.is_some(),
            State::Removing | State::Unknown => false,
        }
    }

    /// Whether the setup was read from a plan and nothing of it runs yet.
    pub fn is_planned(&self) -> bool {
        self.map.snapshot().plan.is_some()
    }

    /// What was seen inside a container.
    pub fn seen(&self, at: ContainerAt) -> Option<&'a Observation> {
        self.map.observation(at)
    }

    /// What was seen of the network stack that a container uses: by itself or
    /// by another one of the same stack.
    fn of_stack<T>(
        &self,
        at: ContainerAt,
        part: impl Fn(&'a Observation) -> Option<T>,
    ) -> Option<T> {
        let own = self.seen(at).and_then(&part);
        own.or_else(|| {
            let owner = self.map.stack(at)?;
            let riders = self.map.riders(owner).iter().copied();
            std::iter::once(owner).chain(riders).find_map(|other| part(self.seen(other)?))
        })
    }

    /// The sockets that wait for others in a container's network stack;
    /// `None` where nobody looked.
    pub fn listening(&self, at: ContainerAt) -> Option<&'a [Listening]> {
        self.of_stack(at, |seen| seen.listening.as_deref())
    }

    /// The connections that a container's network stack began.
    pub fn connections(&self, at: ContainerAt) -> Option<&'a [Connection]> {
        self.of_stack(at, |seen| seen.connections.as_deref())
    }

    /// Whether something in a container's network stack listens on a port, of
    /// TCP or UDP. `None` where nobody looked, or too early to tell.
    pub fn listens(&self, at: ContainerAt, port: u16) -> Option<Listens> {
        let sockets = self.listening(at)?;
        let mut found = Listens::Not;
        for socket in sockets.iter().filter(|socket| socket.port == port) {
            if !socket.is_loopback_only() {
                return Some(Listens::Openly);
            }
            found = Listens::OnLoopback;
        }
        if found == Listens::Not && sockets.is_empty() && self.is_young(at) {
            return None;
        }
        Some(found)
    }

    /// Whether a container has only just started.
    pub fn is_young(&self, at: ContainerAt) -> bool {
        let started = self.container(at).started_at;
        let looked = self.seen(at).and_then(|seen| seen.at);
        started.zip(looked).is_some_and(|(started, looked)| looked.since(started) < STARTING)
    }

    /// The TCP ports on which a container's network stack takes connections
    /// from others, sorted.
    pub fn open_ports(&self, at: ContainerAt) -> Vec<u16> {
        let sockets = self.listening(at).unwrap_or_default().iter();
        let mut ports: Vec<u16> = sockets
            .filter(|s| s.protocol == Protocol::Tcp && !s.is_loopback_only())
            .map(|s| s.port)
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// The network errors of a container's present run, or of its last one,
    /// that are fresh enough to count.
    pub fn log_errors(&self, at: ContainerAt) -> impl Iterator<Item = &'a LogError> {
        let container = self.container(at);
        let seen = self.seen(at);
        let looked = seen.and_then(|seen| seen.at).filter(|_| container.state == State::Running);
        let errors = seen.and_then(|seen| seen.log_errors.as_deref()).unwrap_or_default();
        errors.iter().filter(move |error| {
            let Some(last) = error.last else { return true };
            // A container may have written before the engine says that it has
            // started, and earlier versions kept whole seconds.
            let of_this_run = container.started_at.is_none_or(|started| last.since(started) > -1.0);
            of_this_run && looked.is_none_or(|looked| looked.since(last) <= FRESH)
        })
    }

    /// How long before netmap looked something happened, as `3 s ago`.
    pub fn ago(&self, at: ContainerAt, moment: Moment) -> String {
        let Some(looked) = self.seen(at).and_then(|seen| seen.at) else {
            return "earlier".to_owned();
        };
        let seconds = looked.since(moment).max(0.0).floor();
        match seconds {
            ..120.0 => format!("{seconds} s ago"),
            ..7200.0 => format!("{} min ago", (seconds / 60.0).floor()),
            _ => format!("{} h ago", (seconds / 3600.0).floor()),
        }
    }

    /// Where `--add-host`, or the hosts file, sends a name. `Some(None)` is
    /// `host-gateway`: the engine's machine.
    pub fn added_host(&self, at: ContainerAt, host: &str) -> Option<Option<IpAddr>> {
        let owner = self.map.stack(at).unwrap_or(at);
        let added = self.container(at).extra_hosts.iter().chain(&self.container(owner).extra_hosts);
        for entry in added.filter(|entry| entry.name.eq_ignore_ascii_case(host)) {
            match &entry.address {
                HostAddress::Ip(ip) => return Some(Some(*ip)),
                HostAddress::Other(nothing) if nothing.is_empty() => {}
                HostAddress::Gateway | HostAddress::Other(_) => return Some(None),
            }
        }
        None
    }

    /// The container that a name leads another to: on one of the networks the
    /// two share, by a name it has there, or by a legacy link.
    pub fn resolved(&self, from: ContainerAt, host: &str) -> Option<ContainerAt> {
        let stack = self.map.stack(from)?;
        for link in &self.container(stack).links {
            if [&link.alias, &link.target].iter().any(|name| name.eq_ignore_ascii_case(host)) {
                return self.map.containers_named(&link.target).first().copied();
            }
        }
        let host = host.trim_end_matches('.');
        let mut found: Option<(bool, bool, ContainerAt)> = None;
        for network in self.map.networks_of(stack) {
            let on = self.network(network);
            if on.is_built_in() {
                continue;
            }
            let ending = || host.strip_suffix(on.name.as_str())?.strip_suffix('.');
            let answering = self.index.answering(network, ending().unwrap_or(host));
            // A container that names itself means itself only if nobody else has the name.
            let other = answering.iter().find(|at| **at != from).or(answering.first());
            let rank = |at: ContainerAt| (at == from, !self.container(at).state.has_network(), at);
            found = found.into_iter().chain(other.map(|at| rank(*at))).min();
        }
        let task = || self.map.service_name(from, host)?.tasks.first().copied();
        found.map(|(.., at)| at).or_else(task)
    }

    /// The networks that two containers share ([`Map::shared_networks`]).
    pub fn shared(&self, a: ContainerAt, b: ContainerAt) -> Vec<NetworkAt> {
        self.map.shared_networks(a, b)
    }

    /// Whether the container at `a` is linked to the one at `b` in the legacy way.
    pub fn is_linked(&self, a: ContainerAt, b: ContainerAt) -> bool {
        let names = |link: &Link| link.target == self.name(b);
        self.map.stack(a).is_some_and(|a| self.container(a).links.iter().any(names))
    }

    /// Names of networks that a container's stack is on, without those that join nobody.
    pub fn network_names(&self, at: ContainerAt) -> Vec<&'a str> {
        let stack = self.map.stack(at).unwrap_or(at);
        let on = self.map.networks_of(stack).map(|network| self.network(network));
        on.filter(|network| !network.is_none()).map(|network| network.name.as_str()).collect()
    }

    /// Whether the network stack of a container is gone: the container whose
    /// stack it uses is gone, does not run, or has run anew since.
    pub fn is_orphan(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        if !matches!(container.network_mode, NetworkMode::Container(_)) {
            return false;
        }
        match self.map.stack(at) {
            None => true,
            Some(owner) => {
                let owner = self.container(owner);
                let later = owner.started_at.zip(container.started_at).is_some_and(|(o, c)| o > c);
                !owner.state.has_network() || (container.state.has_network() && later)
            }
        }
    }

    /// Whether another rule explains why a container does not run: its port of
    /// the host is taken, its network is gone, or what it wants itself fails.
    pub fn is_explained(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        let by_port = container
            .start_error
            .as_ref()
            .is_some_and(|error| error.kind == StartErrorKind::PortTaken);
        let ended = !container.state.has_network();
        by_port || self.is_orphan(at) || (ended && self.trouble_of(at).is_some())
    }

    /// The first of a container's own wanted edges that evidently fails, and
    /// so keeps it from staying up or from coming up at all.
    fn trouble_of(&self, at: ContainerAt) -> Option<&Obstacle> {
        self.edges_from(at)
            .filter(|(edge, _)| edge.evidently_fails())
            .find_map(|(_, obstacle)| obstacle.filter(|obstacle| **obstacle != Obstacle::Past))
    }

    /// Whether a container runs and opens no port because of something that
    /// it waits for itself.
    pub fn is_held_up(&self, at: ContainerAt) -> bool {
        let opens_nothing = self.listening(at).is_some_and(<[_]>::is_empty);
        opens_nothing && self.trouble_of(at).is_some()
    }

    /// What follows from the troubles of containers: for each of these, by
    /// name, a sentence.
    pub fn symptoms(&self) -> Vec<(&'a str, String)> {
        let waiting = self.obstructed(|edge, obstacle| {
            let to = edge.container()?;
            let ended = !self.container(to).state.has_network();
            (*obstacle == Obstacle::Down && ended && self.trouble_of(to).is_some()).then_some(to)
        });
        let waiting = waiting.into_iter().map(|(to, edges)| {
            let clients = few(&self.clients(&edges));
            (
                self.name(to),
                format!("For that reason {clients} waits for {} in vain", self.name(to)),
            )
        });
        let held_up = self.containers().filter(|at| self.is_held_up(*at)).filter_map(|at| {
            let port = self.container(at).published.first()?.host_port?;
            let name = self.name(at);
            Some((
                name,
                format!("For that reason {name} does not answer on its published port {port}"),
            ))
        });
        waiting.chain(held_up).collect()
    }

    /// What a rule needs and was not seen, with the reason, for `could not look`.
    pub fn unseen(&self, sight: Sight) -> Option<String> {
        let snapshot = self.map.snapshot();
        let missing = |what: &str| Some(format!("{what}: not looked at"));
        let part: fn(&Observation) -> bool = match sight {
            Sight::Facts => {
                // Snapshots of earlier versions have but the first of these.
                let engine = &snapshot.engine;
                let known = engine.ipv4_forwarding.is_some() || engine.rootless.is_some();
                return if known { None } else { missing(sight.as_str()) };
            }
            Sight::Machine => {
                let known = snapshot.host.is_some();
                let why = snapshot.unread.iter().find(|unread| unread.part == Part::Machine);
                return match (known, why) {
                    (true, _) => None,
                    (false, Some(unread)) => Some(format!("{}: {}", unread.what, unread.why)),
                    (false, None) => missing(sight.as_str()),
                };
            }
            Sight::Probe => {
                let known = self.comparison.is_some();
                return if known {
                    None
                } else {
                    Some("nothing was measured (--probe)".to_owned())
                };
            }
            Sight::Logs => |seen| seen.log_errors.is_some(),
            Sight::Sockets => |seen| seen.listening.is_some(),
            Sight::Routes => |seen| seen.routes.is_some(),
            Sight::Hosts => |seen| seen.hosts.is_some(),
            Sight::Mtus => |seen| seen.mtus.is_some(),
        };
        let concerned = |at: &ContainerAt| match sight {
            Sight::Logs => self.container(*at).state != State::Created,
            _ => self.container(*at).state.has_network(),
        };
        let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
        for at in self.containers().filter(concerned) {
            if self.of_stack(at, |seen| part(seen).then_some(())).is_some() {
                continue;
            }
            let why = self.seen(at).and_then(|seen| {
                let about_log = sight == Sight::Logs;
                seen.unseen.iter().find(|unread| (unread.part == Part::Log) == about_log)
            });
            let why = why.map_or("not looked at", |unread| &unread.why);
            match by_reason.iter_mut().find(|(reason, _)| *reason == why) {
                Some((_, names)) => names.push(self.name(at)),
                None => by_reason.push((why, vec![self.name(at)])),
            }
        }
        let all = self.containers().filter(concerned).count();
        let told: Vec<String> = by_reason
            .iter()
            .map(|(why, names)| match names.len() {
                many if many == all && many > 2 => {
                    format!("{} of all {all} containers: {why}", sight.as_str())
                }
                _ => format!("{} of {}: {why}", sight.as_str(), few(names)),
            })
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// `a`, `a and b`, `a, b and c`; of many, the first few and how many more.
pub fn few<T: AsRef<str>>(names: &[T]) -> String {
    let name = |at: usize| names[at].as_ref();
    match names.len() {
        0 => "nothing".to_owned(),
        1 => name(0).to_owned(),
        2..=5 => {
            let head: Vec<&str> = (0..names.len() - 1).map(name).collect();
            format!("{} and {}", head.join(", "), name(names.len() - 1))
        }
        more => {
            let head: Vec<&str> = (0..4).map(name).collect();
            format!("{} and {} more", head.join(", "), more - 4)
        }
    }
}
