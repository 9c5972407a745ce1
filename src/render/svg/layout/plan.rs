//! What is to be laid out: sizes, and what hangs on what. A layout knows
//! nothing of text or colour.

use std::collections::{BTreeMap, BTreeSet};

use super::measures::GRID;

/// Everything that needs a place.
#[derive(Debug, Default)]
pub struct Plan {
    /// Cards, in display order.
    pub cards: Vec<CardBox>,
    /// Bars, those with members in common beside one another.
    pub bars: Vec<BarBox>,
    /// Width of each project's name as a frame's title.
    pub titles: Vec<i32>,
    /// Whether room is short: flat cards, addresses inside of them.
    pub is_dense: bool,
    /// The first bar of each branch below which others are stacked.
    pub stacked: BTreeSet<usize>,
    /// How many arrows will be drawn between cards.
    pub arrows: usize,
    /// Pairs of cards, the first one first, with an arrow between them that has a label,
    /// and the room for it.
    pub labelled: BTreeMap<(usize, usize), i32>,
}

/// A card.
#[derive(Debug, Clone, Default)]
pub struct CardBox {
    /// Width and height where labels stand beside its lines.
    pub size: (i32, i32),
    /// Width and height where all that they say stands inside.
    pub full_size: (i32, i32),
    /// The bars it hangs on, those of the world among them.
    pub taps: Vec<TapBox>,
    /// Width and height of the label of a way in that comes from beside it.
    pub beside: Option<(i32, i32)>,
    /// Steps from the internet: odd; none for what hangs on nothing.
    pub rank: Option<usize>,
    /// Number of its project.
    pub project: Option<usize>,
}

/// Where a card hangs on a bar.
#[derive(Debug, Clone, Copy)]
pub struct TapBox {
    /// Number of the bar.
    pub bar: usize,
    /// Width and height of its label.
    pub label: (i32, i32),
}

/// A bar.
#[derive(Debug, Clone, Default)]
pub struct BarBox {
    /// Least width: its text with what stands at its end.
    pub width: i32,
    /// Steps from the internet: even, 0 for the world itself and what is drawn beside it;
    /// none for one without members.
    pub rank: Option<usize>,
    /// Whether it is the world itself, or a part of it.
    pub is_world: bool,
    /// Whether it has no way out.
    pub is_internal: bool,
    /// Whether its members are kept apart, between which it is cut.
    pub is_cut: bool,
    /// Number of the project that made it.
    pub project: Option<usize>,
}

impl Plan {
    /// Whether a bar is nearer to the internet than a card.
    pub fn is_up(&self, card: &CardBox, bar: usize) -> bool {
        self.bars[bar].rank < card.rank
    }

    /// Room between the cards of a column, in which an arrow can go where there are
    /// some.
    pub fn air(&self) -> i32 {
        if self.arrows > 0 { 3 * GRID } else { GRID }
    }

    /// Whether a bar is the world itself.
    pub fn is_world(&self, bar: usize) -> bool {
        self.bars[bar].is_world
    }
}
