//! `netmap flows`: who really talks to whom, by what the kernel tells of
//! connections.

use std::collections::BTreeSet;
use std::time::Duration;

use super::format::{self, FormatArgs};
use super::options::{Options, duration};
use super::picture::PictureArgs;
use super::run::Run;
use super::session::{Purpose, Session};
use super::{Ending, interrupt};
use crate::engine::Whom;
use crate::error::{Error, Result};
use crate::flows::advise;
use crate::graph::{Filter, Map};
use crate::model::Flow;
use crate::model::words::span;
use crate::render::{AdviceView, FlowsView, Format};

/// Arguments of `netmap flows`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Containers or compose services whose flows to show; globs work
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Listen for so long, such as 30s or 5m, so that nothing short is missed
    #[arg(long = "for", value_name = "TIME", value_parser = duration, conflicts_with = "from", help_heading = "How to look")]
    wait: Option<Duration>,
    /// Listen until Ctrl-C, which shows what was seen
    #[arg(long, conflicts_with_all = ["from", "wait"], help_heading = "How to look")]
    follow: bool,
    /// Run nothing in any container: see only what can be seen from beside the engine
    #[arg(long, conflicts_with = "from", help_heading = "How to look")]
    no_exec: bool,
    /// Say instead what was not used, and which networks would do (see the forms below)
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "text", value_parser = format::parser::<AdviceView>(), hide_possible_values = true, conflicts_with = "format", help_heading = "How to show it")]
    advise: Option<&'static Format<AdviceView<'static>>>,
    #[command(flatten)]
    format: FormatArgs<FlowsView<'static>>,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<FlowsView>::list();
    let advice = Format::<AdviceView>::list();
    let advice = advice.trim_start_matches("Formats:\n");
    format!(
        "Examples:\n  \
        netmap flows                     what is open, and what the kernel remembers\n  \
        netmap flows --for 30s           what happens in half a minute as well\n  \
        netmap flows web db              what these have a part in\n  \
        netmap flows --network back      what goes over a network\n  \
        netmap flows -o flows.mmd        a diagram\n  \
        netmap flows --for 1h --advise   who did not talk, and the networks that would do\n\n\
        {formats}\n\
        Forms of --advise:\n{advice}\n\
        As root beside the engine, what the kernel remembers is read: TCP that is over for two\n\
        minutes, UDP for half a minute or two, and what was never answered. Elsewhere only what\n\
        is open can be seen, by one command run in each container."
    )
}

/// Looks, and shows what was seen.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    let mut session = match run.options.from {
        Some(_) => Session::open(run, Purpose::List).await?,
        None => Session::open_live(run, Purpose::List).await?,
    };
    // A name that nobody has should not wait for the end of a long look.
    let mut wanted = Wanted::new(&Map::new(&session.snapshot), run.options, &args.names)?;
    if session.is_live() {
        // Advice is about all networks, whoever is named.
        let only = wanted.only().filter(|_| args.advise.is_none());
        let whom = Whom { exec: !args.no_exec, only };
        // What comes meanwhile and has such a name is meant as well.
        let mut about = |map: &Map<'_>| {
            wanted.extend(Wanted::new(map, run.options, &args.names));
            wanted.containers.clone()
        };
        session.flows_about(whom, args.wait(run), &mut about).await?;
    }
    let flows = session.snapshot.flows.as_ref().ok_or_else(nothing_recorded)?;
    if args.advise.is_some() {
        let map = Map::new(&session.snapshot);
        let advice = advise(&map, flows);
        let view = AdviceView { map: &map, seen: flows, advice: &advice };
        run.show(&view, args.advise.into(), &PictureArgs::default()).await?;
        return Ok(Ending::Clean);
    }
    let view =
        FlowsView::new(flows, session.snapshot.engine.short(), |flow| wanted.lets_through(flow));
    run.show(&view, format, &PictureArgs::default()).await?;
    Ok(Ending::Clean)
}

fn nothing_recorded() -> Error {
    Error::Usage {
        what: "the snapshot holds no flows".to_owned(),
        hint: Some("they are looked for on the engine: netmap snapshot --flows 30s".to_owned()),
    }
}

impl Args {
    /// When to stop listening; nothing for one look.
    fn wait(&self, run: Run<'_>) -> Option<impl Future<Output = ()> + use<>> {
        if self.wait.is_none() && !self.follow {
            return None;
        }
        let enough = interrupt::claim();
        let long = self.wait.map(|wait| format!(" for {}", span(wait.as_secs_f64())));
        run.note(&format!("listening{}; Ctrl-C shows what was seen", long.unwrap_or_default()));
        let wait = self.wait;
        Some(async move {
            match wait {
                Some(wait) => drop(tokio::time::timeout(wait, enough).await),
                None => enough.await,
            }
        })
    }
}

/// What was asked for.
struct Wanted {
    /// Whether that is everything.
    whole: bool,
    /// Names of the containers.
    containers: BTreeSet<String>,
    /// Names of the networks, where they were asked for.
    networks: Option<BTreeSet<String>>,
}

impl Wanted {
    fn new(map: &Map, options: &Options, names: &[String]) -> Result<Self> {
        let chosen = map.select(&Filter {
            names: names.to_vec(),
            networks: options.network.clone(),
            projects: options.project.clone(),
            stopped: true,
            ..Filter::default()
        })?;
        let called = chosen.networks.iter().map(|at| map.network(*at).name.clone());
        Ok(Self {
            whole: names.is_empty() && options.project.is_empty() && options.network.is_empty(),
            containers: chosen
                .containers
                .iter()
                .map(|at| map.container(*at).name.clone())
                .collect(),
            networks: (!options.network.is_empty()).then(|| called.collect()),
        })
    }

    /// Adds what fits now. Where nothing does any more, nothing is added.
    fn extend(&mut self, now: Result<Self>) {
        let Ok(now) = now else { return };
        self.containers.extend(now.containers);
        if let (Some(networks), Some(now)) = (&mut self.networks, now.networks) {
            networks.extend(now);
        }
    }

    /// The containers, unless it is all.
    fn only(&self) -> Option<BTreeSet<String>> {
        (!self.whole).then(|| self.containers.clone())
    }

    /// Whether a flow has to do with it.
    fn lets_through(&self, flow: &Flow) -> bool {
        let ends = [&flow.client, &flow.server].into_iter().flat_map(|end| end.containers());
        let has_part = || ends.into_iter().any(|name| self.containers.contains(name));
        let is_over = |networks: &BTreeSet<String>| {
            flow.network.as_ref().is_some_and(|network| networks.contains(network))
        };
        self.whole || has_part() && self.networks.as_ref().is_none_or(is_over)
    }
}
