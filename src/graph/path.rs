//! The shortest way between two containers over others.
//!
//! It is looked for from both ends at once, always from the end where less is
//! to be looked at, so that a network that everybody is on is seldom walked.

use std::collections::{BTreeMap, HashMap};

use petgraph::graph::NodeIndex;

use super::structure::Path;
use super::{Map, Node};
use crate::model::ContainerAt;

/// What one end has found so far.
struct Search {
    /// How many steps away each node is.
    steps: HashMap<NodeIndex, usize>,
    /// For each node, those a step nearer by which it is reached.
    nearer: HashMap<NodeIndex, Vec<NodeIndex>>,
    /// The nodes found last, all equally far away.
    last: Vec<NodeIndex>,
}

impl Search {
    fn from(start: NodeIndex) -> Self {
        Self { steps: [(start, 0)].into(), nearer: HashMap::new(), last: vec![start] }
    }

    /// How much there is to look at for the next step.
    fn effort(&self, map: &Map) -> usize {
        self.last.iter().map(|node| map.graph.neighbors(*node).count()).sum()
    }

    /// Goes a step further.
    fn advance(&mut self, map: &Map) {
        let mut found = Vec::new();
        for node in &self.last {
            let step = self.steps[node] + 1;
            for next in map.graph.neighbors(*node) {
                #[cfg(test)]
                super::looks::note();
                let known = *self.steps.entry(next).or_insert_with(|| {
                    found.push(next);
                    step
                });
                if known == step {
                    self.nearer.entry(next).or_default().push(*node);
                }
            }
        }
        self.last = found;
    }
}

impl Map<'_> {
    /// The shortest way from `a` to `b` over shared networks and the
    /// containers between them; `None` when there is none. Of several the one
    /// whose nodes come first, from `a` on.
    pub fn path(&self, a: ContainerAt, b: ContainerAt) -> Option<Path> {
        let start = self.container_nodes[self.stack(a)?]?;
        let goal = self.container_nodes[self.stack(b)?]?;
        if start == goal {
            return None;
        }
        let (mut here, mut there) = (Search::from(start), Search::from(goal));
        let met: Vec<NodeIndex> = loop {
            if here.last.is_empty() || there.last.is_empty() {
                return None;
            }
            let (one, other) = if here.effort(self) <= there.effort(self) {
                (&mut here, &there)
            } else {
                (&mut there, &here)
            };
            one.advance(self);
            let met: Vec<NodeIndex> =
                one.last.iter().copied().filter(|node| other.steps.contains_key(node)).collect();
            if !met.is_empty() {
                break met;
            }
        };
        // From where the two met back to the start, so as to know which steps
        // from the start lead there.
        let mut further: BTreeMap<NodeIndex, Vec<NodeIndex>> = BTreeMap::new();
        let mut waiting = met;
        while let Some(node) = waiting.pop() {
            for nearer in here.nearer.get(&node).into_iter().flatten() {
                let steps = further.entry(*nearer).or_default();
                if steps.is_empty() {
                    waiting.push(*nearer);
                }
                steps.push(node);
            }
        }
        let mut path = Path { through: Vec::new(), networks: Vec::new() };
        let mut at = start;
        loop {
            let next = further.get(&at).or_else(|| there.nearer.get(&at))?;
            at = *next.iter().min_by_key(|node| self.graph[**node])?;
            if at == goal {
                return Some(path);
            }
            match self.graph[at] {
                Node::Container(container) => path.through.push(container),
                Node::Network(network) => path.networks.push(network),
            }
        }
    }
}
