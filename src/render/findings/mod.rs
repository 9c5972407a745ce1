//! What a diagnosis says: one file for each format, all listed below; and the
//! pages that explain rules.

mod evidence;
mod explain;
mod groups;
mod json;
mod markdown;
mod text;
mod view;

use super::format::{Draw, Format, Shown};

pub use explain::RulesView;
pub use view::FindingsView;

/// A new format is a file in this folder and a few lines here.
impl Shown for FindingsView<'static> {
    type View<'a> = FindingsView<'a>;
    const WHAT: &'static str = "findings";
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
    ];
}
