//! The engine's answers, put into the model. Pure: answers in, data out.
//!
//! Environment and command line come in here and go no further. Whatever the
//! engine says that does not parse is noted and left out, never guessed.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::str::FromStr;

use super::answers::{Info, ListedNetwork, Version};
use super::container::{EndpointSettings, Health as HealthState, Inspected, Listed};
use super::made_with::{self, WholeHostConfig};
use super::observe::log_line::Line;
use super::observe::log_troubles;
use super::ports;
use crate::model::keys::label;
use crate::model::{
    AddressPool, Advertised, Compose, Container, Driver, Endpoint, EngineFacts, ExposedPort,
    ExtraHost, FailedCheck, FlawedPort, Health, Link, Moment, Network, NetworkMode, OnLoopback,
    Reference, Scope, StartError, State, Subnet, Unread, kept_driver_options, kept_labels,
    reference,
};
use crate::order::OrderBy;

/// Facts from the version call.
pub fn engine_facts(version: Version) -> EngineFacts {
    // Docker calls its component `Engine`, Podman `Podman Engine`.
    let component = version
        .components
        .as_ref()
        .and_then(|components| components.first())
        .map(|component| component.name.clone())
        .unwrap_or_default();
    let name = match component.as_str() {
        "" | "Engine" => "Docker".to_owned(),
        other => other.trim_end_matches(" Engine").to_owned(),
    };
    EngineFacts {
        name,
        version: version.version.unwrap_or_default(),
        api_version: version.api_version.unwrap_or_default(),
        os: version.os.unwrap_or_default(),
        arch: version.arch.unwrap_or_default(),
        ..EngineFacts::default()
    }
}

/// A kind of processor as engines' versions call it; Docker's facts have the kernel's word.
///
/// Source: Go, `internal/syslist`, and what `uname -m` prints.
fn processor(word: &str) -> String {
    let known = match word {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv6l" | "armv7l" | "armv8l" => "arm",
        "i386" | "i486" | "i586" | "i686" => "386",
        "loongarch64" => "loong64",
        other => other,
    };
    known.to_owned()
}

/// Adds what the engine says of itself beyond its version.
pub fn add_info(info: Info, facts: &mut EngineFacts) {
    facts.rootless = Some(info.is_rootless());
    if facts.arch.is_empty() {
        facts.arch = info.architecture.as_deref().map(processor).unwrap_or_default();
    }
    facts.operating_system = info.operating_system.filter(|name| !name.is_empty());
    // A rootless Podman reports on the machine outside, and its networks are in
    // a namespace that has a switch of its own.
    facts.ipv4_forwarding = info.ipv4_forwarding.filter(|_| !facts.hides_bridges());
    let pools = info.default_address_pools.unwrap_or_default().into_iter();
    facts.address_pools = pools
        .filter_map(|pool| {
            let base = pool.base?.parse().ok()?;
            Some(AddressPool { base, size: u8::try_from(pool.size?).ok()? })
        })
        .collect();
}

/// A network from the list of networks.
pub fn network(listed: ListedNetwork, unread: &mut Vec<Unread>) -> Network {
    let name = listed.name.unwrap_or_default();
    let options = listed.options.unwrap_or_default();
    let labels = kept_labels(listed.labels.unwrap_or_default());
    let mut note = |what: &str, text: &str| {
        unread.push(Unread::network(&name, format!("{what} `{text}` makes no sense")));
    };
    let mut subnets = Vec::new();
    for config in listed.ipam.and_then(|ipam| ipam.config).unwrap_or_default() {
        let text = config.subnet.unwrap_or_default();
        let Some(subnet) = parsed(&text) else {
            if !text.is_empty() {
                note("its subnet", &text);
            }
            continue;
        };
        // Docker writes some gateways as `10.0.0.1/24`.
        let gateway = config.gateway.unwrap_or_default();
        let gateway = gateway.split('/').next().unwrap_or_default().to_owned();
        let range = config.ip_range.unwrap_or_default();
        subnets.push(Subnet {
            subnet,
            gateway: parsed_or_noted(&gateway, || note("its gateway", &gateway)),
            ip_range: parsed_or_noted(&range, || note("its address range", &range)),
        });
    }
    // Podman 5.8 says that each of its networks has none.
    let has_ipv4 = listed.enable_ipv4.unwrap_or(true)
        || subnets.iter().any(|subnet| matches!(subnet.subnet, ipnet::IpNet::V4(_)));
    let mut network = Network {
        id: listed.id.unwrap_or_default(),
        driver: match listed.driver.as_deref() {
            None | Some("") => Driver::Unknown,
            Some(driver) => Driver::parse(driver),
        },
        scope: Scope::parse(&listed.scope.unwrap_or_default()),
        internal: listed.internal.unwrap_or_default(),
        subnets,
        ipv4: has_ipv4,
        ipv6: listed.enable_ipv6.unwrap_or_default(),
        attachable: listed.attachable.unwrap_or_default(),
        ingress: listed.ingress.unwrap_or_default(),
        config_only: listed.config_only.unwrap_or_default(),
        config_from: listed
            .config_from
            .and_then(|from| from.network)
            .filter(|name| !name.is_empty()),
        project: labels.get(label::PROJECT).cloned(),
        labels,
        unlisted: false,
        ..Network::unlisted(&name, "")
    };
    network.set_options(options);
    network
}

/// A container from its inspect, with the options that it was made with.
pub fn whole_container(
    inspected: Inspected<WholeHostConfig>,
    unread: &mut Vec<Unread>,
) -> Container {
    let whole = inspected.host_config.unwrap_or_default();
    let mut made_with = whole.made_with;
    if let Some(config) = &inspected.config {
        made_with::add_config(config, inspected.id.as_deref(), &whole.known, &mut made_with);
    }
    let inspected = Inspected {
        host_config: Some(whole.known),
        id: inspected.id,
        name: inspected.name,
        image: inspected.image,
        created: inspected.created,
        restart_count: inspected.restart_count,
        log_path: inspected.log_path,
        state: inspected.state,
        config: inspected.config,
        network_settings: inspected.network_settings,
    };
    Container { made_with: Some(made_with), ..container(inspected, unread) }
}

/// A container from its inspect.
pub fn container(inspected: Inspected, unread: &mut Vec<Unread>) -> Container {
    let config = inspected.config.unwrap_or_default();
    let host_config = inspected.host_config.unwrap_or_default();
    let settings = inspected.network_settings.unwrap_or_default();
    let state = inspected.state.unwrap_or_default();
    let name = clean_name(&inspected.name.unwrap_or_default());
    let running_state = state.status.map_or(State::Unknown, |status| State::parse(&status));
    let labels = kept_labels(config.labels.unwrap_or_default());
    let note = &mut |why: String| unread.push(Unread::container(&name, why));
    let mut exposed: Vec<ExposedPort> = Vec::new();
    for text in config.exposed_ports.unwrap_or_default().into_keys() {
        exposed.extend(ports::exposed(&text, note));
    }
    let configured = Configured::read(
        config.env.unwrap_or_default(),
        [config.entrypoint, config.cmd],
        config.healthcheck.and_then(|check| check.test),
    );
    let published = ports::bindings(settings.ports, note)
        .iter()
        .flat_map(|bound| bound.granted(bound.host_port.one()))
        .collect();
    let requested = ports::bindings(host_config.port_bindings, note);
    let ended = !matches!(running_state, State::Running | State::Paused | State::Created);
    Container {
        id: inspected.id.unwrap_or_default(),
        image: config.image.or(inspected.image).unwrap_or_default(),
        program: configured.program,
        state: running_state,
        failed_check: state.health.as_ref().and_then(failed_check),
        health: state.health.and_then(|health| health.status).and_then(|status| health_of(&status)),
        exit_code: state.exit_code.filter(|_| ended),
        oom_killed: state.oom_killed.unwrap_or_default(),
        start_error: state
            .error
            .filter(|said| !said.is_empty())
            .map(|said| StartError::quoting(&said)),
        restart_count: inspected
            .restart_count
            .and_then(|n| u64::try_from(n).ok())
            .unwrap_or_default(),
        started_at: moment(state.started_at),
        finished_at: moment(state.finished_at),
        created_at: moment(inspected.created),
        hostname: config.hostname.unwrap_or_default(),
        network_mode: NetworkMode::parse(&host_config.network_mode.unwrap_or_default()),
        endpoints: endpoints(settings.networks, note),
        published,
        requested,
        exposed,
        references: configured.references,
        advertised: configured.advertised,
        in_replica_set: configured.in_replica_set,
        on_loopback: configured.on_loopback,
        flawed_ports: configured.flawed_ports,
        compose: compose(&labels),
        task_of: task_of(&labels),
        node: String::new(),
        own_name: None,
        pod: None,
        links: links(host_config.links.unwrap_or_default()),
        extra_hosts: host_config
            .extra_hosts
            .unwrap_or_default()
            .iter()
            .map(|entry| ExtraHost::parse(entry))
            .collect(),
        dns: host_config.dns.unwrap_or_default(),
        labels,
        pid: state.pid.and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0),
        log_path: inspected.log_path,
        made_with: None,
        name,
    }
}

/// What environment, command and health check name of hosts and ports.
struct Configured {
    program: Option<String>,
    references: Vec<Reference>,
    advertised: Vec<Advertised>,
    in_replica_set: bool,
    on_loopback: Option<OnLoopback>,
    flawed_ports: Vec<FlawedPort>,
}

impl Configured {
    fn read(
        environment: Vec<String>,
        command: [Option<Vec<String>>; 2],
        health_check: Option<Vec<String>>,
    ) -> Self {
        let variables = || environment.iter().filter_map(|variable| variable.split_once('='));
        let words: Vec<String> = command.into_iter().flatten().flatten().collect();
        let words = || words.iter().map(String::as_str);
        let mut references = reference::in_environment(variables());
        references.extend(reference::in_command(reference::Origin::Command, words()));
        let test = health_check.unwrap_or_default();
        let check = test.iter().map(String::as_str);
        references.extend(reference::in_command(reference::Origin::HealthCheck, check));
        references.truncate(reference::MOST);
        let names = variables().map(|(name, _)| name);
        Self {
            program: words().next().and_then(program),
            references,
            advertised: reference::advertised(variables(), words()),
            in_replica_set: reference::in_replica_set(names.chain(words())),
            on_loopback: reference::on_loopback(variables(), words()),
            flawed_ports: reference::flawed_ports(variables()),
        }
    }
}

/// Programs that containers are usually started as. Any other word may be what
/// nobody is to see.
const PROGRAMS: [&str; 30] = [
    "apache2-foreground",
    "bash",
    "bun",
    "caddy",
    "cat",
    "deno",
    "docker-entrypoint.sh",
    "dotnet",
    "dumb-init",
    "entrypoint.sh",
    "gunicorn",
    "httpd",
    "httpd-foreground",
    "java",
    "nc",
    "nginx",
    "node",
    "npm",
    "php",
    "php-fpm",
    "python",
    "python3",
    "ruby",
    "sh",
    "sleep",
    "socat",
    "tail",
    "tini",
    "traefik",
    "uvicorn",
];

/// The program that the first word of a command line names, if it is a usual one.
fn program(word: &str) -> Option<String> {
    let name = word.rsplit('/').next()?;
    PROGRAMS.contains(&name).then(|| name.to_owned())
}

/// As much of a container as the list of containers tells.
pub fn listed_container(listed: Listed, unread: &mut Vec<Unread>) -> Container {
    // A linked container has more names, such as `/web/db`; its own has one slash.
    let name = listed
        .names
        .unwrap_or_default()
        .iter()
        .map(|name| clean_name(name))
        .min_by_key(|name| name.matches('/').count())
        .unwrap_or_default();
    let note = &mut |why: String| unread.push(Unread::container(&name, why));
    let labels = kept_labels(listed.labels.unwrap_or_default());
    let reported = listed.ports.unwrap_or_default();
    Container {
        id: listed.id.unwrap_or_default(),
        image: listed.image.unwrap_or_default(),
        state: listed.state.map_or(State::Unknown, |state| State::parse(&state)),
        network_mode: NetworkMode::parse(
            &listed.host_config.and_then(|config| config.network_mode).unwrap_or_default(),
        ),
        endpoints: endpoints(listed.network_settings.and_then(|settings| settings.networks), note),
        published: ports::listed_as_published(&reported, note),
        exposed: reported.iter().map(ports::listed_as_exposed).collect(),
        compose: compose(&labels),
        task_of: task_of(&labels),
        labels,
        name,
        ..Container::default()
    }
}

fn endpoints(
    networks: Option<BTreeMap<String, EndpointSettings>>,
    note: &mut impl FnMut(String),
) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    for (network, settings) in networks.unwrap_or_default() {
        let ipam = settings.ipam_config.unwrap_or_default();
        let mut address = |text: Option<String>, what: &str| -> Option<IpAddr> {
            let text = text.unwrap_or_default();
            parsed_or_noted(&text, || {
                note(format!("its {what} `{text}` on `{network}` makes no sense"))
            })
        };
        endpoints.push(Endpoint {
            ipv4: address(settings.ip_address, "address").and_then(v4),
            ipv6: address(settings.global_ipv6_address, "IPv6 address").and_then(v6),
            gateway: address(settings.gateway, "gateway").and_then(v4),
            ipv6_gateway: address(settings.ipv6_gateway, "IPv6 gateway").and_then(v6),
            fixed_ipv4: address(ipam.ipv4_address, "fixed address").and_then(v4),
            fixed_ipv6: address(ipam.ipv6_address, "fixed IPv6 address").and_then(v6),
            network_id: settings.network_id.unwrap_or_default(),
            mac: settings.mac_address.filter(|mac| !mac.is_empty()),
            aliases: settings.aliases.unwrap_or_default(),
            dns_names: settings.dns_names.unwrap_or_default(),
            gateway_priority: settings.gw_priority.filter(|priority| *priority != 0),
            link_local: ipam
                .link_local_ips
                .unwrap_or_default()
                .into_iter()
                .filter_map(|text| address(Some(text), "link-local address"))
                .collect(),
            driver_options: kept_driver_options(settings.driver_opts.unwrap_or_default()),
            links: settings
                .links
                .unwrap_or_default()
                .iter()
                .map(|link| Link::parse(link))
                .collect(),
            network,
        });
    }
    endpoints
}

fn compose(labels: &BTreeMap<String, String>) -> Compose {
    let given = |key: &str| labels.get(key).filter(|value| !value.is_empty()).cloned();
    Compose {
        project: given(label::PROJECT),
        service: given(label::SERVICE),
        replica: given(label::CONTAINER_NUMBER).and_then(|number| number.parse().ok()),
    }
}

fn task_of(labels: &BTreeMap<String, String>) -> Option<String> {
    labels.get(label::SWARM_SERVICE).filter(|name| !name.is_empty()).cloned()
}

/// The engine writes links as `/web/db:/web/alias`.
fn links(given: Vec<String>) -> Vec<Link> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut links: Vec<Link> = given
        .iter()
        .map(|link| {
            let Link { target, alias } = Link::parse(link);
            Link { target: last(&target), alias: last(&alias) }
        })
        .collect();
    links.order();
    links
}

/// The engine writes the year 1 for "never".
fn moment(text: Option<String>) -> Option<Moment> {
    text.filter(|text| !text.starts_with("0001-")).and_then(|text| Moment::parse(&text))
}

/// What the last run of a health check says, if it failed.
fn failed_check(health: &HealthState) -> Option<FailedCheck> {
    let last = health.log.as_ref()?.last().filter(|run| run.exit_code != Some(0))?;
    let said = last.output.as_deref().unwrap_or_default();
    let (trouble, line) =
        said.lines().rev().find_map(|line| log_troubles::trouble(&Line::read(line)))?;
    Some(FailedCheck { trouble, line })
}

fn health_of(text: &str) -> Option<Health> {
    match text {
        "starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        _ => None,
    }
}

fn clean_name(name: &str) -> String {
    name.strip_prefix('/').unwrap_or(name).to_owned()
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn parsed_or_noted<T: FromStr>(text: &str, note: impl FnOnce()) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    let value = parsed(text);
    if value.is_none() {
        note();
    }
    value
}

fn v4(address: IpAddr) -> Option<std::net::Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

fn v6(address: IpAddr) -> Option<std::net::Ipv6Addr> {
    match address {
        IpAddr::V6(address) => Some(address),
        IpAddr::V4(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_reduced_to_their_last_names() {
        assert_eq!(links(vec!["/db:/web/database".to_owned()]), [Link::parse("db:database")]);
    }

    #[test]
    fn of_a_command_line_only_a_usual_program_is_kept() {
        let read = |entrypoint: Option<&str>, command: &str| {
            let words = |line: &str| line.split('|').map(str::to_owned).collect();
            let command = [entrypoint.map(words), Some(words(command))];
            Configured::read(Vec::new(), command, None).program
        };
        assert_eq!(read(None, "/bin/sh|-c|exec httpd").as_deref(), Some("sh"));
        assert_eq!(read(Some("/entrypoint.sh"), "sh").as_deref(), Some("entrypoint.sh"));
        for odd in ["hunter2", "TOKEN=hunter2 sh", "https://user:hunter2@host?x", ""] {
            assert_eq!(read(None, odd), None, "{odd}");
        }
    }
}
