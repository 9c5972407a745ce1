//! The picture as plain boxes and lines in their places, for formats in which
//! a writer goes on by hand.

use std::collections::HashMap;

use super::geometry::{MARGIN, Placed, Point, Rect};
use super::heading::Heading;
use super::options::Options;
use super::scene::{ArrowKind, Line, Scene, TapLook};
use super::theme;
use crate::model::{Reach, Seen, TalkBasis, TalkVerdict};
use crate::render::view::{Kind, View};

/// A picture in parts, all harmless to read; none is markup.
#[derive(Debug)]
pub struct Sketch {
    /// Width and height.
    pub size: (i32, i32),
    /// Its title.
    pub title: String,
    /// What it tells.
    pub caption: String,
    /// Light zones without a way out.
    pub zones: Vec<Rect>,
    /// Frames around projects, with their names.
    pub frames: Vec<(Rect, String)>,
    /// Bars.
    pub bars: Vec<SketchBar>,
    /// Cards.
    pub cards: Vec<SketchCard>,
    /// Lines from bars to cards, and arrows between cards.
    pub lines: Vec<SketchLine>,
}

/// A bar: a network, or a part of the world outside.
#[derive(Debug)]
pub struct SketchBar {
    /// Its pieces.
    pub pieces: Vec<Rect>,
    /// The pieces on which its name stands.
    pub named: Vec<Rect>,
    /// Lines that join the pieces.
    pub links: Vec<(Point, Point)>,
    /// Its name and what else stands on it.
    pub text: String,
    /// Its colour.
    pub colour: u32,
    /// Whether it is a part of the world outside.
    pub is_world: bool,
}

/// A card.
#[derive(Debug)]
pub struct SketchCard {
    /// Its box.
    pub rect: Rect,
    /// What stands on it, a line each, its name first.
    pub lines: Vec<String>,
    /// What it is for.
    pub kind: Option<Kind>,
    /// Whether it stands for several.
    pub is_stack: bool,
    /// Whether it does not run.
    pub is_stopped: bool,
}

/// What a line ends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A card, by number.
    Card(usize),
    /// A piece of a bar, by the numbers of both.
    Piece(usize, usize),
    /// Nothing.
    Free,
}

/// A line.
#[derive(Debug)]
pub struct SketchLine {
    /// What it ends on.
    pub ends: (End, End),
    /// Its corners.
    pub points: Vec<Point>,
    /// What stands at it.
    pub label: String,
    /// Its colour.
    pub colour: u32,
    /// Its width in pixels.
    pub width: u8,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Whether it has a head at its beginning and at its end.
    pub heads: (bool, bool),
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// Through.
    Solid,
    /// In dashes.
    Dashed,
    /// In dots.
    Dotted,
}

/// Draws the picture in parts.
pub fn sketch(view: &View, options: &Options) -> Sketch {
    let (scene, mut placed) = super::arranged(view, options);
    let heading = Heading::new(view, options);
    let width = placed.area.w.max(300) + 2 * MARGIN;
    let lines = heading.lines(width - 2 * MARGIN);
    placed.move_by(MARGIN - placed.area.x, lines.height + MARGIN - placed.area.y);
    let cards = placed.cards.iter().enumerate().map(|(at, card)| (card.card, at)).collect();
    let bars = placed.bars.iter().enumerate().map(|(at, bar)| (bar.bar, at)).collect();
    let maker = Maker { scene: &scene, placed: &placed, cards, bars };
    Sketch {
        size: (width, placed.area.bottom() + MARGIN),
        title: heading.title.clone(),
        caption: heading.caption.clone(),
        zones: placed.zones.clone(),
        frames: placed
            .frames
            .iter()
            .map(|frame| (frame.rect, scene.projects[frame.project].clone()))
            .collect(),
        bars: (0..placed.bars.len()).map(|at| maker.bar(at)).collect(),
        cards: placed.cards.iter().map(|card| maker.card(card)).collect(),
        lines: maker.lines(),
    }
}

struct Maker<'a> {
    scene: &'a Scene,
    placed: &'a Placed,
    /// Where each of the scene's cards and bars stands among those placed.
    cards: HashMap<usize, usize>,
    bars: HashMap<usize, usize>,
}

impl Maker<'_> {
    fn bar(&self, at: usize) -> SketchBar {
        let placed = &self.placed.bars[at];
        let bar = &self.scene.bars[placed.bar];
        let words = [bar.title.text.as_str(), bar.facts.text.as_str()];
        SketchBar {
            pieces: placed.pieces.clone(),
            named: placed.texts.clone(),
            links: placed.links.clone(),
            text: words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("  "),
            colour: theme::light(bar.hue),
            is_world: bar.is_world(),
        }
    }

    fn card(&self, placed: &super::geometry::PlacedCard) -> SketchCard {
        let card = &self.scene.cards[placed.card];
        let mut lines: Vec<String> = Vec::new();
        let mut last = None;
        // What stands beside a name is on its line.
        let texts = card.texts(placed.rect.w, placed.is_full).into_iter();
        for (_, y, line) in texts.filter(|(.., line)| !line.text.is_empty()) {
            match lines.last_mut().filter(|_| last == Some(y)) {
                Some(before) => {
                    before.push_str("  ");
                    before.push_str(&line.text);
                }
                None => lines.push(line.text.clone()),
            }
            last = Some(y);
        }
        SketchCard {
            rect: placed.rect,
            lines,
            kind: card.kind,
            is_stack: card.count > 1,
            is_stopped: card.is_stopped,
        }
    }

    fn lines(&self) -> Vec<SketchLine> {
        let mut lines: Vec<SketchLine> = Vec::new();
        let end = |card: usize| self.cards.get(&card).map_or(End::Free, |at| End::Card(*at));
        for tap in &self.placed.taps {
            let of = &self.scene.cards[tap.card].taps[tap.tap];
            let bar = &self.scene.bars[tap.bar];
            let (width, stroke) = match of.look {
                TapLook::Live => (2, Stroke::Solid),
                TapLook::Idle | TapLook::Dormant => (2, Stroke::Dashed),
                TapLook::World => (4, Stroke::Solid),
                TapLook::Nearby => (2, Stroke::Dotted),
            };
            lines.push(SketchLine {
                ends: (self.piece(tap.bar, tap.points[0]), end(tap.card)),
                points: tap.points.clone(),
                label: tap.label.map_or(String::new(), |_| joined(&of.label)),
                colour: theme::light(bar.hue),
                width,
                stroke,
                heads: (false, bar.is_world()),
            });
        }
        for beside in &self.placed.besides {
            lines.push(SketchLine {
                ends: (End::Free, end(beside.card)),
                points: vec![beside.line.0, beside.line.1],
                label: joined(&self.scene.cards[beside.card].beside),
                colour: theme::light(0),
                width: 2,
                stroke: Stroke::Dotted,
                heads: (false, true),
            });
        }
        for (at, arrow) in self.placed.arrows.iter().enumerate() {
            let of = &self.scene.arrows[arrow.arrow];
            let (is_bad, stroke) = match of.kind {
                ArrowKind::Talk(basis, seen, verdict) => {
                    let stroke = match basis {
                        _ if seen == Seen::Seen => Stroke::Solid,
                        TalkBasis::Observed => Stroke::Solid,
                        TalkBasis::Configured => Stroke::Dashed,
                        TalkBasis::Dependency => Stroke::Dotted,
                    };
                    (verdict == TalkVerdict::Blocked, stroke)
                }
                ArrowKind::Asked(reach) => (reach == Reach::Blocked, Stroke::Solid),
                ArrowKind::Surprise { .. } => (true, Stroke::Dashed),
            };
            lines.push(SketchLine {
                ends: (end(of.from), end(of.to)),
                points: self.whole(at),
                label: of.label.text.clone(),
                colour: if is_bad { theme::LIGHT_BAD } else { theme::LIGHT_TEXT },
                width: 1,
                stroke,
                heads: (of.kind == ArrowKind::Surprise { both_ways: true }, true),
            });
        }
        lines
    }

    /// The piece of a bar that a line leaves.
    fn piece(&self, bar: usize, (x, y): Point) -> End {
        let Some(at) = self.bars.get(&bar).copied() else { return End::Free };
        let holds = |rect: &Rect| rect.grown(1).holds(Rect::new(x, y, 0, 0));
        let piece = self.placed.bars[at].pieces.iter().position(holds);
        piece.map_or(End::Free, |piece| End::Piece(at, piece))
    }

    /// An arrow's way to its card, also where it is drawn only to another one
    /// that goes on to the same card.
    fn whole(&self, at: usize) -> Vec<Point> {
        let arrow = &self.placed.arrows[at];
        let mut points = arrow.points.clone();
        let to = self.scene.arrows[arrow.arrow].to;
        let Some(joint) = points.last().copied().filter(|_| arrow.joins) else { return points };
        for other in self.placed.arrows.iter().filter(|other| !other.joins) {
            if self.scene.arrows[other.arrow].to != to {
                continue;
            }
            let leg = other.points.windows(2).position(|ends| {
                Rect::between(ends[0], ends[1]).grown(1).holds(Rect::new(joint.0, joint.1, 0, 0))
            });
            if let Some(leg) = leg {
                points.extend(&other.points[leg + 1..]);
                break;
            }
        }
        points
    }
}

fn joined(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ")
}
