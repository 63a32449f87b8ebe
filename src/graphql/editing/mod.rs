//! Editing the catalogue by hand: titles one by one or many at once, episodes, people, names, pictures; and merging them.
//! For curators.

mod changes;
mod collections;
mod create;
mod create_episode;
mod create_person;
mod credits;
mod delete;
mod delete_genre;
mod delete_single;
mod errors;
mod lengths;
mod merge;
mod merge_episodes;
mod merge_genres;
mod merge_people;
mod names;
mod parts;
mod pictures;
mod single;
mod split;
mod titles;
mod words;

pub(crate) use collections::{
    CollectionMutation, DeleteCollectionPayload, MergeCollectionsPayload,
};
pub(crate) use create::{CreateTitleMutation, CreateTitlePayload};
pub(crate) use create_episode::{CreateEpisodeMutation, CreateEpisodePayload};
pub(crate) use create_person::{CreatePersonMutation, CreatePersonPayload};
pub(crate) use delete::{DeleteTitleMutation, DeleteTitlePayload};
pub(crate) use delete_genre::DeleteGenrePayload;
pub(crate) use delete_single::{DeleteEpisodePayload, DeletePersonPayload, DeleteSingleMutation};
pub(crate) use merge::{MergeMutation, MergeTitlesPayload, UndoMergePayload};
pub(crate) use merge_episodes::{MergeEpisodesMutation, MergeEpisodesPayload};
pub(crate) use merge_genres::MergeGenresPayload;
pub(crate) use merge_people::{MergePeopleMutation, MergePeoplePayload};
pub(crate) use names::{EditCollectionPayload, EditGenrePayload, NameMutation};
pub(crate) use pictures::{PictureMutation, PicturesPayload};
pub(crate) use single::{EditEpisodePayload, EditPersonPayload, SingleMutation};
pub(crate) use split::{SplitTitleMutation, SplitTitlePayload};
pub(crate) use titles::{EditTitlesMutation, EditTitlesPayload};
pub(crate) use words::in_files;
