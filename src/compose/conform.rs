//! Holding a tree against the shapes of a compose file, so that a slip of the
//! finger, a value of the wrong kind and a key in the wrong place are each told
//! with their place.

use std::collections::BTreeSet;

use super::keys;
use super::notes::Notes;
use super::shape::{Keys, Shape};
use crate::model::words::listed;
use crate::model::{Form, Refuser, nearest};
use crate::order::OrderBy;
use crate::yaml::{Entry, Node, Tag, Value};

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
                let told = value.keys().map(|keys| fallen_out_of_names(node, keys, path, notes));
                for (key, entry) in others(node, &told.unwrap_or_default()) {
                    value.check(&entry.value, &[path, &[key]].concat(), notes);
                }
            }
            Self::Named(value) => {
                let told = value.keys().map(|keys| fallen_out_of_names(node, keys, path, notes));
                for (key, entry) in others(node, &told.unwrap_or_default()) {
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
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'))
}

fn check_items(node: &Node, item: &'static Shape, path: &[&str], notes: &mut Notes) {
    let Value::List(items) = &node.value else { return };
    let key = path.last().copied().unwrap_or_default();
    for (at, node) in items.iter().enumerate() {
        let at = at.to_string();
        let path = [path, &[&at]].concat();
        match single_pair(node, item).and_then(|why| Some((why, in_list(key)?))) {
            Some((why, form)) => notes.refused_form(Refuser::Compose, node.spot, &path, why, form),
            None => item.check(node, &path, notes),
        }
    }
}

/// What to say of `- a: b` where text is wanted, or a mapping that has no such key.
fn single_pair(node: &Node, item: &Shape) -> Option<String> {
    let (key, entry) = node.map().filter(|map| map.len() == 1)?.first_key_value()?;
    if item.keys().is_some_and(|keys| keys.shape(key).is_some()) {
        return None;
    }
    let is_short = entry.value.text().is_some();
    let why = "this is a mapping, and text was expected";
    Some(if is_short {
        format!("{why}: the blank behind the colon makes it one")
    } else {
        why.to_owned()
    })
}

/// The form of an item in the list under a key that was written as `a: b`.
fn in_list(key: &str) -> Option<Form> {
    match key {
        "annotations" | "args" | "environment" | "labels" | "sysctls" => Some(Form::Pair),
        "depends_on" | "models" | "networks" => Some(Form::Mapping),
        "expose" | "extra_hosts" | "links" | "ports" | "volumes" => Some(Form::Together),
        _ => None,
    }
}

/// The entries of a mapping but for those that were told of.
fn others<'n>(node: &'n Node, told: &BTreeSet<&str>) -> Vec<(&'n String, &'n Entry)> {
    let entries = node.map().into_iter().flatten();
    entries.filter(|(key, _)| !told.contains(key.as_str())).collect()
}

/// Notes the names that have nothing below them, while keys that such a name takes
/// stand beside it: a service whose lines are not indented. These are returned.
fn fallen_out_of_names<'n>(
    node: &'n Node,
    keys: &Keys,
    path: &[&str],
    notes: &mut Notes,
) -> BTreeSet<&'n str> {
    let is_one = |entry: &Entry| {
        let inside = entry.value.map().into_iter().flatten();
        inside.into_iter().any(|(key, _)| keys.shape(key).is_some())
    };
    fallen_out(
        node,
        path,
        notes,
        |_| true,
        |_, key, entry| {
            keys.shape(key).is_some() && entry.value.value != Value::Null && !is_one(entry)
        },
    )
}

/// Likewise for the sections of a file.
fn fallen_out_of_sections<'n>(
    node: &'n Node,
    keys: &Keys,
    path: &[&str],
    notes: &mut Notes,
) -> BTreeSet<&'n str> {
    let inner = |section: &str| keys.shape(section)?.named()?.keys();
    let belongs = |section: &str, key: &str, entry: &Entry| {
        let takes = |key: &str| inner(section).is_some_and(|inner| inner.shape(key).is_some());
        let known = keys.known.iter().map(|(known, _)| *known);
        let is_free = keys.shape(key).is_none() && !key.starts_with("x-");
        is_free
            && match entry.value.map() {
                Some(map) => map.keys().any(|key| takes(key)),
                None => entry.value.value == Value::Null && nearest(key, known).is_none(),
            }
    };
    fallen_out(node, path, notes, |key| inner(key).is_some(), belongs)
}

/// Notes each key that `may_hold` others and has nothing below it, while what
/// `belongs` there follows beside it; that is returned.
fn fallen_out<'n>(
    node: &'n Node,
    path: &[&str],
    notes: &mut Notes,
    may_hold: impl Fn(&str) -> bool,
    belongs: impl Fn(&str, &str, &Entry) -> bool,
) -> BTreeSet<&'n str> {
    let mut entries: Vec<(&String, &Entry)> = node.map().into_iter().flatten().collect();
    entries.order_by_key(|(_, entry)| entry.key);
    let mut told = BTreeSet::new();
    let mut rest = entries.as_slice();
    while let [(home, entry), after @ ..] = rest {
        rest = after;
        if entry.value.value != Value::Null || !may_hold(home) {
            continue;
        }
        let is_beside =
            |(key, entry): &&(&String, &Entry)| is_name(key) && belongs(home, key, entry);
        let fallen: Vec<&str> =
            after.iter().take_while(is_beside).map(|(key, _)| key.as_str()).collect();
        let Some(_) = fallen.first() else { continue };
        rest = &after[fallen.len()..];
        let names: Vec<String> = fallen.iter().map(|key| format!("`{key}`")).collect();
        let stand = if names.len() == 1 { "stands" } else { "stand" };
        let why = format!("nothing stands below it: {} {stand} beside it", listed(&names, 5));
        let form = Form::Indented { keys: fallen.iter().map(|key| (*key).to_owned()).collect() };
        notes.refused_form(
            Refuser::Compose,
            entry.key,
            &[path, &[home.as_str()]].concat(),
            why,
            form,
        );
        told.insert(home.as_str());
        told.extend(fallen);
    }
    told
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
    let told = fallen_out_of_sections(node, keys, path, notes);
    for (key, entry) in others(node, &told) {
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
    fn what_is_not_indented_is_told_once_with_where_it_belongs() {
        for (text, expected) in [
            (
                "services:\nweb: {image: a}\ndb:\n  image: b\nnetworks:\nback:\nfront: {internal: true}\n",
                &["services 1: `web` and `db` stand", "networks 5: `back` and `front` stand"][..],
            ),
            (
                "services:\n  web:\n  image: a\n  ports: []\n  db: {image: b}\n",
                &["services.web 2: `image` and `ports` stand"],
            ),
            (
                "services: {web: {image: a}}\nnetworks:\n  back:\n  driver: bridge\n",
                &["networks.back 3: `driver` stands"],
            ),
            // Names that are keys as well.
            ("services: {web: {image: a}}\nnetworks:\n  back:\n  driver: {driver: bridge}\n", &[]),
            ("services: {web: {image: a}}\nnetworks:\n  back:\n  internal:\n", &[]),
            (
                "services: {web: {image: a}}\nvolumes:\nx-more: {driver: local}\n",
                &["volumes 2: this is nothing, and a mapping was expected"],
            ),
        ] {
            let tree = read(text, 0, &mut Budget::default()).expect(text).remove(0);
            let mut notes = Notes::default();
            keys::TOP.check(&tree, &[], &mut notes);
            let told = notes.finish().1.into_iter().map(|fault| {
                let why =
                    fault.why.replace("nothing stands below it: ", "").replace(" beside it", "");
                format!("{} {}: {why}", fault.path, fault.place.line)
            });
            assert_eq!(told.collect::<Vec<_>>(), expected, "{text}");
        }
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
        assert_eq!(form("environment: [A: b]"), Some(Form::Pair));
        for together in ["ports: [8080: 80]", "volumes: [data: /x]"] {
            assert_eq!(form(together), Some(Form::Together), "{together}");
        }
        for mapping in ["networks: [a: {aliases: [x]}]", "depends_on: [a: {condition: x}]"] {
            assert_eq!(form(mapping), Some(Form::Mapping), "{mapping}");
        }
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
