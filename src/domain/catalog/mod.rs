//! Films, series, seasons, episodes, people, genres and collections: what there is to watch and who made it.

mod batches;
mod certification;
mod code_names;
mod codes;
mod collections;
mod error;
mod facts;
mod genres;
mod keys;
mod publication;
mod rating_systems;
mod search;
mod service;
mod store;
mod types;
mod visibility;

pub use batches::{
    CollectionsById, EpisodesById, EpisodesBySeason, FilmsByCollection, GenresById, PeopleById,
    SeasonsBySeries, Seen, TitlesById,
};
pub use certification::{Certification, CertificationName, certification_name};
pub use code_names::{country_name, language_name};
pub use codes::{country_code, language_code};
pub use collections::{PlaceInCollection, place_in_collection};
pub use error::CatalogError;
pub use facts::TitleFacts;
pub use genres::{GenreName, genre_name};
pub use keys::NameKeys;
pub use publication::{Publication, TitleState};
pub use search::{
    Begun, CatalogFollower, NamesOfTitles, PersonHit, SearchError, SearchService, TitleHit,
    TitleSearch, Wanted,
};
pub use service::{CatalogPorts, CatalogService};
pub use store::{
    CatalogBatch, CatalogListStore, CatalogPart, CatalogStore, Change, ChangeSource, Changed,
    TitleFilter, TitleListStore, TitleOrder, TitleQuery, TitleWatchers, release_day,
};
pub use types::{
    Collection, Credit, CreditRole, Episode, ExternalId, Genre, PartOf, Person, Season, SeasonId,
    Title, TitleKind,
};
pub use visibility::{Audience, Visibility, VisibilityPolicy};
