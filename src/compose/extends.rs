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
    /// Services that are done, by the number of their file and their name.
    done: BTreeMap<(usize, String), Node>,
    /// Files that were read for it, by where they really lie; nothing for one that
    /// Compose refuses.
    files: BTreeMap<PathBuf, Option<Node>>,
    /// The services that are being followed: each extends the one behind it.
    chain: Vec<(usize, String)>,
}

impl Loader {
    /// Follows `extends` in each service of a document.
    pub fn extend_services(&mut self, document: &mut Node, variables: &Variables) -> Result<()> {
        let Some(services) = document.get("services").and_then(Node::map) else { return Ok(()) };
        let (done, files, chain) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut extending = Extending { variables, done, files, chain };
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
    ) -> Result<Option<Node>> {
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
            documents.into_iter().fold(
                Node::new(Spot::default(), Value::Null),
                |merged, document| {
                    let document = self.filled(document, extending.variables, &mut Vec::new());
                    self.merge(merged, document, &[])
                },
            )
        });
        extending.files.insert(real, merged.clone());
        Ok(merged)
    }

    /// A service with what it extends below it. `services` are those of the
    /// file it stands in. One whose `extends` leads nowhere keeps that key.
    fn extended(
        &mut self,
        name: &str,
        service: &Node,
        services: &Mapping,
        extending: &mut Extending,
    ) -> Result<Node> {
        let Some(extends) = service.get("extends") else { return Ok(service.clone()) };
        let key = (service.spot.file, name.to_owned());
        if let Some(done) = extending.done.get(&key) {
            return Ok(done.clone());
        }
        let path = ["services", name, "extends"];
        if extending.chain.contains(&key) {
            let why = format!("`{name}` extends itself, directly or through others");
            self.notes.refused(extends.spot, &path, why);
            return Ok(service.clone());
        }
        if extending.chain.len() > DEEPEST {
            let why = format!("services extend one another more than {DEEPEST} levels deep");
            return Err(self.notes.limit(extends.spot, why));
        }
        extending.chain.push(key.clone());
        let base = self.base(name, extends, services, extending);
        extending.chain.pop();
        let Some(base) = base? else { return Ok(service.clone()) };
        let mut own = service.clone();
        if let Value::Map(map) = &mut own.value {
            map.remove("extends");
        }
        Ok(merged)
    }

    /// What a service extends, with what that extends; nothing where that is not there or
    /// not read, which is noted.
    fn base(
        &mut self,
        name: &str,
        extends: &Node,
        services: &Mapping,
        extending: &mut Extending,
    ) -> Result<Option<Node>> {
        let path = ["services", name, "extends"];
        let base_name = extends.text().or_else(|| extends.get("service").and_then(Node::text));
        let Some(base_name) = base_name else {
            self.notes.wrong_kind(extends, &path, "the name of a service");
            return Ok(None);
        };
        let Some(file) = extends.get("file").and_then(Node::text) else {
            return match services.get(base_name) {
                Some(base) => self.extended(base_name, &base.value, services, extending).map(Some),
                None => {
                    let why = format!("there is no service `{base_name}` to extend");
                    self.no_base(extends, &path, why, base_name, services);
                    Ok(None)
                }
            };
        };
        if is_remote(file) {
            self.notes.add(extends.spot, &path, "it lies elsewhere, and netmap fetches nothing");
            return Ok(None);
        }
        let here = self.folders.get(extends.spot.file).cloned().unwrap_or_default();
        let beside = here.join(file);
        let source = Source { name: name_of(&beside), folder: parent(&beside), path: beside };
        let Some(theirs) = self.base_file(&source, extends.spot, &path, extending)? else {
            return Ok(None);
        };
        let empty = Mapping::new();
        let services = theirs.get("services").and_then(Node::map).unwrap_or(&empty);
        match services.get(base_name) {
            Some(base) => self.extended(base_name, &base.value, services, extending).map(Some),
            None => {
                let why = format!("there is no service `{base_name}` in `{}`", source.name);
                self.no_base(extends, &path, why, base_name, services);
                Ok(None)
            }
        }
    }

    /// Notes that there is no such service to extend, with the one that was probably meant.
    fn no_base(
        &mut self,
        extends: &Node,
        path: &[&str],
        why: String,
        base_name: &str,
        services: &Mapping,
    ) {
        self.notes.refused(extends.spot, path, why + &or_which(base_name, services));
    }
}
