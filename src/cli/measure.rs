//! Measuring, for the commands that do: its options, and what is said of it.

use crate::error::Error;
use crate::graph::Map;
use crate::model::ContainerAt;
use crate::model::words::count;
use crate::probe::{Method, Outlook, ProbePlan, Probing};

/// How to measure.
#[derive(Debug, Clone, clap::Args)]
pub struct HowArgs {
    /// How to measure
    #[arg(
        long,
        value_name = "METHOD",
        value_enum,
        default_value_t,
        conflicts_with = "from",
        help_heading = "How to measure"
    )]
    pub method: Method,
    /// How often to try each
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000), conflicts_with = "from", help_heading = "How to measure")]
    pub count: u32,
}

impl Default for HowArgs {
    /// Measuring as it is done when nothing is said.
    fn default() -> Self {
        Self { method: Method::default(), count: 1 }
    }
}

/// Whether people hear what is about to be run in whose containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// It is said before it happens.
    Aloud,
    /// Nothing is said.
    Silent,
}

/// What to say before anything is run: what is about to happen in whose
/// containers, and what that will come up against.
pub fn announcements(plan: &ProbePlan, probing: &Probing<'_>) -> Vec<String> {
    let mut notes = vec![announcement(plan.pairs(), probing.outlook())];
    notes.extend(probing.crowd().map(|crowd| {
        format!(
            "{} of them should get an answer, and a kernel knows {} neighbours at once: what \
            stays silent is tried again a minute later (a higher \
            net.ipv4.neigh.default.gc_thresh3 on the engine's machine saves that)",
            crowd.neighbours, crowd.places
        )
    }));
    notes
}

/// What is about to happen in whose containers, before it does.
fn announcement(pairs: usize, outlook: Outlook) -> String {
    let mut ways = Vec::new();
    if outlook.entered > 0 {
        let mut way = format!("{} entered", count(outlook.entered, "network namespace"));
        if let Some(patience) = outlook.patience {
            way += &format!(" (so many at once get {:.1} s to answer)", patience.as_secs_f64());
        }
        ways.push(way);
    }
    if outlook.execs > 0 {
        ways.push(format!(
            "{} in {}",
            count(outlook.execs, "exec"),
            count(outlook.containers, "container")
        ));
    }
    if ways.is_empty() {
        ways.push("nothing to run".to_owned());
    }
    format!("{}: {}", count(pairs, "ordered pair"), ways.join(", "))
}

/// The error for a container that nothing can be measured from.
pub fn not_running(map: &Map, container: ContainerAt) -> Error {
    let container = map.container(container);
    Error::Usage {
        what: format!(
            "the container `{}` is {}, so nothing can be measured from it",
            container.name,
            container.state.as_str()
        ),
        hint: Some(format!("docker start {} starts it", container.name)),
    }
}
