//! Branches that hang on the same bars and do not fit side by side: several over one
//! another, rank by rank. What each begins with stands in one column, its bars below
//! that, and what hangs on these in another column, so that height stays distance from
//! the internet where rows of whole branches would begin with it again and again.

use super::measures::{GRID, Measures};
use super::plan::Plan;
use super::tree::{Branch, Tree};
use crate::order::OrderBy;

/// How many branches stand over one another at most: of more nobody finds the line.
const MOST: usize = 10;

/// Stacks what does not fit side by side below the bars that the plan names.
pub fn stack(plan: &Plan, tree: &mut Tree, measures: Measures, width: i32) {
    if plan.stacked.is_empty() {
        return;
    }
    let mut room = vec![width; tree.branches.len()];
    for at in (0..tree.branches.len()).rev() {
        let own = room[at] - 2 * GRID;
        let is_wanted =
            tree.branches[at].bars.first().is_some_and(|bar| plan.stacked.contains(bar));
        if is_wanted || tree.branches[at].is_stack {
            // Beside a spine: what hangs on the bar goes on in rows.
            stack_below(plan, tree, at, measures, own - 2 * GRID);
        }
        tree.branches[at].children.iter().for_each(|child| room[*child] = own);
    }
}

/// Puts the deep ones of a branch's children together.
fn stack_below(plan: &Plan, tree: &mut Tree, at: usize, measures: Measures, room: i32) {
    let (leaves, mut deep): (Vec<usize>, Vec<usize>) =
        tree.branches[at].children.iter().partition(|child| tree.branches[**child].is_leaf());
    if deep.len() < 2 {
        let is_stack = tree.branches[at].is_stack;
        deep.into_iter().for_each(|child| tree.branches[child].is_stack = is_stack);
        return;
    }
    deep.order_by_key(|child| tree.branches[*child].uppers.first().copied());
    let columns = match tree.branches[at].is_stack {
        true => Some(1),
        false => (1..=deep.len()).rev().find(|columns| {
            let widths = dealt(&deep, *columns).map(|part| width(plan, tree, part) + measures.gap);
            deep.len().div_ceil(*columns) <= MOST && widths.sum::<i32>() - measures.gap <= room
        }),
    };
    let Some(columns) = columns else { return };
    let mut children = leaves;
    for part in dealt(&deep, columns) {
        let mut joined = Branch { is_stack: true, ..Branch::default() };
        for child in part {
            let of = std::mem::take(&mut tree.branches[*child]);
            joined.uppers.extend(of.uppers);
            joined.bars.extend(of.bars);
            joined.children.extend(of.children);
            joined.cards += of.cards;
        }
        // Those behind others come before them.
        let last = part.iter().max().copied().unwrap_or_default();
        tree.branches[last] = joined;
        children.push(last);
    }
    tree.branches[at].children = children;
}

/// Deals branches out to so many columns, in order.
fn dealt(all: &[usize], columns: usize) -> impl Iterator<Item = &[usize]> {
    let (each, more) = (all.len() / columns, all.len() % columns);
    let mut rest = all;
    (0..columns).map(move |column| {
        let (part, others) = rest.split_at(each + usize::from(column < more));
        rest = others;
        part
    })
}

/// How wide branches over one another are, about.
pub fn width(plan: &Plan, tree: &Tree, part: &[usize]) -> i32 {
    let branches = || part.iter().map(|at| &tree.branches[*at]);
    let bars: usize = branches().map(|branch| branch.bars.len()).sum();
    let cards = branches().flat_map(|branch| {
        let leaves = branch.children.iter().flat_map(|child| &tree.branches[*child].uppers);
        branch.uppers.iter().chain(leaves)
    });
    let widest = cards.map(|card| plan.cards[*card].full_size.0).max().unwrap_or(0);
    let named = branches().flat_map(|branch| &branch.bars).map(|bar| plan.bars[*bar].width);
    let trunks = GRID * i32::try_from(bars).unwrap_or(0);
    // A bar reaches beyond where it is met.
    trunks + (widest + 5 * GRID).max(named.max().unwrap_or(0) + 2 * GRID)
}
