//! Puts components on the page: each where it leaves the least room below it,
//! so that the whole has a shape that fits.

use super::column::GRID;
use crate::render::svg::geometry::Placed;

/// Room between components.
const GAP: i32 = 56;
/// What is above and below the map in a picture, for its shape.
pub const AROUND: i32 = 130;

/// Packs layouts, those of `first` on top; at most `width` wide if that can
/// be, and else so that width to height comes near `shape`.
pub fn pack(first: Vec<Placed>, mut rest: Vec<Placed>, width: Option<i32>, shape: f64) -> Placed {
    // High ones first: what is low fits beside and below them.
    rest.sort_by_key(|placed| std::cmp::Reverse(placed.height));
    let parts: Vec<Placed> = first.into_iter().chain(rest).collect();
    let widest = parts.iter().map(|placed| placed.width).max().unwrap_or(0);
    let all: i32 = parts.iter().map(|placed| placed.width + GAP).sum();
    let page = match width {
        Some(width) => width.max(widest),
        None => candidates(widest, all)
            .into_iter()
            .min_by(|a, b| {
                let misfit = |width: i32| {
                    let (w, h) = size(&places(&parts, width), &parts);
                    let (w, h) = (f64::from(w.max(1)), f64::from(h.max(1) + AROUND));
                    (w / h / shape).ln().abs() + (w * h).ln() * 0.5
                };
                misfit(*a).total_cmp(&misfit(*b)).then(a.cmp(b))
            })
            .unwrap_or(widest),
    };
    let places = places(&parts, page);
    let mut packed = Placed::default();
    for (placed, (x, y)) in parts.into_iter().zip(places) {
        packed.add(placed, x, y);
    }
    packed
}

/// Widths worth trying: from the widest part to all in one row.
fn candidates(widest: i32, all: i32) -> Vec<i32> {
    const STEPS: i32 = 24;
    (0..=STEPS).map(|step| widest + (all - widest).max(0) / STEPS * step).collect()
}

/// A stretch of the lower edge of what is placed: everything from `x` to the
/// next stretch is taken down to `y`.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    x: i32,
    y: i32,
}

/// Where each part goes: as high up as it fits, and there as far to the left
/// (the skyline way of packing).
fn places(parts: &[Placed], width: i32) -> Vec<(i32, i32)> {
    let mut skyline = vec![Stretch { x: 0, y: 0 }];
    parts
        .iter()
        .map(|part| {
            let taken = on_grid(part.width + GAP);
            let fits = |x: i32| x == 0 || x + part.width <= width;
            let depth = |at: usize| {
                let x = skyline[at].x;
                let under = skyline[at..].iter().take_while(|stretch| stretch.x < x + taken);
                under.map(|stretch| stretch.y).max().unwrap_or(0)
            };
            let best = (0..skyline.len())
                .filter(|at| fits(skyline[*at].x))
                .map(|at| (depth(at), skyline[at].x))
                .min();
            let (y, x) = best.unwrap_or((0, 0));
            raise(&mut skyline, x, taken, y + part.height + GAP);
            (x, y)
        })
        .collect()
}

/// Takes everything from `x` on for `width` pixels down to `y`.
fn raise(skyline: &mut Vec<Stretch>, x: i32, width: i32, y: i32) {
    let end = x + width;
    let after = skyline.iter().rev().find(|stretch| stretch.x <= end).map_or(0, |last| last.y);
    skyline.retain(|stretch| stretch.x < x || stretch.x > end);
    let at = skyline.partition_point(|stretch| stretch.x < x);
    skyline.splice(at..at, [Stretch { x, y }, Stretch { x: end, y: after }]);
}

fn on_grid(x: i32) -> i32 {
    (x + GRID - 1).div_euclid(GRID) * GRID
}

fn size(places: &[(i32, i32)], parts: &[Placed]) -> (i32, i32) {
    let right = places.iter().zip(parts).map(|((x, _), part)| x + part.width).max();
    let bottom = places.iter().zip(parts).map(|((_, y), part)| y + part.height).max();
    (right.unwrap_or(0), bottom.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(width: i32, height: i32) -> Placed {
        Placed { width, height, ..Placed::default() }
    }

    #[test]
    fn parts_never_overlap_and_low_ones_fill_what_high_ones_leave() {
        let sizes = [(600, 500), (300, 100), (300, 100), (90, 80), (500, 60), (40, 40), (700, 30)];
        let parts: Vec<Placed> = sizes.iter().map(|(w, h)| part(*w, *h)).collect();
        for width in [100, 600, 1000, 4000] {
            let places = places(&parts, width);
            for (a, (ax, ay)) in places.iter().enumerate() {
                for (b, (bx, by)) in places.iter().enumerate().skip(a + 1) {
                    let apart = ax + parts[a].width + GAP <= *bx
                        || bx + parts[b].width + GAP <= *ax
                        || ay + parts[a].height + GAP <= *by
                        || by + parts[b].height + GAP <= *ay;
                    assert!(apart, "{a} and {b} at {width}: {places:?}");
                }
            }
        }
        let places = places(&parts, 1000);
        assert_eq!(places[2].0, places[1].0, "the second low part stands below the first");
    }
}
