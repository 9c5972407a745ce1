//! Completion in shells: the scripts, and the answers to them. What there is
//! to choose from is found by `candidates` when somebody presses the key.

use std::ffi::OsString;

use clap::Command;
use clap_complete::CompleteEnv;
use clap_complete::engine::complete;
use clap_complete::env::Shells;

use super::Ending;
use super::run::Run;
use crate::error::{Error, Result};

/// The variable by which a shell's script asks.
const ASKED: &str = "COMPLETE";

/// The script for bash. That of `clap_complete` hands on the words as bash parts
/// them, at each `:` of `sample:module-5` and of `db:5432` as well; this one puts
/// them together again, and gives bash the part behind the last `:`.
const BASH: &str = include_str!("complete.bash");

/// What cobra's scripts, and so docker's, are told at the end: no file names.
const NO_FILES: &str = ":4";

/// Arguments of `netmap completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell: bash, zsh, fish, powershell or elvish
    #[arg(value_name = "SHELL", value_parser = ["bash", "zsh", "fish", "powershell", "elvish"])]
    shell: String,
}

/// How to use what is printed, for the help text.
pub fn after_help() -> &'static str {
    "Examples:\n  \
    netmap completions bash >> ~/.bash_completion\n  \
    netmap completions zsh > ~/.zfunc/_netmap         a folder of your fpath\n  \
    netmap completions fish > ~/.config/fish/completions/netmap.fish\n  \
    netmap completions powershell >> $PROFILE\n\n\
    Make the folder first where there is none: mkdir -p ~/.zfunc. Without the package\n\
    bash-completion, bash reads the script by: source <(netmap completions bash)\n\n\
    Names of containers, networks and projects are asked of the engine when the key is pressed."
}

/// Writes the script for a shell.
pub fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    if args.shell == "bash" {
        run.write(BASH.as_bytes())?;
        return Ok(Ending::Clean);
    }
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let shell = shells.completer(&args.shell).ok_or_else(|| Error::Usage {
        what: format!("there is no script for `{}`", args.shell),
        hint: None,
    })?;
    shell
        .write_registration(ASKED, "netmap", "netmap", "netmap", &mut script)
        .map_err(|error| Error::System { what: "cannot write the script".to_owned(), error })?;
    run.write(&script)?;
    Ok(Ending::Clean)
}

/// Answers a shell that asks what a line could go on with; says whether one did.
pub fn answered(arguments: &[OsString], command: fn() -> Command) -> bool {
    if std::env::var_os(ASKED).is_none() {
        return false;
    }
    let here = std::env::current_dir().ok();
    let completion = CompleteEnv::with_factory(command);
    let completed = completion.completer("netmap").try_complete(arguments, here.as_deref());
    completed.unwrap_or_else(|error| error.exit())
}

/// What `docker netmap …` could go on with, as cobra's scripts want it: the
/// words after `netmap`, the last of which is to be completed.
pub fn for_docker(words: &[OsString], mut command: Command) -> String {
    let line: Vec<OsString> =
        std::iter::once(OsString::from("netmap")).chain(words.iter().cloned()).collect();
    let last = line.len() - 1;
    let found = complete(&mut command, line, last, std::env::current_dir().ok().as_deref());
    let mut text = String::new();
    for candidate in found.unwrap_or_default() {
        text.push_str(&candidate.get_value().to_string_lossy());
        if let Some(help) = candidate.get_help() {
            let help = help.to_string();
            text.push_str(&format!("\t{}", help.lines().next().unwrap_or_default()));
        }
        text.push('\n');
    }
    text + NO_FILES + "\n"
}
