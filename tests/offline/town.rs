//! Setups of any size, made by a program: projects of a network each with a
//! web server, an API, a worker, a database and a cache, each web server on a
//! network that all share; and in nine projects of ten something is odd. The
//! same call gives the same setup, always.

#![allow(dead_code)] // tests and benchmarks each use some of it

use std::net::{IpAddr, Ipv4Addr};

use netmap::model::{
    Compose, Connection, Container, Driver, Endpoint, EngineFacts, ExposedPort, HostObservation,
    HostsEntry, Listening, LogError, LogErrorKind, Means, Moment, Mtu, Network, NetworkMode,
    Notation, Observation, Origin, Progress, Protocol, PublishedPort, Reference, Repeated,
    RouteEntry, Scope, Snapshot, State, Subnet,
};

/// When somebody looked, in seconds since 1970, and a while before.
const LOOKED: i64 = 1_764_000_000;
const STARTED: &str = "2025-11-24T12:00:00Z";

const ROLES: [(&str, &str, u16); 5] = [
    ("web", "nginx:1.27", 80),
    ("api", "shop/api:2.4", 8080),
    ("db", "postgres:16", 5432),
    ("worker", "shop/worker:2.4", 0),
    ("cache", "redis:7", 6379),
];
const DB: usize = 2;

/// A setup of so many containers on so many networks, with everything that
/// looking into them would show.
pub fn town(containers: usize, networks: usize) -> Snapshot {
    assert!(networks > 1 && networks <= 10_000, "a shared network and one more at least");
    let projects = networks - 1;
    let mut made = vec![network("edge", 0, Ipv4Addr::new(172, 16, 0, 0), 12)];
    made.extend((0..projects).map(|project| {
        let mut network =
            network(&format!("p{project:04}_default"), project + 1, base(project), 24);
        network.project = Some(format!("p{project:04}"));
        network
    }));
    let people: Vec<House> =
        (0..containers).map(|at| House { project: at % projects, place: at / projects }).collect();
    let containers = people.iter().map(|house| house.container(&made)).collect();
    let engine = EngineFacts {
        name: "Docker".to_owned(),
        version: "26.1.5".to_owned(),
        api_version: "1.45".to_owned(),
        os: "linux".to_owned(),
        arch: "amd64".to_owned(),
        ipv4_forwarding: Some(true),
        operating_system: Some("Debian GNU/Linux 12".to_owned()),
        ..EngineFacts::default()
    };
    let observations = people.iter().map(House::observation).collect();
    let mut snapshot = Snapshot::new(engine, made, containers, Vec::new());
    snapshot.observations = observations;
    snapshot.host = Some(HostObservation {
        listening: Some(vec![listening(Ipv4Addr::UNSPECIFIED, 22)]),
        addresses: vec![IpAddr::V4(Ipv4Addr::new(192, 168, 1, 5))],
        ..HostObservation::default()
    });
    snapshot.tidy();
    snapshot
}

/// The same setup a day later: every twentieth container is another, on
/// another address, and some are new.
pub fn a_day_later(mut snapshot: Snapshot) -> Snapshot {
    for (at, container) in snapshot.containers.iter_mut().enumerate() {
        match at % 20 {
            0 => container.image.push_str(".1"),
            7 => container.name.push_str("-new"),
            13 => container.published.clear(),
            _ => {}
        }
    }
    snapshot.tidy();
    snapshot
}

/// Who lives where.
struct House {
    project: usize,
    place: usize,
}

impl House {
    fn role(&self) -> usize {
        self.place % ROLES.len()
    }

    fn of_role(&self, role: usize) -> Self {
        let place = self.place - self.role() + role;
        Self { project: self.project, place }
    }

    fn replica(&self) -> usize {
        self.place / ROLES.len() + 1
    }

    fn name(&self) -> String {
        format!("p{:04}-{}-{}", self.project, ROLES[self.role()].0, self.replica())
    }

    fn id(&self) -> String {
        let number = (self.project * 1000 + self.place) as u64;
        let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{mixed:016x}{number:048x}")
    }

    /// What is odd about the project, by its number.
    fn oddity(&self) -> usize {
        self.project % 10
    }

    fn rides(&self) -> bool {
        self.oddity() == 7 && self.role() == 4
    }

    fn state(&self) -> State {
        if self.oddity() == 5 && self.role() == DB { State::Exited } else { State::Running }
    }

    fn address(&self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(base(self.project)) + 2 + self.place as u32)
    }

    /// What the container is told to dial.
    fn dials(&self) -> Vec<(&'static str, &'static str, String, u16)> {
        let db = |host: &str| ("DATABASE_URL", "postgres", host.to_owned(), 5432);
        let cache = ("CACHE_URL", "redis", "cache".to_owned(), 6379);
        match (ROLES[self.role()].0, self.oddity()) {
            ("web", _) => vec![("API_URL", "http", "api".to_owned(), 8080)],
            ("api", 1) => vec![db("localhost"), cache],
            ("api", 9) => vec![db("host.docker.internal"), cache],
            ("api", _) => vec![db("db"), cache],
            ("worker", 2) => vec![db("dbase"), cache],
            ("worker", 3) => vec![db(&self.of_role(DB).address().to_string()), cache],
            ("worker", 4) => vec![db(&format!("p{:04}-db-1", self.project / 2)), cache],
            ("worker", _) => vec![db("db"), cache],
            _ => Vec::new(),
        }
    }

    fn container(&self, networks: &[Network]) -> Container {
        let (service, image, port) = ROLES[self.role()];
        let (id, state) = (self.id(), self.state());
        let mut on = vec![(&networks[self.project + 1], self.address())];
        if self.role() == 0 {
            let place = self.project * 64 + self.replica();
            on.push((
                &networks[0],
                Ipv4Addr::from(u32::from(base_of(&networks[0])) + 2 + place as u32),
            ));
        }
        let endpoints = on.iter().map(|(network, address)| Endpoint {
            network: network.name.clone(),
            network_id: network.id.clone(),
            ipv4: state.has_network().then_some(*address),
            mac: Some(format!("02:42:{:02x}:{:02x}:00:01", self.project % 256, self.place % 256)),
            gateway: network.subnets[0].gateway.and_then(v4),
            aliases: vec![service.to_owned(), self.name()],
            dns_names: vec![self.name(), service.to_owned(), id[..12].to_owned()],
            ..Endpoint::default()
        });
        let published = (self.role() == 0).then(|| PublishedPort {
            port,
            protocol: Protocol::Tcp,
            host_ip: if self.oddity() == 6 { [0, 0, 0, 0] } else { [127, 0, 0, 1] }.into(),
            host_port: Some(10_000 + ((self.project * 25 + self.replica()) % 50_000) as u16),
        });
        let references = self.dials().into_iter().map(|(variable, scheme, host, port)| Reference {
            origin: Origin::Environment,
            variable: Some(variable.to_owned()),
            scheme: Some(scheme.to_owned()),
            host,
            port: Some(port),
            port_variable: None,
            notation: Notation::Address,
            is_whole: true,
            is_listed: false,
            flaw: None,
        });
        let project = format!("p{:04}", self.project);
        let sidecar = self.rides();
        Container {
            name: self.name(),
            image: image.to_owned(),
            state,
            exit_code: (state == State::Exited).then_some(1),
            started_at: Moment::parse(STARTED),
            hostname: id[..12].to_owned(),
            network_mode: if sidecar {
                NetworkMode::Container(self.of_role(0).id())
            } else {
                NetworkMode::Network(networks[self.project + 1].name.clone())
            },
            endpoints: if sidecar { Vec::new() } else { endpoints.collect() },
            published: published.into_iter().collect(),
            exposed: (port > 0 && !sidecar)
                .then_some(ExposedPort { port, protocol: Protocol::Tcp })
                .into_iter()
                .collect(),
            references: references.collect(),
            labels: [
                ("com.docker.compose.project", project.clone()),
                ("com.docker.compose.service", service.to_owned()),
                ("com.docker.compose.container-number", self.replica().to_string()),
            ]
            .map(|(key, value)| (key.to_owned(), value))
            .into(),
            compose: Compose {
                project: Some(project),
                service: Some(service.to_owned()),
                replica: Some(self.replica() as u32),
            },
            id,
            ..Container::default()
        }
    }

    fn observation(&self) -> Observation {
        let port = ROLES[self.role()].2;
        let bound = if self.oddity() == 8 && self.role() == DB {
            Ipv4Addr::LOCALHOST
        } else {
            Ipv4Addr::UNSPECIFIED
        };
        let failing = match (ROLES[self.role()].0, self.oddity()) {
            ("api", 1) => Some((LogErrorKind::Refused, "127.0.0.1", Some(5432))),
            ("worker", 2) => Some((LogErrorKind::NameNotFound, "dbase", None)),
            _ => None,
        };
        let errors = failing.into_iter().map(|(kind, host, port)| LogError {
            denied: false,
            kind,
            host: host.to_owned(),
            port,
            repeated: Repeated {
                count: 3,
                first: Some(Moment::from_seconds(LOOKED - 60)),
                last: Some(Moment::from_seconds(LOOKED - 5)),
                last_but_one: None,
            },
        });
        let live = self.state().has_network();
        let open = self.dials().into_iter().filter(|dial| dial.2 == "db").map(|_| Connection {
            progress: Progress::Open,
            remote: (self.of_role(DB).address(), 5432).into(),
        });
        let gateway = IpAddr::V4(Ipv4Addr::from(u32::from(base(self.project)) + 1));
        let route = |destination: String, gateway| RouteEntry {
            destination: destination.parse().expect("a subnet"),
            gateway,
            interface: "eth0".to_owned(),
            metric: 0,
        };
        Observation {
            container: self.name(),
            id: self.id(),
            how: live.then_some(Means::Proc),
            network_namespace: None,
            at: Some(Moment::from_seconds(LOOKED)),
            listening: live
                .then(|| (port > 0).then(|| listening(bound, port)).into_iter().collect()),
            connections: live.then(|| open.collect()),
            routes: live.then(|| {
                vec![
                    route("0.0.0.0/0".to_owned(), Some(gateway)),
                    route(format!("{}/24", base(self.project)), None),
                ]
            }),
            mtus: live.then(|| vec![Mtu { interface: "eth0".to_owned(), mtu: 1500 }]),
            nameservers: live.then(|| vec![IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11))]),
            search: Vec::new(),
            ndots: None,
            resolved: Vec::new(),
            own_names: Vec::new(),
            other_addresses: Vec::new(),
            backlog: Vec::new(),
            hosts: live.then(Vec::<HostsEntry>::new),
            log_errors: Some(errors.collect()),
            log_troubles: Vec::new(),
            log_connected: None,
            unseen: Vec::new(),
        }
    }
}

fn base(project: usize) -> Ipv4Addr {
    Ipv4Addr::new(10, (project / 256) as u8, (project % 256) as u8, 0)
}

fn base_of(network: &Network) -> Ipv4Addr {
    v4(network.subnets[0].subnet.network()).expect("an IPv4 subnet")
}

fn v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

fn network(name: &str, number: usize, base: Ipv4Addr, length: u8) -> Network {
    let mut network = Network::unlisted(name, &format!("{number:08x}{number:056x}"));
    network.driver = Driver::Bridge;
    network.scope = Scope::Local;
    network.unlisted = false;
    network.subnets.push(Subnet {
        subnet: format!("{base}/{length}").parse().expect("a subnet"),
        gateway: Some(IpAddr::V4(Ipv4Addr::from(u32::from(base) + 1))),
        ip_range: None,
    });
    network
}

fn listening(address: Ipv4Addr, port: u16) -> Listening {
    Listening { protocol: Protocol::Tcp, address: IpAddr::V4(address), port }
}
