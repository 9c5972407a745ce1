//! What a picture is to look like.

use super::theme::Theme;

/// What a picture is to look like.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Its colours.
    pub theme: Theme,
    /// Its width in pixels; without it, the page decides.
    pub width: Option<u16>,
    /// What it is to fit on.
    pub page: Page,
    /// Its title, instead of one made from the view.
    pub title: Option<String>,
    /// A date to stand under the title. Without one the same map gives the
    /// same bytes on every day.
    pub date: Option<String>,
    /// What is left out for a student to fill in.
    pub blank: Option<Blank>,
    /// Whether each container gets a card of its own, however many there are.
    pub full: bool,
    /// Whether each project gets one card, and only the networks between them and
    /// other containers are shown.
    pub overview: bool,
    /// Whether who asks can have that, with a picture for each project beside it.
    pub can_split: bool,
    /// What is shown beyond the usual.
    pub show: Vec<Detail>,
    /// What is left out of the usual.
    pub hide: Vec<Detail>,
    /// Which arrows are drawn between containers; without it, as many as can
    /// be read.
    pub talk: Option<TalkShown>,
    /// Whether the signs are explained below the picture.
    pub no_legend: bool,
    /// What stands under the title, instead of sentences made from the view.
    pub caption: Option<String>,
    /// What else to say below the picture.
    pub remarks: Vec<String>,
    /// How an SVG's text is written.
    pub text: TextAs,
    /// Pixels of a PNG for each pixel of the picture; 1 when not given.
    pub scale: Option<f32>,
}

impl Options {
    /// Whether a detail is shown that usually is not.
    pub fn shows(&self, detail: Detail) -> bool {
        self.show.contains(&detail) && !self.hide.contains(&detail)
    }

    /// Whether a detail is shown that usually is.
    pub fn keeps(&self, detail: Detail) -> bool {
        !self.hide.contains(&detail)
    }
}

/// What a picture is to fit on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Page {
    /// A page of documentation, 800 pixels wide.
    #[default]
    Docs,
    /// A sheet of paper, upright.
    A4,
    /// A slide, twice as wide.
    Slide,
    /// Nothing: it finds a shape of its own.
    None,
}

impl Page {
    /// How wide it is, in pixels.
    pub fn width(self) -> Option<i32> {
        match self {
            Self::Docs => Some(800),
            Self::A4 => Some(720),
            Self::Slide => Some(1280),
            Self::None => None,
        }
    }
}

/// How text is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TextAs {
    /// As text, in the fonts of who looks at it.
    #[default]
    Fonts,
    /// As the outlines of its letters: the same everywhere, and not to be
    /// searched or copied.
    Paths,
}

/// A detail of a picture that can be shown or hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Images, with their tags.
    Image,
    /// The state of every container.
    State,
    /// Ports: published, exposed, and listened on.
    Ports,
    /// The names by which a container is known on its networks.
    Names,
    /// Addresses, whole.
    Addresses,
    /// Signs for kinds of programs.
    Kinds,
}

/// Which arrows are drawn between containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TalkShown {
    /// None.
    None,
    /// What was seen on the wire.
    Observed,
    /// What the setup says, and what was seen.
    Configured,
    /// That, and what waits for what at its start.
    All,
}

/// What a student sheet leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// The addresses of containers.
    Addresses,
    /// The names of containers and networks.
    Names,
}
