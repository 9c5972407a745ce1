//! Measuring who really reaches whom: [`plan()`] works out what to try, [`run`]
//! tries it by one of the [`methods`], and the result is a
//! [`Probe`](crate::model::Probe) for the graph to hold against its prediction.

mod methods;
mod plan;
mod run;
mod words;

use std::net::IpAddr;
use std::time::Duration;

pub use methods::Method;
pub use plan::{Knocks, Plan, Request, Wish, plan, plan_wishes};
pub use run::{Crowd, Outlook, Probing};

use crate::model::{Latency, Outcome};

/// How long and how often to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long to wait for an answer.
    pub wait: Duration,
    /// How often to try, at least once.
    pub count: u32,
}

impl Limits {
    /// The wait in whole seconds, rounded up: `ping -W` takes nothing finer.
    fn whole_seconds(&self) -> u64 {
        self.wait.as_secs() + u64::from(self.wait.subsec_nanos() > 0)
    }
}

/// Reads this as what comes back from a container: as the script's records,
/// and as the words of each tool. An outcome that is unknown has a reason.
#[cfg(any(test, fuzzing))]
pub fn read_by_chance(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let answers = (0..4).flat_map(|code| [words::ping(code, &text), words::tcp(code, &text)]);
    for answer in answers.chain(methods::script::read_by_chance(bytes)) {
        assert!(answer.outcome != Outcome::Unknown || answer.reason.is_some(), "{answer:?}");
        assert!(answer.received <= answer.sent || answer.outcome.got_through() == Some(true));
    }
}

/// How one act ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    outcome: Outcome,
    reason: Option<String>,
    latency: Option<Latency>,
    sent: u32,
    received: u32,
    /// The address that the name led to, where the method can tell.
    leads_to: Option<IpAddr>,
    /// What measured it; empty when nothing did.
    method: &'static str,
}

impl Answer {
    /// One try with this outcome and nothing else to tell.
    fn of(outcome: Outcome) -> Self {
        let (reason, latency, leads_to) = (None, None, None);
        let (sent, received) = (1, 0);
        Self { outcome, reason, latency, sent, received, leads_to, method: "" }
    }

    /// No outcome, because of `why`.
    fn unknown(why: &str) -> Self {
        Self { sent: 0, reason: Some(why.to_owned()), ..Self::of(Outcome::Unknown) }
    }

    fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }
}
