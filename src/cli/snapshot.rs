//! `netmap snapshot`: everything netmap knows, as one file that any command
//! reads with `--from`.

use super::measure::{self, HowArgs};
use super::options::Options;
use super::output::Output;
use super::{Ending, source};
use crate::engine::{self, ObserveOptions};
use crate::error::{Error, Result};
use crate::graph::Map;
use crate::model::Snapshot;
use crate::probe::Knocks;
use crate::redact::redact;

/// Arguments of `netmap snapshot`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Measure who reaches whom, and put that in, too
    #[arg(long, conflicts_with = "from")]
    probe: bool,
    /// Run nothing in any container: send GET requests only
    #[arg(long, conflicts_with_all = ["probe", "from"])]
    no_exec: bool,
    /// Replace all names and addresses, each always by the same other, to show the map to strangers
    #[arg(long)]
    redact: bool,
}

/// Examples for the help text.
pub fn after_help() -> &'static str {
    "Examples:\n  \
    netmap snapshot -o me.json                    one file, without secrets, to mail\n  \
    netmap show --from me.json                    what somebody else makes of it\n  \
    netmap snapshot --no-exec -o me.json          without running anything in a container\n  \
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
    let mut snapshot = if options.is_live() {
        look(options, args, output).await?
    } else {
        source::snapshot(options, output).await?
    };
    snapshot = source::narrowed(options, snapshot)?;
    if args.redact {
        snapshot = redact(&snapshot);
    }
    output.data(snapshot.to_json().as_bytes(), options.output.as_deref())?;
    Ok(Ending::Clean)
}

/// Everything there is to see on a live engine.
async fn look(options: &Options, args: &Args, output: &Output) -> Result<Snapshot> {
    let (engines, mut snapshot) = measure::open(options, true, output).await?;
    let progress = output.progress("looking at containers");
    let how = ObserveOptions { exec: !args.no_exec, ..ObserveOptions::default() };
    engine::observe(&engines, &mut snapshot, how, |done, of| progress.at(done, of)).await;
    drop(progress);
    if args.probe {
        let map = Map::new(&snapshot);
        let ends = source::chosen(options, &map)?.containers;
        let (ends, run) = ((ends.clone(), ends), (options, output));
        let how = HowArgs::usual();
        snapshot.probe =
            Some(measure::measure(&engines, &map, ends, Knocks::Icmp, &how, run).await?);
    }
    Ok(snapshot)
}
