//! The command line as a whole: the options of every command, and the
//! commands, a file each.

use clap::{Parser, Subcommand};

#[cfg(feature = "mcp")]
use super::mcp;
use super::options::Options;
use super::{
    check, complete, config, diff, doctor, explain, flows, grade, lesson, manual, plugin, probe,
    samples, schema, show, snapshot, why,
};

/// Shows which containers share which networks.
#[derive(Debug, Parser)]
#[command(
    name = "netmap",
    version,
    about = "Shows which containers share which networks, and measures who really reaches whom.",
    after_help = "Examples:\n  \
        netmap show                          what is connected to what, now\n  \
        netmap doctor                        what is wrong, and what fixes it\n  \
        netmap why web db:5432               can web reach it, and if not, why\n  \
        netmap show -o docs/map.svg          a picture\n  \
        netmap show --from sample:module-5   a recorded setup, without any engine\n  \
        netmap show web db                   two containers and their networks\n  \
        netmap show --compose compose.yaml   what a compose file plans\n  \
        netmap probe                         who really reaches whom\n  \
        netmap flows                         who really talks to whom\n  \
        netmap check lesson.yaml             whether it is as it should be\n  \
        netmap diff monday.json              what has changed since a snapshot\n\n\
        Exit codes: 0 clean, 1 findings or differences, 2 could not do the job."
)]
pub struct Cli {
    #[command(flatten)]
    /// Options that every command takes.
    pub options: Options,
    #[command(subcommand)]
    /// The command; none for the first screen.
    pub command: Option<Command>,
}

/// What netmap can be asked for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the map of containers and networks
    #[command(after_help = show::after_help(), visible_aliases = ["ls", "ps"])]
    Show(show::Args),
    /// Measure who really reaches whom, and compare it with the map
    #[command(after_help = probe::after_help())]
    Probe(probe::Args),
    /// Show who really talks to whom, as the kernel tells it
    #[command(after_help = flows::after_help())]
    Flows(flows::Args),
    /// Can A reach B, and if not, what stands in the way
    #[command(after_help = why::after_help())]
    Why(why::Args),
    /// Say what is wrong and how to fix it
    #[command(after_help = doctor::after_help())]
    Doctor(doctor::Args),
    /// Explain what a finding means, with an example
    #[command(after_help = explain::after_help())]
    Explain(explain::Args),
    /// Compare a setup with a file of assertions
    #[command(after_help = check::after_help())]
    Check(check::Args),
    /// Hold a class of snapshots against a check file
    #[command(after_help = grade::after_help())]
    Grade(grade::Args),
    /// Learn on broken setups: a small course
    #[command(after_help = lesson::after_help())]
    Lesson(lesson::Args),
    /// List the recorded setups for --from sample:NAME
    #[command(after_help = samples::after_help())]
    Samples(samples::Args),
    /// Answer a coding assistant over the Model Context Protocol
    #[cfg(feature = "mcp")]
    #[command(after_help = mcp::after_help())]
    Mcp(mcp::Args),
    /// Print the JSON Schema of what a command writes
    #[command(after_help = schema::after_help())]
    Schema(schema::Args),
    /// Write all that netmap knows to a file, for --from
    #[command(after_help = snapshot::after_help())]
    Snapshot(snapshot::Args),
    /// Show what differs between two snapshots, or one and what runs
    #[command(after_help = diff::after_help())]
    Diff(diff::Args),
    /// Print what variables and the configuration file set
    #[command(after_help = config::after_help())]
    Config(config::Args),
    /// Make netmap a plugin of docker: docker netmap show
    #[command(after_help = plugin::after_help())]
    Plugin(plugin::Args),
    /// Print a shell's script for completion
    #[command(after_help = complete::after_help())]
    Completions(complete::Args),
    /// Print a manual page, or write all of them
    #[command(after_help = manual::after_help())]
    Man(manual::Args),
    /// Print the version of netmap and of the engine that answers
    Version,
}
