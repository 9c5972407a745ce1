//! The taps of a card: where it hangs on a bar, by which address it is known
//! there, and what it publishes to the world.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::bars::Numbers;
use super::line::{Line, LineRole};
use super::shapes::{Tap, TapLook, size_of};
use crate::model::{ContainerAt, Endpoint, NetworkAt, State, Subnet};
use crate::render::svg::options::{Blank, Detail, Options};
use crate::render::svg::reduce::Group;
use crate::render::view::{Numbers as CalledOut, Opening, Ranks, Spot, View};

/// How many lines a label has at most.
const MOST: usize = 3;
/// Widest that a line of ports becomes by joining some.
const JOINED: i32 = 96;
/// Widest that a label may be.
const WIDEST: i32 = 150;

/// The taps of a group, one for each bar it hangs on, and the label of a way
/// in that comes from beside, because the card is reached through others.
pub fn taps(
    view: &View,
    group: &Group,
    numbers: &Numbers,
    ranks: &Ranks,
    called_out: &CalledOut,
    options: &Options,
) -> (Vec<Tap>, Vec<Line>) {
    let rank = ranks.container(group.owners[0]);
    let mut taps: BTreeMap<usize, Tap> = BTreeMap::new();
    let endpoints = group
        .owners
        .iter()
        .flat_map(|at| view.map.endpoints(*at).map(|(network, endpoint)| (*at, network, endpoint)));
    for (owner, network, endpoint) in endpoints {
        let known = network.and_then(|at| Some((at, *numbers.networks.get(&at)?)));
        let Some((network, bar)) = known else { continue };
        let is_up = ranks.network(network) < rank;
        let numbers = || called_out.on(group.owners.iter().map(|at| Spot::Endpoint(*at, network)));
        let tap = || {
            let end = (owner, network, endpoint);
            let tap = endpoint_tap(view, group, end, (bar, is_up), options);
            tap.numbered(numbers())
        };
        taps.entry(bar).or_insert_with(tap);
    }
    let mut label = ways_in(view, &group.owners, options);
    if label.is_empty() {
        return (taps.into_values().collect(), Vec::new());
    }
    let room = size_of(&label).0;
    let is_live = |at: &ContainerAt| view.is_open(*at) || !view.openings(*at).is_empty();
    let is_live = group.owners.iter().any(is_live);
    if !is_live {
        label = label.iter().map(|line| Line::new(LineRole::Quiet, &line.text)).collect();
    }
    let is_entered = rank.is_none_or(|rank| rank == 1);
    let is_open = group.owners.iter().any(|at| view.is_for_all(*at));
    let world = if is_open { numbers.internet } else { numbers.host };
    match world.filter(|_| is_entered) {
        Some(bar) => {
            let look = match (is_live, is_open) {
                (false, _) => TapLook::Dormant,
                (true, true) => TapLook::World,
                (true, false) => TapLook::Nearby,
            };
            let tooltip = group.owners.iter().flat_map(|at| published(view, *at)).collect();
            let is_faint = view.changes.is_compared;
            let (is_up, change) = (true, None);
            let tap = Tap { bar, label, room, look, is_up, tooltip, change, is_faint };
            taps.insert(bar, tap);
            (taps.into_values().collect(), Vec::new())
        }
        None => (taps.into_values().collect(), label),
    }
}

/// How the world gets in: ports, or the whole network of the host.
fn ways_in(view: &View, owners: &[ContainerAt], options: &Options) -> Vec<Line> {
    let openings: Vec<Opening> = view.ways_in_of(owners);
    if openings.is_empty() {
        let on_host = owners.iter().any(|at| view.map.on_host(*at));
        return if on_host {
            vec![Line::new(LineRole::Plain, "host's network")]
        } else {
            Vec::new()
        };
    }
    if !options.keeps(Detail::Ports) {
        return vec![Line::new(LineRole::Plain, "published")];
    }
    let mut lines: Vec<Line> = Vec::new();
    let role = |opening: &Opening| {
        if opening.everywhere { LineRole::World } else { LineRole::Nearby }
    };
    let mut left = openings.len();
    for opening in &openings {
        let text = short(&opening.text);
        let role = role(opening);
        if let Some(last) = lines.last_mut().filter(|last| last.role == role) {
            let joined = Line::new(role, &format!("{} {text}", last.text));
            if joined.width <= JOINED {
                *last = joined;
                left -= 1;
                continue;
            }
        }
        if lines.len() + 1 >= MOST && left > 1 {
            lines.push(Line::new(LineRole::Plain, &format!("and {left} more")));
            break;
        }
        lines.extend(Line::wrapped(role, &text, WIDEST, 2));
        left -= 1;
    }
    lines
}

/// A port as it stands at an arrow: `*:443 → 443` is `:443`.
fn short(text: &str) -> String {
    let text = text.strip_prefix('*').unwrap_or(text);
    let Some((from, to)) = text.split_once(" → ") else { return text.to_owned() };
    let outside = from.rsplit(':').next().unwrap_or(from);
    let (port, suffix) = to.split_at(to.find('/').unwrap_or(to.len()));
    if outside == port { format!("{from}{suffix}") } else { text.to_owned() }
}

fn published(view: &View, owner: ContainerAt) -> Vec<String> {
    let container = view.container(owner);
    let openings = view.ways_in(owner);
    if openings.is_empty() {
        let shares = || format!("{} shares the host's network stack", container.name);
        return view.map.on_host(owner).then(shares).into_iter().collect();
    }
    let verb = match container.state {
        State::Planned => "is to be",
        state if state.has_network() => "is",
        _ => "would be, if it ran,",
    };
    let mut tooltip = vec![format!("{} {verb} published as", container.name)];
    tooltip.extend(openings.into_iter().take(24).map(|opening| opening.text));
    tooltip
}

fn endpoint_tap(
    view: &View,
    group: &Group,
    (owner, network, endpoint): (ContainerAt, NetworkAt, &Endpoint),
    (bar, is_up): (usize, bool),
    options: &Options,
) -> Tap {
    let container = view.container(owner);
    let subnets = &view.network(network).subnets;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for at in &group.owners {
        let Some(endpoint) = view.map.endpoint_on(*at, network) else { continue };
        addresses.extend(endpoint.addresses().take(1));
    }
    let whole = options.shows(Detail::Addresses);
    let text = |address: &IpAddr| {
        if whole { address.to_string() } else { own_part(*address, subnets) }
    };
    let mut words: Vec<String> = addresses.iter().take(2).map(text).collect();
    if addresses.len() > 2 {
        words.push(format!("+{}", addresses.len() - 2));
    }
    // Whoever does not run has none, and whoever is to be made is yet to get one.
    let is_there = container.state.has_network() && container.state != State::Planned;
    if words.is_empty() && is_there {
        words.push("no address".to_owned());
    }
    let mut label = Vec::new();
    let are_told = options.keeps(Detail::Addresses) && (whole || !options.overview);
    if !words.is_empty() && are_told {
        let line = Line::wrapped(LineRole::Quiet, &words.join(" "), WIDEST, 1);
        label = line;
    }
    for line in &mut label {
        line.blank = options.blank == Some(Blank::Addresses);
    }
    let is_to_come = container.state == State::Planned && label.is_empty();
    let room = match are_told && !is_to_come {
        true => room(subnets, group.owners.len(), whole),
        false => 0,
    };
    let mut tooltip = vec![format!("{} on {}", container.name, view.network(network).name)];
    if options.blank != Some(Blank::Addresses) {
        let all = group.owners.iter().filter_map(|at| view.map.endpoint_on(*at, network));
        tooltip.extend(all.flat_map(Endpoint::addresses).take(24).map(|a| a.to_string()));
    }
    if group.owners.len() == 1 && !view.network(network).is_default_bridge() {
        let names = container.chosen_names_on(endpoint);
        tooltip.extend(names.iter().take(24).map(|name| format!("known as {name}")));
    }
    if options.blank == Some(Blank::Names) {
        tooltip.clear();
    }
    let is_live = group.owners.iter().any(|at| view.container(*at).state.has_network());
    let look = if is_live { TapLook::Live } else { TapLook::Idle };
    let change = view.changes.endpoint(owner, network);
    let is_faint = view.changes.is_compared && change.is_none();
    Tap { bar, label, room, look, is_up, tooltip, change, is_faint }
}

/// How wide the part of an address that these subnets do not say can be, about: the last
/// number as wide as it gets.
fn room(subnets: &[Subnet], owners: usize, whole: bool) -> i32 {
    let Some(subnet) = subnets.iter().find(|subnet| subnet.subnet.addr().is_ipv4()) else {
        return 0;
    };
    let address = subnet.subnet.network().to_string();
    let said = if whole { 0 } else { usize::from(subnet.subnet.prefix_len() / 8).min(3) };
    let mut parts: Vec<&str> = address.split('.').skip(said).collect();
    parts.pop();
    parts.push("255");
    let widest = format!("{}{}", if whole { "" } else { "." }, parts.join("."));
    let mut words = vec![widest; owners.min(2)];
    if owners > 2 {
        words.push(format!("+{}", owners - 2));
    }
    Line::new(LineRole::Quiet, &words.join(" ")).width.min(WIDEST)
}

/// The part of an address that its subnet does not say: `.5`, `::5`.
fn own_part(address: IpAddr, subnets: &[Subnet]) -> String {
    let Some(subnet) = subnets.iter().find(|subnet| subnet.subnet.contains(&address)) else {
        return address.to_string();
    };
    let text = address.to_string();
    match address {
        IpAddr::V4(_) => {
            let said = usize::from(subnet.subnet.prefix_len() / 8).min(3);
            let rest: Vec<&str> = text.split('.').skip(said).collect();
            format!(".{}", rest.join("."))
        }
        IpAddr::V6(_) => text.rfind("::").map_or(text.clone(), |at| text[at..].to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_what_the_bar_does_not() {
        let subnet = |text: &str| {
            let text = format!(r#"{{"subnet":"{text}"}}"#);
            vec![serde_json::from_str::<Subnet>(&text).unwrap()]
        };
        let part = |address: &str, of: &str| own_part(address.parse().unwrap(), &subnet(of));
        assert_eq!(part("10.0.0.5", "10.0.0.0/24"), ".5");
        assert_eq!(part("172.17.0.2", "172.17.0.0/16"), ".0.2");
        assert_eq!(part("10.1.2.3", "10.0.0.0/8"), ".1.2.3");
        assert_eq!(part("10.0.0.37", "10.0.0.32/27"), ".37");
        assert_eq!(part("10.0.0.9", "10.0.0.9/32"), ".9");
        assert_eq!(part("fd00::5", "fd00::/64"), "::5");
        assert_eq!(part("192.0.2.1", "10.0.0.0/24"), "192.0.2.1", "it is not of the subnet");
    }

    #[test]
    fn a_port_that_is_the_same_on_both_sides_is_said_once() {
        assert_eq!(short("*:443 → 443"), ":443");
        assert_eq!(short("*:8080 → 80"), ":8080 → 80");
        assert_eq!(short("127.0.0.1:53 → 53/udp"), "127.0.0.1:53/udp");
        assert_eq!(short("*:8000-8010 → 8000-8010"), ":8000-8010");
        assert_eq!(short("[::1]:5433 → 5432"), "[::1]:5433 → 5432");
        assert_eq!(short("routed → 80"), "routed → 80");
    }
}
