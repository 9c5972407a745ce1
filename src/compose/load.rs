//! From files to one merged tree: reads them, fills in variables, follows
//! `include` and `extends`, and lays them over one another.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::interpolate::{Variables, fill_in};
use super::notes::Notes;
use super::yaml::{self, Budget, Entry, Mapping, Node, Spot, Value};
use super::{env_file, keys, merge};
use crate::error::{Error, Result};

/// Largest file that is read, in bytes; the largest ones published have 200 KB.
pub const LARGEST: u64 = 4 << 20;
/// Most files of one load.
const MOST_FILES: usize = 500;
/// Longest chain of files that include, or of services that extend, one another.
const DEEPEST: usize = 32;

/// The merged files of a project, and what belongs to them.
#[derive(Debug)]
pub struct Loader {
    /// What came up, and the names of the files.
    pub notes: Notes,
    /// For each file, the folder that its paths are relative to.
    pub folders: Vec<PathBuf>,
    /// Folders that nothing named in a file may leave.
    roots: Vec<PathBuf>,
    budget: Budget,
}

/// A file to read: what it is called, and where it lies.
#[derive(Debug, Clone)]
struct Source {
    name: String,
    path: PathBuf,
    folder: PathBuf,
}

/// What is kept while `extends` is followed in one document.
struct Extending<'a> {
    variables: &'a Variables,
    /// Services that are done, by the number of their file and their name.
    done: BTreeMap<(usize, String), Node>,
    /// Files that were read for it, by where they really lie.
    files: BTreeMap<PathBuf, Node>,
}

impl Loader {
    /// A loader for files below these folders.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self { notes: Notes::default(), folders: Vec::new(), roots, budget: Budget::default() }
    }

    /// Reads the files named on the command line and lays them over one
    /// another; paths in all of them are relative to `folder`.
    pub fn project(
        &mut self,
        files: &[PathBuf],
        folder: &Path,
        variables: &Variables,
    ) -> Result<Node> {
        let sources = files.iter().map(|path| Source {
            name: name_of(path),
            path: path.clone(),
            folder: folder.to_owned(),
        });
        let merged = self.merged(sources.collect(), variables, &mut Vec::new())?;
        Ok(merge::without_tags(merged).unwrap_or(Node::new(Spot::default(), Value::Null)))
    }

    /// Reads files and lays each over those before it.
    fn merged(
        &mut self,
        sources: Vec<Source>,
        variables: &Variables,
        chain: &mut Vec<PathBuf>,
    ) -> Result<Node> {
        let mut merged = Node::new(Spot::default(), Value::Map(Mapping::new()));
        for source in sources {
            let (number, text) = self.open(&source)?;
            for document in self.parse(number, &text)? {
                let mut document = self.filled(document, variables, &mut Vec::new());
                self.extend_services(&mut document, variables)?;
                self.include(&mut document, &source, variables, chain)?;
                merged = merge::merge(merged, document, &[]);
            }
        }
        Ok(merged)
    }

    /// The number that a file gets, and its text.
    fn open(&mut self, source: &Source) -> Result<(usize, String)> {
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
        read.map_err(|error| failed(name, format!("cannot read it: {error}")))?;
        if bytes.len() as u64 > LARGEST {
            let why = format!("it is larger than {} MB and no compose file", LARGEST >> 20);
            return Err(failed(name, why));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..good].iter().filter(|byte| **byte == b'\n').count();
            failed(&format!("{name}:{line}"), "it is not in UTF-8".to_owned())
        })?;
        let number = self.folders.len();
        self.notes.files.push(name.clone());
        self.folders.push(folder.clone());
        Ok((number, text))
    }

    /// The documents of a file, each of them a mapping.
    fn parse(&mut self, number: usize, text: &str) -> Result<Vec<Node>> {
        let malformed = |notes: &Notes, spot: Spot, why: String| Error::Compose {
            place: notes.place(spot).to_string(),
            why,
            hint: None,
        };
        let documents = yaml::read(text, number, &mut self.budget)
            .map_err(|error| malformed(&self.notes, error.spot, error.why))?;
        if documents.iter().all(|document| document.value == Value::Null) {
            let spot = Spot { file: number, line: 1, column: 1 };
            return Err(malformed(&self.notes, spot, "the file is empty".to_owned()));
        }
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
                    return Err(malformed(&self.notes, document.spot, why));
                }
            }
        }
        Ok(mappings)
    }

    /// The tree with the variables in its values filled in.
    fn filled(&mut self, node: Node, variables: &Variables, path: &mut Vec<String>) -> Node {
        let value = match node.value {
            Value::Text(text) => {
                let mut remarks = Vec::new();
                let text = fill_in(&text, variables, &mut remarks);
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                for remark in remarks {
                    self.notes.remark(node.spot, &path, remark);
                }
                Value::Text(text)
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

    /// Follows `include`; what the document says itself is laid over it.
    fn include(
        &mut self,
        document: &mut Node,
        source: &Source,
        variables: &Variables,
        chain: &mut Vec<PathBuf>,
    ) -> Result<()> {
        let Value::Map(map) = &mut document.value else { return Ok(()) };
        let Some(entry) = map.remove("include") else { return Ok(()) };
        let Value::List(items) = &entry.value.value else {
            self.notes.wrong_kind(&entry.value, &["include"], "a list");
            return Ok(());
        };
        chain.push(real(&source.path));
        for (at, item) in items.iter().enumerate() {
            let number = at.to_string();
            if let Some(included) =
                self.included(item, &["include", &number], source, variables, chain)?
            {
                let own = std::mem::replace(document, Node::new(Spot::default(), Value::Null));
                *document = merge::merge(included, own, &[]);
            }
        }
        chain.pop();
        Ok(())
    }

    /// One entry of `include`.
    fn included(
        &mut self,
        item: &Node,
        path: &[&str],
        source: &Source,
        variables: &Variables,
        chain: &mut Vec<PathBuf>,
    ) -> Result<Option<Node>> {
        let paths: Vec<&Node> = match &item.value {
            Value::Text(_) => vec![item],
            Value::Map(_) => {
                self.notes.unknown_keys(item, path, keys::INCLUDE);
                texts(item.get("path"))
            }
            _ => Vec::new(),
        };
        let Some(first) = paths.first().and_then(|node| node.text()) else {
            self.notes.wrong_kind(item, path, "the path of a compose file");
            return Ok(None);
        };
        if paths.iter().filter_map(|node| node.text()).any(is_remote) {
            self.notes.add(item.spot, path, "it lies elsewhere, and netmap fetches nothing");
            return Ok(None);
        }
        let first = source.folder.join(first);
        let folder = match item.get("project_directory").and_then(Node::text) {
            Some(folder) => source.folder.join(folder),
            None => parent(&first),
        };
        let spot = item.spot;
        if chain.len() >= DEEPEST || chain.contains(&real(&first)) {
            let why = if chain.len() >= DEEPEST {
                "files include one another more than 32 levels deep"
            } else {
                "this file includes itself, directly or through others"
            };
            return Err(Error::Compose {
                place: self.notes.place(spot).to_string(),
                why: why.to_owned(),
                hint: None,
            });
        }
        let mut sources = Vec::new();
        for node in &paths {
            let path = source.folder.join(node.text().unwrap_or_default());
            let beside = Source { name: name_of(&path), path, folder: folder.clone() };
            // Asked before it is read: `merged` trusts what it is given.
            self.check_inside(&beside, node.spot)?;
            sources.push(beside);
        }
        let mut theirs = variables.clone();
        for (name, value) in
            self.env_files(item.get("env_file"), &folder, &source.folder, variables)?
        {
            theirs.file.entry(name).or_insert(value);
        }
        self.merged(sources, &theirs, chain).map(Some)
    }

    /// The variables of an included project: of the files it names, or of the
    /// `.env` in its folder.
    fn env_files(
        &mut self,
        named: Option<&Node>,
        folder: &Path,
        beside: &Path,
        variables: &Variables,
    ) -> Result<BTreeMap<String, String>> {
        let mut found = BTreeMap::new();
        let paths: Vec<(PathBuf, Option<Spot>)> = match named {
            Some(named) => texts(Some(named))
                .into_iter()
                .filter_map(|node| Some((beside.join(node.text()?), Some(node.spot))))
                .collect(),
            None => vec![(folder.join(".env"), None)],
        };
        for (path, spot) in paths {
            match (self.variables_in(&path, variables), spot) {
                (Ok(variables), _) => found.extend(variables),
                (Err(why), Some(spot)) => self.notes.add(spot, &["include", "env_file"], why),
                (Err(_), None) => {}
            }
        }
        Ok(found)
    }

    /// The variables in a file that a compose file names.
    pub fn variables_in(
        &self,
        path: &Path,
        known: &Variables,
    ) -> Result<BTreeMap<String, String>, String> {
        let text = fs::canonicalize(path).map_err(|error| error.to_string()).and_then(|real| {
            if !self.roots.iter().any(|root| real.starts_with(root)) {
                return Err("it lies outside of the project's folder".to_owned());
            }
            if !real.is_file() {
                return Err("it is no file".to_owned());
            }
            read_text(&real)
        });
        let text = text.map_err(|why| format!("cannot read `{}`: {why}", name_of(path)))?;
        Ok(env_file::parse(&text, known))
    }

    /// Fails unless the file that is named at `from` lies below the roots.
    fn check_inside(&self, source: &Source, from: Spot) -> Result<()> {
        let place = || self.notes.place(from).to_string();
        let real = fs::canonicalize(&source.path).map_err(|error| Error::Compose {
            place: place(),
            why: format!("cannot read `{}`: {error}", source.name),
            hint: None,
        })?;
        let outside = !self.roots.iter().any(|root| real.starts_with(root));
        if outside || !real.is_file() {
            let what = if outside { "lies outside of the project's folder" } else { "is no file" };
            return Err(Error::Compose {
                place: place(),
                why: format!("`{}` {what}", source.name),
                hint: outside.then(|| "run netmap in a folder that both lie in".to_owned()),
            });
        }
        Ok(())
    }

    /// Follows `extends` in each service of a document.
    fn extend_services(&mut self, document: &mut Node, variables: &Variables) -> Result<()> {
        let Some(services) = document.get("services").and_then(Node::map) else { return Ok(()) };
        let mut extending = Extending { variables, done: BTreeMap::new(), files: BTreeMap::new() };
        let mut extended = Mapping::new();
        for (name, entry) in services {
            let value = self.extended(name, &entry.value, services, &mut extending, 0)?;
            extended.insert(name.clone(), Entry { key: entry.key, value });
        }
        if let Value::Map(map) = &mut document.value
            && let Some(entry) = map.get_mut("services")
        {
            entry.value.value = Value::Map(extended);
        }
        Ok(())
    }

    /// The file that a service names at `from` to extend one of its services.
    fn base_file(
        &mut self,
        source: &Source,
        from: Spot,
        extending: &mut Extending,
    ) -> Result<Node> {
        self.check_inside(source, from)?;
        let real = real(&source.path);
        if let Some(read) = extending.files.get(&real) {
            return Ok(read.clone());
        }
        let (number, text) = self.open(source)?;
        let mut merged = Node::new(Spot::default(), Value::Null);
        for document in self.parse(number, &text)? {
            let document = self.filled(document, extending.variables, &mut Vec::new());
            merged = merge::merge(merged, document, &[]);
        }
        extending.files.insert(real, merged.clone());
        Ok(merged)
    }

    /// A service with what it extends below it. `services` are those of the
    /// file it stands in.
    fn extended(
        &mut self,
        name: &str,
        service: &Node,
        services: &Mapping,
        extending: &mut Extending,
        depth: usize,
    ) -> Result<Node> {
        let Some(extends) = service.get("extends") else { return Ok(service.clone()) };
        let key = (service.spot.file, name.to_owned());
        if let Some(done) = extending.done.get(&key) {
            return Ok(done.clone());
        }
        let wrong = |notes: &Notes, why: String| {
            Err(Error::Compose { place: notes.place(extends.spot).to_string(), why, hint: None })
        };
        if depth > DEEPEST {
            return wrong(
                &self.notes,
                format!("`{name}` extends itself, directly or through others"),
            );
        }
        let path = ["services", name, "extends"];
        self.notes.unknown_keys(extends, &path, keys::EXTENDS);
        let base_name = extends.text().or_else(|| extends.get("service").and_then(Node::text));
        let Some(base_name) = base_name else {
            self.notes.wrong_kind(extends, &path, "the name of a service");
            return Ok(service.clone());
        };
        let base = match extends.get("file").and_then(Node::text) {
            Some(file) if is_remote(file) => {
                self.notes.add(
                    extends.spot,
                    &path,
                    "it lies elsewhere, and netmap fetches nothing",
                );
                return Ok(service.clone());
            }
            Some(file) => {
                let here = self.folders.get(service.spot.file).cloned().unwrap_or_default();
                let path = here.join(file);
                let source = Source { name: name_of(&path), folder: parent(&path), path };
                let theirs = self.base_file(&source, extends.spot, extending)?;
                let empty = Mapping::new();
                let services = theirs.get("services").and_then(Node::map).unwrap_or(&empty);
                match services.get(base_name) {
                    Some(base) => {
                        self.extended(base_name, &base.value, services, extending, depth + 1)?
                    }
                    None => {
                        let why = format!("there is no service `{base_name}` in `{}`", source.name);
                        return wrong(&self.notes, why);
                    }
                }
            }
            None => match services.get(base_name) {
                Some(base) => {
                    self.extended(base_name, &base.value, services, extending, depth + 1)?
                }
                None => {
                    return wrong(
                        &self.notes,
                        format!("there is no service `{base_name}` to extend"),
                    );
                }
            },
        };
        let mut own = service.clone();
        if let Value::Map(map) = &mut own.value {
            map.remove("extends");
        }
        let merged = merge::merge(base, own, &["services", name]);
        if !yaml::spend_tree(&merged, &mut self.budget) {
            return wrong(
                &self.notes,
                "services extend one another until they are too large".to_owned(),
            );
        }
        extending.done.insert(key, merged.clone());
        Ok(merged)
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
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("it is larger than {} MB", LARGEST >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "it is not in UTF-8".to_owned())
}

fn is_remote(path: &str) -> bool {
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
fn name_of(path: &Path) -> String {
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

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
