//! What the formats of `netmap flows` show.

use std::collections::BTreeSet;

use crate::model::{Flow, Flows, Natural, Party};
use crate::order::{OrderBy, Ordered};

/// Flows, for showing.
#[derive(Debug)]
pub struct FlowsView<'a> {
    /// All that was seen.
    pub seen: &'a Flows,
    /// Those that were asked for.
    pub flows: Vec<&'a Flow>,
    /// The engine, in a few words.
    pub engine: String,
}

impl<'a> FlowsView<'a> {
    /// The flows that `wanted` lets through.
    pub fn new(seen: &'a Flows, engine: String, wanted: impl Fn(&Flow) -> bool) -> Self {
        let flows = seen.flows.iter().filter(|flow| wanted(flow)).collect();
        Self { seen, flows, engine }
    }

    /// Everybody who has a part in them, by name.
    pub fn parties(&self) -> Vec<String> {
        let ends = self.flows.iter().flat_map(|flow| [&flow.client, &flow.server]);
        let parties: BTreeSet<_> = ends.map(|end| Natural(end.to_string())).into_set();
        parties.into_iter().map(|party| party.0).collect()
    }

    /// The flows by the names of servers, and those of clients at each port, as people
    /// read names.
    pub fn by_name(&self) -> Vec<&'a Flow> {
        let mut flows = self.flows.clone();
        flows.order_by_cached_key(|flow| {
            let name = |end: &Party| Natural(end.to_string());
            (name(&flow.server), flow.port, flow.protocol, name(&flow.client))
        });
        flows
    }
}
