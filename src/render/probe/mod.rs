//! What a probe measured, beside what the map predicts: one file for each
//! format, all listed below.

mod csv;
mod groups;
mod json;
mod list;
mod markdown;
mod matrix;
mod surprises;

use std::collections::BTreeSet;

use super::format::{Draw, Format, Shown};
use crate::graph::{Comparison, Map, Mark};
use crate::model::{ContainerAt, Latency};

/// A probe held against the map, for showing.
#[derive(Debug)]
pub struct ProbeView<'a> {
    /// The map.
    pub map: &'a Map<'a>,
    /// The measurements beside the predictions.
    pub comparison: &'a Comparison<'a>,
    /// Whether only what contradicts the map is to be shown.
    pub only_surprises: bool,
}

impl<'a> ProbeView<'a> {
    /// The containers probed from and the containers probed, in name order.
    fn ends(&self) -> (Vec<ContainerAt>, Vec<ContainerAt>) {
        let (mut from, mut to) = (BTreeSet::new(), BTreeSet::new());
        for (source, target, _) in self.comparison.marks() {
            from.insert(source);
            to.insert(target);
        }
        (from.into_iter().collect(), to.into_iter().collect())
    }

    fn name(&self, container: ContainerAt) -> &'a str {
        &self.map.container(container).name
    }

    fn count(&self, mark: Mark) -> usize {
        self.comparison.marks().filter(|(_, _, of_pair)| *of_pair == mark).count()
    }
}

/// A new format is a file in this folder and a few lines here.
impl Shown for ProbeView<'static> {
    type View<'a> = ProbeView<'a>;
    const WHAT: &'static str = "a probe";
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
    ];

    /// A matrix, or a list where the matrix would be a single row.
    fn usual(view: &ProbeView<'_>) -> &'static Format<Self> {
        let (from, to) = view.ends();
        let single_row = from.len() < 2 || to.len() < 2;
        &Self::FORMATS[usize::from(single_row)]
    }
}

/// The probe's contradictions as sentences, for other pictures to show beside
/// themselves, worst first.
pub fn surprise_sentences(map: &Map, comparison: &Comparison) -> Vec<String> {
    surprises::sentences(&ProbeView { map, comparison, only_surprises: true })
        .into_iter()
        .map(|surprise| format!("{} {}", surprise.mark.sign(), surprise.text))
        .collect()
}

/// Microseconds as milliseconds with as many places as mean something.
fn milliseconds(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{:.2} ms", micros as f64 / 1e3),
        1_000..100_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.0} ms", micros as f64 / 1e3),
    }
}

/// `0.06 ms`, or `0.05–0.09 ms` over several tries.
fn latency(latency: Latency) -> String {
    if latency.min == latency.max {
        return milliseconds(latency.avg);
    }
    let low = milliseconds(latency.min);
    format!("{}–{}", low.trim_end_matches(" ms"), milliseconds(latency.max))
}
