//! What is known of a setup, without any judgement: the map, what was seen
//! inside the containers, and what a probe measured.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;

use smallvec::SmallVec;

use super::usual_ports;
use crate::graph::{Comparison, Map};
use crate::model::{
    Backlog, Connection, Container, ContainerAt, Fault, HostAddress, HostsEntry, Listening,
    LogError, LogTrouble, Moment, Network, NetworkAt, NetworkMode, Observation, OnLoopback,
    Progress, Protocol, PublishedPort, Repeated, RulesOut, State,
};
use crate::order::OrderBy;

/// How long before netmap looked an error in the log of a running container
/// still counts, in seconds: what is older may have been fixed since.
const FRESH: i64 = 600;

/// How long a container without a single listening socket may still be
/// starting, in seconds.
const STARTING: i64 = 5;

/// From so many sockets on, those of a port are looked up, and not looked for.
const MANY_SOCKETS: usize = 64;

/// Some of many sockets, by their places; of most ports there is one, or one for each
/// family of addresses.
type Sockets = SmallVec<[usize; 2]>;

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

impl Listens {
    /// Whether it listens, be it to itself alone.
    pub fn is_some_way(self) -> bool {
        self != Self::Not
    }
}

/// How long a container that the engine has restarted must run to count as up
/// again, in seconds: an engine waits longer and longer before the next attempt
/// until one has lasted so long.
pub(super) const UP_AGAIN: f64 = 10.0;

/// How long after the last one the next complaint would be there, in seconds.
fn patience(complaint: &Repeated) -> f64 {
    (2.0 * complaint.interval()).clamp(UP_AGAIN, FRESH as f64)
}

/// Whether a complaint is of a container's present run, or of its last one. What
/// the engine restarts again and again is one run as long as that goes on.
fn is_of_last_run(container: &Container, looked: Option<Moment>, complaint: &Repeated) -> bool {
    /// How long a program may have run before its engine calls it started.
    const HEAD_START: f64 = 1.0;
    let (Some(last), Some(started)) = (complaint.last, container.started_at) else { return true };
    let began = last.since(started) >= -HEAD_START;
    // While it runs this is the end of the run before. Of a short run that is
    // over the engine may write the end before the start.
    let before =
        container.finished_at.filter(|end| *end <= started && container.state.has_network());
    let Some(end) = before else { return began };
    let ago = looked.map(|looked| looked.since(last));
    let goes_on = container.restart_count > 0 && ago.is_some_and(|ago| ago <= patience(complaint));
    // A busy engine may take the last words of the run before for written after
    // its end, which can be long before the start.
    goes_on || (began && last.is_not_before(end))
}

/// Whether a complaint in a log is of the last run, and fresh where that goes on.
fn counts(container: &Container, looked: Option<Moment>, complaint: &Repeated) -> bool {
    let is_fresh =
        |looked: Moment| complaint.last.is_none_or(|last| looked.since(last) <= FRESH as f64);
    is_of_last_run(container, looked, complaint) && looked.is_none_or(is_fresh)
}

/// Where an entry of a hosts file leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedHost {
    /// To an address.
    Address(IpAddr),
    /// To the engine's machine: `host-gateway`.
    Machine,
}

/// Everything there is to read about a setup.
pub struct Facts<'a> {
    /// The map.
    pub map: &'a Map<'a>,
    /// What a probe measured, held against the map.
    pub comparison: Option<&'a Comparison<'a>>,
    /// The servers that planned containers will start on the loopback of a stack, by the
    /// stack and their port.
    on_loopback: HashMap<(ContainerAt, u16), OnLoopback>,
    /// What was seen in each network stack that several use, by its owner, who comes first.
    in_stack: HashMap<ContainerAt, Vec<&'a Observation>>,
    /// What rules do with what goes out of networks, by their ids.
    rules_out: HashMap<&'a str, RulesOut>,
    /// The sockets of each port, of long lists that somebody asked about.
    by_port: RefCell<HashMap<*const Listening, HashMap<u16, Sockets>>>,
}

impl<'a> Facts<'a> {
    /// The facts of a map.
    pub fn new(map: &'a Map<'a>, comparison: Option<&'a Comparison<'a>>) -> Self {
        let planned = map.containers().filter(|_| map.snapshot().plan.is_some());
        let on_loopback = planned.filter_map(|at| {
            let server = map.container(at).on_loopback.filter(|server| server.is_certain())?;
            Some(((map.stack(at).unwrap_or(at), server.port), server))
        });
        let in_stack = map.containers().filter(|at| !map.sidecars(*at).is_empty()).map(|owner| {
            let all = std::iter::once(owner).chain(map.sidecars(owner).iter().copied());
            (owner, all.filter_map(|at| map.observation(at)).collect())
        });
        let seen = map.snapshot().network_observations.iter();
        let rules_out = seen.filter_map(|seen| {
            let rules = seen.rules_out.filter(|rules| *rules != RulesOut::Other)?;
            Some((&*seen.id, rules))
        });
        Self {
            map,
            comparison,
            on_loopback: on_loopback.collect(),
            in_stack: in_stack.collect(),
            rules_out: rules_out.collect(),
            by_port: RefCell::default(),
        }
    }

    /// Whether two planned containers are copies of one service.
    pub fn is_planned_copy(&self, a: ContainerAt, b: ContainerAt) -> bool {
        let (a, b) = (&self.container(a).compose, &self.container(b).compose);
        self.is_planned() && a.service.is_some() && a.service == b.service && a.project == b.project
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

    /// Containers' names, in their order.
    pub fn names_of(&self, containers: impl IntoIterator<Item = ContainerAt>) -> Vec<&'a str> {
        containers.into_iter().map(|at| self.name(at)).collect()
    }

    /// Whether what a container wants is anybody's concern: it runs, or ended
    /// in a way that nobody asked for, or was planned.
    pub fn matters(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        match container.state {
            State::Planned | State::Running | State::Paused | State::Restarting => true,
            State::Exited | State::Dead => {
                // 137 and 143 are what `docker stop` and `docker kill` leave, and
                // 130 is what Ctrl-C does.
                let by_hand = matches!(container.exit_code, None | Some(0 | 130 | 137 | 143));
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
    pub fn of_stack<T>(
        &self,
        at: ContainerAt,
        part: impl Fn(&'a Observation) -> Option<T>,
    ) -> Option<T> {
        let own = self.seen(at).and_then(&part);
        own.or_else(|| {
            let owner = self.map.stack(at)?;
            match self.in_stack.get(&owner) {
                Some(all) => all.iter().find_map(|seen| part(seen)),
                None => part(self.seen(owner)?),
            }
        })
    }

    /// The sockets that wait for others in a container's network stack;
    /// `None` where nobody looked.
    pub fn listening(&self, at: ContainerAt) -> Option<&'a [Listening]> {
        self.of_stack(at, |seen| seen.listening.as_deref())
    }

    /// What waits at the ports of a container's network stack, and no program takes.
    pub fn backlog(&self, at: ContainerAt) -> &'a [Backlog] {
        // Whoever was looked into has the sockets of all: of thousands one is asked.
        let waits = |seen: &'a Observation| seen.listening.as_ref().map(|_| &*seen.backlog);
        self.of_stack(at, waits).unwrap_or_default()
    }

    /// The connections that a container's network stack began.
    pub fn connections(&self, at: ContainerAt) -> Option<&'a [Connection]> {
        self.of_stack(at, |seen| seen.connections.as_deref())
    }

    /// Whether a container is connected to another one on a port.
    pub fn has_open(&self, from: ContainerAt, to: ContainerAt, port: Option<u16>) -> bool {
        let addresses: Vec<IpAddr> =
            self.container(to).endpoints.iter().flat_map(|e| e.addresses()).collect();
        let mut connections = self.connections(from).unwrap_or_default().iter();
        connections.any(|connection| {
            connection.progress == Progress::Open
                && Some(connection.remote.port()) == port
                && addresses.contains(&connection.remote.ip())
        })
    }

    /// Whether something in a container's network stack listens on a port of
    /// a protocol, or of any where `None` says which. The answer is `None`
    /// where nobody looked, or too early to tell.
    pub fn listens(
        &self,
        at: ContainerAt,
        port: u16,
        protocol: Option<Protocol>,
    ) -> Option<Listens> {
        if self.is_planned() {
            let is_udp = protocol == Some(Protocol::Udp);
            let told = self.to_listen_on_loopback(at, port).filter(|_| !is_udp);
            return told.map(|_| Listens::OnLoopback);
        }
        let sockets = self.listening(at)?;
        let mut found = Listens::Not;
        let is_asked =
            |socket: &&Listening| protocol.is_none_or(|protocol| socket.protocol == protocol);
        let on_port = self.on_port(sockets, port);
        for socket in on_port.iter().map(|at| &sockets[*at]).filter(is_asked) {
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

    /// Those of some sockets that are of a port, by their places.
    fn on_port(&self, sockets: &'a [Listening], port: u16) -> Sockets {
        if sockets.len() < MANY_SOCKETS {
            return (0..sockets.len()).filter(|at| sockets[*at].port == port).collect();
        }
        let mut known = self.by_port.borrow_mut();
        let by_port = known.entry(sockets.as_ptr()).or_insert_with(|| {
            let mut by_port: HashMap<u16, Sockets> = HashMap::new();
            for (at, socket) in sockets.iter().enumerate() {
                by_port.entry(socket.port).or_default().push(at);
            }
            by_port
        });
        by_port.get(&port).cloned().unwrap_or_default()
    }

    /// The server that will listen on a port in a planned container's network stack, for
    /// that stack alone, by all that its command tells.
    pub fn to_listen_on_loopback(&self, at: ContainerAt, port: u16) -> Option<OnLoopback> {
        self.on_loopback.get(&(self.map.stack(at).unwrap_or(at), port)).copied()
    }

    /// The protocol with which a container takes connections from others on a
    /// port, where it takes none with the protocol that is meant for it.
    pub fn listens_otherwise(
        &self,
        at: ContainerAt,
        port: u16,
        meant: Protocol,
    ) -> Option<Protocol> {
        let other = match meant {
            Protocol::Tcp => Protocol::Udp,
            Protocol::Udp => Protocol::Tcp,
            Protocol::Sctp => return None,
        };
        let listens = |protocol| self.listens(at, port, Some(protocol));
        let is_other =
            listens(meant) == Some(Listens::Not) && listens(other) == Some(Listens::Openly);
        is_other.then_some(other)
    }

    /// Whether a container listens on a port or says that it will.
    pub fn offers(&self, at: ContainerAt, port: u16) -> bool {
        let container = self.container(at);
        let is_declared = || {
            container.exposed.iter().any(|exposed| exposed.port == port)
                || container.requested.iter().any(|requested| requested.port == port)
                || self.presumed_ports(at).contains(&port)
        };
        // It may run, have been looked at, and not listen.
        self.listens(at, port, None).map_or_else(is_declared, Listens::is_some_way)
    }

    /// The ports that a planned container will listen on by all that is known of
    /// its image. Of others the engine tells what the image declares.
    pub fn presumed_ports(&self, at: ContainerAt) -> &'static [u16] {
        if self.is_planned() { usual_ports::of_image(self.container(at)) } else { &[] }
    }

    /// The published port of a container that has this number on the host, of a
    /// protocol or of any.
    pub fn published_as(
        &self,
        at: ContainerAt,
        host_port: u16,
        protocol: Option<Protocol>,
    ) -> Option<&'a PublishedPort> {
        self.container(at).published.iter().find(|published| {
            published.host_port == Some(host_port)
                && protocol.is_none_or(|protocol| published.protocol == protocol)
        })
    }

    /// Whether a container has only just started.
    pub fn is_young(&self, at: ContainerAt) -> bool {
        let started = self.container(at).started_at;
        let looked = self.seen(at).and_then(|seen| seen.at);
        started.zip(looked).is_some_and(|(started, looked)| looked.since(started) < STARTING as f64)
    }

    /// The TCP ports on which a container's network stack takes connections
    /// from others, sorted.
    pub fn open_ports(&self, at: ContainerAt) -> Vec<u16> {
        self.open_ports_of(at, Protocol::Tcp)
    }

    /// Likewise of a protocol.
    pub fn open_ports_of(&self, at: ContainerAt, protocol: Protocol) -> Vec<u16> {
        let sockets = self.listening(at).unwrap_or_default().iter();
        let mut ports: Vec<u16> = sockets
            .filter(|s| s.protocol == protocol && !s.is_loopback_only())
            .map(|s| s.port)
            .collect();
        ports.order();
        ports.dedup();
        ports
    }

    /// The port of a container that listens with TCP on one alone, and there for itself.
    pub fn only_port_on_loopback(&self, at: ContainerAt) -> Option<u16> {
        let sockets = self.listening(at)?.iter().filter(|s| s.protocol == Protocol::Tcp);
        let (own, of_others): (Vec<&Listening>, Vec<&Listening>) =
            sockets.partition(|s| s.is_loopback_only());
        let port = own.first()?.port;
        (of_others.is_empty() && own.iter().all(|s| s.port == port)).then_some(port)
    }

    /// The network errors of a container's present run, or of its last one,
    /// that are fresh enough to count.
    pub fn log_errors(&self, at: ContainerAt) -> impl Iterator<Item = &'a LogError> {
        let container = self.container(at);
        let seen = self.seen(at);
        let looked = seen.and_then(|seen| seen.at).filter(|_| container.state == State::Running);
        let errors = seen.and_then(|seen| seen.log_errors.as_deref()).unwrap_or_default();
        errors.iter().filter(move |error| counts(container, looked, &error.repeated))
    }

    /// What else went wrong by the log of a container's present run, or of its
    /// last one, and is fresh enough to count.
    pub fn log_troubles(&self, at: ContainerAt) -> impl Iterator<Item = &'a LogTrouble> {
        let container = self.container(at);
        let seen = self.seen(at);
        let looked = seen.and_then(|seen| seen.at).filter(|_| container.state == State::Running);
        let troubles = seen.map_or(&[][..], |seen| &seen.log_troubles);
        // What stands is as fresh as when it was said.
        let counts = move |trouble: &LogTrouble| match trouble.stands {
            true => is_of_last_run(container, looked, &trouble.repeated),
            false => counts(container, looked, &trouble.repeated),
        };
        troubles.iter().filter(move |trouble| counts(trouble))
    }

    /// How many seconds before netmap looked something happened; `None` where
    /// it is not known when netmap looked.
    pub fn seconds_ago(&self, at: ContainerAt, moment: Moment) -> Option<u64> {
        let looked = self.seen(at).and_then(|seen| seen.at)?;
        Some(looked.since(moment).max(0.0) as u64)
    }

    /// Whether a container would have complained again by now, had it had reason to.
    pub fn is_overdue(&self, at: ContainerAt, complaint: &Repeated) -> bool {
        let looked = self.seen(at).and_then(|seen| seen.at);
        let ago = looked.zip(complaint.last).map(|(looked, last)| looked.since(last));
        ago.is_some_and(|ago| ago > patience(complaint))
    }

    /// Where `--add-host` sends a name.
    pub fn added_host(&self, at: ContainerAt, host: &str) -> Option<AddedHost> {
        let owner = self.map.stack(at).unwrap_or(at);
        let added = self.container(at).extra_hosts.iter().chain(&self.container(owner).extra_hosts);
        let entry = added.into_iter().find(|entry| entry.name.eq_ignore_ascii_case(host))?;
        Some(match entry.address {
            HostAddress::Ip(address) => AddedHost::Address(address),
            HostAddress::Gateway | HostAddress::Other(_) => AddedHost::Machine,
        })
    }

    /// The one address that the hosts file in a container has for a name.
    pub fn written_address(&self, at: ContainerAt, host: &str) -> Option<IpAddr> {
        let entries = self.of_stack(at, |seen| seen.hosts.as_deref())?.iter();
        let is_it = |entry: &&HostsEntry| entry.names.iter().any(|n| n.eq_ignore_ascii_case(host));
        let mut addresses = entries.filter(is_it).map(|entry| entry.address);
        addresses.next().filter(|_| addresses.next().is_none())
    }

    /// The TCP ports of a container that its routed networks let in from another.
    pub fn ports_let_in(&self, from: ContainerAt, to: ContainerAt) -> Vec<u16> {
        let ways = self.map.predict(from, to).routes;
        let mut ports: Vec<u16> = ways.into_iter().filter_map(|way| way.ports).flatten().collect();
        ports.order();
        ports.dedup();
        ports
    }

    /// The networks that two containers share ([`Map::shared_networks`]).
    pub fn shared(&self, a: ContainerAt, b: ContainerAt) -> Vec<NetworkAt> {
        self.map.shared_networks(a, b)
    }

    /// Whether a container is another one, with a network stack of its own.
    pub fn is_peer(&self, from: ContainerAt, at: ContainerAt) -> bool {
        at != from && !self.map.share_stack(from, at)
    }

    /// Whether the container at `a` is linked to the one at `b` in the legacy way.
    pub fn is_linked(&self, a: ContainerAt, b: ContainerAt) -> bool {
        let stack = self.map.stack(a);
        stack
            .is_some_and(|a| self.container(a).links.iter().any(|link| link.target == self.name(b)))
    }

    /// The networks that a container's stack is on, without those that join nobody.
    pub fn joined(&self, at: ContainerAt) -> impl Iterator<Item = NetworkAt> {
        let stack = self.map.stack(at).unwrap_or(at);
        self.map.networks_of(stack).filter(|network| !self.network(*network).is_none())
    }

    /// Their names.
    pub fn network_names(&self, at: ContainerAt) -> Vec<&'a str> {
        self.joined(at).map(|network| self.network(network).name.as_str()).collect()
    }

    /// Whether a planned container is to share the network stack of one that
    /// the plan does not have. It may be there or not.
    pub fn is_lodger(&self, at: ContainerAt) -> bool {
        let mode = &self.container(at).network_mode;
        self.is_planned()
            && matches!(mode, NetworkMode::Container(_))
            && self.map.stack(at).is_none()
    }

    /// Whether nobody can tell which networks a planned container will be on:
    /// those of a container outside of the plan, or what the file says of its
    /// networks is refused.
    pub fn is_unsettled(&self, at: ContainerAt) -> bool {
        let Some(plan) = &self.map.snapshot().plan else { return false };
        let service = self.container(at).compose.service.as_deref();
        let about_networks = |fault: &Fault| {
            let of_service = service
                .and_then(|service| fault.path.strip_prefix("services.")?.strip_prefix(service));
            of_service.is_some_and(|rest| rest.starts_with(".network"))
        };
        self.is_lodger(at) || plan.faults.iter().any(about_networks)
    }

    /// Whether the network stack of a container is gone: the container whose
    /// stack it uses is gone, does not run, or was started again since.
    pub fn is_orphan(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        if !matches!(container.network_mode, NetworkMode::Container(_)) || self.is_lodger(at) {
            return false;
        }
        match self.map.stack(at) {
            // What a plan does not have may be there already.
            None => !self.is_planned(),
            Some(stack) => {
                let owner = self.container(stack);
                let left_behind = || {
                    let started = owner.started_at.zip(container.started_at);
                    let later = started.is_some_and(|(owner, own)| owner > own);
                    self.is_in_namespace_of(at, stack).map_or(later, |is_in| !is_in)
                };
                !owner.state.has_network() || (container.state.has_network() && left_behind())
            }
        }
    }

    /// Whether two that run are in one network namespace, where both were looked at.
    pub fn is_in_namespace_of(&self, at: ContainerAt, other: ContainerAt) -> Option<bool> {
        let number = |at: ContainerAt| self.map.observation(at)?.network_namespace;
        Some(number(at)? == number(other)?)
    }

    /// Whether a container is on networks, and on internal ones only.
    pub fn is_internal_only(&self, at: ContainerAt) -> bool {
        let mut networks = self.joined(at).map(|network| self.network(network)).peekable();
        networks.peek().is_some() && networks.all(|network| network.internal)
    }

    /// What the rules of its machine's firewall do with what goes out of a network.
    pub fn rules_out(&self, at: NetworkAt) -> Option<RulesOut> {
        self.rules_out.get(&*self.network(at).id).copied()
    }

    /// The first network of a container that leads out, if such rules let nothing out of any.
    pub fn kept_in(&self, at: ContainerAt) -> Option<NetworkAt> {
        let is_kept = |at: &NetworkAt| self.rules_out(*at).is_some_and(RulesOut::keeps_in);
        let mut networks = self.joined(at).filter(|network| !self.network(*network).internal);
        let first = networks.next().filter(is_kept)?;
        networks.all(|network| is_kept(&network)).then_some(first)
    }

    /// Whether what comes from outside to a port that a container has published, or will
    /// have, is known to reach no server: none listens there for others, or the engine
    /// lets nobody in.
    pub fn is_shut(&self, at: ContainerAt, port: u16, protocol: Protocol) -> bool {
        let listens = self.listens(at, port, Some(protocol));
        self.is_internal_only(at)
            || self.map.on_host(at)
            || matches!(listens, Some(Listens::OnLoopback | Listens::Not))
    }

    /// Whether all networks of a container are of the kind that reaches the LAN
    /// and not the host.
    pub fn is_only_beyond(&self, at: ContainerAt) -> bool {
        let stack = self.map.stack(at).unwrap_or(at);
        let mut networks =
            self.map.networks_of(stack).map(|network| self.network(network)).peekable();
        networks.peek().is_some() && networks.all(|network| network.driver.reaches_beyond())
    }
}
