//! What the engine says about itself.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::swarm::Swarm;

/// The container engine a snapshot was taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EngineFacts {
    /// `Docker`, `Podman`, or what the engine calls its main component.
    #[serde(default)]
    pub name: String,
    /// Version as the engine prints it, such as `26.1.5+dfsg1`.
    #[serde(default)]
    pub version: String,
    /// Highest Engine API version it speaks, such as `1.45`.
    #[serde(default)]
    pub api_version: String,
    /// Operating system of the engine's machine, such as `linux`.
    #[serde(default)]
    pub os: String,
    /// Processor architecture of the engine's machine, such as `amd64`. Empty where it was
    /// not asked.
    #[serde(default)]
    pub arch: String,
    /// What the engine's machine calls its system: `Debian GNU/Linux 12`,
    /// `Docker Desktop`. Absent where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operating_system: Option<String>,
    /// Whether the kernel passes IPv4 packets on between interfaces. Absent
    /// where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv4_forwarding: Option<bool>,
    /// Whether it runs as an ordinary user, in namespaces of its own. Absent
    /// where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rootless: Option<bool>,
    /// Where the engine takes the subnets of new networks from, as far as it
    /// was set by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub address_pools: Vec<AddressPool>,
    /// Whether it makes the rules of the firewall that its networks need, as its settings
    /// say. Absent where they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makes_rules: Option<bool>,
    /// The swarm it is part of, if it is part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swarm: Option<Swarm>,
}

/// One of several engines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EngineOfMap {
    /// What it is called on this map.
    pub node: String,
    /// What it says about itself.
    pub engine: EngineFacts,
}

/// Addresses that the engine cuts the subnets of new networks from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AddressPool {
    /// All of them.
    #[cfg_attr(test, schemars(with = "String"))]
    pub base: IpNet,
    /// Prefix length of each subnet.
    pub size: u8,
}

impl EngineFacts {
    /// Major version number, if the version starts with one.
    pub fn major(&self) -> Option<u32> {
        self.version.split(['.', '-', '+']).next()?.parse().ok()
    }

    /// Whether it is Docker.
    pub fn is_docker(&self) -> bool {
        self.name == "Docker"
    }

    /// Whether it is Podman, whose networks differ from Docker's in places.
    pub fn is_podman(&self) -> bool {
        self.name == "Podman"
    }

    /// Whether it is Docker Desktop, whose containers run in a machine of their
    /// own beside the user's.
    pub fn is_desktop(&self) -> bool {
        self.operating_system.as_deref() == Some("Docker Desktop")
    }

    /// Whether its bridges are out of its host's sight: a rootless Podman has
    /// them in a network namespace of its own, beside that of `--network host`.
    /// A rootless Docker itself runs beside its bridges.
    pub fn hides_bridges(&self) -> bool {
        self.is_podman() && self.rootless == Some(true)
    }

    /// `Docker 26.1`: name and the first two parts of the version, for titles.
    pub fn short(&self) -> String {
        let version: Vec<&str> = self.version.splitn(3, '.').take(2).collect();
        format!("{} {}", self.name, version.join(".")).trim().to_owned()
    }
}
