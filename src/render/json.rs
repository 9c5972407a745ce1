//! The snapshot format, narrowed to what is shown. It is the contract
//! `netmap/1`, and can be read back with `--from`; beside it stands who talks
//! to whom, which is worked out again when it is read.

use serde::Serialize;

use super::strangers::{OnNetwork, on_networks};
use super::style::Style;
use super::view::View;
use crate::model::{Seen, Snapshot, TalkBasis, TalkVerdict, to_json};
#[cfg(test)]
use crate::render::schemas;

/// The contract: a snapshot and what is read off it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Shown<'a> {
    #[serde(flatten)]
    snapshot: &'a Snapshot,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    talk: Vec<Talk<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    strangers: Vec<OnNetwork<'a>>,
}

/// One container talks to another.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Talk<'a> {
    from: &'a str,
    to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    basis: TalkBasis,
    /// Whether traffic was seen, where somebody looked; `flows` says for how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<Seen>,
    verdict: TalkVerdict,
}

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Shown<'_>>(name)
}

/// Writes the shown part of the snapshot.
pub fn render(view: &View, _style: &Style) -> String {
    let whole = view.map.snapshot();
    let mut shown = Snapshot::new(
        whole.engine.clone(),
        view.networks.iter().map(|at| view.network(*at).clone()).collect(),
        view.containers.iter().map(|at| view.container(*at).clone()).collect(),
        whole.unread.clone(),
    );
    shown.take_over(whole);
    let talk = view.talk.iter().map(|talk| Talk {
        from: &view.container(talk.from).name,
        to: &view.container(talk.to).name,
        port: talk.port,
        basis: talk.basis,
        seen: whole.flows.is_some().then_some(talk.seen),
        verdict: talk.verdict,
    });
    let strangers = on_networks(&view.strangers);
    to_json(&Shown { snapshot: &shown, talk: talk.collect(), strangers })
}
