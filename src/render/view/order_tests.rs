//! Counting at once what many networks share gives the order that counting each gives.

use proptest::prelude::*;

use super::*;
use crate::graph::looks;
use crate::model::Snapshot;
use crate::testing::snapshots;

/// By counting again each time what each that waits shares with all before it.
fn the_slow_way(map: &Map, chosen: &BTreeSet<NetworkAt>) -> Vec<NetworkAt> {
    let (mut left, mut ordered) = (chosen.clone(), Vec::new());
    let keys = Waiting::new(map, chosen, 0);
    while !left.is_empty() {
        let shared = |at: NetworkAt| {
            let before = ordered.iter().flat_map(|before| map.members(*before));
            before.flat_map(|member| map.networks_of(*member)).filter(|on| *on == at).count()
        };
        let next = left.iter().copied().min_by_key(|at| keys.key(*at, shared(*at))).unwrap();
        left.remove(&next);
        ordered.push(next);
    }
    ordered
}

proptest! {
    #[test]
    fn who_is_on_many_networks_is_counted_as_anybody(snapshot in snapshots(), many in 0..4_usize) {
        let map = Map::new(&snapshot);
        let chosen: BTreeSet<NetworkAt> = map.networks().collect();
        prop_assert_eq!(by_shared(&map, &chosen, many), the_slow_way(&map, &chosen));
    }
}

/// Counted are looks at containers and networks, and no seconds.
#[test]
fn ten_times_the_networks_of_one_container_take_ten_times_the_work() {
    let work = |networks: usize| {
        let network = |at: usize| {
            serde_json::json!({"name": format!("n{at}"), "id": format!("n{at}"),
                "driver": "bridge"})
        };
        let endpoint = |at: usize| serde_json::json!({"network": format!("n{at}"), "network_id": format!("n{at}")});
        let networks = 0..networks;
        let snapshot: Snapshot = serde_json::from_value(serde_json::json!({
            "schema": "netmap/1",
            "networks": networks.clone().map(network).collect::<Vec<_>>(),
            "containers": [{"name": "hub", "id": "hub", "state": "running",
                "endpoints": networks.map(endpoint).collect::<Vec<_>>()}],
        }))
        .unwrap();
        let map = Map::new(&snapshot);
        let chosen = map.networks().collect();
        looks::during(|| _ = super::networks(&map, &chosen))
    };
    let (small, large) = (work(100), work(1000));
    assert!(large < 12 * small, "{large} looks, and {small} for a tenth of the networks");
}
