//! See `netmap::fuzzing::redacted`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| netmap::fuzzing::redacted(bytes));
