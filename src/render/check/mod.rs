//! What came of a check file: one file for each format, all listed in
//! [`CHECK_FORMATS`].

mod human;
mod json;
mod junit;
mod markdown;
mod tap;
mod view;

pub use view::CheckView;

use super::style::Style;

/// A way to show what came of a check.
pub struct CheckFormat {
    /// The word for `--format`.
    pub name: &'static str,
    /// File name extensions that ask for it, without dot.
    pub extensions: &'static [&'static str],
    /// What it is good for, for the help text.
    pub about: &'static str,
    /// Makes it.
    pub draw: fn(&CheckView, &Style) -> String,
}

/// Every format of `netmap check`, in the order of the help text. A new one is
/// a file in this folder and a line here.
pub const CHECK_FORMATS: &[CheckFormat] = &[
    CheckFormat {
        name: "human",
        extensions: &["txt"],
        about: "a line for each assertion, and why it fails",
        draw: human::render,
    },
    CheckFormat {
        name: "tap",
        extensions: &["tap"],
        about: "Test Anything Protocol, version 14",
        draw: tap::render,
    },
    CheckFormat {
        name: "junit",
        extensions: &["xml"],
        about: "JUnit XML, for CI",
        draw: junit::render,
    },
    CheckFormat {
        name: "json",
        extensions: &["json"],
        about: "everything, for scripts",
        draw: json::render,
    },
    CheckFormat {
        name: "markdown",
        extensions: &["md"],
        about: "a table, for a report",
        draw: markdown::render,
    },
];

#[cfg(test)]
mod tests;
