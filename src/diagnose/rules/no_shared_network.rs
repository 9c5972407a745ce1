//! Two containers that want to talk and share no network.

use std::cell::LazyCell;

use super::proxy_env::asked_in_vain;
use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight};
use crate::model::keys::label;
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, Severity};

/// See `netmap explain no-shared-network`.
pub const RULE: Rule = Rule {
    name: "no-shared-network",
    severity: Severity::Error,
    summary: "a container tries to reach another one and shares no network with it",
    meaning: "Containers reach one another only on a network that both are on. Compose gives each \
        project a network of its own, so two projects are apart until somebody joins them.",
    seen: "The environment, the command, the log or a connection attempt names the other container, \
        and the two have no network in common. So it is with a proxy and what its labels (Traefik's) \
        say that it serves.",
    example: "`getaddrinfo ENOTFOUND db`, `bad address 'db'`; by address: a time-out",
    fix: "`docker network connect NETWORK CONTAINER`. In a compose file, name the other project's \
        network as `external: true`.",
    mistaken_for: "Separation that is meant: netmap reports only what a container evidently \
        tries to reach.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let by_proxies = LazyCell::new(|| asked_in_vain(case));
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        // What its clients have it ask for is theirs to change.
        Obstacle::NoSharedNetwork
            if !edge.is_configured()
                && by_proxies.contains(&(edge.from, edge.host.to_string())) =>
        {
            None
        }
        Obstacle::NoSharedNetwork => edge.container(),
        // When it runs again it is as far away as before.
        Obstacle::Down if case.once_it_runs(edge) == Some(Obstacle::NoSharedNetwork) => {
            edge.container()
        }
        _ => None,
    });
    let dialled = groups.into_iter().map(|(target, edges)| {
        let clients = case.clients(&edges);
        let name = case.name(target);
        let (shares, tries) = match clients.len() {
            1 => ("shares", "tries"),
            _ => ("share", "try"),
        };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {shares} no network with {name}, and {tries} to reach it", few(&clients)),
        );
        finding.evidence = case.signs(&edges);
        let first = edges[0].from;
        finding.evidence.extend([first, target].map(|at| case.sign_networks(at)));
        let path = case.map.path(first, target);
        let between = path.as_ref().and_then(|path| path.through.first());
        finding.evidence.extend(
            between.map(|between| Evidence::Between { container: case.name(*between).to_owned() }),
        );
        finding.fix = case.fix_names(target);
        finding
    });
    Judgement::of(served(case).chain(dialled))
}

/// What says by labels that a proxy is to serve it, where no proxy that reads
/// them can reach it. One on the host's network reaches all.
fn served<'c>(case: &'c Case) -> impl Iterator<Item = Finding> + 'c {
    let running = |at: &ContainerAt| case.container(*at).state.has_network();
    let reads = |at: &ContainerAt| case.container(*at).reads_labels();
    let proxies: Vec<ContainerAt> = case.containers().filter(running).filter(reads).collect();
    let targets = case.containers().filter(running).filter_map(|at| {
        let labels = &case.container(at).labels;
        let is_on = labels.get(label::TRAEFIK_ENABLE).map(String::as_str);
        let network = labels.get(label::TRAEFIK_NETWORK);
        let key = match (is_on, network) {
            (Some("false"), _) => return None,
            (_, Some(_)) => label::TRAEFIK_NETWORK,
            (Some("true"), None) => label::TRAEFIK_ENABLE,
            (_, None) => return None,
        };
        Some((at, key))
    });
    targets.filter_map(move |(at, key)| {
        let cannot = |proxy: &ContainerAt| {
            *proxy != at && !case.map.on_host(*proxy) && case.shared(*proxy, at).is_empty()
        };
        let proxy = proxies.first().filter(|_| proxies.iter().all(cannot))?;
        (!case.map.on_host(at)).then(|| unserved(case, at, key, *proxy))
    })
}

fn unserved(case: &Case, at: ContainerAt, key: &str, proxy: ContainerAt) -> Finding {
    let (name, by) = (case.name(at), case.name(proxy));
    let summary = format!("{by} is to serve {name}, and shares no network with it");
    let mut finding = RULE.finding([by, name], summary);
    let value = case.container(at).labels.get(key).cloned().unwrap_or_default();
    let (container, label) = (name.to_owned(), key.to_owned());
    finding.evidence.push(Evidence::Labelled { container, label, value: value.clone() });
    finding.evidence.extend([proxy, at].map(|at| case.sign_networks(at)));
    let named = case.joined(proxy).find(|network| case.network(*network).name == value);
    finding.fix = match named.or_else(|| case.joined(proxy).next()) {
        Some(network) => case.connect(&case.network_handle(network), at, &[]),
        None => case.fix_names(at),
    };
    finding
}
