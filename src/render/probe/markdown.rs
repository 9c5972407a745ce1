//! The matrix as a Markdown table, with its legend and what contradicts the map.

use std::collections::BTreeSet;

use super::view::ProbeView;
use crate::graph::Mark;
use crate::render::escape::markdown as safe;
use crate::render::style::Style;
use crate::render::view::sentences;

/// Writes the table, unless only contradictions are wanted, and those.
pub fn render(view: &ProbeView, _style: &Style) -> String {
    let mut text = String::new();
    if !view.only_surprises {
        let (from, to) = view.ends();
        let heads: Vec<String> = to.iter().map(|at| safe(view.name(*at))).collect();
        text.push_str(&format!("| from ↓ to → | {} |\n", heads.join(" | ")));
        text.push_str(&format!("|---|{}\n", ":-:|".repeat(to.len())));
        let mut marks: BTreeSet<Mark> = BTreeSet::new();
        for source in &from {
            let signs: Vec<String> = to
                .iter()
                .map(|target| match view.comparison.mark(*source, *target) {
                    Some(mark) => {
                        marks.insert(mark);
                        safe(&mark.sign().to_string())
                    }
                    None => "·".to_owned(),
                })
                .collect();
            text.push_str(&format!("| {} | {} |\n", safe(view.name(*source)), signs.join(" | ")));
        }
        text.push('\n');
        for mark in marks.iter().rev() {
            let sign = safe(&mark.sign().to_string());
            text.push_str(&format!("- {sign} {}\n", mark.meaning()));
        }
        text.push('\n');
    }
    let surprises = sentences(view.map, view.comparison);
    if surprises.is_empty() {
        text.push_str("No surprises.\n");
    }
    for surprise in surprises {
        let sign = safe(&surprise.mark.sign().to_string());
        text.push_str(&format!("- {sign} {}\n", safe(&surprise.text)));
    }
    text
}
