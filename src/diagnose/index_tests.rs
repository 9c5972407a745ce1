//! The look-ups hold what looking at everything would find, and judging takes
//! work in proportion to the setup.

use std::net::IpAddr;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::case::Case;
use super::{diagnose, localhost, talks};
use crate::graph::{Map, looks};
use crate::model::{Container, ContainerAt, NetworkAt, Snapshot};
use crate::testing::{snapshots, town};

/// Who is meant by a name in the slow and obvious way: all are looked at.
fn meant_the_slow_way(case: &Case, from: ContainerAt, host: &str) -> Option<ContainerAt> {
    let is = |name: &str| name.eq_ignore_ascii_case(host);
    let project = case.container(from).project();
    let (same, foreign) = (
        |c: &Container| project.is_some() && c.project() == project,
        |c: &Container| project.is_some() && c.project() != project,
    );
    let service = |c: &Container| c.compose.service.as_deref().is_some_and(is);
    let alias = |c: &Container| {
        c.endpoints.iter().any(|e| e.aliases.iter().chain(&e.dns_names).any(|name| is(name)))
    };
    let tests: [&dyn Fn(&Container) -> bool; 4] =
        [&|c| is(&c.name), &|c| service(c) && same(c), &|c| alias(c) && !foreign(c), &|c| {
            service(c) && !foreign(c)
        }];
    tests.iter().find_map(|test| {
        let fitting = case.containers().filter(|at| *at != from && test(case.container(*at)));
        fitting.min_by_key(|at| !case.container(*at).state.has_network())
    })
}

/// Likewise, who has the port that a container looks for on `localhost`.
fn peer_the_slow_way(case: &Case, from: ContainerAt, port: u16) -> Option<ContainerAt> {
    case.containers()
        .filter(|at| *at != from && !case.map.share_stack(from, *at))
        .filter(|at| case.offers(*at, port))
        .min_by_key(|at| localhost::peer_rank(case, from, *at, port))
}

/// Likewise, in which networks an address is.
fn around_the_slow_way(case: &Case, address: IpAddr) -> Vec<NetworkAt> {
    case.networks().filter(|at| case.network(*at).contains(address)).collect()
}

proptest! {
    #[test]
    fn the_index_finds_what_looking_at_everything_finds(snapshot in snapshots()) {
        let map = Map::new(&snapshot);
        let case = Case::new(&map, None);
        for from in case.containers() {
            let names = snapshot.containers.iter().flat_map(|c| {
                let aliases = c.endpoints.iter().flat_map(|e| e.aliases.iter().cloned());
                [Some(c.name.to_uppercase()), c.compose.service.clone()]
                    .into_iter()
                    .flatten()
                    .chain(aliases)
            });
            for name in names {
                let found = case.evidently(from, &name);
                // Of several projects' none is meant by a stranger.
                if case.container(from).project().is_some() {
                    prop_assert_eq!(found, meant_the_slow_way(&case, from, &name), "{}", name);
                }
            }
            let declared = snapshot.containers.iter().flat_map(|c| &c.exposed).map(|e| e.port);
            let seen = snapshot.observations.iter().filter_map(|seen| seen.listening.as_ref());
            for port in seen.flatten().map(|socket| socket.port).chain(declared) {
                let found = localhost::peer_with(&case, from, port);
                prop_assert_eq!(found, peer_the_slow_way(&case, from, port), "{}", port);
            }
        }
        let endpoints = snapshot.containers.iter().flat_map(|c| &c.endpoints);
        for address in endpoints.flat_map(|endpoint| endpoint.addresses()) {
            let found = case.index.networks_around(address);
            prop_assert_eq!(found, around_the_slow_way(&case, address), "{}", address);
        }
    }
}

/// Counted are looks at containers and networks, and no seconds.
#[test]
fn ten_times_the_setup_is_judged_with_ten_times_the_work() {
    let judged = |snapshot: &Snapshot| {
        let map = Map::new(snapshot);
        let mut found = 0;
        let work = looks::during(|| found = diagnose(&map, None, |_| true).findings.len());
        (work, found)
    };
    let (small, few) = judged(&town::town(500, 100));
    let (large, many) = judged(&town::town(5000, 1000));
    assert!(few > 20 && many > 9 * few, "{few} and {many} findings");
    assert!(large < 12 * small, "{large} looks, and {small} for a tenth of the setup");
}

/// So many containers of this kind on one network.
fn on_one_network(number: usize, container: impl Fn(usize) -> Value) -> Snapshot {
    let containers = (0..number).map(|at| {
        let mut made = json!({"name": format!("c{at}"), "id": format!("id{at}"), "state": "running",
            "endpoints": [{"network": "n", "network_id": "n", "aliases": ["web"],
                "ipv4": format!("10.0.{}.{}", at / 250, at % 250 + 2)}]});
        made.as_object_mut().unwrap().extend(container(at).as_object().unwrap().clone());
        made
    });
    let snapshot = json!({"schema": "netmap/1", "containers": containers.collect::<Vec<Value>>(),
        "networks": [{"name": "n", "id": "n", "driver": "bridge",
            "subnets": [{"subnet": "10.0.0.0/16"}]}]});
    Snapshot::read(snapshot.to_string().as_bytes()).unwrap()
}

/// Whatever thousands have in common, nobody looks at all of them for each.
#[test]
fn ten_times_as_many_that_are_alike_are_judged_with_ten_times_the_work() {
    let dials = json!([{"origin": "environment", "variable": "WEB", "host": "web", "port": 80}]);
    let project =
        |at: usize| json!({"project": format!("p{at}"), "service": "web", "references": dials});
    let sidecar = |at: usize| match at {
        0 => json!({}),
        _ => json!({"endpoints": [], "network_mode": "container:id0"}),
    };
    // An address that nobody has, where no network says which its gateway is.
    let address = |at: usize| {
        json!({"references": [{"origin": "environment", "variable": "DB", "port": 80,
            "host": format!("10.0.200.{}", at % 250 + 2)}]})
    };
    let kinds: [(&str, &dyn Fn(usize) -> Value); 3] =
        [("project", &project), ("sidecar", &sidecar), ("address", &address)];
    for (kind, container) in kinds {
        let work = |number: usize| {
            let snapshot = on_one_network(number, container);
            let map = Map::new(&snapshot);
            looks::during(|| {
                let _ = diagnose(&map, None, |_| true);
                let _ = talks(&map, None);
            })
        };
        let (small, large) = (work(100), work(1000));
        assert!(large < 12 * small, "{kind}: {large} looks, and {small} for a tenth of the setup");
    }
}
