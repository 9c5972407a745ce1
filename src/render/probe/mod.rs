//! What a probe measured, beside what the map predicts: one file for each
//! format, all listed below.

mod csv;
mod drawn;
mod groups;
mod json;
mod list;
mod markdown;
mod matrix;
mod series;
mod surprises;
mod view;

use super::format::{Draw, Format, Rows, Shown};
#[cfg(test)]
pub use json::schema;
pub use series::over_time;
pub use view::ProbeView;

/// A new format is a file in this folder and a few lines here.
impl Shown for ProbeView<'static> {
    type View<'a> = ProbeView<'a>;
    const WHAT: &'static str = "a probe";
    const ROWS: Option<&'static Rows<Self>> = Some(&Rows::<Self> {
        key: "pairs",
        fields: &[
            "From",
            "To",
            "Network",
            "By",
            "Target",
            "Protocol",
            "Port",
            "Predicted",
            "PredictedBecause",
            "Outcome",
            "Reason",
            "Agrees",
            "LatencyMs",
            "LatencyMinMs",
            "LatencyMaxMs",
            "Sent",
            "Received",
            "Method",
        ],
        names: &["From", "To"],
        by_name: true,
        complete: |_, _| (),
    });
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "matrix",
            extensions: &[],
            about: "who reaches whom, at a glance",
            draw: Draw::<Self>::Text(matrix::render),
        },
        Format {
            name: "list",
            extensions: &["txt"],
            about: "a line for each thing that was tried",
            draw: Draw::<Self>::Text(list::render),
        },
        Format {
            name: "json",
            extensions: &["json"],
            about: "everything, for scripts",
            draw: Draw::<Self>::Text(json::render),
        },
        Format {
            name: "csv",
            extensions: &["csv"],
            about: "a line for each thing that was tried, for spreadsheets",
            draw: Draw::<Self>::Text(csv::render),
        },
        Format {
            name: "markdown",
            extensions: &["md"],
            about: "the matrix and the surprises, for a README",
            draw: Draw::<Self>::Text(markdown::render),
        },
        Format {
            name: "svg",
            extensions: &["svg"],
            about: "the map, with an arc where a measurement contradicts it",
            draw: Draw::Picture { own: drawn::svg, dot: None },
        },
        Format {
            name: "png",
            extensions: &["png"],
            about: "the same picture in pixels",
            draw: Draw::Picture { own: drawn::png, dot: None },
        },
    ];

    /// A matrix, or a list where the matrix would be a single row, and of what was
    /// measured over time.
    fn usual(view: &ProbeView<'_>) -> &'static Format<Self> {
        let (from, to) = view.ends();
        let single_row = from.len() < 2 || to.len() < 2;
        &Self::FORMATS[usize::from(single_row || view.is_over_time())]
    }
}
