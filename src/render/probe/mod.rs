//! What a probe measured, beside what the map predicts: one file for each
//! format, all listed below.

mod csv;
mod groups;
mod json;
mod list;
mod markdown;
mod matrix;
mod surprises;
mod view;

use super::format::{Draw, Format, Shown};
pub use view::ProbeView;

/// A new format is a file in this folder and a few lines here.
impl Shown for ProbeView<'static> {
    type View<'a> = ProbeView<'a>;
    const WHAT: &'static str = "a probe";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "matrix",
            extensions: &[],
            about: "who reaches whom, at a glance",
            draw: Draw::<Self>::Text(matrix::render),
        },
        Format {
            name: "list",
            extensions: &["txt"],
            about: "a line for each thing that was tried",
            draw: Draw::<Self>::Text(list::render),
        },
        Format {
            name: "json",
            extensions: &["json"],
            about: "everything, for scripts",
            draw: Draw::<Self>::Text(json::render),
        },
        Format {
            name: "csv",
            extensions: &["csv"],
            about: "a line for each thing that was tried, for spreadsheets",
            draw: Draw::<Self>::Text(csv::render),
        },
        Format {
            name: "markdown",
            extensions: &["md"],
            about: "the matrix and the surprises, for a README",
            draw: Draw::<Self>::Text(markdown::render),
        },
    ];

    /// A matrix, or a list where the matrix would be a single row.
    fn usual(view: &ProbeView<'_>) -> &'static Format<Self> {
        let (from, to) = view.ends();
        let single_row = from.len() < 2 || to.len() < 2;
        &Self::FORMATS[usize::from(single_row)]
    }
}
