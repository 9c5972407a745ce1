//! Plain `ping` by argument vector, for containers that have a ping and no
//! shell: one exec for each act, since ping takes one target.

use std::time::Duration;

use crate::engine::{Ended, Engine, Exec};
use crate::error::Result;
use crate::model::{Attempt, Outcome, Why};
use crate::probe::plan::Act;
use crate::probe::{Answer, Limits, words};

/// What is kept of one ping's output, in bytes.
const KEPT: usize = 16 << 10;

/// Tries `acts` one after another from inside the container with this id.
/// Where there is no ping the first one tells for all.
pub async fn run(
    engine: &Engine,
    container: &str,
    acts: &[Act],
    limits: &Limits,
) -> Result<Vec<Answer>> {
    let mut answers: Vec<Answer> = Vec::with_capacity(acts.len());
    for act in acts {
        if act.attempt() != Attempt::Icmp {
            answers.push(Answer::unknown(Why::NoShell));
            continue;
        }
        let answer = ping(engine, container, act, limits).await?;
        let hopeless = answer.outcome == Outcome::Unknown;
        answers.push(answer.clone());
        if hopeless {
            answers.resize(acts.len(), answer);
            break;
        }
    }
    Ok(answers)
}

async fn ping(engine: &Engine, container: &str, act: &Act, limits: &Limits) -> Result<Answer> {
    let host = act.host();
    let wait = limits.whole_seconds();
    let command = ["ping", "-q", "-c", &limits.count.to_string(), "-W", &wait.to_string(), &host];
    let deadline = Duration::from_secs(wait + u64::from(limits.count) + 3);
    let exec = Exec {
        command: command.map(str::to_owned).to_vec(),
        deadline,
        silence: deadline,
        limit: KEPT,
        last_words: None,
    };
    let ran = engine.exec(container, &exec).await?;
    let said = String::from_utf8_lossy(&ran.output);
    Ok(match (ran.ended, ran.code) {
        (Ended::Itself, Some(126 | 127)) => Answer::unknown(Why::NoShell),
        (Ended::Itself, Some(code)) => Answer { method: "ping", ..words::ping(code, &said) },
        (Ended::Itself, None) => Answer::unknown(Why::EndUntold),
        // Killed by a deadline of ours, as `timeout` would have.
        (Ended::Deadline, _) => Answer { method: "ping", ..words::ping(words::TIMED_OUT, &said) },
        (Ended::Flood | Ended::LastWords, _) => Answer::unknown(Why::TooMuch),
    })
}
