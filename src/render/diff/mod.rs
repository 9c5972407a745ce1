//! What differs between two snapshots: one file for each format, all listed
//! in [`DIFF_FORMATS`].

mod drawn;
mod json;
mod markdown;
mod table;

pub use drawn::{changes, title};

use super::style::Style;
use crate::diff::{Change, Difference};
use crate::model::words::count;

/// A difference, for showing.
#[derive(Debug)]
pub struct DiffView<'a> {
    /// What the one is called: a file, or the engine.
    pub before: String,
    /// What the other is called.
    pub after: String,
    /// What differs.
    pub difference: &'a Difference,
    /// Whether noise is wanted, too.
    pub noise: bool,
    /// What could not be read on either side, and may be missing for that.
    pub unread: Vec<String>,
}

impl<'a> DiffView<'a> {
    /// The changes to show, in order.
    pub fn changes(&self) -> Vec<&'a Change> {
        let all = self.difference.changes.iter();
        all.filter(|change| self.noise || !change.noise).collect()
    }

    /// `3 differences`, and how many were left out.
    fn summary(&self) -> Vec<String> {
        let shown = self.changes().len();
        let hidden = self.difference.changes.len() - shown;
        let mut lines = vec![match shown {
            0 if hidden == 0 => "No differences.".to_owned(),
            0 => "No differences that matter.".to_owned(),
            shown => format!("{}.", count(shown, "difference")),
        }];
        if hidden > 0 {
            lines.push(format!(
                "{hidden} more in ids, addresses that moved and starts (--noise shows {}).",
                if hidden == 1 { "it" } else { "them" }
            ));
        }
        lines.extend(self.unread.iter().map(|unread| format!("Not read: {unread}")));
        lines
    }
}

/// How it was or is, for a cell: a dash where there is nothing to say.
fn side(side: &Option<String>) -> &str {
    match side.as_deref() {
        None => "",
        Some("") => "–",
        Some(text) => text,
    }
}

/// Kind and what about it: `flag · internal`.
fn kind(change: &Change) -> String {
    match change.field {
        "" => change.kind.as_str().to_owned(),
        field => format!("{}: {field}", change.kind.as_str()),
    }
}

/// A way to show a difference.
pub struct DiffFormat {
    /// The word for `--format`.
    pub name: &'static str,
    /// File name extensions that ask for it, without dot.
    pub extensions: &'static [&'static str],
    /// What it is good for, for the help text.
    pub about: &'static str,
    /// Makes it.
    pub draw: fn(&DiffView, &Style) -> String,
}

/// Every format of `netmap diff`, in the order of the help text. A new one is
/// a file in this folder and a line here.
pub const DIFF_FORMATS: &[DiffFormat] = &[
    DiffFormat {
        name: "table",
        extensions: &["txt"],
        about: "a line for each difference",
        draw: table::render,
    },
    DiffFormat {
        name: "json",
        extensions: &["json"],
        about: "everything, for scripts",
        draw: json::render,
    },
    DiffFormat {
        name: "markdown",
        extensions: &["md"],
        about: "a table, for a report",
        draw: markdown::render,
    },
];

#[cfg(test)]
mod tests;
