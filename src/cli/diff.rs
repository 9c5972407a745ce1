//! `netmap diff`: what differs between two snapshots, or between one and what
//! runs now.

use std::path::{Path, PathBuf};

use super::options::Options;
use super::output::Output;
use super::{Ending, source};
use crate::diff::{comparable, diff};
use crate::error::{Error, Result};
use crate::model::Snapshot;
use crate::render::{DIFF_FORMATS, DiffFormat, DiffView};

/// Arguments of `netmap diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The snapshot before: a file, a sample's folder, or - for standard input;
    /// with --compose, the one that the plan is held against
    #[arg(value_name = "BEFORE", required_unless_present = "compose-files")]
    before: Option<PathBuf>,
    /// The snapshot after; without it, what runs now
    #[arg(value_name = "AFTER", conflicts_with_all = ["from", "host", "context", "compose-files"])]
    after: Option<PathBuf>,
    /// Ids, addresses that moved, restarts and times of starting, too
    #[arg(long)]
    noise: bool,
    /// Format (see the list below); without it, the extension of -o decides
    #[arg(long, short, value_name = "FORMAT", value_parser = DIFF_FORMATS.iter().map(|f| f.name).collect::<Vec<_>>(), hide_possible_values = true, help_heading = "How to show it")]
    format: Option<String>,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats: String = DIFF_FORMATS
        .iter()
        .map(|format| format!("  {:10}{}\n", format.name, format.about))
        .collect();
    format!(
        "Examples:\n  \
        netmap snapshot -o monday.json       keep what runs now ...\n  \
        netmap diff monday.json              ... and see what has changed since\n  \
        netmap diff monday.json today.json   two snapshots, without any engine\n  \
        netmap diff --compose compose.yaml   what was written against what runs\n\n\
        A container that was made anew is the same one: compose's project, service and\n\
        number tell, else the name.\n\n\
        Formats:\n{formats}\n\
        Exit codes: 0 no differences, 1 some, 2 could not compare."
    )
}

/// Reads both, compares them, and shows what differs.
pub async fn run(options: &Options, args: &Args, output: &Output) -> Result<Ending> {
    let file = options.output.as_deref();
    let format = format(args.format.as_deref(), file)?;
    let planned = options.compose.planned()?;
    // With a plan, that is the first of the two.
    let (first, second) = match planned {
        Some(_) => (None, args.before.as_deref()),
        None => (args.before.as_deref(), args.after.as_deref()),
    };
    let standard_input = Path::new("-");
    if first == Some(standard_input) && second == first {
        return Err(Error::Usage {
            what: "standard input can be read only once".to_owned(),
            hint: None,
        });
    }
    let (before, before_name) = match (planned, first) {
        (Some(plan), _) => {
            let files = plan.plan.as_ref().map(|plan| plan.files.join(", ")).unwrap_or_default();
            (plan, files)
        }
        (None, Some(path)) => (source::read(path)?, path.display().to_string()),
        (None, None) => {
            return Err(Error::Usage {
                what: "there is nothing to compare".to_owned(),
                hint: None,
            });
        }
    };
    let (after, after_name) = match second {
        Some(path) => (source::read(path)?, path.display().to_string()),
        None => {
            let after = source::observed(options, output).await?;
            let name = match &options.from {
                Some(path) => path.display().to_string(),
                None => format!("now, {}", after.engine.short()),
            };
            (after, name)
        }
    };
    let (before, after) = comparable(&before, &after);
    let (before, after) = narrowed(options, before, after)?;
    let difference = diff(&before, &after);
    let unread = before.unread.iter().chain(&after.unread);
    let mut unread: Vec<String> = unread.map(|u| format!("{}: {}", u.what, u.why)).collect();
    unread.dedup();
    let view = DiffView {
        before: before_name,
        after: after_name,
        difference: &difference,
        noise: args.noise,
        unread,
    };
    output.data((format.draw)(&view, &output.style(options)).as_bytes(), file)?;
    Ok(if view.changes().is_empty() { Ending::Clean } else { Ending::Findings })
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

/// `--format`, else the extension of the file to write, else a table.
fn format(name: Option<&str>, file: Option<&Path>) -> Result<&'static DiffFormat> {
    if let Some(format) = name.and_then(|name| DIFF_FORMATS.iter().find(|f| f.name == name)) {
        return Ok(format);
    }
    let Some(extension) = file.and_then(Path::extension) else { return Ok(&DIFF_FORMATS[0]) };
    let extension = extension.to_string_lossy().to_lowercase();
    let found = DIFF_FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()));
    found.ok_or_else(|| Error::Usage {
        what: format!("`.{extension}` names no format of a difference"),
        hint: Some("use --format, or one of .txt, .json, .md".to_owned()),
    })
}
