//! A swarm: its nodes, and its services with their tasks.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

use super::container::Container;
use super::port::{Protocol, PublishedPort};
use super::word::words;
use crate::order::OrderBy;

/// A swarm, as one of its nodes sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SwarmNode {
    /// Host name.
    pub name: String,
    /// Address by which the others know it.
    #[serde(default)]
    pub address: String,
    /// Whether the others reach it.
    #[serde(default)]
    pub state: NodeState,
    /// Id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// `manager` or `worker`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Whether it takes tasks.
    #[serde(default, skip_serializing_if = "Availability::is_untold")]
    pub availability: Availability,
}

/// A service: so many tasks of one kind, spread over the nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Service {
    /// Name, which leads to its virtual address, or to its tasks where it has none.
    pub name: String,
    /// Id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// How many tasks it wants, and for how long.
    #[serde(default)]
    pub mode: ServiceMode,
    /// How its name is answered.
    #[serde(default)]
    pub endpoint_mode: EndpointMode,
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ServiceNetwork {
    /// Id of the network.
    pub network_id: String,
    /// More names of the service there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// An address that stands for all of a service's tasks on a network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VirtualAddress {
    /// Id of the network.
    pub network_id: String,
    /// The address.
    pub address: IpAddr,
}

/// A port of a service that nodes forward.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ServicePort {
    /// The tasks' port.
    pub port: u16,
    /// Protocol.
    pub protocol: Protocol,
    /// The nodes' port; absent until one is chosen.
    #[serde(default)]
    pub host_port: Option<u16>,
    /// Which nodes forward it.
    #[serde(default)]
    pub mode: PublishMode,
}

/// A task: one container of a service, on one node.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Task {
    /// Its number among its service's; global services do not count theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<u64>,
    /// Id of its node; empty before it has one.
    #[serde(default)]
    pub node: String,
    /// How far it has come.
    #[serde(default)]
    pub state: TaskState,
    /// Id of its container, once there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub container: String,
}

words! {
    /// What a swarm's managers know of a node.
    NodeState {
        /// It answers.
        Ready = "ready",
        /// It has not answered for a while.
        Down = "down",
        /// It ended its session.
        Disconnected = "disconnected",
        /// The managers cannot tell.
        Unknown = "unknown",
    }
}

words! {
    /// Whether a node takes tasks.
    Availability {
        /// It does.
        Active = "active",
        /// It keeps those that it has and takes no more.
        Pause = "pause",
        /// It gives those away that it has.
        Drain = "drain",
    }
}

words! {
    /// How many tasks a service wants, and for how long.
    ServiceMode {
        /// So many, at all times.
        Replicated = "replicated",
        /// One on each node that is fit for it.
        Global = "global",
        /// So many, each until it has ended well.
        ReplicatedJob = "replicated-job",
        /// One on each node, likewise.
        GlobalJob = "global-job",
    }
}

words! {
    /// How a service's name is answered.
    EndpointMode {
        /// With a virtual address.
        Vip = "vip",
        /// With the addresses of its tasks.
        Dnsrr = "dnsrr",
    }
}

words! {
    /// Which nodes forward a service's port.
    PublishMode {
        /// Every node, to any task.
        Ingress = "ingress",
        /// Those with a task, to that one.
        Host = "host",
    }
}

words! {
    /// How far a task has come.
    ///
    /// Source: moby/swarmkit, `api/types.proto`, `TaskState`.
    TaskState {
        /// It has no node yet, nor what it needs of the swarm.
        New = "new",
        /// It has what it needs of the swarm and waits for a node.
        Pending = "pending",
        /// It has a node.
        Assigned = "assigned",
        /// The node took it.
        Accepted = "accepted",
        /// The node fetches what it needs.
        Preparing = "preparing",
        /// The node has what it needs.
        Ready = "ready",
        /// Its container is being started.
        Starting = "starting",
        /// Its container runs.
        Running = "running",
        /// Its container ended well.
        Complete = "complete",
        /// It was told to end.
        Shutdown = "shutdown",
        /// Its container ended badly.
        Failed = "failed",
        /// The node could not take it.
        Rejected = "rejected",
        /// Its service is being removed, or wants fewer.
        Remove = "remove",
        /// Its node has been away for too long.
        Orphaned = "orphaned",
    }
}

impl Swarm {
    /// Gives each task's container the ports that all nodes forward to its
    /// service. A container's own inspect has those alone that its node
    /// forwards to it and to no other.
    pub fn publish(&self, containers: &mut [Container]) {
        let mut forwarded: HashMap<&str, Vec<PublishedPort>> = HashMap::new();
        for service in &self.services {
            let everywhere =
                service.published.iter().filter(|port| port.mode == PublishMode::Ingress);
            let ports = everywhere.filter_map(|port| {
                Some(PublishedPort {
                    port: port.port,
                    protocol: port.protocol,
                    host_ip: Ipv4Addr::UNSPECIFIED.into(),
                    host_port: Some(port.host_port?),
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
        self.nodes.order();
        self.services.order_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        for service in &mut self.services {
            service.networks.order();
            service.virtual_addresses.order();
            service.published.order();
            service.tasks.order();
        }
    }
}

impl SwarmNode {
    /// Whether the swarm reaches it; one whose state nobody reported is not away.
    pub fn is_away(&self) -> bool {
        !self.state.is_untold() && self.state != NodeState::Ready
    }
}

impl Service {
    /// `1 of 2`: how many tasks run, of how many; `?` for what nobody reported.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_as_they_were_written_and_an_untold_one_is_not_away() {
        for (json, away) in [
            (r#"{"name":"a","address":"","state":"ready"}"#, false),
            (r#"{"name":"a","address":"","state":""}"#, false),
            (r#"{"name":"a","address":"","state":"down","availability":"drain"}"#, true),
            (r#"{"name":"a","address":"","state":"unknown"}"#, true),
            (r#"{"name":"a","address":"","state":"asleep"}"#, true),
        ] {
            let node: SwarmNode = serde_json::from_str(json).unwrap();
            assert_eq!(node.is_away(), away, "{json}");
            assert_eq!(serde_json::to_string(&node).unwrap(), json);
        }
        let task = r#"{"slot":1,"node":"n","state":"preparing","container":"c"}"#;
        let read: Task = serde_json::from_str(task).unwrap();
        assert_eq!(read.state, TaskState::Preparing);
        assert_eq!(serde_json::to_string(&read).unwrap(), task);
    }

    #[test]
    fn tasks_stand_in_the_order_of_their_words() {
        let of = |word: &str| Task { state: TaskState::parse(word), ..Task::default() };
        let mut tasks = [of("running"), of("new"), of("odd"), of("failed")];
        tasks.sort();
        assert_eq!(tasks, [of("failed"), of("new"), of("odd"), of("running")]);
    }
}
