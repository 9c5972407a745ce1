//! How wide each branch may be, so that what stands side by side can do so.

use std::collections::BTreeMap;

use super::block::on_grid;
use super::measures::{GRID, Measures};
use super::plan::Plan;
use super::stack;
use super::tree::Tree;

/// How many cards over one another are still looked at without effort.
const STACK: usize = 6;

/// How wide a branch is about: at least, and where nothing is stacked.
#[derive(Debug, Clone, Copy, Default)]
struct Needs {
    least: i32,
    most: i32,
}

/// How wide each branch may be: what is in frames a little less; what stands beside
/// a few single cards, as much as these leave; and where several branches only fit
/// side by side when each is narrow, its share.
pub fn budgets(
    plan: &Plan,
    tree: &Tree,
    framed: &[bool],
    measures: Measures,
    width: i32,
) -> Vec<i32> {
    const LEAST: i32 = 320;
    let needs = needs(plan, tree, framed, measures);
    let mut budgets = vec![width; tree.branches.len()];
    for at in (0..tree.branches.len()).rev() {
        let children = &tree.branches[at].children;
        let (leaves, deep): (Vec<usize>, Vec<usize>) =
            children.iter().partition(|child| tree.branches[**child].is_leaf());
        let cards = leaves.iter().map(|leaf| tree.branches[*leaf].uppers[0]);
        let beside: i32 = cards
            .map(|card| plan.cards[card].size.0.saturating_add(measures.gap))
            .fold(0, i32::saturating_add);
        let beside = if beside > budgets[at] / 3 { 0 } else { beside };
        let frame = |child: usize| match framed[child] && !framed[at] {
            true => 2 * measures.frame,
            false => 0,
        };
        let left = budgets[at] - 2 * GRID;
        for child in children {
            budgets[*child] = (left - frame(*child) - beside).max(LEAST.min(width));
        }
        // In a row: what is left after everybody has the least is dealt out by what
        // each could use.
        let gaps = i32::try_from(deep.len()).unwrap_or(0).saturating_sub(1) * measures.gap;
        let frames: i32 = deep.iter().map(|child| frame(*child)).sum();
        let of_all = |need: fn(&Needs) -> i32| -> i64 {
            deep.iter().map(|child| i64::from(need(&needs[*child]))).sum()
        };
        let room = i64::from(left - gaps - frames);
        let (least, most) = (of_all(|needs| needs.least), of_all(|needs| needs.most));
        if deep.len() > 1 && least <= room && room < most {
            for child in deep {
                let Needs { least: own, most: could } = needs[child];
                let more = i64::from(could - own) * (room - least) / (most - least).max(1);
                budgets[child] = own + i32::try_from(more).unwrap_or(0);
            }
        }
    }
    budgets
}

/// What each branch needs, about: what it comes to is known when it is laid out.
fn needs(plan: &Plan, tree: &Tree, framed: &[bool], measures: Measures) -> Vec<Needs> {
    let mut needs: Vec<Needs> = Vec::with_capacity(tree.branches.len());
    let card = |card: &usize| {
        let of = &plan.cards[*card];
        let trunks = GRID * (i32::try_from(of.taps.len()).unwrap_or(0) + 2);
        let single = on_grid(of.size.0.max(of.full_size.0)) + of.beside.map_or(0, |(w, _)| w + 40);
        // In frames only what is of one project is stacked.
        (of.project, Needs { least: on_grid(of.full_size.0) + trunks, most: single })
    };
    for (at, branch) in tree.branches.iter().enumerate() {
        if branch.is_stack {
            let least = stack::width(plan, tree, &[at]);
            needs.push(Needs { least, most: least.saturating_mul(4) });
            continue;
        }
        let (mut leaves, mut deep) = (Vec::new(), Needs::default());
        for child in &branch.children {
            if tree.branches[*child].is_leaf() {
                leaves.push(card(&tree.branches[*child].uppers[0]));
                continue;
            }
            let frame = if framed[*child] && !framed[at] { 2 * measures.frame } else { 0 };
            let Needs { least, most } = needs[*child];
            deep.least = deep.least.saturating_add(least + frame + measures.gap);
            deep.most = deep.most.saturating_add(most + frame + measures.gap);
        }
        let uppers = in_columns(&branch.uppers.iter().map(card).collect::<Vec<_>>(), measures);
        let leaves = in_columns(&leaves, measures);
        let named = branch.bars.iter().map(|bar| plan.bars[*bar].width + 2 * GRID).max();
        let named = named.unwrap_or(0);
        needs.push(Needs {
            least: uppers.least.max(deep.least).max(leaves.least).max(named),
            most: uppers.most.max(deep.most.saturating_add(leaves.most)).max(named),
        });
    }
    needs
}

/// What cards need in a row: each a place of its own, or as few columns as will do, for
/// each project its own.
fn in_columns(cards: &[(Option<usize>, Needs)], measures: Measures) -> Needs {
    let mut of_project: BTreeMap<Option<usize>, (usize, i32)> = BTreeMap::new();
    for (project, needs) in cards {
        let (number, widest) = of_project.entry(*project).or_default();
        *number += 1;
        *widest = needs.least.max(*widest);
    }
    let least = of_project.values().map(|(number, widest)| {
        let columns = i32::try_from(number.div_ceil(STACK)).unwrap_or(i32::MAX);
        columns.saturating_mul(widest.saturating_add(measures.gap))
    });
    let least = least.fold(0, i32::saturating_add);
    let all = cards.iter().map(|(_, needs)| needs.most.saturating_add(measures.gap));
    Needs { least, most: all.fold(0, i32::saturating_add).max(least) }
}
