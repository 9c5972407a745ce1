//! Several engines in one snapshot. What they share, the networks of a swarm,
//! is one; what is each one's own keeps to its engine, and two of one name
//! are told apart as `NAME@ENGINE`, beside the name that each has at home.

use crate::order::Ordered;
use std::collections::{BTreeMap, BTreeSet};

use super::container::NetworkMode;
use super::driver::Scope;
use super::engine_facts::{EngineFacts, EngineOfMap};
use super::names::before_engine;
use super::network::Network;
use super::part::Part;
use super::snapshot::Snapshot;
use super::swarm::Swarm;

impl Snapshot {
    /// One snapshot of several engines, each with its name, which no two have.
    pub fn join(parts: Vec<(String, Self)>) -> Self {
        let shared = |network: &Network| network.scope == Scope::Swarm && !network.id.is_empty();
        let networks = || parts.iter().flat_map(|(_, part)| &part.networks);
        let swarms: BTreeSet<&str> =
            networks().filter(|n| shared(n)).map(|n| n.name.as_str()).into_set();
        let own = networks().filter(|n| !shared(n)).map(|n| n.name.as_str());
        let same_network: BTreeSet<String> =
            twice(own.chain(swarms.iter().copied())).into_iter().map(str::to_owned).into_set();
        // Podman's networks of one name have one id on all engines.
        let ids = networks().filter(|n| !shared(n) && !n.id.is_empty()).map(|n| n.id.as_str());
        let same_id: BTreeSet<String> = twice(ids).into_iter().map(str::to_owned).into_set();
        let containers = parts.iter().flat_map(|(_, part)| &part.containers);
        let same_container: BTreeSet<String> =
            twice(containers.map(|c| c.name.as_str())).into_iter().map(str::to_owned).into_set();
        let manager = parts.iter().find_map(|(_, part)| managed(&part.engine)).cloned();
        let mut whole = Self::new(EngineFacts::default(), vec![], vec![], vec![]);
        let mut known = BTreeSet::new();
        for (node, part) in parts {
            let apart = |name: &mut String, same: &BTreeSet<String>| tell_apart(name, same, &node);
            let mut renamed: BTreeMap<(String, String), String> = BTreeMap::new();
            for mut network in part.networks {
                if shared(&network) {
                    if known.insert(network.id.clone()) {
                        whole.networks.push(network);
                    }
                    continue;
                }
                let old = network.name.clone();
                network.own_name = apart(&mut network.name, &same_network);
                renamed.insert((old, network.id.clone()), network.name.clone());
                network.node.clone_from(&node);
                network.own_id = apart(&mut network.id, &same_id);
                whole.networks.push(network);
            }
            // Those that never ran, and Podman, name a network without its id.
            let by_name: BTreeMap<String, String> =
                renamed.iter().map(|((old, _), new)| (old.clone(), new.clone())).into_map();
            let ids: BTreeMap<String, String> =
                part.containers.iter().map(|c| (c.own_name().to_owned(), c.id.clone())).into_map();
            for mut container in part.containers {
                for endpoint in &mut container.endpoints {
                    let key = (endpoint.network.clone(), endpoint.network_id.clone());
                    let no_id = key.1.is_empty() || key.0 == key.1;
                    let new = renamed.get(&key).or_else(|| by_name.get(&key.0).filter(|_| no_id));
                    if let Some(new) = new {
                        endpoint.network.clone_from(new);
                        apart(&mut endpoint.network_id, &same_id);
                    }
                }
                match &mut container.network_mode {
                    NetworkMode::Network(name) => {
                        if let Some(new) = by_name.get(name) {
                            name.clone_from(new);
                        }
                    }
                    // By its id it is the one of this engine, whatever its name.
                    NetworkMode::Container(owner) => {
                        if let Some(id) = ids.get(owner) {
                            owner.clone_from(id);
                        }
                    }
                    NetworkMode::None | NetworkMode::Host => {}
                }
                let on_map = apart(&mut container.name, &same_container);
                container.own_name = container.own_name.take().or(on_map);
                container.node.clone_from(&node);
                whole.containers.push(container);
            }
            let told = is_told_of(manager.as_ref(), part.engine.swarm.as_ref());
            let notes = part.unread.into_iter();
            let notes = notes.filter(|note| !(told && note.part == Part::Swarm));
            whole.unread.extend(notes.map(|note| note.on_engine(&node)));
            whole.engines.push(EngineOfMap { node, engine: part.engine });
        }
        whole.engine = whole.engines.first().map(|of| of.engine.clone()).unwrap_or_default();
        whole.take_the_managers_word();
        whole.tidy();
        whole
    }

    /// A manager knows more of a swarm than a worker, and tells the workers'
    /// part of it too.
    fn take_the_managers_word(&mut self) {
        let swarms = self.engines.iter().filter_map(|of| of.engine.swarm.as_ref());
        let told = swarms.clone().find(|swarm| swarm.manager).or_else(|| swarms.clone().next());
        self.engine.swarm = told.cloned();
        if self.engine.swarm.is_none() {
            return;
        }
        for of in &mut self.engines {
            let Some(own) = of.engine.swarm.take() else { continue };
            // Which node it is; the rest is said once, for all of them.
            let (nodes, services) = (Vec::new(), Vec::new());
            of.engine.swarm = Some(Swarm { nodes, services, ..own });
        }
        // What a manager reports of a service's tasks holds on every node.
        if let Some(swarm) = self.engine.swarm.take() {
            swarm.publish(&mut self.containers);
            self.engine.swarm = Some(swarm);
        }
    }

    /// What is known of the engine of this name; of the only one, whatever
    /// the name.
    pub fn engine_of(&self, node: &str) -> &EngineFacts {
        let found = self.engines.iter().find(|of| of.node == node);
        found.map_or(&self.engine, |of| &of.engine)
    }
}

/// The swarm that an engine manages.
fn managed(engine: &EngineFacts) -> Option<&Swarm> {
    engine.swarm.as_ref().filter(|swarm| swarm.manager)
}

/// Whether the swarm's manager reports what a worker could not.
fn is_told_of(manager: Option<&Swarm>, own: Option<&Swarm>) -> bool {
    let (Some(manager), Some(own)) = (manager, own) else { return false };
    !own.manager && manager.node_with(&own.node).is_some()
}

/// Gives a name that two engines have the engine's name at its end, and hands
/// back what it was where that is another. What looks like a name told apart
/// and is none is handed back as well, so that nobody takes it apart later.
fn tell_apart(name: &mut String, same: &BTreeSet<String>, node: &str) -> Option<String> {
    let old = name.clone();
    if same.contains(&old) {
        name.push('@');
        name.push_str(node);
    }
    before_engine(name, node).is_some().then_some(old)
}

/// The names that come up more than once.
fn twice<'n>(names: impl Iterator<Item = &'n str>) -> BTreeSet<&'n str> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).into_set()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(node: &str, swarm: &str, more: &str) -> (String, Snapshot) {
        let text = format!(
            r#"{{"schema":"netmap/1","engine":{{"name":"Docker"{swarm}}},"networks":[
              {{"name":"mesh","id":"m","driver":"overlay","scope":"swarm"}},
              {{"name":"bridge","id":"b-{node}","driver":"bridge","scope":"local"}},
              {{"name":"only-{node}","id":"o-{node}","driver":"bridge","scope":"local"}}],
            "containers":[
              {{"name":"twin","id":"t-{node}","state":"running","network_mode":"bridge","endpoints":[
                {{"network":"bridge","network_id":"b-{node}"}},{{"network":"mesh","network_id":"m"}}]}},
              {{"name":"sidecar","id":"r-{node}","state":"running","network_mode":"container:twin"}},
              {{"name":"lone-{node}","id":"l-{node}","state":"created","network_mode":"bridge",
                "endpoints":[{{"network":"bridge"}}]}}],
            "unread":[{more}]}}"#
        );
        (node.to_owned(), Snapshot::read(text.as_bytes()).unwrap())
    }

    #[test]
    fn what_engines_share_is_one_and_what_is_their_own_is_told_apart() {
        let whole = Snapshot::join(vec![part("a", "", ""), part("b", "", "")]);
        let networks: Vec<(&str, &str)> =
            whole.networks.iter().map(|n| (n.name.as_str(), n.node.as_str())).collect();
        assert_eq!(
            networks,
            [("bridge@a", "a"), ("bridge@b", "b"), ("mesh", ""), ("only-a", "a"), ("only-b", "b")]
        );
        let container = |name: &str| whole.containers.iter().find(|c| c.name == name).unwrap();
        let twin = container("twin@b");
        assert_eq!((twin.own_name(), twin.node.as_str()), ("twin", "b"));
        assert_eq!(twin.endpoints[0].network, "bridge@b");
        assert_eq!(twin.network_mode, NetworkMode::Network("bridge@b".to_owned()));
        assert_eq!(container("lone-a").endpoints[0].network, "bridge@a");
        let sidecar = container("sidecar@a");
        assert_eq!(sidecar.network_mode, NetworkMode::Container("t-a".to_owned()));
        assert_eq!(whole.engines.len(), 2);
        // It reads back as it was.
        assert_eq!(Snapshot::read(whole.to_json().as_bytes()).unwrap(), whole);
    }

    #[test]
    fn earlier_versions_had_the_names_on_the_map_alone() {
        let whole = Snapshot::join(vec![part("a", "", ""), part("b", "", "")]);
        let mut old: serde_json::Value = serde_json::from_str(&whole.to_json()).unwrap();
        for list in ["networks", "containers"] {
            for one in old[list].as_array_mut().unwrap() {
                let one = one.as_object_mut().unwrap();
                one.remove("own_name");
                one.remove("own_id");
            }
        }
        assert_eq!(Snapshot::read(old.to_string().as_bytes()).unwrap(), whole);
    }

    #[test]
    fn a_name_that_only_looks_told_apart_stays_whole() {
        let part = |node: &str| {
            let text = format!(
                r#"{{"schema":"netmap/1","networks":[
                  {{"name":"mail@a","id":"m-{node}","driver":"bridge"}},
                  {{"name":"podman","id":"same","driver":"bridge"}}]}}"#
            );
            Snapshot::read(text.as_bytes()).unwrap()
        };
        let mut lone = part("a");
        lone.networks.retain(|network| network.name == "mail@a");
        let whole = Snapshot::join(vec![("a".to_owned(), lone), ("b".to_owned(), part("b"))]);
        let whole = Snapshot::read(whole.to_json().as_bytes()).unwrap();
        let own: Vec<(&str, &str)> =
            whole.networks.iter().map(|n| (n.name.as_str(), n.own_name())).collect();
        assert_eq!(own, [("mail@a@a", "mail@a"), ("mail@a@b", "mail@a"), ("podman", "podman")]);
        let mut other = part("b");
        other.networks.retain(|network| network.name == "podman");
        let whole = Snapshot::join(vec![("a".to_owned(), part("a")), ("b".to_owned(), other)]);
        let whole = Snapshot::read(whole.to_json().as_bytes()).unwrap();
        let own: Vec<(&str, &str, &str)> =
            whole.networks.iter().map(|n| (n.name.as_str(), n.own_name(), n.own_id())).collect();
        assert_eq!(
            own,
            [
                ("mail@a", "mail@a", "m-a"),
                ("podman@a", "podman", "same"),
                ("podman@b", "podman", "same")
            ]
        );
    }

    #[test]
    fn a_managers_word_on_the_swarm_counts_and_a_strangers_silence_stays() {
        let manager = r#","swarm":{"node":"1","manager":true,"nodes":[{"name":"a","id":"1"},{"name":"b","id":"2"}]}"#;
        let worker = r#","swarm":{"node":"2"}"#;
        let stranger = r#","swarm":{"node":"9"}"#;
        let note = r#"{"what":"services and nodes of the swarm","why":"worker"}"#;
        let whole = Snapshot::join(vec![
            part("b", worker, note),
            part("a", manager, ""),
            part("c", stranger, note),
        ]);
        assert_eq!(whole.engine.swarm.unwrap().nodes.len(), 2);
        let unread: Vec<&str> = whole.unread.iter().map(|note| note.what.as_str()).collect();
        assert_eq!(unread, ["c: services and nodes of the swarm"]);
    }
}
