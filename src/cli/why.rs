//! `netmap why A B`: can A reach B, and if not, which rung of the ladder fails.

use super::Ending;
use super::format::FormatArgs;
use super::measure::{HowArgs, Voice};
use super::picture::PictureArgs;
use super::run::Run;
use super::session::{Purpose, Session};
use crate::diagnose::Case;
use crate::diagnose::why::{Aim, Destination, ladder, one_of, trials};
use crate::error::{Error, Result};
use crate::graph::Map;
use crate::model::{Container, ContainerAt, Ladder, Measurement, Reach};
use crate::probe::{Query, plan_queries};
use crate::render::Format;

/// Arguments of `netmap why`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Container that is to reach something
    #[arg(value_name = "A")]
    source: String,
    /// What it is to reach: db, db:5432, localhost:27017, 10.0.0.3:80, example.com
    #[arg(value_name = "B")]
    target: String,
    #[command(flatten)]
    how: HowArgs,
    /// Run nothing in any container: judge by the map and by what was recorded
    #[arg(long, help_heading = "How to measure")]
    no_exec: bool,
    #[command(flatten)]
    format: FormatArgs<Ladder>,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<Ladder>::list();
    format!(
        "Examples:\n  \
        netmap why web db                   does anything stand between the two?\n  \
        netmap why web db:5432              does it reach the port?\n  \
        netmap why web localhost:27017      what localhost means to web\n  \
        netmap why web example.com:443      does it get out?\n\n\
        {formats}\n\
        Exit codes: 0 reachable, 1 blocked, 2 unknown."
    )
}

/// Looks, measures, judges and shows.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    let mut session = Session::open(run, Purpose::Look).await?;
    let (from, aim) = {
        let map = Map::new(&session.snapshot);
        let case = Case::new(&map, None);
        let from = source(&case, &args.source)?;
        (from, Aim::parse(&case, from, &args.target)?)
    };
    if session.is_live() {
        let wanted = wanted(&Map::new(&session.snapshot), from, &aim);
        session.observe_some(!args.no_exec, wanted).await;
    }
    let map = Map::new(&session.snapshot);
    let case = Case::new(&map, None);
    let measured = if session.is_live() && !args.no_exec {
        let to = match aim.target {
            Destination::Container(to) => Some(to),
            Destination::Itself => Some(from),
            Destination::Elsewhere => None,
        };
        let queries = trials(&case, from, &aim).into_iter().map(|trial| {
            Query::new(from, to, trial.network, trial.by, trial.target, trial.attempt)
        });
        let plan = plan_queries(&map, queries.collect());
        session.carry_out(&map, &plan, &args.how, Voice::Silent).await?.measurements
    } else {
        recorded_between(&map, from, &aim)
    };
    let ladder = ladder(&case, from, &aim, &measured);
    run.show(&ladder, format, &PictureArgs::default()).await?;
    Ok(match ladder.verdict() {
        Reach::Reachable => Ending::Clean,
        Reach::Blocked => Ending::Findings,
        Reach::Unknown => Ending::Failed,
    })
}

/// The one container that the user names first.
fn source(case: &Case, name: &str) -> Result<ContainerAt> {
    if let Some(source) = one_of(case, None, name)? {
        return Ok(source);
    }
    let found = case.map.containers_fitting(name)?;
    found
        .first()
        .copied()
        .ok_or_else(|| Error::Usage { what: format!("there is no container `{name}`"), hint: None })
}

/// Whom to look at: the two ends and whoever shares their stacks; everybody
/// where the question is who else has a port.
fn wanted(map: &Map, from: ContainerAt, aim: &Aim) -> impl Fn(&Container) -> bool + use<> {
    let ends: Option<Vec<String>> = match aim.target {
        Destination::Itself => None,
        Destination::Container(to) => Some(vec![from, to]),
        Destination::Elsewhere => Some(vec![from]),
    }
    .map(|ends| {
        let stacks = ends.iter().flat_map(|at| [Some(*at), map.stack(*at)]).flatten();
        stacks.map(|at| map.container(at).id.clone()).collect()
    });
    move |container| ends.as_ref().is_none_or(|ends| ends.contains(&container.id))
}

/// What the snapshot's own probe has of this way.
fn recorded_between(map: &Map, from: ContainerAt, aim: &Aim) -> Vec<Measurement> {
    let Destination::Container(to) = aim.target else { return Vec::new() };
    let name = |at: ContainerAt| map.container(at).name.as_str();
    let all = map.snapshot().probe.iter().flat_map(|probe| &probe.measurements);
    all.filter(|m| m.from == name(from) && m.to == name(to)).cloned().collect()
}
