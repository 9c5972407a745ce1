//! See `netmap::fuzzing::check`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| netmap::fuzzing::check(bytes));
