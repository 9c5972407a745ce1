//! The lines between bars and cards: where they run, and what they go over.

use std::collections::BTreeMap;

use super::column::{Column, GRID};
use crate::render::svg::geometry::{PlacedCard, PlacedTap, Rect};
use crate::render::svg::scene::Card;

/// The line from a bar to a strip.
pub fn tap(
    card: &PlacedCard,
    strip: usize,
    bar: usize,
    x: i32,
    bar_rect: Rect,
    is_stack: bool,
    passed: impl Iterator<Item = (usize, Rect)>,
) -> PlacedTap {
    let place = card.strips[strip];
    let below = place.y >= bar_rect.bottom();
    let start = if below { bar_rect.bottom() } else { bar_rect.y };
    let points = if is_stack {
        let y = place.y + place.h / 2;
        let edge = if x < place.x { place.x } else { place.right() };
        vec![(x, start), (x, y), (edge, y)]
    } else {
        let edge = if below { place.y } else { place.bottom() };
        vec![(x, start), (x, edge)]
    };
    let (from, to) = (points[0].1.min(points[1].1), points[0].1.max(points[1].1));
    let hops = passed
        .filter(|(other, rect)| {
            *other != bar && rect.x <= x && x <= rect.right() && from < rect.y && rect.bottom() < to
        })
        .map(|(_, rect)| ((x, rect.y), (x, rect.bottom())))
        .collect();
    PlacedTap { card: card.card, strip, bar, points, hops }
}

/// Where the trunk to a bar runs past a stack.
pub fn trunk_x(column: &Column, bar: usize, residue: i32) -> i32 {
    let card_x = column.x + column.gutter;
    let nth = |bars: &[usize]| {
        bars.iter().position(|other| *other == bar).and_then(|at| i32::try_from(at).ok())
    };
    match (nth(&column.inner), nth(&column.outer)) {
        (Some(at), _) => card_x - 2 * GRID - GRID * at + residue,
        (None, Some(at)) => card_x + column.card_width + GRID + GRID * at + residue,
        (None, None) => card_x,
    }
}

/// Left end and width of each strip of a single card: those of one edge share
/// its width.
pub fn strip_xs(card: &Card, column: &Column) -> Vec<(i32, i32)> {
    let mut places = vec![(0, 0); card.strips.len()];
    for inner in [true, false] {
        let edge: Vec<usize> = (0..card.strips.len())
            .filter(|at| column.inner.contains(&card.strips[*at].bar) == inner)
            .collect();
        let Ok(number) = i32::try_from(edge.len()) else { continue };
        if number == 0 {
            continue;
        }
        let needed: i32 = edge.iter().map(|at| card.strips[*at].width()).sum();
        let spare = column.card_width - needed;
        let mut x = 0;
        for (nth, at) in edge.into_iter().enumerate() {
            let nth = i32::try_from(nth).unwrap_or(0);
            let width = card.strips[at].width() + spare * (nth + 1) / number - spare * nth / number;
            places[at] = (x, width);
            x += width;
        }
    }
    places
}

/// Half the width of a hop over another line.
const HOP: i32 = 4;

/// Notes where the turns of a stack's lines cross the trunks between them and
/// the cards, and puts those trunks first, so that the turns go over them.
pub fn hop_over_trunks(taps: &mut [PlacedTap]) {
    let mut trunks: BTreeMap<(i32, usize), (i32, i32)> = BTreeMap::new();
    for tap in taps.iter().filter(|tap| tap.points.len() == 3) {
        let ((x, start), (_, end)) = (tap.points[0], tap.points[1]);
        let (top, bottom) = (start.min(end), start.max(end));
        let reach = trunks.entry((x, tap.bar)).or_insert((top, bottom));
        *reach = (reach.0.min(top), reach.1.max(bottom));
    }
    if trunks.len() < 2 {
        return;
    }
    for tap in taps.iter_mut().filter(|tap| tap.points.len() == 3) {
        let ((x, y), (edge, _)) = (tap.points[1], tap.points[2]);
        let (left, right) = (x.min(edge), x.max(edge));
        for ((other, _), (top, bottom)) in trunks.range((left + 1, 0)..(right, 0)) {
            if (*top..*bottom).contains(&y) {
                tap.hops.push(((other - HOP, y), (other + HOP, y)));
            }
        }
    }
    taps.sort_by_key(|tap| tap.points.last().map_or(0, |end| (end.0 - tap.points[0].0).abs()));
}
