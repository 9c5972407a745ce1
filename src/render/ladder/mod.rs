//! The ladder from one container to another: one file for each format, all
//! listed in [`LADDER_FORMATS`].

mod json;
mod markdown;
mod text;

use super::style::Style;
use crate::model::Ladder;

/// A way to show a ladder.
pub struct LadderFormat {
    /// The word for `--format`.
    pub name: &'static str,
    /// File name extensions that ask for it, without dot.
    pub extensions: &'static [&'static str],
    /// What it is good for, for the help text.
    pub about: &'static str,
    /// Makes it.
    pub draw: fn(&Ladder, &Style) -> String,
}

/// Every format of `netmap why`. A new one is a file in this folder and a
/// line here.
pub const LADDER_FORMATS: &[LadderFormat] = &[
    LadderFormat {
        name: "text",
        extensions: &["txt"],
        about: "rung by rung, with the fix",
        draw: text::render,
    },
    LadderFormat {
        name: "json",
        extensions: &["json"],
        about: "everything, for scripts",
        draw: json::render,
    },
    LadderFormat {
        name: "markdown",
        extensions: &["md"],
        about: "a list, for an issue or a mail",
        draw: markdown::render,
    },
];
