//! Bars, cards and what hangs them together: what each says, and how large it is.

use super::line::LineRole;
use super::line::{Line, SIGN};
use crate::model::{ContainerAt, NetworkAt, Reach, Seen, TalkBasis, TalkVerdict};
use crate::render::view::{Change, Kind, Number};

/// What a bar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarKind {
    /// The network at this position of the snapshot.
    Network(NetworkAt),
    /// Everybody.
    Internet,
    /// The engine's machine alone.
    Host,
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
    /// Its subnet, and what is out of the ordinary.
    pub facts: Line,
    /// Number of its colour.
    pub hue: usize,
    /// Whether there is a way out.
    pub way_out: WayOut,
    /// Whether its members are kept apart.
    pub is_cut: bool,
    /// Compose project that made it.
    pub project: Option<String>,
    /// Steps from the internet.
    pub rank: Option<usize>,
    /// What a tooltip says.
    pub tooltip: Vec<String>,
    /// What a difference says of it.
    pub change: Option<Change>,
    /// Whether it is of less interest than others.
    pub is_faint: bool,
}

impl Bar {
    /// Room at each end of the text, in pixels.
    pub const PADDING: i32 = 8;
    /// Room between the name and the facts.
    pub const GAP: i32 = 7;
    /// Room for the sign of the way out at the right end.
    pub const END: i32 = 24;
    /// Base line of the text, below the upper edge.
    pub const BASE: i32 = 15;

    /// Whether it is a part of the world outside.
    pub fn is_world(&self) -> bool {
        !matches!(self.kind, BarKind::Network(_))
    }

    /// Width up to the end of its text.
    pub fn text_width(&self) -> i32 {
        let facts = if self.facts.text.is_empty() { 0 } else { Self::GAP + self.facts.width };
        Self::PADDING + self.title.shown_width() + facts
    }

    /// Least width of the bar.
    pub fn width(&self) -> i32 {
        let end = if self.way_out == WayOut::Untold { 0 } else { Self::END };
        self.text_width() + Self::PADDING + end
    }
}

/// Where a card hangs on a bar.
#[derive(Debug, Clone)]
pub struct Tap {
    /// Number of the bar.
    pub bar: usize,
    /// By which address it is known there; ports, where it is the world.
    pub label: Vec<Line>,
    /// Least width of the label: that of any address it could have there, so that nothing
    /// moves when the container gets another one.
    pub room: i32,
    /// How the line to the bar looks.
    pub look: TapLook,
    /// Whether the bar is nearer to the internet than the card.
    pub is_up: bool,
    /// What a tooltip says.
    pub tooltip: Vec<String>,
    /// What a difference says of it.
    pub change: Option<Change>,
    /// Whether it is of less interest than others.
    pub is_faint: bool,
}

impl Tap {
    /// Height of a line of a label.
    pub const LINE: i32 = 14;

    /// Width and height of its label.
    pub fn size(&self) -> (i32, i32) {
        let (width, height) = size_of(&self.label);
        (width.max(self.room), if self.room > 0 { height.max(Self::LINE) } else { height })
    }
}

/// Width and height of a label.
pub fn size_of(label: &[Line]) -> (i32, i32) {
    let width = label.iter().map(Line::shown_width).max().unwrap_or(0);
    (width, Tap::LINE * i32::try_from(label.len()).unwrap_or(0))
}

/// How the line from a card to a bar looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TapLook {
    /// A live endpoint.
    Live,
    /// The endpoint of a container that does not run.
    Idle,
    /// Ports on every address of the host.
    World,
    /// Ports on some addresses of the host only.
    Nearby,
    /// Ports of a container that does not run.
    Dormant,
}

/// A part of a card: a container.
#[derive(Debug)]
pub struct Part {
    /// Its lines, its name first.
    pub lines: Vec<Line>,
    /// How it is, where that is out of the ordinary, or what it runs: in a few words and
    /// in fewer, of which those are shown that have room.
    pub told: Vec<Line>,
    /// Where that stands. The room for it is there in any case, so that nothing moves
    /// when it changes.
    pub place: Told,
}

/// Where a card says how a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// On a line below the others.
    Beneath,
    /// At the right of its name, in place of its addresses.
    Beside,
    /// Nowhere.
    Nowhere,
}

impl Part {
    /// Height of the line for what is told.
    const LINE: i32 = 15;
    /// Least width of what is told beneath, and beside a name.
    pub const LEAST: (i32, i32) = (68, 13);

    /// What is told, as far as there is this much room.
    fn told(&self, room: i32) -> Option<&Line> {
        let fits = |line: &&Line| line.shown_width() <= room;
        self.told.iter().find(fits).or(self.told.last())
    }

    /// Whether there are two lines at least for a sign to stand beside.
    pub fn has_two(&self) -> bool {
        let told = self.place == Told::Beneath && !self.told.is_empty();
        self.lines.len() + usize::from(told) > 1
    }

    /// Whether it has the first place of those that stand beside its name.
    fn is_beside(&self) -> bool {
        self.place == Told::Beside && !self.told.is_empty()
    }
}

/// A card.
#[derive(Debug)]
pub struct Card {
    /// The name for scripts, harmless.
    pub name: String,
    /// The containers that it stands for, those that share a network namespace
    /// with one of them after it.
    pub containers: Vec<ContainerAt>,
    /// What it is for, if a sign is to say so.
    pub kind: Option<Kind>,
    /// Parts, parted by thin lines: the container, then its sidecars.
    pub parts: Vec<Part>,
    /// Where it hangs.
    pub taps: Vec<Tap>,
    /// Ports for this host alone, of a card that is reached through others.
    pub beside: Vec<Line>,
    /// Compose project.
    pub project: Option<String>,
    /// Steps from the internet; none for what hangs on nothing.
    pub rank: Option<usize>,
    /// Whether nothing that it stands for runs.
    pub is_stopped: bool,
    /// How many containers it stands for.
    pub count: usize,
    /// Whether a measurement contradicts the map.
    pub is_alarming: bool,
    /// What a tooltip says.
    pub tooltip: Vec<String>,
    /// What a difference says of it.
    pub change: Option<Change>,
    /// Whether it is of less interest than others.
    pub is_faint: bool,
    /// Whether the one address that it has stands inside even where there is room.
    pub is_flat: bool,
}

impl Card {
    /// Room at the left and right.
    pub const PADDING: i32 = 10;
    /// Room above and below a part.
    pub const AIR: i32 = 7;
    /// Room between a name and what stands at the card's right.
    const ASIDE: i32 = 10;
    /// Least width in pixels.
    const LEAST: i32 = 112;
    /// The same where room is short.
    const LEAST_FLAT: i32 = 72;

    /// Where its text begins, from its left edge.
    pub fn text_x(&self) -> i32 {
        Self::PADDING + if self.kind.is_some() { SIGN } else { 0 }
    }

    /// The taps whose labels stand at its right, beside its name.
    fn inside(&self, is_full: bool) -> impl DoubleEndedIterator<Item = &Tap> {
        let taps = self.taps.iter().filter(|tap| !tap.is_world() && tap.size().0 > 0);
        taps.filter(move |tap| is_full || self.is_inside(tap))
    }

    /// Whether a tap's label stands inside a card that is not full.
    pub fn is_inside(&self, tap: &Tap) -> bool {
        let ups = self.taps.iter().filter(|tap| tap.is_up && !tap.is_world()).count();
        self.is_flat && ups == 1 && tap.is_up && !tap.is_world()
    }

    /// The lines below its first part that only a full card has: ways in.
    fn ways_in(&self, is_full: bool) -> impl Iterator<Item = &Line> {
        let world = self.taps.iter().filter(|tap| tap.is_world()).flat_map(|tap| &tap.label);
        world.chain(&self.beside).filter(move |_| is_full)
    }

    /// The lines of a part that are there in any case.
    fn lines(&self, nth: usize, is_full: bool) -> impl Iterator<Item = &Line> {
        self.parts[nth].lines.iter().chain(self.ways_in(is_full && nth == 0))
    }

    /// Height of a part.
    fn height(&self, nth: usize, is_full: bool) -> i32 {
        let lines = self.lines(nth, is_full).map(|line| line.role.height()).sum::<i32>();
        let told = if self.parts[nth].place == Told::Beneath { Part::LINE } else { 0 };
        2 * Self::AIR + lines + told
    }

    /// Its text with base lines, from its upper left corner, in a card of
    /// this width.
    pub fn texts(&self, width: i32, is_full: bool) -> Vec<(i32, i32, &Line)> {
        let mut texts = Vec::new();
        let (mut top, x) = (0, self.text_x());
        for (nth, part) in self.parts.iter().enumerate() {
            let mut y = top + Self::AIR;
            if part.place == Told::Beneath && part.told.is_empty() {
                // What is there stands in the middle.
                y += Part::LINE / 2;
            }
            let told = |room: i32| part.told(room).map(|line| vec![line]).unwrap_or_default();
            for (at, line) in self.lines(nth, is_full).enumerate() {
                let base = y + line.role.base();
                texts.push((x, base, line));
                if at == 0 {
                    let mut right = width - Self::PADDING;
                    let room = right - x - line.shown_width() - Self::ASIDE / 2;
                    let asides: Vec<&Line> = match part.is_beside() {
                        true => told(room),
                        false if nth == 0 => self.inside(is_full).flat_map(|t| &t.label).collect(),
                        false => Vec::new(),
                    };
                    for aside in asides.into_iter().rev() {
                        right -= aside.shown_width();
                        texts.push((right, base, aside));
                        right -= Self::ASIDE / 2;
                    }
                }
                y += line.role.height();
            }
            if part.place == Told::Beneath {
                let room = width - Self::PADDING - x;
                texts.extend(told(room).into_iter().map(|line| (x, y + line.role.base(), line)));
            }
            top += self.height(nth, is_full);
        }
        texts
    }

    /// Where the rules between its parts are, below its upper edge.
    pub fn rules(&self, is_full: bool) -> Vec<i32> {
        let mut y = 0;
        let last = self.parts.len().saturating_sub(1);
        let bottoms = (0..last).map(|nth| {
            y += self.height(nth, is_full);
            y
        });
        bottoms.collect()
    }

    /// Width and height. What it says of how the container is makes no difference.
    pub fn size(&self, is_full: bool) -> (i32, i32) {
        let (mut width, mut height) = (0, 0);
        for (nth, part) in self.parts.iter().enumerate() {
            height += self.height(nth, is_full);
            for (at, line) in self.lines(nth, is_full).enumerate() {
                let mut wide = line.shown_width();
                if at == 0 {
                    wide += self.beside_name(nth, is_full);
                }
                width = width.max(wide);
            }
            if part.place == Told::Beneath {
                width = width.max(Part::LEAST.0);
            }
        }
        let worlds = self.taps.iter().filter(|tap| is_full && tap.is_world());
        width = worlds.map(|tap| tap.room).fold(width, i32::max);
        let least = if self.is_flat { Self::LEAST_FLAT } else { Self::LEAST };
        ((width + self.text_x() + Self::PADDING).max(least), height)
    }

    /// The room that stands free beside the name of a part.
    fn beside_name(&self, nth: usize, is_full: bool) -> i32 {
        let labels = self.inside(is_full).filter(|_| nth == 0);
        let labels: i32 = labels.map(|tap| tap.size().0 + Self::ASIDE / 2).sum();
        let told = match self.parts[nth].place {
            Told::Beside => Part::LEAST.1 + Self::ASIDE / 2,
            _ => 0,
        };
        let needed = labels.max(told);
        if needed > 0 { needed + Self::ASIDE / 2 } else { 0 }
    }
}

impl Tap {
    /// The same tap with the numbers of callouts after its label.
    pub fn numbered(mut self, numbers: Vec<Number>) -> Self {
        if !numbers.is_empty() {
            let last = self.label.pop().unwrap_or_else(|| Line::new(LineRole::Quiet, ""));
            self.label.push(last.numbered(numbers));
        }
        self
    }

    /// Whether it is the world that comes in by it.
    pub fn is_world(&self) -> bool {
        matches!(self.look, TapLook::World | TapLook::Nearby | TapLook::Dormant)
    }
}

/// An arrow from one card to another.
#[derive(Debug, Clone)]
pub struct Arrow {
    /// Number of the card that asks.
    pub from: usize,
    /// Number of the card that answers.
    pub to: usize,
    /// The port, or in a word what contradicts the map.
    pub label: Line,
    /// What it is.
    pub kind: ArrowKind,
    /// The ports, for scripts.
    pub ports: String,
    /// What a tooltip says.
    pub tooltip: Vec<String>,
}

/// What an arrow stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArrowKind {
    /// Somebody talks to somebody: how it is known, and whether it was seen and
    /// works.
    Talk(TalkBasis, Seen, TalkVerdict),
    /// Somebody asked about it.
    Asked(Reach),
    /// A measurement contradicts the map, in one direction or both.
    Surprise {
        /// Whether in both.
        both_ways: bool,
    },
}
