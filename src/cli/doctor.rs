//! `netmap doctor`: looks at everything, and says what is wrong and how to
//! fix it.

use super::format::FormatArgs;
use super::options::{Options, duration};
use super::picture::PictureArgs;
use super::run::Run;
use super::session::Session;
use super::{Ending, baseline, source};
use crate::diagnose::rules::{firewall_drop, host_firewall, unexplained_failure};
use crate::diagnose::{
    Case, Idle, Ignored, RULES, Rule, around, diagnose, diagnose_about, needed, rule_named,
    set_aside, take_turns,
};
use crate::engine::Whom;
use crate::error::{Error, Result};
use crate::graph::{Comparison, Filter, Map, Selection, is_pattern, no_pattern, pattern};
use crate::model::keys::label;
use crate::model::{
    ContainerAt, Ignore, IgnoredBy, LogError, LogErrorKind, LostWay, Severity, Snapshot, is_slip,
    nearest,
};
use crate::order::OrderBy;
use crate::render::{FindingsView, Format};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// Arguments of `netmap doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what concerns these containers or networks; globs work
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Run nothing in any container: send GET requests only
    #[arg(long, conflicts_with = "probe", help_heading = "How to look")]
    no_exec: bool,
    /// Measure as well, and say where measurement and map disagree
    #[arg(long, help_heading = "How to look")]
    probe: bool,
    /// Listen first for so long, such as 30s, to what containers try in vain
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "from", help_heading = "How to look")]
    flows: Option<Duration>,
    /// Ask only this rule; may be repeated (netmap explain lists them)
    #[arg(long, value_name = "RULE", help_heading = "What to look for")]
    rule: Vec<String>,
    /// Ignore findings of this rule, or of this rule about NAME (globs work), and say so with the
    /// reason: 'unused-network:old-* until Friday'; may be repeated
    #[arg(long, value_name = "RULE[:NAME] [REASON]", help_heading = "What to look for")]
    ignore: Vec<String>,
    /// Tell only what is new since an earlier netmap doctor, which wrote this file as JSON
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "What to look for")]
    baseline: Option<PathBuf>,
    /// End with exit code 1 from this severity on, or never
    #[arg(long, alias = "severity", value_name = "SEVERITY", value_enum, default_value_t = FailOn::Warning, help_heading = "What to look for")]
    fail_on: FailOn,
    /// Say everything: each rule asked, and what could not be looked at
    #[arg(long, short, help_heading = "How to show it")]
    verbose: bool,
    #[command(flatten)]
    format: FormatArgs<FindingsView<'static>>,
    #[command(flatten)]
    picture: PictureArgs,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<FindingsView>::list();
    format!(
        "Examples:\n  \
        netmap doctor                           what is wrong, and what fixes it\n  \
        netmap doctor web                       only what concerns web\n  \
        netmap doctor -o wrong.svg              numbered on the map\n  \
        netmap doctor --from sample:module-5    a recorded setup, without any engine\n  \
        netmap doctor --compose compose.yaml    what is planned, for CI\n  \
        netmap explain wrong-name               what a finding means\n\n\
        {formats}\n\
        A container or network with the label netmap.ignore has findings ignored, too; its value is\n\
        written like that of --ignore: netmap.ignore: \"exposed-to-the-world only the office gets there\".\n\n\
        Exit codes: 0 nothing found at or above --fail-on, 1 something, 2 could not look."
    )
}

/// Looks, judges and shows.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    let only = rules(&args.rule)?;
    let mut asked = ignored(&args.ignore)?;
    asked.extend(run.settings.ignored.iter().cloned());
    let known = args.baseline.as_deref().map(baseline::read).transpose()?;
    let snapshot = source::kept(look(run, args).await?);
    let map = source::kept(Map::new(&snapshot));
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let wanted = |rule: &Rule| only.is_empty() || only.contains(rule.name);
    let chosen = chosen(&map, run.options, args)?;
    let mut diagnosis = match &chosen {
        Some(chosen) => diagnose_about(&map, comparison.as_ref(), chosen, wanted),
        None => diagnose(&map, comparison.as_ref(), wanted),
    };
    let ignored = Ignored::new(&map, &asked);
    for (of, name) in ignored.unknown() {
        let label = label::IGNORE;
        run.note(&format!("the label {label} of {of} names `{name}`, which is no rule"));
    }
    set_aside(&mut diagnosis, &ignored, known.as_deref().unwrap_or_default());
    take_turns(&mut diagnosis.findings, &map.snapshot().networks);
    // Who asks for a part asks for no findings of the rest.
    if chosen.is_none() && only.is_empty() {
        for (ignore, why) in ignored.idle(&diagnosis) {
            run.note(&idle(ignore, &why));
        }
    }
    let view = FindingsView {
        verbose: args.verbose,
        comparison: comparison.as_ref(),
        only: chosen.as_ref(),
        scope: run.options.scope(&args.names),
        fail_on: args.fail_on.severity(),
        command: run.options.doctor(),
        has_baseline: known.is_some(),
        ..FindingsView::new(&diagnosis, &map)
    };
    run.show(&view, format, &args.picture).await?;
    let fails = args.fail_on.severity().is_some_and(|least| diagnosis.worst() >= Some(least));
    Ok(if fails { Ending::Findings } else { Ending::Clean })
}

/// The snapshot with all that can be seen, and measured if that is wanted.
async fn look(run: Run<'_>, args: &Args) -> Result<Snapshot> {
    if args.probe && !run.options.is_live() {
        return Err(Error::Usage {
            what: "--probe needs an engine, and not a file".to_owned(),
            hint: Some("a probe that the file holds is judged without being asked for".to_owned()),
        });
    }
    let mut session = Session::open_judged(run).await?;
    // Who is not there is told before anybody is looked into.
    let asked = chosen(&Map::new(&session.snapshot), run.options, args)?;
    if let Some(wait) = args.flows.filter(|_| session.is_live()) {
        let whom = whom(&session.snapshot, !args.no_exec, asked.as_ref());
        session.listen(whom, wait).await?;
    }
    match &asked {
        Some(asked) => session.observe_about(!args.no_exec, asked).await,
        None => session.observe(!args.no_exec).await,
    }
    if args.probe {
        session.probe(|map| ends(map, asked.as_ref())).await?;
        let is_asked =
            |at: ContainerAt| asked.as_ref().is_none_or(|asked| asked.containers.contains(&at));
        session.probe_ports(|from, to| is_asked(from) || is_asked(to)).await?;
        session.seek_drops(&lost_ways(&session.snapshot)).await;
    }
    session.seek_routes(silent_machines).await;
    let is_silent =
        |error: &LogError| matches!(error.kind, LogErrorKind::Timeout | LogErrorKind::Unreachable);
    let logs =
        || session.snapshot.observations.iter().flat_map(|seen| seen.log_errors.iter().flatten());
    if logs().any(is_silent) {
        session.seek_cables(silent_peers).await;
    }
    Ok(session.snapshot)
}

/// Whom to listen to.
fn whom(snapshot: &Snapshot, exec: bool, asked: Option<&Selection>) -> Whom {
    let map = Map::new(snapshot);
    let names = |asked| {
        let needed = needed(&Case::new(&map, None), asked, |_| false).into_iter();
        needed.map(|at| map.container(at).name.clone()).collect()
    };
    Whom { exec, only: asked.map(names) }
}

/// Among whom it is measured: all that run, or what the user named and those whom it
/// has to do with. The others' ways say nothing of what was asked, and there may be
/// hundreds of them.
fn ends(map: &Map, asked: Option<&Selection>) -> Result<BTreeSet<ContainerAt>> {
    let running = map.select(&Filter::default())?.containers;
    let Some(asked) = asked else { return Ok(running) };
    Ok(&around(&Case::new(map, None), asked) & &running)
}

/// How many silences are looked into, each of which takes a second.
const MOST_SILENCES: usize = 6;

/// How many ways' cables are looked at: a bridge that is down silences all who are on it, and
/// nothing is sent for it.
const MOST_CABLES: usize = 60;

/// Ways to the engine's machine on which packets are lost.
fn silent_machines(map: &Map) -> Vec<LostWay> {
    let mut ways = host_firewall::lost_ways(&Case::new(map, None));
    ways.truncate(MOST_SILENCES);
    ways
}

/// Ways between containers on which packets are lost, as logs say.
fn silent_peers(map: &Map) -> Vec<LostWay> {
    let mut ways = unexplained_failure::lost_ways(&Case::new(map, None));
    ways.truncate(MOST_CABLES);
    ways
}

/// Ways on which packets are lost, and nothing else explains it.
fn lost_ways(snapshot: &Snapshot) -> Vec<LostWay> {
    let map = Map::new(snapshot);
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let mut ways = firewall_drop::lost_ways(&Case::new(&map, comparison.as_ref()));
    ways.truncate(MOST_SILENCES);
    ways
}

/// What the user named, if anything.
fn chosen(map: &Map, options: &Options, args: &Args) -> Result<Option<Selection>> {
    if args.names.is_empty() && options.network.is_empty() && options.project.is_empty() {
        return Ok(None);
    }
    let only = map.select(&Filter {
        names: args.names.clone(),
        networks: options.network.clone(),
        projects: options.project.clone(),
        stopped: true,
        ..Filter::default()
    })?;
    Ok(Some(only))
}

/// From which severity on findings end the program with exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Info,
    /// Findings are told, and change no exit code.
    None,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::None => None,
        }
    }
}

/// What `--ignore` asks for, if its rules are there.
fn ignored(texts: &[String]) -> Result<Vec<Ignore>> {
    let mut asked = Vec::new();
    for text in texts {
        let read = Ignore::read(text, &IgnoredBy::Option);
        if read.is_empty() {
            rule(text)?;
        }
        for ignore in read {
            rule(&ignore.rule)?;
            if let Some(of) = ignore.of.as_deref().filter(|of| is_pattern(of)) {
                pattern(of).map_err(|error| no_pattern(of, &error))?;
            }
            asked.push(ignore);
        }
    }
    Ok(asked)
}

/// That an `--ignore` is of no use, and why.
fn idle(ignore: &Ignore, why: &Idle) -> String {
    let of = ignore.of.as_deref().map(|of| format!(":{of}")).unwrap_or_default();
    let why = match why {
        Idle::NoSuchName(error) => match error.hint() {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        },
        Idle::NoSuchFinding => "there is no such finding".to_owned(),
        Idle::OthersToo(other) => format!("the finding is about {other}, too"),
    };
    format!("--ignore {}{of} ignores nothing: {why}", ignore.rule)
}

/// The rules of these names.
fn rules(names: &[String]) -> Result<BTreeSet<&'static str>> {
    names.iter().map(|name| rule(name).map(|rule| rule.name)).collect()
}

/// How many rules are named that speak of what was asked for.
const MOST_NAMED: usize = 4;

/// The rule whose name differs in a letter or two: nobody meant another one.
fn misspelt(name: &str) -> Option<&'static str> {
    nearest(name, RULES.iter().map(|rule| rule.name).filter(|known| is_slip(name, known)))
}

/// A word that stands in the name of a rule but for a letter or two: as it stands there.
fn as_in_a_name(word: &str) -> String {
    let known = || RULES.iter().flat_map(|rule| rule.name.split('-'));
    let is_long = |known: &&str| known.len() > 4 && is_slip(word, known);
    let meant =
        known().find(|known| *known == word).or_else(|| nearest(word, known().filter(is_long)));
    meant.unwrap_or(word).to_owned()
}

/// The rules that speak of all the words that were asked for, those first that
/// have them in their names, then in what they are and look like.
fn about(asked: &str) -> Option<String> {
    let words: Vec<String> = asked
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| as_in_a_name(&word.to_lowercase()))
        .collect();
    let rank = |rule: &Rule| {
        let texts = [
            rule.name,
            rule.summary,
            rule.example,
            rule.seen,
            rule.fix,
            rule.meaning,
            rule.mistaken_for,
        ];
        let texts = texts.map(str::to_lowercase);
        let has = |text: &String, word: &String| {
            text.split(|c: char| !c.is_alphanumeric()).any(|other| other == word)
        };
        let ranks = words.iter().map(|word| texts.iter().position(|text| has(text, word)));
        ranks.sum::<Option<usize>>()
    };
    let mut ranked: Vec<(usize, &str)> =
        RULES.iter().filter_map(|rule| Some((rank(rule)?, rule.name))).collect();
    // Stable: of equal ones those that explain others come first.
    ranked.order_by_key(|(rank, _)| *rank);
    let names: Vec<&str> = ranked.into_iter().take(MOST_NAMED).map(|(_, name)| name).collect();
    let (last, others) = names.split_last().filter(|_| !words.is_empty())?;
    Some(match others {
        [] => (*last).to_owned(),
        others => format!("{}` or `{last}", others.join("`, `")),
    })
}

/// The rule of this name, or the nearest ones in the error.
pub fn rule(name: &str) -> Result<&'static Rule> {
    let near = || nearest(name, RULES.iter().map(|rule| rule.name)).map(str::to_owned);
    rule_named(name).ok_or_else(|| Error::NoSuchName {
        kind: "rule",
        name: name.to_owned(),
        nearest: misspelt(name).map(str::to_owned).or_else(|| about(name)).or_else(near),
        known: RULES.iter().map(|rule| rule.name.to_owned()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_with_a_letter_wrong_is_no_search_for_a_word() {
        let hint = |name: &str| rule(name).err().and_then(|error| error.hint()).expect(name);
        assert_eq!(hint("icc-of"), "did you mean `icc-off`?");
        assert_eq!(hint("host-firewal"), "did you mean `host-firewall`?");
        assert!(hint("localhst").starts_with("did you mean `localhost-dependency`, `"));
        assert!(hint("firewall").starts_with("did you mean `host-firewall`, `"));
        assert!(hint("xyz").ends_with("more\n`netmap explain` lists them all"), "{}", hint("xyz"));
    }
}
