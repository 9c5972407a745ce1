//! The lengths that a layout is made of, in pixels.

/// The grid that everything stands on.
pub const GRID: i32 = 8;
/// Height of a bar.
pub const BAR: i32 = 22;
/// Height of a bar where it goes on without a name.
pub const THIN: i32 = 8;
/// Room between tracks.
pub const BAR_GAP: i32 = 10;
/// Room around a label beside a line.
pub const SLOT: i32 = 14;
/// Room for an arrow beside a card.
pub const ARROW: i32 = 36;

/// How much room there is.
#[derive(Debug, Clone, Copy)]
pub struct Measures {
    /// Whether room is short.
    pub is_dense: bool,
    /// Room between units.
    pub gap: i32,
    /// Least length of a line between a bar and a card.
    pub drop: i32,
    /// Room below a row.
    pub row_gap: i32,
    /// Room around what a frame holds.
    pub frame: i32,
    /// The same above, where its title stands.
    pub frame_top: i32,
}

impl Measures {
    /// Room enough.
    pub const ROOMY: Self =
        Self { is_dense: false, gap: 32, drop: 24, row_gap: 24, frame: 16, frame_top: 40 };
    /// Little room.
    pub const DENSE: Self =
        Self { is_dense: true, gap: 16, drop: 16, row_gap: 16, frame: 8, frame_top: 24 };

    /// About what a row takes beside its cards.
    pub fn row(&self) -> i32 {
        BAR + self.drop + self.row_gap
    }
}
