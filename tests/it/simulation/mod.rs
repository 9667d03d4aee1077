//! Many requests in no time: `decide`, breakers, windows and retry budget of the real house over simulated targets, with a
//! clock that is moved by hand and dice that are seeded.

mod balance;
mod caches;
mod scenarios;
mod seeds;
mod world;
