//! Puts components on the page: on shelves, so that the whole has a shape that
//! fits.

use super::column::GRID;
use crate::render::svg::geometry::Placed;

/// Room between components.
const GAP: i32 = 56;

/// Packs layouts on shelves, those of `first` on top; at most `width` wide if
/// that can be, and else so that width to height comes near `shape`.
pub fn pack(first: Vec<Placed>, mut rest: Vec<Placed>, width: Option<i32>, shape: f64) -> Placed {
    // High ones first: neighbours on a shelf are then about as high.
    rest.sort_by_key(|placed| std::cmp::Reverse(placed.height));
    let parts: Vec<Placed> = first.into_iter().chain(rest).collect();
    let widest = parts.iter().map(|placed| placed.width).max().unwrap_or(0);
    let all: i32 = parts.iter().map(|placed| placed.width + GAP).sum();
    let shelf = match width {
        Some(width) => width.max(widest),
        None => candidates(widest, all)
            .into_iter()
            .min_by(|a, b| {
                let misfit = |width: i32| {
                    let (w, h) = size(&shelves(&parts, width), &parts);
                    (f64::from(w.max(1)) / f64::from(h.max(1)) / shape).ln().abs()
                };
                misfit(*a).total_cmp(&misfit(*b)).then(a.cmp(b))
            })
            .unwrap_or(widest),
    };
    let places = shelves(&parts, shelf);
    let mut packed = Placed::default();
    for (placed, (x, y)) in parts.into_iter().zip(places) {
        packed.add(placed, x, y);
    }
    packed
}

/// Widths worth trying: from the widest part to all in one row.
fn candidates(widest: i32, all: i32) -> Vec<i32> {
    let steps = 24;
    (0..=steps).map(|step| widest + (all - widest).max(0) / steps * step).collect()
}

/// Where each part goes: on the first shelf with room for it.
fn shelves(parts: &[Placed], width: i32) -> Vec<(i32, i32)> {
    struct Shelf {
        x: i32,
        y: i32,
        height: i32,
    }
    let mut shelves: Vec<Shelf> = Vec::new();
    let mut places = Vec::with_capacity(parts.len());
    for part in parts {
        let bottom = shelves.last().map_or(0, |last| last.y + last.height + GAP);
        let last = shelves.len().saturating_sub(1);
        // Only the last shelf can still grow in height.
        let room = shelves.iter_mut().enumerate().find(|(at, shelf)| {
            shelf.x + part.width <= width && (*at == last || part.height <= shelf.height)
        });
        match room {
            Some((_, shelf)) => {
                places.push((shelf.x, shelf.y));
                shelf.x = on_grid(shelf.x + part.width + GAP);
                shelf.height = shelf.height.max(part.height);
            }
            None => {
                places.push((0, bottom));
                shelves.push(Shelf { x: on_grid(part.width + GAP), y: bottom, height: part.height });
            }
        }
    }
    places
}

fn on_grid(x: i32) -> i32 {
    (x + GRID - 1).div_euclid(GRID) * GRID
}

fn size(places: &[(i32, i32)], parts: &[Placed]) -> (i32, i32) {
    let right = places.iter().zip(parts).map(|((x, _), part)| x + part.width).max();
    let bottom = places.iter().zip(parts).map(|((_, y), part)| y + part.height).max();
    (right.unwrap_or(0), bottom.unwrap_or(0))
}
