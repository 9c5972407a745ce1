//! Echo requests and what comes back, as bytes (RFC 792, RFC 4443).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::Why;

/// Tells this run's packets from those of any other program.
pub type Nonce = [u8; 8];

/// An echo request: type, code, checksum, identifier, sequence, and the nonce
/// with the act's number and the try's as payload. Linux fills in the
/// checksum of ICMPv6 itself; for ICMPv4 on raw sockets it does not.
pub fn request(v6: bool, nonce: Nonce, act: u32, attempt: u32) -> Vec<u8> {
    request_of(v6, nonce, act, attempt, 0)
}

/// The same, in a packet of at least `size` bytes with its IP header.
pub fn request_of(v6: bool, nonce: Nonce, act: u32, attempt: u32, size: usize) -> Vec<u8> {
    let mut packet = vec![if v6 { 128 } else { 8 }, 0, 0, 0];
    packet.extend_from_slice(&nonce[..2]);
    packet.extend_from_slice(&(attempt as u16).to_be_bytes());
    packet.extend_from_slice(&nonce);
    packet.extend_from_slice(&act.to_be_bytes());
    packet.extend_from_slice(&attempt.to_be_bytes());
    let header = if v6 { 40 } else { 20 };
    packet.resize(packet.len().max(size.saturating_sub(header)), 0);
    if !v6 {
        let sum = checksum(&packet);
        packet[2..4].copy_from_slice(&sum.to_be_bytes());
    }
    packet
}

/// The internet checksum (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0)))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// What a packet says about one of this run's requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// The answer to a try of an act.
    Echo {
        /// The act's number.
        act: u32,
        /// The try's number.
        attempt: u32,
    },
    /// Somebody on the way says that packets to this address go nowhere.
    Unreachable {
        /// The address that cannot be reached.
        target: IpAddr,
        /// What it is that stops them.
        why: Why,
    },
    /// Somebody on the way says that a packet to this address is too large.
    TooLarge {
        /// The address.
        target: IpAddr,
    },
}

/// Reads a packet from a raw ICMPv4 socket, which starts with its IP header.
pub fn read_v4(packet: &[u8], nonce: Nonce) -> Option<Word> {
    let icmp = packet.get(header_length(packet)?..)?;
    match icmp.first()? {
        0 => echo(icmp, nonce),
        3 => {
            let inner = icmp.get(8..)?;
            let asked = inner.get(header_length(inner)?..)?;
            if asked.first() != Some(&8) || asked.get(4..6)? != &nonce[..2] {
                return None;
            }
            let target: [u8; 4] = inner.get(16..20)?.try_into().ok()?;
            let target = Ipv4Addr::from(target).into();
            let why = match icmp.get(1)? {
                4 => return Some(Word::TooLarge { target }),
                0 | 6 | 11 => Why::RouterHasNoRoute,
                1 | 7 | 8 | 12 => Why::NobodyThere,
                9 | 10 | 13 => Why::FirewallOnTheWay,
                _ => Why::RejectedOnTheWay,
            };
            Some(Word::Unreachable { target, why })
        }
        _ => None,
    }
}

/// Reads a packet from a raw ICMPv6 socket, which has no IP header.
pub fn read_v6(icmp: &[u8], nonce: Nonce) -> Option<Word> {
    match icmp.first()? {
        129 => echo(icmp, nonce),
        // A packet that is too large has a type of its own.
        kind @ (1 | 2) => {
            let inner = icmp.get(8..)?;
            let asked = inner.get(40..)?;
            if asked.first() != Some(&128) || asked.get(4..6)? != &nonce[..2] {
                return None;
            }
            let target: [u8; 16] = inner.get(24..40)?.try_into().ok()?;
            let target = Ipv6Addr::from(target).into();
            if *kind == 2 {
                return Some(Word::TooLarge { target });
            }
            let why = match icmp.get(1)? {
                0 => Why::RouterHasNoRoute,
                1 | 5 | 6 => Why::FirewallOnTheWay,
                3 => Why::NobodyThere,
                _ => Why::RejectedOnTheWay,
            };
            Some(Word::Unreachable { target, why })
        }
        _ => None,
    }
}

fn header_length(packet: &[u8]) -> Option<usize> {
    Some(usize::from(packet.first()? & 0x0f) * 4)
}

fn echo(icmp: &[u8], nonce: Nonce) -> Option<Word> {
    let payload = icmp.get(8..24)?;
    if payload[..8] != nonce {
        return None;
    }
    let number = |from: usize| -> Option<u32> {
        Some(u32::from_be_bytes(payload.get(from..from + 4)?.try_into().ok()?))
    };
    Some(Word::Echo { act: number(8)?, attempt: number(12)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: Nonce = *b"netmap!?";

    fn ip_header(target: [u8; 4]) -> Vec<u8> {
        let mut header = vec![0x45; 1];
        header.resize(16, 0);
        header.extend_from_slice(&target);
        header
    }

    #[test]
    fn an_answer_is_known_by_its_payload() {
        let mut answer = request(false, NONCE, 7, 2);
        answer[0] = 0;
        let packet = [ip_header([10, 0, 0, 2]), answer].concat();
        assert_eq!(read_v4(&packet, NONCE), Some(Word::Echo { act: 7, attempt: 2 }));
        assert_eq!(read_v4(&packet, *b"another!"), None);
        let mut answer = request(true, NONCE, 70_000, 0);
        answer[0] = 129;
        assert_eq!(read_v6(&answer, NONCE), Some(Word::Echo { act: 70_000, attempt: 0 }));
    }

    #[test]
    fn a_rejection_names_the_address() {
        let asked = [ip_header([10, 0, 0, 9]), request(false, NONCE, 7, 2)].concat();
        let rejection = [vec![3, 13, 0, 0, 0, 0, 0, 0], asked].concat();
        let packet = [ip_header([10, 0, 0, 1]), rejection].concat();
        let why = Why::FirewallOnTheWay;
        let target = "10.0.0.9".parse().unwrap();
        assert_eq!(read_v4(&packet, NONCE), Some(Word::Unreachable { target, why }));
    }

    #[test]
    fn a_packet_has_the_size_that_was_asked_for_and_may_be_too_large() {
        assert_eq!(request_of(false, NONCE, 7, 2, 900).len(), 880);
        assert_eq!(request_of(true, NONCE, 7, 2, 900).len(), 860);
        assert_eq!(request_of(false, NONCE, 7, 2, 10), request(false, NONCE, 7, 2));
        assert_eq!(checksum(&request_of(false, NONCE, 7, 2, 901)), 0);
        let asked = [ip_header([10, 0, 0, 9]), request(false, NONCE, 7, 2)].concat();
        let packet = [ip_header([10, 0, 0, 1]), vec![3, 4, 0, 0, 0, 0, 3, 132], asked].concat();
        let target = "10.0.0.9".parse().unwrap();
        assert_eq!(read_v4(&packet, NONCE), Some(Word::TooLarge { target }));
        let mut header = vec![0x60; 24];
        header.extend_from_slice(&"fd00::9".parse::<Ipv6Addr>().unwrap().octets());
        let asked = [header, request(true, NONCE, 7, 2)].concat();
        let packet = [vec![2, 0, 0, 0, 0, 0, 5, 0], asked].concat();
        let target = "fd00::9".parse().unwrap();
        assert_eq!(read_v6(&packet, NONCE), Some(Word::TooLarge { target }));
    }

    #[test]
    fn the_checksum_of_a_packet_with_its_checksum_is_nothing() {
        assert_eq!(checksum(&request(false, NONCE, 1, 1)), 0);
    }

    #[test]
    fn garbage_is_no_word() {
        for length in 0..64 {
            for byte in [0, 3, 69, 129, 255] {
                let packet = vec![byte; length];
                assert_eq!(read_v4(&packet, NONCE), None);
                assert_eq!(read_v6(&packet, NONCE), None);
            }
        }
    }
}
