//! Puts a component together: the rows of the hub's bar, what hangs on them
//! below and above, and the spine that joins the rows.

use std::collections::BTreeMap;

use super::column::{self, GRID};
use super::lie::Lie;
use super::order::Ordered;
use super::part::{BAR_GAP, Part};
use super::plan::Side;
use crate::render::svg::geometry::{Placed, PlacedBar, Rect};
use crate::render::svg::scene::{Bar, Scene};

/// Room between the rows of a hub.
const ROW_GAP: i32 = 48;
/// Width of the spine that joins the rows of a hub.
const SPINE: i32 = 12;
/// Puts the rows of the hub's bar and what hangs on them together.
pub fn assemble(scene: &Scene, rows: &[[Side; 2]], ordered: Vec<[Ordered; 2]>) -> Placed {
    let mut rows: Vec<Placed> = rows
        .iter()
        .zip(ordered)
        .map(|(sides, ordered)| assemble_row(scene, sides, ordered))
        .collect();
    if rows.len() == 1 {
        return to_origin(rows.remove(0));
    }
    let mut all = Placed::default();
    let mut y = 0;
    for row in rows {
        let row = to_origin(row);
        let height = row.height;
        all.add(row, 0, y);
        y += height + ROW_GAP;
    }
    join_pieces(scene, &mut all);
    to_origin(all)
}

/// Makes one bar of the pieces that the rows have of it. Those of the hub
/// reach out to a spine on the left, past all else; the world outside is the
/// same wherever it shows.
fn join_pieces(scene: &Scene, placed: &mut Placed) {
    let mut by_bar: BTreeMap<usize, Vec<PlacedBar>> = BTreeMap::new();
    for bar in std::mem::take(&mut placed.bars) {
        by_bar.entry(bar.bar).or_default().push(bar);
    }
    for (number, mut pieces) in by_bar {
        let outside = scene.bars[number].is_outside();
        if pieces.len() > 1 && !outside {
            let left = -SPINE - BAR_GAP;
            for piece in &mut pieces {
                let rect = piece.rect;
                piece.rect = Rect::new(left, rect.y, rect.right() - left, rect.h);
                piece.text_x = left + SPINE + Bar::PADDING;
            }
            let (first, last) = (pieces[0].rect, pieces[pieces.len() - 1].rect);
            let spine = Rect::new(left, first.y, SPINE, last.bottom() - first.y);
            pieces[0].more.push((spine, None));
        }
        let mut bar = pieces.remove(0);
        bar.more.extend(pieces.into_iter().map(|piece| (piece.rect, Some(piece.text_x))));
        placed.bars.push(bar);
    }
}

fn assemble_row(scene: &Scene, sides: &[Side; 2], ordered: [Ordered; 2]) -> Placed {
    let hub = sides[0].nodes[0].bar.unwrap_or(0);
    let widest = ordered.iter().map(|side| side.width).max().unwrap_or(0);
    let mut parts: Vec<Part> = Vec::new();
    for (side, mut ordered) in sides.iter().zip(ordered) {
        let shift = (widest - ordered.width).div_euclid(2 * GRID) * GRID;
        ordered.columns.iter_mut().for_each(|column| column.x += shift);
        ordered.texts.iter_mut().for_each(|(left, _)| *left += shift);
        parts.extend(Part::of_side(scene, side, ordered.columns, &ordered.texts));
    }
    let hub_lie = hub_lie(scene, hub, &parts, widest);
    let above = parts.iter().filter(|part| part.side.is_up).map(|part| part.depth).max();
    let rect = Rect::new(hub_lie.from, above.unwrap_or(0), hub_lie.to - hub_lie.from, Bar::HEIGHT);
    let mut placed = Placed::default();
    placed.bars.push(PlacedBar {
        bar: hub,
        rect,
        text_x: hub_lie.text,
        again: None,
        more: Vec::new(),
    });
    for part in &parts {
        part.emit(rect, hub, &mut placed);
    }
    placed
}

/// The hub's bar reaches over all that hangs on it.
fn hub_lie(scene: &Scene, hub: usize, parts: &[Part], widest: i32) -> Lie {
    let least = column::bar_width(&scene.bars[hub]);
    let ends = parts.iter().filter_map(|part| part.ends(hub));
    let (from, to) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_else(|| {
        let from = (widest - least).div_euclid(2 * GRID) * GRID;
        (from, from + least)
    });
    let to = to.max(from + least);
    Lie { from, to, text: from + Bar::PADDING }
}

/// Moves everything so that it begins at 0, 0, and measures it.
fn to_origin(placed: Placed) -> Placed {
    let rects = placed.bars.iter().map(|b| b.rect).chain(placed.cards.iter().map(|c| c.rect));
    let Some(all) = rects.reduce(Rect::around) else { return placed };
    // Whole grid steps, so that lines of different components never meet.
    let left = all.x.div_euclid(GRID) * GRID;
    let mut moved = Placed { width: all.right() - left, height: all.h, ..Placed::default() };
    moved.add(placed, -left, -all.y);
    moved.width = all.right() - left;
    moved.height = all.h;
    moved
}
