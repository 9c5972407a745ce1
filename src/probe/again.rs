//! A whole probe: a first look at everything, and another at what deserves it,
//! which is what contradicts the map, and what a busy machine may have swallowed.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::plan::{Found, Station};
use super::run::{Probing, Round};
use super::{Answer, Limits};
use crate::graph::Verdict;
use crate::model::{ContainerAt, Outcome, Probe, Why};

/// How long to wait before the second look at what contradicts the map.
const MOMENT: Duration = Duration::from_millis(300);

/// Neighbours that a kernel knows at once, in all its network namespaces
/// together, where nobody changed `gc_thresh3` (arp(7)). What is one too many
/// gets no answers.
const NEIGHBOURS: usize = 1024;

/// How long a kernel holds on to a neighbour that answered: 30 s, give or take
/// half of it (`neigh_rand_reach_time` in Linux's net/core/neighbour.c).
const FORGOTTEN: Duration = Duration::from_secs(46);

/// Where one of so many stations is late, the machine is busy, and not just they.
const SLOW_PART: usize = 4;

/// How long to go on asking one station after the other.
const ALONE_IN_ALL: Duration = Duration::from_secs(30);

/// How often what is open against the map is looked at after the second time.
const OPEN_LOOKS: usize = 3;

/// The positions of a station and of one of its acts.
type ActAt = (usize, usize);

/// Whether nothing came back, which a busy machine may be the reason of.
fn is_silence(answer: &Answer) -> bool {
    answer.outcome == Outcome::Timeout || answer.reason == Some(Why::NameServersSilent)
}

/// Where a kernel keeps how many neighbours it has places for.
const PLACES: &str = "/proc/sys/net/ipv4/neigh/default/gc_thresh3";

/// More neighbours than a kernel may have places for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// Ordered pairs of containers that should answer one another.
    pub neighbours: usize,
    /// How many places there are, as far as is known.
    pub places: usize,
}

impl Probing<'_> {
    /// Measures. `progress` is called with how many of how many pairs are done.
    ///
    /// What contradicts the map is tried once more, with more patience, before
    /// it counts: a busy machine is slow, and a lost packet is no wall.
    pub async fn run(&self, progress: impl Fn(usize, usize)) -> Probe {
        let pairs = self.plan.pairs();
        let acts: usize = self.plan.stations.iter().map(|station| station.acts.len()).sum();
        let acts_done = Cell::new(0);
        let done = |more: usize| {
            acts_done.set(acts_done.get() + more);
            if let Some(of_pairs) = (acts_done.get() * pairs).checked_div(acts) {
                // Controls are among the acts that are done.
                progress(of_pairs.min(pairs), pairs);
            }
        };
        progress(0, pairs);
        let mut rounds = self.measure(&self.plan.stations, &self.limits, &done).await;
        self.look_again(&mut rounds, |left| progress(pairs.saturating_sub(left), pairs)).await;
        Probe::new(self.measurements(&rounds))
    }

    /// Tries once more what deserves it. Where more neighbours are met than a
    /// kernel has places for, silence may mean no more than that: then it goes
    /// by rounds, with time between them to forget. `progress` is called with how many
    /// pairs are left.
    async fn look_again(&self, rounds: &mut [Round], progress: impl Fn(usize)) {
        let doubts = self.doubts(rounds);
        if doubts.is_empty() {
            return;
        }
        self.look_by_rounds(doubts, rounds, progress).await;
        self.look_at_what_is_open(rounds).await;
        self.look_alone(rounds).await;
    }

    /// Tries what got through although the map keeps it apart until it is kept
    /// apart, a few times more: while a network is made Docker takes the rules
    /// that keep *all* of them apart out for a moment (`EnsureJumpRule` in
    /// libnetwork's iptables package), and some machines make many. What is open
    /// answers at once, so this costs next to nothing.
    async fn look_at_what_is_open(&self, rounds: &mut [Round]) {
        for _ in 0..OPEN_LOOKS {
            let doubts = self.doubts(rounds).into_iter().flatten();
            let open: Vec<ActAt> = doubts
                .filter(|(station, act)| {
                    rounds[*station].answers[*act].outcome.got_through() == Some(true)
                })
                .collect();
            if open.is_empty() {
                return;
            }
            tokio::time::sleep(MOMENT).await;
            self.measure_again(open.into_iter(), &self.limits, rounds).await;
        }
    }

    async fn look_by_rounds(
        &self,
        mut doubts: Vec<Vec<ActAt>>,
        rounds: &mut [Round],
        progress: impl Fn(usize),
    ) {
        let crowd = self.crowd();
        let (wait, round) = match crowd {
            // Each pair takes a place at both ends; others want some, too.
            Some(crowd) => (FORGOTTEN, (crowd.places * 2 / 5).max(1)),
            None => (MOMENT, usize::MAX),
        };
        let limits = self.limits.twice();
        loop {
            let (before, mut left) = (doubts.len(), &doubts[..]);
            while !left.is_empty() {
                progress(left.len());
                let now;
                (now, left) = left.split_at(round.min(left.len()));
                tokio::time::sleep(wait).await;
                self.measure_again(now.iter().flatten().copied(), &limits, rounds).await;
            }
            // In a crowd again, until a look at all that is left changes nothing.
            doubts = self.doubts(rounds);
            if crowd.is_none() || doubts.is_empty() || doubts.len() >= before {
                return;
            }
        }
    }

    /// What a busy machine left in doubt is asked by one station after the other,
    /// each with the more patience. Where its control is late all the same, or
    /// there is no time left to ask, nobody knows.
    ///
    /// Who asks and who is asked share the machine: an answer can be late where
    /// the control of the one that waits for it was not.
    async fn look_alone(&self, rounds: &mut [Round]) {
        let late = rounds.iter().filter(|round| round.is_late).count();
        let all_are_slow = late * SLOW_PART >= rounds.len();
        let limits = self.limits.twice().twice();
        let until = Instant::now() + ALONE_IN_ALL;
        let mut by_station: BTreeMap<usize, BTreeSet<ActAt>> = BTreeMap::new();
        for (station, act) in self.doubts(rounds).into_iter().flatten() {
            let round = &rounds[station];
            if (round.is_late || all_are_slow) && is_silence(&round.answers[act]) {
                by_station.entry(station).or_default().insert((station, act));
            }
        }
        for (station, acts) in by_station {
            if Instant::now() < until {
                tokio::time::sleep(MOMENT).await;
                rounds[station].is_late = false;
                self.measure_again(acts.iter().copied(), &limits, rounds).await;
            }
            let Round { answers, is_late } = &mut rounds[station];
            for (_, act) in acts.into_iter().filter(|_| *is_late) {
                if is_silence(&answers[act]) {
                    answers[act] = Answer::unknown(Why::MachineBusy);
                }
            }
        }
    }

    /// Puts new answers to these acts in the places of the old ones.
    async fn measure_again(
        &self,
        acts: impl Iterator<Item = ActAt>,
        limits: &Limits,
        rounds: &mut [Round],
    ) {
        let mut chosen = vec![BTreeSet::new(); self.plan.stations.len()];
        for (station, act) in acts {
            chosen[station].insert(act);
        }
        let again = self.measure(&self.stations_of(&chosen), limits, &|_| {}).await;
        for ((round, acts), again) in rounds.iter_mut().zip(&chosen).zip(again) {
            if acts.is_empty() {
                continue;
            }
            round.is_late |= again.is_late;
            for (act, answer) in acts.iter().zip(again.answers) {
                round.answers[*act] = answer;
            }
        }
    }

    /// Whether more neighbours are met than the kernel may have places for.
    pub fn crowd(&self) -> Option<Crowd> {
        let pairs = self.plan.queries.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to));
        let reachable =
            |from: ContainerAt, to: ContainerAt| self.map.predict(from, to).by_address.verdict;
        let neighbours = pairs
            .filter_map(|of_pair| Some((of_pair[0].from, of_pair[0].to?)))
            .filter(|(from, to)| reachable(*from, *to) == Verdict::Reachable)
            .count();
        // Another machine's setting cannot be read from here.
        let here = self.handles.iter().any(std::result::Result::is_ok);
        let set = here.then(|| std::fs::read_to_string(PLACES).ok()).flatten();
        let places = set.and_then(|set| set.trim().parse().ok()).unwrap_or(NEIGHBOURS);
        (neighbours > places / 2).then_some(Crowd { neighbours, places })
    }

    /// For each two containers the acts between them whose answers deserve a
    /// second look, by station and place.
    fn doubts(&self, rounds: &[Round]) -> Vec<Vec<ActAt>> {
        let mut doubts: BTreeMap<(ContainerAt, ContainerAt), Vec<ActAt>> = BTreeMap::new();
        for of_pair in self.plan.queries.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to)) {
            // Nothing is predicted of what is no container here.
            let (from, Some(to)) = (of_pair[0].from, of_pair[0].to) else { continue };
            let prediction = self.map.predict(from, to);
            for query in of_pair {
                let Found::Act { station, act } = query.answer else { continue };
                let Round { answers, is_late } = &rounds[station];
                let Some(answer) = answers.get(act) else { continue };
                let predicted = prediction.of(query.by, &query.target, query.attempt).verdict;
                let contradicts = match answer.outcome.got_through() {
                    Some(true) => predicted == Verdict::Blocked,
                    // What the map says as well is believed of a busy machine, too.
                    Some(false) if *is_late && is_silence(answer) => predicted != Verdict::Blocked,
                    Some(false) => predicted == Verdict::Reachable,
                    None => false,
                };
                if contradicts {
                    doubts.entry((from.min(to), from.max(to))).or_default().push((station, act));
                }
            }
        }
        doubts.into_values().collect()
    }

    /// The plan's stations with nothing but the acts chosen.
    fn stations_of(&self, chosen: &[BTreeSet<usize>]) -> Vec<Station> {
        let stations = self.plan.stations.iter().zip(chosen);
        stations
            .map(|(station, chosen)| Station {
                members: station.members.clone(),
                acts: chosen.iter().map(|act| station.acts[*act].clone()).collect(),
            })
            .collect()
    }
}
