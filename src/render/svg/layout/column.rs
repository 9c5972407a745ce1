//! Columns: cards that stand one below the other and are reached by the same
//! lines. A single card has its strips on the edges that face the bars, each
//! with a straight drop; in a stack the strips stand on top of each card, and
//! trunks run past it in gutters on the left and on the right.

use super::plan::{Group, Side};
use crate::render::svg::scene::{Bar, Card, Scene, Strip};

/// Everything horizontal is a multiple of this, so that lines of neighbouring
/// bands can be kept half of it apart.
pub const GRID: i32 = 8;
/// Room between cards of a stack.
pub const STACK_GAP: i32 = 14;

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Cards from the hub outwards.
    pub cards: Vec<usize>,
    /// Bars on the side of the hub that its lines go to, by number.
    pub inner: Vec<usize>,
    /// Bars on the other side.
    pub outer: Vec<usize>,
    /// Number of the band: it lies between this level and the next.
    pub band: usize,
    /// Node in whose block it stands.
    pub home: usize,
    /// Width of the cards.
    pub card_width: i32,
    /// Room on the left of the cards.
    pub gutter: i32,
    /// Width with both gutters.
    pub width: i32,
    /// Height of all cards.
    pub height: i32,
    /// Left edge, once placed.
    pub x: i32,
}

impl Column {
    /// Whether its cards are reached from the gutters.
    pub fn is_stack(&self) -> bool {
        self.cards.len() > 1
    }
}

/// The size of a card: in a stack, or alone with strips on two edges.
pub fn card_size(card: &Card, inner: &[usize], is_stack: bool) -> (i32, i32) {
    let (mut width, mut height) = card.body();
    if is_stack {
        width = card.strips.iter().map(Strip::width).fold(width, i32::max);
        height += card.strips.iter().map(strip_height).sum::<i32>();
    } else {
        for facing_inner in [true, false] {
            let edge = || card.strips.iter().filter(|s| inner.contains(&s.bar) == facing_inner);
            width = width.max(edge().map(Strip::width).sum());
            height += edge().map(strip_height).max().unwrap_or(0);
        }
    }
    (round_up(width), height)
}

/// A strip without text is no strip: the card hangs on nothing.
pub fn strip_height(strip: &Strip) -> i32 {
    if strip.lines.is_empty() { 0 } else { strip.height() }
}

/// The next multiple of the grid.
pub fn round_up(pixels: i32) -> i32 {
    (pixels + GRID - 1).div_euclid(GRID) * GRID
}

/// How cards are gathered in columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stacking {
    /// Cards in a column at most.
    pub rows: usize,
    /// Whether cards of different bars may share a column.
    pub mixed: bool,
    /// Whether blocks may be narrower than the text of their bars.
    pub squeezed: bool,
}

/// The columns of the groups in one row of a node's block.
pub fn columns(
    scene: &Scene,
    groups: &[Group],
    row: &[usize],
    side: &Side,
    home: usize,
    is_inner: bool,
    stacking: Stacking,
) -> Vec<Column> {
    let level = side.nodes[home].level;
    let band = if is_inner { level.saturating_sub(1) } else { level };
    // Of a column's bars those of the band's own level are on the hub's side.
    let level_of = |bar: &usize| side.levels.get(*bar).copied();
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    let mut of_chunk: Vec<Vec<usize>> = Vec::new();
    if stacking.mixed {
        let cards: Vec<usize> =
            row.iter().flat_map(|group| &groups[*group].cards).copied().collect();
        chunks.extend(even(&cards, stacking.rows));
    } else {
        for group in row {
            chunks.extend(even(&groups[*group].cards, stacking.rows));
        }
    }
    for chunk in &chunks {
        let mut bars: Vec<usize> = chunk
            .iter()
            .flat_map(|card| scene.cards[*card].strips.iter())
            .filter(|strip| !strip.lines.is_empty())
            .map(|strip| strip.bar)
            .collect();
        bars.sort_unstable();
        bars.dedup();
        of_chunk.push(bars);
    }
    chunks
        .into_iter()
        .zip(of_chunk)
        .map(|(mut cards, bars)| {
            let (inner, outer): (Vec<usize>, Vec<usize>) =
                bars.into_iter().partition(|bar| level_of(bar) == Some(band));
            if side.is_up {
                cards.reverse();
            }
            column(scene, cards, inner, outer, band, home)
        })
        .collect()
}

fn column(
    scene: &Scene,
    cards: Vec<usize>,
    inner: Vec<usize>,
    outer: Vec<usize>,
    band: usize,
    home: usize,
) -> Column {
    let is_stack = cards.len() > 1;
    let sizes: Vec<(i32, i32)> =
        cards.iter().map(|card| card_size(&scene.cards[*card], &inner, is_stack)).collect();
    let card_width = sizes.iter().map(|size| size.0).max().unwrap_or(0);
    let gaps = STACK_GAP * i32::try_from(cards.len().saturating_sub(1)).unwrap_or(0);
    let height = sizes.iter().map(|size| size.1).sum::<i32>() + gaps;
    let room = |bars: &[usize]| match i32::try_from(bars.len()) {
        Ok(number) if is_stack && number > 0 => GRID * (number + 2),
        _ => 0,
    };
    let gutter = room(&inner);
    let width = gutter + card_width + room(&outer);
    Column { cards, inner, outer, band, home, card_width, gutter, width, height, x: 0 }
}

/// Splits into as few runs of at most `most` as will do, of even length.
fn even(cards: &[usize], most: usize) -> Vec<Vec<usize>> {
    if cards.is_empty() {
        return Vec::new();
    }
    let runs = cards.len().div_ceil(most.max(1)).max(1);
    let length = cards.len().div_ceil(runs).max(1);
    cards.chunks(length).map(<[usize]>::to_vec).collect()
}

/// Least width of a bar, on the grid.
pub fn bar_width(bar: &Bar) -> i32 {
    round_up(bar.width())
}
