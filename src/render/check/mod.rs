//! What came of a check file: one file for each format, all listed below.

mod human;
mod json;
mod junit;
mod markdown;
mod tap;
mod view;

use super::format::{Draw, Format, Rows, Shown};
#[cfg(test)]
pub use json::schema;
pub use view::CheckView;

/// A new format is a file in this folder and a few lines here.
impl Shown for CheckView<'static> {
    type View<'a> = CheckView<'a>;
    const WHAT: &'static str = "a check";
    const ROWS: Option<&'static Rows<Self>> = Some(&Rows::<Self> {
        key: "results",
        fields: &[
            "Assertion",
            "Status",
            "Expected",
            "Observed",
            "Basis",
            "Line",
            "Column",
            "Reason",
            "Fix",
        ],
        names: &["Assertion"],
        by_name: false,
        complete: |_, _| (),
    });
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "human",
            extensions: &["txt"],
            about: "a line for each assertion, and why it fails",
            draw: Draw::<Self>::Text(human::render),
        },
        Format {
            name: "tap",
            extensions: &["tap"],
            about: "Test Anything Protocol, version 14",
            draw: Draw::<Self>::Text(tap::render),
        },
        Format {
            name: "junit",
            extensions: &["xml"],
            about: "JUnit XML, for CI",
            draw: Draw::<Self>::Text(junit::render),
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
    ];
}

#[cfg(test)]
mod tests;
