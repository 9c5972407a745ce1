//! What a picture shows, before anything has a place: bars for networks and
//! for the world outside, cards for containers, and on each card a strip for
//! every bar it hangs on. Everything here knows its size and nothing else.

mod alarms;
mod bars;
mod cards;
mod strips;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::geometry::Rect;
use super::text::Font;
use super::{Blank, Options, reduce};
use crate::model::NetworkAt;
use crate::render::escape;
use crate::render::view::{Change, View};

/// Font of a card's name.
pub const NAME: Font = Font::bold(13);
/// Font of the other lines of a card, and of strips and bars.
pub const SMALL: Font = Font::regular(11);
/// Font of a sidecar's name and of a bar's name.
pub const STRONG: Font = Font::bold(12);

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
    pub role: Role,
    /// Whether the picture leaves the text out for a student to fill in.
    pub blank: bool,
    /// Width in pixels, sign included.
    pub width: i32,
}

/// What a line of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
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

impl Role {
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
    pub fn new(role: Role, text: &str) -> Self {
        let text = escape::terminal(text).into_owned();
        let width = role.font().width(&text) + role.indent();
        Self { text, role, blank: false, width }
    }

    /// Lines of at most `width` pixels, of which there are at most `most`.
    pub fn wrapped(role: Role, text: &str, width: i32, most: usize) -> Vec<Self> {
        let text = escape::terminal(text);
        let lines = role.font().wrap(&text, width - role.indent(), most);
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

/// What a bar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The network at this position of the snapshot.
    Network(NetworkAt),
    /// The engine's machine and what is beyond it; with the position of the
    /// network that stands for the host's own stack, where one is listed.
    Outside(Option<NetworkAt>),
    /// No network at all: what stands under it hangs on nothing.
    Nowhere,
}

/// Whether there is a way out of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOut {
    /// Its members can reach beyond it.
    Open,
    /// It was made internal.
    Closed,
    /// Not known, or no question.
    Untold,
}

/// A bar.
#[derive(Debug)]
pub struct Bar {
    /// What it stands for.
    pub kind: Kind,
    /// The name for scripts, harmless.
    pub name: String,
    /// Its name.
    pub title: Line,
    /// Driver and flags.
    pub nature: Line,
    /// Subnets.
    pub facts: Line,
    /// Number of its colour.
    pub hue: usize,
    /// Whether there is a way out.
    pub way_out: WayOut,
    /// Compose project that made it.
    pub project: Option<String>,
    /// What a tooltip says.
    pub tooltip: Vec<String>,
    /// What a difference says of it.
    pub change: Option<Change>,
}

impl Bar {
    /// Room at each end of the text, in pixels.
    pub const PADDING: i32 = 10;
    /// Room for the sign of the way out at the right end.
    pub const END: i32 = 24;
    /// Height in pixels.
    pub const HEIGHT: i32 = 38;
    /// Base line of the title, below the upper edge.
    pub const FIRST_BASE: i32 = 16;
    /// Base line of a name that stands alone.
    pub const MIDDLE_BASE: i32 = 23;
    /// Base line of the facts.
    pub const SECOND_BASE: i32 = 31;

    /// Whether it is the world outside.
    pub fn is_outside(&self) -> bool {
        matches!(self.kind, Kind::Outside(_))
    }

    /// Width of the title; of one that is left out, with room for writing.
    pub fn title_width(&self) -> i32 {
        self.title.shown_width()
    }

    /// Width of the text alone.
    pub fn text_width(&self) -> i32 {
        let gap = if self.nature.text.is_empty() { 0 } else { 8 };
        (self.title_width() + gap + self.nature.width).max(self.facts.width)
    }

    /// Least width of the bar.
    pub fn width(&self) -> i32 {
        self.text_width() + 2 * Self::PADDING + Self::END
    }
}

/// Where a card hangs on a bar: a strip on the card's edge that says by which
/// address and names it is known there.
#[derive(Debug)]
pub struct Strip {
    /// Number of the bar.
    pub bar: usize,
    /// What it says.
    pub lines: Vec<Line>,
    /// How the line to the bar looks.
    pub tap: Tap,
    /// What a tooltip says.
    pub tooltip: Vec<String>,
    /// What a difference says of it.
    pub change: Option<Change>,
    /// Width and height, once they have been asked for.
    pub size: OnceCell<(i32, i32)>,
}

/// How the line from a card to a bar looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tap {
    /// A live endpoint.
    Live,
    /// The endpoint of a container that does not run.
    Idle,
    /// Ports on every address of the host.
    World,
    /// Ports on some addresses of the host only.
    Nearby,
    /// Measured: all that was tried there got through.
    Reached,
    /// Measured: something contradicts the map.
    Surprise,
    /// Measured: it could not be told.
    Untold,
}

impl Strip {
    /// Room around the text.
    pub const PADDING: i32 = 8;

    /// Width in pixels.
    pub fn width(&self) -> i32 {
        self.size().0
    }

    /// Height in pixels.
    pub fn height(&self) -> i32 {
        self.size().1
    }

    fn size(&self) -> (i32, i32) {
        *self.size.get_or_init(|| {
            let text = self.lines.iter().map(|line| line.width).max().unwrap_or(0);
            let height = self.lines.iter().map(|line| line.role.height()).sum::<i32>();
            ((text + 2 * Self::PADDING).max(32), height + 5)
        })
    }
}

/// A card.
#[derive(Debug)]
pub struct Card {
    /// The name for scripts, harmless.
    pub name: String,
    /// Parts, parted by thin lines: the container, then its sidecars.
    pub parts: Vec<Vec<Line>>,
    /// Its strips.
    pub strips: Vec<Strip>,
    /// Compose project.
    pub project: Option<String>,
    /// How well it is.
    pub look: Look,
    /// Whether it stands for several containers that are alike.
    pub is_many: bool,
    /// Whether a measurement contradicts the map.
    pub is_alarming: bool,
    /// What a tooltip says.
    pub tooltip: Vec<String>,
    /// What a difference says of it.
    pub change: Option<Change>,
    /// Width and height of what stands between the strips, once they have been
    /// asked for.
    pub body: OnceCell<(i32, i32)>,
}

impl Card {
    /// Room around the text.
    pub const PADDING: i32 = 10;
    /// Room above and below a part.
    pub const AIR: i32 = 6;
    /// Least width in pixels.
    const LEAST: i32 = 112;

    /// Width and height of what stands between the strips. Layouts are tried
    /// many times over, so it is worked out once.
    pub fn body(&self) -> (i32, i32) {
        *self.body.get_or_init(|| {
            let text = self.parts.iter().flatten().map(|line| line.width).max().unwrap_or(0);
            let height = self.parts.iter().map(|part| Self::part_height(part)).sum();
            ((text + 2 * Self::PADDING).max(Self::LEAST), height)
        })
    }

    /// Height of one part.
    pub fn part_height(part: &[Line]) -> i32 {
        part.iter().map(|line| line.role.height()).sum::<i32>() + 2 * Self::AIR
    }
}

/// Everything that a picture shows.
#[derive(Debug, Default)]
pub struct Scene {
    /// Bars, in display order.
    pub bars: Vec<Bar>,
    /// Cards, in display order.
    pub cards: Vec<Card>,
    /// What was left out to keep the picture readable, one sentence each.
    pub reductions: Vec<String>,
}

impl Scene {
    /// The scene of a view.
    pub fn new(view: &View, options: &Options) -> Self {
        let mut scene = Self::default();
        let reduced = reduce::reduce(view, options.full);
        let numbers = bars::add(&mut scene, view, options.blank);
        let alarms = alarms::alarms(view);
        for group in &reduced.groups {
            let card = cards::card(view, group, &numbers, &alarms, options.blank);
            scene.cards.push(card);
        }
        bars::word_outside(&mut scene, view);
        scene.reductions = reduced.notes;
        if options.blank == Some(Blank::Names) {
            scene.take_names_away();
        }
        scene
    }

    /// Names that scripts see give the answers away as well.
    fn take_names_away(&mut self) {
        for (at, card) in self.cards.iter_mut().enumerate() {
            card.name = format!("container {}", at + 1);
            card.project = None;
        }
        for (at, bar) in self.bars.iter_mut().enumerate() {
            bar.name = format!("network {}", at + 1);
            bar.project = None;
        }
    }

    /// Adds to each card of a project that `has_frame` denies, by its number,
    /// a line with the project's name, so that no card is without it.
    pub fn tag_projects(&mut self, has_frame: impl Fn(usize) -> bool) {
        for (at, card) in self.cards.iter_mut().enumerate() {
            let Some(project) = card.project.as_deref().filter(|_| !has_frame(at)) else {
                continue;
            };
            if let Some(part) = card.parts.first_mut() {
                let text = format!("project {project}");
                part.extend(Line::wrapped(Role::Quiet, &text, 200, 1));
                card.body.take();
            }
        }
    }
}

/// For each thing of the snapshot the number of its bar.
#[derive(Debug, Default)]
struct Numbers {
    networks: BTreeMap<NetworkAt, usize>,
    outside: Option<usize>,
    nowhere: Option<usize>,
}
