//! The list of recorded samples: in plain words, and for scripts.

use serde::Serialize;

use super::format::{Draw, Format, Shown};
use super::prose::prose;
use super::style::{Role, Style, flow, glued};
use crate::model::to_json;
#[cfg(test)]
use crate::render::schemas;
use crate::sample::{PREFIX, SAMPLES, Sample};

/// All samples of the program.
#[derive(Debug, Clone, Copy)]
pub struct SamplesView;

impl Shown for SamplesView {
    type View<'a> = Self;
    const WHAT: &'static str = "samples";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "text",
            extensions: &["txt"],
            about: "plain words: a line for each sample",
            draw: Draw::<Self>::Text(text),
        },
        Format {
            name: "json",
            extensions: &["json"],
            about: "the list, for scripts",
            draw: Draw::<Self>::Text(json),
        },
    ];
}

/// Samples that have something in common, under what it is.
type Group = (&'static str, fn(&Sample) -> bool);

const GROUPS: [Group; 3] = [
    ("Broken setups", |sample| !sample.is_healthy() && !sample.is_lesson()),
    ("Lessons of the course, not yet solved", Sample::is_lesson),
    ("Healthy setups", Sample::is_healthy),
];

fn text(_view: &SamplesView, style: &Style) -> String {
    let widest = SAMPLES.iter().map(|sample| sample.name.len()).max().unwrap_or_default();
    // Beside the longest name there would be room for a word or two.
    let is_narrow = style.width < 2 * widest;
    let mut text = String::new();
    for (heading, belongs) in GROUPS {
        let members = || SAMPLES.iter().filter(|sample| belongs(sample));
        let Some(first) = members().next() else { continue };
        let example = first.command().replace(first.name, "NAME");
        let heading = heading.split(' ').map(|word| style.paint(Role::Strong, word));
        let mut heading: Vec<String> = heading.collect();
        heading.iter_mut().last().into_iter().for_each(|word| word.push(':'));
        heading.push(glued(&example));
        text.push_str(&(flow(&heading, " ", 2, style.width) + "\n"));
        for sample in members() {
            let (name, indent) = match is_narrow {
                true => {
                    text.push_str(&format!("  {}\n", sample.name));
                    ("   ".to_owned(), 4)
                }
                false => (format!("  {:widest$} ", sample.name), widest + 4),
            };
            let words = sample.title.split(' ').map(str::to_owned);
            let parts: Vec<String> = [name].into_iter().chain(words).collect();
            text.push_str(&flow(&parts, " ", indent, style.width));
            text.push('\n');
        }
        text.push('\n');
    }
    let others = format!(
        "Every command that takes --from reads them. Most broken setups also have {PREFIX}NAME/fixed, \
         recorded after the fix, and {PREFIX}NAME/near, a similar setup in which nothing is wrong."
    );
    text.push_str(&prose(&others, style));
    text
}

/// The contract `netmap-samples/1`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document {
    /// Always `netmap-samples/1`.
    schema: &'static str,
    samples: Vec<Row>,
}

/// A sample.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row {
    name: &'static str,
    title: &'static str,
    command: String,
    /// The names of all its recordings.
    recordings: Vec<String>,
}

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Document>(name)
}

fn json(_view: &SamplesView, _style: &Style) -> String {
    let rows = SAMPLES.iter().map(|sample| Row {
        name: sample.name,
        title: sample.title,
        command: sample.command(),
        recordings: sample.names().collect(),
    });
    to_json(&Document { schema: "netmap-samples/1", samples: rows.collect() })
}
