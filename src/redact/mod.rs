//! A snapshot that can be shown to strangers: names and addresses replaced,
//! the same one always by the same other, so that the map keeps its shape and
//! every prediction. Pure, and deterministic.
//!
//! What may stay is listed, and all else goes. Of what others wrote, names are
//! numbered, words that are one of a few stay if netmap knows them, and prose
//! keeps netmap's own words alone. Times are all moved by as much. Of the
//! engine's version the first number stays, since the prediction depends on it.
//! Labels are left out, and so is what nobody needs to understand the map.

mod addresses;
mod flows;
mod general;
mod moments;
mod names;
mod redaction;
mod seen;
mod ways;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::model::keys::option;
use crate::model::{
    Compose, Container, Endpoint, ExtraHost, FailedCheck, Fault, GatewayModes, HostAddress, Link,
    Measurement, Network, NetworkMode, Place, Plan, Pod, Probe, PublishedPort, RequestedPort,
    Snapshot, StartError, Subnet, Taken, Unread, Why,
};
use crate::order::{OrderBy, Ordered};
use redaction::Redaction;

/// The same setup under other names and addresses.
///
/// # Examples
///
/// ```
/// let redacted = netmap::redact::redact(&netmap::sample::read("module-5")?).to_json();
/// assert!(!redacted.contains("survey_container"));
/// # Ok::<(), netmap::error::Error>(())
/// ```
pub fn redact(snapshot: &Snapshot) -> Snapshot {
    let redaction = Redaction::of(snapshot);
    let mut redacted = Snapshot::new(
        redaction.engine(&snapshot.engine),
        snapshot.networks.iter().map(|network| redaction.network(network)).collect(),
        snapshot.containers.iter().map(|container| redaction.container(container)).collect(),
        match snapshot.plan {
            None => snapshot.unread.iter().map(|unread| redaction.unread(unread)).collect(),
            Some(_) => not_understood(snapshot.unread.len()),
        },
    );
    redacted.plan = snapshot.plan.as_ref().map(|plan| redaction.plan(plan));
    redacted.probe = snapshot.probe.as_ref().map(|probe| redaction.probe(probe));
    let seen = snapshot.observations.iter();
    redacted.observations = seen.map(|seen| redaction.observation(seen)).collect();
    let of_networks = snapshot.network_observations.iter();
    redacted.network_observations =
        of_networks.map(|seen| redaction.network_observation(seen)).collect();
    redacted.network_observations.order_by(|a, b| (&a.network, &a.id).cmp(&(&b.network, &b.id)));
    redacted.observations.order_by(|a, b| (&a.container, &a.id).cmp(&(&b.container, &b.id)));
    let engines = snapshot.engines.iter();
    redacted.engines = engines.map(|of| redaction.engine_of_map(of)).collect();
    redacted.taken = snapshot.taken.as_ref().map(|taken| redaction.taken(taken));
    redacted.host = snapshot.host.as_ref().map(|host| redaction.host(host));
    redacted.flows = snapshot.flows.as_ref().map(|flows| redaction.flows(flows));
    redacted
}

/// Notes on a plan quote what strangers wrote; how many there are is left.
fn not_understood(notes: usize) -> Vec<Unread> {
    let why = format!("{notes} things in them are not understood");
    if notes == 0 { Vec::new() } else { vec![Unread::new("compose files", why)] }
}

impl Redaction {
    /// A note says who somebody is, so it is dropped. Netmap's version stays: who
    /// looks at a report has to know it.
    fn taken(&self, taken: &Taken) -> Taken {
        let is_version = |version: &&String| {
            version.len() < 16 && version.chars().all(|c| c.is_ascii_digit() || c == '.')
        };
        let netmap = taken.netmap.as_ref().filter(is_version).cloned();
        Taken { at: self.moments.moment(taken.at), netmap, note: None }
    }

    /// Places quote the names in their paths, so none of them is kept. That
    /// something is refused is kept, in which line, and whether it is about a
    /// service's networks, but not what it says.
    fn plan(&self, plan: &Plan) -> Plan {
        let number = |file: &str| plan.files.iter().position(|known| known == file).unwrap_or(0);
        let fault = |fault: &Fault| Fault {
            by: fault.by,
            place: Place { file: format!("file-{}", number(&fault.place.file) + 1), ..fault.place },
            path: self.path(fault).unwrap_or_default(),
            service: fault.service.as_deref().map(|service| self.names.word(service)),
            why: "what this line says".to_owned(),
            meant: None,
            form: None,
        };
        Plan {
            project: self.names.project(&plan.project),
            faults: plan.faults.iter().map(fault).collect(),
            ..Plan::default()
        }
    }

    /// The path of what is wrong with a service's networks, as far as that.
    fn path(&self, fault: &Fault) -> Option<String> {
        let service = fault.service.as_deref()?;
        let of_service = fault.path.strip_prefix("services.")?.strip_prefix(service)?;
        let service = self.names.word(service);
        of_service.starts_with(".networks").then(|| format!("services.{service}.networks"))
    }

    fn network(&self, network: &Network) -> Network {
        let mut options: BTreeMap<String, String> = network
            .options
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), general::network_option(key, value)?)))
            .into_map();
        if let Some(parent) = network.option(option::PARENT) {
            options.insert(option::PARENT.to_owned(), self.names.word(parent));
        }
        if let Some(bridge) = network.option(option::BRIDGE_NAME) {
            options.insert(option::BRIDGE_NAME.to_owned(), self.names.interface(bridge));
        }
        Network {
            name: self.names.network(&network.name),
            id: self.names.network_id(&network.id),
            subnets: network.subnets.iter().map(|subnet| self.subnet(subnet)).collect(),
            options,
            podman: network.podman,
            project: network.project.as_deref().map(|project| self.names.project(project)),
            labels: BTreeMap::new(),
            driver: self.driver(&network.driver),
            scope: network.scope.generalised(),
            internal: network.internal,
            ipv4: network.ipv4,
            ipv6: network.ipv6,
            attachable: network.attachable,
            ingress: network.ingress,
            icc: network.icc,
            masquerade: network.masquerade,
            gateway_modes: GatewayModes {
                ipv4: network.gateway_modes.ipv4.generalised(),
                ipv6: network.gateway_modes.ipv6.generalised(),
            },
            trusted_interfaces: network
                .trusted_interfaces
                .iter()
                .map(|name| self.names.word(name))
                .collect(),
            inhibit_ipv4: network.inhibit_ipv4,
            encrypted: network.encrypted,
            config_only: network.config_only,
            config_from: network.config_from.as_deref().map(|name| self.names.network(name)),
            mtu: network.mtu,
            node: self.names.word(&network.node),
            own_name: network.own_name.as_deref().map(|name| self.names.network(name)),
            own_id: network.own_id.as_deref().map(|id| self.names.network_id(id)),
            unlisted: network.unlisted,
        }
    }

    fn subnet(&self, subnet: &Subnet) -> Subnet {
        Subnet {
            subnet: self.addresses.subnet(subnet.subnet),
            gateway: subnet.gateway.map(|gateway| self.addresses.address(gateway)),
            ip_range: subnet.ip_range.map(|range| self.addresses.subnet(range)),
        }
    }

    fn container(&self, container: &Container) -> Container {
        let names = &self.names;
        let mut endpoints: Vec<Endpoint> =
            container.endpoints.iter().map(|endpoint| self.endpoint(endpoint)).collect();
        self.ways.keep(container, &mut endpoints);
        Container {
            name: names.word(&container.name),
            id: names.container_id(&container.id),
            image: names.image(&container.image),
            program: container.program.as_deref().map(|program| names.program(program)),
            start_error: container
                .start_error
                .as_ref()
                .map(|error| StartError { kind: error.kind, said: self.text(&error.said) }),
            hostname: names.word(&container.hostname),
            network_mode: self.network_mode(&container.network_mode),
            endpoints,
            published: container
                .published
                .iter()
                .map(|port| PublishedPort {
                    port: port.port,
                    protocol: port.protocol,
                    host_ip: self.addresses.address(port.host_ip),
                    host_port: port.host_port,
                })
                .collect(),
            requested: container
                .requested
                .iter()
                .map(|port| RequestedPort {
                    port: port.port,
                    protocol: port.protocol,
                    host_ip: port.host_ip.map(|ip| self.addresses.address(ip)),
                    host_port: port.host_port,
                })
                .collect(),
            compose: Compose {
                project: container.compose.project.as_deref().map(|name| names.project(name)),
                service: container.compose.service.as_deref().map(|name| names.word(name)),
                replica: container.compose.replica,
            },
            task_of: container.task_of.as_deref().map(|name| names.word(name)),
            node: names.word(&container.node),
            own_name: container.own_name.as_deref().map(|name| names.word(name)),
            pod: (container.pod.as_ref())
                .map(|pod| Pod { name: names.word(&pod.name), is_infra: pod.is_infra }),
            links: container.links.iter().map(|link| self.link(link)).collect(),
            extra_hosts: container.extra_hosts.iter().map(|host| self.extra_host(host)).collect(),
            dns: container.dns.iter().map(|server| self.word_or_address(server)).collect(),
            labels: general::labels(container),
            references: container.references.iter().map(|r| self.reference(r)).collect(),
            advertised: container.advertised.iter().map(|a| self.advertised(a)).collect(),
            in_replica_set: container.in_replica_set,
            on_loopback: container.on_loopback,
            flawed_ports: container.flawed_ports.iter().map(|p| self.flawed_port(p)).collect(),
            // Paths, names and addresses in all forms there are, for nothing but
            // to make the container again, under names that are not its own.
            made_with: None,
            pid: None,
            log_path: None,
            state: container.state,
            health: container.health,
            exit_code: container.exit_code,
            oom_killed: container.oom_killed,
            restart_count: container.restart_count,
            started_at: self.moments.moment(container.started_at),
            finished_at: self.moments.moment(container.finished_at),
            created_at: self.moments.moment(container.created_at),
            failed_check: container
                .failed_check
                .as_ref()
                .map(|failed| FailedCheck { trouble: failed.trouble, line: None }),
            exposed: container.exposed.clone(),
        }
    }

    fn network_mode(&self, mode: &NetworkMode) -> NetworkMode {
        match mode {
            NetworkMode::Network(name) => NetworkMode::Network(match mode.user_mode() {
                Some(known) => known.to_owned(),
                None => self.names.network(name),
            }),
            NetworkMode::Container(owner) => NetworkMode::Container(self.names.container_id(owner)),
            NetworkMode::None => NetworkMode::None,
            NetworkMode::Host => NetworkMode::Host,
        }
    }

    fn endpoint(&self, endpoint: &Endpoint) -> Endpoint {
        let v4 = |address: Option<Ipv4Addr>| address.map(|address| self.addresses.v4(address));
        let v6 = |address: Option<Ipv6Addr>| address.map(|address| self.addresses.v6(address));
        let words = |words: &[String]| words.iter().map(|word| self.names.word(word)).collect();
        Endpoint {
            network: self.names.network(&endpoint.network),
            network_id: self.names.network_id(&endpoint.network_id),
            ipv4: v4(endpoint.ipv4),
            ipv6: v6(endpoint.ipv6),
            mac: endpoint.mac.as_deref().map(|mac| self.names.mac(mac)),
            gateway: v4(endpoint.gateway),
            ipv6_gateway: v6(endpoint.ipv6_gateway),
            aliases: words(&endpoint.aliases),
            dns_names: words(&endpoint.dns_names),
            fixed_ipv4: v4(endpoint.fixed_ipv4),
            fixed_ipv6: v6(endpoint.fixed_ipv6),
            gateway_priority: endpoint.gateway_priority,
            link_local: endpoint.link_local.iter().map(|ip| self.addresses.address(*ip)).collect(),
            // For a driver, and in words of its own.
            driver_options: BTreeMap::new(),
            links: endpoint.links.iter().map(|link| self.link(link)).collect(),
        }
    }

    fn probe(&self, probe: &Probe) -> Probe {
        let measurements = probe.measurements.iter().map(|m| Measurement {
            from: self.names.word(&m.from),
            to: self.names.word(&m.to),
            network: m.network.as_deref().map(|name| self.names.network(name)),
            target: self.word_or_address(&m.target),
            reason: m.reason.as_ref().map(|why| self.why(why)),
            by: m.by,
            attempt: m.attempt,
            outcome: m.outcome,
            latency: m.latency,
            series: m.series.clone(),
            full_size: m.full_size,
            leads_to: m.leads_to.map(|address| self.addresses.address(address)),
            sent: m.sent,
            received: m.received,
            method: general::method(&m.method),
        });
        Probe::new(measurements.collect())
    }

    fn why(&self, why: &Why) -> Why {
        match why {
            Why::Other(said) => Why::Other(self.text(said)),
            known => known.clone(),
        }
    }

    fn link(&self, link: &Link) -> Link {
        Link { target: self.names.word(&link.target), alias: self.names.word(&link.alias) }
    }

    fn extra_host(&self, host: &ExtraHost) -> ExtraHost {
        let address = match &host.address {
            HostAddress::Ip(ip) => HostAddress::Ip(self.addresses.address(*ip)),
            HostAddress::Gateway => HostAddress::Gateway,
            HostAddress::Other(other) => HostAddress::Other(self.names.word(other)),
        };
        ExtraHost { name: self.names.word(&host.name), address }
    }
}

#[cfg(test)]
mod fields_tests;
#[cfg(test)]
mod tests;
