//! Outputs of real programs, and what they mean.

use super::*;

#[track_caller]
fn is(answer: Answer, outcome: Outcome) {
    assert_eq!(answer.outcome, outcome, "{answer:?}");
}

#[test]
fn busybox_ping() {
    let output = "PING 10.0.0.2 (10.0.0.2): 56 data bytes\n\n--- 10.0.0.2 ping statistics ---\n\
        1 packets transmitted, 1 packets received, 0% packet loss\n\
        round-trip min/avg/max = 0.064/0.065/0.070 ms\n";
    let answer = ping(0, output);
    assert_eq!(answer.latency, Some(Latency { min: 64, avg: 65, max: 70 }));
    assert_eq!((answer.sent, answer.received), (1, 1));
    assert_eq!(answer.leads_to, Some([10, 0, 0, 2].into()));
    let silent = "PING 10.0.0.9 (10.0.0.9): 56 data bytes\n\n--- 10.0.0.9 ping statistics ---\n\
        3 packets transmitted, 0 packets received, 100% packet loss\n";
    let answer = ping(1, silent);
    assert_eq!((answer.sent, answer.received, answer.outcome), (3, 0, Outcome::Timeout));
    is(ping(1, "ping: bad address 'db'\n"), Outcome::NameNotFound);
    is(ping(1, "ping: permission denied (are you root?)\n"), Outcome::Unknown);
    is(
        ping(1, "PING a (10.0.0.1): 56 data bytes\nping: sendto: Network unreachable\n"),
        Outcome::Unreachable,
    );
}

#[test]
fn no_address_of_that_kind() {
    let busybox =
        "PING fd00::2 (fd00::2): 56 data bytes\nping6: sendto: Cannot assign requested address\n";
    is(ping(1, busybox), Outcome::Unreachable);
    is(tcp(1, "nc: can't connect to remote host: Address not available"), Outcome::Unreachable);
}

#[test]
fn what_the_sources_own_kernel_throws_away() {
    for said in ["ping: sendto: Invalid argument\n", "ping: connect: Invalid argument\n"] {
        let answer = ping(1, &format!("PING 10.0.0.2 (10.0.0.2): 56 data bytes\n{said}"));
        assert_eq!(answer.reason, Some(Why::BlackHole), "{answer:?}");
        is(answer, Outcome::Unreachable);
    }
    is(ping(2, "ping: invalid argument: '0s'\n"), Outcome::Unknown);
    for said in
        ["ping: sendmsg: Operation not permitted\n", "ping: sendto: Operation not permitted\n"]
    {
        let answer = ping(1, said);
        assert_eq!(answer.reason, Some(Why::OwnFirewall), "{answer:?}");
    }
    // A route of the type prohibit, as busybox and iputils tell it.
    let broadcast =
        "ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules\n";
    for said in ["ping: sendto: Permission denied\n", broadcast] {
        let answer = ping(2, said);
        assert_eq!(answer.reason, Some(Why::Prohibited), "{answer:?}");
    }
    let answer = tcp(1, "nc: can't connect to remote host (10.1.1.1): Permission denied");
    assert_eq!(answer.reason, Some(Why::Prohibited), "{answer:?}");
    is(ping(1, "ping: permission denied (are you root?)\n"), Outcome::Unknown);
}

#[test]
fn iputils_ping() {
    let output = "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n\n--- 10.0.0.2 ping statistics ---\n\
        2 packets transmitted, 1 received, 50% packet loss, time 1001ms\n\
        rtt min/avg/max/mdev = 0.041/0.041/0.041/0.000 ms\n";
    let answer = ping(0, output);
    assert_eq!((answer.sent, answer.received), (2, 1));
    assert_eq!(answer.latency, Some(Latency { min: 41, avg: 41, max: 41 }));
    let v6 = ping(0, "PING db(db.net (fd00::2)) 56 data bytes\n");
    assert_eq!(v6.leads_to, Some("fd00::2".parse().unwrap()));
    let errors = "PING 10.0.0.9 (10.0.0.9) 56(84) bytes of data.\n\n--- 10.0.0.9 ping statistics ---\n\
        1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n";
    is(ping(1, errors), Outcome::Unreachable);
    is(ping(2, "ping: db: Name or service not known\n"), Outcome::NameNotFound);
    is(ping(2, "ping: db: Temporary failure in name resolution\n"), Outcome::NameNotFound);
    is(ping(2, "ping: connect: Network is unreachable\n"), Outcome::Unreachable);
    is(ping(2, "ping: socket: Operation not permitted\n"), Outcome::Unknown);
}

#[test]
fn a_program_that_never_ran_is_unknown() {
    is(ping(126, "OCI runtime exec failed: permission denied"), Outcome::Unknown);
    is(ping(127, "sh: ping: not found\n"), Outcome::Unknown);
    is(ping(2, "ping: unrecognised flag\n"), Outcome::Unknown);
    is(tcp(127, ""), Outcome::Unknown);
    is(tcp(1, ""), Outcome::Unknown);
    is(tcp(1, "nc: invalid option -- 'v'"), Outcome::Unknown);
}

#[test]
fn a_ping_that_hung_on_the_name_never_printed_an_address() {
    is(ping(124, ""), Outcome::NameNotFound);
    is(ping(124, "PING db (10.0.0.3): 56 data bytes\n"), Outcome::Timeout);
}

#[test]
fn what_somebody_else_ended_says_nothing() {
    for code in [137, 143] {
        is(ping(code, ""), Outcome::Unknown);
        is(ping(code, "PING 10.0.0.3 (10.0.0.3): 56 data bytes\n"), Outcome::Unknown);
        is(tcp(code, ""), Outcome::Unknown);
    }
}

#[test]
fn tcp_tools() {
    is(tcp(0, ""), Outcome::Reachable);
    is(tcp(1, "nc: can't connect to remote host (10.0.0.2): Connection refused"), Outcome::Refused);
    is(tcp(1, "nc: connect to 10.0.0.2 port 9 (tcp) failed: Connection refused"), Outcome::Refused);
    is(tcp(1, "nc: 10.0.0.9 (10.0.0.9:9): Connection timed out"), Outcome::Timeout);
    is(
        tcp(1, "bash: connect: Connection refused\nbash: /dev/tcp/10.0.0.2/1: Connection refused"),
        Outcome::Refused,
    );
    is(tcp(0, "connected"), Outcome::Reachable);
    is(tcp(0, "[Errno 113] No route to host"), Outcome::Unreachable);
    is(tcp(0, "[Errno -2] Name or service not known"), Outcome::NameNotFound);
    is(tcp(0, "timed out"), Outcome::Timeout);
    is(tcp(1, "wget: server returned error: HTTP/1.0 404 Not Found"), Outcome::Reachable);
    is(
        tcp(1, "wget: can't connect to remote host (10.0.0.2): Connection refused"),
        Outcome::Refused,
    );
    is(tcp(1, "wget: download timed out"), Outcome::Timeout);
    is(
        tcp(0, "curl: (7) Failed to connect to 10.0.0.2 port 9: Connection refused"),
        Outcome::Refused,
    );
}
