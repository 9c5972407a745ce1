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

    /// The rectangle around a straight line, of no width.
    pub fn between((ax, ay): Point, (bx, by): Point) -> Self {
        Self::new(ax.min(bx), ay.min(by), (ax - bx).abs(), (ay - by).abs())
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
#[derive(Debug, Clone, Default)]
pub struct PlacedCard {
    /// Its number in the scene.
    pub card: usize,
    /// Its box.
    pub rect: Rect,
    /// Whether all that its lines would say stands inside of it.
    pub is_full: bool,
    /// Number of the part of the map that hangs together and that it is in.
    pub part: usize,
}

/// A bar in its place.
#[derive(Debug, Clone, Default)]
pub struct PlacedBar {
    /// Its number in the scene.
    pub bar: usize,
    /// Its pieces: it is cut where foreign lines pass, and may go on in
    /// further rows.
    pub pieces: Vec<Rect>,
    /// Thin lines that join the pieces.
    pub links: Vec<(Point, Point)>,
    /// The pieces in which its name stands.
    pub texts: Vec<Rect>,
    /// In how many rows it lies.
    pub rows: usize,
}

/// The line from a bar to a card.
#[derive(Debug, Clone, Default)]
pub struct PlacedTap {
    /// Number of the card in the scene.
    pub card: usize,
    /// Number of the tap on the card.
    pub tap: usize,
    /// Number of the bar in the scene.
    pub bar: usize,
    /// From the bar to the card: a straight drop, or a drop and a turn.
    pub points: Vec<Point>,
    /// Where its label stands, the upper left corner; none where the card says it.
    pub label: Option<Point>,
}

/// A way in from the world that comes from beside a card.
#[derive(Debug, Clone, Default)]
pub struct PlacedBeside {
    /// Number of the card in the scene.
    pub card: usize,
    /// From where to where it points.
    pub line: (Point, Point),
    /// Upper left corner of its label.
    pub label: Point,
}

impl PlacedBeside {
    /// What its line begins at, so that it does not seem to come from what stands next.
    pub fn wall(&self) -> Rect {
        let (x, y) = self.line.0;
        Rect::new(x, y - 6, 2, 12)
    }
}

/// A frame around a project, or a part of one.
#[derive(Debug, Clone, Default)]
pub struct PlacedFrame {
    /// Number of the project in the plan.
    pub project: usize,
    /// Its box.
    pub rect: Rect,
    /// Where its title begins, on its base line.
    pub title_at: Point,
    /// How wide the title may be.
    pub title_width: i32,
}

/// An arrow from one card to another.
#[derive(Debug, Clone, Default)]
pub struct PlacedArrow {
    /// Its number in the scene.
    pub arrow: usize,
    /// Its corners.
    pub points: Vec<Point>,
    /// Whether it ends on another arrow to the same card.
    pub joins: bool,
    /// Where its label begins, on its base line.
    pub label: Option<Point>,
}

/// Everything in its place.
#[derive(Debug, Clone, Default)]
pub struct Placed {
    /// Light zones without a way out.
    pub zones: Vec<Rect>,
    /// Frames around projects.
    pub frames: Vec<PlacedFrame>,
    /// Bars.
    pub bars: Vec<PlacedBar>,
    /// Lines between bars and cards.
    pub taps: Vec<PlacedTap>,
    /// Ways in that come from beside.
    pub besides: Vec<PlacedBeside>,
    /// Cards.
    pub cards: Vec<PlacedCard>,
    /// Arrows between cards.
    pub arrows: Vec<PlacedArrow>,
    /// The first bar of each branch with rows below one another that are deep.
    pub crowded: Vec<usize>,
    /// The area of it all.
    pub area: Rect,
}

impl Placed {
    /// Moves everything.
    pub fn move_by(&mut self, dx: i32, dy: i32) {
        let at = |(x, y): Point| (x + dx, y + dy);
        let on_rect = |rect: &mut Rect| *rect = rect.moved(dx, dy);
        self.zones.iter_mut().for_each(on_rect);
        for frame in &mut self.frames {
            on_rect(&mut frame.rect);
            frame.title_at = at(frame.title_at);
        }
        for bar in &mut self.bars {
            bar.pieces.iter_mut().chain(&mut bar.texts).for_each(on_rect);
            bar.links.iter_mut().for_each(|(from, to)| (*from, *to) = (at(*from), at(*to)));
        }
        for tap in &mut self.taps {
            tap.points.iter_mut().chain(&mut tap.label).for_each(|point| *point = at(*point));
        }
        for beside in &mut self.besides {
            beside.line = (at(beside.line.0), at(beside.line.1));
            beside.label = at(beside.label);
        }
        self.cards.iter_mut().for_each(|card| on_rect(&mut card.rect));
        for arrow in &mut self.arrows {
            arrow.points.iter_mut().chain(&mut arrow.label).for_each(|point| *point = at(*point));
        }
        on_rect(&mut self.area);
    }

    /// Length of all lines between bars and cards, in pixels.
    pub fn line_length(&self) -> i64 {
        let length = |ends: &[Point]| {
            i64::from((ends[0].0 - ends[1].0).abs() + (ends[0].1 - ends[1].1).abs())
        };
        self.taps.iter().flat_map(|tap| tap.points.windows(2)).map(length).sum()
    }

    /// How often a bar is cut for a line that is not its own.
    pub fn cuts(&self) -> usize {
        self.bars.iter().map(|bar| bar.pieces.len().saturating_sub(1)).sum()
    }
}
