//! Flows in words, as all formats for people say them.

use std::collections::BTreeMap;

use crate::model::words::{count, listed, span};
use crate::model::{Flow, FlowOutcome, Flows, HopBy};
use crate::render::style::{Role, Style, flow as flowed};

/// How long was looked, and what that can tell.
pub fn window(seen: &Flows) -> String {
    if seen.window_ms == 0 {
        return "one look: what is open, and what the kernel remembers of what is over".to_owned();
    }
    format!("seen in {}, and what the kernel remembered before", span(seen.window_s()))
}

/// When it was last seen: `now`, `12 s ago`.
pub fn last_seen(seen: &Flows, flow: &Flow) -> String {
    let Some(began) = seen.began else { return flow.last_seen.to_string() };
    let ago = began.since(flow.last_seen) + seen.window_s();
    if flow.open > 0 || ago < 1.0 { "now".to_owned() } else { format!("{} ago", span(ago)) }
}

/// `41, 1 open`, `2 open`, `40, 40 cut`, `3 refused`, `2 unanswered`.
pub fn connections(flow: &Flow) -> String {
    let number = flow.connections;
    match flow.outcome {
        FlowOutcome::Refused => format!("{number} refused"),
        FlowOutcome::Unanswered => format!("{number} unanswered"),
        _ if flow.open == number => format!("{number} open"),
        _ if flow.is_cut() => format!("{number}, {} cut", flow.cut),
        _ if flow.open > 0 => format!("{number}, {} open", flow.open),
        _ => number.to_string(),
    }
}

/// The port of the machine that it went through: `host port 8080 (proxy)`.
pub fn via(flow: &Flow) -> String {
    let hop = |hop: &crate::model::Hop| match hop.by {
        HopBy::Nat => format!("host port {}", hop.port),
        HopBy::Proxy => format!("host port {} (proxy)", hop.port),
    };
    flow.via.iter().map(hop).collect::<Vec<_>>().join(", ")
}

/// `1.2 kB`, `3.4 MB`.
pub fn bytes(number: u64) -> String {
    // No more than three digits of it are shown.
    #[allow(clippy::cast_precision_loss)]
    let number = number as f64;
    match number {
        ..1e3 => format!("{number:.0} B"),
        ..1e6 => format!("{:.1} kB", number / 1e3),
        ..1e9 => format!("{:.1} MB", number / 1e6),
        _ => format!("{:.1} GB", number / 1e9),
    }
}

/// What was not looked at, and what was too much.
pub fn footer(seen: &Flows, style: &Style) -> String {
    let mut by_why: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for note in &seen.not_looked {
        by_why.entry(&note.why).or_default().push(&note.what);
    }
    let mut text = String::new();
    let mut add = |sentence: String| {
        let words: Vec<String> =
            sentence.split(' ').map(|word| style.paint(Role::Warn, word)).collect();
        text.push_str(&flowed(&words, " ", 2, style.width));
        text.push('\n');
    };
    for (why, whats) in by_why {
        add(format!("Not seen: {}: {why}.", listed(&whats, 4)));
    }
    if seen.dropped > 0 {
        let dropped = count(seen.dropped, "connection");
        add(format!("Not counted: {dropped}, since there were too many to keep apart."));
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}
