//! What to do about what throws packets away: the command that shows it, and
//! the one that would end it. Neither is ever run.

use std::net::IpAddr;

use ipnet::IpNet;

use super::case::Case;
use super::steps::{advise, on_host, step};
use crate::model::{
    Action, Applicability, ContainerAt, DropCause, DropSearch, DropSite, FirewallRule, PacketDrop,
    RuleOwner, Step,
};

/// Shows it, and says what ends it.
pub fn steps(case: &Case, drop: &PacketDrop, to: IpAddr) -> Vec<Step> {
    let run = |words: &[&str]| run(case, &drop.site, words);
    let address = to.to_string();
    match &drop.cause {
        DropCause::Rule(rule) => of_rule(case, drop, rule),
        DropCause::Route { kind, destination } => {
            let (kind, destination) = (kind.as_str(), destination.to_string());
            vec![
                advise("see the routes:"),
                run(&["ip", "route", "show", "table", "all", "type", kind]),
                advise("if it is not meant to be there, take it away:"),
                run(&["ip", "route", "del", kind, &destination]),
            ]
        }
        DropCause::ReversePath => vec![
            advise("see which way answers go, and how strict the kernel is about it:"),
            run(&["sysctl", "net.ipv4.conf.all.rp_filter"]),
            run(&["ip", "route"]),
            advise("mend the routes; or let packets in by every interface that has a way back:"),
            run(&["sysctl", "-w", "net.ipv4.conf.all.rp_filter=2"]),
        ],
        DropCause::NotForwarded => {
            vec![advise("let it forward:"), run(&["sysctl", "-w", "net.ipv4.ip_forward=1"])]
        }
        DropCause::NoRoute => {
            vec![advise("see the routes:"), run(&["ip", "route", "get", &address])]
        }
        DropCause::Misrouted { from, to, interface } => {
            let (source, target) = (from.to_string(), to.to_string());
            let family = if to.is_ipv4() { "-4" } else { "-6" };
            let mut steps = vec![advise("see the rules of routing:"), run(&["ip", family, "rule"])];
            // What answers belongs to a network of containers, the rest to the world.
            let (which, subnet) = match subnet_of(case, *to) {
                Some(subnet) => ("to", subnet),
                None => ("from", subnet_of(case, *from).unwrap_or_else(|| IpNet::from(*from))),
            };
            if interface.is_some() {
                steps.push(advise("see which way they go:"));
                steps.push(run(&["ip", "route", "get", &target, "from", &source]));
            }
            let subnet = subnet.to_string();
            steps.push(advise(
                "let one that comes before all others keep to the routes of the machine, unless this \
                 is meant:",
            ));
            let rule = ["ip", "rule", "add", which, &subnet, "lookup", "main", "pref", "1"];
            steps.push(run(&rule));
            steps
        }
        DropCause::Down { interface } if container(case, &drop.site).is_some() => {
            let mut steps = vec![
                advise("see it:"),
                run(&["ip", "link", "show", "dev", interface]),
                advise("restart it: its routes have gone with the interface"),
            ];
            steps.extend(container(case, &drop.site).map(|at| case.restart(at)));
            steps
        }
        DropCause::Down { interface } => vec![
            advise("see it:"),
            run(&["ip", "link", "show", "dev", interface]),
            advise("switch it on:"),
            run(&["ip", "link", "set", "dev", interface, "up"]),
            advise(WHO_SETS_INTERFACES),
        ],
        DropCause::Unplugged { interface, bridge, .. } => vec![
            advise("see that it has no master:"),
            run(&["ip", "link", "show", "dev", interface]),
            advise("put it on its bridge again:"),
            run(&["ip", "link", "set", "dev", interface, "master", bridge]),
            advise(WHO_SETS_INTERFACES),
        ],
        DropCause::NoBridge { .. } => vec![
            advise(
                "restart the engine, and then the containers of that network: the engine makes its bridges as it starts",
            ),
            advise(WHO_SETS_INTERFACES),
        ],
        DropCause::NoNeighbour { .. } => {
            vec![advise("see who is there:"), run(&["ip", "neigh", "show", &address])]
        }
        DropCause::ConntrackFull => vec![
            advise("see how many connections there are, and how many there is room for:"),
            run(&["sysctl", "net.netfilter.nf_conntrack_count", "net.netfilter.nf_conntrack_max"]),
            advise("raise net.netfilter.nf_conntrack_max, or find who opens so many"),
        ],
        DropCause::ListenQueueFull => vec![
            advise("see what waits (Recv-Q) and how much room there is (Send-Q):"),
            run(&["ss", "-ltn"]),
            advise("the program hangs, or is too slow: restart it, or let it take more (backlog)"),
        ],
        DropCause::Checksum => vec![advise(
            "something on the way changes packets: a broken network card, or checksum offloading \
             in a virtual machine (ethtool -K INTERFACE tx off)",
        )],
        DropCause::Queue { interface, kind } if ["clsact", "ingress"].contains(&&**kind) => vec![
            advise("see the filters and what each of them drops:"),
            run(&["tc", "-s", "filter", "show", "dev", interface, "ingress"]),
            run(&["tc", "-s", "filter", "show", "dev", interface, "egress"]),
            advise(format!(
                "take the one away that is not meant to be there, by the number behind pref: tc \
                 filter del dev {interface} ingress (or egress) pref NUMBER"
            )),
        ],
        DropCause::Queue { interface, kind } => vec![
            advise("see what it drops:"),
            run(&["tc", "-s", "qdisc", "show", "dev", interface]),
            advise(format!("if {kind} is not meant to be there, take it away:")),
            run(&["tc", "qdisc", "del", "dev", interface, "root"]),
        ],
        DropCause::Interface { interface } => vec![
            advise("see what it drops, and whether a program (xdp) stands before it:"),
            run(&["ip", "-s", "-d", "link", "show", "dev", interface]),
        ],
    }
}

/// Of interfaces that are not as the engine has made them.
const WHO_SETS_INTERFACES: &str = "if it comes back: what sets up the machine's own network changes the engine's \
     interfaces as well; tell it to leave veth*, br-* and podman* alone (NetworkManager: unmanaged-devices; \
     systemd-networkd: Unmanaged=yes)";

fn of_rule(case: &Case, drop: &PacketDrop, rule: &FirewallRule) -> Vec<Step> {
    let (process, rule) = (process(case, &drop.site), Box::new(rule.clone()));
    let owner = rule.owner;
    let mut steps = vec![
        advise(format!("see it with its counter {}:", drop.site.place())),
        step(Action::ShowRule { rule: rule.clone(), process }, Applicability::Safe),
    ];
    let removal = step(Action::RemoveRule { rule, process }, Applicability::Ask);
    match owner {
        RuleOwner::Policy => {
            steps.push(advise(
                "no rule accepts it: if the engine's rules are gone, a restart of the engine makes \
                 them again; else add one, or let the policy accept everything:",
            ));
            steps.push(removal);
        }
        owner => match owner.keeper() {
            Some(keeper) => steps.push(advise(format!(
                "{keeper} makes it, and would make it again: change it there, or restart {keeper} \
                 if the rule is left over from before"
            ))),
            None => {
                steps.push(advise("if it is not meant to be there, take it away:"));
                steps.push(removal);
            }
        },
    }
    steps
}

/// The most rules under suspicion that are spelled out.
const MOST_SUSPECTS: usize = 4;

/// Rules that may do it, where nothing could be told by counting: the first of them, and how
/// many more there are.
pub fn suspects(search: &DropSearch) -> (Vec<PacketDrop>, usize) {
    let as_found = |(site, rule): &(DropSite, FirewallRule)| {
        let (site, cause) = (site.clone(), DropCause::Rule(rule.clone()));
        PacketDrop { site, cause, counted: Vec::new() }
    };
    let first: Vec<PacketDrop> =
        search.uncounted.iter().take(MOST_SUSPECTS).map(as_found).collect();
    let more = search.uncounted.len() - first.len();
    (first, more)
}

/// Shows the chains that have them.
pub fn show_suspects(case: &Case, suspects: &[PacketDrop]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut chains = Vec::new();
    for drop in suspects {
        let DropCause::Rule(rule) = &drop.cause else { continue };
        let chain = (&drop.site, &rule.tool, &rule.table, &rule.chain);
        if chains.contains(&chain) {
            continue;
        }
        chains.push(chain);
        let (process, rule) = (process(case, &drop.site), Box::new(rule.clone()));
        steps.push(step(Action::ShowRule { rule, process }, Applicability::Safe));
    }
    if !steps.is_empty() {
        steps.insert(0, advise("see the rules that may do it, of which none has a counter:"));
    }
    steps
}

/// A command where it is to be run.
fn run(case: &Case, site: &DropSite, words: &[&str]) -> Step {
    let process = process(case, site).map(|process| process.to_string());
    let enter = process.iter().flat_map(|process| ["nsenter", "-t", process, "-n"]);
    on_host(&enter.chain(words.iter().copied()).collect::<Vec<_>>())
}

/// The subnet of containers that an address is in.
fn subnet_of(case: &Case, address: IpAddr) -> Option<IpNet> {
    let mut subnets = case.networks().flat_map(|at| &case.network(at).subnets);
    subnets.find(|subnet| subnet.subnet.contains(&address)).map(|subnet| subnet.subnet)
}

/// The container whose network namespace it is.
fn container(case: &Case, site: &DropSite) -> Option<ContainerAt> {
    let DropSite::Container(name) = site else { return None };
    case.containers().find(|at: &ContainerAt| case.name(*at) == name)
}

/// A container's first process, by which its network namespace is entered.
fn process(case: &Case, site: &DropSite) -> Option<u32> {
    case.container(container(case, site)?).pid
}
