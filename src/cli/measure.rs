//! Measuring, for the commands that do: opens the engine, scans it, says what
//! will be run in whose containers, and runs it.

use std::time::Duration;

use super::run::Run;
use super::source;
use crate::engine::{Engines, ScanOptions};
use crate::error::{Error, Result};
use crate::graph::Map;
use crate::model::words::count;
use crate::model::{ContainerAt, Probe, Snapshot};
use crate::probe::{self, Limits, Method, Outlook, ProbePlan, Probing, Request};

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
    method: Method,
    /// How often to try each
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000), conflicts_with = "from", help_heading = "How to measure")]
    count: u32,
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

/// The engines and what they say, for a command that will measure, or look
/// `closely`.
pub async fn open(run: Run<'_>, closely: bool) -> Result<(Engines, Snapshot)> {
    if !run.options.compose.files.is_empty() {
        return Err(Error::Usage {
            what: "what compose files plan does not run yet, so nothing of it can be measured"
                .to_owned(),
            hint: Some("bring it up, and leave out --compose".to_owned()),
        });
    }
    // A short wait for containers is no reason to give up on the engine.
    let timeout = run.options.engine_timeout().max(Duration::from_secs(10));
    let how = ScanOptions { all_facts: closely, ..ScanOptions::default() };
    source::scan(run, timeout, how).await
}

/// Measures what is asked for, and says first what that takes.
pub async fn measure(
    run: Run<'_>,
    engines: &Engines,
    map: &Map<'_>,
    request: &Request,
    how: &HowArgs,
) -> Result<Probe> {
    let plan = probe::plan(map, request);
    carry_out(run, engines, map, &plan, how, Voice::Aloud).await
}

/// Measures what a plan asks for.
pub async fn carry_out(
    run: Run<'_>,
    engines: &Engines,
    map: &Map<'_>,
    plan: &ProbePlan,
    how: &HowArgs,
    voice: Voice,
) -> Result<Probe> {
    let limits = match run.options.timeout {
        Some(wait) => Limits::new(wait, how.count),
        None => Limits::usual(how.count),
    };
    let probing = Probing::new(map, engines, plan, limits, how.method)?;
    if voice == Voice::Aloud {
        run.note(&announcement(plan.pairs(), probing.outlook()));
        if let Some(crowd) = probing.crowd() {
            run.note(&format!(
                "{} of them should get an answer, and a kernel knows {} neighbours at once: what \
                stays silent is tried again a minute later (a higher \
                net.ipv4.neigh.default.gc_thresh3 on the engine's machine saves that)",
                crowd.neighbours, crowd.places
            ));
        }
    }
    let progress = run.output.progress("probing pairs");
    Ok(probing.run(|done, of| progress.at(done, of)).await)
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
