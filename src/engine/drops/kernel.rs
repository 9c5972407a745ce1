//! What the kernel itself counts of packets that it throws away, and the
//! settings and tables by which it does: small files below `/proc`.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::tally::Tally;
use crate::model::{DeadRoute, DropCause};

/// Lines read of one table.
const MOST_LINES: usize = 20_000;

/// A counter of `/proc/net/netstat` and `/proc/net/snmp`, and what it counts.
const COUNTERS: [(&str, &str, DropCause); 6] = [
    ("TcpExt", "IPReversePathFilter", DropCause::ReversePath),
    // What is not for the machine where it forwards nothing (`ip_error` in
    // Linux's net/ipv4/route.c).
    ("Ip", "InAddrErrors", DropCause::NotForwarded),
    ("IpExt", "InNoRoutes", DropCause::NoRoute),
    ("TcpExt", "ListenDrops", DropCause::ListenQueueFull),
    ("Tcp", "InCsumErrors", DropCause::Checksum),
    ("IpExt", "InCsumErrors", DropCause::Checksum),
];

/// The counters of IPv6, in `/proc/net/snmp6`.
const COUNTERS_V6: [(&str, DropCause); 3] = [
    ("Ip6InAddrErrors", DropCause::NotForwarded),
    ("Ip6InNoRoutes", DropCause::NoRoute),
    ("Icmp6InCsumErrors", DropCause::Checksum),
];

/// The counters of `netstat` and `snmp`: a line of names, and below it one of
/// numbers, for each group.
pub fn counters(text: &str) -> Vec<Tally> {
    let mut values: HashMap<(&str, &str), u64> = HashMap::new();
    let mut lines = text.lines().take(MOST_LINES);
    while let (Some(names), Some(numbers)) = (lines.next(), lines.next()) {
        let (Some((group, names)), Some((same, numbers))) =
            (names.split_once(": "), numbers.split_once(": "))
        else {
            continue;
        };
        if group == same {
            let numbers = numbers.split(' ').map(|number| number.parse().unwrap_or(0));
            values.extend(names.split(' ').map(|name| (group, name)).zip(numbers));
        }
    }
    let tally = |(group, name, cause): &(&str, &str, DropCause)| {
        Some(Tally::new(cause.clone(), *values.get(&(*group, *name))?))
    };
    COUNTERS.iter().filter_map(tally).collect()
}

/// The counters of `snmp6`: a name and a number on each line.
pub fn counters_v6(text: &str) -> Vec<Tally> {
    let lines = text.lines().take(MOST_LINES);
    let named = lines.filter_map(|line| line.split_once(|c: char| c.is_ascii_whitespace()));
    named
        .filter_map(|(name, number)| {
            let (_, cause) = COUNTERS_V6.iter().find(|(known, _)| *known == name)?;
            Some(Tally::new(cause.clone(), number.trim().parse().ok()?))
        })
        .collect()
}

/// What interfaces dropped, from `/proc/net/dev`: coming in and going out are
/// its fourth number and its twelfth.
pub fn interfaces(text: &str) -> Vec<Tally> {
    let lines = text.lines().take(MOST_LINES).skip(2);
    lines
        .filter_map(|line| {
            let (interface, numbers) = line.split_once(':')?;
            let numbers: Vec<u64> =
                numbers.split_ascii_whitespace().map_while(|n| n.parse().ok()).collect();
            let dropped = numbers.get(3)?.checked_add(*numbers.get(11)?)?;
            let interface = interface.trim().to_owned();
            Some(Tally::new(DropCause::Interface { interface }, dropped))
        })
        .collect()
}

/// What found no place in the table of connections, from
/// `/proc/net/stat/nf_conntrack`: a line for each processor, in hexadecimal.
pub fn conntrack(text: &str) -> Option<Tally> {
    let mut lines = text.lines().take(MOST_LINES);
    let column = lines.next()?.split_ascii_whitespace().position(|name| name == "drop")?;
    let dropped = lines.filter_map(|line| {
        u64::from_str_radix(line.split_ascii_whitespace().nth(column)?, 16).ok()
    });
    Some(Tally::new(DropCause::ConntrackFull, dropped.fold(0, u64::wrapping_add)))
}

/// The route that decides about an address, if it leads nowhere: by the longest
/// prefix of the kernel's `fib_trie` and `ipv6_route`.
pub fn dead_route(to: IpAddr, fib_trie: &str, ipv6_route: &str) -> Option<DropCause> {
    let fits = |(destination, _): &(IpNet, Option<DeadRoute>)| destination.contains(&to);
    let routes: Vec<(IpNet, Option<DeadRoute>)> = match to {
        IpAddr::V4(_) => routes_v4(fib_trie),
        IpAddr::V6(_) => ipv6_route.lines().take(MOST_LINES).filter_map(route_v6).collect(),
    };
    let best =
        routes.into_iter().filter(fits).max_by_key(|(destination, _)| destination.prefix_len());
    let (destination, kind) = best?;
    kind.map(|kind| DropCause::Route { kind, destination })
}

/// `|-- 10.0.0.0`, and below it `/8 universe BLACKHOLE`.
fn routes_v4(fib_trie: &str) -> Vec<(IpNet, Option<DeadRoute>)> {
    let mut routes = Vec::new();
    let mut leaf: Option<Ipv4Addr> = None;
    for line in fib_trie.lines().take(MOST_LINES) {
        let line = line.trim_start();
        if let Some(address) = line.strip_prefix("|-- ") {
            leaf = address.trim().parse().ok();
        } else if let (Some(address), Some(rest)) = (leaf, line.strip_prefix('/')) {
            let mut words = rest.split_ascii_whitespace();
            let prefix = words.next().and_then(|prefix| prefix.parse().ok());
            let kind = words.nth(1);
            if let Some(net) = prefix.and_then(|prefix| Ipv4Net::new(address, prefix).ok()) {
                routes.push((IpNet::V4(net), kind.and_then(dead)));
            }
        }
    }
    routes
}

fn dead(kind: &str) -> Option<DeadRoute> {
    match kind {
        "BLACKHOLE" => Some(DeadRoute::Blackhole),
        "PROHIBIT" => Some(DeadRoute::Prohibit),
        "UNREACHABLE" => Some(DeadRoute::Unreachable),
        _ => None,
    }
}

/// Destination, its prefix, source, its prefix, next hop, metric, two counters,
/// flags, interface. Which kind of dead route it is stands nowhere.
fn route_v6(line: &str) -> Option<(IpNet, Option<DeadRoute>)> {
    const REJECT: u32 = 0x200;
    /// The metric of what the kernel itself has for where there is no route.
    const NONE: u32 = u32::MAX;
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [destination, prefix, _, _, _, metric, _, _, flags, _] = fields[..] else { return None };
    let address = u128::from_str_radix(destination, 16).ok().filter(|_| destination.len() == 32)?;
    let prefix = u8::from_str_radix(prefix, 16).ok()?;
    let net = Ipv6Net::new(Ipv6Addr::from(address), prefix).ok()?;
    let flags = u32::from_str_radix(flags, 16).ok()?;
    let is_kernels = u32::from_str_radix(metric, 16).ok()? == NONE;
    let dead = flags & REJECT != 0 && !is_kernels;
    Some((IpNet::V6(net), dead.then_some(DeadRoute::Unreachable)))
}

/// The neighbour at an address, if nobody answers to it: `/proc/net/arp`, whose
/// flags are 0 where it waits for an answer or got none.
pub fn no_neighbour(to: IpAddr, arp: &str) -> Option<DropCause> {
    let line = arp.lines().take(MOST_LINES).skip(1).find(|line| {
        line.split_ascii_whitespace().next().and_then(|a| a.parse().ok()) == Some(to)
    })?;
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [_, _, flags, _, _, interface] = fields[..] else { return None };
    let interface = interface.to_owned();
    (flags == "0x0").then_some(DropCause::NoNeighbour { address: to, interface })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_stand_below_their_names() {
        let text = "TcpExt: SyncookiesSent IPReversePathFilter ListenDrops\nTcpExt: 0 7 2\n\
            IpExt: InNoRoutes\nIpExt: 3\nIp: Forwarding\nTcp: 4\nodd\n";
        let told: Vec<(u64, DropCause)> =
            counters(text).into_iter().map(|tally| (tally.packets, tally.cause)).collect();
        let expected =
            [(7, DropCause::ReversePath), (3, DropCause::NoRoute), (2, DropCause::ListenQueueFull)];
        assert_eq!(told, expected);
        let v6 = counters_v6(
            "Ip6InReceives   \t9\nIp6InNoRoutes                   \t4\nIp6InAddrErrors\tx\n",
        );
        assert_eq!(v6, [Tally::new(DropCause::NoRoute, 4)]);
    }

    #[test]
    fn interfaces_and_connections_that_were_dropped() {
        let dev = "Inter-|   Receive      |  Transmit\n face |bytes ...\n  \
            eth0: 1118 13 0 4 0 0 0 0 1042 13 0 3 0 0 0 0\n  odd: 1\n";
        let eth0 = DropCause::Interface { interface: "eth0".to_owned() };
        assert_eq!(interfaces(dev), [Tally::new(eth0, 7)]);
        let stat = "entries  found drop\n00000007 00000000 0000000a\n00000007 00000000 00000001\n";
        assert_eq!(conntrack(stat), Some(Tally::new(DropCause::ConntrackFull, 11)));
        assert_eq!(conntrack("entries\n0\n"), None);
    }

    #[test]
    fn the_route_with_the_longest_prefix_decides() {
        let trie = "Main:\n  |-- 0.0.0.0\n     /0 universe UNICAST\n  |-- 10.77.1.0\n     \
            /24 link UNICAST\n  |-- 10.77.1.2\n     /32 universe BLACKHOLE\n  |-- 10.99.0.0\n     \
            /16 universe PROHIBIT\n";
        let route = |to: &str| {
            let cause = dead_route(to.parse().expect("an address"), trie, "")?;
            Some(cause.to_string())
        };
        assert_eq!(
            route("10.77.1.2").as_deref(),
            Some("a route of the type blackhole to 10.77.1.2/32 throws it away")
        );
        assert!(route("10.99.3.4").is_some_and(|route| route.contains("prohibit")));
        assert_eq!((route("10.77.1.3"), route("9.9.9.9")), (None, None));
        let v6 = "fd000000000000000000000000000000 08 00000000000000000000000000000000 00 \
            00000000000000000000000000000000 00000400 00000001 00000000 00000201       lo\n\
            00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
            00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";
        let of = |to: &str| dead_route(to.parse().expect("an address"), "", v6);
        assert!(of("fd00::7").is_some());
        assert_eq!(of("2001:db8::1"), None, "the kernel's own");
    }

    #[test]
    fn a_neighbour_without_an_answer() {
        let arp = "IP address       HW type     Flags       HW address            Mask     Device\n\
            10.77.1.2        0x1         0x2         02:42:0a:4d:01:02     *        eth0\n\
            10.77.1.9        0x1         0x0         00:00:00:00:00:00     *        eth0\n";
        let of = |to: &str| no_neighbour(to.parse().expect("an address"), arp);
        assert_eq!(of("10.77.1.2"), None);
        assert!(of("10.77.1.9").is_some());
        assert_eq!(of("10.77.1.7"), None);
    }
}
