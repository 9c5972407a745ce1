//! Tests against a real Docker engine. `tests/run` starts one and runs them;
//! `cargo test` alone leaves them out and counts them as ignored.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

mod calls;
mod cases;
mod check;
mod churn;
mod compose;
mod compose_2;
mod conformance;
mod crowd;
mod doctor;
mod faults;
mod faulty;
mod fixes;
mod hanging;
mod lesson;
mod narrow;
mod own_engine;
mod probe;
mod recorder;
mod rootless;
mod samples;
mod snapshots;
mod ssh;
mod support;
mod truth;
mod two_engines;
mod ways;
mod why;
