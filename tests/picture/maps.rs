//! Maps made by a program: some with the shape of real setups, and generated ones
//! of any size. The same call gives the same map, always.

#![allow(dead_code)] // tests and benchmarks each use some of it

use std::net::IpAddr;

use netmap::model::{
    Compose, Container, Driver, Endpoint, EngineFacts, ExposedPort, Health, Network, NetworkMode,
    Notation, Origin, Protocol, PublishedPort, Reference, Scope, Snapshot, State, Subnet,
};

#[path = "generated.rs"]
mod generated;
#[path = "talking.rs"]
mod talking;

#[allow(unused_imports)] // as above
pub use generated::{in_projects, projects, random, with_talk};
#[allow(unused_imports)] // as above
pub use talking::{analytics57, hub45};

/// A map in the making.
#[derive(Default)]
pub struct Maker {
    networks: Vec<Network>,
    containers: Vec<Container>,
}

impl Maker {
    /// Adds a bridge network with a subnet of its own.
    pub fn network(&mut self, name: &str) -> &mut Network {
        let number = self.networks.len();
        let mut network = Network::unlisted(name, &format!("net{number:060}"));
        network.driver = Driver::Bridge;
        network.scope = Scope::Local;
        network.unlisted = false;
        let subnet = format!("10.{}.{}.0/24", number / 250, number % 250);
        network.subnets.push(Subnet {
            subnet: subnet.parse().unwrap(),
            gateway: Some(format!("10.{}.{}.1", number / 250, number % 250).parse().unwrap()),
            ip_range: None,
        });
        self.networks.push(network);
        self.networks.last_mut().unwrap()
    }

    /// Adds a network that has IPv6, too.
    pub fn dual(&mut self, name: &str) -> &mut Network {
        let number = self.networks.len();
        let network = self.network(name);
        network.ipv6 = true;
        network.subnets.push(Subnet {
            subnet: format!("fd00:{number:x}::/64").parse().unwrap(),
            gateway: Some(format!("fd00:{number:x}::1").parse().unwrap()),
            ip_range: None,
        });
        network
    }

    /// Adds a running container on these networks.
    pub fn container(&mut self, name: &str, image: &str, on: &[&str]) -> &mut Container {
        let number = self.containers.len();
        let endpoints = on.iter().map(|network| self.endpoint(network, number)).collect();
        self.containers.push(Container {
            name: name.to_owned(),
            id: format!("c{number:063}"),
            image: image.to_owned(),
            state: State::Running,
            network_mode: NetworkMode::Network((*on.first().unwrap_or(&"default")).to_owned()),
            endpoints,
            ..Container::default()
        });
        self.containers.last_mut().unwrap()
    }

    fn endpoint(&self, name: &str, number: usize) -> Endpoint {
        let at = self.networks.iter().position(|n| n.name == name).expect("a network of the map");
        let network = &self.networks[at];
        let host = 2 + number % 250;
        let gateways = || network.subnets.iter().filter_map(|subnet| subnet.gateway);
        Endpoint {
            network: name.to_owned(),
            network_id: network.id.clone(),
            ipv4: format!("10.{}.{}.{host}", at / 250, at % 250).parse().ok(),
            ipv6: network.ipv6.then(|| format!("fd00:{at:x}::{host:x}").parse().unwrap()),
            gateway: gateways().find_map(|address| match address {
                IpAddr::V4(address) => Some(address),
                IpAddr::V6(_) => None,
            }),
            ipv6_gateway: gateways().find_map(|address| match address {
                IpAddr::V6(address) => Some(address),
                IpAddr::V4(_) => None,
            }),
            ..Endpoint::default()
        }
    }

    /// The finished map.
    pub fn snapshot(self) -> Snapshot {
        let engine = EngineFacts {
            name: "Docker".to_owned(),
            version: "26.1.5".to_owned(),
            ..EngineFacts::default()
        };
        Snapshot::new(engine, self.networks, self.containers, Vec::new())
    }
}

/// Small changes to a container, to be chained.
pub trait Tweak {
    /// Publishes a port on every address, or on the one given.
    fn publish(&mut self, host_ip: &str, host_port: u16, port: u16) -> &mut Self;
    /// Puts it in a compose project.
    fn project(&mut self, project: &str, service: &str) -> &mut Self;
    /// Declares a port.
    fn expose(&mut self, port: u16) -> &mut Self;
    /// Says that it is healthy.
    fn healthy(&mut self) -> &mut Self;
    /// Configures whom it asks.
    fn asks(&mut self, host: &str, port: u16) -> &mut Self;
}

impl Tweak for Container {
    fn publish(&mut self, host_ip: &str, host_port: u16, port: u16) -> &mut Self {
        let protocol = Protocol::Tcp;
        let all: &[&str] = if host_ip == "*" { &["0.0.0.0", "::"] } else { &[host_ip] };
        for host_ip in all {
            let (host_ip, host_port) = (host_ip.parse().unwrap(), Some(host_port));
            self.published.push(PublishedPort { port, protocol, host_ip, host_port });
        }
        self
    }

    fn project(&mut self, project: &str, service: &str) -> &mut Self {
        self.compose = Compose {
            project: Some(project.to_owned()),
            service: Some(service.to_owned()),
            replica: Some(1),
        };
        self
    }

    fn expose(&mut self, port: u16) -> &mut Self {
        self.exposed.push(ExposedPort { port, protocol: Protocol::Tcp });
        self
    }

    fn healthy(&mut self) -> &mut Self {
        self.health = Some(Health::Healthy);
        self
    }

    fn asks(&mut self, host: &str, port: u16) -> &mut Self {
        let variable = host.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        self.references.push(Reference {
            origin: Origin::Environment,
            variable: Some(format!("{variable}_ADDR")),
            scheme: None,
            host: host.to_owned(),
            port: Some(port),
            port_variable: None,
            notation: Notation::default(),
            is_whole: true,
            is_listed: false,
            flaw: None,
        });
        self
    }
}

/// A three-tier shop: 12 containers on 3 networks.
pub fn shop12() -> Snapshot {
    let mut map = Maker::default();
    map.network("front");
    map.network("app");
    map.network("back").internal = true;
    let proxy = map.container("proxy", "nginx:1.27", &["front"]).healthy();
    proxy.publish("*", 80, 80).publish("*", 443, 443);
    proxy.endpoints[0].aliases.push("www".to_owned());
    for number in 1..=3 {
        proxy.asks(&format!("web-{number}"), 3000);
    }
    for number in 1..=3 {
        let web = map.container(&format!("web-{number}"), "shop/web:2.4", &["front", "app"]);
        web.healthy().asks("api", 8000);
    }
    let api = map.container("api", "shop/api:2.4", &["app", "back"]);
    api.endpoints[1].aliases.push("api-in-back".to_owned());
    api.asks("db", 5432).asks("cache", 6379).asks("search", 9200);
    map.container("worker", "shop/worker:2.4", &["app", "back"])
        .asks("db", 5432)
        .asks("mailer", 25);
    map.container("mailer", "shop/mailer:1.0", &["app"]);
    map.container("search", "opensearch:2", &["app", "back"]).expose(9200);
    map.container("db", "postgres:16", &["back"]).healthy().expose(5432);
    map.container("replica", "postgres:16", &["back"]).expose(5432);
    map.container("cache", "redis:7", &["back"]).expose(6379);
    map.container("adminer", "adminer:4", &["app", "back"]).publish("127.0.0.1", 8080, 8080);
    map.snapshot()
}

/// A home server: 36 services, 30 of them on the network of one proxy, three
/// in the network namespace of a VPN container.
pub fn proxy36() -> Snapshot {
    let mut map = Maker::default();
    map.network("proxy");
    map.network("databases").internal = true;
    map.network("socket").internal = true;
    map.network("monitoring");
    let traefik = map.container("traefik", "traefik:v3.1", &["proxy", "socket"]).healthy();
    traefik.publish("*", 80, 80).publish("*", 443, 443).publish("127.0.0.1", 8080, 8080);
    map.container("socket-proxy", "tecnativa/docker-socket-proxy:0.2", &["socket"]).expose(2375);
    let vpn = map.container("gluetun", "qmcgaw/gluetun:v3.39", &["proxy"]).healthy();
    vpn.publish("*", 8388, 8388);
    let vpn = vpn.id.clone();
    for (name, image) in [
        ("qbittorrent", "linuxserver/qbittorrent:4.6.5"),
        ("prowlarr", "linuxserver/prowlarr:1.21"),
        ("jackett", "linuxserver/jackett:0.22"),
    ] {
        let sidecar = map.container(name, image, &[]);
        sidecar.network_mode = NetworkMode::Container(vpn.clone());
    }
    let with_database = ["nextcloud", "paperless", "immich", "gitea", "miniflux", "vaultwarden"];
    for name in with_database {
        map.container(name, &format!("{name}:latest"), &["proxy", "databases"]).healthy();
    }
    map.container("postgres", "postgres:16-alpine", &["databases"]).healthy().expose(5432);
    map.container("mariadb", "mariadb:11", &["databases"]).expose(3306);
    map.container("redis", "redis:7-alpine", &["databases"]).expose(6379);
    map.container("grafana", "grafana/grafana:11.1", &["proxy", "monitoring"]);
    map.container("prometheus", "prom/prometheus:v2.53", &["proxy", "monitoring"]).expose(9090);
    map.container("node-exporter", "prom/node-exporter:v1.8", &["monitoring"]).expose(9100);
    let singles = [
        "sonarr",
        "radarr",
        "lidarr",
        "bazarr",
        "jellyfin",
        "jellyseerr",
        "homepage",
        "uptime-kuma",
        "freshrss",
        "linkding",
        "mealie",
        "tandoor",
        "stirling-pdf",
        "it-tools",
        "excalidraw",
        "searxng",
        "syncthing",
        "filebrowser",
    ];
    for name in singles {
        map.container(name, &format!("ghcr.io/home/{name}:stable"), &["proxy"]);
    }
    map.snapshot()
}

/// A larger shop in three compose projects: 48 services on 7 networks.
pub fn shop48() -> Snapshot {
    let mut map = Maker::default();
    for (name, project) in [
        ("edge", "edge"),
        ("shop", "shop"),
        ("shop-data", "shop"),
        ("billing", "billing"),
        ("billing-data", "billing"),
        ("metrics", "ops"),
        ("logs", "ops"),
    ] {
        map.network(name).project = Some(project.to_owned());
    }
    for network in &mut map.networks {
        network.internal = network.name.ends_with("-data");
    }
    map.container("edge-lb-1", "haproxy:3.0", &["edge"])
        .publish("*", 443, 443)
        .project("edge", "lb");
    map.container("edge-waf-1", "owasp/modsecurity:4", &["edge"]).project("edge", "waf");
    for number in 1..=4 {
        let web = map.container(&format!("shop-web-{number}"), "shop/web:5.2", &["edge", "shop"]);
        web.healthy().project("shop", "web");
    }
    for name in ["catalog", "basket", "search", "reviews", "pricing", "stock", "images"] {
        for number in 1..=2 {
            let on: &[&str] = if name == "images" { &["shop"] } else { &["shop", "shop-data"] };
            let service =
                map.container(&format!("shop-{name}-{number}"), &format!("shop/{name}:5.2"), on);
            service.project("shop", name);
        }
    }
    for (name, image, port) in
        [("db", "postgres:16", 5432), ("cache", "redis:7", 6379), ("index", "opensearch:2", 9200)]
    {
        let data = map.container(&format!("shop-{name}-1"), image, &["shop-data"]);
        data.healthy().expose(port).project("shop", name);
    }
    map.container("billing-api-1", "billing/api:3.1", &["edge", "billing"])
        .project("billing", "api");
    map.container("billing-gateway-1", "billing/gateway:3.1", &["shop", "billing"])
        .project("billing", "gateway");
    for name in ["invoices", "payments", "ledger", "dunning", "tax"] {
        let service = map.container(
            &format!("billing-{name}-1"),
            &format!("billing/{name}:3.1"),
            &["billing", "billing-data"],
        );
        service.project("billing", name);
    }
    map.container("billing-db-1", "postgres:16", &["billing-data"])
        .healthy()
        .expose(5432)
        .project("billing", "db");
    map.container("billing-queue-1", "rabbitmq:3.13", &["billing-data"])
        .expose(5672)
        .project("billing", "queue");
    for (name, image, on) in [
        ("prometheus", "prom/prometheus:v2.53", &["metrics", "shop", "billing"][..]),
        ("grafana", "grafana/grafana:11.1", &["metrics", "edge"]),
        ("alertmanager", "prom/alertmanager:v0.27", &["metrics"]),
        ("node-exporter", "prom/node-exporter:v1.8", &["metrics"]),
        ("cadvisor", "cadvisor:v0.49", &["metrics"]),
        ("pushgateway", "prom/pushgateway:v1.9", &["metrics"]),
        ("blackbox", "prom/blackbox-exporter:v0.25", &["metrics", "edge"]),
        ("loki", "grafana/loki:3.1", &["logs"]),
        ("promtail", "grafana/promtail:3.1", &["logs"]),
        ("vector", "timberio/vector:0.40", &["logs", "metrics"]),
        ("tempo", "grafana/tempo:2.5", &["logs"]),
        ("minio", "minio/minio:2024", &["logs"]),
        ("kafka", "apache/kafka:3.8", &["logs", "shop"]),
        ("kibana", "kibana:8.14", &["logs"]),
        ("otel", "otel/collector:0.105", &["logs", "metrics"]),
        ("backup", "restic/restic:0.17", &["shop-data", "billing-data"]),
    ] {
        let service = map.container(&format!("ops-{name}-1"), image, on);
        service.project("ops", name);
        if name == "grafana" {
            service.publish("127.0.0.1", 3000, 3000);
        }
    }
    map.snapshot()
}

/// A host of many projects: 59 services on 20 networks with IPv4 and IPv6, 36
/// of them on the hub, 22 of those on a second network as well.
pub fn hub59() -> Snapshot {
    let mut map = Maker::default();
    map.dual("traefik");
    map.container("traefik", "traefik:v3.1", &["traefik"])
        .publish("*", 80, 80)
        .publish("*", 443, 443);
    for number in 0..13 {
        let name = [
            "whoami",
            "dozzle",
            "glances",
            "heimdall",
            "ntfy",
            "gotify",
            "changedetection",
            "speedtest",
            "wallabag",
            "navidrome",
            "kavita",
            "audiobookshelf",
            "calibre-web",
        ][number];
        map.container(name, &format!("{name}:latest"), &["traefik"]);
    }
    let apps = [
        "gitlab",
        "nextcloud",
        "mastodon",
        "matrix",
        "peertube",
        "pixelfed",
        "plausible",
        "outline",
        "authentik",
        "mailcow",
        "wiki",
        "forum",
        "tickets",
        "chat",
        "photos",
        "office",
        "cloud",
        "monitor",
        "builds",
    ];
    let mut routers = 0;
    let mut others = 0;
    for (number, app) in apps.iter().enumerate() {
        let network = format!("{app}_default");
        map.dual(&network).project = Some((*app).to_owned());
        let services: &[&str] = if number < 3 { &["web", "api"] } else { &["web"] };
        for service in services {
            let router = map.container(
                &format!("{app}-{service}-1"),
                &format!("{app}/{service}:1"),
                &["traefik", &network],
            );
            router.project(app, service);
            routers += 1;
        }
        let left = 23 - others;
        let hidden: &[&str] = if number < 4 && left > 0 { &["db", "redis"] } else { &["db"] };
        for service in hidden.iter().take(left) {
            let image = if *service == "db" { "postgres:16" } else { "redis:7" };
            let port = if *service == "db" { 5432 } else { 6379 };
            let container = map.container(&format!("{app}-{service}-1"), image, &[&network]);
            container.expose(port).project(app, service);
            others += 1;
        }
    }
    assert_eq!((routers, others), (22, 23));
    map.snapshot()
}

/// The maps with the shape of real ones, by name.
pub fn named() -> Vec<(&'static str, Snapshot)> {
    vec![
        ("shop12", shop12()),
        ("proxy36", proxy36()),
        ("shop48", shop48()),
        ("hub59", hub59()),
        ("projects300", projects(300, 40)),
    ]
}
