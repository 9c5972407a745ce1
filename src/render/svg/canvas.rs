//! What pictures are made of: text, rectangles, lines and groups, as SVG.

use super::geometry::{Point, Rect};
use super::scene::{self, Badge, Line, LineRole, Look};
use super::text::{self, Font};
use crate::render::escape;
use crate::render::view::{Change, Number};

/// Collects the elements of a picture.
#[derive(Debug, Default)]
pub struct Canvas {
    /// What was drawn.
    pub svg: String,
    /// Whether each run of characters that the bundled font has, or has not,
    /// is a piece of text of its own.
    pub in_runs: bool,
    /// Whether text is drawn as the outlines of its letters, where the bundled
    /// font has them.
    pub in_outlines: bool,
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
            // Blanks at an end would be dropped, and the rest stretched to their room.
            let shown = run.trim_start();
            let indent = font(class).width(&run[..run.len() - shown.len()]);
            self.run(x + indent, y, class, shown.trim_end());
            x += font(class).width(run);
        }
    }

    fn run(&mut self, x: i32, y: i32, class: &str, text: &str) {
        let space = if class.is_empty() { "" } else { " " };
        if self.in_outlines
            && let Some(path) = font(class).outlines(text, (x, y))
        {
            put!(self, "<path class=\"text{space}{class}\" d=\"{path}\"/>");
            return;
        }
        self.svg.push_str("<text");
        if self.in_outlines {
            put!(self, " class=\"text{space}{class}\"");
        } else if !class.is_empty() {
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

    /// Opens a group with places of its own, counted from here.
    pub fn open_at(&mut self, class: &str, (x, y): Point) {
        put!(self, "<g class=\"{class}\" transform=\"translate({x} {y})\">\n");
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

    /// A line with corners.
    pub fn path(&mut self, class: &str, points: &[Point]) {
        let (x, y) = points[0];
        put!(self, "<path class=\"{class}\" d=\"M{x} {y}");
        for pair in points.windows(2) {
            if pair[0].0 == pair[1].0 {
                put!(self, "V{}", pair[1].1);
            } else {
                put!(self, "H{}", pair[1].0);
            }
        }
        put!(self, "\"/>");
    }

    /// The point of an arrow at a line's end.
    pub fn head(&mut self, points: &[Point], size: i32) {
        let [.., (ax, ay), (x, y)] = points else { return };
        let (long, wide) = (size + 2, size - 1);
        let (dx, dy) = ((x - ax).signum(), (y - ay).signum());
        let (bx, by) = (x - dx * long, y - dy * long);
        let (sx, sy) = (dy * wide, dx * wide);
        put!(
            self,
            "<path class=\"head\" d=\"M{x} {y}L{} {}L{} {}z\"/>",
            bx + sx,
            by + sy,
            bx - sx,
            by - sy
        );
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
        for (x, number) in line.badges(x - line.role.indent()) {
            self.badge(x, y, number);
        }
    }

    /// A callout's number on its field, its base line at `y`.
    pub fn badge(&mut self, x: i32, y: i32, (number, tone): Number) {
        let width = Badge::width(number);
        put!(self, "<g class=\"callout {}\" data-number=\"{number}\">", tone.word());
        let rect = Rect::new(x, y - Badge::SIDE + 2, width, Badge::SIDE);
        self.rect("field", rect, Badge::SIDE / 2);
        let left = x + (width - Badge::text_width(number) + 1) / 2;
        self.text(left, y - 1, "number", &number.to_string());
        self.svg.push_str("</g>");
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
        Some(_) => scene::TITLE,
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
