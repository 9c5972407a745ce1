//! How the part of the kernel is asked that filters, and that tracks connections.

use netlink_packet_netfilter::{
    NetfilterHeader, NetfilterMessage, NetfilterMessageInner, NetfilterProtoFamily,
};

/// `NETLINK_NETFILTER` of the kernel's `netlink.h`.
pub const NETFILTER: i32 = 12;

/// A message to netfilter, of whichever family.
pub fn message(inner: impl Into<NetfilterMessageInner>) -> NetfilterMessage {
    NetfilterMessage::new(NetfilterHeader::new(NetfilterProtoFamily::Unspec, 0, 0), inner)
}
