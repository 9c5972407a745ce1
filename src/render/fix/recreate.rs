//! Making a container once more under its own name.
//!
//! By hand that is an image made of the old container, which has its files,
//! environment, command, labels, user and health check without anybody's
//! having seen them, and a new container of that image with the old one's
//! networks, ports, volumes and other settings. A variable that changes goes
//! from the old container into the new one through a pipe: no value is in an
//! argument, in a file or in what netmap prints. The old container keeps its
//! place under another name until the new one runs, and gets its name back
//! where the new one cannot be made.

use std::collections::BTreeMap;
use std::iter;
use std::net::IpAddr;

use super::changes::{in_file, recreated};
use super::redial::redial;
use super::words::{command, prose, quoted};
use crate::model::{
    Change, ComposeServices, Handle, Joining, Recreate, RunOption, Setting, Settings, Tool,
};
use crate::order::OrderBy;

/// The lines for a container that a person made.
pub fn by_hand(recreate: &Recreate, settings: &Settings, tool: Tool) -> Vec<String> {
    let (name, old) = (recreate.container.word.as_str(), settings.old_name.as_str());
    let docker = tool.as_str();
    let image = settings.image.as_str();
    let what = recreated(&recreate.container.name, &recreate.changes);
    let mut lines = vec![prose(&format!("{what}; everything else stays as it is"))];
    if !settings.not_carried.is_empty() {
        lines.push(prose(&format!(
            "but for these settings of the old one, which you have to add yourself: {}",
            settings.not_carried.join(", ")
        )));
    }
    // What runs with --rm is gone as soon as it stops.
    let stops_first = settings.running && !settings.auto_remove;
    if stops_first {
        lines.push(command(&[docker, "stop", name]));
    }
    lines.push(command(&[docker, "rename", name, old]));
    let commit: &[&str] = match (tool, stops_first) {
        (Tool::Docker, true) => &[docker, "commit", old, image],
        (Tool::Docker, false) => &[docker, "commit", "--pause=false", old, image],
        // Podman's own format of images knows fewer settings.
        (Tool::Podman, _) => &[docker, "commit", "-q", "-f", "docker", "--pause=false", old, image],
    };
    let mut chain = vec![command(commit), create(recreate, settings, tool)];
    for joining in further_networks(recreate, settings) {
        let mut words = vec![docker.to_owned(), "network".to_owned(), "connect".to_owned()];
        words.extend(names_and_addresses(&joining, "--alias"));
        for (key, value) in &joining.driver_options {
            words.extend(["--driver-opt".to_owned(), field(format!("{key}={value}"))]);
        }
        if let Some(priority) = priority(&joining) {
            words.extend(["--gw-priority".to_owned(), priority.to_string()]);
        }
        words.extend([joining.network.word.clone(), name.to_owned()]);
        chain.push(line(&words));
    }
    let start = command(&[docker, "start", name]);
    let last = if settings.running && settings.auto_remove {
        Some(format!("{} && {start}", command(&[docker, "stop", old])))
    } else {
        chain.extend([start.clone(), command(&[docker, "rm", old])]);
        None
    };
    // Whatever fails, the old one is back as it was, and a script that ends with the first
    // failure goes no further.
    let mut back =
        vec![command(&[docker, "rm", "-f", name]), command(&[docker, "rename", old, name])];
    back.extend(stops_first.then_some(start));
    back.push("false".to_owned());
    lines.push(format!("{} || {{ {}; }}", chain.join(" && "), back.join("; ")));
    lines.extend(last);
    lines
}

/// The command that creates the new container, with what changes in front.
fn create(recreate: &Recreate, settings: &Settings, tool: Tool) -> String {
    let docker = tool.as_str();
    let mut front = String::new();
    let mut odd = String::new();
    let mut words: Vec<String> =
        [docker, "create", "--name", &recreate.container.word].map(str::to_owned).to_vec();
    for (variable, scripts) in scripts(&recreate.changes) {
        let value = piped(variable, &scripts, &settings.old_name, docker);
        if is_identifier(variable) {
            front.push_str(&format!("{variable}={value} "));
        } else {
            // No shell assigns to such a name, and `env` does.
            odd.push_str(&format!("{}={value} ", quoted(variable)));
        }
        words.extend(["-e".to_owned(), variable.to_owned()]);
    }
    if !odd.is_empty() {
        front.push_str(&format!("env {odd}"));
    }
    for change in &recreate.changes {
        match change {
            Change::SetPort { variable, port } => {
                words.extend(["-e".to_owned(), format!("{variable}={port}")]);
            }
            Change::Dial { setting: Setting::WholeVariable(variable), to, .. } => {
                words.extend(["-e".to_owned(), format!("{variable}={to}")]);
            }
            _ => {}
        }
    }
    for port in published(recreate, settings) {
        words.extend(["-p".to_owned(), port]);
    }
    if let Some(mode) = mode(recreate, settings) {
        words.extend(["--network".to_owned(), mode.to_owned()]);
    } else if let Some(first) = networks(recreate, settings).first()
        // An ordinary user's Podman joins no network by itself.
        && (!first.default_bridge || tool == Tool::Podman)
    {
        words.extend(["--network".to_owned(), started_on(first)]);
        words.extend(names_and_addresses(first, "--network-alias"));
    }
    for host in extra_hosts(recreate, settings) {
        words.extend(["--add-host".to_owned(), host]);
    }
    if !recreate.changes.contains(&Change::NoLinks) {
        for link in &settings.links {
            words.extend(["--link".to_owned(), link.clone()]);
        }
    }
    for change in &recreate.changes {
        if let Change::Label { key, value } = change {
            words.extend(["--label".to_owned(), format!("{key}={value}")]);
        }
    }
    for option in options(recreate, settings) {
        words.push(match &option.value {
            Some(value) => format!("{}={value}", option.option),
            None => option.option.clone(),
        });
    }
    if settings.auto_remove {
        words.push("--rm".to_owned());
    }
    let health = if settings.health_check { health_check(settings, docker) } else { String::new() };
    let old = settings.old_name.clone();
    let volumes = match settings.volumes_one_by_one {
        true => volumes(&old, docker),
        false => line(&["--volumes-from".to_owned(), old]),
    };
    let image = line(std::slice::from_ref(&settings.image));
    format!("{front}{}{health} {volumes} {image}", line(&words))
}

/// The options for the old container's volumes and mounts, which only the engine is
/// asked for: a name or a path is nobody's matter. What is in memory has an option already.
fn volumes(old: &str, docker: &str) -> String {
    const EACH: &str = "{{range .Mounts}}{{if ne .Type \"tmpfs\"}} -v {{or .Name .Source}}:{{.Destination}}:\
        {{if .Mode}}{{.Mode}}{{else}}{{if .RW}}rw{{else}}ro{{end}}\
        {{if eq .Type \"bind\"}}{{with .Propagation}},{{.}}{{end}}{{end}}{{end}}\
        {{end}}{{end}}";
    format!("$({})", command(&[docker, "inspect", "-f", EACH, old]))
}

/// The new container's other settings. An option of its resolver takes the
/// place of one of the same name: `ndots:0` that of `ndots:2`.
fn options(recreate: &Recreate, settings: &Settings) -> Vec<RunOption> {
    const OPTION: &str = "--dns-option";
    let mut options = settings.options.clone();
    let key = |option: &str| option.split(':').next().unwrap_or_default().to_owned();
    for change in &recreate.changes {
        let Change::ResolverOption { option: new } = change else { continue };
        options.retain(|old| {
            let is_same = old.value.as_deref().is_some_and(|value| key(value) == key(new));
            old.option != OPTION || !is_same
        });
        options.push(RunOption::with(OPTION, new));
    }
    options.retain(|option| {
        let gone = Change::NoOption { option: option.option.clone() };
        !recreate.changes.contains(&gone)
    });
    options
}

/// The option that gives Podman the health check of the old one, which only the
/// engine is asked for: it may hold a secret. A list of words goes without the
/// `CMD` in front.
fn health_check(settings: &Settings, docker: &str) -> String {
    let template = quoted("{{json .Config.Healthcheck.Test}}");
    let old = quoted(&settings.old_name);
    let strip = quoted(r#"s/^\["CMD",/[/"#);
    format!(" --health-cmd \"$({docker} inspect -f {template} {old} | sed {strip})\"")
}

/// For each variable that changes, what sed is to do with its value.
fn scripts(changes: &[Change]) -> BTreeMap<&str, Vec<String>> {
    let mut scripts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for change in changes {
        match change {
            Change::Dial { setting: Setting::Variable(variable), from, to } => {
                scripts.entry(variable).or_default().extend(redial(from, to));
            }
            Change::Trim { variable } => {
                let around = r#"[[:space:]"']+"#;
                let script = format!("1s/^{around}//; $s/{around}$//");
                scripts.entry(variable).or_default().push(script);
            }
            Change::Extend { variable, values } => {
                scripts.entry(variable).or_default().push(format!("$s/$/,{}/", values.join(",")));
            }
            _ => {}
        }
    }
    scripts
}

/// A variable's value in the old container, changed, as a word of a shell.
fn piped(variable: &str, scripts: &[String], old: &str, docker: &str) -> String {
    // Names of variables hold no `=`, and hardly ever a quote.
    let key = variable.replace('\\', "\\\\").replace('"', "\\\"");
    let template = format!(
        "{{{{range .Config.Env}}}}{{{{if eq (index (split . \"=\") 0) \"{key}\"}}}}{{{{.}}}}\
         {{{{end}}}}{{{{end}}}}"
    );
    let script = format!("1s/^[^=]*=//; {}", scripts.join("; "));
    let inspect = command(&[docker, "inspect", "-f", &template, old]);
    format!("\"$({inspect} | sed -E {})\"", quoted(&script))
}

fn is_identifier(variable: &str) -> bool {
    variable.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && variable.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The published ports of the new container, as `-p` takes them.
fn published(recreate: &Recreate, settings: &Settings) -> Vec<String> {
    let mut ports = settings.published.clone();
    for change in &recreate.changes {
        let Change::Publish { from, to } = change else { continue };
        ports.retain(|port| Some(port) != from.as_ref());
        ports.extend(to.clone());
    }
    ports.order();
    ports.dedup();
    ports.iter().map(|port| port.as_option()).collect()
}

/// The new container's network mode, where it is no network.
fn mode<'a>(recreate: &Recreate, settings: &'a Settings) -> Option<&'a str> {
    let leaves = recreate.changes.iter().any(|change| matches!(change, Change::LeaveMode { .. }));
    settings.mode.as_deref().filter(|_| !leaves)
}

/// The new container's networks, first the one that it is started on.
fn networks(recreate: &Recreate, settings: &Settings) -> Vec<Joining> {
    let mut networks = settings.networks.clone();
    for change in &recreate.changes {
        let at = |network: &Handle| networks.iter().position(|joined| joined.network == *network);
        match change {
            Change::Join { network, aliases } if at(network).is_none() => {
                networks.push(Joining {
                    network: network.clone(),
                    aliases: aliases.clone(),
                    ipv4: None,
                    ipv6: None,
                    priority: None,
                    link_local: Vec::new(),
                    driver_options: BTreeMap::new(),
                    default_bridge: false,
                });
            }
            Change::Address { network, to, .. } => {
                if let Some(at) = at(network) {
                    match to {
                        IpAddr::V4(address) => networks[at].ipv4 = Some(*address),
                        IpAddr::V6(address) => networks[at].ipv6 = Some(*address),
                    }
                }
            }
            _ => {}
        }
    }
    networks
}

/// Those that it is connected to once it is there.
fn further_networks(recreate: &Recreate, settings: &Settings) -> Vec<Joining> {
    let mut networks = networks(recreate, settings);
    if mode(recreate, settings).is_none() && !networks.is_empty() {
        networks.remove(0);
    }
    networks
}

/// A network's options for a container: its names, with their option, and the
/// addresses that were fixed by hand.
fn names_and_addresses(joining: &Joining, name_option: &str) -> Vec<String> {
    let mut words = Vec::new();
    // The default bridge has no names.
    for alias in joining.aliases.iter().filter(|_| !joining.default_bridge) {
        words.extend([name_option.to_owned(), alias.clone()]);
    }
    if let Some(address) = joining.ipv4 {
        words.extend(["--ip".to_owned(), address.to_string()]);
    }
    if let Some(address) = joining.ipv6 {
        words.extend(["--ip6".to_owned(), address.to_string()]);
    }
    for address in &joining.link_local {
        words.extend(["--link-local-ip".to_owned(), address.to_string()]);
    }
    words
}

/// The priority of a network's gateway, where it is not the usual one, which
/// engines before Docker 28 know no other than.
fn priority(joining: &Joining) -> Option<i64> {
    joining.priority.filter(|priority| *priority != 0)
}

/// The network that a container is started on, in the words of `--network`. What
/// has no option of its own there is written as a line of CSV.
fn started_on(joining: &Joining) -> String {
    let options = joining.driver_options.iter();
    let options = options.map(|(key, value)| format!("driver-opt={key}={value}"));
    let priority = priority(joining).map(|priority| format!("gw-priority={priority}"));
    let further: Vec<String> = options.chain(priority).collect();
    let network = &joining.network.word;
    if further.is_empty() {
        return network.clone();
    }
    let fields = iter::once(format!("name={network}")).chain(further).map(field);
    fields.collect::<Vec<_>>().join(",")
}

/// A field of the CSV that docker reads some options' values as.
fn field(text: String) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn extra_hosts(recreate: &Recreate, settings: &Settings) -> Vec<String> {
    let mut hosts = settings.extra_hosts.clone();
    for change in &recreate.changes {
        match change {
            Change::AddHost { name, address } => hosts.push(format!("{name}:{address}")),
            Change::RemoveHost { name } => hosts.retain(|host| {
                !host.split([':', '=']).next().is_some_and(|own| own.eq_ignore_ascii_case(name))
            }),
            _ => {}
        }
    }
    hosts
}

fn line(words: &[String]) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    command(&words)
}

/// The lines for a container that Compose made: what to write, and the command
/// that makes it so.
pub fn by_compose(recreate: &Recreate, made: &ComposeServices) -> Vec<String> {
    let file = match made.files.as_slice() {
        [] => format!("in the compose file of {}", made.project),
        [only] => format!("in {only}"),
        several => format!("in {}", several.join(" or ")),
    };
    let own = made.services.first().map_or("", String::as_str);
    let edit = |to| prose(&format!("{file}, {}", in_file(own, to)));
    let mut lines: Vec<String> = recreate.changes.iter().map(edit).collect();
    let mut words: Vec<&str> =
        if made.standalone { vec!["docker-compose"] } else { vec!["docker", "compose"] };
    words.extend(["-p", &made.project]);
    for file in &made.files {
        words.extend(["-f", file]);
    }
    words.extend(["up", "-d"]);
    // Nothing in the file says that it has to be new.
    words.extend(recreate.changes.is_empty().then_some("--force-recreate"));
    words.extend(made.services.iter().map(String::as_str));
    lines.push(command(&words));
    lines
}
