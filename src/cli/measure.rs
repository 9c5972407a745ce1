//! Measuring, for the commands that do: opens the engine, scans it, says what
//! will be run in whose containers, and runs it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::options::Options;
use super::output::Output;
use super::source;
use crate::engine::{Engines, ScanOptions};
use crate::error::{Error, Result};
use crate::graph::Map;
use crate::model::{Probe, Snapshot};
use crate::probe::{self, Knocks, Limits, Method, Outlook, ProbePlan, Probing, Request};
use crate::render::count;

/// How to measure.
#[derive(Debug, Clone, clap::Args)]
pub struct HowArgs {
    /// How to measure: auto, exec or netns (see below)
    #[arg(long, value_name = "METHOD", default_value = "auto", value_parser = method, conflicts_with = "from", help_heading = "How to measure")]
    method: Method,
    /// How often to try each
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000), conflicts_with = "from", help_heading = "How to measure")]
    count: u32,
}

impl HowArgs {
    /// Measuring as it is done when nothing is said.
    pub fn usual() -> Self {
        Self { method: Method::Auto, count: 1 }
    }
}

fn method(text: &str) -> Result<Method, String> {
    let known = Method::ALL.iter().find(|(_, name, _)| *name == text);
    known.map(|(method, ..)| *method).ok_or_else(|| {
        let names: Vec<&str> = Method::ALL.iter().map(|(_, name, _)| *name).collect();
        format!("it is one of {}", names.join(", "))
    })
}

/// The list of methods for the help text.
pub fn methods_help() -> String {
    let lines = Method::ALL.iter().map(|(_, name, about)| format!("  {name:10}{about}\n"));
    format!("Methods:\n{}", lines.collect::<String>())
}

/// The engines and what they say, for a command that will measure, or look
/// `closely`.
pub async fn open(
    options: &Options,
    closely: bool,
    output: &Output,
) -> Result<(Engines, Snapshot)> {
    if !options.compose.files.is_empty() {
        return Err(Error::Usage {
            what: "what compose files plan does not run yet, so nothing of it can be measured"
                .to_owned(),
            hint: Some("bring it up, and leave out --compose".to_owned()),
        });
    }
    // A short wait for containers is no reason to give up on the engine.
    let timeout = options.engine_timeout().max(Duration::from_secs(10));
    let how = ScanOptions { all_facts: closely, ..ScanOptions::default() };
    source::scan(options, (timeout, how), output).await
}

/// Measures from each of `from` to each of `to`.
pub async fn measure(
    engines: &Engines,
    map: &Map<'_>,
    (from, to): (BTreeSet<usize>, BTreeSet<usize>),
    knocks: Knocks,
    how: &HowArgs,
    (options, output): (&Options, &Output),
) -> Result<Probe> {
    let plan = probe::plan(map, &Request { from, to, knocks });
    carry_out(engines, map, &plan, (how, true), (options, output)).await
}

/// Measures what a plan asks for, and says first what that takes if `aloud`.
pub async fn carry_out(
    engines: &Engines,
    map: &Map<'_>,
    plan: &ProbePlan,
    (how, aloud): (&HowArgs, bool),
    (options, output): (&Options, &Output),
) -> Result<Probe> {
    let limits = match options.timeout {
        Some(wait) => Limits::new(wait, how.count),
        None => Limits::usual(how.count),
    };
    let probing = Probing::new(map, engines, plan, limits, how.method)?;
    if aloud {
        output.note(&announcement(plan.pairs(), probing.outlook()));
        if let Some(crowd) = probing.crowd() {
            output.note(&format!(
                "{} of them should get an answer, and a kernel knows {} neighbours at once: what \
                stays silent is tried again a minute later (a higher \
                net.ipv4.neigh.default.gc_thresh3 on the engine's machine saves that)",
                crowd.neighbours, crowd.places
            ));
        }
    }
    let progress = output.progress("probing pairs");
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
pub fn not_running(map: &Map, container: usize) -> Error {
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
