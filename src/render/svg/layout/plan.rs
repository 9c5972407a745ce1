//! Which bar goes where, as a tree: the hub in the middle, and away from it on
//! either side the bars that are one, two, three cards away.
//!
//! In a breadth-first order from the hub, the bars that one card joins differ
//! by one level at most. So every card can stand between two neighbouring
//! levels, and no line ever has to pass a card.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use foldhash::HashMap;

use super::component::{ByBar, Component};
use crate::render::svg::scene::Scene;
use crate::render::svg::sets::Sets;

/// Cards with the same bars and project.
#[derive(Debug)]
pub struct Group {
    /// Numbers of the bars, ascending.
    pub bars: Vec<usize>,
    /// Numbers of the cards, in display order.
    pub cards: Vec<usize>,
}

/// A bar in the tree of one side. Node 0 is the hub.
#[derive(Debug)]
pub struct Node {
    /// Number of the bar. A node without one keeps its part of the width free
    /// at all levels, for lines that run past them to the world outside.
    pub bar: Option<usize>,
    /// How many cards away from the hub.
    pub level: usize,
    /// Node of the bar one level nearer to the hub with which it shares most.
    pub parent: usize,
    /// Nodes of which this is the parent, in order.
    pub children: Vec<usize>,
    /// Groups between this bar and those one level nearer to the hub.
    pub inner: Vec<usize>,
    /// Groups beyond this bar that hang on bars of its level alone.
    pub outer: Vec<usize>,
}

/// One side of the hub.
#[derive(Debug)]
pub struct Side {
    /// Whether it is above the hub.
    pub is_up: bool,
    /// Its bars, level by level.
    pub nodes: Vec<Node>,
    /// The node of each bar.
    pub node_of: ByBar<usize>,
    /// The level of each bar of the scene; 0 for those elsewhere.
    pub levels: Vec<usize>,
}

/// How the two sides of the hub are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// As much above as below; the world outside is always above.
    Both,
    /// Everything below.
    Below,
}

/// Groups the cards of a component.
pub fn groups(scene: &Scene, component: &Component) -> Vec<Group> {
    let mut by_bars: BTreeMap<(Vec<usize>, Option<&str>), Vec<usize>> = BTreeMap::new();
    for card in &component.cards {
        let mut bars: Vec<usize> = scene.cards[*card].strips.iter().map(|s| s.bar).collect();
        bars.sort_unstable();
        let project = scene.cards[*card].project.as_deref();
        by_bars.entry((bars, project)).or_default().push(*card);
    }
    by_bars.into_iter().map(|((bars, _), cards)| Group { bars, cards }).collect()
}

/// Deals the branches out to rows of about the same length, in order; the one
/// that faces the world outside goes first.
fn in_rows(branches: &[Branch], rows: usize) -> Vec<Vec<&Branch>> {
    let mut branches: Vec<&Branch> = branches.iter().collect();
    branches.sort_by_key(|branch| (!branch.faces_out, branch.first));
    let all: usize = branches.iter().map(|branch| branch.length()).sum();
    let mut dealt: Vec<Vec<&Branch>> = (0..rows).map(|_| Vec::new()).collect();
    let mut before = 0;
    for branch in branches {
        let middle = before + branch.length() / 2;
        before += branch.length();
        let row = (middle * rows / all.max(1)).min(rows - 1);
        dealt[row].push(branch);
    }
    dealt.retain(|row| !row.is_empty());
    if dealt.is_empty() {
        dealt.push(Vec::new());
    }
    dealt
}

/// What of a component is the same however it is laid out.
pub struct Skeleton<'a> {
    /// What is to be laid out.
    pub component: &'a Component,
    /// All its groups.
    pub groups: Vec<Group>,
    hub: usize,
    /// The bar of the world outside, where it is not the hub itself. It lies
    /// above everything, and joins no branches: each row has a piece of it.
    outside: Option<usize>,
    branches: Vec<Branch>,
}

impl<'a> Skeleton<'a> {
    /// Of a component.
    pub fn new(scene: &Scene, component: &'a Component) -> Self {
        let groups = groups(scene, component);
        let hub = hub(component, &groups);
        let outside = component.bars.iter().copied().find(|bar| scene.bars[*bar].is_outside());
        let outside = outside.filter(|bar| *bar != hub);
        let mut skeleton = Self { component, groups, hub, outside, branches: Vec::new() };
        skeleton.branches = skeleton.grown();
        skeleton
    }

    /// The component's bars arranged around the hub, whose bar goes on in
    /// `rows` rows: for each of them what is below it, and what is above it.
    pub fn rows(&self, sides: Sides, rows: usize) -> Vec<[Side; 2]> {
        let rows = in_rows(&self.branches, rows).into_iter();
        rows.map(|branches| self.two_sides(branches, sides)).collect()
    }

    fn two_sides(&self, mut branches: Vec<&Branch>, sides: Sides) -> [Side; 2] {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let (mut length_above, mut length_below) = (0, 0);
        // The longest first, so that the shorter ones can even out the rest.
        branches.sort_by_key(|branch| (Reverse(branch.length()), branch.first));
        for branch in branches {
            let up = branch.faces_out || (sides == Sides::Both && length_above < length_below);
            let (side, length) =
                if up { (&mut above, &mut length_above) } else { (&mut below, &mut length_below) };
            *length += branch.length();
            side.push(branch);
        }
        for side in [&mut above, &mut below] {
            side.sort_by_key(|branch: &&Branch| branch.first);
        }
        [self.side(&below, false), self.side(&above, true)]
    }
}

/// The bar that joins most: the one with most cards that hang on others, too.
fn hub(component: &Component, groups: &[Group]) -> usize {
    let mut joined: BTreeMap<usize, (usize, usize)> =
        component.bars.iter().map(|bar| (*bar, (0, 0))).collect();
    for group in groups {
        for bar in &group.bars {
            let Some((shared, all)) = joined.get_mut(bar) else { continue };
            *all += group.cards.len();
            if group.bars.len() > 1 {
                *shared += group.cards.len();
            }
        }
    }
    let best = joined.into_iter().max_by_key(|(bar, weight)| (*weight, std::cmp::Reverse(*bar)));
    best.map_or(0, |(bar, _)| bar)
}

/// What hangs together without the hub and without the world outside.
#[derive(Debug)]
struct Branch {
    bars: Vec<usize>,
    groups: Vec<usize>,
    /// Number of cards.
    weight: usize,
    /// Its first bar, for its place in the order.
    first: usize,
    /// Whether something in it hangs on the world outside.
    faces_out: bool,
}

impl Branch {
    fn new(first: usize) -> Self {
        Self { bars: Vec::new(), groups: Vec::new(), weight: 0, first, faces_out: false }
    }

    /// About how long it makes the hub's bar, in cards.
    fn length(&self) -> usize {
        self.weight + self.bars.len()
    }
}

impl Skeleton<'_> {
    fn grown(&self) -> Vec<Branch> {
        let component = self.component;
        // Numbers of the bars within the component, for a plain union-find.
        let place: BTreeMap<usize, usize> =
            component.bars.iter().enumerate().map(|(at, bar)| (*bar, at)).collect();
        let is_own = |bar: &&usize| **bar != self.hub && Some(**bar) != self.outside;
        let mut sets = Sets::new(component.bars.len());
        for group in &self.groups {
            let mut others = group.bars.iter().filter(is_own).map(|bar| place[bar]);
            if let Some(first) = others.next() {
                others.for_each(|other| sets.join(first, other));
            }
        }
        let mut found: BTreeMap<usize, Branch> = BTreeMap::new();
        for (at, bar) in component.bars.iter().enumerate().filter(|(_, bar)| is_own(bar)) {
            found.entry(sets.root(at)).or_insert_with(|| Branch::new(*bar)).bars.push(*bar);
        }
        // What hangs on the hub alone is a branch without bars, put first; so
        // is what hangs on the world outside.
        const ON_HUB: usize = usize::MAX;
        const ON_OUTSIDE: usize = usize::MAX - 1;
        for (number, group) in self.groups.iter().enumerate() {
            let faces_out = self.outside.is_some_and(|outside| group.bars.contains(&outside));
            let bare = if faces_out { ON_OUTSIDE } else { ON_HUB };
            let root = group.bars.iter().find(is_own).map_or(bare, |bar| sets.root(place[bar]));
            let branch = found.entry(root).or_insert_with(|| Branch::new(0));
            branch.groups.push(number);
            branch.weight += group.cards.len();
            branch.faces_out |= faces_out;
        }
        found.into_values().collect()
    }
}

/// The tree of one side while it grows.
struct Growth<'a> {
    groups: &'a [Group],
    /// The groups of this side.
    here: Vec<usize>,
    /// The groups that hang on each bar.
    of_bar: ByBar<Vec<usize>>,
    nodes: Vec<Node>,
    node_of: ByBar<usize>,
}

impl Skeleton<'_> {
    /// Builds the tree of one side. The world outside comes last, beyond all
    /// bars that are reached without it.
    fn side(&self, branches: &[&Branch], is_up: bool) -> Side {
        let here: Vec<usize> = branches.iter().flat_map(|branch| &branch.groups).copied().collect();
        let mut of_bar: ByBar<Vec<usize>> = ByBar::default();
        for group in &here {
            for bar in &self.groups[*group].bars {
                of_bar.entry(*bar).or_default().push(*group);
            }
        }
        let outside = self.outside.filter(|bar| of_bar.contains_key(bar));
        let nodes = vec![Node::new(Some(self.hub), 0, 0)];
        let node_of = ByBar::from_iter([(self.hub, 0)]);
        let mut growth = Growth { groups: &self.groups, here, of_bar, nodes, node_of };
        growth.grow(0, outside);
        if let Some(outside) = outside {
            let deepest = growth.nodes.iter().map(|node| node.level).max().unwrap_or(0);
            let node = growth.add(outside, deepest + 1, 0);
            growth.grow(node, None);
        }
        choose_parents(&self.groups, &growth.here, &growth.node_of, &mut growth.nodes);
        growth.settle_groups(outside);
        // Siblings of one branch stand together: branches share nothing.
        let branch_of: ByBar<usize> = branches
            .iter()
            .enumerate()
            .flat_map(|(at, branch)| branch.bars.iter().map(move |bar| (*bar, at)))
            .collect();
        let mut nodes = growth.nodes;
        for at in 1..nodes.len() {
            let parent = nodes[at].parent;
            nodes[parent].children.push(at);
        }
        let keys: Vec<_> = nodes
            .iter()
            .map(|node| {
                // What keeps its width free stands beside a bar that it shares.
                let of_group = || {
                    let bars = node.inner.first().map(|group| &self.groups[*group].bars);
                    bars?.iter().copied().find(|bar| branch_of.contains_key(bar))
                };
                let bar = node.bar.or_else(of_group);
                (bar.and_then(|bar| branch_of.get(&bar).copied()), bar)
            })
            .collect();
        for node in &mut nodes {
            node.children.sort_by_key(|child| (keys[*child], *child));
        }
        let last = growth.node_of.keys().max().copied().unwrap_or(0);
        let mut levels = vec![0; last + 1];
        for (bar, node) in &growth.node_of {
            levels[*bar] = nodes[*node].level;
        }
        Side { is_up, nodes, node_of: growth.node_of, levels }
    }
}

impl Node {
    fn new(bar: Option<usize>, level: usize, parent: usize) -> Self {
        let (children, inner, outer) = (Vec::new(), Vec::new(), Vec::new());
        Self { bar, level, parent, children, inner, outer }
    }
}

impl Growth<'_> {
    fn add(&mut self, bar: usize, level: usize, parent: usize) -> usize {
        let node = self.nodes.len();
        self.node_of.insert(bar, node);
        self.nodes.push(Node::new(Some(bar), level, parent));
        node
    }

    /// Adds all bars that are reached from a node, nearest first, but not `except`.
    fn grow(&mut self, from: usize, except: Option<usize>) {
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            let level = self.nodes[node].level;
            let Some(bar) = self.nodes[node].bar else { continue };
            for group in self.of_bar.remove(&bar).unwrap_or_default() {
                for other in &self.groups[group].bars {
                    if Some(*other) != except && !self.node_of.contains_key(other) {
                        let child = self.add(*other, level + 1, node);
                        queue.push_back(child);
                    }
                }
            }
        }
    }

    /// Finds each group its home.
    fn settle_groups(&mut self, outside: Option<usize>) {
        let outside = outside.and_then(|bar| self.node_of.get(&bar).copied());
        for group in self.here.clone() {
            let mut of_group: Vec<usize> =
                self.groups[group].bars.iter().map(|bar| self.node_of[bar]).collect();
            of_group.sort_unstable();
            let leads_out = outside.is_some_and(|outside| of_group.contains(&outside));
            let beyond = outside.map_or(0, |node| self.nodes[node].level);
            let nearest = of_group.iter().map(|node| self.nodes[*node].level).min().unwrap_or(0);
            if leads_out && nearest < beyond {
                of_group.retain(|node| Some(*node) != outside);
            }
            let far: Vec<usize> =
                of_group.iter().copied().filter(|n| self.nodes[*n].level > nearest).collect();
            if leads_out && nearest + 1 < beyond {
                let parent = match far.get(far.len() / 2) {
                    Some(far) => self.nodes[*far].parent,
                    None => of_group[of_group.len() / 2],
                };
                let mut free = Node::new(None, nearest + 1, parent);
                free.inner.push(group);
                self.nodes.push(free);
            } else if far.is_empty() {
                self.nodes[of_group[of_group.len() / 2]].outer.push(group);
            } else {
                self.nodes[far[far.len() / 2]].inner.push(group);
            }
        }
    }
}

/// Gives each bar the parent with which it shares most cards.
fn choose_parents(groups: &[Group], here: &[usize], node_of: &ByBar<usize>, nodes: &mut [Node]) {
    let mut shared: HashMap<(usize, usize), usize> = HashMap::default();
    for group in here {
        let group = &groups[*group];
        let of_group: Vec<usize> = group.bars.iter().map(|bar| node_of[bar]).collect();
        for child in &of_group {
            for parent in &of_group {
                if nodes[*child].level == nodes[*parent].level + 1 {
                    *shared.entry((*child, *parent)).or_default() += group.cards.len();
                }
            }
        }
    }
    let mut best: ByBar<(usize, Reverse<usize>)> = ByBar::default();
    for ((child, parent), weight) in shared {
        let claim = (weight, Reverse(parent));
        let best = best.entry(child).or_insert(claim);
        *best = claim.max(*best);
    }
    for (child, (_, Reverse(parent))) in best {
        nodes[child].parent = parent;
    }
}
