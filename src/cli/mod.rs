//! The command line: one file for each command. A command resolves its
//! options, calls one operation and hands the result to `output`.
//!
//! What commands have in common is in one place: `session` opens what they
//! work on, `format` chooses how they show it, and `run` draws and writes it.

mod check;
mod choices;
mod compose;
mod diff;
mod doctor;
mod ending;
mod explain;
mod format;
mod graphviz;
mod interrupt;
mod lesson;
mod measure;
mod options;
mod output;
mod picture;
mod probe;
mod run;
mod samples;
mod session;
mod show;
mod snapshot;
mod source;
mod why;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use crate::error::Result;
use ending::Ending;
use options::Options;
use output::Output;
use run::Run;

/// Shows which containers share which networks.
#[derive(Debug, Parser)]
#[command(
    name = "netmap",
    version,
    about = "Shows which containers share which networks, and measures who really reaches whom.",
    arg_required_else_help = true,
    after_help = "Examples:\n  \
        netmap show                          what is connected to what, now\n  \
        netmap show web db                   two containers and their networks\n  \
        netmap show -o docs/map.svg          a picture\n  \
        netmap show --from sample:module-5   a recorded setup, without any engine\n  \
        netmap show --compose compose.yaml   what a compose file plans\n  \
        netmap probe                         who really reaches whom\n  \
        netmap why web db:5432               can web reach it, and if not, why\n  \
        netmap doctor                        what is wrong, and what fixes it\n  \
        netmap check lesson.yaml             whether it is as it should be\n  \
        netmap diff monday.json              what has changed since a snapshot\n\n\
        Exit codes: 0 clean, 1 findings or differences, 2 could not do the job."
)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the map: containers, networks, and the addresses where they meet
    #[command(after_help = show::after_help())]
    Show(show::Args),
    /// Measure who really reaches whom, and compare it with the map
    #[command(after_help = probe::after_help())]
    Probe(probe::Args),
    /// Can A reach B, and if not, what stands in the way
    #[command(after_help = why::after_help())]
    Why(why::Args),
    /// Say what is wrong and how to fix it
    #[command(after_help = doctor::after_help())]
    Doctor(doctor::Args),
    /// Explain what a finding means, with an example and how to fix it
    #[command(after_help = explain::after_help())]
    Explain(explain::Args),
    /// Compare a setup with a file of assertions
    #[command(after_help = check::after_help())]
    Check(check::Args),
    /// Learn on broken setups: a small course
    #[command(after_help = lesson::after_help())]
    Lesson(lesson::Args),
    /// List the recorded setups that can be read with --from sample:NAME
    #[command(after_help = samples::after_help())]
    Samples(samples::Args),
    /// Write everything netmap knows to one file, which every command reads with --from
    #[command(after_help = snapshot::after_help())]
    Snapshot(snapshot::Args),
    /// Show what differs between two snapshots, or between one and what runs now
    #[command(after_help = diff::after_help())]
    Diff(diff::Args),
}

/// Runs netmap with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> std::process::ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // clap words its own errors and answers --help and --version.
        Err(error) => {
            let _ = error.print();
            return std::process::ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let output = Output::new(cli.options.color);
    let run = Run { options: &cli.options, output: &output };
    let interrupted = interrupt::notice();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(async {
                tokio::select! {
                    result = dispatch(&cli.command, run) => result,
                    ending = interrupted => Ok(ending),
                }
            });
            // Nobody waits for a thread that looks where nothing answers.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(crate::error::Error::System { what: "cannot start".to_owned(), error }),
    };
    match result {
        Ok(ending) => ending.into(),
        Err(error) => {
            output.error(&error);
            Ending::Failed.into()
        }
    }
}

async fn dispatch(command: &Command, run: Run<'_>) -> Result<Ending> {
    match command {
        Command::Show(args) => show::run(run, args).await,
        Command::Why(args) => why::run(run, args).await,
        Command::Probe(args) => probe::run(run, args).await,
        Command::Check(args) => check::run(run, args).await,
        Command::Lesson(args) => lesson::run(run, args).await,
        Command::Samples(args) => samples::run(run, args).await,
        Command::Snapshot(args) => snapshot::run(run, args).await,
        Command::Diff(args) => diff::run(run, args).await,
        Command::Doctor(args) => doctor::run(run, args).await,
        Command::Explain(args) => explain::run(run, args).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
