//! What people type finds what they mean: on the names of the seed, and on a few made for a case.

mod changes;
mod everything;
mod fixture;
mod matching;
mod order;
mod queries;
mod spread;
mod wanted;
