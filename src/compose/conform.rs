//! Holding a tree against the shapes of a compose file, so that a slip of the
//! finger, a value of the wrong kind and a key in the wrong place are each told
//! with their place.

use super::keys;
use super::notes::Notes;
use super::shape::{Keys, Shape};
use crate::yaml::{Node, Tag, Value};

impl Shape {
    /// Notes whatever in `node` is not of this shape as refused by Compose.
    pub fn check(&'static self, node: &Node, path: &[&str], notes: &mut Notes) {
        if node.tag == Some(Tag::Reset) {
            return;
        }
        if !self.takes(node) {
            let key = path.last().copied().unwrap_or_default();
            notes.wrong_form(node, path, &self.words(), self.form(key, node));
            return;
        }
        match self {
            Self::Either(shapes) => {
                if let Some(shape) = shapes.iter().find(|shape| shape.takes(node)) {
                    shape.check(node, path, notes);
                }
            }
            Self::List(item) => check_items(node, item, path, notes),
            Self::Set(item) => {
                check_items(node, item, path, notes);
                check_twins(node, path, notes);
            }
            Self::Map(value) => {
                for (key, entry) in node.map().into_iter().flatten() {
                    value.check(&entry.value, &[path, &[key]].concat(), notes);
                }
            }
            Self::Named(value) => {
                for (key, entry) in node.map().into_iter().flatten() {
                    let path = [path, &[key.as_str()]].concat();
                    if is_name(key) {
                        value.check(&entry.value, &path, notes);
                    } else {
                        let why = "a name has letters, digits, `.`, `_` and `-` only";
                        notes.refused(entry.key, &path, why);
                    }
                }
            }
            Self::Keys(keys) => check_keys(node, keys, path, notes),
            _ => {
                if let Some(why) = self.complaint(node) {
                    notes.refused(node.spot, path, why);
                }
            }
        }
    }
}

/// Whether a name is one that a service or a network may have.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'))
}

fn check_items(node: &Node, item: &'static Shape, path: &[&str], notes: &mut Notes) {
    let Value::List(items) = &node.value else { return };
    for (at, node) in items.iter().enumerate() {
        item.check(node, &[path, &[&at.to_string()]].concat(), notes);
    }
}

/// Notes what is in a list a second time.
fn check_twins(node: &Node, path: &[&str], notes: &mut Notes) {
    let Value::List(items) = &node.value else { return };
    let mut seen = std::collections::BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        let Some(text) = item.text() else { continue };
        if let Some(line) = seen.insert(text, item.spot.line) {
            let why = format!("it is there already, in line {line}");
            notes.refused(item.spot, &[path, &[&at.to_string()]].concat(), why);
        }
    }
}

fn check_keys(node: &Node, keys: &'static Keys, path: &[&str], notes: &mut Notes) {
    let Some(map) = node.map() else { return };
    let name = path.last().copied().unwrap_or_default();
    if let Some(why) = keys.no_such.and_then(|no_such| no_such(name, node)) {
        return notes.refused(node.spot, path, why);
    }
    for (key, entry) in map {
        let path = [path, &[key.as_str()]].concat();
        match keys.shape(key) {
            Some(shape) => shape.check(&entry.value, &path, notes),
            None if keys.extensible && key.starts_with("x-") => {}
            None => {
                let known = keys.known.iter().map(|(known, _)| *known);
                notes.unknown_key(entry.key, &path, known, keys::home_of(key));
            }
        }
    }
    for required in keys.required.iter().filter(|required| !map.contains_key(**required)) {
        notes.refused(node.spot, path, format!("`{required}` is missing"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Form;
    use crate::yaml::{Budget, read};

    /// What is refused of a service with this in it.
    fn refused(service: &str) -> Vec<String> {
        let text = format!("services: {{web: {{image: a, {service}}}}}");
        let tree = read(&text, 0, &mut Budget::default()).expect(service).remove(0);
        let mut notes = Notes::default();
        keys::TOP.check(&tree, &[], &mut notes);
        let faults = notes.finish().1.into_iter();
        faults
            .map(|fault| {
                format!("{}: {}", fault.path.trim_start_matches("services.web."), fault.why)
            })
            .collect()
    }

    #[test]
    fn what_compose_takes_is_not_refused() {
        for service in [
            "command: ~",
            "command: [sleep, '10']",
            "environment: {A: 1, B: true, C: ~, D: x, E: 1.5}",
            "environment: [A=1, B]",
            "scale: '2'",
            "scale: 2",
            "tty: yes",
            "privileged: 'true'",
            "cpus: '0.5'",
            "cpus: 0.5",
            "mem_limit: 512m",
            "mem_limit: 1073741824",
            "mem_limit: 1.5gb",
            "stop_grace_period: 1m30s",
            "stop_grace_period: 1d",
            "ulimits: {nofile: {soft: 1, hard: 2}, nproc: 65535}",
            "ports: [80, '81', {target: 82, published: '8000-8010'}]",
            "x-own: [anything]",
            "deploy: ~",
            "networks: {a: ~, b: {aliases: [x], priority: 5, gw_priority: 1}}",
            "depends_on: {a: {condition: service_healthy, required: false, restart: true}}",
            "healthcheck: {test: [CMD, x], interval: 10s, retries: '3'}",
            "env_file: [a, {path: b, required: false}]",
            "extra_hosts: {a: 1.1.1.1, b: [1.1.1.1, ::1]}",
            "logging: {driver: x, options: {max-size: 10m, max-file: 3}}",
            "gpus: all",
            "build: {context: ., args: {A: 1}}",
            "volumes: [a, 'b:/c', {type: bind, source: ., target: /x}]",
        ] {
            assert_eq!(refused(service), Vec::<String>::new(), "{service}");
        }
    }

    #[test]
    fn a_section_among_the_services_is_told_once() {
        let text = "services: {web: {image: a}, networks: {front: {driver: bridge}}}";
        let tree = read(text, 0, &mut Budget::default()).expect(text).remove(0);
        let mut notes = Notes::default();
        keys::TOP.check(&tree, &[], &mut notes);
        let faults = notes.finish().1;
        assert_eq!(faults.len(), 1);
        assert!(faults[0].why.ends_with("`networks` belongs at the top of the file"));
    }

    #[test]
    fn what_is_right_but_for_its_form_is_told_in_the_right_one() {
        let form = |service: &str| {
            let text = format!("services: {{web: {{image: a, {service}}}}}");
            let tree = read(&text, 0, &mut Budget::default()).expect(service).remove(0);
            let mut notes = Notes::default();
            keys::TOP.check(&tree, &[], &mut notes);
            notes.finish().1.remove(0).form
        };
        let list = |values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            Some(Form::List { values })
        };
        assert_eq!(form("ports: '5432:5432'"), list(&["5432:5432"]));
        assert_eq!(form("ports: '80, 443:443/tcp'"), list(&["80", "443:443/tcp"]));
        // The `- ` is missing.
        assert_eq!(form("ports: {8080: 80}"), list(&["8080:80"]));
        assert_eq!(form("networks: front"), list(&["front"]));
        assert_eq!(form("command: [sleep, 10]"), Some(Form::Text));
        // It may be a secret.
        assert_eq!(form("environment: TOKEN=hunter2"), list(&[]));
        for neither in ["depends_on: {a: ~}", "ports: ~", "tty: [true]"] {
            assert_eq!(form(neither), None, "{neither}");
        }
    }

    #[test]
    fn what_compose_refuses_is_told() {
        for (service, expected) in [
            ("port: ['80:80']", "port: there is no such key; did you mean `ports`?"),
            ("command: [sleep, 10]", "command.1: this is a number, and text was expected"),
            ("ports: '80:80'", "ports: this is text, and a list was expected"),
            ("networks: [a, a]", "networks.1: it is there already, in line 1"),
            ("tty: maybe", "tty: true or false was expected, and this is something else"),
            ("scale: ''", "scale: a whole number was expected, and this is empty"),
            (
                "stop_grace_period: '10'",
                "stop_grace_period: a time such as 1m30s was expected, and this is something else",
            ),
            (
                "mem_limit: lots",
                "mem_limit: a size such as 512m was expected, and this is something else",
            ),
            ("depends_on: {a: ~}", "depends_on.a: this is nothing, and a mapping was expected"),
            ("depends_on: {a: {}}", "depends_on.a: `condition` is missing"),
            ("network_mode: ~", "network_mode: this is nothing, and text was expected"),
            (
                "oom_score_adj: 2000",
                "oom_score_adj: a whole number from -1000 to 1000 was expected, and this is something else",
            ),
            (
                "networks: {a: {priority: '5'}}",
                "networks.a.priority: this is text, and a number was expected",
            ),
            (
                "services: {}",
                "services: it stands in the wrong place; it belongs at the top of the file",
            ),
            (
                "deploy: {ports: []}",
                "deploy.ports: it stands in the wrong place; it belongs into a service",
            ),
        ] {
            assert_eq!(refused(service), [expected], "{service}");
        }
    }
}
