//! How long `netmap show` takes beside docker's own command line and beside
//! the bare calls it cannot do without, as whole processes in one sitting:
//!
//!     tests/run --exec cargo bench --bench show
//!
//! Machines differ and are noisy; the ratios are what counts.

#![allow(clippy::unwrap_used)] // a benchmark that cannot go on should stop

#[path = "../tests/engine/crowd.rs"]
#[allow(dead_code)]
mod crowd;
#[path = "../tests/engine/support.rs"]
#[allow(dead_code)]
mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const RUNS: usize = 15;
const WIDTH: usize = 8;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("bare-calls") {
        bare_calls();
        return;
    }
    let mut corner = support::Corner::new("bench");
    crowd::bring_up(&mut corner);
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
    ];
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); contenders.len()];
    // In turn, so that a slow moment of the machine slows all of them.
    for run in 0..=RUNS {
        for (at, (name, command)) in contenders.iter().enumerate() {
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
        "{containers} containers, median of {RUNS} runs\n\n| | ms | × bare calls |\n|---|---|---|"
    );
    for ((name, _), median) in contenders.iter().zip(&medians) {
        let _ = writeln!(out, "| {name} | {median:.1} | {:.2} |", median / medians[0]);
    }
}

/// The calls a scan is made of and nothing else: three lists, and an inspect
/// of each container over eight connections; the answers are read and dropped.
fn bare_calls() {
    let list = get(&mut connect(), "/containers/json?all=1");
    get(&mut connect(), "/networks");
    get(&mut connect(), "/version");
    let text = String::from_utf8_lossy(&list).into_owned();
    let ids = Mutex::new(
        text.split("\"Id\":\"").skip(1).map(|rest| rest[..64].to_owned()).collect::<Vec<_>>(),
    );
    std::thread::scope(|scope| {
        for _ in 0..WIDTH {
            scope.spawn(|| {
                let mut connection = connect();
                loop {
                    let Some(id) = ids.lock().expect("no panic").pop() else { return };
                    get(&mut connection, &format!("/containers/{id}/json"));
                }
            });
        }
    });
}

fn connect() -> BufReader<UnixStream> {
    let engine = support::engine();
    BufReader::new(UnixStream::connect(engine.trim_start_matches("unix://")).expect("the engine"))
}

fn get(connection: &mut BufReader<UnixStream>, path: &str) -> Vec<u8> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: engine\r\n\r\n");
    connection.get_mut().write_all(request.as_bytes()).expect("a request");
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).expect("a header");
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("content-length: ") {
            length = number.parse().expect("a number");
        }
        chunked |= line == "transfer-encoding: chunked";
    }
    let mut body = Vec::new();
    if !chunked {
        body.resize(length, 0);
        connection.read_exact(&mut body).expect("a body");
        return body;
    }
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).expect("a chunk");
        let size = usize::from_str_radix(line.trim(), 16).expect("a size");
        let mut chunk = vec![0; size + 2];
        connection.read_exact(&mut chunk).expect("a chunk");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&chunk[..size]);
    }
}
