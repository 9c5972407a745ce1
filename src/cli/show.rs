//! `netmap show`: the map, in a terminal or as a file.

use super::format::FormatArgs;
use super::options::{duration, whole};
use super::picture::PictureArgs;
use super::run::Run;
use super::session::{Purpose, Session};
use super::split::{self, Whole};
use super::{Ending, fresh, source};
use crate::diagnose::talks;
use crate::engine::Whom;
use crate::error::Result;
use crate::graph::{Comparison, Filter, Map, Selection};
use crate::render::{Format, Shown, View};
use std::time::Duration;

fn steps(text: &str) -> Result<u16, String> {
    whole(text, 0)
}

/// Arguments of `netmap show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Containers, networks or compose services to show; globs work, and !NAME leaves out
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    format: FormatArgs<View<'static>>,
    /// Measure as well, and show what came of it
    #[arg(long, conflicts_with = "from")]
    probe: bool,
    /// Look at who talks to whom as well: once, or for so long, such as 30s
    #[arg(long, value_name = "TIME", num_args = 0..=1, value_parser = duration, conflicts_with = "from")]
    flows: Option<Option<Duration>>,
    /// With --flows: run nothing in any container
    #[arg(long, requires = "flows")]
    no_exec: bool,
    /// Write nothing: exit with 1 if the file of -o is not what would be written, and say
    /// what changed in the map
    #[arg(long)]
    check: bool,
    /// Draw an overview, and beside it a picture of each project: map.svg and map-shop.svg
    #[arg(long)]
    split: bool,
    /// Only these containers and networks, and what is --depth steps from them
    #[arg(long, value_name = "NAME")]
    focus: Vec<String>,
    /// Steps around --focus: from a container to its networks and on to their members is one
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = steps, requires = "focus")]
    depth: u16,
    #[command(flatten)]
    picture: PictureArgs,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<View>::list();
    format!(
        "Examples:\n  \
        netmap show                           what is connected to what, now\n  \
        netmap show -a web 'api-*'            some containers, stopped ones too\n  \
        netmap show '!prom*'                  all but these\n  \
        netmap show -o docs/map.svg           a picture\n  \
        netmap show -o docs/map.svg --check   is the picture still true?\n  \
        netmap show -o docs/map.svg --split   an overview, and a picture for each project\n  \
        netmap show --flows 30s -o map.svg    with who was seen to talk to whom in that time\n  \
        netmap show --project shop            one compose project\n  \
        netmap show --compose app.yaml        what a compose file plans\n\n\
        {formats}"
    )
}

/// Scans or reads, and looks closer where that is wanted.
async fn looked<'a>(
    run: Run<'a>,
    args: &Args,
    filter: &Filter,
    purpose: Purpose,
) -> Result<Session<'a>> {
    if !args.probe && args.flows.is_none() {
        return Session::open(run, purpose).await;
    }
    let purpose = if args.probe { Purpose::Measure } else { purpose };
    let mut session = Session::open_live(run, purpose).await?;
    // Before anything is tried, which would be seen as well.
    if let Some(wait) = args.flows {
        let whom = Whom::all(!args.no_exec);
        match wait {
            Some(wait) => session.listen(whom, wait).await?,
            None => session.flows(whom, None::<tokio::time::Sleep>).await?,
        }
    }
    if args.probe {
        session.probe(|map| Ok(map.select(filter)?.containers)).await?;
    }
    Ok(session)
}

/// Scans or reads, selects, renders and writes.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    // Before any work: a wrong option should not wait for a scan.
    let format = args.format.chosen(run.options.file())?.or(run.settings.format());
    let filter = Filter {
        names: args.names.clone(),
        networks: run.options.network.clone(),
        projects: run.options.project.clone(),
        stopped: run.options.all,
        focus: args.focus.clone(),
        depth: args.depth,
    };
    let purpose = if format.is_json() { Purpose::Describe } else { Purpose::List };
    let session = looked(run, args, &filter, purpose).await?;
    let snapshot = source::kept(session.snapshot);
    let map = source::kept(Map::new(&snapshot));
    let selection = map.select(&filter)?;
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let scope = run.options.scope(args.names.iter().chain(&args.focus));
    let talk = talks(&map, comparison.as_ref());
    let view = |selection: &Selection, scope| {
        View::new(&map, selection, scope)
            .with_probe(comparison.as_ref())
            .with_doctor(run.options.doctor())
            .with_talk(talk.clone())
    };
    let picture = args.picture.clone().that_can_split();
    if args.split {
        let format = format.of_a_file()?.unwrap_or(View::usual(&view(&selection, None)));
        let whole = Whole { map: &map, selection: &selection, format, picture: &args.picture };
        let pictures = split::drawn(run, whole, view).await?;
        if args.check {
            split::tell_stale(run, &pictures.files);
            return fresh::compare(run, &pictures.files);
        }
        split::write(run, &pictures)?;
        return Ok(Ending::Clean);
    }
    let view = view(&selection, scope);
    if args.check {
        let format = format.of_a_file()?;
        let path = run.options.file().ok_or_else(fresh::no_file)?;
        let now = run.drawn(&view, format, &picture).await?;
        return fresh::compare(run, &[(path.to_owned(), now)]);
    }
    run.show(&view, format, &picture).await?;
    Ok(Ending::Clean)
}
