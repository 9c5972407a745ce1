//! Connections that are refused on a port on which somebody listens: it is not who
//! listens that refuses them.

use std::net::IpAddr;

use super::bound::takes;
use super::case::Case;
use crate::graph::{Compared, Verdict};
use crate::model::{By, ContainerAt, Outcome, Protocol};

/// Whether a socket takes what is sent by TCP to an address of a container, as far
/// as anybody could see.
pub fn takes_at(case: &Case, to: ContainerAt, address: IpAddr, port: u16) -> bool {
    let sockets = case.listening(to).unwrap_or_default().iter();
    let mut asked = sockets.filter(|s| s.port == port && s.protocol == Protocol::Tcp);
    asked.any(|socket| takes(socket, address))
}

/// What was refused although the map says that the way is open and the target was
/// seen to listen at that very address, in the order of the probe. A server that
/// comes and goes refuses by itself meanwhile.
pub fn refused_though_open<'a>(case: &Case<'a>) -> Vec<Compared<'a>> {
    let rows = case.comparison.iter().flat_map(|comparison| &comparison.rows);
    let is_so = |row: &&Compared| {
        let measured = row.measurement;
        let (Some(port), Ok(address)) = (measured.attempt.port(), measured.target.parse()) else {
            return false;
        };
        measured.outcome == Outcome::Refused
            && measured.by == By::Address
            && row.predicted.verdict == Verdict::Reachable
            && case.is_peer(row.from, row.to)
            && case.container(row.to).restart_count == 0
            && takes_at(case, row.to, address, port)
    };
    rows.filter(is_so).copied().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::{Comparison, Map};
    use crate::model::{Attempt, ContainerAt, DropSearch, LostWay, Snapshot};

    /// What `firewall-drop` says where a connection of web's to db is refused.
    fn told(
        listening: &Value,
        restarts: u32,
        target: &str,
        searched: Option<usize>,
    ) -> Vec<String> {
        let container = |name: &str, end: u8, restarts: u32| {
            json!({"name": name, "id": name, "state": "running", "network_mode": "net",
                "restart_count": restarts, "endpoints": [{"network": "net", "network_id": "n",
                    "ipv4": format!("10.1.0.{end}"), "ipv6": format!("fd00::{end}")}]})
        };
        let mut snapshot: Snapshot = serde_json::from_value(json!({
            "schema": "netmap/1", "engine": {"name": "Docker", "version": "28.5"},
            "networks": [{"name": "net", "id": "n", "driver": "bridge", "ipv6": true,
                "subnets": [{"subnet": "10.1.0.0/24"}, {"subnet": "fd00::/64"}]}],
            "containers": [container("db", 3, restarts), container("web", 2, 0)],
            "observations": [{"container": "db", "id": "db", "listening": listening}],
            "probe": {"measurements": [{"from": "web", "to": "db", "network": "net",
                "by": "address", "target": target, "protocol": "tcp", "port": 5432,
                "outcome": "refused"}]},
        }))
        .unwrap();
        let position = |name: &str| {
            let map = Map::new(&snapshot);
            map.containers().find(|at| map.container(*at).name == name).unwrap()
        };
        let (from, to): (ContainerAt, ContainerAt) = (position("web"), position("db"));
        let address = target.parse().unwrap();
        let attempt = Attempt::Tcp(5432);
        let way = LostWay { from, to: Some(to), host: "db".to_owned(), address, attempt };
        if let Some(namespaces) = searched {
            snapshot.drops = vec![DropSearch { namespaces, ..DropSearch::new("web", &way) }];
        }
        let map = Map::new(&snapshot);
        let comparison = Comparison::new(&map, snapshot.probe.as_ref().unwrap());
        let only = |rule: &crate::diagnose::Rule| rule.name == "firewall-drop";
        let diagnosis = diagnose(&map, Some(&comparison), only);
        diagnosis.findings.into_iter().map(|finding| finding.summary).collect()
    }

    #[test]
    fn what_is_refused_where_somebody_listens_is_refused_by_another() {
        let on = |address: &str| json!([{"address": address, "port": 5432, "protocol": "tcp"}]);
        let refused = ["web is refused by db on port 5432, although db listens there"];
        assert_eq!(told(&on("0.0.0.0"), 0, "10.1.0.3", None), refused);
        assert_eq!(told(&on("::"), 0, "fd00::3", None), refused);
        // Nobody could look for the rule.
        assert_eq!(told(&on("0.0.0.0"), 0, "10.1.0.3", Some(0)), refused);
        let none: [&str; 0] = [];
        // It was looked for, and there is none: who listened has gone.
        assert_eq!(told(&on("0.0.0.0"), 0, "10.1.0.3", Some(3)), none);
        // It listens at another address, or not at all, or comes and goes.
        assert_eq!(told(&on("0.0.0.0"), 0, "fd00::3", None), none);
        assert_eq!(told(&on("127.0.0.1"), 0, "10.1.0.3", None), none);
        assert_eq!(told(&json!([]), 0, "10.1.0.3", None), none);
        assert_eq!(told(&Value::Null, 0, "10.1.0.3", None), none);
        assert_eq!(told(&on("0.0.0.0"), 4, "10.1.0.3", None), none);
    }
}
