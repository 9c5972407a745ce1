//! Finds a place for every bar and card.
//!
//! What hangs together is laid out as one [`component`]: its hub in the middle
//! ([`plan`]), cards in columns ([`column`](mod@column)), columns and blocks from left to
//! right ([`rows`], [`order`], with projects together by [`kin`]), then heights,
//! tracks and lines ([`part`]), and the whole ([`assemble`]). A component is
//! laid out several times, with more or fewer cards in a column; the one whose
//! shape and lines are best is taken.
//! [`pack`] puts the components on the page, [`align`] moves lines to the
//! middle of what they end on, and [`again`] names long bars twice. Nothing here
//! searches for room: overlaps cannot arise.

mod again;
mod align;
mod assemble;
mod column;
mod component;
mod kin;
mod lie;
mod order;
mod pack;
mod part;
mod plan;
mod rows;
mod taps;
mod tracks;

use super::geometry::{Placed, PlacedBar, Rect};
use super::scene::{Bar, Scene};
use column::Stacking;
use component::components;
use order::Care;
use plan::{Side, Sides, Skeleton};

/// The shape that pictures aim at: width divided by height, in hundredths.
const SHAPE: f64 = 1.5;

/// Heights of stacks that are tried.
const STACKS: [usize; 9] = [1, 2, 3, 4, 6, 8, 12, 24, 64];
/// The same where every trial costs much.
const HIGH_STACKS: [usize; 6] = [1, 2, 4, 8, 24, 96];
/// This many cards are much.
const A_LOT: usize = 400;
/// How far from it a picture may be, as logarithms: too high, too wide. The
/// promise is 1 to 2 and 2 to 1; heading and legend take their part of it.
const TOLERANCE: (f64, f64) = (-0.7, 0.28);

/// What it may cost to keep projects together, see [`cost`].
const WORTH_OF_FRAMES: f64 = 0.05;

/// Room below the bar of the world outside where nothing hangs on it.
const SKY: i32 = 36;

/// Lays the scene out, at most `width` pixels wide if that can be. `ways`
/// keeps how each component was laid out, for the next time that the same
/// scene comes with slightly other sizes.
pub fn lay_out(scene: &Scene, width: Option<i32>, ways: &mut Vec<Way>) -> Placed {
    let (mut first, mut rest, mut sky) = (Vec::new(), Vec::new(), None);
    for (number, component) in components(scene).iter().enumerate() {
        let outside = component.bars.iter().copied().find(|bar| scene.bars[*bar].is_outside());
        let skeleton = Skeleton::new(scene, component);
        let mut known = None;
        if number == ways.len() {
            let (way, placed) = by_project(scene, &skeleton, width);
            ways.push(way);
            known = placed;
        }
        let placed =
            || known.unwrap_or_else(|| arrange(scene, &skeleton, ways[number], Care::Full));
        match outside {
            Some(bar) if component.cards.is_empty() => sky = Some(bar),
            Some(_) => first.push(placed()),
            None => rest.push(placed()),
        }
    }
    let mut packed = pack::pack(first, rest, width, SHAPE);
    align::align(&mut packed);
    let mut all = match sky {
        Some(bar) => below_the_sky(scene, bar, packed),
        None => packed,
    };
    again::again(scene, &mut all);
    all
}

/// A world outside that nothing hangs on lies over everything.
fn below_the_sky(scene: &Scene, bar: usize, packed: Placed) -> Placed {
    let width = packed.width.max(scene.bars[bar].width());
    let rect = Rect::new(0, 0, width, Bar::HEIGHT);
    let sky = PlacedBar { bar, rect, text_x: Bar::PADDING, again: None, more: Vec::new() };
    let mut all = Placed { bars: vec![sky], width, height: Bar::HEIGHT, ..Placed::default() };
    all.add(packed, 0, Bar::HEIGHT + SKY);
    all
}

/// One way to lay a component out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    sides: Sides,
    stacking: Stacking,
    /// Rows of the hub's bar.
    rows: usize,
    /// Whether what belongs to one project is kept together.
    by_project: bool,
}

impl Way {
    /// Everything below the hub, each card in a column of its own.
    const PLAIN: Self = Self {
        sides: Sides::Below,
        stacking: Stacking { rows: 1, mixed: false, squeezed: false },
        rows: 1,
        by_project: false,
    };
}

/// Tries the ways that may be good, and takes the best.
fn best_way(scene: &Scene, skeleton: &Skeleton, width: Option<i32>) -> Way {
    let component = skeleton.component;
    let mut best: Option<(f64, Way)> = None;
    let mut consider = |way: Way| {
        let placed = arrange(scene, skeleton, way, Care::Little);
        let cost = cost(&placed, way, width);
        let shape = f64::from(placed.width) / f64::from(placed.height.max(1) + pack::AROUND);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, way));
        }
        shape
    };
    let most = component.cards.len().max(2);
    let stacks: &[usize] = if most > A_LOT { &HIGH_STACKS } else { &STACKS };
    for sides in [Sides::Below, Sides::Both] {
        for stack in stacks.iter().copied().take_while(|stack| *stack == 1 || *stack < most) {
            let stacking = Stacking { rows: stack, mixed: false, squeezed: false };
            let mut shape = consider(Way { sides, stacking, ..Way::PLAIN });
            if shape > SHAPE && component.bars.len() > 2 {
                // Twice the rows make it half as wide and twice as high.
                let rows = rows_for(shape);
                for rows in [rows, rows + 1, rows * 3 / 2 + 1].into_iter().filter(|rows| *rows > 1)
                {
                    consider(Way { sides, stacking, rows, ..Way::PLAIN });
                }
            }
            if stack > 1 && shape > 1.0 {
                let mixed = Stacking { mixed: true, ..stacking };
                shape = shape.min(consider(Way { sides, stacking: mixed, ..Way::PLAIN }));
                if shape > SHAPE {
                    let squeezed = Stacking { squeezed: true, ..mixed };
                    shape = shape.min(consider(Way { sides, stacking: squeezed, ..Way::PLAIN }));
                }
            }
            // Higher stacks would only make it narrower still.
            if shape < SHAPE / 2.0 {
                break;
            }
        }
    }
    best.map_or(Way::PLAIN, |(_, way)| way)
}

/// The best way, with projects kept together if that makes nothing else
/// worse; and what came of it, where it was tried.
fn by_project(scene: &Scene, skeleton: &Skeleton, width: Option<i32>) -> (Way, Option<Placed>) {
    let way = best_way(scene, skeleton, width);
    let mut projects = skeleton.component.cards.iter().map(|card| &scene.cards[*card].project);
    let first = projects.next();
    if projects.all(|project| Some(project) == first) {
        return (way, None);
    }
    let together = Way { by_project: true, ..way };
    let [old, new] = [way, together].map(|way| arrange(scene, skeleton, way, Care::Full));
    let is_as_good = new.crossings() <= old.crossings()
        && cost(&new, together, width) <= cost(&old, way, width) + WORTH_OF_FRAMES;
    if is_as_good { (together, Some(new)) } else { (way, Some(old)) }
}

/// How many rows bring this shape near to the one that pictures aim at.
fn rows_for(shape: f64) -> usize {
    let rows = (shape / SHAPE).sqrt();
    (1..64).find(|number| f64::from(*number) + 0.5 > rows).map_or(64, |number| number as usize)
}

fn arrange(scene: &Scene, skeleton: &Skeleton, way: Way, care: Care) -> Placed {
    let mut rows = skeleton.rows(way.sides, way.rows);
    let groups = &skeleton.groups;
    let mut ordered = Vec::with_capacity(rows.len());
    for sides in &mut rows {
        let order = |side: &mut Side, room| {
            let wanted =
                order::Wanted { stacking: way.stacking, room, by_project: way.by_project, care };
            order::order(scene, groups, side, wanted)
        };
        let [below, above] = sides;
        let mut both = [order(below, 0), order(above, 0)];
        // What hangs on the hub alone spreads as far as the other side reaches.
        let [low, high] = [both[0].width, both[1].width];
        if care == Care::Full && both[0].can_spread(high) {
            both[0] = order(below, high);
        } else if care == Care::Full && both[1].can_spread(low) {
            both[1] = order(above, low);
        }
        ordered.push(both);
    }
    assemble::assemble(scene, &rows, ordered)
}

/// What is wrong with a layout: a shape that fits no page, room wasted, lines
/// that are long or cross.
fn cost(placed: &Placed, way: Way, width: Option<i32>) -> f64 {
    let (w, h) = (f64::from(placed.width.max(1)), f64::from(placed.height.max(1)));
    let off_shape = (w / (h + f64::from(pack::AROUND)) / SHAPE).ln();
    let misshapen = (TOLERANCE.0 - off_shape).max(off_shape - TOLERANCE.1).max(0.0);
    let too_wide = width.map_or(0.0, |most| (w / f64::from(most.max(1))).ln().max(0.0));
    let used: f64 = placed.cards.iter().map(|c| f64::from(c.rect.w) * f64::from(c.rect.h)).sum();
    let waste = (w * h / used.max(20_000.0)).ln().max(0.0);
    let taps = placed.taps.len().max(1) as f64;
    let length = placed.line_length() as f64 / taps / 100.0;
    let crossings = placed.crossings() as f64 / taps;
    let habits = if way.sides == Sides::Both { 0.05 } else { 0.0 }
        + if way.stacking.mixed { 0.3 } else { 0.0 }
        + if way.stacking.squeezed { 0.3 } else { 0.0 }
        + if way.rows > 1 { 0.5 } else { 0.0 };
    20.0 * too_wide
        + if width.is_some() { 0.3 } else { 1.6 } * off_shape.powi(2)
        + if width.is_some() { 0.0 } else { 20.0 } * misshapen
        + 0.6 * waste
        + 0.15 * length
        + 0.8 * crossings
        + habits
}
