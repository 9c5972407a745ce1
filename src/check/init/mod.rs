//! Writing the check file for what runs now: everything that is so, and
//! nothing else allowed. Whoever wants it looser takes lines away.

mod called;
mod reach;
mod text;

use called::Called;
use text::{is_ordinary, quoted};

use super::CheckFile;
use super::facts::{claimed, claimed_of_any, published_ports};
use super::ways::Ways;
use super::who::Who;
use crate::graph::Map;
use crate::model::{ContainerAt, Health, Network, NetworkAt, Probe, State};
use std::collections::BTreeSet;

/// How a check file speaks of fewer containers than there are.
#[derive(Debug, Clone, Copy)]
pub enum Narrowed<'a> {
    /// It does not.
    No,
    /// It speaks of those of compose projects with these names.
    To(&'a [String]),
    /// It names them one by one.
    Otherwise,
}

/// The check file for the containers and networks chosen, as YAML. `narrowed`
/// says how they were narrowed down, `measured` is what a probe
/// found; without it the ways are those that the map predicts.
pub fn init(
    map: &Map,
    containers: &BTreeSet<ContainerAt>,
    networks: &BTreeSet<NetworkAt>,
    narrowed: Narrowed,
    measured: Option<&Probe>,
) -> String {
    let projects = match narrowed {
        Narrowed::To(projects) => projects.to_vec(),
        Narrowed::No | Narrowed::Otherwise => Vec::new(),
    };
    let file = CheckFile { projects, ..CheckFile::default() };
    let who = Who::new(map, &file, containers);
    let called = Called::new(map, &who, containers);
    let ways = Ways::new(map, &who, measured);
    let (named, odd): (Vec<ContainerAt>, Vec<ContainerAt>) =
        containers.iter().copied().partition(|at| is_ordinary(&map.container(*at).name));
    let mut text =
        String::from("# What runs, as netmap saw it. Take away what may be otherwise.\n");
    if measured.is_none() {
        text.push_str("# Who reaches whom is what the map predicts; nothing was measured.\n");
    }
    if called.is_short(&named) {
        text.push_str("# Names are the compose file's, whatever the project is called.\n");
    }
    if called.has_copies() {
        text.push_str(
            "# What is said of a service that was scaled is said of each container of it.\n",
        );
    }
    if !odd.is_empty() {
        text.push_str(&format!("# Left out, for their names: {} containers.\n", odd.len()));
    }
    if let Narrowed::To(projects) = narrowed {
        text.push_str(&format!(
            "project: {}\n",
            flow(projects.iter().map(String::as_str).collect())
        ));
    }
    if let Narrowed::Otherwise = narrowed {
        text.push_str(&format!("among: {}\n", flow(called.each_once(&named))));
    }
    let keeps_out =
        |at: &ContainerAt| matches!(narrowed, Narrowed::To(_)) && !containers.contains(at);
    text.push_str(&network_lines(map, &called, networks, keeps_out));
    text.push_str(&container_lines(map, &called, &named));
    text.push_str(&reach::lines(&who, &called, &ways, &odd));
    text
}

/// `keeps_out` says who is of no project that the file is about: a compose file
/// knows nothing of them, so they are named in a comment.
fn network_lines(
    map: &Map,
    called: &Called,
    networks: &BTreeSet<NetworkAt>,
    keeps_out: impl Fn(&ContainerAt) -> bool,
) -> String {
    let mut text = String::new();
    for at in networks {
        let network = map.network(*at);
        let members = map.members(*at);
        // Every engine has these, and who is on them stands with the containers.
        if network.is_built_in() || !is_ordinary(&network.name) {
            continue;
        }
        let (others, members): (Vec<ContainerAt>, Vec<ContainerAt>) =
            members.iter().copied().partition(&keeps_out);
        let [others, members] = [others, members].map(|all| called.each_once(&all));
        if members.iter().chain(&others).any(|name| !is_ordinary(name)) {
            continue;
        }
        let (key, others) = match others.as_slice() {
            [] => ("only-members", String::new()),
            others => ("members", format!(" # and of others {}", others.join(", "))),
        };
        text.push_str(&format!(
            "  {}: {{ {}, {key}: {} }}{others}\n",
            quoted(called.network(*at)),
            network_flags(network),
            flow(members)
        ));
    }
    if text.is_empty() { text } else { format!("networks:\n{text}") }
}

fn network_flags(network: &Network) -> String {
    let mut flags = vec![format!("driver: {}", quoted(network.driver.as_str()))];
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

fn container_lines(map: &Map, called: &Called, containers: &[ContainerAt]) -> String {
    let mut text = String::new();
    for at in containers.iter().filter(|at| !called.is_further(**at)) {
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
        claims.extend(networks_claim(map, called, *at));
        claims.extend(ports_claim(map, called, *at));
        let name = quoted(called.container(*at));
        match claims.join(", ") {
            claims if claims.is_empty() => text.push_str(&format!("  {name}:\n")),
            claims => text.push_str(&format!("  {name}: {{ {claims} }}\n")),
        }
    }
    if text.is_empty() { text } else { format!("containers:\n{text}") }
}

fn networks_claim(map: &Map, called: &Called, at: ContainerAt) -> Option<String> {
    let owner = map.stack(at)?;
    let names: Vec<&str> = map
        .networks_of(owner)
        .filter(|network| !map.network(*network).is_none())
        .map(|network| called.network(network))
        .collect();
    names.iter().all(|name| is_ordinary(name)).then(|| format!("only-on: {}", flow(names)))
}

fn ports_claim(map: &Map, called: &Called, at: ContainerAt) -> Option<String> {
    let container = map.container(at);
    let claims = match called.copies(at) {
        [] => claimed(&published_ports(container)),
        _ => claimed_of_any(container),
    };
    // What a sidecar's owner publishes stands with the owner.
    (map.stack(at) == Some(at)).then(|| {
        let ports: Vec<String> = claims.iter().map(|claim| format!("\"{claim}\"")).collect();
        format!("only-published: [{}]", ports.join(", "))
    })
}

fn flow(names: Vec<&str>) -> String {
    let names: Vec<String> = names.into_iter().map(quoted).collect();
    format!("[{}]", names.join(", "))
}
