//! `netmap probe`: measures who really reaches whom, and shows it beside what
//! the map says.

use super::format::FormatArgs;
use super::measure::{self, HowArgs};
use super::options::{Options, duration, port};
use super::picture::PictureArgs;
use super::run::Run;
use super::session::{Purpose, Session};
use super::{Ending, interrupt, source};
use crate::error::{Error, Result};
use crate::graph::{Compared, Comparison, Filter, Map, Strangers};
use crate::model::{ContainerAt, FullSize, Probe};
use crate::order::Ordered;
use crate::probe::{Attempts, Pace, Request};
use crate::render::{Format, ProbeView};
use std::collections::BTreeSet;
use std::time::Duration;

/// Arguments of `netmap probe`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Container to measure from; without it, every running one
    #[arg(value_name = "FROM")]
    source: Option<String>,
    /// Container to reach; without it, all others
    #[arg(value_name = "TO")]
    target: Option<String>,
    /// Connect to these TCP ports instead of pinging; without a port, to those each target declares
    #[arg(long, value_name = "PORT", num_args = 0.., value_delimiter = ',', value_parser = port, conflicts_with = "from", help_heading = "How to measure")]
    tcp: Option<Vec<u16>>,
    /// Try as well how large a packet gets there: what is lost only when it is
    /// large lets small pings pass, and everything else hang
    #[arg(long, conflicts_with_all = ["from", "tcp"], help_heading = "How to measure")]
    full_size: bool,
    /// Try at this pace, such as 500ms: --count times, or with --follow until Ctrl-C;
    /// this shows latency, loss and jitter over time
    #[arg(long, value_name = "TIME", value_parser = pace, conflicts_with_all = ["from", "full_size"], help_heading = "How to measure")]
    interval: Option<Duration>,
    /// Go on until Ctrl-C, which shows what came of it; once a second without --interval
    #[arg(long, conflicts_with_all = ["from", "full_size"], help_heading = "How to measure")]
    follow: bool,
    #[command(flatten)]
    how: HowArgs,
    /// Show nothing else: surprises are what contradicts the map
    #[arg(long, value_name = "WHAT", value_enum, help_heading = "How to show it")]
    only: Option<Only>,
    #[command(flatten)]
    format: FormatArgs<ProbeView<'static>>,
    #[command(flatten)]
    picture: PictureArgs,
}

/// A part of what a probe has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    Surprises,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<ProbeView>::list();
    format!(
        "Examples:\n  \
        netmap probe                     everybody to everybody\n  \
        netmap probe web db              one way, in detail\n  \
        netmap probe --network back      among the members of a network\n  \
        netmap probe web --tcp           connect to the ports that the others declare\n  \
        netmap probe web db --follow     latency, loss and jitter, until Ctrl-C\n  \
        netmap probe -o measured.svg     what contradicts the map, drawn on it\n\n\
        {formats}\n\
        Exit codes: 0 measurement and map agree, 1 they do not, 2 nothing could be measured."
    )
}

/// Measures, or reads what was measured, and shows it.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    let session = match &run.options.from {
        Some(_) => Session::open(run, Purpose::Measure).await?,
        None => Session::open_live(run, Purpose::Measure).await?,
    };
    let map = Map::new(&session.snapshot);
    let (from, to) = ends(&map, run.options, args)?;
    let asked = &from | &to;
    let probe = if session.is_live() {
        let attempts = match args.tcp.as_deref() {
            None => Attempts::Icmp,
            Some([]) => Attempts::TcpDeclared,
            Some(ports) => Attempts::Tcp(ports.to_vec()),
        };
        let how = HowArgs { full_size: args.full_size, ..args.how.clone() };
        let request = Request { from, to, attempts };
        match args.pace()? {
            None => session.measure(&map, &request, &how).await?,
            Some(pace) => {
                let enough = interrupt::claim();
                session.follow(&map, &request, &how, pace, enough).await?
            }
        }
    } else {
        recorded(&map, &from, &to)?
    };
    let comparison = Comparison::new(&map, &probe);
    if comparison.rows.is_empty() {
        return Err(nothing_probed(&map, &asked));
    }
    let view = ProbeView {
        map: &map,
        comparison: &comparison,
        only_surprises: args.only == Some(Only::Surprises),
        charts: run.output.is_watched(run.options),
        strangers: strangers(&map, run.options, args)?,
        scope: run.options.scope(args.source.iter().chain(&args.target)),
    };
    run.show(&view, format, &args.picture).await?;
    Ok(ending(&comparison))
}

/// How often to try a way at the most: what is under way at once has to be
/// answered by somebody.
const FASTEST: Duration = Duration::from_millis(10);

fn pace(text: &str) -> std::result::Result<Duration, String> {
    let pace = duration(text)?;
    if pace < FASTEST { Err("a try every 10ms is the most".to_owned()) } else { Ok(pace) }
}

impl Args {
    /// At which pace to try, if it is to be over time.
    fn pace(&self) -> Result<Option<Pace>> {
        let times = (self.how.count > 1).then_some(self.how.count);
        let every = self.interval.unwrap_or(Duration::from_secs(1));
        match (self.follow, self.interval, times) {
            (false, None, _) => Ok(None),
            (false, Some(_), None) => Err(Error::Usage {
                what: "--interval does not say how often to try".to_owned(),
                hint: Some("add --count 60 for an end, or --follow to end it by Ctrl-C".to_owned()),
            }),
            (..) => Ok(Some(Pace { every, times })),
        }
    }
}

/// What the snapshot's own probe has of these ways.
fn recorded(map: &Map, from: &BTreeSet<ContainerAt>, to: &BTreeSet<ContainerAt>) -> Result<Probe> {
    let mut probe = map.snapshot().probe.clone().ok_or_else(nothing_recorded)?;
    let name = |at: &ContainerAt| map.container(*at).name.as_str();
    let from: BTreeSet<&str> = from.iter().map(name).into_set();
    let to: BTreeSet<&str> = to.iter().map(name).into_set();
    probe.measurements.retain(|m| from.contains(m.from.as_str()) && to.contains(m.to.as_str()));
    Ok(probe)
}

/// Contradictions are findings; that nothing came to an outcome is a failure.
fn ending(comparison: &Comparison) -> Ending {
    let rows = &comparison.rows;
    let loses = |row: &Compared| row.measurement.full_size.is_some_and(FullSize::loses);
    if rows.iter().any(|row| row.agreement.is_surprise() || loses(row)) {
        Ending::Findings
    } else if !rows.is_empty() && !rows.iter().any(|row| row.is_measured()) {
        Ending::Failed
    } else {
        Ending::Clean
    }
}

/// The containers to measure from, and those to reach.
fn ends(
    map: &Map,
    options: &Options,
    args: &Args,
) -> Result<(BTreeSet<ContainerAt>, BTreeSet<ContainerAt>)> {
    let select = |names: Vec<String>| {
        map.select(&Filter {
            names,
            networks: options.network.clone(),
            projects: options.project.clone(),
            stopped: options.all,
            ..Filter::default()
        })
    };
    let among = select(Vec::new())?.containers;
    let called = |name: &Option<String>| -> Result<Option<BTreeSet<ContainerAt>>> {
        let Some(name) = name else { return Ok(None) };
        let found = map.containers_fitting(name)?;
        Ok(Some(found))
    };
    let to = called(&args.target)?;
    let from = called(&args.source)?;
    if let Some(from) = &from
        && let Some(first) = from.first()
        && !from.iter().any(|at| map.container(*at).state.has_network())
    {
        return Err(measure::not_running(map, *first));
    }
    let all = |ends: Option<BTreeSet<ContainerAt>>| ends.unwrap_or_else(|| among.clone());
    Ok((all(from), all(to)))
}

/// That nothing was probed is no good news: it is said why.
fn nothing_probed(map: &Map, among: &BTreeSet<ContainerAt>) -> Error {
    let runs = |at: &&ContainerAt| map.container(**at).state.has_network();
    let mut running = among.iter().filter(runs);
    let why = match (running.next(), running.next()) {
        (None, _) if map.containers().next().is_none() => "there are no containers here".to_owned(),
        (None, _) => "none of the containers asked for runs".to_owned(),
        (Some(only), None) => {
            format!("{} is the only one of those that runs", map.container(*only).name)
        }
        _ => "no two of those that run were to be tried".to_owned(),
    };
    let stopped = map.containers().any(|at| !map.container(at).state.has_network());
    let hint = match (stopped, map.containers().next()) {
        (true, _) => Some("netmap show --all shows what does not run".to_owned()),
        (false, None) => {
            Some("start some, or name where some are: --context, --host or --from".to_owned())
        }
        (false, Some(_)) => None,
    };
    Error::Usage { what: format!("there is nothing to probe: {why}"), hint }
}

/// Who is on the networks of a project that was asked about, and not of it.
/// Who names two ends wants no more than those.
fn strangers(map: &Map, options: &Options, args: &Args) -> Result<Strangers> {
    let narrowed = !options.project.is_empty() || !options.network.is_empty();
    if !narrowed || args.source.is_some() {
        return Ok(Strangers::default());
    }
    Ok(map.strangers(&source::chosen(options, map)?))
}

fn nothing_recorded() -> Error {
    Error::Usage {
        what: "the snapshot holds no probe".to_owned(),
        hint: Some("it is measured on the engine: netmap snapshot --probe".to_owned()),
    }
}
