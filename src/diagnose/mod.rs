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
//! - `tried` has what was tried on the wire in vain.
//! - `advertised` knows where servers send their clients on.
//! - `wanted` finds who evidently wants to reach whom ([`Edge`]), and `obstacle`
//!   the first thing that stands in the way of each, with `by_host` for ways by
//!   the engine's machine and `resolving` for resolvers that go their own way;
//!   `whose` tells whether a name or an address is still its target's.
//! - A [`Case`] is all of that, whole when anybody first sees it.
//! - A fix is made of `steps`: `fix` brings containers together, `recreate` makes
//!   them again with other settings, `fix_by_host` is for ways by the machine,
//!   `drops` shows and ends what throws packets away, `tell_apart` gives a name one owner, and `fix_in_file` makes edits of compose
//!   files out of them.
//! - `narrow` knows whom it takes to judge some containers alone.
//! - [`set_aside()`] takes out what somebody wants ignored, and what a baseline has.
//!   [`take_turns`] puts off what would undo a fix that is told before.
//! - Each [`Rule`] in [`rules`] looks at the case; [`why`] climbs a ladder over it, and
//!   [`talks`] gives pictures their arrows.

mod advertised;
mod binding;
mod bound;
mod by_host;
mod case;
mod cures;
mod detours;
mod doubts;
mod drops;
mod ended;
mod facts;
mod families;
mod fix;
mod fix_by_host;
mod fix_in_file;
mod former;
mod goes_on;
mod host_ports;
mod in_the_way;
mod in_turn;
mod index;
mod kept_in;
mod labelled;
mod localhost;
mod looping;
mod malformed;
mod meant_port;
mod name_servers;
mod names;
mod narrow;
mod near;
mod neighbours;
mod obstacle;
mod on_the_wire;
mod ports_tried;
mod recreate;
mod refused;
mod refused_though_open;
mod resolving;
mod rule;
pub mod rules;
mod set_aside;
mod sharing;
mod sight;
mod signs;
mod steps;
mod strangers;
mod talk;
mod tell_apart;
mod tried;
mod usual_ports;
mod verdict;
mod wanted;
mod whose;
pub mod why;

pub use case::Case;
pub use doubts::{Doubt, doubts};
pub use facts::{Facts, Listens};
pub use families::is_ipv4_only;
pub use goes_on::Complaint;
pub use host_ports::{Holders, meet};
pub use in_the_way::Obstacle;
pub use in_turn::take_turns;
pub use labelled::Served;
pub use malformed::{empty_for_host, is_for_host, misread, urls_for_host};
pub use names::{Meaning, Names};
pub use narrow::{around, needed};
pub use ports_tried::{PortToTry, ports_to_try};
pub use recreate::{dial, image_of, settled};
pub use refused_though_open::{refused_though_open, takes_at};
pub use rule::{Judgement, Rule};
pub use rules::{RULES, rule_named};
pub use set_aside::{Idle, Ignored, Known, set_aside};
pub use sight::Sight;
pub use signs::owned;
pub use steps::{advise, advise_name, network_called, on_host};
use talk::is_in_the_way;
pub use talk::talks;
pub use tell_apart::Shared;
pub use tried::in_vain;
pub use verdict::{diagnose, diagnose_about};
pub use wanted::{Edge, Sign};
pub use whose::{HandedOut, Meant, beside, is_connected, keeps_dialling, usable};

#[cfg(test)]
mod facts_tests;
#[cfg(test)]
mod grouped_tests;
#[cfg(test)]
mod home_lab_tests;
#[cfg(test)]
mod index_tests;
#[cfg(test)]
mod kept_in_tests;
#[cfg(test)]
mod narrow_tests;
#[cfg(test)]
mod real_apps_tests;
#[cfg(test)]
mod real_clients_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod whose_tests;
