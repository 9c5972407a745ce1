//! The cheapest way over the grid from one card to another, or to an arrow of the
//! same kind: a search that looks first where the rest of the way can be short (A*).

use std::collections::HashMap;

use super::grid::{Grid, Place, STEP, WAYS};
use crate::render::svg::geometry::{Point, Rect};

const BEND: u32 = 5;
const CROSSING: u32 = 4;
/// How much more than the straight way one may cost: so many times, and so many
/// steps. What is longer nobody follows.
const LONGEST: (u32, u32) = (4, 120);
/// How many states one search looks at: on a large map it is given up where nothing
/// is near.
const MOST_STATES: usize = 40_000;

/// A way on the grid.
pub struct Found {
    /// Its places, from its beginning on.
    pub places: Vec<Place>,
    /// Where it leaves its card.
    pub start: Point,
    /// Where it meets the other; none where it joins another arrow.
    pub end: Option<Point>,
}

/// From so many places on, ways are looked for that lead straight on, and not for the
/// very cheapest: that takes a fraction of the time.
const LARGE: usize = 20_000;

/// What is known of a place that is entered in one of four directions.
#[derive(Debug, Clone, Copy)]
struct State {
    /// The search that this is of.
    search: u32,
    cost: u32,
    /// The state before it; itself where the way begins.
    from: u32,
}

/// Looks for ways; what it needs for that is kept from one to the next.
pub struct Search {
    states: Vec<State>,
    number: u32,
    /// For each state the last search in which it was at the card's edge that is looked for.
    goals: Vec<u32>,
    waiting: Waiting,
}

/// States to be looked at, by what a way over them costs at least: small numbers, each
/// with a stack of its own. Of those that cost the same the last one comes first: it has
/// come farthest.
#[derive(Default)]
struct Waiting {
    /// Each state with what it had cost.
    by_cost: Vec<Vec<(usize, u32)>>,
    /// Below this nothing waits.
    least: usize,
}

impl Waiting {
    fn clear(&mut self) {
        self.by_cost.iter_mut().for_each(Vec::clear);
        self.least = 0;
    }

    fn push(&mut self, least: u32, cost: u32, state: usize) {
        let at = usize::try_from(least).unwrap_or(0);
        if self.by_cost.len() <= at {
            self.by_cost.resize_with(at + 1, Vec::new);
        }
        self.by_cost[at].push((state, cost));
        self.least = self.least.min(at);
    }

    fn pop(&mut self) -> Option<(u32, u32, usize)> {
        while let Some(stack) = self.by_cost.get_mut(self.least) {
            if let Some((state, cost)) = stack.pop() {
                return Some((u32::try_from(self.least).unwrap_or(0), cost, state));
            }
            self.least += 1;
        }
        None
    }
}

/// Where a search ends: a card's doors, and arrows that can be joined.
struct Goal {
    low: Place,
    high: Place,
    doors: HashMap<usize, (Point, u32)>,
    kind: u32,
    /// What a way may cost.
    most: u32,
}

impl Goal {
    fn new(grid: &Grid, from: Rect, card: Rect, kind: u32) -> Option<Self> {
        let mut doors = HashMap::new();
        let mut bounds = grid.taken_by(kind);
        for (place, way, edge, cost) in grid.doors(card) {
            let Some(at) = grid.at(place) else { continue };
            // It comes in the way opposite to the one by which it would leave.
            doors.insert(at * 4 + (way + 2) % 4, (edge, cost));
            let (low, high) = bounds.unwrap_or((place, place));
            bounds = Some((
                (low.0.min(place.0), low.1.min(place.1)),
                (high.0.max(place.0), high.1.max(place.1)),
            ));
        }
        let (low, high) = bounds?;
        Some(Self { low, high, doors, kind, most: longest(from, card) })
    }

    /// What the rest of a way costs at least.
    fn rest(&self, (column, row): Place, way: usize) -> u32 {
        let beyond = |at: i32, low: i32, high: i32| (low - at).max(at - high).max(0).unsigned_abs();
        let across = beyond(column, self.low.0, self.high.0);
        let along = beyond(row, self.low.1, self.high.1);
        let has_to_turn = if way.is_multiple_of(2) { along > 0 } else { across > 0 };
        across + along + if has_to_turn { BEND } else { 0 }
    }
}

/// What a way between two cards may cost.
fn longest(from: Rect, to: Rect) -> u32 {
    let apart = |a: i32, a_end: i32, b: i32, b_end: i32| (b - a_end).max(a - b_end).max(0);
    let across = apart(from.x, from.right(), to.x, to.right());
    let along = apart(from.y, from.bottom(), to.y, to.bottom());
    let straight = (across + along).unsigned_abs() / STEP.unsigned_abs();
    straight.saturating_mul(LONGEST.0).saturating_add(LONGEST.1)
}

impl Search {
    /// For ways over a grid.
    pub fn new(grid: &Grid) -> Self {
        let unknown = State { search: 0, cost: 0, from: 0 };
        let states = vec![unknown; grid.cells.len() * 4];
        let goals = vec![0; states.len()];
        Self { states, number: 0, goals, waiting: Waiting::default() }
    }

    /// The cheapest way for an arrow of a kind from one card to another.
    pub fn find(&mut self, grid: &Grid, from: Rect, to: Rect, kind: u32) -> Option<Found> {
        let goal = Goal::new(grid, from, to, kind)?;
        self.number += 1;
        self.waiting.clear();
        goal.doors.keys().for_each(|door| self.goals[*door] = self.number);
        let mut starts: HashMap<usize, Point> = HashMap::new();
        for (place, way, edge, cost) in grid.doors(from) {
            let Some(at) = grid.at(place) else { continue };
            let state = at * 4 + way;
            if self.improve(state, cost, state) {
                starts.insert(state, edge);
                self.wait(grid, &goal, state);
            }
        }
        let (end, at_card) = self.run(grid, &goal)?;
        let mut places = Vec::new();
        let mut state = end;
        loop {
            places.push(grid.place(state / 4));
            match self.states[state].from as usize {
                from if from == state => break,
                from => state = from,
            }
        }
        places.reverse();
        Some(Found { places, start: *starts.get(&state)?, end: at_card })
    }

    /// Notes a cheaper way to a state; whether it is one.
    fn improve(&mut self, state: usize, cost: u32, from: usize) -> bool {
        let known = &mut self.states[state];
        if known.search == self.number && known.cost <= cost {
            return false;
        }
        *known = State { search: self.number, cost, from: u32::try_from(from).unwrap_or(0) };
        true
    }

    /// Puts a state among those that wait, unless a way over it is too long.
    fn wait(&mut self, grid: &Grid, goal: &Goal, state: usize) {
        let cost = self.states[state].cost;
        let rest = goal.rest(grid.place(state / 4), state % 4);
        if cost + rest > goal.most {
            return;
        }
        let haste = if grid.cells.len() > LARGE { 4 } else { 2 };
        self.waiting.push(cost + rest * haste / 2, cost, state);
    }

    /// Looks at states, the most promising first; the last one of the cheapest way,
    /// and where it meets the card.
    fn run(&mut self, grid: &Grid, goal: &Goal) -> Option<(usize, Option<Point>)> {
        let mut best: Option<(u32, usize, Option<Point>)> = None;
        let mut looked_at = 0;
        while let Some((least, cost, state)) = self.waiting.pop() {
            looked_at += 1;
            if looked_at > MOST_STATES || best.is_some_and(|(best, ..)| least >= best) {
                break;
            }
            if cost > self.states[state].cost {
                continue;
            }
            let cell = grid.cells[state / 4];
            if cell.arrow == goal.kind && cell.can_be_joined {
                if best.is_none_or(|(least, ..)| cost < least) {
                    best = Some((cost, state, None));
                }
                continue;
            }
            if self.goals[state] == self.number
                && let Some((edge, more)) = goal.doors.get(&state)
                && best.is_none_or(|(least, ..)| cost + more < least)
            {
                best = Some((cost + more, state, Some(*edge)));
            }
            self.step(grid, goal, state);
        }
        best.map(|(_, state, edge)| (state, edge))
    }

    /// Goes on from a state in three directions.
    fn step(&mut self, grid: &Grid, goal: &Goal, state: usize) {
        let (at, way) = (state / 4, state % 4);
        let (here, cost) = (grid.cells[at], self.states[state].cost);
        // A corner on a line would look like an end of it.
        let is_on_line = here.has_level || here.has_upright || here.arrow != 0;
        let (column, row) = grid.place(at);
        for (turn, (dx, dy)) in WAYS.into_iter().enumerate() {
            if turn == (way + 2) % 4 || (turn != way && is_on_line) {
                continue;
            }
            let Some(to) = grid.at((column + dx, row + dy)) else { continue };
            let cell = grid.cells[to];
            let level = dx != 0;
            let (along, across) = match level {
                true => (cell.has_level, cell.has_upright),
                false => (cell.has_upright, cell.has_level),
            };
            let can_end = cell.arrow == goal.kind && cell.can_be_joined;
            // Where an arrow turns another one can come in straight on.
            if cell.is_blocked || (along && !can_end) {
                continue;
            }
            let is_foreign = cell.arrow != 0 && !can_end;
            let bend = if turn == way { 0 } else { BEND };
            let crossing = if across || is_foreign { CROSSING } else { 0 };
            let to = to * 4 + turn;
            if self.improve(to, cost + 1 + bend + crossing, state) {
                self.wait(grid, goal, to);
            }
        }
    }
}
