//! In which order stands what hangs on a branch's bars: cards, branches, and families of
//! one project, before any of it is given a width.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::builder::Builder;
use crate::order::{OrderBy, Ordered};

/// How many a bar has to have to be the one of most.
const MANY: usize = 4;

/// What comes first of what hangs on a branch's bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Everything where its bars are.
    Mixed,
    /// Cards with nothing behind them, so that in rows nothing stands above them that is
    /// farther from the internet.
    LeavesFirst,
    /// The same of those that hang on the bar of most alone: no other bar has to go on
    /// in their rows.
    HubFirst,
    /// What hangs on the bar of most alone stands in the last rows, cards before what has
    /// something behind it: no other bar has to go on.
    HubLast,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mixed, Self::LeavesFirst, Self::HubFirst, Self::HubLast];

    /// Whether what has something behind it stands in rows of its own.
    pub fn parts_deep(self) -> bool {
        matches!(self, Self::LeavesFirst | Self::HubFirst)
    }
}

/// What stays together, whatever the width and the height of its columns.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// Cards that hang on the same bars, with nothing behind them.
    Leaves(Vec<usize>),
    /// A branch that is in no frame of its own.
    Branch(usize),
    /// Branches that are of one project.
    Family(usize, Vec<usize>),
}

impl Builder<'_> {
    /// What hangs on a branch's bars in each order that there is, those that come to the
    /// same left out.
    pub fn orders(&self, at: usize, place: &HashMap<usize, i32>) -> Vec<(Order, Vec<Piece>)> {
        let branch = &self.tree.branches[at];
        let children: Vec<Child> =
            branch.children.iter().map(|child| self.child(at, *child, place)).collect();
        let hub = hub(children.iter().map(|child| child.above.iter().copied()));
        // What stands in a frame with something deep is as deep.
        let deep = children.iter().filter(|child| !child.is_leaf);
        let deep: BTreeSet<usize> = deep.filter_map(|child| child.project).into_set();
        let children: Vec<Placed> = children.iter().map(|child| child.placed(hub, &deep)).collect();
        let mut orders: Vec<(Order, Vec<Piece>)> = Vec::new();
        for order in Order::ALL {
            let pieces = self.pieces(branch.is_stack, &children, order);
            let is_same = |(other, known): &(Order, Vec<Piece>)| {
                other.parts_deep() == order.parts_deep() && *known == pieces
            };
            if !orders.iter().any(is_same) {
                orders.push((order, pieces));
            }
        }
        orders
    }

    fn child(&self, at: usize, child: usize, place: &HashMap<usize, i32>) -> Child {
        let of = &self.tree.branches[child];
        let taps = of.uppers.iter().flat_map(|card| &self.plan.cards[*card].taps);
        let is_framed = self.framed[child] && !self.framed[at];
        Child {
            child,
            above: taps.filter_map(|tap| place.get(&tap.bar)).copied().collect(),
            is_leaf: of.is_leaf(),
            project: of.project.filter(|_| is_framed),
            card: of.uppers.first().copied(),
        }
    }

    /// Children in one of the orders, and together where they stay together.
    fn pieces(&self, is_stack: bool, children: &[Placed], order: Order) -> Vec<Piece> {
        let mut sorted: Vec<&Placed> = children.iter().collect();
        sorted.order_by_key(|placed| placed.key(order));
        // Families: what is of one project, where projects are told apart.
        let mut families: Vec<(Option<usize>, Vec<&Child>)> = Vec::new();
        let mut of_project: HashMap<(usize, bool), usize> = HashMap::new();
        for placed in sorted {
            let child = placed.child;
            let kin = child.project.map(|project| (project, placed.is_first(order)));
            match kin.and_then(|kin| of_project.get(&kin)) {
                Some(family) => families[*family].1.push(child),
                None => {
                    of_project.extend(kin.map(|kin| (kin, families.len())));
                    families.push((child.project, vec![child]));
                }
            }
        }
        let mut pieces = Vec::new();
        let mut leaves: Vec<usize> = Vec::new();
        // A column's cards hang on the same bars.
        let above = |card: usize| {
            let of = &self.plan.cards[card];
            of.taps.iter().map(|tap| tap.bar).filter(|bar| self.plan.is_up(of, *bar))
        };
        let flush = |leaves: &mut Vec<usize>, pieces: &mut Vec<Piece>| {
            let alike = leaves.chunk_by(|one, other| is_stack || above(*one).eq(above(*other)));
            pieces.extend(alike.map(|alike| Piece::Leaves(alike.to_vec())));
            leaves.clear();
        };
        for (project, family) in families {
            match (project, &family[..]) {
                (None, [Child { is_leaf: true, card: Some(card), .. }]) => leaves.push(*card),
                (None, only) => {
                    flush(&mut leaves, &mut pieces);
                    pieces.extend(only.iter().map(|child| Piece::Branch(child.child)));
                }
                (Some(project), family) => {
                    flush(&mut leaves, &mut pieces);
                    let family = family.iter().map(|child| child.child).collect();
                    pieces.push(Piece::Family(project, family));
                }
            }
        }
        flush(&mut leaves, &mut pieces);
        pieces
    }
}

/// What hangs on a branch's bars.
struct Child {
    /// The branch that it is.
    child: usize,
    /// The places of the bars that it hangs on.
    above: Vec<i32>,
    is_leaf: bool,
    /// Its project, where it stands in a frame that the branch is not in.
    project: Option<usize>,
    card: Option<usize>,
}

impl Child {
    fn placed(&self, hub: Option<i32>, deep: &BTreeSet<usize>) -> Placed<'_> {
        Placed {
            child: self,
            mean: mean_beside(hub, self.above.iter().copied()),
            is_with_deep: self.project.is_some_and(|project| deep.contains(&project)),
            is_on_hub_alone: self.above.iter().all(|bar| Some(*bar) == hub),
        }
    }
}

/// A child, and where its bars are.
struct Placed<'a> {
    child: &'a Child,
    mean: i64,
    /// Whether something deep is in the same frame.
    is_with_deep: bool,
    is_on_hub_alone: bool,
}

impl Placed<'_> {
    fn is_first(&self, order: Order) -> bool {
        let is_leaf = self.child.is_leaf;
        match order {
            Order::Mixed | Order::HubLast => false,
            Order::LeavesFirst => is_leaf,
            Order::HubFirst => is_leaf && !self.is_with_deep && self.is_on_hub_alone,
        }
    }

    /// What hangs on the bar of most alone fills the last rows: no other bar has to go on
    /// there. (whether it comes later, whether last, where its bars are, leaves last, its
    /// first card)
    fn key(&self, order: Order) -> (bool, bool, i64, bool, Option<usize>) {
        let is_first = self.is_first(order);
        let is_last = order != Order::Mixed && !is_first && self.is_on_hub_alone;
        let is_later = self.child.is_leaf != (is_last && order == Order::HubLast);
        (!is_first, is_last, self.mean, is_later, self.child.card)
    }
}

/// The bar on which more than half of these hang, if there is one, and they are many.
pub fn hub(all: impl ExactSizeIterator<Item = impl Iterator<Item = i32>>) -> Option<i32> {
    let number = all.len();
    let mut met: BTreeMap<i32, usize> = BTreeMap::new();
    for bars in all {
        for bar in bars.into_set() {
            *met.entry(bar).or_default() += 1;
        }
    }
    let most = met.into_iter().max_by_key(|(_, met)| *met);
    most.filter(|(_, met)| 2 * met > number && *met >= MANY).map(|(bar, _)| bar)
}

/// The mean of some places, in sixteenths; of the bar of most only where there is no
/// other: it says nothing of where something belongs.
pub fn mean_beside(hub: Option<i32>, places: impl Iterator<Item = i32> + Clone) -> i64 {
    let others = places.clone().filter(|place| Some(*place) != hub);
    mean(others).or_else(|| mean(places)).unwrap_or(0)
}

fn mean(values: impl Iterator<Item = i32>) -> Option<i64> {
    let (mut sum, mut number) = (0_i64, 0_i64);
    for value in values {
        sum += i64::from(value) * 16;
        number += 1;
    }
    (number > 0).then(|| sum / number)
}
