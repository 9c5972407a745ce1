//! Names that several projects have, told apart.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::graph::Map;
use crate::model::{ContainerAt, Snapshot};

/// Two projects with services of the same names, and a stranger on shop's network.
fn snapshot() -> Snapshot {
    let container = |project: &str, service: &str, on: &[(&str, &str)]| {
        let endpoints: Vec<_> = on
            .iter()
            .map(|(network, address)| {
                json!({"network": network, "network_id": network, "ipv4": address,
                    "aliases": [service]})
            })
            .collect();
        let name = format!("{project}-{service}-1");
        json!({"name": name, "id": name, "state": "running", "project": project,
            "service": service, "endpoints": endpoints})
    };
    let network = |project: &str, subnet: &str| {
        let name = format!("{project}_default");
        json!({"name": name, "id": name, "driver": "bridge", "project": project,
            "subnets": [{"subnet": subnet}]})
    };
    let text = json!({"schema": "netmap/1", "engine": {"name": "Docker"},
    "networks": [network("blog", "10.1.0.0/24"), network("shop", "10.2.0.0/24")],
    "containers": [
        container("blog", "db", &[("blog_default", "10.1.0.2")]),
        container("blog", "web", &[("blog_default", "10.1.0.3")]),
        container("shop", "db", &[("shop_default", "10.2.0.2")]),
        container("shop", "web", &[("shop_default", "10.2.0.3")]),
        container("spy", "eye", &[("shop_default", "10.2.0.9")]),
    ]});
    Snapshot::read(text.to_string().as_bytes()).expect("a snapshot")
}

fn holds(text: &str) -> Vec<(bool, String)> {
    let snapshot = snapshot();
    let map = Map::new(&snapshot);
    let file = read(text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
    let chosen: BTreeSet<ContainerAt> = map.containers().collect();
    let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &chosen };
    let verdicts = evaluate(&file, &evidence).into_iter();
    verdicts.map(|v| (v.status == CheckStatus::Pass, v.observed)).collect()
}

#[track_caller]
fn all(text: &str, expected: bool) {
    for (passed, observed) in holds(text) {
        assert_eq!(passed, expected, "{text}: {observed}");
    }
}

#[test]
fn a_name_means_what_the_one_that_asks_resolves_it_to() {
    all("reach: ['web -> db']\nnames: ['web resolves db']", true);
    all("reach: ['shop-web-1 -> db', 'blog-web-1 -> db']", true);
    // Apart from all of that name, whosever they are.
    all("reach: ['eye -/-> db']", false);
    all("reach: ['blog-web-1 -/-> shop-db-1']", true);
}

#[test]
fn a_project_binds_the_names_of_the_file() {
    let claims = "networks: {default: {members: [web, db]}}\ncontainers: {db: {on: default}}\n\
                  reach: ['web -> db']\n";
    all(&format!("project: shop\n{claims}"), true);
    all(&format!("project: blog\n{claims}"), true);
    all("containers: {db: {on: default}}", true);
    all("project: blog\nnetworks: {default: {only-members: [web, db]}}", true);
}

#[test]
fn strangers_on_a_projects_network_are_seen() {
    all("project: shop\nnetworks: {default: {only-members: [web, db]}}", false);
    all("project: shop\nreach: ['nothing but web reaches db']", false);
    all("project: shop\nreach: ['nothing but web, spy-eye-1 reaches db']", true);
    all("project: blog\nreach: ['nothing but web reaches db']", true);
    // What is to reach it is said of the project's own.
    all("project: shop\nreach: ['everything reaches db']", true);
}
