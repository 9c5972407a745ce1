//! What a picture shows, before anything has a place: bars for networks and
//! for the world outside, cards for containers with the taps by which they hang
//! on bars, and arrows between cards. Everything here knows its size and
//! nothing else.

mod alarms;
mod arrows;
mod bars;
mod cards;
mod images;
mod limits;
mod line;
mod shapes;
mod taps;

pub use arrows::arrows;
pub use line::{Badge, HEADING, Line, LineRole, Look, NAME, SMALL, STRONG, SUB};
pub use shapes::{Arrow, ArrowKind, Bar, BarKind, Card, Tap, TapLook, WayOut, size_of};

use std::collections::BTreeSet;

use super::layout::{self, BarBox, CardBox, Plan, TapBox};
use super::options::{Blank, Options};
use super::reduce::{self, Group, Reduced};
use super::text::Font;
use super::theme;
use crate::model::{Natural, NetworkAt};
use crate::order::OrderBy;
use crate::render::escape;
use crate::render::view::{Numbers, Ranks, View};
use cards::Words;

/// From this many cards on, room is short.
const MANY: usize = 24;
/// Font of a frame's title.
pub const TITLE: Font = Font::bold(11);
/// Room that it is given, in hundredths of its width: it has no other, where
/// another font is wider.
pub const TITLE_ROOM: i32 = 126;

/// Everything that a picture shows.
#[derive(Debug, Default)]
pub struct Scene {
    /// Bars, in display order.
    pub bars: Vec<Bar>,
    /// Cards, in display order.
    pub cards: Vec<Card>,
    /// Arrows between cards.
    pub arrows: Vec<Arrow>,
    /// Projects, harmless, in the order of the plan's numbers.
    pub projects: Vec<String>,
    /// What was left out to keep the picture readable, one sentence each.
    pub reductions: Vec<String>,
}

/// How a scene saves room.
#[derive(Debug, Clone, Default)]
pub struct Saving {
    /// Flat cards with the addresses inside, however few there are.
    pub is_cramped: bool,
    /// The first bar of each branch below which others are stacked.
    pub stacked: BTreeSet<usize>,
}

/// How far from the internet everything is, and which networks are shown.
fn distances(view: &View, groups: &[Group], options: &Options) -> (Ranks, Vec<NetworkAt>) {
    if !options.overview {
        let networks = view.used_networks().into_iter().chain(view.empty_networks());
        return (view.ranks(), networks.collect());
    }
    let networks = reduce::between(view, groups);
    let together = groups
        .iter()
        .flat_map(|group| group.owners.iter().map(|at| (*at, &group.owners[..])))
        .collect();
    (view.ranks_over(&networks, &together), networks)
}

impl Scene {
    /// The scene of a view, and the plan for its layout.
    pub fn new(
        view: &View,
        options: &Options,
        called_out: &Numbers,
        saving: &Saving,
    ) -> (Self, Plan) {
        let mut reduced = match options.overview {
            true => Reduced { groups: reduce::by_project(view), notes: Vec::new() },
            false => reduce::reduce(view, options.full),
        };
        reduce::in_order_of_talk(view, &mut reduced.groups);
        let (ranks, networks) = distances(view, &reduced.groups, options);
        let (bars, numbers) = bars::bars(view, &ranks, &networks);
        let is_dense = saving.is_cramped || reduced.groups.len() > MANY;
        let groups = &reduced.groups;
        // A project that is one card needs no frame.
        let project_of = |group: &Group| match group.is_project {
            true => None,
            false => view.container(group.owners[0]).project(),
        };
        let mut projects: Vec<&str> = groups.iter().filter_map(project_of).collect();
        projects.order_by_key(|name| Natural(*name));
        projects.dedup();
        let has_others = groups.iter().any(|group| project_of(group).is_none());
        let tells_projects = projects.len() + usize::from(has_others) > 1 && !projects.is_empty();
        let number = |project: Option<&str>| projects.iter().position(|one| Some(*one) == project);
        let hang = |group| taps::taps(view, group, &numbers, &ranks, called_out, options);
        let mut hung: Vec<_> = groups.iter().map(hang).collect();
        let stacked = saving.stacked.clone();
        let mut plan = Plan { is_dense, stacked, ..Plan::default() };
        for (group, (taps, _)) in groups.iter().zip(&hung) {
            let owner = group.owners[0];
            plan.cards.push(CardBox {
                taps: taps.iter().map(|tap| TapBox { bar: tap.bar, label: (0, 0) }).collect(),
                rank: ranks.container(owner).or((!taps.is_empty()).then_some(1)),
                project: number(project_of(group)),
                ..CardBox::default()
            });
        }
        for bar in &bars {
            plan.bars.push(BarBox {
                rank: bar.rank,
                is_world: bar.is_world(),
                is_internal: bar.way_out == WayOut::Closed,
                is_cut: bar.is_cut,
                project: number(bar.project.as_deref()),
                ..BarBox::default()
            });
        }
        plan.titles = vec![0; projects.len()];
        let framed = layout::in_frames(&plan);
        let words = Words::new(view, options, alarms::alarms(view), tells_projects, is_dense)
            .with_numbers(called_out);
        let mut cards = Vec::with_capacity(groups.len());
        for ((group, (taps, beside)), is_framed) in
            groups.iter().zip(hung.drain(..)).zip(&framed.cards)
        {
            let mut card = words.card(group, taps, *is_framed);
            card.beside = beside;
            card.rank = ranks.container(group.owners[0]);
            cards.push(card);
        }
        let mut scene = Self {
            arrows: arrows(view, groups, options, called_out, &mut reduced.notes),
            bars,
            cards,
            projects: projects
                .iter()
                .map(|project| escape::terminal(project).into_owned())
                .collect(),
            reductions: Vec::new(),
        };
        scene.reductions = reduced.notes;
        for (bar, is_framed) in scene.bars.iter_mut().zip(&framed.bars) {
            let only = bar.project.is_some() && !tells_projects;
            bars::word(bar, view, options, called_out, *is_framed || only);
        }
        if options.blank == Some(Blank::Names) {
            scene.take_names_away();
        }
        plan.arrows = scene.arrows.len();
        for arrow in scene.arrows.iter().filter(|arrow| !arrow.label.is_empty()) {
            let (from, to) = (arrow.from.min(arrow.to), arrow.from.max(arrow.to));
            let room = plan.labelled.entry((from, to)).or_default();
            *room = arrow.room().max(*room);
        }
        scene.measure(&mut plan);
        (scene, plan)
    }

    /// The number of the colour of a bar, or of a line to it; grey where it is of
    /// less interest than others.
    pub fn hue(&self, bar: usize, is_faint: bool) -> usize {
        match self.bars[bar].hue {
            hue if is_faint && hue > 0 => theme::GREY,
            hue => hue,
        }
    }

    /// Puts sizes into the plan.
    fn measure(&self, plan: &mut Plan) {
        for (of, card) in plan.cards.iter_mut().zip(&self.cards) {
            of.size = card.size(false);
            of.full_size = card.size(true);
            for (of, tap) in of.taps.iter_mut().zip(&card.taps) {
                of.label = if card.is_inside(tap) { (0, 0) } else { tap.size() };
            }
            of.beside = Some(size_of(&card.beside)).filter(|(width, _)| *width > 0);
        }
        for (of, bar) in plan.bars.iter_mut().zip(&self.bars) {
            of.width = bar.width();
        }
        // Rounded up: what is drawn is cut to what of this was for its letters.
        let title = |project: &String| (TITLE.width(project) * TITLE_ROOM + 99) / 100;
        plan.titles = self.projects.iter().map(title).collect();
    }

    /// Names that scripts see give the answers away as well.
    fn take_names_away(&mut self) {
        let names = std::mem::take(&mut self.projects);
        let called = |at: usize| format!("project {}", at + 1);
        let blank = |project: Option<&str>| {
            let shown = escape::terminal(project?);
            names.iter().position(|name| **name == *shown).map(called)
        };
        for (at, card) in self.cards.iter_mut().enumerate() {
            card.name = format!("container {}", at + 1);
            card.project = blank(card.project.as_deref());
            card.kind = None;
        }
        for (at, bar) in self.bars.iter_mut().filter(|bar| !bar.is_world()).enumerate() {
            bar.name = format!("network {}", at + 1);
            bar.project = blank(bar.project.as_deref());
        }
        self.projects = (0..names.len()).map(called).collect();
        self.arrows.clear();
    }
}
