//! What stands below a map: a legend of only what occurs, and notes of what
//! the map leaves out.

use std::collections::BTreeSet;

use super::draw::{Canvas, put, tap_class};
use super::geometry::Rect;
use super::options::Options;
use super::scene::{Line, LineRole, Look, SMALL, Scene, Tap, WayOut};
use crate::model::words::{count, listed};
use crate::render::escape;
use crate::render::view::{Change, View};

/// Width of a sign with the room after it.
const SIGN: i32 = 36;
/// Height of a row.
const ROW: i32 = 22;

/// What is below the map.
#[derive(Debug)]
pub struct Foot {
    items: Vec<(Sign, &'static str)>,
    notes: Vec<String>,
}

/// A sign in the legend.
#[derive(Debug, Clone, Copy)]
enum Sign {
    State(Look),
    Tap(Tap),
    WayOut(WayOut),
    Change(Change),
    Many,
    Frame,
}

impl Foot {
    /// What this scene needs explained.
    pub fn new(view: &View, scene: &Scene, has_frames: bool, options: &Options) -> Self {
        let looks: BTreeSet<Look> = scene
            .cards
            .iter()
            .flat_map(|card| card.parts.iter().flatten())
            .filter_map(|line| match line.role {
                LineRole::State(look) => Some(look),
                _ => None,
            })
            .collect();
        let taps: BTreeSet<Tap> = scene
            .cards
            .iter()
            .flat_map(|card| &card.strips)
            .filter(|strip| !strip.lines.is_empty())
            .map(|strip| strip.tap)
            .collect();
        let mut items = Vec::new();
        for (look, words) in [
            (Look::Running, "running"),
            (Look::Ailing, "running, unhealthy"),
            (Look::Waiting, "paused, restarting or unknown"),
            (Look::Planned, "planned"),
            (Look::Stopped, "not running"),
        ] {
            if looks.contains(&look) {
                items.push((Sign::State(look), words));
            }
        }
        let is_plan = view.map.snapshot().plan.is_some();
        for (tap, words) in [
            (
                Tap::World,
                if is_plan {
                    "to be open on every address of the host"
                } else {
                    "open on every address of the host"
                },
            ),
            (
                Tap::Nearby,
                if is_plan {
                    "to be open on one address of the host only"
                } else {
                    "open on one address of the host only"
                },
            ),
            (Tap::Idle, "would be connected if it ran"),
            (Tap::Reached, "measured: it answers"),
            (Tap::Surprise, "measured: contradicts the map"),
            (Tap::Untold, "could not be measured"),
        ] {
            if taps.contains(&tap) {
                items.push((Sign::Tap(tap), words));
            }
        }
        for (way_out, words) in [
            (WayOut::Open, "network with a way out"),
            (WayOut::Closed, "network without a way out"),
        ] {
            if scene.bars.iter().any(|bar| bar.way_out == way_out) {
                items.push((Sign::WayOut(way_out), words));
            }
        }
        let of_cards = scene.cards.iter().flat_map(|card| {
            let of_strips = card.strips.iter().map(|strip| strip.change);
            of_strips.chain([card.change])
        });
        let changes: BTreeSet<Change> =
            of_cards.chain(scene.bars.iter().map(|bar| bar.change)).flatten().collect();
        for change in [Change::Added, Change::Removed, Change::Changed] {
            if changes.contains(&change) {
                items.push((Sign::Change(change), change.word()));
            }
        }
        if scene.cards.iter().any(|card| card.is_many) {
            items.push((Sign::Many, "several containers that are alike"));
        }
        if has_frames {
            items.push((Sign::Frame, "compose project"));
        }
        let mut notes = scene.reductions.clone();
        notes.extend(options.remarks.iter().cloned());
        if options.blank.is_none() {
            notes.extend(stopped_note(view));
            notes.extend(view.unread().into_iter().map(|unread| format!("Not read: {unread}")));
        }
        Self { items, notes }
    }

    /// Draws it from `y` on; the lower edge of what was drawn.
    pub fn draw(&self, canvas: &mut Canvas, left: i32, y: i32, width: i32) -> i32 {
        let (mut x, mut y) = (left, y);
        canvas.open("legend", &[]);
        for (sign, words) in &self.items {
            let sign_width = sign.width();
            let needed = sign_width + SMALL.width(words) + 22;
            if x > left && x + needed > left + width {
                x = left;
                y += ROW;
            }
            sign.draw(canvas, x, y);
            canvas.text(x + sign_width, y + 4, "quiet", words);
            x += needed;
        }
        canvas.close();
        if !self.items.is_empty() {
            y += ROW;
        }
        const MOST: usize = 8;
        canvas.open("notes", &[]);
        let more = self.notes.len().saturating_sub(MOST);
        let last = (more > 0).then(|| format!("And {more} more notes."));
        for note in self.notes.iter().take(MOST).chain(&last) {
            for line in Line::wrapped(LineRole::Quiet, note, width, 3) {
                canvas.text(left, y + 4, "quiet", &line.text);
                y += 16;
            }
        }
        canvas.close();
        y
    }
}

/// Which containers are not shown because they are stopped.
fn stopped_note(view: &View) -> Option<String> {
    let names: Vec<&str> =
        view.stopped.iter().map(|at| view.container(*at).name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let text = format!(
        "{} stopped and not shown: {}.",
        count(names.len(), "container"),
        listed(&names, 8)
    );
    Some(escape::terminal(&text).into_owned())
}

impl Sign {
    /// Width with the room after it.
    fn width(self) -> i32 {
        match self {
            Self::State(_) => 14,
            _ => SIGN,
        }
    }

    fn draw(self, canvas: &mut Canvas, x: i32, y: i32) {
        match self {
            Self::State(look) => canvas.state_sign(x, y + 4, look),
            Self::Tap(tap) => line(canvas, &format!("h0{}", tap_class(tap)), x, y),
            Self::Change(change) => line(canvas, &format!("h0 {}", change.word()), x, y),
            Self::WayOut(way_out) => {
                canvas.open("network h0", &[]);
                canvas.rect("box", Rect::new(x, y - 8, 28, 16), 4);
                let d = match way_out {
                    WayOut::Open => "h11m-4 -4l4 4l-4 4",
                    _ => "h8m0 -5v10m4 0v-10",
                };
                put!(canvas, "<path class=\"sign\" d=\"M{} {y}{d}\"/>", x + 8);
                canvas.close();
            }
            Self::Many => {
                canvas.open("container", &[]);
                canvas.rect("box", Rect::new(x + 5, y - 5, 20, 13), 3);
                canvas.rect("box", Rect::new(x + 1, y - 8, 20, 13), 3);
                canvas.close();
            }
            Self::Frame => {
                canvas.open("project", &[]);
                canvas.rect("box", Rect::new(x, y - 8, 28, 16), 4);
                canvas.close();
            }
        }
    }
}

fn line(canvas: &mut Canvas, class: &str, x: i32, y: i32) {
    canvas.open(class, &[]);
    put!(canvas, "<path class=\"line\" d=\"M{x} {y}h28\"/>");
    canvas.close();
}
