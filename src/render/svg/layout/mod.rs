//! Finds a place for everything: height is distance from the internet.
//!
//! ```text
//! plan → tree (what lies behind what) → level (each branch as a block) → pack → place
//! ```
//!
//! [`levels`] keeps the ranks of what stands side by side in line; [`budget`] says how
//! wide each branch may be, [`mod@stack`] what of it stands over one another where it may not be
//! that wide, [`rows`] what stands in which row, [`tracks`] which bar lies where in a band.
//!
//! A branch is what is cut off by taking away all that is nearer to the
//! internet than itself. It is laid out from its own corner: its upper cards
//! in a row, its bars in a [`band`], and what hangs on them in rows below, as
//! [`block`]s of one column or one branch. Whatever meets a bar does so from
//! above or from below, at an x of its own, so that nothing has to pass a
//! card; where a line passes a foreign bar, the bar is cut. Nothing here
//! searches for room: overlaps cannot arise. [`arrows`] come last and find
//! their way around all of it.

mod arrows;
mod band;
mod block;
mod budget;
mod builder;
mod grid;
mod level;
mod levels;
mod measures;
mod order;
mod pack;
mod place;
mod plan;
mod route;
mod rows;
mod search;
mod stack;
mod tracks;
mod tree;
mod units;

pub use arrows::{Wanted as WantedArrow, draw_arrows};
pub use measures::BAR;
pub use plan::{BarBox, CardBox, Plan, TapBox};

use std::collections::HashMap;

use super::geometry::Placed;
use builder::Builder;
use measures::{GRID, Measures};
use tree::Tree;

/// A lane for arrows between columns for so many of them, and at most so many lanes:
/// a page is no wider.
const ARROWS_PER_LANE: usize = 10;
const MOST_LANES: usize = 6;

/// Lays the plan out, at most `width` pixels wide if that can be.
pub fn lay_out(plan: &Plan, width: i32) -> Placed {
    let mut tree = Tree::new(plan);
    let mut measures = if plan.is_dense { Measures::DENSE } else { Measures::ROOMY };
    if plan.arrows > 0 {
        // For arrows, and for the labels of those between two cards.
        let lanes = (plan.arrows / ARROWS_PER_LANE).clamp(1, MOST_LANES);
        measures.gap += GRID * i32::try_from(lanes).unwrap_or(1);
        measures.drop += GRID;
    }
    stack::stack(plan, &mut tree, measures, width);
    let framed = framed(plan, &tree);
    let budgets = budget::budgets(plan, &tree, &framed, measures, width);
    let (tree, blocks) = (&tree, Vec::new());
    let ends = plan.labelled.keys().flat_map(|(one, other)| [*one, *other]).collect();
    let mut builder = Builder { plan, tree, measures, framed, budgets, ends, blocks };
    for _ in 0..tree.branches.len() {
        builder.next();
    }
    let mut placed = pack::pack(&builder, width);
    placed.crowded = builder.crowded();
    placed
}

/// What stands in a frame, which says its project.
#[derive(Debug)]
pub struct InFrames {
    /// For each card.
    pub cards: Vec<bool>,
    /// For each bar.
    pub bars: Vec<bool>,
}

/// What will stand in a frame; sizes do not matter for it.
pub fn in_frames(plan: &Plan) -> InFrames {
    let mut tree = Tree::new(plan);
    // Whatever the width is: what is stacked stands in no frame.
    stack::stack(plan, &mut tree, Measures::DENSE, i32::MAX / 2);
    let framed = framed(plan, &tree);
    let mut inside =
        InFrames { cards: vec![false; plan.cards.len()], bars: vec![false; plan.bars.len()] };
    if !tells_projects_apart(plan) {
        return inside;
    }
    for (branch, framed) in tree.branches.iter().zip(framed) {
        let mut of_project: HashMap<Option<usize>, usize> = HashMap::new();
        for card in &branch.uppers {
            *of_project.entry(plan.cards[*card].project).or_default() += 1;
        }
        for card in &branch.uppers {
            let project = plan.cards[*card].project;
            inside.cards[*card] =
                project.is_some() && !branch.is_stack && (framed || of_project[&project] > 1);
        }
        for bar in &branch.bars {
            inside.bars[*bar] = framed && plan.bars[*bar].project == branch.project;
        }
    }
    inside
}

/// Whether there is more than one project, what has none counted as one.
fn tells_projects_apart(plan: &Plan) -> bool {
    plan.titles.len() > 1
        || (plan.titles.len() == 1 && plan.cards.iter().any(|card| card.project.is_none()))
}

/// For each branch whether it stands in its project's frame.
fn framed(plan: &Plan, tree: &Tree) -> Vec<bool> {
    let mut framed = vec![false; tree.branches.len()];
    if !tells_projects_apart(plan) {
        return framed;
    }
    mark(tree, &mut framed, &tree.roots, false);
    // The world itself is nobody's.
    for root in &tree.roots {
        let is_world = tree.branches[*root].bars.iter().any(|bar| plan.is_world(*bar));
        framed[*root] &= !is_world;
    }
    // Those behind others come before them.
    for at in (0..tree.branches.len()).rev() {
        let inside = framed[at];
        if tree.branches[at].is_stack {
            continue;
        }
        mark(tree, &mut framed, &tree.branches[at].children, inside);
    }
    framed
}

/// Marks what stands side by side and is of one project, two cards at least;
/// `inside` where all of it stands in a frame already.
fn mark(tree: &Tree, framed: &mut [bool], side_by_side: &[usize], inside: bool) {
    let mut cards: HashMap<Option<usize>, usize> = HashMap::new();
    for branch in side_by_side {
        *cards.entry(tree.branches[*branch].project).or_default() += tree.branches[*branch].cards;
    }
    for branch in side_by_side {
        let project = tree.branches[*branch].project;
        framed[*branch] = inside || (project.is_some() && cards[&project] > 1);
    }
}
