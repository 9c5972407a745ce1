//! What the formats of `netmap flows` show.

use std::collections::BTreeSet;

use crate::model::{Flow, Flows};

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
    pub fn parties(&self) -> BTreeSet<String> {
        let ends = self.flows.iter().flat_map(|flow| [&flow.client, &flow.server]);
        ends.map(ToString::to_string).collect()
    }
}
