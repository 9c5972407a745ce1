//! Replacing names and addresses in what was seen inside containers and on
//! the engine's machine. Every field is named here, so that one which is
//! added to the model cannot slip through unseen.

use super::redaction::Redaction;
use crate::model::{
    Advertised, Attached, Connection, EngineFacts, EngineOfMap, HostObservation, HostsEntry,
    Listening, LogError, LogTrouble, Mtu, NetworkObservation, Observation, Reference, ResolvedName,
    RouteEntry, Service, ServiceNetwork, Swarm, SwarmNode, Task, Unread, VirtualAddress,
};

impl Redaction {
    /// Version and settings stay, for the prediction depends on them; address
    /// pools tell nothing about the map and go.
    pub(super) fn engine(&self, engine: &EngineFacts) -> EngineFacts {
        EngineFacts {
            name: engine.name.clone(),
            version: engine.version.clone(),
            api_version: engine.api_version.clone(),
            os: engine.os.clone(),
            arch: engine.arch.clone(),
            operating_system: engine.operating_system.clone(),
            ipv4_forwarding: engine.ipv4_forwarding,
            rootless: engine.rootless,
            address_pools: Vec::new(),
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
            state: task.state.clone(),
            container: self.names.container_id(&task.container),
        };
        Service {
            name: self.names.word(&service.name),
            // Nothing else goes by it.
            id: String::new(),
            mode: service.mode.clone(),
            endpoint_mode: service.endpoint_mode.clone(),
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
            published: service.published.clone(),
            tasks: service.tasks.iter().map(task).collect(),
        }
    }

    fn node(&self, node: &SwarmNode) -> SwarmNode {
        SwarmNode {
            name: self.names.word(&node.name),
            address: self.word_or_address(&node.address),
            state: node.state.clone(),
            id: self.names.word(&node.id),
            role: node.role.clone(),
            availability: node.availability.clone(),
        }
    }

    pub(super) fn reference(&self, reference: &Reference) -> Reference {
        Reference {
            origin: reference.origin,
            variable: reference.variable.as_deref().map(|name| self.names.variable(name)),
            scheme: reference.scheme.clone(),
            host: self.word_or_address(&reference.host),
            port: reference.port,
            port_variable: reference.port_variable.as_deref().map(|name| self.names.variable(name)),
            is_whole: reference.is_whole,
            flaw: reference.flaw,
        }
    }

    pub(super) fn advertised(&self, advertised: &Advertised) -> Advertised {
        let mut reference = self.reference(&advertised.reference);
        // Names of listeners are somebody's own words.
        reference.scheme = reference.scheme.filter(|name| name == "PLAINTEXT" || name == "SSL");
        Advertised { reference, ..*advertised }
    }

    pub(super) fn observation(&self, seen: &Observation) -> Observation {
        Observation {
            container: self.names.word(&seen.container),
            id: self.names.container_id(&seen.id),
            how: seen.how,
            at: seen.at,
            listening: seen.listening.as_ref().map(|all| self.listening(all)),
            connections: seen.connections.as_ref().map(|all| {
                let connection = |c: &Connection| {
                    let mut remote = c.remote;
                    remote.set_ip(self.addresses.address(remote.ip()));
                    Connection { progress: c.progress, remote }
                };
                all.iter().map(connection).collect()
            }),
            routes: seen.routes.as_ref().map(|all| self.routes(all)),
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
                    count: error.count,
                    first: error.first,
                    last: error.last,
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
                    count: trouble.count,
                    first: trouble.first,
                    last: trouble.last,
                })
                .collect(),
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
        }
    }

    pub(super) fn host(&self, host: &HostObservation) -> HostObservation {
        HostObservation {
            listening: host.listening.as_ref().map(|all| self.listening(all)),
            routes: host.routes.as_ref().map(|all| self.routes(all)),
            addresses: host.addresses.iter().map(|a| self.addresses.address(*a)).collect(),
            mtus: host.mtus.as_ref().map(|all| self.mtus(all)),
        }
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
