//! The watch log: everything that changes what a profile has watched is one durable entry of its log, and is
//! acknowledged as soon as that is durable. Plays, states and watched titles are folded from it a moment later, by
//! whoever comes to it; reads fold first what they would miss.
//!
//! - [`entry`]: what stands in the log, and what it does to a [`Ledger`](super::Ledger).
//! - [`store`]: the port to the log.
//! - [`recorder`]: the port of those who record and read, and [`lanes`], [`lane`], [`line`](mod@line), [`head`],
//!   [`waiting`] and [`fold`] behind it.
//! - [`settled`]: the history, with everything that was acknowledged.

mod entry;
mod fold;
mod head;
mod lag;
mod lane;
mod lanes;
mod line;
mod memory;
mod recorder;
mod settled;
mod staging;
mod store;
mod streams;
mod waiting;

pub use entry::{Cause, Draft, Entry, GoingOn};
pub use lanes::{LogPorts, LogRecorder};
pub use recorder::{Recorder, Replayed, Settling};
pub use settled::SettledHistory;
pub use store::{Appended, Batch, Stream, TAILS, Tail, WatchLog};
