//! What stands below a map: a legend of only what occurs, and notes of what
//! the map leaves out.

use std::collections::BTreeSet;

use super::canvas::{Canvas, put};
use super::draw::{arrow_class, tap_class};
use super::geometry::{Placed, Rect};
use super::options::Options;
use super::scene::{ArrowKind, Badge, Line, LineRole, Look, SMALL, Scene, TapLook, WayOut};
use crate::model::words::{count, listed};
use crate::model::{Reach, Seen, TalkBasis, TalkVerdict};
use crate::order::{OrderBy, Ordered};
use crate::render::escape;
use crate::render::view::{Callout, Change, View};

/// Width of a sign with the room after it.
const SIGN: i32 = 36;
/// Height of a row.
const ROW: i32 = 22;

/// What is below the map.
#[derive(Debug)]
pub struct Foot {
    callouts: Vec<Callout>,
    items: Vec<(Sign, String)>,
    notes: Vec<String>,
}

/// A sign in the legend.
#[derive(Debug, Clone, Copy)]
enum Sign {
    State(Look),
    Tap(TapLook),
    WayOut(WayOut),
    Change(Change),
    Arrow(ArrowKind),
    Many,
    Frame,
}

impl Foot {
    /// What this scene needs explained.
    pub fn new(view: &View, scene: &Scene, placed: &Placed, options: &Options) -> Self {
        let items =
            if options.no_legend { Vec::new() } else { items(view, scene, placed, options) };
        let mut notes = Vec::new();
        if options.blank.is_none() && options.caption.is_none() {
            let mut about = vec![view.inventory()];
            about.extend(Some(view.source()).filter(|source| !source.is_empty()));
            about.extend(options.date.clone());
            notes.push(escape::terminal(&about.join(" · ")).into_owned());
        }
        let more = view.callouts_left_out.len();
        if more > 0 && options.blank.is_none() {
            notes.push(format!("And {more} more that are not numbered; the text has them all."));
        }
        notes.extend(scene.reductions.iter().cloned());
        notes.extend(options.remarks.iter().cloned());
        if options.blank.is_none() {
            notes.extend(stopped_note(view));
            notes.extend(unread_note(view));
        }
        let callouts = match options.blank {
            None => view.callouts.clone(),
            Some(_) => Vec::new(),
        };
        Self { callouts, items, notes }
    }

    /// How wide what is said by number is where no line of it is broken.
    pub fn width_said(&self) -> i32 {
        let said = self.callouts.iter().flat_map(|callout| {
            let next = callout.next.iter().map(|next| SMALL.width(next));
            next.chain([SMALL.width(&callout.text)])
        });
        said.max().map_or(0, |widest| {
            // As much as lines are broken before their end for other programs' fonts.
            widest * SMALL.allowance() / 100 + 1 + Badge::width(self.callouts.len()) + 8
        })
    }

    /// Draws what is said by number: each with its number in front, and what to
    /// do next under it.
    fn draw_callouts(&self, canvas: &mut Canvas, width: i32) -> i32 {
        /// From one line to the next.
        const LINE: i32 = 16;
        let widest = Badge::width(self.callouts.len());
        let x = widest + 8;
        let mut y = 0;
        for (number, callout) in (1..).zip(&self.callouts) {
            let number_data = number.to_string();
            canvas.open("said", &[("number", &number_data)]);
            let mut tooltip = vec![callout.text.clone()];
            tooltip.extend(callout.next.clone());
            canvas.tooltip(&tooltip.iter().map(|line| harmless(line)).collect::<Vec<_>>());
            canvas.badge(widest - Badge::width(number), y + 4, (number, callout.tone));
            for line in Line::wrapped(LineRole::Plain, &callout.text, width - x, 3) {
                canvas.text(x, y + 4, "", &line.text);
                y += LINE;
            }
            for next in callout.next.iter() {
                for line in Line::wrapped(LineRole::Quiet, next, width - x, 6) {
                    canvas.text(x, y + 4, "quiet", &line.text);
                    y += LINE;
                }
            }
            canvas.close();
            y += 6;
        }
        if self.callouts.is_empty() { y } else { y + 8 }
    }

    /// Draws it; how high it is.
    pub fn draw(&self, canvas: &mut Canvas, width: i32) -> i32 {
        let (mut x, mut y) = (0, self.draw_callouts(canvas, width));
        canvas.open("legend", &[]);
        for (sign, words) in &self.items {
            let sign_width = sign.width();
            let needed = sign_width + SMALL.width(words) * 112 / 100 + 22;
            if x > 0 && x + needed > width {
                x = 0;
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
                canvas.text(0, y + 4, "quiet", &line.text);
                y += 16;
            }
        }
        canvas.close();
        y
    }
}

/// The signs that occur, with words.
fn items(view: &View, scene: &Scene, placed: &Placed, options: &Options) -> Vec<(Sign, String)> {
    let looks: BTreeSet<Look> = scene
        .cards
        .iter()
        .flat_map(|card| &card.parts)
        .flat_map(|part| part.lines.iter().chain(part.told.first()))
        .filter_map(|line| match line.role {
            LineRole::State(look) => Some(look),
            _ => None,
        })
        .into_set();
    let taps: BTreeSet<TapLook> =
        scene.cards.iter().flat_map(|card| &card.taps).map(|tap| tap.look).into_set();
    let mut items: Vec<(Sign, String)> = Vec::new();
    let mut add = |sign: Sign, words: &str| items.push((sign, words.to_owned()));
    for (look, words) in [
        (Look::Running, "running"),
        (Look::Ailing, "running, unhealthy"),
        (Look::Waiting, "paused, restarting or unknown"),
        (Look::Planned, "planned"),
        (Look::Stopped, "not running"),
    ] {
        if looks.contains(&look) {
            add(Sign::State(look), words);
        }
    }
    let is_idle = taps.contains(&TapLook::Idle) || taps.contains(&TapLook::Dormant);
    let is_near = taps.contains(&TapLook::Nearby) || !placed.besides.is_empty();
    let is_plan = view.map.snapshot().plan.is_some();
    for (is_there, tap, words) in [
        (
            taps.contains(&TapLook::World),
            TapLook::World,
            if is_plan { "to be open to everybody" } else { "open to everybody" },
        ),
        (
            is_near,
            TapLook::Nearby,
            if is_plan { "to be open to this host only" } else { "open to this host only" },
        ),
        (is_idle, TapLook::Idle, "would be connected if it ran"),
    ] {
        if is_there {
            add(Sign::Tap(tap), words);
        }
    }
    let mut told = BTreeSet::new();
    let mut kinds: Vec<ArrowKind> =
        placed.arrows.iter().map(|arrow| scene.arrows[arrow.arrow].kind).collect();
    kinds.order_by_key(|kind| (arrow_place(*kind), *kind));
    let has_ports = |kind: ArrowKind| {
        let drawn = placed.arrows.iter().map(|arrow| &scene.arrows[arrow.arrow]);
        drawn.filter(|arrow| arrow.kind == kind).any(|arrow| !arrow.label.text.is_empty())
    };
    for kind in kinds {
        let words = arrow_words(view, kind, has_ports(kind));
        if told.insert(words.clone()) {
            add(Sign::Arrow(kind), &words);
        }
    }
    for (way_out, words) in
        [(WayOut::Open, "network with a way out"), (WayOut::Closed, "no way out")]
    {
        if scene.bars.iter().any(|bar| bar.way_out == way_out) {
            add(Sign::WayOut(way_out), words);
        }
    }
    let of_cards = scene.cards.iter().flat_map(|card| {
        let of_taps = card.taps.iter().map(|tap| tap.change);
        of_taps.chain([card.change])
    });
    let changes: BTreeSet<Change> =
        of_cards.chain(scene.bars.iter().map(|bar| bar.change)).flatten().into_set();
    for change in [Change::Added, Change::Removed, Change::Changed] {
        if changes.contains(&change) {
            add(Sign::Change(change), change.word());
        }
    }
    if scene.cards.iter().any(|card| card.count > 1) {
        let words = if options.overview { "compose project" } else { "several that are alike" };
        add(Sign::Many, words);
    }
    if !placed.frames.is_empty() {
        add(Sign::Frame, "compose project");
    }
    items
}

/// Where an arrow of a kind stands in the legend: the usual before the strange.
fn arrow_place(kind: ArrowKind) -> usize {
    match kind {
        ArrowKind::Talk(TalkBasis::Dependency, ..) => 5,
        ArrowKind::Talk(_, _, TalkVerdict::Blocked) => 4,
        ArrowKind::Talk(TalkBasis::Configured, Seen::NotLooked, _) => 0,
        ArrowKind::Talk(TalkBasis::Configured, Seen::Seen, _) => 1,
        ArrowKind::Talk(TalkBasis::Configured, Seen::NotSeen, _) => 2,
        ArrowKind::Talk(TalkBasis::Observed, ..) => 3,
        ArrowKind::Asked(_) | ArrowKind::Surprise { .. } => 6,
    }
}

/// What an arrow of a kind means, and what stands beside it.
fn arrow_words(view: &View, kind: ArrowKind, has_ports: bool) -> String {
    match kind {
        ArrowKind::Surprise { .. } => "measured: contradicts the map".to_owned(),
        ArrowKind::Asked(Reach::Reachable) => "gets through".to_owned(),
        ArrowKind::Asked(Reach::Blocked) => "does not get through".to_owned(),
        ArrowKind::Asked(Reach::Unknown) => "not known to get through".to_owned(),
        ArrowKind::Talk(TalkBasis::Observed, _, TalkVerdict::Blocked) => {
            "seen to be tried in vain, not configured".to_owned()
        }
        ArrowKind::Talk(_, Seen::Seen, TalkVerdict::Blocked) => {
            "configured, and seen to be tried in vain".to_owned()
        }
        ArrowKind::Talk(TalkBasis::Dependency, Seen::Seen, _) => {
            "waits at its start for, and seen".to_owned()
        }
        ArrowKind::Talk(TalkBasis::Dependency, ..) => "waits at its start for".to_owned(),
        ArrowKind::Talk(_, _, TalkVerdict::Blocked) => "cannot work".to_owned(),
        ArrowKind::Talk(TalkBasis::Observed, ..) => "seen, and not configured".to_owned(),
        ArrowKind::Talk(TalkBasis::Configured, Seen::Seen, _) => "configured, and seen".to_owned(),
        ArrowKind::Talk(TalkBasis::Configured, Seen::NotSeen, _) => {
            format!("configured, not seen {}", view.looked())
        }
        ArrowKind::Talk(TalkBasis::Configured, Seen::NotLooked, _) => {
            let port = if has_ports { ", with the port" } else { "" };
            format!("is configured to talk to{port}")
        }
    }
}

fn harmless(text: &str) -> String {
    escape::terminal(text).into_owned()
}

/// That something is not known. What it is can hold paths of a machine, and is
/// for whoever draws the picture.
fn unread_note(view: &View) -> Option<String> {
    let number = view.unread().len();
    (number > 0).then(|| format!("{} could not be read.", count(number, "thing")))
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
            Self::Arrow(kind) => {
                canvas.open(&arrow_class(kind), &[]);
                let ends = [(x, y), (x + 28, y)];
                canvas.path("line", &ends);
                canvas.head(&ends, 5);
                canvas.close();
            }
            Self::Change(change) => line(canvas, &format!("h0 {}", change.word()), x, y),
            Self::WayOut(way_out) => {
                canvas.open("network h0", &[]);
                canvas.rect("box", Rect::new(x, y - 8, 28, 16), 4);
                let d = match way_out {
                    WayOut::Open => "h11m-4 -4l4 4l-4 4",
                    _ => "h8m0 -5v10m3 0v-10",
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
