//! How far a bar reaches, and where on it its text stands: no line that is not
//! its own goes over a bar's text.

use crate::render::svg::scene::Bar;

/// Room around a line that passes a bar's text.
const TEXT_GAP: i32 = 8;

/// A line as the levels see it.
#[derive(Debug, Clone, Copy)]
pub struct Trunk {
    /// The bar that it ends on.
    pub bar: usize,
    /// Where it runs.
    pub x: i32,
    /// Whether it comes from the band nearer to the hub.
    pub from_inner: bool,
}

/// The lie of one bar: from, to, and where its text begins.
#[derive(Debug, Clone, Copy)]
pub struct Lie {
    /// Left end.
    pub from: i32,
    /// Right end.
    pub to: i32,
    /// Where the text begins.
    pub text: i32,
}

/// How far a bar reaches and where its text stands: as far to the left as no
/// foreign line goes over it; past the last line if it must.
pub fn lie(bar: usize, from: i32, to: i32, text: i32, trunks: &[Trunk]) -> Lie {
    let needed = text + 2 * Bar::PADDING.max(TEXT_GAP) + Bar::END;
    let after = |x: i32| trunks.partition_point(|trunk| trunk.x < x);
    // The first and the last foreign line within reach of a text at `start`.
    let foreign = |start: i32| {
        let near = trunks[after(start)..].iter().take_while(|trunk| trunk.x < start + needed);
        near.filter(|trunk| trunk.bar != bar).map(|trunk| trunk.x).collect::<Vec<_>>()
    };
    let lie = |start: i32| Lie {
        from: from.min(start),
        to: to.max(start + needed),
        text: start + Bar::PADDING,
    };
    let mut rightwards = from;
    while let Some(last) = foreign(rightwards).last() {
        rightwards = last + 1;
    }
    if rightwards + needed <= to.max(from + needed) {
        return lie(rightwards);
    }
    let mut leftwards = from;
    while let Some(first) = foreign(leftwards).first() {
        leftwards = first - needed;
    }
    let longer = (rightwards + needed - to, from - leftwards);
    if longer.0 <= longer.1 { lie(rightwards) } else { lie(leftwards) }
}
