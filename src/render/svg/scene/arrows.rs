//! The arrows between cards: who talks to whom, ways that somebody asked about,
//! and where a measurement contradicts the map.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::line::{Line, LineRole};
use super::shapes::{Arrow, ArrowKind};
use crate::model::words::count;
use crate::model::{ContainerAt, Reach, Seen, TalkBasis, TalkVerdict};
use crate::order::Ordered;
use crate::render::svg::options::{Blank, Options, TalkShown};
use crate::render::svg::reduce::Group;
use crate::render::view::{self, Number, Numbers, Spot, View};

/// Up to this many cards, arrows are drawn unasked.
const CARDS: usize = 20;
/// Up to so many of them.
const ARROWS: usize = 30;
/// Up to this many, arrows for start orders, too.
const FEW: usize = 12;
/// More measured ways than this that have one number are left out where that stands on
/// their network as well.
const OF_NETWORK: usize = 3;
/// More than this many are never drawn.
const MOST: usize = 120;

/// What an arrow takes beside its label, and beside one with numbers.
const ENDS: (i32, i32) = (8, 16);

impl Arrow {
    /// How far apart two cards are between which it has room for its label.
    pub fn room(&self) -> i32 {
        let ends = if self.label.numbers.is_empty() { ENDS.0 } else { ENDS.1 };
        self.label.shown_width() + ends
    }
}

/// From which card to which.
type Ends = (usize, usize);

/// What arrows are made of.
struct Arrows<'a> {
    view: &'a View<'a>,
    groups: &'a [Group],
    called_out: &'a Numbers,
    /// For each container the number of its card.
    cards: HashMap<ContainerAt, usize>,
    /// Ways between cards that have numbers.
    numbered: BTreeMap<Ends, Vec<Spot>>,
}

/// Talk that one arrow stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spoken {
    ends: Ends,
    basis: TalkBasis,
    seen: Seen,
    verdict: TalkVerdict,
}

/// The arrows to be drawn; what is left out goes into the notes.
pub fn arrows(
    view: &View,
    groups: &[Group],
    options: &Options,
    called_out: &Numbers,
    notes: &mut Vec<String>,
) -> Vec<Arrow> {
    if options.blank == Some(Blank::Names) {
        return Vec::new();
    }
    let of = Arrows::new(view, groups, called_out);
    let mut arrows = of.surprises();
    arrows.extend(of.asked());
    let drawn: BTreeSet<Ends> = arrows.iter().map(|arrow| (arrow.from, arrow.to)).into_set();
    let talk = of.talk();
    let choice = Choice::of(&talk, groups.len(), options, notes);
    for (spoken, ports) in talk {
        // What is spoken of by number is drawn in any case.
        let is_spoken_of = of.numbered.contains_key(&spoken.ends) && !drawn.contains(&spoken.ends);
        if choice.draws(&spoken) || is_spoken_of {
            arrows.push(of.spoken(spoken, &ports, is_spoken_of));
        }
    }
    arrows
}

/// Which talk is drawn.
struct Choice {
    draws: bool,
    draws_starts: bool,
    only_seen: bool,
}

impl Choice {
    fn of(
        talk: &BTreeMap<Spoken, BTreeSet<u16>>,
        cards: usize,
        options: &Options,
        notes: &mut Vec<String>,
    ) -> Self {
        let only_seen = options.talk == Some(TalkShown::Observed);
        let is_wanted =
            |spoken: &&Spoken| !spoken.is_start() && (!only_seen || spoken.seen == Seen::Seen);
        let wanted = talk.keys().filter(is_wanted).count();
        let is_readable = cards <= CARDS && wanted <= ARROWS;
        let (draws, draws_starts) = match options.talk {
            Some(TalkShown::None) => {
                return Self { draws: false, draws_starts: false, only_seen };
            }
            Some(TalkShown::Configured | TalkShown::Observed) => (true, false),
            Some(TalkShown::All) => (true, true),
            None => (is_readable, is_readable && talk.len() <= FEW),
        };
        let draws = draws && wanted <= MOST;
        if !draws && wanted > 0 {
            let ways = count(wanted, "arrow");
            notes.push(match options.talk {
                None => format!("{ways} between containers left out; --talk configured draws them, --focus NAME some."),
                Some(_) => format!("{ways} between containers are more than can be drawn; --focus NAME draws some."),
            });
        }
        Self { draws, draws_starts: draws && draws_starts, only_seen }
    }

    fn draws(&self, spoken: &Spoken) -> bool {
        let is_wanted = !self.only_seen || spoken.seen == Seen::Seen;
        is_wanted && if spoken.is_start() { self.draws_starts } else { self.draws }
    }
}

impl Spoken {
    /// Whether it is only about the order of starts.
    fn is_start(&self) -> bool {
        self.basis == TalkBasis::Dependency && self.seen != Seen::Seen
    }
}

impl<'a> Arrows<'a> {
    fn new(view: &'a View, groups: &'a [Group], called_out: &'a Numbers) -> Self {
        let mut cards = HashMap::new();
        for (card, group) in groups.iter().enumerate() {
            cards.extend(group.owners.iter().map(|owner| (*owner, card)));
        }
        let mut arrows = Self { view, groups, called_out, cards, numbered: BTreeMap::new() };
        for (from, to) in called_out.ways() {
            if let Some(ends) = arrows.ends(from, to) {
                arrows.numbered.entry(ends).or_default().push(Spot::Way(from, to));
            }
        }
        arrows
    }

    /// The cards of two containers, if they have two.
    fn ends(&self, from: ContainerAt, to: ContainerAt) -> Option<Ends> {
        let card = |at: ContainerAt| self.cards.get(&self.view.map.stack(at)?).copied();
        let ends = (card(from)?, card(to)?);
        (ends.0 != ends.1).then_some(ends)
    }

    /// A label with the numbers of callouts about the way.
    fn label(&self, role: LineRole, text: &str, ends: Ends) -> Line {
        Line::new(role, text).numbered(self.numbers(ends))
    }

    /// The numbers of callouts about the way.
    fn numbers(&self, ends: Ends) -> Vec<Number> {
        self.called_out.on(self.numbered.get(&ends).into_iter().flatten().copied())
    }

    /// Who talks to whom, by what one arrow can stand for.
    fn talk(&self) -> BTreeMap<Spoken, BTreeSet<u16>> {
        let mut talk: BTreeMap<Spoken, BTreeSet<u16>> = BTreeMap::new();
        for of in &self.view.talk {
            let Some(ends) = self.ends(of.from, of.to) else { continue };
            let spoken = Spoken { ends, basis: of.basis, seen: of.seen, verdict: of.verdict };
            talk.entry(spoken).or_default().extend(of.port);
        }
        talk
    }

    fn spoken(&self, spoken: Spoken, ports: &BTreeSet<u16>, is_numbered: bool) -> Arrow {
        let Spoken { ends, basis, seen, verdict } = spoken;
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        let text = match &ports[..] {
            [first, second, _, ..] => format!("{first}, {second} …"),
            all => all.join(", "),
        };
        let (asks, answers) = (&self.groups[ends.0].title, &self.groups[ends.1].title);
        let words = self.view.talk_words(basis, seen, verdict);
        let label = match is_numbered {
            true => self.label(LineRole::Plain, &text, ends),
            false => Line::new(LineRole::Plain, &text),
        };
        Arrow {
            from: ends.0,
            to: ends.1,
            label,
            kind: ArrowKind::Talk(basis, seen, verdict),
            ports: ports.join(","),
            tooltip: vec![format!("{asks} {words} {answers}")],
        }
    }

    /// Ways that somebody asked about.
    fn asked(&self) -> Vec<Arrow> {
        let arrow = |way: &view::Way| {
            let ends = self.ends(way.from, way.to)?;
            let port = way.port.map_or(String::new(), |port| port.to_string());
            let words = match way.reach {
                Reach::Reachable => "gets through to",
                Reach::Blocked => "does not get through to",
                Reach::Unknown => "may or may not get through to",
            };
            let (asks, answers) = (&self.groups[ends.0].title, &self.groups[ends.1].title);
            Some(Arrow {
                from: ends.0,
                to: ends.1,
                label: self.label(LineRole::Plain, &port, ends),
                kind: ArrowKind::Asked(way.reach),
                ports: port,
                tooltip: vec![format!("{asks} {words} {answers}")],
            })
        };
        self.view.ways.iter().filter_map(arrow).collect()
    }

    /// The numbers on a way that stand on many others and on a network as well: what is
    /// true of all of it is said there, and not by lines from each to each.
    fn of_networks(&self) -> BTreeSet<Number> {
        let mut ways: BTreeMap<Number, usize> = BTreeMap::new();
        let is_first = |(from, to): &&Ends| from < to || !self.numbered.contains_key(&(*to, *from));
        for ends in self.numbered.keys().filter(is_first) {
            self.numbers(*ends)
                .into_iter()
                .for_each(|number| *ways.entry(number).or_default() += 1);
        }
        let mut numbers = self.called_out.on_networks();
        numbers.retain(|number| ways.get(number).is_some_and(|ways| *ways > OF_NETWORK));
        numbers
    }

    /// Where a measurement contradicts the map.
    fn surprises(&self) -> Vec<Arrow> {
        let mut seen = BTreeSet::new();
        let of_networks = self.of_networks();
        let arrow = |surprise: crate::graph::Surprise| {
            let ends = self.ends(surprise.from, surprise.to)?;
            let numbers = self.numbers(ends);
            if !numbers.is_empty() && numbers.iter().all(|number| of_networks.contains(number)) {
                return None;
            }
            let words = view::surprise(surprise.mark);
            seen.insert((ends, words)).then(|| Arrow {
                from: ends.0,
                to: ends.1,
                label: match self.numbered.contains_key(&ends) {
                    true => self.label(LineRole::Plain, "", ends),
                    false => Line::new(LineRole::Alarm, words),
                },
                kind: ArrowKind::Surprise { both_ways: surprise.both_ways },
                ports: String::new(),
                tooltip: vec![format!("measured: {words}")],
            })
        };
        self.view.surprises().into_iter().filter_map(arrow).take(MOST).collect()
    }
}
