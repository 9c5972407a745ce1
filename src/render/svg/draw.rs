//! Writes a picture whose parts all have their places as SVG.
//!
//! The structure is a promise to scripts and style sheets: a card is
//! `g.container`, a bar `g.network`, a frame `g.project`, each with a
//! `data-name` and its box as the first `rect`; a tap is `g.endpoint` with
//! `data-container` and `data-network`, its line in it; an arrow is `g.talk`
//! with `data-from`, `data-to`, `data-port`, `data-basis` and, where it cannot
//! work, `data-verdict="blocked"`. Cards and bars of a compose project have
//! `data-project`; a project may have several frames. A card that stands for many
//! has `data-count`.

use std::fmt::Write;

use super::canvas::{Canvas, put};
use super::geometry::{
    Placed, PlacedArrow, PlacedBar, PlacedBeside, PlacedCard, PlacedFrame, PlacedTap, Point, Rect,
};
use super::glyphs;
use super::scene::{
    self, Arrow, ArrowKind, Bar, Card, Line, LineRole, Scene, Tap, TapLook, WayOut,
};
use crate::model::{Reach, Seen, TalkBasis, TalkVerdict};

/// Corner of a card.
const RADIUS: i32 = 6;

impl Canvas {
    /// Everything that has its place, what lies below first.
    pub fn everything(&mut self, scene: &Scene, placed: &Placed) {
        for zone in &placed.zones {
            self.rect("zone", *zone, 8);
            self.svg.push('\n');
        }
        for frame in &placed.frames {
            self.frame(scene, frame);
        }
        for bar in &placed.bars {
            self.bar(scene, placed, bar);
        }
        for tap in &placed.taps {
            self.tap(scene, tap);
        }
        for beside in &placed.besides {
            self.beside(scene, beside);
        }
        for card in &placed.cards {
            self.card(scene, card);
        }
        for arrow in &placed.arrows {
            self.arrow(scene, arrow);
        }
    }

    /// A frame around a project.
    fn frame(&mut self, scene: &Scene, frame: &PlacedFrame) {
        let project = &scene.projects[frame.project];
        self.open("project", &[("name", project)]);
        self.tooltip(&[format!("project {project}")]);
        self.rect("box", frame.rect, 8);
        let width = frame.title_width * 100 / scene::TITLE_ROOM;
        let title = scene::TITLE.shorten_name(project, width);
        // One letter and an ellipsis may take more than there is.
        if frame.title_width > 12 && scene::TITLE.width(&title) <= frame.title_width {
            self.text(frame.title_at.0, frame.title_at.1, "quiet caption", &title);
        }
        self.close();
    }

    /// A bar with its text and the sign of its way out.
    fn bar(&mut self, scene: &Scene, placed: &Placed, of: &PlacedBar) {
        let bar = &scene.bars[of.bar];
        let mut class = match bar.is_world() {
            true => "network world".to_owned(),
            false => format!("network h{}", scene.hue(of.bar, bar.is_faint)),
        };
        if let Some(change) = bar.change {
            let _ = write!(class, " {}", change.word());
        }
        let mut data = vec![("name", bar.name.as_str())];
        data.extend(bar.project.as_deref().map(|project| ("project", project)));
        self.open(&class, &data);
        self.tooltip(&bar.tooltip);
        for (from, to) in &of.links {
            self.path("link", &[*from, *to]);
        }
        let radius = if bar.is_world() { 11 } else { 4 };
        for piece in &of.pieces {
            self.rect("box", *piece, radius.min(piece.h / 2).min(piece.w / 2));
        }
        for piece in &of.texts {
            self.bar_text(bar, *piece);
        }
        if bar.is_cut {
            self.cuts(placed, bar, of);
        }
        self.close();
    }

    fn bar_text(&mut self, bar: &Bar, piece: Rect) {
        let (x, y) = (piece.x + Bar::PADDING, piece.y + Bar::BASE);
        self.line(x, y, &bar.title);
        self.line(x + bar.title.shown_width() + Bar::GAP, y, &bar.facts);
        // An arrow that leaves the bar at its right end, or a wall.
        let (x, y) = (piece.right() - Bar::END + 4, piece.y + piece.h / 2);
        match bar.way_out {
            WayOut::Open => put!(self, "<path class=\"sign\" d=\"M{x} {y}h11m-4 -4l4 4l-4 4\"/>"),
            WayOut::Closed => {
                let (wall, top) = (x + 9, y - 6);
                put!(self, "<path class=\"sign\" d=\"M{x} {y}h9M{wall} {top}v12m3 0v-12\"/>");
            }
            WayOut::Untold => {}
        }
    }

    /// Cuts between the members of a network that keeps them apart.
    fn cuts(&mut self, placed: &Placed, bar: &Bar, of: &PlacedBar) {
        let mut met: Vec<Point> = placed
            .taps
            .iter()
            .filter(|tap| tap.bar == of.bar)
            .map(|tap| (tap.points[0].0, tap.points[0].1))
            .collect();
        met.sort_unstable();
        for piece in &of.pieces {
            let on_it = |(x, y): &&Point| {
                (piece.x..=piece.right()).contains(x) && (piece.y..=piece.bottom()).contains(y)
            };
            let here: Vec<i32> = met.iter().filter(on_it).map(|(x, _)| *x).collect();
            let text_end = of.texts.contains(piece).then(|| piece.x + bar.text_width());
            for pair in here.windows(2).filter(|pair| pair[1] - pair[0] > 12) {
                let x = (pair[0] + pair[1]) / 2;
                let (top, bottom) = (piece.y - 2, piece.bottom() + 2);
                if text_end.is_some_and(|end| x < end) {
                    // What stands there stays legible between two notches.
                    put!(self, "<path class=\"cut\" d=\"M{x} {top}v5M{x} {bottom}v-5\"/>");
                } else {
                    let height = bottom - top;
                    put!(self, "<path class=\"cut\" d=\"M{} {top}l-6 {height}\"/>", x + 3);
                }
            }
        }
    }

    /// The line from a bar to a card, with a dot where it leaves the bar.
    fn tap(&mut self, scene: &Scene, placed: &PlacedTap) {
        let card = &scene.cards[placed.card];
        let tap = &card.taps[placed.tap];
        let bar = &scene.bars[placed.bar];
        let hue = scene.hue(placed.bar, tap.is_faint);
        let mut class = format!("endpoint h{hue}{}", tap_class(tap.look));
        if let Some(change) = tap.change {
            let _ = write!(class, " {}", change.word());
        }
        self.open(&class, &[("container", &card.name), ("network", &bar.name)]);
        self.tooltip(&tap.tooltip);
        self.path("line", &placed.points);
        let (x, y) = placed.points[0];
        if bar.is_world() {
            self.head(&placed.points, if tap.look == TapLook::World { 7 } else { 5 });
        } else {
            put!(self, "<circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>");
        }
        if let Some(at) = placed.label {
            self.label(at, &tap.label);
        }
        self.close();
    }

    fn label(&mut self, (x, y): Point, lines: &[Line]) {
        let mut base = y + 10;
        for line in lines {
            self.line(x, base, line);
            base += Tap::LINE;
        }
    }

    /// A way in for this host alone, beside a card.
    fn beside(&mut self, scene: &Scene, placed: &PlacedBeside) {
        let card = &scene.cards[placed.card];
        // What does not run lets nobody in, and says so quietly.
        let is_quiet = card.beside.iter().all(|line| line.role == LineRole::Quiet);
        let look = if is_quiet { TapLook::Dormant } else { TapLook::Nearby };
        let class = format!("endpoint h0{}", tap_class(look));
        self.open(&class, &[("container", &card.name), ("network", "this host")]);
        let would = if is_quiet { "would be " } else { "" };
        self.tooltip(&[format!("{would}published for this host only")]);
        self.path("line", &[placed.line.0, placed.line.1]);
        let Rect { x, y, w, h } = placed.wall();
        put!(self, "<path class=\"head\" d=\"M{x} {y}h{w}v{h}h-{w}z\"/>");
        self.head(&[placed.line.0, placed.line.1], 5);
        self.label(placed.label, &card.beside);
        self.close();
    }

    /// A card.
    fn card(&mut self, scene: &Scene, placed: &PlacedCard) {
        let card = &scene.cards[placed.card];
        let mut class = "container".to_owned();
        if card.is_stopped {
            class.push_str(" stopped");
        }
        if card.is_alarming {
            class.push_str(" alarming");
        }
        if card.is_faint {
            class.push_str(" faint");
        }
        if let Some(change) = card.change {
            let _ = write!(class, " {}", change.word());
        }
        let mut data = vec![("name", card.name.as_str())];
        data.extend(card.project.as_deref().map(|project| ("project", project)));
        data.extend(card.kind.map(|kind| ("kind", kind.word())));
        let count = card.count.to_string();
        if card.count > 1 {
            data.push(("count", count.as_str()));
        }
        self.open(&class, &data);
        self.tooltip(&card.tooltip);
        let Rect { x, y, w, h } = placed.rect;
        if card.count > 1 {
            // A second card looks out from behind the first.
            let (left, low, high) = (x + 6, y + h + 4, h - 6);
            put!(
                self,
                "<path class=\"deck\" d=\"M{left} {low}h{}v-{high}l-4 -4h-{}z\"/>",
                w - 2,
                w - 6
            );
        }
        self.rect("box", placed.rect, RADIUS);
        if let Some(kind) = card.kind {
            // Beside the first two lines, or the only one.
            let (_, base, first) = card.texts(w, placed.is_full)[0];
            let two = card.parts[0].has_two();
            let side = if two { 18 } else { glyphs::SIDE };
            let middle = base - first.role.height() / 2 + 4 + if two { 8 } else { 0 };
            let (gx, gy) = (x + Card::PADDING - 2, y + middle - side / 2);
            let scale = if two { " scale(1.125)" } else { "" };
            let strokes = glyphs::strokes(kind);
            put!(
                self,
                "<path class=\"kind\" transform=\"translate({gx} {gy}){scale}\" d=\"{strokes}\"/>"
            );
        }
        for rule in card.rules(placed.is_full) {
            let (from, to) = (x + Card::PADDING, x + w - Card::PADDING);
            put!(self, "<path class=\"rule\" d=\"M{from} {}H{to}\"/>", y + rule);
        }
        for (dx, dy, line) in card.texts(w, placed.is_full) {
            self.line(x + dx, y + dy, line);
        }
        self.close();
    }

    /// An arrow from one card to another.
    fn arrow(&mut self, scene: &Scene, placed: &PlacedArrow) {
        let arrow = &scene.arrows[placed.arrow];
        let (from, to) = (&scene.cards[arrow.from].name, &scene.cards[arrow.to].name);
        match arrow.kind {
            ArrowKind::Talk(basis, seen, verdict) => {
                let mut data = vec![("from", from.as_str()), ("to", to.as_str())];
                data.push(("port", &arrow.ports));
                data.push(("basis", bases(basis, seen)));
                match seen {
                    Seen::Seen => data.push(("seen", "yes")),
                    Seen::NotSeen => data.push(("seen", "no")),
                    Seen::NotLooked => {}
                }
                if verdict == TalkVerdict::Blocked {
                    data.push(("verdict", "blocked"));
                }
                self.open(&arrow_class(arrow.kind), &data);
            }
            ArrowKind::Asked(reach) => {
                let verdict = match reach {
                    Reach::Reachable => "reachable",
                    Reach::Blocked => "blocked",
                    Reach::Unknown => "unknown",
                };
                let data = [("from", from.as_str()), ("to", to), ("port", &arrow.ports)];
                self.open(&arrow_class(arrow.kind), &[&data[..], &[("verdict", verdict)]].concat());
            }
            ArrowKind::Surprise { .. } => {
                self.open(&arrow_class(arrow.kind), &[("from", from), ("to", to)]);
            }
        }
        self.arrow_strokes(arrow, placed);
        self.close();
    }

    fn arrow_strokes(&mut self, arrow: &Arrow, placed: &PlacedArrow) {
        self.tooltip(&arrow.tooltip);
        self.path("line", &placed.points);
        if placed.joins {
            let (x, y) = placed.points[placed.points.len() - 1];
            put!(self, "<circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"2\"/>");
        } else {
            self.head(&placed.points, 5);
        }
        if let ArrowKind::Surprise { both_ways: true } = arrow.kind {
            let back: Vec<Point> = placed.points.iter().rev().copied().collect();
            self.head(&back, 5);
        }
        if let Some((x, y)) = placed.label {
            self.line(x, y, &arrow.label);
        }
    }
}

/// The classes of an arrow.
pub fn arrow_class(kind: ArrowKind) -> String {
    match kind {
        ArrowKind::Surprise { .. } => "surprise".to_owned(),
        ArrowKind::Asked(Reach::Reachable) => "asked".to_owned(),
        ArrowKind::Asked(Reach::Blocked) => "asked blocked".to_owned(),
        ArrowKind::Asked(Reach::Unknown) => "asked unsure".to_owned(),
        ArrowKind::Talk(basis, seen, verdict) => {
            let seen = match seen {
                Seen::Seen if basis != TalkBasis::Observed => " seen",
                Seen::NotSeen if basis == TalkBasis::Configured => " unseen",
                _ => "",
            };
            let blocked = if verdict == TalkVerdict::Blocked { " blocked" } else { "" };
            format!("talk {}{seen}{blocked}", basis.as_str())
        }
    }
}

/// How talk is known, for scripts.
fn bases(basis: TalkBasis, seen: Seen) -> &'static str {
    match (basis, seen) {
        (TalkBasis::Configured, Seen::Seen) => "configured observed",
        (TalkBasis::Dependency, Seen::Seen) => "dependency observed",
        (basis, _) => basis.as_str(),
    }
}

/// The class of a line, with a space in front.
pub fn tap_class(look: TapLook) -> &'static str {
    match look {
        TapLook::Live => "",
        TapLook::Idle | TapLook::Dormant => " idle",
        TapLook::World => " wide",
        TapLook::Nearby => " near",
    }
}
