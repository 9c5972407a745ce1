//! What follows from what was seen: one file for each format, all listed
//! below. Nothing of it is a command that is run.

mod check;
mod compose;
mod json;
mod text;
mod view;
mod yaml;

use super::format::{Draw, Format, Shown};
#[cfg(test)]
pub use json::schema;
pub use view::AdviceView;

/// A new format is a file in this folder and a few lines here.
impl Shown for AdviceView<'static> {
    type View<'a> = AdviceView<'a>;
    const WHAT: &'static str = "advice";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "text",
            extensions: &["txt"],
            about: "what was not used, and the networks that would do",
            draw: Draw::<Self>::Text(text::render),
        },
        Format {
            name: "compose",
            extensions: &[],
            about: "the networks that would do, as a file to merge into a compose file",
            draw: Draw::<Self>::Text(compose::render),
        },
        Format {
            name: "check",
            extensions: &["yaml", "yml"],
            about: "what was seen, as a check file",
            draw: Draw::<Self>::Text(check::render),
        },
        Format {
            name: "json",
            extensions: &["json"],
            about: "everything, for scripts",
            draw: Draw::<Self>::Text(json::render),
        },
    ];
}
