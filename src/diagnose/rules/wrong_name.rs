//! A name that nobody has.

use crate::diagnose::{
    Case, Edge, Judgement, Meaning, Obstacle, Rule, Sight, advise, advise_name, beside,
    network_called, owned,
};
use crate::model::words::few;
use crate::model::{
    ContainerAt, Driver, Evidence, Finding, LogError, LogErrorKind, Reference, Severity, reference,
};

/// See `netmap explain wrong-name`.
pub const RULE: Rule = Rule {
    name: "wrong-name",
    severity: Severity::Error,
    summary: "a container dials a name that nothing on its networks has",
    meaning: "On a network of your own a container answers to its name, its compose service and \
        its aliases, and to nothing else: not to its image, not to the names it has on other \
        networks.",
    seen: "A name without dots is dialled, no container has it on the networks of the one that \
        dials, and the log says that it was not found, or a name there is very close to it. Or the \
        log says so of a name whose end is a container's: `bucket.minio`, or whose beginning is and whose \
        domain is nobody's in the internet: `db.lan`. Or that domain is a Kubernetes cluster's: \
        `db.default.svc.cluster.local`. Or it is the name of a network. \
        Or it stands in a list with others that are there: most clients then go on with those, and it is a \
        warning.",
    example: "`getaddrinfo ENOTFOUND databse`, `bad address 'postgres'`, `ENOTFOUND uploads.minio`",
    fix: "Use the name that is there, or give the container this one as an alias: \
        `docker network connect --alias NAME NETWORK CONTAINER`.",
    mistaken_for: "A container that has the name and does not run (target-down), or is on another \
        network (no-shared-network). With a dead name server outside, a wrong name looks like \
        `EAI_AGAIN` or a long wait.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::WrongName(suggestion)
            if (is_sure(edge, suggestion.as_deref())
                || is_never_found(case, edge)
                || is_one_of_peers(case, edge)
                || is_a_network(case, edge)
                || (case.stranger(edge).is_some() && case.fails_over(edge)))
                && !is_missing_service(case, edge)
                && !may_be_a_hostname(case, edge) =>
        {
            Some((edge.host.clone(), suggestion.clone()))
        }
        _ => None,
    });
    let below = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::BelowName(peer) => Some((*peer, edge.host.clone(), Part::Behind)),
        Obstacle::AboveName(peer) => Some((*peer, edge.host.clone(), Part::First)),
        _ => None,
    });
    let below = below
        .into_iter()
        .map(|((peer, host, part), edges)| part_of_name(case, peer, &host, part, &edges));
    let of_nobody = groups.into_iter().map(|((host, suggestion), edges)| {
        let clients = case.clients(&edges);
        let verb = if clients.len() == 1 { "dials" } else { "dial" };
        let mut finding = RULE.finding(
            clients.iter().copied(),
            format!("{} {verb} `{host}`, a name that nothing there has", few(&clients)),
        );
        let stranger = edges.iter().find_map(|edge| case.stranger(edge));
        let stranger = stranger.filter(|_| suggestion.is_none());
        // A log may end before it says why.
        let stops = |edge: &&Edge| {
            let is_cut_off = || case.trouble_that_goes_on(edge.from).is_some();
            case.has_crashed(edge.from)
                || (edge.fails_as(LogErrorKind::NameNotFound) && !goes_on_without(case, edge))
                || (stranger.is_some() && case.fails_over(edge) && is_cut_off())
        };
        if !edges.iter().any(stops) {
            finding.severity = Severity::Warning;
        }
        finding.evidence = case.signs(&edges);
        let from = edges[0].from;
        let networks = case.network_names(from);
        let meant = edges[0].container();
        let other = || case.of_strangers(from, &host).filter(|_| suggestion.is_none());
        if let Some(at) = meant.or(stranger).or_else(other) {
            finding.subjects.push(case.name(at).to_owned());
            finding.evidence.push(nowhere_here(case, at, from));
        } else if !networks.is_empty() {
            let (name, networks) = (host.to_string(), owned(&networks));
            finding.evidence.push(Evidence::NobodyCalled { name, networks });
        }
        if network_called(case, &host, from).is_some() {
            let text = "It is the name of the network, which nothing answers to";
            finding.evidence.push(Evidence::Remark { text });
        }
        if edges.iter().all(|edge| is_one_of_peers(case, edge)) {
            let text = "The others of the list are there";
            finding.evidence.push(Evidence::Remark { text });
        }
        if reference::is_container_id(&host) {
            let text = "It looks like the id of a container, and each new container has another";
            finding.evidence.push(Evidence::Remark { text });
        }
        finding.fix = match &suggestion {
            Some(name) => {
                finding.evidence.push(if name == "localhost" {
                    let text = "The two share one network stack, and meet on localhost";
                    Evidence::Remark { text }
                } else {
                    Evidence::NameThere { name: name.clone() }
                });
                case.redial_each(&edges, |edge| (name.clone(), case.port_at(edge, name)))
            }
            None => {
                let mut listed = edges.iter().filter(|edge| is_one_of_peers(case, edge));
                let strike = listed.next().and_then(|edge| {
                    let place = edge.configured().min()?.place();
                    let client = case.called(edge.from);
                    Some(advise(format!(
                        "take {host} out of {place} of {client}, unless it is to come"
                    )))
                });
                let named = match stranger {
                    Some(at) => case.meet_stranger(at, &edges, &host),
                    None => advise_name(case, &host, from),
                };
                strike.into_iter().chain(named).collect()
            }
        };
        finding
    });
    Judgement::of(of_nobody.chain(below))
}

/// Why a name that a container has leads nowhere where another one is.
fn nowhere_here(case: &Case, at: ContainerAt, from: ContainerAt) -> Evidence {
    if case.map.stack(at).is_some_and(|stack| stack != at) {
        let text = "Who uses another container's network has no name of its own there";
        return Evidence::Remark { text };
    }
    let (container, client) = (case.name(at).to_owned(), case.name(from).to_owned());
    Evidence::CalledElsewhere { container, client }
}

/// Which part of a name, at its first dot, is a container's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    First,
    Behind,
}

/// A name that has something before that of a container, or behind it.
fn part_of_name(
    case: &Case,
    peer: ContainerAt,
    host: &str,
    part: Part,
    edges: &[&Edge],
) -> Finding {
    let (clients, peer_name) = (case.clients(edges), case.name(peer));
    let verb = if clients.len() == 1 { "dials" } else { "dial" };
    let mut finding = RULE.finding(
        clients.iter().copied().chain([peer_name]),
        format!(
            "{} {verb} `{host}`, and only what is {} its first dot is a name there",
            few(&clients),
            match part {
                Part::First => "before",
                Part::Behind => "behind",
            }
        ),
    );
    // It is written there, and nobody has been seen to dial it.
    if edges.iter().all(|edge| edge.logged().next().is_none()) {
        finding.severity = Severity::Warning;
    }
    finding.evidence = case.signs(edges);
    let networks = owned(&case.network_names(edges[0].from));
    finding.evidence.push(Evidence::NobodyCalled { name: host.to_owned(), networks });
    let (first, behind) = host.split_once('.').unwrap_or((host, host));
    let name = match part {
        Part::First => first,
        Part::Behind => behind,
    };
    finding.evidence.push(Evidence::NameThere { name: name.to_owned() });
    finding.fix = match part {
        Part::First => case.redial_each(edges, |edge| (name.to_owned(), edge.port)),
        Part::Behind => edges.iter().flat_map(|edge| case.dial_name_itself(edge, peer)).collect(),
    };
    finding
}

/// Whether compose files want a service of that name which they lack: that is told
/// of the files, of which there may be more.
fn is_missing_service(case: &Case, edge: &Edge) -> bool {
    let faults = case.map.snapshot().plan.iter().flat_map(|plan| &plan.faults);
    let mut services = faults.filter_map(|fault| fault.path.split_once(".depends_on."));
    services.any(|(_, service)| service.eq_ignore_ascii_case(&edge.host))
}

/// Whether a name is the `hostname` of a neighbour that is planned: engines from 25 on
/// answer for it, and older ones do not.
fn may_be_a_hostname(case: &Case, edge: &Edge) -> bool {
    let members = case.joined(edge.from).flat_map(|network| case.map.members(network));
    let mut hostnames = members.map(|at| case.container(*at).hostname.as_str());
    case.is_planned() && hostnames.any(|hostname| hostname.eq_ignore_ascii_case(&edge.host))
}

/// Whether a name stands in a list with others that lead to containers, where no
/// stranger could answer to it.
fn is_one_of_peers(case: &Case, edge: &Edge) -> bool {
    let is_known = |at| {
        let network = case.network(at);
        network.driver == Driver::Bridge && !network.unlisted
    };
    let leads = |other: &Reference| {
        let peer = case.resolved(edge.from, &other.host);
        peer.is_some_and(|peer| peer != edge.from)
    };
    edge.configured().any(|reference| reference.is_listed)
        && edge.target == Meaning::NobodysName
        && case.joined(edge.from).all(is_known)
        && beside(case, edge).any(|other| other.is_listed && leads(other))
}

/// Whether somebody wrote the name of the client's network for that of a container on it.
fn is_a_network(case: &Case, edge: &Edge) -> bool {
    edge.is_configured()
        && edge.target == Meaning::NobodysName
        && network_called(case, &edge.host, edge.from).is_some()
}

/// Whether a client of a list gets on with the others. What it waits for must all
/// be there.
fn goes_on_without(case: &Case, edge: &Edge) -> bool {
    let waits = |reference: &Reference| {
        reference.variable.as_deref().is_some_and(|name| name.to_ascii_uppercase().contains("WAIT"))
    };
    is_one_of_peers(case, edge) && !edge.configured().any(waits)
}

/// Whether a name that nobody has gets no answer again and again: the name server outside
/// that is asked for it then is silent. One of a search domain may be a machine's.
fn is_never_found(case: &Case, edge: &Edge) -> bool {
    let goes_on = |error: &LogError| {
        error.kind == LogErrorKind::Timeout && case.goes_on(edge.from, &error.repeated)
    };
    let has_domain = || case.seen(edge.from).is_none_or(|seen| !seen.search.is_empty());
    edge.target == Meaning::NobodysName && edge.logged().any(goes_on) && !has_domain()
}

/// Without a failure or a name close by, a foreign name may be answered for
/// by somebody outside.
fn is_sure(edge: &Edge, suggestion: Option<&str>) -> bool {
    let known = matches!(edge.target, Meaning::Named(_));
    let not_found = edge.fails_as(LogErrorKind::NameNotFound);
    known || not_found || (suggestion.is_some() && edge.is_configured())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::{Action, Evidence, Snapshot};

    /// What is found of app, which was told that there is no such name, beside db of the
    /// Compose project shop, on a network with so many replicas of it: the finding, and
    /// the name that is said to be there.
    fn found(host: &str, replicas: u32) -> Vec<(String, String)> {
        found_by("name-not-found", host, replicas)
    }

    /// The same where the log says something else of it.
    fn found_by(error: &str, host: &str, replicas: u32) -> Vec<(String, String)> {
        let compose = |service: &str, number: u32| {
            json!({"name": format!("shop-{service}-{number}"), "id": format!("{service}{number}"),
                "state": "running",
                "project": "shop", "service": service, "replica": number,
                "endpoints": [{"network": "n", "network_id": "n", "aliases": [service],
                    "ipv4": format!("10.0.{}.{number}", service.len())}]})
        };
        let mut containers: Vec<Value> = (1..=replicas).map(|n| compose("db", n)).collect();
        containers.push(compose("app", 1));
        let snapshot = json!({
            "schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/16"}]}],
            "containers": containers,
            "observations": [{"container": "shop-app-1", "id": "app1",
                "at": "2026-05-01T10:00:42Z", "log_errors": [
                    {"kind": error, "host": host, "port": 5432, "count": 9,
                     "first": "2026-05-01T10:00:00Z", "last": "2026-05-01T10:00:40Z"}]}],
        });
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let diagnosis = diagnose(&Map::new(&snapshot), None, |rule| rule.name == super::RULE.name);
        let told = |finding: crate::model::Finding| {
            let there = finding.evidence.iter().find_map(|evidence| match evidence {
                Evidence::NameThere { name } => Some(name.clone()),
                _ => None,
            });
            (finding.summary, there.unwrap_or_default())
        };
        diagnosis.findings.into_iter().map(told).collect()
    }

    #[test]
    fn something_before_the_name_of_a_container() {
        let [(summary, there)] = &found("uploads.db", 1)[..] else { panic!("one finding") };
        assert!(summary.ends_with("only what is behind its first dot is a name there"));
        assert_eq!(there, "db");
        assert!(found("uploads.example.com", 1).is_empty());
        // `db` on the network `n`.
        assert!(found("db.n", 1).is_empty());
    }

    #[test]
    fn a_domain_of_another_place_behind_the_name_of_a_container() {
        for host in ["db.default.svc.cluster.local", "db.internal", "DB.lan", "db.local."] {
            let [(summary, there)] = &found(host, 1)[..] else { panic!("one finding: {host}") };
            assert!(summary.ends_with("only what is before its first dot is a name there"));
            assert!(there.eq_ignore_ascii_case("db"), "{there}");
        }
        // Somebody else's, whatever its first part.
        for host in ["db.example.com", "cache.internal", "db.localhost"] {
            assert!(found(host, 1).is_empty(), "{host}");
        }
    }

    #[test]
    fn a_name_of_a_cluster_is_known_without_an_answer() {
        for host in ["db.default.svc.cluster.local", "db.shop.svc", "DB.shop.svc.Cluster.Local."] {
            assert_eq!(found_by("timeout", host, 1).len(), 1, "{host}");
        }
        for host in ["db.internal", "db.example.com", "cache.shop.svc"] {
            assert!(found_by("timeout", host, 1).is_empty(), "{host}");
        }
    }

    #[test]
    fn a_name_that_compose_made_up_gives_way_to_the_service_s() {
        let there = |replicas| found("shop_db_1", replicas).remove(0).1;
        assert_eq!(there(1), "db");
        // Which of several is meant only their own names tell.
        assert_eq!(there(2), "shop-db-1");
    }

    /// What is found of app, whose setting names these hosts, beside es-1 and es-2; with
    /// what its log says and what else is known of it.
    fn listed(
        variable: &str,
        hosts: &[&str],
        is_listed: bool,
        said: &Value,
        more: &Value,
    ) -> String {
        let container = |name: &str, end: u8| {
            json!({"name": name, "id": name, "image": name, "state": "running", "endpoints": [
                {"network": "n", "network_id": "n", "ipv4": format!("10.0.0.{end}")}]})
        };
        let reference = |host: &&str| {
            json!({"origin": "environment", "variable": variable, "host": host, "port": 9200,
                "is_listed": is_listed})
        };
        let mut app = container("app", 4);
        app["references"] = hosts.iter().map(reference).collect();
        app.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let snapshot = json!({
            "schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/16"}]}],
            "containers": [container("es-1", 2), container("es-2", 3), app],
            "observations": [{"container": "app", "id": "app", "at": "2026-05-01T10:00:42Z",
                "log_errors": said}],
        });
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let diagnosis = diagnose(&Map::new(&snapshot), None, |rule| rule.name == super::RULE.name);
        let told = |finding: crate::model::Finding| {
            let fix = match &finding.fix[0].action {
                Action::Advise { advice } => advice.clone(),
                other => format!("{other:?}"),
            };
            format!("{:?} {}: {fix}", finding.severity, finding.summary)
        };
        diagnosis.findings.into_iter().map(told).collect()
    }

    #[test]
    fn a_name_of_nobody_is_brought_up_or_another_one_dialled() {
        let advised = |project: Option<&str>, others: &[&str]| {
            let container = |name: &str| {
                json!({"name": name, "id": name, "state": "running", "project": project,
                    "service": project.map(|_| name.rsplit('-').next()),
                    "endpoints": [{"network": "n", "network_id": "n", "ipv4": "10.0.0.2",
                        "aliases": [name.rsplit('-').next()]}]})
            };
            let all: Vec<Value> =
                others.iter().chain(&["app"]).map(|name| container(name)).collect();
            let snapshot = json!({
                "schema": "netmap/1",
                "networks": [{"name": "n", "id": "n", "driver": "bridge",
                    "subnets": [{"subnet": "10.0.0.0/16"}]}],
                "containers": all,
                "observations": [{"container": "app", "id": "app", "at": "2026-05-01T10:00:42Z",
                    "log_errors": [{"kind": "name-not-found", "host": "meili", "port": 7700,
                        "count": 9, "last": "2026-05-01T10:00:40Z"}]}],
            });
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let mut findings = diagnose(&Map::new(&snapshot), None, only).findings;
            let fix = findings.remove(0).fix.into_iter();
            let advice = fix.map(|step| match step.action {
                Action::Advise { advice } => advice,
                other => format!("{other:?}"),
            });
            advice.collect::<Vec<String>>()
        };
        let start = "if who is meant does not run yet, start it on n, under the name meili";
        assert_eq!(advised(None, &[]), [start]);
        let one = "if db is meant, let app use that name";
        assert_eq!(advised(None, &["db"]), [start, one]);
        let up = "if meili is a service of the project shop, bring it up";
        let others = "if one of cache and db is meant, let app use its name";
        assert_eq!(advised(Some("shop"), &["shop-db", "shop-cache"]), [up, others]);
    }

    #[test]
    fn a_wrong_name_in_a_list_of_which_others_are_there() {
        let (none, ok) = (json!([]), json!({}));
        let hosts = ["es-1", "es-2", "search"];
        let not_found = json!([{"kind": "name-not-found", "host": "search", "count": 3,
            "last": "2026-05-01T10:00:40Z"}]);
        let dead = json!({"state": "exited", "exit_code": 1});
        let said = "app dials `search`, a name that nothing there has";
        let warning =
            format!("Warning {said}: take search out of ES_HOSTS of app, unless it is to come");
        assert_eq!(listed("ES_HOSTS", &hosts, true, &none, &ok), warning);
        assert_eq!(listed("ES_HOSTS", &hosts, true, &not_found, &ok), warning, "it goes on");
        let error = listed("ES_HOSTS", &hosts, true, &not_found, &dead);
        assert!(error.starts_with(&format!("Error {said}")), "{error}");
        let waits = listed("WAIT_HOSTS", &hosts, true, &not_found, &ok);
        assert!(waits.starts_with(&format!("Error {said}")), "{waits}");
        // One that is like the name of a third, which is not in the list.
        let near = listed("ES_HOSTS", &["es-1", "es-3"], true, &none, &ok);
        assert!(near.contains("Warning app dials `es-3`") && near.contains("es-2"), "{near}");
        // No list, or one of which nobody is here.
        assert_eq!(listed("ES_HOSTS", &hosts, false, &none, &ok), "");
        assert_eq!(listed("ES_HOSTS", &["search", "find"], true, &none, &ok), "");
        assert_eq!(listed("ES_HOSTS", &["es-1", "search.example.com"], true, &none, &ok), "");
    }
}
