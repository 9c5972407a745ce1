//! Containers that are the name servers of others.

use std::net::IpAddr;

use super::case::Case;
use super::facts::Listens;
use super::steps::advise;
use crate::model::{ContainerAt, Evidence, Protocol, State, Step};

/// The port of name servers.
const DNS: u16 = 53;

/// What is said of a container that is a name server and does not do its work.
pub struct NameServer {
    /// The container.
    pub at: ContainerAt,
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
        let (at, address) = self.name_server(from)?;
        let (name, called) = (self.name(at), self.called(at));
        let owner = Some(name.to_owned());
        let mut evidence = vec![Evidence::AddressOf { address, container: owner }];
        let state = self.container(at).state;
        // One that is paused has its address and answers nobody.
        if !state.has_network() || state == State::Paused || self.is_looping(at) {
            let is = format!("{name}, which {}", self.state_of(at));
            evidence.extend(self.last_words(at));
            return Some(NameServer { at, is, evidence, fix: self.bring_up(at) });
        }
        let (is, then) = match self.listens(at, DNS, Some(Protocol::Udp)) {
            Some(Listens::Not) => (
                format!("{name}, where nothing listens on port {DNS}"),
                format!("then fix what keeps its server from listening on port {DNS}"),
            ),
            Some(Listens::OnLoopback) => (
                format!("{name}, which listens on port {DNS} for itself only"),
                format!("then let {called} listen on 0.0.0.0:{DNS}"),
            ),
            _ => (
                format!("{name}, a container"),
                format!("then see whether {called} reaches the name servers that it asks itself"),
            ),
        };
        Some(NameServer { at, is, evidence, fix: vec![self.logs(at), advise(then)] })
    }

    /// The container with the address of a name server that another one was given or
    /// asks, or for which that address is kept while it is down.
    pub fn name_server(&self, from: ContainerAt) -> Option<(ContainerAt, IpAddr)> {
        let seen = self.seen(from).and_then(|seen| seen.nameservers.as_deref()).unwrap_or_default();
        let given = self.container(from).dns.iter().filter_map(|server| server.parse().ok());
        let mut servers = given.chain(seen.iter().copied());
        servers.find_map(|address: IpAddr| {
            let has = self.map.owner_of(from, address).map(|(at, _)| at);
            let at = has.or_else(|| self.index.fixed_of(address))?;
            (at != from).then_some((at, address))
        })
    }

    /// What has a container run that does not.
    pub fn bring_up(&self, at: ContainerAt) -> Vec<Step> {
        match self.container(at).state {
            State::Paused => vec![self.unpause(at)],
            State::Created => vec![self.start(at)],
            _ => self.bring_back(at),
        }
    }
}
