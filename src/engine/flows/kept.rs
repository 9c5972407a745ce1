//! Of which family of addresses the kernel has a reason to remember connections: a rule
//! for IPv4 that changes addresses, as that of Docker's resolver in each container, is
//! none to remember what comes by IPv6.

use std::io;
use std::ops::BitOr;

use netlink_packet_netfilter::nftables::{ChainAttribute, ChainMessage, NfTablesMessage};
use netlink_packet_netfilter::{NetfilterMessage, NetfilterMessageInner, NetfilterProtoFamily};

use super::netfilter::{NETFILTER, message};
use crate::engine::netlink;
use crate::engine::small_file::of_kernel;
use crate::model::Family;

/// The families of which connections are remembered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Those of IPv4.
    pub v4: bool,
    /// Those of IPv6.
    pub v6: bool,
}

impl Kept {
    /// Of one family.
    pub fn of(family: Family) -> Self {
        Self { v4: family == Family::V4, v6: family == Family::V6 }
    }

    /// Whether any are.
    pub fn any(self) -> bool {
        self.v4 || self.v6
    }

    /// The family of which none are, where those of the other one are.
    pub fn lacking(self) -> Option<Family> {
        match (self.v4, self.v6) {
            (true, false) => Some(Family::V6),
            (false, true) => Some(Family::V4),
            _ => None,
        }
    }
}

impl BitOr for Kept {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self { v4: self.v4 || other.v4, v6: self.v6 || other.v6 }
    }
}

/// The families of which something in the namespace that the calling thread is in
/// changes addresses, for which the kernel has to remember connections.
pub fn changes_addresses() -> io::Result<Kept> {
    let legacy = |path| of_kernel(path).is_ok_and(|tables| tables.lines().any(|t| t == "nat"));
    let by_tables = Kept {
        v4: legacy("/proc/thread-self/net/ip_tables_names"),
        v6: legacy("/proc/thread-self/net/ip6_tables_names"),
    };
    if by_tables.v4 && by_tables.v6 {
        return Ok(by_tables);
    }
    match by_chains() {
        Ok(by_chains) => Ok(by_tables | by_chains),
        // What this kernel does not have can be no reason.
        Err(error) if by_tables.any() && netlink::is_lacking(&error) => Ok(by_tables),
        Err(error) => Err(error),
    }
}

/// The families of nftables' chains that change addresses.
fn by_chains() -> io::Result<Kept> {
    let way = netlink::open(NETFILTER)?;
    let question = NfTablesMessage::GetChain(ChainMessage { attributes: Vec::new() });
    let mut found = Kept::default();
    netlink::dump(&way, message(question), |answer: io::Result<NetfilterMessage>| {
        let Ok(answer) = answer else { return };
        if let NetfilterMessageInner::NfTables(NfTablesMessage::NewChain(chain)) = answer.inner {
            let is_nat = |attribute: &ChainAttribute| matches!(attribute, ChainAttribute::Type(kind) if kind == "nat");
            if chain.attributes.iter().any(is_nat) {
                found = found | of_table(answer.header.family);
            }
        }
    })?;
    Ok(found)
}

/// The families whose packets come through a table of this one.
fn of_table(family: NetfilterProtoFamily) -> Kept {
    match family {
        NetfilterProtoFamily::IPv4 => Kept::of(Family::V4),
        NetfilterProtoFamily::IPv6 => Kept::of(Family::V6),
        _ => Kept { v4: true, v6: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_for_one_family_is_none_for_the_other() {
        assert_eq!(of_table(NetfilterProtoFamily::IPv4).lacking(), Some(Family::V6));
        assert_eq!(of_table(NetfilterProtoFamily::IPv6).lacking(), Some(Family::V4));
        assert_eq!(of_table(NetfilterProtoFamily::Inet).lacking(), None);
        let both = Kept::of(Family::V4) | Kept::of(Family::V6);
        assert_eq!(both.lacking(), None);
        assert_eq!(Kept::default().lacking(), None);
    }
}
