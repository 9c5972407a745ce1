//! How Compose calls what it makes.

use std::collections::{BTreeMap, BTreeSet};

use super::network::external;
use super::reader::text;
use super::service::Service;
use crate::yaml::Node;

/// The names that Compose gives to what a project has.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The project's.
    pub project: &'a str,
    /// What joins the parts of a container's name.
    pub separator: char,
    /// See [`twins`].
    pub twins: &'a BTreeSet<String>,
}

impl Names<'_> {
    /// The name of a service's container with this number. Where several are given one
    /// name, which Compose refuses, only the first of them has it.
    pub fn container(self, service: &Service, number: u32) -> String {
        let has_it = number == 1 && !self.twins.contains(&service.name);
        let given = service.container_name.clone().filter(|_| has_it);
        given.unwrap_or_else(|| self.joined(&service.name, number))
    }

    pub fn joined(self, service: &str, number: u32) -> String {
        let Self { project, separator, .. } = self;
        format!("{project}{separator}{service}{separator}{number}")
    }

    /// What the engine calls a network at the top of the file.
    pub fn network(self, key: &str, node: &Node) -> String {
        let name = text(node, "name");
        match external(node) {
            Some(named_there) => name.or(named_there).unwrap_or_else(|| key.to_owned()),
            None => name.unwrap_or_else(|| network_name(self.project, key)),
        }
    }
}

/// What Compose calls a network that is given no name.
pub fn network_name(project: &str, key: &str) -> String {
    format!("{project}_{key}")
}

/// The services whose containers are given a name that another one before them is given.
pub fn twins(services: &BTreeMap<String, Service>) -> BTreeSet<String> {
    let mut given = BTreeSet::new();
    let mut twins = BTreeSet::new();
    for service in services.values() {
        if service.container_name.as_deref().is_some_and(|name| !given.insert(name)) {
            twins.insert(service.name.clone());
        }
    }
    twins
}
