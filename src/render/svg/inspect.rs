//! Looks at a finished layout for what must never be in one, and measures it.
//! Tests hold every sample against this; a browser measures the same again.

use super::crossings;
use super::geometry::{Placed, Point, Rect};
use super::layout::BAR;
use super::scene::{self, Bar, Line, Scene, Tap, size_of};
use crate::order::OrderBy;

/// What an inspection found.
#[derive(Debug, Default)]
pub struct Inspection {
    /// Overlaps and the like, one sentence each; empty if all is well.
    pub faults: Vec<String>,
    /// How often a line crosses another one that is not its own network's.
    pub crossings: usize,
    /// How often a bar is cut for a line that is not its own.
    pub cuts: usize,
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
    /// Arrows drawn, and those that were to be.
    pub arrows: (usize, usize),
    /// How often an arrow crosses another one, or a line from a bar to a card.
    pub arrow_crossings: usize,
    /// Part of the map's area that cards and bars cover, frames and zones not
    /// counted, in percent.
    pub filled: i64,
    /// The same with what frames hold counted as covered.
    pub covered: i64,
    /// Each card with a distance from the internet.
    pub heights: Vec<Height>,
}

/// How far from the internet a card is, and how low it stands.
#[derive(Debug, Clone, Copy)]
pub struct Height {
    /// The part of the map that it hangs together with.
    pub part: usize,
    /// Steps from the internet.
    pub rank: usize,
    /// Upper edge of its card.
    pub y: i32,
}

/// A piece of text, and the box that it must stay in.
struct Text {
    what: String,
    rect: Rect,
    within: Option<Rect>,
}

/// Inspects a layout.
pub fn inspect(scene: &Scene, placed: &Placed) -> Inspection {
    let mut faults = Vec::new();
    boxes_apart(scene, placed, &mut faults);
    let texts = texts(scene, placed);
    for text in &texts {
        if text.within.is_some_and(|within| !within.holds(text.rect)) {
            faults.push(format!("{} leaves its box: {:?} {:?}", text.what, text.rect, text.within));
        }
    }
    texts_apart(&texts, &mut faults);
    lines_keep_off(scene, placed, &texts, &mut faults);
    lines_apart(placed, &mut faults);
    frames_hold_their_own(scene, placed, &mut faults);
    let covered = |rect: Rect| i64::from(rect.w) * i64::from(rect.h);
    let cards = placed.cards.iter().map(|card| covered(card.rect));
    let bars = placed.bars.iter().flat_map(|bar| &bar.pieces).map(|piece| covered(*piece));
    let area = covered(placed.area).max(1);
    let frames: i64 = placed.frames.iter().map(|frame| covered(frame.rect)).sum();
    let is_outside = |rect: &Rect| !placed.frames.iter().any(|frame| frame.rect.holds(*rect));
    let all = placed.cards.iter().map(|card| card.rect);
    let all = all.chain(placed.bars.iter().flat_map(|bar| &bar.pieces).copied());
    let covered_area = frames + all.filter(is_outside).map(covered).sum::<i64>();
    let is_framed = |rect: Rect| placed.frames.iter().any(|frame| frame.rect.holds(rect));
    let heights = placed.cards.iter().filter_map(|card| {
        let rank = scene.cards[card.card].rank?;
        Some(Height { part: card.part, rank, y: card.rect.y })
    });
    Inspection {
        faults,
        crossings: crossings::of_bars(placed),
        cuts: placed.cuts(),
        line_length: placed.line_length(),
        width: placed.area.w,
        height: placed.area.h,
        cards: placed.cards.len(),
        frames: placed.frames.len(),
        framed: placed.cards.iter().filter(|card| is_framed(card.rect)).count(),
        arrows: (placed.arrows.len(), scene.arrows.len()),
        arrow_crossings: crossings::of_arrows(placed),
        filled: 100 * (cards.sum::<i64>() + bars.sum::<i64>()) / area,
        covered: 100 * covered_area / area,
        heights: heights.collect(),
    }
}

/// The boxes of all labels that stand beside lines, and of frames' titles:
/// what arrows have to keep off.
pub fn labels(scene: &Scene, placed: &Placed) -> Vec<Rect> {
    let mut labels = Vec::new();
    for tap in &placed.taps {
        if let Some((x, y)) = tap.label {
            let (w, h) = scene.cards[tap.card].taps[tap.tap].size();
            labels.push(Rect::new(x, y, w, h));
        }
    }
    for beside in &placed.besides {
        let (w, h) = size_of(&scene.cards[beside.card].beside);
        labels.push(Rect::new(beside.label.0, beside.label.1, w, h));
        labels.push(beside.wall().grown(4));
    }
    for frame in &placed.frames {
        let (x, y) = frame.title_at;
        labels.push(Rect::new(x, y - 11, frame.title_width, 14));
    }
    labels
}

/// No card lies on a card or a bar, no bar on another, and none beside the page.
fn boxes_apart(scene: &Scene, placed: &Placed, faults: &mut Vec<String>) {
    let cards = placed
        .cards
        .iter()
        .enumerate()
        .map(|(at, card)| (at, scene.cards[card.card].name.as_str(), card.rect));
    let count = placed.cards.len();
    let bars = placed.bars.iter().enumerate().flat_map(|(at, bar)| {
        let name = scene.bars[bar.bar].name.as_str();
        bar.pieces.iter().map(move |piece| (count + at, name, *piece))
    });
    let mut boxes: Vec<(usize, &str, Rect)> = cards.chain(bars).collect();
    boxes.order_by_key(|(_, _, rect)| rect.x);
    for (_, name, rect) in boxes.iter().filter(|(.., rect)| !placed.area.holds(*rect)) {
        faults.push(format!("{name} leaves the page: {rect:?} {:?}", placed.area));
    }
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
fn texts(scene: &Scene, placed: &Placed) -> Vec<Text> {
    let mut texts = Vec::new();
    let mut add = |what: &str, x: i32, y: i32, line: &Line, within: Option<Rect>| {
        if line.is_empty() {
            return;
        }
        let rect = line.bounds(x, y);
        texts.push(Text { what: format!("`{}` of {what}", line.text), rect, within });
    };
    for card in &placed.cards {
        let of = &scene.cards[card.card];
        for (x, y, line) in of.texts(card.rect.w, card.is_full) {
            add(&of.name, card.rect.x + x, card.rect.y + y, line, Some(card.rect));
        }
    }
    let mut label = |what: &str, (x, y): Point, lines: &[Line]| {
        for (line, nth) in lines.iter().zip(0..) {
            add(what, x, y + 10 + nth * Tap::LINE, line, None);
        }
    };
    for tap in &placed.taps {
        if let Some(at) = tap.label {
            let of = &scene.cards[tap.card];
            label(&of.name, at, &of.taps[tap.tap].label);
        }
    }
    for beside in &placed.besides {
        let of = &scene.cards[beside.card];
        label(&of.name, beside.label, &of.beside);
    }
    for bar in &placed.bars {
        let of = &scene.bars[bar.bar];
        for piece in &bar.texts {
            let (x, y) = (piece.x + Bar::PADDING, piece.y + Bar::BASE);
            add(&of.name, x, y, &of.title, Some(*piece));
            add(&of.name, x + of.title.shown_width() + Bar::GAP, y, &of.facts, Some(*piece));
        }
    }
    for arrow in &placed.arrows {
        let of = &scene.arrows[arrow.arrow];
        if let Some((x, y)) = arrow.label {
            add("an arrow", x, y, &of.label, None);
        }
    }
    for frame in placed.frames.iter().filter(|frame| frame.title_width > 12) {
        let (x, y) = frame.title_at;
        let size = scene::TITLE.size;
        let rect = Rect::new(x, y - size, frame.title_width, size + 3);
        let what = format!("the title of {}", scene.projects[frame.project]);
        texts.push(Text { what, rect, within: Some(frame.rect) });
    }
    texts
}

fn texts_apart(texts: &[Text], faults: &mut Vec<String>) {
    let mut order: Vec<&Text> = texts.iter().collect();
    order.order_by_key(|text| text.rect.x);
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

/// No line passes through a card or a foreign bar, or through any text.
fn lines_keep_off(scene: &Scene, placed: &Placed, texts: &[Text], faults: &mut Vec<String>) {
    // What is in the way, and the bar whose own lines may meet it.
    let mut things: Vec<(Rect, Option<usize>, String)> = Vec::new();
    for card in &placed.cards {
        // A line may end on a card's edge, not beyond it.
        let name = &scene.cards[card.card].name;
        things.push((card.rect.grown(-1), None, format!("card {name}")));
    }
    for bar in &placed.bars {
        let name = &scene.bars[bar.bar].name;
        for piece in &bar.pieces {
            things.push((*piece, Some(bar.bar), format!("bar {name}")));
        }
    }
    things.extend(texts.iter().map(|text| (text.rect, None, text.what.clone())));
    things.order_by_key(|(rect, ..)| rect.x);
    let widest = things.iter().map(|(rect, ..)| rect.w).max().unwrap_or(0);
    let taps =
        placed.taps.iter().map(|tap| (&tap.points, Some(tap.bar), &scene.cards[tap.card].name));
    let arrows = placed
        .arrows
        .iter()
        .map(|arrow| (&arrow.points, None, &scene.cards[scene.arrows[arrow.arrow].from].name));
    let links = placed.bars.iter().flat_map(|bar| {
        let name = &scene.bars[bar.bar].name;
        bar.links.iter().map(move |(from, to)| (vec![*from, *to], Some(bar.bar), name))
    });
    let lines = taps.chain(arrows).map(|(points, bar, name)| (points.clone(), bar, name));
    for (points, bar, from) in lines.chain(links) {
        for ends in points.windows(2) {
            let between = Rect::between(ends[0], ends[1]);
            let line = Rect::new(between.x, between.y, between.w + 1, between.h + 1);
            let first = things.partition_point(|(rect, ..)| rect.x + widest < line.x);
            for (rect, of, what) in &things[first..] {
                if rect.x > line.right() {
                    break;
                }
                if rect.meets(line, 0) && (of.is_none() || *of != bar) {
                    // A link lies on its own bar, text and all.
                    let is_own_text = bar
                        .is_some_and(|bar| what.ends_with(&format!("of {}", scene.bars[bar].name)));
                    if !is_own_text {
                        faults.push(format!("a line of {from} runs through {what}: {line:?}"));
                    }
                }
            }
        }
    }
}

/// Lines of different bars never run in one another.
fn lines_apart(placed: &Placed, faults: &mut Vec<String>) {
    let mut upright: Vec<(i32, i32, i32, usize)> = Vec::new();
    for tap in &placed.taps {
        for ends in tap.points.windows(2).filter(|ends| ends[0].0 == ends[1].0) {
            let line = Rect::between(ends[0], ends[1]);
            upright.push((line.x, line.y, line.bottom(), tap.bar));
        }
    }
    upright.sort_unstable();
    for pair in upright.windows(2) {
        let ((x, _, bottom, bar), (other_x, top, _, other)) = (pair[0], pair[1]);
        if x == other_x && bar != other && top < bottom {
            faults.push(format!("lines of two bars share x {x} from {top} to {bottom}"));
        }
    }
}

/// A frame holds cards of its project alone, and meets no other frame.
fn frames_hold_their_own(scene: &Scene, placed: &Placed, faults: &mut Vec<String>) {
    for (at, frame) in placed.frames.iter().enumerate() {
        let project = &scene.projects[frame.project];
        for card in placed.cards.iter().filter(|card| frame.rect.meets(card.rect, 0)) {
            let of = &scene.cards[card.card];
            let own = of.project.as_deref().map(crate::render::escape::terminal);
            if own.is_some_and(|own| own != project.as_str()) {
                faults.push(format!("{} is in a frame of {project}", of.name));
            } else if !frame.rect.holds(card.rect) {
                faults.push(format!("{} leaves its frame {project}", of.name));
            }
        }
        for other in &placed.frames[at + 1..] {
            if frame.rect.meets(other.rect, 0) {
                let other = &scene.projects[other.project];
                faults.push(format!("frames of {project} and {other} meet"));
            }
        }
    }
    for bar in &placed.bars {
        if bar.texts.iter().any(|text| text.h != BAR) {
            faults.push(format!("the name of {} has no room", scene.bars[bar.bar].name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Filter, Map};
    use crate::model::Snapshot;
    use crate::render::View;
    use crate::render::svg::geometry::PlacedFrame;
    use crate::render::svg::{Options, arranged};

    /// Inspects a small picture after `spoil` had its way with the layout.
    fn spoilt(spoil: impl Fn(&mut Placed)) -> Vec<String> {
        let text = r#"{"schema":"netmap/1",
            "networks":[{"name":"front","id":"f","driver":"bridge"},{"name":"back","id":"g","driver":"bridge"}],
            "containers":[
              {"name":"a","id":"1","state":"running","project":"p","endpoints":[{"network":"front","network_id":"f","ipv4":"10.0.0.2"}]},
              {"name":"b","id":"2","state":"running","endpoints":[{"network":"front","network_id":"f","ipv4":"10.0.0.3"},
                {"network":"back","network_id":"g","ipv4":"10.0.1.3"}]}]}"#;
        let snapshot = Snapshot::read(text.as_bytes()).unwrap();
        let map = Map::new(&snapshot);
        let selection = map.select(&Filter::default()).unwrap();
        let view = View::new(&map, &selection, None);
        let (scene, mut placed) = arranged(&view, &Options::default());
        spoil(&mut placed);
        inspect(&scene, &placed).faults
    }

    /// A container on so many networks, each with another one on it: every bar is in the way
    /// of every other one's lines.
    #[test]
    fn the_picture_of_a_container_on_many_networks_grows_as_they_do() {
        let drawn = |number: usize| {
            let on = |of: &[usize]| -> Vec<serde_json::Value> {
                let name = |at: &usize| format!("n{at}");
                of.iter()
                    .map(|at| serde_json::json!({"network": name(at), "network_id": name(at)}))
                    .collect()
            };
            let container = |name: String, of: &[usize]| {
                serde_json::json!({"name": name, "id": name, "state": "running",
                    "endpoints": on(of)})
            };
            let all: Vec<usize> = (0..number).collect();
            let networks: Vec<serde_json::Value> = (0..number)
                .map(|at| {
                    serde_json::json!({"name": format!("n{at}"), "id": format!("n{at}"),
                    "driver": "bridge"})
                })
                .collect();
            let mut containers = vec![container("hub".to_owned(), &all)];
            containers.extend((0..number).map(|at| container(format!("c{at}"), &[at])));
            let snapshot = serde_json::json!({"schema": "netmap/1", "networks": networks,
                "containers": containers});
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let map = Map::new(&snapshot);
            let view = View::new(&map, &map.select(&Filter::default()).unwrap(), None);
            let (scene, placed) = arranged(&view, &Options::default());
            let pieces: usize = placed.bars.iter().map(|bar| bar.pieces.len()).sum();
            (pieces, inspect(&scene, &placed).faults)
        };
        let ((few, _), (many, faults)) = (drawn(60), drawn(240));
        assert!(few > 60 && many > 240, "{few} and {many} pieces");
        assert!(many < 6 * few, "{many} pieces, and {few} for a quarter");
        assert_eq!(faults, Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_fault_is_seen() {
        let seen = |faults: Vec<String>, what: &str| {
            assert!(faults.iter().any(|fault| fault.contains(what)), "{what}: {faults:?}");
        };
        assert_eq!(spoilt(|_| {}), Vec::<String>::new());
        seen(spoilt(|p| p.cards[1].rect = p.cards[0].rect), "overlap");
        seen(spoilt(|p| p.cards[0].rect.w = 20), "leaves its box");
        seen(spoilt(|p| p.area.w -= 9), "leaves the page");
        seen(spoilt(|p| p.taps[0].label = p.taps[1].label), "lies on");
        let through = |p: &mut Placed| {
            let (a, b) = (p.cards[0].rect, p.cards[1].rect);
            let y = a.y + a.h / 2;
            p.taps[0].points = vec![(a.x.min(b.x), y), (a.right().max(b.right()), y)];
        };
        seen(spoilt(through), "runs through card");
        seen(
            spoilt(|p| {
                let bar = p.bars[1].pieces[0];
                let of = p.bars[0].bar;
                let tap = p.taps.iter_mut().find(|tap| tap.bar == of).unwrap();
                tap.points = vec![(bar.x + 2, bar.y - 9), (bar.x + 2, bar.bottom() + 9)];
            }),
            "runs through bar",
        );
        seen(
            spoilt(|p| {
                let other = p.taps.iter().position(|tap| tap.bar != p.taps[0].bar).unwrap();
                p.taps[other].points = p.taps[0].points.clone();
            }),
            "share x",
        );
        let frame = |rect: Rect| PlacedFrame { rect, ..PlacedFrame::default() };
        let at = |p: &Placed, card: usize| {
            p.cards.iter().find(|placed| placed.card == card).unwrap().rect
        };
        assert_eq!(spoilt(|p| p.frames.push(frame(at(p, 0).grown(2)))), Vec::<String>::new());
        seen(spoilt(|p| p.frames.push(frame(at(p, 0).moved(9, 0)))), "leaves its frame");
        let twice = |p: &mut Placed| p.frames = vec![frame(at(p, 0).grown(2)); 2];
        seen(spoilt(twice), "frames of p and p meet");
    }
}
