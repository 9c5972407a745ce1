//! Bars, strips and cards: what each says, and how large it is.

use std::cell::OnceCell;

use super::line::{Line, Look};
use crate::model::NetworkAt;
use crate::render::view::Change;

/// What a bar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarKind {
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
    pub kind: BarKind,
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
        matches!(self.kind, BarKind::Outside(_))
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
    /// Measured: the outcome is unknown.
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
