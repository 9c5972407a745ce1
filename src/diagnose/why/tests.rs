//! Aims as people write them, and ladders over recorded setups.

use std::collections::BTreeSet;

use super::*;
use crate::diagnose::rules::UNEXPLAINED;
use crate::diagnose::{Obstacle, diagnose};
use crate::graph::Map;
use crate::model::{Basis, ContainerAt, Reach, RungKind, Snapshot, Status};
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
        Obstacle::Past | Obstacle::Unhealthy => false,
        // Somebody answers, who is not meant or sends the client elsewhere.
        Obstacle::Namesake(_) | Obstacle::Ambiguous(_) | Obstacle::HandsOut(_) => false,
        // What is meant can be reached, and something else is looked up.
        Obstacle::Malformed(_) => false,
        // That works where no firewall is against it.
        Obstacle::Hairpin(..) => case.is_internal_only(from),
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
            let findings = diagnose(&map, None, |rule| rule.name == UNEXPLAINED).findings;
            let unexplained: BTreeSet<String> =
                findings.into_iter().flat_map(|finding| finding.subjects).collect();
            let runs = |at: ContainerAt| case.container(at).state.has_network();
            // What stopped dials nothing now, and wanted something before.
            for (edge, obstacle) in case.edges().filter(|(edge, _)| runs(edge.from)) {
                let aim = Aim::parse(&case, edge.from, &edge.dialled());
                let Ok(aim) = aim.map(|aim| Aim { port: edge.port, ..aim }) else { continue };
                let ladder = ladder(&case, edge.from, &aim, &[]);
                let way = format!("{}: {} → {}", path.display(), ladder.from, ladder.to);
                // What nothing explains is reported all the same.
                let unexplained = || unexplained.contains(case.name(edge.from));
                let wall = match obstacle {
                    Some(obstacle) => is_wall(&case, edge.from, obstacle),
                    None => edge.evidently_fails() && unexplained(),
                };
                let told = (wall, ladder.verdict());
                if [(true, Reach::Reachable), (false, Reach::Blocked)].contains(&told) {
                    wrong.push(format!("{way}: {obstacle:?}, and {:#?}", ladder.rungs));
                }
                judged += 1;
            }
        }
    }
    assert!(judged > 60, "{judged} edges");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
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
