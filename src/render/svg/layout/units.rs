//! What hangs on a branch's bars, and what leads to these, in units that stand
//! side by side: columns of cards, branches, and what is of one project in a
//! frame.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::block::{Column, Content, Unit, on_grid};
use super::builder::{Builder, STACKS};
use super::levels::Levels;
use super::measures::GRID;

/// How many a bar has to have to be the one of most.
const MANY: usize = 4;

/// What comes first of what hangs on a branch's bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Everything where its bars are.
    Mixed,
    /// Cards with nothing behind them, so that in rows nothing stands above them that is
    /// farther from the internet.
    LeavesFirst,
    /// The same of those that hang on the bar of most alone: no other bar has to go on
    /// in their rows.
    HubFirst,
    /// What hangs on the bar of most alone stands in the last rows, cards before what has
    /// something behind it: no other bar has to go on.
    HubLast,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mixed, Self::LeavesFirst, Self::HubFirst, Self::HubLast];

    /// Whether what has something behind it stands in rows of its own.
    pub fn parts_deep(self) -> bool {
        matches!(self, Self::LeavesFirst | Self::HubFirst)
    }
}

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
        cards.sort_by_cached_key(|card| (mean_beside(hub, downs(*card)), *card));
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
    pub fn children(
        &self,
        at: usize,
        stack: usize,
        budget: i32,
        place: &HashMap<usize, i32>,
        order: Order,
    ) -> Vec<Unit> {
        let branch = &self.tree.branches[at];
        let inner = budget - 2 * self.measures.frame;
        let bars_above = |child: usize| {
            let uppers = self.tree.branches[child].uppers.iter();
            let taps = uppers.flat_map(|card| &self.plan.cards[*card].taps);
            taps.filter_map(|tap| place.get(&tap.bar)).copied()
        };
        let all_above = branch.children.iter().map(|child| bars_above(*child));
        let hub = hub(all_above);
        // What stands in a frame with something deep is as deep.
        let own_project = |child: usize| {
            let framed = self.framed[child] && !self.framed[at];
            self.tree.branches[child].project.filter(|_| framed)
        };
        let deep = branch.children.iter().filter(|child| !self.tree.branches[**child].is_leaf());
        let deep: BTreeSet<usize> = deep.filter_map(|child| own_project(*child)).collect();
        let is_on_hub_alone = |child: usize| bars_above(child).all(|bar| Some(bar) == hub);
        let is_first = |child: usize| {
            let is_leaf = self.tree.branches[child].is_leaf();
            let is_with_deep = || own_project(child).is_some_and(|own| deep.contains(&own));
            match order {
                Order::Mixed | Order::HubLast => false,
                Order::LeavesFirst => is_leaf,
                Order::HubFirst => is_leaf && !is_with_deep() && is_on_hub_alone(child),
            }
        };
        // What hangs on the bar of most alone fills the last rows: no other bar has to go
        // on there. (whether it comes later, whether last, where its bars are, leaves
        // last, its first card)
        let key = |child: &usize| {
            let of = &self.tree.branches[*child];
            let mean = mean_beside(hub, bars_above(*child));
            let is_first = is_first(*child);
            let is_last = order != Order::Mixed && !is_first && is_on_hub_alone(*child);
            let is_later = of.is_leaf() != (is_last && order == Order::HubLast);
            (!is_first, is_last, mean, is_later, of.uppers.first().copied())
        };
        let mut children = branch.children.clone();
        children.sort_by_cached_key(key);
        // Families: what is of one project, where projects are told apart.
        let mut families: Vec<(Option<usize>, Vec<usize>)> = Vec::new();
        let mut of_project: HashMap<(usize, bool), usize> = HashMap::new();
        for child in children {
            let project = own_project(child);
            let kin = project.map(|project| (project, is_first(child)));
            match kin.and_then(|kin| of_project.get(&kin)) {
                Some(family) => families[*family].1.push(child),
                None => {
                    of_project.extend(kin.map(|kin| (kin, families.len())));
                    families.push((project, vec![child]));
                }
            }
        }
        let mut units = Vec::new();
        let mut leaves: Vec<usize> = Vec::new();
        // A column's cards hang on the same bars.
        let above = |card: &usize| -> Vec<usize> {
            let of = &self.plan.cards[*card];
            of.taps.iter().map(|tap| tap.bar).filter(|bar| self.plan.is_up(of, *bar)).collect()
        };
        let flush = |leaves: &mut Vec<usize>, units: &mut Vec<Unit>| {
            let alike = leaves.chunk_by(|one, other| branch.is_stack || above(one) == above(other));
            let columns = alike.flat_map(|alike| columns(alike, stack)).map(|cards| {
                self.unit(None, vec![Content::Column(Column::new(self.plan, cards.to_vec()))])
            });
            units.extend(columns);
            leaves.clear();
        };
        for (project, family) in families {
            if project.is_none() {
                let child = family[0];
                if self.tree.branches[child].is_leaf() {
                    leaves.push(self.tree.branches[child].uppers[0]);
                    continue;
                }
                flush(&mut leaves, &mut units);
                units.push(self.unit(None, vec![Content::Branch(child)]));
                continue;
            }
            flush(&mut leaves, &mut units);
            units.extend(self.family(project, &family, stack, inner));
        }
        flush(&mut leaves, &mut units);
        units
    }

    /// What is of one project, in as many frames as the width makes necessary.
    fn family(
        &self,
        project: Option<usize>,
        family: &[usize],
        stack: usize,
        inner: i32,
    ) -> Vec<Unit> {
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
                units.push(self.unit(project, std::mem::take(&mut now)));
                width = 0;
            }
            width += if now.is_empty() { wide } else { gap + wide };
            now.push(content);
        }
        units.push(self.unit(project, now));
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
    let columns = cards.len().div_ceil(stack.max(1)).max(1);
    cards.chunks(cards.len().div_ceil(columns).max(1))
}

/// The bar on which more than half of these hang, if there is one, and they are many.
fn hub(all: impl ExactSizeIterator<Item = impl Iterator<Item = i32>>) -> Option<i32> {
    let number = all.len();
    let mut met: BTreeMap<i32, usize> = BTreeMap::new();
    for bars in all {
        for bar in bars.collect::<BTreeSet<_>>() {
            *met.entry(bar).or_default() += 1;
        }
    }
    let most = met.into_iter().max_by_key(|(_, met)| *met);
    most.filter(|(_, met)| 2 * met > number && *met >= MANY).map(|(bar, _)| bar)
}

/// The mean of some places, in sixteenths; of the bar of most only where there is no
/// other: it says nothing of where something belongs.
fn mean_beside(hub: Option<i32>, places: impl Iterator<Item = i32> + Clone) -> i64 {
    let others = places.clone().filter(|place| Some(*place) != hub);
    mean(others).or_else(|| mean(places)).unwrap_or(0)
}

fn mean(values: impl Iterator<Item = i32>) -> Option<i64> {
    let (mut sum, mut number) = (0_i64, 0_i64);
    for value in values {
        sum += i64::from(value) * 16;
        number += 1;
    }
    (number > 0).then(|| sum / number)
}
