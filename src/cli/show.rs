//! `netmap show`: the map, in a terminal or as a file.

use std::path::Path;

use super::measure::{self, HowArgs};
use super::options::Options;
use super::picture::PictureArgs;
use super::run::Run;
use super::{Ending, source};
use crate::error::{Error, Result};
use crate::graph::{Comparison, Filter, Map};
use crate::model::Snapshot;
use crate::probe::Request;
use crate::render::{self, Draw, FORMATS, Format, View};

/// Arguments of `netmap show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Containers, networks or compose services to show; globs work
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Format (see the list below); without it, the extension of -o decides
    #[arg(long, short, value_name = "FORMAT", value_parser = FORMATS.iter().map(|f| f.name).collect::<Vec<_>>(), hide_possible_values = true)]
    format: Option<String>,
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
    let mut text = "Formats:\n".to_owned();
    for format in FORMATS {
        let extensions: Vec<String> = format.extensions.iter().map(|e| format!(".{e}")).collect();
        let extensions = if extensions.is_empty() {
            String::new()
        } else {
            format!("  ({})", extensions.join(", "))
        };
        text.push_str(&format!("  {:10}{}{extensions}\n", format.name, format.about));
    }
    text
}

/// Scans or reads, selects, renders and writes.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    // Before any work: a wrong option should not wait for a scan.
    let format = format(args.format.as_deref(), run.options.output.as_deref())?;
    let filter = Filter {
        names: args.names.clone(),
        networks: run.options.network.clone(),
        projects: run.options.project.clone(),
        stopped: run.options.all,
        focus: args.focus.clone(),
        depth: args.depth,
    };
    let snapshot = source::kept(if args.probe {
        probed(run, &filter).await?
    } else {
        source::snapshot(run).await?
    });
    let map = source::kept(Map::new(&snapshot));
    let selection = map.select(&filter)?;
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let view =
        View::new(&map, &selection, scope(run.options, args)).with_probe(comparison.as_ref());
    let style = run.style();
    let bytes = match format.draw {
        Draw::Text(draw) => draw(&view, &style).into_bytes(),
        Draw::Picture(draw) => match args.picture.graphviz(&view, format.name).await {
            Some(drawn) => drawn?,
            None => draw(&view, &args.picture.resolve(run.options))?,
        },
    };
    run.write(&bytes)?;
    Ok(Ending::Clean)
}

/// The snapshot with a probe among what is shown.
async fn probed(run: Run<'_>, filter: &Filter) -> Result<Snapshot> {
    let (engines, mut snapshot) = measure::open(run, false).await?;
    let map = Map::new(&snapshot);
    let shown = map.select(filter)?.containers;
    let request = Request::pings(shown.clone(), shown);
    let probe = measure::measure(run, &engines, &map, &request, &HowArgs::default()).await?;
    snapshot.probe = Some(probe);
    Ok(snapshot)
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

/// `--format`, else the extension of the file to write, else the grid.
fn format(name: Option<&str>, file: Option<&Path>) -> Result<&'static Format> {
    if let Some(format) = name.and_then(render::format_named) {
        return Ok(format);
    }
    let Some(file) = file.filter(|file| *file != Path::new("-")) else {
        return Ok(&FORMATS[0]);
    };
    let extension = file.extension().map(|extension| extension.to_string_lossy().into_owned());
    match extension.as_deref().map(render::format_for_extension) {
        Some(Some(format)) => Ok(format),
        _ => Err(Error::Usage {
            what: format!("the extension of `{}` names no format", file.display()),
            hint: Some(format!("use --format, or one of {}", extensions().join(", "))),
        }),
    }
}

fn extensions() -> Vec<String> {
    FORMATS
        .iter()
        .flat_map(|format| format.extensions)
        .map(|extension| format!(".{extension}"))
        .collect()
}
