//! From files to one merged tree: lays them over one another, with the
//! projects that they `include`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::interpolate::Variables;
use super::load::{DEEPEST, Loader, Source, is_remote, name_of, parent, real, texts};
use super::{keys, merge};
use crate::error::Result;
use crate::yaml::{Mapping, Node, Spot, Value};

impl Loader {
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
    pub fn merged(
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
}
