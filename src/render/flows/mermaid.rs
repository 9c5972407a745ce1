//! A Mermaid flowchart: an arrow from each client to each server.

use std::collections::BTreeMap;

use super::{FlowsView, words};
use crate::model::FlowOutcome;
use crate::order::Ordered;
use crate::render::escape::mermaid as safe;
use crate::render::style::Style;

/// Writes the chart.
pub fn render(view: &FlowsView, _style: &Style) -> String {
    let parties = view.parties();
    let ids: BTreeMap<&str, usize> =
        parties.iter().enumerate().map(|(at, name)| (name.as_str(), at)).into_map();
    let mut text = String::from("flowchart LR\n");
    for (at, name) in parties.iter().enumerate() {
        text.push_str(&format!("  p{at}[\"{}\"]\n", safe(name)));
    }
    for flow in view.by_name() {
        let (client, server) = (flow.client.to_string(), flow.server.to_string());
        let arrow = match flow.outcome {
            FlowOutcome::Refused | FlowOutcome::Unanswered => "-.->",
            _ => "-->",
        };
        let mut label = vec![safe(&flow.service()), safe(&words::connections(flow))];
        label.extend(flow.network.as_deref().map(safe));
        label.extend(Some(safe(&words::via(flow))).filter(|via| !via.is_empty()));
        let (from, to) = (ids[&*client], ids[&*server]);
        text.push_str(&format!("  p{from} {arrow}|\"{}\"| p{to}\n", label.join("<br>")));
    }
    text
}
