//! Puts what hangs together on the page: first what the internet reaches, then
//! what this host reaches, and apart what nothing does.

use super::block::on_grid;
use super::builder::Builder;
use super::measures::{BAR, GRID};
use super::place::title_frames;
use crate::render::svg::geometry::{Placed, PlacedBar, PlacedCard, PlacedFrame, Rect};

/// Room between parts that have nothing to do with one another.
const APART: i32 = 48;

/// Places all roots, and the cards and bars that hang on nothing.
pub fn pack(builder: &Builder, width: i32) -> Placed {
    let mut placed = Placed::default();
    let plan = builder.plan;
    let is_world =
        |at: &usize| builder.tree.branches[*at].bars.iter().any(|bar| plan.is_world(*bar));
    let (world, rest): (Vec<usize>, Vec<usize>) =
        builder.tree.roots.iter().partition(|at| is_world(at));
    let mut shelf = Shelf { width, x: 0, y: 0, right: 0, bottom: 0 };
    let mut loose: Vec<usize> =
        (0..plan.cards.len()).filter(|card| plan.cards[*card].rank.is_none()).collect();
    for at in world.into_iter().chain(rest) {
        let branch = &builder.tree.branches[at];
        if branch.is_leaf() {
            loose.extend(&branch.uppers);
            continue;
        }
        let (w, h) = builder.blocks[at].size;
        // What belongs to one project as a whole has its frame here.
        let project = branch.project.filter(|_| builder.framed[at]);
        let pad = project.map_or(0, |_| builder.measures.frame);
        let top = project.map_or(0, |_| builder.measures.frame_top);
        let (x, y) = shelf.next(w + 2 * pad, h + top + pad, APART);
        if let Some(project) = project {
            let rect = Rect::new(x, y, w + 2 * pad, h + top + pad);
            placed.frames.push(PlacedFrame { project, rect, ..PlacedFrame::default() });
        }
        builder.place(at, x + pad, y + top, &mut placed);
    }
    let size = |card: &usize| {
        let of = &plan.cards[*card];
        (2 * on_grid(of.full_size.0 / 2 + 1), on_grid(of.full_size.1))
    };
    let sizes: Vec<(i32, i32)> = loose.iter().map(size).collect();
    if !shelf.begin_at_the_bottom(&sizes, 2 * GRID) {
        shelf.close(APART);
    }
    for (card, (w, h)) in loose.into_iter().zip(sizes) {
        let (x, y) = shelf.next(w, h, 2 * GRID);
        let rect = Rect::new(x, y, w, h);
        placed.cards.push(PlacedCard { card, rect, is_full: true, part: usize::MAX });
    }
    shelf.close(2 * GRID);
    for (bar, of) in plan.bars.iter().enumerate().filter(|(_, bar)| bar.rank.is_none()) {
        let (x, y) = shelf.next(of.width, BAR, 2 * GRID);
        let rect = Rect::new(x, y, of.width, BAR);
        placed.bars.push(PlacedBar {
            bar,
            pieces: vec![rect],
            texts: vec![rect],
            ..PlacedBar::default()
        });
    }
    title_frames(&mut placed, plan);
    let page = Rect::new(0, 0, shelf.right, shelf.bottom);
    let zones = placed.zones.iter().copied();
    placed.area = zones.fold(page, Rect::around);
    placed
}

/// Things side by side, as far as the page is wide.
struct Shelf {
    width: i32,
    x: i32,
    y: i32,
    right: i32,
    bottom: i32,
}

impl Shelf {
    /// Begins a new row below everything.
    fn close(&mut self, gap: i32) {
        if self.bottom > self.y {
            self.x = 0;
            self.y = self.bottom + gap;
        }
    }

    /// Goes on beside what stands there, at its bottom, if all of these have room: what
    /// nothing reaches stands low, and needs no row of its own. Whether it does.
    fn begin_at_the_bottom(&mut self, sizes: &[(i32, i32)], gap: i32) -> bool {
        let width = sizes.iter().map(|(w, _)| on_grid(*w) + gap).sum::<i32>() - gap;
        let height = sizes.iter().map(|(_, h)| *h).max().unwrap_or(0);
        let has_room = !sizes.is_empty()
            && self.x > 0
            && self.x + width <= self.width
            && self.bottom - self.y >= height;
        if has_room {
            self.y = self.bottom - height;
        }
        has_room
    }

    /// The place for the next thing of this size.
    fn next(&mut self, w: i32, h: i32, gap: i32) -> (i32, i32) {
        if self.x > 0 && self.x + w > self.width {
            self.close(gap);
        }
        let at = (self.x, self.y);
        self.right = self.right.max(self.x + w);
        self.bottom = self.bottom.max(self.y + h);
        self.x += on_grid(w) + gap;
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_card_is_loose_what_comes_next_stands_below() {
        let mut shelf = Shelf { width: 900, x: 0, y: 0, right: 0, bottom: 0 };
        shelf.next(400, 300, APART);
        assert!(!shelf.begin_at_the_bottom(&[], 2 * GRID), "nothing has no need of room");
        shelf.close(APART);
        assert_eq!(shelf.next(200, BAR, 2 * GRID), (0, 300 + APART));
    }
}
