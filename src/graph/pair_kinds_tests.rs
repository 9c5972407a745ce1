//! Pairs of one kind are predicted alike, whatever the map.

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::*;
use crate::graph::{Prediction, Verdict};
use crate::model::{EngineOfMap, Snapshot};
use crate::testing::{snapshots, town};

/// What is predicted, but for addresses and networks.
fn gist(prediction: Prediction) -> (Judged, Judged, Vec<Judged>) {
    let routes = prediction.routes.iter().map(|route| route.judged).collect();
    (prediction.by_name, prediction.by_address, routes)
}

/// What is special about a network or a container; mostly nothing, so that
/// many are alike.
fn oddity() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(u8::MAX), 2 => 0u8..16]
}

fn network(at: usize, odd: u8) -> Value {
    let driver = match odd {
        0 | 1 => "macvlan",
        2 => "overlay",
        3 => "weave",
        _ => "bridge",
    };
    let options = match odd {
        1 => json!({"macvlan_mode": "private"}),
        4 => json!({"com.docker.network.bridge.gateway_mode_ipv4": "routed"}),
        10 => json!({"com.docker.network.bridge.gateway_mode_ipv4": "routed",
            "com.docker.network.bridge.enable_icc": "false"}),
        11 => json!({"com.docker.network.bridge.gateway_mode_ipv6": "routed",
            "com.docker.network.bridge.name": "br-routed"}),
        12 => json!({"com.docker.network.bridge.gateway_mode_ipv4": "nat-unprotected"}),
        14 => json!({"com.docker.network.bridge.trusted_host_interfaces": "br-routed"}),
        15 => json!({"com.docker.network.bridge.inhibit_ipv4": "true"}),
        _ => json!({}),
    };
    let name = if odd == 5 && at == 0 { "bridge".to_owned() } else { format!("n{at}") };
    // The last may have the addresses of those before it.
    let subnet = if odd == 6 { "10.0.0.0/8".to_owned() } else { format!("10.{at}.0.0/16") };
    json!({"name": name, "id": format!("id-{at}"), "driver": driver, "options": options,
        "internal": odd == 7, "icc": odd != 8 && odd != 10,
        "masquerade": !(12..15).contains(&odd), "node": if odd == 9 { "one" } else { "" },
        "subnets": [{"subnet": subnet, "gateway": at.is_multiple_of(2).then(|| format!("10.{at}.0.1"))}, {"subnet": format!("fd00:{at}::/64")}]})
}

fn container(at: usize, odd: u8, networks: &[Value], on: &[Index]) -> Value {
    let endpoints: Vec<Value> = on
        .iter()
        .map(|on| on.index(networks.len()))
        .collect::<BTreeSet<usize>>()
        .into_iter()
        .map(|on| {
            let v6 = (odd == 1).then(|| format!("fd00:{on}::{at}"));
            let gateway = (odd != 2).then(|| format!("10.{on}.0.1"));
            let gateway_v6 =
                v6.as_ref().filter(|_| at.is_multiple_of(2)).map(|_| format!("fd00:{on}::1"));
            json!({"network": networks[on]["name"], "network_id": networks[on]["id"],
                "ipv4": (odd != 3).then(|| format!("10.{on}.0.{}", at + 2)), "gateway": gateway,
                "ipv6": v6, "ipv6_gateway": gateway_v6,
                "gateway_priority": (odd == 10).then_some(on)})
        })
        .collect();
    let mode = match odd {
        4 => "host",
        5 => "container:id-c0",
        6 => "none",
        7 => "pasta",
        _ => "n0",
    };
    let state = ["running", "planned", "exited", "restarting"][usize::from(odd == 8) * (at % 4)];
    let links = if odd == 9 { vec!["c1:elder"] } else { Vec::new() };
    json!({"name": format!("c{at}"), "id": format!("id-c{at}"), "state": state, "links": links,
        "network_mode": mode, "endpoints": if (4..8).contains(&odd) { Vec::new() } else { endpoints }})
}

/// Setups in which many things are alike, of one engine or two.
fn setups() -> impl Strategy<Value = Snapshot> {
    let networks = prop::collection::vec(oddity(), 1..4);
    let on = prop::collection::vec(any::<Index>(), 1..3);
    let containers = prop::collection::vec((oddity(), on), 4..16);
    let engine = select(vec![("Docker", "26.1"), ("Docker", "28.5"), ("Podman", "5.4")]);
    (networks, containers, engine, any::<bool>()).prop_map(|(networks, containers, engine, two)| {
        let networks: Vec<Value> =
            networks.into_iter().enumerate().map(|(at, odd)| network(at, odd)).collect();
        let containers: Vec<Value> = containers
            .iter()
            .enumerate()
            .map(|(at, (odd, on))| container(at, *odd, &networks, on))
            .collect();
        let text = json!({"schema": "netmap/1", "engine": {"name": engine.0, "version": engine.1},
            "networks": networks, "containers": containers});
        let mut snapshot = Snapshot::read(text.to_string().as_bytes()).expect("a snapshot");
        if two {
            snapshot.engines = ["one", "two"]
                .map(|node| EngineOfMap { node: node.to_owned(), engine: snapshot.engine.clone() })
                .into();
            for (at, container) in snapshot.containers.iter_mut().enumerate() {
                container.node = ["one", "two"][at % 2].to_owned();
            }
        }
        snapshot
    })
}

/// Holds each pair against the others of its kind.
fn check_kinds(snapshot: &Snapshot) -> Result<(), TestCaseError> {
    let map = Map::new(snapshot);
    let kinds = PairKinds::new(&map);
    let mut known: HashMap<PairKind, _> = HashMap::new();
    let everybody = positions(&snapshot.containers);
    for to in everybody.clone() {
        let acquainted: BTreeSet<ContainerAt> = kinds.acquainted(to, &[]).collect();
        for from in everybody.clone() {
            prop_assert_eq!(kinds.share_stack(from, to), map.share_stack(from, to));
            if map.share_stack(from, to) {
                continue;
            }
            let kind = kinds.of(from, to);
            if !acquainted.contains(&from) {
                prop_assert_eq!(kind.as_ref().filter(|kind| !kind.shared.is_empty()), None);
            }
            let strangers = || Some(kinds.of_strangers(from, to));
            let Some(kind) = kind
                .filter(|_| acquainted.contains(&from))
                .or_else(|| strangers().filter(|_| !acquainted.contains(&from)))
            else {
                continue;
            };
            let predicted = gist(map.predict(from, to));
            let before = known.entry(kind).or_insert_with(|| predicted.clone());
            prop_assert_eq!(&*before, &predicted, "{} to {}", from, to);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn pairs_of_one_kind_are_predicted_alike(snapshot in setups()) {
        check_kinds(&snapshot)?;
    }

    #[test]
    fn pairs_of_one_kind_are_predicted_alike_whatever_the_map(snapshot in snapshots()) {
        check_kinds(&snapshot)?;
    }
}

/// Most pairs are strangers, and all of them are of a few kinds.
#[test]
fn a_town_has_few_kinds_of_pairs() {
    let snapshot = town::town(500, 100);
    let map = Map::new(&snapshot);
    let kinds = PairKinds::new(&map);
    let all = positions(&snapshot.containers);
    let of_all = all.clone().flat_map(|from| all.clone().map(move |to| (from, to)));
    let apart = of_all.filter(|(from, to)| !map.share_stack(*from, *to));
    let mut seen: HashMap<PairKind, Verdict> = HashMap::new();
    for (from, to) in apart {
        let kind = kinds.of(from, to).expect("nothing overlaps and nobody is linked");
        seen.insert(kind, map.predict(from, to).by_name.verdict);
    }
    assert!(seen.len() < 60, "{} kinds", seen.len());
    assert!(seen.values().any(|verdict| *verdict == Verdict::Reachable));
}
