//! What hangs on a branch's bars, and what leads to these, in units that stand
//! side by side: columns of cards, branches, and what is of one project in a
//! frame.

use std::collections::HashMap;

use super::block::{Column, Content, Unit, on_grid};
use super::builder::{Builder, STACKS};
use super::levels::Levels;
use super::measures::GRID;
use super::order::{Piece, hub, mean_beside};
use crate::order::OrderBy;

impl Builder<'_> {
    /// The upper cards in units, stacked only as far as they have to be.
    pub fn uppers(&self, at: usize, budget: i32, place: &HashMap<usize, i32>) -> Vec<Unit> {
        let branch = &self.tree.branches[at];
        let mut cards = branch.uppers.clone();
        let downs = |card: usize| {
            let taps = self.plan.cards[card].taps.iter();
            taps.filter_map(|tap| place.get(&tap.bar)).copied()
        };
        let hub = hub(cards.iter().map(|card| downs(*card)));
        cards.order_by_cached_key(|card| (mean_beside(hub, downs(*card)), *card));
        let mut last = Vec::new();
        let most = cards.len().max(1);
        for stack in STACKS.into_iter().take_while(|stack| *stack == 1 || *stack / 2 < most) {
            let units = self.card_units(&cards, stack, self.framed[at] || branch.is_stack);
            let fits = self.width(&units) <= budget;
            last = units;
            if fits {
                break;
            }
        }
        last
    }

    /// Cards in columns of at most `stack`, those of a project side by side in
    /// a frame unless they lie in one already.
    fn card_units(&self, cards: &[usize], stack: usize, is_framed: bool) -> Vec<Unit> {
        let mut groups: Vec<(Option<usize>, Vec<usize>)> = Vec::new();
        let mut of_project: HashMap<usize, usize> = HashMap::new();
        for card in cards {
            let project =
                self.plan.cards[*card].project.filter(|_| !is_framed && self.has_frames());
            let known = match project {
                Some(project) => of_project.get(&project).copied(),
                None => groups.iter().position(|(of, _)| of.is_none()).filter(|_| true),
            };
            match known {
                Some(group) => groups[group].1.push(*card),
                None => {
                    of_project.extend(project.map(|project| (project, groups.len())));
                    groups.push((project, vec![*card]));
                }
            }
        }
        let mut units = Vec::new();
        for (project, cards) in groups {
            let columns = columns(&cards, stack)
                .map(|cards| Content::Column(Column::new(self.plan, cards.to_vec())));
            match project.filter(|_| cards.len() > 1) {
                Some(project) => units.push(self.unit(Some(project), columns.collect())),
                None => units.extend(columns.map(|column| self.unit(None, vec![column]))),
            }
        }
        units
    }

    /// Whether there are projects to tell apart.
    fn has_frames(&self) -> bool {
        self.plan.titles.len() > 1 || self.plan.cards.iter().any(|card| card.project.is_none())
    }

    /// What hangs on a branch's bars, in units.
    pub fn children(&self, pieces: &[Piece], stack: usize, budget: i32) -> Vec<Unit> {
        let inner = budget - 2 * self.measures.frame;
        let mut units = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Leaves(cards) => units.extend(columns(cards, stack).map(|cards| {
                    self.unit(None, vec![Content::Column(Column::new(self.plan, cards.to_vec()))])
                })),
                Piece::Branch(child) => units.push(self.unit(None, vec![Content::Branch(*child)])),
                Piece::Family(project, family) => {
                    units.extend(self.family(*project, family, stack, inner));
                }
            }
        }
        units
    }

    /// How high the columns of all that is in columns are: where these are the same, so are
    /// the units.
    pub fn column_heights(&self, pieces: &[Piece], stack: usize) -> Vec<usize> {
        let is_leaf = |child: &&usize| self.tree.branches[**child].is_leaf();
        let numbers = pieces.iter().filter_map(|piece| match piece {
            Piece::Leaves(cards) => Some(cards.len()),
            Piece::Branch(_) => None,
            Piece::Family(_, family) => Some(family.iter().filter(is_leaf).count()),
        });
        numbers.map(|number| column_height(number, stack)).collect()
    }

    /// What is of one project, in as many frames as the width makes necessary.
    fn family(&self, project: usize, family: &[usize], stack: usize, inner: i32) -> Vec<Unit> {
        let (leaves, branches): (Vec<usize>, Vec<usize>) =
            family.iter().partition(|child| self.tree.branches[**child].is_leaf());
        let leaves: Vec<usize> =
            leaves.into_iter().map(|child| self.tree.branches[child].uppers[0]).collect();
        let columns = columns(&leaves, stack)
            .map(|cards| Content::Column(Column::new(self.plan, cards.to_vec())));
        let contents = branches.into_iter().map(Content::Branch).chain(columns);
        let mut units = Vec::new();
        let (mut now, mut width): (Vec<Content>, i32) = (Vec::new(), 0);
        for content in contents {
            let gap = now.last().map_or(0, |last| self.gap_between(last, &content));
            let wide = self.content_width(&content);
            if !now.is_empty() && width + gap + wide > inner - self.measures.gap {
                units.push(self.unit(Some(project), std::mem::take(&mut now)));
                width = 0;
            }
            width += if now.is_empty() { wide } else { gap + wide };
            now.push(content);
        }
        units.push(self.unit(Some(project), now));
        units
    }

    fn content_width(&self, content: &Content) -> i32 {
        match content {
            Content::Column(column) => column.size.0,
            Content::Branch(at) => self.blocks[*at].size.0,
        }
    }

    /// The cards in it with an arrow that has a label.
    fn content_ends(&self, content: &Content) -> Vec<usize> {
        match content {
            Content::Column(column) => {
                let cards = column.cards.iter();
                cards.copied().filter(|card| self.ends.contains(card)).collect()
            }
            Content::Branch(at) => self.blocks[*at].ends.clone(),
        }
    }

    fn gap_between(&self, one: &Content, other: &Content) -> i32 {
        self.gap(&self.content_ends(one), &self.content_ends(other))
    }

    fn content_levels(&self, content: &Content) -> Levels {
        match content {
            Content::Column(column) => Levels::one(column.size.1),
            Content::Branch(at) => self.blocks[*at].levels.clone(),
        }
    }

    /// Puts contents side by side, in a frame if a project is given.
    fn unit(&self, project: Option<usize>, contents: Vec<Content>) -> Unit {
        let pad = if project.is_some() { self.measures.frame } else { 0 };
        let top = if project.is_some() { self.measures.frame_top } else { 0 };
        let (mut x, mut levels) = (pad, Levels::default());
        let mut placed: Vec<(Content, i32)> = Vec::with_capacity(contents.len());
        let mut ends = Vec::new();
        for content in contents {
            if let Some((last, _)) = placed.last() {
                x += self.gap_between(last, &content);
            }
            levels = levels.beside(&self.content_levels(&content));
            ends.extend(self.content_ends(&content));
            let width = self.content_width(&content);
            placed.push((content, x));
            x += on_grid(width);
        }
        let levels = levels.framed(top, pad);
        let mut width = x + pad;
        if let Some(project) = project {
            let wanted = (self.plan.titles[project] + 2 * GRID).min(160);
            let lacking = on_grid((wanted - width).max(0));
            width += lacking;
            placed.iter_mut().for_each(|(_, x)| *x += lacking / 2 / GRID * GRID);
        }
        let mut unit = Unit {
            contents: placed,
            project,
            top,
            size: (width, levels.height()),
            levels,
            ups: Vec::new(),
            ends,
        };
        for (content, x) in &unit.contents {
            let ups = match content {
                Content::Column(column) => column.up_xs(self.plan),
                Content::Branch(at) => self.blocks[*at].ups.clone(),
            };
            unit.ups.extend(ups.into_iter().map(|(bar, up)| (bar, up + x)));
        }
        unit
    }
}

/// Cards in columns of at most `stack`, which are as high as one another.
fn columns(cards: &[usize], stack: usize) -> std::slice::Chunks<'_, usize> {
    cards.chunks(column_height(cards.len(), stack))
}

/// How many cards stand over one another where there are so many and at most `stack` may.
fn column_height(cards: usize, stack: usize) -> usize {
    let columns = cards.div_ceil(stack.max(1)).max(1);
    cards.div_ceil(columns).max(1)
}
