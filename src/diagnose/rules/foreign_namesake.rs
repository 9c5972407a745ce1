//! Another project answers to a name that is one's own.

use foldhash::HashMap;

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Shared, advise, owned, settled};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, Severity, State, Step};

/// See `netmap explain foreign-namesake`.
pub const RULE: Rule = Rule {
    name: "foreign-namesake",
    severity: Severity::Error,
    summary: "a name of a container's own project is answered by another project",
    meaning: "Compose gives a service its name on every network that it is on. Where two projects meet \
        on a network and each has a service of that name, the one answers for the other as soon as the \
        other is down, or is not on that network.",
    seen: "A container dials the name of a service of its own project; that service does not run, or is \
        on no network with it, and a container of another project answers to the name.",
    example: "The site shows another project's data; `password authentication failed` for a password \
        that is right",
    fix: "Start the own service, and let no two services have one name on a network: take databases off \
        networks that projects share, or give them names of their own.",
    mistaken_for: "A database that two projects share on purpose: then the client's own project has no \
        service of that name.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::Namesake(own) => Some((*own, edge.container()?)),
        _ => None,
    });
    if groups.is_empty() {
        return Judgement::default();
    }
    let mut dialled: HashMap<String, Vec<&Edge>> = HashMap::default();
    for (edge, _) in case.edges().filter(|(edge, _)| !edge.is_health_check()) {
        dialled.entry(edge.host.to_ascii_lowercase()).or_default().push(edge);
    }
    Judgement::of(groups.into_iter().map(|((own, foreign), edges)| {
        let of_name = dialled.get(&edges[0].host.to_ascii_lowercase());
        finding(case, own, foreign, &edges, of_name.map_or(&[], Vec::as_slice))
    }))
}

/// What is found of these edges, beside all that dial the name.
fn finding(
    case: &Case,
    own: ContainerAt,
    foreign: ContainerAt,
    edges: &[&Edge],
    of_name: &[&Edge],
) -> Finding {
    let clients = case.clients(edges);
    let (name, other, host) = (case.name(own), case.name(foreign), &edges[0].host);
    let project = case.container(foreign).project();
    let of = project.map(|project| format!(" of project {project}")).unwrap_or_default();
    let verb = if clients.len() == 1 { "dials" } else { "dial" };
    let is = if clients.len() == 1 { "is" } else { "are" };
    let down = !case.container(own).state.has_network();
    let state = match (down, case.container(own).state) {
        (true, state) => state.predicate().to_owned(),
        (false, _) => format!("does not answer to `{host}` there"),
    };
    let mut finding = RULE.finding(
        clients.iter().copied().chain([name, other]),
        format!(
            "{name} {state}, and {}, which {verb} {host}, {is} answered by {other}{of}",
            few(&clients)
        ),
    );
    finding.evidence = case.signs(edges);
    finding.evidence.extend([own, foreign].iter().filter_map(|at| case.sign_service(*at)));
    let meeting = case
        .asked_on(edges[0].from, host)
        .find(|(network, host)| case.index.answering(*network, host).contains(&foreign));
    finding.evidence.extend(meeting.map(|(network, host)| Evidence::Answers {
        name: host.to_owned(),
        containers: owned(&[other]),
        network: case.network(network).name.clone(),
    }));
    finding.fix =
        if down { start(case, own) } else { case.bring_together(own, &[edges[0].from], &[]).steps };
    if let Some((network, host)) = meeting {
        let owners = case.index.answering(network, host);
        let both: Vec<ContainerAt> = owners.iter().copied().chain([own]).collect();
        let owners = if owners.contains(&own) { owners } else { &both };
        let of_name: Vec<&Edge> = of_name
            .iter()
            .copied()
            .filter(|edge| case.asked_on(edge.from, &edge.host).any(|(on, _)| on == network))
            .collect();
        finding.fix.extend(case.tell_apart(&Shared::new(case, network, host, owners), &of_name));
    }
    finding.fix = settled(std::mem::take(&mut finding.fix));
    finding
}

/// Shows why a container ended, and starts it.
fn start(case: &Case, at: ContainerAt) -> Vec<Step> {
    match case.container(at).state {
        State::Created => vec![case.start(at)],
        State::Restarting => vec![case.logs(at), advise("then fix what makes it end")],
        _ => vec![case.logs(at), case.start(at)],
    }
}
