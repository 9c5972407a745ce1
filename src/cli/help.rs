//! Help in two lengths: `-h` is short and has only what the command is mostly
//! used with; `--help` has everything that the command can use.

use clap::{Arg, Command, CommandFactory};

use super::candidates;
use super::command_line::Cli;
use super::picture;
use super::settings::Settings;

/// Options of every command that some have no use for, by what they are for.
const SOURCE: &[&str] = &["host", "context", "all_nodes", "from", "timeout"];
const COMPOSE: &[&str] = &["compose-files", "profiles", "env_files", "project_name"];
const PART: &[&str] = &["project", "network"];
const WIDTH: &[&str] = &["width"];
const STOPPED: &[&str] = &["all"];
const FILE: &[&str] = &["output"];

/// What each command has no use for. A command that is not named here uses all.
const UNUSED: &[(&str, &[&[&str]])] = &[
    ("probe", &[COMPOSE]),
    ("flows", &[COMPOSE, STOPPED]),
    ("why", &[PART, STOPPED]),
    ("doctor", &[STOPPED]),
    ("explain", &[SOURCE, COMPOSE, PART, STOPPED]),
    ("check", &[STOPPED]),
    ("grade", &[SOURCE, COMPOSE, STOPPED]),
    ("lesson", &[&["all_nodes", "from"], COMPOSE, PART, STOPPED]),
    ("samples", &[SOURCE, COMPOSE, PART, STOPPED]),
    ("snapshot", &[STOPPED, WIDTH]),
    ("diff", &[STOPPED]),
    ("plugin", &[SOURCE, COMPOSE, PART, STOPPED, WIDTH, FILE]),
    ("schema", &[SOURCE, COMPOSE, PART, STOPPED, WIDTH]),
    ("completions", &[SOURCE, COMPOSE, PART, STOPPED, WIDTH]),
    ("man", &[SOURCE, COMPOSE, PART, STOPPED, WIDTH]),
    ("version", &[COMPOSE, PART, STOPPED, WIDTH, FILE, &["all_nodes", "from"]]),
    ("config", &[SOURCE, COMPOSE, PART, STOPPED, WIDTH, FILE]),
];

/// Of the options of every command those that `-h` shows.
const MOSTLY_USED: &[&str] = &["from", "all", "project", "output"];

/// Groups of a command's own options that `-h` leaves to `--help`.
const FOR_LATER: &[&str] = &[picture::HEADING, "How to measure", "How to look"];

/// Single options of a command's own that `-h` leaves to `--help`.
const RARE: &[&str] = &[
    "focus", "depth", "split", "only", "advise", "noise", "schema", "retry", "ignore", "rule",
    "baseline",
];

/// Lines of examples in `-h`.
const EXAMPLES: usize = 5;

/// The command line, with help in two lengths, and with defaults as they are set.
pub fn command(settings: &Settings) -> Command {
    let command = Cli::command();
    let globals: Vec<Arg> =
        command.get_arguments().filter(|argument| argument.is_global_set()).cloned().collect();
    let command = command.mut_args(|argument| {
        let is_hidden = argument.is_global_set();
        with_candidates(argument.hide_short_help(is_hidden))
    });
    let whole = after_help(&command);
    let command = command.after_help(short(&whole, "")).after_long_help(whole);
    settings.apply(command.mut_subcommands(|command| in_two_lengths(command, &globals)))
}

/// A command that shows only the options it can use, and few of them in `-h`.
fn in_two_lengths(command: Command, globals: &[Arg]) -> Command {
    let name = command.get_name().to_owned();
    let unused = UNUSED.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, unused)| *unused);
    let is_unused = |argument: &Arg| {
        unused.iter().flat_map(|group| group.iter()).any(|id| argument.get_id() == *id)
    };
    let whole = after_help(&command);
    let command = command
        .mut_args(|argument| {
            let later = argument.get_help_heading().is_some_and(|of| FOR_LATER.contains(&of))
                || RARE.iter().any(|id| argument.get_id() == *id);
            with_candidates(argument.hide_short_help(later))
        })
        .args(globals.iter().map(|argument| {
            let mostly = MOSTLY_USED.iter().any(|id| argument.get_id() == *id);
            let is_hidden = argument.is_hide_set() || is_unused(argument);
            let argument = argument.clone().hide(is_hidden).hide_short_help(!mostly);
            with_candidates(argument)
        }))
        .after_help(short(&whole, &name))
        .after_long_help(whole);
    command.mut_subcommands(|below| {
        let below = below.mut_args(with_candidates);
        let whole = after_help(&below);
        below.after_long_help(whole).after_help("")
    })
}

/// The text after a command's help. It has no styles: to look for some took an eighth of
/// each start of the unoptimised program.
fn after_help(command: &Command) -> String {
    command.get_after_help().map(|text| text.ansi().to_string()).unwrap_or_default()
}

/// The option or argument with what a shell offers for it.
fn with_candidates(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "names" | "focus" => argument.add(candidates::names()),
        "source" | "target" => argument.add(candidates::containers()),
        "network" => argument.add(candidates::networks()),
        "project" => argument.add(candidates::projects()),
        "rule" | "ignore" => argument.add(candidates::rules()),
        "context" => argument.add(candidates::contexts()),
        "from" => argument.add(candidates::snapshots()),
        "name" => argument.add(candidates::lessons()),
        "page" => argument.add(candidates::pages()),
        "contract" => argument.add(candidates::contracts()),
        _ => argument,
    }
}

/// The first examples of a help text, and where the rest is.
fn short(whole: &str, name: &str) -> String {
    let examples = whole.split("\n\n").next().filter(|first| first.starts_with("Examples:"));
    let examples: Vec<&str> = examples.unwrap_or_default().lines().take(1 + EXAMPLES).collect();
    let name = if name.is_empty() { String::new() } else { format!("{name} ") };
    let more = format!("More: netmap {name}--help");
    if examples.is_empty() { more } else { format!("{}\n\n{more}", examples.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_and_every_command_of_the_lists_is_there() {
        let command = command(&Settings::default());
        let is_option = |id: &str| command.get_arguments().any(|argument| argument.get_id() == id);
        for (name, unused) in UNUSED {
            assert!(command.find_subcommand(name).is_some(), "{name}");
            for id in unused.iter().flat_map(|group| group.iter()) {
                assert!(is_option(id), "{name}: {id}");
            }
        }
        assert!(MOSTLY_USED.iter().all(|id| is_option(id)));
        let headings: Vec<&str> = command
            .get_subcommands()
            .flat_map(Command::get_arguments)
            .filter_map(Arg::get_help_heading)
            .collect();
        assert!(FOR_LATER.iter().all(|heading| headings.contains(heading)));
        let own = || command.get_subcommands().flat_map(Command::get_arguments);
        for id in RARE {
            assert!(own().any(|argument| argument.get_id() == *id), "{id}");
        }
    }

    /// People run netmap anywhere, and few of them have its sources.
    #[test]
    fn no_help_has_an_option_that_is_docker_s_or_leads_to_a_page_of_the_repository() {
        let whole = command(&Settings::default());
        assert!(whole.get_arguments().any(Arg::is_hide_set), "nothing is hidden");
        for mut below in whole.get_subcommands().cloned() {
            let help = below.render_long_help().to_string();
            for unwanted in ["--docker-config", "docs/check", "docs/ci", "docs/lessons"] {
                assert!(!help.contains(unwanted), "{unwanted} in {}:\n{help}", below.get_name());
            }
        }
    }

    #[test]
    fn short_help_has_the_first_examples_and_says_where_the_rest_is() {
        let whole = "Examples:\n  a\n  b\n  c\n  d\n  e\n  f\n\nFormats:\n  g";
        assert_eq!(
            short(whole, "show"),
            "Examples:\n  a\n  b\n  c\n  d\n  e\n\nMore: netmap show --help"
        );
        assert_eq!(short("Formats:\n  f", "show"), "More: netmap show --help");
    }
}
