//! Whether a rule of nftables can fit a packet, as far as what it says is
//! understood. What is not understood is taken to fit.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::packet::{Packet, any};

/// Whether all that a rule asks for can be so.
pub fn may_fit(packet: &Packet, expressions: &[Value]) -> bool {
    let mut matches = expressions.iter().filter_map(|expression| expression.get("match"));
    matches.all(|one| fits(packet, one).unwrap_or(true))
}

/// Whether one match holds; nothing where that is not understood.
pub fn fits(packet: &Packet, one: &Value) -> Option<bool> {
    let (left, right) = (one.get("left")?, one.get("right")?);
    let is_equal = if let Some(payload) = left.get("payload") {
        let protocol = payload.get("protocol")?.as_str()?;
        // To ask for a part of a protocol is to ask for the protocol.
        if !packet.is(protocol)? {
            return Some(false);
        }
        field(packet, payload.get("field")?.as_str()?, right)
    } else {
        let key = left.get("meta")?.get("key")?.as_str()?;
        among(right, |value| meta(packet, key, value))
    };
    match one.get("op")?.as_str()? {
        "==" | "in" => is_equal,
        "!=" => is_equal.map(|equal| !equal),
        _ => None,
    }
}

fn field(packet: &Packet, field: &str, right: &Value) -> Option<bool> {
    let address = |address| among(right, |value| holds_address(value, address));
    let port = |port: Option<u16>| among(right, |value| holds_number(value, port?));
    match field {
        "saddr" => packet.comes_from(address),
        "daddr" => packet.goes_to(address),
        "sport" => port(packet.source_port()),
        "dport" => port(packet.target_port()),
        _ => None,
    }
}

fn meta(packet: &Packet, key: &str, value: &Value) -> Option<bool> {
    match key {
        "l4proto" | "nfproto" | "protocol" => packet.is(value.as_str()?),
        _ => None,
    }
}

/// Whether it is so for a value, or for one of a set of them.
fn among(right: &Value, is: impl Fn(&Value) -> Option<bool>) -> Option<bool> {
    match right.get("set") {
        Some(set) => any(set.as_array()?.iter().map(is)),
        None => is(right),
    }
}

/// Whether an address is one, or within a prefix or a range.
fn holds_address(value: &Value, address: IpAddr) -> Option<bool> {
    if let Some(prefix) = value.get("prefix") {
        let first: IpAddr = prefix.get("addr")?.as_str()?.parse().ok()?;
        let length = u8::try_from(prefix.get("len")?.as_u64()?).ok()?;
        return Some(IpNet::new(first, length).ok()?.contains(&address));
    }
    if let Some(range) = value.get("range") {
        let end = |at: usize| range.get(at)?.as_str()?.parse::<IpAddr>().ok();
        return Some((end(0)?..=end(1)?).contains(&address));
    }
    // A set that has a name is read as another object.
    Some(value.as_str()?.parse::<IpAddr>().ok()? == address)
}

fn holds_number(value: &Value, number: u16) -> Option<bool> {
    let number = u64::from(number);
    if let Some(range) = value.get("range") {
        let end = |at: usize| range.get(at)?.as_u64();
        return Some((end(0)?..=end(1)?).contains(&number));
    }
    Some(value.as_u64()? == number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::drops::packet::Side;
    use crate::model::{Attempt, Family};

    /// From web to db, or back.
    fn packet(attempt: Attempt, is_answer: bool) -> Packet {
        let side = |all: &[u8]| Side {
            addresses: all.iter().map(|last| IpAddr::from([10, 0, 0, *last])).collect(),
            interfaces: Vec::new(),
        };
        let [there, back] = Packet::and_answer(Family::V4, attempt, side(&[3]), side(&[2]));
        if is_answer { back } else { there }
    }

    fn may(left: &str, op: &str, right: &str) -> [bool; 3] {
        let one = format!(r#"[{{"match": {{"op": "{op}", "left": {left}, "right": {right}}}}}]"#);
        let expressions: Vec<Value> = serde_json::from_str(&one).expect("JSON");
        let packets = [(Attempt::Tcp(80), false), (Attempt::Icmp, false), (Attempt::Tcp(80), true)];
        packets.map(|(attempt, is_answer)| may_fit(&packet(attempt, is_answer), &expressions))
    }

    #[test]
    fn what_a_rule_says_is_held_against_the_packet() {
        let saddr = r#"{"payload": {"protocol": "ip", "field": "saddr"}}"#;
        let dport = r#"{"payload": {"protocol": "tcp", "field": "dport"}}"#;
        let sport = r#"{"payload": {"protocol": "tcp", "field": "sport"}}"#;
        let net = r#"{"prefix": {"addr": "10.0.0.0", "len": 24}}"#;
        assert_eq!(may(saddr, "==", r#""10.0.0.3""#), [true, true, false]);
        assert_eq!(may(saddr, "!=", r#""10.0.0.3""#), [false, false, true]);
        assert_eq!(may(saddr, "==", net), [true, true, true]);
        let range = r#"{"range": ["10.0.0.3", "10.0.0.9"]}"#;
        assert_eq!(may(saddr, "==", range), [true, true, false]);
        assert_eq!(may(dport, "==", "80"), [true, false, true]);
        assert_eq!(may(dport, "==", "81"), [false, false, true]);
        assert_eq!(may(dport, "!=", "81"), [true, false, true]);
        assert_eq!(may(dport, "==", r#"{"set": [22, {"range": [79, 90]}]}"#), [true, false, true]);
        assert_eq!(may(dport, "==", r#"{"set": [22, 443]}"#), [false, false, true]);
        assert_eq!(may(sport, "==", "443"), [true, false, false]);
        let udp = r#"{"payload": {"protocol": "udp", "field": "dport"}}"#;
        assert_eq!(may(udp, "!=", "53"), [false; 3]);
        let l4 = r#"{"meta": {"key": "l4proto"}}"#;
        assert_eq!(may(l4, "==", r#""icmp""#), [false, true, false]);
        let v6 = r#"{"payload": {"protocol": "ip6", "field": "saddr"}}"#;
        assert_eq!(may(v6, "!=", r#""fd00::1""#), [false; 3]);
    }

    #[test]
    fn what_is_not_understood_may_fit() {
        let state = r#"{"ct": {"key": "state"}}"#;
        let saddr = r#"{"payload": {"protocol": "ip", "field": "saddr"}}"#;
        for (left, right) in [
            (state, r#""new""#),
            (saddr, r#""@banned""#),
            (saddr, r#"{"set": ["10.9.9.9", "@odd"]}"#),
            (saddr, r#"{"range": 7}"#),
            (r#"{"meta": {"key": "iifname"}}"#, r#""eth0""#),
            (r#"{"odd": null}"#, "null"),
        ] {
            assert_eq!(may(left, "==", right), [true; 3], "{left} {right}");
        }
    }
}
