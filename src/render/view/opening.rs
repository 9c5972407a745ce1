//! A way in from beyond the networks.

/// A port, or a run of ports, by which the world beyond a container's networks
/// gets in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Opening {
    /// How it is written: `*:8080 → 80`.
    pub text: String,
    /// Whether it is open on every address of the host, of one family at least.
    pub everywhere: bool,
}
