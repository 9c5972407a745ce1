//! `netmap snapshot`: everything netmap knows, as one file that any command
//! reads with `--from`.

use super::measure::{self, HowArgs};
use super::options::Options;
use super::output::Output;
use super::{Ending, source};
use crate::error::{Error, Result};
use crate::graph::{Filter, Map, Selection};
use crate::model::{Probe, Snapshot};
use crate::probe::Knocks;
use crate::redact::redact;

/// Arguments of `netmap snapshot`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Measure who reaches whom, and put that in, too
    #[arg(long, conflicts_with = "from")]
    probe: bool,
    /// Replace all names and addresses, each always by the same other, to show the map to strangers
    #[arg(long)]
    redact: bool,
    #[command(flatten)]
    how: HowArgs,
}

/// Examples for the help text.
pub fn after_help() -> &'static str {
    "Examples:\n  \
    netmap snapshot -o me.json                    one file, without secrets, to mail\n  \
    netmap show --from me.json                    what somebody else makes of it\n  \
    netmap snapshot --probe -o before.json        with what was measured\n  \
    netmap snapshot --redact -o public.json       the same map under other names\n  \
    netmap snapshot --from me.json --redact       of a file instead of an engine\n\n\
    Environment variables and command lines are never in it."
}

/// Reads, measures if asked to, replaces names if asked to, and writes.
pub async fn run(options: &Options, args: &Args, output: &Output) -> Result<Ending> {
    if let Some(file) = options.output.as_deref()
        && file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"))
    {
        return Err(Error::Usage {
            what: format!("`{}` would be no picture: a snapshot is JSON", file.display()),
            hint: Some(format!("netmap show -o {} draws it", file.display())),
        });
    }
    let mut snapshot = if args.probe {
        let (engine, mut snapshot) = measure::open(options, output).await?;
        let map = Map::new(&snapshot);
        let ends = chosen(options, &map)?.containers;
        let ends = (ends.clone(), ends);
        let run = (options, output);
        let probe = measure::measure(&engine, &map, ends, Knocks::Icmp, &args.how, run).await?;
        snapshot.probe = Some(probe);
        snapshot
    } else {
        source::snapshot(options, output).await?
    };
    if !options.project.is_empty() || !options.network.is_empty() {
        snapshot = narrowed(options, &snapshot)?;
    }
    if args.redact {
        snapshot = redact(&snapshot);
    }
    output.data(snapshot.to_json().as_bytes(), options.output.as_deref())?;
    Ok(Ending::Clean)
}

fn chosen(options: &Options, map: &Map) -> Result<Selection> {
    map.select(&Filter {
        names: Vec::new(),
        networks: options.network.clone(),
        projects: options.project.clone(),
        stopped: true,
    })
}

/// The part of the snapshot that the options let in.
fn narrowed(options: &Options, whole: &Snapshot) -> Result<Snapshot> {
    let map = Map::new(whole);
    let chosen = chosen(options, &map)?;
    let containers: Vec<_> =
        chosen.containers.iter().map(|at| map.container(*at).clone()).collect();
    let among = |name: &str| containers.iter().any(|container| container.name == name);
    let probe = whole.probe.as_ref().map(|probe| {
        let measurements = probe.measurements.iter();
        Probe::new(measurements.filter(|m| among(&m.from) && among(&m.to)).cloned().collect())
    });
    let mut narrowed = Snapshot::new(
        whole.engine.clone(),
        chosen.networks.iter().map(|at| map.network(*at).clone()).collect(),
        containers,
        whole.unread.clone(),
    );
    narrowed.probe = probe;
    Ok(narrowed)
}
