//! The command line: one file for each command. A command resolves its
//! options, calls one operation and hands the result to `output`.
//!
//! What commands have in common is in one place: `session` opens what they
//! work on, `format` chooses how they show it, and `run` draws and writes it.

mod astray;
mod baseline;
mod candidates;
mod check;
mod choices;
mod command_line;
mod complete;
mod compose;
mod config;
mod diff;
mod doctor;
mod ending;
mod explain;
mod flows;
mod format;
mod fresh;
mod grade;
mod graphviz;
mod help;
mod interrupt;
mod lesson;
mod manual;
#[cfg(feature = "mcp")]
mod mcp;
mod measure;
mod options;
mod output;
mod pager;
mod picture;
mod plugin;
mod probe;
mod run;
mod samples;
mod schema;
mod session;
mod settings;
mod settings_file;
mod show;
mod snapshot;
mod source;
mod split;
mod start;
mod version;
mod watching;
mod why;

use std::ffi::OsString;
use std::io::ErrorKind;

use clap::FromArgMatches;

use crate::error::Result;
use command_line::{Cli, Command};
use ending::Ending;
use options::Options;
use output::Output;
use run::Run;
use settings::Settings;

/// Runs netmap with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> std::process::ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // What shells and manuals say holds for everybody, whatever this user has set.
    let plain = || help::command(&Settings::default());
    if complete::answered(&arguments, plain) {
        return Ending::Clean.into();
    }
    let unset = Settings::default();
    let unset = Output::new(&Options::default(), &unset);
    let failed = |error: &crate::error::Error| {
        unset.error(error);
        Ending::Failed.into()
    };
    let complete = |words: &[OsString]| complete::for_docker(words, plain());
    let arguments = match plugin::understood(arguments, complete) {
        Ok(plugin::Call::Run(arguments)) => arguments,
        Ok(plugin::Call::Print(text)) => {
            let written = unset.data(text.as_bytes(), None);
            return written.map_or_else(|error| failed(&error), |()| Ending::Clean.into());
        }
        Err(error) => return failed(&error),
    };
    let (settings, wrong) = Settings::read();
    let parsed = help::command(&settings).try_get_matches_from(arguments);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        // clap words its own errors and answers --help and --version.
        Err(error) => {
            let error = astray::set_right(error);
            return match error.print() {
                // Whoever read it may have seen enough; complaints that nobody gets are none.
                Err(wrong) if !error.use_stderr() && wrong.kind() != ErrorKind::BrokenPipe => {
                    let path = "standard output".into();
                    failed(&crate::error::Error::Write { path, error: wrong })
                }
                _ => std::process::ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
            };
        }
    };
    if let Some(error) = wrong.filter(|_| !goes_without(cli.command.as_ref(), &settings)) {
        return failed(&error);
    }
    let output = Output::new(&cli.options, &settings);
    let run = Run { options: &cli.options, settings: &settings, output: &output };
    let interrupted = interrupt::notice();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(async {
                tokio::select! {
                    result = dispatch(cli.command.as_ref(), run) => result,
                    ending = interrupt::unless_claimed(interrupted) => Ok(ending),
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

/// Whether a command does its work though something is wrong with the settings:
/// it says what the program is, or where the file is to be.
fn goes_without(command: Option<&Command>, settings: &Settings) -> bool {
    match command {
        Some(Command::Version | Command::Completions(_) | Command::Man(_)) => true,
        Some(Command::Config(args)) => args.path || settings.is_missed,
        _ => false,
    }
}

/// Whether a command may look for long, so that it is not to end in vain for want of a
/// folder to write to.
fn takes_its_time(command: &Command) -> bool {
    use Command::{Check, Doctor, Flows, Probe, Snapshot, Why};
    matches!(command, Check(_) | Doctor(_) | Flows(_) | Probe(_) | Snapshot(_) | Why(_))
}

async fn dispatch(command: Option<&Command>, run: Run<'_>) -> Result<Ending> {
    let Some(command) = command else { return start::run(run).await };
    if takes_its_time(command) {
        run.options.file().map_or(Ok(()), output::can_be_made)?;
    }
    match command {
        Command::Config(args) => config::run(run, args),
        Command::Version => version::run(run).await,
        Command::Plugin(args) => plugin::run(run, args),
        Command::Completions(args) => complete::run(run, args),
        Command::Man(args) => manual::run(run, args, help::command(&Settings::default())),
        Command::Show(args) => show::run(run, args).await,
        Command::Flows(args) => flows::run(run, args).await,
        Command::Why(args) => why::run(run, args).await,
        Command::Probe(args) => probe::run(run, args).await,
        Command::Check(args) => check::run(run, args).await,
        Command::Grade(args) => grade::run(run, args).await,
        Command::Lesson(args) => lesson::run(run, args).await,
        Command::Samples(args) => samples::run(run, args).await,
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => mcp::run(run, args).await,
        Command::Schema(args) => schema::run(run, args).await,
        Command::Snapshot(args) => snapshot::run(run, args).await,
        Command::Diff(args) => diff::run(run, args).await,
        Command::Doctor(args) => doctor::run(run, args).await,
        Command::Explain(args) => explain::run(run, args).await,
    }
}

#[cfg(test)]
mod tests {
    use super::help::command;
    use super::settings::Settings;

    #[test]
    fn the_command_line_is_consistent() {
        command(&Settings::default()).debug_assert();
    }
}
