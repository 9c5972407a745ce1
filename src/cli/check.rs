//! `netmap check`: holds what is against a file that says what should be.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::measure::{self, HowArgs};
use super::options::{Options, duration};
use super::output::Output;
use super::{Ending, source};
use crate::check::{self, CheckFile, CheckStatus, CheckVerdict, Evidence};
use crate::diagnose::diagnose;
use crate::engine::{self, Engines, ObserveOptions};
use crate::error::{Error, Problem, Result};
use crate::graph::{Comparison, Map};
use crate::model::{Probe, Snapshot};
use crate::probe::{Wish, plan_wishes};
use crate::render::{CHECK_FORMATS, CheckFormat, CheckView};

/// Largest check file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// How long to wait between two tries of `--retry`.
const PAUSE: Duration = Duration::from_millis(500);

/// More containers than this are not all entered just to say why something
/// fails: an exec costs the engine about 50 ms.
const CROWD: usize = 40;

/// Arguments of `netmap check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The assertions, as YAML; - for standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["init", "schema"])]
    file: Option<PathBuf>,
    /// Try again until everything passes, for as long as this, such as 30s
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "from")]
    retry: Option<Duration>,
    /// Run nothing in any container: send GET requests only, and take the map's word for who reaches whom
    #[arg(long)]
    no_exec: bool,
    /// Write the file for what runs now, instead of checking one
    #[arg(long, conflicts_with_all = ["file", "retry", "schema"])]
    init: bool,
    /// Print the JSON Schema of check files
    #[arg(long, conflicts_with_all = ["file", "retry"])]
    schema: bool,
    #[command(flatten)]
    how: HowArgs,
    /// Format (see the list below); without it, the extension of -o decides
    #[arg(long, short, value_name = "FORMAT", value_parser = CHECK_FORMATS.iter().map(|f| f.name).collect::<Vec<_>>(), hide_possible_values = true, help_heading = "How to show it")]
    format: Option<String>,
}

/// Example and formats for the help text.
pub fn after_help() -> String {
    let formats: String = CHECK_FORMATS
        .iter()
        .map(|format| format!("  {:10}{}\n", format.name, format.about))
        .collect();
    format!(
        "A check file:\n  \
        networks:\n    back: {{ internal: true, only-members: [api, db] }}\n  \
        containers:\n    web: {{ on: front, published: \"8080:80\" }}\n  \
        names:\n    - api resolves db\n  \
        reach:\n    - web -> api:8080\n    - web -/-> db\n    - nothing outside back reaches db\n  \
        default: isolated\n\n\
        docs/check.md tells of everything that can be said; --init writes a file to begin with.\n\n\
        {}\nFormats:\n{formats}\n\
        Exit codes: 0 everything passes, 1 something fails, 2 nothing fails but something cannot be told.",
        measure::methods_help()
    )
}

/// Reads the file, looks, measures what it asks about, and judges.
pub async fn run(options: &Options, args: &Args, output: &Output) -> Result<Ending> {
    let file = options.output.as_deref();
    if args.schema {
        output.data(check::schema().as_bytes(), file)?;
        return Ok(Ending::Clean);
    }
    let Some(path) = args.file.as_deref() else {
        let text = init(options, args, output).await?;
        output.data(text.as_bytes(), file)?;
        return Ok(Ending::Clean);
    };
    let asked = read(path)?;
    hold(options, args, (output, true), (&path.display().to_string(), &asked)).await
}

impl Args {
    /// Those of a check file that is at hand already.
    pub fn of_a_lesson(retry: Option<Duration>, format: Option<String>) -> Self {
        let how = HowArgs::usual();
        Self { file: None, retry, no_exec: false, init: false, schema: false, how, format }
    }
}

/// Holds what is against a check file, given with its name. Whether the doctor
/// is to say what is behind a failure is up to `explained`.
pub async fn hold(
    options: &Options,
    args: &Args,
    (output, explained): (&Output, bool),
    (name, asked): (&str, &CheckFile),
) -> Result<Ending> {
    let file = options.output.as_deref();
    let format = format(args.format.as_deref(), file)?;
    let (mut seen, mut verdicts) = settled(options, args, (output, true), asked).await?;
    // The doctor may know why. On a crowded engine that is not worth an exec
    // in each container.
    let crowded = seen.snapshot.containers.len() > CROWD;
    if explained && !all_pass(&verdicts) && seen.look_closer(!crowded, output).await {
        verdicts = seen.judge(options, asked)?;
    }
    let view = CheckView { file: name, verdicts: &verdicts };
    output.data((format.draw)(&view, &output.style(options)).as_bytes(), file)?;
    Ok(match (view.count(CheckStatus::Fail), view.count(CheckStatus::Unknown)) {
        (0, 0) => Ending::Clean,
        (0, _) => Ending::Failed,
        _ => Ending::Findings,
    })
}

/// Whether everything in a check file passes, without showing it.
pub async fn passes(
    options: &Options,
    args: &Args,
    output: &Output,
    asked: &CheckFile,
) -> Result<bool> {
    let (_, verdicts) = settled(options, args, (output, false), asked).await?;
    Ok(all_pass(&verdicts))
}

/// What was seen, and what comes of each assertion, at the last try.
async fn settled(
    options: &Options,
    args: &Args,
    (output, aloud): (&Output, bool),
    asked: &CheckFile,
) -> Result<(Seen, Vec<CheckVerdict>)> {
    let began = Instant::now();
    let mut first = aloud;
    loop {
        let seen = look((options, args), (output, first), asked).await;
        let looked = match seen {
            Ok(seen) => seen.judge(options, asked).map(|verdicts| (seen, verdicts)),
            Err(error) => Err(error),
        };
        let passes = looked.as_ref().is_ok_and(|(_, verdicts)| all_pass(verdicts));
        let left = args.retry.and_then(|retry| retry.checked_sub(began.elapsed()));
        match left {
            // An engine that is still starting is one more thing to wait for.
            Some(left) if !passes && !left.is_zero() => {
                if std::mem::take(&mut first) {
                    output.note("not everything is as it should be yet; trying again");
                }
                tokio::time::sleep(PAUSE.min(left)).await;
            }
            _ => break looked,
        }
    }
}

fn all_pass(verdicts: &[CheckVerdict]) -> bool {
    verdicts.iter().all(|verdict| verdict.status == CheckStatus::Pass)
}

/// What was seen of a setup.
struct Seen {
    /// The engines, when they are live.
    engines: Option<Engines>,
    snapshot: Snapshot,
    /// What was measured of what is asked about.
    probe: Option<Probe>,
    /// Whether the doctor has seen what it needs.
    closely: bool,
}

impl Seen {
    /// Looks inside the containers, for the doctor, if that was not done yet
    /// and can be; says whether it did.
    async fn look_closer(&mut self, exec: bool, output: &Output) -> bool {
        let Some(engines) = self.engines.as_ref().filter(|_| !self.closely) else { return false };
        let progress = output.progress("looking at containers");
        let how = ObserveOptions { exec, ..ObserveOptions::default() };
        let told = |done, of| progress.at(done, of);
        engine::observe(engines, &mut self.snapshot, how, told).await;
        self.closely = true;
        true
    }

    /// Holds the file against it.
    fn judge(&self, options: &Options, file: &CheckFile) -> Result<Vec<CheckVerdict>> {
        let map = Map::new(&self.snapshot);
        let chosen = source::chosen(options, &map)?;
        let probe = self.probe.as_ref();
        let comparison = probe.map(|probe| Comparison::new(&map, probe));
        let diagnosis = self.closely.then(|| diagnose(&map, comparison.as_ref(), |_| true));
        let diagnosis = diagnosis.as_ref();
        let evidence = Evidence { map: &map, probe, diagnosis, chosen: &chosen.containers };
        Ok(check::evaluate(file, &evidence))
    }
}

/// One look at the setup: as a file has it, or live, with what has to be
/// measured and seen for the file's sake.
async fn look(
    (options, args): (&Options, &Args),
    (output, aloud): (&Output, bool),
    file: &CheckFile,
) -> Result<Seen> {
    if !options.is_live() {
        let snapshot = source::snapshot(options, output).await?;
        let probe = snapshot.probe.clone();
        return Ok(Seen { engines: None, snapshot, probe, closely: true });
    }
    let (engines, snapshot) = measure::open(options, false, output).await?;
    let mut seen = Seen { engines: Some(engines), snapshot, probe: None, closely: false };
    if args.no_exec {
        seen.look_closer(false, output).await;
        return Ok(seen);
    }
    if file.asks_the_doctor() {
        seen.look_closer(true, output).await;
    }
    if let Some(engines) = &seen.engines {
        let map = Map::new(&seen.snapshot);
        let chosen = source::chosen(options, &map)?.containers;
        let wishes: Vec<Wish> = check::questions(file, &map, &chosen)
            .into_iter()
            .map(|q| Wish::new((q.from, Some(q.to)), (q.by, q.target), q.network, q.knock))
            .collect();
        if !wishes.is_empty() {
            let plan = plan_wishes(&map, wishes);
            let (how, run) = ((&args.how, aloud), (options, output));
            seen.probe = Some(measure::carry_out(engines, &map, &plan, how, run).await?);
        }
    }
    Ok(seen)
}

/// The file for what runs now.
async fn init(options: &Options, args: &Args, output: &Output) -> Result<String> {
    let seen = look((options, args), (output, true), &CheckFile::isolated()).await?;
    let map = Map::new(&seen.snapshot);
    let chosen = source::chosen(options, &map)?;
    let narrowed = !options.project.is_empty() || !options.network.is_empty();
    let (containers, networks) = (&chosen.containers, &chosen.networks);
    Ok(check::init(&map, containers, networks, narrowed, seen.probe.as_ref()))
}

/// Reads a check file, or what comes in on standard input.
fn read(path: &Path) -> Result<CheckFile> {
    let failed = |problems| Error::CheckFile { path: path.to_owned(), problems };
    let one = |what: String| failed(vec![Problem { place: None, what, hint: None }]);
    let mut bytes = Vec::new();
    let took = if path == Path::new("-") {
        std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    took.map_err(|error| one(error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(one(format!("it is larger than {} MB", LARGEST >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| one("it is no UTF-8 text".to_owned()))?;
    check::read(&text).map_err(|complaints| {
        let problem = |complaint: check::Complaint| Problem {
            place: complaint.place.map(|place| place.to_string()),
            what: complaint.what,
            hint: complaint.hint,
        };
        failed(complaints.into_iter().map(problem).collect())
    })
}

/// `--format`, else the extension of the file to write, else for people.
fn format(name: Option<&str>, file: Option<&Path>) -> Result<&'static CheckFormat> {
    if let Some(format) = name.and_then(|name| CHECK_FORMATS.iter().find(|f| f.name == name)) {
        return Ok(format);
    }
    let Some(extension) = file.and_then(Path::extension) else { return Ok(&CHECK_FORMATS[0]) };
    let extension = extension.to_string_lossy().to_lowercase();
    let found = CHECK_FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()));
    found.ok_or_else(|| Error::Usage {
        what: format!("`.{extension}` names no format of a check"),
        hint: Some("use --format, or one of .txt, .tap, .xml, .json, .md".to_owned()),
    })
}
