//! The grid of many networks.

use serde_json::json;

use super::*;
use crate::graph::{Filter, Map};
use crate::model::Snapshot;

/// The grid of so many networks with a container each, and one that is on all.
fn grid_of(networks: usize, width: usize) -> String {
    let names = || (0..networks).map(|at| format!("n{at:04}"));
    let on = |name: &String| json!({"network": name, "network_id": name});
    let mut containers = vec![
        json!({"name": "hub", "id": "hub", "state": "running", "endpoints": names().map(|n| on(&n)).collect::<Vec<_>>()}),
    ];
    containers.extend(names().map(
        |n| json!({"name": format!("of-{n}"), "id": n, "state": "running", "endpoints": [on(&n)]}),
    ));
    let made = names().map(|name| json!({"name": name, "id": name, "driver": "bridge"}));
    let snapshot = json!({"schema": "netmap/1", "networks": made.collect::<Vec<_>>(), "containers": containers});
    let snapshot: Snapshot = serde_json::from_value(snapshot).unwrap();
    let map = Map::new(&snapshot);
    let all = map.select(&Filter::default()).unwrap();
    render(&View::new(&map, &all, None), &Style { width, color: false })
}

#[test]
fn ten_times_the_networks_have_a_grid_of_ten_times_the_size() {
    let (small, large) = (grid_of(100, UNLIMITED), grid_of(1000, UNLIMITED));
    assert!(large.len() < 12 * small.len(), "{} and {} bytes", small.len(), large.len());
    assert_eq!(large.matches("\nhub ").count(), 10, "{large}");
    assert_eq!(large.matches("\nof-n0999 ").count(), 1);
}

#[test]
fn of_many_networks_elsewhere_few_are_named() {
    let grid = grid_of(40, 80);
    assert!(grid.contains("and 30 more"), "{grid}");
    // A word or two in a line make no ladder.
    assert!(grid.lines().count() < 40 * 4, "{grid}");
}
