//! Frames around compose projects: around all of a project where its things
//! stand together, and else around each part of it that does.
//!
//! A frame holds cards of its project, at least two of them or one and its
//! bar, and nothing of anyone else's. A bar of its own that is longer than the
//! frame goes on beyond it.

mod gather;
mod near;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::geometry::{Placed, Rect};
use super::scene::Scene;
use super::text::Font;
use crate::render::escape;
use gather::{Found, Part};
use near::Near;

/// Room around what a frame holds.
const PADDING: i32 = 8;
/// Room around a frame.
const APART: i32 = 4;
/// Height of the title in a frame.
const TITLE: i32 = 18;
/// A title is not made shorter than this for lines that are in its way.
const SHORT: i32 = 80;
/// A bar that goes on so far beyond a frame's cards makes the frame no longer.
const OVERHANG: i32 = 80;
/// How far a bar can be from the cards that hang on it.
const DROP: i32 = 40;
/// Font of the title.
pub const FONT: Font = Font::bold(11);

/// A frame around a project, or a part of one.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The project's name, harmless.
    pub project: String,
    /// The numbers of the cards in it.
    pub cards: Vec<usize>,
    /// Its box.
    pub rect: Rect,
    /// Its title as shown.
    pub title: String,
    /// Where the title begins, on its base line.
    pub title_at: (i32, i32),
}

/// A card or a piece of a bar, as frames see it.
struct Thing<'a> {
    project: Option<&'a str>,
    /// Number of the card, if it is one.
    card: Option<usize>,
    /// Its box; a card's with the lines beside it.
    rect: Rect,
}

/// The frames that can be drawn.
pub fn frames(scene: &Scene, placed: &Placed) -> Vec<Frame> {
    let things = things(scene, placed);
    let mut by_project: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, thing) in things.iter().enumerate() {
        if let Some(project) = thing.project {
            by_project.entry(project).or_default().push(at);
        }
    }
    // One project that is everything needs no frame.
    if by_project.len() == 1 && scene.cards.iter().all(|card| card.project.is_some()) {
        return Vec::new();
    }
    let mut ground = Ground::new(&things, placed);
    // Large projects come first: theirs are the frames that help most.
    let mut order: Vec<(&str, Vec<usize>)> = by_project.into_iter().collect();
    order.sort_by_key(|(name, members)| (Reverse(members.len()), *name));
    for (project, members) in order {
        ground.frame(project, &members);
    }
    let mut frames = ground.frames;
    frames.sort_by(|a, b| (&a.project, a.rect.y, a.rect.x).cmp(&(&b.project, b.rect.y, b.rect.x)));
    frames
}

/// Everything that stands in the picture, with the project it belongs to.
fn things<'a>(scene: &'a Scene, placed: &Placed) -> Vec<Thing<'a>> {
    let mut beside: Vec<Option<Rect>> = vec![None; scene.cards.len()];
    for tap in placed.taps.iter().filter(|tap| tap.points.len() > 2) {
        let (x, y) = tap.points[1];
        let turn = Rect::new(x, y, 1, 1);
        beside[tap.card] = Some(beside[tap.card].map_or(turn, |all| all.around(turn)));
    }
    let own = owned_bars(scene);
    let cards = placed.cards.iter().map(|card| Thing {
        project: scene.cards[card.card].project.as_deref(),
        card: Some(card.card),
        rect: beside[card.card].map_or(card.rect, |lines| card.rect.around(lines)),
    });
    let pieces = placed.bars.iter().flat_map(|bar| bar.pieces().map(|piece| (bar.bar, piece)));
    cards.chain(pieces.map(|(bar, rect)| Thing { project: own[bar], card: None, rect })).collect()
}

/// For each bar the project that it belongs to: the one that made it, or the
/// one whose containers alone hang on it.
pub fn owned_bars(scene: &Scene) -> Vec<Option<&str>> {
    let mut projects: Vec<BTreeSet<Option<&str>>> = vec![BTreeSet::new(); scene.bars.len()];
    for card in &scene.cards {
        for strip in &card.strips {
            projects[strip.bar].insert(card.project.as_deref());
        }
    }
    let mut owned = Vec::with_capacity(projects.len());
    for (bar, on_bar) in scene.bars.iter().zip(projects) {
        let made_by = bar.project.as_deref().filter(|maker| on_bar.contains(&Some(*maker)));
        let alone = if on_bar.len() == 1 { on_bar.into_iter().next().flatten() } else { None };
        owned.push(made_by.or(alone));
    }
    owned
}

/// Where frames go, one after the other.
struct Ground<'a> {
    things: &'a [Thing<'a>],
    things_near: Near,
    lines: Vec<Rect>,
    frames: Vec<Frame>,
    frames_near: Near,
}

impl<'a> Ground<'a> {
    fn new(things: &'a [Thing<'a>], placed: &Placed) -> Self {
        let mut things_near = Near::new(placed.width, placed.height);
        things.iter().for_each(|thing| things_near.add(thing.rect));
        Self {
            things,
            things_near,
            lines: lines(placed),
            frames: Vec::new(),
            frames_near: Near::new(placed.width, placed.height),
        }
    }

    /// Draws frames around the parts of a project.
    fn frame(&mut self, project: &str, members: &[usize]) {
        let (cards, bars): (Vec<usize>, Vec<usize>) =
            members.iter().partition(|at| self.things[**at].card.is_some());
        let place_of: BTreeMap<usize, usize> =
            cards.iter().enumerate().map(|(place, at)| (*at, place)).collect();
        let rects: Vec<Rect> = cards.iter().map(|at| self.things[*at].rect).collect();
        let mut parts = gather::gather(&rects, |inner| {
            let own = sites(inner).into_iter().find_map(|rect| self.own(project, rect));
            own.map_or(Found::Foreign, |own| {
                Found::Own(own.iter().filter_map(|at| place_of.get(at)).copied().collect())
            })
        });
        parts.sort_by_key(|part| (Reverse(part.cards.len()), part.cards[0]));
        for part in parts {
            let (rect, held) = self.with_bars(project, &part, &bars);
            // A line on its card says as much as a frame around a single one.
            if held < 2 {
                continue;
            }
            let Some(mut frame) = self.titled(project, rect) else { continue };
            frame.cards = part.cards.iter().filter_map(|at| self.things[cards[*at]].card).collect();
            self.frames_near.add(frame.rect.grown(APART));
            self.frames.push(frame);
        }
    }

    /// What of the project is in a frame's box, or nothing if there is
    /// anything else.
    fn own(&self, project: &str, rect: Rect) -> Option<Vec<usize>> {
        if self.frames_near.meeting(rect).next().is_some() {
            return None;
        }
        let mut own = Vec::new();
        for at in self.things_near.meeting(rect.grown(APART)) {
            if self.things[at].project != Some(project) {
                return None;
            }
            own.push(at);
        }
        Some(own)
    }

    /// A part's box, made larger for the project's bars that its cards hang
    /// on, and the number of things in it.
    fn with_bars(&self, project: &str, part: &Part, bars: &[usize]) -> (Rect, usize) {
        let mut rect = part.rect;
        let mut held = part.cards.len();
        // No card of the project may come in by its edge.
        let is_free = |longer: Rect| {
            let own = sites(longer).into_iter().find_map(|site| self.own(project, site));
            own.is_some_and(|own| {
                let cards = own.into_iter().filter(|at| self.things[*at].card.is_some());
                cards.collect::<BTreeSet<_>>().len() == part.cards.len()
            })
        };
        for bar in bars {
            let bar = self.things[*bar].rect;
            if !bar.meets(rect, DROP) {
                continue;
            }
            // What is left out at one end goes on there, past the frame.
            let left = if rect.x - bar.x > OVERHANG { rect.x } else { rect.x.min(bar.x) };
            let over = bar.right() - rect.right();
            let right = if over > OVERHANG { rect.right() } else { bar.right().max(rect.right()) };
            for (from, to) in [(left, right), (rect.x, right), (left, rect.right())] {
                let longer = rect.around(Rect::new(from, bar.y, to - from, bar.h));
                // A bar that only runs through needs no room in it.
                let ends = longer.x <= bar.x || bar.right() <= longer.right();
                if ends && is_free(longer) {
                    held += usize::from(longer.holds(bar));
                    rect = longer;
                    break;
                }
            }
        }
        (rect, held)
    }

    /// Finds room for the title above or below what the frame holds: where no
    /// line runs through it. One that finds none is shortened, if that helps.
    fn titled(&self, project: &str, inner: Rect) -> Option<Frame> {
        let name = escape::terminal(project);
        let whole = FONT.shorten(&name, inner.w);
        let least = FONT.width(&whole);
        [least, least.min(SHORT)].into_iter().find_map(|least| {
            let sites = sites(inner).into_iter().zip([true, false]);
            let mut free = sites.filter(|(rect, _)| self.own(project, *rect).is_some());
            free.find_map(|(rect, above)| {
                let base = if above { rect.y + TITLE - 4 } else { rect.bottom() - 7 };
                let (x, width) = self.gap(inner.x, base, inner.right(), least)?;
                Some(Frame {
                    project: name.clone().into_owned(),
                    cards: Vec::new(),
                    rect,
                    title: FONT.shorten(&whole, width),
                    title_at: (x, base),
                })
            })
        })
    }

    /// Where between `from` and `to` text on this base line meets no line for
    /// at least so many pixels, and for how many.
    fn gap(&self, from: i32, base: i32, to: i32, least: i32) -> Option<(i32, i32)> {
        let mut x = from;
        while x + least <= to {
            let place = |width: i32| Rect::new(x, base - FONT.size, width, FONT.size + 3).grown(3);
            match crossing(place(least), &self.lines).map(Rect::right).max() {
                Some(past) => x = past + 5,
                None => {
                    let next = crossing(place(to - x), &self.lines).map(|line| line.x).min();
                    return Some((x, next.map_or(to, |next| to.min(next - 4)) - x));
                }
            }
        }
        None
    }
}

/// The boxes of a frame around `inner`: with the title above, and below.
fn sites(inner: Rect) -> [Rect; 2] {
    let Rect { x, y, w, h } = inner.grown(PADDING);
    [Rect::new(x, y - TITLE, w, h + TITLE), Rect::new(x, y, w, h + TITLE)]
}

/// The lines through `place`, of those from left to right.
fn crossing(place: Rect, lines: &[Rect]) -> impl Iterator<Item = Rect> {
    let widest = 400;
    let first = lines.partition_point(|line| line.x < place.x - widest);
    let near = lines[first..].iter().take_while(move |line| line.x <= place.right());
    near.filter(move |line| line.meets(place, 0)).copied()
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
