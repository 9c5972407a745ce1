//! Containers that share one network stack: its sockets are those of all of them, and
//! nothing says whose one is.

use std::net::{Ipv4Addr, SocketAddr};

use super::case::Case;
use super::steps::advise;
use crate::model::words::either;
use crate::model::{ContainerAt, Evidence, OnLoopback, Step};

impl Case<'_> {
    /// Who may be the one that listens, or is to listen, on a port of a container's network
    /// stack: those that say that they do, else all that run.
    pub fn may_listen(&self, at: ContainerAt, port: Option<u16>) -> Vec<ContainerAt> {
        let owner = self.map.stack(at).unwrap_or(at);
        let sidecars = self.map.sidecars(owner).iter().copied();
        let runs = |at: &ContainerAt| self.container(*at).state.has_network();
        let sharing: Vec<ContainerAt> = [owner].into_iter().chain(sidecars).filter(runs).collect();
        let says_so = |at: &&ContainerAt| {
            let container = self.container(**at);
            let starts = container.on_loopback.is_some_and(|server| Some(server.port) == port);
            starts || container.exposed.iter().any(|exposed| Some(exposed.port) == port)
        };
        let saying: Vec<ContainerAt> = sharing.iter().filter(says_so).copied().collect();
        match (saying.is_empty(), sharing.is_empty()) {
            (false, _) => saying,
            (true, false) => sharing,
            (true, true) => vec![at],
        }
    }

    /// To let the server on a port of a container's stack listen where others reach it, and not
    /// on the stack's loopback alone.
    pub fn listen_openly(&self, at: ContainerAt, port: u16) -> Step {
        let listeners = self.may_listen(at, Some(port));
        let mut sockets = self.listening(at).unwrap_or_default().iter();
        let bound = sockets.find(|socket| socket.port == port && socket.is_loopback_only());
        let bound = bound.map_or(Ipv4Addr::LOCALHOST.into(), |socket| socket.address);
        let bound = SocketAddr::new(bound, port);
        let mut started = listeners.iter().filter_map(|at| self.container(*at).on_loopback);
        let is_known =
            |server: &OnLoopback| server.port == port && !server.server.name().is_empty();
        let how = match started.find(is_known).map(|started| started.server) {
            Some(server) => {
                let openly = server.openly().replace("{port}", &port.to_string());
                format!(": start {} with {openly}", server.name())
            }
            None => {
                " (an option like --host or --bind of its server, or a line of its configuration)"
                    .to_owned()
            }
        };
        let called: Vec<&str> = listeners.iter().map(|at| self.called(*at)).collect();
        advise(format!("let {} listen on 0.0.0.0:{port} instead of {bound}{how}", either(&called)))
    }

    /// What explains that several may listen there.
    pub fn sharing(&self, listeners: &[ContainerAt]) -> Option<Evidence> {
        let text = "They share one network stack, whose sockets do not tell whose they are";
        (listeners.len() > 1).then_some(Evidence::Remark { text })
    }

    /// Has a person find out why none of these listens.
    pub fn why_deaf(&self, listeners: &[ContainerAt]) -> Vec<Step> {
        /// Of a stack of hundreds nobody reads all logs.
        const MOST: usize = 4;
        let logs = listeners.iter().take(MOST).map(|at| self.logs(*at));
        logs.chain([advise("then fix what keeps its server from listening")]).collect()
    }
}
