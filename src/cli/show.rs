//! `netmap show`: the map, in a terminal or as a file.

use super::format::FormatArgs;
use super::options::Options;
use super::picture::PictureArgs;
use super::run::Run;
use super::session::{Purpose, Session};
use super::{Ending, source};
use crate::error::Result;
use crate::graph::{Comparison, Filter, Map};
use crate::render::{Format, View};

/// Arguments of `netmap show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Containers, networks or compose services to show; globs work
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    format: FormatArgs<View<'static>>,
    /// Measure as well, and show what came of it
    #[arg(long, conflicts_with = "from")]
    probe: bool,
    /// Only these containers and networks, and what is --depth steps from them
    #[arg(long, value_name = "NAME")]
    focus: Vec<String>,
    /// Steps around --focus: from a container to its networks and on to their members is one
    #[arg(long, value_name = "N", default_value_t = 1, requires = "focus")]
    depth: u16,
    #[command(flatten)]
    picture: PictureArgs,
}

/// The list of formats for the help text.
pub fn after_help() -> String {
    Format::<View>::list()
}

/// Scans or reads, selects, renders and writes.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    // Before any work: a wrong option should not wait for a scan.
    let format = args.format.chosen(run.options.file())?;
    let filter = Filter {
        names: args.names.clone(),
        networks: run.options.network.clone(),
        projects: run.options.project.clone(),
        stopped: run.options.all,
        focus: args.focus.clone(),
        depth: args.depth,
    };
    let session = if args.probe {
        let mut session = Session::open_live(run, Purpose::Measure).await?;
        session.probe(|map| Ok(map.select(&filter)?.containers)).await?;
        session
    } else {
        Session::open(run, Purpose::List).await?
    };
    let snapshot = source::kept(session.snapshot);
    let map = source::kept(Map::new(&snapshot));
    let selection = map.select(&filter)?;
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let view =
        View::new(&map, &selection, scope(run.options, args)).with_probe(comparison.as_ref());
    run.show(&view, format, &args.picture).await?;
    Ok(Ending::Clean)
}

/// What the view is narrowed to, for its title.
fn scope(options: &Options, args: &Args) -> Option<String> {
    let parts: Vec<&str> = options
        .project
        .iter()
        .chain(&options.network)
        .chain(&args.names)
        .chain(&args.focus)
        .map(String::as_str)
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
