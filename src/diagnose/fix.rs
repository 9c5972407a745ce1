//! Fixes that bring containers together: who has to join which network, and
//! by which name the one that is wanted is known there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::case::Case;
use super::facts::Listens;
use super::in_the_way::Obstacle;
use super::names::Meaning;
use super::recreate::settled;
use super::steps::is_usable;
use super::wanted::Edge;
use crate::model::{
    Action, Applicability, Change, ContainerAt, Driver, Handle, NetworkAt, NetworkMode, Step,
    reference,
};
use crate::order::OrderBy;

/// Steps that bring containers together, and the names by which the one that
/// is wanted is known where they meet, best first.
pub struct Together {
    /// The steps.
    pub steps: Vec<Step>,
    /// The names; at least one.
    pub names: Vec<String>,
}

impl Together {
    /// The best name.
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

impl Case<'_> {
    /// The name by which the container that an edge begins at knows the one it
    /// ends at: the one that it dials; for an address a name that leads there,
    /// if there is one.
    pub fn name_for(&self, edge: &Edge, to: ContainerAt) -> String {
        if edge.is_by_name() {
            return edge.host.to_string();
        }
        let fixed = edge.host.parse().is_ok_and(|address| self.index.is_fixed(address));
        let name = || {
            let together = self.bring_together(to, &[edge.from], &[]);
            together.steps.is_empty().then(|| together.name().to_owned())
        };
        let kept = fixed && edge.is_configured();
        (!kept).then(name).flatten().unwrap_or_else(|| edge.host.to_string())
    }

    /// The port to dial where an edge is to lead to another name: its own, unless
    /// nothing there listens on that and something does on one other.
    pub fn port_at(&self, edge: &Edge, name: &str) -> Option<u16> {
        let port = edge.port?;
        let there = match reference::is_loopback(name) {
            true => Some(edge.from),
            false => self.resolved(edge.from, name),
        };
        let silent =
            |at: &ContainerAt| self.listens(*at, port, edge.protocol) == Some(Listens::Not);
        let other = there.filter(silent).map(|at| self.open_ports(at));
        match other.as_deref() {
            Some([only]) => Some(*only),
            _ => Some(port),
        }
    }

    /// Whether a name on a network is that of a container's service and of no other.
    fn is_its_service(&self, at: ContainerAt, network: NetworkAt, name: &str) -> bool {
        let compose = |at: ContainerAt| {
            let of = &self.container(at).compose;
            (of.project.as_deref(), of.service.as_deref())
        };
        let own = compose(at);
        let service = own.1.is_some_and(|service| service.eq_ignore_ascii_case(name));
        service && self.index.answering(network, name).iter().all(|other| compose(*other) == own)
    }

    /// Puts a container on a network, where it gets these names beside its own.
    pub fn connect(&self, network: &Handle, at: ContainerAt, aliases: &[String]) -> Vec<Step> {
        let at = self.map.stack(at).unwrap_or(at);
        let container = self.handle(at);
        let (network, aliases) = (network.clone(), aliases.to_vec());
        let podman = self.map.snapshot().engine_of(&self.container(at).node).is_podman();
        match self.lonely_mode(at) {
            // Measured on Docker 20.10 and 26.1: nothing connects what is on
            // the host's network; and Podman nothing that has no network.
            Some(mode) if podman || mode == "host" => {
                let leave = Change::LeaveMode { mode: mode.to_owned() };
                self.recreate(at, vec![leave, Change::Join { network, aliases }])
            }
            // Measured there as well: `none` must be left first.
            Some(_) => {
                let none = Handle { name: "none".to_owned(), word: "none".to_owned() };
                let leave = Action::Disconnect {
                    network: none,
                    container: container.clone(),
                    force: false,
                };
                let join = Action::Connect { network, container, aliases, priority: None };
                [leave, join].map(|action| self.step(at, action, Applicability::Safe)).to_vec()
            }
            None => {
                let join = Action::Connect {
                    network,
                    container: container.clone(),
                    aliases,
                    priority: None,
                };
                // Measured on Docker 28: what is just being restarted has no
                // network stack to connect ("network sandbox not found").
                let stop =
                    self.is_looping(at).then(|| Action::Stop { container: container.clone() });
                let start = self.is_looping(at).then_some(Action::Start { container });
                let actions = stop.into_iter().chain([join]).chain(start);
                actions.map(|action| self.step(at, action, Applicability::Safe)).collect()
            }
        }
    }

    /// The mode that lets a container be on no network beside, if it is in one.
    fn lonely_mode(&self, at: ContainerAt) -> Option<&'static str> {
        let on_none = || self.map.networks_of(at).any(|network| self.network(network).is_none());
        let podman = self.map.snapshot().engine_of(&self.container(at).node).is_podman();
        match &self.container(at).network_mode {
            NetworkMode::Host => Some("host"),
            NetworkMode::None if podman || on_none() => Some("none"),
            mode if podman => mode.user_mode(),
            _ => None,
        }
    }

    /// What fixes every edge to a container that fails for want of a name that
    /// leads there: one network for all of them, and the name to use. The same
    /// for each rule that reports one of these edges, so that the reader is
    /// given it once.
    pub fn fix_names(&self, target: ContainerAt) -> Vec<Step> {
        let edges: Vec<(&Edge, &Obstacle)> = self
            .edges_about(target)
            .filter_map(|(edge, obstacle)| Some((edge, obstacle?)))
            .filter(|(edge, obstacle)| match obstacle {
                Obstacle::Localhost { peer, .. } => *peer == target,
                Obstacle::DefaultBridge | Obstacle::NoSharedNetwork => {
                    edge.container() == Some(target)
                }
                Obstacle::Down => {
                    edge.container() == Some(target) && self.once_it_runs(edge).is_some()
                }
                _ => false,
            })
            .collect();
        let by_name = |edge: &Edge| matches!(edge.target, Meaning::Named(_));
        let dialled: Vec<&str> =
            edges.iter().filter(|(edge, _)| by_name(edge)).map(|(e, _)| &*e.host).collect();
        let clients: Vec<ContainerAt> = edges.iter().map(|(edge, _)| edge.from).collect();
        let together = self.bring_together(target, &clients, &dialled);
        let leads = |host: &str| together.names.iter().any(|name| name.eq_ignore_ascii_case(host));
        let mut astray: BTreeMap<Option<u16>, Vec<&Edge>> = BTreeMap::new();
        for (edge, obstacle) in edges {
            let inside = match obstacle {
                // Who is told no port knows it by itself.
                Obstacle::Localhost { port, .. } => edge.port.and(*port),
                _ => edge.port,
            };
            if !by_name(edge) || !leads(&edge.host) {
                astray.entry(inside).or_default().push(edge);
            }
        }
        let name = together.name().to_owned();
        let mut steps = together.steps;
        for (inside, edges) in astray {
            steps.extend(self.redial(&edges, &name, inside));
        }
        settled(steps)
    }

    /// Steps that put a container and those that want it on one network, where
    /// names resolve and packets pass; and the names it has there.
    ///
    /// A network on which the target is already is taken if there is one that
    /// a person made, and left out who is on it already; else one is created, on
    /// which the target gets the names that are `dialled` as well.
    pub fn bring_together(
        &self,
        target: ContainerAt,
        clients: &[ContainerAt],
        dialled: &[&str],
    ) -> Together {
        let target = self.map.stack(target).unwrap_or(target);
        let fits = |network: &NetworkAt| {
            let network = self.network(*network);
            let carries = matches!(network.driver, Driver::Bridge | Driver::Overlay);
            carries
                && !network.is_built_in()
                && network.icc
                && !network.ingress
                && !network.unlisted
        };
        let has = |network: NetworkAt, at: ContainerAt| {
            let stack = self.map.stack(at).unwrap_or(at);
            self.map.endpoint_on(stack, network).is_some()
        };
        // The one that most of the clients are on already.
        let existing = self.map.networks_of(target).filter(fits).max_by_key(|network| {
            let there = clients.iter().filter(|client| has(*network, **client)).count();
            (there, Reverse(*network))
        });
        let mut names = vec![self.container(target).network_name().to_owned()];
        let mut steps = Vec::new();
        let (network, joining) = match existing {
            Some(network) => {
                if let Some(endpoint) = self.map.endpoint_on(target, network) {
                    let known = self.container(target).names_on(endpoint);
                    names = known.into_iter().map(str::to_owned).collect();
                    // A service keeps its name when its container gets another; one that
                    // others have as well leads to any of them.
                    names.order_by_key(|name| {
                        let is_ambiguous = self.index.is_ambiguous(network, name);
                        (is_ambiguous, !self.is_its_service(target, network, name))
                    });
                }
                let joining = clients.iter().filter(|client| !has(network, **client)).collect();
                (self.network_handle(network), joining)
            }
            None => {
                let project = self.container(target).project().filter(|name| is_usable(name));
                let (create, network) = self.create_network(project.unwrap_or("app"), target);
                steps.push(create);
                let mut aliases = Vec::new();
                for host in dialled.iter().filter(|host| is_usable(host)) {
                    if !names.iter().any(|name| name.eq_ignore_ascii_case(host)) {
                        aliases.push((*host).to_owned());
                        names.push((*host).to_owned());
                    }
                }
                steps.extend(self.connect(&network, target, &aliases));
                (network, clients.iter().collect::<Vec<_>>())
            }
        };
        for client in joining {
            steps.extend(self.connect(&network, *client, &[]));
        }
        Together { steps: settled(steps), names }
    }
}
