//! A Mermaid flowchart, which code-hosting sites draw inside Markdown: from the
//! internet downwards, with who talks to whom.
//!
//! Ids are opaque (`n0`, `c0`); names stand in quoted labels only.

use super::chart::{Chart, Members, is_bad, world};
use super::escape::mermaid as safe;
use super::style::Style;
use super::svg::ArrowKind;
use super::view::{Kind, View};
use crate::model::{Seen, TalkBasis};

/// Looks that no label can say.
const CLASSES: &str = "  classDef network fill:#e3effb,stroke:#2a6fb0,color:#17212b\n  \
    classDef internal fill:#e9f2ee,stroke:#11845f,color:#17212b,stroke-dasharray:4 3\n  \
    classDef world fill:#e4e7eb,stroke:#36424e,color:#17212b\n  \
    classDef stopped fill:#f2f2f2,stroke:#8a8a8a,color:#56626f,stroke-dasharray:4 3\n";

/// Writes the chart.
pub fn render(view: &View, _style: &Style) -> String {
    let chart = Chart::of(view);
    let mut text = format!("flowchart TD\n  accTitle: {}\n", safe(&chart.title));
    if !chart.story.is_empty() {
        text.push_str(&format!("  accDescr: {}\n", safe(&chart.story)));
    }
    for everywhere in chart.worlds() {
        text.push_str(&format!(
            "  {}([\"{}\"]):::world\n",
            world_id(everywhere),
            world(everywhere)
        ));
    }
    for Members { project, cards, networks } in chart.by_project() {
        let indent = if project.is_some() { "    " } else { "  " };
        if let Some(project) = project {
            text.push_str(&format!(
                "  subgraph p{project}[{}]\n",
                quoted([safe(&chart.projects[project])])
            ));
        }
        for at in cards {
            text.push_str(&format!("{indent}{}\n", card(&chart, at)));
        }
        for at in networks {
            text.push_str(&format!("{indent}{}\n", network(&chart, at)));
        }
        if project.is_some() {
            text.push_str("  end\n");
        }
    }
    text.push_str(&lines(&chart));
    text.push_str(CLASSES);
    text
}

fn world_id(everywhere: bool) -> &'static str {
    if everywhere { "internet" } else { "host" }
}

fn card(chart: &Chart, at: usize) -> String {
    let card = &chart.cards[at];
    let name = format!("<b>{}</b>", safe(&card.name));
    let lines: Vec<String> =
        std::iter::once(name).chain(card.lines.iter().map(|line| safe(line))).collect();
    // Shapes that every site knows.
    let (open, close) = match card.kind {
        Kind::Database | Kind::Cache | Kind::Storage | Kind::Search => ("[(", ")]"),
        Kind::Proxy | Kind::Router => ("{{", "}}"),
        Kind::Queue | Kind::Worker => ("[[", "]]"),
        Kind::App | Kind::Web => ("(", ")"),
        Kind::Mail | Kind::Monitoring | Kind::Unknown => ("[", "]"),
    };
    let class = if card.state.is_stopped() { ":::stopped" } else { "" };
    format!("c{at}{open}{}{close}{class}", quoted(lines))
}

fn network(chart: &Chart, at: usize) -> String {
    let network = &chart.networks[at];
    let mut lines = vec![format!("<b>{}</b>", safe(&network.name))];
    lines.extend(network.subnets.iter().chain([&network.kind]).map(|line| safe(line)));
    let class = if network.is_internal { "internal" } else { "network" };
    format!("n{at}([{}]):::{class}", quoted(lines))
}

/// Safe lines as one label; the language knows no empty one.
fn quoted(lines: impl IntoIterator<Item = String>) -> String {
    let label = lines.into_iter().collect::<Vec<_>>().join("<br>");
    if label.is_empty() { "\" \"".to_owned() } else { format!("\"{label}\"") }
}

/// All lines, and the colours of those that cannot work, by their numbers.
fn lines(chart: &Chart) -> String {
    let mut lines: Vec<String> = Vec::new();
    for way in &chart.ways_in {
        let ports = quoted(way.ports.iter().map(|port| safe(port)));
        let line = if way.everywhere { "==>" } else { "-.->" };
        let from = world_id(way.everywhere);
        lines.push(format!("{from} {line}|{ports}| c{}", way.card));
    }
    for tap in &chart.taps {
        let (card, network) = (format!("c{}", tap.card), format!("n{}", tap.network));
        let (upper, lower) = if chart.leads_in(tap) { (card, network) } else { (network, card) };
        let line = if tap.is_live { "---" } else { "-.-" };
        lines.push(match tap.addresses.is_empty() {
            true => format!("{upper} {line} {lower}"),
            false => {
                let addresses = quoted(tap.addresses.iter().map(|address| safe(address)));
                format!("{upper} {line}|{addresses}| {lower}")
            }
        });
    }
    let mut bad = Vec::new();
    for arrow in &chart.arrows {
        let line = match arrow.kind {
            ArrowKind::Surprise { both_ways: true } => "<-.->",
            ArrowKind::Talk(..) if is_bad(arrow) => "-.-x",
            ArrowKind::Talk(TalkBasis::Observed, ..) | ArrowKind::Talk(_, Seen::Seen, _) => "-->",
            _ => "-.->",
        };
        let label = match &*arrow.label.text {
            "" => String::new(),
            label => format!("|{}|", quoted([safe(label)])),
        };
        if is_bad(arrow) {
            bad.push(lines.len().to_string());
        }
        lines.push(format!("c{} {line}{label} c{}", arrow.from, arrow.to));
    }
    let mut text: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    if !bad.is_empty() {
        text.push_str(&format!("  linkStyle {} stroke:#c41e3a,color:#c41e3a\n", bad.join(",")));
    }
    text
}
