//! Who had an address a moment ago. A container that has ended has none, and one
//! that is started again and again has another one each time.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use crate::model::{ContainerAt, NetworkAt, State};
use crate::order::Ordered;

/// Containers that have no address at the moment, or another one each time that
/// they are started again, by what tells of them. Made once for all edges.
#[derive(Default)]
pub struct Former {
    ended: BTreeSet<ContainerAt>,
    /// Those that declare the port, by network.
    exposing: BTreeMap<(NetworkAt, u16), Vec<ContainerAt>>,
    /// Those that are started again and again, by network.
    looping: BTreeMap<NetworkAt, Vec<ContainerAt>>,
    /// The ones of these that declare no port, and may listen on any.
    undeclared: BTreeMap<NetworkAt, Vec<ContainerAt>>,
    /// Ports that something on the engine's machine listens on.
    open_on_machine: BTreeSet<u16>,
}

impl Former {
    /// Of all containers.
    pub fn of(names: &Names) -> Self {
        let mut former = Self::default();
        if names.is_planned() {
            return former;
        }
        for at in names.containers() {
            former.take(names, at);
        }
        let host = names.map.snapshot().host.as_ref();
        let sockets = host.and_then(|host| host.listening.as_deref()).unwrap_or_default();
        former.open_on_machine = sockets.iter().map(|socket| socket.port).collect();
        former
    }

    fn take(&mut self, names: &Names, at: ContainerAt) {
        let container = names.container(at);
        let is_looping = names.is_looping(at);
        // Podman says nothing of a start that failed.
        let has_failed = container.start_error.is_some() || names.map.snapshot().engine.is_podman();
        let never = container.state == State::Created && has_failed;
        if !never && !is_looping && !matches!(container.state, State::Exited | State::Dead) {
            return;
        }
        self.ended.insert(at);
        if container.state == State::Created {
            return;
        }
        let ports: BTreeSet<u16> = container.exposed.iter().map(|exposed| exposed.port).into_set();
        for network in names.map.networks_of(at) {
            for port in &ports {
                self.exposing.entry((network, *port)).or_default().push(at);
            }
            if is_looping {
                self.looping.entry(network).or_default().push(at);
                if ports.is_empty() {
                    self.undeclared.entry(network).or_default().push(at);
                }
            }
        }
    }

    /// Whether there is none of them.
    pub fn is_empty(&self) -> bool {
        self.ended.is_empty()
    }

    /// The one that had an address of a network a moment ago, which nobody has
    /// now: one that the client `dials` by name as well; else the only one there
    /// that can have had the port.
    pub fn owner(
        &self,
        names: &Names,
        network: NetworkAt,
        port: Option<u16>,
        dials: impl Iterator<Item = ContainerAt>,
    ) -> Option<ContainerAt> {
        let is_there = |at: &ContainerAt| {
            self.ended.contains(at) && names.map.endpoint_on(*at, network).is_some()
        };
        let only = || {
            let (declaring, others) = match port {
                Some(port) => (self.exposing.get(&(network, port)), &self.undeclared),
                None => (None, &self.looping),
            };
            let mut fitting = declaring.into_iter().chain(others.get(&network)).flatten();
            fitting.next().filter(|_| fitting.next().is_none()).copied()
        };
        dials.filter(is_there).min().or_else(only)
    }

    /// The one that would have a port of the machine published if it ran.
    pub fn publisher(&self, names: &Names, port: u16) -> Option<ContainerAt> {
        let asks = names.index.requesting(port);
        let has_ended = |at: &ContainerAt| self.ended.contains(at);
        let runs = |at: &ContainerAt| names.container(*at).state.has_network() && !has_ended(at);
        let is_taken = self.open_on_machine.contains(&port)
            || asks.iter().any(runs)
            || names.index.published(port).iter().any(runs);
        if is_taken { None } else { asks.iter().copied().find(has_ended) }
    }
}
