//! What contradicts the map, and what could not be measured, in sentences.

use std::collections::{BTreeMap, BTreeSet};

use super::ProbeView;
use crate::graph::{Compared, Mark, Surprise};
use crate::model::{By, ContainerAt, Outcome, Why};
use crate::render::style::{Role, Style, flow};
use crate::render::view::{count, list};

/// A contradiction, told once for both directions.
pub struct Sentence {
    /// Leak or failure.
    pub mark: Mark,
    /// What happened, between whom.
    pub text: String,
    /// What to ask next.
    pub next: String,
}

/// The contradictions, worst first.
pub fn sentences(view: &ProbeView) -> Vec<Sentence> {
    let mut rows: BTreeMap<(ContainerAt, ContainerAt), Vec<&Compared>> = BTreeMap::new();
    for row in view.comparison.rows.iter().filter(|row| row.agreement.is_surprise()) {
        rows.entry((row.from, row.to)).or_default().push(row);
    }
    let pairs = view.comparison.surprising_pairs().into_iter();
    pairs
        .map(|Surprise { from, to, mark, both_ways }| {
            let of_pair = rows.get(&(from, to)).map_or(&[][..], Vec::as_slice);
            let arrow = if both_ways { "⇄" } else { "→" };
            let (a, b) = (view.name(from), view.name(to));
            Sentence {
                mark,
                text: format!("{a} {arrow} {b}{}", what_happened(of_pair, mark)),
                next: format!("netmap why {a} {b}"),
            }
        })
        .collect()
}

/// ` on quiet: no answer from 10.63.0.3, although both are on the same network.`
fn what_happened(rows: &[&Compared], mark: Mark) -> String {
    let of_mark = |row: &&&Compared| {
        (mark == Mark::Leaks) == (row.measurement.outcome.got_through() == Some(true))
    };
    let rows: Vec<&&Compared> = rows.iter().filter(of_mark).collect();
    // A silent address explains why the name did not lead there, either.
    let by_address: Vec<&&&Compared> =
        rows.iter().filter(|row| row.measurement.by == By::Address).collect();
    let telling = if by_address.is_empty() { rows.iter().collect() } else { by_address };
    let Some(first) = telling.first() else { return ".".to_owned() };
    let networks: BTreeSet<&str> =
        telling.iter().filter_map(|row| row.measurement.network.as_deref()).collect();
    let on = if networks.is_empty() {
        String::new()
    } else {
        format!(" on {}", list(&networks.into_iter().collect::<Vec<_>>(), 4))
    };
    let mut events: Vec<String> = Vec::new();
    for row in &telling {
        let event = event(row);
        if !events.contains(&event) {
            events.push(event);
        }
    }
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    format!("{on}: {}, although {}.", list(&events, 4), first.predicted.reason)
}

fn event(row: &Compared) -> String {
    let measurement = row.measurement;
    let port = measurement.knock.port().map_or(String::new(), |port| format!(" port {port}"));
    let target = format!("{}{port}", measurement.target);
    let reason = measurement
        .reason
        .as_ref()
        .map(Why::as_str)
        .map_or(String::new(), |reason| format!(" ({reason})"));
    match measurement.outcome {
        Outcome::Reachable => format!("{target} answers"),
        Outcome::Refused => format!("{target} answers that nothing listens there"),
        Outcome::Timeout => format!("no answer from {target}"),
        Outcome::Unreachable => format!("no way to {target}{reason}"),
        Outcome::NameNotFound => format!("the name {target} leads nowhere{reason}"),
        Outcome::Unknown => format!("{target} was not measured{reason}"),
    }
}

/// Contradictions shown when the matrix stands above them.
const MOST: usize = 12;

/// The contradictions for a terminal; all of them if `only` they are shown.
pub fn block(view: &ProbeView, style: &Style) -> String {
    let surprises = sentences(view);
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
        words.push(style.paint(Role::Quiet, &surprise.next.replace(' ', "\u{a0}")));
        text.push_str(&flow(&words, " ", 2, style.width));
        text.push('\n');
    }
    if surprises.len() > most {
        let more = surprises.len() - most;
        text.push_str(&format!("  and {more} more: --only surprises shows them all\n"));
    }
    text.push_str(&unmeasured(view, style));
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
            count(measurements, "try").replace("trys", "tries"),
            list(&sources, 6)
        );
        let words: Vec<String> =
            sentence.split(' ').map(|word| style.paint(Role::Warn, word)).collect();
        text.push_str(&flow(&words, " ", 2, style.width));
        text.push('\n');
    }
    text
}
