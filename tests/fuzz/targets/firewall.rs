//! See `netmap::fuzzing::firewall`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| netmap::fuzzing::firewall(bytes));
