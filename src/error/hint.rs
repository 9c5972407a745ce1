//! What to do about each error.

use std::io::ErrorKind::{
    InvalidData, IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem,
    StorageFull,
};
use std::path::Path;

use super::{Error, Problem, Unreachable, complaint};
use crate::model::words::{comma_separated, quoted};
use crate::model::{NotUtf8, ReadError, is_snapshot_name, natural_order};
use crate::order::OrderBy;

impl Error {
    /// What the user can do next, one suggestion a line.
    pub fn hint(&self) -> Option<String> {
        const SAMPLE: &str = "or look at a recorded setup: netmap show --from sample:module-5";
        match self {
            Self::Unreachable { kind, .. } => Some(match kind {
                Unreachable::Missing => format!(
                    "is the engine running? start it (sudo systemctl start docker, or Docker Desktop),\n\
                     name another with --host or --context (docker context ls),\n{SAMPLE}"
                ),
                Unreachable::Forbidden => format!(
                    "your user may not use that socket: add it to the group that owns the socket\n\
                     (sudo usermod -aG docker \"$USER\", then log in again), or run netmap with sudo,\n{SAMPLE}"
                ),
                Unreachable::Refused => format!(
                    "nothing listens there: start the engine (sudo systemctl start docker, or Docker Desktop),\n\
                     or check the address,\n{SAMPLE}"
                ),
                Unreachable::Busy => BUSY.to_owned(),
                Unreachable::Other => format!("check the address (docker context ls shows yours),\n{SAMPLE}"),
            }),
            Self::Deadline { .. } => Some(BUSY.to_owned()),
            Self::Refused { status: 403, .. } => Some(
                "something between netmap and the engine (a socket proxy?) does not allow this call".to_owned(),
            ),
            Self::Refused { status: 400, message, .. } if message.contains("API version") => Some(
                "netmap names no version and takes the engine's newest: something between the two \
                 (a proxy?) names one".to_owned(),
            ),
            Self::Refused { .. } => Some("the engine's own log says more (sudo journalctl -u docker)".to_owned()),
            Self::Garbled { .. } => Some("is it a container engine that listens there? docker version asks the same address".to_owned()),
            Self::BadAddress { .. } => Some(
                "unix:///path/to/docker.sock, tcp://HOST:PORT and ssh://USER@HOST work".to_owned(),
            ),
            Self::NoSuchContext { name, known, .. } => Some(suggestion(
                crate::model::nearest_of(name, known).as_deref(), known,
            )),
            Self::HostAndContext => Some("give one of the two".to_owned()),
            Self::Tls { .. } => Some(
                "ca.pem, cert.pem and key.pem are looked for in DOCKER_CERT_PATH, or in ~/.docker, or in the context;\n\
                 netmap never falls back to a plain connection".to_owned(),
            ),
            Self::Ssh { .. } => Some(
                "does `ssh HOST` get there, and may that user use the engine's socket?\n\
                 ssh://USER@HOST:PORT/path/to/docker.sock names another socket".to_owned(),
            ),
            Self::Snapshot { path, error: ReadError::Io(error) } if error.kind() == NotFound => {
                let samples =
                    "`netmap samples` lists the recorded setups that netmap carries; they need no file";
                Some(not_there(path).map_or_else(String::new, |there| there + "\n") + samples)
            }
            Self::Snapshot { path, error: ReadError::Io(error) }
                if error.kind() == IsADirectory && path.is_dir() =>
            {
                Some(folder_of_snapshots(path))
            }
            Self::Snapshot { error: ReadError::Newer(_), .. } => Some("a newer netmap reads it".to_owned()),
            Self::Snapshot { path, error: ReadError::Io(error) } => unreadable(path, error),
            Self::Snapshot { path, .. } if is_yaml(path) => Some(format!(
                "a compose file is read by --compose {}", path.display()
            )),
            Self::Snapshot { .. } => Some(
                "a snapshot is what `netmap snapshot -o FILE` or `netmap show --format json` writes".to_owned(),
            ),
            Self::Baseline { .. } => {
                Some("a baseline is what `netmap doctor --format json -o FILE` writes".to_owned())
            }
            Self::Unreadable { path, error } => unreadable(path, error),
            Self::CheckFile { path, problems } => more_complaints(path, problems),
            Self::NoSuchName { name, .. } if Path::new(name).is_file() && is_yaml(Path::new(name)) => {
                Some(format!("that is a file: --compose {} looks at what it plans", quoted(name)))
            }
            Self::NoSuchName { name, .. }
                if is_snapshot_name(name) && Path::new(name).is_file() =>
            {
                Some(format!("that is a file: --from {} looks at it", quoted(name)))
            }
            Self::NoSuchName { kind, nearest, known, .. } => {
                let list = list_of(kind).filter(|_| nearest.is_none() && known.len() > MOST_NAMED);
                let list = list.map(|list| format!("\n`{list}` lists them all"));
                Some(suggestion(nearest.as_deref(), known) + &list.unwrap_or_default())
            }
            Self::Usage { hint, .. } => {
                Some(hint.clone().unwrap_or_else(|| "--help says what can be asked for".to_owned()))
            }
            Self::Compose { hint: Some(hint), .. } | Self::ComposeFile { hint: Some(hint), .. } => {
                Some(hint.clone())
            }
            Self::Compose { .. } | Self::ComposeFile { .. } => Some(
                "`docker compose config` says what Compose itself makes of the file".to_owned(),
            ),
            Self::BadConfig { .. } => Some(
                "docker reads it, too: what does `docker context ls` say? DOCKER_CONFIG names another folder".to_owned(),
            ),
            Self::Write { path, error } => Some(unwritable(path, error)),
            Self::Docker { .. } => Some(
                "that is docker's own word; does `docker version` reach the engine?".to_owned(),
            ),
            Self::Draw { .. } => Some(
                "another format may do: `netmap show --help` lists them".to_owned(),
            ),
            Self::Dot { .. } => Some("--format dot writes what it was given, to look at".to_owned()),
            Self::System { error, .. } => Some(match error.kind() {
                PermissionDenied => "your user may not do that".to_owned(),
                StorageFull => FULL.to_owned(),
                _ => "if it happens again, report it with what `netmap version` says".to_owned(),
            }),
            Self::NoSuchFormat { known, .. } => {
                Some(format!("use --format, or one of {}", known.join(", ")))
            }
            Self::CannotEnter { .. } => Some(
                "that takes root, on the engine's own Linux machine; --method exec works anywhere".to_owned(),
            ),
            Self::NoDot { .. } => Some(
                "install it (sudo apt install graphviz), or use --format dot and draw elsewhere".to_owned(),
            ),
        }
    }
}

/// What to do about an engine that answers nobody.
const BUSY: &str =
    "the engine may be busy or hung (does `docker ps` answer?); --timeout 60s waits longer";

/// What to do about a disk that takes no more.
const FULL: &str = "the disk is full: make room on it, or write to another";

/// Whether a file is called like one of Compose's.
fn is_yaml(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["yaml", "yml"].iter().any(|yaml| extension.eq_ignore_ascii_case(yaml))
}

/// What to do about a file that cannot be written.
fn unwritable(path: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        NotFound => match missing_folder(path) {
            Some(missing) => format!("there is no folder `{}`: make it first", missing.display()),
            None => "name another file".to_owned(),
        },
        PermissionDenied | ReadOnlyFilesystem => {
            "your user may not write there: name a file in another folder".to_owned()
        }
        IsADirectory => "it is a folder: name a file in it".to_owned(),
        NotADirectory => "a file is no folder: name another".to_owned(),
        StorageFull => FULL.to_owned(),
        _ => "name another file".to_owned(),
    }
}

/// `did you mean ...?`, or the names there are.
fn suggestion(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => "there are none in what was looked at".to_owned(),
        None => those_there(known),
    }
}

/// The names there are, or the first of them.
fn those_there(names: &[String]) -> String {
    match names {
        [only] => format!("there is only `{only}`"),
        _ => format!("there are {}", comma_separated(names, MOST_NAMED)),
    }
}

/// The command that lists what netmap itself carries of a kind.
fn list_of(kind: &str) -> Option<&'static str> {
    match kind {
        "rule" => Some("netmap explain"),
        "sample" => Some("netmap samples"),
        "schema" => Some("netmap schema"),
        _ => None,
    }
}

/// What to do about a file that cannot be opened.
fn unreadable(path: &Path, error: &std::io::Error) -> Option<String> {
    match error.kind() {
        NotFound => not_there(path),
        PermissionDenied => Some("your user may not read it".to_owned()),
        IsADirectory => Some("it is a folder: name a file in it".to_owned()),
        NotADirectory => Some("it is a file: name the folder that it is in".to_owned()),
        InvalidData if error.get_ref().is_some_and(|inner| inner.is::<NotUtf8>()) => {
            Some("is it a text file? save it as UTF-8".to_owned())
        }
        _ => Some("name another file".to_owned()),
    }
}

/// What to do with a folder that stands for no snapshot, though there may be some in it.
fn folder_of_snapshots(folder: &Path) -> String {
    let first = files_in(folder).into_iter().find(|name| is_snapshot_name(name));
    let shown = |path: &Path| quoted(&path.display().to_string());
    match first {
        Some(first) => format!(
            "the snapshots of a class are judged by a check file: netmap grade check.yaml {}\n\
             one of them alone is looked at with --from {}",
            shown(folder),
            shown(&folder.join(first))
        ),
        None => format!(
            "there is no snapshot in it: `netmap snapshot -o {}` writes one",
            shown(&folder.join("snapshot.json"))
        ),
    }
}

/// The outermost folder of a file's path that is not there.
fn missing_folder(path: &Path) -> Option<&Path> {
    let named = path.ancestors().skip(1).filter(|folder| *folder != Path::new(""));
    named.take_while(|folder| !folder.exists()).last()
}

/// Of the path of a file that is not there, the first folder that is missing; or
/// what the file's folder has.
fn not_there(path: &Path) -> Option<String> {
    let folder = match path.parent()? {
        folder if folder == Path::new("") => Path::new("."),
        folder => folder,
    };
    if !folder.is_dir() {
        let missing = missing_folder(path)?;
        return Some(format!("there is no folder `{}`", missing.display()));
    }
    let there = files_in(folder);
    let nearest = crate::model::nearest_of(&path.file_name()?.to_string_lossy(), &there);
    let of_folder = |name: &str| path.with_file_name(name).display().to_string();
    Some(match nearest {
        Some(nearest) => format!("did you mean `{}`?", of_folder(&nearest)),
        None if there.is_empty() => format!("there is nothing in `{}`", folder.display()),
        None => format!("in `{}` {}", folder.display(), those_there(&there)),
    })
}

/// The files and folders in a folder by their names, without hidden ones.
fn files_in(folder: &Path) -> Vec<String> {
    let mut there: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .take(MOST_LOOKED_AT)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    there.order_by(|a, b| natural_order(a, b));
    there
}

/// How many files of a folder are looked at for one with nearly the name.
const MOST_LOOKED_AT: usize = 1000;
/// So many names are given, and the others counted.
const MOST_NAMED: usize = 8;

/// What to do about the first problem, and the others in short.
fn more_complaints(path: &Path, problems: &[Problem]) -> Option<String> {
    const MOST: usize = 10;
    let (first, others) = problems.split_first()?;
    let mut lines: Vec<String> = first.hint.iter().cloned().collect();
    for other in others.iter().take(MOST) {
        let mut line = complaint(path, Some(other));
        if let Some(hint) = &other.hint {
            line.push_str(&format!("; {hint}"));
        }
        lines.push(line);
    }
    if others.len() > MOST {
        lines.push(format!("and {} more", others.len() - MOST));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
