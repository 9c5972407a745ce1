//! What a picture holds, and the promises of its structure.

use std::collections::BTreeSet;

use netmap::graph::{Filter, Map};
use netmap::model::Snapshot;
use netmap::render::View;
use netmap::render::svg::{self, Blank, Detail, Options, Page, TalkShown, Theme};
use netmap::render::{Change, Changes};
use roxmltree::{Document, Node};

use crate::maps::Tweak;
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
    let free = Options { page: Page::None, ..Options::default() };
    for (name, map) in named.chain(samples()) {
        let on_page = picture(&map, &Options::default());
        assert!(on_page == picture(&map, &Options::default()), "{name}");
        let first = picture(&map, &free);
        let document = Document::parse(&first).unwrap();
        let length =
            |name| document.root_element().attribute(name).unwrap().parse::<f64>().unwrap();
        let shape = length("width") / length("height");
        assert!((0.5..=2.0).contains(&shape), "{name} is {shape} times as wide as high");
    }
}

#[test]
fn replicas_that_publish_ports_are_one_card_and_sentences_call_it_so() {
    let of = |ports: &[u16]| {
        let mut map = maps::Maker::default();
        map.network("net");
        for (number, port) in (1..).zip(ports) {
            let name = format!("grid-chrome-{number}");
            map.container(&name, "node:1", &["net"])
                .publish("*", *port, 5900)
                .project("grid", "chrome");
        }
        map.container("grid-hub-1", "hub:1", &["net"])
            .publish("*", 4444, 4444)
            .project("grid", "hub");
        picture(&map.snapshot(), &Options::default())
    };
    for part in
        [">:6900-6902 → 5900<", ">chrome ×3<", "\nchrome ×3 and hub are open to the internet.\n"]
    {
        let svg = of(&[6900, 6901, 6902]);
        assert!(svg.contains(part), "{part}: {svg}");
    }
    let one = of(&[6900]);
    assert!(one.contains("\nchrome and hub are open to the internet.\n"), "{one}");
}

#[test]
fn of_many_on_a_network_those_that_only_answer_come_last() {
    let svg = picture(&maps::analytics57(), &Options::default());
    let document = Document::parse(&svg).unwrap();
    // By column, and within it from above.
    let place = |name: &str| {
        let name = format!("analytics-{name}-1");
        let of = |card: &Node| card.attribute("data-name") == Some(&name);
        let card = groups(&document, "container").into_iter().find(of).unwrap();
        let rect = card.descendants().find(|node| node.has_tag_name("rect")).unwrap();
        let at = |name| rect.attribute(name).unwrap().parse::<i32>().unwrap();
        (at("x"), at("y"))
    };
    for store in ["postgres", "redis", "kafka", "clickhouse"] {
        for asking in ["cron", "worker", "taskbroker"] {
            assert!(place(asking) < place(store), "{asking} before {store}");
        }
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
    assert_eq!(bars.len(), 21, "20 networks and the internet");
    let framed = picture(&maps::shop48(), &Options::default());
    let framed = Document::parse(&framed).unwrap();
    let frames: Vec<Node> = groups(&framed, "project")
        .into_iter()
        .filter(|frame| frame.has_attribute("data-name"))
        .collect();
    assert!(frames.len() >= 5, "{}", frames.len());
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
    // What stands at a line: the part that the bar does not say, and in the
    // tooltip the whole.
    let at = |container: &str, network: &str| {
        let mut taps = groups(&document, "endpoint").into_iter();
        let of = |tap: &Node| {
            tap.attribute("data-container") == Some(container)
                && tap.attribute("data-network") == Some(network)
        };
        text_of(taps.rfind(of).unwrap())
    };
    for part in [".6", "10.0.1.6"] {
        assert!(at("api", "app").contains(part), "{part}: {}", at("api", "app"));
    }
    assert!(at("api", "back").contains("known as api-in-back"), "{}", at("api", "back"));
    assert!(card("api").contains("image shop/api:2.4") && card("api").contains("running"));
    assert!(at("proxy", "internet").contains(":80 :443"), "{}", at("proxy", "internet"));
    assert!(at("adminer", "this host").contains("127.0.0.1:8080"));
    assert!(card("db").contains("exposes 5432"));
    for part in ["10.0.2.0/24", "no way out", "Only proxy is open to the internet."] {
        assert!(svg.contains(part), "{part}");
    }
    assert!(!card("api").contains("|running"), "what all are need not be said");
    let show = vec![Detail::Image, Detail::State, Detail::Ports, Detail::Names, Detail::Addresses];
    let more = picture(&map, &Options { show, ..Options::default() });
    for part in [">api:2.4<", ">running<", ">exposes 5432<", ">known as api-in-back<", ">10.0.1.6<"]
    {
        assert!(more.contains(part) && !svg.contains(part), "{part}");
    }
    let hide = vec![Detail::Kinds, Detail::Addresses, Detail::Ports];
    let less = picture(&map, &Options { hide, no_legend: true, ..Options::default() });
    for part in ["class=\"kind\"", ">.6<", ">:80 :443<", "network with a way out"] {
        assert!(!less.contains(part) && svg.contains(part), "{part}");
    }
    // Open to the world and open to the host alone look different.
    let tap = |name: &str, world: &str| {
        let taps = groups(&document, "endpoint").into_iter();
        let of = |tap: &Node| {
            tap.attribute("data-container") == Some(name)
                && tap.attribute("data-network") == Some(world)
        };
        taps.filter(of).map(|tap| tap.attribute("class").unwrap().to_owned()).next().unwrap()
    };
    assert!(tap("proxy", "internet").contains("wide"));
    assert!(tap("adminer", "this host").contains("near"));
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
    // At its line stand the ports, whatever the host's will be.
    let taps = groups(&document, "endpoint").into_iter();
    let world: Vec<Node> =
        taps.filter(|tap| tap.attribute("data-network") == Some("internet")).collect();
    assert!(text_of(world[0]).contains(":8080 → 80|:6900-6910 → 5900"), "{}", text_of(world[0]));
    assert!(!card("trial-web-1").contains("would publish"));
    // Nothing will let this one's port in.
    assert_eq!(world.len(), 1);
    assert!(card("trial-db-1").contains("would publish *:5432 → 5432"), "{}", card("trial-db-1"));
    assert!(svg.contains("Only web is to be open to the internet."));
    assert!(svg.contains(">trial</text>"), "the one project is its title");
    assert!(svg.contains("planned in compose.yaml") && !svg.contains("/compose.yaml"));
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
fn a_card_of_a_crowd_says_of_it_only_what_is_true_of_all() {
    let svg = picture(&maps::projects(300, 40), &Options::default());
    let document = Document::parse(&svg).unwrap();
    let (mut alike, mut mixed) = (0, 0);
    let drawn = groups(&document, "container");
    for card in drawn.into_iter().filter(|card| card.attribute("data-name").is_some()) {
        let title = card.children().find(|node| node.has_tag_name("title")).unwrap();
        let title = text_of(title);
        let images: BTreeSet<&str> =
            title.lines().filter_map(|line| line.strip_prefix("image ")).collect();
        let kind = card.attribute("data-kind").unwrap();
        if let [image] = Vec::from_iter(&images)[..] {
            let kinds = [("nginx:1.27", "web server"), ("postgres:16", "database")];
            let kinds = kinds.iter().chain(&[("redis:7", "cache"), ("app/api:1", "web server")]);
            assert!(kinds.into_iter().any(|of| *of == (image, kind)), "{title}: {kind}");
            alike += 1;
        } else {
            let of_the_web = images.iter().all(|image| ["nginx:1.27", "app/api:1"].contains(image));
            let expected = if of_the_web { "web server" } else { "unknown" };
            assert_eq!(kind, expected, "{title}");
            let said = text_of(card).replace('|', " ");
            let said = said.split_once(&title.replace('|', " ")).unwrap().1;
            let families: BTreeSet<&str> =
                images.iter().map(|image| &image[..image.find(':').unwrap()]).collect();
            let family = |image: &&&str| said.contains(image.rsplit('/').next().unwrap());
            let told = families.iter().filter(family).count();
            assert!([0, families.len()].contains(&told), "{told} of {families:?}: {said}");
            mixed += 1;
        }
    }
    assert!(alike > 10 && mixed > 10, "{alike}, {mixed}");
}

#[test]
fn a_sheet_keeps_its_answers_to_itself() {
    let map = maps::shop12();
    let whole = picture(&map, &Options::default());
    let no_addresses =
        picture(&map, &Options { blank: Some(Blank::Addresses), ..Options::default() });
    assert!(whole.contains(">.6<") && whole.contains("10.0.2.6"));
    assert!(!no_addresses.contains(">.6<") && !no_addresses.contains("10.0.2.6"));
    assert!(no_addresses.contains("10.0.2.0/24") && no_addresses.contains("api-in-back"));
    let no_names = picture(&map, &Options { blank: Some(Blank::Names), ..Options::default() });
    for answer in ["api-in-back", ">db<", ">back<", "\"db\"", "\"back\"", "cache"] {
        assert!(!no_names.contains(answer), "{answer}");
    }
    assert!(no_names.contains(">.6<"));
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
    assert!(dated.contains("class=\"netmap ") && dated.contains(" width=\"500\""));
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
    // Pairs are measured, so it is arcs between pairs that say what was.
    let mut arcs = groups(&document, "surprise");
    arcs.retain(|arc| arc.has_attribute("data-from"));
    let pairs: Vec<_> =
        arcs.iter().map(|arc| (arc.attribute("data-from"), arc.attribute("data-to"))).collect();
    assert_eq!(pairs.len(), 2, "{pairs:?}");
    assert!(pairs.contains(&(Some("web-1"), Some("api"))), "{pairs:?}");
    assert!(pairs.contains(&(Some("proxy"), Some("db"))), "{pairs:?}");
    assert!(svg.contains("Measured: 2 tries got through; 2 pairs contradict the map."));
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

/// Three services, of which two name a third that one of them cannot reach.
fn talking() -> Snapshot {
    let reference = r#"[{"origin":"environment","variable":"DB","host":"db","port":5432}]"#;
    let text = format!(
        r#"{{"schema":"netmap/1","networks":[{{"name":"n","id":"n","driver":"bridge"}},{{"name":"m","id":"m","driver":"bridge"}}],
        "containers":[
        {{"name":"api","id":"1","state":"running","endpoints":[{{"network":"n","network_id":"n","ipv4":"10.0.0.2"}}],"references":{reference}}},
        {{"name":"job","id":"2","state":"running","endpoints":[{{"network":"m","network_id":"m","ipv4":"10.0.1.2"}}],"references":{reference}}},
        {{"name":"db","id":"3","state":"running","endpoints":[{{"network":"n","network_id":"n","ipv4":"10.0.0.3","aliases":["db"]}}]}}]}}"#
    );
    Snapshot::read(text.as_bytes()).unwrap()
}

#[test]
fn who_talks_to_whom_is_drawn_with_port_and_basis() {
    let map = talking();
    let svg = picture(&map, &Options::default());
    let document = Document::parse(&svg).unwrap();
    let mut arrows = groups(&document, "talk");
    // The legend explains them with some of its own.
    arrows.retain(|arrow| arrow.has_attribute("data-from"));
    let of = |from: &str| {
        *arrows.iter().find(|arrow| arrow.attribute("data-from") == Some(from)).unwrap()
    };
    assert_eq!(arrows.len(), 2);
    for arrow in &arrows {
        assert_eq!(arrow.attribute("data-to"), Some("db"));
        assert_eq!(arrow.attribute("data-port"), Some("5432"));
        assert_eq!(arrow.attribute("data-basis"), Some("configured"));
    }
    assert_eq!(of("api").attribute("data-verdict"), None);
    assert_eq!(of("job").attribute("data-verdict"), Some("blocked"));
    assert!(
        svg.contains("api is configured to talk to db on port 5432."),
        "its description says so"
    );
    let none = picture(&map, &Options { talk: Some(TalkShown::None), ..Options::default() });
    assert!(!none.contains("data-basis"));
}

#[test]
fn two_pictures_in_one_page_have_nothing_in_common() {
    let ids = |svg: &str| -> Vec<String> {
        let all = svg.split(" id=\"").skip(1);
        all.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    };
    let (one, two) =
        (picture(&maps::shop12(), &Options::default()), picture(&talking(), &Options::default()));
    assert!(ids(&one).len() == 3 && ids(&two).len() == 3);
    assert!(ids(&one).iter().all(|id| !ids(&two).contains(id)));
    let style = one.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap();
    // Rules are for pictures with the very same rules.
    let look = one.split("class=\"netmap ").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let mut rules = style.split('}').filter(|rule| rule.contains('{'));
    assert!(rules.all(|rule| rule.contains(&format!(".{look} "))));
    assert!(!two.contains(look));
    assert!(one.contains("role=\"graphics-document\""));
}

#[test]
fn a_container_that_changes_changes_its_own_lines() {
    let mut map = maps::hub59();
    let before = picture(&map, &Options::default());
    let at = map.containers.iter().position(|one| one.name == "ntfy").unwrap();
    map.containers[at].image = "ntfy:2".to_owned();
    let after = picture(&map, &Options::default());
    assert_eq!(before.lines().count(), after.lines().count());
    let changed: Vec<&str> =
        before.lines().zip(after.lines()).filter(|(a, b)| a != b).map(|(a, _)| a).collect();
    // Its own, and the ids of the picture, of its title and of its description.
    let own = ["<svg ", "<title id=", "<desc id="];
    let own = |line: &&&str| !own.iter().any(|start| line.starts_with(start));
    let changed: Vec<&&str> = changed.iter().filter(own).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].contains("ntfy"));
}
