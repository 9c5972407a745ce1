//! One exec for each network stack: a shell script that runs all pings side
//! by side and prints how each ended. busybox's are run bare, and
//! [`super::bare`] reads them. Works with the shells and pings of
//! busybox, dash and bash, and goes down the ladder of [`super::tools`] where
//! there is no ping that works.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::Duration;

use super::bare;
use super::tools::{TOOLS, Tool};
use crate::engine::{Ended, Engine, Exec, Ran};
use crate::error::Result;
use crate::model::{Attempt, Outcome, Why};
use crate::order::OrderBy;
use crate::probe::plan::{Act, ProbePlan};
use crate::probe::stand_in::StandIns;
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

/// A TCP port nobody listens on as a rule: `tcpmux`. A refusal proves the way open.
const UNLIKELY_PORT: u16 = 1;

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

/// What is known of those that are asked.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The plan that the acts are of.
    pub plan: &'a ProbePlan,
    /// Pings of names that stand for pings of addresses.
    pub stand_ins: &'a StandIns,
}

/// Tries `acts` from inside the container with this id.
pub async fn run(
    engine: &Engine,
    container: &str,
    acts: &[Act],
    limits: &Limits,
    known: Known<'_>,
) -> Result<Report> {
    let mut answers = Vec::with_capacity(acts.len());
    for part in acts.chunks(IN_ONE_EXEC) {
        let mut told: Vec<Option<Answer>> = vec![None; part.len()];
        for manner in [Manner::Bare, Manner::Many, Manner::Few] {
            let missing: Vec<usize> = (0..part.len()).filter(|at| told[*at].is_none()).collect();
            if missing.is_empty() || (manner == Manner::Few && missing.len() == part.len()) {
                break;
            }
            let acts: Vec<Act> = missing.iter().map(|at| part[*at].clone()).collect();
            match once(engine, container, &acts, limits, manner, known).await? {
                Some(again) => {
                    for (at, answer) in missing.into_iter().zip(again) {
                        told[at] = answer;
                    }
                }
                None if manner == Manner::Bare => return Ok(Report::NoShell),
                None => break,
            }
        }
        let silent = || Answer::unknown(Why::ExecEnded);
        answers.extend(told.into_iter().map(|answer| answer.unwrap_or_else(silent)));
    }
    Ok(Report::Answers(answers))
}

/// How attempts are run in one exec. What says nothing in one manner gets a
/// chance in the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Pings with nothing around them, where their words tell whose they are. A
    /// ping that could not send leaves that open.
    Bare,
    /// Each in a shell of its own.
    Many,
    /// A few at a time: a container may not have more processes.
    Few,
}

impl Manner {
    fn at_once(self) -> usize {
        match self {
            Self::Bare | Self::Many => AT_ONCE,
            Self::Few => AT_LEAST,
        }
    }
}

/// One exec. `None` where there is no shell.
async fn once(
    engine: &Engine,
    container: &str,
    acts: &[Act],
    limits: &Limits,
    manner: Manner,
    known: Known<'_>,
) -> Result<Option<Vec<Option<Answer>>>> {
    let rounds = acts.len().div_ceil(AT_LEAST) as u64;
    let one = tries(limits) + SLACK + 1;
    let exec = Exec {
        command: command(acts, limits, manner, known),
        // Trying out the tools takes its time, too.
        silence: Duration::from_secs(one + 15),
        deadline: Duration::from_secs(one * rounds + 15),
        limit: KEPT,
        last_words: Some(LAST_WORDS),
    };
    let ran = engine.exec(container, &exec).await?;
    let mut answers = read(&ran, acts);
    if let Some(answers) = &mut answers {
        stand_in(acts, known.stand_ins, answers);
    }
    Ok(answers)
}

/// For pings of addresses, by their positions, where the ping of a name is that
/// stands for them.
fn stood_for(acts: &[Act], stand_ins: &StandIns) -> HashMap<usize, usize> {
    let names: HashMap<&str, usize> = acts
        .iter()
        .enumerate()
        .filter_map(|(at, act)| match act {
            Act::Name(name, Attempt::Icmp) => Some((name.as_str(), at)),
            _ => None,
        })
        .collect();
    let of_name = |(at, act): (usize, &Act)| match act {
        Act::Address(address, Attempt::Icmp) => {
            Some((at, *names.get(stand_ins.get(address)?.as_str())?))
        }
        _ => None,
    };
    acts.iter().enumerate().filter_map(of_name).collect()
}

/// Lets pings of names answer for those of addresses that were not made: what a
/// name led elsewhere says nothing of them.
fn stand_in(acts: &[Act], stand_ins: &StandIns, answers: &mut [Option<Answer>]) {
    for (at, name) in stood_for(acts, stand_ins) {
        let Act::Address(address, _) = acts[at] else { continue };
        let led_there = |answer: &&Answer| answer.leads_to == Some(address);
        if answers[at].is_none() {
            answers[at] = answers[name].as_ref().filter(led_there).cloned();
        }
    }
}

/// How long all tries of one attempt may take, in seconds: a ping repeats once a
/// second.
fn tries(limits: &Limits) -> u64 {
    limits.whole_seconds() + u64::from(limits.count.saturating_sub(1))
}

/// The shell, the script and its arguments.
fn command(acts: &[Act], limits: &Limits, manner: Manner, known: Known) -> Vec<String> {
    let wait = limits.whole_seconds();
    let tries = tries(limits);
    // What takes longer than all its tries waits for a name server.
    let patience = |act: &Act| if act.is_address() { tries + SLACK } else { tries };
    let mut command: Vec<String> = vec!["sh".into(), "-c".into(), script(), "netmap".into()];
    let by_tcp = acts.iter().any(|act| act.attempt() != Attempt::Icmp);
    let at_once = manner.at_once();
    command.extend([wait.to_string(), limits.count.to_string(), at_once.to_string()]);
    let kinds = match manner {
        _ if by_tcp => "t",
        Manner::Bare => "b",
        Manner::Many | Manner::Few => "a",
    };
    let family = if known.plan.leads_to_ipv6 || acts.iter().any(is_ipv6) { "" } else { "-4" };
    command.extend([kinds.to_owned(), family.to_owned()]);
    let stood_for = stood_for(acts, known.stand_ins);
    // Names are soon told; each worker is to have its share of what takes long.
    let mut order: Vec<(usize, &Act)> = acts.iter().enumerate().collect();
    order.order_by_key(|(_, act)| !act.is_address());
    for (at, act) in order {
        let (kind, port) = match (act.attempt(), act.is_address()) {
            (Attempt::Icmp, true) if stood_for.contains_key(&at) => ("s", port_of(act, known.plan)),
            (Attempt::Icmp, true) => ("a", port_of(act, known.plan)),
            (Attempt::Icmp, false) => ("n", port_of(act, known.plan)),
            (Attempt::Tcp(port), _) => ("t", port),
        };
        let words = [at.to_string(), kind.to_owned(), act.host(), port.to_string()];
        command.extend(words);
        command.push(patience(act).to_string());
    }
    command
}

/// A port to connect to where a ping cannot be sent.
fn port_of(act: &Act, plan: &ProbePlan) -> u16 {
    match act {
        Act::Address(address, _) => plan.ports.get(address).copied().unwrap_or(UNLIKELY_PORT),
        Act::Name(..) => UNLIKELY_PORT,
    }
}

fn is_ipv6(act: &Act) -> bool {
    matches!(act, Act::Address(IpAddr::V6(_), _))
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
    let mut parts = output.split(START);
    let mut outside = parts.next().unwrap_or_default().to_owned();
    let mut no_ping = "no ping in the container";
    for record in parts {
        // Without its end a record is half a record.
        let Some((record, after)) = record.split_once(STOP) else { continue };
        outside.push_str(after);
        let Some((head, said)) = record.split_once(BODY) else { continue };
        let mut head = head.split(' ');
        let (at, tool, code) = (head.next(), head.next(), head.next());
        if at == Some("ping") && words::ping(1, said).reason == Some(Why::PingForbidden) {
            no_ping = "the container may not send pings";
        }
        let (Some(at), Some(tool), Some(code)) = (
            at.and_then(|at| at.parse::<usize>().ok()),
            tool,
            code.and_then(|code| code.parse::<i64>().ok()),
        ) else {
            continue;
        };
        if let Some(place) = answers.get_mut(at) {
            let said = said.replace(NEXT_LINE, "\n");
            *place = Some(answer(&acts[at], tool, code, &said, no_ping));
        }
    }
    let bare = bare::read(&outside);
    for (act, answer) in acts.iter().zip(&mut answers).filter(|(_, answer)| answer.is_none()) {
        *answer = bare::answer(act, &bare);
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

fn answer(act: &Act, tool: &str, code: i64, said: &str, no_ping: &str) -> Answer {
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
        answer.reason = Some(Why::Other(format!("{no_ping}; {tool} got an answer over TCP")));
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
