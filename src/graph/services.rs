//! Finding a swarm's services by what leads to them, however many there are.

use std::net::IpAddr;

use foldhash::{HashMap, HashMapExt};

use crate::model::Swarm;

/// Where a service stands in a swarm's list.
pub(super) type ServiceAt = usize;

/// Positions of services, by what leads to them.
#[derive(Debug)]
pub(super) struct Services {
    /// For each network's id, by name and alias there, in lower case: case
    /// does not matter, as in all names that are looked up.
    called: HashMap<String, HashMap<String, ServiceAt>>,
    /// By virtual address.
    addressed: HashMap<IpAddr, ServiceAt>,
}

impl Services {
    pub fn new(swarm: Option<&Swarm>) -> Self {
        let mut services = Self { called: HashMap::new(), addressed: HashMap::new() };
        for (at, service) in swarm.iter().flat_map(|swarm| &swarm.services).enumerate() {
            for on in &service.networks {
                let called = services.called.entry(on.network_id.clone()).or_default();
                for name in std::iter::once(&service.name).chain(&on.aliases) {
                    called.entry(name.to_ascii_lowercase()).or_insert(at);
                }
            }
            for virtual_ip in &service.virtual_addresses {
                services.addressed.entry(virtual_ip.address).or_insert(at);
            }
        }
        services
    }
    /// The service whose virtual address this is.
    pub fn addressed(&self, address: IpAddr) -> Option<ServiceAt> {
        self.addressed.get(&address).copied()
    }

    /// The service that is called so, in whatever case, on the network with
    /// this id.
    pub fn called(&self, name: &str, network_id: &str) -> Option<ServiceAt> {
        self.called.get(network_id)?.get(&name.to_ascii_lowercase()).copied()
    }
}
