//! Maps of setups that say who talks to whom: a shape that hand-drawn pictures
//! have, each.

use netmap::model::Snapshot;

use super::{Maker, Tweak};

/// One proxy before sixteen projects and twelve single services: 45 containers
/// on 17 networks, of which the projects' own have no way out.
pub fn hub45() -> Snapshot {
    let mut map = Maker::default();
    map.network("traefik");
    let traefik = map.container("traefik", "traefik:v3.1", &["traefik"]);
    traefik.publish("*", 80, 80).publish("*", 443, 443);
    let projects: [(&str, &[(&str, &str)]); 16] = [
        ("authentik", &[("server", "authentik/server:1"), ("db", "postgres:16")]),
        ("gitlab", &[("web", "gitlab/web:1"), ("db", "postgres:16")]),
        ("mastodon", &[("web", "mastodon/web:4"), ("db", "postgres:16")]),
        ("nextcloud", &[("web", "nextcloud:29"), ("db", "mariadb:11")]),
        ("chat", &[("web", "chat/web:1"), ("db", "postgres:16")]),
        ("forum", &[("web", "forum/web:1"), ("db", "postgres:16")]),
        ("monitor", &[("web", "grafana/grafana:11.1"), ("db", "prom/prometheus:v2.53")]),
        ("outline", &[("web", "outline/web:1"), ("db", "postgres:16")]),
        ("photos", &[("web", "photos/web:1"), ("db", "postgres:16")]),
        ("plausible", &[("web", "plausible/web:2"), ("db", "clickhouse:24")]),
        ("wiki", &[("web", "wiki/web:1"), ("db", "postgres:16")]),
        ("builds", &[("web", "builds/web:1"), ("db", "postgres:16")]),
        ("mailcow", &[("web", "mailcow/web:1"), ("db", "mariadb:11")]),
        ("matrix", &[("web", "matrix/synapse:1"), ("db", "postgres:16")]),
        ("office", &[("web", "office/web:1"), ("db", "postgres:16")]),
        ("tickets", &[("web", "tickets/web:1"), ("db", "postgres:16")]),
    ];
    for (project, services) in projects {
        let own = format!("{project}_default");
        let network = map.network(&own);
        network.project = Some(project.to_owned());
        network.internal = true;
        let [(web, image), (db, store)] = services else { panic!("two services") };
        map.container(&format!("{project}-{web}-1"), image, &["traefik", &own])
            .project(project, web)
            .asks(&format!("{project}-{db}-1"), 5432);
        map.container(&format!("{project}-{db}-1"), store, &[&own])
            .expose(5432)
            .project(project, db);
    }
    for name in [
        "audiobookshelf",
        "calibre-web",
        "changes",
        "dozzle",
        "glances",
        "gotify",
        "heimdall",
        "kavita",
        "navidrome",
        "ntfy",
        "speedtest",
        "wallabag",
    ] {
        map.container(name, &format!("{name}:latest"), &["traefik"]);
    }
    map.snapshot()
}

/// A project of 57 services on one network, most of them a family's.
pub fn analytics57() -> Snapshot {
    let mut map = Maker::default();
    map.network("analytics_default").project = Some("analytics".to_owned());
    let on: &[&str] = &["analytics_default"];
    let mut add = |service: &str, image: &str, asks: &[(&str, u16)]| {
        let container = map.container(&format!("analytics-{service}-1"), image, on);
        container.project("analytics", service);
        container.endpoints[0].aliases.push(service.to_owned());
        for (host, port) in asks {
            container.asks(host, *port);
        }
        if service == "nginx" {
            container.publish("*", 9000, 80);
        }
    };
    let stores: &[(&str, u16)] = &[("postgres", 5432), ("redis", 6379), ("kafka", 9092)];
    add("nginx", "nginx:1.27", &[("web", 9000), ("relay", 3000)]);
    add("relay", "analytics/relay:24", &[("web", 9000), ("kafka", 9092), ("redis", 6379)]);
    add(
        "web",
        "analytics/app:24",
        &[stores, &[("snuba-api", 1218), ("memcached", 11211)]].concat(),
    );
    for name in ["worker", "cron", "taskbroker", "ingest-events", "ingest-transactions"] {
        add(name, "analytics/app:24", stores);
    }
    for name in [
        "ingest-attachments",
        "ingest-monitors",
        "ingest-feedback",
        "ingest-profiles",
        "ingest-replays",
        "ingest-occurrences",
        "post-process-errors",
        "post-process-issues",
        "post-process-transactions",
        "subscription-errors",
        "subscription-transactions",
        "subscription-metrics",
        "billing-outcomes",
        "generic-metrics",
        "uptime-results",
    ] {
        add(name, "analytics/app:24", stores);
    }
    let clicks: &[(&str, u16)] = &[("clickhouse", 9000), ("redis", 6379), ("kafka", 9092)];
    for name in [
        "api",
        "errors",
        "transactions",
        "outcomes",
        "outcomes-billing",
        "group-attributes",
        "replacer",
        "metrics",
        "sets",
        "distributions",
        "counters",
        "gauges",
        "profiles",
        "functions",
        "chunks",
        "spans",
        "uptime",
        "eap-items",
        "replays",
        "issues",
        "subscriptions-events",
        "subscriptions-transactions",
        "subscriptions-metrics",
    ] {
        add(&format!("snuba-{name}"), "analytics/snuba:24", clicks);
    }
    add("symbolicator", "analytics/symbolicator:24", &[]);
    add("vroom", "analytics/vroom:24", &[("kafka", 9092)]);
    add("smtp", "exim:4", &[]);
    for (name, image) in [
        ("postgres", "postgres:14"),
        ("pgbouncer", "pgbouncer:1"),
        ("redis", "redis:7"),
        ("memcached", "memcached:1.6"),
        ("kafka", "confluentinc/cp-kafka:7.6"),
        ("clickhouse", "clickhouse:24"),
        ("seaweedfs", "seaweedfs:3"),
        ("geoip", "geoipupdate:6"),
    ] {
        add(name, image, &[]);
    }
    map.snapshot()
}
