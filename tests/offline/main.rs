//! Tests that need no engine: the command line over files, and over a fake
//! engine that misbehaves.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

mod arrows;
mod bad_input;
mod check;
mod ci;
mod commands;
mod compose;
mod compose_cases;
mod doctor;
mod fake_engine;
mod faults;
mod formats;
mod fresh;
mod grade;
mod interrupts;
mod layers;
mod lessons;
mod output_files;
mod over_time;
mod own_lessons;
mod package;
mod pages;
mod pictures;
mod planted;
mod podman;
mod probing;
mod readme;
mod recorded;
mod reports;
mod said;
mod samples;
mod scaled;
mod schemas;
mod settings;
mod shapes;
mod shell;
mod shells;
mod shown;
mod snapshots;
mod split;
mod support;
mod table;
mod templates;
mod town;
mod transcripts;
mod views;
