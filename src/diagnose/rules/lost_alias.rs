//! A service without its service's name.

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, advise};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, NetworkAt, Severity};

/// See `netmap explain lost-alias`.
pub const RULE: Rule = Rule {
    name: "lost-alias",
    severity: Severity::Error,
    summary: "a container of a compose service does not have its service's name on a network",
    meaning: "Compose gives each container the name of its service on every network, as an alias. A \
        container that was disconnected and connected again by hand has lost it, and one of \
        `docker compose run` never had it.",
    seen: "A container dials a service of its own project, shares a network with that service's \
        container, and the container has no such alias there.",
    example: "`bad address 'db'` although db runs, since `docker network connect`",
    fix: "Disconnect it, and connect it again with `--alias`: an alias cannot be added to what is \
        connected. For `docker compose run` there is `--use-aliases`.",
    mistaken_for: "A wrong name (wrong-name), or a container on another network (no-shared-network).",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::LostName(network) => Some((edge.container()?, *network)),
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((to, on), edges)| finding(case, to, on, &edges)))
}

fn finding(case: &Case, to: ContainerAt, network: NetworkAt, edges: &[&Edge]) -> Finding {
    let container = case.container(to);
    let clients = case.clients(edges);
    let (name, host, on) = (case.name(to), &edges[0].host, &case.network(network).name);
    let verb = if clients.len() == 1 { "dials" } else { "dial" };
    let mut finding = RULE.finding(
        clients.iter().copied().chain([name, on.as_str()]),
        format!("{} {verb} `{host}`, a name that {name} does not have on {on}", few(&clients)),
    );
    finding.evidence = case.signs(edges);
    finding.evidence.extend(case.sign_service(to));
    let text = match container.is_one_off() {
        true => "`docker compose run` gives a container none of its service's names",
        false => "Compose gives it that name; whoever connected it again by hand did not",
    };
    finding.evidence.push(Evidence::Remark { text });
    let endpoint = case.map.endpoint_on(to, network);
    let fixed = endpoint.is_some_and(|e| e.fixed_addresses().next().is_some());
    finding.fix = if fixed {
        // Connecting it by hand would take its address.
        case.recreate(to, Vec::new())
    } else {
        let mut aliases = case.aliases_on(to, network);
        aliases.extend(container.compose.service.clone());
        case.connect_again(to, network, aliases).to_vec()
    };
    if container.is_one_off() {
        finding.fix.push(advise("next time: docker compose run --use-aliases"));
    }
    finding
}
