//! See `netmap::fuzzing::compose`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| netmap::fuzzing::compose(bytes));
