//! Whether a rule of iptables can fit a packet, as far as what it says is understood.
//! What is not understood is taken to fit.

use std::net::IpAddr;

use ipnet::IpNet;

use super::packet::{Packet, any};

/// Whether all that a rule asks for can be so, by its words up to what it does.
pub fn may_fit(packet: &Packet, words: &[String]) -> bool {
    let mut words = words.iter().map(String::as_str).take_while(|word| !is_target(word));
    let mut negated = false;
    while let Some(word) = words.next() {
        if word == "!" {
            negated = true;
            continue;
        }
        if word.starts_with('-') {
            let holds = option(packet, word, &mut words);
            if holds == Some(negated) {
                return false;
            }
        }
        negated = false;
    }
    true
}

/// Whether what a rule does begins here.
pub fn is_target(word: &str) -> bool {
    matches!(word, "-j" | "-g")
}

/// Whether an option holds, whose value is taken from what follows.
fn option<'w>(
    packet: &Packet,
    option: &str,
    words: &mut impl Iterator<Item = &'w str>,
) -> Option<bool> {
    let port = |list: &str, port: Option<u16>| any(list.split(',').map(|one| is_port(one, port?)));
    match option {
        "-s" => {
            let list = words.next()?;
            packet.comes_from(|address| any(list.split(',').map(|one| is_address(one, address))))
        }
        "-d" => {
            let list = words.next()?;
            packet.goes_to(|address| any(list.split(',').map(|one| is_address(one, address))))
        }
        "--src-range" => {
            let range = words.next()?;
            packet.comes_from(|address| is_between(range, address))
        }
        "--dst-range" => {
            let range = words.next()?;
            packet.goes_to(|address| is_between(range, address))
        }
        "-i" => {
            let name = words.next()?;
            packet.comes_in(|interface| Some(is_interface(name, interface)))
        }
        "-o" => {
            let name = words.next()?;
            packet.goes_out(|interface| Some(is_interface(name, interface)))
        }
        "-p" => packet.is(words.next()?),
        "--sport" | "--sports" => port(words.next()?, packet.source_port()),
        "--dport" | "--dports" => port(words.next()?, packet.target_port()),
        // Anybody may write there what looks like an option.
        "--comment" | "--log-prefix" | "--string" => {
            words.next();
            None
        }
        _ => None,
    }
}

/// `10.0.0.0/24`, `10.0.0.3`, and what iptables itself writes for a mask with holes.
fn is_address(text: &str, address: IpAddr) -> Option<bool> {
    if let Ok(net) = text.parse::<IpNet>() {
        return Some(net.contains(&address));
    }
    Some(text.parse::<IpAddr>().ok()? == address)
}

fn is_between(range: &str, address: IpAddr) -> Option<bool> {
    let (first, last) = range.split_once('-')?;
    let (first, last): (IpAddr, IpAddr) = (first.parse().ok()?, last.parse().ok()?);
    Some((first..=last).contains(&address))
}

/// `br-+` stands for all whose names begin so.
fn is_interface(name: &str, interface: &str) -> bool {
    match name.strip_suffix('+') {
        Some(beginning) => interface.starts_with(beginning),
        None => interface == name,
    }
}

/// `5432`, `5432:5440`.
fn is_port(text: &str, port: u16) -> Option<bool> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
    Some((first..=last).contains(&port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::drops::packet::Side;
    use crate::model::{Attempt, Family, words_of_rule};

    /// From web behind br-shop to port 5432 of db there, its answer, and a ping.
    fn packets() -> [Packet; 3] {
        let side = |last: u8| Side {
            addresses: vec![IpAddr::from([10, 0, 0, last])],
            interfaces: vec!["br-shop".to_owned()],
        };
        let of = |attempt| Packet::and_answer(Family::V4, attempt, side(3), side(2));
        let ([there, back], [ping, _]) = (of(Attempt::Tcp(5432)), of(Attempt::Icmp));
        [there, back, ping]
    }

    fn may(rule: &str) -> [bool; 3] {
        let words = words_of_rule(rule).expect("words");
        packets().map(|packet| may_fit(&packet, &words))
    }

    #[test]
    fn what_a_rule_says_is_held_against_the_packet() {
        let (tcp, icmp, all, none) =
            ([true, true, false], [false, false, true], [true; 3], [false; 3]);
        for (rule, expected) in [
            ("-s 10.0.0.3/32 -j DROP", [true, false, true]),
            ("! -s 10.0.0.3/32 -j DROP", [false, true, false]),
            ("-d 10.0.0.0/24 -j DROP", all),
            ("-d 10.0.1.0/24 -j DROP", none),
            ("-s 9.9.9.9 -j DROP", none),
            ("-p tcp -j DROP", tcp),
            ("! -p tcp -j DROP", icmp),
            ("-p udp -m udp --dport 5432 -j DROP", none),
            ("-p tcp -m tcp --dport 5432 -j DROP", tcp),
            ("-p tcp -m tcp --dport 5433 -j DROP", [false, true, false]),
            ("-p tcp -m tcp --sport 5432 -j DROP", tcp),
            ("-p tcp -m tcp --sport 80 -j DROP", [true, false, false]),
            ("-p tcp -m tcp --dport 5400:5499 -j DROP", tcp),
            ("-p tcp -m multiport --dports 22,5400:5440 -j DROP", tcp),
            ("-p tcp -m multiport --dports 22,80 -j DROP", [false, true, false]),
            ("-p tcp -m multiport ! --dports 22,80 -j DROP", tcp),
            ("-m iprange --src-range 10.0.0.3-10.0.0.9 -j DROP", [true, false, true]),
            ("-i br-shop -o br-shop -j DROP", all),
            ("-i br-+ -j DROP", all),
            ("-i br-back -j DROP", none),
            ("-i br-shop ! -o br-shop -j DROP", none),
            ("-d 10.0.0.2/32 ! -i br-shop -j DROP", none),
        ] {
            assert_eq!(may(rule), expected, "{rule}");
        }
    }

    #[test]
    fn what_is_not_understood_may_fit() {
        for rule in [
            "-j DROP",
            "-s 10.0.0.3/255.0.255.0 -j DROP",
            "-p 6 -j DROP",
            "-m set --match-set banned src -j DROP",
            "-m comment --comment \"-s 9.9.9.9 -p udp\" -j DROP",
            "-m comment --comment -p -m limit --limit 3/min -j DROP",
            "-m conntrack ! --ctstate NEW -j DROP",
            "-m mac --mac-source 02:42:0a:00:00:03 -j DROP",
            "-s odd -d -j DROP",
            "-s",
            "! ! -",
        ] {
            assert_eq!(may(rule), [true; 3], "{rule}");
        }
        // What a rule does is no condition.
        assert_eq!(may("-j DNAT --to-destination 9.9.9.9 -p udp"), [true; 3]);
    }

    /// Nobody knows which address or interface it is.
    #[test]
    fn what_may_be_either_way_may_fit() {
        let two = |all: [&str; 2]| all.map(str::to_owned).to_vec();
        let addresses = [3, 4].map(|last| IpAddr::from([10, 0, 0, last])).to_vec();
        let from = Side { addresses, interfaces: two(["br-a", "br-b"]) };
        let [packet, _] = Packet::and_answer(Family::V4, Attempt::Tcp(5432), from, Side::default());
        for (rule, expected) in [
            ("-s 10.0.0.3/32 -j DROP", true),
            ("! -s 10.0.0.3/32 -j DROP", true),
            ("! -s 10.0.0.0/24 -j DROP", false),
            ("-s 10.0.0.5/32 -j DROP", false),
            ("! -i br-a -j DROP", true),
            ("-i br-c -j DROP", false),
            ("-d 9.9.9.9/32 -j DROP", true),
            ("-p tcp -m tcp --dport 80 -j DROP", true),
            ("-o eth0 -j DROP", true),
        ] {
            assert_eq!(may_fit(&packet, &words_of_rule(rule).expect("words")), expected, "{rule}");
        }
    }
}
