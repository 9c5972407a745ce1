//! Frames around compose projects, where a project's things stand together
//! and nothing else stands among them.

use std::collections::{BTreeMap, BTreeSet};

use super::geometry::{Placed, Rect};
use super::scene::Scene;
use super::text::Font;
use crate::render::escape;

/// Room around what a frame holds.
const PADDING: i32 = 8;
/// Height of the title in a frame.
const TITLE: i32 = 18;
/// Font of the title.
pub const FONT: Font = Font::bold(11);

/// A frame around a project.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The project's name, harmless.
    pub project: String,
    /// Its box.
    pub rect: Rect,
    /// Its title as shown.
    pub title: String,
    /// Where the title begins, on its base line.
    pub title_at: (i32, i32),
}

/// The frames that can be drawn.
pub fn frames(scene: &Scene, placed: &Placed) -> Vec<Frame> {
    let mut boxes: BTreeMap<&str, Rect> = BTreeMap::new();
    let mut things: Vec<(Option<&str>, Rect)> = Vec::new();
    for card in &placed.cards {
        things.push((scene.cards[card.card].project.as_deref(), card.rect));
    }
    let own = owned_bars(scene);
    for bar in &placed.bars {
        things.extend(bar.pieces().map(|piece| (own[bar.bar], piece)));
    }
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for (project, rect) in &things {
        if let Some(project) = project {
            let around = boxes.get(project).map_or(*rect, |all| all.around(*rect));
            boxes.insert(project, around);
            *held.entry(project).or_default() += 1;
        }
    }
    // A line on its card says as much as a frame around a single one.
    boxes.retain(|project, _| held[project] > 1);
    // One project that is everything needs no frame.
    if held.len() == 1 && scene.cards.iter().all(|card| card.project.is_some()) {
        return Vec::new();
    }
    things.sort_by_key(|(_, rect)| rect.x);
    let widest = things.iter().map(|(_, rect)| rect.w).max().unwrap_or(0);
    let lines = lines(placed);
    let mut frames: Vec<Frame> = Vec::new();
    for (project, rect) in boxes {
        let grown = rect.grown(PADDING);
        let foreign = |rect: Rect| {
            let near = near(&things, rect.x - 4 - widest, rect.right() + 4, |thing| thing.1.x);
            near.iter().any(|(other, thing)| *other != Some(project) && thing.meets(rect, 4))
        };
        if foreign(grown) {
            continue;
        }
        let Some(frame) = titled(project, grown, &lines) else { continue };
        let crowded = frames.iter().any(|other| other.rect.meets(frame.rect, 4));
        if !crowded && !foreign(frame.rect) {
            frames.push(frame);
        }
    }
    frames
}

/// For each bar the project whose containers alone hang on it.
fn owned_bars(scene: &Scene) -> Vec<Option<&str>> {
    let mut projects: Vec<BTreeSet<Option<&str>>> = vec![BTreeSet::new(); scene.bars.len()];
    for card in &scene.cards {
        for strip in &card.strips {
            projects[strip.bar].insert(card.project.as_deref());
        }
    }
    let only = |of_bar: &BTreeSet<Option<&'_ str>>| of_bar.len() == 1;
    projects
        .into_iter()
        .map(|set| if only(&set) { set.into_iter().next().flatten() } else { None })
        .collect()
}

/// Finds room for the title above or below what the frame holds: where no
/// line runs through it.
fn titled(project: &str, inner: Rect, lines: &[Rect]) -> Option<Frame> {
    let title = FONT.shorten(&escape::terminal(project), inner.w - 2 * PADDING);
    let width = FONT.width(&title);
    for above in [true, false] {
        let y = if above { inner.y - TITLE } else { inner.y };
        let rect = Rect::new(inner.x, y, inner.w, inner.h + TITLE);
        let base = if above { rect.y + TITLE - 4 } else { rect.bottom() - 7 };
        let mut x = inner.x + PADDING;
        while x + width <= inner.right() - PADDING / 2 {
            let place = Rect::new(x, base - FONT.size, width, FONT.size + 3).grown(3);
            let Some(past) = blocked_until(place, lines) else {
                return Some(Frame {
                    project: escape::terminal(project).into_owned(),
                    rect,
                    title,
                    title_at: (x, base),
                });
            };
            x = past + 5;
        }
    }
    None
}

/// The right end of the lines through `place`.
fn blocked_until(place: Rect, lines: &[Rect]) -> Option<i32> {
    let widest = 400;
    let near = near(lines, place.x - widest, place.right(), |line| line.x);
    near.iter().filter(|line| line.meets(place, 0)).map(|line| line.right()).max()
}

/// All lines as thin boxes, from left to right.
fn lines(placed: &Placed) -> Vec<Rect> {
    let mut lines: Vec<Rect> = placed
        .taps
        .iter()
        .flat_map(|tap| tap.points.windows(2))
        .map(|ends| {
            let ((ax, ay), (bx, by)) = (ends[0], ends[1]);
            Rect::new(ax.min(bx), ay.min(by), (ax - bx).abs() + 1, (ay - by).abs() + 1)
        })
        .collect();
    lines.sort_by_key(|line| line.x);
    lines
}

/// Those of the sorted `items` whose left edge is between `from` and `to`.
fn near<T>(items: &[T], from: i32, to: i32, left: impl Fn(&T) -> i32) -> &[T] {
    let first = items.partition_point(|item| left(item) < from);
    let last = items.partition_point(|item| left(item) <= to);
    &items[first..last.max(first)]
}
