//! Room: as much as what stands there needs, where it needs it.

use netmap::diagnose::talks;
use netmap::graph::{Filter, Map};
use netmap::model::Snapshot;
use netmap::render::svg::{self, Options};
use netmap::render::{Callout, Spot, Tone, View};
use roxmltree::{Document, Node};

use crate::callouts::{doctored, measured};
use crate::maps::{Maker, Tweak};
use crate::samples;

fn recorded(name: &str) -> Snapshot {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("tests/recorded").join(name).with_extension("json");
    Snapshot::read(std::fs::File::open(file).unwrap()).unwrap()
}

/// The groups of a class, and the number in an attribute of the first box of each.
fn boxes<'a>(
    document: &'a Document,
    class: &str,
    attribute: &'static str,
) -> impl Iterator<Item = (Node<'a, 'a>, i32)> {
    let is_of = move |node: &Node| {
        let classes = node.attribute("class").unwrap_or_default();
        node.has_attribute("data-name") && classes.split(' ').any(|one| one == class)
    };
    let groups: Vec<Node> = document.descendants().filter(is_of).collect();
    groups.into_iter().map(move |group| {
        let first = group.descendants().find(|node| node.has_tag_name("rect")).unwrap();
        (group, first.attribute(attribute).unwrap().parse().unwrap())
    })
}

#[test]
fn only_the_cards_of_an_arrow_make_room_for_its_number() {
    let mut map = Maker::default();
    map.network("app");
    for name in ["a", "b", "c", "d"] {
        map.container(name, "busybox", &["app"]).asks("c", 5432);
    }
    let snapshot = map.snapshot();
    let map = Map::new(&snapshot);
    let view = View::new(&map, &map.select(&Filter::default()).unwrap(), None)
        .with_talk(talks(&map, None));
    let way = view.talk.iter().find(|talk| map.container(talk.from).name == "b").unwrap();
    let callout = Callout {
        tone: Tone::Bad,
        text: "It does not work.".to_owned(),
        next: None,
        on: vec![Spot::Way(way.from, way.to)],
    };
    let svg = svg::render(&view.with_callouts(vec![callout], None), &Options::default());
    let document = Document::parse(&svg).unwrap();
    let cards = boxes(&document, "container", "x").zip(boxes(&document, "container", "width"));
    let mut ends: Vec<(i32, i32)> = cards.map(|((_, x), (_, width))| (x, x + width)).collect();
    ends.sort_unstable();
    let gaps: Vec<i32> = ends.windows(2).map(|pair| pair[1].0 - pair[0].1).collect();
    assert_eq!(gaps, [40, 64, 40], "a b c d, and a number between b and c");
}

#[test]
fn a_bar_past_which_lines_lead_is_no_longer_than_its_name() {
    let snapshot = recorded("dual-stack-docker-28");
    let svg = doctored(&snapshot);
    let document = Document::parse(&svg).unwrap();
    for (bar, width) in boxes(&document, "network", "width") {
        let name = bar.attribute("data-name").unwrap();
        assert!(!["blog", "shop"].contains(&name) || width < 200, "{name} is {width} wide");
    }
    // What stands in two frames of one form stands side by side.
    let tops: Vec<i32> = boxes(&document, "project", "y").map(|(_, y)| y).collect();
    assert!(tops.len() == 2 && tops[0] == tops[1], "{tops:?}");
}

#[test]
fn what_is_said_below_a_map_has_room_for_the_end() {
    for (name, snapshot) in samples() {
        let svg = doctored(&snapshot);
        let said = svg.split("<g class=\"said\"").skip(1);
        for said in said.filter_map(|rest| rest.split("</g>\n").next()) {
            let texts = said.split("</title>").last().unwrap();
            assert!(!texts.contains("…<"), "{name}: {texts}");
            assert!(texts.matches("<text").count() < 10, "{name}: {texts}");
        }
    }
}

#[test]
fn what_is_true_of_a_whole_network_stands_on_it_and_not_between_each_and_each() {
    let snapshot = recorded("dead-network");
    for svg in [measured(&snapshot), doctored(&snapshot)] {
        assert!(!svg.contains("<g class=\"surprise\""), "one line for each of 21 pairs");
        let bar = svg.split("data-name=\"net-2\"").nth(1).unwrap();
        let bar = bar.split("</g>\n").next().unwrap();
        assert!(bar.contains("data-number=\"1\""), "{bar}");
        assert!(svg.contains("<g class=\"container alarming\" data-name=\"m2\""));
    }
}
