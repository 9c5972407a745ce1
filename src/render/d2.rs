//! A diagram in the language of D2, to be finished by hand.
//!
//! Keys are opaque (`n0`, `c0`); names stand in quoted labels only.

use super::chart::{Chart, Members, Tap, is_bad, world};
use super::escape::d2 as safe;
use super::style::Style;
use super::svg::ArrowKind;
use super::view::{Kind, View};
use crate::model::{Seen, TalkBasis};

/// Looks, by the names of their classes.
const CLASSES: &str = "\
classes: {
  network: {shape: rectangle; style: {fill: \"#e3effb\"; stroke: \"#2a6fb0\"; border-radius: 12}}
  internal: {shape: rectangle; style: {fill: \"#e9f2ee\"; stroke: \"#11845f\"; border-radius: 12}}
  world: {shape: cloud; style: {fill: \"#e4e7eb\"; stroke: \"#36424e\"}}
  stopped: {style: {stroke-dash: 4; opacity: 0.6}}
  talk: {style: {stroke-dash: 4}}
  bad: {style: {stroke: \"#c41e3a\"; font-color: \"#c41e3a\"; stroke-dash: 4}}
  idle: {style: {stroke-dash: 2}}
  open: {style: {stroke-width: 4}}
  nearby: {style: {stroke-dash: 2}}
}
";

/// Writes the diagram.
pub fn render(view: &View, _style: &Style) -> String {
    let chart = Chart::of(view);
    let mut text = String::from("direction: down\n");
    text.push_str(CLASSES);
    let title = label([chart.title.as_str(), chart.story.as_str()].into_iter());
    text.push_str(&format!(
        "title: {title} {{shape: text; near: top-center; style.font-size: 18}}\n"
    ));
    for everywhere in chart.worlds() {
        let name = world(everywhere);
        text.push_str(&format!("{}: \"{name}\" {{class: world}}\n", world_key(everywhere)));
    }
    for Members { project, cards, networks } in chart.by_project() {
        let indent = if project.is_some() { "  " } else { "" };
        if let Some(project) = project {
            text.push_str(&format!(
                "p{project}: {} {{\n",
                label([chart.projects[project].as_str()].into_iter())
            ));
        }
        for at in cards {
            text.push_str(&format!("{indent}{}\n", card(&chart, at)));
        }
        for at in networks {
            text.push_str(&format!("{indent}{}\n", network(&chart, at)));
        }
        if project.is_some() {
            text.push_str("}\n");
        }
    }
    for way in &chart.ways_in {
        let class = if way.everywhere { "open" } else { "nearby" };
        text.push_str(&format!(
            "{} -> {}: {} {{class: {class}}}\n",
            world_key(way.everywhere),
            card_key(&chart, way.card),
            label(way.ports.iter().map(String::as_str)),
        ));
    }
    chart.taps.iter().for_each(|of| text.push_str(&tap(&chart, of)));
    for arrow in &chart.arrows {
        let line = match arrow.kind {
            ArrowKind::Surprise { both_ways: true } => "<->",
            _ => "->",
        };
        let class = match arrow.kind {
            _ if is_bad(arrow) => " {class: bad}",
            ArrowKind::Talk(TalkBasis::Observed, ..) | ArrowKind::Talk(_, Seen::Seen, _) => "",
            _ => " {class: talk}",
        };
        let (from, to) = (card_key(&chart, arrow.from), card_key(&chart, arrow.to));
        text.push_str(&format!(
            "{from} {line} {to}: {}{class}\n",
            label([arrow.label.text.as_str()].into_iter())
        ));
    }
    text
}

fn tap(chart: &Chart, tap: &Tap) -> String {
    let (card, network) = (card_key(chart, tap.card), network_key(chart, tap.network));
    let (upper, lower) = if chart.leads_in(tap) { (card, network) } else { (network, card) };
    let class = if tap.is_live { "" } else { " {class: idle}" };
    format!("{upper} -- {lower}: {}{class}\n", label(tap.addresses.iter().map(String::as_str)))
}

fn world_key(everywhere: bool) -> &'static str {
    if everywhere { "internet" } else { "host" }
}

fn card_key(chart: &Chart, at: usize) -> String {
    within(chart.cards[at].project, &format!("c{at}"))
}

fn network_key(chart: &Chart, at: usize) -> String {
    within(chart.networks[at].project, &format!("n{at}"))
}

fn within(project: Option<usize>, key: &str) -> String {
    project.map_or_else(|| key.to_owned(), |project| format!("p{project}.{key}"))
}

fn card(chart: &Chart, at: usize) -> String {
    let card = &chart.cards[at];
    let lines = std::iter::once(&card.name).chain(&card.lines);
    let shape = match card.kind {
        Kind::Database | Kind::Storage | Kind::Search => "cylinder",
        Kind::Cache => "stored_data",
        Kind::Queue => "queue",
        Kind::Proxy | Kind::Router => "hexagon",
        Kind::App => "page",
        Kind::Web | Kind::Worker | Kind::Mail | Kind::Monitoring | Kind::Unknown => "rectangle",
    };
    let class = if card.state.is_stopped() { "; class: stopped" } else { "" };
    format!("c{at}: {} {{shape: {shape}{class}}}", label(lines.map(String::as_str)))
}

fn network(chart: &Chart, at: usize) -> String {
    let network = &chart.networks[at];
    let lines = std::iter::once(&network.name).chain(&network.subnets).chain([&network.kind]);
    let class = if network.is_internal { "internal" } else { "network" };
    format!("n{at}: {} {{class: {class}}}", label(lines.map(String::as_str)))
}

/// Lines as one quoted label.
fn label<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<String> = lines.map(safe).collect();
    format!("\"{}\"", lines.join("\\n"))
}
