//! Ways for arrows between cards: beside cards, bars and words, never through
//! them, with few bends and crossings.
//!
//! A search on a grid: cheap for what people look at, and left out where so
//! many arrows would say nothing. Arrows to the same end join where they meet.

use super::grid::{Grid, Ground};
use super::search::{Found, Search};
use crate::order::OrderBy;
use crate::render::svg::geometry::{Point, Rect};

/// Room for a label's letters above a line.
const LABEL_HEIGHT: i32 = 11;
/// How far a label keeps from other words on its left and right, so that nobody reads them
/// as one: first more, and less where there is no such room.
const APART: [i32; 2] = [9, 1];

/// An arrow to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Where it begins.
    pub from: Rect,
    /// Where it ends.
    pub to: Rect,
    /// Width of its label.
    pub label: i32,
    /// Arrows of one kind to one end are joined.
    pub kind: usize,
}

/// An arrow that found a way.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// Its corners, from its beginning to its end.
    pub points: Vec<Point>,
    /// Whether it ends on another arrow and not on a card.
    pub joins: bool,
    /// Where its label begins, on its base line.
    pub label: Option<Point>,
}

/// How often arrows are drawn anew where some found no way, those first.
const ATTEMPTS: usize = 3;

/// Finds the arrows' ways; what finds none is `None`.
pub fn route(ground: &Ground, wishes: &[Wish]) -> Vec<Option<Way>> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    let mut ways = in_order(ground, wishes, &order);
    for _ in 1..ATTEMPTS {
        let without = |of: &usize| ways[*of].is_none();
        let lost = order.iter().filter(|of| without(of)).count();
        if lost == 0 {
            break;
        }
        order.order_by_key(|of| !without(of));
        let others = in_order(ground, wishes, &order);
        if others.iter().filter(|way| way.is_none()).count() < lost {
            ways = others;
        }
    }
    with_labels(ground, wishes, ways)
}

/// Finds the arrows' ways one after the other, around those before them.
fn in_order(ground: &Ground, wishes: &[Wish], order: &[usize]) -> Vec<Option<Way>> {
    let mut grid = Grid::new(ground);
    let mut search = Search::new(&grid);
    let mut ways = vec![None; wishes.len()];
    for at in order {
        let wish = &wishes[*at];
        // Counted from 1: 0 is no arrow.
        let kind = u32::try_from(wish.kind).unwrap_or(0) + 1;
        let Some(Found { places, start, end }) = search.find(&grid, wish.from, wish.to, kind)
        else {
            continue;
        };
        grid.take(&places, kind);
        let mut points = vec![start];
        points.extend(places.iter().map(|place| grid.point(*place)));
        points.extend(end);
        let points = corners(points);
        ways[*at] = Some(Way { points, joins: end.is_none(), label: None });
    }
    ways
}

/// The same ways with their labels, where these have room.
fn with_labels(ground: &Ground, wishes: &[Wish], mut ways: Vec<Option<Way>>) -> Vec<Option<Way>> {
    let mut words = ground.words.clone();
    // All ways are known: labels keep off every one of them.
    let mut taken = ground.boxes.clone();
    taken.extend(ground.lines.iter().map(|(a, b)| stretch(*a, *b)));
    for way in ways.iter().flatten() {
        taken.extend(way.points.windows(2).map(|ends| stretch(ends[0], ends[1])));
    }
    for (way, wish) in ways.iter_mut().zip(wishes) {
        let Some(way) = way.as_mut().filter(|_| wish.label > 0) else { continue };
        let sites = sites(&way.points, wish.label);
        let is_free = |site: &Point, apart: i32| {
            let own = label_box(*site, wish.label);
            let (near, far) = (widened(own, 1), widened(own, apart));
            taken.iter().all(|other| !near.meets(*other, 0))
                && words.iter().all(|other| !far.meets(*other, 0))
        };
        let site = |apart: i32| sites.iter().find(|site| is_free(site, apart)).copied();
        way.label = APART.into_iter().find_map(site);
        words.extend(way.label.map(|at| label_box(at, wish.label)));
    }
    ways
}

/// The points at which the way turns, with its ends.
fn corners(points: Vec<Point>) -> Vec<Point> {
    let mut corners: Vec<Point> = Vec::new();
    for point in points {
        if let [.., a, b] = corners[..]
            && ((a.0 == b.0 && b.0 == point.0) || (a.1 == b.1 && b.1 == point.1))
        {
            corners.pop();
        }
        if corners.last() != Some(&point) {
            corners.push(point);
        }
    }
    corners
}

fn stretch((ax, ay): Point, (bx, by): Point) -> Rect {
    Rect::new(ax.min(bx) - 1, ay.min(by) - 1, (ax - bx).abs() + 2, (ay - by).abs() + 2)
}

/// What a label covers whose base line begins here.
fn label_box((x, y): Point, width: i32) -> Rect {
    Rect::new(x, y - LABEL_HEIGHT, width, LABEL_HEIGHT + 3)
}

fn widened(Rect { x, y, w, h }: Rect, by: i32) -> Rect {
    Rect::new(x - by, y, w + 2 * by, h)
}

/// Where a label of this width could stand beside the way: on its longest stretch, and as
/// near to the middle of it as may be, first.
fn sites(points: &[Point], width: i32) -> Vec<Point> {
    let mut pieces: Vec<(Point, Point)> =
        points.windows(2).map(|ends| (ends[0], ends[1])).collect();
    pieces.order_by_key(|((ax, ay), (bx, by))| {
        // Level stretches first, long ones before short ones.
        (ay != by, -((ax - bx).abs() + (ay - by).abs()))
    });
    let mut sites = Vec::new();
    for ((ax, ay), (bx, by)) in pieces {
        let level = ay == by;
        let length = (ax - bx).abs() + (ay - by).abs();
        let needed = if level { width + 6 } else { LABEL_HEIGHT + 6 };
        if length < needed {
            continue;
        }
        let middle = (length - needed) / 2;
        let (x, y) = (ax.min(bx), ay.min(by));
        for offset in (0..=middle / 4).flat_map(|step| [middle - 4 * step, middle + 4 * step]) {
            if level {
                sites.extend([(x + 3 + offset, y - 4), (x + 3 + offset, y + 12)]);
            } else {
                let base = y + 3 + offset + LABEL_HEIGHT;
                sites.extend([(x + 5, base), (x - 5 - width, base)]);
            }
        }
    }
    sites
}
