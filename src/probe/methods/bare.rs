//! Reading what many pings of busybox say that share one output. Each writes
//! all that it has to say at its end and in one go, and it names the host that it
//! was given: in its first line, and again above its count.

use std::collections::HashMap;

use crate::model::Attempt;
use crate::probe::plan::Act;
use crate::probe::{Answer, words};

/// What a ping of each host said.
pub type Said<'a> = HashMap<&'a str, String>;

/// Takes the pings' words apart. What is not whole is left out: that of a ping
/// which could not send, since its complaint does not say to whom.
pub fn read(output: &str) -> Said<'_> {
    let mut said = HashMap::new();
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(host) = unknown_name(line) {
            said.insert(host, line.to_owned());
            continue;
        }
        let Some(host) = begins(line) else { continue };
        let heading = format!("--- {host} ping statistics ---");
        let empty = lines.next_if_eq(&"");
        let Some(heading) = empty.and_then(|_| lines.next_if_eq(&heading.as_str())) else {
            continue;
        };
        let Some(count) = lines.next_if(|line| line.contains(" packets transmitted, ")) else {
            continue;
        };
        let trips = lines.next_if(|line| line.starts_with("round-trip ")).unwrap_or_default();
        said.insert(host, [line, heading, count, trips].join("\n"));
    }
    said
}

/// The host in `PING db (10.0.0.3): 56 data bytes`.
fn begins(line: &str) -> Option<&str> {
    let (host, rest) = line.strip_prefix("PING ")?.split_once(" (")?;
    rest.ends_with(" data bytes").then_some(host)
}

/// The host in `ping: bad address 'db'`.
fn unknown_name(line: &str) -> Option<&str> {
    line.strip_prefix("ping: bad address '")?.strip_suffix('\'')
}

/// How a ping ended that was run bare; `None` where it said nothing whole.
pub fn answer(act: &Act, said: &Said) -> Option<Answer> {
    if act.attempt() != Attempt::Icmp {
        return None;
    }
    let said = said.get(act.host().as_str())?;
    // busybox ends with 0 exactly if an answer came.
    let code = i64::from(!said.contains("round-trip "));
    Some(Answer { method: "ping", ..words::ping(code, said) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;

    #[test]
    fn each_ping_is_known_by_the_host_that_it_names() {
        // As busybox 1.35 wrote it.
        let output = "ping: bad address 'c99'\n\
            PING c01 (10.77.1.2): 56 data bytes\n\n--- c01 ping statistics ---\n\
            1 packets transmitted, 1 packets received, 0% packet loss\n\
            round-trip min/avg/max = 0.116/0.116/0.116 ms\n\
            ping: sendto: Network unreachable\n\
            PING 10.0.0.9 (10.0.0.9): 56 data bytes\n\
            PING 10.77.11.6 (10.77.11.6): 56 data bytes\n\n--- 10.77.11.6 ping statistics ---\n\
            1 packets transmitted, 0 packets received, 100% packet loss\n\
            PING 10.0.0.8 (10.0.0.8): 56 data bytes\n\n--- 10.0.0.7 ping statistics ---\n\
            1 packets transmitted, 1 packets received, 0% packet loss\n";
        let said = read(output);
        let outcome = |host: &str| {
            let act = match host.parse() {
                Ok(address) => Act::Address(address, Attempt::Icmp),
                Err(_) => Act::Name(host.to_owned(), Attempt::Icmp),
            };
            answer(&act, &said).map(|answer| (answer.outcome, answer.latency.is_some()))
        };
        assert_eq!(outcome("c99"), Some((Outcome::NameNotFound, false)));
        assert_eq!(outcome("c01"), Some((Outcome::Reachable, true)));
        assert_eq!(outcome("10.77.11.6"), Some((Outcome::Timeout, false)));
        // To whom nothing could be sent is not told; two that are mixed are nobody's.
        for untold in ["10.0.0.9", "10.0.0.8", "10.0.0.7", "c02"] {
            assert_eq!(outcome(untold), None, "{untold}");
        }
    }
}
