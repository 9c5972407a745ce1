//! What was measured between bridges on Docker 28.5; `tests/engine/oddities.rs`
//! measures it again.

use serde_json::{Value, json};

use super::*;
use crate::graph::Verdict;
use crate::model::{Attempt, By, Snapshot};

const OPTION: &str = "com.docker.network.bridge";

/// The networks, each with what it is made with.
fn networks() -> Vec<(&'static str, Value)> {
    let both = |mode: &str| json!({format!("{OPTION}.gateway_mode_ipv4"): mode, format!("{OPTION}.gateway_mode_ipv6"): mode});
    let with = |mut options: Value, name: &str, value: &str| {
        options[format!("{OPTION}.{name}")] = json!(value);
        options
    };
    let flat = |options| with(options, "enable_ip_masquerade", "false");
    vec![
        ("nat", json!({})),
        ("flat", flat(json!({}))),
        ("unprotected", both("nat-unprotected")),
        ("unprotected-flat", flat(both("nat-unprotected"))),
        ("routed", with(both("routed"), "name", "br-routed")),
        ("routed-flat", flat(both("routed"))),
        ("routed-v6", json!({format!("{OPTION}.gateway_mode_ipv6"): "routed"})),
        ("routed-quiet", with(both("routed"), "enable_icc", "false")),
        ("routed-unhosted", with(both("routed"), "inhibit_ipv4", "true")),
        ("unhosted", with(json!({}), "inhibit_ipv4", "true")),
        ("trusting", flat(with(json!({}), "trusted_host_interfaces", "br-routed:lo"))),
        ("inner", json!({})),
        ("sealed", both("isolated")),
        ("future", both("teleported")),
    ]
}

fn is_internal(network: &str) -> bool {
    ["inner", "sealed"].contains(&network)
}

/// A container's endpoint on the network of this name.
fn endpoint(network: &str, number: usize) -> Value {
    let at = networks().iter().position(|(name, _)| *name == network).expect("a network");
    let gateway = |address: String| (!is_internal(network)).then_some(address);
    json!({"network": network, "network_id": network,
        "ipv4": format!("10.{at}.0.{number}"), "gateway": gateway(format!("10.{at}.0.1")),
        "ipv6": format!("fd00:{at}::{number}"), "ipv6_gateway": gateway(format!("fd00:{at}::1"))})
}

/// A setup with a container on each network, by the network's name, that has
/// 8080 published, and another, `more NETWORK`; and with these on several.
fn snapshot(version: &str, on_several: &[(&str, Vec<Value>)]) -> Snapshot {
    let of_networks = networks().into_iter().enumerate().map(|(at, (name, options))| {
        json!({"name": name, "id": name, "driver": "bridge", "ipv6": true, "options": options,
            "internal": is_internal(name), "masquerade": options[format!("{OPTION}.enable_ip_masquerade")] != "false",
            "icc": options[format!("{OPTION}.enable_icc")] != "false",
            "subnets": [{"subnet": format!("10.{at}.0.0/16")}, {"subnet": format!("fd00:{at}::/64")}]})
    });
    let published = json!([{"port": 8080, "host_ip": "0.0.0.0"}, {"port": 8080, "host_ip": "::"}]);
    let container = |name: String, endpoints: Vec<Value>| json!({"name": name, "id": name, "state": "running", "endpoints": endpoints, "published": published});
    let of_one = networks().into_iter().flat_map(|(network, _)| {
        [(network.to_owned(), 2), (format!("more {network}"), 3)]
            .map(|(name, number)| container(name, vec![endpoint(network, number)]))
    });
    let of_several =
        on_several.iter().map(|(name, endpoints)| container((*name).to_owned(), endpoints.clone()));
    let text = json!({"schema": "netmap/1", "engine": {"name": "Docker", "version": version},
        "networks": of_networks.collect::<Vec<_>>(),
        "containers": of_one.chain(of_several).collect::<Vec<_>>()});
    Snapshot::read(text.to_string().as_bytes()).expect("a snapshot")
}

/// What the map says of a ping, of a published port and of another, to the
/// address that `to` has on `network`: `y` for an answer, `.` for none, `?`.
fn told(map: &Map, from: &str, to: &str, network: &str, family: Family) -> String {
    let at = |name: &str| map.containers().find(|at| map.container(*at).name == name).expect("one");
    let endpoint = &map.container(at(to)).endpoints.iter().find(|e| e.network == network);
    let mut addresses = endpoint.expect("an endpoint").addresses();
    let address = addresses.find(|address| Family::of(*address) == family).expect("an address");
    let prediction = map.predict(at(from), at(to));
    [Attempt::Icmp, Attempt::Tcp(8080), Attempt::Tcp(9090)]
        .map(|attempt| match prediction.of(By::Address, &address.to_string(), attempt).verdict {
            Verdict::Reachable => 'y',
            Verdict::Blocked => '.',
            Verdict::Unknown => '?',
        })
        .iter()
        .collect()
}

/// The networks into which something gets from a network, and what.
fn lets_in(map: &Map, from: &str, family: Family) -> Vec<(&'static str, String)> {
    let told = |to| told(map, from, &format!("more {to}"), to, family);
    let all = networks().into_iter().map(|(to, _)| (to, told(to)));
    all.filter(|(to, told)| *to != from && told != "...").collect()
}

#[test]
fn a_routed_network_lets_in_pings_and_published_ports() {
    let snapshot = snapshot("28.5.2", &[]);
    let map = Map::new(&snapshot);
    let into = |networks: &[&'static str]| -> Vec<(&'static str, String)> {
        let routed = networks.iter().map(|network| (*network, "yy.".to_owned()));
        routed.chain([("future", "???".to_owned())]).collect()
    };
    let v4 = ["routed", "routed-flat", "routed-quiet"];
    let v6 = ["routed", "routed-flat", "routed-v6", "routed-quiet", "routed-unhosted"];
    for from in ["nat", "unprotected", "unprotected-flat"] {
        assert_eq!(lets_in(&map, from, Family::V4), into(&v4), "{from}");
        assert_eq!(lets_in(&map, from, Family::V6), into(&v6), "{from}");
    }
    assert_eq!(lets_in(&map, "routed", Family::V4), into(&v4[1..]));
    // Who sends with an own address hears nothing where that is protected.
    assert_eq!(lets_in(&map, "flat", Family::V4), into(&[]));
    assert_eq!(lets_in(&map, "flat", Family::V6), into(&[]));
    assert_eq!(lets_in(&map, "trusting", Family::V4), into(&v4[..1]));
    // Nobody is at the gateway, over IPv4.
    assert_eq!(lets_in(&map, "unhosted", Family::V4), into(&[]));
    assert_eq!(lets_in(&map, "unhosted", Family::V6), into(&v6));
    for inside in ["inner", "sealed"] {
        assert_eq!(lets_in(&map, inside, Family::V4), []);
        assert_eq!(lets_in(&map, inside, Family::V6), []);
    }
}

#[test]
fn members_that_are_kept_apart_hear_pings_where_it_is_routed() {
    let snapshot = snapshot("28.5.2", &[]);
    let map = Map::new(&snapshot);
    for family in [Family::V4, Family::V6] {
        let quiet = told(&map, "routed-quiet", "more routed-quiet", "routed-quiet", family);
        assert_eq!(quiet, "y..");
        assert_eq!(told(&map, "routed", "more routed", "routed", family), "yyy");
        assert_eq!(told(&map, "sealed", "more sealed", "sealed", family), "yyy");
    }
}

#[test]
fn engines_that_do_not_know_the_modes_translate_addresses_and_27_is_not_known() {
    for (version, expected) in [("26.1.5", "..."), ("20.10.24", "..."), ("27.5.1", "???")] {
        let snapshot = snapshot(version, &[]);
        let map = Map::new(&snapshot);
        assert_eq!(told(&map, "nat", "more routed", "routed", Family::V4), expected, "{version}");
    }
}

#[test]
fn the_way_out_decides_whether_answers_come_back_and_what_is_published() {
    let first = |network, priority: i64| {
        let mut endpoint = endpoint(network, 9);
        endpoint["gateway_priority"] = json!(priority);
        endpoint
    };
    let several = [
        ("by nat", vec![first("nat", 1), endpoint("flat", 9)]),
        ("by flat", vec![first("flat", 1), endpoint("nat", 8)]),
        ("by name", vec![endpoint("nat", 7), endpoint("flat", 7)]),
        ("at nat", vec![first("nat", 1), endpoint("routed", 6)]),
        ("at routed", vec![endpoint("nat", 5), first("routed", 1)]),
    ];
    let snapshot = snapshot("28.5.2", &several);
    let map = Map::new(&snapshot);
    let from = |name| told(&map, name, "more routed", "routed", Family::V4);
    assert_eq!(from("by nat"), "yy.");
    assert_eq!(from("by flat"), "...");
    // `flat` comes before `nat`.
    assert_eq!(from("by name"), "...");
    let to = |name| told(&map, "unprotected", name, "routed", Family::V4);
    assert_eq!(to("at nat"), "y..", "it is published on the other");
    assert_eq!(to("at routed"), "yy.");
    // Answers leave by nat, which is not the interface that is trusted.
    assert_eq!(told(&map, "trusting", "at nat", "routed", Family::V4), "...");
    assert_eq!(told(&map, "trusting", "at routed", "routed", Family::V4), "yy.");
}

#[test]
fn with_addresses_of_one_family_only_there_is_no_way_to_the_other() {
    let alone = |network, without: [&str; 2], number| {
        let mut endpoint = endpoint(network, number);
        without.into_iter().for_each(|key| endpoint[key] = Value::Null);
        endpoint
    };
    let (v4, v6) = (["ipv6", "ipv6_gateway"], ["ipv4", "gateway"]);
    let several = [
        ("v4", vec![alone("flat", v4, 9)]),
        ("v6", vec![alone("unprotected", v6, 9)]),
        ("v4 of nat", vec![alone("nat", v4, 9)]),
    ];
    let snapshot = snapshot("28.5.2", &several);
    let map = Map::new(&snapshot);
    let at = |name: &str| map.containers().find(|at| map.container(*at).name == name).expect("one");
    for (from, to) in [("v4", "v6"), ("v6", "v4")] {
        let prediction = map.predict(at(from), at(to));
        assert_eq!(prediction.by_address, Judged::blocked(Reason::NoCommonFamily), "{from} {to}");
    }
    // One of the target's addresses is enough.
    let prediction = map.predict(at("v4 of nat"), at("nat"));
    assert_eq!(prediction.by_address, Judged::reachable(Reason::SharedNetwork));
    assert_eq!(prediction.by_name, Judged::reachable(Reason::SharedNetwork));
    let reasons: Vec<Reason> = prediction.routes.iter().map(|way| way.judged.reason).collect();
    assert_eq!(reasons, [Reason::SharedNetwork, Reason::NoCommonFamily]);
    // What keeps them apart says more than that one address is of no use.
    let apart = map.predict(at("v4"), at("nat")).by_address;
    assert_eq!(apart, Judged::blocked(Reason::DifferentNetworks));
}
