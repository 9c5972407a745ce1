//! Everything netmap knows about an engine at one moment, as one value.

use std::collections::BTreeSet;
use std::io::Read;

use foldhash::{HashMap, HashMapExt};
use serde::{Deserialize, Serialize, Serializer};

use super::container::{Container, NetworkMode};
use super::decoded::in_utf8;
use super::engine_facts::{EngineFacts, EngineOfMap};
use super::flow::Flows;
use super::json::to_json;
use super::names::{Natural, before_engine};
use super::network::Network;
use super::observation::{HostObservation, NetworkObservation, Observation};
use super::packet_drop::DropSearch;
use super::plan::Plan;
use super::position::{NetworkAt, with_positions};
use super::reachability::Probe;
use super::taken::Taken;
use super::unread::Unread;
use crate::order::{OrderBy, Ordered};

/// Name and version of the snapshot format.
pub const SCHEMA: &str = "netmap/1";

/// Largest snapshot that is read, in bytes. 50,000 containers take about 75 MB.
const LARGEST: u64 = 256 << 20;

/// All that was observed, sorted by name and then id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// When and by what it was taken, where somebody wanted that kept: the map
    /// of a setup is the same each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// The engine.
    #[serde(default)]
    pub engine: EngineFacts,
    /// All engines, in a map of several; [`Self::engine`] is then the first
    /// of them, with what a manager says of the swarm.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub engines: Vec<EngineOfMap>,
    /// Its networks.
    #[serde(default, serialize_with = "networks_by_bytes")]
    pub networks: Vec<Network>,
    /// Its containers, stopped ones included.
    #[serde(default, serialize_with = "containers_by_bytes")]
    pub containers: Vec<Container>,
    /// Where all this is written, if it was read from compose files and not
    /// from an engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// What a probe measured, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
    /// What was looked for where a measurement contradicts the map. It is of one
    /// moment, and of the machine's firewall: no file has it.
    #[serde(skip)]
    pub drops: Vec<DropSearch>,
    /// What was seen inside the containers, where netmap looked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
    /// What the networks themselves say about their members, where netmap asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub network_observations: Vec<NetworkObservation>,
    /// What was seen of the engine's machine, where netmap looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostObservation>,
    /// Who talked to whom, where somebody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flows: Option<Flows>,
    /// What could not be read.
    #[serde(default)]
    pub unread: Vec<Unread>,
}

/// Whether a file is called as snapshots in a folder are: `ada.json`, `ada.json.gz`.
pub fn is_snapshot_name(name: &str) -> bool {
    let name = name.to_lowercase();
    [".json", ".json.gz"].iter().any(|ending| name.ends_with(ending))
}

/// Why a snapshot could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// The file could not be read at all.
    Io(std::io::Error),
    /// The file is larger than netmap reads, which is this many bytes.
    TooLarge(u64),
    /// There is nothing in it.
    Empty,
    /// It does not begin as a JSON object does.
    NoObject,
    /// It is no JSON, or the JSON is no snapshot; the message names the place.
    Malformed(serde_json::Error),
    /// It has no `schema` field that netmap knows; the text is what it has.
    NotASnapshot(Option<String>),
    /// It was written by a newer netmap.
    Newer(String),
}

impl ReadError {
    /// What is wrong with JSON of a schema that is not [`SCHEMA`].
    fn of_schema(schema: Option<String>) -> Self {
        match schema {
            Some(newer) if is_newer(&newer) => Self::Newer(newer),
            other => Self::NotASnapshot(other),
        }
    }
}

/// Just the field that tells what a JSON file is.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

impl Snapshot {
    /// A snapshot of these parts, put in order.
    pub fn new(
        engine: EngineFacts,
        networks: Vec<Network>,
        containers: Vec<Container>,
        unread: Vec<Unread>,
    ) -> Self {
        let schema = SCHEMA.to_owned();
        let mut snapshot = Self {
            schema,
            taken: None,
            engine,
            engines: Vec::new(),
            networks,
            containers,
            plan: None,
            probe: None,
            drops: Vec::new(),
            observations: Vec::new(),
            network_observations: Vec::new(),
            host: None,
            flows: None,
            unread,
        };
        snapshot.tidy();
        snapshot
    }

    /// Reads a snapshot as [`Self::to_json`] writes it.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is larger than 256 MB, is no snapshot, or one of a newer
    /// netmap.
    ///
    /// # Examples
    ///
    /// ```
    /// use netmap::model::Snapshot;
    ///
    /// let snapshot = netmap::sample::read("module-5")?;
    /// let again = Snapshot::read(snapshot.to_json().as_bytes()).expect("what netmap writes");
    /// assert_eq!(again, snapshot);
    /// # Ok::<(), netmap::error::Error>(())
    /// ```
    pub fn read(from: impl Read) -> Result<Self, ReadError> {
        let mut text = Vec::new();
        from.take(LARGEST + 1).read_to_end(&mut text).map_err(ReadError::Io)?;
        if text.len() as u64 > LARGEST {
            return Err(ReadError::TooLarge(LARGEST));
        }
        let text = in_utf8(text);
        match text.trim_ascii_start().first() {
            None => return Err(ReadError::Empty),
            Some(b'{') => {}
            Some(_) => return Err(ReadError::NoObject),
        }
        let error = match serde_json::from_slice::<Self>(&text) {
            Ok(mut snapshot) if snapshot.schema == SCHEMA => {
                find_own_names(&mut snapshot);
                snapshot.networks.iter_mut().for_each(Network::read_newer_options);
                snapshot.tidy();
                return Ok(snapshot);
            }
            Ok(other) => return Err(ReadError::of_schema(Some(other.schema))),
            Err(error) => ReadError::Malformed(error),
        };
        // Something else may not fit today's types at all.
        match serde_json::from_slice(&text) {
            Ok(Head { schema }) if schema.as_deref() != Some(SCHEMA) => {
                Err(ReadError::of_schema(schema))
            }
            _ => Err(error),
        }
    }

    /// Takes over from a whole snapshot what was measured, seen and planned of
    /// the containers and networks that are in this part of it.
    pub fn take_over(&mut self, whole: &Self) {
        let names: BTreeSet<&str> = self.containers.iter().map(|c| c.name.as_str()).into_set();
        let among = |name: &str| names.contains(name);
        let measured = whole.probe.as_ref().map(|probe| {
            let rows = probe.measurements.iter().filter(|m| among(&m.from) && among(&m.to));
            Probe::new(rows.cloned().collect())
        });
        let seen = whole.observations.iter().filter(|seen| among(&seen.container));
        let observations = seen.cloned().collect();
        let ids: BTreeSet<&str> = self.networks.iter().map(|n| n.id.as_str()).into_set();
        let of_networks = whole.network_observations.iter();
        let of_networks = of_networks.filter(|seen| ids.contains(seen.id.as_str()));
        self.network_observations = of_networks.cloned().collect();
        self.observations = observations;
        self.probe = measured;
        self.host = whole.host.clone();
        self.flows = whole.flows.as_ref().map(|flows| flows.among(among));
        self.plan = whole.plan.clone();
        self.taken.clone_from(&whole.taken);
        self.engines.clone_from(&whole.engines);
    }

    /// The snapshot as JSON, indented, with a newline at its end.
    pub fn to_json(&self) -> String {
        to_json(self)
    }

    /// Puts everything in order (so that the same setup gives the same bytes)
    /// and adds a placeholder for each network that a container is on and no
    /// list names, so that no endpoint leads nowhere.
    pub fn tidy(&mut self) {
        self.sort_networks();
        // They are large: their keys are moved about, and each of them once.
        self.containers.order_by_cached_key(|c| (Natural(c.name.clone()), c.id.clone()));
        for container in &mut self.containers {
            if matches!(container.network_mode, NetworkMode::Container(_)) {
                // Podman repeats the owner's endpoints on each sidecar; they
                // are one set of interfaces and must be counted once.
                container.endpoints.clear();
                container.published.clear();
            }
            // Docker goes by the bytes of networks' names where it chooses a way out.
            container
                .endpoints
                .order_by(|a, b| (&a.network, &a.network_id).cmp(&(&b.network, &b.network_id)));
            container.published.order();
            container.published.dedup();
            container.requested.order();
            container.exposed.order();
            container.references.order();
            container.references.dedup();
            container.advertised.order();
        }
        self.add_unlisted_networks();
        if let Some(swarm) = &mut self.engine.swarm {
            swarm.tidy();
        }
        self.probe = self.probe.take().map(|probe| Probe::new(probe.measurements));
        self.observations.order_by_cached_key(|seen| (seen.container.clone(), seen.id.clone()));
        self.network_observations.order_by(|a, b| (&a.network, &a.id).cmp(&(&b.network, &b.id)));
        if let Some(flows) = &mut self.flows {
            flows.tidy();
        }
        self.unread.order();
        self.unread.dedup();
    }

    fn add_unlisted_networks(&mut self) {
        let index = NetworkIndex::new(&self.networks);
        let mut missing = BTreeSet::new();
        for container in &self.containers {
            for endpoint in &container.endpoints {
                if index.find(&endpoint.network, &endpoint.network_id).is_none() {
                    missing.insert((endpoint.network.clone(), endpoint.network_id.clone()));
                }
            }
        }
        for (name, id) in missing {
            self.unread.push(Unread::network(
                &name,
                "a container is on it, but the engine's list does not name it",
            ));
            self.networks.push(Network::unlisted(&name, &id));
        }
        self.sort_networks();
    }

    // In memory `web-2` comes before `web-10`, as everything shows them; files, which
    // scripts compare, have them by the bytes of their names.
    fn sort_networks(&mut self) {
        self.networks.order_by(|a, b| (Natural(&a.name), &a.id).cmp(&(Natural(&b.name), &b.id)));
    }
}

fn networks_by_bytes<S: Serializer>(all: &[Network], into: S) -> Result<S::Ok, S::Error> {
    in_order(all, |network| (&network.name, &network.id), into)
}

fn containers_by_bytes<S: Serializer>(all: &[Container], into: S) -> Result<S::Ok, S::Error> {
    in_order(all, |container| (&container.name, &container.id), into)
}

fn in_order<T: Serialize, S: Serializer>(
    all: &[T],
    key: fn(&T) -> (&str, &str),
    into: S,
) -> Result<S::Ok, S::Error> {
    let mut all: Vec<&T> = all.iter().collect();
    all.order_by_key(|one| key(one));
    into.collect_seq(all)
}

/// Finds networks by what an endpoint says of them.
#[derive(Debug)]
pub struct NetworkIndex<'a> {
    by_id: HashMap<&'a str, NetworkAt>,
    by_name: HashMap<&'a str, NetworkAt>,
}

impl<'a> NetworkIndex<'a> {
    /// An index over `networks`.
    pub fn new(networks: &'a [Network]) -> Self {
        let mut by_name = HashMap::with_capacity(networks.len());
        for (at, network) in with_positions(networks) {
            by_name.entry(network.name.as_str()).or_insert(at);
        }
        Self {
            by_id: with_positions(networks)
                .map(|(at, network)| (network.id.as_str(), at))
                .collect(),
            by_name,
        }
    }

    /// Position of the network with this id; where the id says nothing (never
    /// started, or Podman, which gives the name for the id), with this name.
    pub fn find(&self, name: &str, id: &str) -> Option<NetworkAt> {
        if let Some(at) = self.by_id.get(id).filter(|_| !id.is_empty()) {
            return Some(*at);
        }
        let named = self.by_name.get(name).copied();
        // An id that no network has is a network that is gone, whatever new
        // one has its name, unless the id is no id at all.
        let is_no_id = id.is_empty() || id == name;
        named.filter(|_| is_no_id)
    }
}

fn is_newer(schema: &str) -> bool {
    schema
        .strip_prefix("netmap/")
        .and_then(|version| version.parse::<u64>().ok())
        .is_some_and(|version| version > 1)
}

/// Finds what is called otherwise at home in a snapshot of an earlier
/// version, which has the names on the map alone.
fn find_own_names(snapshot: &mut Snapshot) {
    let own = |name: &str, node: &str| before_engine(name, node).map(str::to_owned);
    for container in snapshot.containers.iter_mut().filter(|c| c.own_name.is_none()) {
        container.own_name = own(&container.name, &container.node);
    }
    for network in &mut snapshot.networks {
        let (name, id) = (own(&network.name, &network.node), own(&network.id, &network.node));
        network.own_name = network.own_name.take().or(name);
        network.own_id = network.own_id.take().or(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Snapshot, ReadError> {
        Snapshot::read(text.as_bytes())
    }

    #[test]
    fn an_empty_snapshot_reads_back() {
        let empty = Snapshot::new(EngineFacts::default(), vec![], vec![], vec![]);
        assert_eq!(read(&empty.to_json()).unwrap(), empty);
    }

    #[test]
    fn other_json_is_refused_by_name() {
        assert!(matches!(read("{}"), Err(ReadError::NotASnapshot(None))));
        assert!(matches!(
            read(r#"{"schema":"netmap-probe/1"}"#),
            Err(ReadError::NotASnapshot(Some(_)))
        ));
        assert!(matches!(read(r#"{"schema":"netmap/2","networks":7}"#), Err(ReadError::Newer(_))));
        for text in ["", " \n", "\u{feff}"] {
            assert!(matches!(read(text), Err(ReadError::Empty)), "{text:?}");
        }
        for text in ["[1,", "services:\n", "7"] {
            assert!(matches!(read(text), Err(ReadError::NoObject)), "{text:?}");
        }
        assert!(matches!(read(r#"{"schema":"#), Err(ReadError::Malformed(_))));
        assert!(matches!(
            read(r#"{"schema":"netmap/1","networks":7}"#),
            Err(ReadError::Malformed(_))
        ));
    }

    #[test]
    fn an_endpoint_on_an_unlisted_network_keeps_its_place_on_the_map() {
        let text = r#"{"schema":"netmap/1","containers":[{"name":"a","id":"1","state":"running",
            "endpoints":[{"network":"gone","network_id":"99","ipv4":"10.0.0.2"}]}]}"#;
        let snapshot = read(text).unwrap();
        assert_eq!(snapshot.networks[0].name, "gone");
        assert!(snapshot.networks[0].unlisted);
        assert_eq!(snapshot.unread.len(), 1);
        assert_eq!(read(&snapshot.to_json()).unwrap(), snapshot);
    }

    #[test]
    fn a_state_from_the_future_is_unknown_and_no_error() {
        let text =
            r#"{"schema":"netmap/1","containers":[{"name":"a","id":"1","state":"hibernating"}]}"#;
        assert_eq!(read(text).unwrap().containers[0].state, super::super::State::Unknown);
    }
}
