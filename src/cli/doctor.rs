//! `netmap doctor`: looks at everything, and says what is wrong and how to
//! fix it.

use super::format::FormatArgs;
use super::options::Options;
use super::picture::PictureArgs;
use super::run::Run;
use super::session::Session;
use super::{Ending, source};
use crate::diagnose::rules::REFUSED_FILE;
use crate::diagnose::{RULES, Rule, diagnose, rule_named};
use crate::error::{Error, Result};
use crate::graph::{Comparison, Filter, Map};
use crate::model::{Diagnosis, Severity, Snapshot, nearest};
use crate::render::{FindingsView, Format};
use std::collections::BTreeSet;

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
    /// Ask only this rule; may be repeated (netmap explain lists them)
    #[arg(long, value_name = "RULE", help_heading = "What to look for")]
    rule: Vec<String>,
    /// Do not ask this rule; may be repeated
    #[arg(long, value_name = "RULE", help_heading = "What to look for")]
    ignore: Vec<String>,
    /// End with exit code 1 from this severity on
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = Severity::Warning, help_heading = "What to look for")]
    severity: Severity,
    /// Say everything: each rule asked, and what could not be looked at
    #[arg(long, short, help_heading = "How to show it")]
    verbose: bool,
    #[command(flatten)]
    format: FormatArgs<FindingsView<'static>>,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<FindingsView>::list();
    format!(
        "Examples:\n  \
        netmap doctor                           what is wrong, and what fixes it\n  \
        netmap doctor web                       only what concerns web\n  \
        netmap doctor --from sample:module-5    a recorded setup, without any engine\n  \
        netmap explain wrong-name               what a finding means\n\n\
        {formats}\n\
        Exit codes: 0 nothing found at or above --severity, 1 something, 2 could not look."
    )
}

/// Looks, judges and shows.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    let (only, ignored) = (rules(&args.rule)?, rules(&args.ignore)?);
    let snapshot = source::kept(look(run, args).await?);
    let map = source::kept(Map::new(&snapshot));
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let mut diagnosis = diagnose(&map, comparison.as_ref(), |rule| {
        (only.is_empty() || only.contains(rule.name)) && !ignored.contains(rule.name)
    });
    narrow(&mut diagnosis, &map, run.options, args)?;
    let view = FindingsView { diagnosis: &diagnosis, verbose: args.verbose };
    run.show(&view, format, &PictureArgs::default()).await?;
    let found = diagnosis.worst().is_some_and(|worst| worst >= args.severity);
    Ok(if found { Ending::Findings } else { Ending::Clean })
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
    session.observe(!args.no_exec).await;
    if args.probe {
        session.probe(|map| Ok(map.select(&Filter::default())?.containers)).await?;
    }
    Ok(session.snapshot)
}

/// Keeps the findings about what the user named.
fn narrow(diagnosis: &mut Diagnosis, map: &Map, options: &Options, args: &Args) -> Result<()> {
    if args.names.is_empty() && options.network.is_empty() && options.project.is_empty() {
        return Ok(());
    }
    let selection = map.select(&Filter {
        names: args.names.clone(),
        networks: options.network.clone(),
        projects: options.project.clone(),
        stopped: true,
        ..Filter::default()
    })?;
    let containers = selection.containers.iter().map(|at| map.container(*at).name.as_str());
    // A network is on the map because of its members; it is what the user
    // named only when no container is.
    let networks = selection.networks.iter().map(|at| map.network(*at).name.as_str());
    let named: BTreeSet<&str> = containers.chain(networks).collect();
    let about = |subject: &String| named.contains(subject.as_str());
    // Of a file that Compose refuses nothing comes up, whatever was named.
    let of_all = |rule: &str| rule == REFUSED_FILE;
    diagnosis.findings.retain(|finding| of_all(finding.rule) || finding.subjects.iter().any(about));
    Ok(())
}

/// The rules of these names.
fn rules(names: &[String]) -> Result<BTreeSet<&'static str>> {
    names.iter().map(|name| rule(name).map(|rule| rule.name)).collect()
}

/// The rule of this name, or the nearest one in the error.
pub fn rule(name: &str) -> Result<&'static Rule> {
    rule_named(name).ok_or_else(|| Error::NoSuchName {
        kind: "rule",
        name: name.to_owned(),
        nearest: nearest(name, RULES.iter().map(|rule| rule.name)).map(str::to_owned),
        known: RULES.iter().map(|rule| rule.name.to_owned()).collect(),
    })
}
