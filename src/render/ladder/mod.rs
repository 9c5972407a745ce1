//! The ladder from one container to another: one file for each format, all
//! listed below.

mod drawn;
mod json;
mod markdown;
mod text;
mod view;

use super::format::{Draw, Format, Shown};
#[cfg(test)]
pub use json::schema;
pub use view::LadderView;

/// A new format is a file in this folder and a few lines here.
impl Shown for LadderView<'static> {
    type View<'a> = LadderView<'a>;
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
        Format {
            name: "svg",
            extensions: &["svg"],
            about: "the way on the map, with a number where each rung is, and where it breaks",
            draw: Draw::Picture { own: drawn::svg, dot: None },
        },
        Format {
            name: "png",
            extensions: &["png"],
            about: "the same picture in pixels",
            draw: Draw::Picture { own: drawn::png, dot: None },
        },
    ];
}
