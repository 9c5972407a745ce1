//! What an inspect says of a container, as far as netmap reads it. bollard's
//! own type has every field there is; reading those and throwing them away
//! took longer than all else that is done with an answer.

use std::collections::HashMap;
use std::path::PathBuf;

use bollard::models::{EndpointSettings, PortBinding};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Inspected {
    pub id: Option<String>,
    pub name: Option<String>,
    pub image: Option<String>,
    pub restart_count: Option<i64>,
    pub log_path: Option<PathBuf>,
    pub state: Option<State>,
    pub config: Option<Config>,
    pub host_config: Option<HostConfig>,
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
}

/// What it was made with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Config {
    pub hostname: Option<String>,
    pub image: Option<String>,
    pub env: Option<Vec<String>>,
    pub cmd: Option<Vec<String>>,
    pub entrypoint: Option<Vec<String>>,
    pub healthcheck: Option<HealthCheck>,
    pub exposed_ports: Option<HashMap<String, IgnoredAny>>,
    pub labels: Option<HashMap<String, String>>,
}

/// Its health check.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthCheck {
    pub test: Option<Vec<String>>,
}

/// What it was made with that is the host's matter.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostConfig {
    pub network_mode: Option<String>,
    pub port_bindings: Option<HashMap<String, Option<Vec<PortBinding>>>>,
    pub links: Option<Vec<String>>,
    pub extra_hosts: Option<Vec<String>>,
    pub dns: Option<Vec<String>>,
}

/// Where it is connected.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkSettings {
    pub networks: Option<HashMap<String, EndpointSettings>>,
    pub ports: Option<HashMap<String, Option<Vec<PortBinding>>>>,
}
