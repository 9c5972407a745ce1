//! `netmap snapshot`: everything netmap knows, as one file that any command
//! reads with `--from`.

use std::path::Path;
use std::time::Duration;

use super::format::extension;
use super::options::duration;
use super::run::Run;
use super::session::{Purpose, Session};
use super::{Ending, source};
use crate::engine::Whom;
use crate::error::{Error, Result};
use crate::model::Taken;
use crate::redact::redact;
use crate::render::{Format, View};

/// Arguments of `netmap snapshot`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Measure who reaches whom, and put that in, too
    #[arg(long, conflicts_with = "from")]
    probe: bool,
    /// Look at who talks to whom for so long, such as 30s, and put that in, too
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "from")]
    flows: Option<Duration>,
    /// Run nothing in any container: send GET requests only
    #[arg(long, conflicts_with_all = ["probe", "from"])]
    no_exec: bool,
    /// Replace all names and addresses, each always by the same other, to show the map to strangers
    #[arg(long)]
    redact: bool,
    /// Put in who it is from, such as 'group 3, seat 12'; not kept with --redact
    #[arg(long, value_name = "TEXT", value_parser = note)]
    note: Option<String>,
}

/// A note of one line: it is a cell of a teacher's table.
fn note(text: &str) -> std::result::Result<String, String> {
    const MOST: usize = 200;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        0 => Err("it is empty".to_owned()),
        MOST.. => Err(format!("it is longer than {MOST} characters")),
        _ => Ok(text),
    }
}

/// Examples for the help text.
pub fn after_help() -> &'static str {
    "Examples:\n  \
    netmap snapshot -o me.json                    a file without secrets, to mail\n  \
    netmap show --from me.json                    what somebody else makes of it\n  \
    netmap snapshot --no-exec -o me.json          runs nothing in any container\n  \
    netmap snapshot --note 'seat 12' -o me.json   for a class (netmap grade)\n  \
    netmap snapshot --probe -o before.json        with what was measured\n  \
    netmap snapshot --flows 30s -o busy.json      with who talked to whom in half a minute\n  \
    netmap snapshot --redact -o public.json       the same map under other names\n  \
    netmap snapshot --from me.json --redact       of a file instead of an engine\n\n\
    Environment variables and command lines are never in it."
}

/// Reads, measures if asked to, replaces names if asked to, and writes.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    refuse_pictures(run.options.file())?;
    if args.redact && args.note.is_some() {
        return Err(Error::Usage {
            what: "--redact keeps no note: it may say who somebody is".to_owned(),
            hint: Some("leave out --note or --redact".to_owned()),
        });
    }
    let mut session = Session::open(run, Purpose::Look).await?;
    // A file that is read again was taken when it was taken, and a plan at no time.
    let taken = session.snapshot.taken.take();
    let now = || if run.options.is_live() { Taken::now() } else { Taken::default() };
    let mut taken = taken.unwrap_or_else(now);
    if args.note.is_some() {
        taken.note.clone_from(&args.note);
    }
    session.snapshot.taken = Some(taken).filter(|taken| *taken != Taken::default());
    session.observe(!args.no_exec).await;
    if args.probe {
        session.probe(|map| Ok(source::chosen(run.options, map)?.containers)).await?;
    }
    if let Some(wait) = args.flows {
        session.listen(Whom::all(!args.no_exec), wait).await?;
    }
    let mut snapshot = source::narrowed(run.options, session.snapshot)?;
    if args.redact {
        snapshot = redact(&snapshot);
    }
    run.write(snapshot.to_json().as_bytes())?;
    Ok(Ending::Clean)
}

/// A snapshot is JSON, whatever its file is called; but who names the file as a
/// picture wants the map drawn.
fn refuse_pictures(file: Option<&Path>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let format = extension(file).and_then(|extension| Format::<View>::for_extension(&extension));
    if !format.is_some_and(Format::is_picture) {
        return Ok(());
    }
    Err(Error::Usage {
        what: format!("`{}` would be no picture: a snapshot is JSON", file.display()),
        hint: Some(format!("netmap show -o {} draws it", file.display())),
    })
}
