//! Databases that anybody can dial.

use crate::diagnose::case::{Case, few};
use crate::diagnose::mend::prose;
use crate::diagnose::{Judgement, Rule};
use crate::model::{Protocol, Severity};

/// See `netmap explain exposed-to-the-world`.
pub const RULE: Rule = Rule {
    name: "exposed-to-the-world",
    severity: Severity::Warning,
    summary: "a database's port is published on every address of the host",
    meaning: "`-p 5432:5432` opens the port to every machine that reaches the host, and the engine's rules \
        go before those of firewalls such as ufw. Databases without a password are found within hours.",
    seen: "A port that databases and caches use is published on 0.0.0.0 or ::.",
    example: "`0.0.0.0:27017->27017/tcp` in `docker ps`",
    mend: "`-p 127.0.0.1:5432:5432` for tools on the host, or no `-p` at all: containers of one network \
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
    for at in case.containers() {
        let container = case.container(at);
        let published = container.published.iter().filter_map(|p| {
            Some((p.port, p.host_port?.to_string(), p.protocol, p.is_on_every_address()))
        });
        let planned = container
            .requested
            .iter()
            .filter(|_| case.is_planned())
            .map(|r| (r.port, r.host_port.to_string(), r.protocol, r.is_on_every_address()));
        let mut open: Vec<(u16, String, &str)> = published
            .chain(planned)
            .filter(|(_, _, protocol, every)| *protocol == Protocol::Tcp && *every)
            .filter_map(|(port, host_port, ..)| {
                let (_, what) = SENSITIVE.iter().find(|(sensitive, _)| *sensitive == port)?;
                Some((port, host_port, *what))
            })
            .collect();
        open.sort();
        open.dedup();
        if open.is_empty() {
            continue;
        }
        let ports: Vec<String> = open.iter().map(|(_, host_port, _)| host_port.clone()).collect();
        let mut finding = RULE.finding(
            [container.name.as_str()],
            format!("{} is open to every machine that reaches this host", container.name),
        );
        finding.evidence = open
            .iter()
            .map(|(port, host_port, what)| {
                format!("Port {host_port} of every address of the host leads to {port}, {what}'s usual port")
            })
            .collect();
        finding.fix = open
            .iter()
            .map(|(port, host_port, _)| {
                prose(format!(
                    "make {} anew with -p 127.0.0.1:{host_port}:{port}, or without -p: containers of \
                    one network need none",
                    container.name
                ))
            })
            .take(1)
            .collect();
        if ports.len() > 1 {
            finding.fix.push(prose(format!("the same for {}", few(&ports[1..]))));
        }
        findings.push(finding);
    }
    Judgement::of(findings)
}
