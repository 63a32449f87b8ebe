//! Films, series, seasons, episodes, people and genres: what there is to watch and who made it.

mod batches;
mod error;
mod genres;
mod search;
mod service;
mod store;
mod types;

pub use batches::{
    EpisodesById, EpisodesBySeason, GenresById, PeopleById, SeasonsBySeries, TitlesById,
};
pub use error::CatalogError;
pub use genres::{GenreName, genre_name};
pub use search::{CatalogFollower, PersonHit, SearchError, SearchService, TitleHit, TitleSearch};
pub use service::CatalogService;
pub use store::{
    CatalogBatch, CatalogStore, Change, Changed, TitleFilter, TitleOrder, TitleQuery, release_day,
};
pub use types::{
    Credit, CreditRole, Episode, ExternalId, Genre, Person, Season, SeasonId, Stamp, Title,
    TitleKind,
};
