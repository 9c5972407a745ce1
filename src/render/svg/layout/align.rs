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
    let mut strips = vec![Vec::new(); placed.cards.iter().map(|c| c.card + 1).max().unwrap_or(0)];
    for card in &placed.cards {
        strips[card.card] = card.strips.iter().map(|strip| (strip.x, strip.w)).collect();
    }
    let strip = |tap: &PlacedTap| -> (i32, i32) { strips[tap.card][tap.strip] };
    for at in 0..placed.taps.len() {
        let (x, width) = strip(&placed.taps[at]);
        shift(placed, &mut upright, at, x + width / 2);
    }
    // Lines that end on two sides of a bar, and all but meet, do meet: the
    // one with the wider strip, where it shows least, goes to the other.
    for at in 0..placed.taps.len() {
        let (x, width) = (placed.taps[at].points[0].0, strip(&placed.taps[at]).1);
        let others = upright.range((x - GRID, 0)..=(x + GRID, usize::MAX));
        let facing = others.into_iter().find(|(_, other)| {
            let (tap, other) = (&placed.taps[at], &placed.taps[*other]);
            let apart = span(tap).0 > span(other).1 || span(other).0 > span(tap).1;
            tap.bar == other.bar && apart && strip(other).1 < width && other.points.len() == 2
        });
        if let Some((new, _)) = facing.copied() {
            shift(placed, &mut upright, at, new);
        }
    }
}

/// Moves a straight line by a little, if nothing is in the way.
fn shift(placed: &mut Placed, upright: &mut BTreeSet<(i32, usize)>, at: usize, new: i32) {
    let tap = &placed.taps[at];
    let old = tap.points[0].0;
    if tap.points.len() != 2 || !tap.hops.is_empty() || old == new || (old - new).abs() > GRID {
        return;
    }
    let (top, bottom) = span(tap);
    let in_the_way = |other: &PlacedTap| {
        let (other_top, other_bottom) = span(other);
        other_top <= bottom && top <= other_bottom
    };
    let mut near = upright.range((new - APART, 0)..=(new + APART, usize::MAX));
    if near.all(|(_, i)| *i == at || !in_the_way(&placed.taps[*i])) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::svg::geometry::{PlacedCard, Rect};

    /// A card above or below a bar that lies from 100 to 138, and its line.
    fn hung(card: usize, x: i32, width: i32, y: i32, line: i32) -> (PlacedCard, PlacedTap) {
        let strip = Rect::new(x, y, width, 20);
        let placed = PlacedCard { card, rect: strip, strips: vec![strip], body_y: y };
        let ends = if y < 100 { (100, strip.bottom()) } else { (138, y) };
        let points = vec![(line, ends.0), (line, ends.1)];
        (placed, PlacedTap { card, strip: 0, bar: 0, points, hops: Vec::new() })
    }

    #[test]
    fn lines_end_in_the_middle_and_meet_across_a_bar() {
        let hung =
            [hung(0, 0, 200, 40, 96), hung(1, 40, 112, 200, 92), hung(2, 400, 112, 200, 450)];
        let (cards, taps) = hung.into_iter().unzip();
        let mut placed = Placed { cards, taps, ..Placed::default() };
        align(&mut placed);
        let xs: Vec<i32> = placed.taps.iter().map(|tap| tap.points[1].0).collect();
        assert_eq!(xs, [96, 96, 456]);
        placed.taps[0].hops.push(((96, 0), (96, 10)));
        placed.taps[0].points.iter_mut().for_each(|point| point.0 = 90);
        align(&mut placed);
        assert_eq!(placed.taps[0].points[0].0, 90, "a line over a bar stays");
    }
}
