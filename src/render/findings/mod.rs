//! What a diagnosis says: one file for each format, all listed in
//! [`FINDINGS_FORMATS`]; and the page that explains a rule.

mod evidence;
mod explain;
mod groups;
mod json;
mod markdown;
mod text;

use super::style::Style;
use crate::model::Diagnosis;

pub use explain::{rule_page, rules_document, rules_list};

/// A diagnosis with how to show it.
#[derive(Debug)]
pub struct FindingsView<'a> {
    /// The diagnosis.
    pub diagnosis: &'a Diagnosis,
    /// Whether to show everything: each rule that was asked, every sign, and
    /// what could not be looked at.
    pub verbose: bool,
}

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
        about: "plain words, the worst first, each with what fixes it",
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
