//! Whether the parts of a project fit together: what Compose asks of a file
//! once every value in it has the right shape.
//!
//! Source: `checkConsistency` of compose-go, as Compose 2.40 has it. Services
//! whose profile is off are asked nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::circles::{self, Need};
use super::hosts;
use super::keys::misplaced;
use super::load::texts;
use super::merge;
use super::notes::Notes;
use super::reader::{number, text};
use super::undeclared::{no_service, undeclared};
use super::values::size_of;
use super::volumes::{Mount, mount};
use crate::order::Ordered;
use crate::yaml::{Entry, Mapping, Node, Value};

/// Asks a merged project; `on` are the services that are switched on.
pub fn check(tree: &Node, on: &BTreeSet<&str>, notes: &mut Notes) {
    let empty = Mapping::new();
    let section = |key: &str| tree.get(key).and_then(Node::map).unwrap_or(&empty);
    let mut asking = Asking { tree, services: section("services"), on, notes };
    let mut needs: BTreeMap<&str, Vec<Need>> = BTreeMap::new();
    for (name, entry) in section("services").iter().filter(|(name, _)| on.contains(name.as_str())) {
        asking.service(name, entry);
        needs.insert(name, asking.needs(name, &entry.value));
    }
    let notes = asking.notes;
    for (at, path) in circles::find(&needs) {
        let why = format!("the services wait for one another in a circle: {}", path.join(" → "));
        notes.refused(at, &["services", path[0], "depends_on"], why);
    }
    for (name, entry) in section("volumes") {
        external_alone(name, &entry.value, notes);
    }
    for (section_name, sources) in [
        ("configs", &["content", "environment", "file"][..]),
        ("secrets", &["environment", "file"]),
    ] {
        for (name, entry) in section(section_name) {
            one_source(&[section_name, name], entry, sources, notes);
        }
    }
}

/// A volume from elsewhere has a name and nothing more.
fn external_alone(name: &str, node: &Node, notes: &mut Notes) {
    let is_external = node.get("external").is_some_and(|external| {
        external.map().is_some() || external.text().and_then(super::shape::flag) == Some(true)
    });
    for (key, entry) in node.map().into_iter().flatten().filter(|_| is_external) {
        if !matches!(key.as_str(), "external" | "name") && !key.starts_with("x-") {
            let why = "a volume that is `external` is made elsewhere, and takes nothing but a name";
            notes.refused(entry.key, &["volumes", name, key], why);
        }
    }
}

/// A config or a secret comes from exactly one place.
fn one_source(path: &[&str], entry: &Entry, sources: &[&str], notes: &mut Notes) {
    let node = &entry.value;
    let Some(map) = node.map() else { return };
    let given = sources.iter().filter(|source| map.contains_key(**source)).count();
    if given > 1 {
        notes.refused(entry.key, path, format!("it has more than one of {}", sources.join(", ")));
    } else if given == 0 && !map.contains_key("driver") && !map.contains_key("external") {
        notes.refused(entry.key, path, format!("it has none of {}", sources.join(", ")));
    }
}

struct Asking<'a> {
    tree: &'a Node,
    /// All of them.
    services: &'a Mapping,
    /// Names of those that are switched on.
    on: &'a BTreeSet<&'a str>,
    notes: &'a mut Notes,
}

impl<'a> Asking<'a> {
    fn service(&mut self, name: &str, entry: &Entry) {
        let node = &entry.value;
        if node.map().is_none() || misplaced(name, node).is_some() {
            return;
        }
        let path = ["services", name];
        let is_there = |key: &str| node.get(key).is_some_and(|node| node.value != Value::Null);
        // What extends nothing that could be read may have one there.
        let is_whole = !is_there("extends");
        if is_whole && text(node, "image").is_none() && !is_there("build") && !is_there("provider")
        {
            // A slip of the finger has been told already.
            let meant = ["build", "image"].iter().any(|key| self.notes.is_meant(&path, key));
            if !meant {
                self.notes.refused(entry.key, &path, "it has neither an image nor a build context");
            }
        }
        self.build(name, node);
        self.replicas(name, node);
        self.limits(name, node);
        self.volumes(name, node);
        hosts::check(name, node, self.notes);
        for (key, section) in [("configs", "configs"), ("secrets", "secrets")] {
            self.declared(name, node.get(key), &[key], section);
        }
        let models = node.get("models").map(|models| merge::names(models.clone()));
        for (model, entry) in models.as_ref().and_then(Node::map).into_iter().flatten() {
            self.declared_one(&["services", name, "models", model], entry.key, "models", model);
        }
        let test = node.get("healthcheck").and_then(|check| check.get("test"));
        if let Some(Value::List(words)) = test.map(|test| &test.value)
            && let Some(first) = words.first()
            && !matches!(first.text(), Some("CMD" | "CMD-SHELL" | "NONE"))
        {
            let why = "a list here begins with CMD, CMD-SHELL or NONE";
            self.notes.refused(first.spot, &["services", name, "healthcheck", "test"], why);
        }
    }

    fn build(&mut self, name: &str, node: &Node) {
        let Some(build) = node.get("build") else { return };
        let path = ["services", name, "build"];
        if text(build, "dockerfile").is_some() && text(build, "dockerfile_inline").is_some() {
            let why = "it takes `dockerfile` or `dockerfile_inline`, not both";
            self.notes.refused(build.spot, &path, why);
        }
        let platforms = texts(build.get("platforms"));
        if let Some(platform) = text(node, "platform")
            && !platforms.is_empty()
            && !platforms.iter().any(|built| built.text() == Some(&platform))
        {
            let why = format!("`platforms` does not have {platform}, the service's own");
            self.notes.refused(build.spot, &path, why);
        }
        self.declared(name, build.get("secrets"), &["build", "secrets"], "secrets");
    }

    fn replicas(&mut self, name: &str, node: &Node) {
        let deploy = node.get("deploy");
        let scale: Option<i64> = number(node, "scale");
        let replicas: Option<i64> = deploy.and_then(|deploy| number(deploy, "replicas"));
        if let (Some(scale), Some(replicas)) = (scale, replicas)
            && scale != replicas
        {
            let why = format!("`scale` says {scale}, and `deploy.replicas` {replicas}");
            self.notes.refused(node.spot, &["services", name, "scale"], why);
        }
        let deployed = (deploy.unwrap_or(node), "replicas", replicas);
        for (from, key, number) in [(node, "scale", scale), deployed] {
            if let Some(value) = from.get(key).filter(|_| number.is_some_and(|number| number < 0)) {
                self.notes.refused(value.spot, &["services", name, key], "it is less than 0");
            }
        }
    }

    /// Limits that are given in the old way and in the new one must be the same.
    fn limits(&mut self, name: &str, node: &Node) {
        let resources = node.get("deploy").and_then(|deploy| deploy.get("resources"));
        let Some(resources) = resources else { return };
        let decimal = |node: &Node| node.text().and_then(|text| text.parse::<f64>().ok());
        let size = |node: &Node| size_of(node).map(|bytes| bytes as f64);
        type Read<'r> = &'r dyn Fn(&Node) -> Option<f64>;
        let pairs: [(&str, &str, &str, Read); 4] = [
            ("cpus", "limits", "cpus", &decimal),
            ("mem_limit", "limits", "memory", &size),
            ("mem_reservation", "reservations", "memory", &size),
            ("pids_limit", "limits", "pids", &decimal),
        ];
        for (old, group, new, read) in pairs {
            let Some(group_node) = resources.get(group) else { continue };
            let Some(node) = node.get(old) else { continue };
            let Some(given) = read(node).filter(|given| *given != 0.0) else { continue };
            if group_node.get(new).and_then(read).unwrap_or(0.0) != given {
                let why = format!("`deploy.resources.{group}.{new}` says otherwise");
                self.notes.refused(node.spot, &["services", name, old], why);
            }
        }
    }

    fn volumes(&mut self, name: &str, node: &Node) {
        let Some(Value::List(items)) = node.get("volumes").map(|volumes| &volumes.value) else {
            return;
        };
        // Of several for one path the last counts.
        let mut mounts: BTreeMap<String, (usize, Mount)> = BTreeMap::new();
        for (at, item) in items.iter().enumerate() {
            match mount(item) {
                Some(Ok(mount)) => drop(mounts.insert(mount.target.clone(), (at, mount))),
                Some(Err(why)) => {
                    self.notes.refused(
                        item.spot,
                        &["services", name, "volumes", &at.to_string()],
                        why,
                    );
                }
                None => {}
            }
        }
        let tmpfs: BTreeMap<&str, u32> = texts(node.get("tmpfs"))
            .into_iter()
            .filter_map(|item| Some((item.text()?.split(':').next()?, item.spot.line)))
            .into_map();
        for (target, (at, mount)) in mounts {
            let at = at.to_string();
            let path = ["services", name, "volumes", &at];
            if let Some(line) = tmpfs.get(target.as_str()) {
                let why = format!("`{target}` is mounted already, by `tmpfs` in line {line}");
                self.notes.refused(mount.spot, &path, why);
            }
            if let Some(volume) = mount.volume {
                self.declared_one(&path, mount.spot, "volumes", &volume);
            }
        }
    }

    /// Notes each thing that a list of a service names and the file does not have.
    fn declared(&mut self, name: &str, list: Option<&Node>, path: &[&str], section: &str) {
        let Some(Value::List(items)) = list.map(|list| &list.value) else { return };
        for (at, item) in items.iter().enumerate() {
            let Some(wanted) = item.text().or_else(|| item.get("source").and_then(Node::text))
            else {
                continue;
            };
            let at = at.to_string();
            let path = [&["services", name], path, &[at.as_str()]].concat();
            self.declared_one(&path, item.spot, section, wanted);
        }
    }

    fn declared_one(
        &mut self,
        path: &[&str],
        spot: crate::yaml::Spot,
        section: &str,
        wanted: &str,
    ) {
        let section_node = self.tree.get(section);
        let there = section_node.and_then(Node::map);
        // A section of the wrong kind has been told already.
        let is_other = section_node.is_some_and(|node| matches!(node.value, Value::List(_)));
        if is_other || there.is_some_and(|there| there.contains_key(wanted)) {
            return;
        }
        self.notes.absent(spot, path, || undeclared(path, section, wanted, there));
    }

    /// The services that a service must have started before it; those that are
    /// not there are noted.
    fn needs(&mut self, name: &str, node: &'a Node) -> Vec<Need<'a>> {
        let mut needs: Vec<Need> = Vec::new();
        let listed = |key: &'static str| {
            texts(node.get(key)).into_iter().filter_map(move |item| {
                let service = item.text()?.split(':').next()?;
                Some((service, item.spot, key))
            })
        };
        match node.get("depends_on").map(|node| &node.value) {
            Some(Value::Map(map)) => {
                for (service, entry) in map {
                    let optional =
                        entry.value.get("required").and_then(Node::text) == Some("false");
                    let is_there = self.on.contains(service.as_str());
                    if optional && !is_there && self.services.contains_key(service) {
                        continue;
                    }
                    needs.push(Need { service, at: entry.key, key: "depends_on" });
                }
            }
            Some(Value::List(items)) => {
                for item in items {
                    let Some(service) = item.text() else { continue };
                    needs.push(Need { service, at: item.spot, key: "depends_on" });
                }
            }
            _ => {}
        }
        for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
            let Some(shared) = node.get(key) else { continue };
            let service = shared.text().and_then(|text| text.strip_prefix("service:"));
            needs.extend(service.map(|service| Need { service, at: shared.spot, key }));
        }
        let from = listed("volumes_from").filter(|(service, ..)| *service != "container");
        for (service, at, key) in listed("links").chain(from) {
            needs.push(Need { service, at, key });
        }
        needs.retain(|need| {
            let there = self.on.contains(need.service);
            if !there {
                let path = ["services", name, need.key, need.service];
                let path = if need.key == "depends_on" { &path[..] } else { &path[..3] };
                let why = || no_service(path, need.service, self.services, self.on);
                self.notes.absent(need.at, path, why);
            }
            there
        });
        needs
    }
}
