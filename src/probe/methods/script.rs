//! One exec for each network stack: a shell script that runs all pings side
//! by side and prints how each ended. Works with the shells and pings of
//! busybox, dash and bash, and goes down the ladder of [`super::tools`] where
//! there is no ping that works.

use std::fmt::Write as _;
use std::time::Duration;

use super::tools::{TOOLS, Tool};
use crate::engine::{Ended, Engine, Exec, Ran};
use crate::error::Result;
use crate::model::{Attempt, Outcome, Why};
use crate::probe::plan::Act;
use crate::probe::{Answer, Limits, words};

/// Attempts that run side by side in one container: enough for 120 containers
/// whose addresses are all silent to cost one wait. Each takes two small
/// processes and less than a megabyte; a container that is limited gets what
/// fits.
const AT_ONCE: usize = 128;

/// Attempts that run side by side however narrow a container's limits are.
const AT_LEAST: usize = 2;

/// Memory that all of them together may take, in megabytes, where the container
/// has no limit.
const MEGABYTES: usize = 128;

/// Attempts in one exec: what fits into the arguments of a program with room to spare.
const IN_ONE_EXEC: usize = 2000;

/// What is kept of one script's output, in bytes.
const KEPT: usize = 4 << 20;

/// Seconds that an attempt at an address may take beyond its waits: a busy machine
/// is slow to start a hundred programs.
const SLACK: u64 = 3;

const START: char = '\u{1e}';
const BODY: char = '\u{1f}';
const STOP: char = '\u{1d}';
/// Stands in a record where what was said has the end of a line.
const NEXT_LINE: char = '\u{1c}';
const LAST_WORDS: &[u8] = b"\x1eend\x1d";

/// What an exec came to.
#[derive(Debug)]
pub enum Report {
    /// An answer for each act.
    Answers(Vec<Answer>),
    /// The container has no shell, or may not run it.
    NoShell,
}

/// How many execs [`run`] will need for so many acts.
pub fn execs(acts: usize) -> usize {
    acts.div_ceil(IN_ONE_EXEC)
}

/// Tries `acts` from inside the container with this id. `port_of` gives a
/// port to connect to where a ping cannot be sent.
pub async fn run(
    engine: &Engine,
    container: &str,
    acts: &[Act],
    limits: &Limits,
    port_of: impl Fn(&Act) -> u16,
) -> Result<Report> {
    let mut answers = Vec::with_capacity(acts.len());
    for part in acts.chunks(IN_ONE_EXEC) {
        let mut told = match once(engine, container, part, limits, AT_ONCE, &port_of).await? {
            Some(told) => told,
            None => return Ok(Report::NoShell),
        };
        // A container that may not have that many processes says nothing of
        // some acts; they get a second chance, a few at a time.
        let missing: Vec<usize> = (0..part.len()).filter(|at| told[*at].is_none()).collect();
        if !missing.is_empty() && missing.len() < part.len() {
            let acts: Vec<Act> = missing.iter().map(|at| part[*at].clone()).collect();
            if let Some(again) = once(engine, container, &acts, limits, AT_LEAST, &port_of).await? {
                for (at, answer) in missing.into_iter().zip(again) {
                    told[at] = answer;
                }
            }
        }
        let silent = || Answer::unknown(Why::ExecEnded);
        answers.extend(told.into_iter().map(|answer| answer.unwrap_or_else(silent)));
    }
    Ok(Report::Answers(answers))
}

/// One exec. `None` where there is no shell.
async fn once(
    engine: &Engine,
    container: &str,
    acts: &[Act],
    limits: &Limits,
    at_once: usize,
    port_of: &impl Fn(&Act) -> u16,
) -> Result<Option<Vec<Option<Answer>>>> {
    let rounds = acts.len().div_ceil(AT_LEAST) as u64;
    let one = tries(limits) + SLACK + 1;
    let exec = Exec {
        command: command(acts, limits, at_once, port_of),
        // Trying out the tools takes its time, too.
        silence: Duration::from_secs(one + 15),
        deadline: Duration::from_secs(one * rounds + 15),
        limit: KEPT,
        last_words: Some(LAST_WORDS),
    };
    let ran = engine.exec(container, &exec).await?;
    Ok(read(&ran, acts))
}

/// How long all tries of one attempt may take, in seconds: a ping repeats once a
/// second.
fn tries(limits: &Limits) -> u64 {
    limits.whole_seconds() + u64::from(limits.count.saturating_sub(1))
}

/// The shell, the script and its arguments.
fn command(
    acts: &[Act],
    limits: &Limits,
    at_once: usize,
    port_of: &impl Fn(&Act) -> u16,
) -> Vec<String> {
    let wait = limits.whole_seconds();
    let tries = tries(limits);
    // What takes longer than all its tries waits for a name server.
    let patience = |act: &Act| if act.is_address() { tries + SLACK } else { tries };
    let mut command: Vec<String> = vec!["sh".into(), "-c".into(), script(), "netmap".into()];
    let by_tcp = acts.iter().any(|act| act.attempt() != Attempt::Icmp);
    command.extend([wait.to_string(), limits.count.to_string(), at_once.to_string()]);
    command.push(if by_tcp { "t" } else { "a" }.to_owned());
    // Names are soon told; each worker is to have its share of what takes long.
    let mut order: Vec<(usize, &Act)> = acts.iter().enumerate().collect();
    order.sort_by_key(|(_, act)| !act.is_address());
    for (at, act) in order {
        let (kind, port) = match (act.attempt(), act.is_address()) {
            (Attempt::Icmp, true) => ("a", port_of(act)),
            (Attempt::Icmp, false) => ("n", port_of(act)),
            (Attempt::Tcp(port), _) => ("t", port),
        };
        let host = match act {
            Act::Address(address, _) => address.to_string(),
            Act::Name(name, _) => name.clone(),
        };
        let words = [at.to_string(), kind.to_owned(), host, port.to_string()];
        command.extend(words);
        command.push(patience(act).to_string());
    }
    command
}

/// The script. Nothing of other people's making is part of its text.
fn script() -> String {
    let (mut attempts, mut sizes) = (String::new(), String::new());
    for Tool { program, connect, megabytes } in TOOLS {
        let _ = writeln!(attempts, "{program}) {connect} ;;");
        let _ = writeln!(sizes, "{program}) M={megabytes} ;;");
    }
    let programs: Vec<&str> = TOOLS.iter().map(|tool| tool.program).collect();
    SCRIPT
        .replace("@ATTEMPTS@", &attempts)
        .replace("@SIZES@", &sizes)
        .replace("@TOOLS@", &programs.join(" "))
        .replace("@AT_LEAST@", &AT_LEAST.to_string())
        .replace("@MEGABYTES@", &MEGABYTES.to_string())
}

const SCRIPT: &str = include_str!("script.sh");

/// Reads what the script printed. `None` where the shell never began.
fn read(ran: &Ran, acts: &[Act]) -> Option<Vec<Option<Answer>>> {
    let output = String::from_utf8_lossy(&ran.output);
    if !output.contains(START) && ran.ended == Ended::Itself {
        return None;
    }
    let mut answers: Vec<Option<Answer>> = vec![None; acts.len()];
    for record in output.split(START).skip(1) {
        // Without its end a record is half a record.
        let Some((record, _)) = record.split_once(STOP) else { continue };
        let Some((head, said)) = record.split_once(BODY) else { continue };
        let mut head = head.split(' ');
        let (at, tool, code) = (head.next(), head.next(), head.next());
        let (Some(at), Some(tool), Some(code)) = (
            at.and_then(|at| at.parse::<usize>().ok()),
            tool,
            code.and_then(|code| code.parse::<i64>().ok()),
        ) else {
            continue;
        };
        if let Some(place) = answers.get_mut(at) {
            let said = said.replace(NEXT_LINE, "\n");
            *place = Some(answer(&acts[at], tool, code, &said));
        }
    }
    if ran.ended == Ended::Deadline || ran.ended == Ended::Flood {
        let why = match ran.ended {
            Ended::Flood => Why::TooMuch,
            _ => Why::ExecLate,
        };
        answers
            .iter_mut()
            .filter(|a| a.is_none())
            .for_each(|a| *a = Some(Answer::unknown(why.clone())));
    }
    Some(answers)
}

/// The answers to three acts if a script printed this.
#[cfg(any(test, fuzzing))]
pub fn read_by_chance(bytes: &[u8]) -> Vec<Answer> {
    let home = std::net::IpAddr::from([127, 0, 0, 1]);
    let acts = [
        Act::Address(home, Attempt::Icmp),
        Act::Address(home, Attempt::Tcp(80)),
        Act::Name("db".to_owned(), Attempt::Icmp),
    ];
    let ran =
        Ran { output: bytes.to_vec(), code: Some(0), ended: Ended::LastWords, ..Ran::default() };
    read(&ran, &acts).into_iter().flatten().flatten().collect()
}

fn answer(act: &Act, tool: &str, code: i64, said: &str) -> Answer {
    let known = TOOLS.iter().map(|known| known.program).find(|known| *known == tool);
    let mut answer = match (tool, known) {
        ("ping", _) => Answer { method: "ping", ..words::ping(code, said) },
        (_, Some(tool)) => Answer { method: tool, ..words::tcp(code, said) },
        _ => no_tool(said),
    };
    // A ping was asked for and a TCP connection was what could be done.
    let by_tcp = act.attempt() == Attempt::Icmp && known.is_some();
    if by_tcp && matches!(answer.outcome, Outcome::Reachable | Outcome::Refused) {
        answer.outcome = Outcome::Reachable;
        answer.reason =
            Some(Why::Other(format!("no ping in the container; {tool} got an answer over TCP")));
    }
    answer
}

/// What to say where nothing in the container can connect.
fn no_tool(said: &str) -> Answer {
    match words::ping(1, said).reason {
        Some(reason) if !said.trim().is_empty() => {
            Answer::unknown(format!("{reason}, and has nothing else that can connect"))
        }
        _ => Answer::unknown(Why::NoTools),
    }
}

#[cfg(test)]
#[path = "script_tests.rs"]
mod tests;
