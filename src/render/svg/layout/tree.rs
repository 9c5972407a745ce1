//! What lies behind what: a tree of branches, each with the cards through which
//! it is reached, the bars below these, and the branches that hang on those.
//!
//! Ranks are steps from the internet, so a card's bars are a step nearer or a
//! step farther than itself. Whatever is cut off from the rest by taking away
//! all that is nearer than itself is a branch.

use std::collections::BTreeMap;

use super::plan::Plan;
use crate::render::svg::sets::Sets;

/// A part that is reached through its upper cards alone.
#[derive(Debug, Default)]
pub struct Branch {
    /// The cards through which it is reached, in display order; none where it
    /// begins with a bar.
    pub uppers: Vec<usize>,
    /// The bars below them.
    pub bars: Vec<usize>,
    /// The branches below the bars.
    pub children: Vec<usize>,
    /// Number of all its cards.
    pub cards: usize,
    /// The project that all its cards are of.
    pub project: Option<usize>,
    /// Whether it is several that stand over one another.
    pub is_stack: bool,
}

impl Branch {
    /// Whether it is a card and nothing else.
    pub fn is_leaf(&self) -> bool {
        self.bars.is_empty() && self.uppers.len() == 1
    }
}

/// All branches, those behind others before them.
#[derive(Debug, Default)]
pub struct Tree {
    /// The branches.
    pub branches: Vec<Branch>,
    /// Those behind nothing.
    pub roots: Vec<usize>,
}

impl Tree {
    /// The tree of all cards and bars that have a rank.
    pub fn new(plan: &Plan) -> Self {
        let cards = plan.cards.len();
        let mut sets = Sets::new(cards + plan.bars.len());
        let mut at_rank: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (at, card) in plan.cards.iter().enumerate() {
            if let Some(rank) = card.rank {
                at_rank.entry(rank).or_default().0.push(at);
            }
        }
        for (at, bar) in plan.bars.iter().enumerate() {
            if let Some(rank) = bar.rank {
                at_rank.entry(rank).or_default().1.push(at);
            }
        }
        let deepest = at_rank.keys().last().copied().unwrap_or(0);
        let mut tree = Self::default();
        let mut below: Vec<usize> = Vec::new();
        let none = (Vec::new(), Vec::new());
        // Ranks of cards are odd, those of bars even.
        for rank in (0..=deepest / 2).rev().map(|half| 2 * half + 1) {
            let uppers = &at_rank.get(&rank).unwrap_or(&none).0;
            let bars = &at_rank.get(&(rank + 1)).unwrap_or(&none).1;
            join(plan, &mut sets, uppers, rank + 1);
            below = tree.grow(plan, &mut sets, uppers, bars, &below);
            join(plan, &mut sets, uppers, rank - 1);
        }
        let none: Vec<usize> = Vec::new();
        let world = at_rank.get(&0).map_or(&none, |(_, bars)| bars);
        tree.roots = tree.grow(plan, &mut sets, &[], world, &below);
        tree
    }

    /// Adds the branches of one rank; their numbers, and those of branches that
    /// nothing of this rank leads to.
    fn grow(
        &mut self,
        plan: &Plan,
        sets: &mut Sets,
        uppers: &[usize],
        bars: &[usize],
        below: &[usize],
    ) -> Vec<usize> {
        let mut found: BTreeMap<usize, usize> = BTreeMap::new();
        let mut grown: Vec<Branch> = Vec::new();
        let mut left: Vec<usize> = Vec::new();
        let mut branch_of = |root: usize, grown: &mut Vec<Branch>| {
            *found.entry(root).or_insert_with(|| {
                grown.push(Branch::default());
                grown.len() - 1
            })
        };
        for card in uppers {
            let at = branch_of(sets.root(*card), &mut grown);
            grown[at].uppers.push(*card);
        }
        for bar in bars {
            let at = branch_of(sets.root(plan.cards.len() + bar), &mut grown);
            grown[at].bars.push(*bar);
        }
        for child in below {
            let member = self.branches[*child].uppers.first().copied();
            let root = member.map_or(usize::MAX - child, |member| sets.root(member));
            match found.get(&root) {
                Some(at) => grown[*at].children.push(*child),
                None => left.push(*child),
            }
        }
        let first = self.branches.len();
        for mut branch in grown {
            self.sum_up(plan, &mut branch);
            self.branches.push(branch);
        }
        left.into_iter().chain(first..self.branches.len()).collect()
    }

    /// Counts a branch's cards, and finds the project they have in common.
    fn sum_up(&self, plan: &Plan, branch: &mut Branch) {
        let children = branch.children.iter().map(|child| &self.branches[*child]);
        branch.cards =
            branch.uppers.len() + children.clone().map(|child| child.cards).sum::<usize>();
        let own = branch.uppers.iter().map(|card| plan.cards[*card].project);
        let mut projects = own.chain(children.map(|child| child.project));
        let first = projects.next().flatten();
        branch.project = first.filter(|first| projects.all(|project| project == Some(*first)));
    }
}

/// Joins cards with those of their bars that are of this rank.
fn join(plan: &Plan, sets: &mut Sets, cards: &[usize], rank: usize) {
    for card in cards {
        for tap in &plan.cards[*card].taps {
            if plan.bars[tap.bar].rank == Some(rank) {
                sets.join(*card, plan.cards.len() + tap.bar);
            }
        }
    }
}
