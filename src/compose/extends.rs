//! `extends`: a service that takes over what another one says, of its own file
//! or of another.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::interpolate::Variables;
use super::load::{DEEPEST, Loader, Source, is_remote, name_of, parent, real};
use super::undeclared::or_which;
use crate::error::Result;
use crate::yaml::{self, Entry, Mapping, Node, Spot, Value};

/// What is kept while `extends` is followed in one document.
struct Extending<'a> {
    variables: &'a Variables,
    /// Services that are done, by the number of their file and their name.
    done: BTreeMap<(usize, String), Node>,
    /// Files that were read for it, by where they really lie.
    files: BTreeMap<PathBuf, Node>,
}

impl Loader {
    /// Follows `extends` in each service of a document.
    pub fn extend_services(&mut self, document: &mut Node, variables: &Variables) -> Result<()> {
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
            merged = self.merge(merged, document, &[]);
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
        let wrong = |loader: &Self, why: String| Err(loader.notes.error(extends.spot, why));
        if depth > DEEPEST {
            return wrong(self, format!("`{name}` extends itself, directly or through others"));
        }
        let path = ["services", name, "extends"];
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
                        let file = source.name;
                        let why = format!("there is no service `{base_name}` in `{file}`");
                        return wrong(self, why + &or_which(base_name, services));
                    }
                }
            }
            None => match services.get(base_name) {
                Some(base) => {
                    self.extended(base_name, &base.value, services, extending, depth + 1)?
                }
                None => {
                    let why = format!("there is no service `{base_name}` to extend");
                    return wrong(self, why + &or_which(base_name, services));
                }
            },
        };
        let mut own = service.clone();
        if let Value::Map(map) = &mut own.value {
            map.remove("extends");
        }
        let merged = self.merge(base, own, &["services", name]);
        if !yaml::spend_tree(&merged, &mut self.budget) {
            let why = "services extend one another until they are too large";
            return Err(self.notes.limit(extends.spot, why));
        }
        extending.done.insert(key, merged.clone());
        Ok(merged)
    }
}
