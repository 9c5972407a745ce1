//! What a service's environment, command and health check name of hosts and
//! ports. The values themselves come in here and go no further.

use std::collections::BTreeMap;
use std::path::Path;

use super::load::texts;
use super::merge;
use super::reader::{Reader, flag};
use crate::model::{Advertised, FlawedPort, OnLoopback, Origin, Reference, reference};
use crate::yaml::{Mapping, Node, Value};

/// What a service's configuration names of hosts and ports.
pub struct Configured {
    /// What it dials.
    pub references: Vec<Reference>,
    /// What it hands out to its clients.
    pub advertised: Vec<Advertised>,
    /// Whether it is a member of a replica set.
    pub in_replica_set: bool,
    /// The server that it starts on loopback.
    pub on_loopback: Option<OnLoopback>,
    /// The variables that hold a port with something around it.
    pub flawed_ports: Vec<FlawedPort>,
}

impl Reader<'_> {
    /// The hosts and ports that environment, command and health check name.
    /// The values themselves end here.
    pub fn configured(&mut self, name: &str, node: &Node) -> Configured {
        let environment = self.environment(name, node);
        let variables = || environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut found = reference::in_environment(variables());
        let command: Vec<String> =
            ["entrypoint", "command"].iter().flat_map(|key| words(node.get(key))).collect();
        let command = || command.iter().map(String::as_str);
        let names = variables().map(|(name, _)| name);
        let advertised = reference::advertised(variables(), command());
        let in_replica_set = reference::in_replica_set(names.chain(command()));
        let on_loopback = reference::on_loopback(variables(), command());
        let flawed_ports = reference::flawed_ports(variables());
        for key in ["entrypoint", "command"] {
            let words = words(node.get(key));
            found.extend(reference::in_command(Origin::Command, words.iter().map(String::as_str)));
        }
        if let Some(check) = node.get("healthcheck") {
            let words = words(check.get("test"));
            found.extend(reference::in_command(
                Origin::HealthCheck,
                words.iter().map(String::as_str),
            ));
        }
        for config in items(node.get("configs")) {
            let name = config.text().or_else(|| config.get("source")?.text());
            found.extend(
                name.and_then(|name| self.configs.get(name)).into_iter().flatten().cloned(),
            );
        }
        Configured { references: found, advertised, in_replica_set, on_loopback, flawed_ports }
    }

    /// The environment: that of `env_file`, and `environment` over it.
    fn environment(&mut self, name: &str, node: &Node) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        let files: Vec<&Node> = match node.get("env_file").map(|node| &node.value) {
            Some(Value::List(items)) => items.iter().collect(),
            Some(_) => node.get("env_file").into_iter().collect(),
            None => Vec::new(),
        };
        for file in files {
            let path = ["services", name, "env_file"];
            let required = flag(file, "required").unwrap_or(true);
            let text = file.text().or_else(|| file.get("path").and_then(Node::text));
            let Some(text) = text else { continue };
            let folder = self.loader.folders.get(file.spot.file).cloned().unwrap_or_default();
            match self.loader.variables_in(&folder.join(Path::new(text)), self.variables) {
                Ok(found) => all.extend(found),
                Err(why) if required => self.loader.no_variables(file, &path, &why),
                Err(_) => {}
            }
        }
        let empty = Mapping::new();
        let own = node.get("environment").map(|own| merge::pairs(own.clone()));
        for (variable, entry) in own.as_ref().and_then(Node::map).unwrap_or(&empty) {
            let value = match &entry.value.value {
                Value::Text(text) => Some(text.clone()),
                // Without a value it is passed on from where Compose runs.
                Value::Null => self.variables.get(variable).map(str::to_owned),
                _ => None,
            };
            match value {
                Some(value) => all.insert(variable.clone(), value),
                None => all.remove(variable),
            };
        }
        all
    }
}

fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.value) {
        Some(Value::List(all)) => all,
        _ => &[],
    }
}

/// A command as its words; one written as text is taken whole, as by a shell.
fn words(node: Option<&Node>) -> Vec<String> {
    texts(node).into_iter().filter_map(Node::text).map(str::to_owned).collect()
}
