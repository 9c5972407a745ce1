//! Arrows between cards that have their places.

use super::grid::Ground;
use super::route::{Wish, route};
use crate::render::svg::geometry::{Placed, PlacedArrow, Rect};

/// An arrow that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Number of the card where it begins.
    pub from: usize,
    /// Number of the card where it ends.
    pub to: usize,
    /// Width of its label.
    pub label: i32,
    /// Arrows of one kind are joined, and go to one card.
    pub kind: usize,
}

/// Adds the arrows that find a way, around everything that is there and around
/// `labels`; the numbers of those that find none.
pub fn draw_arrows(placed: &mut Placed, wanted: &[Wanted], labels: &[Rect]) -> Vec<usize> {
    let cards = placed.cards.iter().map(|card| card.card).max().map_or(0, |most| most + 1);
    let mut rects: Vec<Option<Rect>> = vec![None; cards];
    for card in &placed.cards {
        rects[card.card] = Some(card.rect);
    }
    let mut ground = Ground { page: placed.area, ..Ground::default() };
    ground.boxes.extend(placed.cards.iter().map(|card| card.rect));
    ground.boxes.extend(placed.bars.iter().flat_map(|bar| &bar.pieces));
    ground.words.extend(labels);
    ground.lines.extend(placed.bars.iter().flat_map(|bar| &bar.links));
    ground.lines.extend(placed.besides.iter().map(|beside| beside.line));
    for tap in &placed.taps {
        ground.lines.extend(tap.points.windows(2).map(|ends| (ends[0], ends[1])));
    }
    let rect = |card: usize| rects.get(card).copied().flatten();
    let (mut numbers, mut wishes) = (Vec::new(), Vec::new());
    for (number, wanted) in wanted.iter().enumerate() {
        let (Some(from), Some(to)) = (rect(wanted.from), rect(wanted.to)) else { continue };
        numbers.push(number);
        wishes.push(Wish { from, to, label: wanted.label, kind: wanted.kind });
    }
    let mut left_out = Vec::new();
    for (arrow, way) in numbers.into_iter().zip(route(&ground, &wishes)) {
        let Some(way) = way else {
            left_out.push(arrow);
            continue;
        };
        let ends = way.points.windows(2).map(|ends| Rect::between(ends[0], ends[1]));
        let mut area = ends.fold(placed.area, Rect::around);
        let of_label = |(x, y): (i32, i32)| Rect::new(x, y - 11, wanted[arrow].label, 14);
        // Where there is no room for its port beside another text, it has none.
        let is_clear = |at: &(i32, i32)| !labels.iter().any(|text| text.meets(of_label(*at), 1));
        let label = way.label.filter(is_clear);
        if let Some(at) = label {
            area = area.around(of_label(at));
        }
        placed.area = area;
        let (points, joins) = (way.points, way.joins);
        placed.arrows.push(PlacedArrow { arrow, points, joins, label });
    }
    left_out
}
