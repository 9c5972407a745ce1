//! Carrying out a plan: chooses a method for each network stack, keeps
//! execs to so many at once, and turns answers into measurements.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use super::methods::{Method, NamespaceHandle, argv, namespaces, netns, script};
use super::plan::{Act, Found, ProbePlan, Query, Station};
use super::stand_in::{StandIns, stand_ins};
use super::{Answer, Limits};
use crate::engine::{Engine, Engines};
use crate::error::{Error, Result};
use crate::graph::Map;
use crate::model::{Attempt, By, ContainerAt, Latency, Measurement, Outcome, State, Why};

/// Execs under way at once. Most of an exec is waiting for silent addresses, in
/// which time others can start: 60 containers took 10.2 s with 8 at once, 7.0 s with
/// 16, 6.0 s with 32 and no less with 60 (10 s of processor time on two cores, for
/// some 9,000 processes).
const WIDTH: usize = 32;

/// What is known to answer, from wherever it is tried: the source's own
/// loopback. Late answers from there say that the machine is busy.
const CONTROL: Act = Act::Address(IpAddr::V4(Ipv4Addr::LOCALHOST), Attempt::Icmp);

/// A control that takes a longer part of the wait than one in so many is late.
const LATE: u32 = 4;

/// What a station came to.
#[derive(Debug, Clone)]
pub(super) struct Round {
    /// An answer for each of its acts.
    pub answers: Vec<Answer>,
    /// Whether its control was late, or got no answer.
    pub is_late: bool,
}

impl Round {
    /// The last answer is the control's.
    fn of(mut answers: Vec<Answer>, wait: Duration) -> Self {
        let is_late = answers.pop().is_some_and(|control| {
            let late = |latency: Latency| u128::from(latency.max) >= (wait / LATE).as_micros();
            control.outcome == Outcome::Timeout || control.latency.is_some_and(late)
        });
        Self { answers, is_late }
    }
}

fn with_control(station: &Station) -> Station {
    let mut station = station.clone();
    if !station.acts.is_empty() {
        station.acts.push(CONTROL);
    }
    station
}

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

/// A plan with everything that is needed to carry it out.
pub struct Probing<'a> {
    pub(super) map: &'a Map<'a>,
    engines: &'a Engines,
    pub(super) plan: &'a ProbePlan,
    pub(super) limits: Limits,
    method: Method,
    /// For each station the way into its namespace, or why it is not taken.
    pub(super) handles: Vec<std::result::Result<NamespaceHandle, String>>,
    /// For each station which pings by exec stand for others.
    stand_ins: Vec<StandIns>,
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
        let by_exec = method != Method::Netns && handles.iter().any(std::result::Result::is_err);
        let stand_ins = if by_exec { stand_ins(map, plan) } else { Vec::new() };
        Ok(Self { map, engines, plan, limits, method, handles, stand_ins })
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

    /// An answer for each act of each of `stations`, which stand where the
    /// plan's stand. `done` is called with the number of acts that are newly done.
    pub(super) async fn measure(
        &self,
        stations: &[Station],
        limits: &Limits,
        done: &dyn Fn(usize),
    ) -> Vec<Round> {
        let stations: Vec<Station> = stations.iter().map(with_control).collect();
        let answers = self.answers(&stations, limits, done).await;
        answers.into_iter().map(|answers| Round::of(answers, limits.wait)).collect()
    }

    async fn answers(
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
                .map(|at| async move { (at, self.exec(at, &stations[at], limits).await) })
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
    async fn exec(&self, at: usize, station: &Station, limits: &Limits) -> Vec<Answer> {
        let known = script::Known { plan: self.plan, stand_ins: &self.stand_ins[at] };
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
            match exec_in(engine, &container.id, &station.acts, limits, known).await {
                Ok(answers) if answers.iter().any(|answer| !answer.method.is_empty()) => {
                    return answers;
                }
                Ok(answers) => why = answers.into_iter().next().unwrap_or(why),
                Err(error) => why = Answer::unknown(refusal(&error)),
            }
        }
        vec![why; station.acts.len()]
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

    pub(super) fn measurements(&self, rounds: &[Round]) -> Vec<Measurement> {
        let name = |at: ContainerAt| self.map.container(at).name.clone();
        let queries = self.plan.queries.iter();
        queries
            .map(|query| {
                let answer = match query.answer.clone() {
                    Found::Nowhere(why) => Answer::unknown(why),
                    Found::Act { station, act } => rounds[station]
                        .answers
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
                    series: None,
                    full_size: answer.full_size,
                    leads_to: answer.leads_to.filter(|_| query.by == By::Name),
                    sent: answer.sent,
                    received: answer.received,
                    method: answer.method.to_owned(),
                }
            })
            .collect()
    }
}

/// Tries these acts from inside the container with this id, with what it has for it.
async fn exec_in(
    engine: &Engine,
    container: &str,
    acts: &[Act],
    limits: &Limits,
    known: script::Known<'_>,
) -> Result<Vec<Answer>> {
    match script::run(engine, container, acts, limits, known).await? {
        script::Report::Answers(answers) => Ok(answers),
        script::Report::NoShell => argv::run(engine, container, acts, limits).await,
    }
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
