//! Numbers on pictures: findings, the rungs of a way, what was measured against
//! the map, and what differs.

use std::collections::BTreeSet;

use netmap::diagnose::why::{Aim, Destination, ladder};
use netmap::diagnose::{Case, diagnose};
use netmap::diff::diff;
use netmap::graph::{Comparison, Filter, Map, Strangers};
use netmap::model::{Severity, Snapshot};
use netmap::render::svg::{self, Options};
use netmap::render::{
    Callout, DiffSide, DiffView, Draw, FindingsView, Format, LadderView, ProbeView, Shown, Spot,
    Tone, View,
};

use crate::{NAMES, maps, samples};

/// What the svg format makes of a view.
fn drawn<S: Shown>(view: &S::View<'_>) -> String {
    let Draw::Picture { own, .. } = Format::<S>::named("svg").unwrap().draw else {
        panic!("no picture")
    };
    String::from_utf8(own(view, &Options::default()).unwrap().bytes).unwrap()
}

fn sample(name: &str) -> Snapshot {
    netmap::sample::read(name).unwrap()
}

/// The element of a class with this start of attributes, up to the end of its group.
fn group<'a>(svg: &'a str, start: &str) -> &'a str {
    let from = svg.find(start).unwrap_or_else(|| panic!("no {start}"));
    let rest = &svg[from..];
    &rest[..rest.find("</g>\n").unwrap()]
}

/// The numbers in a piece of a picture.
fn numbers(piece: &str) -> Vec<usize> {
    let found = piece.split("data-number=\"").skip(1);
    found.map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
}

/// The numbers on the map, the list below it not counted.
fn on_map(svg: &str) -> BTreeSet<usize> {
    let map = svg.split("<g class=\"said\"").next().unwrap();
    numbers(map).into_iter().collect()
}

/// The picture of what was measured.
pub fn measured(snapshot: &Snapshot) -> String {
    let map = Map::new(snapshot);
    let comparison = Comparison::new(&map, snapshot.probe.as_ref().unwrap());
    drawn::<ProbeView>(&ProbeView {
        map: &map,
        comparison: &comparison,
        only_surprises: false,
        charts: false,
        strangers: Strangers::default(),
        scope: None,
    })
}

/// The picture of a diagnosis.
pub fn doctored(snapshot: &Snapshot) -> String {
    let map = Map::new(snapshot);
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let diagnosis = diagnose(&map, comparison.as_ref(), |_| true);
    let view =
        FindingsView { comparison: comparison.as_ref(), ..FindingsView::new(&diagnosis, &map) };
    drawn::<FindingsView>(&view)
}

#[test]
fn culprits_are_numbered_and_what_is_wrong_stands_below() {
    let svg = doctored(&sample("module-5"));
    assert_eq!(numbers(group(&svg, "<g class=\"container\" data-name=\"mongo\"")), [2]);
    for name in ["results_container", "survey_container"] {
        let card = group(&svg, &format!("<g class=\"container stopped\" data-name=\"{name}\""));
        assert_eq!(numbers(card), [1], "{card}");
        let arrow = format!("<g class=\"talk configured blocked\" data-from=\"{name}\"");
        assert_eq!(numbers(group(&svg, &arrow)), [1, 2]);
    }
    let said = group(&svg, "<g class=\"said\" data-number=\"2\"");
    assert!(said.contains(">mongo has no name that the others could use.<"), "{said}");
    let fix = "To fix both: create the network app; connect mongo, results_container and survey_container to app; re-create ";
    assert!(said.contains(fix), "{said}");
    assert!(!group(&svg, "<g class=\"said\" data-number=\"1\"").contains("To fix"));
    // What is done to one network stays in its order.
    let other = doctored(&sample("foreign-namesake"));
    let fix = "disconnect blue-db from edge; connect blue-db to edge; disconnect green-db from edge; connect green-db to edge; start blue-db";
    assert!(other.contains(fix), "{other}");
    let other = doctored(&sample("firewall-drop"));
    assert!(other.contains("look for the route in db: docker exec db ip route"), "{other}");
    assert!(svg.contains("2: mongo has no name"), "who cannot see it is told as well");
    assert!(svg.contains(">2 problems</text>"));
}

#[test]
fn every_finding_of_every_sample_has_its_number_where_it_is() {
    let mut told = 0;
    for (name, snapshot) in samples() {
        let map = Map::new(&snapshot);
        let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
        let diagnosis = diagnose(&map, comparison.as_ref(), |_| true);
        let svg = doctored(&snapshot);
        let there = on_map(&svg);
        let problems = diagnosis.findings.iter().filter(|f| f.severity > Severity::Info);
        let is_placed = |subject: &String| {
            let container = map.containers().any(|at| map.container(at).name == *subject);
            container || map.networks().any(|at| map.network(at).name == *subject)
        };
        for (number, finding) in (1..).zip(problems).take(24) {
            told += 1;
            let is_placed = finding.subjects.first().is_some_and(is_placed);
            assert_eq!(there.contains(&number), is_placed, "{name} {number}: {}", finding.summary);
        }
        let most = there.last().copied().unwrap_or(0);
        assert!(most <= 24, "{name}");
    }
    assert!(told > 80, "{told}");
}

#[test]
fn what_could_not_be_seen_is_no_clean_picture() {
    assert!(doctored(&sample("healthy-proxy")).contains(">No problems found</text>"));
    let (_, zoo) = samples().into_iter().find(|(name, _)| name == "tests-offline-zoo").unwrap();
    let svg = doctored(&zoo);
    assert!(svg.contains("not every rule could see all it needs"));
}

fn way(snapshot: &Snapshot, from: &str, to: &str) -> String {
    let map = Map::new(snapshot);
    let case = Case::new(&map, None);
    let from = map.containers_named(from)[0];
    let aim = Aim::parse(&case, from, to).unwrap();
    let ladder = ladder(&case, from, &aim, &[]);
    let to = match aim.target {
        Destination::Container(to) => Some(to),
        Destination::Itself => Some(from),
        Destination::Elsewhere => None,
    };
    drawn::<LadderView>(&LadderView { ladder: &ladder, map: &map, from, to, port: aim.port })
}

#[test]
fn a_way_is_drawn_with_what_lies_between_and_where_it_breaks() {
    let apart = way(&sample("no-shared-network"), "web", "db:5432");
    let arrow = group(&apart, "<g class=\"asked blocked\" data-from=\"web\" data-to=\"db\"");
    assert!(arrow.contains("data-verdict=\"blocked\"") && arrow.contains(">5432<"), "{arrow}");
    assert!(numbers(arrow).contains(&2), "it breaks where there is no network: {arrow}");
    let said = group(&apart, "<g class=\"said\" data-number=\"2\"");
    assert!(said.contains("callout wrong") && said.contains("docker network connect"), "{said}");
    // The network that both are on, and nobody else who is on it.
    let together = way(&sample("healthy-proxy"), "proxy", "shop");
    assert!(together.contains("<g class=\"asked\"") || together.contains("asked unsure"));
    let cards = together.matches("<g class=\"container").count();
    assert_eq!(cards, 2);
}

#[test]
fn one_that_asks_itself_and_one_that_asks_for_the_world_are_drawn_alone() {
    for target in ["localhost:27017", "example.com:443"] {
        let svg = way(&sample("module-5"), "survey_container", target);
        assert_eq!(svg.matches("<g class=\"container").count(), 1, "{target}");
        assert!(!svg.contains("<g class=\"asked"), "{target}");
        assert!(!on_map(&svg).is_empty(), "{target}");
    }
}

#[test]
fn what_was_measured_against_the_map_is_a_numbered_arc() {
    let svg = measured(&sample("firewall-drop"));
    let arc = group(&svg, "<g class=\"surprise\"");
    assert_eq!(numbers(arc), [1], "{arc}");
    let said = group(&svg, "<g class=\"said\" data-number=\"1\"");
    assert!(said.contains("netmap why"), "{said}");
    assert!(!svg.contains("does not answer on app"), "it is said once");
}

#[test]
fn what_differs_is_numbered_and_the_rest_is_grey() {
    let (before, after) = (sample("no-shared-network"), sample("no-shared-network/fixed"));
    let drawn = |before: &Snapshot, after: &Snapshot| {
        let side = |snapshot| DiffSide { name: "x", snapshot };
        drawn::<DiffView>(&DiffView {
            before: side(before),
            after: side(after),
            difference: &diff(before, after),
            noise: false,
            strangers: Strangers::default(),
        })
    };
    let svg = drawn(&before, &after);
    let tap = group(&svg, "<g class=\"endpoint h1 added\"");
    assert_eq!(numbers(tap), [1], "{tap}");
    assert!(svg.contains("<g class=\"network h8\" data-name=\"back\""));
    assert!(svg.contains("<g class=\"container faint\" data-name=\"db\""));
    assert!(svg.contains("<g class=\"container\" data-name=\"web\""), "a place of it is new");
    let same = drawn(&before, &before);
    assert!(same.contains("No differences.") && on_map(&same).is_empty());
}

/// A callout on every part of a view.
fn on_everything(view: &View) -> Vec<Callout> {
    let callout = |on: Vec<Spot>| Callout {
        tone: Tone::Warn,
        text: "It is said of many things at once, in a sentence.".to_owned(),
        next: Some("docker network connect a-network-with-a-long-name a-container".to_owned()),
        on,
    };
    let networks = view.used_networks().into_iter().filter(|at| !view.network(*at).is_host());
    let networks = networks.map(|at| vec![Spot::Network(at)]);
    let mut all: Vec<Callout> = networks.map(callout).collect();
    for at in &view.containers {
        let endpoints = view.map.networks_of(*at).map(|network| Spot::Endpoint(*at, network));
        all.push(callout(endpoints.chain([Spot::Container(*at)]).collect()));
    }
    for talk in &view.talk {
        all.push(callout(vec![Spot::Way(talk.from, talk.to), Spot::Container(talk.from)]));
    }
    // So that not only the first have numbers.
    all.reverse();
    all
}

#[test]
fn numbers_have_room_in_maps_of_any_shape() {
    let mut all: Vec<(String, Snapshot)> =
        maps::named().into_iter().map(|(name, map)| (name.to_owned(), map)).collect();
    for (seed, (containers, networks, most)) in
        [(3, 1, 1), (12, 4, 3), (40, 12, 6), (120, 8, 4)].into_iter().enumerate()
    {
        let map = maps::random(seed as u64, containers, networks, most, NAMES[seed]);
        all.push((format!("{containers} on {networks}"), map));
    }
    all.extend(samples().into_iter().step_by(7));
    for (name, snapshot) in all {
        let map = Map::new(&snapshot);
        let everything = Filter { stopped: true, ..Filter::default() };
        let view = View::new(&map, &map.select(&everything).unwrap(), None)
            .with_talk(netmap::diagnose::talks(&map, None));
        let callouts = on_everything(&view);
        let number = callouts.len().min(24);
        let view = view.with_callouts(callouts, None);
        let faults = svg::inspect(&view, &Options::default()).faults;
        assert!(faults.is_empty(), "{name}: {}", faults.join("\n"));
        let svg = svg::render(&view, &Options::default());
        assert_eq!(on_map(&svg).len(), number, "{name}: every number stands somewhere");
        assert_eq!(svg.matches("<g class=\"said\"").count(), number, "{name}");
    }
}
