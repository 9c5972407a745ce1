//! `netmap man`: the manual pages, made of what `--help` says.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Command;
use clap_mangen::Man;

use super::Ending;
use super::run::Run;
use crate::error::{Error, Result};
use crate::model::nearest;

/// Arguments of `netmap man`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command whose page to print, such as show or lesson-new; without one, netmap's own
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    page: Option<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

/// Examples for the help text.
pub fn after_help() -> &'static str {
    "Examples:\n  \
    netmap man show | man -l -                    read the page of a command\n  \
    netmap man --dir ~/.local/share/man/man1      write all of them\n\n\
    man finds them there if ~/.local/bin is in PATH; else say where they are:\n\
    export MANPATH=~/.local/share/man:"
}

/// Prints a page, or writes all of them.
pub fn run(run: Run<'_>, args: &Args, command: Command) -> Result<Ending> {
    let mut command = whole(command).disable_help_subcommand(true);
    command.build();
    if let Some(folder) = &args.dir {
        let failed = |error| Error::Write { path: folder.clone(), error };
        std::fs::create_dir_all(folder).map_err(failed)?;
        for command in with_all_below(&command) {
            let path = folder.join(format!("{}.1", title(command)));
            let failed = |error| Error::Write { path: path.clone(), error };
            std::fs::write(&path, page(command).map_err(failed)?).map_err(failed)?;
        }
        return Ok(Ending::Clean);
    }
    let command = match &args.page {
        None => &command,
        Some(name) => named(&command, name)?,
    };
    let failed = |error| Error::System { what: "cannot write the page".to_owned(), error };
    run.write(&page(command).map_err(failed)?)?;
    Ok(Ending::Clean)
}

/// The command with what each option does: the pages would leave that out of
/// those that the short help leaves out.
fn whole(command: Command) -> Command {
    command.mut_args(|argument| argument.hide_short_help(false)).mut_subcommands(whole)
}

/// A command, and all of its commands and theirs.
fn with_all_below(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    std::iter::once(command).chain(below.flat_map(with_all_below)).collect()
}

/// What the page of a command is called: `netmap-lesson-new`.
fn title(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// The command of that name, or the nearest one in the error.
fn named<'c>(command: &'c Command, name: &str) -> Result<&'c Command> {
    let all = with_all_below(command);
    let known = || all.iter().filter_map(|command| title(command).strip_prefix("netmap-"));
    let found = all.iter().find(|command| title(command).strip_prefix("netmap-") == Some(name));
    found.copied().ok_or_else(|| Error::NoSuchName {
        kind: "command",
        name: name.to_owned(),
        nearest: nearest(name, known()).map(str::to_owned),
        known: known().map(str::to_owned).collect(),
    })
}

/// The page of a command.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    let version = command.get_version().unwrap_or(env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).title(title(command)).source(format!("netmap {version}"));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    page.write_all(synopsis(command).as_bytes())?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(help) = command.get_after_long_help().or(command.get_after_help()) {
        page.write_all(sections(&help.to_string()).as_bytes())?;
    }
    Ok(page)
}

/// How the command is called, as `--help` has it.
fn synopsis(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let lines: Vec<&str> = usage
        .trim_start_matches("Usage:")
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    format!(".SH SYNOPSIS\n{}", as_it_is(&lines))
}

/// What `--help` has behind the options: what stands under a heading and is set
/// apart by blanks becomes a section in the same lines, all else is prose.
fn sections(help: &str) -> String {
    let mut text = String::new();
    let mut is_in_notes = false;
    for block in help.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let lines: Vec<&str> = block.lines().collect();
        let heading = lines[0].strip_suffix(':').filter(|heading| !heading.starts_with(' '));
        let is_set_apart = |lines: &[&str]| lines.iter().all(|line| line.starts_with("  "));
        match heading.filter(|_| lines.len() > 1 && is_set_apart(&lines[1..])) {
            Some(heading) => {
                text.push_str(&format!(".SH \"{}\"\n", escaped(&heading.to_uppercase())));
                text.push_str(&as_it_is(&lines[1..]));
            }
            None => {
                text.push_str(if is_in_notes { ".PP\n" } else { ".SH NOTES\n" });
                text.extend(lines.iter().map(|line| format!("{}\n", escaped(line))));
            }
        }
        is_in_notes = heading.is_none();
    }
    text
}

/// Lines that stay as they are.
fn as_it_is(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{}\n", escaped(line))).collect();
    format!(".nf\n{lines}.fi\n")
}

/// A line in which nothing is a command of roff's.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_keep_their_lines_and_prose_flows() {
        let help = "Examples:\n  netmap show     all\n  .x\n\nOne sentence.\nAnd another.\n\nMore.";
        assert_eq!(
            sections(help),
            ".SH \"EXAMPLES\"\n.nf\n  netmap show     all\n  .x\n.fi\n\
             .SH NOTES\nOne sentence.\nAnd another.\n.PP\nMore.\n"
        );
        assert_eq!(escaped(".a --b\\n"), "\\&.a \\-\\-b\\en");
    }
}
