//! See `netmap::fuzzing::fixes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| netmap::fuzzing::fixes(bytes));
