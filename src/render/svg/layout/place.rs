//! Turns blocks, which know places only from their own corner, into places on
//! the page, and draws the lines between what hangs together.

use std::collections::{BTreeMap, HashMap};

use super::band::Band;
use super::block::{Column, Content, Unit, card_size, on_grid};
use super::builder::{Block, Builder};
use super::measures::{ARROW, BAR, GRID, THIN};
use super::plan::Plan;
use crate::order::OrderBy;
use crate::render::svg::geometry::{
    Placed, PlacedBar, PlacedBeside, PlacedCard, PlacedFrame, PlacedTap, Point, Rect,
};

/// From a card's edge to the label of a line above it, and below it.
const LABEL: (i32, i32) = (3, 2);
/// From a line to its label.
const ASIDE: i32 = 5;
/// How far the point of an arrow into a card reaches to the sides.
const HEAD: i32 = 9;

/// Upper and lower edges of the bars of one band.
type Edges = HashMap<usize, (i32, i32)>;

/// The bars around a row of units.
#[derive(Clone, Copy)]
struct Around<'a> {
    above: &'a Edges,
    below: Option<&'a Edges>,
    /// Where each rank begins.
    ranks: &'a [i32],
    /// Number of the root that it all hangs on.
    part: usize,
}

/// A branch that is to be placed.
struct Waiting {
    branch: usize,
    x: i32,
    /// Where its ranks begin, itself first.
    ranks: Vec<i32>,
    above: Edges,
}

impl Builder<'_> {
    /// Places a whole branch on the page.
    pub fn place(&self, root: usize, x: i32, y: i32, placed: &mut Placed) {
        // Branches wait with the edges of the bars above them.
        let ranks = self.blocks[root].levels.places(y);
        let mut waiting = vec![Waiting { branch: root, x, ranks, above: Edges::new() }];
        while let Some(Waiting { branch: at, x, ranks, above }) = waiting.pop() {
            let block = &self.blocks[at];
            let y = ranks[0];
            // What hangs below stands where all of its rank does.
            let lower = y + block.lowered(&ranks);
            let edges = self.bars(at, block, (x, lower), &ranks, placed);
            let own = Around { above: &above, below: edges.first(), ranks: &[y], part: root };
            for (unit, dx) in &block.uppers {
                self.place_unit(unit, x + dx, own, placed, &mut waiting);
            }
            let in_line = block.row_in_line();
            for (number, (row, above)) in block.rows.iter().zip(&edges).enumerate() {
                let mut places = vec![lower + row.y];
                if in_line == Some(number) {
                    places.extend(ranks.iter().skip(2));
                }
                let places = row.levels.continued(&places);
                let around = Around { above, below: None, ranks: &places, part: root };
                for (unit, dx) in &row.units {
                    self.place_unit(unit, x + dx, around, placed, &mut waiting);
                }
            }
        }
    }

    /// Places the bars of a block; their edges row by row.
    fn bars(
        &self,
        at: usize,
        block: &Block,
        (x, y): Point,
        ranks: &[i32],
        placed: &mut Placed,
    ) -> Vec<Edges> {
        if let Some(zone) = block.zone.filter(|_| !self.measures.is_dense) {
            let (w, top) = (block.size.0 + 2 * GRID, y + zone);
            let bottom = block.levels.bottom(ranks) + 12;
            placed.zones.push(Rect::new(x - GRID, top, w, bottom - top));
        }
        let is_alone = self.tree.branches[at].bars.len() == 1;
        let mut bars: BTreeMap<usize, PlacedBar> = BTreeMap::new();
        // Where each spine's bar lies, row by row.
        let mut spines: BTreeMap<usize, (i32, Vec<(i32, i32)>)> = BTreeMap::new();
        let mut edges = Vec::with_capacity(block.rows.len());
        for (number, row) in block.rows.iter().enumerate() {
            let mut of_row = Edges::new();
            for lying in &row.band.bars {
                let top = y + row.band_y + Band::track_y(lying.track);
                let height = if is_alone && number > 0 { THIN } else { BAR };
                let middle = top + height / 2;
                let bar = bars
                    .entry(lying.bar)
                    .or_insert_with(|| PlacedBar { bar: lying.bar, ..PlacedBar::default() });
                bar.rows += 1;
                let spine = block.spines.iter().find(|(of, _)| *of == lying.bar);
                let (first, last) = (x + lying.reach.0, x + lying.reach.1);
                for (nth, (from, to)) in lying.pieces.iter().enumerate() {
                    // An only bar is as thick on its way to the spine.
                    let from = if is_alone && nth == 0 { first } else { x + from };
                    bar.pieces.push(Rect::new(from, top, x + to - from, height));
                }
                if lying.pieces.len() > 1 || (spine.is_some() && !is_alone) {
                    bar.links.push(((first, middle), (last, middle)));
                }
                if let Some((from, to)) = lying.text {
                    let from = if is_alone { first } else { x + from };
                    bar.texts.push(Rect::new(from, top, x + to - from, height));
                }
                if let Some((_, spine_x)) = spine {
                    let rows = &mut spines.entry(lying.bar).or_insert((x + spine_x, Vec::new())).1;
                    rows.push((top, top + height));
                }
                of_row.insert(lying.bar, (top, top + height));
            }
            edges.push(of_row);
        }
        for (of, (spine_x, rows)) in spines {
            let (Some(bar), [first, .., last]) = (bars.get_mut(&of), &rows[..]) else { continue };
            if is_alone {
                bar.pieces.push(Rect::new(spine_x, first.1, THIN, last.0 - first.1));
            } else {
                let middle = |(top, bottom): (i32, i32)| (spine_x, (top + bottom) / 2);
                bar.links.push((middle(*first), middle(*last)));
            }
        }
        placed.bars.extend(bars.into_values());
        edges
    }

    fn place_unit(
        &self,
        unit: &Unit,
        x: i32,
        around: Around,
        placed: &mut Placed,
        waiting: &mut Vec<Waiting>,
    ) {
        let y = around.ranks[0];
        if let Some(project) = unit.project {
            let rect = Rect::new(x, y, unit.size.0, unit.levels.bottom(around.ranks) - y);
            placed.frames.push(PlacedFrame { project, rect, ..PlacedFrame::default() });
        }
        for (content, dx) in &unit.contents {
            match content {
                Content::Branch(at) => {
                    let mut ranks = around.ranks.to_vec();
                    ranks[0] += unit.top;
                    let above = around.above.clone();
                    waiting.push(Waiting { branch: *at, x: x + dx, ranks, above });
                }
                Content::Column(column) => {
                    self.place_column(column, (x + dx, y + unit.top), around, placed);
                }
            }
        }
    }

    fn place_column(&self, column: &Column, (x, y): Point, around: Around, placed: &mut Placed) {
        let ups: HashMap<usize, i32> = column.up_xs(self.plan).into_iter().collect();
        let downs: HashMap<usize, i32> = column.down_xs(self.plan).into_iter().collect();
        let is_full = column.has_trunks();
        let mut top = y;
        for card in &column.cards {
            let of = &self.plan.cards[*card];
            let (w, h) = if is_full {
                (column.width, on_grid(of.full_size.1))
            } else {
                card_size(self.plan, of)
            };
            let rect = Rect::new(x + column.left, top, w, h);
            for (tap, hung) in of.taps.iter().enumerate() {
                let is_up = self.plan.is_up(of, hung.bar);
                let xs = if is_up { &ups } else { &downs };
                let edges = if is_up { Some(around.above) } else { around.below };
                let edges = edges.and_then(|edges| edges.get(&hung.bar));
                let (Some(at), Some((upper, lower))) = (xs.get(&hung.bar), edges) else { continue };
                let at = x + at;
                let from = if is_up { *lower } else { *upper };
                let points = if is_full {
                    let y = rect.y + column.side_y(self.plan, *card, hung.bar, rect.h);
                    let edge = if is_up { rect.x } else { rect.right() };
                    vec![(at, from), (at, y), (edge, y)]
                } else {
                    vec![(at, from), (at, if is_up { rect.y } else { rect.bottom() })]
                };
                let is_world = self.plan.is_world(hung.bar);
                let label = (!is_full && hung.label.0 > 0).then(|| {
                    let aside = if is_world { HEAD } else { ASIDE };
                    let below = rect.bottom() + LABEL.1;
                    (at + aside, if is_up { rect.y - hung.label.1 - LABEL.0 } else { below })
                });
                let (card, bar) = (*card, hung.bar);
                placed.taps.push(PlacedTap { card, tap, bar, points, label });
            }
            if let (Some((width, height)), false) = (of.beside, is_full) {
                let middle = rect.y + rect.h / 2;
                let from = rect.right() + width + ARROW / 2;
                let label = (rect.right() + ARROW / 2 - GRID / 2, middle - height - 3);
                let line = ((from, middle), (rect.right(), middle));
                placed.besides.push(PlacedBeside { card: *card, line, label });
            }
            placed.cards.push(PlacedCard { card: *card, rect, is_full, part: around.part });
            top += h + self.plan.air();
        }
    }
}

/// Finds each frame's title a place at its upper edge where no line passes,
/// and no label stands.
pub fn title_frames(placed: &mut Placed, plan: &Plan) {
    const HEIGHT: i32 = 16;
    let lines = placed
        .taps
        .iter()
        .flat_map(|tap| tap.points.windows(2).map(|ends| Rect::between(ends[0], ends[1])))
        .chain(placed.bars.iter().flat_map(|bar| &bar.links).map(|(a, b)| Rect::between(*a, *b)))
        .map(|line| line.grown(GRID / 2));
    let labels = placed.taps.iter().filter_map(|tap| {
        let ((x, y), (w, h)) = (tap.label?, plan.cards[tap.card].taps[tap.tap].label);
        Some(Rect::new(x, y, w, h).grown(2))
    });
    let mut things: Vec<Rect> = lines.chain(labels).collect();
    things.order_by_key(|thing| thing.x);
    let widest = things.iter().map(|thing| thing.w).max().unwrap_or(0);
    for frame in &mut placed.frames {
        let rect = frame.rect;
        let strip = Rect::new(rect.x, rect.y + 2, rect.w, HEIGHT);
        let first = things.partition_point(|thing| thing.x + widest < rect.x);
        let near = things[first..].iter().take_while(|thing| thing.x < rect.right());
        let wanted = plan.titles[frame.project];
        let mut from = rect.x + GRID;
        let mut best: (i32, i32) = (0, from);
        for (x, right) in near
            .filter(|thing| thing.meets(strip, 0))
            .map(|thing| (thing.x, thing.right()))
            .chain([(rect.right() - GRID / 2, rect.right())])
        {
            let room = (x - from).min(wanted);
            if room > best.0 {
                best = (room, from);
            }
            from = from.max(right);
        }
        frame.title_width = best.0;
        frame.title_at = (best.1, rect.y + HEIGHT - 2);
    }
}
