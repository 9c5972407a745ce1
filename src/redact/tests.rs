//! A redacted snapshot tells nothing, and predicts the same.

use std::collections::BTreeSet;

use ipnet::IpNet;
use proptest::prelude::*;
use serde_json::json;

use super::addresses::Addresses;
use super::*;
use crate::graph::Map;
use crate::model::ContainerAt;
use crate::model::Part;
use crate::model::keys::option;
use crate::testing::snapshots;
use std::net::IpAddr;

/// What the map says of each pair of containers, by the containers' places.
fn predictions(snapshot: &Snapshot) -> Vec<(ContainerAt, ContainerAt, String)> {
    let map = Map::new(snapshot);
    let pairs = map.containers().flat_map(|from| map.containers().map(move |to| (from, to)));
    pairs
        .map(|(from, to)| {
            let prediction = map.predict(from, to);
            let mut routes: Vec<_> =
                prediction.routes.iter().map(|route| format!("{:?}", route.judged)).collect();
            routes.sort();
            let name = prediction.by_name.verdict;
            (from, to, format!("{name} {:?} {routes:?}", prediction.by_address.verdict))
        })
        .collect()
}

/// What the doctor says of a snapshot: each rule, and of how many it says it.
fn findings(snapshot: &Snapshot) -> Vec<(&'static str, usize)> {
    let diagnosis = crate::diagnose::diagnose(&Map::new(snapshot), None, |_| true);
    let mut said: Vec<_> =
        diagnosis.findings.iter().map(|found| (found.rule, found.subjects.len())).collect();
    said.sort_unstable();
    said
}

#[test]
fn the_doctor_says_the_same_of_every_sample_when_it_is_redacted() {
    let names: Vec<String> =
        crate::sample::SAMPLES.iter().flat_map(|sample| sample.names()).collect();
    let differ: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let snapshot = crate::sample::read(name).unwrap();
            let (whole, redacted) = (findings(&snapshot), findings(&redact(&snapshot)));
            (whole != redacted).then(|| format!("{name}: {whole:?}, redacted {redacted:?}"))
        })
        .collect();
    assert!(names.len() > 100 && differ.is_empty(), "{}: {differ:#?}", names.len());
}

/// Every word and number that must not be seen.
fn secrets(snapshot: &Snapshot) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for network in snapshot.networks.iter().filter(|network| !network.is_built_in()) {
        secrets.insert(network.name.clone());
        secrets.insert(network.id.clone());
        secrets.extend(network.subnets.iter().map(|s| s.subnet.addr().to_string()));
    }
    for container in &snapshot.containers {
        secrets.extend([container.name.clone(), container.id.clone(), container.image.clone()]);
        secrets.extend(container.compose.service.clone());
        secrets.extend(container.endpoints.iter().flat_map(|e| e.aliases.clone()));
        let addresses = container.endpoints.iter().flat_map(Endpoint::addresses);
        secrets.extend(addresses.map(|address| address.to_string()));
    }
    let others = ["shopping", "somebody", "example.com", "192.168.77.", "SECRET_URL"];
    secrets.extend(others.map(str::to_owned));
    secrets
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_prediction_stays_and_every_secret_goes(snapshot in snapshots()) {
        let redacted = redact(&snapshot);
        prop_assert_eq!(predictions(&redacted), predictions(&snapshot));
        prop_assert_eq!(redact(&snapshot), redacted.clone());
        let text = redacted.to_json();
        for secret in secrets(&snapshot) {
            let whole = [format!("\"{secret}"), format!(" {secret}\""), format!(".{secret}\"")];
            prop_assert!(!whole.iter().any(|w| text.contains(w.as_str())), "{} in {}", secret, text);
        }
        let read = Snapshot::read(text.as_bytes()).expect("a redacted snapshot reads back");
        prop_assert_eq!(read, redacted.clone());
        let marks = |snapshot: &Snapshot| -> Vec<_> {
            let map = Map::new(snapshot);
            let probe = snapshot.probe.clone().unwrap_or_default();
            crate::graph::Comparison::new(&map, &probe).marks().collect()
        };
        prop_assert_eq!(marks(&redacted), marks(&snapshot));
        // The doctor finds the same, whatever things are called. How edges are
        // put together may change: of two networks to blame, the first by name
        // is told.
        let found = |snapshot: &Snapshot| -> BTreeSet<&'static str> {
            let map = Map::new(snapshot);
            let diagnosis = crate::diagnose::diagnose(&map, None, |rule| rule.name != "wrong-name");
            diagnosis.findings.iter().map(|finding| finding.rule).collect()
        };
        prop_assert_eq!(found(&redacted), found(&snapshot));
    }

    #[test]
    fn subnets_keep_what_lies_in_them(
        nets in prop::collection::vec((any::<u32>(), 4u8..31), 1..8),
        addresses in prop::collection::vec(any::<u32>(), 1..8),
    ) {
        // Few first bits, so that many lie in one another.
        let squeeze = |number: u32| number & 0x0f0f_ffff;
        let nets: Vec<IpNet> = nets
            .into_iter()
            .map(|(base, prefix)| {
                IpNet::new(Ipv4Addr::from(squeeze(base)).into(), prefix).expect("a net").trunc()
            })
            .collect();
        let networks: Vec<_> = nets
            .iter()
            .enumerate()
            .map(|(at, net)| json!({"name": format!("n{at}"), "id": format!("n{at}"), "driver": "bridge",
                "subnets": [{"subnet": net}]}))
            .collect();
        let all: Vec<Ipv4Addr> = addresses.into_iter().map(|a| Ipv4Addr::from(squeeze(a))).collect();
        let endpoints: Vec<_> =
            all.iter().map(|a| json!({"network": "n0", "network_id": "n0", "ipv4": a})).collect();
        let text = json!({"schema": "netmap/1", "networks": networks,
            "containers": [{"name": "c", "id": "c", "state": "running", "endpoints": endpoints}]});
        let snapshot = Snapshot::read(text.to_string().as_bytes()).expect("a snapshot");
        let new = Addresses::of(&snapshot);
        for address in &all {
            for net in &nets {
                let is = net.contains(&IpAddr::V4(*address));
                // More than the reserved ranges hold only a made-up snapshot has.
                if nets.iter().all(|net| net.prefix_len() > 12) {
                    prop_assert_eq!(new.subnet(*net).contains(&new.address((*address).into())), is,
                        "{} in {}", address, net);
                }
            }
        }
    }
}

#[test]
fn addresses_come_from_ranges_that_belong_to_nobody() {
    let text = json!({"schema": "netmap/1",
        "networks": [
            {"name": "shop_front", "id": "f", "driver": "bridge", "project": "shop",
                "subnets": [{"subnet": "172.20.0.0/16", "gateway": "172.20.0.1"}],
                "labels": {"a": "b"}, "options": {"com.docker.network.bridge.name": "br-shop"}},
            {"name": "six", "id": "s", "driver": "bridge",
                "subnets": [{"subnet": "fd12:3456::/64", "gateway": "fd12:3456::1"}]}],
        "containers": [
            {"name": "web", "id": "c0ffee00c0ffee00", "image": "corp/web", "state": "running", "hostname": "c0ffee00c0ff",
                "endpoints": [
                    {"network": "shop_front", "network_id": "f", "ipv4": "172.20.0.7", "mac": "02:42:ac:14:00:07",
                        "aliases": ["c0ffee00c0ff", "www"]},
                    {"network": "six", "network_id": "s", "ipv6": "fd12:3456::42:acff:fe14:7"}],
                "published": [{"port": 80, "protocol": "tcp", "host_ip": "10.1.2.3", "host_port": 80}],
                "links": ["db:database"], "extra_hosts": ["files:10.1.2.3"], "labels": {"team": "blue"}}],
        "unread": [{"what": "container `web`", "why": "10.1.2.3 said: /home/al is no 123456789 of web.corp.example"}]});
    let snapshot = Snapshot::read(text.to_string().as_bytes()).expect("a snapshot");
    let redacted = redact(&snapshot);
    let front = redacted.networks.iter().find(|n| n.name.contains('_')).expect("a network");
    assert_eq!(front.name, "project-1_network-1");
    assert_eq!(front.subnets[0].subnet.to_string(), "192.0.2.0/24");
    assert_eq!(front.subnets[0].gateway.map(|g| g.to_string()).as_deref(), Some("192.0.2.1"));
    assert_eq!(front.option(option::BRIDGE_NAME), Some("interface-1"));
    assert!(front.options.len() == 1 && front.labels.is_empty());
    let web = &redacted.containers[0];
    assert_eq!((web.name.as_str(), web.image.as_str()), ("container-1", "image-1"));
    let on = |name: &str| web.endpoints.iter().find(|e| e.network.starts_with(name)).expect("one");
    assert_eq!(on("project-1").ipv4.map(|a| a.to_string()).as_deref(), Some("192.0.2.7"));
    assert!(on("project-1").aliases.contains(&web.short_id().to_owned()));
    assert_eq!(web.hostname, web.short_id());
    let six = on("network-2").ipv6.expect("an address").to_string();
    assert!(six.starts_with("2001:db8:") && !six.contains("acff"), "{six}");
    assert_eq!(web.published[0].host_ip.to_string(), web.extra_hosts[0].address.to_string());
    assert_eq!(redacted.unread[0].what, "container `container-1`");
    assert_eq!(redacted.unread[0].part, part_of_container("container-1", false));
    assert!(redacted.unread[0].why.ends_with("said: … is no … of …"), "{}", redacted.unread[0].why);
}

fn part_of_container(name: &str, vanished: bool) -> Part {
    Part::Container { name: name.to_owned(), vanished }
}

#[test]
fn what_vanished_is_told_of_without_its_name() {
    let text = json!({"schema": "netmap/1", "containers": [
            {"name": "web", "id": "1", "state": "running", "dns": ["dns.example"]}],
        "unread": [{"what": "container `secretive`", "why": "gone before it could be looked at"},
            {"what": "network `secretive_net`", "why": "not there"}]});
    let snapshot = Snapshot::read(text.to_string().as_bytes()).expect("a snapshot");
    let redacted = redact(&snapshot);
    assert!(!redacted.to_json().contains("secretive"), "{}", redacted.to_json());
    let [container, network] = &redacted.unread[..] else { panic!("two notes") };
    let Part::Container { name, vanished: true } = &container.part else { panic!("{container:?}") };
    assert_eq!(container.what, format!("container `{name}`"));
    let Part::Network { name } = &network.part else { panic!("{network:?}") };
    assert_eq!(network.what, format!("network `{name}`"));
}

#[test]
fn networks_larger_than_any_range_do_no_harm() {
    for (subnet, address) in [("::/0", "ffff::1"), ("8000::/1", "ffff::1"), ("::/1", "::1:2")] {
        let text = json!({"schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": subnet}, {"subnet": "0.0.0.0/0"}, {"subnet": "ff00::/9"}]}],
            "containers": [{"name": "c", "id": "c", "state": "running",
                "endpoints": [{"network": "n", "network_id": "n", "ipv6": address, "ipv4": "250.1.2.3"}]}]});
        let snapshot = Snapshot::read(text.to_string().as_bytes()).expect("a snapshot");
        assert!(!redact(&snapshot).to_json().contains(&format!("\"{address}\"")));
    }
}

#[test]
fn what_two_engines_call_alike_is_still_called_alike() {
    let part = |node: &str| {
        let text = json!({"schema": "netmap/1",
            "networks": [{"name": "bridge", "id": node, "driver": "bridge"}],
            "containers": [{"name": "shop", "id": node, "state": "running",
                "references": [{"origin": "environment", "host": "shop"}],
                "extra_hosts": ["up:host-gateway"]}]});
        Snapshot::read(text.to_string().as_bytes()).expect("a snapshot")
    };
    let joined = Snapshot::join(vec![("ann".to_owned(), part("1")), ("bob".to_owned(), part("2"))]);
    let redacted = redact(&joined);
    let text = redacted.to_json();
    assert!(["shop", "ann", "bob", "\"up"].iter().all(|name| !text.contains(name)), "{text}");
    assert!(redacted.networks.iter().all(|network| network.is_default_bridge()));
    let [one, other] = &redacted.containers[..] else { panic!("two containers") };
    assert!(one.name != other.name && one.own_name() == other.own_name());
    assert_eq!(one.references[0].host, one.own_name());
    assert_eq!(one.extra_hosts[0].address, HostAddress::Gateway);
    assert_eq!(Snapshot::read(text.as_bytes()).expect("a snapshot"), redacted);
}

/// The strings in a source, without those of its tests.
fn strings(source: &str) -> Vec<String> {
    fn collect(tokens: proc_macro2::TokenStream, into: &mut Vec<String>) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => collect(group.stream(), into),
                proc_macro2::TokenTree::Literal(literal) => into.push(literal.to_string()),
                _ => {}
            }
        }
    }
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    // What documents it would be strings, too.
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |code, line| code + line + "\n");
    let mut found = Vec::new();
    collect(code.parse().expect("Rust"), &mut found);
    found.retain(|literal| literal.starts_with('"'));
    found
}

/// The words of a string that is a sentence, without what is filled in.
fn words_of(literal: &str) -> Vec<String> {
    let joined: String = literal
        .split("\\\n")
        .map(str::trim_start)
        .collect::<String>()
        .replace("\\n", " ")
        .replace("\\\"", "\"");
    let outside: String = joined
        .split('{')
        .map(|part| part.split('}').next_back().unwrap_or_default())
        .collect::<Vec<_>>()
        .join(" … ");
    let is_word =
        |word: &&str| word.chars().all(|c| c.is_ascii_alphabetic() || c == '\'' || c == '-');
    let words: Vec<&str> = redaction::pieces(&outside)
        .into_iter()
        .filter_map(|piece| match piece {
            redaction::Piece::Word(word) => Some(word),
            redaction::Piece::Mark(_) => None,
        })
        .filter(is_word)
        .collect();
    if outside.contains(' ') { words.into_iter().map(str::to_owned).collect() } else { Vec::new() }
}

#[test]
fn netmaps_own_words_are_known() {
    let known: Vec<&str> = include_str!("words.txt").split_whitespace().collect();
    assert!(known.is_sorted_by(|a, b| a < b), "words.txt is in order");
    let sources = [
        include_str!("../error.rs"),
        include_str!("../model/unread.rs"),
        include_str!("../model/why.rs"),
        include_str!("../engine/engines.rs"),
        include_str!("../engine/lenient.rs"),
        include_str!("../engine/observe/inside.rs"),
        include_str!("../engine/observe/logs.rs"),
        include_str!("../engine/observe/machine.rs"),
        include_str!("../engine/observe/mod.rs"),
        include_str!("../engine/scan.rs"),
        include_str!("../engine/swarm.rs"),
        include_str!("../engine/translate.rs"),
    ];
    let words = sources.iter().flat_map(|source| strings(source));
    let words: BTreeSet<String> = words.flat_map(|literal| words_of(&literal)).collect();
    let missing: Vec<&String> = words.iter().filter(|w| !known.contains(&w.as_str())).collect();
    assert!(missing.is_empty(), "netmap writes {missing:?}; add them to src/redact/words.txt");
}
