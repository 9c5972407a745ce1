//! What is the matter with what a finding's evidence speaks of.

use serde::Serialize;

/// From whom a container takes connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ListensFrom {
    /// From others: seen in its socket table.
    Everybody,
    /// From itself only: its socket is bound to a loopback address.
    Itself,
    /// It declares the port; nobody could look.
    Declared,
}

/// What is the matter with swarm nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NodesMatter {
    /// Tasks of the network run on them.
    RunTasks,
    /// They know of one another on the network.
    KnowOfOneAnother,
    /// They are not ready.
    NotReady,
}

/// What is the matter with something on the engine's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MachineMatter {
    /// The name is Docker Desktop's, and a container must be given it here.
    NameUnknown,
    /// It is bound to a loopback address of the machine.
    OnLoopback,
    /// Nothing listens there.
    NothingListens,
    /// It listens, and what containers send it gets no answer.
    Silent,
    /// The machine listens, but localhost is the container itself.
    IsNotLocalhost,
}
