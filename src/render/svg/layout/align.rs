//! Moves straight lines to the middle of the strips that they end on. Where
//! places are given out, lines of neighbouring bands are kept half a grid step
//! apart; where no line is in the way they need not be, and look better lined up.

use std::collections::BTreeSet;

use super::column::GRID;
use crate::render::svg::geometry::{Placed, PlacedTap};

/// Room between lines that run side by side.
const APART: i32 = GRID / 2 + 1;

/// Lines up what can be. Lines that go over bars stay where those let them through.
pub fn align(placed: &mut Placed) {
    let mut upright: BTreeSet<(i32, usize)> =
        placed.taps.iter().enumerate().map(|(at, tap)| (tap.points[0].0, at)).collect();
    let mut middles = vec![Vec::new(); placed.cards.iter().map(|c| c.card + 1).max().unwrap_or(0)];
    for card in &placed.cards {
        middles[card.card] = card.strips.iter().map(|strip| strip.x + strip.w / 2).collect();
    }
    for at in 0..placed.taps.len() {
        let tap = &placed.taps[at];
        if tap.points.len() != 2 || !tap.hops.is_empty() {
            continue;
        }
        let (old, new) = (tap.points[0].0, middles[tap.card][tap.strip]);
        let (top, bottom) = span(tap);
        let in_the_way = |other: &PlacedTap| {
            let (other_top, other_bottom) = span(other);
            other_top <= bottom && top <= other_bottom
        };
        let near = upright.range((new - APART, 0)..=(new + APART, usize::MAX));
        let is_free = near.into_iter().all(|(_, i)| *i == at || !in_the_way(&placed.taps[*i]));
        if old == new || (old - new).abs() > GRID || !is_free {
            continue;
        }
        upright.remove(&(old, at));
        upright.insert((new, at));
        placed.taps[at].points.iter_mut().for_each(|point| point.0 = new);
    }
}

/// From where to where a line runs up and down.
fn span(tap: &PlacedTap) -> (i32, i32) {
    let (a, b) = (tap.points[0].1, tap.points[1].1);
    (a.min(b), a.max(b))
}
