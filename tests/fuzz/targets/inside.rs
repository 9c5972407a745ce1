//! See `netmap::fuzzing::inside`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| netmap::fuzzing::inside(bytes));
