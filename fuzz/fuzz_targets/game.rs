#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nashflow_fuzz::feed(nashflow_fuzz::hostile::game, bytes));
