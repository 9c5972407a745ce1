//! From files to one merged tree: lays them over one another, with the
//! projects that they `include`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::interpolate::Variables;
use super::load::{Closed, DEEPEST, Loader, Source, is_remote, name_of, parent, real, texts};
use super::{keys, ports};
use crate::error::Result;
use crate::yaml::{Entry, Mapping, Node, Spot, Value};

/// A file with its documents, in which variables are still to be filled in.
#[derive(Debug)]
pub struct Parsed {
    pub source: Source,
    pub documents: Vec<Node>,
}

/// Most files laid over one another of which each step is checked.
const MOST_CHECKED: usize = 16;

/// The parts of an included file that the one which includes it takes over. Of
/// the rest, such as its name, Compose takes nothing.
const IMPORTED: [&str; 6] = ["configs", "models", "networks", "secrets", "services", "volumes"];

impl Loader {
    /// Reads files as they are.
    pub fn parsed(&mut self, sources: Vec<Source>) -> Result<Vec<Parsed>> {
        let parse = |source: Source| {
            let (number, text) = self.open(&source)?;
            let documents = self.parse(number, &text)?;
            Ok(Parsed { source, documents })
        };
        sources.into_iter().map(parse).collect()
    }

    /// Fills in the variables of files, and lays each over those before it.
    pub fn laid_over(
        &mut self,
        files: Vec<Parsed>,
        variables: &Variables,
        chain: &mut Vec<PathBuf>,
    ) -> Result<Node> {
        let mut merged = Node::new(Spot::default(), Value::Map(Mapping::new()));
        let mut left: usize = files.iter().map(|file| file.documents.len()).sum();
        for Parsed { source, documents } in files {
            for document in documents {
                left -= 1;
                let mut document = self.filled(document, variables, &mut Vec::new());
                self.extend_services(&mut document, variables)?;
                self.include(&mut document, &source, variables, chain)?;
                merged = self.merge(merged, document, &[]);
                // Compose holds them against the shapes after each; the last
                // time is the caller's.
                if (1..MOST_CHECKED).contains(&left) {
                    keys::TOP.check(&merged, &[], &mut self.notes);
                    ports::check(&merged, &mut self.notes);
                }
            }
        }
        Ok(merged)
    }

    /// Follows `include`.
    fn include(
        &mut self,
        document: &mut Node,
        source: &Source,
        variables: &Variables,
        chain: &mut Vec<PathBuf>,
    ) -> Result<()> {
        let Value::Map(map) = &mut document.value else { return Ok(()) };
        let Some(entry) = map.remove("include") else { return Ok(()) };
        let items = match &entry.value.value {
            Value::List(items) => items,
            Value::Null => return Ok(()),
            _ => {
                self.notes.wrong_kind(&entry.value, &["include"], "a list");
                return Ok(());
            }
        };
        let before = chain.len();
        chain.push(real(&source.path));
        for (at, item) in items.iter().enumerate() {
            let number = at.to_string();
            let path = ["include", &number];
            let included = self.included(item, &path, source, variables, chain);
            // What was included before something was refused is in the chain yet.
            chain.truncate(before + 1);
            match self.notes.told(included, item.spot, &path)?.flatten() {
                Some(included) => self.import(document, included),
                None => self.notes.is_partial = true,
            }
        }
        chain.truncate(before);
        Ok(())
    }

    /// Takes over what an included project has. Both may say the same of a
    /// thing; where they differ Compose refuses the file.
    fn import(&mut self, document: &mut Node, included: Node) {
        let (Value::Map(own), Value::Map(mut theirs)) = (&mut document.value, included.value)
        else {
            return;
        };
        for section in IMPORTED {
            let Some(Entry { key, value }) = theirs.remove(section) else { continue };
            let Value::Map(theirs) = value.value else { continue };
            let empty = Node::new(key, Value::Map(Mapping::new()));
            let own = own.entry(section.to_owned()).or_insert(Entry { key, value: empty });
            if own.value.value == Value::Null {
                self.notes.wrong_kind(&own.value, &[section], "a mapping");
                own.value.value = Value::Map(Mapping::new());
            }
            let Value::Map(own) = &mut own.value.value else { continue };
            for (name, entry) in theirs {
                match own.get(&name) {
                    Some(mine) if !same(&mine.value, &entry.value) => {
                        let there = self.notes.place(entry.key);
                        let why = format!("an included file has it, too, and differs ({there})");
                        self.notes.refused(mine.key, &[section, &name], why);
                    }
                    Some(_) => {}
                    None => drop(own.insert(name, entry)),
                }
            }
        }
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
            Value::Map(_) => texts(item.get("path")),
            _ => Vec::new(),
        };
        keys::INCLUDE.check(item, path, &mut self.notes);
        let Some(first) = paths.first().and_then(|node| node.text()) else { return Ok(None) };
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
            return Err(if chain.len() >= DEEPEST {
                self.notes.limit(spot, "files include one another more than 32 levels deep")
            } else {
                self.notes.error(spot, "this file includes itself, directly or through others")
            });
        }
        let mut sources = Vec::new();
        for node in &paths {
            let path = source.folder.join(node.text().unwrap_or_default());
            let beside = Source { name: name_of(&path), path, folder: folder.clone() };
            // Asked before it is read: `parsed` trusts what it is given.
            self.check_inside(&beside, node.spot)?;
            sources.push(beside);
        }
        let mut theirs = variables.clone();
        for (name, value) in self.env_files(item, &folder, &source.folder, variables) {
            theirs.file.entry(name).or_insert(value);
        }
        let parsed = self.parsed(sources)?;
        let included = self.laid_over(parsed, &theirs, chain)?;
        keys::TOP.check(&included, &[], &mut self.notes);
        Ok(Some(included))
    }

    /// The variables of an included project: of the files it names, or of the
    /// `.env` in its folder.
    fn env_files(
        &mut self,
        item: &Node,
        folder: &Path,
        beside: &Path,
        variables: &Variables,
    ) -> BTreeMap<String, String> {
        let Some(named) = item.get("env_file") else {
            return match self.variables_in(&folder.join(".env"), variables) {
                Ok(variables) => variables,
                Err(Closed::Missing) => BTreeMap::new(),
                Err(why) => {
                    let why = format!("cannot read the `.env` of what it includes: {why}");
                    self.notes.add(item.spot, &["include"], why);
                    BTreeMap::new()
                }
            };
        };
        let mut found = BTreeMap::new();
        for file in texts(Some(named)) {
            match self.variables_in(&beside.join(file.text().unwrap_or_default()), variables) {
                Ok(variables) => found.extend(variables),
                Err(why) => self.no_variables(file, &["include", "env_file"], &why),
            }
        }
        found
    }
}

/// Whether two nodes say the same, wherever they stand.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((key, a), (other, b))| key == other && same(&a.value, &b.value))
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (a, b) => a == b,
    }
}
