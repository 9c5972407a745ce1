//! Writes a picture whose parts all have their places as SVG.
//!
//! The structure is a promise to scripts and style sheets: a card is
//! `g.container`, a bar `g.network`, a frame `g.project`, each with a
//! `data-name` and its box as the first `rect`; a tap is `g.endpoint` with
//! `data-container` and `data-network`, its line in it. Cards and bars of a
//! compose project have `data-project`; a project may have several frames.

use std::fmt::Write;

use super::frames::{self, Frame};
use super::geometry::{PlacedBar, PlacedCard, PlacedTap, Point, Rect};
use super::scene::{self, Bar, BarKind, Card, Line, LineRole, Look, Scene, Strip, Tap, WayOut};
use super::text::{self, Font};
use crate::render::escape;
use crate::render::view::Change;

/// Corner of a card.
const RADIUS: i32 = 6;

/// Collects the elements of a picture.
#[derive(Debug, Default)]
pub struct Canvas {
    /// What was drawn.
    pub svg: String,
    /// Whether each run of characters that the bundled font has, or has not,
    /// is a piece of text of its own.
    pub in_runs: bool,
}

/// Writes formatted text to a canvas; a string takes all that is written to it.
macro_rules! put {
    ($canvas:expr, $($format:tt)*) => {{
        let _ = std::fmt::Write::write_fmt(&mut $canvas.svg, format_args!($($format)*));
    }};
}
pub(super) use put;

impl Canvas {
    /// A piece of text with its base line at `y`.
    pub fn text(&mut self, x: i32, y: i32, class: &str, text: &str) {
        if !self.in_runs {
            return self.run(x, y, class, text);
        }
        let mut x = x;
        for run in text::runs(text) {
            self.run(x, y, class, run);
            x += font(class).width(run);
        }
    }

    fn run(&mut self, x: i32, y: i32, class: &str, text: &str) {
        self.svg.push_str("<text");
        if !class.is_empty() {
            put!(self, " class=\"{class}\"");
        }
        put!(self, " x=\"{x}\" y=\"{y}\"");
        // Where none of the fonts is there, another one's wider or narrower
        // letters are drawn so that the text keeps the room it was given.
        // Characters that had to be guessed are wider in no font.
        if let Some(tenths) = font(class).tenths(text) {
            let (whole, part) = (tenths / 10, tenths % 10);
            put!(self, " textLength=\"{whole}.{part}\" lengthAdjust=\"spacingAndGlyphs\"");
        }
        put!(self, ">{}</text>", escape::xml(text));
    }

    /// A rectangle, its corners rounded.
    pub fn rect(&mut self, class: &str, rect: Rect, radius: i32) {
        let Rect { x, y, w, h } = rect;
        put!(self, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"");
        if radius > 0 {
            put!(self, " rx=\"{radius}\"");
        }
        put!(self, "/>");
    }

    /// Opens a group.
    pub fn open(&mut self, class: &str, data: &[(&str, &str)]) {
        put!(self, "<g class=\"{class}\"");
        for (name, value) in data {
            put!(self, " data-{name}=\"{}\"", escape::xml(value));
        }
        put!(self, ">");
    }

    /// Closes a group.
    pub fn close(&mut self) {
        self.svg.push_str("</g>\n");
    }

    /// The text a mouse pointer brings up.
    pub fn tooltip(&mut self, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        self.svg.push_str("<title>");
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                self.svg.push('\n');
            }
            self.svg.push_str(&escape::xml(line));
        }
        self.svg.push_str("</title>");
    }

    /// A frame around a project.
    pub fn frame(&mut self, frame: &Frame) {
        self.open("project", &[("name", &frame.project)]);
        self.rect("box", frame.rect, 8);
        self.text(frame.title_at.0, frame.title_at.1, "quiet caption", &frame.title);
        self.close();
    }

    /// A bar with its text and the sign of its way out.
    pub fn bar(&mut self, bar: &Bar, placed: &PlacedBar) {
        let mut class = match bar.kind {
            BarKind::Outside(_) => "network outside h0".to_owned(),
            BarKind::Nowhere => "network nowhere".to_owned(),
            BarKind::Network(_) => format!("network h{}", bar.hue),
        };
        if let Some(change) = bar.change {
            let _ = write!(class, " {}", change.word());
        }
        let mut data = vec![("name", bar.name.as_str())];
        data.extend(bar.project.as_deref().map(|project| ("project", project)));
        self.open(&class, &data);
        self.tooltip(&bar.tooltip);
        for piece in placed.pieces() {
            self.rect("box", piece, 5);
        }
        for (piece, x) in placed.texts() {
            self.bar_text(bar, x, piece.y);
        }
        if let Some(x) = placed.again {
            self.line(x, placed.rect.y + Bar::MIDDLE_BASE, &bar.title);
        }
        self.way_out(bar.way_out, placed.rect);
        self.close();
    }

    fn bar_text(&mut self, bar: &Bar, x: i32, y: i32) {
        self.line(x, y + Bar::FIRST_BASE, &bar.title);
        if !bar.nature.text.is_empty() {
            self.line(x + bar.title_width() + 8, y + Bar::FIRST_BASE, &bar.nature);
        }
        self.line(x, y + Bar::SECOND_BASE, &bar.facts);
    }

    /// An arrow that leaves the bar at its right end, or a wall.
    fn way_out(&mut self, way_out: WayOut, rect: Rect) {
        let (x, y) = (rect.right() - 20, rect.y + rect.h / 2);
        match way_out {
            WayOut::Open => {
                put!(self, "<path class=\"sign\" d=\"M{x} {y}h11m-5 -5l5 5l-5 5\"/>",);
            }
            WayOut::Closed => {
                put!(
                    self,
                    "<path class=\"sign\" d=\"M{x} {y}h8M{} {}v14m4 0v-14\"/>",
                    x + 8,
                    y - 7
                );
            }
            WayOut::Untold => {}
        }
    }

    /// The line from a bar to a strip, with a dot where it leaves the bar.
    pub fn tap(&mut self, scene: &Scene, placed: &PlacedTap) {
        let card = &scene.cards[placed.card];
        let strip = &card.strips[placed.strip];
        let bar = &scene.bars[placed.bar];
        let mut class = format!("endpoint h{}{}", bar.hue, tap_class(strip.tap));
        if let Some(change) = strip.change {
            let _ = write!(class, " {}", change.word());
        }
        self.open(&class, &[("container", &card.name), ("network", &bar.name)]);
        self.tooltip(&strip.tooltip);
        for (from, to) in &placed.hops {
            self.hop(*from, *to);
        }
        let (x, y) = placed.points[0];
        put!(self, "<path class=\"line\" d=\"M{x} {y}");
        for pair in placed.points.windows(2) {
            if pair[0].0 == pair[1].0 {
                put!(self, "V{}", pair[1].1);
            } else {
                put!(self, "H{}", pair[1].0);
            }
        }
        put!(self, "\"/><circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>");
        self.close();
    }

    /// Room around a line where it goes over a bar or another line.
    fn hop(&mut self, (x, y): Point, (to_x, to_y): Point) {
        put!(self, "<path class=\"casing\" d=\"M{x} {y}");
        if x == to_x {
            put!(self, "V{to_y}");
        } else {
            put!(self, "H{to_x}");
        }
        put!(self, "\"/>");
    }

    /// A card with its strips.
    pub fn card(&mut self, scene: &Scene, placed: &PlacedCard) {
        let card = &scene.cards[placed.card];
        let mut class = "container".to_owned();
        if card.look == Look::Stopped {
            class.push_str(" stopped");
        }
        if card.is_alarming {
            class.push_str(" alarming");
        }
        if let Some(change) = card.change {
            let _ = write!(class, " {}", change.word());
        }
        let mut data = vec![("name", card.name.as_str())];
        data.extend(card.project.as_deref().map(|project| ("project", project)));
        self.open(&class, &data);
        self.tooltip(&card.tooltip);
        if card.is_many {
            // A second card looks out from behind the first.
            let Rect { x, y, w, h } = placed.rect;
            put!(
                self,
                "<path class=\"deck\" d=\"M{} {}h{}v-{}l-4 -4h-{}z\"/>",
                x + 6,
                y + h + 4,
                w - 2,
                h - 6,
                0
            );
        }
        self.rect("box", placed.rect, RADIUS);
        for (strip, rect) in card.strips.iter().zip(&placed.strips) {
            if !strip.lines.is_empty() {
                self.strip(scene, strip, *rect, placed.rect);
            }
        }
        let mut y = placed.body_y;
        for (at, part) in card.parts.iter().enumerate() {
            if at > 0 {
                let (x, end) = (placed.rect.x + Card::PADDING, placed.rect.right() - Card::PADDING);
                put!(self, "<path class=\"rule\" d=\"M{x} {y}H{end}\"/>");
            }
            let mut line_y = y + Card::AIR;
            for line in part {
                self.line(placed.rect.x + Card::PADDING, line_y + line.role.base(), line);
                line_y += line.role.height();
            }
            y += Card::part_height(part);
        }
        self.close();
    }

    fn strip(&mut self, scene: &Scene, strip: &Strip, rect: Rect, card: Rect) {
        let bar = &scene.bars[strip.bar];
        self.open(&format!("strip h{}", bar.hue), &[]);
        self.tooltip(&strip.tooltip);
        let path = rounded(rect, card);
        put!(self, "<path class=\"tint\" d=\"{path}\"/>");
        let mut y = rect.y + 2;
        for line in &strip.lines {
            self.line(rect.x + Strip::PADDING, y + line.role.base(), line);
            y += line.role.height();
        }
        self.svg.push_str("</g>");
    }

    /// A line of text, or the rule that a student writes on.
    pub fn line(&mut self, x: i32, y: i32, line: &Line) {
        match line.role {
            LineRole::State(look) => self.state_sign(x, y, look),
            LineRole::Alarm => {
                put!(self, "<path class=\"cross\" d=\"M{x} {}l7 7m0 -7l-7 7\"/>", y - 7)
            }
            _ => {}
        }
        let x = x + line.role.indent();
        if line.blank {
            put!(
                self,
                "<path class=\"blank\" d=\"M{x} {}h{}\"/>",
                y + 2,
                line.shown_width() - line.role.indent()
            );
        } else if !line.text.is_empty() {
            self.text(x, y, class(line.role), &line.text);
        }
    }

    /// How well a container is, told by shape as well as by colour.
    pub fn state_sign(&mut self, x: i32, y: i32, look: Look) {
        let (cx, cy) = (x + 4, y - 4);
        match look {
            Look::Running => put!(self, "<circle class=\"good\" cx=\"{cx}\" cy=\"{cy}\" r=\"4\"/>"),
            Look::Ailing => {
                put!(self, "<path class=\"ail\" d=\"M{cx} {}l4 8h-8z\"/>", cy - 4);
            }
            Look::Waiting => {
                put!(
                    self,
                    "<path class=\"warn\" d=\"M{} {}h2v8h-2zm5 0h2v8h-2z\"/>",
                    cx - 4,
                    cy - 4
                );
            }
            Look::Planned => {
                put!(self, "<path class=\"off\" d=\"M{} {}h6v6h-6z\"/>", cx - 3, cy - 3);
            }
            Look::Stopped => {
                put!(self, "<circle class=\"off\" cx=\"{cx}\" cy=\"{cy}\" r=\"3\"/>");
            }
        }
    }
}

/// The font of text of a class.
fn font(class: &str) -> Font {
    match class.split(' ').next_back() {
        Some("heading") => scene::HEADING,
        Some("sub") => scene::SUB,
        Some("name") => scene::NAME,
        Some("strong") => scene::STRONG,
        Some("" | "quiet") | None => scene::SMALL,
        Some(_) => frames::FONT,
    }
}

/// The class of a line's text.
fn class(role: LineRole) -> &'static str {
    match role {
        LineRole::Name => "name",
        LineRole::Strong => "strong",
        LineRole::Plain | LineRole::State(_) | LineRole::Beneath | LineRole::Nearby => "",
        LineRole::Quiet => "quiet",
        LineRole::World => "world",
        LineRole::Alarm | LineRole::AlarmBeneath => "alarm",
        LineRole::Changed(Change::Added) => "told added",
        LineRole::Changed(Change::Removed) => "told removed",
        LineRole::Changed(Change::Changed) => "told changed",
    }
}

/// The class of a line, with a space in front.
pub fn tap_class(tap: Tap) -> &'static str {
    match tap {
        Tap::Live => "",
        Tap::Idle => " idle",
        Tap::World => " wide",
        Tap::Nearby => " near",
        Tap::Reached => " reached",
        Tap::Surprise => " surprise",
        Tap::Untold => " untold",
    }
}

/// The outline of a strip, a pixel inside its card and rounded where the card is.
fn rounded(rect: Rect, card: Rect) -> String {
    let inner = card.grown(-1);
    let (left, top) = (rect.x.max(inner.x), rect.y.max(inner.y));
    let (right, bottom) = (rect.right().min(inner.right()), rect.bottom().min(inner.bottom()));
    let r = RADIUS - 1;
    let corner = |x_edge: bool, y_edge: bool| if x_edge && y_edge { r } else { 0 };
    let at_left = left == inner.x;
    let at_right = right == inner.right();
    let at_top = top == inner.y;
    let at_bottom = bottom == inner.bottom();
    let (tl, tr) = (corner(at_left, at_top), corner(at_right, at_top));
    let (br, bl) = (corner(at_right, at_bottom), corner(at_left, at_bottom));
    format!(
        "M{} {top}H{}q{tr} 0 {tr} {tr}V{}q0 {br} -{br} {br}H{}q-{bl} 0 -{bl} -{bl}V{}q0 -{tl} {tl} -{tl}z",
        left + tl,
        right - tr,
        bottom - br,
        left + bl,
        top + tl,
    )
}
