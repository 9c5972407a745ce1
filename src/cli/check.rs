//! `netmap check`: holds what is against a file that says what should be.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::format::{Chosen, FormatArgs};
use super::measure::{HowArgs, Voice};
use super::options::duration;
use super::picture::PictureArgs;
use super::run::Run;
use super::session::Session;
use super::{Ending, source};
use crate::check::{self, CheckFile, CheckStatus, CheckVerdict, Evidence};
use crate::diagnose::diagnose;
use crate::engine::Whom;
use crate::error::{Error, Problem, Result};
use crate::graph::{Comparison, Map};
use crate::model::{Probe, decoded};
use crate::probe::{Query, plan_queries};
use crate::render::{CheckView, Format};

/// Largest check file that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// How long to wait between two tries of `--retry`.
const PAUSE: Duration = Duration::from_millis(500);

/// More containers than this are not all entered just to say why something
/// fails: an exec costs the engine about 50 ms.
const CROWD: usize = 40;

/// Where a check file is looked for when none is named.
const USUAL: [&str; 4] = ["netmap.yaml", "netmap.yml", ".netmap/check.yaml", ".netmap/check.yml"];

/// What can be asked for. Clap's own words have a file beside `--init`, and may
/// have two of them.
const USAGE: &str = "netmap check [OPTIONS] [FILE]
       netmap check [OPTIONS] --init
       netmap check --schema";

/// Arguments of `netmap check`.
#[derive(Debug, clap::Args)]
#[command(override_usage = USAGE)]
pub struct Args {
    /// The assertions, as YAML; - for standard input; without it, netmap.yaml or .netmap/check.yaml
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Try again until everything passes, for as long as this, such as 30s
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "from")]
    retry: Option<Duration>,
    /// How long to listen for what `flows:` asks about, such as 30s; without it, one look
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "from")]
    flows: Option<Duration>,
    /// Run nothing in any container: send GET requests only, and take the map's word for who reaches whom
    #[arg(long)]
    no_exec: bool,
    /// Write the file for what runs now, instead of checking one
    #[arg(long, conflicts_with_all = ["file", "retry", "schema"])]
    init: bool,
    /// Let --init write over a file that says something else
    #[arg(long, requires = "init", conflicts_with = "file")]
    force: bool,
    /// Print the JSON Schema of check files
    #[arg(long, conflicts_with_all = ["file", "retry"])]
    schema: bool,
    #[command(flatten)]
    how: HowArgs,
    #[command(flatten)]
    format: FormatArgs<CheckView<'static>>,
}

/// Example and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<CheckView>::list();
    format!(
        "A check file:\n  \
        networks:\n    back: {{ internal: true, only-members: [api, db] }}\n  \
        containers:\n    web: {{ on: front, published: \"8080:80\" }}\n  \
        names:\n    - api resolves db\n  \
        reach:\n    - web -> api:8080\n    - web -/-> db\n    - nothing outside back reaches db\n  \
        default: isolated\n\n\
        --schema describes all that a file can say; --init writes one to begin with.\n\
        In a folder with a netmap.yaml or .netmap/check.yaml, netmap check takes that.\n\n\
        {formats}\n\
        Exit codes: 0 everything passes, 1 something fails, 2 nothing fails but something is unknown."
    )
}

/// Reads the file, looks, measures what it asks about, and judges.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    if args.schema {
        run.write(check::schema().as_bytes())?;
        return Ok(Ending::Clean);
    }
    let how = HowToHold {
        retry: args.retry,
        no_exec: args.no_exec,
        flows: args.flows,
        explain: true,
        measuring: args.how.clone(),
    };
    if args.init {
        let text = init(run, &how).await?;
        // What was written is to be read.
        if let Err(complaints) = check::read(&text) {
            return Err(match complaints.iter().all(|complaint| complaint.place.is_none()) {
                true => Error::Usage {
                    what: "there is nothing here that a check file could speak of".to_owned(),
                    hint: Some(
                        "start what it is to be about, or name what --from or --compose reads"
                            .to_owned(),
                    ),
                },
                false => refused(run.options.file().unwrap_or(Path::new("-")), complaints),
            });
        }
        if !args.force {
            keep_what_is_written(run.options.file(), &text)?;
        }
        run.write(text.as_bytes())?;
        return Ok(Ending::Clean);
    }
    let format = args.format.chosen(run.options.file())?;
    let path = match args.file.as_deref() {
        Some(path) => path,
        None => usual()?,
    };
    let file = read(path)?;
    hold(run, &how, format, &path.display().to_string(), &file).await
}

/// How to hold what is against a check file.
#[derive(Debug, Clone, Default)]
pub struct HowToHold {
    /// How long to try again until everything passes.
    pub retry: Option<Duration>,
    /// Whether to run nothing in any container.
    pub no_exec: bool,
    /// How long to listen for flows; nothing for one look.
    pub flows: Option<Duration>,
    /// Whether the doctor is to say what is behind a failure.
    pub explain: bool,
    /// How to measure.
    pub measuring: HowArgs,
}

/// Holds what is against a check file, and shows what comes of it under the
/// file's name.
pub async fn hold(
    run: Run<'_>,
    how: &HowToHold,
    format: Chosen<CheckView<'static>>,
    name: &str,
    file: &CheckFile,
) -> Result<Ending> {
    let holding = Holding { run, how, file };
    let (mut seen, mut verdicts) = holding.settled(Voice::Aloud).await?;
    // The doctor may know why. On a crowded engine that is not worth an exec
    // in each container.
    let crowded = seen.session.snapshot.containers.len() > CROWD;
    if how.explain && !all_pass(&verdicts) && seen.look_closer(!crowded).await {
        verdicts = holding.judge(&seen)?;
    }
    let view = CheckView { file: name, verdicts: &verdicts };
    run.show(&view, format, &PictureArgs::default()).await?;
    Ok(match (view.count(CheckStatus::Fail), view.count(CheckStatus::Unknown)) {
        (0, 0) => Ending::Clean,
        (0, _) => Ending::Failed,
        _ => Ending::Findings,
    })
}

/// Whether everything in a check file passes, without showing it.
pub async fn passes(run: Run<'_>, how: &HowToHold, file: &CheckFile) -> Result<bool> {
    let (_, verdicts) = Holding { run, how, file }.settled(Voice::Silent).await?;
    Ok(all_pass(&verdicts))
}

fn all_pass(verdicts: &[CheckVerdict]) -> bool {
    verdicts.iter().all(|verdict| verdict.status == CheckStatus::Pass)
}

/// A setup that is held against a check file.
struct Holding<'a> {
    run: Run<'a>,
    how: &'a HowToHold,
    file: &'a CheckFile,
}

impl<'a> Holding<'a> {
    /// What was seen, and what comes of each assertion, at the last try.
    async fn settled(&self, mut voice: Voice) -> Result<(Seen<'a>, Vec<CheckVerdict>)> {
        let began = Instant::now();
        loop {
            let looked = self.look(voice).await.and_then(|seen| {
                let verdicts = self.judge(&seen)?;
                Ok((seen, verdicts))
            });
            let passes = looked.as_ref().is_ok_and(|(_, verdicts)| all_pass(verdicts));
            let left = self.how.retry.and_then(|retry| retry.checked_sub(began.elapsed()));
            match left {
                // An engine that is still starting is one more thing to wait for.
                Some(left) if !passes && !left.is_zero() => {
                    if voice == Voice::Aloud {
                        self.run.note("not everything is as it should be yet; trying again");
                    }
                    voice = Voice::Silent;
                    tokio::time::sleep(PAUSE.min(left)).await;
                }
                _ => break looked,
            }
        }
    }

    /// One look at the setup: as a file has it, or live, with what has to be
    /// measured and seen for the check file's sake.
    async fn look(&self, voice: Voice) -> Result<Seen<'a>> {
        let session = Session::open_judged(self.run).await?;
        let mut seen = Seen { probe: None, closely: !session.is_live(), session };
        if !seen.session.is_live() {
            seen.probe = seen.session.snapshot.probe.clone();
        } else if self.how.no_exec {
            seen.look_closer(false).await;
        } else {
            if self.file.asks_the_doctor() {
                seen.look_closer(true).await;
            }
            seen.probe = self.measured(&seen.session, voice).await?;
        }
        if seen.session.is_live() && self.file.asks_for_flows() {
            let wait = self.how.flows.map(tokio::time::sleep);
            seen.session.flows(Whom::all(!self.how.no_exec), wait).await?;
        }
        Ok(seen)
    }

    /// What was measured of all that the file asks about; nothing where it asks
    /// about nothing of that kind.
    async fn measured(&self, session: &Session<'_>, voice: Voice) -> Result<Option<Probe>> {
        let map = Map::new(&session.snapshot);
        let chosen = source::chosen(self.run.options, &map)?.containers;
        let queries: Vec<Query> = check::questions(self.file, &map, &chosen)
            .into_iter()
            .map(|q| Query::new(q.from, Some(q.to), q.network, q.by, q.target, q.attempt))
            .collect();
        if queries.is_empty() {
            return Ok(None);
        }
        let plan = plan_queries(&map, queries);
        session.carry_out(&map, &plan, &self.how.measuring, voice).await.map(Some)
    }

    /// Holds the file against what was seen.
    fn judge(&self, seen: &Seen<'_>) -> Result<Vec<CheckVerdict>> {
        let map = seen.map();
        let chosen = source::chosen(self.run.options, &map)?;
        let probe = seen.probe.as_ref();
        let comparison = probe.map(|probe| Comparison::new(&map, probe));
        let diagnosis = seen.closely.then(|| diagnose(&map, comparison.as_ref(), |_| true));
        let diagnosis = diagnosis.as_ref();
        let evidence = Evidence { map: &map, probe, diagnosis, chosen: &chosen.containers };
        let mut verdicts = check::evaluate(self.file, &evidence);
        if !self.how.explain {
            verdicts.iter_mut().for_each(|verdict| verdict.cause = None);
        }
        Ok(verdicts)
    }
}

/// What was seen of a setup.
struct Seen<'a> {
    session: Session<'a>,
    /// What was measured of what is asked about.
    probe: Option<Probe>,
    /// Whether the doctor has seen what it needs.
    closely: bool,
}

impl Seen<'_> {
    fn map(&self) -> Map<'_> {
        Map::new(&self.session.snapshot)
    }

    /// Looks inside the containers, for the doctor, if that was not done yet
    /// and can be; says whether it did.
    async fn look_closer(&mut self, exec: bool) -> bool {
        if self.closely {
            return false;
        }
        self.session.observe(exec).await;
        self.closely = true;
        true
    }
}

/// The file for what runs now.
async fn init(run: Run<'_>, how: &HowToHold) -> Result<String> {
    let file = CheckFile::isolated();
    let seen = Holding { run, how, file: &file }.look(Voice::Aloud).await?;
    let map = seen.map();
    let chosen = source::chosen(run.options, &map)?;
    let narrowed = match (&run.options.project[..], &run.options.network[..]) {
        ([], []) => check::Narrowed::No,
        (projects, []) => check::Narrowed::To(projects),
        _ => check::Narrowed::Otherwise,
    };
    let (containers, networks) = (&chosen.containers, &chosen.networks);
    Ok(check::init(&map, containers, networks, narrowed, seen.probe.as_ref()))
}

/// Fails when there is a file already that says something else: somebody may
/// have written it by hand. A pipe or a device has nothing to lose.
fn keep_what_is_written(file: Option<&Path>, text: &str) -> Result<()> {
    let Some(path) = file.filter(|path| path.is_file()) else { return Ok(()) };
    let unreadable = |error| Error::Unreadable { path: path.to_owned(), error };
    let length = path.metadata().map_err(unreadable)?.len();
    // What is as long is read whole, which is no more than what is to be written.
    let same = length == 0
        || length == text.len() as u64
            && std::fs::read(path).map_err(unreadable)? == text.as_bytes();
    if same {
        return Ok(());
    }
    let shown = path.display();
    Err(Error::Usage {
        what: format!("`{shown}` is there already, and says something else"),
        hint: Some(format!(
            "`netmap check {shown}` holds what runs against it; --force writes over it, another -o beside it"
        )),
    })
}

/// The check file of the folder that netmap runs in.
fn usual() -> Result<&'static Path> {
    let found = USUAL.iter().map(Path::new).find(|path| path.exists());
    found.ok_or_else(|| Error::Usage {
        what:
            "no check file is named, and there is neither netmap.yaml nor .netmap/check.yaml here"
                .to_owned(),
        hint: Some("netmap check --init -o netmap.yaml writes one for what runs now".to_owned()),
    })
}

/// Reads a check file, or what comes in on standard input.
pub fn read(path: &Path) -> Result<CheckFile> {
    let failed = |problems| Error::CheckFile { path: path.to_owned(), problems };
    let one = |what: String| failed(vec![Problem { place: None, what, hint: None }]);
    let mut bytes = Vec::new();
    let took = if path == Path::new("-") {
        std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    took.map_err(|error| Error::Unreadable { path: path.to_owned(), error })?;
    if bytes.len() as u64 > LARGEST {
        return Err(one(format!("it is larger than {} MB", LARGEST >> 20)));
    }
    let text =
        decoded(bytes).map_err(|error| Error::Unreadable { path: path.to_owned(), error })?;
    check::read(&text).map_err(|complaints| refused(path, complaints))
}

/// What is wrong with a check file, as an error.
fn refused(path: &Path, complaints: Vec<check::Complaint>) -> Error {
    let problem = |complaint: check::Complaint| Problem {
        place: complaint.place.map(|place| place.to_string()),
        what: complaint.what,
        hint: complaint.hint,
    };
    let problems = complaints.into_iter().map(problem).collect();
    Error::CheckFile { path: path.to_owned(), problems }
}
