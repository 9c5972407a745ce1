//! The ladder from one container to another: one file for each format, all
//! listed below.

mod json;
mod markdown;
mod text;

use super::format::{Draw, Format, Shown};
use crate::model::Ladder;

/// A new format is a file in this folder and a few lines here.
impl Shown for Ladder {
    type View<'a> = Self;
    const WHAT: &'static str = "a ladder";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "text",
            extensions: &["txt"],
            about: "rung by rung, with the fix",
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
            about: "a list, for an issue or a mail",
            draw: Draw::<Self>::Text(markdown::render),
        },
    ];
}
