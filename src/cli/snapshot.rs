//! `netmap snapshot`: everything netmap knows, as one file that any command
//! reads with `--from`.

use std::path::Path;

use super::format::extension;
use super::run::Run;
use super::session::{Purpose, Session};
use super::{Ending, source};
use crate::error::{Error, Result};
use crate::redact::redact;
use crate::render::{Format, View};

/// Arguments of `netmap snapshot`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Measure who reaches whom, and put that in, too
    #[arg(long, conflicts_with = "from")]
    probe: bool,
    /// Run nothing in any container: send GET requests only
    #[arg(long, conflicts_with_all = ["probe", "from"])]
    no_exec: bool,
    /// Replace all names and addresses, each always by the same other, to show the map to strangers
    #[arg(long)]
    redact: bool,
}

/// Examples for the help text.
pub fn after_help() -> &'static str {
    "Examples:\n  \
    netmap snapshot -o me.json                    one file, without secrets, to mail\n  \
    netmap show --from me.json                    what somebody else makes of it\n  \
    netmap snapshot --no-exec -o me.json          without running anything in a container\n  \
    netmap snapshot --probe -o before.json        with what was measured\n  \
    netmap snapshot --redact -o public.json       the same map under other names\n  \
    netmap snapshot --from me.json --redact       of a file instead of an engine\n\n\
    Environment variables and command lines are never in it."
}

/// Reads, measures if asked to, replaces names if asked to, and writes.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    refuse_pictures(run.options.file())?;
    let mut session = Session::open(run, Purpose::Look).await?;
    session.observe(!args.no_exec).await;
    if args.probe {
        session.probe(|map| Ok(source::chosen(run.options, map)?.containers)).await?;
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
