//! `netmap why A B`: can A reach B, and if not, which rung of the ladder fails.

use std::net::IpAddr;

use super::Ending;
use super::format::FormatArgs;
use super::measure::{HowArgs, Voice};
use super::picture::PictureArgs;
use super::run::Run;
use super::session::{Purpose, Session};
use crate::diagnose::Case;
use crate::diagnose::why::{Aim, Destination, ladder, lost_way, one_of, owners, trials};
use crate::engine::Whom;
use crate::error::{Error, Result};
use crate::graph::Map;
use crate::model::words::quoted;
use crate::model::{Container, ContainerAt, Health, Measurement, Reach, State};
use crate::probe::{Query, plan_queries};
use crate::render::{Format, LadderView};

/// Arguments of `netmap why`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Container that is to reach something
    #[arg(value_name = "A")]
    source: String,
    /// What it is to reach: db, db:5432, localhost:27017, 10.0.0.3:80, example.com
    #[arg(value_name = "B")]
    target: String,
    /// A port that stands apart, for an error that says where it belongs.
    #[arg(hide = true)]
    port: Option<u16>,
    #[command(flatten)]
    how: HowArgs,
    /// Run nothing in any container: judge by the map and by what was recorded
    #[arg(long, help_heading = "How to measure")]
    no_exec: bool,
    #[command(flatten)]
    format: FormatArgs<LadderView<'static>>,
    #[command(flatten)]
    picture: PictureArgs,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<LadderView>::list();
    format!(
        "Examples:\n  \
        netmap why web db                   does anything stand between the two?\n  \
        netmap why web db:5432              does it reach the port?\n  \
        netmap why web localhost:27017      what localhost means to web\n  \
        netmap why web example.com:443      does it get out?\n  \
        netmap why web db -o why.svg        that way on the map\n\n\
        {formats}\n\
        Exit codes: 0 reachable, 1 blocked, 2 unknown."
    )
}

/// Looks, measures, judges and shows.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    if let Some(port) = args.port {
        return Err(Error::Usage {
            what: format!("the port {port} stands apart from what has it"),
            hint: Some(format!("netmap why {} {}:{port}", args.source, args.target)),
        });
    }
    let mut session = Session::open(run, Purpose::Look).await?;
    let (from, aim) = {
        let map = Map::new(&session.snapshot);
        let case = Case::new(&map, None);
        let from = source(&case, &args.source)?;
        (from, Aim::parse(&case, from, &args.target)?)
    };
    if session.is_live() {
        let wanted = {
            let map = Map::new(&session.snapshot);
            wanted(&Case::new(&map, None), from, &aim)
        };
        session.observe_some(!args.no_exec, wanted).await;
        // Before anything is tried, which would be seen as well; and only where
        // it costs no command in every container.
        session.flows(Whom::all(false), None::<std::future::Ready<()>>).await?;
    }
    let map = Map::new(&session.snapshot);
    let case = Case::new(&map, None);
    // Who has a virtual address is seen inside the containers only.
    let aim = match aim.target {
        Destination::Elsewhere => Aim::parse(&case, from, &args.target)?,
        _ => aim,
    };
    let to = match aim.target {
        Destination::Container(to) => Some(to),
        Destination::Itself => Some(from),
        Destination::Elsewhere => None,
    };
    let measured = if session.is_live() && !args.no_exec {
        let queries = trials(&case, from, &aim).into_iter().map(|trial| {
            Query::new(from, trial.to, trial.network, trial.by, trial.target, trial.attempt)
        });
        let plan = plan_queries(&map, queries.collect());
        let how = HowArgs { full_size: true, ..args.how.clone() };
        session.carry_out(&map, &plan, &how, Voice::Silent).await?.measurements
    } else {
        recorded_between(&map, from, &aim, owners(&case, from, &aim))
    };
    let lost = lost_way(&case, from, &aim, &measured).filter(|_| session.is_live());
    drop(case);
    drop(map);
    session.seek_drops(lost.as_slice()).await;
    let map = Map::new(&session.snapshot);
    let case = Case::new(&map, None);
    let ladder = ladder(&case, from, &aim, &measured);
    let view = LadderView { ladder: &ladder, map: &map, from, to, port: aim.port };
    run.show(&view, format, &args.picture).await?;
    Ok(match ladder.verdict() {
        Reach::Reachable => Ending::Clean,
        Reach::Blocked => Ending::Findings,
        Reach::Unknown => Ending::Failed,
    })
}

/// What people call the machine, or what runs there and is no container.
const MACHINES: [&str; 6] = ["host", "localhost", "127.0.0.1", "browser", "machine", "me"];

/// The one container that the user names first.
fn source(case: &Case, name: &str) -> Result<ContainerAt> {
    if let Some(source) = one_of(case, None, name)? {
        return Ok(source);
    }
    let hint = || {
        if MACHINES.contains(&name) {
            let way = "the way from the machine itself, as of a browser, is a port that is \
                       published: netmap show lists them";
            return Some(way.to_owned());
        }
        let mut networks = case.map.snapshot().networks.iter();
        networks.find(|network| network.is_called(name))?;
        Some(format!("it is a network: netmap show {} lists who is on it", quoted(name)))
    };
    let found = case.map.containers_fitting(name).map_err(|error| match hint() {
        Some(hint) => {
            Error::Usage { what: format!("there is no container `{name}`"), hint: Some(hint) }
        }
        None => error,
    })?;
    found
        .first()
        .copied()
        .ok_or_else(|| Error::Usage { what: format!("there is no container `{name}`"), hint: None })
}

/// Whom to look at: the two ends, the others of the name or who answers for names
/// outside, and whoever shares their stacks; everybody where the question is who else has a port or an address, or
/// what an end that is not well waits for itself.
fn wanted(case: &Case, from: ContainerAt, aim: &Aim) -> impl Fn(&Container) -> bool + use<> {
    let is_well = |at: ContainerAt| {
        let container = case.container(at);
        container.state == State::Running
            && container.restart_count == 0
            && container.health != Some(Health::Unhealthy)
    };
    let by_address = aim.host.parse::<IpAddr>().is_ok();
    let ends: Option<Vec<String>> = match aim.target {
        Destination::Itself => None,
        Destination::Container(_) | Destination::Elsewhere if by_address => None,
        Destination::Container(to) if ![from, to].into_iter().all(is_well) => None,
        Destination::Container(to) => Some([&[from, to], owners(case, from, aim)].concat()),
        Destination::Elsewhere => {
            let server = case.name_server(from).map(|asked| asked.at);
            Some([from].into_iter().chain(server).collect())
        }
    }
    .map(|ends| {
        let stacks = ends.iter().flat_map(|at| [Some(*at), case.map.stack(*at)]).flatten();
        stacks.map(|at| case.container(at).id.clone()).collect()
    });
    move |container| ends.as_ref().is_none_or(|ends| ends.contains(&container.id))
}

/// What the snapshot's own probe has of this way.
fn recorded_between(
    map: &Map,
    from: ContainerAt,
    aim: &Aim,
    owners: &[ContainerAt],
) -> Vec<Measurement> {
    let Destination::Container(to) = aim.target else { return Vec::new() };
    let name = |at: ContainerAt| map.container(at).name.as_str();
    let all = map.snapshot().probe.iter().flat_map(|probe| &probe.measurements);
    let is_asked = |m: &&Measurement| {
        m.from == name(from)
            && (m.to == name(to) || owners.iter().any(|owner| m.to == name(*owner)))
    };
    all.filter(is_asked).cloned().collect()
}
