//! Containers of other projects that have a name which a container dials and nobody
//! has where it is: the database of a project that was meant to be shared.

use super::case::Case;
use super::facts::Listens;
use super::names::Meaning;
use super::recreate::settled;
use super::steps::advise;
use super::wanted::Edge;
use crate::model::{ContainerAt, NetworkAt, Step};

impl Case<'_> {
    /// The container of another project that an edge may mean: it alone has the name,
    /// runs, and does not lack the port.
    pub fn stranger(&self, edge: &Edge) -> Option<ContainerAt> {
        if edge.target != Meaning::NobodysName || self.is_planned() {
            return None;
        }
        let at = self.of_strangers(edge.from, &edge.host)?;
        let lacks = |port| self.listens(at, port, edge.protocol) == Some(Listens::Not);
        let runs = self.container(at).state.has_network();
        (runs && !edge.port.is_some_and(lacks)).then_some(at)
    }

    /// Whether a client fails in a way that a name without an owner explains, and that
    /// nothing else it is told to dial does: where nobody outside answers for a name,
    /// looking it up may end as a timeout.
    pub fn fails_over(&self, edge: &Edge) -> bool {
        let complains = || {
            self.complains_without_host(edge.from)
                && self.suspects(edge.from).iter().all(|suspect| suspect.host == edge.host)
        };
        edge.evidently_fails() || (edge.is_configured() && complains())
    }

    /// Puts the clients on a network of the stranger's, where the name that they dial
    /// leads to it.
    pub fn meet_stranger(&self, stranger: ContainerAt, edges: &[&Edge], host: &str) -> Vec<Step> {
        let clients: Vec<ContainerAt> = edges.iter().map(|edge| edge.from).collect();
        let together = self.bring_together(stranger, &clients, &[host]);
        let leads = together.names.iter().any(|name| name.eq_ignore_ascii_case(host));
        let name = together.name().to_owned();
        let mut steps = together.steps;
        if !leads {
            steps.extend(self.redial_each(edges, |edge| (name.clone(), edge.port)));
        }
        let stack = self.map.stack(stranger).unwrap_or(stranger);
        let mut networks = self.map.networks_of(stack);
        let shared = networks.find(|network| !self.network(*network).is_built_in());
        steps.extend(shared.and_then(|network| self.for_good(network, clients[0])));
        settled(steps)
    }

    /// What to write into the compose file of a container that is connected to another
    /// project's network by hand.
    fn for_good(&self, network: NetworkAt, client: ContainerAt) -> Option<Step> {
        let container = self.container(client);
        let (project, service) = container.project().zip(container.compose.service.as_deref())?;
        let on = &self.network(network).name;
        Some(advise(format!(
            "for good, since Compose makes {service} anew without it: in the compose file of {project}, \
             write the network {on} with `external: true`, and put {service} on it beside its own"
        )))
    }
}
