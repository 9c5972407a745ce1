//! What a program takes for a host, or for a port, is none.

use std::collections::BTreeSet;

use crate::diagnose::{
    Case, Edge, Judgement, Obstacle, Rule, Sight, advise, empty_for_host, is_for_host, misread,
    settled, urls_for_host,
};
use crate::model::words::few;
use crate::model::{
    Change, ContainerAt, Dialled, Evidence, Finding, Flaw, FlawedPort, Origin, Reference, Setting,
    Severity, Step,
};
use crate::order::{OrderBy, Ordered};

/// See `netmap explain malformed-host`.
pub const RULE: Rule = Rule {
    name: "malformed-host",
    severity: Severity::Error,
    summary: "what a container takes for a host or a port is none: quotes, a password, a word for nothing",
    meaning: "A program takes a variable's value as it is. Quotes, blanks and a carriage return around \
        it, a port or a scheme in it are part of the name that is looked up, and nothing has such \
        a name, and no port is such a number. An `@`, `#`, `/` or `?` in a password ends it, and \
        a part of it is taken for the host. `undefined`, `null` and `None` are what a language \
        writes for a variable that is not set.",
    seen: "The environment holds quotes or blanks around a host; or the log says that a name was not \
        found which holds a port or a scheme and stands in a variable named for a host, or is a \
        word for a value that is not set; or that a URL or a port is none, and the environment holds \
        such a one. The password itself goes nowhere.",
    example: "`getaddrinfo for db:3306 failed`, `getaddrinfo ENOTFOUND \"db\"`, `ENOTFOUND undefined`, \
        `could not translate host name \"ss@db\"`, `ERR_SOCKET_BAD_PORT`",
    fix: "Give the variable the host alone: `DB_HOST=db`, and the port by a variable of its own. Write \
        user and password of a URL percent-encoded: `%40` for `@`. \
        `docker run --env-file` keeps quotes, other than Compose.",
    mistaken_for: "A wrong name: the name is right, and more than the name is looked up.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        // What was dialled instead may be half of a password.
        Obstacle::Malformed(flaw) => Some((
            edge.from,
            *flaw,
            match misread(case, edge) {
                Some(setting) => setting.host.clone(),
                None => edge.host.to_string(),
            },
        )),
        _ => None,
    });
    let told: BTreeSet<ContainerAt> = groups.keys().map(|(from, ..)| *from).into_set();
    let findings = groups.into_iter().map(|((_, flaw, _), edges)| finding(case, flaw, &edges));
    let of_ports = case.containers().filter(|at| !told.contains(at) && has_no_port(case, *at));
    let findings: Vec<Finding> = findings.chain(of_ports.map(|at| port_alone(case, at))).collect();
    Judgement::of(findings)
}

/// Whether a container says that a port is none, and its environment holds such a one.
pub fn has_no_port(case: &Case, at: ContainerAt) -> bool {
    let has_one = !case.container(at).flawed_ports.is_empty();
    has_one && case.matters(at) && case.complains_of_address(at)
}

/// One whose host is right, and whose port has something around it.
fn port_alone(case: &Case, at: ContainerAt) -> Finding {
    let (name, flawed) = (case.name(at), &case.container(at).flawed_ports);
    // Of one file all are alike.
    let flaw = flawed.iter().map(|port| port.flaw).min().unwrap_or(Flaw::Other);
    let alike: Vec<&FlawedPort> = flawed.iter().filter(|port| port.flaw == flaw).collect();
    let variables: Vec<&str> = alike.iter().map(|port| port.variable.as_str()).collect();
    let ports: Vec<String> = alike.iter().map(|port| port.port.to_string()).collect();
    let whose = format!("{} of {name}", few(&variables));
    let mut finding = RULE.finding([name], around(flaw, &whose, variables.len(), &few(&ports)));
    finding.evidence.extend(case.last_words(at));
    finding.fix = case.recreate(at, trimmed(case, at, &[]));
    finding.fix.extend(in_file(case));
    finding
}

/// The variables of a container that have something around their values, without it:
/// what a file from Windows does to one it does to all.
fn trimmed(case: &Case, at: ContainerAt, settings: &[&Reference]) -> Vec<Change> {
    let hosts = settings.iter().filter_map(|setting| setting.variable.clone());
    let ports = case.container(at).flawed_ports.iter().map(|port| port.variable.clone());
    hosts.chain(ports).map(|variable| Change::Trim { variable }).collect()
}

/// Where the value comes from again the next time.
fn in_file(case: &Case) -> Option<Step> {
    let advice = "if the value comes from a file (--env-file), write it there without them, too";
    (!case.is_planned()).then(|| advise(advice))
}

/// What is around a value.
fn around(flaw: Flaw, whose: &str, variables: usize, written: &str) -> String {
    let (has, end) = if variables > 1 { ("have", "end") } else { ("has", "ends") };
    match flaw {
        Flaw::Quotes => {
            format!("{whose} {has} quotes, which are part of the value, around {written}")
        }
        Flaw::CarriageReturn => {
            format!(
                "{whose} {end} with a carriage return, as lines of Windows do, behind {written}"
            )
        }
        _ => format!("{whose} {has} a blank before or behind {written}"),
    }
}

fn finding(case: &Case, flaw: Flaw, edges: &[&Edge]) -> Finding {
    let (edge, from) = (edges[0], edges[0].from);
    let client = case.name(from);
    let settings = settings(case, flaw, edges);
    let variables: Vec<&str> =
        settings.iter().filter_map(|reference| reference.variable.as_deref()).collect();
    let whose = match variables.as_slice() {
        [] if is_of_command(&settings) => format!("a URL in the command of {client}"),
        [] => format!("a setting of {client}"),
        variables => format!("{} of {client}", few(variables)),
    };
    let written = settings.first().map_or_else(|| edge.dialled(), |setting| setting.written());
    let what = match flaw {
        Flaw::Quotes | Flaw::CarriageReturn | Flaw::Blanks => {
            around(flaw, &whose, variables.len(), &written)
        }
        Flaw::Unescaped => format!(
            "{whose} cannot be read as it is meant: its user or password holds a character that must \
             be percent-encoded"
        ),
        Flaw::Port => {
            format!("{whose} holds a port, and the whole, {written}, is taken for a name")
        }
        Flaw::Scheme => format!("{whose} holds a URL, {written}, where a host belongs"),
        Flaw::Unset if edge.host.is_empty() && !variables.is_empty() => {
            let is = if variables.len() == 1 { "is" } else { "are" };
            format!("{client} dials an empty host: {} {is} empty", few(&variables))
        }
        Flaw::Unset if edge.host.is_empty() => {
            format!("{client} dials an empty host: it reads a variable that is not set")
        }
        Flaw::Unset | Flaw::Other => {
            format!("{client} dials `{}`: it reads a variable that is not set", edge.host)
        }
    };
    let meant = || {
        let hosts = settings.iter().filter_map(|setting| case.resolved(from, &setting.host));
        hosts.into_iter().find(|at| *at != from)
    };
    let target = edges.iter().find_map(|edge| edge.container()).or_else(meant);
    let subjects = [client].into_iter().chain(target.map(|at| case.name(at)));
    let mut finding = RULE.finding(subjects, what);
    if !edges.iter().any(|edge| edge.evidently_fails()) && !case.complains_of_address(from) {
        finding.severity = Severity::Warning;
    }
    let signed = edges.iter().filter(|edge| misread(case, edge).is_none());
    finding.evidence = signed.map(|edge| case.sign(edge)).collect();
    if !edges.iter().any(|edge| edge.logged().next().is_some()) {
        finding.evidence.extend(case.last_words(from));
    }
    finding.fix = fix(case, flaw, edge, &settings);
    if flaw == Flaw::Unset && settings.is_empty() {
        finding.evidence.extend(others(case, edge).into_iter().map(|(reference, _)| {
            let variable = reference.variable.clone().unwrap_or_default();
            Evidence::Holds { container: client.to_owned(), variable, host: reference.to_string() }
        }));
    }
    finding
}

/// The settings that the flaw is in.
fn settings<'a>(case: &Case<'a>, flaw: Flaw, edges: &[&Edge<'a>]) -> Vec<&'a Reference> {
    let configured = edges.iter().flat_map(|edge| edge.configured());
    let mut settings: Vec<&Reference> = match flaw {
        Flaw::Port | Flaw::Scheme => {
            let by_scheme = edges.iter().flat_map(|edge| urls_for_host(case, edge));
            configured.filter(|reference| is_for_host(reference)).chain(by_scheme).collect()
        }
        Flaw::Unset => {
            let empty = edges.iter().flat_map(|edge| empty_for_host(case, edge));
            configured.chain(empty).collect()
        }
        _ => {
            let misread = edges.iter().filter_map(|edge| misread(case, edge));
            configured.chain(misread).filter(|reference| reference.flaw == Some(flaw)).collect()
        }
    };
    settings.order();
    settings.dedup();
    settings
}

/// The variables that lead to a container, of which one may be what the
/// program was meant to read; with the host that each has.
fn others<'a>(case: &Case<'a>, edge: &Edge) -> Vec<(&'a Reference, &'a str)> {
    let leading = case.edges_from(edge.from).filter(|(other, _)| other.container().is_some());
    let configured = leading.flat_map(|(other, _)| other.configured());
    let with_variable = configured.filter(|reference| reference.variable.is_some());
    with_variable.map(|reference| (reference, reference.host.as_str())).take(3).collect()
}

fn fix(case: &Case, flaw: Flaw, edge: &Edge, settings: &[&Reference]) -> Vec<Step> {
    let (from, client) = (edge.from, case.called(edge.from));
    let mut steps = match flaw {
        Flaw::Quotes | Flaw::CarriageReturn | Flaw::Blanks => {
            case.recreate(from, trimmed(case, from, settings))
        }
        Flaw::Port | Flaw::Scheme => {
            let changes = settings.iter().filter_map(|setting| host_alone(setting)).collect();
            case.recreate(from, changes)
        }
        Flaw::Unset if edge.host.is_empty() => filled(case, edge, settings),
        Flaw::Unset | Flaw::Unescaped | Flaw::Other => Vec::new(),
    };
    if matches!(flaw, Flaw::Quotes | Flaw::CarriageReturn | Flaw::Blanks) {
        steps.extend(in_file(case));
    }
    let port = settings.iter().find_map(|setting| setting.port);
    steps.extend(match (flaw, port) {
        (Flaw::Unescaped, _) => Some(escaped(client, settings)),
        (Flaw::Port | Flaw::Scheme, Some(port)) => Some(format!(
            "where the program of {client} wants a port, give it {port} by a variable of its own"
        )),
        (Flaw::Unset, _) if !steps.is_empty() => None,
        (Flaw::Unset, _) if edge.host.is_empty() && !settings.is_empty() => {
            let variables: Vec<&str> =
                settings.iter().filter_map(|setting| setting.variable.as_deref()).collect();
            Some(format!("give {} of {client} the host that it is to dial", few(&variables)))
        }
        (Flaw::Unset, _) => Some(match others(case, edge).first() {
            Some((reference, host)) => format!(
                "give {client} the variable that its program reads, with {host}: {} is set, and \
                 perhaps it reads another name",
                reference.place()
            ),
            None => format!("give {client} the variable that its program reads"),
        }),
        _ => None,
    }
    .map(|advice: String| advise(advice)));
    settled(steps)
}

/// Whether the settings stand in a command.
fn is_of_command(settings: &[&Reference]) -> bool {
    settings.first().is_some_and(|setting| setting.origin == Origin::Command)
}

/// How such a password is written.
fn escaped(client: &str, settings: &[&Reference]) -> String {
    let variables: Vec<&str> =
        settings.iter().filter_map(|setting| setting.variable.as_deref()).collect();
    let place = match variables.as_slice() {
        [] if is_of_command(settings) => format!("the command of {client}"),
        [] => format!("the URL that {client} reads"),
        variables => format!("{} of {client}", few(variables)),
    };
    format!(
        "in {place}, write user and password percent-encoded (%40 for @, %23 for #, %2F for /, %3F for ?, \
         %3A for :, %25 for %), and re-create {client} with that"
    )
}

/// Gives an empty setting the one container that can be meant by its port.
fn filled(case: &Case, edge: &Edge, settings: &[&Reference]) -> Vec<Step> {
    let [only] = settings else { return Vec::new() };
    let Some(peer) = edge.port.or(only.port).and_then(|port| case.peer_with(edge.from, port))
    else {
        return Vec::new();
    };
    let together = case.bring_together(peer, &[edge.from], &[]);
    let host = together.name().to_owned();
    let mut steps = together.steps;
    steps.extend(case.reset(edge.from, only, &host, None));
    steps
}

/// Leaves a setting the host alone.
fn host_alone(setting: &Reference) -> Option<Change> {
    let Reference { variable, scheme, host, port, notation, .. } = setting;
    let (host, notation) = (host.clone(), notation.clone());
    let to = Dialled { scheme: None, host: host.clone(), port: None, notation: notation.clone() };
    let from = Dialled { scheme: scheme.clone(), host, port: *port, notation };
    Some(Change::Dial { setting: Setting::WholeVariable(variable.clone()?), from, to })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    /// What is found of web, which has these settings and says so, beside db, which
    /// listens on 5432: each finding with its rule.
    fn found(web: &Value, said: &Value) -> Vec<String> {
        let container = |name: &str, address: &str, more: &Value| {
            let mut container = json!({"name": name, "id": name, "state": "running", "endpoints": [
                {"network": "n", "network_id": "n", "ipv4": address, "aliases": [name]}]});
            container.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            container
        };
        let mut seen = json!({"container": "web", "id": "web", "log_errors": []});
        seen.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        let snapshot = json!({
            "schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24"}]}],
            "containers": [container("db", "10.0.0.2", &json!({})), container("web", "10.0.0.3", web)],
            "observations": [seen, {"container": "db", "id": "db", "listening": [
                {"protocol": "tcp", "address": "0.0.0.0", "port": 5432}]}],
        });
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let diagnosis = diagnose(&Map::new(&snapshot), None, |_| true);
        let mut told = diagnosis.findings;
        told.retain(|finding| finding.rule != "unused-network");
        told.into_iter().map(|finding| format!("{}: {}", finding.rule, finding.summary)).collect()
    }

    fn url(flaw: Option<&str>) -> Value {
        json!({"references": [{"origin": "environment", "variable": "DB_URL", "scheme": "postgres",
            "host": "db", "port": 5432, "flaw": flaw}]})
    }

    fn error(kind: &str, host: &str, port: Option<u16>) -> Value {
        json!({"log_errors": [{"kind": kind, "host": host, "port": port, "count": 3}]})
    }

    fn malformed() -> Value {
        json!({"log_troubles": [{"kind": "malformed-address", "count": 3}]})
    }

    const UNESCAPED: &str = "malformed-host: DB_URL of web cannot be read as it is meant: its user or \
        password holds a character that must be percent-encoded";

    #[test]
    fn a_password_that_cuts_a_url_short_is_told_without_its_pieces() {
        let unescaped = url(Some("unescaped"));
        let dead =
            json!({"state": "exited", "exit_code": 1, "references": unescaped["references"]});
        for said in [
            error("unescaped", "db", None),
            error("name-not-found", "base", None),
            error("name-not-found", "hunter2", Some(5432)),
            error("refused", "127.0.0.1", Some(5432)),
            malformed(),
        ] {
            assert_eq!(found(&unescaped, &said), [UNESCAPED], "{said}");
            assert_eq!(found(&dead, &said), [UNESCAPED], "{said}");
        }
        // Many clients understand it, and then it is none of these.
        assert_eq!(found(&unescaped, &json!({})), [""; 0]);
        let open = json!({"connections": [{"progress": "open", "remote": "10.0.0.2:5432"}],
            "log_errors": [{"kind": "name-not-found", "host": "metrics", "count": 3}]});
        assert!(!found(&unescaped, &open).contains(&UNESCAPED.to_owned()), "it reads it");
        let down = found(&unescaped, &error("name-not-found", "api.example.com", Some(443)));
        assert!(!down.contains(&UNESCAPED.to_owned()), "{down:?}");
        // A URL that nothing is wrong with does not explain it.
        let other = found(&url(None), &error("name-not-found", "base", None));
        assert!(other.iter().all(|told| !told.starts_with("malformed-host")), "{other:?}");
    }

    #[test]
    fn a_port_with_something_around_it_counts_where_it_is_complained_of() {
        let ports = json!({"flawed_ports": [
            {"variable": "DB_PORT", "port": 5432, "flaw": "carriage-return"}]});
        let told = "malformed-host: DB_PORT of web ends with a carriage return, as lines of Windows \
            do, behind 5432";
        assert_eq!(found(&ports, &malformed()), [told]);
        let dead =
            json!({"state": "exited", "exit_code": 1, "flawed_ports": ports["flawed_ports"]});
        assert_eq!(found(&dead, &malformed()), [told]);
        assert_eq!(found(&ports, &json!({})), [""; 0], "many programs read a number and no more");
    }

    #[test]
    fn what_is_around_host_and_port_is_one_finding() {
        let both = json!({
            "references": [{"origin": "environment", "variable": "DB_HOST", "host": "db",
                "port": 5432, "port_variable": "DB_PORT", "flaw": "quotes"}],
            "flawed_ports": [{"variable": "DB_PORT", "port": 5432, "flaw": "quotes"}],
        });
        let told = found(&both, &malformed());
        assert_eq!(
            told,
            ["malformed-host: DB_HOST of web has quotes, which are part of the value, around db"]
        );
    }
}
