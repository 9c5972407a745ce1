//! Snapshots from files, and the part of a snapshot that the options let in.

use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use super::options::Options;
use crate::error::{Error, Result};
use crate::graph::{Filter, Map, Selection};
use crate::model::{ReadError, Snapshot};
use crate::sample;

/// Something large that is there until the program ends, and then is not taken
/// apart: of ten thousand containers that would be a tenth of all the time.
pub fn kept<T>(large: T) -> ManuallyDrop<T> {
    ManuallyDrop::new(large)
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

/// Reads a snapshot file; a folder stands for the `snapshot.json` in it, and
/// `sample:NAME` for a recording that the program carries.
pub fn read(path: &Path) -> Result<Snapshot> {
    if let Some(name) = path.to_str().and_then(|path| path.strip_prefix(sample::PREFIX)) {
        return sample::read(name);
    }
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
