//! The map as a Graphviz graph, printed by graphviz-rust: from the internet
//! downwards, with who talks to whom.
//!
//! Ids are opaque (`n0`, `c0`): graphviz-rust prints them as they are. Names
//! stand in labels only, escaped by [`escape::dot`].

use graphviz_rust::dot_structures::{
    Attribute, Edge, EdgeTy, Graph, GraphAttributes, Id, Node, NodeId, Stmt, Subgraph, Vertex,
};
use graphviz_rust::printer::{DotPrinter, PrinterContext};

use super::chart::{Chart, Members, Tap, WayIn, is_bad, world};
use super::escape;
use super::style::Style;
use super::svg::{Arrow, ArrowKind};
use super::view::{Kind, View};
use crate::model::{Seen, State, TalkBasis};

/// Writes the graph.
pub fn render(view: &View, _style: &Style) -> String {
    let chart = Chart::of(view);
    let mut stmts = vec![
        Stmt::GAttribute(GraphAttributes::Graph(attributes(&[
            ("layout", "dot"),
            ("rankdir", "TB"),
            ("fontname", "Helvetica"),
            ("ranksep", "0.6"),
            ("nodesep", "0.25"),
            ("label", &view.title()),
            ("labelloc", "t"),
        ]))),
        Stmt::GAttribute(GraphAttributes::Node(attributes(&[
            ("fontname", "Helvetica"),
            ("fontsize", "11"),
            ("style", "filled"),
        ]))),
        Stmt::GAttribute(GraphAttributes::Edge(attributes(&[
            ("fontname", "Helvetica"),
            ("fontsize", "9"),
            ("color", "#5f6b7a"),
            ("dir", "none"),
        ]))),
    ];
    stmts.extend(chart.worlds().map(outside));
    stmts.extend(inside(&chart));
    stmts.extend(chart.ways_in.iter().map(way_in));
    stmts.extend(chart.taps.iter().map(|of| tap(&chart, of, view.probe.is_some())));
    stmts.extend(chart.arrows.iter().map(arrow));
    let graph = Graph::Graph { id: Id::Plain("netmap".to_owned()), strict: false, stmts };
    graph.print(&mut PrinterContext::default()) + "\n"
}

fn world_id(everywhere: bool) -> &'static str {
    if everywhere { "internet" } else { "host" }
}

fn outside(everywhere: bool) -> Stmt {
    let look = [
        ("shape", "box"),
        ("style", "rounded,filled"),
        ("fillcolor", "#e4e7eb"),
        ("color", "#36424e"),
    ];
    node(world_id(everywhere), &[world(everywhere).to_owned()], &look)
}

/// Cards and networks, each compose project's in a cluster.
fn inside(chart: &Chart) -> Vec<Stmt> {
    let mut stmts = Vec::new();
    for Members { project, cards, networks } in chart.by_project() {
        let cards = cards.into_iter().map(|at| card(chart, at));
        let mut nodes: Vec<Stmt> =
            cards.chain(networks.into_iter().map(|at| network(chart, at))).collect();
        let Some(project) = project else {
            stmts.append(&mut nodes);
            continue;
        };
        nodes.insert(
            0,
            Stmt::GAttribute(GraphAttributes::Graph(attributes(&[
                ("label", &chart.projects[project]),
                ("style", "rounded"),
                ("color", "#9aa5b1"),
            ]))),
        );
        stmts.push(Stmt::Subgraph(Subgraph {
            id: Id::Plain(format!("cluster_{project}")),
            stmts: nodes,
        }));
    }
    stmts
}

fn card(chart: &Chart, at: usize) -> Stmt {
    let card = &chart.cards[at];
    let lines: Vec<String> = std::iter::once(&card.name).chain(&card.lines).cloned().collect();
    let (fill, border) = colours(card.state);
    let (shape, style) = match card.kind {
        Kind::Database | Kind::Storage | Kind::Search | Kind::Cache => ("cylinder", "filled"),
        Kind::Proxy | Kind::Router => ("hexagon", "filled"),
        Kind::Queue => ("cds", "filled"),
        _ => ("box", "rounded,filled"),
    };
    let look = [("shape", shape), ("style", style), ("fillcolor", fill), ("color", border)];
    node(&format!("c{at}"), &lines, &look)
}

fn colours(state: State) -> (&'static str, &'static str) {
    match state {
        State::Running | State::Planned => ("#eef7f0", "#2f7d4f"),
        State::Paused | State::Restarting | State::Unknown => ("#fff6e0", "#9a6b00"),
        _ => ("#f2f2f2", "#8a8a8a"),
    }
}

fn network(chart: &Chart, at: usize) -> Stmt {
    let network = &chart.networks[at];
    let lines = std::iter::once(&network.name).chain(&network.subnets).chain([&network.kind]);
    let (fill, border) =
        if network.is_internal { ("#e9f2ee", "#11845f") } else { ("#e3effb", "#2a6fb0") };
    let look = [("shape", "ellipse"), ("fillcolor", fill), ("color", border)];
    node(&format!("n{at}"), &lines.cloned().collect::<Vec<_>>(), &look)
}

fn way_in(way: &WayIn) -> Stmt {
    let style = if way.everywhere { "bold" } else { "dotted" };
    edge(
        (world_id(way.everywhere).to_owned(), format!("c{}", way.card)),
        &way.ports,
        attributes(&[("dir", "forward"), ("style", style), ("color", "#36424e")]),
    )
}

fn tap(chart: &Chart, tap: &Tap, is_measured: bool) -> Stmt {
    let (card, network) = (format!("c{}", tap.card), format!("n{}", tap.network));
    let ends = if chart.leads_in(tap) { (card, network) } else { (network, card) };
    // What a probe got an answer on is drawn through, what nobody could try dotted.
    let look: &[(&str, &str)] = match tap.answers {
        _ if !tap.is_live => &[("style", "dashed")],
        _ if !is_measured => &[],
        Some(true) => &[("color", "#2f7d4f"), ("penwidth", "1.8")],
        Some(false) => &[],
        None => &[("style", "dotted")],
    };
    edge(ends, &tap.addresses, attributes(look))
}

/// An arrow between cards, which shapes no layout.
fn arrow(arrow: &Arrow) -> Stmt {
    let colour = if is_bad(arrow) { "#b3261e" } else { "#17212b" };
    let (direction, width) = match arrow.kind {
        ArrowKind::Surprise { both_ways: true } => ("both", "2"),
        ArrowKind::Surprise { both_ways: false } => ("forward", "2"),
        ArrowKind::Talk(..) | ArrowKind::Asked(_) => ("forward", "1"),
    };
    let style = match arrow.kind {
        ArrowKind::Talk(TalkBasis::Observed, ..) | ArrowKind::Talk(_, Seen::Seen, _) => "solid",
        _ => "dashed",
    };
    edge(
        (format!("c{}", arrow.from), format!("c{}", arrow.to)),
        std::slice::from_ref(&arrow.label.text),
        attributes(&[
            ("color", colour),
            ("fontcolor", colour),
            ("style", style),
            ("penwidth", width),
            ("dir", direction),
            ("constraint", "false"),
        ]),
    )
}

fn edge((from, to): (String, String), lines: &[String], more: Vec<Attribute>) -> Stmt {
    let mut all = vec![attribute("label", &label(lines))];
    all.extend(more);
    Stmt::Edge(Edge { ty: EdgeTy::Pair(vertex(&from), vertex(&to)), attributes: all })
}

fn node(id: &str, lines: &[String], more: &[(&str, &str)]) -> Stmt {
    let mut all = vec![attribute("label", &label(lines))];
    all.extend(attributes(more));
    Stmt::Node(Node { id: NodeId(Id::Plain(id.to_owned()), None), attributes: all })
}

fn vertex(id: &str) -> Vertex {
    Vertex::N(NodeId(Id::Plain(id.to_owned()), None))
}

/// Lines as one quoted label, with dot's own line breaks between them.
fn label(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escape::dot(line)).collect();
    format!("\"{}\"", lines.join("\\n"))
}

fn attribute(name: &str, quoted: &str) -> Attribute {
    Attribute(Id::Plain(name.to_owned()), Id::Plain(quoted.to_owned()))
}

fn attributes(pairs: &[(&str, &str)]) -> Vec<Attribute> {
    pairs
        .iter()
        .map(|(name, value)| attribute(name, &format!("\"{}\"", escape::dot(value))))
        .collect()
}
