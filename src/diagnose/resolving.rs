//! What a name leads a container to, where that is not what the engine's
//! resolver says: search domains that come before the name, name servers that
//! are not the engine's.

use std::net::{IpAddr, Ipv4Addr};

use super::names::Names;
use crate::model::{ContainerAt, Driver};

/// Docker's resolver, at the same address in every container.
const OF_DOCKER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));

/// The domain in which Podman's resolver knows all containers.
const OF_PODMAN: &str = ".dns.podman";

impl Names<'_> {
    /// The names that a container asks for before it asks for `host` as it is,
    /// other than those that its engine gives containers itself.
    pub fn asked_first(&self, from: ContainerAt, host: &str) -> Vec<String> {
        let resolver = self.seen(from).and_then(|seen| seen.resolver());
        let mut names = resolver.map(|resolver| resolver.asked_first(host)).unwrap_or_default();
        names.retain(|name| !name.ends_with(OF_PODMAN));
        names
    }

    /// The name servers that a container asks before its engine's, or in place
    /// of it, although it is on a network where the engine's knows names.
    pub fn foreign_servers(&self, from: ContainerAt) -> Vec<IpAddr> {
        let servers = self.seen(from).and_then(|seen| seen.nameservers.as_deref());
        let engine = self.map.snapshot().engine_of(&self.container(from).node);
        let gateways: Vec<IpAddr> = self
            .joined(from)
            .filter(|at| self.network(*at).driver == Driver::Bridge)
            .flat_map(|at| self.network(at).subnets.iter().filter_map(|subnet| subnet.gateway))
            .collect();
        let is_the_engines = |server: &IpAddr| match engine.is_podman() {
            true => gateways.contains(server),
            false => *server == OF_DOCKER,
        };
        let before =
            servers.unwrap_or_default().iter().take_while(|server| !is_the_engines(server));
        before.copied().collect()
    }

    /// The name server that knows a container's peers: Docker's own in each container,
    /// Podman's at the gateway of each network.
    pub fn server_of_peers(&self, from: ContainerAt) -> IpAddr {
        let engine = self.map.snapshot().engine_of(&self.container(from).node);
        let gateways = || {
            let mut networks =
                self.joined(from).filter(|at| self.network(*at).driver == Driver::Bridge);
            networks.find_map(|at| self.network(at).subnets.iter().find_map(|s| s.gateway))
        };
        engine.is_podman().then(gateways).flatten().unwrap_or(OF_DOCKER)
    }

    /// Whether only asking tells what a name leads a container to.
    pub fn may_lead_astray(&self, from: ContainerAt, host: &str) -> bool {
        self.is_in_hosts(from, host) != Some(true)
            && self.container(from).state.has_network()
            && !(self.asked_first(from, host).is_empty() && self.foreign_servers(from).is_empty())
    }

    /// Whether a container's `/etc/hosts` has a name; `None` where nobody saw the file.
    pub fn is_in_hosts(&self, from: ContainerAt, host: &str) -> Option<bool> {
        let hosts = self.seen(from)?.hosts.as_deref()?;
        let is_it = |name: &String| name.eq_ignore_ascii_case(host);
        Some(hosts.iter().any(|entry| entry.names.iter().any(is_it)))
    }

    /// What a name of `to` was seen to lead `from` to, where that is another
    /// address than one of `to`: the address, or `None` for no address at all.
    /// Where nobody could tell, who asks strangers only gets none.
    pub fn leads_astray(
        &self,
        from: ContainerAt,
        host: &str,
        to: ContainerAt,
    ) -> Option<Option<IpAddr>> {
        let resolved = &self.seen(from)?.resolved;
        let led = resolved.iter().find(|led| led.name.eq_ignore_ascii_case(host));
        match led.map(|led| led.address) {
            Some(Some(address)) if self.is_meant(from, host, to, address) => None,
            Some(led) => Some(led),
            None => self.asks_strangers_only(from, host).then_some(None),
        }
    }

    /// Whether a container asks no name server that knows containers. Docker's
    /// is in every `resolv.conf` that Docker writes on such a network; Podman's may be
    /// missing for other reasons than a file in the place of its own.
    pub fn asks_strangers_only(&self, from: ContainerAt, host: &str) -> bool {
        let engine = self.map.snapshot().engine_of(&self.container(from).node);
        let servers = self.seen(from).and_then(|seen| seen.nameservers.as_deref());
        let servers = servers.unwrap_or_default();
        let made_with = self.container(from).made_with.as_ref();
        let has_own = || made_with.is_some_and(|made_with| made_with.own_resolv_conf);
        let is_certain = match engine.is_podman() {
            true => has_own() && self.foreign_servers(from).len() == servers.len(),
            false => engine.is_docker() && !servers.contains(&OF_DOCKER),
        };
        is_certain && !servers.is_empty() && self.may_lead_astray(from, host)
    }

    /// Whether an address is one that a name of `to` should lead to.
    pub fn is_meant(
        &self,
        from: ContainerAt,
        host: &str,
        to: ContainerAt,
        address: IpAddr,
    ) -> bool {
        let stack = self.map.stack(to).into_iter();
        let own = stack.flat_map(|stack| self.map.endpoints(stack));
        if own.flat_map(|(_, endpoint)| endpoint.addresses()).any(|own| own == address) {
            return true;
        }
        if address.is_loopback() && self.map.share_stack(from, to) {
            return true;
        }
        let service = self.map.service_at(address).map(|service| &service.name);
        if service.is_some() && service == self.container(to).task_of.as_ref() {
            return true;
        }
        // Another one of the same name: see alias-collision.
        let owner = self.map.owner_of(from, address).map(|(owner, _)| owner);
        owner.is_some_and(|owner| {
            self.joined(from).any(|at| self.index.answering(at, host).contains(&owner))
        })
    }
}
