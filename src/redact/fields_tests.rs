//! Each field of a snapshot is classified here by what redaction makes of it.
//! A field that is added to the model does not compile until the specimen has
//! it, and fails until it is in the table.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde_json::Value;

use super::redact;
use crate::model::*;

/// What redaction makes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A number, a switch or one of a few words: it stays.
    Stays,
    /// A name or an id: another one stands for it.
    Named,
    /// An address or a subnet, likewise.
    Address,
    /// A time: it is moved.
    Moved,
    /// Words of others: one that stands for all that netmap does not know.
    General,
    /// Prose: only netmap's own words are left.
    Prose,
    /// It goes.
    Gone,
}

use Class::*;

/// A word of a stranger's, which must be in nothing that is redacted.
const SECRET: &str = "hunter2";

fn stranger(what: &str) -> String {
    format!("{what}-{SECRET}")
}

fn v4(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

fn v6(text: &str) -> Ipv6Addr {
    text.parse().unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn moment(second: i64) -> Option<Moment> {
    Some(Moment::from_seconds(1_795_506_934 + second))
}

fn reference() -> Reference {
    Reference {
        origin: Origin::Environment,
        variable: Some(stranger("VARIABLE")),
        scheme: Some(stranger("scheme")),
        host: stranger("host"),
        port: Some(5432),
        port_variable: Some(stranger("PORT")),
        notation: Notation::Keyed(Box::new(Keys {
            host: "Server=".to_owned(),
            port: ";Port=".to_owned(),
            apart: true,
        })),
        is_whole: true,
        is_listed: true,
        flaw: Some(Flaw::Quotes),
    }
}

fn unread() -> Unread {
    Unread {
        what: format!("container `{}`", stranger("gone")),
        why: format!("the engine says {}", stranger("no")),
        part: Part::Container { name: stranger("gone"), vanished: true },
    }
}

fn listening() -> Listening {
    Listening { protocol: Protocol::Tcp, address: ip("203.0.113.200"), port: 81 }
}

fn route() -> RouteEntry {
    RouteEntry {
        destination: net("10.99.0.0/16"),
        gateway: Some(ip("10.99.0.1")),
        interface: stranger("br"),
        metric: 7,
    }
}

fn mtu() -> Mtu {
    Mtu { interface: stranger("br"), mtu: 1400 }
}

fn engine() -> EngineFacts {
    EngineFacts {
        name: stranger("Engine"),
        version: format!("26.{SECRET}"),
        api_version: format!("1.{SECRET}"),
        os: stranger("os"),
        arch: stranger("arch"),
        operating_system: Some(stranger("system")),
        ipv4_forwarding: Some(true),
        rootless: Some(true),
        address_pools: vec![AddressPool { base: net("10.98.0.0/16"), size: 24 }],
        makes_rules: Some(true),
        swarm: Some(Swarm {
            node: stranger("node"),
            manager: true,
            nodes: vec![SwarmNode {
                name: stranger("machine"),
                address: "198.18.77.5".to_owned(),
                state: NodeState::Other(stranger("state")),
                id: stranger("node"),
                role: stranger("role"),
                availability: Availability::Other(stranger("availability")),
            }],
            services: vec![Service {
                name: stranger("service"),
                id: stranger("service-id"),
                mode: ServiceMode::Other(stranger("mode")),
                endpoint_mode: EndpointMode::Other(stranger("mode")),
                wanted: Some(3),
                running: Some(2),
                networks: vec![ServiceNetwork {
                    network_id: stranger("network-id"),
                    aliases: vec![stranger("alias")],
                }],
                virtual_addresses: vec![VirtualAddress {
                    network_id: stranger("network-id"),
                    address: ip("10.99.0.9"),
                }],
                published: vec![ServicePort {
                    port: 80,
                    protocol: Protocol::Tcp,
                    host_port: Some(8080),
                    mode: PublishMode::Other(stranger("mode")),
                }],
                tasks: vec![Task {
                    slot: Some(1),
                    node: stranger("node"),
                    state: TaskState::Other(stranger("state")),
                    container: stranger("container-id"),
                }],
            }],
        }),
    }
}

fn network() -> Network {
    Network {
        name: stranger("network"),
        id: stranger("network-id"),
        driver: Driver::Other(stranger("driver")),
        scope: Scope::Other(stranger("scope")),
        internal: true,
        subnets: vec![Subnet {
            subnet: net("10.99.0.0/16"),
            gateway: Some(ip("10.99.0.1")),
            ip_range: Some(net("10.99.4.0/24")),
        }],
        ipv4: false,
        ipv6: true,
        attachable: true,
        ingress: true,
        icc: false,
        masquerade: false,
        gateway_modes: GatewayModes {
            ipv4: GatewayMode::Other(stranger("mode")),
            ipv6: GatewayMode::Routed,
        },
        trusted_interfaces: vec![stranger("br")],
        inhibit_ipv4: true,
        encrypted: true,
        config_only: true,
        config_from: Some(stranger("network")),
        podman: Some(OfPodman { isolate: Some(Isolate::Strict), names: true }),
        mtu: Some(1400),
        options: BTreeMap::from([
            (keys::option::PARENT.to_owned(), stranger("eno")),
            (keys::option::GATEWAY_MODE_IPV4.to_owned(), stranger("mode")),
            (stranger("option"), stranger("value")),
        ]),
        project: Some(stranger("project")),
        labels: BTreeMap::from([(stranger("label"), stranger("value"))]),
        node: stranger("engine"),
        own_name: Some(stranger("own")),
        own_id: Some(stranger("own-id")),
        unlisted: true,
    }
}

fn endpoint() -> Endpoint {
    Endpoint {
        network: stranger("network"),
        network_id: stranger("network-id"),
        ipv4: Some(v4("10.99.0.2")),
        ipv6: Some(v6("fd77::2")),
        mac: Some("02:42:de:ad:be:ef".to_owned()),
        gateway: Some(v4("10.99.0.1")),
        ipv6_gateway: Some(v6("fd77::1")),
        aliases: vec![stranger("alias")],
        dns_names: vec![stranger("dns-name")],
        fixed_ipv4: Some(v4("10.99.0.2")),
        fixed_ipv6: Some(v6("fd77::2")),
        gateway_priority: Some(3),
        link_local: vec![ip("169.254.7.7")],
        driver_options: BTreeMap::from([(stranger("option"), stranger("value"))]),
        links: vec![Link { target: stranger("target"), alias: stranger("alias") }],
    }
}

fn container() -> Container {
    Container {
        name: stranger("container"),
        id: stranger("container-id"),
        image: stranger("image"),
        program: Some(stranger("program")),
        state: State::Exited,
        health: Some(Health::Unhealthy),
        exit_code: Some(3),
        oom_killed: true,
        start_error: Some(StartError { kind: StartErrorKind::Mount, said: stranger("said") }),
        restart_count: 4,
        started_at: moment(0),
        finished_at: moment(1),
        created_at: moment(1),
        failed_check: Some(FailedCheck {
            trouble: TroubleKind::Refused,
            line: Some(stranger("check-line")),
        }),
        hostname: stranger("hostname"),
        network_mode: NetworkMode::Network(stranger("network")),
        endpoints: vec![endpoint()],
        published: vec![PublishedPort {
            port: 80,
            protocol: Protocol::Udp,
            host_ip: ip("198.18.77.6"),
            host_port: Some(8080),
        }],
        requested: vec![RequestedPort {
            port: 80,
            protocol: Protocol::Udp,
            host_ip: Some(ip("198.18.77.6")),
            host_port: HostPorts::One(8080),
        }],
        exposed: vec![ExposedPort { port: 80, protocol: Protocol::Sctp }],
        compose: Compose {
            project: Some(stranger("project")),
            service: Some(stranger("service")),
            replica: Some(1),
        },
        task_of: Some(stranger("service")),
        node: stranger("engine"),
        own_name: Some(stranger("own")),
        pod: Some(Pod { name: stranger("pod"), is_infra: true }),
        links: vec![Link { target: stranger("target"), alias: stranger("alias") }],
        extra_hosts: vec![ExtraHost {
            name: stranger("extra"),
            address: HostAddress::Other(stranger("address")),
        }],
        dns: vec!["198.18.77.7".to_owned()],
        references: vec![reference()],
        advertised: vec![Advertised {
            reference: reference(),
            to_clients_of: Some(9092),
            for_all: true,
        }],
        in_replica_set: true,
        on_loopback: Some(OnLoopback { server: ServerProgram::Uvicorn, port: 8000, told: true }),
        flawed_ports: vec![FlawedPort {
            variable: stranger("PORT"),
            port: 5432,
            flaw: Flaw::CarriageReturn,
        }],
        labels: BTreeMap::from([
            (stranger("label"), stranger("value")),
            (keys::label::ONE_OFF.to_owned(), "True".to_owned()),
        ]),
        made_with: Some(MadeWith {
            options: vec![RunOption { option: stranger("--option"), value: Some(stranger("v")) }],
            others: vec![stranger("other")],
            health_check: true,
            auto_remove: true,
            volumes: Volumes::OneByOne,
            own_resolv_conf: true,
        }),
        pid: Some(4711),
        log_path: Some(stranger("/var/log").into()),
    }
}

fn observation() -> Observation {
    Observation {
        network_namespace: Some(4026531840),
        own_names: vec![stranger("own-name")],
        other_addresses: vec![ip("198.18.77.12")],
        container: stranger("container"),
        id: stranger("container-id"),
        how: Some(Means::Proc),
        at: moment(9),
        listening: Some(vec![listening()]),
        backlog: vec![Backlog {
            port: 81,
            waiting: 3,
            given_up: 1,
            clients: vec![ip("198.18.77.17")],
        }],
        connections: Some(vec![Connection {
            progress: Progress::Open,
            remote: "198.18.77.8:443".parse().unwrap(),
        }]),
        routes: Some(vec![route()]),
        mtus: Some(vec![mtu()]),
        nameservers: Some(vec![ip("198.18.77.9")]),
        search: vec![stranger("domain")],
        ndots: Some(2),
        resolved: vec![ResolvedName {
            name: stranger("resolved"),
            address: Some(ip("198.18.77.10")),
        }],
        hosts: Some(vec![HostsEntry {
            address: ip("198.18.77.11"),
            names: vec![stranger("hosts-name")],
        }]),
        log_errors: Some(vec![LogError {
            kind: LogErrorKind::Refused,
            host: stranger("log-host"),
            port: Some(80),
            denied: true,
            repeated: Repeated {
                count: 2,
                first: moment(2),
                last: moment(3),
                last_but_one: moment(2),
            },
        }]),
        log_troubles: vec![LogTrouble {
            kind: TroubleKind::Permission,
            line: Some(stranger("line")),
            stands: true,
            repeated: Repeated {
                count: 2,
                first: moment(4),
                last: moment(5),
                last_but_one: moment(4),
            },
        }],
        log_connected: moment(6),
        unseen: vec![unread()],
    }
}

/// A snapshot with every field, and one thing of each kind.
fn specimen() -> Snapshot {
    Snapshot {
        // In no file.
        drops: Vec::new(),
        schema: SCHEMA.to_owned(),
        taken: Some(Taken {
            at: moment(8),
            netmap: Some("0.1.0".to_owned()),
            note: Some(stranger("note")),
        }),
        engine: engine(),
        engines: vec![EngineOfMap { node: stranger("engine"), engine: engine() }],
        networks: vec![network()],
        containers: vec![container()],
        plan: None,
        probe: Some(Probe {
            measurements: vec![Measurement {
                from: stranger("container"),
                to: stranger("container"),
                network: Some(stranger("network")),
                by: By::Name,
                target: stranger("target"),
                attempt: Attempt::Tcp(80),
                outcome: Outcome::Unknown,
                reason: Some(Why::Other(stranger("reason"))),
                series: Some(Series {
                    interval_ms: 1000,
                    jitter_us: Some(3),
                    tries: vec![Try { at_ms: 1, trip_us: Some(2) }],
                    left_out: 1,
                }),
                full_size: None,
                latency: Some(Latency { min: 1, avg: 2, max: 3 }),
                leads_to: Some(ip("198.18.77.12")),
                sent: 1,
                received: 1,
                method: stranger("method"),
            }],
        }),
        flows: Some(Flows {
            began: moment(6),
            window_ms: 2000,
            flows: vec![Flow {
                client: Party::Container { name: stranger("container") },
                server: Party::Unknown { address: ip("198.18.77.15") },
                network: Some(stranger("network")),
                protocol: FlowProtocol::Tcp,
                port: Some(80),
                outcome: FlowOutcome::Refused,
                connections: 3,
                open: 1,
                ended: 2,
                cut: 1,
                first_seen: moment(6).unwrap(),
                last_seen: moment(7).unwrap(),
                bytes_sent: Some(10),
                bytes_received: Some(20),
                packets: Some(4),
                rtt_us: Some(90),
                retransmits: Some(1),
                path_mtu: Some(1400),
                via: vec![Hop { address: ip("198.18.77.16"), port: 8080, by: HopBy::Nat }],
                basis: vec![FlowBasis::Event],
            }],
            dropped: 2,
            not_looked: vec![unread()],
        }),
        observations: vec![observation()],
        network_observations: vec![NetworkObservation {
            network: stranger("network"),
            id: stranger("network-id"),
            attached: vec![Attached { name: stranger("container"), id: stranger("container-id") }],
            peers: vec![ip("198.18.77.13")],
            rules_out: Some(RulesOut::KeptIn),
        }],
        host: Some(HostObservation {
            listening: Some(vec![listening()]),
            routes: Some(vec![route()]),
            addresses: vec![ip("198.18.77.14")],
            mtus: Some(vec![mtu()]),
            untaken: vec![listening()],
        }),
        unread: vec![unread()],
    }
}

/// The same as a plan.
fn planned() -> Snapshot {
    let place = || Place { file: stranger("compose.yaml"), line: 3, column: 5 };
    let plan = Plan {
        project: stranger("project"),
        files: vec![stranger("compose.yaml")],
        faults: vec![Fault {
            by: Refuser::Engine,
            place: place(),
            path: stranger("services.web"),
            service: Some(stranger("service")),
            why: stranger("why"),
            meant: Some(stranger("meant")),
            form: Some(Form::List { values: vec![stranger("value")] }),
        }],
        places: BTreeMap::from([(stranger("services.web"), place())]),
    };
    Snapshot { plan: Some(plan), ..specimen() }
}

/// Every field but those of the engine, which are below.
const CLASSES: &[(&str, Class)] = &[
    ("schema", Stays),
    ("taken.at", Moved),
    ("taken.netmap", Stays),
    ("taken.note", Gone),
    ("engines[].node", Named),
    ("networks[].name", Named),
    ("networks[].id", Named),
    ("networks[].driver", Named),
    ("networks[].scope", General),
    ("networks[].internal", Stays),
    ("networks[].subnets[].subnet", Address),
    ("networks[].subnets[].gateway", Address),
    ("networks[].subnets[].ip_range", Address),
    ("networks[].ipv4", Stays),
    ("networks[].ipv6", Stays),
    ("networks[].attachable", Stays),
    ("networks[].ingress", Stays),
    ("networks[].icc", Stays),
    ("networks[].masquerade", Stays),
    ("networks[].gateway_modes.ipv4", General),
    ("networks[].gateway_modes.ipv6", Stays),
    ("networks[].trusted_interfaces[]", Named),
    ("networks[].inhibit_ipv4", Stays),
    ("networks[].encrypted", Stays),
    ("networks[].config_only", Stays),
    ("networks[].config_from", Named),
    ("networks[].podman.isolate", Stays),
    ("networks[].podman.names", Stays),
    ("networks[].mtu", Stays),
    ("networks[].options.parent", Named),
    ("networks[].options.com.docker.network.bridge.gateway_mode_ipv4", General),
    ("networks[].options.option-hunter2", Gone),
    ("networks[].project", Named),
    ("networks[].labels.label-hunter2", Gone),
    ("networks[].node", Named),
    ("networks[].own_name", Named),
    ("networks[].own_id", Named),
    ("networks[].unlisted", Stays),
    ("containers[].name", Named),
    ("containers[].id", Named),
    ("containers[].image", Named),
    ("containers[].program", Named),
    ("containers[].state", Stays),
    ("containers[].health", Stays),
    ("containers[].exit_code", Stays),
    ("containers[].oom_killed", Stays),
    ("containers[].start_error.kind", Stays),
    ("containers[].start_error.said", Prose),
    ("containers[].restart_count", Stays),
    ("containers[].started_at", Moved),
    ("containers[].finished_at", Moved),
    ("containers[].created_at", Moved),
    ("containers[].failed_check.trouble", Stays),
    ("containers[].failed_check.line", Gone),
    ("containers[].hostname", Named),
    ("containers[].network_mode", Named),
    ("containers[].endpoints[].network", Named),
    ("containers[].endpoints[].network_id", Named),
    ("containers[].endpoints[].ipv4", Address),
    ("containers[].endpoints[].ipv6", Address),
    ("containers[].endpoints[].mac", Named),
    ("containers[].endpoints[].gateway", Address),
    ("containers[].endpoints[].ipv6_gateway", Address),
    ("containers[].endpoints[].aliases[]", Named),
    ("containers[].endpoints[].dns_names[]", Named),
    ("containers[].endpoints[].fixed_ipv4", Address),
    ("containers[].endpoints[].fixed_ipv6", Address),
    ("containers[].endpoints[].gateway_priority", Stays),
    ("containers[].endpoints[].links[]", Named),
    ("containers[].published[].port", Stays),
    ("containers[].published[].protocol", Stays),
    ("containers[].published[].host_ip", Address),
    ("containers[].published[].host_port", Stays),
    ("containers[].requested[].port", Stays),
    ("containers[].requested[].protocol", Stays),
    ("containers[].requested[].host_ip", Address),
    ("containers[].requested[].host_port", Stays),
    ("containers[].exposed[].port", Stays),
    ("containers[].exposed[].protocol", Stays),
    ("containers[].project", Named),
    ("containers[].service", Named),
    ("containers[].replica", Stays),
    ("containers[].task_of", Named),
    ("containers[].node", Named),
    ("containers[].own_name", Named),
    ("containers[].pod.name", Named),
    ("containers[].pod.is_infra", Stays),
    ("containers[].links[]", Named),
    ("containers[].extra_hosts[]", Named),
    ("containers[].dns[]", Address),
    ("containers[].references[].origin", Stays),
    ("containers[].references[].variable", Named),
    ("containers[].references[].scheme", General),
    ("containers[].references[].host", Named),
    ("containers[].references[].port", Stays),
    ("containers[].references[].port_variable", Named),
    ("containers[].references[].notation.apart", Stays),
    ("containers[].references[].notation.as", Stays),
    ("containers[].references[].notation.host", Stays),
    ("containers[].references[].notation.port", Stays),
    ("containers[].endpoints[].driver_options.option-hunter2", Gone),
    ("containers[].endpoints[].link_local[]", Address),
    ("observations[].network_namespace", Stays),
    ("observations[].own_names[]", Named),
    ("observations[].other_addresses[]", Address),
    ("containers[].references[].is_whole", Stays),
    ("containers[].references[].is_listed", Stays),
    ("containers[].references[].flaw", Stays),
    ("containers[].advertised[].origin", Stays),
    ("containers[].advertised[].variable", Named),
    ("containers[].advertised[].scheme", Gone),
    ("containers[].advertised[].host", Named),
    ("containers[].advertised[].port", Stays),
    ("containers[].advertised[].port_variable", Named),
    ("containers[].advertised[].notation.apart", Stays),
    ("containers[].advertised[].notation.as", Stays),
    ("containers[].advertised[].notation.host", Stays),
    ("containers[].advertised[].notation.port", Stays),
    ("containers[].advertised[].is_whole", Stays),
    ("containers[].advertised[].is_listed", Stays),
    ("containers[].advertised[].flaw", Stays),
    ("containers[].advertised[].to_clients_of", Stays),
    ("containers[].advertised[].for_all", Stays),
    ("containers[].in_replica_set", Stays),
    ("containers[].on_loopback.server", Stays),
    ("containers[].on_loopback.port", Stays),
    ("containers[].on_loopback.told", Stays),
    ("containers[].flawed_ports[].variable", Named),
    ("containers[].flawed_ports[].port", Stays),
    ("containers[].flawed_ports[].flaw", Stays),
    ("containers[].labels.label-hunter2", Gone),
    ("containers[].labels.com.docker.compose.oneoff", Stays),
    ("containers[].made_with.options[].option", Gone),
    ("containers[].made_with.options[].value", Gone),
    ("containers[].made_with.others[]", Gone),
    ("containers[].made_with.health_check", Gone),
    ("containers[].made_with.auto_remove", Gone),
    ("containers[].made_with.volumes", Gone),
    ("containers[].made_with.own_resolv_conf", Gone),
    ("probe.measurements[].from", Named),
    ("probe.measurements[].to", Named),
    ("probe.measurements[].network", Named),
    ("probe.measurements[].by", Stays),
    ("probe.measurements[].target", Named),
    ("probe.measurements[].protocol", Stays),
    ("probe.measurements[].port", Stays),
    ("probe.measurements[].outcome", Stays),
    ("probe.measurements[].reason", Prose),
    ("probe.measurements[].series.interval_ms", Stays),
    ("probe.measurements[].series.jitter_us", Stays),
    ("probe.measurements[].series.left_out", Stays),
    ("probe.measurements[].series.tries[].at_ms", Stays),
    ("probe.measurements[].series.tries[].trip_us", Stays),
    ("probe.measurements[].latency.min", Stays),
    ("probe.measurements[].latency.avg", Stays),
    ("probe.measurements[].latency.max", Stays),
    ("probe.measurements[].leads_to", Address),
    ("probe.measurements[].sent", Stays),
    ("probe.measurements[].received", Stays),
    ("probe.measurements[].method", General),
    ("observations[].container", Named),
    ("observations[].id", Named),
    ("observations[].how", Stays),
    ("observations[].at", Moved),
    ("observations[].listening[].protocol", Stays),
    ("observations[].listening[].address", Address),
    ("observations[].listening[].port", Stays),
    ("observations[].backlog[].port", Stays),
    ("observations[].backlog[].waiting", Stays),
    ("observations[].backlog[].given_up", Stays),
    ("observations[].backlog[].clients[]", Address),
    ("observations[].connections[].progress", Stays),
    ("observations[].connections[].remote", Address),
    ("observations[].routes[].destination", Address),
    ("observations[].routes[].gateway", Address),
    ("observations[].routes[].interface", Named),
    ("observations[].routes[].metric", Stays),
    ("observations[].mtus[].interface", Named),
    ("observations[].mtus[].mtu", Stays),
    ("observations[].nameservers[]", Address),
    ("observations[].search[]", Named),
    ("observations[].ndots", Stays),
    ("observations[].resolved[].name", Named),
    ("observations[].resolved[].address", Address),
    ("observations[].hosts[].address", Address),
    ("observations[].hosts[].names[]", Named),
    ("observations[].log_errors[].kind", Stays),
    ("observations[].log_errors[].host", Named),
    ("observations[].log_errors[].port", Stays),
    ("observations[].log_errors[].count", Stays),
    ("observations[].log_errors[].first", Moved),
    ("observations[].log_errors[].last", Moved),
    ("observations[].log_errors[].last_but_one", Moved),
    ("observations[].log_errors[].denied", Stays),
    ("observations[].log_troubles[].kind", Stays),
    ("observations[].log_troubles[].line", Gone),
    ("observations[].log_troubles[].stands", Stays),
    ("observations[].log_troubles[].count", Stays),
    ("observations[].log_troubles[].first", Moved),
    ("observations[].log_troubles[].last", Moved),
    ("observations[].log_troubles[].last_but_one", Moved),
    ("observations[].log_connected", Moved),
    ("observations[].unseen[].what", Prose),
    ("observations[].unseen[].why", Prose),
    ("observations[].unseen[].part.kind", Stays),
    ("observations[].unseen[].part.name", Named),
    ("observations[].unseen[].part.vanished", Stays),
    ("network_observations[].network", Named),
    ("network_observations[].id", Named),
    ("network_observations[].attached[].name", Named),
    ("network_observations[].attached[].id", Named),
    ("network_observations[].peers[]", Address),
    ("network_observations[].rules_out", Stays),
    ("host.listening[].protocol", Stays),
    ("host.listening[].address", Address),
    ("host.listening[].port", Stays),
    ("host.routes[].destination", Address),
    ("host.routes[].gateway", Address),
    ("host.routes[].interface", Named),
    ("host.routes[].metric", Stays),
    ("host.addresses[]", Address),
    ("host.mtus[].interface", Named),
    ("host.mtus[].mtu", Stays),
    ("host.untaken[].protocol", Stays),
    ("host.untaken[].address", Address),
    ("host.untaken[].port", Stays),
    ("flows.began", Moved),
    ("flows.window_ms", Stays),
    ("flows.dropped", Stays),
    ("flows.flows[].client.kind", Stays),
    ("flows.flows[].client.name", Named),
    ("flows.flows[].server.kind", Stays),
    ("flows.flows[].server.address", Address),
    ("flows.flows[].network", Named),
    ("flows.flows[].protocol", Stays),
    ("flows.flows[].port", Stays),
    ("flows.flows[].outcome", Stays),
    ("flows.flows[].connections", Stays),
    ("flows.flows[].open", Stays),
    ("flows.flows[].ended", Stays),
    ("flows.flows[].cut", Stays),
    ("flows.flows[].first_seen", Moved),
    ("flows.flows[].last_seen", Moved),
    ("flows.flows[].bytes_sent", Stays),
    ("flows.flows[].bytes_received", Stays),
    ("flows.flows[].packets", Stays),
    ("flows.flows[].rtt_us", Stays),
    ("flows.flows[].retransmits", Stays),
    ("flows.flows[].path_mtu", Stays),
    ("flows.flows[].via[].address", Address),
    ("flows.flows[].via[].port", Stays),
    ("flows.flows[].via[].by", Stays),
    ("flows.flows[].basis[]", Stays),
    ("flows.not_looked[].what", Prose),
    ("flows.not_looked[].why", Prose),
    ("flows.not_looked[].part.kind", Stays),
    ("flows.not_looked[].part.name", Named),
    ("flows.not_looked[].part.vanished", Stays),
    ("unread[].what", Prose),
    ("unread[].why", Prose),
    ("unread[].part.kind", Stays),
    ("unread[].part.name", Named),
    ("unread[].part.vanished", Stays),
];

/// Fields of an engine, that of the map and each of several.
const OF_ENGINE: &[(&str, Class)] = &[
    ("name", General),
    ("version", General),
    ("api_version", General),
    ("os", General),
    ("arch", General),
    ("operating_system", General),
    ("ipv4_forwarding", Stays),
    ("rootless", Stays),
    ("address_pools[].base", Gone),
    ("address_pools[].size", Gone),
    ("makes_rules", Stays),
    ("swarm.node", Named),
    ("swarm.manager", Stays),
    ("swarm.nodes[].name", Named),
    ("swarm.nodes[].address", Address),
    ("swarm.nodes[].state", General),
    ("swarm.nodes[].id", Named),
    ("swarm.nodes[].role", Gone),
    ("swarm.nodes[].availability", General),
    ("swarm.services[].name", Named),
    ("swarm.services[].id", Gone),
    ("swarm.services[].mode", General),
    ("swarm.services[].endpoint_mode", General),
    ("swarm.services[].wanted", Stays),
    ("swarm.services[].running", Stays),
    ("swarm.services[].networks[].network_id", Named),
    ("swarm.services[].networks[].aliases[]", Named),
    ("swarm.services[].virtual_addresses[].network_id", Named),
    ("swarm.services[].virtual_addresses[].address", Address),
    ("swarm.services[].published[].port", Stays),
    ("swarm.services[].published[].protocol", Stays),
    ("swarm.services[].published[].host_port", Stays),
    ("swarm.services[].published[].mode", General),
    ("swarm.services[].tasks[].slot", Stays),
    ("swarm.services[].tasks[].node", Named),
    ("swarm.services[].tasks[].state", General),
    ("swarm.services[].tasks[].container", Named),
];

/// What a plan has beside all that.
const OF_PLAN: &[(&str, Class)] = &[
    ("plan.project", Named),
    ("plan.files[]", Gone),
    ("plan.faults[].by", Stays),
    ("plan.faults[].place.file", General),
    ("plan.faults[].place.line", Stays),
    ("plan.faults[].place.column", Stays),
    ("plan.faults[].path", General),
    ("plan.faults[].service", Named),
    ("plan.faults[].why", General),
    ("plan.faults[].meant", Gone),
    ("plan.faults[].form.form", Gone),
    ("plan.faults[].form.values[]", Gone),
    ("plan.places.services.web-hunter2.file", Gone),
    ("plan.places.services.web-hunter2.line", Gone),
    ("plan.places.services.web-hunter2.column", Gone),
];

fn classes() -> BTreeMap<String, Class> {
    let engines = ["engine", "engines[].engine"];
    let of_engines = engines.into_iter().flat_map(|engine| {
        OF_ENGINE.iter().map(move |(field, class)| (format!("{engine}.{field}"), *class))
    });
    let others = CLASSES.iter().chain(OF_PLAN).map(|(field, class)| ((*field).to_owned(), *class));
    others.chain(of_engines).collect()
}

/// Every field with what it holds, lists of one thing each.
fn fields(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                fields(value, &path, found);
            }
        }
        Value::Array(items) => {
            assert!(items.len() <= 1, "{path} has more than one");
            items.iter().for_each(|item| fields(item, &format!("{path}[]"), found));
        }
        Value::Null => {}
        Value::String(text) => drop(found.insert(path.to_owned(), text.clone())),
        other => drop(found.insert(path.to_owned(), other.to_string())),
    }
}

fn fields_of(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    fields(&serde_json::to_value(snapshot).unwrap(), "", &mut found);
    found
}

#[test]
fn every_field_is_redacted_as_its_class_is() {
    let classes = classes();
    let mut seen = BTreeSet::new();
    for snapshot in [specimen(), planned()] {
        let (before, after) = (fields_of(&snapshot), fields_of(&redact(&snapshot)));
        for (field, was) in &before {
            let Some(class) = classes.get(field) else {
                panic!("say in the table of this file what redaction makes of `{field}`")
            };
            seen.insert(field.clone());
            if snapshot.plan.is_some() && field.contains("unread") {
                continue; // Notes on a plan are counted.
            }
            let is = after.get(field).map(String::as_str);
            let holds = match (class, is) {
                (Gone, is) => is.is_none_or(str::is_empty),
                (Stays, is) => is == Some(was),
                (Named | Address | Moved, Some(is)) => is != was && !is.is_empty(),
                (General | Prose, Some(is)) => is != was,
                (_, None) => false,
            };
            assert!(holds, "{field} is {class:?}: {was} became {is:?}");
            if *class == Address {
                let of_nobody =
                    ["192.0.2.", "198.51.100.", "203.0.113.", "198.18.", "240.", "2001:db8:"];
                let is = is.unwrap_or_default();
                assert!(of_nobody.iter().any(|range| is.starts_with(range)), "{field}: {is}");
            }
            if *class == Moved {
                assert!(
                    is.is_some_and(
                        |is| is.starts_with("1999-12-31") || is.starts_with("2000-01-01")
                    ),
                    "{field}: {is:?}"
                );
            }
        }
        for field in after.keys() {
            assert!(classes.contains_key(field), "redaction made up `{field}`");
        }
        let text = redact(&snapshot).to_json();
        assert!(!text.contains(SECRET), "{text}");
        assert!(!text.contains("198.18.77.") && !text.contains("de:ad"), "{text}");
    }
    let missing: Vec<&String> = classes.keys().filter(|field| !seen.contains(*field)).collect();
    assert!(missing.is_empty(), "the specimen does not have {missing:?}");
}
