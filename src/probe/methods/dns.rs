//! A question to a name server and its answer, as bytes (RFC 1035, RFC 3596).
//! Our own, so that it has our own deadline: the C library's resolver waits
//! up to ten seconds where nobody answers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Kinds of address to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordType {
    /// IPv4.
    A = 1,
    /// IPv6.
    Aaaa = 28,
}

/// A question for the addresses of `name`. `None` if no message can carry it.
pub fn question(id: u16, name: &str, kind: RecordType) -> Option<Vec<u8>> {
    let mut message = id.to_be_bytes().to_vec();
    // Recursion desired; one question, nothing else.
    message.extend_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        message.push(length);
        message.extend_from_slice(label.as_bytes());
    }
    message.extend_from_slice(&[0, 0, kind as u8, 0, 1]);
    (name.len() <= 253).then_some(message)
}

/// What a name server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The id of the question.
    pub id: u16,
    /// Response code: 0 no error, 2 server failure, 3 no such name, 5 refused.
    pub code: u8,
    /// Addresses in it, of the kind asked for.
    pub addresses: Vec<IpAddr>,
}

/// Reads a reply. `None` for what is none.
pub fn reply(message: &[u8]) -> Option<Reply> {
    let id = u16::from_be_bytes([*message.first()?, *message.get(1)?]);
    let is_reply = message.get(2)? & 0x80 != 0;
    if !is_reply {
        return None;
    }
    let code = message.get(3)? & 0x0f;
    let count = |at: usize| Some(u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]));
    let (questions, answers) = (count(4)?, count(6)?);
    let mut at = 12;
    for _ in 0..questions {
        at = after_name(message, at)? + 4;
    }
    let mut addresses = Vec::new();
    for _ in 0..answers {
        at = after_name(message, at)?;
        let kind = count(at)?;
        let length = usize::from(count(at + 8)?);
        let data = message.get(at + 10..at + 10 + length)?;
        match (kind, length) {
            (1, 4) => addresses.push(Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?).into()),
            (28, 16) => addresses.push(Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).into()),
            // A record of another kind, such as CNAME, leads to the address
            // that follows it.
            _ => {}
        }
        at += 10 + length;
    }
    Some(Reply { id, code, addresses })
}

/// The place after a name, which ends with a zero or with a pointer.
fn after_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            pointer if pointer & 0xc0 == 0xc0 => return Some(at + 2),
            length => at += usize::from(length) + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_with_pointers_is_read() {
        let mut message = question(7, "db.net", RecordType::A).unwrap();
        message[2] = 0x81;
        message[7] = 2;
        // An alias, and behind it the address.
        message.extend_from_slice(&[0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12]);
        message.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 3]);
        let address = "10.0.0.3".parse().unwrap();
        assert_eq!(reply(&message), Some(Reply { id: 7, code: 0, addresses: vec![address] }));
    }

    #[test]
    fn no_such_name() {
        let mut message = question(9, "nobody", RecordType::Aaaa).unwrap();
        message[2] = 0x81;
        message[3] = 3;
        assert_eq!(reply(&message), Some(Reply { id: 9, code: 3, addresses: vec![] }));
    }

    #[test]
    fn names_dns_cannot_carry_are_not_asked_for() {
        assert_eq!(question(1, "a..b", RecordType::A), None);
        assert_eq!(question(1, "", RecordType::A), None);
        assert_eq!(question(1, &"x".repeat(64), RecordType::A), None);
    }

    #[test]
    fn garbage_is_no_reply_and_ends() {
        for length in 0..40 {
            for byte in [0, 1, 0x80, 0xc0, 0xff] {
                let _ = reply(&vec![byte; length]);
            }
        }
        assert_eq!(reply(&question(1, "db", RecordType::A).unwrap()), None);
    }
}
