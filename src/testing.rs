//! Made-up setups for property tests: networks of every kind, containers in
//! every state and mode, and now and then a probe.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use crate::model::{
    Attempt, By, Compose, Container, Driver, Endpoint, EngineFacts, Health, HostsEntry, Listening,
    Means, Measurement, Network, NetworkMode, Notation, Observation, Origin, Outcome, Probe,
    PublishedPort, Reference, RouteEntry, Scope, Snapshot, State, Subnet, Why,
};

#[path = "../tests/offline/town.rs"]
pub mod town;

/// Snapshots such as an engine might give, with some that only a mischievous
/// one would: overlapping subnets, sidecars of sidecars.
pub fn snapshots() -> impl Strategy<Value = Snapshot> {
    let networks = prop::collection::vec(network(), 0..6);
    let containers = prop::collection::vec(container(), 0..9);
    (networks, containers, select(vec!["20.10.24", "26.1.5", "28.0.1"]), probe()).prop_map(
        |(networks, containers, version, outcomes)| {
            let networks = built_in()
                .into_iter()
                .chain(networks.into_iter().enumerate().map(|(at, make)| make.network(at)));
            let networks: Vec<Network> = networks.collect();
            let mut made: Vec<Container> = Vec::new();
            for (at, make) in containers.into_iter().enumerate() {
                made.push(make.container(at, &networks, &made));
            }
            let engine = EngineFacts {
                name: "Docker".to_owned(),
                version: version.to_owned(),
                ..EngineFacts::default()
            };
            let probe = outcomes.map(|outcomes| measured(&made, &outcomes));
            let observations = made.iter().filter(|c| c.state.has_network()).map(observation);
            let observations: Vec<Observation> = observations.collect();
            let mut snapshot = Snapshot::new(engine, networks, made, Vec::new());
            snapshot.probe = probe;
            snapshot.observations = observations;
            snapshot
        },
    )
}

/// A snapshot, and one of the same setup after a good deal has happened to
/// it: things came, went, changed, and were renamed.
pub fn snapshot_pairs() -> impl Strategy<Value = (Snapshot, Snapshot)> {
    (snapshots(), snapshots(), any::<u64>()).prop_map(|(before, other, fate)| {
        let fate_of = |at: usize| fate >> (2 * (at % 32)) & 3;
        let mut containers = Vec::new();
        for at in 0..before.containers.len().max(other.containers.len()) {
            let (old, new) = (before.containers.get(at), other.containers.get(at));
            containers.extend(match (fate_of(at), old, new) {
                (0, old, _) => old.cloned(),
                (1, Some(old), Some(new)) => {
                    Some(Container { name: old.name.clone(), ..new.clone() })
                }
                (2, Some(old), Some(new)) => {
                    Some(Container { compose: old.compose.clone(), ..new.clone() })
                }
                (_, _, new) => new.cloned(),
            });
        }
        let mut networks = Vec::new();
        for at in 0..before.networks.len().max(other.networks.len()) {
            let (old, new) = (before.networks.get(at), other.networks.get(at));
            networks.extend(match (fate_of(at + 16), old, new) {
                (0, old, _) => old.cloned(),
                (1, Some(old), Some(new)) => {
                    Some(Network { name: old.name.clone(), ..new.clone() })
                }
                (_, _, new) => new.cloned(),
            });
        }
        let mut after = Snapshot::new(before.engine.clone(), networks, containers, Vec::new());
        after.probe = other.probe;
        (before, after)
    })
}

/// What a look inside a container might show.
fn observation(container: &Container) -> Observation {
    let listening = container.published.iter().map(|port| Listening {
        protocol: port.protocol,
        address: Ipv4Addr::UNSPECIFIED.into(),
        port: port.port,
    });
    let routes = container.endpoints.iter().filter_map(|endpoint| {
        Some(RouteEntry {
            destination: "0.0.0.0/0".parse().ok()?,
            gateway: Some(endpoint.gateway?.into()),
            interface: "eth0".to_owned(),
            metric: 0,
        })
    });
    Observation {
        container: container.name.clone(),
        id: container.id.clone(),
        how: Some(Means::Proc),
        listening: Some(listening.collect()),
        routes: Some(routes.collect()),
        nameservers: Some(vec!["127.0.0.11".parse().expect("an address")]),
        hosts: Some(vec![HostsEntry {
            address: "192.168.77.6".parse().expect("an address"),
            names: vec!["files.example.com".to_owned()],
        }]),
        ..Observation::default()
    }
}

#[derive(Debug, Clone)]
struct MakeNetwork {
    name: String,
    driver: &'static str,
    prefix: u8,
    shared: bool,
    flags: [bool; 4],
    project: bool,
}

fn network() -> impl Strategy<Value = MakeNetwork> {
    let driver =
        select(vec!["bridge", "bridge", "bridge", "overlay", "macvlan", "ipvlan", "weave"]);
    ("[a-z]{6}", driver, select(vec![12, 16, 20, 24, 28]), any::<(bool, [bool; 4], bool)>())
        .prop_map(|(name, driver, prefix, (shared, flags, project))| MakeNetwork {
            name,
            driver,
            prefix,
            shared,
            flags,
            project,
        })
}

impl MakeNetwork {
    fn network(self, at: usize) -> Network {
        let [internal, icc, ipv6, gateway] = self.flags;
        // Some lie within others.
        let second = if self.shared { 16 } else { 16 * (at as u8 + 2) };
        let base = Ipv4Addr::new(10, second, 0, 0);
        let mut subnets = vec![Subnet {
            subnet: ipnet::Ipv4Net::new(base, self.prefix).expect("a prefix").trunc().into(),
            gateway: gateway.then(|| Ipv4Addr::new(10, second, 0, 1).into()),
            ip_range: None,
        }];
        if ipv6 {
            let base = Ipv6Addr::new(0xfd00, 7, at as u16, 0, 0, 0, 0, 0);
            subnets.push(Subnet {
                subnet: ipnet::Ipv6Net::new(base, 64).expect("a prefix").into(),
                gateway: None,
                ip_range: None,
            });
        }
        let name = if self.project { format!("shopping_{}", self.name) } else { self.name };
        Network {
            id: format!("{:064x}", 0xabc0_0000 + at),
            driver: Driver::parse(self.driver),
            scope: Scope::Local,
            internal,
            icc,
            ipv6,
            subnets,
            project: self.project.then(|| "shopping".to_owned()),
            node: String::new(),
            unlisted: false,
            ..Network::unlisted(&name, "")
        }
    }
}

fn built_in() -> Vec<Network> {
    let make = |name: &str, driver: &str, subnet: Option<&str>| Network {
        driver: Driver::parse(driver),
        node: String::new(),
        unlisted: false,
        subnets: subnet
            .map(|subnet| Subnet {
                subnet: subnet.parse().expect("a subnet"),
                gateway: None,
                ip_range: None,
            })
            .into_iter()
            .collect(),
        ..Network::unlisted(name, &format!("{name:f<64}"))
    };
    vec![
        make("bridge", "bridge", Some("172.17.0.0/16")),
        make("host", "host", None),
        make("none", "null", None),
    ]
}

#[derive(Debug, Clone)]
struct MakeContainer {
    name: String,
    state: State,
    mode: u8,
    owner: Index,
    on: Vec<usize>,
    alias: Option<String>,
    port: Option<u16>,
    service: Option<String>,
    health: Option<Health>,
}

fn container() -> impl Strategy<Value = MakeContainer> {
    let state = select(vec![
        State::Running,
        State::Running,
        State::Running,
        State::Paused,
        State::Restarting,
        State::Exited,
        State::Created,
        State::Planned,
    ]);
    let health = select(vec![None, Some(Health::Healthy), Some(Health::Unhealthy)]);
    let text = || prop::option::of("[a-z]{7}");
    (
        "[a-z]{8}",
        state,
        0u8..10,
        any::<Index>(),
        subsequence((0..9).collect::<Vec<usize>>(), 0..4),
        text(),
        prop::option::of(1024u16..),
        text(),
        health,
    )
        .prop_map(|(name, state, mode, owner, on, alias, port, service, health)| {
            MakeContainer { name, state, mode, owner, on, alias, port, service, health }
        })
}

impl MakeContainer {
    fn container(self, at: usize, networks: &[Network], others: &[Container]) -> Container {
        let mode = match self.mode {
            0 => NetworkMode::None,
            1 => NetworkMode::Host,
            2 if !others.is_empty() => NetworkMode::Container(self.owner.get(others).id.clone()),
            3 => NetworkMode::Container("9".repeat(64)),
            _ => NetworkMode::Network("default".to_owned()),
        };
        let id = format!("{:064x}", 0xdef0_0000_0000_0000_u64 + at as u64);
        let on: Vec<&Network> = match mode {
            NetworkMode::None => vec![&networks[2]],
            NetworkMode::Host => vec![&networks[1]],
            NetworkMode::Container(_) => Vec::new(),
            NetworkMode::Network(_) => self
                .on
                .iter()
                .filter_map(|on| networks.get(*on))
                .filter(|network| !network.is_host() && !network.is_none())
                .collect(),
        };
        let live = self.state.has_network();
        let endpoints = on.into_iter().map(|network| {
            let mut endpoint = Endpoint {
                network: network.name.clone(),
                network_id: network.id.clone(),
                aliases: self.alias.iter().cloned().chain([id[..12].to_owned()]).collect(),
                ..Endpoint::default()
            };
            for subnet in network.subnets.iter().filter(|_| live) {
                match subnet.subnet.network() {
                    std::net::IpAddr::V4(base) => {
                        let place = u32::from(base) + 2 + at as u32;
                        endpoint.ipv4 = Some(Ipv4Addr::from(place));
                        endpoint.gateway = Some(Ipv4Addr::from(u32::from(base) + 1));
                    }
                    std::net::IpAddr::V6(base) => {
                        let telling = if at.is_multiple_of(2) { 0x42ac_11ff_fe00_0000 } else { 0 };
                        let place = u128::from(base) + 2 + at as u128 + telling;
                        endpoint.ipv6 = Some(Ipv6Addr::from(place));
                        endpoint.ipv6_gateway = Some(Ipv6Addr::from(u128::from(base) + 1));
                    }
                }
            }
            endpoint
        });
        let published = self.port.filter(|_| live).map(|port| PublishedPort {
            port,
            protocol: crate::model::Protocol::Tcp,
            host_ip: if port % 2 == 0 { [0, 0, 0, 0] } else { [192, 168, 77, 5] }.into(),
            host_port: Some(port),
        });
        Container {
            name: format!("{}-{at}", self.name),
            image: format!("registry.example.com/{}", self.name),
            state: self.state,
            health: self.health,
            hostname: id[..12].to_owned(),
            network_mode: mode,
            endpoints: endpoints.collect(),
            published: published.into_iter().collect(),
            compose: Compose {
                project: self.service.as_ref().map(|_| "shopping".to_owned()),
                service: self.service,
                replica: Some(at as u32),
            },
            references: others
                .first()
                .map(|other| Reference {
                    origin: Origin::Environment,
                    variable: Some("SECRET_URL".to_owned()),
                    scheme: Some("http".to_owned()),
                    host: other.name.clone(),
                    port: Some(8080),
                    port_variable: Some("SECRET_PORT".to_owned()),
                    notation: Notation::Address,
                    is_whole: false,
                    is_listed: false,
                    flaw: None,
                })
                .into_iter()
                .collect(),
            labels: [("owner".to_owned(), "somebody".to_owned())].into(),
            id,
            ..Container::default()
        }
    }
}

fn probe() -> impl Strategy<Value = Option<Vec<Outcome>>> {
    let outcome = select(vec![
        Outcome::Reachable,
        Outcome::Refused,
        Outcome::Timeout,
        Outcome::NameNotFound,
        Outcome::Unknown,
    ]);
    prop::option::of(prop::collection::vec(outcome, 1..7))
}

/// A probe by name and by address of all containers that have one.
fn measured(containers: &[Container], outcomes: &[Outcome]) -> Probe {
    let mut measurements = Vec::new();
    for from in containers {
        for to in containers.iter().filter(|to| to.id != from.id) {
            let addresses = to.endpoints.iter().filter_map(|endpoint| endpoint.ipv4);
            let targets = addresses.map(|address| (By::Address, address.to_string()));
            for (by, target) in targets.chain([(By::Name, to.name.clone())]) {
                let outcome = outcomes[measurements.len() % outcomes.len()];
                measurements.push(Measurement {
                    from: from.name.clone(),
                    to: to.name.clone(),
                    network: None,
                    by,
                    target,
                    attempt: Attempt::Icmp,
                    outcome,
                    reason: (outcome == Outcome::Unknown)
                        .then(|| Why::Other(format!("no shell in {}", from.name))),
                    series: None,
                    full_size: None,
                    latency: None,
                    leads_to: None,
                    sent: 1,
                    received: u32::from(outcome == Outcome::Reachable),
                    method: "ping".to_owned(),
                });
            }
        }
    }
    Probe::new(measurements)
}
