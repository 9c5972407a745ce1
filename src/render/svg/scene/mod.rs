//! What a picture shows, before anything has a place: bars for networks and
//! for the world outside, cards for containers, and on each card a strip for
//! every bar it hangs on. Everything here knows its size and nothing else.

mod alarms;
mod bars;
mod cards;
mod limits;
mod line;
mod shapes;
mod strips;

pub use line::{HEADING, Line, LineRole, Look, NAME, SMALL, STRONG, SUB};
pub use shapes::{Bar, BarKind, Card, Strip, Tap, WayOut};

use super::options::{Blank, Options};
use super::reduce;
use crate::render::view::View;

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
        let reduced = reduce::reduce(view, options.full);
        let (mut bars, numbers) = bars::bars(view, options.blank);
        let alarms = alarms::alarms(view);
        let groups = reduced.groups.iter();
        let cards: Vec<Card> = groups
            .map(|group| cards::card(view, group, &numbers, &alarms, options.blank))
            .collect();
        bars::word_outside(&mut bars, &cards, view);
        let mut scene = Self { bars, cards, reductions: reduced.notes };
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
                part.extend(Line::wrapped(LineRole::Quiet, &text, 200, 1));
                card.body.take();
            }
        }
    }
}
