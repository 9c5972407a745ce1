//! Probing from containers that may have few processes and little memory.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lent_engine::LentEngine;
use crate::support::{Corner, docker, here, netmap_json, netmap_text};

/// How often the container met this limit of its cgroup; `files` are its names
/// in version 2 and in version 1.
fn met(container: &str, files: [&str; 2]) -> String {
    let read = format!("cd /sys/fs/cgroup && cat {} 2>/dev/null || cat {}", files[0], files[1]);
    let said = docker(&["exec", container, "sh", "-c", &read]);
    let line = said.lines().find(|line| line.starts_with("max ")).unwrap_or(&said);
    line.trim_start_matches("max ").to_owned()
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_container_that_may_have_little_is_probed_within_its_limits() {
    // Others' tests run commands in every container of the run's engine.
    let engine = LentEngine::new();
    let _here = here(&engine.address);
    let mut corner = Corner::new("narrow");
    let (front, back) = (corner.network("front", &[]), corner.network("back", &[]));
    let near = corner.sleeper("near", &["--network", &front]);
    let far = corner.sleeper("far", &["--network", &back]);
    let few = corner.sleeper("few", &["--network", &front, "--pids-limit", "14"]);
    let small = corner.sleeper("small", &["--network", &front, "--memory", "10m"]);
    // Attempts at as many ports as would take more than either has, all at once.
    let ports: Vec<String> = (7001..7025).map(|port| port.to_string()).collect();
    let ports = ports.join(",");
    for source in [&few, &small] {
        let began = Instant::now();
        for (target, outcome) in [(&near, "refused"), (&far, "timeout")] {
            let report = netmap_json(
                0,
                &["probe", source, target, "--method", "exec", "--tcp", &ports, "-f", "json"],
            );
            let rows = report["pairs"].as_array().unwrap();
            let by_address: Vec<&Value> =
                rows.iter().filter(|row| row["by"] == "address").collect();
            assert_eq!(by_address.len(), 24);
            for row in by_address {
                assert_eq!(row["outcome"], outcome, "{row:#}");
            }
        }
        // Three side by side, if no more, and 24 that are silent for a second each.
        assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
        let pings = netmap_text(0, &["probe", source, &corner.glob(), "--method", "exec"]);
        assert!(pings.contains(source), "{pings}");
    }
    assert_eq!(met(&few, ["pids.events", "pids/pids.events"]), "0", "forks that failed");
    assert_eq!(met(&small, ["memory.events", "memory/memory.failcnt"]), "0", "memory refused");
    for source in [&few, &small] {
        let state = "{{.State.Running}} {{.State.OOMKilled}}";
        assert_eq!(docker(&["inspect", "-f", state, source]), "true false");
    }
}
