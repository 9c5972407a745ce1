//! Writing the check file for what runs now: everything that is so, and
//! nothing else allowed. Whoever wants it looser takes lines away.

mod reach;

use std::collections::BTreeSet;

use super::CheckFile;
use super::facts::{claimed, published_ports};
use super::ways::Ways;
use super::who::Who;
use crate::graph::Map;
use crate::model::{Container, Health, Network, Probe, State};

/// The check file for the containers and networks chosen, as YAML. `narrowed`
/// says whether they are fewer than there are, `measured` is what a probe
/// found; without it the ways are those that the map predicts.
pub fn init(
    map: &Map,
    containers: &BTreeSet<usize>,
    networks: &BTreeSet<usize>,
    narrowed: bool,
    measured: Option<&Probe>,
) -> String {
    let file = CheckFile::default();
    let who = Who::new(map, &file, containers);
    let ways = Ways::new(map, &who, measured);
    let (named, odd): (Vec<usize>, Vec<usize>) =
        containers.iter().copied().partition(|at| is_ordinary(&map.container(*at).name));
    let mut text =
        String::from("# What runs, as netmap saw it. Take away what may be otherwise.\n");
    if measured.is_none() {
        text.push_str("# Who reaches whom is what the map predicts; nothing was measured.\n");
    }
    if !odd.is_empty() {
        text.push_str(&format!("# Left out, for their names: {} containers.\n", odd.len()));
    }
    if narrowed {
        let names: Vec<&str> = named.iter().map(|at| map.container(*at).name.as_str()).collect();
        text.push_str(&format!("among: {}\n", flow(names)));
    }
    text.push_str(&network_lines(map, networks));
    text.push_str(&container_lines(map, &named));
    text.push_str(&reach::lines(&who, &ways, &odd));
    text
}

fn network_lines(map: &Map, networks: &BTreeSet<usize>) -> String {
    let mut text = String::new();
    for at in networks {
        let network = map.network(*at);
        let members = map.members(*at);
        // Every engine has these, and who is on them stands with the containers.
        if network.is_built_in() || !is_ordinary(&network.name) {
            continue;
        }
        let members: Vec<&str> =
            members.iter().map(|at| map.container(*at).name.as_str()).collect();
        if members.iter().any(|name| !is_ordinary(name)) {
            continue;
        }
        text.push_str(&format!(
            "  {}: {{ {}, only-members: {} }}\n",
            quoted(&network.name),
            network_flags(network),
            flow(members)
        ));
    }
    if text.is_empty() { text } else { format!("networks:\n{text}") }
}

fn network_flags(network: &Network) -> String {
    let mut flags = vec![format!("driver: {}", quoted(&network.driver))];
    if network.internal {
        flags.push("internal: true".to_owned());
    }
    if !network.icc {
        flags.push("icc: false".to_owned());
    }
    if network.ipv6 {
        flags.push("ipv6: true".to_owned());
    }
    flags.join(", ")
}

fn container_lines(map: &Map, containers: &[usize]) -> String {
    let mut text = String::new();
    for at in containers {
        let container = map.container(*at);
        let mut claims = Vec::new();
        if !matches!(container.state, State::Running | State::Planned) {
            claims.push(format!("state: {}", container.state));
        }
        // One that is starting will soon say something else.
        let settled = container.state == State::Running;
        if let Some(health) = container.health.filter(|h| settled && *h != Health::Starting) {
            claims.push(format!("health: {}", health.as_str()));
        }
        claims.extend(networks_claim(map, *at));
        claims.extend(ports_claim(map, *at, container));
        let name = quoted(&container.name);
        match claims.join(", ") {
            claims if claims.is_empty() => text.push_str(&format!("  {name}:\n")),
            claims => text.push_str(&format!("  {name}: {{ {claims} }}\n")),
        }
    }
    if text.is_empty() { text } else { format!("containers:\n{text}") }
}

fn networks_claim(map: &Map, at: usize) -> Option<String> {
    let owner = map.stack(at)?;
    let names: Vec<&str> = map
        .networks_of(owner)
        .map(|network| map.network(network))
        .filter(|network| !network.is_none())
        .map(|network| network.name.as_str())
        .collect();
    names.iter().all(|name| is_ordinary(name)).then(|| format!("only-on: {}", flow(names)))
}

fn ports_claim(map: &Map, at: usize, container: &Container) -> Option<String> {
    // What a rider's owner publishes stands with the owner.
    (map.stack(at) == Some(at)).then(|| {
        let ports: Vec<String> = published_ports(container)
            .iter()
            .map(|port| format!("\"{}\"", claimed(port).words()))
            .collect();
        format!("only-published: [{}]", ports.join(", "))
    })
}

/// Whether an engine would take the text as a name. A snapshot from a
/// stranger may hold others, which a sentence cannot be made of.
fn is_ordinary(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        && !matches!(name, "nothing" | "everything")
}

fn flow(names: Vec<&str>) -> String {
    let names: Vec<String> = names.into_iter().map(quoted).collect();
    format!("[{}]", names.join(", "))
}

/// The text as a YAML scalar, in quotes where plain text would be taken for
/// something else. Ordinary names and sentences made of them come in.
fn quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.- >,".contains(c))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    // In a flow list a comma would part it.
    if plain && (!text.contains(',') || text.contains(" -> ")) {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
