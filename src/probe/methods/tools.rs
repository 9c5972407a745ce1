//! The ladder for containers without a working ping: programs that images
//! have, and how each is made to connect to a TCP port. A refusal proves the
//! way open as well as an answer does.
//!
//! A new rung is a line in [`TOOLS`]. Its shell text is given the host as
//! `$1`, the port as `$2`, the seconds to wait in `$w`, and in `$T` a prefix
//! that ends it when it takes too long (empty where the image has no GNU `timeout`).
//! It runs in a shell of its own, which the program may take the place of.
//! A rung is used when the program is there and, tried on a port of localhost
//! where nothing listens, says something with `refused` in it.

/// A program that can connect to a TCP port.
#[derive(Debug)]
pub struct Tool {
    /// Name of the program.
    pub program: &'static str,
    /// Shell text that runs it.
    pub connect: &'static str,
    /// Memory that one of it takes, in megabytes, shell and all; on the safe side.
    pub megabytes: u32,
}

/// The rungs, best first.
pub const TOOLS: &[Tool] = &[
    // busybox's nc has no -z in some builds and no -v in others; OpenBSD's
    // is silent without -v. Both take -v and -w together where they have them.
    Tool { program: "nc", connect: r#"exec $T nc -v -w "$w" "$1" "$2" </dev/null"#, megabytes: 1 },
    Tool {
        program: "busybox",
        connect: r#"exec $T busybox nc -w "$w" "$1" "$2" </dev/null"#,
        megabytes: 1,
    },
    Tool {
        program: "bash",
        connect: r#"exec $T bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo connected' "$1" "$2""#,
        megabytes: 4,
    },
    Tool {
        program: "python3",
        connect: r#"exec $T python3 -c '
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])).close()
    print("connected")
except Exception as e:
    print(e)' "$1" "$2" "$w""#,
        megabytes: 12,
    },
    Tool {
        program: "perl",
        connect: r#"exec $T perl -MIO::Socket -e '
$s = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => $ARGV[1], Timeout => $ARGV[2]);
print $s ? "connected" : "$@ $!"' "$1" "$2" "$w""#,
        megabytes: 8,
    },
    // These speak HTTP: whatever comes back, the connection stood.
    Tool {
        program: "curl",
        connect: r#"h=$1; case $h in *:*) h="[$h]" ;; esac
trap : TERM
t=$(exec $T curl -sv -o /dev/null --noproxy '*' -m "$w" -w 'took %{time_connect}' "http://$h:$2/" 2>&1)
case $t in *'took 0.000000'* | *'took 0,000000'*) printf '%s' "$t" ;; *took*) echo connected ;; *) printf '%s' "$t" ;; esac"#,
        megabytes: 12,
    },
    Tool {
        program: "wget",
        connect: r#"h=$1; case $h in *:*) h="[$h]" ;; esac
exec $T wget -t 1 -Y off -T "$w" -O /dev/null "http://$h:$2/""#,
        megabytes: 6,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rung_is_another_program_with_a_bound_on_its_time() {
        let programs: BTreeSet<&str> = TOOLS.iter().map(|tool| tool.program).collect();
        assert_eq!(programs.len(), TOOLS.len());
        for tool in TOOLS {
            assert!(tool.connect.contains("$T "), "{}", tool.program);
            assert!(tool.connect.contains(tool.program), "{}", tool.program);
        }
    }
}
