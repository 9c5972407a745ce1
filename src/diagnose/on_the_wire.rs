//! Which talk was seen on the wire: what the setup says, held against flows,
//! and what flows alone tell.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt};

use crate::graph::Map;
use crate::model::{
    ContainerAt, Flow, FlowOutcome, FlowProtocol, Flows, Part, Party, Seen, Talk, TalkBasis,
    TalkVerdict,
};
use crate::order::{OrderBy, Ordered};

/// Flows from one container to a port of another.
type Way = (ContainerAt, ContainerAt, Option<u16>);

/// Says of all talk whether it was seen, where somebody looked, and adds what
/// was seen and is not among it.
pub fn look(map: &Map, talks: &mut Vec<Talk>) {
    let Some(flows) = &map.snapshot().flows else { return };
    let seen = ways(map, flows);
    let mut pairs: BTreeMap<(ContainerAt, ContainerAt), Vec<Option<u16>>> = BTreeMap::new();
    for (from, to, port) in seen.keys() {
        pairs.entry((*from, *to)).or_default().push(*port);
    }
    let unseen = Unseen::of(map, flows);
    let mut told: BTreeSet<Way> = BTreeSet::new();
    // Traffic tells more than an order of starts.
    talks.retain(|talk| {
        talk.basis != TalkBasis::Dependency || !pairs.contains_key(&(talk.from, talk.to))
    });
    for talk in talks.iter_mut() {
        let ports = pairs.get(&(talk.from, talk.to)).map_or(&[][..], Vec::as_slice);
        let matching = ports.iter().filter(|port| talk.port.is_none() || talk.port == **port);
        let ways: Vec<Way> = matching.map(|port| (talk.from, talk.to, *port)).collect();
        let verdicts = ways.iter().map(|way| seen[way]);
        match verdicts.reduce(best) {
            Some(verdict) => {
                talk.seen = Seen::Seen;
                talk.verdict = outranked(talk.verdict, verdict);
            }
            None => talk.seen = unseen.at(talk.from, talk.to),
        }
        told.extend(ways);
    }
    let others = seen.into_iter().filter(|(way, _)| !told.contains(way));
    talks.extend(others.map(|((from, to, port), verdict)| {
        let (basis, seen) = (TalkBasis::Observed, Seen::Seen);
        Talk { from, to, port, basis, seen, verdict }
    }));
    talks.order();
}

/// What an answer on the wire makes of what was known: it outranks the map, and
/// is outranked by what was measured to be open.
fn outranked(known: TalkVerdict, on_the_wire: TalkVerdict) -> TalkVerdict {
    match (known, on_the_wire) {
        (_, TalkVerdict::Open) | (TalkVerdict::Open, _) => TalkVerdict::Open,
        (_, TalkVerdict::Blocked) => TalkVerdict::Blocked,
        (known, TalkVerdict::Unknown) => known,
    }
}

/// The ways that were seen between containers, with the best that came of each.
/// Of containers that share a network namespace the owner stands for all where
/// nobody can say which it was. Pings are no talk: many are netmap's own.
fn ways(map: &Map, flows: &Flows) -> BTreeMap<Way, TalkVerdict> {
    let mut by_name: HashMap<&str, ContainerAt> = HashMap::new();
    for at in map.containers() {
        by_name.entry(&map.container(at).name).or_insert(at);
    }
    let container = |party: &Party| match party {
        Party::Container { name } => by_name.get(name.as_str()).copied(),
        Party::OneOf { names } => {
            let first = by_name.get(names.first()?.as_str())?;
            map.stack(*first)
        }
        _ => None,
    };
    let mut ways: BTreeMap<Way, TalkVerdict> = BTreeMap::new();
    for flow in flows.flows.iter().filter(|flow| flow.protocol != FlowProtocol::Icmp) {
        let (Some(from), Some(to)) = (container(&flow.client), container(&flow.server)) else {
            continue;
        };
        if from != to {
            let known = ways.entry((from, to, flow.port)).or_insert(verdict(flow));
            *known = best(*known, verdict(flow));
        }
    }
    ways
}

/// What came of two of a kind: one that was answered is enough.
fn best(a: TalkVerdict, b: TalkVerdict) -> TalkVerdict {
    let known = [TalkVerdict::Open, TalkVerdict::Blocked].into_iter();
    known.into_iter().find(|verdict| [a, b].contains(verdict)).unwrap_or(TalkVerdict::Unknown)
}

/// What came of a flow. UDP need not be answered.
fn verdict(flow: &Flow) -> TalkVerdict {
    match flow.outcome {
        FlowOutcome::Established | FlowOutcome::Closed => TalkVerdict::Open,
        FlowOutcome::Refused => TalkVerdict::Blocked,
        FlowOutcome::Unanswered if flow.protocol == FlowProtocol::Tcp => TalkVerdict::Blocked,
        FlowOutcome::Unanswered | FlowOutcome::Unknown => TalkVerdict::Unknown,
    }
}

/// Where nothing can be said of what was not seen.
struct Unseen<'a> {
    map: &'a Map<'a>,
    /// Owners of the network namespaces that nobody could look into, or not at
    /// everything in them.
    hidden: BTreeSet<ContainerAt>,
    /// Whether flows were dropped, so that any may be missing.
    is_partial: bool,
}

impl<'a> Unseen<'a> {
    fn of(map: &'a Map, flows: &Flows) -> Self {
        let names: BTreeSet<&str> = flows
            .not_looked
            .iter()
            .filter_map(|note| match &note.part {
                Part::Container { name, .. } => Some(name.as_str()),
                _ => None,
            })
            .into_set();
        let noted = map.containers().filter(|at| names.contains(&*map.container(*at).name));
        let hidden = noted.filter_map(|at| map.stack(at)).collect();
        Self { map, hidden, is_partial: flows.dropped > 0 }
    }

    /// Whether a way that was not seen would have been: one of its ends is enough
    /// to see it.
    fn at(&self, from: ContainerAt, to: ContainerAt) -> Seen {
        let is_watched = |at: ContainerAt| {
            let runs = self.map.container(at).state.has_network();
            let stack = self.map.stack(at);
            runs && stack.is_some_and(|stack| !self.hidden.contains(&stack))
        };
        let is_told = !self.is_partial && (is_watched(from) || is_watched(to));
        if is_told { Seen::NotSeen } else { Seen::NotLooked }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::talks;
    use crate::graph::Map;
    use crate::model::Snapshot;

    fn flow(client: &Value, server: &str, port: u16, outcome: &str, protocol: &str) -> Value {
        json!({
            "client": client, "server": {"kind": "container", "name": server}, "port": port,
            "protocol": protocol, "outcome": outcome, "connections": 3, "basis": ["conntrack"],
            "first_seen": "2026-05-01T10:00:00Z", "last_seen": "2026-05-01T10:00:09Z"
        })
    }

    fn named(name: &str) -> Value {
        json!({"kind": "container", "name": name})
    }

    /// What is told of web, which is configured to talk to db and cache, and
    /// waits for mail at its start.
    fn told(flows: &[Value], not_looked: &Value, dropped: u64) -> Vec<String> {
        let container = |name: &str| {
            json!({"name": name, "id": name, "state": "running", "hostname": name, "project": "p",
                "service": name, "endpoints": [{"network": "n", "network_id": "n", "aliases": [name]}]})
        };
        let mut web = container("web");
        let to = |host: &str, port: u16| json!({"origin": "environment", "variable": "X", "host": host, "port": port});
        web["references"] = json!([to("db", 5432), to("cache", 6379)]);
        web["labels"] = json!({"com.docker.compose.depends_on": "mail:service_started:false"});
        let all = ["db", "cache", "mail"].map(container);
        let snapshot = json!({
            "schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge"}],
            "containers": [web, all[0], all[1], all[2]],
            "flows": {"window_ms": 30_000, "flows": flows, "not_looked": not_looked, "dropped": dropped}
        });
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let map = Map::new(&snapshot);
        let name = |at| map.container(at).name.as_str();
        let said = talks(&map, None).into_iter().map(|talk| {
            let port = talk.port.map_or("-".to_owned(), |port| port.to_string());
            format!(
                "{} {} {port} {} {:?} {}",
                name(talk.from),
                name(talk.to),
                talk.basis.as_str(),
                talk.seen,
                talk.verdict.as_str()
            )
        });
        said.collect()
    }

    #[test]
    fn what_was_seen_what_was_not_and_what_nobody_configured_are_three_things() {
        let flows = [
            flow(&named("web"), "db", 5432, "closed", "tcp"),
            flow(&named("web"), "mail", 25, "established", "tcp"),
            flow(&named("db"), "cache", 0, "closed", "icmp"),
        ];
        assert_eq!(
            told(&flows, &json!([]), 0),
            [
                "web cache 6379 configured NotSeen unknown",
                "web db 5432 configured Seen open",
                "web mail 25 observed Seen open",
            ]
        );
    }

    #[test]
    fn what_could_not_be_looked_at_is_not_said_to_be_unseen() {
        let hidden = |name: &str| json!({"what": "x", "why": "y", "part": {"kind": "container", "name": name}});
        let cache = |not_looked: Value, dropped: u64| {
            let told = told(&[], &not_looked, dropped);
            told.into_iter().find(|line| line.contains("cache")).unwrap()
        };
        // The other end is enough.
        assert!(cache(json!([hidden("cache")]), 0).contains("NotSeen"));
        assert!(cache(json!([hidden("cache"), hidden("web")]), 0).contains("NotLooked"));
        assert!(cache(json!([]), 7).contains("NotLooked"));
    }

    #[test]
    fn what_is_tried_in_vain_is_blocked_unless_something_answered() {
        let tried =
            |outcome: &str, protocol: &str| flow(&named("web"), "db", 5432, outcome, protocol);
        let db = |flows: &[Value]| {
            let told = told(flows, &json!([]), 0);
            told.into_iter().find(|line| line.starts_with("web db")).unwrap()
        };
        assert_eq!(db(&[tried("refused", "tcp")]), "web db 5432 configured Seen blocked");
        assert_eq!(db(&[tried("unanswered", "tcp")]), "web db 5432 configured Seen blocked");
        assert_eq!(db(&[tried("unanswered", "udp")]), "web db 5432 configured Seen unknown");
        let both = [tried("refused", "tcp"), tried("closed", "tcp")];
        assert_eq!(db(&both), "web db 5432 configured Seen open");
    }
}
