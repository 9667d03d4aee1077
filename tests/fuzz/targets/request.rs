#![no_main]
#![allow(dead_code, reason = "each target uses a part of the checks")]

#[path = "../checks/mod.rs"]
mod checks;
#[path = "../../it/grammar.rs"]
mod grammar;
#[path = "../mutate.rs"]
mod mutate;
#[path = "../../it/responses_stream.rs"]
mod responses_stream;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::run("request", data));
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::mutate("request", data, size, max_size, seed)
});
