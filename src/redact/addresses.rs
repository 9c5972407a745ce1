//! Replacing addresses: each subnet by one of a range that belongs to nobody,
//! the place of an address within its subnet kept. What lies in one subnet
//! still does, and what does not still does not.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::model::{HostAddress, Party, Snapshot};
use crate::order::OrderBy;

/// What becomes of each subnet and address.
#[derive(Debug, Default)]
pub struct Addresses {
    /// Subnets that lie in no other, with what each is replaced by. In order.
    roots: Vec<(Block, Block)>,
    /// Addresses one by one: those in no subnet, and those whose place in
    /// theirs would tell something.
    single: BTreeMap<IpAddr, IpAddr>,
}

/// Addresses that have their first bits in common, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Block {
    v6: bool,
    base: u128,
    /// How many bits at the end are free.
    bits: u32,
}

impl Block {
    fn of(net: IpNet) -> Self {
        let bits = u32::from(net.max_prefix_len() - net.prefix_len());
        Self { v6: net.network().is_ipv6(), base: number(net.network()), bits }
    }

    fn holds(&self, v6: bool, number: u128) -> bool {
        self.v6 == v6 && (number ^ self.base).checked_shr(self.bits).unwrap_or(0) == 0
    }

    /// Those of `items`, which are in order, that lie in it.
    fn among<'i, T>(&self, items: &'i [T], place: impl Fn(&T) -> (bool, u128)) -> &'i [T] {
        let first = items.partition_point(|item| place(item) < (self.v6, self.base));
        let inside = |item: &T| {
            let (v6, number) = place(item);
            self.holds(v6, number)
        };
        &items[first..first + items[first..].partition_point(inside)]
    }
}

/// The ranges that replacements come from, in order: the three networks for
/// documentation (RFC 5737), the range for benchmarks (RFC 2544), and what is
/// reserved for a future that will not come (RFC 1112); for IPv6 what is for
/// documentation (RFC 3849).
const RANGES_V4: &[(u32, u32)] =
    &[(0xc000_0200, 8), (0xc633_6400, 8), (0xcb00_7100, 8), (0xc612_0000, 17), (0xf000_0000, 28)];
const RANGE_V6: (u128, u32) = (0x2001_0db8 << 96, 96);

/// Free bits that a replacement has at least, if the original had as many: a
/// `/24` and a `/64` look like what they are.
const USUAL_BITS_V4: u32 = 8;
const USUAL_BITS_V6: u32 = 64;

/// Free bits that a replacement has at most: what the ranges can hold. Only
/// a made-up snapshot has larger networks.
const MOST_BITS_V4: u32 = 27;
const MOST_BITS_V6: u32 = 95;

/// Places from here on in an IPv6 subnet may be made from a MAC address.
const TELLING_V6: u128 = 1 << 32;

impl Addresses {
    /// Finds every subnet and address of a snapshot and chooses others.
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut nets: Vec<IpNet> = Vec::new();
        for subnet in snapshot.networks.iter().flat_map(|network| &network.subnets) {
            nets.push(subnet.subnet.trunc());
            nets.extend(subnet.ip_range.map(|range| range.trunc()));
        }
        let seen = snapshot.observations.iter().filter_map(|seen| seen.routes.as_ref());
        let on_host = snapshot.host.iter().filter_map(|host| host.routes.as_ref());
        nets.extend(seen.chain(on_host).flatten().map(|route| route.destination.trunc()));
        // Everything lies in the default route, and that says nothing.
        nets.retain(|net| net.prefix_len() > 0);
        // The shortest prefix of those that begin at one address comes first.
        nets.order_by_key(|net| (net.network(), net.prefix_len()));
        nets.dedup();
        let blocks: Vec<Block> = nets.into_iter().map(Block::of).collect();
        // In that order what holds a block is the last that none held.
        let mut roots: Vec<Block> = Vec::new();
        for block in &blocks {
            if !roots.last().is_some_and(|root| root.holds(block.v6, block.base)) {
                roots.push(*block);
            }
        }
        let mut used = every_address(snapshot);
        used.order();
        used.dedup();
        let mut this = Self::default();
        let mut free = Free::default();
        for root in roots {
            let inside = root.among(&used, |address| (address.is_ipv6(), number(*address)));
            let places = inside.iter().map(|a| number(*a) - root.base);
            let places = places.filter(|place| !tells(root.v6, *place));
            let nested = root.among(&blocks, |block| (block.v6, block.base)).iter();
            let nested = nested.filter(|block| block.bits < root.bits);
            let ends = nested.map(|block| block.base - root.base + ((1u128 << block.bits) - 1));
            let last = places.chain(ends).max().unwrap_or(0);
            let needed = 128 - last.leading_zeros();
            let usual = if root.v6 { USUAL_BITS_V6 } else { USUAL_BITS_V4 };
            let most = if root.v6 { MOST_BITS_V6 } else { MOST_BITS_V4 };
            let bits = needed.max(usual).min(root.bits).min(most);
            this.roots.push((root, free.take(root.v6, bits)));
        }
        let mut outside: [Option<(Block, u128)>; 2] = [None, None];
        let mut telling: BTreeMap<Block, u128> = BTreeMap::new();
        for address in used {
            if says_nothing(address) {
                continue;
            }
            let (v6, value) = (address.is_ipv6(), number(address));
            let new = match this.root_of(v6, value) {
                Some((root, _)) if !tells(v6, value - root.base) => continue,
                Some((_, new)) => {
                    let next = telling.entry(*new).or_insert(TELLING_V6 - 1);
                    *next += 1;
                    new.base + *next
                }
                None => {
                    let slot = &mut outside[usize::from(v6)];
                    let full = slot.is_none_or(|(block, next)| next >> block.bits != 0);
                    if full {
                        *slot = Some((free.take(v6, USUAL_BITS_V4), 1));
                    }
                    let Some((block, next)) = slot else { continue };
                    *next += 1;
                    block.base + *next - 1
                }
            };
            this.single.insert(address, from_number(v6, new));
        }
        this
    }

    /// The subnet that an address is in, and what it is replaced by.
    fn root_of(&self, v6: bool, number: u128) -> Option<&(Block, Block)> {
        let after = self.roots.partition_point(|(root, _)| (root.v6, root.base) <= (v6, number));
        self.roots[..after].last().filter(|(root, _)| root.holds(v6, number))
    }

    /// What stands for an address.
    pub fn address(&self, address: IpAddr) -> IpAddr {
        if says_nothing(address) {
            return address;
        }
        if let Some(new) = self.single.get(&address) {
            return *new;
        }
        let (v6, value) = (address.is_ipv6(), number(address));
        match self.root_of(v6, value) {
            Some((root, new)) => from_number(v6, moved(value, *root, *new)),
            None => from_number(v6, 0),
        }
    }

    /// What stands for an IPv4 address.
    pub fn v4(&self, address: Ipv4Addr) -> Ipv4Addr {
        match self.address(IpAddr::V4(address)) {
            IpAddr::V4(address) => address,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        }
    }

    /// What stands for an IPv6 address.
    pub fn v6(&self, address: Ipv6Addr) -> Ipv6Addr {
        match self.address(IpAddr::V6(address)) {
            IpAddr::V6(address) => address,
            IpAddr::V4(_) => Ipv6Addr::UNSPECIFIED,
        }
    }

    /// What stands for a subnet.
    pub fn subnet(&self, net: IpNet) -> IpNet {
        if net.prefix_len() == 0 {
            return net;
        }
        let block = Block::of(net.trunc());
        // Each subnet lies in a root; where one did not, it would say nothing.
        let Some((root, new)) = self.root_of(block.v6, block.base) else {
            return IpNet::new(from_number(block.v6, 0), net.prefix_len()).unwrap_or_default();
        };
        let bits = block.bits.min(new.bits);
        let base = from_number(block.v6, moved(block.base, *root, *new));
        let prefix = net.max_prefix_len() - u8::try_from(bits).unwrap_or(0);
        IpNet::new(base, prefix).unwrap_or_default()
    }
}

/// The same place in another block; what lies beyond its end is taken round.
fn moved(number: u128, from: Block, to: Block) -> u128 {
    to.base + ((number - from.base) & ((1u128 << to.bits) - 1))
}

/// Whether the place of an address in its subnet tells more than a number.
fn tells(v6: bool, place: u128) -> bool {
    v6 && place >= TELLING_V6
}

/// Addresses that everybody has.
fn says_nothing(address: IpAddr) -> bool {
    address.is_unspecified() || address.is_loopback()
}

/// Blocks that are still to be had.
#[derive(Debug, Default)]
struct Free {
    /// How much of each range is taken.
    taken_v4: [u128; RANGES_V4.len()],
    taken_v6: u128,
}

impl Free {
    /// The next block with this many free bits.
    fn take(&mut self, v6: bool, bits: u32) -> Block {
        let size = 1u128 << bits;
        if v6 {
            let (start, range) = RANGE_V6;
            // What does not fit twice goes to the beginning: a range that
            // large holds everything anyway.
            let base = self.taken_v6.next_multiple_of(size);
            let base = if base + size > 1 << range { 0 } else { base };
            self.taken_v6 = base + size;
            return Block { v6, base: start + base, bits };
        }
        for ((start, range), taken) in RANGES_V4.iter().zip(&mut self.taken_v4) {
            let base = taken.next_multiple_of(size);
            if base + size <= 1 << range {
                *taken = base + size;
                return Block { v6, base: u128::from(*start) + base, bits };
            }
        }
        Block { v6, base: u128::from(RANGES_V4[RANGES_V4.len() - 1].0), bits }
    }
}

/// Every address that a snapshot names.
fn every_address(snapshot: &Snapshot) -> Vec<IpAddr> {
    let mut all = Vec::new();
    for subnet in snapshot.networks.iter().flat_map(|network| &network.subnets) {
        all.extend(subnet.gateway);
    }
    let parsed = |text: &str| text.parse::<IpAddr>().ok();
    for container in &snapshot.containers {
        for endpoint in &container.endpoints {
            all.extend(endpoint.addresses());
            all.extend(
                [endpoint.gateway, endpoint.fixed_ipv4].into_iter().flatten().map(IpAddr::V4),
            );
            all.extend(
                [endpoint.ipv6_gateway, endpoint.fixed_ipv6].into_iter().flatten().map(IpAddr::V6),
            );
            all.extend(&endpoint.link_local);
        }
        all.extend(container.published.iter().map(|port| port.host_ip));
        all.extend(container.requested.iter().filter_map(|port| port.host_ip));
        all.extend(container.dns.iter().filter_map(|server| parsed(server)));
        all.extend(container.extra_hosts.iter().filter_map(|host| match host.address {
            HostAddress::Ip(ip) => Some(ip),
            HostAddress::Gateway | HostAddress::Other(_) => None,
        }));
    }
    for container in &snapshot.containers {
        all.extend(container.all_references().filter_map(|reference| parsed(&reference.host)));
    }
    for node in snapshot.engine.swarm.iter().flat_map(|swarm| &swarm.nodes) {
        all.extend(parsed(&node.address));
    }
    for flow in snapshot.flows.iter().flat_map(|flows| &flows.flows) {
        all.extend(flow.via.iter().map(|hop| hop.address));
        all.extend([&flow.client, &flow.server].into_iter().filter_map(|party| match party {
            Party::Unknown { address } => Some(*address),
            _ => None,
        }));
    }
    all.extend(snapshot.network_observations.iter().flat_map(|seen| &seen.peers));
    let services = snapshot.engine.swarm.iter().flat_map(|swarm| &swarm.services);
    all.extend(services.flat_map(|s| &s.virtual_addresses).map(|virtual_ip| virtual_ip.address));
    for seen in &snapshot.observations {
        all.extend(seen.listening.iter().flatten().map(|socket| socket.address));
        all.extend(seen.connections.iter().flatten().map(|connection| connection.remote.ip()));
        all.extend(seen.routes.iter().flatten().filter_map(|route| route.gateway));
        all.extend(seen.nameservers.iter().flatten());
        all.extend(seen.resolved.iter().filter_map(|led| led.address));
        all.extend(seen.hosts.iter().flatten().map(|entry| entry.address));
        all.extend(seen.log_errors.iter().flatten().filter_map(|error| parsed(&error.host)));
        all.extend(seen.backlog.iter().flat_map(|backlog| &backlog.clients));
    }
    if let Some(host) = &snapshot.host {
        all.extend(host.listening.iter().flatten().map(|socket| socket.address));
        all.extend(host.routes.iter().flatten().filter_map(|route| route.gateway));
        all.extend(&host.addresses);
    }
    let measured = snapshot.probe.iter().flat_map(|probe| &probe.measurements);
    all.extend(measured.clone().filter_map(|measurement| measurement.leads_to));
    all.extend(measured.filter_map(|measurement| parsed(&measurement.target)));
    all
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

fn from_number(v6: bool, number: u128) -> IpAddr {
    if v6 {
        IpAddr::V6(Ipv6Addr::from(number))
    } else {
        IpAddr::V4(Ipv4Addr::from(u32::try_from(number).unwrap_or(0)))
    }
}
