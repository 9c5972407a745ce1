//! Snapshots from files, and the part of a snapshot that the options let in.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::options::Options;
use crate::error::{Error, Result};
use crate::graph::{Filter, Map, Selection, Strangers};
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
    let chosen = chosen(options, &Map::new(&whole))?;
    Ok(part(&whole, &chosen))
}

/// A part of a snapshot, as if there were nothing else.
pub fn part(whole: &Snapshot, chosen: &Selection) -> Snapshot {
    let map = Map::new(whole);
    let containers: Vec<_> =
        chosen.containers.iter().map(|at| map.container(*at).clone()).collect();
    let networks = chosen.networks.iter().map(|at| map.network(*at).clone()).collect();
    let engine = whole.engine.clone();
    let mut part = Snapshot::new(engine, networks, containers, whole.unread.clone());
    part.take_over(whole);
    part
}

/// Who is left out of [`narrowed`] although it is on the networks there.
pub fn strangers(options: &Options, whole: &Snapshot) -> Strangers {
    let map = Map::new(whole);
    // What one of two sides does not know of leaves nobody out there.
    chosen(options, &map).map(|chosen| map.strangers(&chosen)).unwrap_or_default()
}

/// Reads a snapshot file; a folder stands for the `snapshot.json` in it, and
/// `sample:NAME` for a recording that the program carries.
pub fn read(path: &Path) -> Result<Snapshot> {
    if let Some(name) = path.to_str().and_then(|path| path.strip_prefix(sample::PREFIX)) {
        return sample::read(name);
    }
    if path == Path::new("-") {
        return unpacked(io::stdin().lock())
            .map_err(|error| Error::Snapshot { path: PathBuf::from("standard input"), error });
    }
    let mut file = path.to_owned();
    if path.is_dir() {
        file.push(IN_FOLDER);
        // In one that may not be entered there may be one.
        if matches!(file.try_exists(), Ok(false)) {
            let why = format!("it is a folder without a `{IN_FOLDER}`");
            let error = ReadError::Io(io::Error::new(io::ErrorKind::IsADirectory, why));
            return Err(Error::Snapshot { path: path.to_owned(), error });
        }
    }
    File::open(&file)
        .map_err(ReadError::Io)
        .and_then(|file| unpacked(BufReader::new(file)))
        .map_err(|error| Error::Snapshot { path: file, error })
}

/// The snapshot that a folder stands for.
const IN_FOLDER: &str = "snapshot.json";

/// What gzip's files begin with, which no JSON does.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a snapshot as it is or packed by gzip. What it unpacks to is bounded as
/// any snapshot is.
fn unpacked(mut from: impl BufRead) -> Result<Snapshot, ReadError> {
    let begins = from.fill_buf().map_err(ReadError::Io)?;
    if begins.starts_with(&GZIP) {
        Snapshot::read(MultiGzDecoder::new(from))
    } else {
        Snapshot::read(from)
    }
}
