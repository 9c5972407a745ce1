//! Reading values out of the merged tree: texts, numbers, lists, yes and no.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::interpolate::Variables;
use super::load::{Loader, texts};
use super::merge;
use super::ports::Ports;
use super::shape;
use crate::model::reference::in_file;
use crate::model::{Reference, kept_labels};
use crate::yaml::{Node, Value};

/// Reads services and networks out of the merged tree.
pub struct Reader<'a> {
    pub loader: &'a mut Loader,
    pub variables: &'a Variables,
    pub ports: Ports,
    /// What the configs that are written out in the file name of hosts and ports.
    pub configs: BTreeMap<String, Vec<Reference>>,
}

impl<'a> Reader<'a> {
    /// A reader of a whole project's merged tree.
    pub fn new(loader: &'a mut Loader, variables: &'a Variables, tree: &Node) -> Self {
        let configs = tree.get("configs").and_then(Node::map).into_iter().flatten();
        let written = configs.filter_map(|(name, entry)| {
            let place = format!("configs.{name}");
            Some((name.clone(), in_file(&place, entry.value.get("content")?.text()?)))
        });
        Self { loader, variables, ports: Ports::default(), configs: written.collect() }
    }

    /// The profiles a service belongs to.
    pub fn profiles(node: &Node) -> Vec<&str> {
        texts(node.get("profiles")).into_iter().filter_map(Node::text).collect()
    }

    /// Labels in either way of writing them, without secrets.
    pub fn labels(&mut self, node: Option<&Node>) -> BTreeMap<String, String> {
        let Some(node) = node else { return BTreeMap::new() };
        let pairs = merge::pairs(node.clone());
        let map = pairs.map().cloned().unwrap_or_default();
        kept_labels(map.into_iter().map(|(key, entry)| {
            let value = entry.value.text().unwrap_or_default().to_owned();
            (key, value)
        }))
    }

    /// What `read` makes of each item of a list under a key of a service.
    pub fn list<T>(
        &mut self,
        name: &str,
        node: &Node,
        key: &str,
        mut read: impl FnMut(&mut Self, &Node, &[&str]) -> Vec<T>,
    ) -> Vec<T> {
        let Some(value) = node.get(key) else { return Vec::new() };
        let items: Vec<&Node> = match &value.value {
            Value::List(items) => items.iter().collect(),
            // Compose wants a list; one alone says clearly enough what is meant.
            Value::Text(_) => vec![value],
            Value::Null | Value::Map(_) => return Vec::new(),
        };
        let mut found = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            found.extend(read(self, item, &["services", name, key, &at.to_string()]));
        }
        found
    }

    /// The value under a key, if there is one. Compose takes it as text, and the
    /// engine refuses it unless it can be read.
    pub fn parsed<T: FromStr>(
        &mut self,
        node: &Node,
        path: &[&str],
        key: &str,
        wanted: &str,
    ) -> Option<T> {
        let value = node.get(key)?;
        let text = value.text().filter(|text| !text.is_empty())?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let why = format!("`{text}` is not {wanted}");
            self.loader.notes.refused_by_engine(value.spot, &[path, &[key]].concat(), why);
        }
        parsed
    }
}

/// The text under a key, unless it is empty.
pub fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The number under a key.
pub fn number<T: FromStr>(node: &Node, key: &str) -> Option<T> {
    node.get(key).and_then(Node::text)?.parse().ok()
}

/// The yes or no under a key.
pub fn flag(node: &Node, key: &str) -> Option<bool> {
    node.get(key).and_then(Node::text).and_then(shape::flag)
}
