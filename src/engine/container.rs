//! What the engine says of a container, in the list of all and in its inspect,
//! as far as netmap reads it. bollard's own types have every field there is;
//! reading those and throwing them away took longer than all else that is done
//! with an answer. And they know Docker's states only.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bollard::models::PortBinding;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A container in the list of all.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Listed {
    pub id: Option<String>,
    pub names: Option<Vec<String>>,
    pub image: Option<String>,
    pub state: Option<String>,
    pub ports: Option<Vec<ListedPort>>,
    pub labels: Option<BTreeMap<String, String>>,
    pub host_config: Option<HostConfig>,
    pub network_settings: Option<NetworkSettings>,
}

/// A port there: published if it has a public one, or an address of the host.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListedPort {
    #[serde(rename = "IP")]
    pub ip: Option<String>,
    pub private_port: u16,
    pub public_port: Option<u16>,
    #[serde(rename = "Type")]
    pub protocol: Option<String>,
}

/// A container in its inspect, with as much of its `HostConfig` as `H` reads.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Inspected<H = HostConfig> {
    pub id: Option<String>,
    pub name: Option<String>,
    pub image: Option<String>,
    pub created: Option<String>,
    pub restart_count: Option<i64>,
    pub log_path: Option<PathBuf>,
    pub state: Option<State>,
    pub config: Option<Config>,
    pub host_config: Option<H>,
    pub network_settings: Option<NetworkSettings>,
}

/// How it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct State {
    pub status: Option<String>,
    pub pid: Option<i64>,
    pub exit_code: Option<i64>,
    #[serde(rename = "OOMKilled")]
    pub oom_killed: Option<bool>,
    pub error: Option<String>,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    pub health: Option<Health>,
}

/// What its health check says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Health {
    pub status: Option<String>,
    /// The last runs, the latest at the end.
    pub log: Option<Vec<HealthRun>>,
}

/// A run of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthRun {
    pub exit_code: Option<i64>,
    pub output: Option<String>,
}

/// What it was made with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Config {
    pub hostname: Option<String>,
    pub domainname: Option<String>,
    pub mac_address: Option<String>,
    pub tty: Option<bool>,
    pub open_stdin: Option<bool>,
    pub stop_timeout: Option<i64>,
    pub image: Option<String>,
    pub env: Option<Vec<String>>,
    pub cmd: Option<Vec<String>>,
    pub entrypoint: Option<Vec<String>>,
    pub healthcheck: Option<HealthCheck>,
    pub exposed_ports: Option<BTreeMap<String, IgnoredAny>>,
    pub labels: Option<BTreeMap<String, String>>,
}

/// Its health check. Times are in nanoseconds.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthCheck {
    pub test: Option<Vec<String>>,
    pub interval: Option<i64>,
    pub timeout: Option<i64>,
    pub start_period: Option<i64>,
    pub retries: Option<i64>,
}

/// What it was made with that is the host's matter.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostConfig {
    pub network_mode: Option<String>,
    pub port_bindings: Option<BTreeMap<String, Option<Vec<PortBinding>>>>,
    pub links: Option<Vec<String>>,
    pub extra_hosts: Option<Vec<String>>,
    pub dns: Option<Vec<String>>,
}

/// Where it is connected.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkSettings {
    pub networks: Option<BTreeMap<String, EndpointSettings>>,
    pub ports: Option<BTreeMap<String, Option<Vec<PortBinding>>>>,
}

/// One connection.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointSettings {
    #[serde(rename = "NetworkID")]
    pub network_id: Option<String>,
    #[serde(rename = "IPAMConfig")]
    pub ipam_config: Option<IpamConfig>,
    #[serde(rename = "IPAddress")]
    pub ip_address: Option<String>,
    #[serde(rename = "GlobalIPv6Address")]
    pub global_ipv6_address: Option<String>,
    pub gateway: Option<String>,
    #[serde(rename = "IPv6Gateway")]
    pub ipv6_gateway: Option<String>,
    pub mac_address: Option<String>,
    pub aliases: Option<Vec<String>>,
    #[serde(rename = "DNSNames")]
    pub dns_names: Option<Vec<String>>,
    pub gw_priority: Option<i64>,
    pub driver_opts: Option<BTreeMap<String, String>>,
    pub links: Option<Vec<String>>,
}

/// The addresses that somebody asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IpamConfig {
    #[serde(rename = "IPv4Address")]
    pub ipv4_address: Option<String>,
    #[serde(rename = "IPv6Address")]
    pub ipv6_address: Option<String>,
    #[serde(rename = "LinkLocalIPs")]
    pub link_local_ips: Option<Vec<String>>,
}
