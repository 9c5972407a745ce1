//! The contract `netmap-advice/1`: what follows from what was seen.

use serde::Serialize;

use super::AdviceView;
use crate::model::to_json;
#[cfg(test)]
use crate::render::schemas;
use crate::render::style::Style;

/// The document.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Report<'a> {
    schema: &'static str,
    /// Seconds that the wire was listened to; 0 for one look.
    window_s: f64,
    /// Networks that somebody on them was not seen to use.
    idle: Vec<Idle<'a>>,
    /// Containers that share networks with far more than they were seen with.
    far: Vec<Reach<'a>>,
    /// Networks that would carry what was seen.
    planned: Vec<Planned<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Idle<'a> {
    network: &'a str,
    silent: &'a [String],
    members: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Reach<'a> {
    container: &'a str,
    may: usize,
    did: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Planned<'a> {
    name: &'a str,
    members: &'a [String],
    internal: bool,
}

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Report<'_>>(name)
}

/// Writes the document.
pub fn render(view: &AdviceView, _style: &Style) -> String {
    let advice = view.advice;
    to_json(&Report {
        schema: "netmap-advice/1",
        window_s: view.seen.window_s(),
        idle: advice
            .idle
            .iter()
            .map(|idle| Idle {
                network: &idle.network,
                silent: &idle.silent,
                members: idle.members,
            })
            .collect(),
        far: advice
            .far
            .iter()
            .map(|far| Reach { container: &far.container, may: far.may, did: far.did })
            .collect(),
        planned: advice
            .planned
            .iter()
            .map(|planned| Planned {
                name: &planned.name,
                members: &planned.members,
                internal: planned.internal,
            })
            .collect(),
    })
}
