//! Assertions of every kind, passing, failing and unknown, by the map and by
//! measurements.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::graph::{Map, looks};
use crate::model::{
    ContainerAt, Diagnosis, Finding, Listening, NetworkAt, NotLooked, NotSeen, Observation, Probe,
    Severity, Snapshot, positions,
};
use crate::testing::{snapshots, town};

fn snapshot() -> Snapshot {
    let member = |name: &str, on: &[(&str, &str)]| {
        let endpoints: Vec<_> = on
            .iter()
            .map(|(network, address)| {
                let gateway = address.rsplit_once('.').map(|(net, _)| format!("{net}.1"));
                json!({"network": network, "network_id": network, "ipv4": address, "gateway": gateway,
                    "aliases": [format!("{name}-alias")]})
            })
            .collect();
        json!({"name": name, "id": format!("id-{name}"), "state": "running", "endpoints": endpoints})
    };
    let mut web = member("web", &[("shop_front", "10.1.0.2")]);
    web["published"] =
        json!([{"port": 80, "protocol": "tcp", "host_ip": "127.0.0.1", "host_port": 8091}]);
    let mut api = member("shop-api-1", &[("back", "10.2.0.2"), ("shop_front", "10.1.0.3")]);
    for endpoint in api["endpoints"].as_array_mut().expect("endpoints") {
        endpoint["aliases"] = json!(["api", "shop-api-1-alias"]);
    }
    api["service"] = json!("api");
    api["project"] = json!("shop");
    api["health"] = json!("healthy");
    let text = json!({"schema": "netmap/1", "engine": {"name": "Docker", "version": "26.1"},
    "networks": [
        {"name": "shop_front", "id": "shop_front", "driver": "bridge", "project": "shop",
            "subnets": [{"subnet": "10.1.0.0/24"}]},
        {"name": "back", "id": "back", "driver": "bridge", "internal": true,
            "subnets": [{"subnet": "10.2.0.0/24"}]},
        {"name": "quiet", "id": "quiet", "driver": "bridge", "icc": false,
            "subnets": [{"subnet": "10.3.0.0/24"}]},
        {"name": "odd", "id": "odd", "driver": "weave", "subnets": [{"subnet": "10.8.0.0/24"}]},
        {"name": "bridge", "id": "bridge", "driver": "bridge", "subnets": [{"subnet": "172.17.0.0/16"}]},
    ],
    "containers": [
        web, api,
        member("db", &[("back", "10.2.0.3")]),
        member("q1", &[("quiet", "10.3.0.2")]),
        member("q2", &[("quiet", "10.3.0.3")]),
        member("o1", &[("odd", "10.8.0.2")]),
        member("o2", &[("odd", "10.8.0.3")]),
        member("old1", &[("bridge", "172.17.0.2")]),
        member("old2", &[("bridge", "172.17.0.3")]),
        json!({"name": "sidecar", "id": "id-sidecar", "state": "running", "network_mode": "container:id-shop-api-1"}),
        json!({"name": "dead", "id": "id-dead", "state": "exited", "exit_code": 1,
            "endpoints": [{"network": "back", "network_id": "back"}]}),
    ]});
    Snapshot::read(text.to_string().as_bytes()).expect("a snapshot")
}

/// The verdicts on a check file, by what is measured.
fn verdicts(text: &str, measured: &[serde_json::Value]) -> Vec<CheckVerdict> {
    let snapshot = snapshot();
    let map = Map::new(&snapshot);
    let file = read(text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
    let measurements =
        measured.iter().map(|m| serde_json::from_value(m.clone()).expect("a measurement"));
    let probe = (!measured.is_empty()).then(|| Probe::new(measurements.collect()));
    let chosen: BTreeSet<ContainerAt> = map.containers().collect();
    let (probe, diagnosis) = (probe.as_ref(), None);
    evaluate(&file, &Evidence { map: &map, probe, diagnosis, chosen: &chosen })
}

fn assert_verdicts(rows: &[(&str, CheckStatus, &str)], measured: &[serde_json::Value]) {
    for (text, status, observed) in rows {
        let verdict = verdicts(text, measured).swap_remove(0);
        assert_eq!(verdict.status, *status, "{text}: {}", verdict.observed);
        assert!(verdict.observed.contains(observed), "{text}: {}", verdict.observed);
    }
}

#[test]
fn networks_are_what_the_engine_says() {
    use CheckStatus::{Fail, Pass};
    assert_verdicts(
        &[
            ("networks: back", Pass, "back exists"),
            ("networks: bakc", Fail, "did you mean back?"),
            ("networks: { front: }", Pass, "shop_front exists"),
            ("networks: { old: { exists: false } }", Pass, "no network old"),
            ("networks: { back: { exists: false } }", Fail, "back exists"),
            ("networks: { back: { driver: bridge } }", Pass, "bridge"),
            ("networks: { back: { driver: overlay } }", Fail, "its driver is bridge"),
            ("networks: { back: { internal: true } }", Pass, "internal"),
            ("networks: { front: { internal: true } }", Fail, "not internal"),
            ("networks: { quiet: { icc: false } }", Pass, "icc is off"),
            ("networks: { back: { icc: false } }", Fail, "icc is on"),
            ("networks: { back: { ipv6: false } }", Pass, "no IPv6"),
            ("networks: { back: { subnet: 10.2.0.0/24 } }", Pass, "10.2.0.0/24"),
            ("networks: { back: { subnet: 10.9.0.0/24 } }", Fail, "its subnets: 10.2.0.0/24"),
            ("networks: { back: { members: [api, db] } }", Pass, "its members"),
            ("networks: { back: { members: [web] } }", Fail, "missing: web"),
            ("networks: { back: { only-members: [api, db, dead] } }", Pass, ""),
            (
                "networks: { back: { only-members: [api, db] } }",
                Fail,
                "beyond what is allowed: dead",
            ),
            ("networks: { back: { members: [bd] } }", Fail, "did you mean db?"),
            ("networks: { nowhere: { internal: false } }", Fail, "no network nowhere"),
        ],
        &[],
    );
}

#[test]
fn containers_are_what_the_engine_says() {
    use CheckStatus::{Fail, Pass};
    assert_verdicts(
        &[
            ("containers: web", Pass, "running"),
            ("containers: dead", Fail, "exited (1)"),
            ("containers: deed", Fail, "did you mean dead?"),
            ("containers: { x: { exists: false } }", Pass, "no container x"),
            ("containers: { web: { exists: false } }", Fail, "web exists"),
            ("containers: { dead: { running: false } }", Pass, "exited"),
            ("containers: { dead: { state: exited } }", Pass, "exited"),
            ("containers: { web: { state: exited } }", Fail, "running"),
            ("containers: { api: { running: true, health: healthy } }", Pass, "running"),
        ],
        &[],
    );
    // Behind the assertion that it runs stands the one that is meant.
    for (claims, status, observed) in [
        ("{ api: { health: healthy } }", Pass, "says healthy"),
        ("{ api: { health: none } }", Fail, "says healthy"),
        ("{ web: { health: none } }", Pass, "no health check"),
        ("{ web: { health: healthy } }", Fail, "no health check"),
        ("{ api: { on: back } }", Pass, "back, shop_front"),
        ("{ web: { on: back } }", Fail, "missing: back"),
        ("{ api: { only-on: [front, back] } }", Pass, ""),
        ("{ api: { only-on: front } }", Fail, "its networks: back, shop_front"),
        ("{ sidecar: { only-on: [front, back] } }", Pass, ""),
        ("{ web: { published: 80 } }", Pass, "127.0.0.1:8091:80"),
        ("{ web: { published: 8091:80 } }", Pass, ""),
        ("{ web: { published: 127.0.0.1:8091:80 } }", Pass, ""),
        ("{ web: { published: 0.0.0.0:8091:80 } }", Fail, "127.0.0.1:8091:80"),
        ("{ web: { published: 80/udp } }", Fail, ""),
        ("{ web: { only-published: [] } }", Fail, "127.0.0.1:8091:80"),
        ("{ db: { only-published: [] } }", Pass, "publishes nothing"),
    ] {
        let verdict = verdicts(&format!("containers: {claims}"), &[]).swap_remove(1);
        assert_eq!(verdict.status, status, "{claims}: {}", verdict.observed);
        assert!(verdict.observed.contains(observed), "{claims}: {}", verdict.observed);
        assert_eq!(verdict.basis, Basis::Engine);
    }
}

#[test]
fn what_is_written_for_another_setup_is_not_guessed_at_name_by_name() {
    let names = (0..200).map(|nth| format!("dead{nth:02x}")).collect::<Vec<_>>().join(", ");
    let verdicts = verdicts(&format!("containers: [{names}]"), &[]);
    let guesses = verdicts.iter().filter(|of| of.observed.contains("did you mean dead?")).count();
    assert_eq!((verdicts.len(), guesses), (200, 100));
}

#[test]
fn ways_by_the_map() {
    use CheckStatus::{Fail, Pass, Unknown};
    assert_verdicts(
        &[
            ("reach: web -> api", Pass, "predicted"),
            ("reach: web -> db", Fail, "they share no network"),
            ("reach: web -> api:8080", Unknown, "not measured"),
            ("reach: web -> db:5432", Fail, "predicted"),
            ("reach: o1 -> o2", Unknown, "no rules"),
            ("reach: old1 -> old2", Fail, "names do not resolve"),
            ("reach: old1 -> old2 by address", Pass, "predicted"),
            ("reach: old1 -/-> old2 by name", Pass, "names do not resolve"),
            ("reach: old1 -/-> old2", Fail, "both are on the same network"),
            ("reach: q1 -/-> q2", Pass, "icc off"),
            ("reach: web -/-> db", Pass, "predicted"),
            ("reach: web -/-> db (timeout)", Unknown, "how it fails was not measured"),
            ("reach: web -/-> db (name-not-found)", Pass, "predicted"),
            ("reach: web -/-> api:9 (refused)", Unknown, "not measured"),
            ("reach: web -/-> api:9 (timeout)", Fail, "predicted"),
            ("reach: web -> api via front", Pass, "10.1.0.3"),
            ("reach: web -> api via back", Fail, "10.2.0.2"),
            ("reach: web -> db via front", Fail, "db is not on the network front"),
            ("reach: web -> api via shop-api-1-alias", Pass, "one of its names"),
            ("reach: web -> api via nonsense", Fail, "neither a network nor a name"),
            ("reach: web -> shop-api-1-alias", Pass, "predicted"),
            ("reach: web -> dead", Fail, "not running"),
            ("reach: web -/-> dead", Pass, "not running"),
            ("reach: db -> sidecar", Fail, "no name of its own"),
            ("reach: db -> sidecar by address", Pass, ""),
            ("reach: web -> dbb", Fail, "did you mean db?"),
            ("reach: web -/-> dbb", Fail, "no container dbb"),
            ("reach: 'x* -> db'", Fail, "no running container fits x*"),
            ("reach: nothing outside back reaches db", Unknown, "no rules"),
            ("reach: nothing outside back reaches web", Unknown, ""),
            ("reach: nothing but api reaches old1", Fail, "old2 → old1"),
            ("reach: everything on back reaches db", Pass, ""),
            (
                "reach: everything reaches db",
                Fail,
                "o1, o2, old1, old2, q1, q2, web → db: the name db",
            ),
            ("reach: 'q* -/-> db'", Pass, "predicted: all 2 pairs"),
            ("reach: 'web, api <-> web'", Pass, ""),
        ],
        &[],
    );
}

#[test]
fn names_by_the_map() {
    use CheckStatus::{Fail, Pass, Unknown};
    assert_verdicts(
        &[
            ("names: web resolves api", Pass, "the map predicts that api resolves"),
            ("names: web resolves db", Fail, "does not resolve"),
            ("names: web does not resolve db", Pass, ""),
            ("names: q1 resolves q2", Pass, "icc off"),
            ("names: old1 resolves old2", Fail, "default bridge"),
            ("names: o1 resolves o2", Unknown, ""),
            ("names: api resolves db-alias", Pass, "one of its names"),
            ("names: web resolves db-alias", Fail, ""),
            ("names: api resolves bd", Fail, "did you mean db?"),
            ("names: nothing resolves old1", Pass, ""),
            (
                "names: \"* resolves db\"",
                Fail,
                "q2, web → db: the map predicts that db does not resolve",
            ),
        ],
        &[],
    );
}

fn measured(
    from: &str,
    to: &str,
    target: &str,
    port: Option<u16>,
    outcome: &str,
) -> serde_json::Value {
    let by = if target.starts_with("10.") { "address" } else { "name" };
    let mut value = json!({"from": from, "to": to, "by": by, "target": target,
        "protocol": "icmp", "outcome": outcome, "reason": "no shell in the image"});
    if let Some(port) = port {
        value["protocol"] = json!("tcp");
        value["port"] = json!(port);
    }
    value
}

fn led_to(address: &str, mut measured: serde_json::Value) -> serde_json::Value {
    measured["leads_to"] = json!(address);
    measured
}

#[test]
fn what_is_measured_decides() {
    use CheckStatus::{Fail, Pass, Unknown};
    let api = "shop-api-1";
    let probe = [
        measured("web", api, api, None, "reachable"),
        measured("web", api, "api", None, "timeout"),
        measured("web", api, "api", Some(8080), "reachable"),
        measured("web", api, "api", Some(9), "refused"),
        measured("web", api, "10.1.0.3", Some(9), "refused"),
        measured("web", api, "10.2.0.2", Some(9), "timeout"),
        measured("web", "db", "db", None, "name-not-found"),
        measured("web", "db", "10.2.0.3", None, "reachable"),
        measured("web", "db", "db", Some(5432), "unknown"),
        measured(api, "db", "db", Some(5432), "unknown"),
        // Another one answers to the name.
        led_to("10.2.0.2", measured("sidecar", "db", "db", Some(5432), "name-not-found")),
        measured("q1", "q2", "q2", None, "timeout"),
        measured("q1", "q2", "10.3.0.3", None, "timeout"),
    ];
    assert_verdicts(
        &[
            ("reach: web -> api", Fail, "no answer"),
            ("reach: web -> api:8080", Pass, "answered"),
            ("reach: web -> api:9", Fail, "refused"),
            ("reach: web -/-> api:9", Fail, "the way is open"),
            ("reach: web -/-> api:9 (refused)", Pass, "refused"),
            ("reach: web -/-> db", Fail, "10.2.0.3: answered"),
            ("reach: web -/-> db by name (name-not-found)", Pass, "does not resolve"),
            ("reach: web -/-> db:5432", Pass, "not measured (no shell in the image)"),
            ("reach: api -> db:5432", Unknown, "not measured (no shell in the image)"),
            (
                "reach: sidecar -> db:5432 by name",
                Fail,
                "the name db leads to 10.2.0.2, which is no address of db",
            ),
            ("reach: q1 -/-> q2 (timeout)", Pass, "no answer"),
            ("reach: q1 -/-> q2 (refused)", Fail, "no answer"),
            ("names: web resolves db", Fail, "db does not resolve"),
            ("names: q1 resolves q2", Pass, "q2 resolves"),
        ],
        &probe,
    );
    let by = |text: &str| verdicts(text, &probe).swap_remove(0).basis;
    assert_eq!(by("reach: q1 -/-> q2"), Basis::Measured);
    assert_eq!(by("reach: web -/-> db:5432"), Basis::Map);
}

/// A name of several leads to any of them: which, is chance.
#[test]
fn copies_of_a_service_are_asked_for_by_their_own_names() {
    let container = |name: &str, end: u8, service: &str| {
        json!({"name": name, "id": name, "state": "running", "project": "shop", "service": service,
            "endpoints": [{"network": "n", "network_id": "n", "ipv4": format!("10.1.0.{end}"),
                "aliases": [service]}]})
    };
    let text = json!({"schema": "netmap/1", "networks": [{"name": "n", "id": "n", "driver": "bridge"}],
        "containers": [container("web", 2, "web"), container("api-1", 3, "api"),
            container("api-2", 4, "api")]});
    let snapshot = Snapshot::read(text.to_string().as_bytes()).expect("a snapshot");
    let map = Map::new(&snapshot);
    let chosen: BTreeSet<ContainerAt> = map.containers().collect();
    let asked = |text: &str| {
        let file = read(text).expect("a check file");
        let targets = questions(&file, &map, &chosen).into_iter().map(|question| question.target);
        targets.collect::<Vec<String>>()
    };
    for text in ["reach: web -> api", "reach: web -> api:80", "reach: web -/-> api by name"] {
        assert_eq!(asked(text), ["api-1", "api-2"], "{text}");
    }
    assert_eq!(asked("reach: web -> api via api"), ["api-1", "api-2"]);
    assert_eq!(asked("names: web resolves api"), ["api"], "that it resolves is asked as written");
    assert_eq!(asked("reach: api -> web"), ["web", "web"]);
}

#[test]
fn the_default_takes_in_every_pair_that_no_arrow_speaks_of() {
    let all = "reach: [web <-> api, api <-> db, 'db, web -> sidecar by address']\n\
               among: [web, api, db, sidecar, dead]\ndefault: isolated";
    let last = |text: &str| verdicts(text, &[]).pop().expect("verdicts");
    let verdict = last(all);
    assert_eq!(verdict.status, CheckStatus::Fail, "{}", verdict.observed);
    assert!(verdict.observed.contains("sidecar → db"), "{}", verdict.observed);
    let fixed = all.replace("db, web ->", "sidecar -> db', 'sidecar -> web', 'db, web ->");
    assert_eq!(last(&fixed).status, CheckStatus::Pass, "{}", last(&fixed).observed);
    let less = fixed.replace("web <-> api, ", "");
    assert!(last(&less).observed.contains("web → shop-api-1"), "{}", last(&less).observed);
    let nobody = "among: nobody\ndefault: isolated\nreach: nothing reaches web";
    for verdict in verdicts(nobody, &[]) {
        assert_eq!(verdict.status, CheckStatus::Fail, "a crowd of nobody proves nothing");
    }
}

#[test]
fn exactly_what_a_file_asks_about_is_measured() {
    let snapshot = snapshot();
    let map = Map::new(&snapshot);
    let chosen: BTreeSet<ContainerAt> = map.containers().collect();
    let asked = |text: &str| -> Vec<String> {
        let file = read(text).expect("a check file");
        let questions = questions(&file, &map, &chosen);
        questions
            .iter()
            .map(|q| {
                let port = q.attempt.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{} {}{port}", map.container(q.from).name, q.target)
            })
            .collect()
    };
    assert_eq!(asked("networks: back\ncontainers: web\nfindings: none"), [""; 0]);
    assert_eq!(asked("reach: [web -> api:80, web -> api:80]"), ["web api:80"]);
    assert_eq!(asked("reach: web -/-> db"), ["web db", "web 10.2.0.3"]);
    assert_eq!(asked("reach: api -> db:1 via back"), ["shop-api-1 10.2.0.3:1"]);
    assert_eq!(asked("names: api resolves db-alias"), ["shop-api-1 db-alias"]);
    assert_eq!(asked("reach: web -> nowhere"), [""; 0]);
    assert_eq!(asked("among: [web, db]\ndefault: isolated").len(), 4);
}

#[test]
fn the_file_for_what_runs_passes() {
    let snapshot = snapshot();
    let map = Map::new(&snapshot);
    // All containers but those of the network whose driver nobody knows.
    for with_odd in [false, true] {
        let chosen: BTreeSet<ContainerAt> = map
            .containers()
            .filter(|at| with_odd || !map.container(*at).name.starts_with('o'))
            .collect();
        let networks: BTreeSet<NetworkAt> = map.networks().collect();
        let narrowed = if with_odd { Narrowed::No } else { Narrowed::Otherwise };
        let text = init(&map, &chosen, &networks, narrowed, None);
        let file = read(&text).unwrap_or_else(|wrong| panic!("{text}\n{wrong:?}"));
        assert_eq!(text.contains("\ndefault: isolated"), !with_odd, "{text}");
        assert!(text.contains("  - db, web -> api\n"), "{text}");
        assert!(text.contains("  web: { only-on: [front]"), "{text}");
        let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &chosen };
        for verdict in evaluate(&file, &evidence) {
            assert_eq!(verdict.status, CheckStatus::Pass, "{verdict:?}\n{text}");
        }
    }
}

#[test]
fn the_schema_knows_every_key_and_no_other() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).expect("JSON");
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value["properties"].as_object().expect("properties").keys().cloned().collect()
    };
    let named = |known: &[keys::Key]| -> Vec<String> {
        let mut names: Vec<String> = known.iter().map(|key| key.name.to_owned()).collect();
        names.sort();
        names
    };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(keys(&schema)), named(keys::TOP));
    let network = &schema["properties"]["networks"]["anyOf"][0]["additionalProperties"];
    assert_eq!(sorted(keys(network)), named(keys::NETWORK));
    assert_eq!(network["additionalProperties"], json!(false));
}

#[test]
fn what_the_doctor_finds_is_judged_and_explains_what_fails() {
    let finding = |rule: &'static str, severity, subjects: &[&str]| Finding {
        rule,
        severity,
        subjects: subjects.iter().map(|name| (*name).to_owned()).collect(),
        summary: format!("something about {}", subjects.join(" and ")),
        evidence: Vec::new(),
        fix: Vec::new(),
    };
    let diagnosis = Diagnosis {
        findings: vec![
            finding("no-shared-network", Severity::Error, &["web", "db"]),
            finding("localhost-dependency", Severity::Warning, &["old1"]),
        ],
        not_looked: vec![NotLooked {
            rule: "default-bridge-no-names",
            unseen: vec![NotSeen::Told { why: "no shell".to_owned() }],
        }],
        ..Diagnosis::default()
    };
    let snapshot = snapshot();
    let map = Map::new(&snapshot);
    let chosen: BTreeSet<ContainerAt> = map.containers().collect();
    let judged = |text: &str, diagnosis: Option<&Diagnosis>| {
        let file = read(text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
        evaluate(&file, &Evidence { map: &map, probe: None, diagnosis, chosen: &chosen })
            .swap_remove(0)
    };
    for (sentence, status, observed) in [
        ("no errors", CheckStatus::Fail, "no-shared-network: something about web and db"),
        ("no warnings", CheckStatus::Fail, "localhost-dependency"),
        ("none", CheckStatus::Fail, "localhost-dependency"),
        ("none of localhost-dependency", CheckStatus::Fail, "about old1"),
        ("none of default-bridge-no-names", CheckStatus::Unknown, "no shell"),
    ] {
        let text = format!("findings: {sentence}");
        let verdict = judged(&text, Some(&diagnosis));
        assert_eq!(verdict.status, status, "{sentence}: {}", verdict.observed);
        assert!(verdict.observed.contains(observed), "{sentence}: {}", verdict.observed);
        assert_eq!(judged(&text, None).status, CheckStatus::Unknown);
    }
    let fine = Diagnosis { findings: Vec::new(), ..diagnosis.clone() };
    let verdict = judged("findings: no errors", Some(&fine));
    assert_eq!(verdict.status, CheckStatus::Pass);
    assert!(verdict.observed.contains("could not look: default-bridge-no-names"));
    let way = judged("reach: web -> db", Some(&diagnosis));
    assert_eq!(way.cause.as_ref(), Some(&diagnosis.findings[0]));
    let other = judged("reach: old1 -> old2", Some(&diagnosis));
    assert_eq!(other.cause, None, "a warning about one of the two explains nothing");
    assert_eq!(judged("reach: web -> api", Some(&diagnosis)).cause, None, "it holds");
}

/// A student's folder is called otherwise, and so is the project.
#[test]
fn the_file_for_a_project_holds_under_another_name() {
    let project = |name: &str, dash: char| {
        let container = |service: &str, end: u8, network: &str| {
            let network = format!("{name}_{network}");
            json!({"name": format!("{name}{dash}{service}{dash}1"), "id": format!("{name}{service}"),
                "state": "running", "project": name, "service": service,
                "endpoints": [{"network": network, "network_id": network,
                    "ipv4": format!("10.1.0.{end}"), "aliases": [service]}]})
        };
        let network = |short: &str| {
            let name_of = format!("{name}_{short}");
            json!({"name": name_of, "id": name_of, "driver": "bridge", "project": name})
        };
        let text = json!({"schema": "netmap/1", "networks": [network("back"), network("front")],
            "containers": [container("web", 2, "front"), container("api", 3, "back"),
                container("db", 4, "back")]});
        Snapshot::read(text.to_string().as_bytes()).expect("a snapshot")
    };
    let (text, _) = written(&project("shop", '-'));
    for (name, dash) in [("shop", '-'), ("team 3", '_')] {
        let snapshot = project(name, dash);
        let map = Map::new(&snapshot);
        let chosen: BTreeSet<ContainerAt> = map.containers().collect();
        let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &chosen };
        for verdict in evaluate(&read(&text).expect("a check file"), &evidence) {
            assert_eq!(verdict.status, CheckStatus::Pass, "{verdict:?}\n{text}");
        }
    }
}

#[test]
fn what_listens_decides_about_ports_where_nothing_was_measured() {
    let mut snapshot = snapshot();
    let api = snapshot.containers.iter().find(|c| c.name == "shop-api-1").expect("api").clone();
    let socket = |address: &str, port| Listening {
        protocol: crate::model::Protocol::Tcp,
        address: address.parse().expect("an address"),
        port,
    };
    snapshot.observations.push(Observation {
        container: api.name,
        id: api.id,
        listening: Some(vec![socket("0.0.0.0", 8080), socket("127.0.0.1", 9090)]),
        ..Observation::default()
    });
    let map = Map::new(&snapshot);
    let chosen: BTreeSet<ContainerAt> = map.containers().collect();
    for (sentence, status, observed) in [
        ("web -> api:8080", CheckStatus::Pass, "it listens on port 8080"),
        ("web -> api:9090", CheckStatus::Fail, "its own localhost only"),
        ("web -> api:7", CheckStatus::Fail, "nothing listens on port 7"),
        ("web -/-> api:7 (refused)", CheckStatus::Pass, "predicted"),
        ("web -/-> api:8080", CheckStatus::Fail, "it listens"),
        ("db -> sidecar:8080 by address", CheckStatus::Pass, "it listens"),
        ("api -> web:80", CheckStatus::Unknown, "not measured"),
    ] {
        let file = read(&format!("reach: {sentence}")).expect("a check file");
        let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &chosen };
        let verdict = evaluate(&file, &evidence).swap_remove(0);
        assert_eq!(verdict.status, status, "{sentence}: {}", verdict.observed);
        assert_eq!(verdict.basis, Basis::Map);
        assert!(verdict.observed.contains(observed), "{sentence}: {}", verdict.observed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_file_for_any_setup_passes(mut snapshot in snapshots()) {
        // Made-up measurements contradict themselves.
        snapshot.probe = None;
        let map = Map::new(&snapshot);
        let chosen: BTreeSet<ContainerAt> = map.containers().collect();
        let networks: BTreeSet<NetworkAt> = map.networks().collect();
        let text = init(&map, &chosen, &networks, Narrowed::No, None);
        let file = match read(&text) {
            Ok(file) => file,
            Err(wrong) if text.lines().all(|line| line.starts_with('#')) => {
                prop_assert_eq!(&wrong[0].what, "it asserts nothing", "{}", text);
                return Ok(());
            }
            Err(wrong) => panic!("{text}\n{wrong:?}"),
        };
        let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &chosen };
        for verdict in evaluate(&file, &evidence) {
            prop_assert_eq!(verdict.status, CheckStatus::Pass, "{:?}\n{}", verdict, text);
        }
    }

    #[test]
    fn no_text_is_too_odd_to_be_read(text in "[a-z:>*&!,\\-\"'\\[\\]{}()#| \\n\\t\u{0}-\u{ff}\u{202e}]{0,60}") {
        let _ = read(&text);
        let _ = read(&format!("reach: [{text}]"));
        for sentence in [sentence::reach, sentence::names, sentence::findings] {
            if let Err(slip) = sentence(&text) {
                prop_assert!(slip.at <= text.chars().count());
            }
        }
    }
}

/// The file for a large setup is written in a work that grows as the setup
/// does, and is no larger than it has to be. Counted are looks at containers
/// and networks, and no seconds.
#[test]
fn ten_times_the_setup_has_a_file_of_ten_times_the_work() {
    let written = |containers: usize| {
        // All web servers are on one network, and each reaches each.
        let snapshot = town::town(containers, containers / 5);
        let (text, work) = written(&snapshot);
        (work, text.len() as u64)
    };
    let (small, large) = (written(500), written(5000));
    assert!(large.0 < 12 * small.0, "{} looks, and {} for a tenth", large.0, small.0);
    assert!(large.1 < 12 * small.1, "{} bytes, and {} for a tenth", large.1, small.1);
}

/// Whoever is on a network of many is not told of by name.
#[test]
fn the_file_for_a_large_setup_passes() {
    let snapshot = town::town(400, 80);
    let (text, _) = written(&snapshot);
    assert!(text.contains("everything on edge reaches p0007-web-1\n"), "{text}");
    assert!(text.contains("p0007-api-1, p0007-db-1, p0007-worker-1 -> p0007-web-1\n"), "{text}");
    let map = Map::new(&snapshot);
    let chosen = positions(&snapshot.containers).collect();
    let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &chosen };
    let verdicts = evaluate(&read(&text).expect("a check file"), &evidence);
    let wrong = verdicts.iter().find(|verdict| verdict.status != CheckStatus::Pass);
    assert_eq!(wrong, None);
    let isolated = verdicts.last().expect("a default");
    let told: usize =
        isolated.observed.split(' ').find_map(|word| word.parse().ok()).expect("a count");
    assert_eq!(told, unspoken(&map, &text), "{}", isolated.observed);
}

/// The check file for everything in a snapshot, and the looks it took.
fn written(snapshot: &Snapshot) -> (String, u64) {
    let map = Map::new(snapshot);
    let containers = positions(&snapshot.containers).collect();
    let networks = positions(&snapshot.networks).collect();
    let mut text = String::new();
    let work = looks::during(|| text = init(&map, &containers, &networks, Narrowed::No, None));
    (text, work)
}

/// How many pairs there are that no arrow speaks of, counted one by one.
fn unspoken(map: &Map, text: &str) -> usize {
    let file = read(text).expect("a check file");
    let chosen = map.containers().collect();
    let questions = questions(&CheckFile::isolated(), map, &chosen);
    let all: BTreeSet<(ContainerAt, ContainerAt)> =
        questions.iter().map(|q| (q.from, q.to)).collect();
    let arrows = file.assertions.into_iter().filter(|a| matches!(a.claim, Claim::Reaches(_)));
    let arrows = CheckFile { assertions: arrows.collect(), ..CheckFile::default() };
    let spoken = super::questions(&arrows, map, &chosen);
    let spoken: BTreeSet<(ContainerAt, ContainerAt)> =
        spoken.iter().map(|q| (q.from, q.to)).collect();
    all.difference(&spoken).count()
}

#[test]
fn the_file_for_a_project_fits_its_compose_file() {
    let snapshot = snapshot();
    let map = Map::new(&snapshot);
    let shop: BTreeSet<ContainerAt> =
        map.containers().filter(|at| map.container(*at).project() == Some("shop")).collect();
    assert!(!shop.is_empty() && shop.len() < map.containers().count());
    let networks: BTreeSet<NetworkAt> = shop.iter().flat_map(|at| map.networks_of(*at)).collect();
    let projects = ["shop".to_owned()];
    let text = init(&map, &shop, &networks, Narrowed::To(&projects), None);
    assert!(text.contains("\nproject: [shop]\n") && !text.contains("among"), "{text}");
    let file = read(&text).unwrap_or_else(|wrong| panic!("{text}\n{wrong:?}"));
    // Who is of no project of the file is named in comments alone.
    for name in map.containers().filter(|at| !shop.contains(at)).map(|at| &map.container(at).name) {
        let said = text.lines().filter_map(|line| line.split(" #").next());
        let mut words = said.flat_map(|line| line.split(|c: char| " ,:[]".contains(c)));
        assert!(!words.any(|word| word == name), "{name}: {text}");
    }
    let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &shop };
    for verdict in evaluate(&file, &evidence) {
        assert_eq!(verdict.status, CheckStatus::Pass, "{verdict:?}\n{text}");
    }
}

/// Counted are looks at containers and networks, and no seconds.
#[test]
fn ten_times_as_many_sentences_about_aliases_are_checked_with_ten_times_the_work() {
    let work = |number: usize| {
        let containers = (0..number).map(|at| {
            serde_json::json!({"name": format!("c{at}"), "id": format!("c{at}"),
                "state": "running", "endpoints": [{"network": format!("n{}", at / 2),
                    "network_id": format!("n{}", at / 2), "aliases": [format!("alias{at}")],
                    "ipv4": format!("10.{}.{}.{}", at / 500, at / 2 % 250, at % 2 + 2)}]})
        });
        let networks = (0..number / 2).map(|at| {
            serde_json::json!({"name": format!("n{at}"), "id": format!("n{at}"),
                "driver": "bridge",
                "subnets": [{"subnet": format!("10.{}.{}.0/24", at / 250, at % 250)}]})
        });
        let snapshot = serde_json::json!({"schema": "netmap/1",
            "networks": networks.collect::<Vec<_>>(),
            "containers": containers.collect::<Vec<_>>()});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let sentence = |at: usize| format!("  - c{} resolves alias{at}\n", at ^ 1);
        let text = format!("names:\n{}", (0..number).map(sentence).collect::<String>());
        let (map, file) = (Map::new(&snapshot), read(&text).expect("a check file"));
        let chosen = map.containers().collect();
        let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &chosen };
        let mut verdicts = Vec::new();
        let work = looks::during(|| verdicts = evaluate(&file, &evidence));
        assert!(verdicts.iter().all(|verdict| verdict.status == CheckStatus::Pass), "{text}");
        work
    };
    let (small, large) = (work(100), work(1000));
    assert!(large < 12 * small, "{large} looks, and {small} for a tenth of the sentences");
}
