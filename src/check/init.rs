//! Writing the check file for what runs now: everything that is so, and
//! nothing else allowed. Whoever wants it looser takes lines away.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{claimed, published_ports};
use super::verdict::CheckStatus;
use super::ways::Ways;
use super::who::Who;
use super::{Arrow, ArrowTarget, CheckFile, Manner, Sources};
use crate::graph::Map;
use crate::model::{Container, ContainerAt, Health, Network, NetworkAt, Probe, State};

/// The check file for the containers and networks chosen, as YAML. `narrowed`
/// says whether they are fewer than there are, `measured` is what a probe
/// found; without it the ways are those that the map predicts.
pub fn init(
    map: &Map,
    containers: &BTreeSet<ContainerAt>,
    networks: &BTreeSet<NetworkAt>,
    narrowed: bool,
    measured: Option<&Probe>,
) -> String {
    let file = CheckFile::default();
    let who = Who::new(map, &file, containers);
    let ways = Ways::new(map, &who, measured);
    let (named, odd): (Vec<ContainerAt>, Vec<ContainerAt>) =
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
    text.push_str(&reach_lines(map, &who, &ways, &odd));
    text
}

fn network_lines(map: &Map, networks: &BTreeSet<NetworkAt>) -> String {
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

fn container_lines(map: &Map, containers: &[ContainerAt]) -> String {
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

fn networks_claim(map: &Map, at: ContainerAt) -> Option<String> {
    let owner = map.stack(at)?;
    let names: Vec<&str> = map
        .networks_of(owner)
        .map(|network| map.network(network))
        .filter(|network| !network.is_none())
        .map(|network| network.name.as_str())
        .collect();
    names.iter().all(|name| is_ordinary(name)).then(|| format!("only-on: {}", flow(names)))
}

fn ports_claim(map: &Map, at: ContainerAt, container: &Container) -> Option<String> {
    // What a sidecar's owner publishes stands with the owner.
    (map.stack(at) == Some(at)).then(|| {
        let claims = claimed(&published_ports(container)).into_iter();
        let ports: Vec<String> = claims.map(|claim| format!("\"{claim}\"")).collect();
        format!("only-published: [{}]", ports.join(", "))
    })
}

/// Arrows for all ways there are, those to one target together, and the
/// default if every other pair is known to be isolated.
fn reach_lines(map: &Map, who: &Who, ways: &Ways, odd: &[ContainerAt]) -> String {
    let everybody: Vec<ContainerAt> =
        who.everybody().iter().copied().filter(|at| !odd.contains(at)).collect();
    let mut sources: BTreeMap<(ContainerAt, bool), Vec<ContainerAt>> = BTreeMap::new();
    let mut untold = Vec::new();
    for to in &everybody {
        for from in everybody.iter().filter(|from| !map.share_stack(**from, *to)) {
            match way(map, ways, *from, *to) {
                Some(ReachedBy::Name) => sources.entry((*to, false)).or_default().push(*from),
                Some(ReachedBy::Address) => sources.entry((*to, true)).or_default().push(*from),
                Some(ReachedBy::None) => {}
                None => untold.push((*from, *to)),
            }
        }
    }
    let mut text = String::new();
    let name = |at: ContainerAt| map.container(at).name.as_str();
    for ((to, by_address), from) in sources {
        let others = everybody.iter().filter(|at| !map.share_stack(**at, to)).count();
        let from: Vec<&str> = if from.len() == others && others > 2 && odd.is_empty() {
            vec!["*"]
        } else {
            from.into_iter().map(name).collect()
        };
        let tail = if by_address { " by address" } else { "" };
        text.push_str(&format!(
            "  - {}\n",
            quoted(&format!("{} -> {}{tail}", from.join(", "), name(to)))
        ));
    }
    if !text.is_empty() {
        text.insert_str(0, "reach:\n");
    }
    if untold.is_empty() && odd.is_empty() {
        if !everybody.is_empty() {
            text.push_str("default: isolated\n");
        }
    } else {
        text.push_str(
            "# Not said: `default: isolated`, since this could not be told of all pairs:\n",
        );
        for (from, to) in untold.iter().take(20) {
            text.push_str(&format!("#   {} -> {}\n", name(*from), name(*to)));
        }
    }
    text
}

/// How one container finds another.
enum ReachedBy {
    Name,
    Address,
    None,
}

/// `None` where it cannot be told.
fn way(map: &Map, ways: &Ways, from: ContainerAt, to: ContainerAt) -> Option<ReachedBy> {
    let arrow = |wanted: bool, manner: Manner| Arrow {
        from: Sources::Everybody,
        to: Vec::new(),
        wanted,
        manner,
        class: None,
    };
    let target = ArrowTarget { name: map.container(to).name.clone(), port: None };
    let status = |arrow: &Arrow| ways.pair(from, to, &target, arrow).status;
    if status(&arrow(true, Manner::Name)) == CheckStatus::Pass {
        Some(ReachedBy::Name)
    } else if status(&arrow(true, Manner::Address)) == CheckStatus::Pass {
        Some(ReachedBy::Address)
    } else if status(&arrow(false, Manner::Any)) == CheckStatus::Pass {
        Some(ReachedBy::None)
    } else {
        None
    }
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
