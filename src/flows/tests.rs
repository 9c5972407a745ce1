//! What is seen in several places is one flow; what is not seen is none.

use std::net::SocketAddr;
use std::time::Duration;

use super::{Collector, Who};
use crate::graph::{Map, looks};
use crate::model::{
    Ender, Ends, Family, Flow, FlowBasis, FlowOutcome, FlowProtocol, Flows, Look, Lookout,
    Lookouts, Measures, Milestone, Moment, Owner, Sighting, Snapshot, Stage, Waiting,
};

/// The machine, web, and api with its sidecar log: by their places.
const MACHINE: usize = 0;
const WEB: usize = 1;
const API: usize = 2;

fn snapshot() -> Snapshot {
    let container = |name: &str, address: &str, mode: &str| {
        let endpoints = if address.is_empty() {
            serde_json::json!([])
        } else {
            serde_json::json!([{"network": "net", "network_id": "n", "ipv4": address}])
        };
        serde_json::json!({"name": name, "id": name, "state": "running", "network_mode": mode,
            "endpoints": endpoints,
            "published": if name == "web" {
                serde_json::json!([{"port": 80, "host_ip": "0.0.0.0", "host_port": 8080}])
            } else { serde_json::json!([]) }})
    };
    serde_json::from_value(serde_json::json!({
        "schema": "netmap/1",
        "networks": [{"name": "net", "id": "n", "driver": "bridge",
            "subnets": [{"subnet": "10.1.0.0/24", "gateway": "10.1.0.1"}]}],
        "containers": [container("api", "10.1.0.3", "net"), container("log", "", "container:api"),
            container("web", "10.1.0.2", "net")],
    }))
    .unwrap()
}

fn lookouts() -> Lookouts {
    let of = |containers: &[&str], is_engine| Lookout {
        containers: containers.iter().map(|id| (*id).to_owned()).collect(),
        is_engine,
        addresses: if is_engine { vec!["192.0.2.2".parse().unwrap()] } else { Vec::new() },
        ..Lookout::default()
    };
    let not_looked = Vec::new();
    Lookouts {
        all: vec![of(&[], true), of(&["web"], false), of(&["api", "log"], false)],
        not_looked,
    }
}

fn collector() -> Collector {
    let (snapshot, lookouts) = (snapshot(), lookouts());
    Collector::new(Who::new(&Map::new(&snapshot), &lookouts), &lookouts)
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn now() -> Moment {
    Moment::parse("2026-11-28T06:00:00Z").unwrap()
}

fn ends(from: &str, to: &str) -> Ends {
    Ends { protocol: FlowProtocol::Tcp, from: at(from), to: at(to) }
}

fn tracked(place: usize, from: &str, to: &str, stage: Stage) -> Sighting {
    Sighting {
        at: place,
        ends: ends(from, to),
        passed_on: ends(from, to),
        stage,
        last: now(),
        began: None,
        basis: FlowBasis::Conntrack,
        milestone: None,
        owner: None,
        may_be_reversed: false,
        measures: Measures::default(),
        ended_by: None,
        is_reset: false,
    }
}

fn socket(place: usize, from: &str, to: &str, stage: Stage) -> Sighting {
    Sighting { basis: FlowBasis::Socket, ..tracked(place, from, to, stage) }
}

/// A look into all three places.
fn looks(seen: Vec<Sighting>) -> Vec<Look> {
    let mut looks: Vec<Look> = (0..3)
        .map(|at| Look { at, has_sockets: true, is_tracked: Some(true), ..Look::default() })
        .collect();
    for seen in seen {
        looks[seen.at].seen.push(seen);
    }
    looks
}

/// Adds a look as it is taken: the sockets, and then what the kernel remembers.
fn look(collector: &mut Collector, looks: Vec<Look>) {
    collector.begin_look();
    let mut memory = Vec::new();
    for mut look in looks {
        let is_remembered = |seen: &mut Sighting| seen.basis == FlowBasis::Conntrack;
        memory.push(Look {
            seen: look.seen.extract_if(.., is_remembered).collect(),
            ..Look::of(look.at)
        });
        collector.add_look(look);
    }
    collector.turn_guesses();
    memory.into_iter().for_each(|look| collector.add_look(look));
    collector.turn_guesses();
}

fn once(seen: Vec<Sighting>) -> Flows {
    let mut collector = collector();
    look(&mut collector, looks(seen));
    collector.finish(0)
}

fn told(flow: &Flow) -> String {
    let via: Vec<String> =
        flow.via.iter().map(|hop| format!(" via {} {}", hop.port, hop.by.as_str())).collect();
    format!(
        "{} → {}:{} {} ×{}{}",
        flow.client,
        flow.server,
        flow.service(),
        flow.outcome.as_str(),
        flow.connections,
        via.concat()
    )
}

fn all(flows: &Flows) -> Vec<String> {
    flows.flows.iter().map(told).collect()
}

#[test]
fn seen_from_everywhere_it_is_one_connection() {
    let (from, to) = ("10.1.0.2:40000", "10.1.0.3:5432");
    let seen = [MACHINE, WEB, API].map(|place| tracked(place, from, to, Stage::Open));
    let sockets = [WEB, API].map(|place| socket(place, from, to, Stage::Open));
    let flows = once(seen.into_iter().chain(sockets).collect());
    assert_eq!(all(&flows), ["web → api or log:5432/tcp established ×1"]);
    assert_eq!(flows.flows[0].network.as_deref(), Some("net"));
    assert_eq!(flows.flows[0].basis, [FlowBasis::Conntrack, FlowBasis::Socket]);
}

#[test]
fn the_kernels_memory_of_what_no_socket_has_is_not_open() {
    let (from, to) = ("10.1.0.2:40000", "10.1.0.3:5432");
    let flows = once(vec![tracked(WEB, from, to, Stage::Open)]);
    assert_eq!(all(&flows), ["web → api or log:5432/tcp closed ×1"]);
}

#[test]
fn who_waits_on_a_port_tells_those_of_a_shared_namespace_apart() {
    let mut collector = collector();
    let (from, to) = ("10.1.0.2:40000", "10.1.0.3:9999");
    let mut looks = looks(vec![tracked(WEB, from, to, Stage::Over)]);
    let waiting = Waiting { at: API, protocol: FlowProtocol::Tcp, port: 9999, owner: Some(1) };
    looks[API].waiting.push(waiting);
    let own = Some(Owner { is_server: false, place: 0 });
    looks[API].seen.push(Sighting {
        owner: own,
        ..socket(API, "127.0.0.1:50000", "127.0.0.1:9999", Stage::Open)
    });
    look(&mut collector, looks);
    let flows = collector.finish(0);
    assert_eq!(all(&flows), ["api → log:9999/tcp established ×1", "web → log:9999/tcp closed ×1"]);
}

#[test]
fn a_published_port_is_a_hop() {
    let outside = "203.0.113.9:50000";
    let passed = Sighting {
        passed_on: ends(outside, "10.1.0.2:80"),
        ..tracked(MACHINE, outside, "192.0.2.2:8080", Stage::Open)
    };
    // In whatever order the two come.
    let inner = socket(WEB, outside, "10.1.0.2:80", Stage::Open);
    for seen in [vec![passed, inner], vec![inner, passed]] {
        let mut collector = collector();
        for seen in seen {
            collector.add(seen);
        }
        look(&mut collector, looks(vec![inner]));
        assert_eq!(
            all(&collector.finish(0)),
            ["203.0.113.9 → web:80/tcp established ×1 via 8080 nat"]
        );
    }
}

#[test]
fn the_proxys_two_halves_are_one_flow() {
    let halves = |number: u16| {
        [
            tracked(MACHINE, &format!("127.0.0.1:4{number:04}"), "127.0.0.1:8080", Stage::Over),
            tracked(WEB, &format!("10.1.0.1:5{number:04}"), "10.1.0.2:80", Stage::Over),
        ]
    };
    let mut seen: Vec<Sighting> = (0..3).flat_map(halves).collect();
    assert_eq!(all(&once(seen.clone())), ["host → web:80/tcp closed ×3 via 8080 proxy"]);
    // The machine itself dialled the container once more.
    seen.push(tracked(WEB, "10.1.0.1:39999", "10.1.0.2:80", Stage::Over));
    assert_eq!(
        all(&once(seen)),
        ["host → web:80/tcp closed ×1", "host → web:80/tcp closed ×3 via 8080 proxy"]
    );
}

/// What is left of what the machine did itself has the bytes of that alone.
#[test]
fn the_proxys_bytes_and_ends_are_counted_once() {
    let closed = |place, from: &str, to: &str, bytes: u64| {
        let measures = Measures { sent: Some(bytes), heard: Some(9), ..Measures::default() };
        Sighting { measures, ..socket(place, from, to, Stage::Closed) }
    };
    let flows = once(vec![
        closed(MACHINE, "127.0.0.1:40001", "127.0.0.1:8080", 70),
        closed(WEB, "10.1.0.1:50001", "10.1.0.2:80", 70),
        closed(WEB, "10.1.0.1:39999", "10.1.0.2:80", 30),
    ]);
    let told = |flow: &Flow| (flow.connections, flow.ended, flow.bytes_sent);
    let told: Vec<_> = flows.flows.iter().map(told).collect();
    assert_eq!(told, [(1, 1, Some(30)), (1, 1, Some(70))], "{flows:#?}");
}

/// Where nobody listens in the container the proxy takes the connection, and cuts it.
#[test]
fn what_the_proxy_is_refused_is_no_flow_of_the_machines() {
    let measures = Measures { said: Some(5), heard: Some(0), ..Measures::default() };
    let (is_reset, basis) = (true, FlowBasis::Event);
    let first = tracked(MACHINE, "127.0.0.1:40001", "127.0.0.1:8080", Stage::Closed);
    let first = Sighting { measures, is_reset, basis, ..first };
    let second = tracked(WEB, "10.1.0.1:50001", "10.1.0.2:80", Stage::Refused);
    let flows = once(vec![first, second]);
    assert_eq!(all(&flows), ["host → web:80/tcp closed ×1 via 8080 proxy"]);
    assert_eq!(flows.flows[0].cut, 1);
}

/// A port of the machine may lead to one container at one of its addresses, and to
/// another at the next.
#[test]
fn whose_a_published_port_is_depends_on_the_address() {
    let mut snapshot = snapshot();
    for (name, address) in [("api", "192.0.2.2"), ("web", "127.0.0.1")] {
        let container = snapshot.containers.iter_mut().find(|c| c.name == name).unwrap();
        container.published = serde_json::from_value(
            serde_json::json!([{"port": 80, "host_ip": address, "host_port": 8080}]),
        )
        .unwrap();
    }
    let lookouts = lookouts();
    let mut collector = Collector::new(Who::new(&Map::new(&snapshot), &lookouts), &lookouts);
    look(
        &mut collector,
        looks(vec![
            tracked(MACHINE, "127.0.0.1:40001", "127.0.0.1:8080", Stage::Over),
            tracked(MACHINE, "192.0.2.2:40001", "192.0.2.2:8080", Stage::Over),
        ]),
    );
    assert_eq!(
        all(&collector.finish(0)),
        [
            "host → api:80/tcp closed ×1 via 8080 proxy",
            "host → web:80/tcp closed ×1 via 8080 proxy",
        ]
    );
}

/// Docker's resolver needs rules for IPv4 in each container: of IPv6 nothing is
/// remembered there, which is said where a container has such an address.
#[test]
fn what_is_tracked_by_one_family_of_addresses_alone_is_said() {
    let notes = |ipv6: &str| {
        let mut snapshot = snapshot();
        let web = snapshot.containers.iter_mut().find(|c| c.name == "web").unwrap();
        web.endpoints[0].ipv6 = ipv6.parse().ok();
        let lookouts = lookouts();
        let mut collector = Collector::new(Who::new(&Map::new(&snapshot), &lookouts), &lookouts);
        let mut looks = looks(Vec::new());
        looks.iter_mut().for_each(|look| look.untracked = Some(Family::V6));
        look(&mut collector, looks);
        collector.hear([MACHINE, WEB, API]);
        let not_looked = collector.finish(1000).not_looked;
        not_looked
            .into_iter()
            .map(|note| format!("{}: {}", note.what, note.why))
            .collect::<Vec<_>>()
    };
    assert_eq!(notes(""), [""; 0]);
    assert_eq!(
        notes("fd00::2"),
        ["container `web`: the kernel keeps no record of connections by IPv6 in its network \
          namespace: UDP, pings and refusals there may be missed"]
    );
}

#[test]
fn a_refusal_is_forgotten_at_once_and_a_silence_late() {
    let dial =
        |port: u16| tracked(WEB, "10.1.0.2:40000", &format!("10.1.0.3:{port}"), Stage::Trying);
    let forgotten = |port: u16, after: u64| {
        Sighting { stage: Stage::Forgotten { answered: false }, ..dial(port) }.after(after)
    };
    let mut collector = collector();
    for seen in [dial(81), forgotten(81, 0), dial(82), forgotten(82, 130), forgotten(83, 0)] {
        collector.add(seen);
    }
    assert_eq!(
        all(&collector.finish(200_000)),
        ["web → api or log:81/tcp refused ×1", "web → api or log:82/tcp unanswered ×1"]
    );
}

trait After {
    fn after(self, seconds: u64) -> Self;
}

impl After for Sighting {
    fn after(self, seconds: u64) -> Self {
        let seconds = i64::try_from(seconds).unwrap();
        // 2026-11-28T06:00:00Z is this many seconds after 1970 began.
        Self { last: Moment::from_seconds(1_795_845_600 + seconds), ..self }
    }
}

#[test]
fn what_began_before_anybody_looked_is_not_turned_round() {
    let mut collector = collector();
    // The kernel begins with an answer, and a socket does not know who began.
    let answer = tracked(WEB, "10.1.0.3:5432", "10.1.0.2:40000", Stage::Open);
    let unsure = Sighting {
        may_be_reversed: true,
        ..socket(API, "10.1.0.3:5432", "10.1.0.2:40000", Stage::Open)
    };
    let mut looks = looks(vec![answer, unsure]);
    looks[API].waiting.push(Waiting {
        at: API,
        protocol: FlowProtocol::Tcp,
        port: 5432,
        owner: Some(0),
    });
    look(&mut collector, looks);
    assert_eq!(all(&collector.finish(0)), ["web → api:5432/tcp established ×1"]);
}

/// What is seen first of all comes before it is known who waits on a port.
#[test]
fn a_guess_is_put_right_once_it_is_known_who_waits() {
    let guess = |seen: Sighting| Sighting { may_be_reversed: true, ..seen };
    let wrong = guess(socket(WEB, "10.1.0.2:40000", "10.1.0.3:50000", Stage::Over));
    let waiting = Waiting { at: WEB, protocol: FlowProtocol::Tcp, port: 40_000, owner: Some(0) };
    let all_of = |pieces: Vec<Look>| {
        let mut collector = collector();
        collector.begin_look();
        pieces.into_iter().for_each(|piece| collector.add_look(piece));
        collector.turn_guesses();
        all(&collector.finish(0))
    };
    let first = Look { seen: vec![wrong], ..Look::of(WEB) };
    let who = Look { waiting: vec![waiting], has_sockets: true, ..Look::of(WEB) };
    let right = ["api or log → web:40000/tcp closed ×1"];
    assert_eq!(all_of(vec![first.clone(), who.clone()]), right);
    assert_eq!(all_of(vec![who.clone(), first.clone()]), right);
    // The other end may have been seen the right way round.
    let certain = socket(API, "10.1.0.3:50000", "10.1.0.2:40000", Stage::Over);
    let other = Look { seen: vec![certain], ..Look::of(API) };
    assert_eq!(all_of(vec![first.clone(), other.clone(), who.clone()]), right);
    assert_eq!(all_of(vec![other, first.clone(), who]), right);
    // Where nobody was seen to wait, it stays a guess.
    assert_eq!(all_of(vec![first]), ["web → api or log:50000/tcp closed ×1"]);
}

/// However much a kernel remembers, what is dropped is counted, and once.
#[test]
fn what_has_no_room_is_counted_once_however_often_it_is_seen() {
    let mut collector = collector();
    let many = |at: usize| {
        (0..200_000_u32).map(move |number| {
            let from = format!("203.0.{}.{}:4000", number >> 8 & 0xff, number & 0xff);
            let port = 5000 + (number >> 16) as u16;
            tracked(at, &from, &format!("10.1.0.3:{port}"), Stage::Over)
        })
    };
    for at in [MACHINE, API] {
        collector.begin_look();
        collector.add_look(Look { seen: many(at).collect(), ..Look::of(at) });
    }
    let flows = collector.finish(0);
    let counted: u64 = flows.flows.iter().map(|flow| flow.connections).sum();
    assert_eq!((counted, flows.dropped), (65_536, 200_000 - 65_536));
}

#[test]
fn what_has_settled_is_counted_once_and_takes_no_room() {
    let mut collector = collector();
    for number in 0..1000_u16 {
        let from = format!("10.1.0.2:{}", 20_000 + number);
        for stage in [Stage::Trying, Stage::Open, Stage::Over] {
            collector.add(tracked(WEB, &from, "10.1.0.3:5432", stage));
            collector.add(tracked(API, &from, "10.1.0.3:5432", stage));
        }
    }
    collector.settle(Moment::from_seconds(1_795_845_600 + 60));
    // It comes late that they are forgotten.
    for number in 0..1000_u16 {
        let from = format!("10.1.0.2:{}", 20_000 + number);
        let gone = tracked(WEB, &from, "10.1.0.3:5432", Stage::Forgotten { answered: true });
        collector.add(gone.after(120));
    }
    // And the kernel remembers them longer than that.
    let remembered = (0..1000_u16).map(|number| {
        tracked(API, &format!("10.1.0.2:{}", 20_000 + number), "10.1.0.3:5432", Stage::Over)
    });
    look(&mut collector, looks(remembered.collect()));
    let flows = collector.finish(1000);
    assert_eq!(all(&flows), ["web → api or log:5432/tcp closed ×1000"]);
    assert_eq!(flows.flows[0].last_seen, now());
}

#[test]
fn behind_a_changed_address_it_is_counted_once_as_well() {
    let mut collector = collector();
    let outside = "203.0.113.9:50000";
    let passed = Sighting {
        passed_on: ends(outside, "10.1.0.2:80"),
        ..tracked(MACHINE, outside, "192.0.2.2:8080", Stage::Over)
    };
    let inner = tracked(WEB, outside, "10.1.0.2:80", Stage::Over);
    for seen in [passed, inner] {
        collector.add(seen);
    }
    collector.settle(Moment::from_seconds(1_795_845_600 + 60));
    look(&mut collector, looks(vec![inner, passed]));
    let flows = collector.finish(1000);
    assert_eq!(all(&flows), ["203.0.113.9 → web:80/tcp closed ×1 via 8080 nat"]);
}

#[test]
fn too_many_addresses_outside_are_put_together() {
    let mut collector = collector();
    for number in 0..30_000_u32 {
        let from = format!("203.{}.{}.{}:50000", number >> 16, number >> 8 & 255, number & 255);
        collector.add(tracked(WEB, &from, "10.1.0.2:80", Stage::Over));
        if number % 1000 == 0 {
            collector.settle(Moment::from_seconds(1_795_845_600 + 60));
        }
    }
    let flows = collector.finish(1000);
    assert_eq!(flows.dropped, 0);
    assert!(flows.flows.len() <= 10_001, "{}", flows.flows.len());
    assert_eq!(flows.flows.iter().map(|flow| flow.connections).sum::<u64>(), 30_000);
    assert!(flows.flows.iter().any(|flow| flow.client.to_string() == "other addresses"));
}

#[test]
fn what_cannot_be_kept_apart_is_said_to_be_dropped() {
    let mut collector = collector();
    for number in 0..70_000_u32 {
        let from = format!("203.{}.{}.{}:50000", number >> 16, number >> 8 & 255, number & 255);
        collector.add(tracked(WEB, &from, "10.1.0.2:80", Stage::Open));
    }
    let flows = collector.finish(1000);
    let counted = flows.flows.iter().map(|flow| flow.connections).sum::<u64>();
    assert_eq!((counted + flows.dropped, flows.dropped > 0), (70_000, true));
}

#[test]
fn an_address_that_changes_its_owner_is_told_by_who_had_it() {
    let mut collector = collector();
    let dial =
        |number: u16| tracked(API, "10.1.0.2:40000", &format!("10.1.0.3:{number}"), Stage::Open);
    collector.add(dial(1));
    let mut later = snapshot();
    let web = later.containers.iter_mut().find(|container| container.name == "web").unwrap();
    (web.name, web.id) = ("shop".to_owned(), "shop".to_owned());
    let who = Who::new(&Map::new(&later), &lookouts());
    collector.set_who(who, &lookouts(), now());
    collector.add(dial(2));
    let flows = collector.finish(1000);
    let clients: Vec<String> = flows.flows.iter().map(|flow| flow.client.to_string()).collect();
    assert_eq!(clients, ["web", "shop"]);
}

/// What a place tells of a connection as it happens, from its beginning to its end.
fn events(place: usize, after: u64) -> [Sighting; 3] {
    let told = |stage, milestone| Sighting {
        basis: FlowBasis::Event,
        milestone,
        ..tracked(place, "10.1.0.2:40000", "10.1.0.3:5432", stage).after(after)
    };
    let began = Some(Milestone::Began);
    [told(Stage::Trying, began), told(Stage::Open, None), told(Stage::Over, None)]
}

/// Who dials fast has the same port again before it is known who had its address, and
/// long before it has settled; and one place is heard after the other.
#[test]
fn a_port_that_is_used_again_is_another_connection() {
    for (first, pause) in [(1, 11), (1, 2), (3, 0)] {
        let mut collector = collector();
        let before = Who::new(&Map::new(&snapshot()), &lookouts());
        collector.set_who(before, &lookouts(), now());
        for number in 0..3 {
            let after = first + number * pause;
            for place in [WEB, API] {
                events(place, after).into_iter().for_each(|seen| collector.add(seen));
            }
            collector.settle(now().moved((after + pause) as i64));
        }
        assert_eq!(
            all(&collector.finish(1000)),
            ["web → api or log:5432/tcp closed ×3"],
            "{pause}"
        );
    }
    // All that one place tells, and then all that the other does.
    let mut collector = collector();
    for place in [WEB, API] {
        for after in [1, 3, 5] {
            events(place, after).into_iter().for_each(|seen| collector.add(seen));
        }
    }
    assert_eq!(all(&collector.finish(1000)), ["web → api or log:5432/tcp closed ×3"]);
}

/// What one place says late of a connection is nothing about the next one.
#[test]
fn late_news_are_about_the_connection_before() {
    let mut collector = collector();
    let [began, _, over] = events(WEB, 1);
    let [again, ..] = events(WEB, 3);
    let [late, open, _] = events(API, 3);
    for seen in [began, over, again, late, open] {
        collector.add(seen);
    }
    // The second one was not answered.
    assert_eq!(
        all(&collector.finish(1000)),
        ["web → api or log:5432/tcp closed ×1", "web → api or log:5432/tcp unanswered ×1"]
    );
}

/// Where nobody tells of beginnings, each end tells once that its socket is gone: at
/// once, or when its program has noticed that the other one hung up.
#[test]
fn sockets_that_are_gone_are_counted_by_each_end_once() {
    let gone = |place: usize, after: u64| {
        let end = if place == WEB { Ender::Client } else { Ender::Server };
        Sighting {
            milestone: Some(Milestone::Gone(end)),
            may_be_reversed: true,
            ..gone(place, 40_000, 1, 1).after(after)
        }
    };
    let counted = |seen: &[(usize, u64)]| {
        let mut collector = collector();
        let before = Who::new(&Map::new(&snapshot()), &lookouts());
        collector.set_who(before, &lookouts(), now().moved(1000));
        for (place, after) in seen {
            collector.settle(now().moved(*after as i64));
            collector.add(gone(*place, *after));
        }
        let flows = collector.finish(1000);
        flows.flows.iter().map(|flow| flow.connections).sum::<u64>()
    };
    assert_eq!(counted(&[(WEB, 1), (API, 1)]), 1);
    assert_eq!(counted(&[(WEB, 1), (API, 1), (WEB, 2), (API, 2), (API, 3), (WEB, 3)]), 3);
    // After it has settled.
    assert_eq!(counted(&[(WEB, 1), (API, 1), (WEB, 20), (API, 20), (API, 90), (WEB, 90)]), 3);
    assert_eq!(counted(&[(API, 1), (WEB, 60)]), 1);
    assert_eq!(counted(&[(API, 1), (API, 60), (API, 120)]), 3);
}

/// It takes a while until netmap hears that an address has another owner.
#[test]
fn what_the_new_owner_did_before_it_was_known_is_its_own() {
    let mut collector = collector();
    let dial = |number: u16, after: u64| {
        let to = format!("10.1.0.3:{number}");
        tracked(API, "10.1.0.2:40000", &to, Stage::Over).after(after)
    };
    let before = Who::new(&Map::new(&snapshot()), &lookouts());
    collector.set_who(before, &lookouts(), now());
    collector.add(dial(1, 1));
    collector.add(dial(2, 8));
    // Both are over, and nobody has said yet who had the address.
    collector.settle(now().moved(20));
    let mut later = snapshot();
    let web = later.containers.iter_mut().find(|container| container.name == "web").unwrap();
    (web.name, web.id) = ("shop".to_owned(), "shop".to_owned());
    web.started_at = Some(now().moved(5));
    let who = Who::new(&Map::new(&later), &lookouts());
    collector.set_who(who, &lookouts(), now().moved(10));
    collector.settle(now().moved(20));
    let flows = collector.finish(1000);
    let told: Vec<String> =
        flows.flows.iter().map(|flow| format!("{} {:?}", flow.client, flow.port)).collect();
    assert_eq!(told, ["web Some(1)", "shop Some(2)"]);
}

/// The kernel remembers for minutes what went on, and an address is soon given away again.
#[test]
fn what_was_over_before_a_container_was_made_is_anothers() {
    let told = |made: Moment| {
        let mut snapshot = snapshot();
        let web = snapshot.containers.iter_mut().find(|container| container.name == "web");
        web.unwrap().created_at = Some(made);
        let mut collector =
            Collector::new(Who::new(&Map::new(&snapshot), &lookouts()), &lookouts());
        collector.add(tracked(API, "10.1.0.2:40000", "10.1.0.3:80", Stage::Over));
        collector.finish(1000).flows.len()
    };
    assert_eq!(
        [told(now().moved(60)), told(now()), told(now().before(Duration::from_secs(9)))],
        [0, 1, 1]
    );
}

#[test]
fn the_machines_own_business_and_talking_to_oneself_are_no_flows() {
    let flows = once(vec![
        tracked(MACHINE, "192.0.2.2:40000", "203.0.113.9:443", Stage::Open),
        tracked(WEB, "127.0.0.1:40000", "127.0.0.1:9000", Stage::Open),
        tracked(WEB, "10.1.0.2:40000", "10.1.0.2:80", Stage::Open),
    ]);
    assert!(flows.flows.is_empty(), "{:?}", all(&flows));
    assert_eq!(flows.flows.iter().filter(|f| f.outcome == FlowOutcome::Closed).count(), 0);
}

#[test]
fn questions_to_the_resolver_are_told_as_such() {
    let udp = |from: &str, to: &str| Ends { protocol: FlowProtocol::Udp, ..ends(from, to) };
    let question = Sighting {
        ends: udp("127.0.0.1:40000", "127.0.0.11:53"),
        passed_on: udp("127.0.0.1:40000", "127.0.0.11:35345"),
        ..tracked(WEB, "127.0.0.1:1", "127.0.0.1:1", Stage::Over)
    };
    assert_eq!(all(&once(vec![question])), ["web → resolver:53/udp closed ×1"]);
}

/// A connection whose socket is gone, with how many packets each end had
/// something in, by what the kernel of `place` says.
fn gone(place: usize, port: u16, said: u32, heard: u32) -> Sighting {
    Sighting {
        basis: FlowBasis::Event,
        measures: Measures { said: Some(said), heard: Some(heard), ..Measures::default() },
        ..tracked(place, &format!("10.1.0.2:{port}"), "10.1.0.3:5432", Stage::Closed)
    }
}

/// What is made of connections that each are seen like this: whether they were
/// heard to their end, and whether the server cut them.
fn ended(seen: impl Fn(u16) -> Vec<Sighting>) -> (u64, u64) {
    let mut collector = collector();
    for port in 40_000..40_010 {
        for seen in seen(port) {
            collector.add(seen);
        }
    }
    let flows = collector.finish(1000);
    assert_eq!(all(&flows), ["web → api or log:5432/tcp closed ×10"]);
    (flows.flows[0].ended, flows.flows[0].cut)
}

#[test]
fn a_server_that_hangs_up_without_a_word_is_told_from_any_other_end() {
    let over = |port: u16, by: Option<Ender>, is_reset: bool| Sighting {
        ended_by: by,
        is_reset,
        basis: FlowBasis::Event,
        ..tracked(WEB, &format!("10.1.0.2:{port}"), "10.1.0.3:5432", Stage::Over)
    };
    let by = |ender: Ender| move |port: u16| over(port, Some(ender), false);
    let (server, client) = (by(Ender::Server), by(Ender::Client));
    assert_eq!(ended(|port| vec![server(port), gone(WEB, port, 1, 0)]), (10, 10));
    // Whoever speaks first in that protocol.
    assert_eq!(ended(|port| vec![server(port), gone(WEB, port, 0, 0)]), (10, 10));
    // What was asked and is not read is broken off.
    let reset = |port| over(port, None, true);
    assert_eq!(ended(|port| vec![gone(WEB, port, 1, 0), reset(port)]), (10, 10));
    // Requests are answered, however short they are.
    assert_eq!(ended(|port| vec![server(port), gone(WEB, port, 1, 1)]), (10, 0));
    // Checks connect and hang up, and some programs only tell.
    assert_eq!(ended(|port| vec![client(port), gone(WEB, port, 0, 0)]), (10, 0));
    assert_eq!(ended(|port| vec![client(port), gone(WEB, port, 3, 0)]), (10, 0));
    assert_eq!(ended(|port| vec![gone(WEB, port, 0, 0), reset(port)]), (10, 0));
    // Nobody knows who hung up, or nobody heard what was said.
    assert_eq!(ended(|port| vec![gone(WEB, port, 1, 0)]), (10, 0));
    assert_eq!(ended(|port| vec![server(port)]), (0, 0));
}

#[test]
fn what_the_servers_kernel_says_is_turned() {
    let (server, client) = ("10.1.0.3:5432", "10.1.0.2:40000");
    let waiting = Waiting { at: API, protocol: FlowProtocol::Tcp, port: 5432, owner: None };
    let mut collector = collector();
    let mut first = looks(Vec::new());
    first[API].waiting.push(waiting);
    look(&mut collector, first);
    // As one whose kernel knows nothing of who began.
    collector.add(Sighting {
        may_be_reversed: true,
        ended_by: Some(Ender::Client),
        measures: Measures { said: Some(0), heard: Some(2), ..Measures::default() },
        basis: FlowBasis::Event,
        ..tracked(API, server, client, Stage::Closed)
    });
    let flows = collector.finish(1000);
    assert_eq!(all(&flows), ["web → api or log:5432/tcp closed ×1"]);
    assert_eq!((flows.flows[0].ended, flows.flows[0].cut), (1, 1));
}

#[test]
fn where_nothing_is_tracked_a_socket_that_is_gone_tells_what_came_of_it() {
    let mut collector = collector();
    for (port, stage) in [(1, Stage::Closed), (2, Stage::Refused), (3, Stage::Trying)] {
        let to = format!("10.1.0.3:{port}");
        let seen = tracked(WEB, "10.1.0.2:40000", &to, stage);
        collector.add(Sighting { basis: FlowBasis::Event, ..seen });
    }
    let flows = collector.finish(1000);
    assert_eq!(
        all(&flows),
        [
            "web → api or log:1/tcp closed ×1",
            "web → api or log:2/tcp refused ×1",
            "web → api or log:3/tcp unanswered ×1",
        ]
    );
}

#[test]
fn a_virtual_address_is_whose_interface_has_it() {
    use super::who::End;
    use crate::model::Party;

    let snapshot = snapshot();
    let map = Map::new(&snapshot);
    let party = |holder: Option<usize>, address: &str| {
        let mut lookouts = lookouts();
        if let Some(at) = holder {
            let own = ["127.0.0.1", "10.1.0.100", "10.1.0.2", "192.168.9.9", "192.0.2.2"];
            lookouts.all[at]
                .addresses
                .extend(own.map(|own| own.parse::<std::net::IpAddr>().unwrap()));
        }
        let end = End { address: at(address), within: None, owner: None, waits: None };
        Who::new(&map, &lookouts).party("", end)
    };
    let web = || Party::Container { name: "web".to_owned() };
    assert_eq!(party(Some(WEB), "10.1.0.100:80"), web());
    let api = party(Some(API), "10.1.0.100:80");
    assert!(format!("{api:?}").contains("api"), "{api:?}");
    assert_eq!(party(Some(API), "10.1.0.2:80"), web(), "the engine gave it to web");
    assert_eq!(party(Some(WEB), "192.0.2.2:80"), Party::Host);
    assert!(matches!(party(Some(WEB), "192.168.9.9:80"), Party::Outside { .. }));
    assert!(matches!(party(None, "10.1.0.100:80"), Party::Unknown { .. }));
}

/// Counted are looks at containers and networks, and no seconds.
#[test]
fn ten_times_the_flows_are_advised_on_with_ten_times_the_work() {
    let work = |number: usize| {
        let name = |at: usize| format!("c{at}");
        let address = |at: usize| format!("10.0.{}.{}", at / 250, at % 250 + 2);
        let containers = (0..number).map(|at| {
            let own = format!("own{at}");
            serde_json::json!({"name": name(at), "id": name(at), "state": "running", "endpoints": [
                {"network": "net", "network_id": "net", "ipv4": address(at)},
                {"network": own, "network_id": own}]})
        });
        let moment = "2026-11-28T06:00:00Z";
        let flows = (0..number).map(|at| {
            serde_json::json!({"client": {"kind": "container", "name": name(at)},
                "server": {"kind": "container", "name": name((at + 1) % number)},
                "network": "net", "protocol": "tcp", "port": 80, "outcome": "closed",
                "connections": 1, "first_seen": moment, "last_seen": moment, "basis": ["socket"]})
        });
        let network =
            |name: String| serde_json::json!({"name": name, "id": name, "driver": "bridge"});
        let networks = (0..number).map(|at| network(format!("own{at}")));
        let networks: Vec<_> = networks.chain([network("net".to_owned())]).collect();
        let snapshot: Snapshot = serde_json::from_value(serde_json::json!({
            "schema": "netmap/1", "networks": networks,
            "containers": containers.collect::<Vec<_>>(),
            "flows": {"window_ms": 1000, "flows": flows.collect::<Vec<_>>()}}))
        .unwrap();
        let (map, flows) = (Map::new(&snapshot), snapshot.flows.as_ref().unwrap());
        let mut advice = super::Advice::default();
        let work = looks::during(|| advice = super::advise(&map, flows));
        assert_eq!((advice.far.len(), advice.far[0].may), (number, number - 1));
        assert_eq!(advice.planned.len(), number);
        work
    };
    let (small, large) = (work(100), work(1000));
    assert!(large < 12 * small, "{large} looks, and {small} for a tenth of the setup");
}

/// Those on two networks of many are counted once each.
#[test]
fn who_may_be_reached_on_several_networks_is_counted_once() {
    let on = |networks: &[&str]| -> Vec<serde_json::Value> {
        networks.iter().map(|n| serde_json::json!({"network": n, "network_id": n})).collect()
    };
    let mut containers = Vec::new();
    let mut add = |name: String, networks: &[&str]| {
        containers.push(serde_json::json!({"name": name, "id": name, "state": "running",
            "endpoints": on(networks)}));
    };
    (0..40).for_each(|at| add(format!("both{at}"), &["front", "back"]));
    (0..40).for_each(|at| add(format!("front{at}"), &["front"]));
    add("hub".to_owned(), &["front", "back", "few"]);
    add("beside".to_owned(), &["few"]);
    add("inside".to_owned(), &["few", "back"]);
    let networks = ["front", "back", "few"]
        .map(|name| serde_json::json!({"name": name, "id": name, "driver": "bridge"}));
    let snapshot: Snapshot = serde_json::from_value(serde_json::json!({"schema": "netmap/1",
        "networks": networks, "containers": containers,
        "flows": {"window_ms": 1000, "flows": []}}))
    .unwrap();
    let advice = super::advise(&Map::new(&snapshot), snapshot.flows.as_ref().unwrap());
    let may = |name: &str| advice.far.iter().find(|reach| reach.container == name).unwrap().may;
    let all = ["hub", "both0", "front0", "inside"].map(may);
    assert_eq!(all, [82, 81, 80, 42]);
    assert!(advice.far.iter().all(|reach| reach.container != "beside"), "it has two");
}
