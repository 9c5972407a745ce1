//! How far a bar reaches, and where on it its text stands: no line that is not
//! its own goes over a bar's text.

use crate::render::svg::scene::Bar;

/// Room around a line that passes a bar's text.
const TEXT_GAP: i32 = 8;
/// Room for the sign at a bar's right end.
const SIGN: i32 = Bar::END + 4;

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
    let lie = |start: i32| {
        let mut to = to.max(start + needed);
        // The sign of the way out stands at the right end, free like the text.
        let over_sign = |to: i32| {
            let near = &trunks[after(to - SIGN)..after(to + 1)];
            near.iter().rev().find(|trunk| trunk.bar != bar).map(|trunk| trunk.x)
        };
        while let Some(x) = over_sign(to) {
            to = x + SIGN + 1;
        }
        Lie { from: from.min(start), to, text: start + Bar::PADDING }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn trunk(bar: usize, x: i32) -> Trunk {
        Trunk { bar, x, from_inner: true }
    }

    /// Whether no foreign line goes over the text or the sign of bar 0.
    fn is_clear(lie: Lie, text: i32, trunks: &[Trunk]) -> bool {
        let over = |from: i32, to: i32| {
            trunks.iter().any(|trunk| trunk.bar != 0 && from < trunk.x && trunk.x < to)
        };
        !over(lie.text, lie.text + text) && !over(lie.to - Bar::END, lie.to)
    }

    #[test]
    fn text_stands_at_the_left_end_where_no_line_is() {
        let lie = lie(0, 0, 400, 100, &[trunk(0, 20), trunk(0, 380)]);
        assert_eq!((lie.from, lie.to, lie.text), (0, 400, Bar::PADDING));
    }

    #[test]
    fn text_makes_room_for_lines_of_others() {
        for lines in
            [vec![50], vec![50, 150, 250, 350], vec![10, 390], (0..60).map(|x| x * 8).collect()]
        {
            let trunks: Vec<Trunk> = lines.iter().map(|x| trunk(1, *x)).collect();
            let lie = lie(0, 0, 400, 100, &trunks);
            assert!(is_clear(lie, 100, &trunks), "{lines:?} {lie:?}");
            assert!(lie.from <= 0 && lie.to >= 400 && lie.text >= lie.from);
        }
    }
}
