//! Tests that need no engine: the command line over files, and over a fake
//! engine that misbehaves.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

mod arrows;
mod bad_input;
mod check;
mod compose;
mod compose_cases;
mod doctor;
mod fake_engine;
mod faults;
mod formats;
mod interrupts;
mod layers;
mod lessons;
mod output_files;
mod package;
mod pages;
mod pictures;
mod podman;
mod probing;
mod readme;
mod recorded;
mod said;
mod samples;
mod snapshots;
mod support;
mod town;
mod transcripts;
