//! What a probe measured: who really reached whom.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::series::Series;
#[cfg(test)]
use super::series::Try;
use super::why::Why;
use crate::order::OrderBy;

/// How a measurement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The target answered.
    Reachable,
    /// The target answered that nothing listens on the port: the way is open.
    Refused,
    /// No answer came in the time given.
    Timeout,
    /// A machine on the way, or the source itself, said that it has no way there.
    Unreachable,
    /// The source could not turn the name into an address.
    NameNotFound,
    /// It could not be measured; the measurement's reason says why. It means
    /// neither blocked nor fine.
    #[serde(other)]
    Unknown,
}

impl Outcome {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::NameNotFound => "name-not-found",
            Self::Unknown => "unknown",
        }
    }

    /// Whether packets went there and back: `None` where that is not known.
    /// A refusal is an answer, and proves the way open.
    pub fn got_through(self) -> Option<bool> {
        match self {
            Self::Reachable | Self::Refused => Some(true),
            Self::Timeout | Self::Unreachable | Self::NameNotFound => Some(false),
            Self::Unknown => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the source was given to find the target by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The target's name, which the source had to resolve.
    Name,
    /// One of the target's addresses.
    Address,
}

impl By {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
        }
    }
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase", tag = "protocol", content = "port")]
pub enum Attempt {
    /// ICMP echo requests: a ping.
    Icmp,
    /// A TCP connection to this port.
    Tcp(u16),
}

impl Attempt {
    /// The protocol's word in JSON.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Icmp => "icmp",
            Self::Tcp(_) => "tcp",
        }
    }

    /// The port, where the protocol has them.
    pub fn port(self) -> Option<u16> {
        match self {
            Self::Icmp => None,
            Self::Tcp(port) => Some(port),
        }
    }
}

/// Round-trip times of the answers, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Latency {
    /// The shortest.
    pub min: u64,
    /// The mean.
    pub avg: u64,
    /// The longest.
    pub max: u64,
}

impl Latency {
    /// The latency of these round trips; `None` where there are none.
    pub fn of(trips: &[Duration]) -> Option<Self> {
        let micros = |trip: &Duration| u64::try_from(trip.as_micros()).unwrap_or(u64::MAX);
        let (min, max) = (trips.iter().min()?, trips.iter().max()?);
        let total: Duration = trips.iter().sum();
        let avg = total / u32::try_from(trips.len()).unwrap_or(u32::MAX);
        Some(Self { min: micros(min), avg: micros(&avg), max: micros(max) })
    }
}

/// How large a packet got there, with don't-fragment set, and its answer back.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullSize {
    /// Bytes of the largest that the source's interface takes.
    pub sent: u32,
    /// Bytes of the largest that was answered.
    pub passes: u32,
    /// Whether somebody on the way said that larger ones are too large: then
    /// programs come to send smaller ones by themselves.
    pub told: bool,
}

impl FullSize {
    /// Whether large packets are lost without a word.
    pub fn loses(self) -> bool {
        self.passes < self.sent && !self.told
    }
}

/// `reachable for small packets only: …`
impl fmt::Display for FullSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, passes, told } = self;
        match (passes >= sent, told) {
            (true, _) => write!(f, "packets of {sent} bytes get there, the largest that are sent"),
            (false, true) => write!(
                f,
                "packets of more than {passes} bytes are sent back as too large, so that programs \
                 send smaller ones"
            ),
            (false, false) => write!(
                f,
                "reachable for small packets only: the largest that gets there has {passes} bytes, \
                 and they leave with up to {sent}"
            ),
        }
    }
}

/// One thing that was tried, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Measurement {
    /// Name of the container it was tried from.
    pub from: String,
    /// Name of the container it was to reach, or the host asked for where it
    /// is none.
    pub to: String,
    /// Name of the network on which the target has the address. `None` when
    /// asked by name, and within one network stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// By name or by address.
    pub by: By,
    /// The name or address the source was given.
    pub target: String,
    /// What was sent.
    #[serde(flatten)]
    pub attempt: Attempt,
    /// How it ended.
    pub outcome: Outcome,
    /// What there is to say about the outcome; always there when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Why>,
    /// Round-trip times, where the method can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// What came of each try, where it was tried at a pace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    /// How large a packet got there, where that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_size: Option<FullSize>,
    /// The address that the name led to, where the method can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_to: Option<IpAddr>,
    /// How many times it was tried.
    #[serde(default)]
    pub sent: u32,
    /// How many tries were answered.
    #[serde(default)]
    pub received: u32,
    /// What measured it: `netns`, `ping`, `nc` …; empty when nothing could.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
}

/// Everything one probe measured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Probe {
    /// Sorted by source, target, name before address, and then as written.
    pub measurements: Vec<Measurement>,
}

impl Probe {
    /// A probe of these measurements, put in order.
    pub fn new(mut measurements: Vec<Measurement>) -> Self {
        measurements.order_by(|a, b| {
            let key = |m: &Measurement| (m.by, m.attempt, m.network.clone());
            (&a.from, &a.to)
                .cmp(&(&b.from, &b.to))
                .then_with(|| key(a).cmp(&key(b)))
                .then_with(|| a.target.cmp(&b.target))
        });
        Self { measurements }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_reads_back() {
        let measurement = Measurement {
            from: "web".into(),
            to: "db".into(),
            network: Some("back".into()),
            by: By::Address,
            target: "10.0.0.3".into(),
            attempt: Attempt::Tcp(5432),
            outcome: Outcome::NameNotFound,
            reason: None,
            latency: Latency::of(&[Duration::from_micros(10), Duration::from_micros(30)]),
            series: Some(Series {
                interval_ms: 500,
                jitter_us: Some(20),
                tries: vec![Try { at_ms: 0, trip_us: Some(10) }, Try { at_ms: 500, trip_us: None }],
                left_out: 0,
            }),
            full_size: Some(FullSize { sent: 1500, passes: 900, told: false }),
            leads_to: None,
            sent: 2,
            received: 2,
            method: "netns".into(),
        };
        let text = serde_json::to_string(&measurement).unwrap();
        assert!(text.contains(r#""protocol":"tcp","port":5432"#), "{text}");
        assert!(text.contains(r#""outcome":"name-not-found""#), "{text}");
        assert_eq!(serde_json::from_str::<Measurement>(&text).unwrap(), measurement);
        let ping = Measurement { attempt: Attempt::Icmp, ..measurement };
        let text = serde_json::to_string(&ping).unwrap();
        assert_eq!(serde_json::from_str::<Measurement>(&text).unwrap(), ping);
    }

    #[test]
    fn an_outcome_from_the_future_is_unknown() {
        assert_eq!(serde_json::from_str::<Outcome>("\"teleported\"").unwrap(), Outcome::Unknown);
    }

    #[test]
    fn no_round_trip_has_no_latency() {
        assert_eq!(Latency::of(&[]), None);
        let latency = Latency::of(&[Duration::from_millis(1), Duration::from_millis(3)]).unwrap();
        assert_eq!((latency.min, latency.avg, latency.max), (1000, 2000, 3000));
    }
}
