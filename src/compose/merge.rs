//! Laying one compose file over another, by Compose's own rules: mappings
//! merge key by key, lists grow, and what has a rule of its own follows it.
//!
//! The rules are those of the Compose Specification, "Merge": `command` is
//! replaced, `environment` and `labels` merge by name whichever way they are
//! written, `depends_on` and a service's `networks` merge as mappings.

use std::collections::BTreeSet;

use crate::yaml::{Entry, Mapping, Node, Spot, Tag, Value};

/// How the values at some place of a file merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Mappings by key, lists one after the other, anything else is replaced.
    Usual,
    /// The later one stands alone.
    Replace,
    /// `NAME=value` in a list is the same as `NAME: value` in a mapping.
    Pairs,
    /// A list of names is the same as a mapping of them with nothing inside.
    Names,
    /// One text is the same as a list of it, and a mapping as one of
    /// `NAME=value`; what is in both is there once.
    List,
    /// A list of texts; what is in both is there once.
    Unique,
    /// A list of mappings in which those with the same `subnet` are one.
    Subnets,
}

/// The rule for a place such as `["services", "web", "environment"]`.
fn rule(path: &[&str]) -> Rule {
    match path {
        ["services", _, "command" | "entrypoint"] | ["services", _, "healthcheck", "test"] => {
            Rule::Replace
        }
        ["services", _, "environment" | "labels" | "annotations" | "sysctls"]
        | ["services", _, "deploy", "labels"]
        | ["networks", _, "labels"] => Rule::Pairs,
        ["services", _, "depends_on" | "networks" | "models"] => Rule::Names,
        [
            "services",
            _,
            "dns" | "dns_opt" | "dns_search" | "env_file" | "extra_hosts" | "tmpfs",
        ] => Rule::List,
        ["services", _, "expose" | "links" | "external_links" | "ports" | "profiles"]
        | ["services", _, "networks", _, "aliases"] => Rule::Unique,
        ["networks", _, "ipam", "config"] => Rule::Subnets,
        _ => Rule::Usual,
    }
}

/// A place where one file has a list or a mapping and a later one has something
/// that cannot be laid over it.
#[derive(Debug, PartialEq, Eq)]
pub struct Clash {
    pub spot: Spot,
    pub path: Vec<String>,
}

/// `over` laid over `base`, both standing at `path`.
pub fn merge(base: Node, over: Node, path: &[&str], clashes: &mut Vec<Clash>) -> Node {
    if over.tag.is_some() {
        return over;
    }
    let rule = rule(path);
    let (base, over) = match rule {
        Rule::Pairs => (pairs(base), unless_scalar(pairs(over))),
        Rule::Names => (needed(names(base), path), unless_scalar(needed(names(over), path))),
        Rule::List => (list(base), list(over)),
        Rule::Replace => return over,
        Rule::Usual | Rule::Unique | Rule::Subnets => (base, over),
    };
    let value = match (base.value, over.value) {
        (value, Value::Null) => value,
        (Value::Map(base), Value::Map(over)) => Value::Map(merge_maps(base, over, path, clashes)),
        (Value::List(base), Value::List(over)) if rule == Rule::Subnets => {
            Value::List(merge_subnets(base, over, path, clashes))
        }
        (Value::List(mut items), Value::List(more)) => {
            let seen: BTreeSet<String> = match rule {
                Rule::List | Rule::Unique => {
                    items.iter().filter_map(Node::text).map(str::to_owned).collect()
                }
                _ => BTreeSet::new(),
            };
            items.extend(
                more.into_iter().filter(|item| item.text().is_none_or(|text| !seen.contains(text))),
            );
            Value::List(items)
        }
        (base, over_value) => {
            // A build is its folder, or a mapping with more.
            let is_build = path.last() == Some(&"build");
            if matches!(base, Value::Map(_) | Value::List(_)) && !is_build {
                let path = path.iter().map(|part| (*part).to_owned()).collect();
                clashes.push(Clash { spot: over.spot, path });
            }
            over_value
        }
    };
    Node { spot: over.spot, tag: base.tag, quoted: over.quoted, value }
}

/// Nothing in place of a scalar, which Compose leaves out where it merges lists.
fn unless_scalar(node: Node) -> Node {
    let value = match node.value {
        Value::Text(_) => Value::Null,
        value => value,
    };
    Node { value, ..node }
}

/// Dependencies in a list have a condition as soon as they are a mapping.
fn needed(node: Node, path: &[&str]) -> Node {
    let Value::Map(mut map) = node.value else { return node };
    if path.last() == Some(&"depends_on") {
        for entry in map.values_mut().filter(|entry| entry.value.value == Value::Null) {
            let condition = Node::new(entry.key, Value::Text("service_started".to_owned()));
            let condition = Entry { key: entry.key, value: condition };
            entry.value.value = Value::Map(Mapping::from([("condition".to_owned(), condition)]));
        }
    }
    Node { value: Value::Map(map), ..node }
}

fn merge_maps(
    mut base: Mapping,
    over: Mapping,
    path: &[&str],
    clashes: &mut Vec<Clash>,
) -> Mapping {
    for (key, entry) in over {
        let merged = match base.remove(&key) {
            Some(below) => {
                let path = [path, &[key.as_str()]].concat();
                let value = merge(below.value, entry.value, &path, clashes);
                Entry { key: entry.key, value }
            }
            None => entry,
        };
        base.insert(key, merged);
    }
    base
}

/// Of two lists of subnets the later one counts; a subnet that the first one has
/// as well keeps what is said of it there.
fn merge_subnets(
    base: Vec<Node>,
    over: Vec<Node>,
    path: &[&str],
    clashes: &mut Vec<Clash>,
) -> Vec<Node> {
    let subnet = |node: &Node| node.get("subnet").and_then(Node::text).map(str::to_owned);
    let merged = over.into_iter().map(|item| {
        let below = base.iter().find(|below| subnet(below) == subnet(&item)).cloned();
        match below {
            Some(below) => merge(below, item, &[path, &["[]"]].concat(), clashes),
            None => item,
        }
    });
    merged.collect()
}

/// A list of `NAME=value` as a mapping; a name alone has nothing for a value.
pub fn pairs(node: Node) -> Node {
    let Value::List(items) = node.value else { return node };
    let mut map = Mapping::new();
    for item in items {
        let Value::Text(text) = &item.value else { continue };
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Value::Text(value.to_owned())),
            None => (text.as_str(), Value::Null),
        };
        let value = Node::new(item.spot, value);
        map.insert(name.to_owned(), Entry { key: item.spot, value });
    }
    Node { value: Value::Map(map), ..node }
}

/// A list of names as a mapping of them.
pub fn names(node: Node) -> Node {
    let Value::List(items) = node.value else { return node };
    let mut map = Mapping::new();
    for item in items {
        let Value::Text(name) = item.value else { continue };
        map.insert(name, Entry { key: item.spot, value: Node::new(item.spot, Value::Null) });
    }
    Node { value: Value::Map(map), ..node }
}

/// A text as a list of it; a mapping `NAME: value` as a list of `NAME=value`.
pub fn list(node: Node) -> Node {
    let items = match node.value {
        Value::Text(text) => vec![Node::new(node.spot, Value::Text(text))],
        Value::Map(map) => {
            let pair = |(key, entry): (String, Entry)| -> Vec<Node> {
                let one = |value: &Node| {
                    let text = format!("{key}={}", value.text().unwrap_or_default());
                    Node::new(value.spot, Value::Text(text))
                };
                match &entry.value.value {
                    Value::List(values) => values.iter().map(one).collect(),
                    _ => vec![one(&entry.value)],
                }
            };
            map.into_iter().flat_map(pair).collect()
        }
        Value::List(items) => items,
        Value::Null => return node,
    };
    Node { value: Value::List(items), ..node }
}

/// Carries out what is left of `!reset` once all files are merged.
pub fn without_tags(node: Node) -> Option<Node> {
    if node.tag == Some(Tag::Reset) {
        return None;
    }
    let value = match node.value {
        Value::Map(map) => Value::Map(
            map.into_iter()
                .filter_map(|(key, entry)| {
                    Some((key, Entry { key: entry.key, value: without_tags(entry.value)? }))
                })
                .collect(),
        ),
        Value::List(items) => Value::List(items.into_iter().filter_map(without_tags).collect()),
        value => value,
    };
    Some(Node { tag: None, value, ..node })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Budget, read};

    fn node(text: &str) -> Node {
        read(text, 0, &mut Budget::default()).expect(text).remove(0)
    }

    /// The tree in a short form of JSON's kind.
    fn shown(node: &Node) -> String {
        match &node.value {
            Value::Null => "~".to_owned(),
            Value::Text(text) => text.clone(),
            Value::List(items) => {
                format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" "))
            }
            Value::Map(map) => {
                let entries =
                    map.iter().map(|(key, entry)| format!("{key}:{}", shown(&entry.value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
            }
        }
    }

    /// What a service is after another file's version of it is laid over it.
    fn merged(base: &str, over: &str) -> String {
        let wrap = |service: &str| node(&format!("services: {{web: {{{service}}}}}"));
        let mut clashes = Vec::new();
        let merged = merge(wrap(base), wrap(over), &[], &mut clashes);
        let merged = without_tags(merged).expect("not reset");
        if let Some(clash) = clashes.first() {
            return format!("a clash at {}", clash.path.join("."));
        }
        shown(merged.get("services").and_then(|s| s.get("web")).expect("web"))
    }

    #[test]
    fn each_rule_of_composes() {
        for (base, over, expected) in [
            ("image: a, tty: true", "image: b", "{image:b tty:true}"),
            ("image: a", "image: ~", "{image:a}"),
            ("command: [a, b]", "command: [c]", "{command:[c]}"),
            (
                "healthcheck: {test: [a], retries: 3}",
                "healthcheck: {test: [b]}",
                "{healthcheck:{retries:3 test:[b]}}",
            ),
            ("environment: [A=1, B=2]", "environment: {B: 3, C: ~}", "{environment:{A:1 B:3 C:~}}"),
            ("labels: {a: x}", "labels: [a=y]", "{labels:{a:y}}"),
            ("ports: ['80:80']", "ports: ['80:80', '81:81']", "{ports:[80:80 81:81]}"),
            ("dns: 1.1.1.1", "dns: [8.8.8.8]", "{dns:[1.1.1.1 8.8.8.8]}"),
            ("networks: [a]", "networks: {b: {aliases: [x]}}", "{networks:{a:~ b:{aliases:[x]}}}"),
            (
                "networks: {b: {aliases: [x]}}",
                "networks: {b: {aliases: [y]}}",
                "{networks:{b:{aliases:[x y]}}}",
            ),
            ("networks: {a: {aliases: [x]}}", "networks: [a]", "{networks:{a:{aliases:[x]}}}"),
            (
                "depends_on: [a]",
                "depends_on: {b: {condition: c}}",
                "{depends_on:{a:{condition:service_started} b:{condition:c}}}",
            ),
            (
                "extra_hosts: {a: 1.1.1.1}",
                "extra_hosts: ['b:2.2.2.2']",
                "{extra_hosts:[a=1.1.1.1 b:2.2.2.2]}",
            ),
            ("volumes: [a]", "volumes: [b]", "{volumes:[a b]}"),
            ("ports: ['80:80']", "ports: !reset []", "{}"),
            ("ports: ['80:80']", "ports: !override ['81:81']", "{ports:[81:81]}"),
            ("ports: ['80:80']", "ports: 7", "a clash at services.web.ports"),
            ("build: {context: a}", "build: b", "{build:b}"),
            ("environment: {A: 1}", "environment: 7", "{environment:{A:1}}"),
        ] {
            assert_eq!(merged(base, over), expected, "{base} under {over}");
        }
    }

    #[test]
    fn subnets_merge_by_subnet() {
        let wrap =
            |config: &str| node(&format!("networks: {{n: {{ipam: {{config: [{config}]}}}}}}"));
        let merged = merge(
            wrap("{subnet: a, gateway: g}, {subnet: b}"),
            wrap("{subnet: a, ip_range: r}, {subnet: c}"),
            &[],
            &mut Vec::new(),
        );
        let expected =
            "{networks:{n:{ipam:{config:[{gateway:g ip_range:r subnet:a} {subnet:c}]}}}}";
        assert_eq!(shown(&merged), expected);
        let other =
            merge(wrap("{subnet: a, gateway: g}"), wrap("{subnet: b}"), &[], &mut Vec::new());
        assert_eq!(shown(&other), "{networks:{n:{ipam:{config:[{subnet:b}]}}}}");
    }
}
