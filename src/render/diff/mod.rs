//! What differs between two snapshots: one file for each format, all listed
//! below.

mod drawn;
mod json;
mod markdown;
mod table;
mod view;

use super::format::{Draw, Format, Shown};
#[cfg(test)]
pub use json::schema;
pub use view::{DiffSide, DiffView};

/// A new format is a file in this folder and a few lines here.
impl Shown for DiffView<'static> {
    type View<'a> = DiffView<'a>;
    const WHAT: &'static str = "a difference";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "table",
            extensions: &["txt"],
            about: "a line for each difference",
            draw: Draw::<Self>::Text(table::render),
        },
        Format {
            name: "json",
            extensions: &["json"],
            about: "everything, for scripts",
            draw: Draw::<Self>::Text(json::render),
        },
        Format {
            name: "markdown",
            extensions: &["md"],
            about: "a table, for a report",
            draw: Draw::<Self>::Text(markdown::render),
        },
        Format {
            name: "svg",
            extensions: &["svg"],
            about: "a picture of both on one map: what came, went and changed",
            draw: Draw::Picture { own: drawn::svg, dot: Some(drawn::dot) },
        },
        Format {
            name: "png",
            extensions: &["png"],
            about: "the same picture in pixels",
            draw: Draw::Picture { own: drawn::png, dot: Some(drawn::dot) },
        },
        Format {
            name: "html",
            extensions: &["html", "htm"],
            about: "the same picture as a page to search, filter and zoom",
            draw: Draw::Picture { own: drawn::html, dot: None },
        },
    ];
}

#[cfg(test)]
mod tests;
