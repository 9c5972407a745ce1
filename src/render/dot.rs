//! The map as a Graphviz graph, printed by graphviz-rust.
//!
//! Ids are opaque (`n0`, `c0`): graphviz-rust prints them as they are. Names
//! stand in labels only, escaped by [`escape::dot`].

use std::collections::{BTreeMap, BTreeSet};

use graphviz_rust::dot_structures::{
    Attribute, Edge, EdgeTy, Graph, GraphAttributes, Id, Node, NodeId, Stmt, Subgraph, Vertex,
};
use graphviz_rust::printer::{DotPrinter, PrinterContext};

use super::escape;
use super::style::Style;
use super::view::{self, View};
use crate::graph::{Mark, StackOwner};
use crate::model::{Container, ContainerAt, NetworkAt, State};

/// Writes the graph.
pub fn render(view: &View, _style: &Style) -> String {
    let networks = view.used_networks();
    let empty = view.empty_networks();
    let mut stmts = vec![
        Stmt::GAttribute(GraphAttributes::Graph(attributes(&[
            ("layout", "dot"),
            ("rankdir", "LR"),
            ("fontname", "Helvetica"),
            ("ranksep", "1.2"),
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
        ]))),
    ];
    stmts.extend(containers(view));
    stmts.extend(networks.iter().chain(&empty).map(|at| network_node(view, *at)));
    stmts.extend(endpoints(view, &networks));
    stmts.extend(surprises(view));
    let graph = Graph::Graph { id: Id::Plain("netmap".to_owned()), strict: false, stmts };
    graph.print(&mut PrinterContext::default()) + "\n"
}

/// The containers, each compose project's in a cluster.
fn containers(view: &View) -> Vec<Stmt> {
    let mut projects: BTreeMap<Option<&str>, Vec<Stmt>> = BTreeMap::new();
    for at in owners(view) {
        projects.entry(view.container(at).project()).or_default().push(container_node(view, at));
    }
    let mut stmts = Vec::new();
    for (nth, (project, mut nodes)) in projects.into_iter().enumerate() {
        let Some(project) = project else {
            stmts.append(&mut nodes);
            continue;
        };
        nodes.insert(
            0,
            Stmt::GAttribute(GraphAttributes::Graph(attributes(&[
                ("label", project),
                ("style", "rounded"),
                ("color", "#9aa5b1"),
            ]))),
        );
        stmts.push(Stmt::Subgraph(Subgraph {
            id: Id::Plain(format!("cluster_{nth}")),
            stmts: nodes,
        }));
    }
    stmts
}

/// Shown containers that stand for a network stack.
fn owners(view: &View) -> Vec<ContainerAt> {
    view.containers
        .iter()
        .copied()
        .filter(|at| !matches!(view.map.stack_owner(*at), StackOwner::Other(_)))
        .collect()
}

fn container_node(view: &View, at: ContainerAt) -> Stmt {
    let container = view.container(at);
    let mut lines = vec![container.name.clone(), container.image.clone(), view::state(container)];
    lines.extend(view.ports(at));
    for sidecar in view.map.sidecars(at) {
        let sidecar = view.container(*sidecar);
        lines.push(format!("+ {} ({})", sidecar.name, view::state(sidecar)));
    }
    if view.map.stack_owner(at) == StackOwner::Missing {
        lines.push("its network stack is gone".to_owned());
    }
    let (fill, border) = colours(container);
    node(
        &format!("c{at}"),
        &lines,
        &[("shape", "box"), ("style", "rounded,filled"), ("fillcolor", fill), ("color", border)],
    )
}

fn colours(container: &Container) -> (&'static str, &'static str) {
    match container.state {
        State::Running => ("#eef7f0", "#2f7d4f"),
        State::Paused | State::Restarting | State::Unknown => ("#fff6e0", "#9a6b00"),
        _ => ("#f2f2f2", "#8a8a8a"),
    }
}

fn network_node(view: &View, at: NetworkAt) -> Stmt {
    let network = view.network(at);
    let mut lines = vec![network.name.clone()];
    lines.extend(network.subnets.iter().map(|subnet| subnet.subnet.to_string()));
    lines.push(view.kind(at));
    node(
        &format!("n{at}"),
        &lines,
        &[("shape", "ellipse"), ("fillcolor", "#e3effb"), ("color", "#2a6fb0")],
    )
}

fn endpoints(view: &View, networks: &[NetworkAt]) -> Vec<Stmt> {
    let shown: BTreeSet<NetworkAt> = networks.iter().copied().collect();
    let mut stmts = Vec::new();
    for at in owners(view) {
        for (network, endpoint) in view.map.endpoints(at) {
            let Some(network) = network.filter(|network| shown.contains(network)) else { continue };
            let addresses: Vec<String> = endpoint.addresses().map(|a| a.to_string()).collect();
            let live = view.container(at).state.has_network();
            let mut edge = vec![attribute("label", &label(&addresses))];
            if !live {
                edge.push(attribute("style", "\"dashed\""));
            } else if view.probe.is_some() {
                edge.extend(attributes(measured(view, at, &endpoint.network)));
            }
            stmts.push(Stmt::Edge(Edge {
                ty: EdgeTy::Pair(vertex(&format!("c{at}")), vertex(&format!("n{network}"))),
                attributes: edge,
            }));
        }
    }
    stmts
}

/// How the line to a network looks that a probe has tried: one that answered
/// is drawn through, one that nobody could try is dotted.
fn measured(
    view: &View,
    at: ContainerAt,
    network: &str,
) -> &'static [(&'static str, &'static str)] {
    match view.probe.and_then(|probe| probe.answers_on(at, network)) {
        Some(true) => &[("color", "#2f7d4f"), ("penwidth", "1.8")],
        Some(false) => &[],
        None => &[("style", "dotted")],
    }
}

/// What contradicts the map, as edges of their own that shape no layout.
fn surprises(view: &View) -> Vec<Stmt> {
    let surprises = view.surprises().into_iter();
    surprises
        .map(|surprise| {
            let (colour, style) = match surprise.mark {
                Mark::Leaks => ("#b3261e", "bold"),
                _ => ("#b3261e", "dashed"),
            };
            let direction = if surprise.both_ways { "both" } else { "forward" };
            let words = view::surprise(surprise.mark);
            Stmt::Edge(Edge {
                ty: EdgeTy::Pair(
                    vertex(&format!("c{}", surprise.from)),
                    vertex(&format!("c{}", surprise.to)),
                ),
                attributes: attributes(&[
                    ("label", words),
                    ("color", colour),
                    ("fontcolor", colour),
                    ("style", style),
                    ("penwidth", "2"),
                    ("dir", direction),
                    ("constraint", "false"),
                ]),
            })
        })
        .collect()
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
