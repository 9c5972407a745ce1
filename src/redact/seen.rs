//! Replacing names and addresses in what was seen inside containers and on
//! the engine's machine. Every field is named here, so that one which is
//! added to the model cannot slip through unseen.

use super::general;
use super::redaction::Redaction;
use crate::model::{
    Advertised, Attached, Backlog, Connection, EngineFacts, EngineOfMap, FlawedPort,
    HostObservation, HostsEntry, Listening, LogError, LogTrouble, Mtu, NetworkObservation,
    Observation, Reference, ResolvedName, RouteEntry, Service, ServiceNetwork, ServicePort, Swarm,
    SwarmNode, Task, Unread, VirtualAddress,
};

impl Redaction {
    /// What the prediction depends on stays: which engine it is, the first
    /// number of its version, its settings. Address pools tell nothing about the
    /// map and go.
    pub(super) fn engine(&self, engine: &EngineFacts) -> EngineFacts {
        EngineFacts {
            name: general::engine_name(&engine.name),
            version: engine.major().map(|major| major.to_string()).unwrap_or_default(),
            api_version: String::new(),
            os: general::system(&engine.os),
            arch: general::processor(&engine.arch),
            operating_system: engine.operating_system.as_deref().map(general::operating_system),
            ipv4_forwarding: engine.ipv4_forwarding,
            rootless: engine.rootless,
            address_pools: Vec::new(),
            makes_rules: engine.makes_rules,
            swarm: engine.swarm.as_ref().map(|swarm| self.swarm(swarm)),
        }
    }

    pub(super) fn engine_of_map(&self, of: &EngineOfMap) -> EngineOfMap {
        EngineOfMap { node: self.names.word(&of.node), engine: self.engine(&of.engine) }
    }

    fn swarm(&self, swarm: &Swarm) -> Swarm {
        Swarm {
            node: self.names.word(&swarm.node),
            manager: swarm.manager,
            nodes: swarm.nodes.iter().map(|node| self.node(node)).collect(),
            services: swarm.services.iter().map(|service| self.service(service)).collect(),
        }
    }

    fn service(&self, service: &Service) -> Service {
        let address = |reported: &VirtualAddress| VirtualAddress {
            network_id: self.names.network_id(&reported.network_id),
            address: self.addresses.address(reported.address),
        };
        let task = |task: &Task| Task {
            slot: task.slot,
            node: self.names.word(&task.node),
            state: task.state.generalised(),
            container: self.names.container_id(&task.container),
        };
        let port = |port: &ServicePort| ServicePort {
            port: port.port,
            protocol: port.protocol,
            host_port: port.host_port,
            mode: port.mode.generalised(),
        };
        Service {
            name: self.names.word(&service.name),
            // Nothing else goes by it.
            id: String::new(),
            mode: service.mode.generalised(),
            endpoint_mode: service.endpoint_mode.generalised(),
            wanted: service.wanted,
            running: service.running,
            networks: service
                .networks
                .iter()
                .map(|on| ServiceNetwork {
                    network_id: self.names.network_id(&on.network_id),
                    aliases: on.aliases.iter().map(|alias| self.names.word(alias)).collect(),
                })
                .collect(),
            virtual_addresses: service.virtual_addresses.iter().map(address).collect(),
            published: service.published.iter().map(port).collect(),
            tasks: service.tasks.iter().map(task).collect(),
        }
    }

    fn node(&self, node: &SwarmNode) -> SwarmNode {
        SwarmNode {
            name: self.names.word(&node.name),
            address: self.word_or_address(&node.address),
            state: node.state.generalised(),
            id: self.names.word(&node.id),
            role: general::role(&node.role),
            availability: node.availability.generalised(),
        }
    }

    pub(super) fn reference(&self, reference: &Reference) -> Reference {
        Reference {
            origin: reference.origin,
            variable: reference.variable.as_deref().map(|name| self.names.variable(name)),
            scheme: general::scheme(reference),
            host: self.word_or_address(&reference.host),
            port: reference.port,
            port_variable: reference.port_variable.as_deref().map(|name| self.names.variable(name)),
            // Words of connection strings, and nothing of this setup.
            notation: reference.notation.clone(),
            is_whole: reference.is_whole,
            is_listed: reference.is_listed,
            flaw: reference.flaw,
        }
    }

    pub(super) fn flawed_port(&self, flawed: &FlawedPort) -> FlawedPort {
        FlawedPort { variable: self.names.word(&flawed.variable), ..flawed.clone() }
    }

    pub(super) fn advertised(&self, advertised: &Advertised) -> Advertised {
        let mut reference = self.reference(&advertised.reference);
        // Names of listeners are somebody's own words.
        let listener = advertised.reference.scheme.as_deref();
        reference.scheme =
            listener.filter(|name| ["PLAINTEXT", "SSL"].contains(name)).map(str::to_owned);
        let Advertised { reference: _, to_clients_of, for_all } = *advertised;
        Advertised { reference, to_clients_of, for_all }
    }

    pub(super) fn observation(&self, seen: &Observation) -> Observation {
        Observation {
            container: self.names.word(&seen.container),
            id: self.names.container_id(&seen.id),
            how: seen.how,
            at: self.moments.moment(seen.at),
            network_namespace: seen.network_namespace,
            listening: seen.listening.as_ref().map(|all| self.listening(all)),
            backlog: seen.backlog.iter().map(|backlog| self.backlog(backlog)).collect(),
            connections: seen.connections.as_ref().map(|all| {
                let connection = |c: &Connection| {
                    let mut remote = c.remote;
                    remote.set_ip(self.addresses.address(remote.ip()));
                    Connection { progress: c.progress, remote }
                };
                all.iter().map(connection).collect()
            }),
            routes: seen.routes.as_ref().map(|all| self.routes(all)),
            other_addresses: seen
                .other_addresses
                .iter()
                .map(|address| self.addresses.address(*address))
                .collect(),
            mtus: seen.mtus.as_ref().map(|all| self.mtus(all)),
            nameservers: seen
                .nameservers
                .as_ref()
                .map(|all| all.iter().map(|server| self.addresses.address(*server)).collect()),
            search: seen.search.iter().map(|domain| self.names.word(domain)).collect(),
            ndots: seen.ndots,
            resolved: seen
                .resolved
                .iter()
                .map(|led: &ResolvedName| ResolvedName {
                    name: self.names.word(&led.name),
                    address: led.address.map(|address| self.addresses.address(address)),
                })
                .collect(),
            own_names: seen.own_names.iter().map(|name| self.names.word(name)).collect(),
            hosts: seen.hosts.as_ref().map(|all| {
                let entry = |entry: &HostsEntry| HostsEntry {
                    address: self.addresses.address(entry.address),
                    names: entry.names.iter().map(|name| self.names.word(name)).collect(),
                };
                all.iter().map(entry).collect()
            }),
            log_errors: seen.log_errors.as_ref().map(|all| {
                let error = |error: &LogError| LogError {
                    kind: error.kind,
                    host: self.word_or_address(&error.host),
                    port: error.port,
                    denied: error.denied,
                    repeated: self.moments.repeated(&error.repeated),
                };
                all.iter().map(error).collect()
            }),
            log_troubles: seen
                .log_troubles
                .iter()
                .map(|trouble| LogTrouble {
                    kind: trouble.kind,
                    // It may name anything.
                    line: None,
                    stands: trouble.stands,
                    repeated: self.moments.repeated(&trouble.repeated),
                })
                .collect(),
            log_connected: self.moments.moment(seen.log_connected),
            unseen: seen.unseen.iter().map(|unread: &Unread| self.unread(unread)).collect(),
        }
    }

    pub(super) fn network_observation(&self, seen: &NetworkObservation) -> NetworkObservation {
        let attached = |attached: &Attached| Attached {
            name: self.names.word(&attached.name),
            id: self.names.container_id(&attached.id),
        };
        NetworkObservation {
            network: self.names.word(&seen.network),
            id: self.names.network_id(&seen.id),
            attached: seen.attached.iter().map(attached).collect(),
            peers: seen.peers.iter().map(|peer| self.addresses.address(*peer)).collect(),
            rules_out: seen.rules_out,
        }
    }

    pub(super) fn host(&self, host: &HostObservation) -> HostObservation {
        HostObservation {
            listening: host.listening.as_ref().map(|all| self.listening(all)),
            routes: host.routes.as_ref().map(|all| self.routes(all)),
            addresses: host.addresses.iter().map(|a| self.addresses.address(*a)).collect(),
            mtus: host.mtus.as_ref().map(|all| self.mtus(all)),
            untaken: self.listening(&host.untaken),
        }
    }

    fn backlog(&self, backlog: &Backlog) -> Backlog {
        let Backlog { port, waiting, given_up, clients } = backlog;
        let clients = clients.iter().map(|client| self.addresses.address(*client)).collect();
        Backlog { port: *port, waiting: *waiting, given_up: *given_up, clients }
    }

    fn listening(&self, all: &[Listening]) -> Vec<Listening> {
        let listening = |socket: &Listening| Listening {
            protocol: socket.protocol,
            address: self.addresses.address(socket.address),
            port: socket.port,
        };
        all.iter().map(listening).collect()
    }

    fn routes(&self, all: &[RouteEntry]) -> Vec<RouteEntry> {
        let route = |route: &RouteEntry| RouteEntry {
            destination: self.addresses.subnet(route.destination),
            gateway: route.gateway.map(|gateway| self.addresses.address(gateway)),
            interface: self.names.interface(&route.interface),
            metric: route.metric,
        };
        all.iter().map(route).collect()
    }

    fn mtus(&self, all: &[Mtu]) -> Vec<Mtu> {
        let mtu = |mtu: &Mtu| Mtu { interface: self.names.interface(&mtu.interface), mtu: mtu.mtu };
        all.iter().map(mtu).collect()
    }
}
