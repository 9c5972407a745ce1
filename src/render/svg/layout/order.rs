//! Where everything stands from left to right on one side of the hub.
//!
//! Each bar has a block of its own: its inner columns, and below them its
//! outer columns and the blocks of its children side by side. Blocks do not
//! overlap, so neither do columns. What is left to choose is the order of
//! siblings: those that share cards should be neighbours.

use super::column::{self, Column, Stacking};
use super::kin::Kin;
use super::plan::{Group, Side};
use super::rows::{BLOCK_GAP, COLUMN_GAP, Rows, gather};
use crate::render::svg::scene::Scene;

/// How often the siblings are sorted again, at first sight and with care.
const SWEEPS: (usize, usize) = (1, 8);
/// How many columns all trials of swapping siblings may look at together.
const SWAP_BUDGET: usize = 20_000;

/// How much work an order is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// A first sight, to compare ways to lay out.
    Little,
    /// The one that is drawn.
    Full,
}

/// How one side is to be ordered.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// How cards are gathered in columns.
    pub stacking: Stacking,
    /// Width that there is anyway.
    pub room: i32,
    /// Whether what belongs to one project is kept together.
    pub by_project: bool,
    /// How much work it is worth.
    pub care: Care,
}

/// The columns of one side in their places.
#[derive(Debug)]
pub struct Ordered {
    /// All columns.
    pub columns: Vec<Column>,
    /// Left end and width of each node's bar, if only its text counts: in the
    /// middle of its block.
    pub texts: Vec<(i32, i32)>,
    /// Width of the hub's block.
    pub width: i32,
}

impl Ordered {
    /// Whether what is stacked on the hub alone could use the rest of this room.
    pub fn can_spread(&self, room: i32) -> bool {
        let mut stacks = self.columns.iter().filter(|column| column.home == 0 && column.is_stack());
        stacks.any(|column| column.width <= room - self.width)
    }
}

struct Placer<'a> {
    side: &'a mut Side,
    columns: Vec<Column>,
    rows: Vec<Rows>,
    least: Vec<i32>,
    /// For each column the nodes of its bars.
    nodes_of: Vec<Vec<usize>>,
    /// The projects, if they are to be kept together.
    kin: Option<Kin>,
    /// Middle of each node's block.
    middles: Vec<i32>,
    /// The node of the world outside.
    outside: Option<usize>,
    width: i32,
}

/// Gathers the groups of one side in columns and places them.
pub fn order(scene: &Scene, groups: &[Group], side: &mut Side, wanted: Wanted) -> Ordered {
    let Wanted { stacking, room, by_project, care } = wanted;
    // The bar of the world outside reaches over what hangs on it, wherever;
    // and where bars reach over many blocks, their text finds room somewhere.
    let least_of = |bar: usize| {
        let free = stacking.squeezed || scene.bars[bar].is_outside();
        if free { 0 } else { column::bar_width(&scene.bars[bar]) }
    };
    let least: Vec<i32> = side.nodes.iter().map(|node| node.bar.map_or(0, least_of)).collect();
    let (columns, rows) = gather(scene, groups, side, stacking, &least, room);
    let nodes_of = columns
        .iter()
        .map(|c| c.inner.iter().chain(&c.outer).map(|bar| side.node_of[bar]).collect())
        .collect();
    let middles = vec![0; side.nodes.len()];
    let is_outside = |bar: Option<usize>| bar.is_some_and(|bar| scene.bars[bar].is_outside());
    let outside = side.nodes.iter().position(|node| is_outside(node.bar)).filter(|node| *node > 0);
    let kin = by_project.then(|| Kin::new(scene, side, &columns));
    let mut placer =
        Placer { side, columns, rows, least, nodes_of, kin, middles, outside, width: 0 };
    placer.place();
    placer.improve(care);
    let texts = placer.texts();
    Ordered { columns: placer.columns, texts, width: placer.width }
}

impl Placer<'_> {
    /// Gives every column its place, in the present order.
    fn place(&mut self) {
        let count = self.side.nodes.len();
        let mut widths = vec![0; count];
        let mut outer_widths = vec![0; count];
        // Children come after their parents in the list, so backwards all
        // children are known before their parent.
        for node in (0..count).rev() {
            let row = |columns: &[usize]| {
                let gaps = COLUMN_GAP * i32::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
                columns.iter().map(|at| self.columns[*at].width).sum::<i32>() + gaps
            };
            let children = self.side.nodes[node].children.iter().map(|child| widths[*child]);
            let mut items: Vec<i32> = children.filter(|width| *width > 0).collect();
            let own = row(&self.rows[node].outer);
            if own > 0 {
                items.push(own);
            }
            let gaps = BLOCK_GAP * i32::try_from(items.len().saturating_sub(1)).unwrap_or(0);
            outer_widths[node] = items.iter().sum::<i32>() + gaps;
            let inner = row(&self.rows[node].inner);
            widths[node] = outer_widths[node].max(inner).max(self.least[node]);
        }
        let mut lefts = vec![0; count];
        for node in 0..count {
            let left = lefts[node];
            self.middles[node] = left + widths[node] / 2;
            let inner: Vec<usize> = self.rows[node].inner.clone();
            let inner_width = self.row_width(&inner);
            self.place_row(&inner, left + on_grid((widths[node] - inner_width) / 2));
            let mut x = left + on_grid((widths[node] - outer_widths[node]) / 2);
            let outer: Vec<usize> = self.rows[node].outer.clone();
            if !outer.is_empty() {
                self.place_row(&outer, x);
                x += self.row_width(&outer) + BLOCK_GAP;
            }
            for child in self.side.nodes[node].children.clone() {
                lefts[child] = x;
                if widths[child] > 0 {
                    x += widths[child] + BLOCK_GAP;
                }
            }
        }
        self.width = widths.first().copied().unwrap_or(0);
    }

    fn row_width(&self, columns: &[usize]) -> i32 {
        let gaps = COLUMN_GAP * i32::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
        columns.iter().map(|at| self.columns[*at].width).sum::<i32>() + gaps
    }

    fn place_row(&mut self, columns: &[usize], mut x: i32) {
        for at in columns {
            self.columns[*at].x = x;
            x += self.columns[*at].width + COLUMN_GAP;
        }
    }

    fn texts(&self) -> Vec<(i32, i32)> {
        let left = |(middle, width): (&i32, &i32)| (on_grid(middle - width / 2), *width);
        self.middles.iter().zip(&self.least).map(left).collect()
    }

    /// How long the bars would be: from the first line to the last of each;
    /// and what it costs that projects are torn apart.
    fn cost(&self) -> i64 {
        let mut ends: Vec<Option<(i32, i32)>> = vec![None; self.side.nodes.len()];
        for (column, nodes) in self.columns.iter().zip(&self.nodes_of) {
            let (left, right) = (column.x, column.x + column.width);
            for node in nodes {
                let (from, to) = ends[*node].unwrap_or((left, right));
                ends[*node] = Some((from.min(left), to.max(right)));
            }
        }
        let length: i64 = ends.iter().flatten().map(|(from, to)| i64::from(to - from)).sum();
        let torn = self.kin.iter().flat_map(|kin| {
            let of_row = |(rows, node): (&Rows, &super::plan::Node)| {
                kin.cost(&rows.inner, &[]) + kin.cost(&rows.outer, &node.children)
            };
            self.rows.iter().zip(&self.side.nodes).map(of_row)
        });
        length + torn.sum::<i64>()
    }

    /// Sorts siblings and columns by where the things are that they share.
    fn improve(&mut self, care: Care) {
        if !self.is_tangled() {
            return;
        }
        let sweeps = if care == Care::Full { SWEEPS.1 } else { SWEEPS.0 };
        let mut best = (self.cost(), self.state());
        for _ in 0..sweeps {
            self.sort_by_barycenter();
            self.place();
            let cost = self.cost();
            if cost < best.0 {
                best = (cost, self.state());
            }
        }
        self.restore(best.1);
        if care == Care::Full {
            self.swap_siblings(best.0);
            self.gather_kin();
        }
    }

    /// Moves columns of one project together, from where they are now.
    fn gather_kin(&mut self) {
        let Some(kin) = &self.kin else { return };
        let (cost, state) = (self.cost(), self.state());
        for (rows, node) in self.rows.iter_mut().zip(&self.side.nodes) {
            let at = |column: usize| i64::from(self.columns[column].x);
            kin.gather(&mut rows.inner, None, at);
            kin.gather(&mut rows.outer, node.children.first(), at);
        }
        self.place();
        if self.cost() >= cost {
            self.restore(state);
        }
    }

    /// Whether the order matters at all: some card links more than a bar and
    /// its parent.
    fn is_tangled(&self) -> bool {
        self.nodes_of.iter().any(|nodes| nodes.len() > 2)
            || self.columns.iter().zip(&self.nodes_of).any(|(column, nodes)| {
                let siblings = |node: &usize| self.side.nodes[*node].level == column.band;
                nodes.iter().filter(|node| siblings(node)).count() > 1
            })
    }

    /// Moves each block and column towards the middle of what it is linked to.
    fn sort_by_barycenter(&mut self) {
        let count = self.side.nodes.len();
        // For each node, sum and number of the middles of nodes that cards
        // link its subtree to.
        let mut pull: Vec<(i64, i64)> = vec![(0, 0); count];
        for nodes in &self.nodes_of {
            for node in nodes {
                let others = nodes.iter().filter(|other| *other != node);
                // The world outside reaches everywhere, and pulls nowhere.
                for other in others.filter(|other| Some(**other) != self.outside) {
                    let is_parent = self.side.nodes[*node].parent == *other
                        || self.side.nodes[*other].parent == *node;
                    if !is_parent {
                        pull[*node].0 += i64::from(self.middles[*other]);
                        pull[*node].1 += 1;
                    }
                }
            }
        }
        for (column, nodes) in self.columns.iter().zip(&self.nodes_of) {
            let home = column.home;
            if self.side.nodes[home].bar.is_none() {
                let parent = self.side.nodes[home].parent;
                let pulls = |other: &usize| *other != parent && Some(*other) != self.outside;
                for other in nodes.iter().copied().filter(pulls) {
                    for (a, b) in [(home, other), (other, home)] {
                        pull[a].0 += i64::from(self.middles[b]);
                        pull[a].1 += 1;
                    }
                }
            }
        }
        if let Some(outside) = self.outside {
            pull[outside] = (0, 0);
        }
        for node in (1..count).rev() {
            let parent = self.side.nodes[node].parent;
            if parent != 0 {
                let (sum, number) = pull[node];
                pull[parent].0 += sum;
                pull[parent].1 += number;
            }
        }
        let middles = self.middles.clone();
        let wanted = |node: usize| match pull[node] {
            (_, 0) => i64::from(middles[node]),
            (sum, number) => sum / number,
        };
        for node in 0..count {
            let mut children = std::mem::take(&mut self.side.nodes[node].children);
            match &self.kin {
                Some(kin) => kin.sort_nodes(&mut children, wanted),
                None => children.sort_by_key(|child| (wanted(*child), *child)),
            }
            self.side.nodes[node].children = children;
            let wanted = |column: usize| {
                let others = || self.nodes_of[column].iter().filter(|other| **other != node);
                let number = i64::try_from(others().count()).unwrap_or(0).max(1);
                let sum: i64 = others().map(|other| i64::from(middles[*other])).sum();
                sum / number
            };
            let Rows { mut inner, mut outer } = std::mem::take(&mut self.rows[node]);
            for row in [&mut inner, &mut outer] {
                match &self.kin {
                    Some(kin) => kin.sort_columns(row, wanted),
                    None => row.sort_by_key(|column| (wanted(*column), *column)),
                }
            }
            self.rows[node] = Rows { inner, outer };
        }
    }

    /// Swaps neighbours as long as that makes the bars shorter and the budget lasts.
    fn swap_siblings(&mut self, mut cost: i64) {
        let each = self.columns.len() + self.side.nodes.len() + 1;
        let mut trials = SWAP_BUDGET / each;
        let mut improved = true;
        while improved {
            improved = false;
            for node in 0..self.side.nodes.len() {
                for at in 1..self.side.nodes[node].children.len() {
                    if trials == 0 {
                        self.place();
                        return;
                    }
                    trials -= 1;
                    self.side.nodes[node].children.swap(at - 1, at);
                    self.place();
                    let new = self.cost();
                    if new < cost {
                        cost = new;
                        improved = true;
                    } else {
                        self.side.nodes[node].children.swap(at - 1, at);
                    }
                }
            }
        }
        self.place();
    }

    fn state(&self) -> State {
        let children = self.side.nodes.iter().map(|node| node.children.clone()).collect();
        let rows = self.rows.iter().map(|rows| (rows.inner.clone(), rows.outer.clone())).collect();
        State { children, rows }
    }

    fn restore(&mut self, state: State) {
        for (node, children) in self.side.nodes.iter_mut().zip(state.children) {
            node.children = children;
        }
        for (rows, (inner, outer)) in self.rows.iter_mut().zip(state.rows) {
            *rows = Rows { inner, outer };
        }
        self.place();
    }
}

/// An order of everything, to come back to.
struct State {
    children: Vec<Vec<usize>>,
    rows: Vec<(Vec<usize>, Vec<usize>)>,
}

fn on_grid(pixels: i32) -> i32 {
    pixels.div_euclid(column::GRID) * column::GRID
}
