//! Who is meant by a name that nobody has: who is called nearly so, or has the port.

use super::localhost::ANYBODYS;
use super::names::Names;
use super::neighbours::{Found, called};
use crate::model::{ContainerAt, NetworkAt, Wanted, is_slip};

/// The name by which a container on a network is best dialled: its service's, where
/// that is its own only. Compose makes up the container's, and has done so in more than
/// one way.
pub(super) fn lasting_name<'a>(names: &Names<'a>, network: NetworkAt, at: ContainerAt) -> &'a str {
    let container = names.container(at);
    let service = container.compose.service.as_deref();
    let is_its_own = |service: &&str| names.index.answering(network, service) == [at];
    service.filter(is_its_own).unwrap_or(container.network_name())
}

/// A name that nobody has, and who asks for it.
struct Question<'q, 'a, F> {
    names: &'q Names<'a>,
    from: ContainerAt,
    host: &'q str,
    port: Option<u16>,
    /// Whether a name may be the one that is meant.
    is_free: F,
}

/// A name or alias here that is close to the one dialled, and is `free`: nobody means
/// the same one twice.
pub(super) fn near(
    names: &Names,
    from: ContainerAt,
    host: &str,
    port: Option<u16>,
    is_free: impl Fn(&str) -> bool,
) -> Option<String> {
    let stack = names.map.stack(from)?;
    let networks = names.map.networks_of(stack).filter(|at| !names.network(*at).is_built_in());
    let networks: Vec<NetworkAt> = networks.collect();
    let question = Question { names, from, host, port, is_free };
    question
        .called_by_compose(&networks)
        .map(str::to_owned)
        .or_else(|| question.called_nearly_so(&networks))
        .or_else(|| question.only_with_port(&networks).map(str::to_owned))
}

impl<'a, F: Fn(&str) -> bool> Question<'_, 'a, F> {
    /// The name of the one that Compose had called so, and which was renamed since.
    fn called_by_compose(&self, networks: &[NetworkAt]) -> Option<&'a str> {
        networks.iter().find_map(|network| {
            let neighbours = self.names.neighbours(*network);
            let called = neighbours.called_by_compose(self.host).iter();
            let other = called.copied().find(|at| *at != self.from)?;
            Some(lasting_name(self.names, *network, other))
        })
    }

    /// The name that is nearest to it.
    fn called_nearly_so(&self, networks: &[NetworkAt]) -> Option<String> {
        let nearest = networks.iter().filter_map(|network| self.nearest_on(*network));
        let (_, name) = nearest.min()?;
        let wanted = Wanted::new(self.host);
        let is_meant = |network: NetworkAt, at: ContainerAt| {
            let called = called(self.names, network, at, self.host);
            at != self.from
                && called.iter().any(|name| wanted.may_be(name))
                && called.iter().all(|name| (self.is_free)(name))
        };
        let its_own = networks.iter().find_map(|network| {
            let mut named = self.names.neighbours(*network).named(&name).iter().copied();
            Some((*network, named.find(|at| is_meant(*network, *at))?))
        });
        Some(match its_own {
            Some((network, at)) => lasting_name(self.names, network, at).to_owned(),
            None => name.to_string(),
        })
    }

    fn nearest_on(&self, network: NetworkAt) -> Option<Found> {
        let neighbours = self.names.neighbours(network);
        // Who writes a letter wrong may have the port wrong, too.
        let may_be = |name: &str, is_free: &dyn Fn(ContainerAt, &[&str]) -> bool| {
            let is_slip = is_slip(self.host, name);
            neighbours.owners(name).iter().any(|at| {
                let fits = is_slip || self.port.is_none_or(|port| may_have(self.names, *at, port));
                let called = || called(self.names, network, *at, self.host);
                fits && Some(called()).is_some_and(|c| c.contains(&name) && is_free(*at, &c))
            })
        };
        let to_me = |name: &str| {
            (self.is_free)(name)
                && may_be(name, &|at, called| {
                    at != self.from && called.iter().all(|name| (self.is_free)(name))
                })
        };
        // Many ask for the same, and hardly any of them is who has it.
        let to_anybody = |name: &str| may_be(name, &|_, _| true);
        let found = neighbours.once(self.host, self.port, to_anybody)?;
        match to_me(&found.1) {
            true => Some(found),
            false => neighbours.nearest(self.host, to_me).map(|(far, name)| (far, name.into())),
        }
    }

    /// `database` for `db`, told by the port: the only one there that has it.
    fn only_with_port(&self, networks: &[NetworkAt]) -> Option<&'a str> {
        let (names, port) = (self.names, self.port?);
        // Of a network that is made elsewhere a plan has not all members.
        if names.is_planned() && networks.iter().any(|at| names.network(*at).unlisted) {
            return None;
        }
        let with_port = networks.iter().flat_map(|network| {
            names.index.offering_on(*network, port).iter().map(move |at| (*network, *at))
        });
        let mut others = with_port.filter(|(_, at)| *at != self.from);
        let (network, only) = others.next()?;
        let is_only = others.all(|(_, at)| at == only);
        let name = lasting_name(names, network, only);
        let is_meant = is_only && (self.is_free)(name) && is_telling(names, self.host, only, port);
        is_meant.then_some(name)
    }
}

/// Whether a container takes a port by all that is known of its ports, if anything is.
fn may_have(names: &Names, at: ContainerAt, port: u16) -> bool {
    let container = names.container(at);
    let is_known = names.listening(at).is_some_and(|sockets| !sockets.is_empty())
        || !container.exposed.is_empty()
        || !container.requested.is_empty()
        || !names.presumed_ports(at).is_empty();
    !is_known || names.offers(at, port) || names.published_as(at, port, None).is_some()
}

/// Whether a port tells that a container is meant: with such a number only
/// where name or image fit as well.
fn is_telling(names: &Names, host: &str, at: ContainerAt, port: u16) -> bool {
    let host = host.to_ascii_lowercase();
    let image = names.container(at).image.to_ascii_lowercase();
    let base = image.rsplit('/').next().unwrap_or_default();
    let base = base.split([':', '@']).next().unwrap_or_default();
    let fits = |word: &str| word.len() > 2 && (host.contains(word) || word.contains(&*host));
    !ANYBODYS.contains(&port) || fits(base)
}
