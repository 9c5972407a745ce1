//! Why the engine could not start a container.

use serde::{Deserialize, Serialize};

use super::reference::speaks_of_secrets;
use super::without_user_info;

/// What the engine said when it could not start a container. Earlier versions
/// wrote what it said alone, which is read as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(from = "InSnapshot")]
pub struct StartError {
    /// What kind of failure it is.
    pub kind: StartErrorKind,
    /// What the engine said.
    pub said: String,
}

/// What kept a container from starting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StartErrorKind {
    /// Its port of the host is another's.
    PortTaken,
    /// The address that it asks for is another's.
    AddressTaken,
    /// A network that it is to be on is gone.
    NoNetwork,
    /// The container whose network stack it uses is gone, or does not run.
    NoSharedStack,
    /// Its program is not in the image, or may not be run.
    Executable,
    /// A file or folder of the host cannot be mounted into it.
    Mount,
    /// The engine cannot reach the server to which it is to send the log.
    LogDriver,
    /// The engine cannot reach the server of a volume that it is to mount.
    NetworkVolume,
    /// The chains of the engine's rules are gone from the firewall of its machine.
    RulesGone,
    /// The kernel of its machine lacks a module that the engine's networks need.
    NoModule,
    /// The bridge of a network has as many members as it can have.
    BridgeFull,
    /// Something else.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum InSnapshot {
    Said(String),
    Known { kind: StartErrorKind, said: String },
}

impl From<InSnapshot> for StartError {
    fn from(error: InSnapshot) -> Self {
        match error {
            InSnapshot::Said(said) => Self::recognise(said),
            InSnapshot::Known { kind, said } => Self { kind, said },
        }
    }
}

impl StartError {
    /// The error behind what the engine says: it gives no code with it.
    pub fn recognise(said: impl Into<String>) -> Self {
        let said = said.into();
        Self { kind: StartErrorKind::of(&said), said }
    }

    /// The error behind what the engine says, quoted as far as that can hold no
    /// secret: an engine may quote words of the command line, or a URL.
    pub fn quoting(said: &str) -> Self {
        let one_line: String =
            said.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let said = ['"', '`'].iter().fold(without_user_info(one_line.trim()), |said, quote| {
            without_odd_quotes(&said, *quote)
        });
        let said = without_odd_words(&said);
        Self { said: said.chars().take(MOST_QUOTED).collect(), ..Self::recognise(one_line) }
    }

    /// What the engine says in the end, and of a mount which one it is, that it is about the
    /// log, or which name was asked for. What it says first is where in the engine it happened.
    pub fn gist(&self) -> String {
        let said = self.said.split(": Are you trying to mount").next().unwrap_or_default();
        let parts: Vec<&str> = said.split(": ").filter(|part| *part != "unknown").collect();
        let is_cause = |part: &&&str| {
            part.starts_with("mount ") || ABOUT.iter().any(|words| part.contains(words))
        };
        match (parts.iter().find(is_cause), parts.last()) {
            // Of a volume the options stand behind the place.
            (Some(cause), Some(last)) if cause != last => {
                let place = cause.trim_end_matches(", flags").trim_end_matches(", data");
                format!("{place}: {last}")
            }
            _ => parts[parts.len().saturating_sub(2)..].join(": "),
        }
    }
}

/// What tells which mount, log or server it is that an error is about.
const ABOUT: [&str; 3] = ["mounting \"", "logging driver", "lookup "];

/// How a server is not reached of which a volume is to be mounted.
const UNREACHED: [&str; 6] = [
    "Failed to resolve",
    "onnection refused",
    "timed out",
    "o route to host",
    "is unreachable",
    "ost is down",
];

/// Characters of an engine's error that are read, and that are kept.
const LONGEST: usize = 4_000;
const MOST_QUOTED: usize = 600;

/// Drops what stands in quotes, but for what looks like a path, a name or an
/// address.
fn without_odd_quotes(text: &str, quote: char) -> String {
    let mut parts = text.split(quote).enumerate();
    let mut clean = parts.next().map(|(_, first)| first.to_owned()).unwrap_or_default();
    for (at, part) in parts {
        clean.push(quote);
        clean.push_str(if at % 2 == 0 || is_plain(part) { part } else { LEFT_OUT });
    }
    clean
}

/// Drops words that are none, nor paths, names, addresses or numbers, and what
/// stands behind one that speaks of a secret: a mount that fails is told of
/// with its options, a password among them.
fn without_odd_words(text: &str) -> String {
    let mut secret = false;
    let clean = text.split(' ').map(|word| {
        let speaks = speaks_of_secrets(word);
        let holds_it = word.contains('=') && !word.ends_with('=');
        let was_secret = std::mem::replace(&mut secret, speaks && !holds_it);
        let around = |c: char| ":,;()[]\"'`.".contains(c);
        let inner = word.trim_matches(around);
        match inner {
            "" | LEFT_OUT => word.to_owned(),
            _ if !was_secret && !speaks && is_plain(inner) => word.to_owned(),
            // A word that speaks of a secret and holds none.
            _ if !was_secret
                && is_plain(inner)
                && inner.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
            {
                word.to_owned()
            }
            _ => word.replace(inner, LEFT_OUT),
        }
    });
    clean.collect::<Vec<_>>().join(" ")
}

/// What stands for what is left out.
const LEFT_OUT: &str = "…";

/// Whether a text is a word, a path, a name, an address, an id or a number, as
/// engines write them, and no value of somebody's.
fn is_plain(text: &str) -> bool {
    if text.len() > 200 || text.starts_with('-') {
        return false;
    }
    let is_id = text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_address = text.bytes().all(|byte| byte.is_ascii_hexdigit() || b":./[]".contains(&byte))
        && text.contains(['.', ':']);
    // Few digits, behind the letters: `tcp4`, `python3`, `shop-web-1`, `18061`.
    let is_part = |part: &str| {
        let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = part.len() - letters.len();
        // Capitals within words are rare: a random one has many.
        let humps = letters
            .as_bytes()
            .windows(2)
            .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
        letters.bytes().all(|byte| byte.is_ascii_alphabetic())
            && letters.len() <= 24
            && humps.count() <= 1
            && (digits <= 2 || letters.is_empty() && digits <= 5)
    };
    let is_name = |text: &str| text.split(['-', '_', '.', '/', ':', '\\', '\'']).all(is_part);
    is_id || is_address || matches!(text, "->" | "$PATH") || is_name(text)
}

impl StartErrorKind {
    /// Sources: moby/moby, `libnetwork/portallocator` (a port), what the kernel
    /// says behind `bind:` (a port that a program has), `libnetwork/ipamapi`
    /// (an address), `libnetwork/error.go` and `daemon/container_operations.go`
    /// (networks and stacks), `daemon/logs.go` (the log), `volume/local` (volumes); netfilter.org's iptables, of both
    /// variants, behind what engines say of it; containers/common, `libnetwork/netavark/ipam.go`
    /// (an address); opencontainers/runc, `libcontainer` (mounts, programs).
    fn of(said: &str) -> Self {
        let says = |any: &[&str]| any.iter().any(|words| said.contains(words));
        let part = |is: fn(&str) -> bool| said.split(": ").any(is);
        if says(&["logging driver"]) {
            Self::LogDriver
        } else if says(&["error resolving passed in"])
            || (says(&["mount.nfs", "addr="]) && says(&UNREACHED))
        {
            Self::NetworkVolume
        } else if says(&[
            "No chain/target/match by that name",
            "Couldn't load target `DOCKER",
            "Chain 'DOCKER",
        ]) {
            Self::RulesGone
        } else if says(&[
            "pair interfaces: operation not supported",
            "do you need to insmod?",
            "missing kernel module",
        ]) {
            Self::NoModule
        } else if says(&["failed: exchange full", "to \"br0\": exchange full"]) {
            Self::BridgeFull
        } else if says(&[
            "port is already allocated",
            "address already in use",
            "ports are not available",
        ]) {
            Self::PortTaken
        } else if part(|part| part == "Address already in use")
            || says(&["is already allocated to container"])
        {
            Self::AddressTaken
        } else if says(&["join network", "joining network"]) {
            Self::NoSharedStack
        } else if says(&[
            "mounting \"",
            "bind source path does not exist",
            "invalid mount",
            "failed to mount local volume",
        ]) {
            Self::Mount
        } else if says(&["exec: ", "exec format error", "executable file"]) {
            Self::Executable
        } else if part(|part| part.starts_with("network ") && part.ends_with(" not found")) {
            Self::NoNetwork
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_say_is_recognised() {
        use StartErrorKind::*;
        for (said, kind) in [
            (
                "driver failed programming external connectivity on endpoint two (71a1): Bind for 127.0.0.1:18061 failed: port is already allocated",
                PortTaken,
            ),
            (
                "driver failed programming external connectivity on endpoint web (1a): Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use",
                PortTaken,
            ),
            (
                "Ports are not available: exposing port TCP 0.0.0.0:80 -> 0.0.0.0:0: listen tcp 0.0.0.0:80: bind: address already in use",
                PortTaken,
            ),
            ("Address already in use", AddressTaken),
            ("failed to set up container networking: Address already in use", AddressTaken),
            (
                "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"serve\": executable file not found in $PATH: unknown",
                Executable,
            ),
            (
                "crun: executable file `serve` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found",
                Executable,
            ),
            (
                "OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting \"/srv/app.conf\" to rootfs at \"/etc/app.conf\": not a directory: unknown",
                Mount,
            ),
            (
                "netavark: IPAM error: requested ip address 10.89.0.2 is already allocated to container ID 12ab",
                AddressTaken,
            ),
            (
                "failed to create task for container: failed to initialize logging driver: dial tcp: lookup fluentd on 10.0.0.2:53: no such host",
                LogDriver,
            ),
            (
                "failed to initialize logging driver: dial tcp 127.0.0.1:24224: connect: connection refused",
                LogDriver,
            ),
            (
                "error while mounting volume '/var/lib/docker/volumes/share/_data': error resolving passed in network volume address: lookup nfs on 127.0.0.53:53: no such host",
                NetworkVolume,
            ),
            (
                "error while mounting volume '/var/lib/docker/volumes/share/_data': failed to mount local volume: mount :/data:/var/lib/docker/volumes/share/_data, data: addr=172.18.0.2: connection refused",
                NetworkVolume,
            ),
            (
                "error while mounting volume '/var/lib/docker/volumes/share/_data': failed to mount local volume: mount /srv/data:/var/lib/docker/volumes/share/_data, flags: 0x1000: no such file or directory",
                Mount,
            ),
            (
                "driver failed programming external connectivity on endpoint web (1a):  (iptables failed: iptables --wait -t nat -A DOCKER -p tcp -d 0/0 --dport 8080 -j DNAT --to-destination 172.17.0.2:80 ! -i docker0: iptables: No chain/target/match by that name.  (exit status 1))",
                RulesGone,
            ),
            (
                "driver failed programming external connectivity on endpoint web (1a):  (iptables failed: iptables --wait -t filter -A DOCKER ! -i br-1 -o br-1 -p tcp -d 172.18.0.2 --dport 80 -j ACCEPT: iptables v1.8.9 (nf_tables): Chain 'DOCKER' does not exist Try `iptables -h' or 'iptables --help' for more information.  (exit status 2))",
                RulesGone,
            ),
            (
                "failed to create endpoint web on network bridge: failed to add the host (veth4ea851e) <=> sandbox (vethcd53b3f) pair interfaces: operation not supported",
                NoModule,
            ),
            (
                "failed to set up container networking: driver failed programming external connectivity on endpoint web (d26e): Unable to enable LOOPBACK FILTERING - DROP rule: (iptables failed: iptables --wait -t raw -A PREROUTING -p tcp -d 127.0.0.1 --dport 3306 ! -i lo -j DROP: iptables v1.8.4 (legacy): can't initialize iptables table `raw': Table does not exist (do you need to insmod?) Perhaps iptables or your kernel needs to be upgraded. (exit status 3))",
                NoModule,
            ),
            (
                "failed to set up container networking: failed to create endpoint web on network bridge: Unable to enable DIRECT ACCESS FILTERING - DROP rule: (iptables failed: iptables --wait -t raw -A PREROUTING -d 172.17.0.2 ! -i docker0 -j DROP: Warning: Extension addrtype revision 0 not supported, missing kernel module? (exit status 4))",
                NoModule,
            ),
            (
                "failed to create endpoint web on network shop: adding interface vethaa5c11e to bridge br-1a2b failed: exchange full",
                BridgeFull,
            ),
            (
                "failed to create endpoint web on network bridge: (iptables failed: iptables: can't initialize iptables table `nat': Permission denied",
                Other,
            ),
            ("network 8f0c3d not found", NoNetwork),
            ("failed to set up container networking: network shop_front not found", NoNetwork),
            (
                "could not find a network matching network mode front: network front not found",
                NoNetwork,
            ),
            ("joining network namespace of container: No such container: 12ab", NoSharedStack),
            ("cannot join network of a non running container: 12ab", NoSharedStack),
            (
                "cannot join network namespace of a non running container: container web is exited",
                NoSharedStack,
            ),
            (
                "failed to create endpoint web on network bridge: adding interface veth1 to bridge docker0 failed",
                Other,
            ),
        ] {
            assert_eq!(StartError::recognise(said).kind, kind, "{said}");
        }
    }

    #[test]
    fn what_is_quoted_of_an_engine_holds_no_secret() {
        let said = |text: &str| StartError::quoting(text).said;
        let not_found = "exec: \"serve\": executable file not found in $PATH";
        assert_eq!(said(not_found), not_found);
        let odd = |word: &str| said(&format!("exec: \"{word}\": not found"));
        for secret in ["--password=hunter2", "PASSWORD=hunter2 serve", "-phunter2", "a b"] {
            assert_eq!(odd(secret), "exec: \"…\": not found");
        }
        let mount = said("mount //nas/x:/v, data: username=me,password=hunter2 failed");
        assert_eq!(mount, "mount //nas/x:/v, data: … failed");
        assert_eq!(said("the password hunter2 is wrong"), "the password … is wrong");
        assert_eq!(said("key ghp_16C7e42F292c6912E7 of eyJhbGciOiJI.eyJzdWIi"), "key … of …");
        let taken = "endpoint shop-web-1 (71a1c0ffee00): Bind for 127.0.0.1:18061 failed";
        assert_eq!(said(taken), taken);
        assert!(!said("dial https://me:hunter2@host/ failed").contains("hunter2"));
        assert_eq!(said("one\ntwo\u{1b}[31m"), "one two […");
        assert_eq!(said(&"word ".repeat(2_000)).len(), MOST_QUOTED);
    }

    #[test]
    fn the_gist_is_what_is_said_last() {
        let gist = |text: &str| StartError::recognise(text).gist();
        assert_eq!(gist("Address already in use"), "Address already in use");
        assert_eq!(gist("a: b: exec: \"serve\": not found: unknown"), "\"serve\": not found");
        let mount = "error mounting \"/srv/a\" to rootfs at \"/etc/a\"";
        let said = format!(
            "init: {mount}: mount src=/srv/a: not a directory: unknown: Are you trying to mount a \
             directory onto a file (or vice-versa)? Check"
        );
        assert_eq!(gist(&said), format!("{mount}: not a directory"));
        let driver = "failed to initialize logging driver";
        let said = format!("{driver}: dial tcp: lookup fluentd on 10.0.0.2:53: no such host");
        assert_eq!(gist(&said), format!("{driver}: no such host"));
        let volume = "error while mounting volume '/v/share/_data'";
        let lookup = "lookup nfs on 127.0.0.53:53";
        let said = format!(
            "{volume}: error resolving passed in network volume address: {lookup}: no such host"
        );
        assert_eq!(gist(&said), format!("{lookup}: no such host"));
        let said = format!(
            "{volume}: failed to mount local volume: mount :/data:/v, data: …: connection refused"
        );
        assert_eq!(gist(&said), "mount :/data:/v: connection refused");
        let said = format!(
            "{volume}: failed to mount local volume: mount /srv/data:/v, flags: 0x1000: no such file or directory"
        );
        assert_eq!(gist(&said), "mount /srv/data:/v: no such file or directory");
    }

    #[test]
    fn old_and_new_snapshots_are_read() {
        let error = StartError::recognise("network front not found");
        let text = serde_json::to_string(&error).unwrap();
        assert_eq!(text, r#"{"kind":"no-network","said":"network front not found"}"#);
        assert_eq!(serde_json::from_str::<StartError>(&text).unwrap(), error);
        let old = r#""network front not found""#;
        assert_eq!(serde_json::from_str::<StartError>(old).unwrap(), error);
        let future: StartError =
            serde_json::from_str(r#"{"kind":"no-volume","said":"it is away"}"#).unwrap();
        assert_eq!(future.kind, StartErrorKind::Other);
        assert!(serde_json::from_str::<StartError>("7").is_err());
    }
}
