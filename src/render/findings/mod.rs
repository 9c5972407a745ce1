//! What a diagnosis says: one file for each format, all listed below; and the
//! pages that explain rules.

mod drawn;
mod evidence;
mod explain;
mod github;
mod groups;
mod json;
mod junit;
mod markdown;
mod places;
mod sarif;
mod set_aside;
mod text;
mod view;

use super::format::{Draw, Format, Rows, Shown};

pub use explain::RulesView;
#[cfg(test)]
pub use json::schema;
pub use view::FindingsView;

/// A new format is a file in this folder and a few lines here.
impl Shown for FindingsView<'static> {
    type View<'a> = FindingsView<'a>;
    const WHAT: &'static str = "findings";
    const ROWS: Option<&'static Rows<Self>> = Some(&Rows::<Self> {
        key: "findings",
        fields: &["Rule", "Severity", "Subjects", "Summary", "Evidence", "Signs", "Fix", "Steps"],
        names: &["Rule"],
        by_name: false,
        complete: |_, _| (),
    });
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "text",
            extensions: &["txt"],
            about: "plain words, the worst first, each with what fixes it",
            draw: Draw::<Self>::Text(text::render),
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
            about: "the same for an issue or a mail",
            draw: Draw::<Self>::Text(markdown::render),
        },
        Format {
            name: "sarif",
            extensions: &["sarif"],
            about: "SARIF 2.1.0, for code scanning",
            draw: Draw::<Self>::Text(sarif::render),
        },
        Format {
            name: "github",
            extensions: &[],
            about: "annotations at the lines of compose files, for GitHub Actions",
            draw: Draw::<Self>::Text(github::render),
        },
        Format {
            name: "junit",
            extensions: &["xml"],
            about: "JUnit XML: a test case for each rule and finding",
            draw: Draw::<Self>::Text(junit::render),
        },
        Format {
            name: "svg",
            extensions: &["svg"],
            about: "the map with a number on each culprit, and what is wrong below it",
            draw: Draw::Picture { own: drawn::svg, dot: None },
        },
        Format {
            name: "png",
            extensions: &["png"],
            about: "the same picture in pixels",
            draw: Draw::Picture { own: drawn::png, dot: None },
        },
        Format {
            name: "html",
            extensions: &["html", "htm"],
            about: "the map as a page to search and zoom, each card with its findings",
            draw: Draw::Picture { own: drawn::html, dot: None },
        },
    ];
}
