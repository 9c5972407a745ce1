//! What a picture is to look like.

use super::theme::Theme;

/// What a picture is to look like.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Its colours.
    pub theme: Theme,
    /// Its width in pixels; without it, the picture finds a shape of its own.
    pub width: Option<u16>,
    /// Its title, instead of one made from the view.
    pub title: Option<String>,
    /// A date to stand under the title. Without one the same map gives the
    /// same bytes on every day.
    pub date: Option<String>,
    /// What is left out for a student to fill in.
    pub blank: Option<Blank>,
    /// Whether each container gets a card of its own, however many there are.
    pub full: bool,
    /// What else to say below the picture.
    pub remarks: Vec<String>,
    /// Pixels of a PNG for each pixel of the picture; 1 when not given.
    pub scale: Option<f32>,
}

/// What a student sheet leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// The addresses of containers.
    Addresses,
    /// The names of containers and networks.
    Names,
}
