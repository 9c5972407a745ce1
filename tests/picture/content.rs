//! What a picture holds, and the promises of its structure.

use netmap::graph::{Filter, Map};
use netmap::model::Snapshot;
use netmap::render::View;
use netmap::render::svg::{self, Blank, Options, Theme};
use netmap::render::{Change, Changes};
use roxmltree::{Document, Node};

use crate::{maps, samples, with_view};

fn picture(snapshot: &Snapshot, options: &Options) -> String {
    with_view(snapshot, |view| svg::render(view, options))
}

fn has_class(node: Node, class: &str) -> bool {
    node.attribute("class").is_some_and(|all| all.split(' ').any(|one| one == class))
}

fn groups<'a>(document: &'a Document, class: &'a str) -> Vec<Node<'a, 'a>> {
    let all = document.descendants();
    all.filter(|node| node.has_tag_name("g") && has_class(*node, class)).collect()
}

fn text_of(node: Node) -> String {
    let texts = node.descendants().filter(|node| node.is_text());
    texts.filter_map(|node| node.text()).collect::<Vec<_>>().join("|")
}

#[test]
fn the_same_map_gives_the_same_bytes_and_a_shape_that_fits_a_page() {
    let named = maps::named().into_iter().map(|(name, map)| (name.to_owned(), map));
    for (name, map) in named.chain(samples()) {
        let first = picture(&map, &Options::default());
        assert!(first == picture(&map, &Options::default()), "{name}");
        let document = Document::parse(&first).unwrap();
        let length =
            |name| document.root_element().attribute(name).unwrap().parse::<f64>().unwrap();
        let shape = length("width") / length("height");
        assert!((0.5..=2.0).contains(&shape), "{name} is {shape} times as wide as high");
    }
}

#[test]
fn the_structure_that_scripts_hold_on_to_is_there() {
    let map = maps::hub59();
    let svg = picture(&map, &Options::default());
    let document = Document::parse(&svg).unwrap();
    let cards: Vec<Node> = groups(&document, "container")
        .into_iter()
        .filter(|card| card.has_attribute("data-name"))
        .collect();
    assert_eq!(cards.len(), 59);
    let bars: Vec<Node> = groups(&document, "network")
        .into_iter()
        .filter(|bar| bar.has_attribute("data-name"))
        .collect();
    assert_eq!(bars.len(), 21, "20 networks and the world outside");
    let frames: Vec<Node> = groups(&document, "project")
        .into_iter()
        .filter(|frame| frame.has_attribute("data-name"))
        .collect();
    assert!(frames.len() >= 15, "{}", frames.len());
    for thing in cards.iter().chain(&bars).chain(&frames) {
        let first = thing.descendants().find(|node| node.has_tag_name("rect")).unwrap();
        assert!(has_class(first, "box"), "{thing:?}");
    }
    let names: Vec<&str> = bars.iter().filter_map(|bar| bar.attribute("data-name")).collect();
    let taps = groups(&document, "endpoint");
    // 36 + 23 endpoints on one network, 22 more, and one published.
    assert_eq!(taps.len(), 59 + 22 + 1);
    for tap in taps {
        assert!(names.contains(&tap.attribute("data-network").unwrap()), "{tap:?}");
        assert!(cards.iter().any(|c| c.attribute("data-name") == tap.attribute("data-container")));
        assert!(tap.children().any(|node| has_class(node, "line")));
    }
}

#[test]
fn addresses_names_ports_and_flags_are_on_it() {
    let map = maps::shop12();
    let svg = picture(&map, &Options::default());
    let document = Document::parse(&svg).unwrap();
    let card = |name: &str| {
        let cards = groups(&document, "container");
        let card = cards.into_iter().find(|card| card.attribute("data-name") == Some(name));
        text_of(card.unwrap())
    };
    for part in ["10.0.1.6", "10.0.2.6", "api-in-back", "shop/api:2.4", "running"] {
        assert!(card("api").contains(part), "{part}: {}", card("api"));
    }
    assert!(card("proxy").contains("*:443 → 443"), "{}", card("proxy"));
    assert!(card("adminer").contains("127.0.0.1:8080 → 8080"));
    assert!(card("db").contains("exposes 5432"));
    for part in ["bridge · internal", "10.0.2.0/24", "network without a way out"] {
        assert!(svg.contains(part), "{part}");
    }
    // Open to the world and open to the host alone look different.
    let tap = |name: &str| {
        let taps = groups(&document, "endpoint").into_iter();
        let to_host = |tap: &Node| {
            tap.attribute("data-container") == Some(name)
                && tap.attribute("data-network") == Some("host")
        };
        taps.filter(to_host).map(|tap| tap.attribute("class").unwrap()).next().unwrap()
    };
    assert_ne!(tap("proxy"), tap("adminer"));
}

/// The picture of a compose file of the corpus, as its planner reads it.
fn planned(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (file, picture) = (folder.path().join("compose.yaml"), folder.path().join("map.svg"));
    std::fs::write(&file, text).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_netmap"));
    command.args(["show", "--compose"]).arg(&file).arg("-o").arg(&picture);
    assert!(command.status().unwrap().success());
    std::fs::read_to_string(picture).unwrap()
}

#[test]
fn a_plan_says_nothing_of_what_the_engine_will_choose() {
    let svg = planned(
        "name: trial\nservices:\n  web: { image: nginx, ports: [\"8080:80\", \"6900-6910:5900\"] }\n  \
         db: { image: postgres, networks: { back: {} }, ports: [\"5432:5432\"] }\n\
         networks: { back: { internal: true } }\n",
    );
    let document = Document::parse(&svg).unwrap();
    let card = |name: &str| {
        let cards = groups(&document, "container");
        text_of(cards.into_iter().find(|c| c.attribute("data-name") == Some(name)).unwrap())
    };
    for empty in ["no address", "no subnet", "nothing is published", "by the engine"] {
        assert!(!svg.contains(empty), "{empty}");
    }
    // At its taps stand the ports, whatever the host's will be, and its name.
    assert!(card("trial-web-1").contains("*:8080 → 80|*:6900-6910 → 5900"));
    assert!(card("trial-web-1").contains("|web"), "{}", card("trial-web-1"));
    assert!(!card("trial-web-1").contains("would publish"));
    // Nothing will let this one's port in.
    assert!(card("trial-db-1").contains("would publish *:5432 → 5432"), "{}", card("trial-db-1"));
    assert!(svg.contains("to be open on every address of the host"));
    assert!(svg.contains(">trial</text>"), "the one project is its title");
}

#[test]
fn what_netmap_itself_writes_is_in_the_bundled_font() {
    let named = maps::named().into_iter().map(|(name, map)| (name.to_owned(), map));
    for (name, map) in named.chain(samples()) {
        let svg = picture(&map, &Options::default());
        let unknown = svg.chars().find(|c| !svg::has_glyphs_for(&c.to_string()) && *c != '\n');
        assert_eq!(unknown, None, "{name}");
    }
}

#[test]
fn sidecars_share_a_card_and_a_crowd_is_drawn_together() {
    let map = maps::proxy36();
    let svg = picture(&map, &Options::default());
    let document = Document::parse(&svg).unwrap();
    let cards = groups(&document, "container");
    let vpn = cards.iter().find(|card| card.attribute("data-name") == Some("gluetun")).unwrap();
    for sidecar in ["qbittorrent", "prowlarr", "jackett"] {
        assert!(text_of(*vpn).contains(sidecar));
        assert!(!cards.iter().any(|card| card.attribute("data-name") == Some(sidecar)));
    }
    let map = maps::projects(300, 40);
    let reduced = picture(&map, &Options::default());
    assert!(reduced.contains("×7") && reduced.contains("stand as one card"), "it says so");
    let full = picture(&map, &Options { full: true, ..Options::default() });
    assert!(!full.contains("stand as one card"));
    assert_eq!(full.matches("<g class=\"container\" data-name").count(), 300);
}

#[test]
fn a_sheet_keeps_its_answers_to_itself() {
    let map = maps::shop12();
    let whole = picture(&map, &Options::default());
    let no_addresses =
        picture(&map, &Options { blank: Some(Blank::Addresses), ..Options::default() });
    assert!(whole.contains("10.0.2.6") && !no_addresses.contains("10.0.2.6"));
    assert!(no_addresses.contains("10.0.2.0/24") && no_addresses.contains("api-in-back"));
    let no_names = picture(&map, &Options { blank: Some(Blank::Names), ..Options::default() });
    for answer in ["api-in-back", ">db<", ">back<", "\"db\"", "\"back\"", "cache"] {
        assert!(!no_names.contains(answer), "{answer}");
    }
    assert!(no_names.contains("10.0.2.6"));
    let boxes = |svg: &str| {
        let rects = svg.split("<rect class=\"box\"").skip(1);
        rects.map(|rest| rest.split_once("/>").unwrap().0.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(boxes(&whole), boxes(&no_addresses), "it is the same picture");
}

#[test]
fn themes_title_date_and_width_are_as_asked_for() {
    let map = maps::shop12();
    let dark = picture(&map, &Options { theme: Theme::Dark, ..Options::default() });
    let auto = picture(&map, &Options::default());
    assert!(auto.contains("prefers-color-scheme:dark") && !dark.contains("prefers-color-scheme"));
    let dated = Options {
        title: Some("Our <shop> & more".to_owned()),
        date: Some("2026-11-24".to_owned()),
        width: Some(500),
        ..Options::default()
    };
    let dated = picture(&map, &dated);
    assert!(dated.contains("Our &lt;shop&gt; &amp; more") && dated.contains("2026-11-24"));
    assert!(
        dated.contains("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"netmap\" width=\"500\"")
    );
}

#[test]
fn a_probe_shows_and_unknown_is_no_failure() {
    let mut map = maps::shop12();
    let measured = |from: &str, to: &str, network: &str, target: &str, outcome: &str| {
        serde_json::json!({"from": from, "to": to, "network": network, "by": "address",
            "target": target, "protocol": "icmp", "outcome": outcome, "reason": "made up"})
    };
    let probe = serde_json::json!({"measurements": [
        measured("web-1", "api", "app", "10.0.1.6", "timeout"),
        measured("web-2", "mailer", "app", "10.0.1.8", "reachable"),
        measured("api", "cache", "back", "10.0.2.12", "unknown"),
        measured("proxy", "db", "back", "10.0.2.10", "reachable"),
    ]});
    map.probe = Some(serde_json::from_value(probe).unwrap());
    let svg = picture(&map, &Options::default());
    let document = Document::parse(&svg).unwrap();
    let class = |container: &str, network: &str| {
        let taps = groups(&document, "endpoint");
        let tap = taps.into_iter().find(|tap| {
            tap.attribute("data-container") == Some(container)
                && tap.attribute("data-network") == Some(network)
        });
        tap.unwrap().attribute("class").unwrap().to_owned()
    };
    assert!(class("api", "app").contains("surprise"));
    assert!(class("web-1", "app").contains("surprise"));
    assert!(class("mailer", "app").contains("reached"));
    assert!(class("cache", "back").contains("untold"));
    assert!(class("db", "back").contains("surprise"));
    assert!(svg.contains("api does not answer on app"));
    assert!(svg.contains("reaches db although apart"));
    assert!(svg.contains("measured: contradicts the map"));
}

#[test]
fn a_difference_shows() {
    let snapshot = maps::shop12();
    let map = Map::new(&snapshot);
    let selection = map.select(&Filter::default()).unwrap();
    let at = |name: &str| map.containers_named(name)[0];
    let mut changes = Changes::default();
    changes.containers.insert(at("cache"), Change::Removed);
    changes.containers.insert(at("search"), Change::Added);
    changes.networks.extend(map.networks().next().map(|first| (first, Change::Changed)));
    let view = View::new(&map, &selection, None).with_changes(changes);
    let svg = svg::render(&view, &Options::default());
    let document = Document::parse(&svg).unwrap();
    let removed = groups(&document, "removed");
    assert!(removed.iter().any(|g| g.attribute("data-name") == Some("cache")), "{removed:?}");
    assert!(groups(&document, "added").iter().any(|g| g.attribute("data-name") == Some("search")));
    for word in [">added<", ">removed<", ">changed<"] {
        assert!(svg.contains(word), "the legend says {word}");
    }
    assert!(svg::inspect(&view, &Options::default()).faults.is_empty());
}
