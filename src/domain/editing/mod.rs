//! What curators change by hand: titles one by one or many at once, episodes, people, and the names of genres and
//! collections; checked as a record of a file is.

mod create;
mod create_episode;
mod delete;
mod error;
mod merge_genres;
mod names;
mod part;
mod patch;
mod picture_kinds;
mod picture_lists;
mod pictures;
mod refused;
mod repeats;
mod rows;
mod service;
mod single;
mod titles;

pub use create::{NewTitle, TitleCreation};
pub use create_episode::EpisodeCreation;
pub use error::EditError;
pub use merge_genres::{GenreMerging, MergedGenres};
pub use names::Renaming;
pub use part::Part;
pub use patch::Patch;
pub use picture_kinds::Pictured;
pub use picture_lists::Standing;
pub use pictures::{EditedPictures, NewPicture, PictureChange, PictureEdit};
pub use refused::{Place, Refused};
pub use rows::{
    DeletedTitle, EditedTitle, EditedTitles, Locking, MOST_TITLES, NamedTitle, Policy, TitleChoice,
    TitlesEdit,
};
pub use service::EditService;
pub use single::{Edited, SingleEdit};
