//! What docs/drops.md shows of measuring over time: drawn of these tries by what
//! netmap draws with.

use netmap::graph::{Comparison, Map, Strangers};
use netmap::model::{Probe, Snapshot};
use netmap::render::{Draw, Format, ProbeView, Style};
use serde_json::{Value, json};

/// The command that the page shows.
pub const COMMAND: &str = "$ netmap probe web db --count 39 --interval 100ms";

/// What it says before it measures, which depends on nothing but the two.
const SAID: &str = "1 ordered pair: 1 network namespace entered\n";

/// Round trips in microseconds; none where nothing came back.
const TRIPS: [u64; 39] = [
    312, 158, 214, 262, 181, 243, 248, 301, 222, 249, 231, 267, 235, 219, 0, 255, 218, 231, 134,
    197, 247, 121, 128, 190, 117, 183, 0, 241, 0, 178, 260, 189, 229, 272, 233, 241, 276, 549, 463,
];

/// One way to db, by name or by address.
fn way(by: &str, target: &str) -> Value {
    let tries = TRIPS.iter().enumerate().map(|(at, trip)| match trip {
        0 => json!({"at_ms": at * 100}),
        trip => json!({"at_ms": at * 100, "trip_us": trip}),
    });
    let answered: Vec<u64> = TRIPS.iter().copied().filter(|trip| *trip > 0).collect();
    let (min, max) = (answered.iter().min(), answered.iter().max());
    json!({
        "from": "web", "to": "db", "network": (by == "address").then_some("net"), "by": by, "target": target,
        "protocol": "icmp", "outcome": "reachable", "method": "netns",
        "sent": TRIPS.len(), "received": answered.len(),
        "latency": {"min": min, "avg": answered.iter().sum::<u64>() / answered.len() as u64, "max": max},
        "series": {"interval_ms": 100, "jitter_us": jitter(), "tries": tries.collect::<Vec<_>>()},
    })
}

/// By how much two answers in a row differ, as a mean.
fn jitter() -> u64 {
    let both: Vec<u64> = TRIPS
        .windows(2)
        .filter(|two| !two.contains(&0))
        .map(|two| two[0].abs_diff(two[1]))
        .collect();
    both.iter().sum::<u64>() / both.len() as u64
}

/// What is printed in a terminal of the usual width.
pub fn printed() -> String {
    let container = |name: &str, address: &str| {
        let end =
            json!({"network": "net", "network_id": "n", "ipv4": address, "dns_names": [name]});
        json!({"name": name, "id": name, "state": "running", "endpoints": [end]})
    };
    let snapshot = json!({
        "schema": "netmap/1",
        "engine": {"name": "Docker", "version": "28.5.2"},
        "networks": [{"name": "net", "id": "n", "driver": "bridge",
            "subnets": [{"subnet": "172.18.0.0/16", "gateway": "172.18.0.1"}]}],
        "containers": [container("db", "172.18.0.2"), container("web", "172.18.0.3")],
    });
    let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).expect("a snapshot");
    let ways = json!([way("name", "db"), way("address", "172.18.0.2")]);
    let probe = Probe::new(serde_json::from_value(ways).expect("measurements"));
    let map = Map::new(&snapshot);
    let comparison = Comparison::new(&map, &probe);
    let view = ProbeView {
        map: &map,
        comparison: &comparison,
        only_surprises: false,
        charts: true,
        strangers: Strangers::default(),
        scope: Some("web and db".to_owned()),
    };
    let list = Format::<ProbeView>::named("list").expect("a format");
    let Draw::Text(draw) = &list.draw else { panic!("no picture") };
    format!("{SAID}{}", draw(&view, &Style { width: 80, color: false }))
}
