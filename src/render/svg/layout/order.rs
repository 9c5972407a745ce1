//! Where everything stands from left to right on one side of the hub.
//!
//! Each bar has a block of its own: its inner columns, and below them its
//! outer columns and the blocks of its children side by side. Blocks do not
//! overlap, so neither do columns. What is left to choose is the order of
//! siblings: those that share cards should be neighbours.

use super::column::{self, Column, Stacking};
use super::plan::{Group, Side};
use crate::render::svg::scene::Scene;

/// Room between columns of one block.
const COLUMN_GAP: i32 = 24;
/// Room between blocks: enough for two frames.
const BLOCK_GAP: i32 = 40;
/// How often the siblings are sorted anew, at first sight and with care.
const SWEEPS: (usize, usize) = (2, 8);
/// How many columns all trials of swapping siblings may look at together.
const SWAP_BUDGET: usize = 40_000;

/// How much work an order is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// A first sight, to compare ways to lay out.
    Little,
    /// The one that is drawn.
    Full,
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

/// The columns of one node.
#[derive(Debug, Default)]
struct Rows {
    inner: Vec<usize>,
    outer: Vec<usize>,
}

struct Placer<'a> {
    side: &'a mut Side,
    columns: Vec<Column>,
    rows: Vec<Rows>,
    least: Vec<i32>,
    /// For each column the nodes of its bars.
    nodes_of: Vec<Vec<usize>>,
    /// Middle of each node's block.
    middles: Vec<i32>,
    width: i32,
}

/// Gathers the groups of one side in columns and places them.
pub fn order(
    scene: &Scene,
    groups: &[Group],
    side: &mut Side,
    stacking: Stacking,
    care: Care,
) -> Ordered {
    // The bar of the world outside reaches over what hangs on it, wherever.
    let least_of = |bar: usize| {
        if scene.bars[bar].is_outside() { 0 } else { column::bar_width(&scene.bars[bar]) }
    };
    let least: Vec<i32> = side.nodes.iter().map(|node| node.bar.map_or(0, least_of)).collect();
    let (columns, rows) = gather(scene, groups, side, stacking, &least);
    let nodes_of = columns
        .iter()
        .map(|c| c.inner.iter().chain(&c.outer).map(|bar| side.node_of[bar]).collect())
        .collect();
    let middles = vec![0; side.nodes.len()];
    let mut placer = Placer { side, columns, rows, least, nodes_of, middles, width: 0 };
    placer.place();
    placer.improve(care);
    let texts = placer.texts();
    Ordered { columns: placer.columns, texts, width: placer.width }
}

/// Gathers cards in columns, at most so many to a column; fewer where the
/// block is wide enough for more columns anyway.
fn gather(
    scene: &Scene,
    groups: &[Group],
    side: &Side,
    stacking: Stacking,
    least: &[i32],
) -> (Vec<Column>, Vec<Rows>) {
    let count = side.nodes.len();
    let mut widths = vec![0; count];
    let mut columns = Vec::new();
    let mut rows: Vec<Rows> = (0..count).map(|_| Rows::default()).collect();
    for node in (0..count).rev() {
        let build = |is_inner: bool, most: usize| {
            let of_row = if is_inner { &side.nodes[node].inner } else { &side.nodes[node].outer };
            let stacking = Stacking { rows: most, ..stacking };
            column::columns(scene, groups, of_row, side, node, is_inner, stacking)
        };
        let children = side.nodes[node].children.iter().map(|child| widths[*child]);
        let beside: i32 = children.filter(|w| *w > 0).map(|width| width + BLOCK_GAP).sum();
        let mut inner = build(true, stacking.rows);
        let mut outer = build(false, stacking.rows);
        let outer_width = |row: &[Column]| {
            if row.is_empty() { beside - BLOCK_GAP } else { row_width(row) + beside }
        };
        let width = least[node].max(row_width(&inner)).max(outer_width(&outer));
        if node > 0 {
            let narrower = |is_inner: bool, row: &[Column]| {
                let fits = |row: &[Column]| {
                    width >= if is_inner { row_width(row) } else { outer_width(row) }
                };
                let highest = row.iter().map(|column| column.cards.len()).max().unwrap_or(0);
                let room = width - if is_inner { row_width(row) } else { outer_width(row) };
                // No room for one column more, no need to try.
                let narrowest = row.iter().map(|column| column.width).min().unwrap_or(0);
                if highest < 2 || room < narrowest {
                    return None;
                }
                (1..highest).map(|most| build(is_inner, most)).find(|row| fits(row))
            };
            inner = narrower(true, &inner).unwrap_or(inner);
            outer = narrower(false, &outer).unwrap_or(outer);
        }
        widths[node] = width.max(0);
        for (is_inner, row) in [(true, inner), (false, outer)] {
            let numbers = columns.len()..columns.len() + row.len();
            columns.extend(row);
            if is_inner { &mut rows[node].inner } else { &mut rows[node].outer }.extend(numbers);
        }
    }
    (columns, rows)
}

fn row_width(row: &[Column]) -> i32 {
    let gaps = COLUMN_GAP * i32::try_from(row.len().saturating_sub(1)).unwrap_or(0);
    row.iter().map(|column| column.width).sum::<i32>() + gaps
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

    /// How long the bars would be: from the first line to the last of each.
    fn cost(&self) -> i64 {
        let mut ends: Vec<Option<(i32, i32)>> = vec![None; self.side.nodes.len()];
        for (column, nodes) in self.columns.iter().zip(&self.nodes_of) {
            let (left, right) = (column.x, column.x + column.width);
            for node in nodes {
                let (from, to) = ends[*node].unwrap_or((left, right));
                ends[*node] = Some((from.min(left), to.max(right)));
            }
        }
        ends.iter().flatten().map(|(from, to)| i64::from(to - from)).sum()
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
                for other in nodes.iter().filter(|other| *other != node) {
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
            if self.side.nodes[column.home].bar.is_none() {
                let parent = self.side.nodes[column.home].parent;
                for other in nodes.iter().filter(|other| **other != parent) {
                    pull[column.home].0 += i64::from(self.middles[*other]);
                    pull[column.home].1 += 1;
                }
            }
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
            children.sort_by_key(|child| (wanted(*child), *child));
            self.side.nodes[node].children = children;
            for is_inner in [true, false] {
                let row =
                    if is_inner { &mut self.rows[node].inner } else { &mut self.rows[node].outer };
                let mut row = std::mem::take(row);
                row.sort_by_key(|column| {
                    let others = || self.nodes_of[*column].iter().filter(|other| **other != node);
                    let number = i64::try_from(others().count()).unwrap_or(0).max(1);
                    let sum: i64 = others().map(|other| i64::from(middles[*other])).sum();
                    (sum / number, *column)
                });
                *(if is_inner { &mut self.rows[node].inner } else { &mut self.rows[node].outer }) =
                    row;
            }
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
