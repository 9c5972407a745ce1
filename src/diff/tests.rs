//! Differences of small setups, and the laws that all differences follow.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::{Moment, NetworkIndex, with_positions};
use crate::testing::{snapshot_pairs, snapshots};

fn shop() -> Value {
    json!({"schema": "netmap/1", "engine": {"name": "Docker", "version": "26.1"},
        "networks": [
            {"name": "front", "id": "f1", "driver": "bridge", "subnets": [{"subnet": "10.1.0.0/24"}]},
            {"name": "back", "id": "b1", "driver": "bridge", "subnets": [{"subnet": "10.2.0.0/24"}]}],
        "containers": [
            {"name": "shop-web-1", "id": "aaaaaaaaaaaaaaaa", "image": "web:1", "state": "running", "hostname": "aaaaaaaaaaaa",
                "project": "shop", "service": "web", "replica": 1, "started_at": "2026-01-01T00:00:00Z",
                "endpoints": [{"network": "front", "network_id": "f1", "ipv4": "10.1.0.2", "mac": "02:00:00:00:00:01",
                    "aliases": ["web", "aaaaaaaaaaaa"]}],
                "published": [{"port": 80, "protocol": "tcp", "host_ip": "0.0.0.0", "host_port": 8080},
                    {"port": 80, "protocol": "tcp", "host_ip": "::", "host_port": 8080}]},
            {"name": "db", "id": "dddddddddddddddd", "image": "db:1", "state": "running", "health": "healthy",
                "endpoints": [{"network": "back", "network_id": "b1", "ipv4": "10.2.0.2"}]},
            {"name": "sidecar", "id": "eeeeeeeeeeeeeeee", "image": "r", "state": "running",
                "network_mode": "container:dddddddddddddddd"}]})
}

/// The shop after `change` was done to its JSON.
fn changed(change: impl Fn(&mut Value)) -> Snapshot {
    let mut value = shop();
    change(&mut value);
    Snapshot::read(value.to_string().as_bytes()).expect("a snapshot")
}

fn described(change: &Change) -> String {
    let side = |side: &Option<String>| side.clone().unwrap_or_default();
    format!(
        "{} {} {} [{}] {} => {}{}",
        change.happened.as_str(),
        change.kind.as_str(),
        change.name,
        change.field,
        side(&change.before),
        side(&change.after),
        if change.noise { " (noise)" } else { "" }
    )
}

fn differences(change: impl Fn(&mut Value)) -> Vec<String> {
    diff(&changed(|_| {}), &changed(change)).changes.iter().map(described).collect()
}

#[test]
fn what_is_inherited_or_generated_is_no_difference() {
    let with_owner = |id: &str, said: &str| {
        changed(|v| {
            v["containers"][1]["id"] = json!(format!("{id}{id}"));
            v["containers"][1]["hostname"] = json!(id);
            v["containers"][2]["network_mode"] = json!(format!("container:{id}{id}"));
            // A sidecar has its owner's host name, and one on the host's network the host's.
            v["containers"][2]["hostname"] = json!(id);
            v["containers"][0]["network_mode"] = json!("host");
            v["containers"][0]["hostname"] = json!(format!("machine-{id}"));
            v["containers"][0]["start_error"] = json!(said);
        })
    };
    let said = |id: &str| format!("driver failed programming connectivity on web ({id}): taken");
    let (one, other) = ("dddddddddddd", "0a0a0a0a0a0a");
    let (before, after) = (with_owner(one, &said(one)), with_owner(other, &said(other)));
    let changes = diff(&before, &after).changes;
    let loud: Vec<String> = changes.iter().filter(|c| !c.noise).map(described).collect();
    assert_eq!(loud, [""; 0]);
    // A name that somebody chose is none of them.
    let renamed = differences(|v| v["containers"][1]["hostname"] = json!("primary"));
    assert!(renamed.iter().any(|change| change.contains("host name")), "{renamed:?}");
}

#[test]
fn links_of_an_endpoint_are_compared_in_any_order() {
    let shop =
        |links: &[&str]| changed(|v| v["containers"][0]["endpoints"][0]["links"] = json!(links));
    let differs = |before: &[&str], after: &[&str]| -> Vec<String> {
        diff(&shop(before), &shop(after)).changes.iter().map(described).collect()
    };
    assert_eq!(differs(&["db:b", "db:a"], &["db:a", "db:b"]), [""; 0]);
    let name = changed(|_| {})
        .containers
        .iter()
        .find(|c| c.name.contains("web"))
        .map(|c| format!("{} on {}", c.name, c.endpoints[0].network));
    assert_eq!(
        differs(&["db:a"], &["db:a", "db:b"]),
        [format!("changed flag {} [links] db:a => db:a, db:b", name.unwrap())]
    );
}

#[test]
fn extra_hosts_are_compared_by_name_and_in_order_within_a_name() {
    let shop = |hosts: &[&str]| changed(|v| v["containers"][0]["extra_hosts"] = json!(hosts));
    let differs = |before: &[&str], after: &[&str]| -> Vec<String> {
        diff(&shop(before), &shop(after)).changes.iter().map(described).collect()
    };
    let none: [&str; 0] = [];
    assert_eq!(differs(&["b:10.0.0.2", "a:10.0.0.1"], &["a:10.0.0.1", "b:10.0.0.2"]), none);
    assert_eq!(
        differs(&["b:10.0.0.2", "a:10.0.0.1", "a:fd00::1"], &["a:fd00::1", "a:10.0.0.1"]),
        [
            "changed flag shop-web-1 [extra hosts] a:10.0.0.1, a:fd00::1, b:10.0.0.2 => a:fd00::1, a:10.0.0.1"
        ]
    );
}

#[test]
fn each_kind_of_change_is_told() {
    let web = |value: &mut Value, field: &str, to: Value| value["containers"][0][field] = to;
    for (expected, change) in [
        (
            "changed flag back [internal] no => yes",
            Box::new(|v: &mut Value| v["networks"][1]["internal"] = json!(true))
                as Box<dyn Fn(&mut Value)>,
        ),
        (
            "changed address back [subnet] 10.2.0.0/24 => 10.3.0.0/24",
            Box::new(|v| v["networks"][1]["subnets"][0]["subnet"] = json!("10.3.0.0/24")),
        ),
        (
            "changed flag shop-web-1 [image] web:1 => web:2",
            Box::new(move |v| web(v, "image", json!("web:2"))),
        ),
        (
            "changed state shop-web-1 [] running => exited (1)",
            Box::new(move |v| {
                web(v, "state", json!("exited"));
                web(v, "exit_code", json!(1));
                web(v, "published", json!([]));
                web(
                    v,
                    "endpoints",
                    json!([{"network": "front", "network_id": "f1", "aliases": ["web", "aaaaaaaaaaaa"]}]),
                );
            }),
        ),
        (
            "changed state db [] running, healthy => running, unhealthy",
            Box::new(|v| v["containers"][1]["health"] = json!("unhealthy")),
        ),
        (
            "removed port shop-web-1 [] *:8080 → 80 => ",
            Box::new(move |v| web(v, "published", json!([]))),
        ),
        (
            "changed flag sidecar [network mode] container:db => host",
            Box::new(|v| v["containers"][2]["network_mode"] = json!("host")),
        ),
        (
            "added endpoint shop-web-1 on back []  => 10.2.0.9",
            Box::new(|v| {
                let on_front = v["containers"][0]["endpoints"][0].clone();
                v["containers"][0]["endpoints"] =
                    json!([on_front, {"network": "back", "network_id": "b1", "ipv4": "10.2.0.9"}]);
            }),
        ),
        (
            "changed endpoint shop-web-1 on front [aliases] web => web, www",
            Box::new(|v| {
                v["containers"][0]["endpoints"][0]["aliases"] =
                    json!(["www", "web", "aaaaaaaaaaaa"]);
            }),
        ),
        (
            "added address db on back [fixed]  => 10.2.0.2",
            Box::new(|v| v["containers"][1]["endpoints"][0]["fixed_ipv4"] = json!("10.2.0.2")),
        ),
        (
            "changed address db on back [moved] 10.2.0.2 => 10.2.0.7 (noise)",
            Box::new(|v| v["containers"][1]["endpoints"][0]["ipv4"] = json!("10.2.0.7")),
        ),
        (
            "changed start db [restarts] 0 => 3 (noise)",
            Box::new(|v| v["containers"][1]["restart_count"] = json!(3)),
        ),
    ] {
        assert_eq!(differences(change), [expected]);
    }
}

#[test]
fn a_re_created_container_is_the_same_one() {
    let all = differences(|v| {
        v["containers"][0]["id"] = json!("bbbbbbbbbbbbbbbb");
        v["containers"][0]["hostname"] = json!("bbbbbbbbbbbb");
        v["containers"][0]["endpoints"][0]["aliases"] = json!(["web", "bbbbbbbbbbbb"]);
        v["containers"][0]["endpoints"][0]["ipv4"] = json!("10.1.0.9");
        v["containers"][0]["started_at"] = json!("2026-01-02T00:00:00Z");
        v["networks"][0]["id"] = json!("f2");
        v["containers"][0]["endpoints"][0]["network_id"] = json!("f2");
        // And the one that rides in another's stack follows it.
        v["containers"][1]["id"] = json!("cccccccccccccccc");
        v["containers"][2]["network_mode"] = json!("container:cccccccccccccccc");
    });
    assert!(
        !all.is_empty() && all.iter().all(|described| described.ends_with("(noise)")),
        "{all:#?}"
    );
}

#[test]
fn compose_knows_a_container_by_its_service_and_others_by_name_or_id() {
    let all = differences(|v| v["containers"][0]["name"] = json!("shop_web_1"));
    assert_eq!(all, [""; 0], "the same replica of the same service under compose's older name");
    let all = differences(|v| {
        v["containers"][0]["replica"] = json!(2);
        v["containers"][0]["name"] = json!("shop-web-2");
        v["containers"][0]["id"] = json!("ffff");
    });
    assert!(
        all.iter().any(|described| described.starts_with("added container shop-web-2")),
        "{all:#?}"
    );
    assert!(
        all.iter().any(|described| described.starts_with("removed container shop-web-1")),
        "{all:#?}"
    );
    let all = differences(|v| {
        v["containers"][1]["name"] = json!("database");
        v["containers"][1]["image"] = json!("db:2");
    });
    assert!(
        all.contains(&"changed flag db → database [image] db:1 => db:2".to_owned()),
        "{all:#?}"
    );
}

#[test]
fn what_was_measured_is_compared_where_both_know() {
    let probe = |outcome: &str| {
        json!({"measurements": [{"from": "shop-web-1", "to": "db", "by": "name", "target": "db",
            "protocol": "icmp", "outcome": outcome}]})
    };
    let with = |outcome: &str| changed(|v| v["probe"] = probe(outcome));
    let told_all = |a: &Snapshot, b: &Snapshot| -> Vec<String> {
        diff(a, b).changes.iter().map(described).collect()
    };
    assert_eq!(
        told_all(&with("reachable"), &with("timeout")),
        ["changed reachability shop-web-1 to db [by name] reachable => timeout"]
    );
    assert_eq!(told_all(&with("reachable"), &with("unknown")), [""; 0]);
    assert_eq!(told_all(&with("reachable"), &changed(|_| {})), [""; 0]);
}

/// Both names of a renamed container turned round, also before `on NETWORK`.
fn renamed_on(renamed: &impl Fn(&str) -> String) -> impl Fn(&str) -> String {
    |part| match part.split_once(" on ") {
        Some((name, network)) => format!("{} on {network}", renamed(name)),
        None => renamed(part),
    }
}

/// The same change seen from the other side.
fn reversed(change: &Change) -> Change {
    let renamed = |name: &str| match name.split_once(" → ") {
        None => name.to_owned(),
        Some((before, after)) => format!("{after} → {before}"),
    };
    let flipped = |name: &str| {
        let parts: Vec<String> = name.split(" to ").map(renamed_on(&renamed)).collect();
        parts.join(" to ")
    };
    Change {
        name: flipped(&change.name),
        happened: change.happened.reversed(),
        before: change.after.clone(),
        after: change.before.clone(),
        ..change.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_differs_from_itself(snapshot in snapshots()) {
        prop_assert_eq!(diff(&snapshot, &snapshot).changes, Vec::new());
    }

    #[test]
    fn the_way_back_mirrors_the_way_there((before, after) in snapshot_pairs()) {
        let there = diff(&before, &after);
        let back = diff(&after, &before);
        let mut mirrored: Vec<Change> = there.changes.iter().map(reversed).collect();
        mirrored.sort();
        prop_assert_eq!(mirrored, back.changes);
        let swapped: BTreeMap<ContainerAt, ContainerAt> =
            there.containers.iter().map(|(a, b)| (*b, *a)).collect();
        prop_assert_eq!(swapped, back.containers);
    }

    #[test]
    fn noise_is_all_that_starting_again_changes(snapshot in snapshots()) {
        let mut again = snapshot.clone();
        for container in &mut again.containers {
            container.restart_count += 1;
            container.started_at = Moment::parse("2026-02-02T00:00:00Z");
            for endpoint in &mut container.endpoints {
                endpoint.ipv4 = endpoint.ipv4.map(|address| {
                    std::net::Ipv4Addr::from(u32::from(address) ^ 64)
                });
                endpoint.mac = endpoint.mac.as_ref().map(|_| "02:00:00:00:00:99".to_owned());
            }
        }
        let difference = diff(&snapshot, &again);
        prop_assert_eq!(difference.telling().count(), 0);
        prop_assert_eq!(difference.changes.is_empty(), snapshot.containers.is_empty());
    }
}

#[test]
fn an_overlay_has_what_came_and_what_went_and_marks_both() {
    let (before, after) = (
        changed(|_| {}),
        changed(|v| {
            v["containers"].as_array_mut().expect("a list").remove(1);
            v["containers"][0]["image"] = json!("web:2");
            v["containers"][0]["endpoints"] =
                json!([{"network": "new", "network_id": "n", "ipv4": "10.9.0.2"}]);
            v["networks"]
                .as_array_mut()
                .expect("a list")
                .push(json!({"name": "new", "id": "n", "driver": "bridge"}));
            v["networks"][1]["internal"] = json!(true);
        }),
    );
    let overlay = overlay(&before, &after, &diff(&before, &after));
    let container = |name: &str| {
        let mut all = with_positions(&overlay.snapshot.containers);
        all.find(|(_, container)| container.name == name).expect(name).0
    };
    let network = |name: &str| {
        let mut all = with_positions(&overlay.snapshot.networks);
        all.find(|(_, network)| network.name == name).expect(name).0
    };
    let (web, db) = (container("shop-web-1"), container("db"));
    assert_eq!(overlay.containers[&web], Happened::Changed);
    assert_eq!(overlay.containers[&db], Happened::Removed);
    assert_eq!(overlay.networks.get(&network("front")), None);
    assert_eq!(overlay.networks[&network("back")], Happened::Changed);
    assert_eq!(overlay.networks[&network("new")], Happened::Added);
    assert_eq!(overlay.endpoints[&(web, network("front"))], Happened::Removed);
    assert_eq!(overlay.endpoints[&(web, network("new"))], Happened::Added);
    assert_eq!(overlay.endpoints[&(db, network("back"))], Happened::Removed);
}

#[test]
fn what_was_only_planned_and_has_no_id_stays_apart_in_an_overlay() {
    let read = |value: Value| Snapshot::read(value.to_string().as_bytes()).expect("a snapshot");
    let planned = read(json!({"schema": "netmap/1",
        "networks": [{"name": "front", "id": "", "driver": "bridge"},
                     {"name": "back", "id": "", "driver": "bridge"}],
        "containers": [
            {"name": "web", "id": "", "state": "planned",
             "endpoints": [{"network": "front", "network_id": ""}]},
            {"name": "db", "id": "", "state": "planned",
             "endpoints": [{"network": "back", "network_id": ""}]}]}));
    let nothing = read(json!({"schema": "netmap/1"}));
    let overlay = overlay(&planned, &nothing, &diff(&planned, &nothing));
    let index = NetworkIndex::new(&overlay.snapshot.networks);
    for (container, network) in [("web", "front"), ("db", "back")] {
        let all = &overlay.snapshot.containers;
        let found = all.iter().find(|c| c.name == container).expect(container);
        let endpoint = &found.endpoints[0];
        let at = index.find(&endpoint.network, &endpoint.network_id).expect(network);
        assert_eq!(overlay.snapshot.networks[at].name, network);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_overlay_marks_exactly_what_came_and_went((before, after) in snapshot_pairs()) {
        let difference = diff(&before, &after);
        let overlay = overlay(&before, &after, &difference);
        let described = |kind: ChangeKind, happened: Happened| {
            difference.changes.iter().filter(|c| c.kind == kind && c.happened == happened).count()
        };
        let containers = |happened: Happened| {
            overlay.containers.values().filter(|mark| **mark == happened).count()
        };
        let networks = |happened: Happened| {
            overlay.networks.values().filter(|mark| **mark == happened).count()
        };
        for happened in [Happened::Added, Happened::Removed] {
            prop_assert_eq!(containers(happened), described(ChangeKind::Container, happened));
            prop_assert_eq!(networks(happened), described(ChangeKind::Network, happened));
        }
        prop_assert_eq!(
            overlay.snapshot.containers.len(),
            after.containers.len() + described(ChangeKind::Container, Happened::Removed)
        );
        let nothing = super::overlay(&after, &after, &diff(&after, &after));
        prop_assert!(nothing.containers.is_empty() && nothing.networks.is_empty());
        prop_assert!(nothing.endpoints.is_empty());
        prop_assert_eq!(nothing.snapshot.containers, after.containers);
    }
}
