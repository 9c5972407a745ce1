//! Pictures of what is found, and of what is seen, on a living engine.

use crate::support::{Corner, docker, netmap_text, text};

#[test]
#[ignore = "needs a Docker engine"]
fn the_doctor_numbers_its_findings_on_the_map() {
    let mut corner = Corner::new("pictured");
    let front = corner.network("front", &[]);
    let back = corner.network("back", &[]);
    let db = corner.sleeper("db", &["--network", &back]);
    let url = format!("DATABASE_URL=postgres://{db}:5432/shop");
    let web = corner.sleeper("web", &["--network", &front, "-e", &url]);
    let folder = tempfile::tempdir().expect("a folder");
    let drawn = |arguments: &[&str], name: &str, code: i32| {
        let file = folder.path().join(name);
        let path = file.to_str().expect("UTF-8");
        netmap_text(code, &[arguments, &["-o", path]].concat());
        std::fs::read(file).expect("the picture")
    };
    let svg = drawn(&["doctor", &corner.glob()], "d.svg", 1);
    let svg = text(&svg);
    assert!(svg.contains(&format!("{web} shares no network with {db}")), "{svg}");
    assert!(svg.contains(&format!("docker network connect {back} {web}")), "{svg}");
    let arrow = format!("data-from=\"{web}\" data-to=\"{db}\" data-port=\"5432\"");
    assert!(svg.contains(&arrow) && svg.contains("data-verdict=\"blocked\""), "{svg}");
    let png = drawn(&["doctor", &corner.glob()], "d.png", 1);
    assert!(png.starts_with(b"\x89PNG"));
    let why = text(&drawn(&["why", &web, &format!("{db}:5432")], "w.svg", 1));
    assert!(why.contains("class=\"asked blocked\""), "{why}");
    // netmap's own probe agrees with the map: there is nothing to number.
    let probe = text(&drawn(&["probe", &web, &db], "p.svg", 0));
    assert!(probe.contains("What was measured") || probe.contains("what was measured"), "{probe}");
    assert!(!probe.contains("class=\"said\""), "{probe}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn what_is_seen_on_the_wire_is_drawn_beside_what_is_configured() {
    let mut corner = Corner::new("watched");
    let net = corner.network("net", &[]);
    let serve = ["busybox", "sh", "-c", "nc -ll -p 5432 -e cat & nc -ll -p 25 -e cat & sleep 1d"];
    let on_net = ["--network", net.as_str()];
    let db = corner.run("db", &[&on_net[..], &serve].concat());
    let serve = ["busybox", "sh", "-c", "nc -ll -p 6379 -e cat & sleep 1d"];
    let cache = corner.run("cache", &[&on_net[..], &serve].concat());
    let urls = [format!("DB=postgres://{db}:5432/x"), format!("CACHE=redis://{cache}:6379")];
    let web = corner.sleeper("web", &[&on_net[..], &["-e", &urls[0], "-e", &urls[1]]].concat());
    // What a command does that nobody configured.
    let dial = format!("while true; do echo | nc {db} 5432; echo | nc {db} 25; sleep 0.2; done");
    docker(&["exec", "-d", &web, "sh", "-c", &dial]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let glob = corner.glob();
    netmap_text(0, &["show", &glob, "--flows", "3s", "-o", &path("live.svg")]);
    netmap_text(0, &["snapshot", "--flows", "3s", "-o", &path("kept.json")]);
    netmap_text(0, &["show", &glob, "--from", &path("kept.json"), "-o", &path("kept.svg")]);
    for name in ["live.svg", "kept.svg"] {
        let svg = std::fs::read_to_string(path(name)).expect("the picture");
        let arrow = |to: &str, port: u16, rest: &str| {
            let ends = format!("data-from=\"{web}\" data-to=\"{to}\" data-port=\"{port}\"");
            assert!(svg.contains(&format!("{ends} {rest}")), "{name} {to}:{port} {rest}: {svg}");
        };
        arrow(&db, 5432, "data-basis=\"configured observed\" data-seen=\"yes\"");
        arrow(&db, 25, "data-basis=\"observed\" data-seen=\"yes\"");
        arrow(&cache, 6379, "data-basis=\"configured\" data-seen=\"no\"");
        assert!(svg.contains("configured, not seen in "), "{svg}");
    }
    let table = netmap_text(0, &["show", &glob, "--from", &path("kept.json")]);
    let said = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(&format!("and not configured: {web} → {db}:25.")), "{table}");
    assert!(said.contains(&format!("{web} → {cache}:6379")), "{table}");
}
