//! One container changed changes only its lines of a picture: a document's picture can
//! be read as a difference.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::Mutex;

use netmap::model::{
    Container, Endpoint, Health, HostPorts, Protocol, PublishedPort, RequestedPort, Snapshot, State,
};
use netmap::render::svg::{self, Options};

use crate::{maps, with_view};

/// What becomes of one container.
type Change = fn(&mut Snapshot, usize);

/// What happens to containers, by name, and how many other elements may change: none
/// where only the container is another; where one comes or goes, what stands in rows is
/// dealt out anew, and only the middle one of several changes is bounded, in percent.
const CHANGES: [(&str, Change, Bound); 8] = [
    ("exited", |map, at| stop(&mut map.containers[at]), Bound::Most(2)),
    ("unhealthy", |map, at| map.containers[at].health = Some(Health::Unhealthy), Bound::Most(0)),
    ("paused", |map, at| map.containers[at].state = State::Paused, Bound::Most(0)),
    (
        "image",
        |map, at| map.containers[at].image = "host.example/other/thing:2".into(),
        Bound::Most(0),
    ),
    ("address", |map, at| move_house(&mut map.containers[at]), Bound::Most(1)),
    ("port", |map, at| publish(&mut map.containers[at]), Bound::Median(100)),
    ("one more", add, Bound::Median(97)),
    (
        "one less",
        |map, at| {
            map.containers.remove(at);
        },
        Bound::Median(85),
    ),
];

/// What may change beside a container.
#[derive(Clone, Copy)]
enum Bound {
    /// At most so many elements.
    Most(usize),
    /// In the middle of several changes so many of a hundred.
    Median(usize),
}

fn stop(container: &mut Container) {
    container.state = State::Exited;
    container.exit_code = Some(137);
    for endpoint in &mut container.endpoints {
        (endpoint.ipv4, endpoint.ipv6, endpoint.gateway) = (None, None, None);
    }
    // What it published it still asks for, once for both families of addresses.
    let published = std::mem::take(&mut container.published).into_iter();
    let wanted = published.filter(|port| !port.host_ip.is_ipv6()).map(|port| RequestedPort {
        host_ip: Some(port.host_ip).filter(|ip| !ip.is_unspecified()),
        host_port: port.host_port.map_or(HostPorts::Any, HostPorts::One),
        port: port.port,
        protocol: port.protocol,
    });
    container.requested.extend(wanted);
}

fn move_house(container: &mut Container) {
    for endpoint in &mut container.endpoints {
        let Some([a, b, c, d]) = endpoint.ipv4.map(|ip| ip.octets()) else { continue };
        endpoint.ipv4 = Some(Ipv4Addr::new(a, b, c, if d > 100 { 3 } else { 251 }));
    }
}

fn publish(container: &mut Container) {
    container.published.push(PublishedPort {
        port: 9999,
        protocol: Protocol::Tcp,
        host_ip: Ipv4Addr::UNSPECIFIED.into(),
        host_port: Some(9999),
    });
}

/// Adds another one beside a container, on the last of its networks.
fn add(map: &mut Snapshot, at: usize) {
    let beside = &map.containers[at];
    let endpoint = beside.endpoints.last().map(|endpoint| Endpoint {
        network: endpoint.network.clone(),
        network_id: endpoint.network_id.clone(),
        ipv4: Some(Ipv4Addr::new(10, 9, 9, 9)),
        ..Endpoint::default()
    });
    let mut new = Container {
        name: format!("{}-newcomer", beside.name),
        id: "newcomer".repeat(8),
        image: beside.image.clone(),
        state: State::Running,
        network_mode: beside.network_mode.clone(),
        endpoints: endpoint.into_iter().collect(),
        compose: beside.compose.clone(),
        ..Container::default()
    };
    new.compose.service = new.compose.service.map(|_| "newcomer".to_owned());
    map.containers.push(new);
}

/// The elements of a map, legend and what is said of the whole not among them.
fn elements(svg: &str) -> Vec<&str> {
    let map = svg.split("<g class=\"map\"").nth(1).unwrap();
    let map = map.split("<g class=\"foot\"").next().unwrap();
    // The first is where the map as a whole stands.
    map.split("\n<").skip(1).collect()
}

/// How many elements of a picture there were not before, those that name one of these
/// not counted, and how many there are. Both are sorted: most of a test's time would be
/// the hashes of a hundred thousand long texts.
fn others(before: &[&str], after: &str, names: &[&str]) -> (usize, usize) {
    let forms = |name: &&str| [format!("=\"{name}\""), format!(">{name}: "), format!("\n{name}: ")];
    let forms: Vec<String> = names.iter().flat_map(forms).collect();
    let after = sorted(after);
    let mut known = before.iter().peekable();
    let new = after.iter().filter(|element| {
        while known.next_if(|one| one < element).is_some() {}
        known.next_if_eq(element).is_none() && !forms.iter().any(|form| element.contains(form))
    });
    (new.count(), after.len())
}

fn sorted(svg: &str) -> Vec<&str> {
    let mut elements = elements(svg);
    elements.sort_unstable();
    elements
}

fn picture(map: &Snapshot) -> String {
    with_view(map, |view| svg::render(view, &Options::default()))
}

/// The same containers and networks in the order of a fresh snapshot.
fn tidy(map: &Snapshot) -> Snapshot {
    let (networks, containers) = (map.networks.clone(), map.containers.clone());
    Snapshot::new(map.engine.clone(), networks, containers, Vec::new())
}

#[test]
fn one_container_changed_changes_only_its_lines() {
    let maps = [
        ("300", maps::projects(300, 40)),
        ("100", maps::projects(100, 20)),
        ("60", maps::projects(60, 12)),
        ("59", maps::hub59()),
        ("45", maps::hub45()),
        ("36", maps::proxy36()),
        ("12", maps::shop12()),
    ];
    let maps = maps.map(|(name, map)| {
        let map = tidy(&map);
        let before = picture(&map);
        (name, map, before)
    });
    let befores = maps.each_ref().map(|(_, _, before)| sorted(before));
    let mut tries = maps
        .iter()
        .zip(&befores)
        .flat_map(|((name, map, _), before)| CHANGES.map(|change| (*name, map, before, change)));
    // The last test of all would be alone with one processor.
    let waiting = Mutex::new(&mut tries);
    let next = || waiting.lock().unwrap().next();
    // `cargo test --test picture stable -- --nocapture` prints the table.
    println!("| map | elements | change | most | median |\n|---|---|---|---|---|");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((name, map, before, change)) = next() {
                    println!("{}", hold_to_its_bound(name, map, before, change));
                }
            });
        }
    });
}

/// Changes some containers of a map in one way, one at a time; the row of the table.
fn hold_to_its_bound(
    name: &str,
    map: &Snapshot,
    before: &[&str],
    (change, work, bound): (&str, Change, Bound),
) -> String {
    let number = map.containers.len();
    let mut counts: Vec<(usize, String)> = Vec::new();
    let mut all = 0;
    let step = (number / if number > 100 { 5 } else { 7 }).max(1);
    for at in (0..number).step_by(step) {
        let mut changed = map.clone();
        work(&mut changed, at);
        let changed = tidy(&changed);
        let names: HashSet<&str> = changed.containers.iter().map(|of| of.name.as_str()).collect();
        let new = names.iter().find(|name| name.ends_with("newcomer")).copied();
        let own = map.containers[at].name.as_str();
        let names: Vec<&str> = new.into_iter().chain([own]).collect();
        let (count, of) = others(before, &picture(&changed), &names);
        counts.push((count, own.to_owned()));
        all = of;
    }
    counts.sort();
    let (most, whose) = counts.last().unwrap();
    let median = counts[counts.len() / 2].0;
    let holds = match bound {
        Bound::Most(bound) => *most <= bound,
        Bound::Median(percent) => 100 * median <= percent * all,
    };
    assert!(holds, "{name}, {change}: {most} of {all}, {whose}; {median} in the middle");
    format!("| {name} | {all} | {change} | {most} ({whose}) | {median} |")
}
