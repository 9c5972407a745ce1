//! Plain integer geometry: what a layout gives and a drawing needs. One unit
//! is one pixel at scale 1; x grows to the right and y downwards.

/// Room around everything that a picture shows, in pixels.
pub const MARGIN: i32 = 28;

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub w: i32,
    /// Height.
    pub h: i32,
}

impl Rect {
    /// The rectangle with these edges and this size.
    pub const fn new(x: i32, y: i32, w: i32, h: i32) -> Self {
        Self { x, y, w, h }
    }

    /// Right edge.
    pub const fn right(self) -> i32 {
        self.x + self.w
    }

    /// Lower edge.
    pub const fn bottom(self) -> i32 {
        self.y + self.h
    }

    /// Whether the two have area in common, or come closer than `margin`.
    pub const fn meets(self, other: Self, margin: i32) -> bool {
        self.x < other.right() + margin
            && other.x < self.right() + margin
            && self.y < other.bottom() + margin
            && other.y < self.bottom() + margin
    }

    /// Whether `other` lies inside.
    pub const fn holds(self, other: Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && self.right() >= other.right()
            && self.bottom() >= other.bottom()
    }

    /// The smallest rectangle around both.
    pub fn around(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self::new(x, y, right - x, bottom - y)
    }

    /// The rectangle grown by these many pixels on each side.
    pub const fn grown(self, by: i32) -> Self {
        Self::new(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)
    }

    /// The rectangle somewhere else.
    pub const fn moved(self, dx: i32, dy: i32) -> Self {
        Self::new(self.x + dx, self.y + dy, self.w, self.h)
    }
}

/// A point.
pub type Point = (i32, i32);

/// A card in its place.
#[derive(Debug, Clone)]
pub struct PlacedCard {
    /// Its number in the scene.
    pub card: usize,
    /// Its box, strips included.
    pub rect: Rect,
    /// The boxes of its strips, in the card's order.
    pub strips: Vec<Rect>,
    /// Where its text begins: below the strips on its upper edge.
    pub body_y: i32,
}

/// A bar in its place.
#[derive(Debug, Clone)]
pub struct PlacedBar {
    /// Its number in the scene.
    pub bar: usize,
    /// Its box.
    pub rect: Rect,
    /// Where its text begins.
    pub text_x: i32,
    /// Where its name begins once more, if it is a long one.
    pub again: Option<i32>,
    /// Where it goes on, if it is longer than the page is wide: a spine on the
    /// left, and a piece for each further row with where its text begins.
    pub more: Vec<(Rect, Option<i32>)>,
}

impl PlacedBar {
    /// Its box and everything that continues it.
    pub fn pieces(&self) -> impl Iterator<Item = Rect> {
        std::iter::once(self.rect).chain(self.more.iter().map(|(piece, _)| *piece))
    }

    /// The pieces with text, each with where it begins.
    pub fn texts(&self) -> impl Iterator<Item = (Rect, i32)> {
        let more = self.more.iter().filter_map(|(piece, text_x)| Some((*piece, (*text_x)?)));
        std::iter::once((self.rect, self.text_x)).chain(more)
    }
}

/// The line from a bar to a strip.
#[derive(Debug, Clone)]
pub struct PlacedTap {
    /// Number of the card in the scene.
    pub card: usize,
    /// Number of the strip on the card.
    pub strip: usize,
    /// Number of the bar in the scene.
    pub bar: usize,
    /// From the bar to the strip: a straight drop, or a drop and a turn.
    pub points: Vec<Point>,
    /// Where it goes over a bar that is not its own: the stretches between.
    pub hops: Vec<(Point, Point)>,
}

/// Everything in its place.
#[derive(Debug, Clone, Default)]
pub struct Placed {
    /// Cards.
    pub cards: Vec<PlacedCard>,
    /// Bars.
    pub bars: Vec<PlacedBar>,
    /// Lines between them.
    pub taps: Vec<PlacedTap>,
    /// Width of it all.
    pub width: i32,
    /// Height of it all.
    pub height: i32,
}

impl Placed {
    /// Adds another layout's things at an offset.
    pub fn add(&mut self, other: Self, dx: i32, dy: i32) {
        let at = |(x, y): Point| (x + dx, y + dy);
        self.cards.extend(other.cards.into_iter().map(|mut card| {
            card.rect = card.rect.moved(dx, dy);
            card.body_y += dy;
            card.strips.iter_mut().for_each(|strip| *strip = strip.moved(dx, dy));
            card
        }));
        self.bars.extend(other.bars.into_iter().map(|mut bar| {
            bar.rect = bar.rect.moved(dx, dy);
            bar.text_x += dx;
            for (piece, text_x) in &mut bar.more {
                *piece = piece.moved(dx, dy);
                *text_x = text_x.map(|x| x + dx);
            }
            bar.again = bar.again.map(|x| x + dx);
            bar
        }));
        self.taps.extend(other.taps.into_iter().map(|mut tap| {
            tap.points.iter_mut().for_each(|point| *point = at(*point));
            tap.hops.iter_mut().for_each(|(from, to)| (*from, *to) = (at(*from), at(*to)));
            tap
        }));
        self.width = self.width.max(other.width + dx);
        self.height = self.height.max(other.height + dy);
    }

    /// Length of all lines, in pixels; the part of a trunk that several cards
    /// share counts once for each.
    pub fn line_length(&self) -> i64 {
        let length = |points: &[Point]| -> i64 {
            points
                .windows(2)
                .map(|w| i64::from((w[0].0 - w[1].0).abs() + (w[0].1 - w[1].1).abs()))
                .sum()
        };
        self.taps.iter().map(|tap| length(&tap.points)).sum()
    }

    /// How often a line passes over a bar or another bar's line.
    pub fn crossings(&self) -> usize {
        self.taps.iter().map(|tap| tap.hops.len()).sum()
    }
}
