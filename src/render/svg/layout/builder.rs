//! What lays out branch after branch, and what comes of each.

use std::collections::BTreeSet;

use super::band::Band;
use super::block::{Unit, on_grid};
use super::levels::Levels;
use super::measures::Measures;
use super::plan::Plan;
use super::tree::Tree;

/// Heights of columns that are tried.
pub const STACKS: [usize; 11] = [1, 2, 3, 4, 5, 6, 8, 12, 20, 36, 72];

/// A row of units under a band.
#[derive(Debug)]
pub struct Row {
    /// The bars above it.
    pub band: Band,
    /// Upper edge of the band.
    pub band_y: i32,
    /// Upper edge of the units.
    pub y: i32,
    /// The units, with their left edges.
    pub units: Vec<(Unit, i32)>,
    /// Their ranks, kept in line with one another.
    pub levels: Levels,
}

/// A branch laid out, from its own upper left corner.
#[derive(Debug, Default)]
pub struct Block {
    /// Its upper units, with their left edges.
    pub uppers: Vec<(Unit, i32)>,
    /// Rows below the uppers.
    pub rows: Vec<Row>,
    /// The x of each spine, with its bar.
    pub spines: Vec<(usize, i32)>,
    /// Width and height.
    pub size: (i32, i32),
    /// Its ranks.
    pub levels: Levels,
    /// Where it meets the bars above it.
    pub ups: Vec<(usize, i32)>,
    /// Its cards with an arrow that has a label.
    pub ends: Vec<usize>,
    /// The zone around bars without a way out and what hangs on them: its
    /// upper edge.
    pub zone: Option<i32>,
}

/// Lays out branch after branch.
pub struct Builder<'a> {
    /// What is to be laid out.
    pub plan: &'a Plan,
    /// What lies behind what.
    pub tree: &'a Tree,
    /// How much room there is.
    pub measures: Measures,
    /// For each branch, whether a frame is drawn around it and others.
    pub framed: Vec<bool>,
    /// How wide each branch may be.
    pub budgets: Vec<i32>,
    /// The cards with an arrow that has a label.
    pub ends: BTreeSet<usize>,
    /// What is laid out already.
    pub blocks: Vec<Block>,
}

impl Builder<'_> {
    /// The first bar of each branch in which what is far from the internet stands above
    /// what is nearer: it has several rows that are deep.
    pub fn crowded(&self) -> Vec<usize> {
        let is_crowded =
            |block: &Block| block.rows.iter().filter(|row| row.levels.is_deep()).count() > 1;
        let branches = self.tree.branches.iter().zip(&self.blocks);
        let crowded = branches.filter(|(_, block)| is_crowded(block));
        crowded.filter_map(|(branch, _)| branch.bars.first().copied()).collect()
    }

    /// Width of units side by side.
    pub fn width(&self, units: &[Unit]) -> i32 {
        let gaps = units.windows(2).map(|pair| self.gap(&pair[0].ends, &pair[1].ends));
        units.iter().map(|unit| unit.size.0).sum::<i32>() + gaps.sum::<i32>()
    }

    /// Room between things that stand side by side and have these cards at ends of arrows
    /// with labels: more where such an arrow goes from one to the other.
    pub fn gap(&self, one: &[usize], other: &[usize]) -> i32 {
        let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (*a.min(b), *a.max(b))));
        let labels = pairs.filter_map(|pair| self.plan.labelled.get(&pair));
        let needed = labels.max().map_or(0, |room| on_grid(*room));
        self.measures.gap.max(needed)
    }
}
