//! What is usual at home and on small servers: pods, tunnels, name servers of one's own.

use serde_json::{Value, json};

use super::diagnose;
use super::real_apps_tests::{container, listening, said, seen, told};
use crate::graph::Map;
use crate::model::{Finding, Severity, Snapshot};
use crate::render::fix;

/// What is found on an engine of this name.
fn found_on(engine: &str, containers: &[Value], seen: &[Value]) -> Vec<Finding> {
    let snapshot = json!({"schema": "netmap/1", "engine": {"name": engine, "version": "5.4"},
        "networks": [{"name": "n", "id": "n", "driver": "bridge",
            "subnets": [{"subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}]}],
        "containers": containers, "observations": seen});
    let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
    diagnose(&Map::new(&snapshot), None, |_| true).findings
}

/// A container in a pod, which shares the network of the one that holds it.
fn member(name: &str, pod: &str, more: &Value) -> Value {
    let made_with = json!({"options": [
        {"option": "--cgroup-parent", "value": "/libpod_parent/0123"},
        {"option": "--ipc", "value": format!("container:{pod}-infra")},
        {"option": "--memory", "value": "1000"}]});
    let mut member = json!({"name": name, "id": name, "state": "running", "pod": {"name": pod},
        "network_mode": format!("container:{pod}-infra"), "made_with": made_with});
    member.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    member
}

/// A pod has its own name on a network. The host name that it was given is none there, and
/// that of the container which holds its network is none either.
#[test]
fn a_pod_is_dialled_by_its_own_name() {
    for host in ["db", "shop-db"] {
        dials_a_pod(host);
    }
}

fn dials_a_pod(host: &str) {
    let infra = |pod: &str, last, more: &Value| {
        let mut infra = container(&format!("{pod}-infra"), last, more);
        infra["pod"] = json!({"name": pod, "is_infra": true});
        infra["endpoints"][0]["aliases"] = json!([]);
        infra
    };
    let published = json!({"requested": [{"port": 3306, "protocol": "tcp", "host_port": "3306"}],
        "published": [{"port": 3306, "protocol": "tcp", "host_ip": "0.0.0.0", "host_port": 3306}],
        "hostname": "db", "made_with": {}});
    let reference = json!({"references": [{"host": host, "port": 3306, "origin": "environment",
        "variable": "DB_URL", "scheme": "mysql"}]});
    let pods = [
        infra("shop_db", 2, &published),
        infra("shop", 3, &json!({})),
        member("mariadb", "shop_db", &json!({})),
        member("web", "shop", &reference),
    ];
    let log = json!({"log_errors": [said(1, &json!({"kind": "name-not-found", "host": host,
        "port": 3306}))]});
    let findings = found_on("Podman", &pods, &[seen("web", &log)]);
    let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["wrong-name", "exposed-to-the-world"], "{findings:#?}");
    let text = fix::lines(&findings[0].fix).join("\n");
    assert!(text.contains("--pod=shop "), "{text}");
    assert!(text.contains("-e DB_URL") && text.contains("--memory=1000"), "{text}");
    assert!(!text.contains("libpod_parent") && !text.contains("--ipc"), "{text}");
    assert!(!text.contains("shop_db-infra"), "{text}");
    let text = fix::lines(&findings[1].fix).join("\n");
    assert!(text.starts_with("# by way of the pod shop_db ") && !text.contains("commit"), "{text}");
}

/// A tunnel in a container takes a part of the network's range.
#[test]
fn a_tunnel_takes_what_is_for_the_neighbours() {
    let routes = |of_tunnel: &str| {
        json!([{"destination": "0.0.0.0/0", "gateway": "10.0.0.1", "interface": "eth0"},
            {"destination": "10.0.0.0/24", "interface": "eth0"},
            {"destination": "10.0.0.8/32", "gateway": "10.0.0.1", "interface": "eth0"},
            {"destination": of_tunnel, "interface": "wg0"}])
    };
    let found = |of_tunnel: &str, errors: Value| {
        let db = container("db", 20, &json!({}));
        let reference = json!({"references": [{"host": "db", "port": 5432,
            "origin": "environment", "variable": "DB_HOST"}]});
        let app = container("app", 3, &reference);
        let of_app = json!({"routes": routes(of_tunnel), "log_errors": errors});
        let of_db = json!({"listening": [listening("0.0.0.0", 5432)]});
        found_on("Docker", &[db, app], &[seen("app", &of_app), seen("db", &of_db)])
    };
    let late = || json!([said(1, &json!({"kind": "timeout", "host": "db", "port": 5432}))]);
    let taken = found("10.0.0.16/28", late());
    let summary = "app sends what is for neighbours on n to its interface wg0";
    assert_eq!(told(&taken), [("subnet-overlap".to_owned(), summary)]);
    assert_eq!(taken[0].severity, Severity::Error);
    assert!(fix::lines(&taken[0].fix).concat().contains("leave 10.0.0.16/28 out"));
    let quiet = found("10.0.0.16/28", json!([]));
    assert_eq!(quiet[0].severity, Severity::Warning);
    // Nobody's addresses, a wider range than the network's, and another range.
    for free in ["10.0.0.64/28", "10.0.0.0/8", "0.0.0.0/1", "10.8.0.0/24"] {
        assert_eq!(told(&found(free, json!([]))), [], "{free}");
        assert_eq!(told(&found(free, late()))[0].0, "unexplained-failure", "{free}");
    }
}

/// Podman's name server is one of the host's programs, and a firewall keeps it from hearing.
#[test]
fn podmans_name_server_is_behind_the_hosts_firewall() {
    let found = |engine: &str, denied: bool| {
        let db = container("db", 2, &json!({}));
        let reference = json!({"references": [{"host": "db", "port": 5432,
            "origin": "environment", "variable": "DB_HOST"}]});
        let app = container("app", 3, &reference);
        let error = json!({"kind": "name-not-found", "host": "db", "denied": denied});
        let of_app = json!({"nameservers": ["10.0.0.1"], "log_errors": [said(1, &error)]});
        found_on(engine, &[db, app], &[seen("app", &of_app)])
    };
    let unheard = found("Podman", false);
    assert_eq!(unheard[0].rule, "unexplained-failure");
    let text = fix::lines(&unheard[0].fix).join("\n");
    let allow = "sudo iptables -I INPUT -s 10.0.0.0/24 -p udp --dport 53 -j ACCEPT";
    assert!(text.contains(allow), "{text}");
    for other in [found("Podman", true), found("Docker", false)] {
        assert!(!fix::lines(&other[0].fix).concat().contains("iptables"), "{other:#?}");
    }
}

/// Podman's name server has gone, or another program has its port on every address.
#[test]
fn podmans_name_server_is_brought_back() {
    let advised = |sockets: &[(&str, u16)], denied: bool| {
        let reference = json!({"references": [{"host": "db", "port": 5432,
            "origin": "environment", "variable": "DB_HOST"}]});
        let error = json!({"kind": "name-not-found", "host": "db", "denied": denied});
        let of_app = json!({"nameservers": ["10.0.0.1"], "log_errors": [said(1, &error)]});
        let sockets = sockets
            .iter()
            .map(|(address, port)| json!({"protocol": "udp", "address": address, "port": port}));
        let snapshot = json!({"schema": "netmap/1", "engine": {"name": "Podman", "version": "5.4"},
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}]}],
            "containers": [container("db", 2, &json!({})), container("app", 3, &reference)],
            "observations": [seen("app", &of_app)],
            "host": {"listening": sockets.collect::<Vec<_>>(), "addresses": ["10.0.0.1"]}});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let findings = diagnose(&Map::new(&snapshot), None, |_| true).findings;
        fix::lines(&findings[0].fix).join("\n")
    };
    let other = [("0.0.0.0", 53), ("127.0.0.53", 53)];
    for denied in [true, false] {
        let text = advised(&other, denied);
        assert!(text.contains("another name server of the host"), "{text}");
        assert!(text.contains("podman restart app") && !text.contains("iptables"), "{text}");
    }
    let text = advised(&[("127.0.0.53", 53)], false);
    assert!(text.contains("does not run") && text.contains("podman restart db"), "{text}");
    // It is there: at its own port, or at one that rules lead to.
    for port in [53, 1053] {
        let text = advised(&[("10.0.0.1", port), ("0.0.0.0", 53)], false);
        assert!(text.contains("iptables"), "{text}");
    }
}

/// A client that does not say which name it looked for, on the host's network.
#[test]
fn who_is_on_the_hosts_network_knows_no_container_by_name() {
    let broker = container("mosquitto", 2, &json!({}));
    let client = json!({"name": "hass", "id": "hass", "state": "running", "network_mode": "host"});
    let log = json!({"log_troubles": [said(1, &json!({"kind": "name-not-found"}))]});
    let findings = found_on("Docker", &[broker, client], &[seen("hass", &log)]);
    assert_eq!(findings[0].rule, "unexplained-failure");
    let text = fix::lines(&findings[0].fix).concat();
    assert!(text.contains("on the host's network none has a name"), "{text}");
}

/// A name server on a macvlan network, asked by way of the host.
#[test]
fn a_name_server_on_another_network_is_not_asked_by_way_of_the_host() {
    let found = |also: bool| {
        let mut pihole = json!({"name": "pihole", "id": "pihole", "state": "running", "endpoints": [
            {"network": "home", "network_id": "h", "ipv4": "192.168.1.53"}]});
        if also {
            let on = json!({"network": "n", "network_id": "n", "ipv4": "10.0.0.53"});
            pihole["endpoints"].as_array_mut().unwrap().push(on);
        }
        let server = if also { "10.0.0.53" } else { "192.168.1.53" };
        let feed = container("feed", 3, &json!({"dns": [server]}));
        let error = json!({"kind": "name-not-found", "host": "example.com"});
        let log = json!({"nameservers": ["127.0.0.11"], "log_errors": [said(1, &error)]});
        let bound = json!({"protocol": "udp", "address": "0.0.0.0", "port": 53});
        let snapshot = json!({"schema": "netmap/1", "engine": {}, "networks": [
            {"name": "n", "id": "n", "driver": "bridge", "subnets": [{"subnet": "10.0.0.0/24"}]},
            {"name": "home", "id": "h", "driver": "macvlan",
                "subnets": [{"subnet": "192.168.1.0/24"}]}],
            "containers": [pihole, feed], "observations": [
                seen("feed", &log), seen("pihole", &json!({"listening": [bound]}))]});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let findings = diagnose(&Map::new(&snapshot), None, |_| true).findings;
        assert_eq!(findings[0].rule, "outside-names", "{findings:#?}");
        fix::lines(&findings[0].fix).join("\n")
    };
    assert_eq!(found(false), "docker network connect home feed");
    assert!(found(true).contains("access-control"), "{}", found(true));
}

/// Who dials an IPv6 address from a network without IPv6.
#[test]
fn without_ipv6_nobody_dials_an_ipv6_address() {
    let found = |ipv6: Option<&str>| {
        let mut app = container("app", 3, &json!({}));
        app["endpoints"][0]["ipv6"] = json!(ipv6);
        let error = json!({"kind": "unreachable", "host": "2606:4700::1111", "port": 443});
        let log = json!({"log_errors": [said(1, &error)]});
        let findings = found_on("Docker", &[app], &[seen("app", &log)]);
        assert_eq!(findings[0].rule, "unexplained-failure");
        fix::lines(&findings[0].fix).concat()
    };
    assert!(found(None).contains("n gives app no IPv6 address"), "{}", found(None));
    assert!(!found(Some("fd00::3")).contains("no IPv6"), "{}", found(Some("fd00::3")));
}

/// A host without a port, dialled from the host's network, and a peer with one port.
#[test]
fn who_is_on_the_hosts_network_dials_the_one_port_of_a_peer_by_localhost() {
    let found = |host_port: &str| {
        let asked = json!({"requested": [{"port": 1883, "protocol": "tcp", "host_port": host_port}],
            "exposed": [{"port": 1883, "protocol": "tcp"}]});
        let broker = container("mosquitto", 2, &asked);
        let client = json!({"name": "hass", "id": "hass", "state": "running",
            "network_mode": "host", "made_with": {}, "references": [{"host": "mosquitto",
            "origin": "environment", "variable": "MQTT_HOST", "is_whole": true}]});
        let log = json!({"log_errors": [said(1, &json!({"kind": "name-not-found",
            "host": "mosquitto"}))]});
        let findings = found_on("Docker", &[broker, client], &[seen("hass", &log)]);
        assert_eq!(findings[0].rule, "host-mode-peer", "{findings:#?}");
        fix::lines(&findings[0].fix).concat()
    };
    assert!(found("1883").contains("-e MQTT_HOST=localhost"), "{}", found("1883"));
    assert!(!found("1884").contains("MQTT_HOST=localhost"), "{}", found("1884"));
}

/// Of two ports that are published nobody listens on one.
#[test]
fn what_listens_on_another_published_port_does_listen() {
    let published = |port: u16| json!({"port": port, "protocol": "tcp", "host_ip": "127.0.0.1", "host_port": port});
    let pihole = container("pihole", 2, &json!({"published": [published(53), published(80)]}));
    let log = json!({"listening": [listening("0.0.0.0", 53)]});
    let findings = found_on("Docker", &[pihole], &[seen("pihole", &log)]);
    assert_eq!(findings[0].rule, "published-port-nobody-listens");
    let told = format!("{:?}", findings[0].evidence);
    assert!(told.contains("ports: [53]"), "{told}");
}

/// Podman keeps a published port by a socket that nobody reads, and rules send on what comes.
#[test]
fn ports_whose_rules_are_gone_are_told() {
    let found = |engine: &Value, untaken: &Value| {
        let published = |port: u16| {
            json!({"published": [
                {"port": 80, "protocol": "tcp", "host_ip": "0.0.0.0", "host_port": port}]})
        };
        let snapshot = json!({"schema": "netmap/1", "engine": engine,
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}]}],
            "containers": [container("api", 2, &published(8081)), container("web", 3, &published(8080))],
            "host": {"listening": [], "untaken": untaken}});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        diagnose(&Map::new(&snapshot), None, |_| true).findings
    };
    let podman = json!({"name": "Podman", "version": "5.4"});
    let dead = found(&podman, &json!([listening("0.0.0.0", 8080)]));
    let summary = "What comes to port 8080 of the host does not get to web";
    assert_eq!(told(&dead), [("firewall-drop".to_owned(), summary)]);
    assert_eq!(dead[0].subjects, ["web"]);
    assert!(fix::lines(&dead[0].fix).concat().contains("podman network reload --all"));
    let both = found(&podman, &json!([listening("0.0.0.0", 8080), listening("0.0.0.0", 8081)]));
    let summary = "What comes to ports 8080 and 8081 of the host does not get to api and web";
    assert_eq!(told(&both), [("firewall-drop".to_owned(), summary)]);
    let rootless = json!({"name": "Podman", "version": "5.4", "rootless": true});
    let busy = json!([listening("0.0.0.0", 8080)]);
    for (engine, untaken) in [
        (&podman, json!([])),
        (&podman, json!([listening("0.0.0.0", 9090), listening("127.0.0.1", 22)])),
        (&rootless, busy.clone()),
        (&json!({"name": "Docker", "version": "28.0"}), busy),
    ] {
        assert_eq!(told(&found(engine, &untaken)), [], "{engine} {untaken}");
    }
}

/// Where nobody could read the rules, silence would say that the ports are fine.
#[test]
fn ports_whose_rules_could_not_be_read_are_not_passed_over() {
    let rule = |unread: &Value| {
        let snapshot = json!({"schema": "netmap/1", "engine": {"name": "Podman", "version": "5.4"},
            "networks": [], "containers": [], "host": {"listening": []}, "unread": unread});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let diagnosis = diagnose(&Map::new(&snapshot), None, |rule| rule.name == "firewall-drop");
        let notes = diagnosis.not_looked.iter().map(|note| note.why());
        (diagnosis.rules.clone(), notes.collect::<Vec<_>>())
    };
    let unread = json!([{"what": "the rules behind published ports at which connections wait (80)",
        "why": "they are root's", "part": {"kind": "firewall"}}]);
    let (asked, notes) = rule(&unread);
    assert_eq!(asked, ["firewall-drop"]);
    assert!(notes.iter().any(|why| why.contains("(80): they are root's")), "{notes:?}");
    assert!(rule(&json!([])).0.is_empty());
}
