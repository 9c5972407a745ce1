//! Containers that share one network stack: its sockets are those of all of them, and
//! nothing says whose one is.

use super::case::Case;
use super::steps::advise;
use crate::model::{ContainerAt, Evidence, Step};

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
