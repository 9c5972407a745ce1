//! The parts that levels are made of: columns of cards, and units that stand
//! side by side on a row.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::levels::Levels;
use super::measures::{ARROW, GRID, SLOT};
use super::plan::{CardBox, Plan};
use crate::order::OrderBy;

/// What stands in a unit, from left to right.
#[derive(Debug, Clone)]
pub enum Content {
    /// A card, or several over one another beside their trunks.
    Column(Column),
    /// A branch with something below it.
    Branch(usize),
}

/// Cards over one another. A single one hangs on its bars by its edges; several
/// hang on trunks: on those of the bars above to their left, and of the bars
/// below to their right.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// The cards.
    pub cards: Vec<usize>,
    /// Bars above, in order.
    pub up: Vec<usize>,
    /// Bars below, in order.
    pub down: Vec<usize>,
    /// Width and height.
    pub size: (i32, i32),
    /// Width of the trunks on the left.
    pub left: i32,
    /// Width of the cards.
    pub width: i32,
}

/// What stands side by side on a row, in a frame or not.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// What it holds, with left edges.
    pub contents: Vec<(Content, i32)>,
    /// The project whose frame is around it.
    pub project: Option<usize>,
    /// Where the contents begin, below the upper edge.
    pub top: i32,
    /// Width and height.
    pub size: (i32, i32),
    /// Its ranks.
    pub levels: Levels,
    /// Where it meets the bars above it.
    pub ups: Vec<(usize, i32)>,
    /// Its cards with an arrow that has a label.
    pub ends: Vec<usize>,
}

impl Unit {
    /// Its columns, those of branches not among them.
    pub fn own_columns(&self) -> impl Iterator<Item = &Column> {
        self.placed_columns().map(|(column, _)| column)
    }

    fn placed_columns(&self) -> impl Iterator<Item = (&Column, i32)> {
        self.contents.iter().filter_map(|(content, x)| match content {
            Content::Column(column) => Some((column, *x)),
            Content::Branch(_) => None,
        })
    }

    /// Where it meets the bars below it: those of its columns.
    pub fn downs(&self, plan: &Plan) -> Vec<(usize, i32)> {
        self.placed_columns()
            .flat_map(|(column, x)| {
                column.down_xs(plan).into_iter().map(move |(bar, down)| (bar, down + x))
            })
            .collect()
    }
}

/// The ranks of units that stand side by side.
pub fn side_by_side<'u>(units: impl Iterator<Item = &'u Unit>) -> Levels {
    units.fold(Levels::default(), |levels, unit| levels.beside(&unit.levels))
}

/// Rounds up to the grid.
pub fn on_grid(length: i32) -> i32 {
    (length + GRID - 1).div_euclid(GRID) * GRID
}

impl Column {
    /// A column of these cards, on a level below bars of rank `above`.
    pub fn new(plan: &Plan, cards: Vec<usize>) -> Self {
        let mut column = Self { cards, ..Self::default() };
        // For each bar the first and the last of the cards on it, and how many are.
        let mut met: [BTreeMap<usize, (usize, usize, usize)>; 2] = Default::default();
        for (at, card) in column.cards.iter().enumerate() {
            let of = &plan.cards[*card];
            for tap in &of.taps {
                let side = &mut met[usize::from(plan.is_up(of, tap.bar))];
                let (_, last, number) = side.entry(tap.bar).or_insert((at, at, 0));
                (*last, *number) = (at, *number + 1);
            }
        }
        let [down, up] = met;
        // The nearer a trunk is to the cards, the shorter it is, so that few lines cross it.
        let outermost = |(_, last, number): (usize, usize, usize)| (Reverse(last), number);
        let innermost = |(first, _, number): (usize, usize, usize)| Reverse((first, number));
        column.up = up.keys().copied().collect();
        column.up.order_by_key(|bar| outermost(up[bar]));
        column.down = down.keys().copied().collect();
        column.down.order_by_key(|bar| innermost(down[bar]));
        column.measure(plan);
        column
    }

    /// Whether its cards hang on trunks.
    pub fn has_trunks(&self) -> bool {
        self.cards.len() > 1
    }

    fn measure(&mut self, plan: &Plan) {
        if !self.has_trunks() {
            let card = &plan.cards[self.cards[0]];
            let (w, h) = card_size(plan, card);
            self.left = 0;
            self.width = w;
            self.size = (w + beside(card), h);
            return;
        }
        let trunks = |number: usize| i32::try_from(number).unwrap_or(0) * GRID;
        // Arrows go between trunks and cards.
        let lane = if plan.arrows > 0 { GRID } else { 0 };
        self.left = if self.up.is_empty() { 0 } else { trunks(self.up.len()) + lane };
        let right = if self.down.is_empty() { 0 } else { trunks(self.down.len()) + GRID };
        let sizes = || self.cards.iter().map(|card| plan.cards[*card].full_size);
        self.width = 2 * on_grid(sizes().map(|(w, _)| w).max().unwrap_or(0) / 2);
        let height: i32 = sizes().map(|(_, h)| on_grid(h) + plan.air()).sum::<i32>() - plan.air();
        self.size = (self.left + self.width + right, height);
    }

    /// The x of each of its contacts with the bars above.
    pub fn up_xs(&self, plan: &Plan) -> Vec<(usize, i32)> {
        if self.has_trunks() {
            return self.up.iter().copied().zip((0..).step_by(GRID as usize)).collect();
        }
        self.edge_xs(plan, true)
    }

    /// The x of each of its contacts with the bars below.
    pub fn down_xs(&self, plan: &Plan) -> Vec<(usize, i32)> {
        if self.has_trunks() {
            let first = self.left + self.width + GRID;
            return self.down.iter().copied().zip((first..).step_by(GRID as usize)).collect();
        }
        self.edge_xs(plan, false)
    }

    /// How far below the upper edge of a card so high its line to a bar meets its side.
    /// Lines to the shorter of two trunks meet it nearer to where those come from.
    pub fn side_y(&self, plan: &Plan, card: usize, bar: usize, height: i32) -> i32 {
        /// From one line to the next.
        const APART: i32 = 6;
        let of = &plan.cards[card];
        let side = if plan.is_up(of, bar) { &self.up } else { &self.down };
        let own = side.iter().filter(|bar| of.taps.iter().any(|tap| tap.bar == **bar));
        let own: Vec<usize> = own.copied().collect();
        let nth = |number: usize| i32::try_from(number).unwrap_or(0);
        let gaps = nth(own.len()) - 1;
        let apart = APART.min((height - GRID) / gaps.max(1));
        let from_last = gaps - nth(own.iter().position(|of| *of == bar).unwrap_or(0));
        height / 2 + (2 * from_last - gaps) * apart / 2
    }

    /// The contacts of a single card with the bars above, or those below.
    fn edge_xs(&self, plan: &Plan, up: bool) -> Vec<(usize, i32)> {
        let card = &plan.cards[self.cards[0]];
        let mut xs = spread(&slots(plan, card, up), self.width);
        if let [(bar, x)] = &mut xs[..]
            && up
            && plan.bars[*bar].is_cut
        {
            // The cut between a card above and one below stands between their lines.
            *x = (*x - 2 * GRID).max(GRID);
        }
        xs
    }
}

/// The bars above or below a card, each with its label's width.
fn slots(plan: &Plan, card: &CardBox, up: bool) -> Vec<(usize, i32)> {
    let taps = card.taps.iter().filter(|tap| plan.is_up(card, tap.bar) == up);
    taps.map(|tap| (tap.bar, tap.label.0)).collect()
}

/// Room to the right of a single card for a way in that does not come from above.
pub fn beside(card: &CardBox) -> i32 {
    card.beside.map_or(0, |(width, _)| on_grid(width + ARROW))
}

/// A single card's width and height: wide enough for the labels of its lines.
pub fn card_size(plan: &Plan, card: &CardBox) -> (i32, i32) {
    let room = |up: bool| match &slots(plan, card, up)[..] {
        [] => 0,
        [(_, label)] => label + 3 * GRID,
        several => several.iter().map(|(_, label)| slot(*label)).sum::<i32>() + GRID,
    };
    let w = card.size.0.max(room(true)).max(room(false));
    (2 * on_grid((w + 1) / 2), on_grid(card.size.1))
}

fn slot(label: i32) -> i32 {
    on_grid(label + SLOT)
}

/// Spreads contacts with labels to their right over a card's edge.
fn spread(slots: &[(usize, i32)], width: i32) -> Vec<(usize, i32)> {
    if let [(bar, label)] = slots {
        let fitting = (width - label - GRID).div_euclid(GRID) * GRID;
        return vec![(*bar, (width / 2).div_euclid(GRID) * GRID).min((*bar, fitting.max(GRID)))];
    }
    let all: i32 = slots.iter().map(|(_, label)| slot(*label)).sum();
    let mut x = ((width - all).max(0) / 2).div_euclid(GRID) * GRID + GRID;
    let mut spread = Vec::with_capacity(slots.len());
    for (bar, label) in slots {
        spread.push((*bar, x));
        x += slot(*label);
    }
    spread
}
