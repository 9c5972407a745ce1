//! `netmap diff`: what differs between two snapshots, or between one and what
//! runs now. A compose file is a snapshot of what is planned.

use std::path::{Path, PathBuf};

use super::compose::ComposeOptions;
use super::format::FormatArgs;
use super::options::Options;
use super::picture::PictureArgs;
use super::run::Run;
use super::session::{Purpose, Session};
use super::{Ending, source};
use crate::diff::{comparable, diff};
use crate::error::{Error, Result};
use crate::model::Snapshot;
use crate::render::{DiffSide, DiffView, Format};

/// Arguments of `netmap diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The one side: a snapshot, sample:NAME, a compose file (.yaml), or - for standard input
    #[arg(value_name = "BEFORE", required_unless_present = "compose-files")]
    before: Option<PathBuf>,
    /// The other side, likewise; without it, what runs now
    #[arg(value_name = "AFTER", conflicts_with_all = ["from", "host", "context"])]
    after: Option<PathBuf>,
    /// Ids, addresses that moved, restarts and times of starting, too
    #[arg(long)]
    noise: bool,
    /// Say that exit code 1 for differences is wanted; it is 1 without this option, too
    #[arg(long = "exit-code", help_heading = "How to show it")]
    _exit_code: bool,
    #[command(flatten)]
    format: FormatArgs<DiffView<'static>>,
    #[command(flatten)]
    picture: PictureArgs,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<DiffView>::list();
    format!(
        "Examples:\n  \
        netmap snapshot -o monday.json       keep what runs now ...\n  \
        netmap diff monday.json              ... and see what has changed since\n  \
        netmap diff monday.json today.json   two snapshots, without any engine\n  \
        netmap diff compose.yaml             what runs otherwise than it is written\n  \
        netmap diff monday.json -o diff.svg  drawn on one map\n\n\
        A container that was re-created is the same one: it is known by compose's project,\n\
        service and number, else by its name.\n\n\
        {formats}\n\
        Exit codes: 0 no differences, 1 some, 2 could not compare."
    )
}

/// Reads both, compares them, and shows what differs.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    let (before, after) = sides(run, args).await?;
    let names = (before.name, after.name);
    let (before, after) = like_with_like(before.snapshot, after.snapshot);
    let strangers =
        source::strangers(run.options, &before).and(source::strangers(run.options, &after));
    let (before, after) = narrowed(run.options, before, after)?;
    let (before, after) = (source::kept(before), source::kept(after));
    let view = DiffView {
        before: DiffSide { name: &names.0, snapshot: &before },
        after: DiffSide { name: &names.1, snapshot: &after },
        difference: &diff(&before, &after),
        noise: args.noise,
        strangers,
    };
    run.show(&view, format, &args.picture).await?;
    Ok(if view.changes().is_empty() { Ending::Clean } else { Ending::Findings })
}

/// One of the two things that are compared.
struct Side {
    /// What it is called.
    name: String,
    snapshot: Snapshot,
}

/// Reads both sides. Compose files named by an option are the one before.
async fn sides(run: Run<'_>, args: &Args) -> Result<(Side, Side)> {
    let options = run.options;
    let mut files = args.before.iter().chain(&args.after);
    let named = files.clone().chain(&options.compose.files).chain(&options.from);
    if named.filter(|file| *file == Path::new("-")).count() > 1 {
        return Err(too_many_or_few("standard input can be read only once"));
    }
    let before = match options.compose.planned()? {
        Some(snapshot) => {
            if let Some(note) = options.compose.found_above(&snapshot) {
                run.note(&note);
            }
            let files = options.compose.files.iter().map(|file| file.display().to_string());
            Side { name: files.collect::<Vec<_>>().join(", "), snapshot }
        }
        None => match files.next() {
            Some(file) => side(options, file)?,
            None => return Err(too_many_or_few("something to compare is missing")),
        },
    };
    let after = match files.next() {
        Some(file) => side(options, file)?,
        None => {
            let snapshot = Session::open_observed(run, Purpose::List).await?.snapshot;
            let name = match &options.from {
                Some(path) => path.display().to_string(),
                None => format!("now, {}", snapshot.engine.short()),
            };
            Side { name, snapshot }
        }
    };
    if files.next().is_some() {
        return Err(too_many_or_few("there are three sides to compare"));
    }
    Ok((before, after))
}

fn too_many_or_few(what: &str) -> Error {
    Error::Usage {
        what: what.to_owned(),
        hint: Some("netmap diff BEFORE AFTER, or one of them against what runs now".to_owned()),
    }
}

/// Reads a snapshot file, or plans what a compose file says.
fn side(options: &Options, file: &Path) -> Result<Side> {
    let name = file.display().to_string();
    let yaml = file.extension().is_some_and(|extension| {
        ["yaml", "yml"].iter().any(|yaml| extension.eq_ignore_ascii_case(yaml))
    });
    let planned = if yaml {
        let files = vec![file.to_owned()];
        ComposeOptions { files, ..options.compose.clone() }.planned()?
    } else {
        None
    };
    let snapshot = match planned {
        Some(planned) => planned,
        None => source::read(file)?,
    };
    Ok(Side { name, snapshot })
}

/// Both snapshots, cut down to what a plan is about where only one is a plan.
fn like_with_like(before: Snapshot, after: Snapshot) -> (Snapshot, Snapshot) {
    match (&before.plan, &after.plan) {
        (Some(_), None) => comparable(&before, &after),
        (None, Some(_)) => {
            let (after, before) = comparable(&after, &before);
            (before, after)
        }
        _ => (before, after),
    }
}

/// Both snapshots as far as the options let them in. What only one of the two
/// knows, such as a project that is gone, is nothing in the other.
fn narrowed(options: &Options, before: Snapshot, after: Snapshot) -> Result<(Snapshot, Snapshot)> {
    match (source::narrowed(options, before), source::narrowed(options, after)) {
        (Err(error), Err(_)) => Err(error),
        (before, after) => {
            let nothing = || Snapshot::new(Default::default(), vec![], vec![], vec![]);
            let or_nothing = |result: Result<Snapshot>| match result {
                Ok(snapshot) => Ok(snapshot),
                Err(Error::NoSuchName { .. }) => Ok(nothing()),
                Err(error) => Err(error),
            };
            Ok((or_nothing(before)?, or_nothing(after)?))
        }
    }
}
