//! Containers that are the name servers of others.

use std::net::IpAddr;

use super::case::Case;
use super::facts::Listens;
use super::names::Meaning;
use super::steps::advise;
use crate::model::{Change, ContainerAt, Evidence, Protocol, RequestedPort, State, Step};

/// The port of name servers.
const DNS: u16 = 53;

/// A container that another one asks for names.
pub struct Asked {
    /// The container.
    pub at: ContainerAt,
    /// The address at which it is asked.
    pub address: IpAddr,
    /// Its own port, where the address is the machine's and the port published there.
    pub port: Option<u16>,
}

/// What is said of a container that is a name server and does not do its work.
pub struct NameServer {
    /// The container.
    pub at: ContainerAt,
    /// Whether it is seen what is wrong with it.
    pub is_seen: bool,
    /// Its port for that.
    pub port: u16,
    /// Who it is, and what is wrong with it.
    pub is: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// What to do about it.
    pub fix: Vec<Step>,
}

impl Case<'_> {
    /// The container that is to answer what another one asks, which does not resolve
    /// what is outside.
    pub fn failing_name_server(&self, from: ContainerAt) -> Option<NameServer> {
        let Asked { at, address, port } = self.name_server(from)?;
        let (name, called) = (self.name(at), self.called(at));
        let container = name.to_owned();
        let mut evidence = vec![match port {
            None => Evidence::AddressOf { address, container: Some(container) },
            Some(port) => Evidence::LeadsTo { host_port: DNS, container, port },
        }];
        let port_there = port;
        let port = port.unwrap_or(DNS);
        let state = self.container(at).state;
        // One that is paused has its address and answers nobody.
        if !state.has_network() || state == State::Paused || self.is_looping(at) {
            let is = format!("{name}, which {}", self.state_of(at));
            evidence.extend(self.last_words(at));
            return Some(NameServer {
                at,
                is_seen: true,
                port,
                is,
                evidence,
                fix: self.bring_up(at),
            });
        }
        let on = || self.map.owner_of(from, address).map(|(_, network)| network);
        let apart = on().filter(|network| {
            port_there.is_none() && !self.map.on_host(from) && !self.map.is_on(from, *network)
        });
        if let Some(network) = apart {
            let on = &self.network(network).name;
            let client = self.name(from);
            let is = format!("{name}, which has that address on {on}, where {client} is not");
            if self.network(network).driver.reaches_beyond() {
                let text = "The kernel keeps members of macvlan and ipvlan networks from their own host, and \
                    so from what comes by it";
                evidence.push(Evidence::Remark { text });
            }
            let fix = self.connect(&self.network_handle(network), from, &[]);
            return Some(NameServer { at, is_seen: true, port, is, evidence, fix });
        }
        let listens = self.listens(at, port, Some(Protocol::Udp));
        let may_hear = !matches!(listens, Some(Listens::Not | Listens::OnLoopback));
        if may_hear && let Some(asked) = self.answered_by_the_gateway(from, at, address) {
            let is = format!("{name}, whose answers come from another address than {address}");
            let text = "What is sent by UDP to a port that is published on all addresses, Docker before 28 \
                answers from the gateway of the client's network, and who asked elsewhere does not take that";
            evidence.push(Evidence::Remark { text });
            let to = Some(RequestedPort { host_ip: Some(address), ..asked.clone() });
            let fix = self.recreate(at, vec![Change::Publish { from: Some(asked), to }]);
            return Some(NameServer { at, is_seen: true, port, is, evidence, fix });
        }
        let (is, then) = match listens {
            Some(Listens::Not) => (
                format!("{name}, where nothing listens on port {port}"),
                format!("then fix what keeps its server from listening on port {port}"),
            ),
            Some(Listens::OnLoopback) => (
                format!("{name}, which listens on port {port} for itself only"),
                format!("then let {called} listen on 0.0.0.0:{port}"),
            ),
            _ => (
                format!("{name}, a container"),
                format!(
                    "then see whether {called} answers who asks from there (access-control in unbound, \
                     allow-query and allow-recursion in BIND), and reaches the name servers that it asks \
                     itself"
                ),
            ),
        };
        let is_seen = matches!(listens, Some(Listens::Not | Listens::OnLoopback));
        let fix = vec![self.logs(at), advise(then)];
        Some(NameServer { at, is_seen, port, is, evidence, fix })
    }

    /// The container with the address of a name server that another one was given or
    /// asks, or for which that address is kept while it is down; or the one to which the
    /// port of name servers leads on the machine, where that has the address.
    pub fn name_server(&self, from: ContainerAt) -> Option<Asked> {
        let seen = self.seen(from).and_then(|seen| seen.nameservers.as_deref()).unwrap_or_default();
        let given = self.container(from).dns.iter().filter_map(|server| server.parse().ok());
        let mut servers = given.chain(seen.iter().copied());
        servers.find_map(|address: IpAddr| {
            let has = self.map.owner_of(from, address).map(|(at, _)| at);
            let has = has.or_else(|| self.index.fixed_of(address)).map(|at| (at, None));
            let (at, port) = has.or_else(|| self.published_there(from, address))?;
            (at != from).then_some(Asked { at, address, port })
        })
    }

    /// The container to which the port of name servers leads on an address of the
    /// machine, or will when it is up again; with its own port.
    fn published_there(
        &self,
        from: ContainerAt,
        address: IpAddr,
    ) -> Option<(ContainerAt, Option<u16>)> {
        if self.meaning(from, &address.to_string()) != Meaning::Machine {
            return None;
        }
        let takes = |ip: IpAddr| ip.is_unspecified() || ip == address;
        let up = self.index.published(DNS).iter().find_map(|at| {
            let mut bindings = self.bindings(*at, DNS, Some(Protocol::Udp));
            bindings.find(|binding| takes(binding.host_ip)).map(|binding| (*at, Some(binding.port)))
        });
        let to_be = || {
            let down = self.index.requesting(DNS).iter();
            let mut down = down.filter(|at| !self.container(**at).state.has_network());
            down.find_map(|at| {
                let mut asked = self.container(*at).requested.iter();
                let asked = asked.find(|asked| {
                    asked.protocol == Protocol::Udp
                        && asked.host_port.one() == Some(DNS)
                        && asked.host_ip.is_none_or(takes)
                })?;
                Some((*at, Some(asked.port)))
            })
        };
        up.or_else(to_be)
    }

    /// The port of name servers that a container asked for on all addresses of the machine, where
    /// what comes by it is answered from another address than the one that the client asked.
    ///
    /// Docker's proxy, by which containers come to a port of the machine, leaves the address of
    /// its answers to the kernel: that of the bridge on which the client is. Since 28 it answers
    /// from the one that was asked (moby/moby, pull request 48571).
    fn answered_by_the_gateway(
        &self,
        from: ContainerAt,
        at: ContainerAt,
        address: IpAddr,
    ) -> Option<RequestedPort> {
        let engine = self.map.snapshot().engine_of(&self.container(at).node);
        let is_old = engine.is_docker() && engine.major().is_some_and(|major| major < 28);
        let is_own = self.joined(from).any(|network| {
            let mut subnets = self.network(network).subnets.iter();
            subnets.any(|subnet| subnet.subnet.contains(&address))
        });
        if !is_old || is_own || self.map.on_host(from) || !self.is_behind_a_proxy(DNS) {
            return None;
        }
        let mut asked = self.container(at).requested.iter();
        let asked = asked.find(|asked| {
            asked.protocol == Protocol::Udp
                && asked.host_port.one() == Some(DNS)
                && asked.host_ip.is_none_or(|ip| ip.is_unspecified())
        });
        asked.cloned()
    }

    /// Whether a program has a port of the machine for UDP, as Docker's proxy has, as far as can
    /// be seen: it may be switched off.
    fn is_behind_a_proxy(&self, port: u16) -> bool {
        let host = self.map.snapshot().host.as_ref();
        let sockets = host.and_then(|host| host.listening.as_deref());
        sockets.is_none_or(|sockets| {
            sockets.iter().any(|socket| socket.port == port && socket.protocol == Protocol::Udp)
        })
    }

    /// What has a container run that does not.
    pub fn bring_up(&self, at: ContainerAt) -> Vec<Step> {
        match self.container(at).state {
            State::Paused => vec![self.unpause(at)],
            State::Created => match self.port_in_the_way(at) {
                Some(port) => vec![advise(format!(
                    "let {} have port {port} of the host, or publish it elsewhere (netmap explain \
                     host-port-conflict), and start it",
                    self.called(at)
                ))],
                None => vec![self.start(at)],
            },
            _ => self.bring_back(at),
        }
    }
}
