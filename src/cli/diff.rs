//! `netmap diff`: what differs between two snapshots, or between one and what
//! runs now. A compose file is a snapshot of what is planned.

use std::path::{Path, PathBuf};

use super::compose::ComposeOptions;
use super::options::Options;
use super::picture::PictureArgs;
use super::run::Run;
use super::{Ending, source};
use crate::diff::{Overlay, comparable, diff, overlay};
use crate::error::{Error, Result};
use crate::graph::{Filter, Map};
use crate::model::Snapshot;
use crate::render::{
    DIFF_FORMATS, DiffFormat, DiffView, Draw, FORMATS, Format, View, changes, diff_title,
};

/// Arguments of `netmap diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The one side: a snapshot, a sample's folder, a compose file (.yaml), or - for standard input
    #[arg(value_name = "BEFORE", required_unless_present = "compose-files")]
    before: Option<PathBuf>,
    /// The other side, likewise; without it, what runs now
    #[arg(value_name = "AFTER", conflicts_with_all = ["from", "host", "context"])]
    after: Option<PathBuf>,
    /// Ids, addresses that moved, restarts and times of starting, too
    #[arg(long)]
    noise: bool,
    /// Format (see the list below); without it, the extension of -o decides
    #[arg(long, short, value_name = "FORMAT", value_parser = names(), hide_possible_values = true, help_heading = "How to show it")]
    format: Option<String>,
    #[command(flatten)]
    picture: PictureArgs,
}

/// How a difference is shown.
enum Shown {
    Text(&'static DiffFormat),
    /// Drawn on a map.
    Drawn(&'static Format),
}

/// The formats of `netmap show` that are pictures.
fn pictures() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().filter(|format| matches!(format.draw, Draw::Picture(_)))
}

fn names() -> Vec<&'static str> {
    DIFF_FORMATS.iter().map(|format| format.name).chain(pictures().map(|f| f.name)).collect()
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let told = DIFF_FORMATS.iter().map(|format| (format.name, format.about));
    let drawn =
        pictures().map(|format| (format.name, "drawn on one map: what came, went and changed"));
    let formats: String =
        told.chain(drawn).map(|(name, about)| format!("  {name:10}{about}\n")).collect();
    format!(
        "Examples:\n  \
        netmap snapshot -o monday.json       keep what runs now ...\n  \
        netmap diff monday.json              ... and see what has changed since\n  \
        netmap diff monday.json today.json   two snapshots, without any engine\n  \
        netmap diff compose.yaml             what runs otherwise than it is written\n  \
        netmap diff monday.json -o diff.svg  drawn on one map\n\n\
        A container that was made anew is the same one: compose's project, service and\n\
        number tell, else the name.\n\n\
        Formats:\n{formats}\n\
        Exit codes: 0 no differences, 1 some, 2 could not compare."
    )
}

/// Reads both, compares them, and shows what differs.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = format(args.format.as_deref(), run.options.output.as_deref())?;
    let (before, after) = sides(run, args).await?;
    let (names, before, after) = ((before.name, after.name), before.snapshot, after.snapshot);
    let (before, after) = match (&before.plan, &after.plan) {
        (Some(_), None) => comparable(&before, &after),
        (None, Some(_)) => {
            let (after, before) = comparable(&after, &before);
            (before, after)
        }
        _ => (before, after),
    };
    let (before, after) = narrowed(run.options, before, after)?;
    let (before, after) = (source::kept(before), source::kept(after));
    let difference = diff(&before, &after);
    let unread = before.unread.iter().chain(&after.unread);
    let mut unread: Vec<String> = unread.map(|u| format!("{}: {}", u.what, u.why)).collect();
    unread.dedup();
    let view = DiffView {
        before: names.0,
        after: names.1,
        difference: &difference,
        noise: args.noise,
        unread,
    };
    let bytes = match format {
        Shown::Text(format) => (format.draw)(&view, &run.style()).into_bytes(),
        Shown::Drawn(format) => {
            let overlay = overlay(&before, &after, &difference);
            let title = diff_title(&view.before, &view.after);
            drawn(&overlay, format, &args.picture.titled(title), run.options).await?
        }
    };
    run.write(&bytes)?;
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
            let snapshot = source::observed(run).await?;
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

/// The difference as a picture of both sides.
async fn drawn(
    overlay: &Overlay,
    format: &'static Format,
    picture: &PictureArgs,
    options: &Options,
) -> Result<Vec<u8>> {
    let map = Map::new(&overlay.snapshot);
    let everything = map.select(&Filter { stopped: true, ..Filter::default() })?;
    let view = View::new(&map, &everything, None).with_changes(changes(overlay));
    picture.draw(&view, format, options).await
}

/// `--format`, else the extension of the file to write, else a table.
fn format(name: Option<&str>, file: Option<&Path>) -> Result<Shown> {
    if let Some(name) = name {
        let told = DIFF_FORMATS.iter().find(|format| format.name == name).map(Shown::Text);
        let drawn = || pictures().find(|format| format.name == name).map(Shown::Drawn);
        return Ok(told.or_else(drawn).unwrap_or(Shown::Text(&DIFF_FORMATS[0])));
    }
    let Some(extension) = file.and_then(Path::extension) else {
        return Ok(Shown::Text(&DIFF_FORMATS[0]));
    };
    let extension = extension.to_string_lossy().to_lowercase();
    let is = |extensions: &[&str]| extensions.contains(&extension.as_str());
    let told = DIFF_FORMATS.iter().find(|format| is(format.extensions)).map(Shown::Text);
    let drawn = || pictures().find(|format| is(format.extensions)).map(Shown::Drawn);
    told.or_else(drawn).ok_or_else(|| Error::Usage {
        what: format!("`.{extension}` names no format of a difference"),
        hint: Some("use --format, or one of .txt, .json, .md, .svg, .png, .html".to_owned()),
    })
}
