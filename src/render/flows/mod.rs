//! Who talks to whom: one file for each format, all listed below.

mod csv;
mod json;
mod matrix;
mod mermaid;
mod table;
mod view;
mod words;

use super::format::{Draw, Format, Shown};
#[cfg(test)]
pub use json::schema;
pub use view::FlowsView;
pub use words::footer;

/// A new format is a file in this folder and a few lines here.
impl Shown for FlowsView<'static> {
    type View<'a> = FlowsView<'a>;
    const WHAT: &'static str = "flows";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "table",
            extensions: &["txt"],
            about: "a line for each flow, by server and port",
            draw: Draw::<Self>::Text(table::render),
        },
        Format {
            name: "matrix",
            extensions: &[],
            about: "clients by servers, the ports where they meet",
            draw: Draw::<Self>::Text(matrix::render),
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
            about: "a line for each flow, for spreadsheets",
            draw: Draw::<Self>::Text(csv::render),
        },
        Format {
            name: "mermaid",
            extensions: &["mmd"],
            about: "a diagram that code-hosting sites draw",
            draw: Draw::<Self>::Text(mermaid::render),
        },
    ];
}
