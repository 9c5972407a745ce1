//! Options of `docker run`, as data: what a container was made with besides
//! networks and ports.

use serde::{Deserialize, Serialize};

/// An option of `docker run` and `podman run`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunOption {
    /// Its long name with dashes: `--cap-add`.
    pub option: String,
    /// Its value; `None` for a switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl RunOption {
    /// A switch.
    pub fn switch(option: &str) -> Self {
        Self { option: option.to_owned(), value: None }
    }

    /// An option with a value.
    pub fn with(option: &str, value: impl ToString) -> Self {
        Self { option: option.to_owned(), value: Some(value.to_string()) }
    }
}

/// What a container was made with, as far as a new one like it can be given it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MadeWith {
    /// The options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<RunOption>,
    /// Settings that have no option here, or whose value may hold a secret, by
    /// the engine's names for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// Whether it has a health check. What that runs may hold a secret and is
    /// not kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub health_check: bool,
    /// Whether the engine removes it when it ends (`--rm`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auto_remove: bool,
    /// How a new container comes by the volumes and mounts of this one.
    #[serde(default, skip_serializing_if = "Volumes::is_either")]
    pub volumes: Volumes,
    /// Whether a file of somebody's own is mounted in the place of the engine's
    /// `/etc/resolv.conf`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_resolv_conf: bool,
}

/// How a new container comes by the volumes and mounts of an old one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Volumes {
    /// All at once, by `--volumes-from`, or each by an option of its own.
    #[default]
    Either,
    /// All at once, by `--volumes-from`: a path is more than one word to a shell.
    FromOld,
    /// Each by an option of its own: the engine takes none from a container that has
    /// a mount in memory as well.
    OneByOne,
    /// By a person: likewise, and a path there is more than one word to a shell.
    ByHand,
}

impl Volumes {
    fn is_either(&self) -> bool {
        *self == Self::Either
    }
}
