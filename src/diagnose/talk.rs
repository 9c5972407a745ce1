//! Who talks to whom, as a picture shows it: the wanted edges between two
//! containers, what proxies are told by labels, and, apart from these, what
//! waits for what at its start.

use std::collections::BTreeMap;

use super::case::Case;
use super::in_the_way::Obstacle;
use super::on_the_wire;
use super::wanted::Edge;
use crate::graph::{Comparison, Map};
use crate::model::keys::label;
use crate::model::{Container, ContainerAt, Seen, Talk, TalkBasis, TalkVerdict, is_proxy_port};
use crate::order::OrderBy;

/// Who talks to whom, each pair and port once, in the order of the containers:
/// what the setup says, and what flows tell where somebody looked at the wire. A
/// measurement outranks what the setup says of a way.
///
/// # Examples
///
/// ```
/// use netmap::diagnose::talks;
/// use netmap::graph::Map;
/// use netmap::model::TalkVerdict;
///
/// let snapshot = netmap::sample::read("no-shared-network")?;
/// let talks = talks(&Map::new(&snapshot), None);
/// assert!(talks.iter().any(|talk| talk.verdict == TalkVerdict::Blocked));
/// # Ok::<(), netmap::error::Error>(())
/// ```
pub fn talks(map: &Map, comparison: Option<&Comparison>) -> Vec<Talk> {
    let mut talks = told(map, comparison);
    on_the_wire::look(map, &mut talks);
    talks
}

/// What the setup says of who talks to whom.
fn told(map: &Map, comparison: Option<&Comparison>) -> Vec<Talk> {
    // Who names nobody talks to nobody; a large setup need not be looked through.
    if !map.containers().any(|at| names_somebody(map.container(at))) {
        return Vec::new();
    }
    let case = Case::new(map, comparison);
    let measured = measured(comparison);
    let mut talks: BTreeMap<(ContainerAt, ContainerAt, Option<u16>), Talk> = BTreeMap::new();
    let mut add = |talk: Talk| {
        let known = talks.entry((talk.from, talk.to, talk.port)).or_insert(talk);
        known.basis = known.basis.min(talk.basis);
        known.verdict = known.verdict.min(talk.verdict);
    };
    for (edge, obstacle) in case.edges() {
        let Some((to, port)) = other_end(&case, edge, obstacle) else { continue };
        let verdict = match obstacle {
            Some(obstacle) if is_in_the_way(obstacle) => TalkVerdict::Blocked,
            _ => TalkVerdict::Unknown,
        };
        let verdict = measured.get(&(edge.from, to, port)).copied().unwrap_or(verdict);
        let (basis, seen) = (TalkBasis::Configured, Seen::NotLooked);
        add(Talk { from: edge.from, to, port, basis, seen, verdict });
    }
    proxied(&case).for_each(&mut add);
    let known: Vec<(ContainerAt, ContainerAt)> =
        talks.keys().map(|(from, to, _)| (*from, *to)).collect();
    let mut talks: Vec<Talk> = talks.into_values().collect();
    // What is known to talk needs no start order to say so.
    talks.extend(awaited(&case).filter(|talk| known.binary_search(&(talk.from, talk.to)).is_err()));
    talks.order();
    talks.dedup();
    talks
}

/// Whether anything about a container could say whom it talks to.
fn names_somebody(container: &Container) -> bool {
    let by_label = |key: &String| key == label::DEPENDS_ON || key.starts_with("traefik.");
    !container.references.is_empty() || container.labels.keys().any(by_label)
}

/// The container at the other end of an edge that its configuration names,
/// and the port there.
fn other_end(
    case: &Case,
    edge: &Edge,
    obstacle: Option<&Obstacle>,
) -> Option<(ContainerAt, Option<u16>)> {
    if !edge.is_configured() {
        return None;
    }
    let to = match obstacle {
        Some(Obstacle::Localhost { peer, port, sure: true }) => (*peer, *port),
        Some(Obstacle::NotOnHost { peer, port }) => (*peer, Some(*port)),
        Some(
            Obstacle::Hairpin { peer, port, .. } | Obstacle::PublishedElsewhere { peer, port, .. },
        ) => (*peer, Some(*port)),
        // The name is nobody's, and there is one that is evidently meant.
        Some(Obstacle::WrongName(Some(name))) if edge.container().is_none() => {
            (case.resolved(edge.from, name)?, edge.port)
        }
        // One or the other answers, and only one of them has something to say.
        Some(Obstacle::Ambiguous(_)) => {
            (case.only_answering(edge).or(edge.container())?, edge.port)
        }
        _ => (edge.container()?, edge.port),
    };
    (to.0 != edge.from).then_some(to)
}

/// Whether an obstacle means that nothing gets through. What only may be
/// wrong, is wrong beyond the way there, or is over, does not.
pub(super) fn is_in_the_way(obstacle: &Obstacle) -> bool {
    !matches!(
        obstacle,
        Obstacle::Past
            | Obstacle::Unhealthy
            | Obstacle::Hung { given_up: false, .. }
            | Obstacle::Ambiguous(_)
            | Obstacle::HandsOut(_)
            | Obstacle::Hairpin { unknown: false, .. }
    )
}

/// What a probe came to, by who asked whom on which port.
fn measured(
    comparison: Option<&Comparison>,
) -> BTreeMap<(ContainerAt, ContainerAt, Option<u16>), TalkVerdict> {
    let mut measured = BTreeMap::new();
    for row in comparison.into_iter().flat_map(|comparison| &comparison.rows) {
        let Some(port) = row.measurement.attempt.port() else { continue };
        let verdict = match row.measurement.outcome.got_through() {
            Some(true) => TalkVerdict::Open,
            Some(false) => TalkVerdict::Blocked,
            None => continue,
        };
        // One way that is open is enough.
        let known = measured.entry((row.from, row.to, Some(port))).or_insert(verdict);
        *known = (*known).max(verdict.min(TalkVerdict::Open));
    }
    measured
}

/// What a proxy that reads labels is told to pass on.
fn proxied<'c>(case: &'c Case) -> impl Iterator<Item = Talk> + 'c {
    let proxies: Vec<ContainerAt> =
        case.containers().filter(|at| case.container(*at).reads_labels()).collect();
    let targets = case.containers().filter(|at| {
        let labels = &case.container(*at).labels;
        let is_on = labels.get(label::TRAEFIK_ENABLE).is_none_or(|value| value != "false");
        is_on && labels.keys().any(|key| key.starts_with("traefik."))
    });
    targets.flat_map(move |to| {
        let labels = &case.container(to).labels;
        let port = labels.iter().find_map(|(key, value)| {
            is_proxy_port(key).then(|| value.parse::<u16>().ok()).flatten()
        });
        let reaching = proxies
            .iter()
            .copied()
            .filter(move |proxy| *proxy != to && !case.map.shared_networks(*proxy, to).is_empty());
        let talk = move |from| {
            let (basis, verdict) = (TalkBasis::Configured, TalkVerdict::Unknown);
            Talk { from, to, port, basis, seen: Seen::NotLooked, verdict }
        };
        // One proxy asks; others that could are somebody else's.
        reaching.take(1).map(talk).collect::<Vec<_>>()
    })
}

/// What waits for what at its start: `db:service_healthy:true,cache:…`.
fn awaited<'c>(case: &'c Case) -> impl Iterator<Item = Talk> + 'c {
    case.containers().flat_map(move |from| {
        let label = case.container(from).labels.get(label::DEPENDS_ON);
        let services = label.map_or("", String::as_str).split(',');
        let names =
            services.filter_map(|one| one.split(':').next()).filter(|name| !name.is_empty());
        names.filter_map(move |name| {
            let to = case.own(from, name)?;
            let (basis, verdict) = (TalkBasis::Dependency, TalkVerdict::Unknown);
            Some(Talk { from, to, port: None, basis, seen: Seen::NotLooked, verdict })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Snapshot;

    fn container(name: &str, on: &str, more: &str) -> String {
        format!(
            r#"{{"name":"{name}","id":"{name}","state":"running","image":"{name}:1","hostname":"{name}",
                "project":"p","service":"{name}",
                "endpoints":[{{"network":"{on}","network_id":"{on}","ipv4":"10.0.0.2","aliases":["{name}"]}}]{more}}}"#
        )
    }

    fn said(containers: &[String]) -> Vec<String> {
        let text = format!(
            r#"{{"schema":"netmap/1","networks":[{{"name":"n","id":"n","driver":"bridge"}},
                {{"name":"m","id":"m","driver":"bridge"}}],"containers":[{}]}}"#,
            containers.join(",")
        );
        let snapshot = Snapshot::read(text.as_bytes()).unwrap();
        let map = Map::new(&snapshot);
        let name = |at| map.container(at).name.as_str();
        let word = |talk: Talk| {
            let port = talk.port.map_or("-".to_owned(), |port| port.to_string());
            let (basis, verdict) = (talk.basis.as_str(), talk.verdict.as_str());
            format!("{} {} {port} {basis} {verdict}", name(talk.from), name(talk.to))
        };
        talks(&map, None).into_iter().map(word).collect()
    }

    const TO_DB: &str =
        r#","references":[{"origin":"environment","variable":"DB","host":"db","port":5432}]"#;

    #[test]
    fn a_variable_says_who_talks_and_the_map_whether_there_is_a_way() {
        let web = container("web", "n", TO_DB);
        let near = said(&[web.clone(), container("db", "n", "")]);
        assert_eq!(near, ["web db 5432 configured unknown"]);
        let apart = said(&[web, container("db", "m", "")]);
        assert_eq!(apart, ["web db 5432 configured blocked"]);
    }

    #[test]
    fn a_health_check_and_what_leads_out_of_the_map_are_no_talk() {
        let check = r#","references":[{"origin":"health-check","host":"db","port":5432},
            {"origin":"environment","variable":"URL","host":"example.com","port":443}]"#;
        assert!(said(&[container("web", "n", check), container("db", "n", "")]).is_empty());
    }

    #[test]
    fn an_order_of_starts_is_told_only_of_who_is_not_known_to_talk() {
        let waits = r#","labels":{"com.docker.compose.depends_on":"db:service_healthy:true,cache:service_started:false"}"#;
        let web = container("web", "n", &format!("{TO_DB}{waits}"));
        let all = said(&[web, container("db", "n", ""), container("cache", "n", "")]);
        assert_eq!(all, ["web cache - dependency unknown", "web db 5432 configured unknown"]);
    }

    #[test]
    fn a_proxy_talks_to_what_its_labels_name() {
        let labels = |more: &str| {
            format!(
                r#","labels":{{"traefik.http.routers.a.rule":"(not kept)",
                "traefik.http.services.a.loadbalancer.server.port":"8080"{more}}}"#
            )
        };
        let traefik = || container("traefik", "n", "");
        let on = said(&[traefik(), container("web", "n", &labels(""))]);
        assert_eq!(on, ["traefik web 8080 configured unknown"]);
        let off = labels(r#","traefik.enable":"false""#);
        assert!(said(&[traefik(), container("web", "n", &off)]).is_empty());
        assert!(said(&[traefik(), container("web", "m", &labels(""))]).is_empty());
    }
}
