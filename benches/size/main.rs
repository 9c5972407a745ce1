//! What netmap takes for setups of 1,000, 10,000 and 50,000 containers, as
//! whole processes: time, memory at its highest, and how both grow.
//!
//!     cargo bench --bench size                  all sizes, about three minutes
//!     cargo bench --bench size -- 1000 10000    these sizes
//!     cargo bench --bench size -- --beside PROGRAM 1000 10000
//!                                               beside another netmap, in turns
//!
//! From a snapshot, and from an engine that is made up: a small HTTP server
//! that answers as long and as detailed as Docker does, on the same machine.
//! Ends with 1 where a bar is missed.

#![allow(clippy::unwrap_used)] // a benchmark that cannot go on should stop

#[path = "../shared/bare_calls.rs"]
mod bare_calls;
#[path = "../../tests/offline/fake_engine.rs"]
#[allow(dead_code)]
mod fake_engine;
#[path = "../shared/process.rs"]
mod process;
#[path = "../../tests/offline/town.rs"]
mod town;
#[path = "../../tests/offline/town_engine.rs"]
mod town_engine;

use std::io::Write;
use std::process::{Command, ExitCode};
use std::time::Duration;

use fake_engine::FakeEngine;
use process::Took;
use tempfile::TempDir;

const NETMAP: &str = env!("CARGO_BIN_EXE_netmap");
const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/module-5");

/// From 1,000 containers to 10,000, the processor's time may grow so many
/// times: of a process alone, whatever else the machine does.
const MOST_GROWTH: f64 = 12.0;
/// And start-up may take so many milliseconds.
const MOST_START: f64 = 10.0;
/// The most bytes of the program; docs/benchmarks.md says what weighs how much.
const LARGEST: u64 = 16_000_000;

/// A command that is measured, and its bars for 10,000 containers.
struct Row {
    about: &'static str,
    /// `{now}` and `{later}` stand for snapshots, `{engine}` for an engine, and `{talkative}`
    /// for one with long logs.
    command: &'static str,
    bars: Option<Bars>,
}

/// The most that a command may take.
#[derive(Clone, Copy)]
struct Bars {
    /// Seconds from start to end.
    seconds: f64,
    /// Seconds of the processor's time.
    processor: f64,
    megabytes: u64,
}

const FROM_FILE: Bars = Bars { seconds: 1.0, processor: 0.5, megabytes: 200 };
const DRAWN: Bars = Bars { seconds: 2.0, processor: 2.0, megabytes: 200 };
const SHOWN: Bars = Bars { seconds: 1.0, processor: 0.5, megabytes: 65 };
const JUDGED: Bars = Bars { seconds: 1.0, processor: 0.5, megabytes: 110 };

const ROWS: [Row; 12] = [
    row("show --from", "show --from {now}", Some(FROM_FILE)),
    row("show --from --format json", "show --from {now} --format json", None),
    row("show --from --format dot", "show --from {now} --format dot", None),
    row("show --from --format svg", "show --from {now} --format svg", Some(DRAWN)),
    row("doctor --from", "doctor --from {now}", Some(FROM_FILE)),
    row("check --init --from", "check --init --from {now}", Some(FROM_FILE)),
    row("diff", "diff {now} {later}", None),
    row("the bare calls to an engine", "bare-calls {engine}", None),
    row("show", "show --host {engine}", Some(SHOWN)),
    row("show --format json", "show --host {engine} --format json", None),
    row("doctor --no-exec", "doctor --no-exec --host {engine}", Some(JUDGED)),
    row("doctor --no-exec, long logs", "doctor --no-exec --host {talkative}", None),
];

const fn row(about: &'static str, command: &'static str, bars: Option<Bars>) -> Row {
    Row { about, command, bars }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if process::measurer() {
        return ExitCode::SUCCESS;
    }
    if let ["bare-calls", engine] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        bare_calls::bare_calls(engine);
        return ExitCode::SUCCESS;
    }
    if let [beside, program, sizes @ ..] = arguments.as_slice()
        && beside == "--beside"
    {
        side_by_side(program, sizes);
        return ExitCode::SUCCESS;
    }
    let mut sizes: Vec<usize> = arguments.iter().map(|size| size.parse().unwrap()).collect();
    if sizes.is_empty() {
        sizes = vec![1_000, 10_000, 50_000];
    }
    let mut missed = start_up();
    let columns: Vec<Vec<Took>> = sizes.iter().map(|size| measure(*size)).collect();
    missed.extend(table(&sizes, &columns));
    let out = &mut std::io::stdout();
    if missed.is_empty() {
        let _ = writeln!(out, "\nall bars are met");
        return ExitCode::SUCCESS;
    }
    let _ = writeln!(out, "\nmissed: {}", missed.join("; "));
    ExitCode::FAILURE
}

/// A setup of some size: as snapshots, and on an engine that is made up.
struct Setup {
    snapshots: TempDir,
    engine: FakeEngine,
    /// The same with as many lines in each log as are asked for.
    talkative: FakeEngine,
    /// The same a day later.
    later: FakeEngine,
}

impl Setup {
    fn new(size: usize) -> Self {
        let snapshots = tempfile::tempdir().unwrap();
        let now = town::town(size, (size / 5).min(2000));
        std::fs::write(snapshots.path().join("now.json"), now.to_json()).unwrap();
        let later = town::a_day_later(now.clone());
        std::fs::write(snapshots.path().join("later.json"), later.to_json()).unwrap();
        let said = |at: u32| {
            let (path, took) = (at * 37 % 1000, at * 13 % 400);
            format!("INFO 172.18.0.{} GET /api/items/{path} 200 {took}ms", at % 250)
        };
        let lines: Vec<String> = (0..200).map(said).collect();
        let [engine, later] = [&now, &later].map(town_engine::start);
        Self { snapshots, engine, talkative: town_engine::start_with_logs(&now, &lines), later }
    }

    /// The snapshots that another netmap takes of it, which need not read ours.
    fn snapshots_by(&self, netmap: &str) -> TempDir {
        let snapshots = tempfile::tempdir().unwrap();
        for (engine, file) in [(&self.engine, "now.json"), (&self.later, "later.json")] {
            let file = snapshots.path().join(file);
            let mut command = Command::new(netmap);
            command.args(["snapshot", "--no-exec", "--host", &engine.address, "-o"]).arg(file);
            assert!(command.status().unwrap().success(), "{netmap} takes no snapshot");
        }
        snapshots
    }

    /// A row's command, run by this netmap with these snapshots.
    fn command(&self, row: &Row, netmap: &str, snapshots: &TempDir) -> Vec<String> {
        let file = |name: &str| snapshots.path().join(name).display().to_string();
        let (now, later) = (file("now.json"), file("later.json"));
        let mut command: Vec<String> = row.command.split(' ').map(str::to_owned).collect();
        for word in &mut command {
            *word = word.replace("{now}", &now).replace("{later}", &later);
            *word = word.replace("{engine}", &self.engine.address);
            *word = word.replace("{talkative}", &self.talkative.address);
        }
        let program = match command[0].as_str() {
            "bare-calls" => std::env::current_exe().unwrap().display().to_string(),
            _ => netmap.to_owned(),
        };
        command.insert(0, program);
        command
    }
}

/// Measures each row at one size.
fn measure(size: usize) -> Vec<Took> {
    let setup = Setup::new(size);
    // A single run of the largest is long enough to be told from noise.
    let runs = if size > 10_000 { 1 } else { 3 };
    let took = |row| process::best(runs, &setup.command(row, NETMAP, &setup.snapshots));
    ROWS.iter().map(took).collect()
}

/// Prints what this program and another one take, which run in turns: whatever
/// else the machine does, it does to both.
fn side_by_side(other: &str, sizes: &[String]) {
    const TURNS: usize = 5;
    let out = &mut std::io::stdout();
    let bytes = |program: &str| std::fs::metadata(program).unwrap().len() as f64 / 1e6;
    let _ = writeln!(out, "the binaries have {:.2} and {:.2} MB", bytes(other), bytes(NETMAP));
    let _ = writeln!(out, "| containers | | s | processor, s | MB |\n|---|---|---|---|---|");
    let mut rows: Vec<&Row> =
        ROWS.iter().filter(|row| !row.command.starts_with("bare-calls")).collect();
    for size in sizes {
        let setup = Setup::new(size.parse().unwrap());
        let theirs = setup.snapshots_by(other);
        // What takes long is not tried at a larger size.
        rows.retain(|row| {
            let commands = [(other, &theirs), (NETMAP, &setup.snapshots)];
            let commands = commands.map(|(netmap, files)| setup.command(row, netmap, files));
            let turns: Vec<[Took; 2]> =
                (0..TURNS).map(|_| commands.each_ref().map(|c| process::run(c))).collect();
            let [before, now] =
                [0, 1].map(|at| process::least(&turns.iter().map(|t| t[at]).collect::<Vec<_>>()));
            let cell = |number: fn(&Took) -> f64, digits: usize| {
                let (before, now) = (number(&before), number(&now));
                format!("{before:.digits$} → {now:.digits$} ({:.2}×)", now / before)
            };
            let seconds = cell(|took| took.time.as_secs_f64(), 3);
            let processor = cell(|took| took.processor.as_secs_f64(), 3);
            let memory = cell(|took| took.memory as f64 / 1000.0, 0);
            let _ =
                writeln!(out, "| {size} | {} | {seconds} | {processor} | {memory} |", row.about);
            before.time.max(now.time) < Duration::from_secs(3)
        });
    }
}

/// Prints what was measured, and says which bars are missed.
fn table(sizes: &[usize], columns: &[Vec<Took>]) -> Vec<String> {
    let out = &mut std::io::stdout();
    let seconds = |took: &Took| took.time.as_secs_f64();
    let processor = |took: &Took| took.processor.as_secs_f64();
    let at = |size: usize| sizes.iter().position(|s| *s == size);
    let small_and_large = at(1_000).zip(at(10_000));
    let heads: Vec<String> =
        sizes.iter().map(|size| format!(" {size}, s | processor, s | MB |")).collect();
    let _ = writeln!(out, "\n| containers |{} growth, 1,000 to 10,000 |", heads.join(""));
    let _ = writeln!(out, "|---|{}---|", "---|---|---|".repeat(sizes.len()));
    let mut missed = Vec::new();
    for (number, row) in ROWS.iter().enumerate() {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| &column[number])
            .map(|took| {
                let (time, worked) = (seconds(took), processor(took));
                format!(" {time:.3} | {worked:.3} | {} |", took.memory / 1000)
            })
            .collect();
        let growth = small_and_large.map(|(small, large)| {
            processor(&columns[large][number]) / processor(&columns[small][number])
        });
        let told = growth.map_or("".to_owned(), |growth| format!("{growth:.1}×"));
        let _ = writeln!(out, "| {} |{} {told} |", row.about, cells.join(""));
        if growth.is_some_and(|growth| growth > MOST_GROWTH) {
            missed.push(format!("{} grows {told}", row.about));
        }
        if let (Some(large), Some(bars)) = (at(10_000), row.bars) {
            missed.extend(misses(row.about, &columns[large][number], bars));
        }
    }
    missed
}

/// What a command of 10,000 containers took more of than it may.
fn misses(about: &str, took: &Took, bars: Bars) -> Option<String> {
    let (time, worked) = (took.time.as_secs_f64(), took.processor.as_secs_f64());
    let memory = took.memory / 1000;
    let Bars { seconds, processor, megabytes } = bars;
    (time > seconds || worked > processor || memory > megabytes).then(|| {
        format!(
            "{about} of 10,000 takes {time:.2} s, {worked:.2} s of the processor's time and \
             {memory} MB, and may take {seconds} s, {processor} s and {megabytes} MB"
        )
    })
}

/// Prints how long netmap takes to do next to nothing, and how large it is.
fn start_up() -> Vec<String> {
    let out = &mut std::io::stdout();
    let mut missed = Vec::new();
    let _ = writeln!(out, "| start-up | ms, best of 20 | MB |\n|---|---|---|");
    for (about, arguments) in
        [("--version", vec!["--version"]), ("show --from SAMPLE", vec!["show", "--from", SMALL])]
    {
        let command: Vec<String> =
            [NETMAP].iter().chain(&arguments).map(|w| (*w).to_owned()).collect();
        let took = process::best(20, &command);
        let milliseconds = took.time.as_secs_f64() * 1000.0;
        let _ = writeln!(out, "| {about} | {milliseconds:.1} | {} |", took.memory / 1000);
        if milliseconds > MOST_START {
            missed.push(format!("{about} takes {milliseconds:.1} ms"));
        }
    }
    let bytes = std::fs::metadata(NETMAP).unwrap().len();
    let _ = writeln!(out, "\nthe binary has {:.2} MB", bytes as f64 / 1e6);
    if bytes > LARGEST {
        missed.push(format!("the binary has {:.2} MB", bytes as f64 / 1e6));
    }
    missed
}
