//! See `netmap::fuzzing::snapshot`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| netmap::fuzzing::snapshot(bytes));
