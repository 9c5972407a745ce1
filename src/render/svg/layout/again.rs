//! Names long bars at their right end once more, for a reader whose eye is
//! there: where it is far from the first name, and no line goes over it.

use std::collections::BTreeSet;

use crate::render::svg::geometry::{Placed, Rect};
use crate::render::svg::scene::{Bar, Scene};

/// So much bar lies between its two names at least.
const FAR: i32 = 900;
/// Room around the name.
const AIR: i32 = 10;

/// Finds the places.
pub fn again(scene: &Scene, placed: &mut Placed) {
    let hops = placed.taps.iter().flat_map(|tap| &tap.hops);
    let over: BTreeSet<(i32, i32)> = hops.map(|(from, _)| *from).collect();
    for bar in &mut placed.bars {
        let of = &scene.bars[bar.bar];
        let x = bar.rect.right() - Bar::END - AIR - of.title_width();
        if !of.title.blank && x - bar.text_x - of.text_width() >= FAR {
            let place = Rect::new(x - AIR, bar.rect.y, of.title_width() + 2 * AIR, bar.rect.h);
            let mut near = over.range((place.x, i32::MIN)..=(place.right(), i32::MAX));
            bar.again = near.all(|(_, y)| *y != place.y).then_some(x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::svg::geometry::{PlacedBar, PlacedTap};
    use crate::render::svg::scene::{BarKind, Line, LineRole, WayOut};

    fn scene() -> Scene {
        let line = |text: &str| Line::new(LineRole::Strong, text);
        let bar = Bar {
            kind: BarKind::Nowhere,
            name: "front".to_owned(),
            title: line("front"),
            nature: line("bridge"),
            facts: line("10.0.0.0/24"),
            hue: 0,
            way_out: WayOut::Untold,
            project: None,
            tooltip: Vec::new(),
            change: None,
        };
        Scene { bars: vec![bar], ..Scene::default() }
    }

    /// Where the second name is on a bar of this length with a line over it.
    fn second(length: i32, line_at: i32) -> Option<i32> {
        let rect = Rect::new(0, 100, length, Bar::HEIGHT);
        let bar = PlacedBar { bar: 0, rect, text_x: Bar::PADDING, again: None, more: Vec::new() };
        let hop = ((line_at, 100), (line_at, rect.bottom()));
        let points = vec![(line_at, 0), (line_at, 300)];
        let tap = PlacedTap { card: 0, strip: 0, bar: 1, points, hops: vec![hop] };
        let mut placed = Placed { bars: vec![bar], taps: vec![tap], ..Placed::default() };
        again(&scene(), &mut placed);
        placed.bars[0].again
    }

    #[test]
    fn long_bars_are_named_twice_unless_a_line_is_there() {
        let x = second(2000, 500).expect("a second name");
        assert!(x > 1500 && x < 2000 - Bar::END);
        assert_eq!(second(2000, x + 5), None);
        assert_eq!(second(700, 500), None);
    }
}
