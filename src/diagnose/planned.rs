//! What differs about findings in a plan: each says where the matter is
//! written, and what mends it is an edit of the compose file, since there is
//! nothing yet that a command could be given to.

use std::collections::BTreeSet;

use super::case::few;
use super::mend::prose;
use crate::model::keys::label;
use crate::model::{Container, Finding, Place, Plan, Snapshot};

/// Rules about ports of the host, which are written under `ports`.
const ABOUT_PORTS: [&str; 3] = ["exposed-to-the-world", "host-port-conflict", "internal-only"];

/// Makes a finding fit for a plan.
pub fn settle(finding: &mut Finding, snapshot: &Snapshot) {
    let Some(plan) = &snapshot.plan else { return };
    let written = Written { snapshot, plan };
    let places: Vec<String> = written.places(finding).iter().map(ToString::to_string).collect();
    if !places.is_empty() {
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        finding.evidence.push(format!("written in {}", few(&places)));
    }
    finding.fix = finding.fix.iter().filter_map(|step| written.edit(step)).collect();
}

struct Written<'a> {
    snapshot: &'a Snapshot,
    plan: &'a Plan,
}

impl<'a> Written<'a> {
    fn container(&self, name: &str) -> Option<&'a Container> {
        self.snapshot.containers.iter().find(|container| container.name == name)
    }

    /// The key of a network in the file, from its name on the engine.
    fn network_key(&self, name: &'a str) -> &'a str {
        let network = self.snapshot.networks.iter().find(|network| network.name == name);
        let key = network.and_then(|network| network.labels.get(label::NETWORK));
        key.map_or(name, String::as_str)
    }

    /// Where a finding's matter is written: the variables that it speaks of,
    /// else ports or the parts that it is about.
    fn places(&self, finding: &'a Finding) -> BTreeSet<&'a Place> {
        let services = || {
            finding.subjects.iter().filter_map(|name| {
                let container = self.container(name)?;
                Some((container, container.compose.service.as_deref()?))
            })
        };
        let spoken_of = |variable: &str| {
            let marked = format!("({variable}");
            finding.evidence.iter().any(|line| line.contains(&marked))
        };
        let mut places = BTreeSet::new();
        for (container, service) in services() {
            let variables = container.references.iter().filter_map(|r| r.variable.as_deref());
            for variable in variables.filter(|variable| spoken_of(variable)) {
                let paths = [
                    ["services", service, "environment", variable],
                    // `depends_on` and `env_file` are no variables.
                    ["services", service, variable, ""],
                ];
                let exact = paths
                    .iter()
                    .find_map(|path| self.plan.places.get(path.join(".").trim_end_matches('.')));
                places.extend(exact.or_else(|| self.plan.place(&["services", service])));
            }
        }
        if places.is_empty() && ABOUT_PORTS.contains(&finding.rule) {
            let with_ports = services().filter(|(container, _)| !container.requested.is_empty());
            places
                .extend(with_ports.filter_map(|(_, s)| self.plan.place(&["services", s, "ports"])));
        }
        if places.is_empty() {
            places.extend(
                services().filter_map(|(_, service)| self.plan.place(&["services", service])),
            );
            places.extend(
                finding
                    .subjects
                    .iter()
                    .filter_map(|name| self.plan.place(&["networks", self.network_key(name)])),
            );
        }
        places
    }

    /// The sentence with services in place of containers: that is what they
    /// are called in the file, and among each other.
    fn by_service(&self, sentence: &str) -> String {
        let part_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let mut told = String::new();
        let mut rest = sentence;
        while let Some(start) = rest.find(part_of_name) {
            let end = rest[start..].find(|c| !part_of_name(c)).map_or(rest.len(), |at| start + at);
            let word = &rest[start..end];
            let service = self.container(word).and_then(|c| c.compose.service.as_deref());
            told.push_str(&rest[..start]);
            told.push_str(service.unwrap_or(word));
            rest = &rest[end..];
        }
        told + rest
    }

    /// What a step of mending comes to in the file; nothing for one that
    /// the edit makes needless.
    fn edit(&self, step: &'a str) -> Option<String> {
        if step.starts_with('#') {
            return Some(self.by_service(step));
        }
        let words: Vec<&str> =
            step.split_whitespace().map(|word| word.trim_matches('\'')).collect();
        let service = |name: &'a str| {
            let service = self.container(name).and_then(|c| c.compose.service.as_deref());
            let place = service.and_then(|service| self.plan.place(&["services", service]));
            let place =
                place.map_or_else(String::new, |place| format!("{}:{}: ", place.file, place.line));
            (service.unwrap_or(name), place)
        };
        match words.as_slice() {
            [_, "network", "create", .., network] => {
                Some(prose(format!("under networks, write a new one: {network}")))
            }
            [_, "network", "connect", options @ .., network, container] => {
                let (name, place) = service(container);
                let aliases: Vec<&str> =
                    options.iter().copied().filter(|word| !word.starts_with("--")).collect();
                let known = match aliases.is_empty() {
                    true => String::new(),
                    false => format!(", with {} among its aliases there", aliases.join(", ")),
                };
                let key = self.network_key(network);
                Some(prose(format!("{place}put {name} on the network {key}, too{known}")))
            }
            [_, "network", "disconnect", .., network, container] => {
                let (name, place) = service(container);
                let key = self.network_key(network);
                Some(prose(format!("{place}take {name} off the network {key}")))
            }
            [_, "start" | "restart" | "unpause" | "logs", ..] => None,
            _ => Some(prose(format!("once it is up: {step}"))),
        }
    }
}
