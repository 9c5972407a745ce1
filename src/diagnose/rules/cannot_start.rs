//! A container that the engine cannot start.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::diagnose::{Case, Edge, Judgement, Rule, advise, owned};
use crate::model::{
    Change, ContainerAt, Evidence, Finding, NetworkAt, Severity, StartErrorKind, State, Step,
};
use crate::order::OrderBy;

/// See `netmap explain cannot-start`.
pub const RULE: Rule = Rule {
    name: "cannot-start",
    severity: Severity::Error,
    summary: "the engine could not start a container",
    meaning: "What the engine cannot start has no log: its program never ran. The engine keeps the \
        reason, and the next start fails in the same way until that is gone.",
    seen: "The engine's own start error: a fixed address that another container has, a network that \
        is gone, a program that is not in the image, a path that cannot be mounted, a server for \
        its log or of a volume that the engine cannot reach, rules of the engine's that a firewall has taken away, \
        a module that the kernel lacks, a bridge that is full.",
    example: "`Address already in use`, `exec: \"serve\": executable file not found in $PATH`",
    fix: "Remove the cause that the engine names, and re-create the container; `docker start` alone \
        fails again.",
    mistaken_for: "A wrong name: to the others, what was never started looks as if it had never been \
        there.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let fails = |at: &ContainerAt| {
        let container = case.container(*at);
        let error = container.start_error.as_ref();
        // Of a port another rule knows more.
        let is_ours = error.is_some_and(|error| error.kind != StartErrorKind::PortTaken);
        is_ours && !container.state.has_network() && !case.is_orphan(*at)
    };
    let failed = case.containers().filter(fails).filter_map(|at| finding(case, at));
    Judgement::of(failed.chain(case.containers().filter_map(|at| will_fail(case, at))))
}

/// One that was never started, and whose fixed address another one has.
fn will_fail(case: &Case, at: ContainerAt) -> Option<Finding> {
    let container = case.container(at);
    if container.state != State::Created || container.start_error.is_some() {
        return None;
    }
    let taken = Taken::of(case, at)?;
    let (name, holder) = (case.name(at), case.name(taken.holder?));
    let summary = format!("{name} will not start: {holder} has its address {}", taken.address);
    let mut finding = RULE.finding([name, holder], summary);
    finding.severity = Severity::Warning;
    let (address, container) = (taken.address, Some(holder.to_owned()));
    finding.evidence.push(Evidence::AddressOf { address, container });
    finding.fix = taken.give_another(case, at);
    Some(finding)
}

fn finding(case: &Case, at: ContainerAt) -> Option<Finding> {
    let (name, error) = (case.name(at), case.container(at).start_error.as_ref()?);
    let clients: Vec<&Edge> = case
        .edges_about(at)
        .map(|(edge, _)| edge)
        .filter(|edge| edge.container() == Some(at) && edge.from != at)
        .collect();
    let taken = Taken::of(case, at).filter(|_| error.kind == StartErrorKind::AddressTaken);
    let holder = taken.as_ref().and_then(|taken| taken.holder);
    let subjects = [name].into_iter().chain(holder.map(|at| case.name(at)));
    let cause = match (&taken, error.kind) {
        (Some(taken), _) => match holder {
            Some(holder) => format!("{} has its address {}", case.name(holder), taken.address),
            None => format!("its address {} is taken", taken.address),
        },
        (None, StartErrorKind::NoNetwork) => "a network that it is to be on is gone".to_owned(),
        (None, StartErrorKind::Executable) => "its program cannot be run".to_owned(),
        (None, StartErrorKind::LogDriver) => {
            "the engine cannot reach the server for its log".to_owned()
        }
        (None, StartErrorKind::NetworkVolume) => {
            "the engine cannot reach the server of a volume".to_owned()
        }
        (None, StartErrorKind::RulesGone) => {
            "the engine's rules are gone from the machine's firewall".to_owned()
        }
        (None, StartErrorKind::NoModule) => {
            "the kernel of the machine lacks what its network needs".to_owned()
        }
        (None, StartErrorKind::BridgeFull) => "the bridge of its network is full".to_owned(),
        (None, StartErrorKind::Mount) => "something cannot be mounted into it".to_owned(),
        (None, _) => "the engine says why".to_owned(),
    };
    let mut finding = RULE
        .finding(subjects.chain(case.clients(&clients)), format!("{name} cannot start: {cause}"));
    finding.evidence.push(Evidence::StartError { said: error.gist() });
    finding.evidence.extend(taken.as_ref().map(|taken| Evidence::AddressOf {
        address: taken.address,
        container: holder.map(|at| case.name(at).to_owned()),
    }));
    finding.evidence.extend(case.signs(&clients));
    if !clients.is_empty() {
        let clients = owned(&case.clients(&clients));
        let servers = vec![case.name(at).to_owned()];
        finding.evidence.push(Evidence::CutOff { clients, servers });
    }
    finding.fix = match taken {
        Some(taken) => taken.give_another(case, at),
        None if error.kind == StartErrorKind::RulesGone && !is_podman(case, at) => {
            let mut fix = case.rules_again();
            fix.push(case.start(at));
            fix
        }
        None => vec![advise(advice(error.kind, case.called(at)))],
    };
    Some(finding)
}

fn is_podman(case: &Case, at: ContainerAt) -> bool {
    case.map.snapshot().engine_of(&case.container(at).node).is_podman()
}

fn advice(kind: StartErrorKind, name: &str) -> String {
    match kind {
        StartErrorKind::NoNetwork => format!("re-create {name} on networks that are there"),
        StartErrorKind::Executable => format!(
            "re-create {name} with a command (or an entry point) that is in its image and may be run"
        ),
        StartErrorKind::LogDriver => format!(
            "it is the engine that sends the log of {name}, from its own machine, where no container \
             has a name: publish the port of the log server, start that first, and re-create {name} \
             with localhost and the published port as its address (--log-opt); or without \
             --log-driver"
        ),
        StartErrorKind::NetworkVolume => format!(
            "it is the engine that mounts the volumes of {name}, from its own machine, where no container \
             has a name: let the volume name its server by an address that the machine reaches (a container \
             by 127.0.0.1 and a published port), and start that first; make the volume again, since its \
             options are kept, and re-create {name}"
        ),
        StartErrorKind::NoModule => format!(
            "if the kernel was updated since the machine started, restart the machine: the modules of the \
             kernel that runs (uname -r) are gone from /lib/modules. Else load the module, such as veth or \
             iptable_raw, by modprobe, or take a kernel that has it; Docker from 28.0.2 on does without \
             iptable_raw, and protects less, with DOCKER_INSECURE_NO_IPTABLES_RAW=1 in its environment. Then \
             start {name}"
        ),
        StartErrorKind::BridgeFull => format!(
            "a bridge takes 1,023 interfaces: spread the containers over several networks, and re-create \
             {name} on one that has room; where far fewer are on it, interfaces of those that are gone \
             were left behind, and a restart of the machine removes them"
        ),
        StartErrorKind::Mount => format!("re-create {name} with a path that can be mounted (-v)"),
        _ => format!("remove the cause that the engine names, then start {name}"),
    }
}

/// A fixed address of a container that another one has.
struct Taken {
    network: NetworkAt,
    address: IpAddr,
    holder: Option<ContainerAt>,
}

impl Taken {
    /// The first of its fixed addresses that another one has, else its first.
    fn of(case: &Case, at: ContainerAt) -> Option<Self> {
        let mut fixed: Vec<Self> = Vec::new();
        for (network, endpoint) in case.map.endpoints(at) {
            let Some(network) = network else { continue };
            fixed.extend(endpoint.fixed_addresses().map(|address| {
                let owner = case.map.owner_of(at, address).map(|(owner, _)| owner);
                Self { network, address, holder: owner.filter(|owner| *owner != at) }
            }));
        }
        // Stable: whose address is taken comes first.
        fixed.order_by_key(|taken| taken.holder.is_none());
        fixed.into_iter().next()
    }

    fn give_another(&self, case: &Case, at: ContainerAt) -> Vec<Step> {
        let range = "keep addresses that are given by hand out of the range from which the engine \
             gives the others theirs (--ip-range on the network)";
        let option = if self.address.is_ipv4() { "--ip" } else { "--ip6" };
        let Some(to) = self.free(case, at) else {
            let again = format!("re-create {} with an {option} that is free", case.called(at));
            return vec![advise(again), advise(range)];
        };
        let network = case.network_handle(self.network);
        let change = Change::Address { network, from: self.address, to };
        let mut steps = case.recreate(at, vec![change]);
        steps.push(advise(range));
        steps
    }

    /// An address of the same subnet that nobody has: from its end, since the
    /// engine hands them out from the beginning.
    fn free(&self, case: &Case, at: ContainerAt) -> Option<IpAddr> {
        const MOST: usize = 4096;
        let mut subnets = case.network(self.network).subnets.iter();
        let subnet = subnets.find(|subnet| subnet.subnet.contains(&self.address))?;
        let gateway = case.map.gateway(self.network, subnet);
        let is_free = |ip: &IpAddr| {
            let in_range = subnet.ip_range.is_some_and(|range| range.contains(ip));
            let taken = case.map.owner_of(at, *ip).is_some() || case.index.is_fixed(*ip);
            !in_range && !taken && gateway != Some(*ip)
        };
        match subnet.subnet {
            IpNet::V4(net) => {
                let (first, last) = (u32::from(net.network()) + 1, u32::from(net.broadcast()));
                let mut hosts = (first..last).rev().map(|ip| IpAddr::V4(Ipv4Addr::from(ip)));
                hosts.by_ref().take(MOST).find(is_free)
            }
            IpNet::V6(net) => {
                let (first, last) = (u128::from(net.network()) + 1, u128::from(net.broadcast()));
                let mut hosts = (first..last).rev().map(|ip| IpAddr::V6(Ipv6Addr::from(ip)));
                hosts.by_ref().take(MOST).find(is_free)
            }
        }
    }
}
