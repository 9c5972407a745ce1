//! Which server a client may have been sent elsewhere by: servers tell their
//! clients where to go on, in what they advertise or by their own records.

use super::facts::Listens;
use super::names::{Meaning, Names};
use crate::model::{ContainerAt, reference};

/// Images of servers that hand out `localhost` where nothing else is set.
const SENDS_TO_ITSELF: [&str; 4] = ["kafka", "kafka-native", "cp-kafka", "redpanda"];

/// Where a client was sent.
pub struct Sent<'s> {
    /// The client.
    pub client: ContainerAt,
    /// The host.
    pub host: &'s str,
    /// The port, if it is known.
    pub port: Option<u16>,
    /// What the host means to the client.
    pub target: Meaning,
}

/// Whether a server that a client asked on a port may have sent it there.
pub fn may_send(names: &Names, server: ContainerAt, asked: Option<u16>, sent: &Sent) -> bool {
    if server == sent.client || names.map.share_stack(server, sent.client) {
        return false;
    }
    let container = names.container(server);
    if advertises(names, server, sent.host, sent.port).is_some() {
        return true;
    }
    let by_itself = || {
        let image = container.repository().rsplit('/').next().unwrap_or_default();
        let nothing_set = container.advertised.is_empty();
        container.in_replica_set || (nothing_set && SENDS_TO_ITSELF.contains(&image))
    };
    let to_itself = || {
        let own = sent.port.and_then(|port| names.listens(sent.client, port, None));
        let listens = matches!(own, Some(Listens::Openly | Listens::OnLoopback));
        sent.target == Meaning::Itself && !listens && by_itself()
    };
    let gone = || sent.target == Meaning::NobodysName && reference::is_container_id(sent.host);
    (sent.port.is_none() || sent.port == asked) && (gone() || to_itself())
}

/// Which of a server's settings has it hand out an address.
pub fn advertises(
    names: &Names,
    server: ContainerAt,
    host: &str,
    port: Option<u16>,
) -> Option<usize> {
    let same_host = |other: &str| {
        host.eq_ignore_ascii_case(other)
            || (reference::is_loopback(host) && reference::is_loopback(other))
    };
    names.container(server).advertised.iter().position(|advertised| {
        let written = &advertised.reference;
        let same_port = port.is_none() || written.port.is_none() || written.port == port;
        same_host(&written.host) && same_port
    })
}
