//! Lines of text: what they are, and how wide and high.

use crate::render::escape;
use crate::render::svg::geometry::Rect;
use crate::render::svg::text::Font;
use crate::render::view::{Change, Number};

/// Font of a card's name.
pub const NAME: Font = Font::bold(13);
/// Font of the other lines of a card, and of strips and bars.
pub const SMALL: Font = Font::regular(11);
/// Font of a sidecar's name and of a bar's name.
pub const STRONG: Font = Font::bold(12);
/// Room for the sign of a kind in front of a card's text.
pub const SIGN: i32 = 24;

/// Font of the picture's title.
pub const HEADING: Font = Font::bold(18);
/// Font of the line under the title.
pub const SUB: Font = Font::regular(12);

/// A line of text.
#[derive(Debug, Clone)]
pub struct Line {
    /// The text as it is shown, harmless but not yet escaped for XML.
    pub text: String,
    /// What it is, which decides font and colour.
    pub role: LineRole,
    /// Whether the picture leaves the text out for a student to fill in.
    pub blank: bool,
    /// Width in pixels, sign and numbers included.
    pub width: i32,
    /// Numbers of callouts that stand after the text.
    pub numbers: Vec<Number>,
}

/// Font of a callout's number.
const NUMBER: Font = Font::bold(11);

/// A round field with a callout's number in it.
#[derive(Debug, Clone, Copy)]
pub struct Badge;

impl Badge {
    /// Its height, and its width where the number has one digit.
    pub const SIDE: i32 = 14;
    /// Room in front of it.
    pub const GAP: i32 = 4;

    /// Its width.
    pub fn width(number: usize) -> i32 {
        (Self::text_width(number) + 6).max(Self::SIDE)
    }

    /// Width of the number in it.
    pub fn text_width(number: usize) -> i32 {
        NUMBER.width(&number.to_string())
    }
}

/// What a line of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineRole {
    /// A container's name.
    Name,
    /// The name of a container in another one's network namespace, or of a bar.
    Strong,
    /// Ordinary small text.
    Plain,
    /// Less important than its surroundings.
    Quiet,
    /// A state, with the sign of how well it is.
    State(Look),
    /// A port published on every address of the host.
    World,
    /// A port published on some addresses of the host only.
    Nearby,
    /// The rest of a state that is longer than a line.
    Beneath,
    /// A measurement that contradicts the map, with a cross in front.
    Alarm,
    /// The rest of an alarm that is longer than a line.
    AlarmBeneath,
    /// What a difference says of the item.
    Changed(Change),
}

impl LineRole {
    /// The font it is set in.
    pub fn font(self) -> Font {
        match self {
            Self::Name => NAME,
            Self::Strong => STRONG,
            Self::World | Self::Alarm | Self::AlarmBeneath | Self::Changed(_) => Font::bold(11),
            _ => SMALL,
        }
    }

    /// Room for the sign in front of the text, in pixels.
    pub fn indent(self) -> i32 {
        match self {
            Self::State(_) | Self::Beneath | Self::Alarm | Self::AlarmBeneath => 13,
            _ => 0,
        }
    }

    /// What the lines after the first are: only the first has the sign.
    fn rest(self) -> Self {
        match self {
            Self::State(_) => Self::Beneath,
            Self::Alarm => Self::AlarmBeneath,
            other => other,
        }
    }

    /// Where the base line is, below the line's upper edge.
    pub fn base(self) -> i32 {
        self.height() - 4
    }

    /// Height of the line in pixels.
    pub fn height(self) -> i32 {
        match self {
            Self::Name => 18,
            Self::Strong => 17,
            _ => 15,
        }
    }
}

impl Line {
    /// Least length of the rule that a student writes on.
    const RULE: i32 = 48;

    /// A line of other people's text.
    pub fn new(role: LineRole, text: &str) -> Self {
        let text = escape::terminal(text).into_owned();
        let font = role.font();
        let width = font.width(&text) * font.allowance() / 100 + role.indent();
        Self { text, role, blank: false, width, numbers: Vec::new() }
    }

    /// The same line with the numbers of callouts after its text.
    pub fn numbered(mut self, numbers: Vec<Number>) -> Self {
        let more = numbers.iter().map(|(number, _)| Badge::width(*number) + Badge::GAP);
        self.width += more.sum::<i32>();
        self.numbers = numbers;
        self
    }

    /// Where each number's field begins, of a line that begins at `x`.
    pub fn badges(&self, x: i32) -> Vec<(i32, Number)> {
        let mut right = x + self.shown_width();
        let mut badges = Vec::with_capacity(self.numbers.len());
        for number in self.numbers.iter().rev() {
            right -= Badge::width(number.0);
            badges.push((right, *number));
            right -= Badge::GAP;
        }
        badges.reverse();
        badges
    }

    /// Whether there is nothing to be seen of it.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.numbers.is_empty()
    }

    /// Lines of at most `width` pixels, of which there are at most `most`.
    pub fn wrapped(role: LineRole, text: &str, width: i32, most: usize) -> Vec<Self> {
        let text = escape::terminal(text);
        let font = role.font();
        let room = (width - role.indent()) * 100 / font.allowance();
        let lines = match role {
            LineRole::Name | LineRole::Strong => font.wrap_name(&text, room, most),
            _ => font.wrap(&text, room, most),
        };
        let role_of = |nth: usize| if nth == 0 { role } else { role.rest() };
        lines.iter().enumerate().map(|(nth, line)| Self::new(role_of(nth), line)).collect()
    }

    /// What the text covers, with its base line at `y`.
    pub fn bounds(&self, x: i32, y: i32) -> Rect {
        let size = self.role.font().size;
        Rect::new(x, y - size, self.width, size + 3)
    }

    /// Width of the text, or of the rule to write on in its place.
    pub fn shown_width(&self) -> i32 {
        if self.blank { self.width.max(Self::RULE) } else { self.width }
    }

    /// The same line with its text left out, if it is to be.
    pub fn left_out(mut self, blank: bool) -> Self {
        self.blank = blank;
        self
    }
}

/// How well a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// It runs.
    Running,
    /// It runs and its health check fails.
    Ailing,
    /// Paused, restarting, or in a state nobody knows.
    Waiting,
    /// It is written in a compose file, and not made yet.
    Planned,
    /// It does not run.
    Stopped,
}
