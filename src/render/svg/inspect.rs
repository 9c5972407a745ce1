//! Looks at a finished layout for what must never be in one, and measures it.
//! Tests hold every sample against this; a browser measures the same again.

use super::frames::{self, Frame};
use super::geometry::{Placed, Point, Rect};
use super::scene::{Bar, Card, Line, Scene, Strip};
use crate::render::escape;

/// What an inspection found.
#[derive(Debug, Default)]
pub struct Inspection {
    /// Overlaps and the like, one sentence each; empty if all is well.
    pub faults: Vec<String>,
    /// How often a line goes over a bar or another bar's line.
    pub crossings: usize,
    /// Length of all lines, in pixels.
    pub line_length: i64,
    /// Width of the map, in pixels.
    pub width: i32,
    /// Height of the map, in pixels.
    pub height: i32,
    /// Cards drawn.
    pub cards: usize,
    /// Frames around projects, or parts of them.
    pub frames: usize,
    /// Cards that lie in a frame.
    pub framed: usize,
}

/// A piece of text, and the box that it must stay in.
struct Text {
    what: String,
    rect: Rect,
    within: Rect,
}

/// Inspects a layout.
pub fn inspect(scene: &Scene, placed: &Placed, frames: &[Frame]) -> Inspection {
    let mut faults = Vec::new();
    boxes_apart(scene, placed, &mut faults);
    let texts = texts(scene, placed, frames);
    for text in &texts {
        if !text.within.holds(text.rect) {
            faults.push(format!("{} leaves its box: {:?} {:?}", text.what, text.rect, text.within));
        }
    }
    texts_apart(&texts, &mut faults);
    lines_keep_off(scene, placed, &texts, &mut faults);
    lines_apart(placed, &mut faults);
    frames_hold_their_own(scene, placed, frames, &mut faults);
    Inspection {
        faults,
        crossings: placed.crossings(),
        line_length: placed.line_length(),
        width: placed.width,
        height: placed.height,
        cards: placed.cards.len(),
        frames: frames.len(),
        framed: frames.iter().map(|frame| frame.cards.len()).sum(),
    }
}

/// No card lies on a card or a bar, no bar on another.
fn boxes_apart(scene: &Scene, placed: &Placed, faults: &mut Vec<String>) {
    let cards = placed
        .cards
        .iter()
        .enumerate()
        .map(|(at, card)| (at, scene.cards[card.card].name.as_str(), card.rect));
    let count = placed.cards.len();
    let bars = placed.bars.iter().enumerate().flat_map(|(at, bar)| {
        let name = scene.bars[bar.bar].name.as_str();
        bar.pieces().map(move |piece| (count + at, name, piece))
    });
    let mut boxes: Vec<(usize, &str, Rect)> = cards.chain(bars).collect();
    boxes.sort_by_key(|(_, _, rect)| rect.x);
    for (at, (owner, name, rect)) in boxes.iter().enumerate() {
        for (other, other_name, other_rect) in &boxes[at + 1..] {
            if other_rect.x >= rect.right() {
                break;
            }
            if owner != other && rect.meets(*other_rect, 0) {
                faults.push(format!("{name} and {other_name} overlap: {rect:?} {other_rect:?}"));
            }
        }
    }
}

/// All text with its box.
fn texts(scene: &Scene, placed: &Placed, frames: &[Frame]) -> Vec<Text> {
    let mut texts = Vec::new();
    let mut add = |what: &str, x: i32, y: i32, line: &Line, within: Rect| {
        if line.text.is_empty() {
            return;
        }
        let rect = line.bounds(x, y);
        texts.push(Text { what: format!("`{}` of {what}", line.text), rect, within });
    };
    for card in &placed.cards {
        let of = &scene.cards[card.card];
        let mut y = card.body_y;
        for part in &of.parts {
            let mut line_y = y + Card::AIR;
            for line in part {
                let base = line_y + line.role.base();
                add(&of.name, card.rect.x + Card::PADDING, base, line, card.rect);
                line_y += line.role.height();
            }
            y += Card::part_height(part);
        }
        for (strip, rect) in of.strips.iter().zip(&card.strips) {
            let mut line_y = rect.y + 2;
            for line in &strip.lines {
                let base = line_y + line.role.base();
                add(&of.name, rect.x + Strip::PADDING, base, line, *rect);
                line_y += line.role.height();
            }
        }
    }
    for bar in &placed.bars {
        let of = &scene.bars[bar.bar];
        for (piece, x) in bar.texts() {
            add(&of.name, x, piece.y + Bar::FIRST_BASE, &of.title, piece);
            add(&of.name, x + of.title_width() + 8, piece.y + Bar::FIRST_BASE, &of.nature, piece);
            add(&of.name, x, piece.y + Bar::SECOND_BASE, &of.facts, piece);
        }
        if let Some(x) = bar.again {
            add(&of.name, x, bar.rect.y + Bar::MIDDLE_BASE, &of.title, bar.rect);
        }
    }
    for frame in frames {
        let (x, y) = frame.title_at;
        let size = frames::FONT.size;
        let rect = Rect::new(x, y - size, frames::FONT.width(&frame.title), size + 3);
        let what = format!("the title of {}", frame.project);
        texts.push(Text { what, rect, within: frame.rect });
    }
    texts
}

fn texts_apart(texts: &[Text], faults: &mut Vec<String>) {
    let mut order: Vec<&Text> = texts.iter().collect();
    order.sort_by_key(|text| text.rect.x);
    for (at, text) in order.iter().enumerate() {
        for other in &order[at + 1..] {
            if other.rect.x >= text.rect.right() {
                break;
            }
            if text.rect.meets(other.rect, 0) {
                faults.push(format!("{} lies on {}", text.what, other.what));
            }
        }
    }
}

/// No line passes through a card, or through any text.
fn lines_keep_off(scene: &Scene, placed: &Placed, texts: &[Text], faults: &mut Vec<String>) {
    let mut things: Vec<(Rect, String)> = Vec::new();
    for card in &placed.cards {
        // A line may end on a card's edge, not beyond it.
        things.push((card.rect.grown(-1), format!("card {}", scene.cards[card.card].name)));
    }
    things.extend(texts.iter().map(|text| (text.rect, text.what.clone())));
    things.sort_by_key(|(rect, _)| rect.x);
    let widest = things.iter().map(|(rect, _)| rect.w).max().unwrap_or(0);
    for tap in &placed.taps {
        for ends in tap.points.windows(2) {
            let line = stretch(ends[0], ends[1]);
            let first = things.partition_point(|(rect, _)| rect.x + widest < line.x);
            for (rect, what) in &things[first..] {
                if rect.x > line.right() {
                    break;
                }
                if rect.meets(line, 0) {
                    let from = &scene.cards[tap.card].name;
                    faults.push(format!("a line of {from} runs through {what}: {line:?}"));
                }
            }
        }
    }
}

/// Upright lines of different bars never run in one another.
fn lines_apart(placed: &Placed, faults: &mut Vec<String>) {
    let mut upright: Vec<(i32, i32, i32, usize)> = placed
        .taps
        .iter()
        .map(|tap| {
            let (from, to) = (tap.points[0], tap.points[1]);
            (from.0, from.1.min(to.1), from.1.max(to.1), tap.bar)
        })
        .collect();
    upright.sort_unstable();
    for pair in upright.windows(2) {
        let ((x, _, bottom, bar), (other_x, top, _, other)) = (pair[0], pair[1]);
        if x == other_x && bar != other && top < bottom {
            faults.push(format!("lines of two bars share x {x} from {top} to {bottom}"));
        }
    }
}

/// A frame holds its cards, and meets no other card, no bar of another
/// project, and no frame.
fn frames_hold_their_own(
    scene: &Scene,
    placed: &Placed,
    frames: &[Frame],
    faults: &mut Vec<String>,
) {
    let own = frames::owned_bars(scene);
    for (at, frame) in frames.iter().enumerate() {
        for card in &placed.cards {
            let name = &scene.cards[card.card].name;
            let inside = frame.cards.contains(&card.card);
            if inside && !frame.rect.holds(card.rect) {
                faults.push(format!("{name} leaves its frame {}", frame.project));
            } else if !inside && frame.rect.meets(card.rect, 0) {
                faults.push(format!("{name} is in a frame of {}", frame.project));
            }
        }
        let is_own =
            |bar: usize| own[bar].is_some_and(|project| escape::terminal(project) == frame.project);
        for bar in placed.bars.iter().filter(|bar| !is_own(bar.bar)) {
            if bar.pieces().any(|piece| frame.rect.meets(piece, 0)) {
                let name = &scene.bars[bar.bar].name;
                faults.push(format!("bar {name} is in a frame of {}", frame.project));
            }
        }
        for other in &frames[at + 1..] {
            if frame.rect.meets(other.rect, 0) {
                faults.push(format!("frames of {} and {} meet", frame.project, other.project));
            }
        }
    }
}

fn stretch(from: Point, to: Point) -> Rect {
    let (x, y) = (from.0.min(to.0), from.1.min(to.1));
    Rect::new(x, y, (from.0 - to.0).abs() + 1, (from.1 - to.1).abs() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Filter, Map};
    use crate::model::Snapshot;
    use crate::render::View;
    use crate::render::svg::{Options, arranged};

    /// Inspects a small picture after `spoil` had its way with the layout.
    fn spoilt(spoil: impl Fn(&mut Placed)) -> Vec<String> {
        spoilt_with(|placed, _| spoil(placed))
    }

    fn spoilt_with(spoil: impl Fn(&mut Placed, &mut Vec<Frame>)) -> Vec<String> {
        let text = r#"{"schema":"netmap/1",
            "networks":[{"name":"front","id":"f","driver":"bridge"}],
            "containers":[
              {"name":"a","id":"1","state":"running","endpoints":[{"network":"front","network_id":"f","ipv4":"10.0.0.2"}]},
              {"name":"b","id":"2","state":"running","endpoints":[{"network":"front","network_id":"f","ipv4":"10.0.0.3"}]}]}"#;
        let snapshot = Snapshot::read(text.as_bytes()).unwrap();
        let map = Map::new(&snapshot);
        let selection = map.select(&Filter::default()).unwrap();
        let view = View::new(&map, &selection, None);
        let (scene, mut placed, mut frames) = arranged(&view, &Options::default());
        spoil(&mut placed, &mut frames);
        inspect(&scene, &placed, &frames).faults
    }

    #[test]
    fn every_kind_of_fault_is_seen() {
        let seen = |faults: Vec<String>, what: &str| {
            assert!(faults.iter().any(|fault| fault.contains(what)), "{what}: {faults:?}");
        };
        assert_eq!(spoilt(|_| {}), Vec::<String>::new());
        seen(spoilt(|p| p.cards[1].rect = p.cards[0].rect), "overlap");
        seen(spoilt(|p| p.cards[0].rect.w = 20), "leaves its box");
        seen(spoilt(|p| p.cards[0].body_y = p.cards[0].rect.y), "lies on");
        seen(spoilt(|p| p.taps[1].points = vec![(60, 0), (60, 400)]), "runs through");
        seen(
            spoilt(|p| {
                p.taps[1].bar = 0;
                p.taps[1].points = p.taps[0].points.clone();
            }),
            "share x",
        );
        let frame = |rect: Rect, cards: &[usize]| Frame {
            project: "p".to_owned(),
            cards: cards.to_vec(),
            rect,
            title: String::new(),
            title_at: (rect.x, rect.y + frames::FONT.size),
        };
        let around = |p: &Placed, card: usize| p.cards[card].rect.grown(2);
        let one = |of: usize| spoilt_with(move |p, frames| frames.push(frame(around(p, 1), &[of])));
        assert_eq!(one(1), Vec::<String>::new());
        seen(one(0), "leaves its frame");
        seen(one(0), "b is in a frame");
        seen(
            spoilt_with(|p, frames| frames.push(frame(p.bars[0].rect, &[]))),
            "bar host is in a frame",
        );
        seen(
            spoilt_with(|p, frames| {
                frames.extend([frame(around(p, 1), &[1]), frame(around(p, 1), &[1])])
            }),
            "frames of p and p meet",
        );
    }
}
