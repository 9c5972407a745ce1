//! An address where a name belongs.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::diagnose::{
    Case, Edge, Judgement, Listens, Meaning, Obstacle, Rule, Sight, advise, settled,
};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, ListensFrom, Severity};

/// See `netmap explain hardcoded-ip`.
pub const RULE: Rule = Rule {
    name: "hardcoded-ip",
    severity: Severity::Warning,
    summary: "a container dials another one by an address that is not fixed",
    meaning: "An engine hands out addresses at each start, in the order of the starts. An address that is written down works until the next restart, and may then belong \
        to another container.",
    seen: "The environment or the command names an address in a container network's subnet, and no \
        container has it fixed with `--ip`.",
    example: "It works today; after a restart: a time-out, `no route to host`, or the wrong server \
        answers",
    fix: "Put both on a network of their own and use the name. Where it must be an address, fix it: \
        `--ip` on a network made with `--subnet`.",
    mistaken_for: "An address of your own LAN that lies in the same range: see subnet-overlap.",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut by_address: BTreeMap<(&str, Option<u16>), Vec<Met>> = BTreeMap::new();
    for (edge, obstacle) in case.edges() {
        let inside = matches!(edge.target, Meaning::Addressed(_) | Meaning::FreeAddress(_));
        let own = edge.target == Meaning::Addressed(edge.from) && obstacle.is_none();
        // Where a hosts file hides the container of that name, that is told of.
        let shadowed = edge.is_by_name() && case.resolved(edge.from, &edge.host).is_some();
        let elsewhere =
            matches!(obstacle, Some(Obstacle::OtherNetwork(_) | Obstacle::NoCommonFamily(_)));
        if inside
            && !(elsewhere || own || shadowed)
            && edge.is_configured()
            && !is_fixed(case, edge)
        {
            let key = (&*edge.host, edge.port);
            by_address.entry(key).or_default().push((edge, obstacle));
        }
    }
    Judgement::of(by_address.into_values().map(|edges| finding(case, &edges)))
}

/// Whether the address was given to its container by hand, running or not.
fn is_fixed(case: &Case, edge: &Edge) -> bool {
    edge.host.parse::<IpAddr>().is_ok_and(|address| case.index.is_fixed(address))
}

/// An edge with its first obstacle.
type Met<'e, 'a> = (&'e Edge<'a>, Option<&'e Obstacle>);

fn finding(case: &Case, edges: &[Met]) -> Finding {
    let (first, obstacle) = edges[0];
    let address = &first.host;
    let all: Vec<&Edge> = edges.iter().map(|(edge, _)| *edge).collect();
    let clients = case.clients(&all);
    let verb = if clients.len() == 1 { "dials" } else { "dial" };
    let owner = first.container();
    let (meant, broken) = match obstacle {
        Some(Obstacle::FreeAddress) => (only_one_with(case, first), true),
        Some(Obstacle::OtherOwner(other)) => (*other, true),
        Some(Obstacle::Down) => (owner, true),
        _ => (owner, false),
    };
    let subjects = clients.iter().copied().chain(meant.map(|at| case.name(at)));
    let who = few(&clients);
    let mut finding = RULE.finding(
        subjects,
        match (broken, owner) {
            (false, Some(at)) => {
                format!("{who} {verb} {} by an address that can change", case.name(at))
            }
            (_, None) => format!("{who} {verb} {address}, an address that nobody has"),
            (true, Some(at)) => {
                format!("{who} {verb} {address}, which belongs to {} now", case.name(at))
            }
        },
    );
    if broken {
        finding.severity = Severity::Error;
    }
    finding.evidence = case.signs(&all);
    finding.evidence.extend(about_address(case, first, broken));
    if let (true, Some(at), Some(port)) = (broken, meant, first.port) {
        finding.evidence.extend(about_meant(case, at, port));
    }
    finding.fix = match meant {
        Some(at) => {
            let from: Vec<ContainerAt> = all.iter().map(|edge| edge.from).collect();
            let together = case.bring_together(at, &from, &[]);
            let name = together.name().to_owned();
            let mut steps = together.steps;
            steps.extend(case.redial(&all, &name, first.port));
            settled(steps)
        }
        None => {
            let name = format!(
                "let {} use the name of the container that is meant, on a network that both are on",
                few(&case.all_called(&all))
            );
            [advise(name)].into_iter().chain(case.out_of_the_way(address)).collect()
        }
    };
    finding
}

/// Whose the address is, or why it is nobody's.
fn about_address(case: &Case, edge: &Edge, broken: bool) -> Option<Evidence> {
    Some(match (broken, edge.container()) {
        (false, Some(at)) => Evidence::NotFixed {
            address: edge.host.parse().ok()?,
            container: case.name(at).to_owned(),
        },
        (_, None) => Evidence::Remark {
            text: "Addresses are handed out at each start, and this one is free now",
        },
        (true, Some(at)) => {
            let container = case.name(at).to_owned();
            match edge.port {
                Some(port) => Evidence::NothingListens { container, port },
                None => Evidence::NoAnswer { container },
            }
        }
    })
}

/// Where the container that is meant really is.
fn about_meant(case: &Case, at: ContainerAt, port: u16) -> Vec<Evidence> {
    let addresses: Vec<IpAddr> =
        case.container(at).endpoints.iter().flat_map(|endpoint| endpoint.addresses()).collect();
    if addresses.is_empty() {
        return Vec::new();
    }
    let from = match case.listens(at, port, None) {
        Some(Listens::Openly) => ListensFrom::Everybody,
        _ => ListensFrom::Declared,
    };
    let container = case.name(at).to_owned();
    vec![
        Evidence::Listens { container: container.clone(), port, from },
        Evidence::HasAddresses { container, addresses },
    ]
}

/// The one other container that has the port, if there is just one.
fn only_one_with(case: &Case, edge: &Edge) -> Option<ContainerAt> {
    let port = edge.port?;
    let mut with_port = case.index.offering(port).iter().filter(|at| **at != edge.from);
    let first = with_port.next()?;
    with_port.next().is_none().then_some(*first)
}
