//! Which part of the program may know of which: the arrows of the map in `src/lib.rs`, read off the sources.

mod beside;
mod crates;
mod layers;
mod lists;
mod ports;
mod sources;
