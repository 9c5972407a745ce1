//! Fixes of what goes by way of the engine's machine: what a rule offers and
//! what `why` offers is the same.

use std::net::IpAddr;

use super::case::Case;
use super::in_the_way::Obstacle;
use super::recreate::settled;
use super::steps::{advise, on_host, put_off};
use super::wanted::Edge;
use crate::model::{
    Action, Change, ContainerAt, Evidence, HostAddress, HostsEntry, MachineMatter, NetworkAt,
    Protocol, Step,
};
use crate::order::OrderBy;

/// The port of name servers.
const DNS: u16 = 53;

/// The name of the machine that Podman writes into each container's `/etc/hosts`.
const PODMANS_NAME: &str = "host.containers.internal";

/// What is the matter with the machine where an obstacle is of the machine's
/// own making.
pub fn matter(obstacle: &Obstacle) -> Option<MachineMatter> {
    Some(match obstacle {
        Obstacle::MachineUnknown => MachineMatter::NameUnknown,
        Obstacle::MachineOnLoopback => MachineMatter::OnLoopback,
        Obstacle::MachineSilent => MachineMatter::NothingListens,
        Obstacle::MachineFirewalled => MachineMatter::Silent,
        Obstacle::LocalhostMachine => MachineMatter::IsNotLocalhost,
        _ => return None,
    })
}

impl Case<'_> {
    /// Lets containers that reach for a neighbour by way of the host go there
    /// directly: by its name, to its own port, on a network that both are on.
    pub fn go_directly(
        &self,
        peer: ContainerAt,
        inside: impl Into<Option<u16>>,
        edges: &[&Edge],
    ) -> Vec<Step> {
        let inside = inside.into();
        let (on_host, edges): (Vec<&Edge>, Vec<&Edge>) =
            edges.iter().copied().partition(|edge| self.map.on_host(edge.from));
        let mut steps = Vec::new();
        if !edges.is_empty() {
            let from: Vec<ContainerAt> = edges.iter().map(|edge| edge.from).collect();
            let together = self.bring_together(peer, &from, &[]);
            let name = together.name().to_owned();
            steps.extend(together.steps);
            steps.extend(self.redial(&edges, &name, inside));
        }
        if let Some(inside) = inside.filter(|_| !on_host.is_empty()) {
            steps.extend(self.go_by_localhost(peer, inside, &on_host));
        }
        settled(steps)
    }

    /// Makes a container again with ports that fewer may dial, once those of its
    /// clients that come by the host, each with the port inside, go there directly.
    pub fn narrow(
        &self,
        at: ContainerAt,
        changes: Vec<Change>,
        clients: &[(u16, Vec<&Edge>)],
    ) -> Vec<Step> {
        let directly = clients.iter().flat_map(|(port, edges)| self.go_directly(at, *port, edges));
        let mut steps: Vec<Step> = directly.collect();
        let is_by_hand = steps.iter().any(|step| matches!(step.action, Action::Advise { .. }));
        let narrow = self.recreate(at, changes);
        if is_by_hand && !self.is_planned() {
            // Only who has changed the client knows when it can do without.
            steps.extend(narrow.iter().filter_map(put_off));
        } else {
            steps.extend(narrow);
        }
        settled(steps)
    }

    /// What lets containers reach a program on the machine.
    pub fn reach_machine(&self, matter: MachineMatter, edges: &[&Edge]) -> Vec<Step> {
        let port = edges.first().and_then(|edge| edge.port);
        let of_port = port.map_or_else(|| "that port".to_owned(), |port| format!("port {port}"));
        match matter {
            MachineMatter::NameUnknown => {
                let (podmans, others): (Vec<&Edge>, Vec<&Edge>) =
                    edges.iter().copied().partition(|edge| self.has_podmans_name(edge.from));
                let mut steps = self.redial(&podmans, PODMANS_NAME, port);
                steps.extend(others.iter().flat_map(|edge| self.add_host(edge.from)));
                settled(steps)
            }
            MachineMatter::OnLoopback => vec![advise(format!(
                "let the program on the host listen on the gateway's address or on 0.0.0.0, {of_port}"
            ))],
            MachineMatter::NothingListens => vec![advise(format!(
                "start the program on the host that is to listen on {of_port}"
            ))],
            MachineMatter::Silent => self.let_in(edges),
            MachineMatter::IsNotLocalhost => {
                let (podmans, others): (Vec<&Edge>, Vec<&Edge>) =
                    edges.iter().copied().partition(|edge| self.has_podmans_name(edge.from));
                let mut steps: Vec<Step> =
                    others.iter().flat_map(|edge| self.add_host(edge.from)).collect();
                steps.extend(self.redial(&podmans, PODMANS_NAME, port));
                steps.extend(self.redial(&others, "host.docker.internal", port));
                settled(steps)
            }
        }
    }

    /// Whether a container knows the machine by the name that Podman gives it.
    fn has_podmans_name(&self, at: ContainerAt) -> bool {
        self.is_in_hosts(at, PODMANS_NAME) == Some(true)
    }

    /// Makes a container's resolver ask for a peer's name as it is at first.
    pub fn resolve_here(&self, at: ContainerAt, host: &str) -> Vec<Step> {
        // Another name server's answer is none of the engine's, in whichever order it is
        // asked for names.
        if !self.asked_first(at, host).is_empty() && self.foreign_servers(at).is_empty() {
            let option = "ndots:0".to_owned();
            let mut steps = self.recreate(at, vec![Change::ResolverOption { option }]);
            steps.push(advise(format!(
                "or let {} use `{host}.` with a dot at its end, which no search domain is added to",
                self.called(at)
            )));
            return steps;
        }
        // Who uses another's network has its resolv.conf, too.
        let owner = self.map.stack(at).unwrap_or(at);
        if owner != at {
            return vec![advise(format!(
                "{} has the resolv.conf of {}, whose network it uses: let {1} name the engine's name \
                 server first; a container for a VPN writes its own unless it is told to keep the \
                 engine's (in gluetun DNS_KEEP_NAMESERVER=on)",
                self.called(at),
                self.called(owner)
            ))];
        }
        let made_with = self.container(at).made_with.as_ref();
        if made_with.is_some_and(|made_with| made_with.own_resolv_conf) {
            return vec![advise(format!(
                "re-create {} without what is mounted as /etc/resolv.conf: in the engine's own stands \
                 the name server that knows its peers, which asks the host's for all other names",
                self.called(at)
            ))];
        }
        // A new container gets a new one of the engine's making.
        let mut steps = self.recreate(at, Vec::new());
        steps.push(advise(format!(
            "if the resolv.conf of {} is the same then, its own program or a mount writes it: \
             let that name the engine's name server first",
            self.called(at)
        )));
        steps
    }

    /// The entries of a container's hosts file, as they were asked for and as they
    /// were seen, sorted.
    pub fn hosts_entries(&self, at: ContainerAt) -> Vec<(String, IpAddr)> {
        let asked = self.container(at).extra_hosts.iter().filter_map(|host| match host.address {
            HostAddress::Ip(address) => Some((host.name.clone(), address)),
            _ => None,
        });
        let seen = self.seen(at).and_then(|seen| seen.hosts.as_deref()).unwrap_or_default();
        let names = |entry: &HostsEntry| {
            let address = entry.address;
            entry.names.iter().map(move |name| (name.clone(), address)).collect::<Vec<_>>()
        };
        let mut entries: Vec<(String, IpAddr)> = asked.chain(seen.iter().flat_map(names)).collect();
        entries.order();
        entries.dedup();
        entries
    }

    /// Takes an entry out of a container's hosts file.
    pub fn without_entry(&self, at: ContainerAt, name: &str, address: IpAddr) -> Vec<Step> {
        let given = self.container(at).extra_hosts.iter().any(|host| {
            host.name.eq_ignore_ascii_case(name) && host.address == HostAddress::Ip(address)
        });
        match given {
            true => self.recreate(at, vec![Change::RemoveHost { name: name.to_owned() }]),
            false => vec![advise(format!(
                "take the line for {name} out of the hosts file of {}",
                self.called(at)
            ))],
        }
    }

    /// What lets an address that no container has be a machine's: the engine chooses its
    /// ranges without knowing of the LAN or a VPN, and what is sent there stays on the bridge.
    pub fn out_of_the_way(&self, address: &str) -> Option<Step> {
        let around = self.index.networks_around(address.parse().ok()?);
        let network = &self.network(*around.first()?).name;
        Some(advise(format!(
            "or, if {address} is a machine of your LAN or behind a VPN, re-create {network} on \
             another range (--subnet): what is sent to that address stays on {network}"
        )))
    }

    /// Lets a client dial a peer by its own name, without a part before it.
    pub fn dial_name_itself(&self, edge: &Edge, peer: ContainerAt) -> Vec<Step> {
        let (client, host) = (self.called(edge.from), &edge.host);
        let name = host.split_once('.').map_or(&**host, |(_, behind)| behind);
        vec![advise(format!(
            "let {client} dial {name} itself: a client of S3 puts the bucket's name before it \
             unless it is told to use path style (forcePathStyle, S3_USE_PATH_STYLE); or give {} \
             the alias {host}, if it answers by that name",
            self.called(peer)
        ))]
    }

    /// Why a container's resolver takes a name elsewhere.
    pub fn why_astray(&self, at: ContainerAt, host: &str) -> Vec<Evidence> {
        let names = self.asked_first(at, host);
        let servers = self.foreign_servers(at).iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut evidence = Vec::new();
        if !names.is_empty() {
            let ndots = self.seen(at).and_then(|seen| seen.resolver()).map_or(1, |r| r.ndots);
            evidence.push(Evidence::AsksFirst { names, ndots });
        }
        if !servers.is_empty() {
            evidence.push(Evidence::NameServers { servers, given: false });
        }
        evidence
    }

    /// Lets the host's firewall take what containers send.
    fn let_in(&self, edges: &[&Edge]) -> Vec<Step> {
        let mut steps = Vec::new();
        for edge in edges {
            let (Some(port), Some(subnet)) = (edge.port, self.sent_from(edge)) else { continue };
            steps.extend(allow(&subnet, port, edge.protocol.unwrap_or_default()));
        }
        settled(steps)
    }

    /// Podman's name server of a container, which is a program on the host, where the
    /// container asks that one.
    pub fn name_server_on_host(&self, at: ContainerAt) -> Option<IpAddr> {
        let server = self.server_of_peers(at);
        let asked = self.of_stack(at, |seen| seen.nameservers.as_deref())?;
        let podman = self.map.snapshot().engine_of(&self.container(at).node).is_podman();
        (podman && asked.contains(&server)).then_some(server)
    }

    /// Lets a container ask Podman's name server: brings that back, or lets the host's
    /// firewall take what is sent to it. What has `denied` a name is no firewall.
    pub fn let_ask(&self, at: ContainerAt, denied: bool) -> Option<Vec<Step>> {
        let server = self.name_server_on_host(at)?;
        let network = self.joined(at).find(|at| self.network(*at).contains(server))?;
        let subnets = &self.network(network).subnets;
        let of_server = subnets.iter().find(|subnet| subnet.subnet.contains(&server))?;
        if let Some(steps) = self.bring_server_back(server, network) {
            return Some(steps);
        }
        if denied {
            return None;
        }
        let mut steps = vec![advise(format!(
            "Podman's name server at {server} is a program on the host, and gives no answer: let \
             the host's firewall take what is sent to it"
        ))];
        steps.extend(allow(&of_server.subnet.to_string(), 53, Protocol::Udp));
        Some(steps)
    }

    /// Brings back Podman's name server of a network where the host's sockets show that it
    /// is not there: another program may have its port. Podman starts it together with a
    /// container, and who started before finds it again when started anew.
    fn bring_server_back(&self, server: IpAddr, network: NetworkAt) -> Option<Vec<Step>> {
        /// Of more nobody reads all names.
        const MOST: usize = 8;
        let snapshot = self.map.snapshot();
        let sockets = snapshot.host.as_ref()?.listening.as_ref()?;
        let with_udp = || sockets.iter().filter(|socket| socket.protocol == Protocol::Udp);
        if snapshot.engine.hides_bridges() || with_udp().any(|socket| socket.address == server) {
            return None;
        }
        let other = with_udp().find(|s| s.port == DNS && s.address.is_unspecified());
        let advice = match other {
            Some(socket) => format!(
                "another name server of the host has port {DNS} on every address ({}), so Podman's cannot have \
                 it at {server}: let that one listen on its own addresses only (dnsmasq: bind-interfaces; BIND: \
                 listen-on); then start these again:",
                socket.address
            ),
            None => format!(
                "Podman's name server, which is to listen at {server}:{DNS}, does not run; it comes up with:"
            ),
        };
        let runs = |at: &ContainerAt| self.container(*at).state.has_network();
        let members: Vec<ContainerAt> =
            self.map.members(network).iter().copied().filter(runs).collect();
        let mut steps = vec![advise(advice)];
        match members.len() {
            0..=MOST => steps.extend(members.into_iter().map(|at| self.restart(at))),
            _ => steps.push(advise("podman restart --all")),
        }
        Some(steps)
    }

    /// The subnet that a container has its address in when it sends to the
    /// machine.
    fn sent_from(&self, edge: &Edge) -> Option<String> {
        let address: Option<std::net::IpAddr> = edge.host.parse().ok();
        let networks = || self.joined(edge.from).map(|at| self.network(at));
        let near = address.and_then(|address| networks().find(|n| n.contains(address)));
        let network = near.or_else(|| networks().find(|network| !network.internal))?;
        let is_v4 = address.is_none_or(|address| address.is_ipv4());
        let mut subnets = network.subnets.iter().map(|subnet| subnet.subnet);
        subnets.find(|subnet| subnet.addr().is_ipv4() == is_v4).map(|subnet| subnet.to_string())
    }
}

/// Lets the host's firewall take what comes from a subnet.
fn allow(subnet: &str, port: u16, protocol: Protocol) -> [Step; 2] {
    let instead = format!(
        "where ufw keeps the host's rules, let it do that instead: \
         sudo ufw allow from {subnet} to any port {port} proto {protocol}"
    );
    let program = if subnet.contains(':') { "ip6tables" } else { "iptables" };
    let (port, protocol) = (port.to_string(), protocol.as_str());
    let rule = ["-I", "INPUT", "-s", subnet, "-p", protocol, "--dport", &port];
    [advise(instead), on_host(&[[program].as_slice(), &rule, &["-j", "ACCEPT"]].concat())]
}
