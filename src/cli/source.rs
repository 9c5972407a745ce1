//! Where a command's snapshot comes from: a live engine, a file, or compose files.

use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::options::Options;
use super::run::Run;
use crate::engine::{self, Address, Choice, Engines, Environment, ScanOptions};
use crate::error::{Error, Result};
use crate::graph::{Filter, Map, Selection};
use crate::model::{ReadError, Snapshot};

/// Reads the snapshot that the options ask for.
pub async fn snapshot(run: Run<'_>) -> Result<Snapshot> {
    let options = run.options;
    if let Some(planned) = options.compose.planned()? {
        let others = options.from.is_some()
            || !options.host.is_empty()
            || !options.context.is_empty()
            || options.all_nodes;
        return if others { Err(two_sources()) } else { Ok(planned) };
    }
    observed(run).await
}

/// Reads the snapshot file or the engine that the options ask for, whatever
/// compose files they name besides.
pub async fn observed(run: Run<'_>) -> Result<Snapshot> {
    match &run.options.from {
        Some(path) => read(path),
        None => Ok(scan(run, run.options.engine_timeout(), ScanOptions::default()).await?.1),
    }
}

/// Something large that is there until the program ends, and then is not taken
/// apart: of ten thousand containers that would be a tenth of all the time.
pub fn kept<T>(large: T) -> ManuallyDrop<T> {
    ManuallyDrop::new(large)
}

fn two_sources() -> Error {
    Error::Usage {
        what: "--compose stands in place of an engine or a snapshot".to_owned(),
        hint: Some("leave out --host, --context and --from".to_owned()),
    }
}

/// The places of the engines that the options and the environment choose.
fn places(options: &Options) -> Result<Vec<Address>> {
    let environment = Environment::of_process();
    let at = |host: Option<&String>, context: Option<&String>| {
        let choice = Choice { host: host.cloned(), context: context.cloned() };
        engine::choose(&choice, &environment)
    };
    match (&options.host[..], &options.context[..]) {
        ([], []) => Ok(vec![at(None, None)?]),
        (hosts, []) => hosts.iter().map(|host| at(Some(host), None)).collect(),
        ([], contexts) => contexts.iter().map(|context| at(None, Some(context))).collect(),
        (hosts, contexts) => Ok(vec![at(hosts.first(), contexts.first())?]),
    }
}

/// Opens the engines that are chosen and reads everything off them, with a
/// progress bar where it takes long; one call may take `timeout`.
pub async fn scan(
    run: Run<'_>,
    timeout: Duration,
    how: ScanOptions,
) -> Result<(Engines, Snapshot)> {
    let places = places(run.options)?;
    let progress = run.output.progress("asking the engine");
    let told = |done, of| progress.at(done, of);
    engine::gather(places, run.options.all_nodes, timeout, how, told).await
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
