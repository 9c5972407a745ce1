//! Finds a place for every bar and card.
//!
//! What hangs together is laid out as one component: its hub in the middle
//! ([`plan`]), cards in columns ([`column`]), columns and blocks from left to
//! right ([`order`]), then heights, tracks and lines ([`lines`]). A component
//! is laid out several times, with more or fewer cards in a column; the one
//! whose shape and lines are best is taken. [`pack`] puts the components on
//! the page. Nothing here searches for room: overlaps cannot arise.

mod column;
mod lines;
mod order;
mod pack;
mod plan;
mod tracks;

use std::collections::BTreeMap;

use super::geometry::{Placed, PlacedBar, Rect};
use super::scene::{Bar, Scene};
use column::Stacking;
use plan::Sides;

/// The shape that pictures aim at: width divided by height, in hundredths.
const SHAPE: f64 = 1.5;

/// Bars and cards that hang together.
#[derive(Debug, Default, Clone)]
pub struct Component {
    /// Numbers of the bars.
    pub bars: Vec<usize>,
    /// Numbers of the cards.
    pub cards: Vec<usize>,
}

/// Room below the bar of the world outside where nothing hangs on it.
const SKY: i32 = 36;

/// Lays the scene out, at most `width` pixels wide if that can be.
pub fn lay_out(scene: &Scene, width: Option<i32>) -> Placed {
    let (mut first, mut rest, mut sky) = (Vec::new(), Vec::new(), None);
    for component in components(scene) {
        let outside = component.bars.iter().copied().find(|bar| scene.bars[*bar].is_outside());
        match outside {
            Some(bar) if component.cards.is_empty() => sky = Some(bar),
            Some(_) => first.push(lay_out_component(scene, &component, width)),
            None => rest.push(lay_out_component(scene, &component, width)),
        }
    }
    let packed = pack::pack(first, rest, width, SHAPE);
    match sky {
        Some(bar) => below_the_sky(scene, bar, packed),
        None => packed,
    }
}

/// A world outside that nothing hangs on lies over everything.
fn below_the_sky(scene: &Scene, bar: usize, packed: Placed) -> Placed {
    let width = packed.width.max(scene.bars[bar].width());
    let rect = Rect::new(0, 0, width, Bar::HEIGHT);
    let sky = PlacedBar { bar, rect, text_x: Bar::PADDING };
    let mut all = Placed { bars: vec![sky], width, height: Bar::HEIGHT, ..Placed::default() };
    all.add(packed, 0, Bar::HEIGHT + SKY);
    all
}

/// What hangs together, in display order.
fn components(scene: &Scene) -> Vec<Component> {
    let mut sets = Sets::new(scene.bars.len());
    for card in &scene.cards {
        for pair in card.strips.windows(2) {
            sets.join(pair[0].bar, pair[1].bar);
        }
    }
    let mut found: BTreeMap<usize, Component> = BTreeMap::new();
    for bar in 0..scene.bars.len() {
        found.entry(sets.root(bar)).or_default().bars.push(bar);
    }
    for (number, card) in scene.cards.iter().enumerate() {
        if let Some(strip) = card.strips.first() {
            found.entry(sets.root(strip.bar)).or_default().cards.push(number);
        }
    }
    found.into_values().collect()
}

/// Lays one component out in every way that may be good, and takes the best.
fn lay_out_component(scene: &Scene, component: &Component, width: Option<i32>) -> Placed {
    let mut best: Option<(f64, Placed)> = None;
    let cards = component.cards.len();
    let rows = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128];
    for sides in [Sides::Below, Sides::Both] {
        let mut too_tall = 0;
        for rows in rows.into_iter().filter(|rows| *rows == 1 || *rows < cards.max(2)) {
            for mixed in [false, true] {
                if mixed && rows == 1 {
                    continue;
                }
                let placed = arrange(scene, component, sides, Stacking { rows, mixed });
                let cost = cost(&placed, sides, mixed, width);
                if placed.height > 3 * placed.width {
                    too_tall += 1;
                }
                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    best = Some((cost, placed));
                }
            }
            if too_tall > 1 {
                break;
            }
        }
    }
    best.map(|(_, placed)| placed).unwrap_or_default()
}

fn arrange(scene: &Scene, component: &Component, sides: Sides, stacking: Stacking) -> Placed {
    let mut plan = plan::plan(scene, component, sides);
    let mut ordered = Vec::new();
    for side in &mut plan.sides {
        ordered.push(order::order(scene, &plan.groups, side, stacking));
    }
    lines::assemble(scene, &plan, ordered)
}

/// What is wrong with a layout: a shape that fits no page, room wasted, lines
/// that are long or cross.
fn cost(placed: &Placed, sides: Sides, mixed: bool, width: Option<i32>) -> f64 {
    let (w, h) = (f64::from(placed.width.max(1)), f64::from(placed.height.max(1)));
    let off_shape = (w / (h + f64::from(pack::AROUND)) / SHAPE).ln().abs();
    let too_wide = width.map_or(0.0, |most| (w / f64::from(most.max(1))).ln().max(0.0));
    let used: f64 = placed.cards.iter().map(|c| f64::from(c.rect.w) * f64::from(c.rect.h)).sum();
    let waste = (w * h / used.max(20_000.0)).ln().max(0.0);
    let taps = placed.taps.len().max(1) as f64;
    let length = placed.line_length() as f64 / taps / 100.0;
    let crossings = placed.crossings() as f64 / taps;
    let habits = if sides == Sides::Both { 0.05 } else { 0.0 } + if mixed { 0.3 } else { 0.0 };
    20.0 * too_wide
        + if width.is_some() { 0.3 } else { 1.6 } * off_shape.powi(2)
        + 0.6 * waste
        + 0.15 * length
        + 0.8 * crossings
        + habits
}

/// Sets that can be joined: union-find.
#[derive(Debug)]
pub struct Sets {
    above: Vec<usize>,
}

impl Sets {
    /// This many sets of one.
    pub fn new(number: usize) -> Self {
        Self { above: (0..number).collect() }
    }

    /// The member that stands for the set.
    pub fn root(&mut self, of: usize) -> usize {
        let mut at = of;
        while self.above[at] != at {
            self.above[at] = self.above[self.above[at]];
            at = self.above[at];
        }
        at
    }

    /// Joins the sets of two members; the smaller number stands for both.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.above[a.max(b)] = a.min(b);
    }
}
