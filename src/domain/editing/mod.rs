//! What curators change by hand: titles one by one or many at once, episodes, people, and the names of genres and
//! collections; checked as a record of a file is. Genres and collections are merged here, too.

mod collections;
mod create;
mod create_episode;
mod create_person;
mod delete;
mod delete_episode;
mod delete_genre;
mod delete_person;
mod error;
mod mending;
mod merge_genres;
mod names;
mod others;
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

pub use collections::{CollectionMerging, MergedCollections};
pub use create::{NewTitle, TitleCreation};
pub use create_episode::EpisodeCreation;
pub use create_person::PersonCreation;
pub use delete_episode::EpisodeDeletion;
pub use delete_genre::{CollectionDeletion, Deleted, Deletion, GenreDeletion, PersonDeletion};
pub use error::EditError;
pub use merge_genres::{GenreMerging, MergedGenres};
pub use names::Renaming;
pub use others::FromTitles;
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
