//! Measuring who really reaches whom: [`plan()`] works out what to try, `run`
//! tries it by one of the `methods`, `again` tries again what deserves it, and the result is a
//! [`Probe`](crate::model::Probe) for the graph to hold against its prediction.

mod again;
#[cfg(target_os = "linux")]
mod drops;
#[cfg(not(target_os = "linux"))]
mod drops_elsewhere;
mod follow;
mod methods;
#[cfg(target_os = "linux")]
mod passing;
mod plan;
mod resolve;
mod run;
mod stand_in;
mod words;

use std::net::IpAddr;
use std::time::Duration;

pub use again::Crowd;
#[cfg(target_os = "linux")]
pub use drops::{has_rules_of_routing, misrouted, seek, unplugged};
#[cfg(not(target_os = "linux"))]
pub use drops_elsewhere::{has_rules_of_routing, misrouted, seek, unplugged};
pub use follow::Pace;
pub use methods::Method;
pub use plan::{Attempts, ProbePlan, Query, Request, plan, plan_queries};
pub use resolve::resolve;
pub use run::{Outlook, Probing};

use crate::model::{FullSize, Latency, Outcome, Why};

/// How long and how often to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long to wait for an answer.
    pub wait: Duration,
    /// The least to wait for each of those that are tried at once, all of them
    /// together: what is asked of a machine at once makes it slow to answer.
    pub each: Duration,
    /// How often to try, at least once.
    pub count: u32,
    /// Whether to try as well how large a packet gets there.
    pub full_size: bool,
    /// Whether a first silence is not believed, and a ping tried once more.
    pub insists: bool,
}

/// How long to wait where nobody says.
const USUAL: Duration = Duration::from_secs(1);

/// What one of many that are tried at once takes a machine with two cores,
/// most of it the engine's name server: the 179,400 tries among 300 containers
/// take it about 9 s (docs/benchmarks.md).
const EACH: Duration = Duration::from_micros(50);

impl Limits {
    /// Waits so long for every answer, and tries so often.
    pub fn new(wait: Duration, count: u32) -> Self {
        Self { wait, each: Duration::ZERO, count, full_size: false, insists: true }
    }

    /// A second, or longer where more than 20,000 are tried at once.
    pub fn usual(count: u32) -> Self {
        Self { wait: USUAL, each: EACH, count, full_size: false, insists: true }
    }

    /// What they come to for so many that are tried at once.
    fn of(&self, tries: usize) -> Self {
        let tries = u32::try_from(tries).unwrap_or(u32::MAX);
        Self { wait: self.wait.max(self.each.saturating_mul(tries)), ..*self }
    }

    /// With twice the patience.
    fn twice(&self) -> Self {
        let (wait, each) = (self.wait.saturating_mul(2), self.each.saturating_mul(2));
        Self { wait, each, ..*self }
    }

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
    reason: Option<Why>,
    latency: Option<Latency>,
    full_size: Option<FullSize>,
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
        let (reason, latency, full_size, leads_to) = (None, None, None, None);
        let (sent, received) = (1, 0);
        Self { outcome, reason, latency, full_size, sent, received, leads_to, method: "" }
    }

    /// No outcome, because of `why`.
    fn unknown(why: impl Into<Why>) -> Self {
        Self { sent: 0, reason: Some(why.into()), ..Self::of(Outcome::Unknown) }
    }

    fn because(self, reason: impl Into<Why>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_at_once_get_more_time_unless_the_time_was_asked_for() {
        let (usual, asked) = (Limits::usual(1), Limits::new(Duration::from_millis(300), 1));
        assert_eq!(usual.of(0).wait, USUAL);
        assert_eq!(usual.of(20_000).wait, USUAL);
        assert_eq!(usual.of(200_000).wait, USUAL * 10);
        assert_eq!(usual.twice().of(200_000).wait, USUAL * 20);
        assert_eq!(asked.of(200_000), asked);
        assert_eq!(asked.twice().wait, asked.wait * 2);
        assert!(usual.of(usize::MAX).wait > USUAL * 1000);
    }
}
