//! Where a command's snapshot comes from: a live engine, a file, or compose files.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::options::Options;
use super::output::Output;
use crate::engine::{self, Choice, Engine, Environment, ScanOptions};
use crate::error::{Error, Result};
use crate::graph::{Filter, Map, Selection};
use crate::model::{ReadError, Snapshot};

/// Reads the snapshot that the options ask for.
pub async fn snapshot(options: &Options, output: &Output) -> Result<Snapshot> {
    if let Some(planned) = options.compose.planned()? {
        let others = options.from.is_some() || options.host.is_some() || options.context.is_some();
        return if others { Err(two_sources()) } else { Ok(planned) };
    }
    observed(options, output).await
}

/// Reads the snapshot file or the engine that the options ask for, whatever
/// compose files they name besides.
pub async fn observed(options: &Options, output: &Output) -> Result<Snapshot> {
    match &options.from {
        Some(path) => read(path),
        None => {
            let engine = open(options, options.engine_timeout()).await?;
            scan(&engine, output).await
        }
    }
}

fn two_sources() -> Error {
    Error::Usage {
        what: "--compose stands in place of an engine or a snapshot".to_owned(),
        hint: Some("leave out --host, --context and --from".to_owned()),
    }
}

/// Opens the engine that the options and the environment choose; one call to
/// it may take `timeout`.
pub async fn open(options: &Options, timeout: Duration) -> Result<Engine> {
    let choice = Choice { host: options.host.clone(), context: options.context.clone() };
    let address = engine::choose(&choice, &Environment::of_process())?;
    Engine::open(address, timeout).await
}

/// Reads everything off the engine, with a progress bar where it takes long.
pub async fn scan(engine: &Engine, output: &Output) -> Result<Snapshot> {
    let progress = output.progress("asking the engine");
    engine::scan(engine, ScanOptions::default(), |done, of| progress.at(done, of)).await
}

/// The containers and networks that the options let in, stopped ones too.
pub fn chosen(options: &Options, map: &Map) -> Result<Selection> {
    map.select(&Filter {
        names: Vec::new(),
        networks: options.network.clone(),
        projects: options.project.clone(),
        stopped: true,
        ..Filter::default()
    })
}

/// The part of a snapshot that the options let in.
pub fn narrowed(options: &Options, whole: Snapshot) -> Result<Snapshot> {
    if options.project.is_empty() && options.network.is_empty() {
        return Ok(whole);
    }
    let map = Map::new(&whole);
    let chosen = chosen(options, &map)?;
    let containers: Vec<_> =
        chosen.containers.iter().map(|at| map.container(*at).clone()).collect();
    let networks = chosen.networks.iter().map(|at| map.network(*at).clone()).collect();
    let engine = whole.engine.clone();
    let mut part = Snapshot::new(engine, networks, containers, whole.unread.clone());
    part.take_over(&whole);
    Ok(part)
}

/// Reads a snapshot file; a folder stands for the `snapshot.json` in it.
pub fn read(path: &Path) -> Result<Snapshot> {
    if path == Path::new("-") {
        return Snapshot::read(io::stdin().lock())
            .map_err(|error| Error::Snapshot { path: PathBuf::from("standard input"), error });
    }
    let file = if path.is_dir() { path.join("snapshot.json") } else { path.to_owned() };
    File::open(&file)
        .map_err(ReadError::Io)
        .and_then(Snapshot::read)
        .map_err(|error| Error::Snapshot { path: file, error })
}
