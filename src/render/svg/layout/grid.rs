//! The ground as a grid: what may be passed, crossed, or not be entered.

use std::collections::HashMap;

use crate::render::svg::geometry::{Point, Rect};

/// From one line of the grid to the next.
pub const STEP: i32 = 8;
/// How near an arrow comes to what it passes.
const NEAR: i32 = 5;
/// How near it comes to words.
const NEAR_WORDS: i32 = 2;
/// No arrow leaves a card within its corners.
const CORNER: i32 = 6;
/// Room around everything for arrows that go around it.
const MARGIN: i32 = 40;
/// How many places beside the card that an arrow leaves no other arrow ends on it.
const FREE: usize = 3;
/// Leaving or entering by the upper or lower edge.
const BY_EDGE: u32 = 5;

/// Which way a step goes.
pub const WAYS: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

/// A place on the grid: column and row.
pub type Place = (i32, i32);

/// What is in the way.
#[derive(Debug, Default)]
pub struct Ground {
    /// Boxes that nothing may pass.
    pub boxes: Vec<Rect>,
    /// Words, that nothing may pass either.
    pub words: Vec<Rect>,
    /// Lines that may be crossed, and not followed.
    pub lines: Vec<(Point, Point)>,
    /// Everything, margins not counted.
    pub page: Rect,
}

/// What is at a place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cell {
    /// Nothing may pass.
    pub is_blocked: bool,
    /// A line runs here from left to right, or from above.
    pub has_level: bool,
    pub has_upright: bool,
    /// The kind of the arrow that runs here, counted from 1.
    pub arrow: u32,
    /// Whether another arrow of its kind can end on it here.
    pub can_be_joined: bool,
}

/// The grid.
pub struct Grid {
    left: i32,
    top: i32,
    columns: i32,
    rows: i32,
    /// Row by row.
    pub cells: Vec<Cell>,
    /// For each kind of arrow between which places they run.
    taken: HashMap<u32, (Place, Place)>,
}

impl Grid {
    /// Of what is in the way.
    pub fn new(ground: &Ground) -> Self {
        let page = ground.page;
        // Cards, bars and most lines lie on multiples of a step: where the grid does as
        // well, each takes one line of it and leaves the next.
        let left = (page.x - MARGIN).div_euclid(STEP) * STEP;
        let top = (page.y - STEP).div_euclid(STEP) * STEP;
        let columns = (page.right() + MARGIN - left) / STEP + 1;
        let rows = (page.bottom() + MARGIN - top) / STEP + 1;
        let cells = vec![Cell::default(); usize::try_from(columns * rows).unwrap_or(0)];
        let mut grid = Self { left, top, columns, rows, cells, taken: HashMap::new() };
        for rect in &ground.boxes {
            grid.block(rect.grown(NEAR));
        }
        for rect in &ground.words {
            grid.block(rect.grown(NEAR_WORDS));
        }
        for (from, to) in &ground.lines {
            grid.cross(*from, *to);
        }
        grid
    }

    /// The number of the cell at a place.
    pub fn at(&self, (column, row): Place) -> Option<usize> {
        let inside = (0..self.columns).contains(&column) && (0..self.rows).contains(&row);
        inside.then(|| usize::try_from(row * self.columns + column).unwrap_or(0))
    }

    /// The place of a cell.
    pub fn place(&self, at: usize) -> Place {
        let at = i32::try_from(at).unwrap_or(0);
        (at % self.columns, at / self.columns)
    }

    /// Where a place is on the page.
    pub fn point(&self, (column, row): Place) -> Point {
        (self.left + column * STEP, self.top + row * STEP)
    }

    /// The lines of the grid within a stretch, both ends included.
    fn within(from: i32, to: i32, first: i32) -> std::ops::RangeInclusive<i32> {
        (from - first + STEP - 1).div_euclid(STEP)..=(to - first).div_euclid(STEP)
    }

    fn each(&mut self, rect: Rect, mut change: impl FnMut(&mut Cell)) {
        for row in Self::within(rect.y, rect.bottom(), self.top) {
            for column in Self::within(rect.x, rect.right(), self.left) {
                if let Some(at) = self.at((column, row)) {
                    change(&mut self.cells[at]);
                }
            }
        }
    }

    fn block(&mut self, rect: Rect) {
        self.each(rect, |cell| cell.is_blocked = true);
    }

    fn cross(&mut self, (ax, ay): Point, (bx, by): Point) {
        let rect = Rect::new(ax.min(bx), ay.min(by), (ax - bx).abs(), (ay - by).abs());
        if ax == bx {
            let near = Rect::new(rect.x - STEP / 2, rect.y, STEP, rect.h);
            self.each(near, |cell| cell.has_upright = true);
        } else {
            let near = Rect::new(rect.x, rect.y - STEP / 2, rect.w, STEP);
            self.each(near, |cell| cell.has_level = true);
        }
    }

    /// The places beside a card from which an arrow can leave it: where, which
    /// way it is turned, where that is on the card's edge, and what it costs.
    pub fn doors(&self, card: Rect) -> Vec<(Place, usize, Point, u32)> {
        let mut doors = Vec::new();
        let beyond = |edge: i32, first: i32| (edge + NEAR - first).div_euclid(STEP) + 1;
        let before = |edge: i32, first: i32| (edge - NEAR - first + STEP - 1).div_euclid(STEP) - 1;
        for row in Self::within(card.y + CORNER, card.bottom() - CORNER, self.top) {
            let y = self.top + row * STEP;
            doors.push(((beyond(card.right(), self.left), row), 0, (card.right(), y), 0));
            doors.push(((before(card.x, self.left), row), 2, (card.x, y), 0));
        }
        for column in Self::within(card.x + 2 * STEP, card.right() - 2 * STEP, self.left) {
            let x = self.left + column * STEP;
            doors.push(((column, beyond(card.bottom(), self.top)), 1, (x, card.bottom()), BY_EDGE));
            doors.push(((column, before(card.y, self.top)), 3, (x, card.y), BY_EDGE));
        }
        doors.retain(|(cell, way, ..)| {
            let free = self.at(*cell).map(|at| self.cells[at]);
            free.is_some_and(|cell| {
                let along = if way % 2 == 0 { cell.has_level } else { cell.has_upright };
                !cell.is_blocked && !along && cell.arrow == 0
            })
        });
        doors
    }

    /// Marks a way, so that others keep off it. Where it begins no other one ends: that
    /// would look as if it led to the card.
    pub fn take(&mut self, cells: &[Place], kind: u32) {
        for place in cells {
            let (low, high) = self.taken.entry(kind).or_insert((*place, *place));
            *low = (low.0.min(place.0), low.1.min(place.1));
            *high = (high.0.max(place.0), high.1.max(place.1));
        }
        for (nth, place) in cells.iter().enumerate() {
            if let Some(at) = self.at(*place) {
                self.cells[at].can_be_joined = nth >= FREE;
            }
        }
        for pair in cells.windows(2) {
            let level = pair[0].1 == pair[1].1;
            for cell in pair {
                if let Some(at) = self.at(*cell) {
                    let cell = &mut self.cells[at];
                    cell.arrow = kind;
                    *if level { &mut cell.has_level } else { &mut cell.has_upright } = true;
                }
            }
        }
    }

    /// Between which places arrows of a kind run.
    pub fn taken_by(&self, kind: u32) -> Option<(Place, Place)> {
        self.taken.get(&kind).copied()
    }
}
