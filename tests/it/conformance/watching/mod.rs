//! The promises of the ports that watching is kept behind, those of its users among them, sentence by sentence.

mod erasure;
mod exclusions;
mod feedback;
mod lists;
mod projection;
mod reads;
mod support;
mod update;
