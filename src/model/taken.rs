//! When a snapshot was taken, and by what.

use serde::{Deserialize, Serialize};

use super::moment::Moment;

/// How a snapshot came to be. What a snapshot says of it is worth as much as
/// whoever wrote the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Taken {
    /// When.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::moment::or_none"
    )]
    pub at: Option<Moment>,
    /// Version of the netmap that took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub netmap: Option<String>,
    /// What whoever took it wants said: `group 3, seat 12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Taken {
    /// Now, by this netmap.
    pub fn now() -> Self {
        let netmap = Some(env!("CARGO_PKG_VERSION").to_owned());
        Self { at: Some(Moment::now()), netmap, note: None }
    }
}
