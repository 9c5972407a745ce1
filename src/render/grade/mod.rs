//! What came of a class: one file for each format, all listed below.

mod csv;
mod html;
mod json;
mod markdown;
mod text;
mod view;

use super::format::{Draw, Format, Shown};
#[cfg(test)]
pub use json::schema;
pub use view::GradeView;

/// A new format is a file in this folder and a few lines here.
impl Shown for GradeView<'static> {
    type View<'a> = GradeView<'a>;
    const WHAT: &'static str = "grades";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "text",
            extensions: &["txt"],
            about: "a table of snapshots by assertions, with the first cause each",
            draw: Draw::<Self>::Text(text::render),
        },
        Format {
            name: "csv",
            extensions: &["csv"],
            about: "a line for each snapshot, for spreadsheets",
            draw: Draw::<Self>::Text(csv::render),
        },
        Format {
            name: "markdown",
            extensions: &["md"],
            about: "the table for a report",
            draw: Draw::<Self>::Text(markdown::render),
        },
        Format {
            name: "html",
            extensions: &["html", "htm"],
            about: "the table as a page",
            draw: Draw::<Self>::Text(html::render),
        },
        Format {
            name: "json",
            extensions: &["json"],
            about: "everything, for scripts",
            draw: Draw::<Self>::Text(json::render),
        },
    ];
}

#[cfg(test)]
mod tests;
