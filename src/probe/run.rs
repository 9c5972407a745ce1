//! Carrying out a plan: chooses a method for each network stack, keeps
//! execs to eight at once, and turns answers into measurements.

use std::cell::Cell;
use std::collections::HashMap;
use std::net::IpAddr;

use futures_util::StreamExt;
use futures_util::stream;

use super::methods::{Method, argv, script};
use super::plan::{Act, Found, Plan, Station, Wish};
use super::{Answer, Limits};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::graph::Map;
use crate::model::{Measurement, Outcome, Probe, State};

/// Execs under way at once. Measured: more gain nothing, each costs the
/// engine about 50 ms.
const WIDTH: usize = 8;

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
}

/// A plan with everything that is needed to carry it out.
pub struct Probing<'a> {
    map: &'a Map<'a>,
    engine: &'a Engine,
    plan: &'a Plan,
    limits: Limits,
    /// For each station the way into its namespace, or why it is not taken.
    #[cfg(target_os = "linux")]
    doors: Vec<std::result::Result<super::methods::namespaces::Door, String>>,
    by_exec: Vec<usize>,
}

impl<'a> Probing<'a> {
    /// Gets ready, without touching a container. `netns` asked for where no
    /// namespace can be entered is an error that says why.
    pub fn new(
        map: &'a Map<'a>,
        engine: &'a Engine,
        plan: &'a Plan,
        limits: Limits,
        method: Method,
    ) -> Result<Self> {
        #[cfg(target_os = "linux")]
        {
            use super::methods::namespaces;
            let doors: Vec<_> = plan
                .stations
                .iter()
                .map(|station| match method {
                    Method::Exec => Err("exec was asked for".to_owned()),
                    _ => namespaces::door(map, engine, station),
                })
                .collect();
            if method == Method::Netns
                && let Some(why) = doors.iter().find_map(|door| door.as_ref().err())
                && doors.iter().all(std::result::Result::is_err)
            {
                return Err(Error::CannotEnter { why: why.clone() });
            }
            let by_exec = (0..doors.len())
                .filter(|at| doors[*at].is_err() && method != Method::Netns)
                .collect();
            Ok(Self { map, engine, plan, limits, doors, by_exec })
        }
        #[cfg(not(target_os = "linux"))]
        {
            if method == Method::Netns {
                let why = "network namespaces are Linux's".to_owned();
                return Err(Error::CannotEnter { why });
            }
            let by_exec = (0..plan.stations.len()).collect();
            Ok(Self { map, engine, plan, limits, by_exec })
        }
    }

    /// What it will take.
    pub fn outlook(&self) -> Outlook {
        let stations = || self.by_exec.iter().map(|at| &self.plan.stations[*at]);
        #[cfg(target_os = "linux")]
        let entered = self.doors.iter().filter(|door| door.is_ok()).count();
        #[cfg(not(target_os = "linux"))]
        let entered = 0;
        Outlook {
            entered,
            containers: stations().count(),
            execs: stations().map(|station| script::execs(station.acts.len())).sum(),
        }
    }

    /// Measures. `progress` is told how many of how many pairs are done.
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
        let mut answers: Vec<Vec<Answer>> = vec![Vec::new(); self.plan.stations.len()];
        let by_exec = async {
            let mut execs = stream::iter(self.by_exec.iter().copied())
                .map(|at| async move { (at, self.exec(&self.plan.stations[at]).await) })
                .buffer_unordered(WIDTH);
            let mut told = Vec::new();
            while let Some((at, answers)) = execs.next().await {
                done(self.plan.stations[at].acts.len());
                told.push((at, answers));
            }
            told
        };
        #[cfg(target_os = "linux")]
        {
            let entering =
                super::methods::netns::run(&self.plan.stations, &self.doors, &self.limits, &done);
            let (entered, told) = tokio::join!(entering, by_exec);
            for (at, of_station) in entered.into_iter().chain(told) {
                answers[at] = of_station;
            }
            // Namespaces only, and this one could not be entered.
            for (at, door) in self.doors.iter().enumerate() {
                if let (Err(why), true) = (door, answers[at].is_empty()) {
                    let count = self.plan.stations[at].acts.len();
                    answers[at] = vec![Answer::unknown(why); count];
                }
            }
        }
        #[cfg(not(target_os = "linux"))]
        for (at, of_station) in by_exec.await {
            answers[at] = of_station;
        }
        Probe::new(self.measurements(&answers))
    }

    /// Measures from one stack by exec: in the first of its containers that
    /// has what it takes.
    async fn exec(&self, station: &Station) -> Vec<Answer> {
        let mut why = Answer::unknown("no container of this network stack runs");
        for member in &station.members {
            let container = self.map.container(*member);
            if container.state != State::Running {
                why = Answer::unknown(match container.state {
                    State::Paused => "a paused container can run nothing",
                    _ => "the container is not running",
                });
                continue;
            }
            match self.exec_in(&container.id, &station.acts).await {
                Ok(answers) if answers.iter().any(|answer| !answer.method.is_empty()) => {
                    return answers;
                }
                Ok(answers) => why = answers.into_iter().next().unwrap_or(why),
                Err(error) => why = Answer::unknown(&refusal(&error)),
            }
        }
        vec![why; station.acts.len()]
    }

    async fn exec_in(&self, container: &str, acts: &[Act]) -> Result<Vec<Answer>> {
        let port_of = |act: &Act| match act {
            Act::Address(address, _) => port_at(&self.plan.ports, address),
            Act::Name(..) => UNLIKELY_PORT,
        };
        match script::run(self.engine, container, acts, &self.limits, port_of).await? {
            script::Report::Answers(answers) => Ok(answers),
            script::Report::NoShell => argv::run(self.engine, container, acts, &self.limits).await,
        }
    }

    /// A name that leads to somebody else's address does not lead to the
    /// target, whoever answers there.
    fn of_the_target(&self, wish: &Wish, answer: Answer) -> Answer {
        let Some(address) = answer.leads_to else { return answer };
        let endpoints = self.map.stack(wish.to).into_iter().flat_map(|to| self.map.endpoints(to));
        let own = endpoints.flat_map(|(_, endpoint)| endpoint.addresses()).any(|a| a == address);
        let here = address.is_loopback() && self.map.share_stack(wish.from, wish.to);
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
        let name = |at: usize| self.map.container(at).name.clone();
        let wishes = self.plan.wishes.iter();
        wishes
            .map(|wish| {
                let answer = match wish.answer {
                    Found::Nowhere(why) => Answer::unknown(why),
                    Found::Act { station, act } => answers[station]
                        .get(act)
                        .cloned()
                        .unwrap_or_else(|| Answer::unknown("it was not measured")),
                };
                let answer = self.of_the_target(wish, answer);
                Measurement {
                    from: name(wish.from),
                    to: name(wish.to),
                    network: wish.network.map(|at| self.map.network(at).name.clone()),
                    by: wish.by,
                    target: wish.target.clone(),
                    knock: wish.knock,
                    outcome: answer.outcome,
                    reason: answer.reason,
                    latency: answer.latency,
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
fn refusal(error: &Error) -> String {
    match error {
        Error::Refused { status: 403, .. } => {
            "the engine, or a proxy in front of it, does not allow execs".to_owned()
        }
        Error::Refused { status: 404, .. } => "the container is gone".to_owned(),
        Error::Refused { status: 409, message, .. } => {
            format!("the engine cannot run anything in it now: {message}")
        }
        Error::Refused { status, message, .. } => {
            format!("the engine refused the exec ({status}): {message}")
        }
        other => other.to_string(),
    }
}
