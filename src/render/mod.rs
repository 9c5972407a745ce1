//! Turning what there is to show into text and pictures: one file for each
//! format, all listed by [`Shown::FORMATS`] of what they show. Pure: a renderer
//! returns text, and `cli::output` writes it.

mod check;
mod columns;
mod csv;
mod diff;
pub mod dot;
pub mod escape;
mod findings;
pub mod fix;
mod fonts;
mod format;
mod grid;
mod html;
mod json;
mod ladder;
mod markdown;
mod mermaid;
mod png;
mod probe;
mod prose;
mod samples;
mod style;
pub mod svg;
mod swarm;
mod table;
mod tree;
mod view;

pub use check::CheckView;
pub use diff::{DiffSide, DiffView};
pub use findings::{FindingsView, RulesView};
pub use format::{Draw, Format, Shown};
pub use probe::ProbeView;
pub use prose::prose;
pub use samples::SamplesView;
pub use style::{Role, Style};
pub use view::{Change, Changes, View, surprise_sentences};

/// A new format of the map is a file in this folder and a few lines here.
impl Shown for View<'static> {
    type View<'a> = View<'a>;
    const WHAT: &'static str = "a map";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "grid",
            extensions: &[],
            about: "containers by networks, the address where they meet",
            draw: Draw::<Self>::Text(grid::render),
        },
        Format {
            name: "table",
            extensions: &["txt"],
            about: "a table of networks and one of containers",
            draw: Draw::<Self>::Text(table::render),
        },
        Format {
            name: "tree",
            extensions: &[],
            about: "each network with its members",
            draw: Draw::<Self>::Text(tree::render),
        },
        Format {
            name: "json",
            extensions: &["json"],
            about: "the snapshot, to be read back with --from",
            draw: Draw::<Self>::Text(json::render),
        },
        Format {
            name: "csv",
            extensions: &["csv"],
            about: "a line for each endpoint, for spreadsheets",
            draw: Draw::<Self>::Text(csv::render),
        },
        Format {
            name: "markdown",
            extensions: &["md"],
            about: "tables for a README",
            draw: Draw::<Self>::Text(markdown::render),
        },
        Format {
            name: "mermaid",
            extensions: &["mmd"],
            about: "a diagram that code-hosting sites draw",
            draw: Draw::<Self>::Text(mermaid::render),
        },
        Format {
            name: "dot",
            extensions: &["dot", "gv"],
            about: "a diagram for Graphviz",
            draw: Draw::<Self>::Text(dot::render),
        },
        Format {
            name: "svg",
            extensions: &["svg"],
            about: "a picture: networks as bars, containers as cards on them",
            draw: Draw::Picture {
                own: |view, options| Ok(svg::render(view, options).into_bytes()),
                dot: Some(|view| Ok(dot::render(view, &Style::default()))),
            },
        },
        Format {
            name: "png",
            extensions: &["png"],
            about: "the same picture in pixels",
            draw: Draw::Picture {
                own: png::render,
                dot: Some(|view| Ok(dot::render(view, &Style::default()))),
            },
        },
        Format {
            name: "html",
            extensions: &["html", "htm"],
            about: "the same picture as a page to search and point at",
            draw: Draw::Picture {
                own: |view, options| Ok(html::render(view, options).into_bytes()),
                dot: None,
            },
        },
    ];
}
