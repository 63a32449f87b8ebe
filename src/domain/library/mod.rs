//! Libraries of files: folders of films and series as media servers know them, and what each file in them is taken for.

mod guess;

pub use guess::{Certainty, Entry, EntryKind, Episodes, Guess, Item, Named, TakenFor, Track};
