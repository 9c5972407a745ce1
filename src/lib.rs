//! netmap shows which containers share which networks, measures who can really
//! reach whom, and says what to do when the two disagree.
//!
//! Data flows one way:
//!
//! ```text
//! engine, probe   →   model   →   graph   →   diagnose,     →   render   →   cli
//! (the world)         (data)      (pure)      check, diff       (pure)       (writes)
//!                                             (pure)
//! ```
//!
//! - [`model`] is plain data: networks, containers, endpoints, snapshots. Nothing
//!   else uses jiff.
//! - [`engine`] finds the container engine, asks it, and puts its answers into
//!   the model. Nothing else uses bollard.
//! - [`compose`] reads compose files into the same model, as what is planned:
//!   variables, `include`, `extends`, several files over one another.
//! - [`graph`] builds the map over a snapshot: shared networks, ways, islands,
//!   bridging containers, filters, and the prediction of who reaches whom.
//! - [`probe`] measures who really reaches whom: from inside the containers'
//!   network namespaces, or with what the containers have for it.
//! - [`diagnose`] judges a map with what was observed in it: what is wrong, how
//!   that was seen, and what fixes it. One file a rule.
//! - [`check`] holds the assertions of a check file against map, measurements
//!   and findings.
//! - [`diff`] tells what differs between two snapshots.
//! - [`redact`] replaces the names and addresses of a snapshot.
//! - [`lesson`] carries the lessons of `samples/` in the program.
//! - [`render`] turns a view of the map into text, one file a format. Nothing
//!   else uses comfy-table, graphviz-rust or quick-junit.
//! - [`yaml`] reads files written by hand, with the place of every value. Nothing
//!   else uses granit-parser.
//! - [`temporary`] keeps account of what must not outlive the program.
//! - [`cli`] has a file for each command and is the only layer that writes.
//! - [`error`] words everything that can go wrong.
//!
//! A layer uses only those before it, and no files use one another in a circle;
//! `tests/offline/layers.rs` reads `use` lines and paths, and fails when one does.

// Helpers that unit tests share with tests and benchmarks name it so.
#[cfg(test)]
extern crate self as netmap;

pub mod check;
pub mod cli;
pub mod compose;
pub mod diagnose;
pub mod diff;
pub mod engine;
pub mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod graph;
pub mod lesson;
pub mod model;
pub mod probe;
pub mod redact;
pub mod render;
mod temporary;
#[cfg(test)]
mod testing;
pub mod yaml;
