//! Turning a [`View`] into text: one file for each format, all listed in
//! [`FORMATS`]. Pure: a renderer returns text, and `cli::output` writes it.

mod check;
mod columns;
mod csv;
mod diff;
pub mod dot;
pub mod escape;
mod findings;
mod fonts;
mod grid;
mod html;
mod json;
mod ladder;
mod markdown;
mod mermaid;
mod png;
mod probe;
mod prose;
mod style;
pub mod svg;
mod swarm;
mod table;
mod tree;
mod view;

use crate::error::Result;
pub use check::{CHECK_FORMATS, CheckFormat, CheckView};
pub use diff::{DIFF_FORMATS, DiffFormat, DiffView, changes, title as diff_title};
pub use findings::{
    FINDINGS_FORMATS, FindingsFormat, FindingsView, rule_page, rules_document, rules_list,
};
pub use ladder::{LADDER_FORMATS, LadderFormat};
pub use probe::{PROBE_FORMATS, ProbeFormat, ProbeView, default_probe_format};
pub use prose::prose;
pub use style::{Role, Style};
pub use view::{Change, Changes, View, count, surprise_sentences};

/// A way to show the map.
pub struct Format {
    /// The word for `--format`.
    pub name: &'static str,
    /// File name extensions that ask for it, without dot.
    pub extensions: &'static [&'static str],
    /// What it is good for, for the help text.
    pub about: &'static str,
    /// How it is made.
    pub draw: Draw,
}

/// How a format is made.
pub enum Draw {
    /// The function gives the finished text.
    Text(fn(&View, &Style) -> String),
    /// The function gives a picture.
    Picture(fn(&View, &svg::Options) -> Result<Vec<u8>>),
}

/// Every format of `netmap show`, in the order of the help text. A new one is
/// a file in this folder and a line here.
pub const FORMATS: &[Format] = &[
    Format {
        name: "grid",
        extensions: &[],
        about: "containers by networks, the address where they meet",
        draw: Draw::Text(grid::render),
    },
    Format {
        name: "table",
        extensions: &["txt"],
        about: "a table of networks and one of containers",
        draw: Draw::Text(table::render),
    },
    Format {
        name: "tree",
        extensions: &[],
        about: "each network with its members",
        draw: Draw::Text(tree::render),
    },
    Format {
        name: "json",
        extensions: &["json"],
        about: "the snapshot, to be read back with --from",
        draw: Draw::Text(json::render),
    },
    Format {
        name: "csv",
        extensions: &["csv"],
        about: "a line for each endpoint, for spreadsheets",
        draw: Draw::Text(csv::render),
    },
    Format {
        name: "markdown",
        extensions: &["md"],
        about: "tables for a README",
        draw: Draw::Text(markdown::render),
    },
    Format {
        name: "mermaid",
        extensions: &["mmd"],
        about: "a diagram that code-hosting sites draw",
        draw: Draw::Text(mermaid::render),
    },
    Format {
        name: "dot",
        extensions: &["dot", "gv"],
        about: "a diagram for Graphviz",
        draw: Draw::Text(dot::render),
    },
    Format {
        name: "svg",
        extensions: &["svg"],
        about: "a picture: networks as bars, containers as cards on them",
        draw: Draw::Picture(|view, options| Ok(svg::render(view, options).into_bytes())),
    },
    Format {
        name: "png",
        extensions: &["png"],
        about: "the same picture in pixels",
        draw: Draw::Picture(png::render),
    },
    Format {
        name: "html",
        extensions: &["html", "htm"],
        about: "the same picture as a page to search and point at",
        draw: Draw::Picture(|view, options| Ok(html::render(view, options).into_bytes())),
    },
];

/// The format called `name`.
pub fn format_named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The format that a file name's extension asks for.
pub fn format_for_extension(extension: &str) -> Option<&'static Format> {
    let extension = extension.to_lowercase();
    FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn formats_have_names_and_extensions_of_their_own() {
        let names: BTreeSet<_> = FORMATS.iter().map(|format| format.name).collect();
        assert_eq!(names.len(), FORMATS.len());
        let extensions: Vec<_> = FORMATS.iter().flat_map(|format| format.extensions).collect();
        assert_eq!(extensions.iter().collect::<BTreeSet<_>>().len(), extensions.len());
        assert!(FORMATS.iter().all(|format| !format.about.is_empty()));
    }
}
