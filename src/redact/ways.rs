//! By which of its networks a container's packets leave can depend on the order
//! of their names, which other names do not keep. Where they do not, priorities
//! say the same, as `--gw-priority` would.

use std::collections::BTreeSet;

use crate::model::{Container, Endpoint, EngineFacts, Snapshot};
use crate::order::OrderBy;

/// What that depends on beside the endpoints.
#[derive(Debug, Default)]
pub struct Ways {
    /// Whether an engine goes by that order.
    matter: bool,
    /// Names of internal networks.
    internal: BTreeSet<String>,
}

impl Ways {
    pub fn of(snapshot: &Snapshot) -> Self {
        let goes_by_it = |engine: &EngineFacts| {
            engine.is_docker() && engine.major().is_some_and(|version| version >= 28)
        };
        let others = snapshot.engines.iter().map(|of| &of.engine);
        let internal = snapshot.networks.iter().filter(|network| network.internal);
        Self {
            matter: [&snapshot.engine].into_iter().chain(others).any(goes_by_it),
            internal: internal.map(|network| network.name.clone()).collect(),
        }
    }

    /// Keeps the order of a container's endpoints, which have got other names.
    pub fn keep(&self, container: &Container, renamed: &mut [Endpoint]) {
        let old = &container.endpoints;
        let is_kept = || {
            let mut by_name: Vec<usize> = (0..old.len()).collect();
            by_name.order_by_key(|at| &old[*at].network);
            by_name.is_sorted_by_key(|at| &renamed[*at].network)
        };
        if !self.matter || is_kept() {
            return;
        }
        let mut order: Vec<usize> = (0..old.len()).collect();
        order.order_by_key(|at| {
            let endpoint = &old[*at];
            let is_internal = self.internal.contains(&endpoint.network);
            (endpoint.way_out_rank(is_internal), &endpoint.network)
        });
        for (at, priority) in order.into_iter().rev().zip(1..) {
            renamed[at].gateway_priority = Some(priority);
        }
    }
}
