//! Tests against a real Docker engine. `tests/run` starts one and runs them;
//! `cargo test` alone leaves them out and counts them as ignored.

mod calls;
mod crowd;
mod support;
mod truth;
