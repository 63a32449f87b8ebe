//! The catalogue: films, series, seasons, episodes, people, genres and collections.

mod certification;
mod collection;
mod credit;
mod details;
mod episode;
mod external_id;
mod facets;
mod film;
mod filter;
mod genre;
mod image;
mod length;
mod likely;
mod person;
mod playable;
mod provider;
mod publication;
mod query;
mod season;
mod series;
mod title;
mod title_fields;
mod title_list;

pub(crate) use collection::Collection;
pub(crate) use episode::{Episode, EpisodeEdge};
pub(crate) use facets::TitleConnection;
pub(crate) use film::Film;
pub(crate) use filter::{TitleFilter, TitleKind, kinds};
pub(crate) use genre::Genre;
pub(crate) use likely::LikelyQuery;
pub(crate) use person::{Person, PersonEdge};
pub(crate) use playable::{Playable, playables};
pub(crate) use query::CatalogQuery;
pub(crate) use season::Season;
pub(crate) use series::Series;
pub(crate) use title::{Title, TitleEdge, titles};
