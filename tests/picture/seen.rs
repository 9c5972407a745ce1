//! Observed flows on a picture, beside what is configured.

use netmap::diagnose::talks;
use netmap::graph::{Filter, Map};
use netmap::model::Snapshot;
use netmap::render::View;
use netmap::render::svg::{self, Options, TalkShown};
use serde_json::{Value, json};

/// web is configured to talk to api and cache, api to db; mail is nobody's.
fn watched(flows: &[(&str, &str, u16, &str)], more: Value) -> Snapshot {
    let container = |name: &str, to: &[(&str, u16)]| {
        let references = to.iter().map(|(host, port)| {
            json!({"origin": "environment", "variable": "X", "host": host, "port": port})
        });
        json!({"name": name, "id": name, "state": "running", "hostname": name, "service": name,
            "references": references.collect::<Vec<_>>(),
            "endpoints": [{"network": "n", "network_id": "n", "aliases": [name]}]})
    };
    let flow = |(client, server, port, outcome): &(&str, &str, u16, &str)| {
        let party = |name: &str| json!({"kind": "container", "name": name});
        json!({"client": party(client), "server": party(server), "port": port, "protocol": "tcp",
            "outcome": outcome, "connections": 4, "basis": ["conntrack"],
            "first_seen": "2026-05-01T10:00:00Z", "last_seen": "2026-05-01T10:00:09Z"})
    };
    let mut all = json!({"window_ms": 30_000, "flows": flows.iter().map(flow).collect::<Vec<_>>()});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let snapshot = json!({
        "schema": "netmap/1", "networks": [{"name": "n", "id": "n", "driver": "bridge"}],
        "containers": [
            container("web", &[("api", 3000), ("cache", 6379)]), container("api", &[("db", 5432)]),
            container("cache", &[]), container("db", &[]), container("mail", &[]),
        ],
        "flows": all,
    });
    Snapshot::read(snapshot.to_string().as_bytes()).unwrap()
}

fn drawn(snapshot: &Snapshot, talk: Option<TalkShown>) -> String {
    let map = Map::new(snapshot);
    let view = View::new(&map, &map.select(&Filter::default()).unwrap(), None)
        .with_talk(talks(&map, None));
    let options = Options { talk, ..Options::default() };
    assert_eq!(svg::inspect(&view, &options).faults, Vec::<String>::new());
    svg::render(&view, &options)
}

const FLOWS: [(&str, &str, u16, &str); 3] =
    [("web", "api", 3000, "closed"), ("web", "mail", 25, "closed"), ("api", "db", 5432, "refused")];

#[test]
fn seen_unseen_and_unforeseen_are_three_looks_with_words() {
    let svg = drawn(&watched(&FLOWS, json!({})), None);
    for (arrow, words) in [
        (
            r#"class="talk configured seen" data-from="web" data-to="api" data-port="3000" data-basis="configured observed" data-seen="yes""#,
            "configured, and seen",
        ),
        (
            r#"class="talk configured unseen" data-from="web" data-to="cache" data-port="6379" data-basis="configured" data-seen="no""#,
            "configured, not seen in 30 s",
        ),
        (
            r#"class="talk observed" data-from="web" data-to="mail" data-port="25" data-basis="observed" data-seen="yes""#,
            "seen, and not configured",
        ),
        (
            r#"class="talk configured seen blocked" data-from="api" data-to="db" data-port="5432" data-basis="configured observed" data-seen="yes" data-verdict="blocked""#,
            "configured, and seen to be tried in vain",
        ),
    ] {
        assert!(svg.contains(arrow), "{arrow}");
        assert!(svg.contains(&format!(">{words}</text>")), "{words}");
    }
    assert!(svg.contains("web is configured to talk to, not seen in 30 s, cache on port 6379."));
    assert!(!svg.contains("never"));
    assert!(
        svg.contains("Of 3 configured ways 2 were seen in 30 s, and one that is not configured.")
    );
}

#[test]
fn what_nobody_could_see_is_drawn_as_if_nobody_had_looked() {
    let hidden =
        |name: &str| json!({"what": "x", "why": "y", "part": {"kind": "container", "name": name}});
    let more = json!({"not_looked": [hidden("web"), hidden("cache")]});
    let svg = drawn(&watched(&FLOWS, more), None);
    assert!(svg.contains(r#"class="talk configured" data-from="web" data-to="cache""#));
    assert!(!svg.contains("not seen in 30 s"));
    // One look has no length.
    let svg = drawn(&watched(&FLOWS, json!({"window_ms": 0})), None);
    assert!(svg.contains(">configured, not seen at one look</text>"));
}

#[test]
fn what_was_seen_alone_can_be_drawn() {
    let svg = drawn(&watched(&FLOWS, json!({})), Some(TalkShown::Observed));
    assert_eq!(svg.matches("data-seen=\"yes\"").count(), 3);
    assert!(!svg.contains("data-seen=\"no\""));
}
