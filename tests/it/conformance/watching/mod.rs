//! The promises of the ports of watching, those that its users own among them, sentence by sentence.

mod bringing;
#[expect(clippy::float_cmp, reason = "whole seconds are exact")]
mod deleting;
mod erasure;
mod exclusions;
mod feedback;
mod folding;
#[expect(clippy::float_cmp, reason = "whole seconds are exact")]
mod left;
mod lists;
#[expect(clippy::float_cmp, reason = "whole seconds are exact")]
mod log;
#[expect(clippy::float_cmp, reason = "whole seconds are exact")]
mod long_tails;
mod moving;
mod projection;
mod reads;
mod support;
mod title_lists;
mod told;
mod unreadable;
mod update;
