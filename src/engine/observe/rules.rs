//! What the firewall of the engine's machine does with what goes out of its bridges, and
//! whether the engine makes the rules for that.

use std::net::{IpAddr, Ipv4Addr};

use foldhash::HashMap;
use serde::Deserialize;

use crate::engine::{DropScene, Engine, Packet, Process, Side, Visitor};
use crate::model::{
    Attempt, Container, Driver, EngineFacts, Family, GatewayMode, Network, RulesOut,
};

/// Someone in the world: what is kept for examples stands in nobody's rules.
const WORLD: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Most bridges that are looked at: the rules are gone through for each.
const MOST_BRIDGES: usize = 100;

/// What was read.
#[derive(Debug, Default)]
pub struct Rules {
    /// By the networks' ids.
    pub out: Vec<(String, RulesOut)>,
    /// Whether the engine makes them.
    pub makes_rules: Option<bool>,
}

/// Reads the rules of an engine's machine, where it may be read, for those of the engine's
/// networks on which somebody runs and from which the engine would let go out.
pub async fn read(
    engine: &Engine,
    visitor: Option<&Visitor>,
    facts: &EngineFacts,
    networks: &[&Network],
    containers: &[Container],
) -> Rules {
    let mut rules = Rules::default();
    let Some(visitor) = visitor.filter(|_| !facts.hides_bridges()) else { return rules };
    let mut addresses = addresses(containers);
    let (ids, packets): (Vec<String>, Vec<Packet>) = networks
        .iter()
        .filter(|network| leads_out(network))
        .filter_map(|network| {
            let own = addresses.remove(network.own_id());
            let addresses = own.or_else(|| addresses.remove(&*network.id))?;
            Some((network.id.clone(), leaving(network, facts.is_podman(), addresses)))
        })
        .take(MOST_BRIDGES)
        .unzip();
    if packets.is_empty() {
        return rules;
    }
    // What stands before an engine may be on another machine.
    let Some(process) = engine.own_process().await.ok().filter(Process::is_engine) else {
        return rules;
    };
    let Ok(scene) = DropScene::of_machine("", engine).await else { return rules };
    let told = ids.into_iter().zip(scene.ways_out(visitor, &packets).await);
    rules.out = told.filter_map(|(id, told)| Some((id, told?))).collect();
    if facts.is_docker() {
        rules.makes_rules = makes_rules(&process);
    }
    rules
}

/// Whether the engine lets out what is on a network, under an address of its machine.
fn leads_out(network: &Network) -> bool {
    let mode = network.gateway_mode(Family::V4);
    let is_translated = matches!(mode, GatewayMode::Nat | GatewayMode::NatUnprotected);
    network.driver == Driver::Bridge && !network.internal && network.masquerade && is_translated
}

/// The IPv4 addresses of those who run, by the ids of their networks.
fn addresses(containers: &[Container]) -> HashMap<&str, Vec<IpAddr>> {
    let mut addresses: HashMap<&str, Vec<IpAddr>> = HashMap::default();
    let running = containers.iter().filter(|container| container.state.has_network());
    for endpoint in running.flat_map(|container| &container.endpoints) {
        if let Some(address) = endpoint.ipv4 {
            addresses.entry(&endpoint.network_id).or_default().push(IpAddr::V4(address));
        }
    }
    addresses
}

/// The first packet of a connection from these addresses of a network to the world.
fn leaving(network: &Network, by_podman: bool, addresses: Vec<IpAddr>) -> Packet {
    let interfaces = network.bridge().filter(|_| !by_podman).into_iter().collect();
    let world = Side { addresses: vec![WORLD], interfaces: Vec::new() };
    let from = Side { addresses, interfaces };
    let [packet, _] = Packet::and_answer(Family::V4, Attempt::Tcp(443), from, world);
    packet
}

/// Where Docker is told what to do, unless its command says otherwise.
const SETTINGS: &str = "/etc/docker/daemon.json";

/// Where a Docker that systemd has opened the socket for leaves its number.
const NUMBER: &str = "/run/docker.pid";

#[derive(Deserialize)]
struct Settings {
    iptables: Option<bool>,
}

/// Whether Docker makes rules: it does unless it is told not to. Nothing where that could
/// not be read.
fn makes_rules(process: &Process) -> Option<bool> {
    if process.is_docker() {
        return told(process);
    }
    let number = String::from_utf8(process.read(NUMBER, 32).ok()?).ok()?;
    let docker = Process::of(number.trim().parse().ok()?).ok()?;
    docker.is_docker().then(|| told(&docker)).flatten()
}

fn told(docker: &Process) -> Option<bool> {
    let command = docker.table("cmdline", 1 << 16).ok()?;
    let mut words = command.split('\0');
    let mut file = SETTINGS;
    while let Some(word) = words.next() {
        match word.trim_start_matches('-').split_once('=') {
            Some(("iptables", value)) => return value.parse().ok(),
            Some(("config-file", path)) => file = path,
            None if word == "--config-file" => file = words.next()?,
            _ => {}
        }
    }
    match docker.read(file, 1 << 20) {
        Ok(text) => Some(serde_json::from_slice::<Settings>(&text).ok()?.iptables.unwrap_or(true)),
        Err(error) => (error.kind() == std::io::ErrorKind::NotFound).then_some(true),
    }
}
