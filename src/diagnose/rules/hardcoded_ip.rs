//! An address where a name belongs.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::diagnose::case::{Case, Listens};
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::wanted::{Edge, Target};
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{ContainerAt, Finding, Severity};

/// See `netmap explain hardcoded-ip`.
pub const RULE: Rule = Rule {
    name: "hardcoded-ip",
    severity: Severity::Warning,
    summary: "a container dials another one by an address that nobody fixed",
    meaning: "An engine gives addresses out anew each time a container starts, in the order of the \
        starts. An address that is written down works until the next restart, and may then belong \
        to another container.",
    seen: "The environment or the command names an address in a container network's subnet, and no \
        container has it fixed with `--ip`.",
    example: "It works today; after a restart: a time-out, `no route to host`, or the wrong server \
        answers",
    mend: "Put both on a network of their own and use the name. Where it must be an address, fix it: \
        `--ip` on a network made with `--subnet`.",
    mistaken_for: "An address of your own LAN that lies in the same range: see subnet-overlap.",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut by_address: BTreeMap<(&str, Option<u16>), Vec<Met>> = BTreeMap::new();
    for (edge, obstacle) in case.edges() {
        let inside = matches!(edge.target, Target::Addressed(_) | Target::FreeAddress(_));
        let own = edge.target == Target::Addressed(edge.from) && obstacle.is_none();
        if inside && edge.is_configured() && !own && !is_fixed(case, edge) {
            let key = (&*edge.host, edge.port);
            by_address.entry(key).or_default().push((edge, obstacle));
        }
    }
    Judgement::of(by_address.into_values().map(|edges| finding(case, &edges)))
}

/// Whether the address was given to its container by hand, running or not.
fn is_fixed(case: &Case, edge: &Edge) -> bool {
    edge.host.parse::<IpAddr>().is_ok_and(|address| case.index().is_fixed(address))
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
    let mut finding = RULE.finding(
        subjects,
        match (broken, owner) {
            (false, Some(at)) => {
                format!("{} {verb} {} by an address that can change", few(&clients), case.name(at))
            }
            (_, None) => format!("{} {verb} {address}, an address that nobody has", few(&clients)),
            (true, Some(at)) => format!(
                "{} {verb} {address}, which belongs to {} now",
                few(&clients),
                case.name(at)
            ),
        },
    );
    if broken {
        finding.severity = Severity::Error;
    }
    finding.evidence = case.say(&all);
    finding.evidence.push(match (broken, owner) {
        (false, Some(at)) => format!(
            "{address} is {}'s until its next start: nobody fixed it with --ip",
            case.name(at)
        ),
        (_, None) => {
            "Addresses are given out anew at each start, and this one is free now".to_owned()
        }
        (true, Some(at)) => match first.port {
            Some(port) => format!("Nothing listens on {port} in {}", case.name(at)),
            None => format!("{} does not answer there", case.name(at)),
        },
    });
    if let (true, Some(at), Some(port)) = (broken, meant, first.port) {
        let addresses: Vec<String> = case
            .container(at)
            .endpoints
            .iter()
            .flat_map(|endpoint| endpoint.addresses())
            .map(|address| address.to_string())
            .collect();
        let verb = if case.listens(at, port) == Some(Listens::Openly) {
            "listens"
        } else {
            "says that it listens"
        };
        if !addresses.is_empty() {
            finding.evidence.push(format!(
                "{} {verb} on {port}, and has the address {} now",
                case.name(at),
                few(&addresses)
            ));
        }
    }
    finding.fix = match meant {
        Some(at) => {
            let from: Vec<ContainerAt> = all.iter().map(|edge| edge.from).collect();
            let (mut commands, names) = case.bring_together(at, &from, &[]);
            let name = names.first().map_or_else(|| case.name(at).to_owned(), Clone::clone);
            commands.push(case.say_instead(&all, &name, first.port));
            commands
        }
        None => vec![prose(format!(
            "let {} use the name of the container that is meant, on a network that both are on",
            few(&clients)
        ))],
    };
    finding
}

/// The one other container that has the port, if there is just one.
fn only_one_with(case: &Case, edge: &Edge) -> Option<ContainerAt> {
    let port = edge.port?;
    let mut with_port = case.index().offering(port).iter().filter(|at| **at != edge.from);
    let first = with_port.next()?;
    with_port.next().is_none().then_some(*first)
}
