//! See `netmap::fuzzing::answers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| netmap::fuzzing::answers(bytes));
