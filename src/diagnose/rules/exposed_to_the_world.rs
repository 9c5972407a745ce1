//! Databases that anybody can dial.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::diagnose::{Case, Edge, Judgement, Meaning, Rule};
use crate::model::{Change, Container, Evidence, HostPorts, Protocol, RequestedPort, Severity};
use crate::order::OrderBy;

/// See `netmap explain exposed-to-the-world`.
pub const RULE: Rule = Rule {
    name: "exposed-to-the-world",
    severity: Severity::Warning,
    summary: "a database's port is published on every address of the host",
    meaning: "`-p 5432:5432` opens the port to every machine that reaches the host, and the engine's rules \
        go before those of firewalls such as ufw. Databases without a password are found within hours.",
    seen: "A port that databases and caches use is published on 0.0.0.0 or ::, and nothing shows that no \
        server takes what comes there.",
    example: "`0.0.0.0:27017->27017/tcp` in `docker ps`",
    fix: "`-p 127.0.0.1:5432:5432` for tools on the host, or no `-p` at all: containers of one network \
        need none.",
    mistaken_for: "A database that is meant to be reached from elsewhere: then ignore this rule \
        (`--ignore exposed-to-the-world`).",
    needs: &[],
    judge,
};

/// Ports of servers that are rarely meant for everybody, with their usual names.
const SENSITIVE: [(u16, &str); 14] = [
    (1433, "SQL Server"),
    (2375, "a Docker engine"),
    (2379, "etcd"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5984, "CouchDB"),
    (6379, "Redis"),
    (7687, "Neo4j"),
    (8086, "InfluxDB"),
    (9042, "Cassandra"),
    (9200, "Elasticsearch"),
    (11211, "memcached"),
    (27017, "MongoDB"),
    (28015, "RethinkDB"),
];

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    let by_host = by_host(case);
    for at in case.containers() {
        let container = case.container(at);
        let mut open = open(container, case.is_planned());
        open.retain(|(port, ..)| !case.is_shut(at, *port, Protocol::Tcp));
        if open.is_empty() {
            continue;
        }
        let mut finding = RULE.finding(
            [container.name.as_str()],
            format!("{} is open to every machine that reaches this host", container.name),
        );
        let mut changes = Vec::new();
        let mut clients = Vec::new();
        for (port, host_port, server) in open {
            let asked = container.requested.iter().find(|asked| {
                asked.port == port && asked.protocol == Protocol::Tcp && is_every(asked.host_ip)
            });
            changes.extend(asked.map(|asked| Change::Publish {
                from: Some(asked.clone()),
                to: Some(RequestedPort { host_ip: Some(LOOPBACK), ..asked.clone() }),
            }));
            let edges = host_port.one().and_then(|host_port| by_host.get(&host_port));
            let peers = edges.into_iter().flatten().copied();
            clients.push((port, peers.filter(|edge| case.is_peer(edge.from, at)).collect()));
            let host_port = host_port.to_string();
            let server = server.to_owned();
            finding.evidence.push(Evidence::OpenToAll { host_port, port, server });
        }
        if !changes.is_empty() {
            clients.retain(|(_, edges): &(u16, Vec<&Edge>)| !edges.is_empty());
            for (_, edges) in &clients {
                finding.evidence.extend(case.signs(edges));
            }
            finding.fix = case.narrow(at, changes, &clients);
        }
        findings.push(finding);
    }
    Judgement::of(findings)
}

/// The edges to the engine's machine, by the port that they dial there.
fn by_host<'c, 'a>(case: &'c Case<'a>) -> HashMap<u16, Vec<&'c Edge<'a>>> {
    let mut by_port: HashMap<u16, Vec<&Edge>> = HashMap::new();
    for (edge, _) in case.edges() {
        let is_tcp = edge.protocol.is_none_or(|protocol| protocol == Protocol::Tcp);
        if let (Meaning::Machine, Some(port), true) = (&edge.target, edge.port, is_tcp) {
            by_port.entry(port).or_default().push(edge);
        }
    }
    by_port
}

/// Where tools on the host still reach it.
const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// Whether an address asked for is every address of the host.
fn is_every(address: Option<IpAddr>) -> bool {
    address.is_none_or(|address| address.is_unspecified())
}

/// The container's sensitive ports that are open to all, each with the host's
/// port and the server's usual name, sorted.
fn open(container: &Container, planned: bool) -> Vec<(u16, HostPorts, &'static str)> {
    let published = container
        .published
        .iter()
        .filter(|p| p.is_on_every_address())
        .map(|p| (p.port, p.protocol, p.host_port.map_or(HostPorts::Any, HostPorts::One)));
    let asked = container.requested.iter().filter(|asked| planned && is_every(asked.host_ip));
    let asked = asked.map(|asked| (asked.port, asked.protocol, asked.host_port));
    let mut open: Vec<(u16, HostPorts, &str)> = published
        .chain(asked)
        .filter(|(_, protocol, _)| *protocol == Protocol::Tcp)
        .filter_map(|(port, _, host_port)| {
            let (_, server) = SENSITIVE.iter().find(|(sensitive, _)| *sensitive == port)?;
            Some((port, host_port, *server))
        })
        .collect();
    open.order();
    open.dedup();
    open
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::RULE;
    use crate::diagnose::real_apps_tests::{container, found, listening, seen};

    /// The rules that fire on a database with these sockets.
    fn rules(sockets: &Value) -> Vec<&'static str> {
        let db = json!({"published": [
            {"port": 5432, "protocol": "tcp", "host_ip": "0.0.0.0", "host_port": 5432}]});
        let seen = seen("db", &json!({"listening": sockets}));
        found(&[container("db", 2, &db)], &[seen]).iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn nobody_is_warned_of_a_port_that_leads_to_no_server() {
        assert_eq!(rules(&json!([listening("0.0.0.0", 5432)])), [RULE.name]);
        assert_eq!(rules(&json!([listening("10.0.0.2", 5432)])), [RULE.name]);
        // What nobody could look at is told of.
        assert_eq!(rules(&Value::Null), [RULE.name]);
        assert_eq!(rules(&json!([listening("127.0.0.1", 5432)])), ["loopback-bind"]);
        let other = rules(&json!([listening("0.0.0.0", 5433)]));
        assert_eq!(other, ["published-port-nobody-listens"]);
    }
}
