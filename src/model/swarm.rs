//! A swarm: its nodes, and its services with their tasks.

use std::collections::HashMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::container::Container;
use super::port::{Protocol, PublishedPort};

/// A swarm, as one of its nodes sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swarm {
    /// Id of the node that this engine is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node: String,
    /// Whether this node manages the swarm. Others may not list anything of
    /// it: then nodes and services are not none but unknown.
    #[serde(default)]
    pub manager: bool,
    /// All nodes, where this node may list them. Sorted by name.
    #[serde(default)]
    pub nodes: Vec<SwarmNode>,
    /// All services, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
}

/// A node of a swarm.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SwarmNode {
    /// Host name.
    pub name: String,
    /// Address by which the others know it.
    #[serde(default)]
    pub address: String,
    /// `ready`, `down`, `disconnected` or `unknown`.
    #[serde(default)]
    pub state: String,
    /// Id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// `manager` or `worker`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// `active`, `pause` or `drain`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub availability: String,
}

/// A service: so many tasks of one kind, spread over the nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Name, which leads to its virtual address, or to its tasks where it has none.
    pub name: String,
    /// Id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// `replicated`, `global`, `replicated-job` or `global-job`.
    #[serde(default)]
    pub mode: String,
    /// How its name is answered: `vip` with a virtual address, `dnsrr` with
    /// those of the tasks.
    #[serde(default)]
    pub endpoint_mode: String,
    /// Tasks that should run. Absent where the engine's list of tasks could
    /// not be read and its description does not say.
    #[serde(default)]
    pub wanted: Option<u64>,
    /// Tasks that run on nodes that are up. Absent where the list of tasks
    /// could not be read.
    #[serde(default)]
    pub running: Option<u64>,
    /// The networks that its settings name, without the ingress network.
    #[serde(default)]
    pub networks: Vec<ServiceNetwork>,
    /// Its virtual addresses, one for each network. Sorted.
    #[serde(default)]
    pub virtual_addresses: Vec<VirtualAddress>,
    /// Its published ports. Sorted.
    #[serde(default)]
    pub published: Vec<ServicePort>,
    /// The tasks that should run. Sorted.
    #[serde(default)]
    pub tasks: Vec<Task>,
}

/// A network that a service's tasks are put on.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServiceNetwork {
    /// Id of the network.
    pub network_id: String,
    /// More names of the service there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// An address that stands for all of a service's tasks on a network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VirtualAddress {
    /// Id of the network.
    pub network_id: String,
    /// The address.
    pub address: IpAddr,
}

/// A port of a service that nodes forward.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServicePort {
    /// The tasks' port.
    pub port: u16,
    /// Protocol.
    pub protocol: Protocol,
    /// The nodes' port; absent until one is chosen.
    #[serde(default)]
    pub host_port: Option<u16>,
    /// `ingress`: every node forwards it to any task; `host`: only nodes with
    /// a task do, to that one.
    #[serde(default)]
    pub mode: String,
}

/// A task: one container of a service, on one node.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Task {
    /// Its number among its service's; global services do not count theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<u64>,
    /// Id of its node; empty before it has one.
    #[serde(default)]
    pub node: String,
    /// `running`, `preparing`, `pending` and so on, in the engine's words.
    #[serde(default)]
    pub state: String,
    /// Id of its container, once there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub container: String,
}

/// What the note is about that a node which may not list anything leaves.
pub const UNTOLD: &str = "services and nodes of the swarm";

impl Swarm {
    /// Gives each task's container the ports that all nodes forward to its
    /// service. A container's own inspect has those alone that its node
    /// forwards to it and to no other.
    pub fn publish(&self, containers: &mut [Container]) {
        let mut forwarded: HashMap<&str, Vec<PublishedPort>> = HashMap::new();
        for service in &self.services {
            let everywhere = service.published.iter().filter(|port| port.mode == "ingress");
            let ports = everywhere.filter_map(|port| {
                Some(PublishedPort {
                    port: port.port,
                    protocol: port.protocol,
                    host_ip: "0.0.0.0".to_owned(),
                    host_port: port.host_port?,
                })
            });
            forwarded.entry(&service.name).or_default().extend(ports);
        }
        for container in containers.iter_mut().filter(|c| c.state.has_network()) {
            let ports = container.task_of.as_deref().and_then(|service| forwarded.get(service));
            container.published.extend(ports.into_iter().flatten().cloned());
        }
    }

    /// The node with this id.
    pub fn node_with(&self, id: &str) -> Option<&SwarmNode> {
        self.nodes.iter().find(|node| node.id == id && !id.is_empty())
    }

    /// Puts everything in order.
    pub(super) fn tidy(&mut self) {
        self.nodes.sort();
        self.services.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        for service in &mut self.services {
            service.networks.sort();
            service.virtual_addresses.sort();
            service.published.sort();
            service.tasks.sort();
        }
    }
}

impl SwarmNode {
    /// Whether the swarm reaches it; one whose state nobody told is not away.
    pub fn is_away(&self) -> bool {
        !self.state.is_empty() && self.state != "ready"
    }
}

impl Service {
    /// `1 of 2`: how many tasks run, of how many; `?` for what nobody told.
    pub fn replicas(&self) -> String {
        let number = |n: Option<u64>| n.map_or_else(|| "?".to_owned(), |n| n.to_string());
        format!("{} of {}", number(self.running), number(self.wanted))
    }

    /// Its virtual address on a network.
    pub fn address_on(&self, network_id: &str) -> Option<IpAddr> {
        let mut all = self.virtual_addresses.iter();
        all.find(|virtual_address| virtual_address.network_id == network_id).map(|v| v.address)
    }
}
