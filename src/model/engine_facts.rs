//! What the engine says about itself.

use serde::{Deserialize, Serialize};

/// The container engine a snapshot was taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Processor architecture of the engine's machine, such as `amd64`.
    #[serde(default)]
    pub arch: String,
}

impl EngineFacts {
    /// Major version number, if the version starts with one.
    pub fn major(&self) -> Option<u32> {
        self.version.split(['.', '-', '+']).next()?.parse().ok()
    }

    /// `Docker 26.1`: name and the first two parts of the version, for titles.
    pub fn short(&self) -> String {
        let version: Vec<&str> = self.version.splitn(3, '.').take(2).collect();
        format!("{} {}", self.name, version.join(".")).trim().to_owned()
    }
}
