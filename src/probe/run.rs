//! Carrying out a plan: chooses a method for each network stack, keeps
//! execs to eight at once, and turns answers into measurements.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use super::methods::{Method, NamespaceHandle, argv, namespaces, netns, script};
use super::plan::{Act, Found, ProbePlan, Query, Station};
use super::{Answer, Limits};
use crate::engine::{Engine, Engines};
use crate::error::{Error, Result};
use crate::graph::{Map, Verdict};
use crate::model::{By, ContainerAt, Measurement, Outcome, Probe, State, Why};

/// Execs under way at once. Measured: more gain nothing, each costs the
/// engine about 50 ms.
const WIDTH: usize = 8;

/// How long to wait before the second look at what contradicts the map.
const MOMENT: Duration = Duration::from_millis(300);

/// Neighbours that a kernel knows at once, in all its network namespaces
/// together, where nobody changed `gc_thresh3` (arp(7)). What is one too many
/// gets no answers.
const NEIGHBOURS: usize = 1024;

/// How long a kernel holds on to a neighbour that answered: 30 s, give or take
/// half of it (`neigh_rand_reach_time` in Linux's net/core/neighbour.c).
const FORGOTTEN: Duration = Duration::from_secs(46);

/// A TCP port nobody listens on as a rule: `tcpmux`. A refusal proves the way open.
const UNLIKELY_PORT: u16 = 1;

/// What carrying out the plan will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// Network stacks to enter.
    pub entered: usize,
    /// Containers in which something is run.
    pub containers: usize,
    /// How many execs that takes, if every container has a shell.
    pub execs: usize,
    /// How long an answer is waited for in the stacks entered, where that is
    /// longer than usual since so many are tried at once.
    pub patience: Option<Duration>,
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

/// A plan with everything that is needed to carry it out.
pub struct Probing<'a> {
    map: &'a Map<'a>,
    engines: &'a Engines,
    plan: &'a ProbePlan,
    limits: Limits,
    method: Method,
    /// For each station the way into its namespace, or why it is not taken.
    handles: Vec<std::result::Result<NamespaceHandle, String>>,
}

impl<'a> Probing<'a> {
    /// Gets ready, without touching a container. `netns` asked for where no
    /// namespace can be entered is an error that says why.
    ///
    /// # Errors
    ///
    /// [`Error::CannotEnter`] when `netns` is asked for and no namespace can be entered.
    pub fn new(
        map: &'a Map<'a>,
        engines: &'a Engines,
        plan: &'a ProbePlan,
        limits: Limits,
        method: Method,
    ) -> Result<Self> {
        let handle = |station: &Station| match method {
            Method::Exec => Err("exec was asked for".to_owned()),
            Method::Auto | Method::Netns => namespaces::handle(map, engines, station),
        };
        let handles: Vec<_> = plan.stations.iter().map(handle).collect();
        let closed = handles.iter().all(std::result::Result::is_err);
        if let (Method::Netns, true, Some(Err(why))) = (method, closed, handles.first()) {
            return Err(Error::CannotEnter { why: why.clone() });
        }
        Ok(Self { map, engines, plan, limits, method, handles })
    }

    /// The limits where all that is entered is tried at once.
    fn at_once(&self, stations: &[Station], limits: &Limits) -> Limits {
        let open = stations.iter().zip(&self.handles).filter(|(_, handle)| handle.is_ok());
        limits.of(open.map(|(station, _)| station.acts.len()).sum())
    }

    /// Whether the station at this position is measured from by exec.
    fn by_exec(&self, at: usize) -> bool {
        self.handles[at].is_err() && self.method != Method::Netns
    }

    /// What it will take.
    pub fn outlook(&self) -> Outlook {
        let stations = || {
            let all = self.plan.stations.iter().enumerate();
            all.filter(|(at, _)| self.by_exec(*at)).map(|(_, station)| station)
        };
        let patience = self.at_once(&self.plan.stations, &self.limits).wait;
        Outlook {
            patience: (patience > self.limits.wait).then_some(patience),
            entered: self.handles.iter().filter(|handle| handle.is_ok()).count(),
            containers: stations().count(),
            execs: stations().map(|station| script::execs(station.acts.len())).sum(),
        }
    }

    /// Measures. `progress` is called with how many of how many pairs are done.
    ///
    /// What contradicts the map is tried once more, with more patience, before
    /// it counts: a busy machine is slow, a lost packet is no wall, and while
    /// a network is made Docker takes the rule that keeps networks apart out
    /// for a moment (`EnsureJumpRule` in libnetwork's iptables package).
    pub async fn run(&self, progress: impl Fn(usize, usize)) -> Probe {
        let pairs = self.plan.pairs();
        let acts: usize = self.plan.stations.iter().map(|station| station.acts.len()).sum();
        let acts_done = Cell::new(0);
        let done = |more: usize| {
            acts_done.set(acts_done.get() + more);
            if let Some(of_pairs) = (acts_done.get() * pairs).checked_div(acts) {
                progress(of_pairs, pairs);
            }
        };
        progress(0, pairs);
        let mut answers = self.measure(&self.plan.stations, &self.limits, &done).await;
        self.look_again(&mut answers, |left| progress(pairs.saturating_sub(left), pairs)).await;
        Probe::new(self.measurements(&answers))
    }

    /// Tries once more what deserves it. Where more neighbours are met than a
    /// kernel has places for, silence may mean no more than that: then it goes
    /// by rounds, with time between them to forget. `progress` is called with how many
    /// pairs are left.
    async fn look_again(&self, answers: &mut [Vec<Answer>], progress: impl Fn(usize)) {
        let mut doubts = self.doubts(answers);
        if doubts.is_empty() {
            return;
        }
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
                let mut of_round = vec![BTreeSet::new(); self.plan.stations.len()];
                for (station, act) in now.iter().flatten() {
                    of_round[*station].insert(*act);
                }
                let again = self.measure(&self.stations_of(&of_round), &limits, &|_| {}).await;
                for ((station, acts), again) in of_round.iter().enumerate().zip(again) {
                    for (act, answer) in acts.iter().zip(again) {
                        answers[station][*act] = answer;
                    }
                }
            }
            // In a crowd again, until a look at all that is left changes nothing.
            doubts = self.doubts(answers);
            if crowd.is_none() || doubts.is_empty() || doubts.len() >= before {
                return;
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
    fn doubts(&self, answers: &[Vec<Answer>]) -> Vec<Vec<(usize, usize)>> {
        let mut doubts: BTreeMap<(ContainerAt, ContainerAt), Vec<(usize, usize)>> = BTreeMap::new();
        for of_pair in self.plan.queries.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to)) {
            // Nothing is predicted of what is no container here.
            let (from, Some(to)) = (of_pair[0].from, of_pair[0].to) else { continue };
            let prediction = self.map.predict(from, to);
            for query in of_pair {
                let Found::Act { station, act } = query.answer else { continue };
                let Some(answer) = answers[station].get(act) else { continue };
                let predicted = prediction.of(query.by, &query.target).verdict;
                let contradicts = match answer.outcome.got_through() {
                    Some(true) => predicted == Verdict::Blocked,
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

    /// An answer for each act of each of `stations`, which stand where the
    /// plan's stand. `done` is called with the number of acts that are newly done.
    async fn measure(
        &self,
        stations: &[Station],
        limits: &Limits,
        done: &dyn Fn(usize),
    ) -> Vec<Vec<Answer>> {
        let mut answers: Vec<Vec<Answer>> = vec![Vec::new(); stations.len()];
        let busy = |at: &usize| !stations[*at].acts.is_empty();
        let by_exec = async {
            let mut execs = stream::iter((0..stations.len()).filter(|at| self.by_exec(*at)))
                .filter(|at| std::future::ready(busy(at)))
                .map(|at| async move { (at, self.exec(&stations[at], limits).await) })
                .buffer_unordered(WIDTH);
            let mut told = Vec::new();
            while let Some((at, answers)) = execs.next().await {
                done(stations[at].acts.len());
                told.push((at, answers));
            }
            told
        };
        let at_once = self.at_once(stations, limits);
        let (entered, told) =
            tokio::join!(netns::run(stations, &self.handles, &at_once, done), by_exec);
        for (at, of_station) in entered.into_iter().chain(told) {
            answers[at] = of_station;
        }
        // Namespaces only, and this one could not be entered.
        for (at, handle) in self.handles.iter().enumerate() {
            if let (Err(why), true) = (handle, answers[at].is_empty()) {
                answers[at] = vec![Answer::unknown(why.clone()); stations[at].acts.len()];
            }
        }
        answers
    }

    /// Measures from one stack by exec: in the first of its containers that
    /// has what it takes.
    async fn exec(&self, station: &Station, limits: &Limits) -> Vec<Answer> {
        let mut why = Answer::unknown(Why::NothingRuns);
        for member in &station.members {
            let container = self.map.container(*member);
            if container.state != State::Running {
                why = Answer::unknown(match container.state {
                    State::Paused => Why::Paused,
                    _ => Why::NotRunning,
                });
                continue;
            }
            let Some(engine) = self.engines.of(container) else {
                why = Answer::unknown(Why::EngineNotAsked);
                continue;
            };
            match self.exec_in(engine, &container.id, &station.acts, limits).await {
                Ok(answers) if answers.iter().any(|answer| !answer.method.is_empty()) => {
                    return answers;
                }
                Ok(answers) => why = answers.into_iter().next().unwrap_or(why),
                Err(error) => why = Answer::unknown(refusal(&error)),
            }
        }
        vec![why; station.acts.len()]
    }

    async fn exec_in(
        &self,
        engine: &Engine,
        container: &str,
        acts: &[Act],
        limits: &Limits,
    ) -> Result<Vec<Answer>> {
        let port_of = |act: &Act| match act {
            Act::Address(address, _) => port_at(&self.plan.ports, address),
            Act::Name(..) => UNLIKELY_PORT,
        };
        match script::run(engine, container, acts, limits, port_of).await? {
            script::Report::Answers(answers) => Ok(answers),
            script::Report::NoShell => argv::run(engine, container, acts, limits).await,
        }
    }

    /// A name that leads to somebody else's address does not lead to the
    /// target, whoever answers there.
    fn of_the_target(&self, query: &Query, answer: Answer) -> Answer {
        let (By::Name, Some(to), Some(address)) = (query.by, query.to, answer.leads_to) else {
            return answer;
        };
        let endpoints = self.map.stack(to).into_iter().flat_map(|to| self.map.endpoints(to));
        let own = endpoints.flat_map(|(_, endpoint)| endpoint.addresses()).any(|a| a == address);
        // A service's name leads to its tasks by way of an address of its own.
        let service = self.map.service_at(address).map(|service| &service.name);
        let own = own || service.is_some() && service == self.map.container(to).task_of.as_ref();
        let here = address.is_loopback() && self.map.share_stack(query.from, to);
        if own || here {
            return answer;
        }
        Answer {
            outcome: Outcome::NameNotFound,
            received: 0,
            latency: None,
            ..answer.because(format!("there the name leads to {address}, which is not its address"))
        }
    }

    fn measurements(&self, answers: &[Vec<Answer>]) -> Vec<Measurement> {
        let name = |at: ContainerAt| self.map.container(at).name.clone();
        let queries = self.plan.queries.iter();
        queries
            .map(|query| {
                let answer = match query.answer.clone() {
                    Found::Nowhere(why) => Answer::unknown(why),
                    Found::Act { station, act } => answers[station]
                        .get(act)
                        .cloned()
                        .unwrap_or_else(|| Answer::unknown(Why::NotMeasured)),
                };
                let answer = self.of_the_target(query, answer);
                Measurement {
                    from: name(query.from),
                    to: query.to.map_or_else(|| query.target.clone(), name),
                    network: query.network.map(|at| self.map.network(at).name.clone()),
                    by: query.by,
                    target: query.target.clone(),
                    attempt: query.attempt,
                    outcome: answer.outcome,
                    reason: answer.reason,
                    latency: answer.latency,
                    leads_to: answer.leads_to.filter(|_| query.by == By::Name),
                    sent: answer.sent,
                    received: answer.received,
                    method: answer.method.to_owned(),
                }
            })
            .collect()
    }
}

fn port_at(ports: &HashMap<IpAddr, u16>, address: &IpAddr) -> u16 {
    ports.get(address).copied().unwrap_or(UNLIKELY_PORT)
}

/// Why the engine would not run anything, in few words.
fn refusal(error: &Error) -> Why {
    match error {
        Error::Refused { status: 403, .. } => Why::NoExecs,
        Error::Refused { status: 404, .. } => Why::Gone,
        Error::Refused { status: 409, message, .. } => {
            Why::Other(format!("the engine cannot run anything in it now: {message}"))
        }
        Error::Refused { status, message, .. } => {
            Why::Other(format!("the engine refused the exec ({status}): {message}"))
        }
        other => Why::Other(other.to_string()),
    }
}
