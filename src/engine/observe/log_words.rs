//! Network errors in log lines. Only the host, the port and the kind of error
//! come out; the line goes no further.

use std::net::{IpAddr, Ipv6Addr};

use super::log_found::{List, Text};
use super::log_hosts::{host_of, is_cut_by_password, led_to, number_at, port_elsewhere};
use super::log_line::Line;
use super::log_markers::LOOKS_UP;
use super::log_phrases::{LISTENS, PHRASES};
use crate::model::LogErrorKind;

/// What a line says went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Kind of error.
    pub kind: LogErrorKind,
    /// Host or address.
    pub host: String,
    /// Port, if the line has it.
    pub port: Option<u16>,
    /// The address that the name led to, if the line has both.
    pub led_to: Option<IpAddr>,
    /// Whether a name server has said that there is no such name.
    pub denied: bool,
}

/// The network error that a line is about, if it is about one and names the host.
pub fn complaint(line: &Line) -> Option<Complaint> {
    line.texts.iter().find_map(complaint_of)
}

/// The network error that one text is about.
fn complaint_of(text: &Text) -> Option<Complaint> {
    let (line, folded) = (text.text.as_str(), text.folded.as_str());
    // A slow answer is the server's matter, one that breaks off may be another's.
    let is_broken = ["prematurely closed", "(104: ", "sent no valid http"]
        .iter()
        .any(|end| folded.contains(end));
    if folded.contains("while reading response header") && !is_broken {
        return None;
    }
    let mut kinds = PHRASES.iter().map(|(kind, _)| *kind);
    let said = kinds.find(|kind| text.says(List::Network(*kind)));
    let kind = said.or(is_failed_connection(folded).then_some(LogErrorKind::Failed))?;
    if kind == LogErrorKind::Failed && is_about_listening(folded) {
        return None;
    }
    if is_of_no_name(kind, folded) {
        let port = folded.split_once("dial tcp :").and_then(|(_, behind)| number_at(behind));
        return Some(Complaint { kind, host: String::new(), port, led_to: None, denied: false });
    }
    let (host, port) = host_of(text)?;
    let kind = match kind {
        // Go says of a name server that it did not answer in time, or not at all.
        LogErrorKind::Timeout | LogErrorKind::Refused | LogErrorKind::Unreachable
            if is_looked_up(folded, &host) =>
        {
            LogErrorKind::NameNotFound
        }
        // What has no IPv6 has no address to dial one from.
        LogErrorKind::Failed if is_of_no_source(folded, &host) => LogErrorKind::Unreachable,
        kind => kind,
    };
    // A name that was not found may have been looked up with its port, which
    // is another matter than one that stands elsewhere.
    let elsewhere = || (kind != LogErrorKind::NameNotFound).then(|| port_elsewhere(folded, &host));
    let port = port.or_else(|| elsewhere().flatten());
    let led_to = led_to(line, &host);
    let is_cut = kind == LogErrorKind::NameNotFound && is_cut_by_password(line, &host);
    let kind = if is_cut { LogErrorKind::Unescaped } else { kind };
    let denied = kind == LogErrorKind::NameNotFound && text.says(List::Denied);
    Some(Complaint { kind, host, port, led_to, denied })
}

/// Whether a line says `connection to db:5432 failed`.
fn is_failed_connection(folded: &str) -> bool {
    folded.match_indices("connection to ").take(4).any(|(at, begin)| {
        let behind = &folded[at + begin.len()..];
        let (address, rest) = behind.split_once(' ').unwrap_or((behind, ""));
        let address = address.trim_matches(['"', '\'', '`']);
        let has_port =
            address.rsplit_once([':', '/']).is_some_and(|(_, port)| number_at(port).is_some());
        has_port && ["failed", "has failed"].iter().any(|end| rest.starts_with(end))
    })
}

/// Whether what a line says became of looking a name up, and not of dialling it.
fn is_looked_up(folded: &str, host: &str) -> bool {
    let host = host.to_lowercase();
    // Node's own resolver says which records it asked for: `querySrv ECONNREFUSED db.example.com`.
    let by_node = ["querya ", "queryaaaa ", "querysrv ", "querytxt ", "querymx ", "querycname "];
    if by_node.iter().any(|query| folded.contains(query)) {
        return true;
    }
    [": ", " on "].iter().any(|end| folded.contains(&format!("lookup {host}{end}")))
}

/// Whether an IPv6 address was dialled from where there is no address of that kind.
fn is_of_no_source(folded: &str, host: &str) -> bool {
    let said = ["cannot assign requested address", "eaddrnotavail"];
    let is_elsewhere = |address: Ipv6Addr| !address.is_loopback();
    host.parse().is_ok_and(is_elsewhere) && said.iter().any(|said| folded.contains(said))
}

/// Whether a line is about the address on which a program wants to listen.
fn is_about_listening(folded: &str) -> bool {
    LISTENS.iter().any(|word| folded.contains(word))
}

/// Whether the name that was looked up is empty.
fn is_of_no_name(kind: LogErrorKind, folded: &str) -> bool {
    let is_empty = |marker: &&str| {
        let Some(at) = folded.find(*marker) else { return false };
        let rest = folded[at + marker.len()..].trim_start_matches(['\\', ' ']);
        let quoted = ["\"\"", "\\\"\"", "''", "``", "\"\\\""].iter().any(|q| rest.starts_with(q));
        quoted
            || rest.starts_with(": no such host")
            || (*marker == "getaddrinfo for " && rest.starts_with("failed"))
    };
    // Go dials a port of nobody: `dial tcp :5432: connect: …`.
    let of_nobody = folded
        .split_once("dial tcp :")
        .is_some_and(|(_, behind)| behind.starts_with(|c: char| c.is_ascii_digit()));
    of_nobody
        || folded.contains("no host in request url")
        || (kind == LogErrorKind::NameNotFound && LOOKS_UP.iter().any(is_empty))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(line: &str) -> Option<Complaint> {
        super::complaint(&Line::read(line))
    }

    fn said(line: &str) -> String {
        match complaint(line) {
            Some(Complaint { kind, host, port, .. }) => {
                let host = if host.is_empty() { "\"\"" } else { &host };
                let port = port.map_or(String::new(), |port| format!(" {port}"));
                format!("{kind:?} {host}{port}")
            }
            None => String::new(),
        }
    }

    #[test]
    fn wordings_of_the_common_languages_and_tools() {
        let text = include_str!("../../../tests/offline/log-lines.txt");
        let (mut read, mut wrong) = (0, Vec::new());
        for entry in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (expected, line) = entry.split_once(" | ").expect("EXPECTED | LINE");
            if said(line) != expected.trim() {
                wrong.push(format!("{line}\n  {} instead of {expected}", said(line)));
            }
            read += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(read >= 50, "{read}");
    }

    #[test]
    fn colours_and_controls_do_not_hide_the_words() {
        assert_eq!(
            said("\u{1b}[31mError:\u{1b}[0m connect ECONNREFUSED \u{7}127.0.0.1:5432"),
            "Refused 127.0.0.1 5432"
        );
    }

    #[test]
    fn letters_of_several_bytes_stand_before_hosts_and_addresses() {
        assert_eq!(said("错误：http://api:8080/health connection refused"), "Refused api 8080");
        assert_eq!(said("ошибка—redis://cache:6379 ECONNREFUSED"), "Refused cache 6379");
        let line = "Connection refused：172.18.0.2:80 (app:80)";
        assert_eq!(said(line), "Refused app 80");
        let address = complaint(line).and_then(|complaint| complaint.led_to);
        assert_eq!(address, "172.18.0.2".parse().ok());
    }

    #[test]
    fn addresses_that_names_led_to() {
        for (line, expected) in [
            ("Connect to db:5432 [db/172.18.0.2] failed: Connection refused", "172.18.0.2"),
            ("Connection refused: redis/172.18.0.2:6379", "172.18.0.2"),
            (
                "connection to server at \"db\" (172.18.0.2), port 1 failed: Connection refused",
                "172.18.0.2",
            ),
            ("Server auf »db« (172.18.0.2), Port 1: Verbindungsaufbau abgelehnt", "172.18.0.2"),
            ("Connection refused [::ffff:172.18.0.2]:8080 (api:8080)", "172.18.0.2"),
            ("AH00957: http: attempt to connect to 172.18.0.2:80 (app:80) failed", "172.18.0.2"),
            (
                "connection to server at \"db\" (fd00::2), port 1 failed: Connection refused",
                "fd00::2",
            ),
            ("ECONNREFUSED db:5432", ""),
            ("connect ECONNREFUSED 172.18.0.2:5432", ""),
        ] {
            let led_to = complaint(line).and_then(|complaint| complaint.led_to);
            assert_eq!(led_to.map_or(String::new(), |ip| ip.to_string()), expected, "{line}");
        }
    }

    #[test]
    fn endless_and_binary_lines_do_no_harm() {
        let _ = complaint(&"econnrefused ".repeat(1_000_000));
        for line in
            ["\u{0}\u{1b}[", "ECONNREFUSED ", "dial tcp [", "host=", "ünï ECONNREFUSED ünï:1"]
        {
            let _ = complaint(line);
        }
    }

    #[test]
    fn a_name_server_that_is_silent_is_no_silent_host() {
        let of_go = "dial tcp: lookup example.com on 127.0.0.11:53: read udp 127.0.0.1:41234->127.0.0.11:53: i/o timeout";
        assert_eq!(said(of_go), "NameNotFound example.com");
        assert_eq!(said("dial tcp: lookup icecast: i/o timeout"), "NameNotFound icecast");
        assert_eq!(said("dial tcp 10.0.0.2:80: i/o timeout"), "Timeout 10.0.0.2 80");
        assert!(!complaint(of_go).unwrap().denied);
    }

    #[test]
    fn without_ipv6_there_is_no_address_to_dial_from() {
        let of_node = "Error: connect EADDRNOTAVAIL 2606:4700::1111:443 - Local (:::0)";
        let of_go = "dial tcp [2606:4700::1111]:443: connect: cannot assign requested address";
        assert_eq!(said(of_go), "Unreachable 2606:4700::1111 443");
        assert!(said(of_node).is_empty() || said(of_node).starts_with("Unreachable"));
        let listens = "listen tcp [fd00::7]:80: bind: cannot assign requested address";
        assert_eq!(said(listens), "");
    }
}
