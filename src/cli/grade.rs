//! `netmap grade`: a class of snapshots against one check file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::format::FormatArgs;
use super::options::Options;
use super::picture::PictureArgs;
use super::run::Run;
use super::{Ending, check, source};
use crate::check::{CheckFile, CheckStatus};
use crate::error::{Error, Result};
use crate::grade::{GradeResult, Graded, grade};
use crate::graph::Map;
use crate::model::words::quoted;
use crate::model::{ReadError, is_snapshot_name, natural_order};
use crate::order::OrderBy;
use crate::render::{Format, GradeView};

/// Folders in folders are looked through so far down.
const DEEPEST: usize = 4;

/// Arguments of `netmap grade`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The assertions, as YAML: a file as for netmap check
    #[arg(value_name = "CHECK", value_hint = clap::ValueHint::FilePath)]
    check: PathBuf,
    /// Snapshots, packed by gzip or not; of a folder all .json and .json.gz in it
    #[arg(value_name = "SNAPSHOT", required = true, value_hint = clap::ValueHint::AnyPath)]
    snapshots: Vec<PathBuf>,
    #[command(flatten)]
    format: FormatArgs<GradeView<'static>>,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<GradeView>::list();
    format!(
        "Examples:\n  \
        netmap snapshot --note 'group 3, seat 12' -o me.json   what a student hands in\n  \
        netmap grade check.yaml class/*.json                   who is done, and what is in the way\n  \
        netmap grade check.yaml class -o class.csv             the same for a spreadsheet\n\n\
        A snapshot with a probe (netmap snapshot --probe) is judged by what was measured, others by\n\
        the map. A file that cannot be read is a row as well, and says why.\n\n\
        {formats}\n\
        Exit codes: 0 all pass, 1 one fails, 2 none fails but one is unknown or cannot be read."
    )
}

/// Reads the check file and all snapshots, judges them, and shows the table.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    if args.check.is_dir() {
        let shown = quoted(&args.check.display().to_string());
        return Err(Error::Usage {
            what: format!("{shown} is a folder; the check file comes first"),
            hint: Some(format!("netmap grade check.yaml {shown}")),
        });
    }
    let file = check::read(&args.check)?;
    let paths = found(&args.snapshots)?;
    let progress = run.output.progress("grading");
    let rows =
        graded(&paths, |path| of_file(path, &file, run.options), |done, of| progress.at(done, of));
    drop(progress);
    let name = args.check.display().to_string();
    let assertions = file.assertions.iter().map(|assertion| assertion.text.as_str()).collect();
    let view = GradeView { file: &name, assertions, rows: &rows };
    run.show(&view, format, &PictureArgs::default()).await?;
    let stands = |standing| view.standing(standing) > 0;
    Ok(match () {
        () if stands(Some(CheckStatus::Fail)) => Ending::Findings,
        () if stands(Some(CheckStatus::Unknown)) || stands(None) => Ending::Failed,
        () => Ending::Clean,
    })
}

/// The files that are meant, those of a folder in the order of their names.
fn found(named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            let before = files.len();
            look_into(path, DEEPEST, &mut files)?;
            files[before..]
                .order_by(|a, b| natural_order(&a.display().to_string(), &b.display().to_string()));
        } else {
            files.push(path.clone());
        }
    }
    if files.is_empty() {
        return Err(Error::Usage {
            what: "there is no snapshot in what is named".to_owned(),
            hint: Some("of a folder the files are read that end in .json or .json.gz".to_owned()),
        });
    }
    Ok(files)
}

fn look_into(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |error| Error::Unreadable { path: folder.to_owned(), error };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let name = entry.file_name();
        // A link to a folder could lead in a circle, and a pipe would never end.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth > 1 {
            look_into(&path, depth - 1, files)?;
        } else if is_snapshot_name(&name.to_string_lossy()) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// What comes of each file, in their order, worked out side by side.
fn graded(
    paths: &[PathBuf],
    of: impl Fn(&Path) -> Graded + Sync,
    told: impl Fn(usize, usize),
) -> Vec<Graded> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(paths.len()));
    let workers = thread::available_parallelism().map_or(1, usize::from).min(paths.len());
    let work = |tell: &dyn Fn(usize)| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(at) else { break };
            let row = of(path);
            let mut done = done.lock().expect("nobody panics with it");
            done.push((at, row));
            tell(done.len());
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(|| work(&|_| {}));
        }
        work(&|number| told(number, paths.len()));
    });
    let mut rows = done.into_inner().expect("nobody panics with it");
    rows.order_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What comes of one file.
fn of_file(path: &Path, file: &CheckFile, options: &Options) -> Graded {
    let name = path.display().to_string();
    let unreadable = |taken, error: &Error| Graded {
        file: name.clone(),
        taken,
        result: GradeResult::Unreadable(why(error)),
    };
    let mut snapshot = match source::read(path) {
        Ok(snapshot) => snapshot,
        Err(error) => return unreadable(Default::default(), &error),
    };
    let taken = snapshot.taken.take().unwrap_or_default();
    let map = Map::new(&snapshot);
    match source::chosen(options, &map) {
        Ok(chosen) => {
            let result = grade(file, &map, &chosen.containers);
            Graded { file: name, taken, result }
        }
        Err(error) => unreadable(taken, &error),
    }
}

/// Why, without the file's name, of which the last part stands beside it. What is not
/// there may be somewhere else.
fn why(error: &Error) -> String {
    match error {
        Error::Snapshot { path, error: ReadError::Io(error) }
            if error.kind() == io::ErrorKind::NotFound =>
        {
            format!("there is no {}", path.display())
        }
        Error::Snapshot { error, .. } => error.to_string(),
        other => other.to_string(),
    }
}
