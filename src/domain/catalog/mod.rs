//! Films, series, seasons, episodes, people, genres and collections: what there is to watch and who made it.

mod airs;
mod batches;
mod certification;
mod code_names;
mod codes;
mod collection_order;
mod collections;
mod document_fields;
mod drawing;
mod episode_run;
mod episodes;
mod error;
mod everything;
mod extras;
mod facets;
mod facts;
mod filter;
mod following;
mod genres;
mod highlights;
mod hits;
mod keys;
mod lacking;
mod likely;
mod likeness;
mod locks;
mod merge;
mod merged_collections;
mod merged_genres;
mod missing_facts;
mod naming;
mod order;
mod people;
mod pictures;
mod precedence;
mod publication;
mod rating;
mod rating_systems;
mod reception;
mod receptions;
mod revisions;
mod roles;
mod scores;
mod search;
mod service;
mod showing;
mod status;
mod store;
mod sweep;
mod telling;
mod texts;
mod title_pictures;
mod types;
mod value_source;
mod value_sources;
mod visibility;

pub use airs::Airs;
pub use batches::{
    BiographiesByPerson, CollectionsById, EpisodesById, EpisodesBySeason, FilmsByCollection,
    GenresById, MOST_GENRES, OverviewsByEpisode, PeopleById, RunsBySeries, SeasonsBySeries, Seen,
    SeenPeople, TitlesById, TitlesOfGenres,
};
pub use certification::{Certification, CertificationName, certification_name};
pub use code_names::{country_name, language_name};
pub use codes::{country_code, language_code};
pub use collection_order::{PlaceInCollection, place_in_collection};
pub use collections::{Collection, PartOf};
pub use document_fields::{
    COLLECTION_FIELDS, DELETED, DELETED_FROM, DocumentFields, EPISODE_FIELDS, GENRE_FIELDS, LOCKS,
    PERSON_FIELDS, TITLE_FIELDS, is_kept_with_others, is_revised_field,
};
pub use drawing::FoundPicture;
pub use episode_run::{EpisodeRun, RunPlace};
pub use episodes::{EpisodePlace, EpisodesAt};
pub use error::CatalogError;
pub use everything::{Lacking, OwnNames, Referred, SearchSuggestion};
pub use extras::{Extra, ExtraHost, ExtraKind, Video};
pub use facets::{Facet, FacetCount, FacetValue, begins_decade, decade};
pub use facts::TitleFacts;
pub use filter::{TitleFilter, TitleQuery};
pub use genres::{GenreName, genre_name};
pub use highlights::{Highlight, HighlightedField, Highlights, TextRange};
pub use hits::{AnyHit, FoundThing, HitId, HitKind};
pub use keys::NameKeys;
pub use likeness::{
    LikelyOne, LikelyPeople, LikelyTitles, Likeness, PersonReason, TitleReason, TitlesOfTwo,
    folded_name, have_other_ids, in_common, person_likeness, title_likeness, years_apart,
};
pub use locks::Locks;
pub use merge::{EpisodeMerge, EpisodeMerging, EpisodeMove, MergeStep, PersonMerge, TitleMerge};
pub use missing_facts::{MissingFact, MissingFacts};
pub use order::{TitleOrder, mixed, release_day};
pub use pictures::{
    Colour, KeptPicture, LONGEST_SIDE, MOST_BYTES, MOST_DECODED, MOST_PIXELS, Picture,
    PictureAddress, PictureError, PictureFacts, PictureFormat, PictureHash, PictureKind,
    PictureOrigin, PictureProblem, PictureReader, PictureService, PictureSubject, Rendition,
    RenditionFormat, SeasonPictures, StoredAddress, StoredPicture, TakenIn, in_order_of_languages,
};
pub use precedence::Precedence;
pub use publication::{Publication, TitleState};
pub use rating::Votes;
pub use reception::{MOST_POINTS, Rating, Reception, ReceptionKeeper, Thumbs};
pub use receptions::Receptions;
pub use revisions::{
    Author, CatalogNode, CatalogRevision, FieldChange, RevisionKind, RevisionSource, Writer,
};
pub use roles::Roles;
pub use scores::{RatingScore, most_of_source, score_source};
pub use search::{
    Begun, CatalogFollower, NamesOfTitles, PersonHit, SearchError, SearchService, TitleHit,
    TitleSearch, Wanted,
};
pub use service::{CatalogPorts, CatalogService};
pub use status::SeriesStatus;
pub use store::{
    CatalogBatch, CatalogListStore, CatalogPart, CatalogStore, Change, ChangeSource, Changed,
    CreditedIn, LikelyStore, TitleListStore, TitleWatchers,
};
pub use sweep::{PictureSweep, SweepError, SweepMode, Swept};
pub use telling::CatalogTeller;
pub use texts::{SITE_LANGUAGE, Text, Texts};
pub use types::{
    Biography, Credit, CreditRole, Episode, ExternalId, Genre, Overview, Person, Season, SeasonId,
    Title, TitleKind,
};
pub use value_source::{ValueFrom, ValueSource};
pub use value_sources::{FieldsFrom, ValueSources};
pub use visibility::{Audience, Visibility, VisibilityPolicy};
