//! Reading one file: which may be read at all, its text, its tree, and the
//! variables in that filled in.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use super::env_file;
use super::interpolate::{Variables, fill_in};
use super::merge::{self, Clash};
use super::notes::Notes;
use super::scalar::{self, Scalar};
use crate::error::{Error, Result, plain};
use crate::model::{NotUtf8, decoded, in_utf8};
use crate::yaml::{self, Budget, Entry, Node, Spot, Value};

/// Largest file that is read, in bytes; the largest ones published have 200 KB.
pub const LARGEST: u64 = 4 << 20;
/// Most files of one load.
const MOST_FILES: usize = 500;
/// Longest chain of files that include, or of services that extend, one another.
pub const DEEPEST: usize = 32;

/// The merged files of a project, and what belongs to them.
#[derive(Debug)]
pub struct Loader {
    /// What came up, and the names of the files.
    pub notes: Notes,
    /// For each file, the folder that its paths are relative to.
    pub folders: Vec<PathBuf>,
    /// Folders that nothing named in a file may leave.
    pub roots: Vec<PathBuf>,
    pub budget: Budget,
}

/// A file to read: what it is called, and where it lies.
#[derive(Debug, Clone)]
pub struct Source {
    pub name: String,
    pub path: PathBuf,
    pub folder: PathBuf,
}

impl Loader {
    /// A loader for files below these folders.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self { notes: Notes::default(), folders: Vec::new(), roots, budget: Budget::default() }
    }

    /// The number that a file gets, and its text.
    pub fn open(&mut self, source: &Source) -> Result<(usize, String)> {
        let Source { name, path, folder } = source;
        let failed =
            |place: &str, why: String| Error::Compose { place: place.to_owned(), why, hint: None };
        if self.folders.len() >= MOST_FILES {
            return Err(failed(name, format!("more than {MOST_FILES} files belong together")));
        }
        let mut bytes = Vec::new();
        let read = if path == Path::new("-") {
            std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
        } else {
            File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        };
        read.map_err(|error| Error::Unreadable { path: name.into(), error })?;
        if bytes.len() as u64 > LARGEST {
            let why = format!("it is larger than {} MB and no compose file", LARGEST >> 20);
            return Err(failed(name, why));
        }
        let text = String::from_utf8(in_utf8(bytes)).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..good].iter().filter(|byte| **byte == b'\n').count();
            failed(&format!("{name}:{line}"), NotUtf8.to_string())
        })?;
        let number = self.folders.len();
        self.notes.files.push(name.clone());
        self.folders.push(folder.clone());
        Ok((number, text))
    }

    /// The documents of a file, each of them a mapping; none for an empty file.
    pub fn parse(&mut self, number: usize, text: &str) -> Result<Vec<Node>> {
        let documents = yaml::read(text, number, &mut self.budget)
            .map_err(|error| self.notes.malformed(error))?;
        let mut mappings = Vec::new();
        for document in documents {
            match document.value {
                Value::Map(_) => mappings.push(document),
                Value::Null => {}
                _ => {
                    let why = format!(
                        "a compose file has keys such as `services` at its top, and this is {}",
                        document.kind()
                    );
                    return Err(self.notes.error(document.spot, why));
                }
            }
        }
        Ok(mappings)
    }

    /// The tree with the variables in its values filled in, and whole numbers
    /// written as everybody writes them.
    pub fn filled(
        &mut self,
        mut node: Node,
        variables: &Variables,
        path: &mut Vec<String>,
    ) -> Node {
        let value = match node.value {
            Value::Text(text) => {
                // What a variable brings stays text, whatever it looks like.
                node.quoted |= text.contains('$');
                let mut remarks = Vec::new();
                let text = fill_in(&text, variables, &mut remarks);
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                for remark in remarks {
                    self.notes.remark(node.spot, &path, remark);
                }
                match scalar::plain(&text) {
                    Scalar::Whole(number) if !node.quoted => Value::Text(number.to_string()),
                    _ => Value::Text(text),
                }
            }
            Value::List(items) => Value::List(
                items
                    .into_iter()
                    .enumerate()
                    .map(|(at, item)| {
                        path.push(at.to_string());
                        let item = self.filled(item, variables, path);
                        path.pop();
                        item
                    })
                    .collect(),
            ),
            Value::Map(map) => Value::Map(
                map.into_iter()
                    .map(|(key, entry)| {
                        path.push(key.clone());
                        let value = self.filled(entry.value, variables, path);
                        path.pop();
                        (key, Entry { value, ..entry })
                    })
                    .collect(),
            ),
            Value::Null => Value::Null,
        };
        Node { value, ..node }
    }

    /// `over` laid over `base`; where that cannot be done it is noted.
    pub fn merge(&mut self, base: Node, over: Node, path: &[&str]) -> Node {
        let mut clashes = Vec::new();
        let merged = merge::merge(base, over, path, &mut clashes);
        for Clash { spot, path } in clashes {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let why = "what it is laid over is a list or a mapping, and this is not";
            self.notes.refused(spot, &path, why);
        }
        merged
    }

    /// The variables in a file that a compose file names.
    pub fn variables_in(
        &self,
        path: &Path,
        known: &Variables,
    ) -> Result<BTreeMap<String, String>, Closed> {
        let text = read_text(&inside(&self.roots, path)?).map_err(Closed::Unread)?;
        Ok(env_file::parse(&text, known))
    }

    /// Notes a file of variables that could not be read, at the place that names it.
    pub fn no_variables(&mut self, named: &Node, path: &[&str], why: &Closed) {
        let file = named.text().or_else(|| named.get("path").and_then(Node::text));
        let file = name_of(Path::new(file.unwrap_or_default()));
        match why {
            Closed::Missing => {
                self.notes.refused(named.spot, path, format!("there is no file `{file}`"));
            }
            _ => self.notes.add(named.spot, path, format!("cannot read `{file}`: {why}")),
        }
    }

    /// Fails unless the file that is named at `from` lies below the roots.
    pub fn check_inside(&self, source: &Source, from: Spot) -> Result<()> {
        let Err(closed) = inside(&self.roots, &source.path) else { return Ok(()) };
        let why = format!("cannot read `{}`: {closed}", source.name);
        Err(match closed {
            Closed::Outside => Error::Compose {
                place: self.notes.place(from).to_string(),
                hint: Some("run netmap in a folder that both lie in".to_owned()),
                why,
            },
            _ => self.notes.error(from, why),
        })
    }
}

/// Where a file really lies that another one names; or why it is not to be read.
pub fn inside(roots: &[PathBuf], path: &Path) -> Result<PathBuf, Closed> {
    let real = fs::canonicalize(path).map_err(|error| match error.kind() {
        // What would be in a file is as little there.
        ErrorKind::NotFound | ErrorKind::NotADirectory => Closed::Missing,
        _ => Closed::Unread(plain(&error)),
    })?;
    if !roots.iter().any(|root| real.starts_with(root)) {
        return Err(Closed::Outside);
    }
    if !real.is_file() {
        return Err(Closed::Unread("it is no file".to_owned()));
    }
    Ok(real)
}

/// The folders that nothing named in a file may leave: those of the files that
/// the user names, and the current one where they lie in it.
pub fn roots(current: &Path, folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> =
        folders.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
    if let Ok(current) = fs::canonicalize(current)
        && roots.iter().any(|root| root.starts_with(&current))
    {
        roots.push(current);
    }
    roots
}

/// Why a file that another one names is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It is not there.
    Missing,
    /// It lies outside of the roots: netmap does not follow strangers there.
    Outside,
    /// It is there, and cannot be read.
    Unread(String),
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "it is not there",
            Self::Outside => "it lies outside of the project's folder",
            Self::Unread(why) => why,
        })
    }
}

/// A text, or the texts of a list.
pub fn texts(node: Option<&Node>) -> Vec<&Node> {
    match node.map(|node| &node.value) {
        Some(Value::Text(_)) => node.into_iter().collect(),
        Some(Value::List(items)) => items.iter().filter(|item| item.text().is_some()).collect(),
        _ => Vec::new(),
    }
}

/// Reads a file of variables, at most [`LARGEST`] bytes of it.
pub fn read_text(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| plain(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("it is larger than {} MB", LARGEST >> 20));
    }
    decoded(bytes).map_err(|error| error.to_string())
}

pub fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@") || path.starts_with("oci:")
}

/// The folder a file lies in; `.` for a bare name.
pub fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The path as people write it: without `./` and without `a/..`.
pub fn name_of(path: &Path) -> String {
    let mut parts: Vec<Component> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.iter().collect::<PathBuf>().display().to_string()
}

pub fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
