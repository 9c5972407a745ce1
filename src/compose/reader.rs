//! Reading values out of the merged tree: texts, numbers, lists, yes and no.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::interpolate::Variables;
use super::load::{Loader, texts};
use super::merge;
use super::ports::Ports;
use crate::model::kept_labels;
use crate::yaml::{Node, Value};

/// Reads services and networks out of the merged tree.
pub struct Reader<'a> {
    pub loader: &'a mut Loader,
    pub variables: &'a Variables,
    pub ports: Ports,
}

impl Reader<'_> {
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

    /// The text under a key of a service.
    pub fn text(&mut self, node: &Node, name: &str, key: &str) -> Option<String> {
        let value = node.get(key)?;
        match &value.value {
            Value::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Null => None,
            _ => {
                self.loader.notes.wrong_kind(value, &["services", name, key], "text");
                None
            }
        }
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
            Value::Null => return Vec::new(),
            Value::Map(_) => {
                self.loader.notes.wrong_kind(value, &["services", name, key], "a list");
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            found.extend(read(self, item, &["services", name, key, &at.to_string()]));
        }
        found
    }

    /// The value under a key, if there is one and it can be read.
    pub fn parsed<T: FromStr>(
        &mut self,
        node: &Node,
        path: &[&str],
        key: &str,
        wanted: &str,
    ) -> Option<T> {
        let value = node.get(key)?;
        let path = [path, &[key]].concat();
        match &value.value {
            Value::Null => None,
            Value::Text(text) => {
                let parsed = text.trim().parse().ok();
                if parsed.is_none() {
                    self.loader.notes.add(value.spot, &path, format!("`{text}` is not {wanted}"));
                }
                parsed
            }
            _ => {
                self.loader.notes.wrong_kind(value, &path, wanted);
                None
            }
        }
    }

    /// The yes or no under a key.
    pub fn flag(&mut self, node: &Node, path: &[&str], key: &str) -> Option<bool> {
        let value = node.get(key)?;
        let text = value.text().unwrap_or_default().to_lowercase();
        match text.as_str() {
            "true" | "yes" | "y" | "on" | "1" => Some(true),
            "false" | "no" | "n" | "off" | "0" => Some(false),
            _ if value.value == Value::Null => None,
            _ => {
                self.loader.notes.wrong_kind(value, &[path, &[key]].concat(), "true or false");
                None
            }
        }
    }
}
