//! What contradicts the map, and what could not be measured, for a terminal.

use std::collections::{BTreeMap, BTreeSet};

use super::view::ProbeView;
use crate::graph::Mark;
use crate::model::words::{count, listed};
use crate::model::{FullSize, Natural, Why};
use crate::render::style::{Role, Style, flow, glued};
use crate::render::view::sentences;

/// Contradictions shown when the matrix stands above them.
const MOST: usize = 12;

/// The contradictions for a terminal; all of them if `only` they are shown.
pub fn block(view: &ProbeView, style: &Style) -> String {
    let surprises = sentences(view.map, view.comparison);
    let most = if view.only_surprises { surprises.len() } else { MOST };
    let mut text = String::new();
    if surprises.is_empty() {
        let verdict = if view.comparison.rows.iter().all(|row| !row.is_measured()) {
            style.paint(Role::Warn, "Nothing could be measured.")
        } else {
            style.paint(Role::Good, "Measurement and map agree.")
        };
        text.push_str(&verdict);
        text.push('\n');
    } else {
        let pairs = view.count(Mark::Leaks) + view.count(Mark::Fails);
        text.push_str(&style.paint(Role::Strong, &count(pairs, "surprise")));
        text.push('\n');
    }
    for surprise in surprises.iter().take(most) {
        let sign = style.paint(Role::Bad, &surprise.mark.sign().to_string());
        let words = surprise.text.split(' ').map(|word| style.paint(Role::Plain, word));
        let mut words: Vec<String> = std::iter::once(sign).chain(words).collect();
        words.push(style.paint(Role::Quiet, &glued(&surprise.next)));
        text.push_str(&flow(&words, " ", 2, style.width));
        text.push('\n');
    }
    if surprises.len() > most {
        let more = surprises.len() - most;
        text.push_str(&format!("  and {more} more: --only surprises shows them all\n"));
    }
    text.push_str(&for_small_packets(view, style));
    text.push_str(&unmeasured(view, style));
    for sentence in view.strangers.sentences() {
        let sentence = format!("Not probed: {sentence}");
        let words: Vec<String> =
            sentence.split(' ').map(|word| style.paint(Role::Quiet, word)).collect();
        text.push_str(&flow(&words, " ", 2, style.width));
        text.push('\n');
    }
    text
}

/// Ways that lose large packets alone, which the map says nothing of.
fn for_small_packets(view: &ProbeView, style: &Style) -> String {
    let rows = view.comparison.rows.iter().map(|row| row.measurement);
    let mut ways: BTreeMap<[Natural<&str>; 2], FullSize> = BTreeMap::new();
    for measurement in rows {
        if let Some(size) = measurement.full_size.filter(|size| size.loses()) {
            let ends = [&*measurement.from, &*measurement.to].map(Natural);
            ways.entry(ends).or_insert(size);
        }
    }
    let mut text = String::new();
    for ([Natural(from), Natural(to)], size) in ways.iter().take(MOST) {
        let sentence = format!("! {from} → {to}: {size}.");
        let words: Vec<String> =
            sentence.split(' ').map(|word| style.paint(Role::Bad, word)).collect();
        text.push_str(&flow(&words, " ", 2, style.width));
        text.push('\n');
    }
    if ways.len() > MOST {
        text.push_str(&format!("  and {} more: -f list shows them all\n", ways.len() - MOST));
    }
    text
}

/// What could not be measured, by reason, with some of the sources.
fn unmeasured(view: &ProbeView, style: &Style) -> String {
    let mut reasons: BTreeMap<&str, (BTreeSet<&str>, usize)> = BTreeMap::new();
    for row in view.comparison.rows.iter().filter(|row| !row.is_measured()) {
        let reason =
            row.measurement.reason.as_ref().map(Why::as_str).unwrap_or("no reason was given");
        let (sources, measurements) = reasons.entry(reason).or_default();
        sources.insert(&row.measurement.from);
        *measurements += 1;
    }
    let mut text = String::new();
    for (reason, (sources, measurements)) in reasons {
        let sources: Vec<&str> = sources.into_iter().collect();
        let sentence = format!(
            "? {} from {} not measured: {reason}.",
            count(measurements, "try"),
            listed(&sources, 6)
        );
        let words: Vec<String> =
            sentence.split(' ').map(|word| style.paint(Role::Warn, word)).collect();
        text.push_str(&flow(&words, " ", 2, style.width));
        text.push('\n');
    }
    text
}
