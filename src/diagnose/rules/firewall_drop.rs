//! Silence where the map says that the way is open.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv6Addr;

use super::swarm_ports;
use crate::diagnose::{
    Case, Edge, Judgement, Meaning, Obstacle, Rule, Sight, advise, drops, meet, on_host,
    refused_though_open,
};
use crate::graph::{Agreement, Compared, Extent, Silence, Ways, silences};
use crate::model::words::few;
use crate::model::{
    By, ContainerAt, Driver, DropCause, DropSearch, Evidence, Family, Finding, LogErrorKind,
    LostWay, NetworkAt, Outcome, PacketDrop, Part, Protocol, RuleOwner, RulesOut, Severity, Step,
    Why,
};
use crate::order::{OrderBy, Ordered};

/// See `netmap explain firewall-drop`.
pub const RULE: Rule = Rule {
    name: "firewall-drop",
    severity: Severity::Error,
    summary: "the map predicts that two containers reach each other, and the measurement says no",
    meaning: "The engine's own rules let the packets through, and something else does not: a firewall \
        on the host that was started or reloaded after the engine, rules of somebody's own, a VPN.",
    seen: "With `--probe`: both run, they share a network that carries traffic, and an address did \
        not answer, or the host said that it is not reachable; or an address answers pings and not \
        a port that is wanted and listens, or refuses what comes there although somebody listens. As root beside the engine netmap also \
        finds the rule, route or setting that drops the packets, by sending some and counting, and a cable \
        of a container that is off its bridge or switched off. Of \
        Podman's published ports also without: connections wait that nothing sends on. And of bridges \
        that lead out: as root beside the engine netmap reads whether a rule of the machine lets out what \
        is on them, under the machine's address.",
    example: "Time-outs, or `No route to host`, between two containers of one network",
    fix: "Take the rule away that netmap names. Where it names none, restart the engine after the \
        firewall, so that its rules are there again; with firewalld, put the bridge into the zone \
        `docker`: `firewall-cmd --zone docker --change-interface BRIDGE`, and once more with `--permanent`. \
        Where only one network carries nothing, look for a rule that names its bridge.",
    mistaken_for: "A network that keeps its members apart (icc-off), which netmap distinguishes.",
    needs: &[Sight::Probe],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let (kept, mut silences): (Vec<Silence>, Vec<Silence>) =
        unexplained(case).into_iter().partition(|silence| is_kept_in(case, silence));
    silences.extend(refusals(case).into_iter().filter(|refusal| is_told(case, refusal)));
    let mut judgement = Judgement::of(silences.iter().map(|silence| {
        let mut finding = match &silence.extent {
            Extent::Networks { networks, family } => dead(case, silence, networks, *family),
            Extent::Container { container, network, ways } => {
                cut_off(case, silence, *container, *network, *ways)
            }
            Extent::Pair(a, b) => pair(case, silence, *a, *b),
        };
        if let Some(search) = search(case, silence) {
            add_drops(case, search, &mut finding);
        }
        finding
    }));
    judgement.findings.extend(not_sent_on(case));
    judgement.findings.extend(kept_in(case, &kept));
    let searched = silences.iter().filter_map(|silence| search(case, silence));
    let in_vain = searched.filter(|search| search.found.is_empty());
    let unread = case.map.snapshot().unread.iter().filter(|note| note.part == Part::Firewall);
    let not_looked = in_vain.flat_map(|search| &search.not_looked).chain(unread);
    judgement.not_looked = not_looked.map(|note| format!("{}: {}", note.what, note.why)).collect();
    judgement.not_looked.extend(not_read(case));
    judgement.not_looked.order();
    judgement.not_looked.dedup();
    judgement
}

/// Published ports of which nothing comes to their containers. Podman's own program keeps
/// the port on the machine and takes no connection; its rules send them on before. What
/// waits there shows that these are gone. Docker has a program that takes them, and so has
/// a Podman without root.
fn not_sent_on(case: &Case) -> Option<Finding> {
    let snapshot = case.map.snapshot();
    if !snapshot.engine.is_podman() || snapshot.engine.rootless == Some(true) {
        return None;
    }
    let untaken = &snapshot.host.as_ref()?.untaken;
    let mut finding = RULE.finding([] as [&str; 0], String::new());
    let mut ports: BTreeSet<u16> = BTreeSet::new();
    for at in case.containers().filter(|at| case.container(*at).state.has_network()) {
        let published = case.container(at).published.iter();
        for published in published.filter(|p| p.protocol == Protocol::Tcp) {
            let Some(host_port) = published.host_port else { continue };
            let waits = untaken.iter().any(|socket| {
                socket.port == host_port && meet(Some(socket.address), Some(published.host_ip))
            });
            if !waits {
                continue;
            }
            let container = case.name(at).to_owned();
            if finding.subjects.last() != Some(&container) {
                finding.subjects.push(container.clone());
            }
            if ports.insert(host_port) {
                let port = published.port;
                finding.evidence.push(Evidence::LeadsTo { host_port, container, port });
            }
        }
    }
    let host_ports: Vec<u16> = ports.into_iter().collect();
    let (port, numbers) = match host_ports.as_slice() {
        [] => return None,
        [only] => ("port", only.to_string()),
        several => ("ports", few(&several.iter().map(u16::to_string).collect::<Vec<_>>())),
    };
    let names = few(&finding.subjects);
    finding.summary = format!("What comes to {port} {numbers} of the host does not get to {names}");
    finding.evidence.push(Evidence::Untaken { host_ports });
    finding.fix = vec![
        advise(
            "a firewall was started or reloaded after the containers; let Podman make its rules again:",
        ),
        on_host(&["podman", "network", "reload", "--all"]),
    ];
    Some(finding)
}

/// Measurements that are shown beside a cause of which rules tell.
const MOST_MEASURED: usize = 3;

/// The networks on which there is silence.
fn networks_of(case: &Case, silence: &Silence) -> Vec<NetworkAt> {
    match &silence.extent {
        Extent::Networks { networks, .. } => networks.clone(),
        Extent::Container { network, .. } => vec![*network],
        Extent::Pair(a, b) => case.shared(*a, *b),
    }
}

/// Whether the silence is that of networks whose rules the engine made and somebody took: what
/// no rule accepts is dropped among their members as well, where bridges ask the firewall. Not
/// where something else was found to drop it.
fn is_kept_in(case: &Case, silence: &Silence) -> bool {
    let networks = networks_of(case, silence);
    let is_kept = |at: &NetworkAt| {
        let engine = case.map.snapshot().engine_of(&case.network(*at).node);
        engine.makes_rules == Some(true) && case.rules_out(*at) == Some(RulesOut::KeptIn)
    };
    let by_policy = |drop: &PacketDrop| matches!(&drop.cause, DropCause::Rule(rule) if rule.owner == RuleOwner::Policy);
    // Of IPv6 the rules were not read.
    let is_v6 = |row: &Compared| row.measurement.target.parse::<Ipv6Addr>().is_ok();
    !networks.is_empty()
        && networks.iter().all(is_kept)
        && !silence.attempts.iter().any(is_v6)
        && search(case, silence).is_none_or(|search| search.found.iter().all(by_policy))
}

/// Networks out of which the rules of their machine's firewall let nothing: the engine has
/// made such rules, and they are gone, or what fails shows that nobody has.
///
/// `silences` are those of what such a firewall keeps from one another, too.
fn kept_in(case: &Case, silences: &[Silence]) -> Vec<Finding> {
    let mut failing = case.obstructed(|_, obstacle| match obstacle {
        Obstacle::KeptIn(network) => Some(*network),
        _ => None,
    });
    for (network, mut edges) in case.containers().filter_map(|at| case.kept_in_vaguely(at)) {
        failing.entry(network).or_default().append(&mut edges);
    }
    let edges_on = |at: NetworkAt| {
        let edges = failing.values().flatten().copied();
        edges.filter(move |edge| case.joined(edge.from).any(|on| on == at))
    };
    let mut alike: BTreeMap<(&str, RulesOut), Vec<NetworkAt>> = BTreeMap::new();
    for at in case.networks() {
        let node = case.network(at).node.as_str();
        let Some(rules) = case.rules_out(at).filter(|rules| rules.keeps_in()) else { continue };
        let is_engines = case.map.snapshot().engine_of(node).makes_rules == Some(true);
        // What somebody forbids on purpose is nobody's fault until something fails.
        if is_engines && rules.lacks_engines() || edges_on(at).next().is_some() {
            alike.entry((node, rules)).or_default().push(at);
        }
    }
    let findings = alike.into_iter().map(|((_, rules), networks)| {
        let names: Vec<&str> = networks.iter().map(|at| case.network(*at).name.as_str()).collect();
        let mut edges: Vec<&Edge> = networks.iter().flat_map(|at| edges_on(*at)).collect();
        edges.order_by(|a, b| (a.from, &a.host, a.port).cmp(&(b.from, &b.host, b.port)));
        edges.dedup_by_key(|edge| std::ptr::from_ref(*edge));
        let why = match rules {
            RulesOut::Firewalld => "firewalld forwards nothing from there",
            RulesOut::Nftables => "rules of nftables forbid it",
            _ if case.is_told_no_rules(networks[0]) => {
                "no rule of the machine's firewall leads out"
            }
            _ => "the engine's rules are gone from the machine's firewall",
        };
        let within: Vec<&Silence> = silences
            .iter()
            .filter(|silence| networks_of(case, silence).iter().any(|at| networks.contains(at)))
            .collect();
        let nor = match within.is_empty() {
            true => "",
            false => ", nor from one container there to another",
        };
        let mut finding = RULE.finding(
            names.iter().copied().chain(case.clients(&edges)),
            format!("Nothing gets out of {}{nor}: {why}", few(&names)),
        );
        finding.evidence = case.signs(&edges);
        let measurements = within.iter().flat_map(|silence| all_measured(case, silence));
        finding.evidence.extend(measurements.take(MOST_MEASURED));
        finding.evidence.extend(case.kept_in_by(&networks));
        finding.fix = case.let_out(&networks);
        finding
    });
    findings.collect()
}

/// Networks whose rules nobody has read, although what fails may be for want of them.
fn not_read(case: &Case) -> Option<String> {
    let lost = [LogErrorKind::Timeout, LogErrorKind::Unreachable, LogErrorKind::NameNotFound];
    let failing = case.edges().filter(|(edge, obstacle)| {
        edge.target == Meaning::Outside
            && obstacle.is_none_or(|obstacle| *obstacle == Obstacle::Past)
            && lost.iter().any(|kind| edge.fails_as(*kind))
    });
    let networks = failing.flat_map(|(edge, _)| case.joined(edge.from)).filter(|at| {
        let network = case.network(*at);
        let leads_out = network.driver == Driver::Bridge && !network.internal && network.masquerade;
        leads_out && case.rules_out(*at).is_none()
    });
    let names: BTreeSet<&str> = networks.map(|at| case.network(at).name.as_str()).into_set();
    let names: Vec<&str> = names.into_iter().collect();
    (!names.is_empty()).then(|| {
        format!(
            "whether the rules of the machine's firewall lead out of {}: nobody has read them \
             (root beside the engine may), or not all of them make sense",
            few(&names)
        )
    })
}

/// Silence of which nothing else is the known reason.
fn unexplained<'a>(case: &Case<'a>) -> Vec<Silence<'a>> {
    let Some(comparison) = case.comparison else { return Vec::new() };
    let several = !case.map.snapshot().engines.is_empty();
    // What one swarm's nodes fail to carry is reported once, by swarm-ports.
    let between_nodes = |row: &Compared| several && swarm_ports::is_between_nodes(case, row);
    // Frames go astray where two have one MAC address (duplicate-mac).
    let astray = |row: &Compared| {
        let twins = || [row.from, row.to].iter().any(|at| !case.twins(*at).is_empty());
        row.agreement == Agreement::Fails && twins()
    };
    let matters = |row: &Compared| !between_nodes(row) && !astray(row);
    silences(case.map, comparison, matters)
}

/// What is refused on a port on which somebody listens, once for each two and port.
fn refusals<'a>(case: &Case<'a>) -> Vec<Silence<'a>> {
    let mut ports: BTreeMap<_, Vec<Compared<'a>>> = BTreeMap::new();
    for row in refused_though_open(case) {
        ports.entry((row.from, row.to, row.measurement.attempt.port())).or_default().push(row);
    }
    let silence = |((from, to, _), attempts)| Silence { extent: Extent::Pair(from, to), attempts };
    ports.into_iter().map(silence).collect()
}

/// Whether a refusal is a rule's, as far as anybody could look: where no rule counts
/// it, whoever listened has just gone.
fn is_told(case: &Case, refusal: &Silence) -> bool {
    search(case, refusal).is_none_or(|search| !search.found.is_empty() || search.namespaces == 0)
}

/// A way of each silence on which one can look for what drops the packets: the
/// first that was tried by address.
pub fn lost_ways(case: &Case) -> Vec<LostWay> {
    let lost = unexplained(case).into_iter().chain(refusals(case));
    let ways = lost.filter_map(|silence| {
        let row = silence.attempts.iter().find(|row| row.measurement.by == By::Address)?;
        Some(LostWay {
            from: row.from,
            to: Some(row.to),
            host: case.name(row.to).to_owned(),
            address: row.measurement.target.parse().ok()?,
            attempt: row.measurement.attempt,
        })
    });
    ways.collect()
}

/// What such a search came to.
fn search<'a>(case: &Case<'a>, silence: &Silence) -> Option<&'a DropSearch> {
    let is_of = |search: &DropSearch, row: &Compared| {
        search.from == case.name(row.from)
            && search.to == case.name(row.to)
            && search.attempt == row.measurement.attempt
    };
    let searches = &case.map.snapshot().drops;
    searches.iter().find(|search| silence.attempts.iter().any(|row| is_of(search, row)))
}

/// Says what drops the packets, and what ends that; or that it was looked for
/// in vain.
fn add_drops(case: &Case, search: &DropSearch, finding: &mut Finding) {
    let DropSearch { from, to, rules, namespaces, .. } = search;
    if let Some(first) = search.found.first() {
        let dropped =
            Evidence::DroppedBy { container: from.clone(), to: to.clone(), by: first.clone() };
        finding.evidence.insert(0, dropped);
        finding.fix = drops::steps(case, first, search.address);
    } else if *namespaces > 0 {
        let (rules, namespaces) = (*rules, *namespaces);
        let (uncounted, more) = drops::suspects(search);
        let seen = drops::show_suspects(case, &uncounted);
        finding.fix.splice(0..0, seen);
        finding.evidence.push(Evidence::NoDropFound { rules, namespaces, uncounted, more });
    }
}

/// Networks that carry nothing: one cause, however many members they have.
fn dead(case: &Case, silence: &Silence, networks: &[NetworkAt], family: Option<Family>) -> Finding {
    let name = |at: &NetworkAt| case.network(*at).name.clone();
    let names: Vec<String> = networks.iter().map(name).collect();
    let mut members: Vec<&str> =
        case.names_of(silence.attempts.iter().flat_map(|row| [row.from, row.to]));
    members.order();
    members.dedup();
    let carries = if names.len() == 1 { "carries" } else { "carry" };
    let what = family.map_or("nothing".to_owned(), |family| format!("no {}", family.as_str()));
    let mut finding = RULE.finding(
        names.iter().map(String::as_str).chain(members),
        format!(
            "{} {carries} {what} between containers, although the map says it does",
            few(&names)
        ),
    );
    let by_address =
        |row: &&Compared| row.measurement.by == By::Address && row.measurement.network.is_some();
    let attempts = silence.attempts.iter().filter(by_address).count();
    finding.evidence = vec![Evidence::Unanswered { networks: names, attempts }];
    finding
        .evidence
        .extend(silence.attempts.iter().find(by_address).map(|row| measured(case, row)));
    let answering: BTreeSet<&str> = case
        .comparison
        .iter()
        .flat_map(|comparison| &comparison.rows)
        .filter(|row| row.measurement.outcome.got_through() == Some(true))
        .filter_map(|row| row.measurement.network.as_deref())
        .filter(|name| !finding.subjects.iter().any(|subject| subject == name))
        .into_set();
    if !answering.is_empty() {
        let networks = answering.into_iter().map(str::to_owned).collect();
        finding.evidence.push(Evidence::Carries { networks });
    }
    finding.fix = on_the_host(case, networks);
    finding
}

/// A container whose silence is its own, or a rule's that names it.
fn cut_off(
    case: &Case,
    silence: &Silence,
    container: ContainerAt,
    network: NetworkAt,
    ways: Ways,
) -> Finding {
    let (name, on) = (case.name(container), &case.network(network).name);
    let summary = match ways {
        Ways::Both => format!("{name} is cut off on {on}, although the map says it is not"),
        Ways::In => format!("Nobody reaches {name} on {on}, although the map says they can"),
        Ways::Out => format!("{name} reaches nobody on {on}, although the map says it can"),
    };
    let mut finding = RULE.finding([name, on.as_str()], summary);
    finding.evidence = all_measured(case, silence);
    finding.fix = where_to_look(case, &silence.attempts, &[network]);
    finding
}

fn pair(case: &Case, silence: &Silence, a: ContainerAt, b: ContainerAt) -> Finding {
    let back = silence.attempts.iter().any(|row| row.from == b) && a != b;
    let (one, other) = (case.name(a), case.name(b));
    let port = only_port(silence);
    let is_refused = silence.attempts.iter().all(|a| a.measurement.outcome == Outcome::Refused);
    let summary = if let (Some(port), true) = (port, is_refused) {
        format!("{one} is refused by {other} on port {port}, although {other} listens there")
    } else if let Some(port) = port {
        format!("{one} cannot reach {other} on port {port}, although the map says it can")
    } else if back {
        format!("{one} and {other} cannot reach each other, although the map says they can")
    } else {
        format!("{one} cannot reach {other}, although the map says it can")
    };
    let mut finding = RULE.finding([one, other], summary);
    finding.evidence = all_measured(case, silence);
    let text = match port {
        Some(_) if is_refused => {
            "What is refused never came to it: something on the way answers instead"
        }
        Some(_) => "It listens there, and its address answers pings",
        None => "Both run, and share a network that carries traffic",
    };
    finding.evidence.push(Evidence::Remark { text });
    finding.fix = where_to_look(case, &silence.attempts, &case.shared(a, b));
    finding
}

/// The port, where one was tried and nothing else is silent.
fn only_port(silence: &Silence) -> Option<u16> {
    let port = silence.attempts.first()?.measurement.attempt.port()?;
    let same = |row: &Compared| row.measurement.attempt.port() == Some(port);
    let one_way = |row: &Compared| row.from == silence.attempts[0].from;
    silence.attempts.iter().all(|row| same(row) && one_way(row)).then_some(port)
}

/// Each attempt once: those that share a network namespace share addresses.
fn all_measured(case: &Case, silence: &Silence) -> Vec<Evidence> {
    let mut told: BTreeSet<(ContainerAt, &str)> = BTreeSet::new();
    let attempts = silence.attempts.iter();
    let first = attempts.filter(|row| told.insert((row.from, &row.measurement.target)));
    first.map(|row| measured(case, row)).collect()
}

fn measured(case: &Case, row: &Compared) -> Evidence {
    Evidence::Measured {
        container: case.name(row.from).to_owned(),
        target: row.measurement.target.clone(),
        network: row.measurement.network.clone(),
        outcome: row.measurement.outcome,
        why: row.measurement.reason.clone(),
    }
}

/// Where to look: in the source, if its own kernel refused, else on the host.
fn where_to_look(case: &Case, attempts: &[Compared], networks: &[NetworkAt]) -> Vec<Step> {
    let refused_by = |reasons: &[Why]| -> BTreeSet<ContainerAt> {
        let refused = attempts.iter().filter(|row| {
            row.measurement.reason.as_ref().is_some_and(|reason| reasons.contains(reason))
        });
        refused.map(|row| row.from).collect()
    };
    let look = |what: &str, at: &ContainerAt, command: &[&str]| {
        let name = case.name(*at);
        [advise(format!("look for the {what} in {name}:")), case.inside(*at, command)]
    };
    let routes = refused_by(&[Why::BlackHole, Why::NoRoute, Why::Prohibited]);
    let rules = refused_by(&[Why::OwnFirewall]);
    let mut fix: Vec<Step> =
        routes.iter().flat_map(|at| look("route", at, &["ip", "route"])).collect();
    let list = ["iptables", "-L", "OUTPUT", "-v", "-n"];
    fix.extend(rules.iter().flat_map(|at| look("rule", at, &list)));
    if fix.is_empty() { on_the_host(case, networks) } else { fix }
}

/// The rules of the host, and how to have the engine's again.
fn on_the_host(case: &Case, networks: &[NetworkAt]) -> Vec<Step> {
    let podman = case.map.snapshot().engine.is_podman();
    let known = networks.iter().filter(|_| !podman);
    let bridges: Vec<String> = known.filter_map(|at| case.network(*at).bridge()).collect();
    let of = if bridges.is_empty() { String::new() } else { format!(" of {}", few(&bridges)) };
    // As advice, since it is for one cause of several and stops what runs.
    let (when, again) = if podman {
        let when = "if a firewall was started or reloaded after the containers, let Podman make \
            its rules again:";
        (when, "sudo podman network reload --all")
    } else {
        let when = "if a firewall was started or reloaded after the engine, restart the engine, \
            so that its rules are there again:";
        (when, "sudo systemctl restart docker")
    };
    vec![
        advise(format!("look for rules on the host that drop packets{of}:")),
        on_host(&["iptables", "-L", "-v", "-n"]),
        advise(when),
        advise(again),
    ]
}
