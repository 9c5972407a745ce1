//! A ladder for scripts: the contract `netmap-why/1`.

use serde::Serialize;

use crate::model::{Basis, Ladder, Reach, RungKind, Status, Step, to_json};
use crate::render::fix;
use crate::render::style::Style;

/// The document.
#[derive(Serialize)]
struct Document<'a> {
    /// Always `netmap-why/1`.
    schema: &'static str,
    from: &'a str,
    to: &'a str,
    verdict: Reach,
    /// Whether that was measured, or is what the map says.
    basis: Basis,
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
struct Row<'a> {
    rung: RungKind,
    status: Status,
    detail: &'a str,
    notes: &'a [String],
}

/// Writes the document.
pub fn render(ladder: &Ladder, _style: &Style) -> String {
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
        rungs: rungs.collect(),
        fix: fix::lines(&ladder.fix),
        steps: &ladder.fix,
        see: ladder.see.as_ref().map(fix::line),
    };
    to_json(&document)
}
