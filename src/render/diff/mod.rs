//! What differs between two snapshots: one file for each format, all listed
//! in [`DIFF_FORMATS`].

mod drawn;
mod json;
mod markdown;
mod table;
mod view;

pub use drawn::{changes, title};
pub use view::DiffView;

use super::style::Style;

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
