//! netmap's model equals what docker's own inspect says, field by field.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::crowd;
use crate::support::{
    Corner, docker, inspect, inspect_network, netmap_command, netmap_json, netmap_text, text,
};

#[test]
#[ignore = "needs a Docker engine"]
fn every_oddity_equals_the_engines_own_word() {
    let mut corner = Corner::new("truth");
    let front = corner.network("front", &["--label", "org.opencontainers.image.title=front"]);
    let back = corner.network("back", &["--internal", "--attachable"]);
    let quiet = corner.network("quiet", &["-o", "com.docker.network.bridge.enable_icc=false"]);
    let flat = corner.network(
        "flat",
        &[
            "-o",
            "com.docker.network.bridge.enable_ip_masquerade=false",
            "-o",
            "com.docker.network.driver.mtu=1400",
        ],
    );
    let v6 = corner.subnet_v6();
    let dual = corner.network("dual", &["--ipv6", "--subnet", &v6]);
    let wide = corner.subnet();
    let base = wide.trim_end_matches(".0/24").to_owned();
    let own_gateway = format!("{base}.254");
    let range = format!("{base}.128/25");
    let custom = corner.bare_network(
        "custom",
        &["--subnet", &wide, "--gateway", &own_gateway, "--ip-range", &range],
    );
    let macvlan = corner.macvlan("macvlan");
    let empty = corner.network("empty", &[]);

    let web = corner.run(
        "web",
        &[
            "--network",
            &front,
            "--network-alias",
            "www",
            "--network-alias",
            "site",
            "-p",
            "127.0.0.1:17191:80",
            "-p",
            "17100-17102:9000-9002",
            "-p",
            "18053:53/udp",
            "--expose",
            "6379",
            "--label",
            "com.docker.compose.project=truth",
            "--label",
            "com.docker.compose.service=web",
            "--label",
            "com.docker.compose.container-number=1",
            "--health-cmd",
            "true",
            "--health-interval",
            "1h",
            "--add-host",
            "api.test:10.0.0.9",
            "--dns",
            "10.0.0.8",
            "busybox",
            "sleep",
            "1d",
        ],
    );
    let api = corner.sleeper("api", &["--network", &front]);
    docker(&["network", "connect", "--alias", "api-in-back", &back, &api]);
    let fixed_address = {
        let subnet = &network_of(&inspect_network(&back))["subnet"];
        subnet.as_str().unwrap().replace(".0/24", ".77")
    };
    let db = corner.sleeper("db", &["--network", &back, "--ip", &fixed_address]);
    let stack_of_api = format!("container:{api}");
    let sidecar = corner.sleeper("sidecar", &["--network", &stack_of_api]);
    let host = corner.sleeper("host", &["--network", "host"]);
    let none = corner.sleeper("none", &["--network", "none"]);
    let old = corner.sleeper("old", &[]);
    let link = format!("{old}:elder");
    let linked = corner.sleeper("linked", &["--link", &link]);
    let on_dual = corner.sleeper("on-dual", &["--network", &dual]);
    let on_mac = corner.sleeper("on-mac", &["--network", &macvlan]);
    let on_custom = corner.sleeper("on-custom", &["--network", &custom]);
    let on_quiet = corner.sleeper("on-quiet", &["--network", &quiet]);
    let on_flat = corner.sleeper("on-flat", &["--network", &flat]);
    let stopped = corner
        .run("stopped", &["--network", &front, "-p", "18200:80", "busybox", "sh", "-c", "exit 3"]);
    docker(&["wait", &stopped]);
    let created = corner.name("created");
    corner.adopt(&created);
    docker(&["create", "--name", &created, "--network", &front, "busybox"]);
    let paused = corner.sleeper("paused", &["--network", &front]);
    docker(&["pause", &paused]);

    let containers = [
        &web, &api, &db, &sidecar, &host, &none, &old, &linked, &on_dual, &on_mac, &on_custom,
        &on_quiet, &on_flat, &stopped, &created, &paused,
    ];
    let networks = [&front, &back, &quiet, &flat, &dual, &custom, &macvlan, &empty];
    assert_true(containers.into_iter(), networks.into_iter());
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_crowd_equals_the_engines_own_word_and_fits_every_terminal() {
    let mut corner = Corner::new("crowd");
    crowd::bring_up(&mut corner);
    let names = crowd::names(&corner);
    let networks: Vec<String> =
        ["edge", "back", "quiet", "dual", "lan", "flat", "red"].map(|n| corner.name(n)).into();
    assert_true(names.iter(), networks.iter());

    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().display().to_string();
    // The engine is shared with other tests, so compare runs on one snapshot.
    netmap_text(0, &["show", &corner.glob(), "--format", "json", "-o", &path]);
    let from = |arguments: &[&str]| {
        let output =
            netmap_command().args(["show", "--from", &path]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    for width in ["80", "200"] {
        for format in ["grid", "table"] {
            let shown = from(&["--format", format, "--width", width]);
            let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= width.parse().unwrap(), "{format} at {width}: {widest}");
            for name in &names {
                assert!(shown.contains(name.as_str()), "{name} in {format} at {width}");
            }
            assert_eq!(shown, from(&["--format", format, "--width", width]), "the same bytes");
        }
    }
    assert!(from(&["--format", "svg", "--width", "1600"]).contains("</svg>"));
}

/// Asserts that netmap says of these containers and networks what docker says.
pub fn assert_true<'n>(
    containers: impl Iterator<Item = &'n String>,
    networks: impl Iterator<Item = &'n String>,
) {
    let shown = netmap_json(0, &["show", "--all", "--format", "json"]);
    for name in containers {
        let ours = named(&shown["containers"], name);
        let theirs = &inspect(name);
        assert_eq!(container_of_ours(ours), container_of(theirs), "{name}");
    }
    for name in networks {
        let ours = named(&shown["networks"], name);
        let theirs = &inspect_network(name);
        assert_eq!(network_of_ours(ours), network_of(theirs), "{name}");
        let members: BTreeSet<String> =
            theirs["Containers"].as_object().unwrap().keys().cloned().collect();
        let ours: BTreeSet<String> = live_members(&shown, name);
        assert_eq!(ours, members, "members of {name}");
    }
}

fn named<'v>(list: &'v Value, name: &str) -> &'v Value {
    let found: Vec<&Value> =
        list.as_array().unwrap().iter().filter(|item| item["name"] == *name).collect();
    assert_eq!(found.len(), 1, "exactly one {name}");
    found[0]
}

/// Ids of the running containers that netmap puts on a network.
fn live_members(shown: &Value, network: &str) -> BTreeSet<String> {
    let containers = shown["containers"].as_array().unwrap().iter();
    containers
        .filter(|c| c["state"] == "running" || c["state"] == "paused")
        .filter(|c| c["endpoints"].as_array().unwrap().iter().any(|e| e["network"] == *network))
        .map(|c| c["id"].as_str().unwrap().to_owned())
        .collect()
}

/// An optional text of ours, with docker's "" for what is missing.
fn or_empty(value: &Value) -> Value {
    if value.is_null() { json!("") } else { value.clone() }
}

fn sorted(mut list: Vec<Value>) -> Value {
    list.sort_by_key(Value::to_string);
    Value::Array(list)
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn container_of_ours(ours: &Value) -> Value {
    let endpoints = list(&ours["endpoints"]).into_iter().map(|e| {
        json!({
            "network": e["network"], "network_id": or_empty(&e["network_id"]),
            "ipv4": or_empty(&e["ipv4"]), "ipv6": or_empty(&e["ipv6"]), "mac": or_empty(&e["mac"]),
            "gateway": or_empty(&e["gateway"]), "ipv6_gateway": or_empty(&e["ipv6_gateway"]),
            "fixed": or_empty(&e["fixed_ipv4"]), "aliases": e["aliases"],
            "fixed_ipv6": or_empty(&e["fixed_ipv6"]), "link_local": list(&e["link_local"]),
            "priority": e["gateway_priority"].as_i64().unwrap_or_default(),
            "options": or_null_map(&e["driver_options"]),
        })
    });
    // Docker writes "" where no port of the host leads to it.
    let host_port = |p: &Value| p["host_port"].as_u64().map(|port| port.to_string());
    let port = |p: &Value| {
        json!([p["port"], p["protocol"], p["host_ip"], host_port(p).unwrap_or_default()])
    };
    json!({
        "id": ours["id"], "image": ours["image"], "state": ours["state"],
        "health": or_empty(&ours["health"]), "restarts": ours["restart_count"],
        "hostname": or_empty(&ours["hostname"]), "mode": ours["network_mode"],
        "endpoints": sorted(endpoints.collect()),
        "published": sorted(list(&ours["published"]).iter().map(port).collect()),
        "exposed": sorted(list(&ours["exposed"]).iter().map(|p| json!(format!("{}/{}", p["port"], p["protocol"].as_str().unwrap()))).collect()),
        "links": list(&ours["links"]), "labels": or_null_map(&ours["labels"]),
        "project": ours["project"], "service": ours["service"],
        "extra_hosts": list(&ours["extra_hosts"]), "dns": list(&ours["dns"]),
    })
}

fn container_of(theirs: &Value) -> Value {
    let settings = &theirs["NetworkSettings"];
    let is_sidecar =
        theirs["HostConfig"]["NetworkMode"].as_str().unwrap().starts_with("container:");
    let endpoints = settings["Networks"].as_object().unwrap().iter().map(|(network, e)| {
        json!({
            "network": network, "network_id": or_empty(&e["NetworkID"]),
            "ipv4": or_empty(&e["IPAddress"]), "ipv6": or_empty(&e["GlobalIPv6Address"]),
            "mac": or_empty(&e["MacAddress"]), "gateway": or_empty(&e["Gateway"]),
            "ipv6_gateway": or_empty(&e["IPv6Gateway"]),
            "fixed": or_empty(&e["IPAMConfig"]["IPv4Address"]), "aliases": list(&e["Aliases"]),
            "fixed_ipv6": or_empty(&e["IPAMConfig"]["IPv6Address"]),
            "link_local": list(&e["IPAMConfig"]["LinkLocalIPs"]),
            "priority": e["GwPriority"].as_i64().unwrap_or_default(),
            "options": or_null_map(&e["DriverOpts"]),
        })
    });
    let mut published = Vec::new();
    for (port, bindings) in settings["Ports"].as_object().into_iter().flatten() {
        let (number, protocol) = port.split_once('/').unwrap();
        for binding in list(bindings) {
            published.push(json!([
                number.parse::<u16>().unwrap(),
                protocol,
                binding["HostIp"],
                binding["HostPort"].as_str().unwrap()
            ]));
        }
    }
    let last = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let links: Vec<Value> = list(&theirs["HostConfig"]["Links"])
        .iter()
        .map(|link| {
            let (container, alias) = link.as_str().unwrap().split_once(':').unwrap();
            json!(format!("{}:{}", last(container), last(alias)))
        })
        .collect();
    let labels = &theirs["Config"]["Labels"];
    json!({
        "id": theirs["Id"], "image": theirs["Config"]["Image"], "state": theirs["State"]["Status"],
        "health": or_empty(&theirs["State"]["Health"]["Status"]), "restarts": theirs["RestartCount"],
        "hostname": theirs["Config"]["Hostname"],
        "mode": theirs["HostConfig"]["NetworkMode"],
        "endpoints": if is_sidecar { json!([]) } else { sorted(endpoints.collect()) },
        "published": sorted(published),
        "exposed": sorted(theirs["Config"]["ExposedPorts"].as_object().into_iter().flatten().map(|(port, _)| json!(port)).collect()),
        "links": links, "labels": or_null_map(labels),
        "project": labels["com.docker.compose.project"], "service": labels["com.docker.compose.service"],
        "extra_hosts": list(&theirs["HostConfig"]["ExtraHosts"]), "dns": list(&theirs["HostConfig"]["Dns"]),
    })
}

fn or_null_map(map: &Value) -> Value {
    if map.as_object().is_none_or(|map| map.is_empty()) { json!({}) } else { map.clone() }
}

fn network_of_ours(ours: &Value) -> Value {
    let subnet = ours["subnets"][0].clone();
    json!({
        "id": ours["id"], "driver": ours["driver"], "scope": ours["scope"], "internal": ours["internal"],
        "attachable": ours["attachable"], "ipv6": ours["ipv6"],
        "subnet": subnet["subnet"], "gateway": or_empty(&subnet["gateway"]), "range": or_empty(&subnet["ip_range"]),
        "subnets": list(&ours["subnets"]).len(), "options": or_null_map(&ours["options"]),
        "labels": or_null_map(&ours["labels"]),
        "icc": ours.get("icc").is_none_or(|icc| icc == true),
        "masquerade": ours.get("masquerade").is_none_or(|masquerade| masquerade == true),
        "mtu": ours["mtu"], "ipv4": ours.get("ipv4").is_none_or(|ipv4| ipv4 == true),
        "modes": [or_empty(&ours["gateway_modes"]["ipv4"]), or_empty(&ours["gateway_modes"]["ipv6"])],
        "inhibited": ours["inhibit_ipv4"] == true, "trusted": list(&ours["trusted_interfaces"]),
        "config_only": ours["config_only"] == true, "config_from": or_empty(&ours["config_from"]),
    })
}

fn network_of(theirs: &Value) -> Value {
    let configs = list(&theirs["IPAM"]["Config"]);
    let option = |key: &str| theirs["Options"][key].as_str().map(str::to_owned);
    let bridge = |key: &str| option(&format!("com.docker.network.bridge.{key}"));
    let modes =
        ["gateway_mode_ipv4", "gateway_mode_ipv6"].map(|key| bridge(key).unwrap_or_default());
    let trusted = bridge("trusted_host_interfaces").unwrap_or_default();
    let trusted: Vec<&str> = trusted.split(':').filter(|name| !name.is_empty()).collect();
    json!({
        "id": theirs["Id"], "driver": theirs["Driver"], "scope": theirs["Scope"], "internal": theirs["Internal"],
        "attachable": theirs["Attachable"], "ipv6": theirs["EnableIPv6"],
        "subnet": configs[0]["Subnet"], "gateway": or_empty(&configs[0]["Gateway"]), "range": or_empty(&configs[0]["IPRange"]),
        "subnets": configs.len(), "options": or_null_map(&theirs["Options"]),
        "labels": or_null_map(&theirs["Labels"]),
        "icc": option("com.docker.network.bridge.enable_icc").as_deref() != Some("false"),
        "masquerade": option("com.docker.network.bridge.enable_ip_masquerade").as_deref() != Some("false"),
        "mtu": option("com.docker.network.driver.mtu").map(|mtu| mtu.parse::<u32>().unwrap()),
        "ipv4": theirs["EnableIPv4"].as_bool().unwrap_or(true),
        "modes": modes,
        "inhibited": bridge("inhibit_ipv4").as_deref() == Some("true"),
        "trusted": trusted,
        "config_only": theirs["ConfigOnly"] == true,
        "config_from": or_empty(&theirs["ConfigFrom"]["Network"]),
    })
}
