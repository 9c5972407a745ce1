//! What a shell offers for an unfinished word: names of containers, networks,
//! projects, rules and contexts. What the line says so far decides which engine
//! or file they are of.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Command, CommandFactory};
use clap_complete::PathCompleter;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, ValueCompleter};

use super::command_line::Cli;
use super::lesson::is_lesson;
use super::options::Options;
use super::{session, source};
use crate::diagnose::RULES;
use crate::engine::{self, Engine, Environment};
use crate::lesson::LESSONS;
use crate::model::{Natural, Snapshot, natural_order};
use crate::order::{OrderBy, Ordered};
use crate::render::CONTRACTS;
use crate::sample;

/// How long the engine has. Whoever waits for a key would rather type.
const PATIENCE: Duration = Duration::from_millis(700);

/// Containers, compose services and networks, with or without `!` in front.
pub fn names() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let text = current.to_string_lossy();
        let (mark, text) = match text.strip_prefix('!') {
            Some(rest) => ("!", rest),
            None => ("", &*text),
        };
        known(|snapshot| containers_in(snapshot).chain(networks_in(snapshot)).collect())
            .into_iter()
            .filter(|(name, _)| name.starts_with(text))
            .map(|(name, about)| {
                CompletionCandidate::new(format!("{mark}{name}")).help(Some(about.into()))
            })
            .collect()
    })
}

/// Containers and compose services.
pub fn containers() -> ArgValueCompleter {
    completer(|| known(|snapshot| containers_in(snapshot).collect()))
}

/// Networks.
pub fn networks() -> ArgValueCompleter {
    completer(|| known(|snapshot| networks_in(snapshot).collect()))
}

/// Compose projects.
pub fn projects() -> ArgValueCompleter {
    completer(|| {
        known(|snapshot| {
            let of_containers = snapshot.containers.iter().filter_map(|c| c.project());
            let of_networks = snapshot.networks.iter().filter_map(|n| n.project.as_deref());
            let projects: BTreeSet<_> = of_containers.chain(of_networks).map(Natural).into_set();
            projects.into_iter().map(|name| (name.0.to_owned(), "project".to_owned())).collect()
        })
    })
}

/// Rules of the doctor.
pub fn rules() -> ArgValueCompleter {
    completer(|| RULES.iter().map(|r| (r.name.to_owned(), r.summary.to_owned())).collect())
}

/// Lessons: of the folder that the line names, or else the program's own.
pub fn lessons() -> ArgValueCompleter {
    completer(|| {
        let folder = line().as_deref().and_then(|line| value_in(line, &["--lessons"]));
        let names = match folder {
            Some(folder) => lessons_in(Path::new(&folder)),
            None => LESSONS.iter().map(|lesson| lesson.name.to_string()).collect(),
        };
        names.into_iter().map(|name| (name, "lesson".to_owned())).collect()
    })
}

/// The commands that have a page in the manual.
pub fn pages() -> ArgValueCompleter {
    completer(|| {
        let about =
            |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
        let mut found = Vec::new();
        for command in Cli::command().get_subcommands() {
            found.push((command.get_name().to_owned(), about(command)));
            for below in command.get_subcommands() {
                let name = format!("{}-{}", command.get_name(), below.get_name());
                found.push((name, about(below)));
            }
        }
        found
    })
}

/// The commands whose JSON has a schema.
pub fn contracts() -> ArgValueCompleter {
    completer(|| CONTRACTS.iter().map(|c| (c.name.to_owned(), "contract".to_owned())).collect())
}

/// docker's contexts.
pub fn contexts() -> ArgValueCompleter {
    completer(|| {
        let names = engine::context_names(Environment::of_process().config.as_deref());
        names.into_iter().map(|name| (name, "context".to_owned())).collect()
    })
}

/// Files, and recorded setups.
pub fn snapshots() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let text = current.to_string_lossy();
        let mut found: Vec<CompletionCandidate> = sample::SAMPLES
            .iter()
            .map(|sample| (format!("{}{}", sample::PREFIX, sample.name), sample.title))
            .filter(|(name, _)| name.starts_with(&*text))
            .map(|(name, title)| CompletionCandidate::new(name).help(Some(title.into())))
            .collect();
        found.extend(PathCompleter::any().complete(current));
        found
    })
}

/// Something to choose, and what it is.
type Choice = (String, String);

fn completer(all: impl Fn() -> Vec<Choice> + Send + Sync + 'static) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| {
        let text = current.to_string_lossy();
        all()
            .into_iter()
            .filter(|(name, _)| name.starts_with(&*text))
            .map(|(name, about)| CompletionCandidate::new(name).help(Some(about.into())))
            .collect()
    })
}

fn containers_in(snapshot: &Snapshot) -> impl Iterator<Item = Choice> {
    let containers = snapshot.containers.iter();
    let names = containers.clone().map(|c| (c.name.clone(), c.state.to_string()));
    let services: BTreeSet<Natural<&str>> =
        containers.filter_map(|c| c.compose.service.as_deref()).map(Natural).into_set();
    names.chain(services.into_iter().map(|name| (name.0.to_owned(), "service".to_owned())))
}

fn networks_in(snapshot: &Snapshot) -> impl Iterator<Item = Choice> {
    snapshot.networks.iter().map(|n| (n.name.clone(), format!("{} network", n.driver)))
}

/// What is known of the setup that the line is about; nothing where that takes
/// too long or fails, since nobody asked for an error.
fn known(choices: impl FnOnce(&Snapshot) -> Vec<Choice>) -> Vec<Choice> {
    let snapshot = options().and_then(|options| look(&options));
    snapshot.map(|snapshot| choices(&snapshot)).unwrap_or_default()
}

/// The line so far, which is not finished, so that nobody can parse it.
fn line() -> Option<Vec<String>> {
    let words: Vec<String> =
        std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let asked = words.iter().position(|word| word == "--" || word == "__complete")?;
    Some(words[asked + 1..].to_vec())
}

/// The options of the line so far that say where to look.
fn options() -> Option<Options> {
    line().map(|line| options_in(&line))
}

/// The value of the first of these options that the line has.
fn value_in(line: &[String], names: &[&str]) -> Option<String> {
    let mut words = line.iter();
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        if names.contains(&name) {
            // Some shells take `=` for a word of its own.
            let next = || words.by_ref().find(|word| *word != "=").cloned();
            return value.filter(|value| !value.is_empty()).or_else(next);
        }
    }
    None
}

/// The lessons in a folder, by name.
fn lessons_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let lessons = entries.filter(|entry| is_lesson(&entry.path()));
    let mut names: Vec<String> =
        lessons.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.order_by(|a, b| natural_order(a, b));
    names
}

fn options_in(line: &[String]) -> Options {
    let mut options = Options::default();
    let mut words = line.iter();
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        if !matches!(name, "--host" | "-H" | "--context" | "-c" | "--from" | "--compose") {
            continue;
        }
        // bash takes `=` for a word of its own.
        let next = || words.by_ref().find(|word| *word != "=").cloned();
        let Some(value) = value.filter(|value| !value.is_empty()).or_else(next) else { break };
        match name {
            "--host" | "-H" => options.host.push(value),
            "--context" | "-c" => options.context.push(value),
            "--from" => options.from = Some(PathBuf::from(value)),
            _ => options.compose.files.push(PathBuf::from(value)),
        }
    }
    options
}

/// The lists of what there is.
fn look(options: &Options) -> Option<Snapshot> {
    if let Some(path) = &options.from {
        return source::read(path).ok();
    }
    if let Ok(Some(planned)) = options.compose.planned() {
        return Some(planned);
    }
    let place = session::places(options).ok()?.into_iter().next()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let looked = runtime.block_on(async {
        let look = async {
            let engine = Engine::open(place, PATIENCE).await?;
            engine::list(&engine).await
        };
        tokio::time::timeout(PATIENCE, look).await
    });
    runtime.shutdown_background();
    looked.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_line_says_where_to_look() {
        let of = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            options_in(&words)
        };
        let line = of("netmap show --host tcp://a:1 -c far --from=x.json --network ");
        assert_eq!((line.host, line.context), (vec!["tcp://a:1".into()], vec!["far".into()]));
        assert_eq!(line.from, Some(PathBuf::from("x.json")));
        assert_eq!(of("netmap show --from = sample:x we").from, Some("sample:x".into()));
        assert_eq!(of("netmap show --compose a.yaml").compose.files, [PathBuf::from("a.yaml")]);
        assert!(of("netmap show --host").host.is_empty());
    }

    #[test]
    fn a_folder_of_lessons_is_read_off_the_line() {
        let of = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            value_in(&words, &["--lessons"])
        };
        assert_eq!(of("netmap lesson --lessons course start ").as_deref(), Some("course"));
        assert_eq!(of("netmap lesson --lessons=course start ").as_deref(), Some("course"));
        assert_eq!(of("netmap lesson start "), None);
        let course = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/lessons");
        assert_eq!(lessons_in(Path::new(course)).len(), LESSONS.len());
        assert!(lessons_in(Path::new("/nonexistent")).is_empty());
    }
}
