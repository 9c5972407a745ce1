//! The packets that are sent and those that answer, as far as is known what they
//! are where rules meet them: on the way their addresses may be changed.

use std::net::IpAddr;

use crate::model::{Attempt, Family};

/// One end of the way, where rules meet the packets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// The addresses of which it has one; none where it may have any.
    pub addresses: Vec<IpAddr>,
    /// The interfaces of which it is behind one; none where it may be any.
    pub interfaces: Vec<String>,
}

/// What is sent, or what is answered.
#[derive(Debug, Clone)]
pub struct Packet {
    /// The family of its addresses.
    pub family: Family,
    /// What it is, or answers to.
    attempt: Attempt,
    from: Side,
    to: Side,
    /// Whether it is an answer, which comes from the port.
    is_answer: bool,
    /// Where it comes through, as far as that is known.
    through: Through,
}

/// Which of the kernel's hooks a packet comes by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Through {
    /// It may be any of them.
    #[default]
    Any,
    /// It is from here, or for a program here.
    Here,
    /// It is from elsewhere and for elsewhere.
    Between,
}

impl Packet {
    /// A packet that goes from one side to the other, and its answer.
    pub fn and_answer(family: Family, attempt: Attempt, from: Side, to: Side) -> [Self; 2] {
        let (back, home) = (to.clone(), from.clone());
        [
            Self { family, attempt, from, to, is_answer: false, through: Through::Any },
            Self { family, attempt, from: back, to: home, is_answer: true, through: Through::Any },
        ]
    }

    /// The same, where it is known by which hooks it comes.
    pub fn coming(mut self, through: Through) -> Self {
        self.through = through;
        self
    }

    /// Whether it may come by a hook of the kernel that sees packets of IP: `forward`.
    pub fn comes_by(&self, hook: &str) -> bool {
        match self.through {
            Through::Any => true,
            Through::Here => hook != "forward",
            Through::Between => !matches!(hook, "input" | "output"),
        }
    }

    /// The same, where it is known by which interface it goes out.
    pub fn leaving_by(mut self, interface: &str) -> Self {
        self.to.interfaces = vec![interface.to_owned()];
        self
    }

    /// What `ip route get` is to be asked for the way that it takes, where enough is known.
    pub fn routed(&self) -> Option<[String; 5]> {
        let (to, from) = (self.to.addresses.first()?, self.from.addresses.first()?);
        let interface = self.from.interfaces.first()?;
        let [from_word, in_word] = ["from", "iif"].map(str::to_owned);
        Some([to.to_string(), from_word, from.to_string(), in_word, interface.clone()])
    }

    /// Whether it is of a protocol, by a name that programs have for it; nothing where
    /// that is not understood.
    pub fn is(&self, protocol: &str) -> Option<bool> {
        let is_v6 = self.family == Family::V6;
        let is_tcp = self.attempt != Attempt::Icmp;
        match protocol {
            "ip" | "ipv4" => Some(!is_v6),
            "ip6" | "ipv6" => Some(is_v6),
            "tcp" => Some(is_tcp),
            "icmp" => Some(!is_tcp && !is_v6),
            "icmpv6" | "ipv6-icmp" => Some(!is_tcp && is_v6),
            "udp" | "udplite" | "sctp" | "dccp" | "arp" => Some(false),
            _ => None,
        }
    }

    /// Whether it is so for the address that it comes from.
    pub fn comes_from(&self, holds: impl Fn(IpAddr) -> Option<bool>) -> Option<bool> {
        agreed(&self.from.addresses, |address| holds(*address))
    }

    /// Whether it is so for the address that it goes to.
    pub fn goes_to(&self, holds: impl Fn(IpAddr) -> Option<bool>) -> Option<bool> {
        agreed(&self.to.addresses, |address| holds(*address))
    }

    /// Whether it is so for the interface that it comes in by.
    pub fn comes_in(&self, holds: impl Fn(&str) -> Option<bool>) -> Option<bool> {
        agreed(&self.from.interfaces, |interface| holds(interface))
    }

    /// Whether it is so for the interface that it goes out by.
    pub fn goes_out(&self, holds: impl Fn(&str) -> Option<bool>) -> Option<bool> {
        agreed(&self.to.interfaces, |interface| holds(interface))
    }

    /// The port that it comes from, where that is the one that is tried.
    pub fn source_port(&self) -> Option<u16> {
        self.port_at(&self.from, self.is_answer)
    }

    /// The port that it goes to, where that is the one that is tried.
    pub fn target_port(&self) -> Option<u16> {
        self.port_at(&self.to, !self.is_answer)
    }

    /// The port at a side. Whoever changes the address may change it as well.
    fn port_at(&self, side: &Side, is_server: bool) -> Option<u16> {
        self.attempt.port().filter(|_| is_server && !side.addresses.is_empty())
    }
}

/// Whether it is so for all that may be, or for none; nothing where that differs, and
/// where it may be anything.
fn agreed<T>(all: &[T], holds: impl Fn(&T) -> Option<bool>) -> Option<bool> {
    let first = holds(all.first()?)?;
    all.iter().all(|one| holds(one) == Some(first)).then_some(first)
}

/// Whether it is so for one of several answers; nothing where one of them is not known.
pub fn any(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut all_known = true;
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(false)
}
