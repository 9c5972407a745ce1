//! Which networks of a grid belong together: those that have members in
//! common, and of those the ones of one compose project. Networks without
//! members in common in one grid would be a diagonal of addresses and nothing
//! else.

use std::collections::{BTreeMap, BTreeSet};

use super::style::width;
use super::view::View;
use crate::model::NetworkAt;
use crate::order::{OrderBy, Ordered};

/// Columns between two parts that stand side by side.
const GAP: usize = 4;

/// Narrower than this, parts stand below one another.
const WIDE: usize = 120;

/// Networks that belong together.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// The networks, in display order.
    pub networks: Vec<NetworkAt>,
    /// The project that they are of, where there are several in the view.
    pub project: Option<String>,
}

/// The parts of what is shown, in the order of their first networks. What is of no
/// project comes after all that is of some: between them it would look like theirs.
pub fn parts(view: &View, networks: &[NetworkAt]) -> Vec<Part> {
    let projects: BTreeSet<&str> =
        networks.iter().filter_map(|at| view.network(*at).project.as_deref()).into_set();
    let several = projects.len() > 1;
    let mut parts: Vec<Part> = Vec::new();
    for together in connected(view, networks) {
        // A project's networks stand together, whoever joins them to others.
        let mut by_project: BTreeMap<Option<&str>, Vec<NetworkAt>> = BTreeMap::new();
        for at in &together {
            let project = view.network(*at).project.as_deref().filter(|_| several);
            by_project.entry(project).or_default().push(*at);
        }
        for (project, networks) in by_project {
            parts.extend(
                connected(view, &networks)
                    .into_iter()
                    .map(|networks| Part { networks, project: project.map(str::to_owned) }),
            );
        }
    }
    let places = places(networks);
    let place = |part: &Part| part.networks.first().map(|at| places[at]);
    // Those of one project follow one another.
    let mut first_of: BTreeMap<String, Option<usize>> = BTreeMap::new();
    parts.order_by_key(place);
    for part in &parts {
        if let Some(project) = &part.project {
            first_of.entry(project.clone()).or_insert_with(|| place(part));
        }
    }
    parts.order_by_key(|part| match &part.project {
        Some(project) => (false, first_of[project]),
        None => (true, place(part)),
    });
    parts
}

/// The place of each network in display order.
fn places(networks: &[NetworkAt]) -> BTreeMap<NetworkAt, usize> {
    networks.iter().enumerate().map(|(place, at)| (*at, place)).into_map()
}

/// The networks in groups that have no shown member in common.
fn connected(view: &View, networks: &[NetworkAt]) -> Vec<Vec<NetworkAt>> {
    view.map.joined_networks(networks, |member| view.shows(member))
}

/// The texts below one another, with an empty line before each; on a wide
/// terminal as many side by side as fit.
pub fn laid_out(texts: &[String], available: usize, is_terminal: bool) -> String {
    let may_stand_beside = is_terminal && available >= WIDE;
    let mut laid_out = String::new();
    let mut rest = texts;
    while let Some(first) = rest.first() {
        let mut used = width(first);
        let mut beside = 1;
        while let Some(next) = rest.get(beside).filter(|_| may_stand_beside) {
            let next = width(next);
            if used + GAP + next > available {
                break;
            }
            used += GAP + next;
            beside += 1;
        }
        laid_out.push('\n');
        laid_out.push_str(&side_by_side(&rest[..beside]));
        rest = &rest[beside..];
    }
    laid_out
}

fn side_by_side(texts: &[String]) -> String {
    if let [only] = texts {
        return only.clone();
    }
    let widths: Vec<usize> = texts.iter().map(|text| width(text)).collect();
    let columns: Vec<Vec<&str>> = texts.iter().map(|text| text.lines().collect()).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or_default();
    let mut laid_out = String::new();
    for at in 0..height {
        let mut line = String::new();
        for (column, wide) in columns.iter().zip(&widths) {
            let cell = column.get(at).copied().unwrap_or_default();
            line.push_str(cell);
            line.push_str(&" ".repeat(wide - width(cell) + GAP));
        }
        laid_out.push_str(line.trim_end());
        laid_out.push('\n');
    }
    laid_out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Filter, Map};
    use crate::model::Snapshot;

    fn parts_of(networks: serde_json::Value, containers: serde_json::Value) -> Vec<String> {
        let text = serde_json::json!({"schema": "netmap/1", "engine": {"name": "Docker", "version": "26"},
            "networks": networks, "containers": containers});
        let snapshot = Snapshot::read(text.to_string().as_bytes()).expect("a snapshot");
        let map = Map::new(&snapshot);
        let all = map.select(&Filter::default()).expect("everything");
        let view = View::new(&map, &all, None);
        let named = |part: &Part| {
            let names: Vec<&str> =
                part.networks.iter().map(|at| view.network(*at).name.as_str()).collect();
            format!("{}:{}", part.project.as_deref().unwrap_or("-"), names.join("+"))
        };
        parts(&view, &view.used_networks()).iter().map(named).collect()
    }

    fn network(name: &str, project: Option<&str>) -> serde_json::Value {
        serde_json::json!({"name": name, "id": name, "driver": "bridge", "project": project})
    }

    fn container(name: &str, on: &[&str]) -> serde_json::Value {
        let endpoints: Vec<_> = on
            .iter()
            .map(|network| serde_json::json!({"network": network, "network_id": network, "ipv4": "10.0.0.2"}))
            .collect();
        serde_json::json!({"name": name, "id": name, "state": "running", "endpoints": endpoints})
    }

    #[test]
    fn networks_without_members_in_common_are_parts() {
        let networks = ["a", "b", "c", "d"].map(|name| network(name, None));
        let containers =
            [container("ab", &["a", "b"]), container("c1", &["c"]), container("d1", &["d"])];
        let parts = parts_of(networks.into_iter().collect(), containers.into_iter().collect());
        assert_eq!(parts.len(), 3, "{parts:?}");
        assert!(parts.contains(&"-:a+b".to_owned()), "{parts:?}");
    }

    #[test]
    fn projects_are_parts_although_a_proxy_joins_them() {
        let networks = [
            network("edge", None),
            network("blog", Some("blog")),
            network("blog-db", Some("blog")),
            network("shop", Some("shop")),
        ];
        let containers = [
            container("proxy", &["edge"]),
            container("blog-web", &["edge", "blog", "blog-db"]),
            container("shop-web", &["edge", "shop"]),
        ];
        let parts = parts_of(networks.into_iter().collect(), containers.into_iter().collect());
        assert_eq!(parts.len(), 3, "{parts:?}");
        // Between two projects it would look like the first one's.
        assert_eq!(parts.last().map(String::as_str), Some("-:edge"), "{parts:?}");
        assert!(parts.iter().any(|part| part.starts_with("blog:") && part.len() > 12), "{parts:?}");
        // Alone on the map, a project needs no name of its own.
        let alone = [network("edge", None), network("blog", Some("blog"))];
        let container = [container("web", &["edge", "blog"])];
        let parts = parts_of(alone.into_iter().collect(), container.into_iter().collect());
        assert_eq!(parts.len(), 1, "{parts:?}");
    }

    #[test]
    fn a_wide_terminal_has_them_side_by_side() {
        let texts = ["a 1\nb 2\n".to_owned(), "longer line\n".to_owned(), "x\n".to_owned()];
        let wide = laid_out(&texts, 160, true);
        assert_eq!(wide, "\na 1    longer line    x\nb 2\n");
        let below = "\na 1\nb 2\n\nlonger line\n\nx\n";
        assert_eq!(laid_out(&texts, 80, true), below);
        assert_eq!(laid_out(&texts, 30_000, false), below);
    }
}
