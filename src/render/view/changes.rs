//! What a drawn difference says of the items of a view.

use crate::model::{ContainerAt, NetworkAt};
use std::collections::BTreeMap;

/// What a difference says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is there in both, and differs.
    Changed,
}

impl Change {
    /// The word for it, which is that of the JSON contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// The changes of a drawn difference, by position in the snapshot that is
/// shown: one with the items of both sides in it.
#[derive(Debug, Default)]
pub struct Changes {
    /// Whether it is a difference that is drawn, in which what did not change is
    /// of less interest.
    pub is_compared: bool,
    /// Containers that changed.
    pub containers: BTreeMap<ContainerAt, Change>,
    /// Networks that changed.
    pub networks: BTreeMap<NetworkAt, Change>,
    /// Endpoints that changed, by container and network.
    pub endpoints: BTreeMap<(ContainerAt, NetworkAt), Change>,
}

impl Changes {
    /// What became of a container, if anything did.
    pub fn container(&self, at: ContainerAt) -> Option<Change> {
        self.containers.get(&at).copied()
    }

    /// What became of a network, if anything did.
    pub fn network(&self, at: NetworkAt) -> Option<Change> {
        self.networks.get(&at).copied()
    }

    /// What became of a container's endpoint on a network, if anything did.
    pub fn endpoint(&self, container: ContainerAt, network: NetworkAt) -> Option<Change> {
        self.endpoints.get(&(container, network)).copied()
    }
}
