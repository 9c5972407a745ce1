//! Measuring again and again, at a steady pace: latency, loss and jitter over
//! time, in room that does not grow with it.

use std::collections::VecDeque;
use std::pin::pin;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::Limits;
use super::run::Probing;
use crate::model::{Latency, Measurement, Outcome, Probe, Series, Try, Why};

/// Tries under way at once. Where more than so many wait for an answer, the next
/// one waits for them.
const WIDTH: usize = 16;

/// Tries that are kept, of all ways together, and of one way.
const MOST: usize = 1_000_000;
const MOST_OF_ONE: usize = 10_000;

/// Tries of a way that are shown while it goes on: more than a terminal is wide.
const SHOWN: usize = 512;

/// How often to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The time from one try to the next.
    pub every: Duration,
    /// How often, if not until somebody has seen enough.
    pub times: Option<u32>,
}

impl Probing<'_> {
    /// Measures at this pace until it is over or `enough`, and calls `seen` with
    /// what is known after each round. What is silent is not tried again: that
    /// is what is counted.
    pub async fn follow(
        &self,
        pace: Pace,
        enough: impl Future<Output = ()>,
        mut seen: impl FnMut(&[Measurement]),
    ) -> Probe {
        let limits = Limits { count: 1, insists: false, ..self.limits };
        let began = Instant::now();
        let mut ticks = interval(pace.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let ticks = stream::unfold(ticks, async |mut ticks| {
            ticks.tick().await;
            Some(((), ticks))
        });
        let times = pace.times.and_then(|times| usize::try_from(times).ok());
        let rounds = ticks.take(times.unwrap_or(usize::MAX)).map(async |()| {
            let at = began.elapsed();
            let rounds = self.measure(&self.plan.stations, &limits, &|_| {}).await;
            (at, self.measurements(&rounds))
        });
        let mut rounds = pin!(rounds.buffered(WIDTH));
        let mut enough = pin!(enough);
        let mut courses: Vec<Course> = Vec::new();
        loop {
            let round = tokio::select! {
                round = rounds.next() => round,
                () = &mut enough => None,
            };
            let Some((at, measurements)) = round else { break };
            if courses.is_empty() {
                let most = (MOST / measurements.len().max(1)).clamp(1, MOST_OF_ONE);
                courses = measurements.iter().map(|of| Course::new(of.clone(), most)).collect();
            }
            for (course, measured) in courses.iter_mut().zip(measurements) {
                course.add(at, measured);
            }
            let so_far: Vec<Measurement> =
                courses.iter().map(|course| course.measurement(pace.every, SHOWN)).collect();
            seen(&so_far);
        }
        Probe::new(courses.iter().map(|c| c.measurement(pace.every, usize::MAX)).collect())
    }
}

/// What came of one way so far.
#[derive(Debug)]
struct Course {
    /// The last measurement; one with an answer as soon as there is one.
    of: Measurement,
    most: usize,
    tries: VecDeque<Try>,
    left_out: u64,
    sent: u32,
    received: u32,
    trips: Sum,
    changes: Sum,
    last_trip: Option<u64>,
    /// Why it could not be tried any more.
    untried: Option<Why>,
    range: Option<(u64, u64)>,
}

/// A sum, and of how many.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    all: u64,
    number: u64,
}

impl Sum {
    fn add(&mut self, value: u64) {
        self.all = self.all.saturating_add(value);
        self.number += 1;
    }

    fn mean(self) -> Option<u64> {
        self.all.checked_div(self.number)
    }
}

impl Course {
    fn new(of: Measurement, most: usize) -> Self {
        Self {
            of,
            most,
            tries: VecDeque::new(),
            left_out: 0,
            sent: 0,
            received: 0,
            trips: Sum::default(),
            changes: Sum::default(),
            last_trip: None,
            untried: None,
            range: None,
        }
    }

    fn add(&mut self, at: Duration, measured: Measurement) {
        // What could not be tried is not lost.
        if measured.outcome == Outcome::Unknown && measured.sent == 0 {
            self.untried = measured.reason;
            return;
        }
        self.sent = self.sent.saturating_add(measured.sent);
        self.received = self.received.saturating_add(measured.received);
        let trip_us = measured.latency.map(|latency| latency.avg);
        if let Some(trip) = trip_us {
            self.trips.add(trip);
            if let Some(last) = self.last_trip {
                self.changes.add(trip.abs_diff(last));
            }
            let (low, high) = self.range.unwrap_or((trip, trip));
            self.range = Some((low.min(trip), high.max(trip)));
            self.last_trip = Some(trip);
        }
        if self.tries.len() >= self.most {
            self.tries.pop_front();
            self.left_out += 1;
        }
        let at_ms = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
        self.tries.push_back(Try { at_ms, trip_us });
        // The way was open, if only once.
        if measured.outcome == Outcome::Reachable || self.of.outcome != Outcome::Reachable {
            self.of = measured;
        }
    }

    /// All of it as one measurement, with so many of the tries at most.
    fn measurement(&self, every: Duration, most: usize) -> Measurement {
        let hidden = self.tries.len().saturating_sub(most);
        let series = Series {
            interval_ms: u64::try_from(every.as_millis()).unwrap_or(u64::MAX),
            jitter_us: self.changes.mean(),
            tries: self.tries.range(hidden..).copied().collect(),
            left_out: self.left_out + hidden as u64,
        };
        let latency = self.range.zip(self.trips.mean());
        Measurement {
            sent: self.sent,
            received: self.received,
            reason: self.of.reason.clone().or(self.untried.clone()),
            latency: latency.map(|((min, max), avg)| Latency { min, avg, max }),
            series: Some(series),
            ..self.of.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attempt, By};

    fn course(trips: &[Option<u64>], most: usize) -> Measurement {
        let measured = |trip: &Option<u64>| Measurement {
            from: "web".to_owned(),
            to: "db".to_owned(),
            network: None,
            by: By::Name,
            target: "db".to_owned(),
            attempt: Attempt::Icmp,
            outcome: if trip.is_some() { Outcome::Reachable } else { Outcome::Timeout },
            reason: None,
            latency: trip.map(|trip| Latency { min: trip, avg: trip, max: trip }),
            full_size: None,
            series: None,
            leads_to: None,
            sent: 1,
            received: u32::from(trip.is_some()),
            method: "netns".to_owned(),
        };
        let mut course = Course::new(measured(&trips[0]), most);
        for (second, trip) in trips.iter().enumerate() {
            course.add(Duration::from_secs(second as u64), measured(trip));
        }
        course.measurement(Duration::from_secs(1), usize::MAX)
    }

    #[test]
    fn loss_latency_and_jitter_come_of_all_tries() {
        let seen = course(&[Some(100), Some(140), None, Some(120), None], 10);
        assert_eq!((seen.outcome, seen.sent, seen.received), (Outcome::Reachable, 5, 3));
        assert_eq!(seen.latency, Some(Latency { min: 100, avg: 120, max: 140 }));
        let series = seen.series.unwrap();
        // 40 from the first to the second, and 20 over the one that was lost.
        assert_eq!((series.jitter_us, series.left_out, series.tries.len()), (Some(30), 0, 5));
        assert_eq!(series.tries[2], Try { at_ms: 2000, trip_us: None });
    }

    #[test]
    fn what_could_not_be_tried_is_not_lost() {
        let tried = course(&[Some(100)], 10);
        let mut course = Course::new(tried.clone(), 10);
        course.add(Duration::ZERO, tried.clone());
        let unknown = Measurement { outcome: Outcome::Unknown, sent: 0, received: 0, ..tried };
        course.add(Duration::from_secs(1), Measurement { latency: None, ..unknown });
        let seen = course.measurement(Duration::from_secs(1), usize::MAX);
        assert_eq!((seen.outcome, seen.sent, seen.received), (Outcome::Reachable, 1, 1));
        assert_eq!(seen.series.unwrap().tries.len(), 1);
    }

    #[test]
    fn a_long_time_takes_no_more_room() {
        let trips: Vec<Option<u64>> = (0..1000).map(|at| Some(100 + at % 2)).collect();
        let seen = course(&trips, 10);
        let series = seen.series.unwrap();
        assert_eq!((seen.sent, seen.received), (1000, 1000));
        assert_eq!((series.tries.len(), series.left_out, series.jitter_us), (10, 990, Some(1)));
        assert_eq!(series.tries[0].at_ms, 990_000);
    }

    #[test]
    fn what_never_answered_is_silent() {
        let seen = course(&[None, None], 10);
        assert_eq!((seen.outcome, seen.latency, seen.received), (Outcome::Timeout, None, 0));
        assert_eq!(seen.series.unwrap().jitter_us, None);
    }
}
