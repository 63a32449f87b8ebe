//! The promises of the port of usage, sentence by sentence, and that each viewing counts once.

#[expect(clippy::float_cmp, reason = "whole seconds are exact")]
mod count;
mod forget;
mod outbox;
mod reads;
mod support;
mod waiting;
