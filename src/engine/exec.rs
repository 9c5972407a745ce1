//! Running a command inside a container, with a deadline, a bound on what it
//! may print, and a way to be sure that nothing is left behind: the command's
//! standard input stays open exactly as long as netmap listens, so a script
//! that watches it knows when to go.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use super::connect::Engine;
use crate::error::Result;

/// A command to run inside a container.
#[derive(Debug, Clone)]
pub struct Exec {
    /// Program and arguments. No shell is added.
    pub command: Vec<String>,
    /// How long it may take, its start not counted.
    pub deadline: Duration,
    /// How long it may say nothing.
    pub silence: Duration,
    /// How many bytes of output are kept; at more, the command is given up.
    pub limit: usize,
    /// Output that means the command has said all it has to say.
    pub last_words: Option<&'static [u8]>,
}

/// What became of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// Standard output and standard error, as they came.
    pub output: Vec<u8>,
    /// Standard output alone: the two come in pieces that cut each other's lines.
    pub stdout: Vec<u8>,
    /// Exit code, if the command ended by itself and the engine said so.
    /// 126 and 127 mean that it never began.
    pub code: Option<i64>,
    /// How netmap stopped listening.
    pub ended: Ended,
}

/// How netmap stopped listening to a command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ended {
    /// The command ended.
    #[default]
    Itself,
    /// Its last words came.
    LastWords,
    /// The deadline passed, or it was silent for too long.
    Deadline,
    /// It printed more than is kept.
    Flood,
}

impl Engine {
    /// Runs a command in the container with this id. An error means that the
    /// engine refused or failed; whatever the command did is in [`Ran`].
    ///
    /// # Errors
    ///
    /// When the engine refuses the exec or the connection to it breaks.
    pub async fn exec(&self, container: &str, exec: &Exec) -> Result<Ran> {
        let options = CreateExecOptions {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(false),
            cmd: Some(exec.command.clone()),
            ..CreateExecOptions::<String>::default()
        };
        let id = self.ask("create exec", self.docker.create_exec(container, options)).await?.id;
        let start = StartExecOptions { detach: false, tty: false, output_capacity: None };
        let started = self.ask("start exec", self.docker.start_exec(&id, Some(start))).await?;
        let StartExecResults::Attached { output, input } = started else {
            return Ok(Ran::default());
        };
        let mut ran = listen(output, exec).await;
        let mut input = input;
        // The end of its input tells the script to go.
        let _ = input.shutdown().await;
        drop(input);
        if ran.ended == Ended::Itself {
            ran.code = self
                .ask("inspect exec", self.docker.inspect_exec(&id))
                .await
                .ok()
                .and_then(|inspected| inspected.exit_code);
        }
        Ok(ran)
    }
}

/// Reads until the command ends, says its last words, or has had its share of
/// time or bytes. Does not wait for what comes after the last words.
async fn listen(
    mut output: impl futures_util::Stream<Item = Result<LogOutput, bollard::errors::Error>> + Unpin,
    exec: &Exec,
) -> Ran {
    let mut ran = Ran::default();
    let until = Instant::now() + exec.deadline;
    loop {
        let next = until.min(Instant::now() + exec.silence);
        match tokio::time::timeout_at(next, output.next()).await {
            Err(_) => {
                ran.ended = Ended::Deadline;
                return ran;
            }
            // A connection that breaks ends the output; what came is kept.
            Ok(None | Some(Err(_))) => return ran,
            Ok(Some(Ok(piece))) => {
                let before = ran.output.len();
                if let LogOutput::StdOut { message } = &piece {
                    ran.stdout.extend_from_slice(message);
                }
                ran.output.extend_from_slice(&piece.into_bytes());
                if let Some(words) = exec.last_words {
                    // They may straddle two pieces.
                    let from = before.saturating_sub(words.len());
                    if ran.output[from..].windows(words.len()).any(|window| window == words) {
                        ran.ended = Ended::LastWords;
                        return ran;
                    }
                }
                if ran.output.len() > exec.limit {
                    ran.output.truncate(exec.limit);
                    ran.ended = Ended::Flood;
                    return ran;
                }
            }
        }
    }
}
