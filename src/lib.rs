//! netmap shows which containers share which networks, measures who can really
//! reach whom, and says what to do when the two disagree.
//!
//! Data flows one way: observe → model → judge → render.
//!
//! ```text
//! engine, probe   →   model   →   graph   →   diagnose,     →   render   →   cli
//! (observe)           (data)      (pure)      check, diff       (pure)       (writes)
//!                                             (judge, pure)
//! ```
//!
//! Inside of [`diagnose`] it walks down one street, a file for each step:
//!
//! ```text
//! facts → index → names → wanted → obstacle → case → fix → rules, why
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
//! - [`flows`] makes flows, who talks to whom, of the single connections that
//!   the kernel tells of.
//! - [`diagnose`] judges a map with what was observed in it: what is wrong, how
//!   that was seen, and what fixes it. One file a rule.
//! - [`check`] holds the assertions of a check file against map, measurements
//!   and findings.
//! - [`grade`] holds a class of snapshots against one check file.
//! - [`diff`] finds what differs between two snapshots.
//! - [`redact`] replaces the names and addresses of a snapshot.
//! - [`lesson`] carries the lessons of `samples/` in the program.
//! - [`sample`] carries the recorded setups of `samples/`.
//! - [`render`] turns a view of the map into text, one file a format. Nothing
//!   else uses comfy-table, graphviz-rust or quick-junit.
//! - [`yaml`] reads files written by hand, with the place of every value. Nothing
//!   else uses granit-parser.
//! - [`temporary`] keeps account of what must not outlive the program.
//! - [`cli`] has a file for each command and is the only layer that writes.
//! - [`error`] words everything that can go wrong.
//! - [`order`] sorts by code that is compiled once.
//!
//! A layer uses only those before it, and no files use one another in a circle;
//! `tests/offline/layers.rs` reads `use` lines and paths, and fails when one does.
//! `CONTRIBUTING.md` walks through what a change of each kind touches.
//!
//! # Examples
//!
//! What the commands do, on a recorded setup:
//!
//! ```
//! use netmap::diagnose::diagnose;
//! use netmap::graph::{Filter, Map};
//! use netmap::render::{Draw, Format, Style, View};
//!
//! let snapshot = netmap::sample::read("module-5")?;
//! let map = Map::new(&snapshot);
//!
//! // netmap doctor
//! let diagnosis = diagnose(&map, None, |_| true);
//! assert_eq!(diagnosis.findings[0].rule, "localhost-dependency");
//!
//! // netmap show --all --format csv
//! let all = map.select(&Filter { stopped: true, ..Filter::default() })?;
//! let view = View::new(&map, &all, None);
//! let format = Format::<View>::named("csv").expect("a format");
//! let Draw::Text(draw) = &format.draw else { panic!("a picture") };
//! assert!(draw(&view, &Style::default()).contains("172.17.0.2"));
//! # Ok::<(), netmap::error::Error>(())
//! ```
//!
//! # Stability
//!
//! A contract, in which a release of the same major version only adds:
//!
//! - what netmap writes as JSON, each kind with its `schema`
//!   (`netmap/1`, `netmap-findings/1`, …), and snapshots, which every later
//!   netmap reads;
//! - exit codes: 0 clean, 1 findings or differences, 2 could not do the job;
//! - check files, names of commands, options and rules.
//!
//! No contract: this library, which is here for the program and its tests; the
//! wording and layout of what people read; pictures, as to where things stand.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

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
pub mod flows;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod grade;
pub mod graph;
pub mod lesson;
pub mod model;
mod order;
pub mod probe;
pub mod redact;
pub mod render;
pub mod sample;
mod temporary;
#[cfg(test)]
mod testing;
pub mod yaml;
