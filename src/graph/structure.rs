//! The shape of the map: who shares what, ways through others, islands, and
//! containers that join networks which would otherwise be apart.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use petgraph::algo::articulation_points::articulation_points;
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;

use super::{Map, Node};
use crate::model::{ContainerAt, NetworkAt};
use crate::order::OrderBy;

/// A way from one container to another through containers in between. Those
/// in between do not forward packets; the way shows who could be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Containers in between, in order.
    pub through: Vec<ContainerAt>,
    /// Networks along the way: one more than containers in between.
    pub networks: Vec<NetworkAt>,
}

/// A container without which the networks it is on would fall apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bridging {
    /// The container.
    pub container: ContainerAt,
    /// Its networks, grouped by what would still hang together without it:
    /// two groups or more.
    pub parts: Vec<Vec<NetworkAt>>,
}

impl Map<'_> {
    /// The networks that two containers' stacks are both on, whether they run
    /// or not, in name order. Those that join nobody, `none` and `host`, are
    /// left out.
    pub fn shared_networks(&self, a: ContainerAt, b: ContainerAt) -> Vec<NetworkAt> {
        let (Some(a), Some(b)) = (self.stack(a), self.stack(b)) else {
            return Vec::new();
        };
        let mut shared: Vec<NetworkAt> = self
            .networks_of(a)
            .filter(|network| {
                !self.network(*network).is_none() && !self.network(*network).is_host()
            })
            .filter(|network| self.endpoint_on(b, *network).is_some())
            .collect();
        shared.sort_unstable();
        shared.dedup();
        shared
    }

    /// Networks in groups that have no member in common of those that `counts`: each in the
    /// order given, and in the order of their first. Only the members of these networks are
    /// looked at.
    pub fn joined_networks(
        &self,
        networks: &[NetworkAt],
        counts: impl Fn(ContainerAt) -> bool,
    ) -> Vec<Vec<NetworkAt>> {
        let mut together = UnionFind::new(networks.len());
        let mut first_of: HashMap<ContainerAt, usize> = HashMap::default();
        for (place, at) in networks.iter().enumerate() {
            for member in self.members(*at).iter().filter(|member| counts(**member)) {
                together.union(*first_of.entry(*member).or_insert(place), place);
            }
        }
        let mut group_of: HashMap<usize, usize> = HashMap::default();
        let mut groups: Vec<Vec<NetworkAt>> = Vec::new();
        for (at, root) in networks.iter().zip(together.into_labeling()) {
            let group = *group_of.entry(root).or_insert(groups.len());
            if group == groups.len() {
                groups.push(Vec::new());
            }
            groups[group].push(*at);
        }
        groups
    }

    /// The parts of the map between which nothing is shared: for each, the
    /// networks and containers in it, in name order, largest part first.
    /// Networks without live members and containers without live endpoints
    /// are islands of their own and left out.
    pub fn islands(&self) -> Vec<Vec<Node>> {
        let mut seen = vec![false; self.graph.node_count()];
        let mut islands = Vec::new();
        for start in self.graph.node_indices() {
            if seen[start.index()] {
                continue;
            }
            let mut island = Vec::new();
            let mut stack = vec![start];
            seen[start.index()] = true;
            while let Some(node) = stack.pop() {
                island.push(self.graph[node]);
                for next in self.graph.neighbors(node) {
                    if !std::mem::replace(&mut seen[next.index()], true) {
                        stack.push(next);
                    }
                }
            }
            if island.len() > 1 {
                island.order();
                islands.push(island);
            }
        }
        islands.order_by_key(|island| std::cmp::Reverse(island.len()));
        islands
    }

    /// Every container that joins networks which would be apart without it,
    /// in name order. Containers on the host's own stack are left out: the
    /// host reaches its bridges anyway.
    pub fn bridging(&self) -> Vec<Bridging> {
        let joints = articulation_points(&self.graph);
        if joints.is_empty() {
            return Vec::new();
        }
        let blocks = self.blocks();
        let mut found: Vec<Bridging> = joints
            .into_iter()
            .filter_map(|node| {
                let Node::Container(container) = self.graph[node] else {
                    return None;
                };
                // Two of its networks still hang together without it exactly
                // if a circle runs through both, that is, if its edges to
                // them are in one block.
                let mut parts: BTreeMap<usize, BTreeSet<NetworkAt>> = BTreeMap::new();
                for edge in self.graph.edges(node) {
                    let other = if edge.source() == node { edge.target() } else { edge.source() };
                    if let Node::Network(network) = self.graph[other] {
                        let block = blocks[edge.id().index()];
                        parts.entry(block).or_default().insert(network);
                    }
                }
                let mut parts: Vec<Vec<NetworkAt>> =
                    parts.into_values().map(|networks| networks.into_iter().collect()).collect();
                parts.order();
                (parts.len() > 1).then_some(Bridging { container, parts })
            })
            .collect();
        found.order_by_key(|bridging| bridging.container);
        found
    }

    /// For each edge, the number of its block (biconnected component): the
    /// largest sets of edges of which any two lie on a common circle. One
    /// depth-first walk (Hopcroft and Tarjan, 1973), without recursion, since
    /// a map may be a chain of thousands.
    fn blocks(&self) -> Vec<usize> {
        const UNSEEN: usize = usize::MAX;
        let graph = &self.graph;
        let mut depth = vec![UNSEEN; graph.node_count()];
        let mut lowest = vec![UNSEEN; graph.node_count()];
        let mut block = vec![UNSEEN; graph.edge_count()];
        let mut open_edges = Vec::new();
        let mut blocks = 0;
        for root in graph.node_indices() {
            if depth[root.index()] != UNSEEN {
                continue;
            }
            depth[root.index()] = 0;
            lowest[root.index()] = 0;
            let mut walk = vec![(root, None, graph.edges(root))];
            while let Some((node, entered_by, edges)) = walk.last_mut() {
                let (node, entered_by) = (*node, *entered_by);
                if let Some(edge) = edges.next() {
                    let next = if edge.source() == node { edge.target() } else { edge.source() };
                    if Some(edge.id()) == entered_by {
                        continue;
                    }
                    if depth[next.index()] == UNSEEN {
                        open_edges.push(edge.id());
                        depth[next.index()] = depth[node.index()] + 1;
                        lowest[next.index()] = depth[next.index()];
                        walk.push((next, Some(edge.id()), graph.edges(next)));
                    } else if depth[next.index()] < depth[node.index()] {
                        open_edges.push(edge.id());
                        lowest[node.index()] = lowest[node.index()].min(depth[next.index()]);
                    }
                    continue;
                }
                walk.pop();
                let (Some((parent, ..)), Some(entered_by)) = (walk.last(), entered_by) else {
                    continue;
                };
                let parent = parent.index();
                lowest[parent] = lowest[parent].min(lowest[node.index()]);
                if lowest[node.index()] >= depth[parent] {
                    while let Some(edge) = open_edges.pop() {
                        block[edge.index()] = blocks;
                        if edge == entered_by {
                            break;
                        }
                    }
                    blocks += 1;
                }
            }
        }
        block
    }
}
