//! Tests against a real Docker engine. `tests/run` starts one and runs them;
//! `cargo test` alone leaves them out and counts them as ignored.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

mod asked;
mod busy;
mod calls;
mod causes;
mod check;
mod churn;
mod compose;
mod compose_2;
mod conformance;
mod crowd;
mod doctor;
mod dropped;
mod faults;
mod faulty;
mod field_reports;
mod fixes;
mod fixes_in_turn;
mod fixes_with_mounts;
mod flows;
mod flows_bad_days;
mod hanging;
mod healthy;
mod kept_in;
mod large;
mod lent_engine;
mod lesson;
mod narrow;
mod oddities;
mod own_engine;
mod pages;
mod pictures;
mod planted;
mod podman;
mod probe;
mod recorder;
mod requests;
mod rootless;
mod samples;
mod shell;
#[path = "../offline/shown.rs"]
mod shown;
mod snapshots;
mod ssh;
mod support;
mod truth;
mod two_engines;
mod ways;
mod why;
