//! A ladder for scripts: the contract `netmap-why/1`.

use serde::Serialize;

use super::LadderView;
use crate::model::{Basis, PacketDrop, Reach, RungKind, Status, Step, to_json};
use crate::render::fix;
#[cfg(test)]
use crate::render::schemas;
use crate::render::style::Style;

/// The document.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'a> {
    /// Always `netmap-why/1`.
    schema: &'static str,
    from: &'a str,
    to: &'a str,
    verdict: Reach,
    /// Whether that was measured, or is what the map says.
    basis: Basis,
    /// The whole in one sentence, where it is known what drops the packets.
    because: Option<&'a str>,
    /// What drops them: rules, routes, settings; the most telling first.
    drops: &'a [PacketDrop],
    rungs: Vec<Row<'a>>,
    /// What fixes it: lines that a shell runs as they stand; prose after `#`.
    fix: Vec<String>,
    /// The same as data.
    steps: &'a [Step],
    /// A command that shows the failure.
    see: Option<String>,
}

/// A rung.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    rung: RungKind,
    status: Status,
    detail: &'a str,
    notes: &'a [String],
}

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Document<'_>>(name)
}

/// Writes the document.
pub fn render(view: &LadderView, _style: &Style) -> String {
    let ladder = view.ladder;
    let rungs = ladder.rungs.iter().map(|rung| Row {
        rung: rung.rung,
        status: rung.status,
        detail: &rung.detail,
        notes: &rung.notes,
    });
    let document = Document {
        schema: "netmap-why/1",
        from: &ladder.from,
        to: &ladder.to,
        verdict: ladder.verdict(),
        basis: ladder.basis,
        because: ladder.because.as_deref(),
        drops: &ladder.drops,
        rungs: rungs.collect(),
        fix: fix::lines(&ladder.fix),
        steps: &ladder.fix,
        see: ladder.see.as_ref().map(fix::line),
    };
    to_json(&document)
}
