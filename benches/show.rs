//! How long `netmap show` takes beside docker's own command line and beside
//! the bare calls it cannot do without, as whole processes in one sitting:
//!
//!     tests/run --exec cargo bench --bench show
//!
//! Machines differ and are noisy; the ratios are what counts. Takes some minutes,
//! most of which starting 300 containers.

#![allow(clippy::unwrap_used)] // a benchmark that cannot go on should stop

#[path = "shared/bare_calls.rs"]
mod bare_calls;
#[path = "../tests/engine/crowd.rs"]
#[allow(dead_code)]
mod crowd;
#[path = "../tests/engine/requests.rs"]
#[allow(dead_code)]
mod requests;
#[path = "../tests/engine/support.rs"]
#[allow(dead_code)]
mod support;

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 15;

/// `netmap show` may take so many times as long as the bare calls, with 300
/// containers on 20 networks.
const MOST: f64 = 1.3;

/// `netmap doctor` may take so many times as long as `netmap show`, with 60
/// containers and without running anything in them.
const MOST_OF_DOCTOR: f64 = 2.0;

/// Positions of those among the contenders.
const BARE: usize = 0;
const SHOW: usize = 2;
const DOCTOR: usize = 3;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("bare-calls") {
        bare_calls::bare_calls(&support::engine());
        return ExitCode::SUCCESS;
    }
    let mut corner = support::Corner::new("bench");
    crowd::bring_up(&mut corner);
    let of_60 = compare("60 containers on 12 networks");
    let networks: Vec<String> =
        (0..8).map(|number| corner.network(&format!("more{number}"), &[])).collect();
    for number in 0..240 {
        let network = &networks[number % networks.len()];
        corner.sleeper(&format!("more{number:03}"), &["--network", network]);
    }
    let of_300 = compare("300 containers on 20 networks");
    let bars = [
        ("show, with 300 containers: times the bare calls", of_300[SHOW] / of_300[BARE], MOST),
        ("doctor --no-exec, with 60: times show", of_60[DOCTOR] / of_60[SHOW], MOST_OF_DOCTOR),
    ];
    let out = &mut std::io::stdout();
    for (about, ratio, most) in bars {
        let word = if ratio <= most { "met" } else { "missed" };
        let _ = writeln!(out, "{about}: {ratio:.2}, the bar of {most} is {word}");
    }
    if bars.iter().all(|(_, ratio, most)| ratio <= most) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Times all ways in turn, prints the table, and gives their medians in
/// milliseconds.
fn compare(setup: &str) -> Vec<f64> {
    let engine = support::engine();
    let me = std::env::current_exe().expect("this program");
    let me = me.display();
    let netmap = env!("CARGO_BIN_EXE_netmap");
    let contenders = [
        ("the bare calls, 8 at once", format!("{me} bare-calls")),
        ("netmap show --format json", format!("{netmap} show --host {engine} --format json")),
        ("netmap show", format!("{netmap} show --host {engine}")),
        (
            "netmap doctor --no-exec",
            // It ends with 1 where it finds something, and that is no failure.
            format!("{netmap} doctor --no-exec --host {engine} || [ $? = 1 ]"),
        ),
        (
            "docker network inspect $(docker network ls -q)",
            format!("docker -H {engine} network inspect $(docker -H {engine} network ls -q)"),
        ),
        (
            "docker inspect $(docker ps -aq)",
            format!("docker -H {engine} inspect $(docker -H {engine} ps -aq)"),
        ),
        (
            "the naive way, docker inspect for each container",
            format!(
                "for id in $(docker -H {engine} ps -aq); do docker -H {engine} inspect $id; done"
            ),
        ),
    ];
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); contenders.len()];
    // In turn, so that a slow moment of the machine slows all of them.
    for run in 0..=RUNS {
        for (at, (name, command)) in contenders.iter().enumerate() {
            // Seconds are told from milliseconds after a few runs.
            if name.contains("naive") && run > 3 {
                continue;
            }
            let began = Instant::now();
            let status = Command::new("sh").arg("-c").arg(command).stdout(Stdio::null()).status();
            assert!(status.expect("sh runs").success(), "{name}");
            if run > 0 {
                times[at].push(began.elapsed());
            }
        }
    }
    let medians: Vec<f64> = times
        .iter_mut()
        .map(|times| {
            times.sort();
            times[times.len() / 2].as_secs_f64() * 1000.0
        })
        .collect();
    let containers = support::docker(&["ps", "-aq"]).lines().count();
    let out = &mut std::io::stdout();
    let _ = writeln!(
        out,
        "\n{setup} ({containers} in all), median of {RUNS} runs\n\n| | ms | × bare calls |\n|---|---|---|"
    );
    for ((name, _), median) in contenders.iter().zip(&medians) {
        let _ = writeln!(out, "| {name} | {median:.1} | {:.2} |", median / medians[BARE]);
    }
    medians
}
