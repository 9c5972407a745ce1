//! Ctrl-C and a request to end, whatever a command is doing: it ends within a
//! second and leaves nothing half done.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::netmap_command;
use crate::town::town;

/// How long ending may take.
const A_SECOND: Duration = Duration::from_secs(1);

/// Starts netmap in the folder, with an open standard input that says nothing.
fn start(folder: &Path, arguments: &[&str]) -> Child {
    netmap_command()
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until a process catches the signals: one that comes before ends a
/// program that has done nothing yet.
fn wait_until_signals_are_caught(child: &mut Child) {
    let wanted: u64 = 1 << 1 | 1 << 14;
    let status = format!("/proc/{}/status", child.id());
    let deadline = Instant::now() + 10 * A_SECOND;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        if caught.is_some_and(|mask| mask & wanted == wanted) {
            return;
        }
        assert!(Instant::now() < deadline, "it catches no signals: {text}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn an_interrupt_ends_any_command_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("large.json"), town(10_000, 2_000).to_json()).unwrap();
    fs::write(at("kept.svg"), "as it was").unwrap();
    // An engine that takes connections and says nothing.
    let _silent = UnixListener::bind(at("silent.sock")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(at("fifo")).status().unwrap();
    assert!(made.success());
    let silent = format!("unix://{}", at("silent.sock").display());
    let commands: [&[&str]; 10] = [
        &["show", "--from", "-"],
        &["show", "--from", "fifo"],
        &["show", "--compose", "-"],
        &["show", "--compose", "fifo"],
        &["check", "fifo", "--from", "large.json"],
        &["show", "--from", "large.json", "-o", "kept.svg"],
        &["show", "--from", "large.json", "-a", "-o", "kept.svg"],
        &["doctor", "--from", "large.json", "-o", "new.json"],
        &["diff", "large.json", "fifo"],
        &["probe", "--host", &silent],
    ];
    // All hundred take a minute, which is for those who ask for it.
    let rounds = if std::env::var_os("NETMAP_TEST_LONG").is_some() { 100 } else { 20 };
    let mut slowest = Duration::ZERO;
    let mut ended = 0;
    for round in 0..rounds {
        let (command, terminate) = (commands[round % 10], round / 10 % 2 == 1);
        let mut child = start(folder.path(), command);
        wait_until_signals_are_caught(&mut child);
        std::thread::sleep(Duration::from_millis((round as u64 * 37) % 300));
        let signal = if terminate { "TERM" } else { "INT" };
        let id = child.id().to_string();
        let _ = std::process::Command::new("kill")
            .args(["-s", signal, &id])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let sent = Instant::now();
        let pause = Duration::from_millis(2);
        let mut late = Duration::ZERO;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            assert!(sent.elapsed() < 20 * A_SECOND, "{command:?} goes on after {signal}");
            let asleep = Instant::now();
            std::thread::sleep(pause);
            late += asleep.elapsed().saturating_sub(pause);
        };
        // A machine that wakes this test late is as late for netmap.
        slowest = slowest.max(sent.elapsed().saturating_sub(late));
        let code = status.code();
        let asked = Some(if terminate { 143 } else { 130 });
        // A command that was done before the signal came has ended by itself.
        assert!(code == asked || code.is_some_and(|code| code < 2), "{command:?}: {status:?}");
        ended += usize::from(code == asked);
        let left = fs::read_dir(folder.path()).unwrap();
        let mut left: Vec<_> =
            left.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        left.retain(|name| name.ends_with(".tmp"));
        assert!(left.is_empty(), "{command:?} left {left:?}");
        let kept = fs::read_to_string(at("kept.svg")).unwrap();
        assert!(kept == "as it was" || kept.trim_end().ends_with("</svg>"), "half a picture");
    }
    assert!(slowest < A_SECOND, "the slowest took {slowest:?}");
    assert!(2 * ended > rounds, "only {ended} of {rounds} were interrupted");
}
