//! The kernel's routing tables (`/proc/net/route`, `ipv6_route`) and its own
//! addresses (`fib_trie`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::model::RouteEntry;
use crate::order::OrderBy;

/// Lines read of one table.
const MOST_LINES: usize = 5_000;

/// Flags of the kernel's `route.h` and `ipv6_route.h`: up, by a gateway,
/// rejecting, an address of the machine's own, the address of every router.
const UP: u32 = 0x1;
const GATEWAY: u32 = 0x2;
const REJECT: u32 = 0x200;
const LOCAL: u32 = 0x8000_0000;
const ANYCAST: u32 = 0x0010_0000;

/// The routes of both tables, without those that the kernel makes for itself:
/// of the loopback interface, to the machine's own addresses, to link-local,
/// multicast and anycast ones.
pub fn read(v4: &str, v6: &str) -> Vec<RouteEntry> {
    let v4 = v4.lines().take(MOST_LINES).filter_map(v4_route);
    let mut routes: Vec<RouteEntry> =
        v4.chain(v6.lines().take(MOST_LINES).filter_map(v6_route)).collect();
    routes.retain(|route| route.interface != "lo");
    routes.order();
    routes.dedup();
    routes
}

/// `eth0 00000000 010011AC 0003 0 0 0 00000000 0 0 0`
fn v4_route(line: &str) -> Option<RouteEntry> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [interface, destination, gateway, flags, _, _, metric, mask, ..] = fields[..] else {
        return None;
    };
    let address = |text: &str| -> Option<Ipv4Addr> {
        let number = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 8)?;
        Some(Ipv4Addr::from(number.to_le_bytes()))
    };
    let flags = u32::from_str_radix(flags, 16).ok()?;
    if flags & UP == 0 || flags & REJECT != 0 {
        return None;
    }
    let destination = Ipv4Net::with_netmask(address(destination)?, address(mask)?).ok()?;
    Some(RouteEntry {
        destination: IpNet::V4(destination),
        gateway: (flags & GATEWAY != 0).then(|| address(gateway)).flatten().map(IpAddr::V4),
        interface: interface.to_owned(),
        metric: metric.parse().ok()?,
    })
}

/// Destination, its prefix, source, its prefix, next hop, metric, two
/// counters, flags, interface; numbers in hexadecimal.
fn v6_route(line: &str) -> Option<RouteEntry> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [destination, prefix, _, _, gateway, metric, _, _, flags, interface] = fields[..] else {
        return None;
    };
    let address = |text: &str| -> Option<Ipv6Addr> {
        let number = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32)?;
        Some(Ipv6Addr::from(number))
    };
    let flags = u32::from_str_radix(flags, 16).ok()?;
    let destination = address(destination)?;
    let unwanted = destination.is_multicast() || destination.is_unicast_link_local();
    if flags & UP == 0 || flags & (REJECT | LOCAL | ANYCAST) != 0 || unwanted {
        return None;
    }
    let prefix = u8::from_str_radix(prefix, 16).ok()?;
    Some(RouteEntry {
        destination: IpNet::V6(Ipv6Net::new(destination, prefix).ok()?),
        gateway: (flags & GATEWAY != 0).then(|| address(gateway)).flatten().map(IpAddr::V6),
        interface: interface.to_owned(),
        metric: u32::from_str_radix(metric, 16).ok()?,
    })
}

/// The machine's own IPv4 addresses, from `fib_trie`: a leaf's address and, on
/// a later line, that it is `host LOCAL`.
pub fn own_addresses(fib_trie: &str) -> Vec<IpAddr> {
    let mut own = Vec::new();
    let mut leaf: Option<Ipv4Addr> = None;
    for line in fib_trie.lines().take(MOST_LINES) {
        let line = line.trim_start();
        if let Some(address) = line.strip_prefix("|-- ") {
            leaf = address.trim().parse().ok();
        } else if line.starts_with("/32 host LOCAL") {
            own.extend(leaf.filter(|address| !address.is_loopback()).map(IpAddr::V4));
        }
    }
    own.order();
    own.dedup();
    own
}

/// The machine's own IPv6 addresses, from `if_inet6`, without loopback and link-local
/// ones: each with the number of its interface, its prefix, scope, flags and interface.
pub fn own_ipv6(if_inet6: &str) -> Vec<IpAddr> {
    let own = if_inet6.lines().take(MOST_LINES).filter_map(|line| {
        let hex = line.split_ascii_whitespace().next().filter(|hex| hex.len() == 32)?;
        Some(Ipv6Addr::from(u128::from_str_radix(hex, 16).ok()?))
    });
    own.filter(|address| !address.is_loopback() && !address.is_unicast_link_local())
        .map(IpAddr::V6)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_of_both_families() {
        let v4 =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth1\t0000";
        let v6 = "fd000063000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000063000000000000000000000001 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
fd000063000000000000000000000000 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000003 00000000 80300001     eth0
fd000064000000000000000000000000 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000003 00000000 00100001     eth0
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000003 00000000 00000001     eth0";
        let found: Vec<String> = read(v4, v6)
            .iter()
            .map(|route| format!("{} {:?} {}", route.destination, route.gateway, route.interface))
            .collect();
        assert_eq!(
            found,
            [
                "0.0.0.0/0 Some(172.17.0.1) eth0",
                "172.17.0.0/16 None eth0",
                "::/0 Some(fd00:63::1) eth0",
                "fd00:63::/64 None eth0",
            ]
        );
        for cut in 0..v4.len() {
            read(&v4[..cut], v6.get(..cut).unwrap_or_default());
        }
    }

    #[test]
    fn the_machine_knows_its_own_addresses() {
        let trie = "Local:
  +-- 0.0.0.0/0 3 0 4
     |-- 10.0.0.5
        /32 host LOCAL
     |-- 10.0.0.255
        /32 link BROADCAST
     |-- 127.0.0.1
        /32 host LOCAL";
        assert_eq!(own_addresses(trie), ["10.0.0.5".parse::<IpAddr>().unwrap()]);
        let interfaces = "00000000000000000000000000000001 01 80 10 80       lo
fd610000000000000000000000000008 0c 40 00 02     eth0
fe8000000000000000420afffe3d0008 0c 40 20 80     eth0
fd61";
        assert_eq!(own_ipv6(interfaces), ["fd61::8".parse::<IpAddr>().unwrap()]);
    }
}
