//! A plan made comparable with what runs. A plan says less than a running
//! setup: the engine chooses addresses, subnets and ids, and an image brings
//! settings of its own. What the plan leaves open is taken over from what
//! runs, so that only that differs which was written otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::same::Same;
use crate::model::keys::label;
use crate::model::{
    Container, ContainerAt, Endpoint, Network, NetworkMode, Origin, Protocol, PublishedPort,
    RequestedPort, Snapshot, State, positions,
};
use crate::order::{OrderBy, Ordered};

/// The plan with its gaps filled, and of what runs the part that it is about:
/// its project, and whatever else it names.
pub fn comparable(plan: &Snapshot, running: &Snapshot) -> (Snapshot, Snapshot) {
    let Some(project) = plan.plan.as_ref().map(|plan| plan.project.as_str()) else {
        return (plan.clone(), running.clone());
    };
    let mut plan = renamed(plan, running);
    let mut running = running.clone();
    let same = {
        let same = Same::new(&plan, &running);
        (same.containers, same.networks)
    };
    let of_plan: BTreeSet<ContainerAt> = same.0.values().copied().into_set();
    let (mine, theirs) = (&mut plan.containers, &mut running.containers);
    for (planned, real) in &same.0 {
        fill_container(&mut mine[*planned], &mut theirs[*real]);
    }
    for (planned, real) in &same.1 {
        fill_network(&mut plan.networks[*planned], &running.networks[*real]);
    }
    let named: BTreeSet<&str> = plan.networks.iter().map(|network| &*network.name).into_set();
    let mut all = positions(&running.containers);
    running.containers.retain(|container| {
        let is_planned = all.next().is_some_and(|at| of_plan.contains(&at));
        is_planned || container.project() == Some(project)
    });
    running.networks.retain(|network| {
        named.contains(&*network.name) || network.project.as_deref() == Some(project)
    });
    (plan, running)
}

/// The plan with the names that containers really have, where those differ
/// only as the two generations of Compose differ: `shop-web-1`, `shop_web_1`.
fn renamed(plan: &Snapshot, running: &Snapshot) -> Snapshot {
    let mut plan = plan.clone();
    let folded = |name: &str| name.replace('_', "-");
    let names: BTreeMap<String, String> = Same::new(&plan, running)
        .container_pairs()
        .filter(|(planned, real)| folded(&planned.name) == folded(&real.name))
        .map(|(planned, real)| (planned.name.clone(), real.name.clone()))
        .into_map();
    let real = |name: &str| names.get(name).cloned().unwrap_or_else(|| name.to_owned());
    for container in &mut plan.containers {
        container.name = real(&container.name);
        if let NetworkMode::Container(owner) = &mut container.network_mode {
            *owner = real(owner);
        }
    }
    plan
}

fn fill_container(plan: &mut Container, real: &mut Container) {
    if plan.state == State::Planned && real.state.has_network() {
        plan.state = real.state;
    } else if plan.state == State::Planned {
        plan.state = State::Running;
    }
    plan.health = real.health;
    plan.id.clone_from(&real.id);
    if is_same_image(&plan.image, &real.image) {
        plan.image.clone_from(&real.image);
    }
    if plan.hostname.is_empty() {
        plan.hostname.clone_from(&real.hostname);
    }
    plan.restart_count = real.restart_count;
    plan.started_at = real.started_at;
    plan.finished_at = real.finished_at;
    plan.created_at = real.created_at;
    plan.published =
        published(&plan.requested, &real.published, plan.network_mode == NetworkMode::Host);
    // Compose writes links to both places; the engine heeds one of them.
    if plan.endpoints.iter().any(|endpoint| !endpoint.links.is_empty()) {
        plan.links.clone_from(&real.links);
    }
    // `depends_on` dials nothing, and what only the container has came with
    // its image.
    plan.references.retain(|reference| reference.origin != Origin::Compose);
    let known = &plan.references;
    real.references.retain(|reference| {
        known.iter().any(|planned| {
            planned.origin == reference.origin && planned.variable == reference.variable
        })
    });
    let known = &plan.advertised;
    real.advertised.retain(|advertised| {
        known.iter().any(|planned| planned.reference.variable == advertised.reference.variable)
    });
    for endpoint in &mut plan.endpoints {
        let there = real.endpoints.iter().find(|there| there.network == endpoint.network);
        if let Some(there) = there {
            fill_endpoint(endpoint, there, &plan.hostname);
        }
    }
}

/// Whether two names are of one image. One that Compose builds has no name but
/// the one Compose makes up.
fn is_same_image(planned: &str, real: &str) -> bool {
    let folded = |image: &str| in_full(image).replace('_', "-");
    folded(planned) == folded(real)
}

/// An image's name in full, as Podman has it: `docker.io/library/redis:latest`.
fn in_full(image: &str) -> String {
    // Docker tells a registry from a user by these as well.
    let (registry, path) = image
        .split_once('/')
        .filter(|(first, _)| *first == "localhost" || first.contains(['.', ':']))
        .unwrap_or(("docker.io", image));
    let library = if registry == "docker.io" && !path.contains('/') { "library/" } else { "" };
    let is_tagged = path.rsplit('/').next().is_some_and(|name| name.contains([':', '@']));
    let tag = if is_tagged { "" } else { ":latest" };
    format!("{registry}/{library}{path}{tag}")
}

fn fill_endpoint(plan: &mut Endpoint, real: &Endpoint, hostname: &str) {
    // Compose 1 writes names of containers with underscores, Compose 2 with hyphens.
    let folded = |endpoint: &Endpoint| -> BTreeSet<String> {
        endpoint.links.iter().map(|link| link.to_string().replace('_', "-")).collect()
    };
    if folded(plan) == folded(real) {
        plan.links.clone_from(&real.links);
    }
    plan.network_id.clone_from(&real.network_id);
    plan.ipv4 = plan.ipv4.or(real.ipv4);
    plan.ipv6 = plan.ipv6.or(real.ipv6);
    if plan.mac.is_none() {
        plan.mac.clone_from(&real.mac);
    }
    // The engine puts the host name among the names that it answers for.
    let answers = real.dns_names.iter().any(|name| name == hostname);
    if answers && !plan.aliases.iter().any(|alias| alias == hostname) {
        plan.dns_names.push(hostname.to_owned());
    }
}

/// The ports that are published as the plan asks, and those it asks for in vain.
fn published(
    requested: &[RequestedPort],
    real: &[PublishedPort],
    on_host: bool,
) -> Vec<PublishedPort> {
    let mut by_port: BTreeMap<(u16, Protocol, Option<u16>), Vec<&PublishedPort>> = BTreeMap::new();
    for port in real {
        by_port.entry((port.port, port.protocol, port.host_port)).or_default().push(port);
    }
    let mut published = Vec::new();
    // What is asked for twice is the same.
    for asked in requested.iter().filter(|_| !on_host).into_set() {
        let at = |host_port| (asked.port, asked.protocol, host_port);
        let (first, last) = asked.host_port.bounds();
        let in_range = by_port.range(at(Some(first))..=at(Some(last)));
        // On a routed network no port of the host is taken, whichever was asked for.
        let granted = in_range.chain(by_port.get_key_value(&at(None))).flat_map(|(_, ports)| ports);
        let before = published.len();
        published.extend(granted.filter(|port| is_on(asked, port)).map(|port| (*port).clone()));
        if published.len() == before {
            published.extend(asked.granted(asked.host_port.one()));
        }
    }
    published.order();
    published.dedup();
    published
}

/// Whether a published port is on the addresses of the host that were asked for.
fn is_on(asked: &RequestedPort, port: &PublishedPort) -> bool {
    match asked.host_ip {
        Some(ip) if !ip.is_unspecified() => ip == port.host_ip,
        _ => port.is_on_every_address(),
    }
}

fn fill_network(plan: &mut Network, real: &Network) {
    if plan.unlisted || plan.is_built_in() {
        // Made elsewhere: the plan knows its name and nothing else.
        plan.clone_from(real);
        return;
    }
    plan.id.clone_from(&real.id);
    if plan.subnets.is_empty() {
        plan.subnets.clone_from(&real.subnets);
    }
    for subnet in &mut plan.subnets {
        let there = real.subnets.iter().find(|there| there.subnet == subnet.subnet);
        subnet.gateway = subnet.gateway.or_else(|| there.and_then(|there| there.gateway));
    }
    // Compose 1 makes every network attachable.
    let by_compose_1 =
        real.labels.get(label::COMPOSE_VERSION).is_some_and(|version| version.starts_with("1."));
    if by_compose_1 {
        plan.attachable = real.attachable;
    }
    // Newer engines add options of their own to those that were given.
    for (key, value) in &real.options {
        plan.options.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::diff;

    const PLAN: &str = r#"{"schema":"netmap/1","plan":{"project":"shop","files":["c"],"places":{}},
        "networks":[{"name":"shop_front","id":"","driver":"bridge"},
            {"name":"edge","id":"","driver":"external","unlisted":true}],
        "containers":[{"name":"shop-web-1","id":"","image":"web:1","state":"planned","network_mode":"shop_front",
            "endpoints":[{"network":"shop_front","aliases":["web"]},{"network":"edge","aliases":["web"]}],
            "requested":[{"port":80,"host_port":"8000-8010"},{"port":81,"host_ip":"127.0.0.1","host_port":"81"}],
            "references":[{"origin":"environment","variable":"DB","host":"db","port":5432},{"origin":"compose","variable":"depends_on","host":"db"}],
            "project":"shop","service":"web","replica":1},
         {"name":"shop-sidecar-1","id":"","image":"r","state":"planned","network_mode":"container:shop-web-1",
            "project":"shop","service":"sidecar","replica":1}]}"#;

    const RUNNING: &str = r#"{"schema":"netmap/1","engine":{"name":"Docker"},
        "networks":[{"name":"shop_front","id":"f1","driver":"bridge","subnets":[{"subnet":"10.1.0.0/24"}],
                "project":"shop","options":{"com.docker.network.enable_ipv4":"true"}},
            {"name":"edge","id":"e1","driver":"overlay","attachable":true},
            {"name":"foreign","id":"x1","driver":"bridge"}],
        "containers":[{"name":"shop_web_1","id":"w1w1w1w1w1w1w1","image":"web:1","state":"running","network_mode":"shop_front","hostname":"w1w1w1w1w1w1",
            "endpoints":[{"network":"shop_front","network_id":"f1","ipv4":"10.1.0.2","aliases":["web","w1w1w1w1w1w1"]},
                {"network":"edge","network_id":"e1","ipv4":"10.2.0.2","aliases":["web"]}],
            "published":[{"port":80,"host_ip":"0.0.0.0","host_port":8003},{"port":81,"host_ip":"127.0.0.1","host_port":81}],
            "references":[{"origin":"environment","variable":"DB","host":"db","port":5432},{"origin":"environment","variable":"MIRROR","host":"deb.example"}],
            "project":"shop","service":"web","replica":1},
         {"name":"shop_sidecar_1","id":"r1r1r1r1r1r1r1","image":"r","state":"running","network_mode":"container:w1w1w1w1w1w1w1",
            "project":"shop","service":"sidecar","replica":1},
         {"name":"neighbour","id":"n1","image":"n","state":"running"}]}"#;

    fn differences(running: &str) -> Vec<String> {
        let read = |text: &str| Snapshot::read(text.as_bytes()).expect("a snapshot");
        let (plan, running) = comparable(&read(PLAN), &read(running));
        let difference = diff(&plan, &running);
        difference
            .telling()
            .map(|change| {
                let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".to_owned());
                let (before, after) = (side(&change.before), side(&change.after));
                format!("{} {}: {before} → {after}", change.name, change.field)
            })
            .collect()
    }

    #[test]
    fn a_plan_that_was_carried_out_differs_in_nothing() {
        assert_eq!(differences(RUNNING), Vec::<String>::new());
    }

    #[test]
    fn an_image_is_the_same_under_its_full_name() {
        for (planned, real) in [
            ("redis", "docker.io/library/redis:latest"),
            ("redis:7", "docker.io/library/redis:7"),
            ("redis@sha256:0", "docker.io/library/redis@sha256:0"),
            ("shop/web", "docker.io/shop/web:latest"),
            ("shop_web", "docker.io/library/shop-web:latest"),
            ("registry:5000/web", "registry:5000/web:latest"),
        ] {
            assert!(is_same_image(planned, real), "{planned}, {real}");
        }
        for (planned, real) in [
            ("redis", "docker.io/library/redis:7"),
            ("redis", "localhost/redis:latest"),
            ("redis", "docker.io/shop/redis:latest"),
            ("shop/web", "shop.example/web"),
            ("registry:5000/web", "web:latest"),
        ] {
            assert!(!is_same_image(planned, real), "{planned}, {real}");
        }
    }

    #[test]
    fn what_runs_otherwise_than_written_is_told() {
        let changed = RUNNING
            .replace(
                r#""host_ip":"127.0.0.1","host_port":81"#,
                r#""host_ip":"0.0.0.0","host_port":81"#,
            )
            .replace(r#""image":"r","state":"running""#, r#""image":"r:2","state":"exited""#)
            .replace(r#""variable":"DB","host":"db""#, r#""variable":"DB","host":"old-db""#)
            .replace(
                r#"{"name":"neighbour","id":"n1""#,
                r#"{"name":"shop-extra-1","project":"shop","service":"extra","id":"n1""#,
            )
            .replace(
                r#""driver":"bridge","subnets""#,
                r#""driver":"bridge","internal":true,"subnets""#,
            );
        assert_eq!(
            differences(&changed),
            [
                "shop-extra-1 : – → n, running",
                "shop_web_1 : – → *:81 → 81",
                "shop_web_1 : 127.0.0.1:81 → 81 → –",
                "shop_front internal: no → yes",
                "shop_sidecar_1 image: r → r:2",
                "shop_web_1 dials: db:5432 (DB) → old-db:5432 (DB)",
                "shop_sidecar_1 : running → exited",
            ]
        );
    }
}
