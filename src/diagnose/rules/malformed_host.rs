//! What a program takes for a host is none.

use crate::diagnose::{
    Case, Edge, Judgement, Obstacle, Rule, Sight, advise, is_for_host, settled, urls_for_host,
};
use crate::model::words::few;
use crate::model::{Change, Dialled, Evidence, Finding, Flaw, Reference, Setting, Severity, Step};

/// See `netmap explain malformed-host`.
pub const RULE: Rule = Rule {
    name: "malformed-host",
    severity: Severity::Error,
    summary: "what a container takes for a host is none: quotes, a port, a word for nothing",
    meaning: "A program takes a variable's value as it is. Quotes, blanks and a carriage return around \
        it, a port or a scheme in it are part of the name that is looked up, and nothing has such \
        a name. `undefined`, `null` and `None` are what a language writes for a variable that is \
        not set.",
    seen: "The environment holds quotes or blanks around a host; or the log says that a name was not \
        found which holds a port or a scheme and stands in a variable named for a host, or is a \
        word for a value that is not set.",
    example: "`getaddrinfo for db:3306 failed`, `getaddrinfo ENOTFOUND \"db\"`, `ENOTFOUND undefined`",
    fix: "Give the variable the host alone: `DB_HOST=db`, and the port by a variable of its own. \
        `docker run --env-file` keeps quotes, other than Compose.",
    mistaken_for: "A wrong name: the name is right, and more than the name is looked up.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::Malformed(flaw) => Some((edge.from, *flaw, edge.host.to_string())),
        _ => None,
    });
    let findings = groups.into_iter().map(|((_, flaw, _), edges)| finding(case, flaw, &edges));
    Judgement::of(findings)
}

fn finding(case: &Case, flaw: Flaw, edges: &[&Edge]) -> Finding {
    let (edge, from) = (edges[0], edges[0].from);
    let client = case.name(from);
    let settings = settings(case, flaw, edges);
    let variables: Vec<&str> =
        settings.iter().filter_map(|reference| reference.variable.as_deref()).collect();
    let whose = match variables.as_slice() {
        [] => format!("a setting of {client}"),
        variables => format!("{} of {client}", few(variables)),
    };
    let written = settings.first().map_or_else(|| edge.dialled(), |setting| setting.written());
    let what = match flaw {
        Flaw::Quotes => {
            format!("{whose} has quotes, which are part of the value, around {written}")
        }
        Flaw::CarriageReturn => format!("{whose} ends with a carriage return behind {written}"),
        Flaw::Blanks => format!("{whose} has a blank before or behind {written}"),
        Flaw::Port => {
            format!("{whose} holds a port, and the whole, {written}, is taken for a name")
        }
        Flaw::Scheme => format!("{whose} holds a URL, {written}, where a host belongs"),
        Flaw::Unset if edge.host.is_empty() => {
            format!("{client} dials an empty host: it reads a variable that is not set")
        }
        Flaw::Unset | Flaw::Other => {
            format!("{client} dials `{}`: it reads a variable that is not set", edge.host)
        }
    };
    let target = edges.iter().find_map(|edge| edge.container());
    let subjects = [client].into_iter().chain(target.map(|at| case.name(at)));
    let mut finding = RULE.finding(subjects, what);
    if !edges.iter().any(|edge| edge.evidently_fails()) {
        finding.severity = Severity::Warning;
    }
    finding.evidence = edges.iter().map(|edge| case.sign(edge)).collect();
    finding.fix = fix(case, flaw, edge, &settings);
    if flaw == Flaw::Unset && !edge.is_configured() {
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
        Flaw::Unset => configured.collect(),
        _ => configured.filter(|reference| reference.flaw == Some(flaw)).collect(),
    };
    settings.sort_unstable();
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
    let variables = settings.iter().filter_map(|setting| setting.variable.clone());
    let mut steps = match flaw {
        Flaw::Quotes | Flaw::CarriageReturn | Flaw::Blanks => {
            case.recreate(from, variables.map(|variable| Change::Trim { variable }).collect())
        }
        Flaw::Port | Flaw::Scheme => {
            let changes = settings.iter().filter_map(|setting| host_alone(setting)).collect();
            case.recreate(from, changes)
        }
        Flaw::Unset | Flaw::Other => Vec::new(),
    };
    let port = settings.iter().find_map(|setting| setting.port);
    steps.extend(match (flaw, port) {
        (Flaw::Quotes | Flaw::CarriageReturn | Flaw::Blanks, _) if !case.is_planned() => {
            Some("write it in the file that is given to --env-file, too, as the value is to be".into())
        }
        (Flaw::Port | Flaw::Scheme, Some(port)) => Some(format!(
            "where the program of {client} wants a port, give it {port} by a variable of its own"
        )),
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

/// Leaves a setting the host alone.
fn host_alone(setting: &Reference) -> Option<Change> {
    let Reference { variable, scheme, host, port, .. } = setting;
    let from = Dialled { scheme: scheme.clone(), host: host.clone(), port: *port };
    let to = Dialled { scheme: None, host: host.clone(), port: None };
    Some(Change::Dial { setting: Setting::WholeVariable(variable.clone()?), from, to })
}
