//! `extends`: a service that takes over what another one says, of its own file
//! or of another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;

use super::interpolate::Variables;
use super::load::{Loader, Source, is_remote, name_of, parent, real};
use super::undeclared::or_which;
use crate::error::Result;
use crate::yaml::{self, Entry, Mapping, Node, Spot, Value};

/// The number of a service's file, and its name.
type Key = (usize, String);

/// What is kept while `extends` is followed in one document.
struct Extending<'a> {
    variables: &'a Variables,
    /// Services that are done.
    done: BTreeMap<Key, Node>,
    /// Files that were read for it, by where they really lie; nothing for one that
    /// Compose refuses.
    files: BTreeMap<PathBuf, Option<Rc<Node>>>,
}

/// A service that waits for the one that it extends.
struct Waiting {
    key: Key,
    /// What it says itself.
    own: Node,
    /// Where it says what it extends.
    spot: Spot,
}

impl Loader {
    /// Follows `extends` in each service of a document.
    pub fn extend_services(&mut self, document: &mut Node, variables: &Variables) -> Result<()> {
        let Some(services) = document.get("services").and_then(Node::map) else { return Ok(()) };
        let mut extending = Extending { variables, done: BTreeMap::new(), files: BTreeMap::new() };
        let mut extended = Mapping::new();
        for (name, entry) in services {
            let value = self.extended(name, &entry.value, services, &mut extending)?;
            extended.insert(name.clone(), Entry { key: entry.key, value });
        }
        if let Value::Map(map) = &mut document.value
            && let Some(entry) = map.get_mut("services")
        {
            entry.value.value = Value::Map(extended);
        }
        Ok(())
    }

    /// The file that a service names at `from` to extend one of its services; nothing
    /// where Compose refuses it, which is noted.
    fn base_file(
        &mut self,
        source: &Source,
        from: Spot,
        path: &[&str],
        extending: &mut Extending,
    ) -> Result<Option<Rc<Node>>> {
        let inside = self.check_inside(source, from);
        if self.notes.told(inside, from, path)?.is_none() {
            return Ok(None);
        }
        let real = real(&source.path);
        if let Some(read) = extending.files.get(&real) {
            return Ok(read.clone());
        }
        let (number, text) = self.open(source)?;
        let documents = self.parse(number, &text);
        let documents = self.notes.told(documents, from, path)?;
        let merged = documents.map(|documents| {
            let mut merged = Node::new(Spot::default(), Value::Null);
            for document in documents {
                let document = self.filled(document, extending.variables, &mut Vec::new());
                merged = self.merge(merged, document, &[]);
            }
            Rc::new(merged)
        });
        extending.files.insert(real, merged.clone());
        Ok(merged)
    }

    /// A service of the document with what it extends below it. `services` are those of
    /// the document. One whose `extends` leads nowhere, which is noted, keeps that key.
    fn extended(
        &mut self,
        name: &str,
        service: &Node,
        services: &Mapping,
        extending: &mut Extending,
    ) -> Result<Node> {
        // Those that wait for what they extend, the service itself first.
        let mut waiting: Vec<Waiting> = Vec::new();
        // Who comes to one of them again goes in a circle.
        let mut met: BTreeSet<Key> = BTreeSet::new();
        let (mut name, mut service) = (name.to_owned(), service.clone());
        // The file that the present one stands in, if that is another.
        let mut file: Option<Rc<Node>> = None;
        let mut merged = loop {
            let Some(extends) = service.get("extends").cloned() else { break service };
            let key = (service.spot.file, name.clone());
            if let Some(done) = extending.done.get(&key) {
                break done.clone();
            }
            let path = ["services", &name, "extends"];
            if !met.insert(key.clone()) {
                let why = format!("`{name}` extends itself, directly or through others");
                self.notes.refused(extends.spot, &path, why);
                break service;
            }
            let base = extends.text().or_else(|| extends.get("service").and_then(Node::text));
            let Some(base) = base.map(str::to_owned) else {
                self.notes.wrong_kind(&extends, &path, "the name of a service");
                break service;
            };
            let other = extends.get("file").and_then(Node::text);
            if other.is_some_and(is_remote) {
                let why = "it lies elsewhere, and netmap fetches nothing";
                self.notes.add(extends.spot, &path, why);
                break service;
            }
            let mut called = None;
            if let Some(other) = other {
                let here = self.folders.get(service.spot.file).cloned().unwrap_or_default();
                let beside = here.join(other);
                let source =
                    Source { name: name_of(&beside), folder: parent(&beside), path: beside };
                let read = self.base_file(&source, extends.spot, &path, extending)?;
                let Some(read) = read else { break service };
                file = Some(read);
                called = Some(source.name);
            }
            let empty = Mapping::new();
            let there = match &file {
                Some(file) => file.get("services").and_then(Node::map).unwrap_or(&empty),
                None => services,
            };
            let Some(next) = there.get(&base) else {
                let place = match called {
                    Some(file) => format!("in `{file}`"),
                    None => "to extend".to_owned(),
                };
                let why = format!("there is no service `{base}` {place}");
                self.notes.refused(extends.spot, &path, why + &or_which(&base, there));
                break service;
            };
            let next = next.value.clone();
            waiting.push(Waiting { key, own: service, spot: extends.spot });
            (name, service) = (base, next);
        };
        for Waiting { key, mut own, spot } in waiting.into_iter().rev() {
            if let Value::Map(map) = &mut own.value {
                map.remove("extends");
            }
            merged = self.merge(merged, own, &["services", &key.1]);
            if !yaml::spend_tree(&merged, &mut self.budget) {
                let why = "services extend one another until they are too large";
                return Err(self.notes.limit(spot, why));
            }
            extending.done.insert(key, merged.clone());
        }
        Ok(merged)
    }
}
