//! What a probe measured, beside what the map predicts: one file for each
//! format, all listed in [`PROBE_FORMATS`].

mod csv;
mod groups;
mod json;
mod list;
mod markdown;
mod matrix;
mod surprises;
mod view;

pub use view::ProbeView;

use super::style::Style;

/// A way to show a probe.
pub struct ProbeFormat {
    /// The word for `--format`.
    pub name: &'static str,
    /// File name extensions that ask for it, without dot.
    pub extensions: &'static [&'static str],
    /// What it is good for, for the help text.
    pub about: &'static str,
    /// Makes it.
    pub draw: fn(&ProbeView, &Style) -> String,
}

/// Every format of `netmap probe`, in the order of the help text. A new one is
/// a file in this folder and a line here.
pub const PROBE_FORMATS: &[ProbeFormat] = &[
    ProbeFormat {
        name: "matrix",
        extensions: &[],
        about: "who reaches whom, at a glance",
        draw: matrix::render,
    },
    ProbeFormat {
        name: "list",
        extensions: &["txt"],
        about: "a line for each thing that was tried",
        draw: list::render,
    },
    ProbeFormat {
        name: "json",
        extensions: &["json"],
        about: "everything, for scripts",
        draw: json::render,
    },
    ProbeFormat {
        name: "csv",
        extensions: &["csv"],
        about: "a line for each thing that was tried, for spreadsheets",
        draw: csv::render,
    },
    ProbeFormat {
        name: "markdown",
        extensions: &["md"],
        about: "the matrix and the surprises, for a README",
        draw: markdown::render,
    },
];

/// A probe as people look at it when they do not say how: a matrix, or a list
/// where the matrix would be a single row.
pub fn default_probe_format(view: &ProbeView) -> &'static ProbeFormat {
    let (from, to) = view.ends();
    let single_row = from.len() < 2 || to.len() < 2;
    &PROBE_FORMATS[usize::from(single_row)]
}
