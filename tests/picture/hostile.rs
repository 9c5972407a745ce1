//! Pictures of what strangers wrote, and of next to nothing.

use netmap::model::Snapshot;
use netmap::render::svg::{self, Blank, Options, Theme};
use proptest::prelude::*;
use roxmltree::Document;

use crate::with_view;

/// A map in which everything that can have a name has this one.
pub fn map_of(name: &str) -> Snapshot {
    let text = serde_json::json!({"schema": "netmap/1",
        "networks": [{"name": name, "id": "n", "driver": name, "project": name, "internal": true,
                      "options": {"parent": name}},
                     {"name": format!("{name}2"), "id": "m", "driver": "bridge"}],
        "containers": [
            {"name": name, "id": "c", "image": name, "state": "running", "project": name, "service": name,
             "endpoints": [{"network": name, "network_id": "n", "ipv4": "10.0.0.2", "aliases": [name]},
                           {"network": format!("{name}2"), "network_id": "m"}],
             "published": [{"host_ip": name, "host_port": 1, "port": 2}],
             "requested": [{"host_ip": name, "host_port": name, "port": 9}]},
            {"name": format!("{name}r"), "id": "r", "image": name, "state": "exited", "network_mode": "container:c"},
            {"name": format!("{name}x"), "id": "x", "image": name, "state": "paused", "project": format!("{name}p"),
             "endpoints": [{"network": name, "network_id": "n", "ipv6": "fd00::1"}]}],
        "unread": [{"what": name, "why": name}]});
    Snapshot::read(text.to_string().as_bytes()).unwrap()
}

/// Names that mean something somewhere.
pub const NASTY: [&str; 29] = [
    "]]>",
    "--",
    "-->",
    "&",
    "&amp;",
    "<script>alert(1)</script>",
    "\"onload=\"x",
    "'",
    "a\nb\tc\r",
    "\u{0}\u{1b}[31m",
    "\u{202e}evil\u{2066}",
    "😀👨\u{200d}👩",
    "مرحبا",
    "漢字",
    "\u{fffe}\u{ffff}",
    "e\u{301}\u{301}\u{301}",
    "\u{430}pi",
    "\u{1d41a}\u{1d429}\u{1d422}",
    "soft\u{ad}\u{3164}\u{fe0f}",
    "",
    " ",
    "${HOME}",
    "%getenv(HOME)",
    "[*]-->(x)",
    "||md x||",
    "end",
    "@enduml",
    "#quot;;",
    "__b__ **b** ~~s~~",
];

/// Draws it in every way and looks at the result with a strict parser.
fn assert_sound(map: &Snapshot) {
    for options in [
        Options {
            title: Some(map.containers.first().map_or(String::new(), |c| c.name.clone())),
            ..Options::default()
        },
        Options { theme: Theme::Dark, width: Some(1), full: true, ..Options::default() },
        Options {
            blank: Some(Blank::Names),
            date: Some("]]>--&<".to_owned()),
            ..Options::default()
        },
    ] {
        let svg = with_view(map, |view| svg::render(view, &options));
        let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
        for node in document.descendants().filter(|node| node.is_element()) {
            let name = node.tag_name().name();
            let known = ["svg", "title", "desc", "style", "g", "rect", "path", "circle", "text"];
            assert!(known.contains(&name), "{name}");
            for attribute in node.attributes() {
                let key = attribute.name();
                assert!(!key.starts_with("on") && !key.contains("href") && key != "style", "{key}");
            }
        }
        let faults = with_view(map, |view| svg::inspect(view, &options)).faults;
        assert!(faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn names_from_strangers_do_no_harm() {
    let long = "x".repeat(200);
    for name in NASTY.into_iter().chain([long.as_str()]) {
        assert_sound(&map_of(name));
    }
}

#[test]
fn next_to_nothing_can_be_drawn() {
    for text in [
        r#"{"schema":"netmap/1"}"#,
        r#"{"schema":"netmap/1","networks":[{"name":"lonely","id":"l","driver":"bridge"}]}"#,
        r#"{"schema":"netmap/1","containers":[{"name":"hermit","id":"h","state":"running","network_mode":"none"}]}"#,
        r#"{"schema":"netmap/1","containers":[{"name":"ghost","id":"g","state":"dead","network_mode":"container:gone"}]}"#,
    ] {
        assert_sound(&Snapshot::read(text.as_bytes()).unwrap());
    }
}

#[test]
fn a_chain_of_thousands_is_no_trouble() {
    let networks: Vec<_> = (0..3000)
        .map(|n| serde_json::json!({"name": format!("n{n}"), "id": format!("i{n}"), "driver": "bridge"}))
        .collect();
    let containers: Vec<_> = (0..2999)
        .map(|n| {
            let on = |n: usize| serde_json::json!({"network": format!("n{n}"), "network_id": format!("i{n}")});
            serde_json::json!({"name": format!("c{n}"), "id": format!("d{n}"), "state": "running", "endpoints": [on(n), on(n + 1)]})
        })
        .collect();
    let text =
        serde_json::json!({"schema": "netmap/1", "networks": networks, "containers": containers});
    let map = Snapshot::read(text.to_string().as_bytes()).unwrap();
    let svg = with_view(&map, |view| svg::render(view, &Options::default()));
    assert_eq!(svg.matches("class=\"container\"").count(), 2999);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_name_at_all_gives_a_sound_picture(name in any::<String>()) {
        assert_sound(&map_of(&name));
    }
}
