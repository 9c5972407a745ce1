//! Gathers the cards of a project that stand together: as few parts as may be,
//! each with a box of its own that nothing else stands in.

use std::collections::BTreeMap;

use crate::render::svg::geometry::Rect;
use crate::render::svg::sets::Sets;

/// Cards further apart than this do not stand together, side by side or one
/// below the other: a bar or two may lie between those.
const REACH: (i32, i32) = (130, 240);
/// Room that a card takes up with half of the gaps around it.
const HALF_GAP: i32 = 12;
/// How much of a part's box its cards have to fill, in hundredths.
const FILL: i64 = 45;
/// How much of its box a whole project has to fill, in hundredths.
const FILL_OF_WHOLE: i64 = 20;
/// How often pairs are looked at again: what was too loose may be no longer.
const ROUNDS: usize = 4;

/// What a box for some cards of a project comes upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Something that must not be in it.
    Foreign,
    /// These cards of the project, by their place in the list.
    Own(Vec<usize>),
}

/// Cards that stand together.
#[derive(Debug, Clone)]
pub struct Part {
    /// The smallest box around them.
    pub rect: Rect,
    /// Their places in the list.
    pub cards: Vec<usize>,
    /// Area that they take up.
    area: i64,
}

impl Part {
    fn of(card: usize, rect: Rect) -> Self {
        Self { rect, cards: vec![card], area: area(rect.grown(HALF_GAP)) }
    }

    fn fills(&self, hundredths: i64) -> bool {
        self.area * 100 >= area(self.rect.grown(HALF_GAP)) * hundredths
    }

    fn join(&mut self, other: &Self) {
        self.rect = self.rect.around(other.rect);
        self.area += other.area;
        self.cards.extend(&other.cards);
    }
}

fn area(rect: Rect) -> i64 {
    i64::from(rect.w) * i64::from(rect.h)
}

/// The parts of a project with cards at these places; `look` says what is in
/// the frame around a box.
pub fn gather(rects: &[Rect], look: impl Fn(Rect) -> Found) -> Vec<Part> {
    let mut parts: Vec<Option<Part>> =
        rects.iter().enumerate().map(|(at, rect)| Some(Part::of(at, *rect))).collect();
    let whole = parts.iter().flatten().cloned().reduce(|mut all, part| {
        all.join(&part);
        all
    });
    if let Some(whole) = whole.filter(|whole| whole.fills(FILL_OF_WHOLE))
        && look(whole.rect) != Found::Foreign
    {
        return vec![whole];
    }
    let mut sets = Sets::new(rects.len());
    let mut pairs = neighbours(rects);
    for _ in 0..ROUNDS {
        let before = pairs.len();
        pairs.retain(|(_, a, b)| {
            let (a, b) = (sets.root(*a), sets.root(*b));
            a != b && !join(&mut parts, &mut sets, a, b, &look)
        });
        if pairs.len() == before {
            break;
        }
    }
    parts.into_iter().flatten().collect()
}

/// Pairs of cards that are near each other, nearest first.
fn neighbours(rects: &[Rect]) -> Vec<(i32, usize, usize)> {
    let mut order: Vec<usize> = (0..rects.len()).collect();
    order.sort_by_key(|at| (rects[*at].x, rects[*at].y));
    let highest = rects.iter().map(|rect| rect.h).max().unwrap_or(0);
    // Those that reach far enough to the right for cards yet to come, by their top.
    let mut open: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    let mut pairs = Vec::new();
    for at in order {
        let rect = rects[at];
        let top = rect.y - highest - REACH.1..=rect.bottom() + REACH.1;
        for others in open.range_mut(top).map(|(_, list)| list) {
            others.retain(|other| rects[*other].right() + REACH.0 >= rect.x);
            for other in others.iter() {
                let (across, down) = apart(rect, rects[*other]);
                if across <= REACH.0 && down <= REACH.1 {
                    pairs.push((across + down, at.min(*other), at.max(*other)));
                }
            }
        }
        open.entry(rect.y).or_default().push(at);
    }
    pairs.sort_unstable();
    pairs
}

/// How far apart two boxes are, sideways and up and down.
fn apart(a: Rect, b: Rect) -> (i32, i32) {
    let across = a.x.max(b.x) - a.right().min(b.right());
    let down = a.y.max(b.y) - a.bottom().min(b.bottom());
    (across.max(0), down.max(0))
}

/// Makes one part of two and of all that stands between them, if that can be.
fn join(
    parts: &mut [Option<Part>],
    sets: &mut Sets,
    a: usize,
    b: usize,
    look: &impl Fn(Rect) -> Found,
) -> bool {
    let mut roots = vec![a, b];
    let mut joined: Option<Part> = None;
    let mut known = 0;
    while known < roots.len() {
        for root in &roots[known..] {
            let Some(part) = &parts[*root] else { return false };
            match &mut joined {
                Some(joined) => joined.join(part),
                None => joined = Some(part.clone()),
            }
        }
        known = roots.len();
        let Some(Found::Own(cards)) = joined.as_ref().map(|joined| look(joined.rect)) else {
            return false;
        };
        for card in cards {
            let root = sets.root(card);
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
    }
    let Some(joined) = joined.filter(|joined| joined.fills(FILL)) else { return false };
    for root in roots {
        parts[root] = None;
        sets.join(a, root);
    }
    parts[sets.root(a)] = Some(joined);
    true
}
