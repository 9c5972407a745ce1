//! Turning what there is to show into text and pictures: one file for each
//! format, all listed by [`Shown::FORMATS`] of what they show. Pure: a renderer
//! returns text, and `cli::output` writes it.

mod advice;
mod ascii;
mod blocks;
mod cells;
mod chart;
mod check;
mod columns;
mod csv;
mod d2;
mod description;
mod diff;
pub mod dot;
mod drawio;
pub mod escape;
mod excalidraw;
mod findings;
pub mod fix;
mod flows;
mod fonts;
mod format;
mod grade;
mod grid;
mod html;
mod json;
mod junit;
mod ladder;
mod lesson;
mod markdown;
mod mermaid;
mod parts;
mod pdf;
mod plantuml;
mod png;
mod probe;
mod prose;
mod rows;
mod samples;
mod schemas;
mod strangers;
mod style;
pub mod svg;
mod swarm;
mod table;
mod template;
mod tree;
mod view;

pub use advice::AdviceView;
pub use ascii::ascii;
pub use check::CheckView;
pub use description::{description, is_ours};
pub use diff::{DiffSide, DiffView};
pub use findings::{FindingsView, RulesView};
pub use flows::FlowsView;
pub use format::{Draw, Drawn, Format, Row, Rows, Shown};
pub use grade::GradeView;
pub use ladder::LadderView;
pub use lesson::{SheetLesson, SheetView, Skeleton, Taught, skeleton, taught};
pub use probe::{ProbeView, over_time};
pub use prose::prose;
pub use samples::SamplesView;
pub use schemas::{CONTRACTS, Contract, SchemasView};
pub use style::{Role, Style, UNLIMITED, flow, width};
pub use template::{Misfit, Template};
pub use view::{
    Callout, Change, Changes, Kind, Ranks, Spot, Tone, View, Way, short_image, surprise_sentences,
};

/// A new format of the map is a file in this folder and a few lines here.
impl Shown for View<'static> {
    type View<'a> = View<'a>;
    const WHAT: &'static str = "a map";
    const ROWS: Option<&'static Rows<Self>> = Some(&Rows::<Self> {
        key: "containers",
        fields: &[
            "Name",
            "ID",
            "Image",
            "State",
            "Status",
            "Health",
            "ExitCode",
            "RestartCount",
            "Project",
            "Service",
            "Replica",
            "Networks",
            "Addresses",
            "Ports",
            "NetworkMode",
            "Hostname",
            "Engine",
            "Endpoints",
            "Published",
            "Requested",
            "Exposed",
            "Links",
            "Labels",
            "OomKilled",
            "StartedAt",
            "FinishedAt",
        ],
        names: &["Name"],
        by_name: true,
        complete: view::complete_rows,
    });
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
            name: "d2",
            extensions: &["d2"],
            about: "a diagram for D2",
            draw: Draw::<Self>::Text(d2::render),
        },
        Format {
            name: "plantuml",
            extensions: &["puml", "plantuml"],
            about: "a network diagram for PlantUML (nwdiag)",
            draw: Draw::<Self>::Text(plantuml::render),
        },
        Format {
            name: "svg",
            extensions: &["svg"],
            about: "a picture: networks as bars, containers as cards on them",
            draw: Draw::Picture {
                own: |view, options| Ok(svg::picture(view, options).into()),
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
            name: "pdf",
            extensions: &["pdf"],
            about: "the same picture for print, its text to be searched",
            draw: Draw::Picture { own: pdf::render, dot: None },
        },
        Format {
            name: "html",
            extensions: &["html", "htm"],
            about: "the same picture as a page to search, filter and zoom",
            draw: Draw::Picture {
                own: |view, options| Ok(html::render(view, options).into_bytes().into()),
                dot: None,
            },
        },
        Format {
            name: "drawio",
            extensions: &["drawio"],
            about: "the same picture for draw.io, to go on by hand",
            draw: Draw::Picture { own: drawio::render, dot: None },
        },
        Format {
            name: "excalidraw",
            extensions: &["excalidraw"],
            about: "the same picture for Excalidraw",
            draw: Draw::Picture { own: excalidraw::render, dot: None },
        },
    ];
}
