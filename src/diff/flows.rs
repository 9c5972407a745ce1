//! What differs in who was seen to talk to whom, where somebody looked at both.
//! A flow that went is one that was not seen any more.

use std::collections::BTreeMap;

use super::change::{ChangeKind, Changes};
use super::same::Same;
use crate::model::{FlowOutcome, Flows, Party};
use crate::order::{OrderBy, Ordered};

/// Compares what was seen.
pub fn compare(same: &Same, changes: &mut Changes) {
    let (Some(mine), Some(theirs)) = (&same.before.flows, &same.after.flows) else { return };
    let now: BTreeMap<&str, &str> = same
        .containers
        .iter()
        .map(|(was, is)| (&*same.before.containers[*was].name, &*same.after.containers[*is].name))
        .into_map();
    let mine = seen(mine, |name| now.get(name).copied().unwrap_or(name).to_owned());
    let theirs = seen(theirs, str::to_owned);
    for (way, before) in &mine {
        let after = theirs.get(way).map(|after| (*after).to_owned());
        changes.note(ChangeKind::Flow, way, "", Some((*before).to_owned()), after);
    }
    for (way, after) in theirs.iter().filter(|(way, _)| !mine.contains_key(*way)) {
        changes.note(ChangeKind::Flow, way, "", None, Some((*after).to_owned()));
    }
}

/// What came of each way, at best. Whether a connection is open at that moment
/// is no difference.
fn seen(flows: &Flows, name: impl Fn(&str) -> String) -> BTreeMap<String, &'static str> {
    let mut best: BTreeMap<String, FlowOutcome> = BTreeMap::new();
    for flow in &flows.flows {
        let way = format!(
            "{} to {}:{}",
            called(&flow.client, &name),
            called(&flow.server, &name),
            flow.service()
        );
        let known = best.entry(way).or_insert(flow.outcome);
        // Outcomes are in order of hope.
        *known = flow.outcome.min(*known);
    }
    let told = |outcome: FlowOutcome| if outcome.is_answered() { "seen" } else { outcome.as_str() };
    best.into_iter().map(|(way, outcome)| (way, told(outcome))).into_map()
}

/// A party by the names of today.
fn called(party: &Party, name: &impl Fn(&str) -> String) -> String {
    match party {
        Party::Container { name: was } => name(was),
        Party::OneOf { names } => {
            let mut names: Vec<String> = names.iter().map(|was| name(was)).collect();
            names.order();
            names.join(" or ")
        }
        other => other.to_string(),
    }
}
