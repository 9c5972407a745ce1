//! A network diagram for PlantUML, in the language of nwdiag: a bar for each
//! network, with the address where a container meets it.
//!
//! A container's id is opaque (`c0`), and its name stands in a quoted description
//! only. A network is shown by its id alone: that is what its name has of letters
//! and digits. The language has no arrows between containers: who talks to whom
//! stands in the legend.

use std::collections::{BTreeMap, BTreeSet};

use super::chart::{Chart, Tap, WayIn, words};
use super::escape::plantuml as safe;
use super::style::Style;
use super::view::View;
use crate::order::{OrderBy, Ordered};

/// Writes the diagram.
pub fn render(view: &View, _style: &Style) -> String {
    let chart = Chart::of(view);
    let mut text = format!("@startuml\ntitle {}\nnwdiag {{\n", safe(&chart.title));
    let comes_in = |everywhere| chart.worlds().any(|world| world == everywhere);
    if comes_in(true) {
        text.push_str(&entrance(&chart, true));
    }
    // A container that is on nothing has no place in such a diagram.
    let hung: BTreeSet<usize> = chart
        .taps
        .iter()
        .map(|tap| tap.card)
        .chain(chart.ways_in.iter().map(|way| way.card))
        .into_set();
    let mut ids = Ids::default();
    let mut taps: BTreeMap<usize, Vec<&Tap>> = BTreeMap::new();
    chart.taps.iter().for_each(|tap| taps.entry(tap.network).or_default().push(tap));
    // From the internet inwards.
    let mut order: Vec<usize> = (0..chart.networks.len()).collect();
    order.order_by_key(|at| chart.networks[*at].rank);
    for at in order {
        let network = &chart.networks[at];
        let facts: Vec<&str> =
            network.subnets.iter().chain([&network.kind]).map(String::as_str).collect();
        let color = if network.is_internal { "#e9f2ee" } else { "#e3effb" };
        text.push_str(&format!(
            "  network {} {{\n    address = {}\n    color = \"{color}\"\n",
            ids.of(&network.name),
            quoted(&facts.join(" · "))
        ));
        for tap in taps.get(&at).into_iter().flatten() {
            text.push_str(&device(tap.card, &tap.addresses));
        }
        text.push_str("  }\n");
    }
    if comes_in(false) {
        text.push_str(&entrance(&chart, false));
    }
    for (at, card) in chart.cards.iter().enumerate().filter(|(at, _)| hung.contains(at)) {
        let project = card.project.map(|project| format!("project {}", chart.projects[project]));
        let lines = std::iter::once(&card.name).chain(&card.lines).chain(&project);
        let lines: Vec<String> = lines.map(|line| safe(line)).collect();
        text.push_str(&format!("  c{at} [description = \"{}\"]\n", lines.join("\\n")));
    }
    text.push_str("}\n");
    text.push_str(&legend(&chart, &hung));
    text.push_str("@enduml\n");
    text
}

/// The world outside, as a network of its own on top.
fn entrance(chart: &Chart, everywhere: bool) -> String {
    let id = if everywhere { "internet" } else { "this_host_only" };
    let mut text = format!("  network {id} {{\n    color = \"#e4e7eb\"\n");
    let is_there = |way: &&WayIn| way.everywhere == everywhere;
    for way in chart.ways_in.iter().filter(is_there) {
        text.push_str(&format!(
            "    c{} [address = {}]\n",
            way.card,
            quoted(&way.ports.join(", "))
        ));
    }
    text + "  }\n"
}

/// A container on a network, with its addresses there.
fn device(card: usize, addresses: &[String]) -> String {
    match addresses.is_empty() {
        true => format!("    c{card}\n"),
        false => format!("    c{card} [address = {}]\n", quoted(&addresses.join(", "))),
    }
}

/// Who talks to whom, and who is on no network: the language has no place for
/// them in the diagram.
fn legend(chart: &Chart, hung: &BTreeSet<usize>) -> String {
    let mut lines: String = chart
        .arrows
        .iter()
        .map(|arrow| {
            let port = match &*arrow.ports {
                "" => String::new(),
                ports => format!(" on {ports}"),
            };
            format!("{}\n", safe(&format!("{}{port}", words(arrow))))
        })
        .collect();
    let alone = chart.cards.iter().enumerate().filter(|(at, _)| !hung.contains(at));
    for (_, card) in alone {
        lines.push_str(&format!("{}\n", safe(&format!("on no network: {}", card.name))));
    }
    match lines.is_empty() {
        true => lines,
        false => format!("legend\n{lines}end legend\n"),
    }
}

/// Ids of networks that say their names, each once.
struct Ids(BTreeSet<String>);

impl Default for Ids {
    /// Words that mean something else.
    fn default() -> Self {
        let taken = ["internet", "this_host_only", "network", "group", "nwdiag"];
        Self(taken.map(str::to_owned).into())
    }
}

impl Ids {
    fn of(&mut self, name: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut id: String = name.chars().map(plain).collect();
        // A container's id looks so, and a number is none.
        let is_own = id.strip_prefix('c').is_some_and(|rest| rest.parse::<u32>().is_ok());
        if is_own || !id.starts_with(|c: char| c.is_ascii_alphabetic()) {
            id.insert_str(0, "net_");
        }
        let mut candidate = id.clone();
        let mut number = 2;
        while !self.0.insert(candidate.to_lowercase()) {
            candidate = format!("{id}_{number}");
            number += 1;
        }
        candidate
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", safe(text))
}
