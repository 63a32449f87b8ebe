//! Libraries of files: folders of films and series as media servers know them, and what each file in them is taken for.

mod artwork;
mod beside;
mod endings;
mod episode_names;
mod excluded;
mod film_names;
mod films;
mod folder;
mod guess;
mod naming;
mod nfo;
mod places;
mod read_library;
mod series;
mod set_aside;
mod tracks;
mod tree;

#[cfg(test)]
mod tests;

pub use folder::{LibraryFolder, LibraryFolderError, MOST_ENTRIES, MOST_FOLDERS_DEEP};
pub use guess::{Certainty, Entry, EntryKind, Episodes, Guess, Item, Named, TakenFor, Track};
pub use read_library::read_library;
