//! `include`: whole projects taken in, and what files may name at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::interpolate::Variables;
use super::load::{DEEPEST, Loader, Source, is_remote, name_of, parent, read_text, real, texts};
use super::{env_file, keys, merge};
use crate::error::{Error, Result};
use crate::yaml::{Node, Spot, Value};

/// Why a file outside of the roots is not read.
const OUTSIDE: &str = "it lies outside of the project's folder";

impl Loader {
    /// Follows `include`; what the document says itself is laid over it.
    pub fn include(
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
            return Err(self.notes.error(spot, why));
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
        let text = self.inside(path).and_then(|real| read_text(&real));
        let text = text.map_err(|why| format!("cannot read `{}`: {why}", name_of(path)))?;
        Ok(env_file::parse(&text, known))
    }

    /// Fails unless the file that is named at `from` lies below the roots.
    pub fn check_inside(&self, source: &Source, from: Spot) -> Result<()> {
        self.inside(&source.path).map(drop).map_err(|why| Error::Compose {
            place: self.notes.place(from).to_string(),
            hint: (why == OUTSIDE).then(|| "run netmap in a folder that both lie in".to_owned()),
            why: format!("cannot read `{}`: {why}", source.name),
        })
    }

    /// Where a file really lies that a compose file names; or why it is not
    /// to be read.
    fn inside(&self, path: &Path) -> Result<PathBuf, String> {
        let real = fs::canonicalize(path).map_err(|error| error.to_string())?;
        if !self.roots.iter().any(|root| real.starts_with(root)) {
            return Err(OUTSIDE.to_owned());
        }
        if !real.is_file() {
            return Err("it is no file".to_owned());
        }
        Ok(real)
    }
}
