//! Measuring, for the commands that do: its options, and what is said of it.

use crate::error::Error;
use crate::graph::Map;
use crate::model::ContainerAt;
use crate::model::words::count;
use crate::probe::{Method, Outlook, ProbePlan, Probing};
use crate::render::fix;

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
    /// How many tries each way gets
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000), conflicts_with = "from", help_heading = "How to measure")]
    pub count: u32,
    /// Whether to try as well how large a packet gets there.
    #[arg(skip)]
    pub full_size: bool,
}

impl Default for HowArgs {
    /// Measuring as it is done when nothing is said.
    fn default() -> Self {
        Self { method: Method::default(), count: 1, full_size: false }
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
    let mut means = Vec::new();
    if outlook.entered > 0 {
        let mut entering = format!("from inside {}", count(outlook.entered, "container"));
        if let Some(patience) = outlook.patience {
            entering +=
                &format!(" (so many at once get {:.1} s to answer)", patience.as_secs_f64());
        }
        means.push(entering);
    }
    if outlook.execs > 0 {
        let commands = count(outlook.execs, "command");
        means.push(format!("by {commands} run in {}", count(outlook.containers, "container")));
    }
    match means.is_empty() {
        true => "nothing to measure".to_owned(),
        false => format!("measuring {} {}", count(pairs, "way"), means.join(" and ")),
    }
}

/// The error for a container that nothing can be measured from.
pub fn not_running(map: &Map, container: ContainerAt) -> Error {
    let container = map.container(container);
    let podman = map.snapshot().engine_of(&container.node).is_podman();
    let start = if podman { "podman start" } else { "docker start" };
    Error::Usage {
        what: format!(
            "the container `{}` is {}, so nothing can be measured from it",
            container.name,
            container.state.as_str()
        ),
        hint: fix::with_names(start, &[&container.name])
            .map(|command| format!("{command} starts it")),
    }
}
