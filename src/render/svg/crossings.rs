//! How often lines cross.

use super::geometry::{Placed, Point, Rect};
use crate::order::OrderBy;

/// Upright and level lines, each with the number of whose it is.
#[derive(Default)]
struct Lines {
    upright: Vec<(Rect, usize)>,
    level: Vec<(Rect, usize)>,
}

impl Lines {
    fn add(&mut self, points: &[Point], of: usize) {
        for ends in points.windows(2) {
            let line = Rect::between(ends[0], ends[1]);
            let list = if line.w == 0 { &mut self.upright } else { &mut self.level };
            list.push((line, of));
        }
    }

    /// How often an upright line crosses a level one, of those pairs that count.
    fn crossings(mut self, counts: impl Fn(usize, usize) -> bool) -> usize {
        self.upright.order_by_key(|(line, _)| line.x);
        let crossed = |(across, owner): &(Rect, usize)| {
            let first = self.upright.partition_point(|(line, _)| line.x <= across.x);
            let along = self.upright[first..].iter();
            let along = along.take_while(|(line, _)| line.x < across.right());
            let meets = |line: &Rect| line.y < across.y && across.y < line.bottom();
            along.filter(|(line, of)| meets(line) && counts(*owner, *of)).count()
        };
        self.level.iter().map(crossed).sum()
    }
}

/// How often a line of one bar crosses one of another.
pub fn of_bars(placed: &Placed) -> usize {
    bars(placed).crossings(|one, other| one != other)
}

/// How often an arrow crosses another one to another end, or a line of a bar.
pub fn of_arrows(placed: &Placed) -> usize {
    let mut lines = bars(placed);
    let first = placed.bars.iter().map(|bar| bar.bar + 1).max().unwrap_or(0);
    for (at, arrow) in placed.arrows.iter().enumerate() {
        lines.add(&arrow.points, first + at);
    }
    lines.crossings(|one, other| one != other && one.max(other) >= first)
}

/// The lines from bars to cards, and between pieces of bars.
fn bars(placed: &Placed) -> Lines {
    let mut lines = Lines::default();
    for tap in &placed.taps {
        lines.add(&tap.points, tap.bar);
    }
    for bar in &placed.bars {
        bar.links.iter().for_each(|(from, to)| lines.add(&[*from, *to], bar.bar));
    }
    lines
}
