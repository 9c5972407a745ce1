//! See `netmap::fuzzing::values`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| netmap::fuzzing::values(bytes));
