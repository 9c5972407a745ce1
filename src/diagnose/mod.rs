//! Judging a setup: what is wrong with it, how that was seen, and what fixes
//! it. Pure: a map with what was observed goes in, findings come out, so a
//! recorded setup gets the same findings as a live one.
//!
//! Data walks down one street:
//!
//! ```text
//! facts → index → names → wanted → obstacle → case → fix → rules, why
//! ```
//!
//! - [`Facts`] reads the map and what was seen inside the containers.
//! - `index` has look-ups over them, and [`Names`] what a name means to a container.
//! - `advertised` knows where servers send their clients on.
//! - `wanted` finds who evidently wants to reach whom ([`Edge`]), and `obstacle`
//!   the first thing that stands in the way of each, with `by_host` for ways by
//!   the engine's machine and `resolving` for resolvers that go their own way;
//!   `whose` tells whether a name or an address is still its target's.
//! - A [`Case`] is all of that, whole when anybody first sees it.
//! - A fix is made of `steps`: `fix` brings containers together, `recreate` makes
//!   them again with other settings, `fix_by_host` is for ways by the machine,
//!   `tell_apart` gives a name one owner, and `fix_in_file` makes edits of compose
//!   files out of them.
//! - Each [`Rule`] in [`rules`] looks at the case; [`why`] climbs a ladder over it.

mod advertised;
mod by_host;
mod case;
mod doubts;
mod ended;
mod facts;
mod fix;
mod fix_by_host;
mod fix_in_file;
mod in_the_way;
mod index;
mod malformed;
mod names;
mod obstacle;
mod recreate;
mod refused;
mod resolving;
mod rule;
pub mod rules;
mod sight;
mod signs;
mod steps;
mod tell_apart;
mod verdict;
mod wanted;
mod whose;
pub mod why;

pub use case::Case;
pub use doubts::{Doubt, doubts};
pub use facts::{Facts, Listens};
pub use in_the_way::Obstacle;
pub use malformed::{is_for_host, urls_for_host};
pub use names::{Meaning, Names};
pub use recreate::{dial, settled};
pub use rule::{Judgement, Rule};
pub use rules::{RULES, rule_named};
pub use sight::Sight;
pub use signs::{is_ipv4_only, owned};
pub use steps::{advise, on_host};
pub use tell_apart::Shared;
pub use verdict::diagnose;
pub use wanted::{Edge, Sign};
pub use whose::{HandedOut, Meant, keeps_dialling};

#[cfg(test)]
mod facts_tests;
#[cfg(test)]
mod index_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod whose_tests;
