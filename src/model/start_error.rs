//! Why the engine could not start a container.

use serde::{Deserialize, Serialize};

/// What the engine said when it could not start a container. Earlier versions
/// wrote what it said alone, which is read as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "InSnapshot")]
pub struct StartError {
    /// What kind of failure it is.
    pub kind: StartErrorKind,
    /// What the engine said.
    pub said: String,
}

/// What kept a container from starting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// Something else about networks or ports.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
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
}

impl StartErrorKind {
    /// Sources: moby/moby, `libnetwork/portallocator` (a port), what the kernel
    /// says behind `bind:` (a port that a program has), `libnetwork/ipamapi`
    /// (an address), `libnetwork/error.go` and `daemon/container_operations.go`
    /// (networks and stacks); containers/common, `libnetwork/netavark/ipam.go`
    /// (an address).
    fn of(said: &str) -> Self {
        let says = |any: &[&str]| any.iter().any(|words| said.contains(words));
        let part = |is: fn(&str) -> bool| said.split(": ").any(is);
        if says(&["port is already allocated", "address already in use", "ports are not available"])
        {
            Self::PortTaken
        } else if part(|part| part == "Address already in use")
            || says(&["is already allocated to container"])
        {
            Self::AddressTaken
        } else if says(&["join network", "joining network"]) {
            Self::NoSharedStack
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
                "netavark: IPAM error: requested ip address 10.89.0.2 is already allocated to container ID 12ab",
                AddressTaken,
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
