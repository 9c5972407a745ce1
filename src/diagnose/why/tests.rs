//! Aims as people write them, and ladders over recorded setups.

use super::*;
use std::collections::BTreeSet;

use crate::diagnose::{Obstacle, diagnose};
use crate::graph::Map;
use crate::model::{
    Basis, ContainerAt, Dial, Evidence, Reach, RungKind, Severity, Snapshot, Status,
};
use crate::render::fix;

fn snapshot() -> Snapshot {
    let text = r#"{"schema":"netmap/1","engine":{"name":"Docker"},
        "networks":[{"name":"front","id":"f","driver":"bridge","subnets":[{"subnet":"10.0.0.0/24"}]},
                    {"name":"back","id":"b","driver":"bridge","internal":true,
                     "subnets":[{"subnet":"10.1.0.0/24"}]}],
        "containers":[
          {"name":"web","id":"1","state":"running","network_mode":"front",
           "endpoints":[{"network":"front","network_id":"f","ipv4":"10.0.0.2","gateway":"10.0.0.1"}]},
          {"name":"api","id":"2","state":"running","network_mode":"front",
           "endpoints":[{"network":"front","network_id":"f","ipv4":"10.0.0.3","gateway":"10.0.0.1","aliases":["backend"]},
                        {"network":"back","network_id":"b","ipv4":"10.1.0.3"}]},
          {"name":"db","id":"3","state":"running","network_mode":"back",
           "endpoints":[{"network":"back","network_id":"b","ipv4":"10.1.0.2"}]}],
        "observations":[{"container":"db","id":"3","how":"proc",
           "listening":[{"protocol":"tcp","address":"127.0.0.1","port":5432},
                        {"protocol":"tcp","address":"0.0.0.0","port":5433}]}]}"#;
    Snapshot::read(text.as_bytes()).unwrap()
}

fn with<T>(test: impl FnOnce(&Case) -> T) -> T {
    let snapshot = snapshot();
    let map = Map::new(&snapshot);
    test(&Case::new(&map, None))
}

fn at(case: &Case, name: &str) -> ContainerAt {
    case.map.containers_named(name)[0]
}

#[test]
fn aims_as_people_write_them() {
    with(|case| {
        let web = at(case, "web");
        let aim = |text: &str| Aim::parse(case, web, text);
        let db = Destination::Container(at(case, "db"));
        let api = Destination::Container(at(case, "api"));
        for (text, target, host, port) in [
            ("db", db, "db", None),
            ("db:5432", db, "db", Some(5432)),
            ("postgres://u:p@db:5432/shop?x#y", db, "db", Some(5432)),
            ("10.1.0.2:5432", db, "10.1.0.2", Some(5432)),
            ("backend", api, "backend", None),
            ("localhost:80", Destination::Itself, "localhost", Some(80)),
            ("[::1]:80", Destination::Itself, "::1", Some(80)),
            ("127.0.0.1", Destination::Itself, "127.0.0.1", None),
            ("example.com:443", Destination::Elsewhere, "example.com", Some(443)),
            ("10.9.9.9", Destination::Elsewhere, "10.9.9.9", None),
            ("fd00::9", Destination::Elsewhere, "fd00::9", None),
        ] {
            let expected = Aim { target, host: host.to_owned(), port };
            assert_eq!(aim(text).unwrap(), expected, "{text}");
        }
        for bad in ["", ":80", "db:0", "db:99999", "db:http", "://"] {
            assert!(aim(bad).is_err(), "{bad}");
        }
        assert_eq!(aim("bd").unwrap().target, Destination::Elsewhere);
    });
}

#[test]
fn a_password_in_a_url_is_nowhere_in_the_ladder() {
    with(|case| {
        let aim = Aim::parse(case, at(case, "web"), "postgres://u:hunter2@db:5432/x").unwrap();
        let ladder = ladder(case, at(case, "web"), &aim, &[]);
        assert!(!format!("{ladder:?}").contains("hunter2"));
    });
}

#[test]
fn where_nothing_is_measured_the_map_answers_and_says_so() {
    with(|case| {
        let api = at(case, "api");
        let aim = Aim::parse(case, api, "db").unwrap();
        let ladder = ladder(case, api, &aim, &[]);
        assert_eq!((ladder.verdict(), ladder.basis), (Reach::Reachable, Basis::Map));
        let statuses: Vec<Status> = ladder.rungs.iter().map(|rung| rung.status).collect();
        let expected = [Status::Pass, Status::Pass, Status::Pass, Status::Pass, Status::Skipped];
        assert_eq!(statuses, expected);
    });
}

#[test]
fn no_shared_network_says_who_is_between_and_what_brings_them_together() {
    with(|case| {
        let web = at(case, "web");
        let aim = Aim::parse(case, web, "db:5432").unwrap();
        let ladder = ladder(case, web, &aim, &[]);
        let obstacle = ladder.obstacle().unwrap();
        assert_eq!(obstacle.rung, RungKind::Network);
        assert!(obstacle.notes.iter().any(|note| note.starts_with("api is on both sides")));
        assert_eq!(fix::lines(&ladder.fix), ["docker network connect back web"]);
        let port = ladder.rungs.last().unwrap();
        assert!(port.detail.contains("for itself only"), "{port:?}");
    });
}

#[test]
fn a_port_on_loopback_and_another_one_inside_are_told() {
    with(|case| {
        let api = at(case, "api");
        let of_port = |text: &str| {
            let aim = Aim::parse(case, api, text).unwrap();
            let ladder = ladder(case, api, &aim, &[]);
            (ladder.rungs.last().unwrap().clone(), fix::lines(&ladder.fix))
        };
        let (rung, fix) = of_port("db:5432");
        assert_eq!(rung.status, Status::Fail);
        assert!(fix[0].contains("0.0.0.0"), "{fix:?}");
        let (rung, fix) = of_port("db:3306");
        assert!(rung.notes[0].contains("5433"), "{rung:?}");
        assert_eq!(fix, ["# let api use db:5433"]);
        let (rung, _) = of_port("db:5433");
        assert_eq!(rung.status, Status::Pass, "it listens, and nobody tried");
    });
}

/// The commands that bring `web` and `lone` together.
fn fix_of(engine: &str, mode: &str, endpoints: serde_json::Value) -> Vec<String> {
    let text = serde_json::json!({"schema": "netmap/1", "engine": {"name": engine},
    "networks": [{"name": "front", "id": "f", "driver": "bridge"},
                 {"name": "none", "id": "n", "driver": "null"}],
    "containers": [
        {"name": "web", "id": "1", "state": "running", "network_mode": "front", "endpoints": [
            {"network": "front", "network_id": "f", "ipv4": "10.1.0.2"}]},
        {"name": "lone", "id": "2", "state": "running", "network_mode": mode, "endpoints": endpoints},
    ]});
    let snapshot = Snapshot::read(text.to_string().as_bytes()).unwrap();
    let map = Map::new(&snapshot);
    let case = Case::new(&map, None);
    let aim = Aim::parse(&case, at(&case, "lone"), "web").unwrap();
    fix::lines(&ladder(&case, at(&case, "lone"), &aim, &[]).fix)
}

#[test]
fn who_may_be_on_no_other_network_is_fixed_in_another_way() {
    let on_none = serde_json::json!([{"network": "none", "network_id": "n"}]);
    let nowhere = serde_json::json!([]);
    let connected = ["docker network connect front lone"];
    // Measured on Docker 20.10 and 26.1: `none` must be left first.
    assert_eq!(
        fix_of("Docker", "none", on_none),
        ["docker network disconnect none lone", "docker network connect front lone"]
    );
    assert_eq!(fix_of("Docker", "none", nowhere.clone()), connected);
    assert_eq!(fix_of("Docker", "pasta", nowhere.clone()), connected);
    // Measured on Podman 4.3 and 5.4, pasta on 5.4: only another start helps.
    for mode in ["none", "pasta", "slirp4netns:mtu=1500"] {
        let fix = fix_of("Podman", mode, nowhere.clone());
        assert!(fix[0].starts_with("# re-create lone with the network front"), "{mode}: {fix:?}");
    }
    assert_eq!(fix_of("Podman", "bridge", nowhere), ["podman network connect front lone"]);
}

/// Whether what stands in the way lets nothing through, by the map.
fn is_wall(case: &Case, from: ContainerAt, obstacle: &Obstacle) -> bool {
    match obstacle {
        Obstacle::Past | Obstacle::Unhealthy | Obstacle::Hung { given_up: false, .. } => false,
        // The way is open, and leads to something else.
        Obstacle::Namesake(_) | Obstacle::Ambiguous(_) | Obstacle::HandsOut(_) => false,
        // The way to the host is asked about, and not to what is written for it.
        Obstacle::Malformed(_) => false,
        // That works where no firewall is against it.
        Obstacle::Hairpin { unknown, .. } => *unknown || case.is_internal_only(from),
        _ => true,
    }
}

#[test]
fn doctor_and_why_never_contradict_each_other_in_any_sample() {
    let (mut judged, mut wrong) = (0, Vec::new());
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    for folder in std::fs::read_dir(samples).unwrap() {
        let folder = folder.unwrap().path();
        let recorded = ["snapshot.json", "fixed.json", "near.json"].map(|name| folder.join(name));
        for path in recorded.iter().filter(|path| path.exists()) {
            let snapshot = Snapshot::read(&std::fs::read(path).unwrap()[..]).unwrap();
            // Of a file that is refused the doctor says that and no more.
            if snapshot.plan.as_ref().is_some_and(|plan| !plan.faults.is_empty()) {
                continue;
            }
            let map = Map::new(&snapshot);
            let case = Case::new(&map, None);
            // What a container fails at may be told of without the reason.
            let found = diagnose(&map, None, |_| true);
            let of_no_edge = found.findings.iter().filter(|f| f.rule == "unexplained-failure");
            let reported: BTreeSet<&String> = of_no_edge.flat_map(|f| &f.subjects).collect();
            // What stopped dials nothing now, and wanted something before.
            let runs = |at: ContainerAt| case.container(at).state.has_network();
            for (edge, obstacle) in case.edges().filter(|(edge, _)| runs(edge.from)) {
                let aim = Aim::parse(&case, edge.from, &edge.dialled());
                let Ok(aim) = aim.map(|aim| Aim { port: edge.port, ..aim }) else { continue };
                let ladder = ladder(&case, edge.from, &aim, &[]);
                let way = format!("{}: {} → {}", path.display(), ladder.from, ladder.to);
                let wall = obstacle.is_some_and(|obstacle| is_wall(&case, edge.from, obstacle));
                let contradicts = match ladder.verdict() {
                    Reach::Reachable => wall,
                    Reach::Blocked => !wall && !reported.contains(&ladder.from),
                    _ => false,
                };
                if contradicts {
                    wrong.push(format!("{way}: {obstacle:?}, and {:#?}", ladder.rungs));
                }
                judged += 1;
            }
        }
    }
    assert!(judged > 60, "{judged} edges");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Every recorded snapshot of the samples.
fn recorded() -> Vec<(std::path::PathBuf, Snapshot)> {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let folders = std::fs::read_dir(samples).unwrap().map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| {
        ["snapshot.json", "fixed.json", "near.json"].map(|name| folder.join(name))
    });
    let there = files.filter(|path| path.exists());
    there
        .map(|path| (path.clone(), Snapshot::read(&std::fs::read(path).unwrap()[..]).unwrap()))
        .collect()
}

#[test]
fn why_offers_the_doctors_own_fix_in_every_sample() {
    let (mut judged, mut wrong) = (0, Vec::new());
    for (path, snapshot) in recorded() {
        if snapshot.plan.as_ref().is_some_and(|plan| !plan.faults.is_empty()) {
            continue;
        }
        let map = Map::new(&snapshot);
        let case = Case::new(&map, None);
        for finding in diagnose(&map, None, |_| true).findings {
            let dials: Vec<&Dial> = finding
                .evidence
                .iter()
                .filter_map(|evidence| match evidence {
                    Evidence::Dial(dial) => Some(dial),
                    _ => None,
                })
                .collect();
            let of_several =
                finding.evidence.iter().any(|evidence| matches!(evidence, Evidence::Same { .. }));
            // A fix of several, or of a file, is the sum of more than one way's.
            let [dial] = dials.as_slice() else { continue };
            if of_several || finding.severity == Severity::Info || case.is_planned() {
                continue;
            }
            let from = at(&case, &dial.container);
            let host = dial.host.clone();
            let Ok(aim) = Aim::parse(&case, from, &host) else { continue };
            let aim = Aim { port: dial.port, ..aim };
            let ladder = ladder(&case, from, &aim, &[]);
            if ladder.obstacle().is_none() {
                continue;
            }
            judged += 1;
            let (doctors, whys) = (fix::lines(&finding.fix), fix::lines(&ladder.fix));
            if !whys.starts_with(&doctors) {
                let rule = finding.rule;
                wrong.push(format!("{} {rule}: {doctors:#?}\n{whys:#?}", path.display()));
            }
        }
    }
    assert!(judged > 15, "{judged} findings");
    assert!(wrong.is_empty(), "{} of {judged}:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn a_name_that_nobody_has_ends_the_ladder_at_the_name() {
    with(|case| {
        let web = at(case, "web");
        let aim = Aim::parse(case, web, "apu:80").unwrap();
        let ladder = ladder(case, web, &aim, &[]);
        let obstacle = ladder.obstacle().unwrap();
        assert_eq!(obstacle.rung, RungKind::Name);
        assert_eq!(obstacle.detail, "nothing on front is called apu");
        assert!(obstacle.notes.iter().any(|note| note == "did you mean api?"), "{obstacle:?}");
        assert_eq!(fix::lines(&ladder.fix), ["# let web use a name that is there, such as api:80"]);
        let on_internal = Aim::parse(case, at(case, "db"), "nobody").unwrap();
        let ladder = super::ladder(case, at(case, "db"), &on_internal, &[]);
        assert_eq!(ladder.obstacle().unwrap().rung, RungKind::Name);
    });
}

#[test]
fn of_several_of_a_name_the_one_of_the_own_project_is_meant() {
    let container = |name: &str, project: &str, service: &str| {
        serde_json::json!({"name": name, "id": name, "state": "running", "project": project,
            "service": service, "network_mode": project, "endpoints": [
                {"network": project, "network_id": project, "aliases": [service]}]})
    };
    let text = serde_json::json!({"schema": "netmap/1", "engine": {"name": "Docker"},
        "networks": [{"name": "blog", "id": "blog", "driver": "bridge"},
                     {"name": "shop", "id": "shop", "driver": "bridge"}],
        "containers": [container("blog-db-1", "blog", "db"), container("shop-db-1", "shop", "db"),
                       container("shop-web-1", "shop", "web"),
                       {"name": "lone", "id": "lone", "state": "running"}]});
    let snapshot = Snapshot::read(text.to_string().as_bytes()).unwrap();
    let map = Map::new(&snapshot);
    let case = Case::new(&map, None);
    let web = one_of(&case, None, "web").unwrap().unwrap();
    let aim = Aim::parse(&case, web, "db").unwrap();
    assert_eq!(aim.target, Destination::Container(at(&case, "shop-db-1")));
    let running = &ladder(&case, web, &aim, &[]).rungs[0];
    assert!(running.notes[0].starts_with("2 containers are called db: shop-db-1"), "{running:?}");
    for ask in [
        one_of(&case, None, "db").map(|_| ()),
        Aim::parse(&case, at(&case, "lone"), "db").map(|_| ()),
    ] {
        let hint = ask.unwrap_err().hint().unwrap();
        assert!(hint.contains("blog-db-1") && hint.contains("shop-db-1"), "{hint}");
    }
}

/// The ladder from web to `api:8080`, a name of api-1 and of api-2, by what was measured
/// and with what api-1 listens on; api-2 has 8080.
fn by_turns(measured: &serde_json::Value, listening: &serde_json::Value) -> Ladder {
    let container = |name: &str, end: u8, aliases: &[&str]| {
        serde_json::json!({"name": name, "id": name, "image": name, "state": "running",
            "network_mode": "n", "endpoints": [{"network": "n", "network_id": "n",
                "ipv4": format!("10.0.0.{end}"), "aliases": aliases}]})
    };
    let text = serde_json::json!({"schema": "netmap/1", "engine": {"name": "Docker"},
        "networks": [{"name": "n", "id": "n", "driver": "bridge",
            "subnets": [{"subnet": "10.0.0.0/24"}]}],
        "containers": [container("api-1", 3, &["api"]), container("api-2", 4, &["api"]),
            container("web", 2, &[])],
        "observations": [
            {"container": "api-1", "id": "api-1", "how": "proc", "listening": listening},
            {"container": "api-2", "id": "api-2", "how": "proc", "listening": [
                {"protocol": "tcp", "address": "0.0.0.0", "port": 8080}]}]});
    let snapshot = Snapshot::read(text.to_string().as_bytes()).unwrap();
    let map = Map::new(&snapshot);
    let case = Case::new(&map, None);
    let web = at(&case, "web");
    let aim = Aim::parse(&case, web, "api:8080").unwrap();
    let measured: Vec<Measurement> = serde_json::from_value(measured.clone()).unwrap();
    ladder(&case, web, &aim, &measured)
}

/// What came of the name, by which address, and of the two addresses.
fn tries(led_to: &str, by_name: &str, one: &str, two: &str) -> serde_json::Value {
    let tried = |to: &str, by: &str, target: &str, outcome: &str| {
        let leads_to = (by == "name").then_some(led_to);
        serde_json::json!({"from": "web", "to": to, "by": by, "target": target, "protocol": "tcp",
            "port": 8080, "outcome": outcome, "leads_to": leads_to, "sent": 1, "received": 1,
            "method": "nc"})
    };
    serde_json::json!([
        tried("api-1", "name", "api", by_name),
        tried("api-1", "address", "10.0.0.3", one),
        tried("api-2", "address", "10.0.0.4", two)
    ])
}

#[test]
fn a_name_that_leads_to_several_by_turns_is_judged_by_all_of_them() {
    let silent = serde_json::json!([]);
    let first = tries("10.0.0.3", "refused", "refused", "reachable");
    let second = tries("10.0.0.4", "reachable", "refused", "reachable");
    let told = |measured: &serde_json::Value, listening: &serde_json::Value| {
        let ladder = by_turns(measured, listening);
        let failed = ladder.obstacle().cloned();
        (ladder.verdict(), failed, fix::lines(&ladder.fix))
    };
    let (verdict, failed, fix) = told(&first, &silent);
    let failed = failed.unwrap();
    assert_eq!((verdict, failed.rung), (Reach::Blocked, RungKind::Name));
    assert_eq!(failed.detail, "api leads to api-1 and api-2 by turns");
    assert_eq!(failed.notes, ["answering on 8080: api-2", "not answering on 8080: api-1"]);
    assert!(!fix.is_empty());
    // Whatever the name has just led to, and where nobody has tried.
    assert_eq!(told(&second, &silent), (verdict, Some(failed.clone()), fix.clone()));
    assert_eq!(told(&serde_json::json!([]), &silent), (verdict, Some(failed.clone()), fix));
    // All of them serve it.
    let open = serde_json::json!([{"protocol": "tcp", "address": "0.0.0.0", "port": 8080}]);
    let both = tries("10.0.0.4", "reachable", "reachable", "reachable");
    let ladder = by_turns(&both, &open);
    assert_eq!((ladder.verdict(), &ladder.fix[..]), (Reach::Reachable, &[][..]));
    let name = &ladder.rungs[2];
    assert_eq!(name.detail, "api leads to api-1 and api-2 by turns");
    assert_eq!(name.notes, ["answering on 8080: api-1 and api-2"]);
    // That nobody has the name is no chance.
    let mut unknown = tries("10.0.0.4", "name-not-found", "refused", "reachable");
    assert_eq!(told(&unknown, &silent).1, Some(failed.clone()), "it led to another one");
    unknown[0]["leads_to"] = serde_json::Value::Null;
    assert_ne!(told(&unknown, &silent).1, Some(failed));
}

#[test]
fn a_name_of_copies_may_lead_to_any_of_them() {
    let container = |name: &str, end: u8, service: &str| {
        serde_json::json!({"name": name, "id": name, "state": "running", "network_mode": "n",
            "project": "shop", "service": service, "endpoints": [{"network": "n", "network_id": "n",
                "ipv4": format!("10.0.0.{end}"), "aliases": [service]}]})
    };
    let copies = (1..20).map(|number| container(&format!("api-{number}"), number + 2, "api"));
    let containers: Vec<_> = copies.chain([container("web", 2, "web")]).collect();
    let text = serde_json::json!({"schema": "netmap/1", "engine": {"name": "Docker"},
        "networks": [{"name": "n", "id": "n", "driver": "bridge",
            "subnets": [{"subnet": "10.0.0.0/24"}]}],
        "containers": containers});
    let snapshot = Snapshot::read(text.to_string().as_bytes()).unwrap();
    let map = Map::new(&snapshot);
    let case = Case::new(&map, None);
    let web = at(&case, "web");
    let climbed = |led_to: &str| {
        let aim = Aim::parse(&case, web, "api:8080").unwrap();
        let measured = tries(led_to, "name-not-found", "reachable", "reachable");
        let measured: Vec<Measurement> = serde_json::from_value(measured).unwrap();
        ladder(&case, web, &aim, &measured)
    };
    let of_copies = climbed("10.0.0.9");
    assert_eq!((of_copies.verdict(), of_copies.obstacle()), (Reach::Reachable, None));
    let name = &of_copies.rungs[2];
    assert_eq!(name.detail, "api is 10.0.0.9, which is api-7's address: 19 answer to that name");
    assert!(name.notes.is_empty(), "its names are the target's: {name:?}");
    // Nobody of that name has this one.
    let elsewhere = climbed("10.0.0.2");
    assert_eq!(elsewhere.obstacle().map(|rung| rung.rung), Some(RungKind::Name));
}
