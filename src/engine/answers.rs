//! What an engine says of itself, its networks and its swarm, as far as netmap
//! reads it; `container` has what it says of containers. bollard's own types
//! have every field there is, which is a twentieth of the program, and give up
//! a whole list for a word that they do not know.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What version it is of.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Version {
    pub components: Option<Vec<Component>>,
    pub version: Option<String>,
    pub api_version: Option<String>,
    pub os: Option<String>,
    pub arch: Option<String>,
}

/// A part of it, of which the first is the engine.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Component {
    pub name: String,
}

/// What it says of itself and its machine.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Info {
    pub name: Option<String>,
    pub operating_system: Option<String>,
    pub architecture: Option<String>,
    #[serde(rename = "IPv4Forwarding")]
    pub ipv4_forwarding: Option<bool>,
    pub default_address_pools: Option<Vec<Pool>>,
    security_options: Option<Vec<String>>,
    pub swarm: Option<LocalSwarm>,
    /// Podman's own way to say what Docker has among its security options.
    /// Podman 4.3 says it in this way only.
    rootless: Option<bool>,
}

impl Info {
    /// Whether the engine runs as an ordinary user.
    pub fn is_rootless(&self) -> bool {
        let mut options = self.security_options.iter().flatten();
        self.rootless == Some(true)
            || options.any(|option| option.split(',').any(|part| part == "name=rootless"))
    }
}

/// Where its networks get their addresses from.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Pool {
    pub base: Option<String>,
    pub size: Option<i64>,
}

/// The swarm, as its machine sees it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LocalSwarm {
    pub local_node_state: Option<String>,
    #[serde(rename = "NodeID")]
    pub node_id: Option<String>,
    pub control_available: Option<bool>,
}

/// A network in the list of all.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListedNetwork {
    pub id: Option<String>,
    pub name: Option<String>,
    pub driver: Option<String>,
    pub scope: Option<String>,
    #[serde(rename = "EnableIPv4")]
    pub enable_ipv4: Option<bool>,
    #[serde(rename = "EnableIPv6")]
    pub enable_ipv6: Option<bool>,
    #[serde(rename = "IPAM")]
    pub ipam: Option<Ipam>,
    pub internal: Option<bool>,
    pub attachable: Option<bool>,
    pub ingress: Option<bool>,
    pub config_only: Option<bool>,
    pub config_from: Option<ConfigFrom>,
    pub options: Option<BTreeMap<String, String>>,
    pub labels: Option<BTreeMap<String, String>>,
}

/// Its addresses.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Ipam {
    pub config: Option<Vec<IpamConfig>>,
}

/// One range of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IpamConfig {
    pub subnet: Option<String>,
    pub gateway: Option<String>,
    #[serde(rename = "IPRange")]
    pub ip_range: Option<String>,
}

/// The network that another takes its settings from.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ConfigFrom {
    pub network: Option<String>,
}

/// What a network says of who is on it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Members {
    pub id: Option<String>,
    /// Containers by their ids.
    pub containers: Option<BTreeMap<String, Member>>,
    /// The swarm's nodes that are on it.
    pub peers: Option<Vec<Peer>>,
}

/// A container on a network.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Member {
    pub name: Option<String>,
}

/// Another node on a network.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Peer {
    #[serde(rename = "IP")]
    pub ip: Option<String>,
}

/// A node of a swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListedNode {
    #[serde(rename = "ID")]
    pub id: Option<String>,
    pub description: Option<NodeDescription>,
    pub spec: Option<NodeSpec>,
    pub status: Option<NodeStatus>,
}

/// What it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NodeDescription {
    pub hostname: Option<String>,
}

/// What it is to be.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NodeSpec {
    pub role: Option<String>,
    pub availability: Option<String>,
}

/// How it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NodeStatus {
    pub state: Option<String>,
    pub addr: Option<String>,
}

/// A service of a swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListedService {
    #[serde(rename = "ID")]
    pub id: Option<String>,
    pub spec: Option<ServiceSpec>,
    pub endpoint: Option<ServiceEndpoint>,
}

/// What it is to be.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ServiceSpec {
    pub name: Option<String>,
    pub mode: Option<Mode>,
    pub endpoint_spec: Option<EndpointSpec>,
    pub task_template: Option<TaskTemplate>,
    pub networks: Option<Vec<Attachment>>,
}

/// How many tasks it has: one of these is there.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Mode {
    pub replicated: Option<Replicated>,
    pub global: Option<Empty>,
    pub replicated_job: Option<Job>,
    pub global_job: Option<Empty>,
}

/// Something without fields that matter.
#[derive(Debug, Default, Deserialize)]
pub struct Empty {}

/// So many of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Replicated {
    pub replicas: Option<i64>,
}

/// So many that end.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Job {
    pub total_completions: Option<i64>,
}

/// How it is to be reached.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointSpec {
    pub mode: Option<String>,
    pub ports: Option<Vec<EndpointPort>>,
}

/// How it is reached.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ServiceEndpoint {
    pub ports: Option<Vec<EndpointPort>>,
    #[serde(rename = "VirtualIPs")]
    pub virtual_ips: Option<Vec<VirtualIp>>,
}

/// A port that it publishes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointPort {
    pub protocol: Option<String>,
    pub target_port: Option<i64>,
    pub published_port: Option<i64>,
    pub publish_mode: Option<String>,
}

/// Its address on a network.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VirtualIp {
    #[serde(rename = "NetworkID")]
    pub network_id: Option<String>,
    pub addr: Option<String>,
}

/// What its tasks are made by.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TaskTemplate {
    pub networks: Option<Vec<Attachment>>,
}

/// A network that they are on.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Attachment {
    pub target: Option<String>,
    pub aliases: Option<Vec<String>>,
}

/// A task of a swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListedTask {
    #[serde(rename = "ServiceID")]
    pub service_id: Option<String>,
    #[serde(rename = "NodeID")]
    pub node_id: Option<String>,
    pub slot: Option<i64>,
    pub desired_state: Option<String>,
    pub status: Option<TaskStatus>,
}

/// How it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TaskStatus {
    pub state: Option<String>,
    pub container_status: Option<ContainerStatus>,
}

/// Its container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerStatus {
    #[serde(rename = "ContainerID")]
    pub container_id: Option<String>,
}
