//! What a diagnosis says: one file for each format, all listed in
//! [`FINDINGS_FORMATS`]; and the page that explains a rule.

mod explain;
mod groups;
mod json;
mod markdown;
mod text;
mod view;

pub use explain::{rule_page, rules_document, rules_list};
pub use view::FindingsView;

use super::style::Style;

/// A way to show a diagnosis.
pub struct FindingsFormat {
    /// The word for `--format`.
    pub name: &'static str,
    /// File name extensions that ask for it, without dot.
    pub extensions: &'static [&'static str],
    /// What it is good for, for the help text.
    pub about: &'static str,
    /// Makes it.
    pub draw: fn(&FindingsView, &Style) -> String,
}

/// Every format of `netmap doctor`, in the order of the help text.
pub const FINDINGS_FORMATS: &[FindingsFormat] = &[
    FindingsFormat {
        name: "text",
        extensions: &["txt"],
        about: "plain words, the worst first, each with what mends it",
        draw: text::render,
    },
    FindingsFormat {
        name: "json",
        extensions: &["json"],
        about: "everything, for scripts",
        draw: json::render,
    },
    FindingsFormat {
        name: "markdown",
        extensions: &["md"],
        about: "the same for an issue or a mail",
        draw: markdown::render,
    },
];
